"""Bands for ECDFs are exact: against enumeration, against simulation, and for several quantities at once."""

from __future__ import annotations

from itertools import product
from math import factorial

import numpy as np
import pytest
from scipy import stats

from bayescarbon.uniformity import (
    _coverage,
    counts_below,
    holm,
    inside,
    rank_bands,
    rank_points,
    rank_values,
    uniform_p_value,
    uniformity_table,
)


def enumerated(n: int, points: tuple[float, ...], lower: np.ndarray, upper: np.ndarray) -> float:
    """Probability of staying inside, by going through every way in which n values can fall between the points."""
    cells = np.diff([0.0, *points, 1.0])
    total = 0.0
    for split in product(range(n + 1), repeat=len(cells)):
        if sum(split) != n:
            continue
        below = np.cumsum(split)[:-1]
        if ((below >= lower) & (below <= upper)).all():
            ways = factorial(n) / np.prod([factorial(k) for k in split])
            total += ways * np.prod(cells ** np.array(split))
    return total


@pytest.mark.parametrize(
    ("points", "lower", "upper"),
    [
        ((0.25, 0.5, 0.75), [0, 1, 2], [3, 4, 5]),
        ((0.1, 0.45, 0.9), [0, 2, 3], [1, 3, 5]),
        ((0.5,), [2], [3]),
    ],
)
def test_the_recursion_is_the_enumeration(
    points: tuple[float, ...], lower: list[int], upper: list[int]
) -> None:
    got = _coverage(5, points, np.array(lower), np.array(upper))
    assert got == pytest.approx(enumerated(5, points, np.array(lower), np.array(upper)), abs=1e-12)


@pytest.mark.parametrize("n", [1, 7, 50, 500])
def test_bands_hold_their_level_and_are_the_narrowest(n: int) -> None:
    bands = rank_bands(n, rank_points(None, 20), 0.95)
    points = tuple(bands.points.tolist())
    assert _coverage(n, points, bands.lower, bands.upper) >= 0.95
    pointwise = stats.binom(n, bands.points)
    # The tails that the bands leave outside, next to them: the largest is the first that would have to go.
    tails = np.minimum(pointwise.cdf(bands.lower), pointwise.sf(bands.upper - 1))
    first = tails.min()
    lower = np.where(pointwise.cdf(bands.lower) <= first * (1 + 1e-9), bands.lower + 1, bands.lower)
    upper = np.where(pointwise.sf(bands.upper - 1) <= first * (1 + 1e-9), bands.upper - 1, bands.upper)
    assert _coverage(n, points, lower, upper) < 0.95


def test_uniform_ranks_leave_the_bands_in_one_case_of_twenty() -> None:
    rng = np.random.default_rng(20261121)
    repetitions, simulations, draws = 1000, 500, 99
    points = rank_points(draws)
    bands = rank_bands(simulations, points)
    left = [
        not inside(rank_values(rng.integers(0, draws + 1, simulations), draws), bands)
        for _ in range(repetitions)
    ]
    stated = 1 - _coverage(simulations, tuple(points.tolist()), bands.lower, bands.upper)
    assert 0.04 < stated <= 0.05
    assert np.mean(left) == pytest.approx(stated, abs=3.3 * np.sqrt(stated * (1 - stated) / repetitions))


@pytest.mark.parametrize("draws", [7, 63, 99, 250])
def test_ranks_are_uniform_at_every_point_at_which_they_are_compared(draws: int) -> None:
    every_rank = rank_values(np.arange(draws + 1), draws)
    points = rank_points(draws)
    assert len(points) <= 50 and np.all(np.diff(points) > 0)
    np.testing.assert_allclose(counts_below(every_rank, points) / (draws + 1), points, rtol=0, atol=1e-12)


def test_the_p_value_says_what_the_bands_say() -> None:
    rng = np.random.default_rng(3)
    bands = rank_bands(60)
    p_values = []
    for _ in range(400):
        values = rng.uniform(size=60) ** rng.choice([1.0, 1.3])
        p_values.append(uniform_p_value(values))
        assert (p_values[-1] > 0.05) == inside(values, bands)
    assert 0 < np.mean(np.array(p_values) <= 0.05) < 1


@pytest.mark.parametrize("n", [3, 10, 200])
def test_p_values_of_uniform_values_are_not_too_small(n: int) -> None:
    rng = np.random.default_rng(4)
    p_values = np.array([uniform_p_value(rng.uniform(size=n)) for _ in range(1000)])
    for level in (0.05, 0.2, 0.5):
        assert np.mean(p_values <= level) <= level + 3.3 * np.sqrt(level * (1 - level) / 1000)


@pytest.mark.parametrize(
    "truth", [stats.beta(1.3, 1.0), stats.beta(0.75, 0.75), stats.beta(1.5, 1.5)], ids=["shift", "U", "hump"]
)
def test_biased_and_misjudged_spreads_are_found(truth: stats.rv_continuous) -> None:
    rng = np.random.default_rng(5)
    ranks = np.floor(truth.rvs(500, random_state=rng) * 100).astype(int)
    assert uniform_p_value(rank_values(ranks, 99), rank_points(99)) < 0.01


def test_holm_by_hand() -> None:
    adjusted = holm(np.array([0.01, 0.04, np.nan, 0.03, 0.005]))
    np.testing.assert_allclose(adjusted, [0.03, 0.06, np.nan, 0.06, 0.02])


def test_a_family_of_uniform_quantities_passes_together() -> None:
    rng = np.random.default_rng(6)
    failed = 0
    for _ in range(200):
        table = uniformity_table({f"q{i}": rng.uniform(size=50) for i in range(10)})
        failed += not table["inside"].all()
    assert failed / 200 <= 0.05 + 3.3 * np.sqrt(0.05 * 0.95 / 200)
    table = uniformity_table({"good": rng.uniform(size=300), "bad": rng.beta(2, 1, size=300)})
    assert table["inside"].tolist() == [True, False]
    assert table["n"].tolist() == [300, 300]


def test_nothing_to_test_is_no_failure() -> None:
    table = uniformity_table({"none": np.empty(0)})
    assert np.isnan(table["p_value"][0]) and table["inside"][0]


def test_refusals() -> None:
    with pytest.raises(ValueError, match="between 0 and the number of draws, 9"):
        rank_values(np.array([10]), 9)
    with pytest.raises(ValueError, match="for 5 values, not 4"):
        inside(np.full(4, 0.5), rank_bands(5))
