"""Entries of a vector picked, and values put in their places: two operations of the model's graph.

Each is the other's gradient. PyTensor's own indexing does the same and more, and the machine code of that more
(bounds, broadcasting, messages) takes a third of the time of compiling a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.graph.replace import _vectorize_node

from bayescarbon.model.compiled_ops import CompiledOp, calls, compiled
from bayescarbon.model.families import Tensor


def pick(values: Tensor, index: np.ndarray) -> Tensor:
    """Return the entries of a vector at given places.

    Parameters
    ----------
    values : tensor (n,)
    index : array of int (m,)

    Returns
    -------
    tensor (m,)
    """
    found: Tensor = Pick()(values, index)
    return found


def place(values: Tensor, index: np.ndarray, size: int) -> Tensor:
    """Return a vector with values at given places and zeros elsewhere; values at the same place are added.

    Parameters
    ----------
    values : tensor (m,)
    index : array of int (m,)
    size : int
        Length of the vector.

    Returns
    -------
    tensor (size,)
    """
    found: Tensor = Place()(values, index, np.zeros(size))
    return found


@compiled
def _picked(values: np.ndarray, index: np.ndarray) -> np.ndarray:
    found = np.empty(len(index))
    for i in range(len(index)):
        found[i] = values[index[i]]
    return found


@compiled
def _placed(values: np.ndarray, index: np.ndarray, like: np.ndarray) -> np.ndarray:
    found = np.empty(len(like))
    for i in range(len(like)):
        found[i] = 0.0
    for i in range(len(index)):
        found[index[i]] += values[i]
    return found


class _Linear(CompiledOp):
    """An operation on its first argument alone."""

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Say that only the first argument is differentiated."""
        return [[i == 0] for i in range(len(node.inputs))]


class Pick(_Linear):
    """`pick` in a model's graph."""

    function = staticmethod(_picked)

    def make_node(self, values: Tensor, index: np.ndarray) -> Apply:
        """Take the arguments of `pick`."""
        given = [pt.as_tensor(values), pt.as_tensor(index)]
        return Apply(self, given, [pt.tensor(dtype=given[0].dtype, shape=given[1].type.shape)])

    def pullback(self, inputs: Sequence[Tensor], _: Sequence[Tensor], back: Sequence[Tensor]) -> list[Tensor]:
        """Put each cotangent where its value was picked."""
        values, index = inputs
        return [Place()(back[0], index, values), DisconnectedType()()]


class Place(_Linear):
    """`place` in a model's graph; the last argument gives the length and is not read."""

    function = staticmethod(_placed)

    def make_node(self, values: Tensor, index: np.ndarray, like: Tensor) -> Apply:
        """Take the arguments of `place`."""
        given = [pt.as_tensor(values), pt.as_tensor(index), pt.as_tensor(like)]
        return Apply(self, given, [pt.tensor(dtype=given[0].dtype, shape=given[2].type.shape)])

    def pullback(self, inputs: Sequence[Tensor], _: Sequence[Tensor], back: Sequence[Tensor]) -> list[Tensor]:
        """Pick each cotangent where its value was put."""
        return [Pick()(back[0], inputs[1]), DisconnectedType()(), DisconnectedType()()]


class _PlaceDraws(Op):
    """`place` along the last axis of many draws: evaluated, neither compiled nor differentiated."""

    __props__ = ()

    def make_node(self, values: Tensor, index: Tensor, size: Tensor) -> Apply:
        shape = (*values.type.shape[:-1], None)
        return Apply(self, [values, index, size], [pt.tensor(dtype=values.dtype, shape=shape)])

    def perform(self, node: Apply, inputs: Sequence[np.ndarray], output_storage: list[list[Any]]) -> None:
        values, index, size = inputs
        found = np.zeros((*values.shape[:-1], int(size)))
        np.add.at(found.T, index, values.T)
        output_storage[0][0] = found


# Draws along the leading axes are taken at once, instead of one call per draw.
@_vectorize_node.register(Pick)
def _picks(op: Pick, node: Apply, values: Tensor, index: Tensor) -> Apply:
    return values[..., index].owner


@_vectorize_node.register(Place)
def _places(op: Place, node: Apply, values: Tensor, index: Tensor, like: Tensor) -> Apply:
    return _PlaceDraws().make_node(values, index, like.shape[-1])


calls(Pick, _picked)
calls(Place, _placed)
