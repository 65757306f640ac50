"""The constant arrays of a graph, kept outside its code.

Code that knows the numbers of a study has to be compiled anew for each number that a user changes. Here the arrays of
a finished graph move into one block of memory that the code reads: studies whose graphs differ in numbers and lengths
alone share their code.

The block is made of words of eight bytes: how many there are; for each array where it begins and its shape; then all
of their numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Variable, clone_get_equiv
from pytensor.graph.fg import FunctionGraph
from pytensor.tensor.variable import TensorConstant

from bayescarbon.model.compiled_ops import CompiledOp, calls, compiled


@compiled
def _vector(words: np.ndarray, numbers: np.ndarray, at: int) -> np.ndarray:
    return numbers[words[at] : words[at] + words[at + 1]]


@compiled
def _matrix(words: np.ndarray, numbers: np.ndarray, at: int) -> np.ndarray:
    shape = (words[at + 1], words[at + 2])
    return numbers[words[at] : words[at] + shape[0] * shape[1]].reshape(shape)


class _Outside(CompiledOp):
    """An array of the block: its words, the same memory as the array's kind of number, and where it is described."""

    view_map = {0: [1]}  # noqa: RUF012 - as PyTensor has it

    def make_node(self, words: Variable, numbers: Variable, at: int, like: TensorConstant) -> Apply:
        return Apply(self, [words, numbers, ps.constant(at, dtype="int64")], [like.type()])


class _OutsideVector(_Outside):
    function = staticmethod(_vector)


class _OutsideMatrix(_Outside):
    function = staticmethod(_matrix)


_BY_DIMENSIONS = {1: _OutsideVector(), 2: _OutsideMatrix()}
calls(_OutsideVector, _vector)
calls(_OutsideMatrix, _matrix)


def outside_arrays(graph: FunctionGraph) -> tuple[FunctionGraph, np.ndarray]:
    """Return a graph that reads its constant arrays from a block of memory, and the block.

    Parameters
    ----------
    graph : FunctionGraph
        After all rewriting: constants that are arguments would no longer be folded.

    Returns
    -------
    FunctionGraph
        With two inputs more: the block as int64 and the same memory as float64, both (word,).
    array of int64 (word,)
        The block.
    """
    constants = {
        variable: None
        for node in graph.toposort()
        for variable in node.inputs
        if isinstance(variable, TensorConstant)
        and variable.type.ndim in _BY_DIMENSIONS
        and variable.type.dtype in ("int64", "float64")
    }
    words, numbers = pt.lvector("words"), pt.dvector("numbers")
    kinds = {"int64": words, "float64": numbers}
    read, at = {}, 1
    for one in constants:
        op = _BY_DIMENSIONS[one.type.ndim]
        read[one] = op.make_node(words, kinds[one.type.dtype], at, one).outputs[0]
        at += 1 + one.type.ndim
    equivalent = clone_get_equiv(graph.inputs, graph.outputs, memo=dict(read))
    inputs = [*(equivalent[one] for one in graph.inputs), words, numbers]
    outputs = [equivalent[one] for one in graph.outputs]
    return FunctionGraph(inputs, outputs, clone=False), _packed([np.asarray(one.data) for one in constants])


def _packed(arrays: Sequence[np.ndarray]) -> np.ndarray:
    described = [[0, *one.shape] for one in arrays]
    start = 1 + sum(map(len, described))
    for entry, one in zip(described, arrays, strict=True):
        entry[0] = start
        start += one.size
    head = np.array([start, *chain.from_iterable(described)], dtype=np.int64)
    return np.concatenate([head, *(np.ascontiguousarray(one).view(np.int64).ravel() for one in arrays)])
