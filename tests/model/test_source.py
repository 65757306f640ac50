"""A graph written as the source of a function computes what PyTensor computes, and its numbers stay out of the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import NUMBA, Mode
from pytensor.graph.fg import FunctionGraph
from pytensor.link.numba.cache import compile_numba_function_src

from bayescarbon.model.places import pick, place
from bayescarbon.model.source import Source, source

AT = np.array([0.25, -1.0, 3.0])
Outputs = list[Any]


def written(outputs: Outputs, point: Any) -> Source:
    graph = FunctionGraph([point], outputs, clone=False)
    return source(graph, graph.toposort(), ["point"])


def run(found: Source, at: np.ndarray = AT) -> Any:
    lines = "\n    ".join(["def whole(point, words, numbers, flags):", *found.lines])
    text = f"{lines}\n    return ({', '.join(found.results)},)"
    function = numba.njit(compile_numba_function_src(text, "whole", dict(found.names)))
    return function(at, found.block, found.block.view(float), found.block.view(bool))


def checked(make: Callable[[Any], Outputs], *, rewritten: bool = False) -> Source:
    """Hold what is written against PyTensor's own evaluation, and return it."""
    point = pt.vector("point", shape=(3,))
    wanted = pytensor.function([point], make(point), mode=Mode(linker="py", optimizer=None))(AT)
    outputs = make(point)
    if rewritten:
        mode = Mode(linker="py", optimizer=NUMBA.provided_optimizer.excluding("fuse_indexed_into_elemwise"))
        outputs = pytensor.function([point], outputs, mode=mode).maker.fgraph
        point, outputs = outputs.inputs[0], outputs.outputs
    found = written(outputs, point)
    results = run(found)
    assert len(results) == len(wanted)
    for got, expected in zip(results, wanted, strict=True):
        assert np.asarray(got).dtype == expected.dtype
        np.testing.assert_allclose(got, expected, rtol=1e-14)
    return found


ARRAYS = {
    "reals": (np.array([0.5, -2.0, 1e300]), np.array([7.0])),
    "columns of reals": (np.arange(6.0).reshape(2, 3), np.array([[1.5, 2.5, -1.0]])),
    "turned": (np.arange(6.0).reshape(2, 3).T, np.ones((3, 1))),
    "whole numbers": (np.array([2, 0, 2, 1]), np.array([1])),
    "columns of whole numbers": (np.array([[1, 2], [3, -4]]), np.array([[5, 6]])),
    "flags": (np.array([True, False, True]), np.array([False] * 9 + [True])),
    "none": (np.empty(0), np.empty(0, dtype=int)),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_are_read_from_the_block(name: str) -> None:
    """Every entry of every array weighs in by its own place."""

    def make(point: Any) -> Outputs:
        weighted = [
            (pt.constant(one) * np.arange(1.0, one.size + 1).reshape(one.shape)).sum() for one in ARRAYS[name]
        ]
        return [point.sum() * sum(weighted), pick(point, np.array([0, 2, 1, 1]))]

    found = checked(make)
    assert not any(isinstance(one, np.ndarray) and one.ndim for one in found.names.values())


WRITTEN: dict[str, Callable[[Any], Outputs]] = {
    "vectors": lambda x: [pt.exp(x) * np.array([1.0, 2.0, 3.0]) + x],
    "a number with vectors": lambda x: [x * x.sum() + pt.sqr(x[1])],
    "numbers alone": lambda x: [pt.exp(x[0]) - x.sum()],
    "a vector of one": lambda x: [x * x[1:2], x[1:2] + 1.0],
    "comparisons": lambda x: [pt.gt(x, 0.0), pt.switch(np.array([True, False, True]), x, -x)],
    "sums": lambda x: [x.sum(), (x * x).sum()],
    "parts": lambda x: [x[1:], x[:2], x[1:2], x[0:3:2], x[-2:]],
    "places": lambda x: [place(pick(x, np.array([2, 2])), np.array([0, 3]), 5)],
    "what only PyTensor knows": lambda x: [pt.cumsum(x), (x[:, None] * x[None, :]).sum(axis=0), pt.sort(x)],
    "a result that is an input": lambda x: [x, x + 1.0],
}


@pytest.mark.parametrize("rewritten", [False, True], ids=["as written", "rewritten"])
@pytest.mark.parametrize("name", WRITTEN)
def test_it_computes_the_same(name: str, rewritten: bool) -> None:
    checked(WRITTEN[name], rewritten=rewritten)


def test_studies_that_differ_in_numbers_and_lengths_share_their_text() -> None:
    def of(values: list[float], begin: int) -> Source:
        point = pt.vector("point", shape=(len(values) + begin,))
        part = point[begin:]
        return written([(part * np.array(values)).sum(), pick(part, np.arange(begin))], point)

    one, other = of([1.0, 2.0], 1), of([5.0, 7.0, 9.0, -1.0], 3)
    assert one.lines == other.lines
    assert one.key == other.key is not None
    total, picked = run(other, np.array([9.0, 9.0, 9.0, 1.0, 10.0, 100.0, 1000.0]))
    assert total[()] == 5.0 + 70.0 + 900.0 - 1000.0
    assert picked.tolist() == [1.0, 10.0, 100.0]


def test_the_key_changes_with_the_computation() -> None:
    point = pt.vector("point", shape=(3,))
    keys = [written([make], point).key for make in (pt.exp(point), pt.log(point), pt.exp(point) + 2.0)]
    assert len(set(keys)) == 3


def test_the_block_says_how_long_it_is() -> None:
    found = checked(lambda x: [x * np.array([1.0, 2.0, 3.0])])
    assert found.block.dtype == np.int64
    assert found.block[0] == len(found.block)
