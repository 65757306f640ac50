"""Slips are suspected, honest skew is not."""

from __future__ import annotations

import numpy as np
import pytest

from bayescarbon.model.outliers import suspects


def _positive(values: np.ndarray) -> np.ndarray:
    return suspects(values, "positive", scatter_q95=0.9, prior_location=np.log(20), prior_sd=0.9)


@pytest.mark.parametrize("size", [3, 5, 10, 30, 100, 300])
@pytest.mark.parametrize("cv", [0.05, 0.2, 0.35])
@pytest.mark.parametrize("factor", [10.0, 0.1])
def test_a_slip_of_the_decimal_point_is_found(size: int, cv: float, factor: float) -> None:
    rng = np.random.default_rng(size)
    for _ in range(20):
        values = rng.gamma(cv**-2, 20 * cv**2, size)
        values[0] = 20.0 * factor
        flagged = _positive(values)
        # A small value hardly moves a mean and a few scattered fellows cannot rule it out; a large one is found.
        assert flagged[0] or (factor < 1 and (size < 10 or cv > 0.2))
        assert flagged.sum() <= 2


# Of 300 exponential samples one set in three has an honest neighbour within 1.5, and then 9/300 is at stake.
@pytest.mark.parametrize(("size", "least"), [(30, 75), (100, 75), (300, 55)])
def test_ten_times_the_mean_is_found_even_among_exponential_samples(size: int, least: int) -> None:
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(100):
        values = rng.exponential(20.0, size)
        values[0] = 200.0
        found += _positive(values)[0]
    assert found >= least


@pytest.mark.parametrize("family", ["gamma", "lognormal", "exponential"])
def test_honest_skewed_samples_keep_their_mean(family: str) -> None:
    rng = np.random.default_rng(4)
    draw = {
        "gamma": lambda n: rng.gamma(1.0 / 0.81, 20 * 0.81, n),
        "lognormal": lambda n: rng.lognormal(np.log(20) - np.log(2) / 2, np.sqrt(np.log(2)), n),
        "exponential": lambda n: rng.exponential(20.0, n),
    }[family]
    lost = []
    for _ in range(100):
        values = draw(300)
        lost.append(1 - values[~_positive(values)].mean() / values.mean())
    # Even if every suspect were dropped altogether (it is only down-weighted), the mean would hardly move.
    assert np.mean(lost) < 0.015
    assert np.quantile(lost, 0.95) < 0.05


def test_two_slips_do_not_hide_each_other() -> None:
    values = np.concatenate([np.random.default_rng(5).gamma(25, 20 / 25, 20), [200.0, 205.0]])
    assert _positive(values).nonzero()[0].tolist() == [20, 21]


def test_clean_cells_are_left_alone() -> None:
    rng = np.random.default_rng(6)
    flagged = sum(_positive(rng.gamma(8, 20 / 8, 12)).any() for _ in range(500))
    assert flagged <= 25


def test_fractions_are_judged_on_their_own_scale() -> None:
    rng = np.random.default_rng(7)
    values = rng.beta(0.05 * 200, 0.95 * 200, 20)
    values[3] = 0.5
    flagged = suspects(values, "fraction", scatter_q95=0.8, prior_location=-2.8, prior_sd=0.6)
    assert flagged.nonzero()[0].tolist() == [3]


def test_a_lone_sample_is_held_against_the_prior() -> None:
    assert _positive(np.array([20.0 * np.exp(4.5 * 0.9)]))[0]
    assert not _positive(np.array([20.0 * np.exp(3.0 * 0.9)]))[0]
