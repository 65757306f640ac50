"""Picking and placing: against NumPy, against each other, and with draws along the leading axes."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.replace import vectorize_graph

from bayescarbon.model.places import pick, place

INDEX = np.array([3, 0, 3, 5])
SIZE = 6


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA"])
def test_values_are_picked_and_placed_as_numpy_does(mode: str) -> None:
    values, few = np.arange(6.0) ** 2, np.array([1.0, 10.0, 100.0, 1000.0])
    long, short = pt.vector(shape=(SIZE,)), pt.vector(shape=(len(INDEX),))
    picked, placed = pytensor.function(
        [long, short], [pick(long, INDEX), place(short, INDEX, SIZE)], mode=mode
    )(values, few)
    np.testing.assert_array_equal(picked, values[INDEX])
    expected = np.zeros(SIZE)
    np.add.at(expected, INDEX, few)
    np.testing.assert_array_equal(placed, expected)


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA"])
def test_each_is_the_others_gradient(mode: str) -> None:
    """<pick v, w> = <v, place w>, so the slopes by v are place w and those by w are pick v."""
    long, short = pt.vector(shape=(SIZE,)), pt.vector(shape=(len(INDEX),))
    one, other = (pick(long, INDEX) * short).sum(), (long * place(short, INDEX, SIZE)).sum()
    slopes = [pytensor.grad(product, by) for product in (one, other) for by in (long, short)]
    rng = np.random.default_rng(1)
    v, w = rng.normal(size=SIZE), rng.normal(size=len(INDEX))
    first, second, *found = pytensor.function([long, short], [one, other, *slopes], mode=mode)(v, w)
    assert first == pytest.approx(second, rel=1e-12)
    placed = np.bincount(INDEX, w, SIZE)
    for slope, expected in zip(found, (placed, v[INDEX], placed, v[INDEX]), strict=True):
        np.testing.assert_allclose(slope, expected, rtol=1e-12)


def test_many_draws_are_taken_at_once() -> None:
    long, short = pt.vector(shape=(SIZE,)), pt.vector(shape=(len(INDEX),))
    many, few = pt.matrix(shape=(None, SIZE)), pt.matrix(shape=(None, len(INDEX)))
    graph = vectorize_graph([pick(long, INDEX), place(short, INDEX, SIZE)], {long: many, short: few})
    rng = np.random.default_rng(2)
    v, w = rng.normal(size=(5, SIZE)), rng.normal(size=(5, len(INDEX)))
    picked, placed = pytensor.function([many, few], graph, mode="FAST_COMPILE")(v, w)
    np.testing.assert_array_equal(picked, v[:, INDEX])
    np.testing.assert_allclose(placed, [np.bincount(INDEX, row, SIZE) for row in w], rtol=1e-12)
