"""The amount to issue when the level is to be chosen: closed forms, first-order conditions, and hand-made draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from scipy.stats import norm

from bayescarbon.issuance.decision import (
    cvar_cap,
    expected_overcredit_cap,
    expectile,
    optimal_level,
    risk_curve,
)

MEAN, SD = 100.0, 20.0
#: A normal without Monte Carlo error: the midpoints of 400,000 equal slices of probability.
NORMAL = MEAN + SD * ndtri((np.arange(400_000) + 0.5) / 400_000)

samples = hnp.arrays(np.float64, st.integers(2, 40), elements=st.floats(-50.0, 200.0, width=32))
shares = st.floats(0.0, 0.6)


def shortfall(draws: np.ndarray, amount: float) -> float:
    """Return E[(I - S)+], written from the definition."""
    return float(np.maximum(amount - draws, 0.0).mean())


@pytest.mark.parametrize(("over", "level"), [(1.5, 0.40), (2.0, 1 / 3), (7 / 3, 0.30), (9.0, 0.10)])
def test_levels_of_the_design(over: float, level: float) -> None:
    assert optimal_level(over, 1.0) == pytest.approx(level)
    assert optimal_level(over * 40.0, 40.0) == pytest.approx(level)


@given(draws=samples, over=st.floats(0.1, 20.0), other=st.floats(-60.0, 220.0))
def test_no_other_amount_costs_less_than_the_optimal_quantile(
    draws: np.ndarray, over: float, other: float
) -> None:
    def cost(amount: float) -> float:
        return over * shortfall(draws, amount) + shortfall(-draws, -amount)

    # The left quantile of the draws themselves: interpolated ones lie between draws of nearly the same cost.
    best = np.quantile(draws, optimal_level(over, 1.0), method="inverted_cdf")
    assert cost(float(best)) <= cost(other) + 1e-9


@pytest.mark.parametrize("costs", [(0.0, 1.0), (1.0, -1.0), (np.inf, 1.0), (1.0, np.nan)])
def test_costs_are_positive(costs: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"cost_(over|under) is"):
        optimal_level(*costs)


def normal_shortfall(x: float) -> float:
    """E[(x - Z)+] of the standard normal."""
    return float(x * ndtr(x) + norm.pdf(x))


@pytest.mark.parametrize("share", [0.005, 0.02, 0.05, 0.2])
def test_expected_overcredit_of_a_normal(share: float) -> None:
    def excess(x: float) -> float:
        return SD * normal_shortfall(x) - share * (MEAN + SD * x)

    expected = MEAN + SD * brentq(excess, -4.9, 30.0)
    assert expected_overcredit_cap(NORMAL, share) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("share", [0.15, 0.2, 0.3, 0.5])
def test_conditional_overcredit_of_a_normal(share: float) -> None:
    def excess(x: float) -> float:
        return SD * (x + norm.pdf(x) / ndtr(x)) - share * (MEAN + SD * x)

    # The excess is above the cap near 0 and above the answer: the largest root is the one sought.
    below = [x for x in np.linspace(-3.0, 8.0, 1000) if excess(x) <= 0][-1]
    expected = MEAN + SD * brentq(excess, below, below + 0.02)
    assert cvar_cap(NORMAL, share) == pytest.approx(expected, rel=1e-3)


def test_by_hand() -> None:
    # Draws 10, 20, 30, 40. Cap 5 %: with two draws below, (2 I - 30) / 4 = 0.05 I gives 16.67, not above 20; with one,
    # (I - 10) / 4 = 0.05 I gives 12.5.
    draws = [40.0, 10.0, 30.0, 20.0]
    assert expected_overcredit_cap(draws, 0.05) == pytest.approx(12.5)
    # Cap 20 %: (2 I - 30) / 4 = 0.2 I gives 25.
    assert expected_overcredit_cap(draws, 0.2) == pytest.approx(25.0)
    # The draws below 20 to 30 have the mean 15, and 15 / (1 - 0.3) = 21.4 lies among them; the mean of three is 20, and
    # 28.6 is not above 30. With 40 %, 25 / 0.6 = 41.7 is above all draws.
    assert cvar_cap(draws, 0.3) == pytest.approx(15.0 / 0.7)
    assert cvar_cap(draws, 0.4) == pytest.approx(25.0 / 0.6)
    # tau 0.25 and two draws below: 0.25 (70 - 2 I) = 0.75 (2 I - 30) gives 20.
    assert expectile(draws, 0.25) == pytest.approx(20.0)


@given(draws=samples, share=shares)
@example(draws=np.array([5.0, 5.0, 5.0]), share=0.0)
@example(draws=np.array([-1.0, 0.0, 50.0]), share=0.3)
def test_the_expected_cap_is_met_with_equality_and_nothing_larger_meets_it(
    draws: np.ndarray, share: float
) -> None:
    amount = expected_overcredit_cap(draws, share)
    assert amount >= 0.0
    tolerance = 1e-9 * (1.0 + np.abs(draws).max())
    if amount > 0.0:
        assert shortfall(draws, amount) == pytest.approx(share * amount, abs=tolerance)
    for larger in amount + np.array([1e-3, 0.1, 1.0, 10.0, 100.0, 1000.0]):
        assert shortfall(draws, larger) > share * larger - tolerance


@given(draws=samples, share=shares)
@example(draws=np.array([5.0, 5.0, 5.0]), share=0.0)
@example(draws=np.array([-1.0, 30.0, 31.0, 32.0]), share=0.5)
def test_the_conditional_cap_is_met_and_no_larger_candidate_meets_it(draws: np.ndarray, share: float) -> None:
    amount = cvar_cap(draws, share)
    assert amount >= 0.0
    tolerance = 1e-9 * (1.0 + np.abs(draws).max())

    def meets(candidate: float, slack: float) -> bool:
        below = draws[draws < candidate]
        return below.size == 0 or bool((candidate - below).mean() <= share * candidate + slack)

    if amount > 0.0:
        assert meets(amount, tolerance)
    # What could be larger: each draw itself, the solution between two draws, and what lies about them.
    distinct = np.unique(draws)
    solutions = [draws[draws <= one].mean() / (1.0 - share) for one in distinct]
    for candidate in np.concatenate([distinct, solutions, np.add(solutions, 0.01)]):
        if candidate > amount + 1e-6 * (1.0 + amount):
            assert not meets(candidate, -tolerance)


@given(draws=samples, tau=st.floats(0.02, 0.98))
def test_expectile_balances(draws: np.ndarray, tau: float) -> None:
    assume(draws.min() >= 0.0)
    amount = expectile(draws, tau)
    over, under = shortfall(draws, amount), shortfall(-draws, -amount)
    assert tau * under == pytest.approx((1 - tau) * over, abs=1e-10 * (1.0 + draws.max()))


@given(draws=samples)
def test_the_middle_expectile_is_the_mean(draws: np.ndarray) -> None:
    assert expectile(draws, 0.5) == pytest.approx(max(0.0, draws.mean()), abs=1e-9)


@given(draws=samples, share=shares, tau=st.floats(0.05, 0.95), factor=st.floats(0.01, 100.0))
def test_amounts_scale_with_the_unit(draws: np.ndarray, share: float, tau: float, factor: float) -> None:
    # Powers of two scale floats exactly, so that no draw changes sides by rounding.
    factor = 2.0 ** round(np.log2(factor))
    for solve, value in ((expected_overcredit_cap, share), (cvar_cap, share), (expectile, tau)):
        assert solve(draws * factor, value) == pytest.approx(factor * solve(draws, value), rel=1e-12)


@pytest.mark.parametrize("solve", [expected_overcredit_cap, cvar_cap])
def test_a_net_release_earns_nothing(solve: Callable[..., float]) -> None:
    assert solve([-5.0, -3.0, -1.0], 0.3) == 0.0
    assert expectile([-5.0, -3.0, -1.0], 0.9) == 0.0
    with pytest.raises(ValueError, match="share is 1"):
        solve([1.0, 2.0], 1.0)


@pytest.mark.parametrize("tau", [0.0, 1.0, np.nan])
def test_tau_is_inside(tau: float) -> None:
    with pytest.raises(ValueError, match="tau is"):
        expectile([1.0, 2.0], tau)


def test_risk_curve_of_a_normal() -> None:
    curve = risk_curve(NORMAL)
    z = ndtri(curve["level"])
    assert curve["issued"].to_numpy() == pytest.approx(MEAN + SD * z, rel=1e-4)
    assert curve["p_overcredit"].to_numpy() == pytest.approx(curve["level"].to_numpy(), abs=1e-5)
    assert curve["expected_overcredit"].to_numpy() == pytest.approx(
        [SD * normal_shortfall(x) for x in z], rel=1e-3
    )
    assert curve["deduction"].to_numpy() == pytest.approx(-SD * z / MEAN, abs=1e-5)


@given(draws=samples)
def test_risk_curve_is_the_definition(draws: np.ndarray) -> None:
    curve = risk_curve(draws, [0.1, 0.5, 0.9])
    for row in curve.itertuples():
        assert row.issued == pytest.approx(max(0.0, np.quantile(draws, row.level)))
        assert row.p_overcredit == (draws < row.issued).mean()
        assert row.expected_overcredit == pytest.approx(shortfall(draws, row.issued), abs=1e-9)
    if draws.mean() <= 0:
        assert curve["deduction"].isna().all()


def test_levels_are_inside() -> None:
    with pytest.raises(ValueError, match="levels are"):
        risk_curve([1.0, 2.0], [0.1, 1.0])
