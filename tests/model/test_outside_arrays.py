"""A graph that reads its arrays from a block of memory computes what it computed with them inside."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from pytensor.graph.fg import FunctionGraph

from bayescarbon.model.outside_arrays import outside_arrays
from bayescarbon.model.places import pick

ARRAYS = {
    "reals": (np.array([0.5, -2.0, 1e300]), np.array([7.0])),
    "columns of reals": (np.arange(6.0).reshape(2, 3), np.array([[1.5, 2.5, -1.0]])),
    "turned": (np.arange(6.0).reshape(2, 3).T, np.ones((3, 1))),
    "whole numbers": (np.array([2, 0, 2, 1]), np.array([1])),
    "columns of whole numbers": (np.array([[1, 2], [3, -4]]), np.array([[5, 6]])),
    "none": (np.empty(0), np.empty(0, dtype=int)),
}


def graph(point: pt.TensorVariable, arrays: tuple[np.ndarray, ...]) -> list[pt.TensorVariable]:
    """Return sums that every entry of every array weighs in by its own place, and picked entries."""
    whole = np.array([0, 2, 1, 1])
    weighted = [(pt.constant(one) * np.arange(1.0, one.size + 1).reshape(one.shape)).sum() for one in arrays]
    return [point.sum() * sum(weighted), pick(point, whole)]


@pytest.mark.parametrize("linker", ["numba", "py"])
@pytest.mark.parametrize("name", ARRAYS)
def test_it_computes_the_same(name: str, linker: str) -> None:
    point = pt.vector("point", shape=(3,))
    mode = Mode(linker=linker, optimizer=None)
    outputs = graph(point, ARRAYS[name])
    outside, block = outside_arrays(FunctionGraph([point], outputs, clone=False))
    assert not any(
        getattr(variable, "data", None) is not None and variable.type.ndim
        for node in outside.toposort()
        for variable in node.inputs
    )
    at = np.array([0.25, -1.0, 3.0])
    inside = pytensor.function([point], outputs, mode=mode)
    apart = pytensor.function(outside.inputs, outside.outputs, mode=mode)
    for found, wanted in zip(apart(at, block, block.view(float)), inside(at), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_the_block_says_how_long_it_is() -> None:
    point = pt.vector("point", shape=(3,))
    _, block = outside_arrays(FunctionGraph([point], graph(point, ARRAYS["reals"]), clone=False))
    assert block.dtype == np.int64
    assert block[0] == len(block)
