"""What rules read of draws, weighted or not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from bayescarbon.issuance.statistics import ends, sorted_quantile, statistics
from tests.issuance.distributions import normal_grid

LEVELS = (0.01, 0.05, 1 / 3, 0.5, 0.95, 1.0)


def test_they_are_those_of_numpy_over_the_last_axis() -> None:
    draws = np.random.default_rng(1).gamma(2.0, size=(3, 4, 501))
    found = statistics(draws, LEVELS)
    np.testing.assert_allclose(found.mean, draws.mean(axis=-1), rtol=1e-14)
    np.testing.assert_allclose(found.sd, draws.std(axis=-1, ddof=1), rtol=1e-14)
    for level in LEVELS:
        np.testing.assert_allclose(found.quantiles[level], np.quantile(draws, level, axis=-1), rtol=1e-14)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), st.floats(0, 1))
def test_sorted_quantile_is_numpy_s_default(draws: list[float], level: float) -> None:
    expected = np.quantile(draws, level)
    assert sorted_quantile(np.sort(draws), level) == pytest.approx(expected, rel=1e-12, abs=1e-6)


def test_each_row_can_have_its_own_level() -> None:
    ordered = np.sort(np.random.default_rng(2).normal(size=(3, 100)), axis=-1)
    levels = np.array([0.1, 0.5, 1.0])
    expected = [np.quantile(row, level) for row, level in zip(ordered, levels, strict=True)]
    np.testing.assert_allclose(sorted_quantile(ordered, levels), expected, rtol=1e-13)
    # And many levels for each row at once.
    many = np.linspace(0, 1, 21)[:, None] + np.zeros(3)
    np.testing.assert_allclose(
        sorted_quantile(ordered, many), np.quantile(ordered, many[:, 0], axis=-1), rtol=1e-13
    )


def test_one_draw_is_every_quantile() -> None:
    assert sorted_quantile(np.array([3.0]), 0.3) == 3.0


@pytest.mark.parametrize(
    ("interval", "tails"), [(0.90, (0.05, 0.95)), (0.95, (0.025, 0.975)), (0.8, (0.1, 0.9))]
)
def test_the_ends_of_an_interval_are_the_levels_that_quantile_rules_name(
    interval: float, tails: tuple[float, float]
) -> None:
    assert ends(interval) == tails


def test_half_width() -> None:
    found = statistics(np.arange(101.0), ends(0.9))
    assert found.half_width(0.9) == pytest.approx(45.0, rel=1e-14)


def test_equal_weights_change_nothing() -> None:
    draws = np.random.default_rng(3).normal(size=(2, 37))
    plain, weighted = statistics(draws, LEVELS), statistics(draws, LEVELS, np.full(37, 0.2))
    np.testing.assert_allclose(weighted.mean, plain.mean, rtol=1e-12)
    np.testing.assert_allclose(weighted.sd, plain.sd, rtol=1e-12)
    for level in LEVELS:
        np.testing.assert_allclose(weighted.quantiles[level], plain.quantiles[level], rtol=1e-9)


def test_weights_turn_one_normal_into_another() -> None:
    # Density of N(0.5, 0.8) over that of N(0, 1), on an exact grid of the latter: every statistic is known.
    z = normal_grid(200_000)
    weights = np.exp(0.5 * z**2 - 0.5 * ((z - 0.5) / 0.8) ** 2)
    found = statistics(100.0 * z, (0.05, 0.5, 0.9), weights)
    assert found.mean == pytest.approx(50.0, rel=1e-4)
    assert found.sd == pytest.approx(80.0, rel=1e-3)
    for level, quantile in found.quantiles.items():
        assert quantile == pytest.approx(50.0 + 80.0 * ndtri(level), abs=0.02)


def test_weighted_moments_in_closed_form() -> None:
    found = statistics([1.0, 3.0], (0.5,), [1.0, 3.0])
    assert found.mean == pytest.approx(2.5)
    # sum w (x - m)^2 / (1 - sum w^2) = 0.75 / 0.375
    assert found.sd == pytest.approx(np.sqrt(2.0))


def test_weights_of_many_targets_share_the_draws() -> None:
    rng = np.random.default_rng(4)
    draws, weights = rng.normal(size=500), rng.random((6, 500))
    together = statistics(draws, (0.1, 0.5), weights)
    assert together.mean.shape == together.sd.shape == together.quantiles[0.1].shape == (6,)
    for row in range(6):
        alone = statistics(draws, (0.1, 0.5), weights[row])
        assert together.sd[row] == pytest.approx(alone.sd, rel=1e-12)
        assert together.quantiles[0.1][row] == pytest.approx(alone.quantiles[0.1], rel=1e-12)


def test_draws_without_weight_move_nothing_but_the_gaps_between_draws() -> None:
    z = normal_grid(20_000)
    weights = (np.abs(z) < 2).astype(float)
    found = statistics(z, (0.05, 0.5, 0.95), weights)
    kept = statistics(z[weights > 0], (0.05, 0.5, 0.95))
    for level in (0.05, 0.5, 0.95):
        assert found.quantiles[level] == pytest.approx(kept.quantiles[level], abs=1e-3)
    assert found.sd == pytest.approx(kept.sd, rel=1e-12)


def test_all_weight_on_one_draw_leaves_no_spread() -> None:
    found = statistics([1.0, 2.0, 3.0], (0.1, 0.9), [0.0, 1.0, 0.0])
    assert found.mean == 2.0
    assert np.isnan(found.sd)
    assert found.quantiles[0.1] < 2.0 + 1e-12
