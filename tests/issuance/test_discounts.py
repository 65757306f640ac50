"""Flat deductions: closed forms on constructed farms, and their Monte Carlo error."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from bayescarbon.issuance.discounts import flat_deductions
from bayescarbon.issuance.issue import issue_table
from bayescarbon.study.rules import default_rules

NORMAL = ndtri((np.arange(4000) + 0.5) / 4000)


def farms(values: np.ndarray) -> xr.DataArray:
    """Return draws (farm, scope, draw) as `flat_deductions` wants them, in one chain."""
    return xr.DataArray(
        values[:, :, None, :],
        dims=("farm", "scope", "chain", "draw"),
        coords={"scope": [f"s{i}" for i in range(values.shape[1])]},
    )


def normal_farms(means: list[float], sds: list[float]) -> xr.DataArray:
    return farms(np.array([[mean + sd * NORMAL] for mean, sd in zip(means, sds, strict=True)]))


def one(table, rule: str):
    return table.set_index("rule").loc[rule]


@pytest.mark.parametrize("level", [0.40, 0.33, 0.30, 0.16, 0.10, 0.05])
def test_one_normal_farm_gives_the_normal_quantile(level: float) -> None:
    table = flat_deductions(normal_farms([2.0], [0.5]), [f"posterior_q{100 * level:02.0f}"])
    assert table["deduction"].item() == pytest.approx(-ndtri(level) * 0.25, abs=1e-3)
    assert table["p_overcredit"].item() == pytest.approx(level, abs=1e-3)
    assert table["mean"].item() == pytest.approx(2.0)
    assert bool(table["eligible"].item())
    assert table["note"].item() == ""


def test_flat_factor_over_normal_farms_is_the_deviation_of_the_middle() -> None:
    means, sds = np.array([1.0, 4.0, 2.0, 3.0]), np.array([0.2, 0.4, 0.8, 0.3])
    table = flat_deductions(normal_farms(means.tolist(), sds.tolist()), ["posterior_q10", "accu_soil"])
    cv = sds / means
    assert one(table, "posterior_q10")["deduction"] == pytest.approx(-ndtri(0.10) * cv.mean(), abs=1e-3)
    assert one(table, "accu_soil")["deduction"] == pytest.approx(0.2533 * cv.mean(), abs=1e-4)
    assert one(table, "accu_soil")["mean"] == pytest.approx(2.5)
    # The risk of taking the same share off every farm, in closed form.
    z = one(table, "posterior_q10")["deduction"] / cv
    assert one(table, "posterior_q10")["p_overcredit"] == pytest.approx(ndtr(-z).mean(), abs=1e-3)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    loss = cv * (density - z * ndtr(-z))
    assert one(table, "posterior_q10")["expected_overcredit"] == pytest.approx(loss.mean(), abs=1e-3)


@pytest.mark.parametrize("rule", default_rules())
def test_flat_factor_is_the_mean_of_what_the_rule_takes_off_each_farm(rule: str) -> None:
    rng = np.random.default_rng(1)
    centre = rng.gamma(4.0, 1.0, (12, 1, 1))
    draws = farms(centre * rng.lognormal(0.0, rng.uniform(0.05, 0.6, (12, 1, 1)), (12, 2, 500)))
    table = flat_deductions(draws, [rule])
    by_farm = [issue_table(draws[i], [rule]) for i in range(12)]
    taken = np.array([farm["deduction"] for farm in by_farm])
    assert table["deduction"].to_numpy() == pytest.approx(taken.mean(axis=0))
    assert table["deduction_mcse"].to_numpy() == pytest.approx(taken.std(axis=0, ddof=1) / np.sqrt(12))
    assert (
        table["eligible_share"].tolist() == np.mean([farm["issued"] > 0 for farm in by_farm], axis=0).tolist()
    )


def test_one_farm_is_what_issue_says() -> None:
    rng = np.random.default_rng(2)
    draws = farms(rng.lognormal(0.0, [[[0.1], [0.3], [0.7]]], (1, 3, 4000)) - 0.2)
    table, by_issue = flat_deductions(draws, default_rules()), issue_table(draws[0], default_rules())
    assert table["rule"].tolist() == by_issue["rule"].tolist()
    assert table["scope"].tolist() == by_issue["scope"].tolist()
    for column in ("mean", "deduction", "p_overcredit"):
        assert table[column].to_numpy() == pytest.approx(by_issue[column].to_numpy())
    shares = by_issue["expected_overcredit"] / by_issue["mean"]
    assert table["expected_overcredit"].to_numpy() == pytest.approx(shares.to_numpy())
    assert table["eligible"].tolist() == by_issue["eligible"].tolist()


def test_farms_without_removal_get_nothing_and_count_nowhere() -> None:
    with_losses = normal_farms([2.0] * 12 + [-5.0] * 3, [0.4] * 15)
    table = flat_deductions(with_losses, ["posterior_q10"])
    without = flat_deductions(with_losses[:12], ["posterior_q10"])
    for column in ("deduction", "p_overcredit", "expected_overcredit"):
        assert table[column].item() == pytest.approx(without[column].item())
    assert table["eligible_share"].item() == pytest.approx(0.8)
    assert "3 of 15" in table["note"].item()


def test_no_deduction_where_few_farms_remove_anything() -> None:
    table = flat_deductions(normal_farms([2.0] * 9 + [-5.0] * 30, [0.4] * 39), ["posterior_q10", "fcpf"])
    assert table["deduction"].isna().all()
    assert table["deduction_mcse"].isna().all()
    assert table["p_overcredit"].isna().all()
    assert not table["eligible"].any()
    assert set(table["note"]) == {"no deduction: the mean removal is above 0 on 9 of 39 such farms"}


def test_no_deduction_for_a_loss_and_all_of_it_where_the_rule_leaves_nothing() -> None:
    table = flat_deductions(normal_farms([-1.0], [0.4]), ["posterior_q10"])
    assert np.isnan(table["deduction"].item())
    assert "not above 0" in table["note"].item()
    wide = flat_deductions(normal_farms([1.0], [2.0]), ["posterior_q10", "vcs_mr24"])
    assert wide["deduction"].tolist() == [1.0, 1.0]
    assert not wide["eligible"].any()
    assert set(wide["note"]) == {"nothing is left: the rule issues nothing"}


def test_half_width_rule_on_a_skewed_farm_is_said_to_deduct_too_little() -> None:
    table = flat_deductions(farms(np.exp(0.6 * NORMAL)[None, None]), ["vcs_mr24", "posterior_q33"])
    assert "under-deducts: the rule means a risk of 33%" in one(table, "vcs_mr24")["note"]
    assert one(table, "posterior_q33")["note"] == ""


def test_a_standard_deviation_of_a_heavy_tail_is_doubted() -> None:
    heavy = np.random.default_rng(3).pareto(1.8, 20_000) + 1.0
    table = flat_deductions(farms(heavy[None, None]), ["accu_soil", "posterior_q10"])
    assert "heavy tail" in one(table, "accu_soil")["note"]
    assert one(table, "posterior_q10")["note"] == ""


@pytest.mark.parametrize("rule", ["posterior_q10", "vcs_mr24", "vm0047", "accu_soil"])
def test_error_over_farms_is_the_spread_over_repeats(rule: str) -> None:
    rng = np.random.default_rng(4)
    repeats, size = 200, 40
    mean = rng.gamma(4.0, 1.0, (size, repeats))
    draws = mean[..., None] * (1.0 + rng.uniform(0.1, 0.4, (size, repeats, 1)) * NORMAL[::40])
    table = flat_deductions(farms(draws), [rule])
    assert table["deduction_mcse"].mean() == pytest.approx(table["deduction"].std(), rel=0.15)


@pytest.mark.parametrize("rule", ["posterior_q10", "vcs_mr24", "vm0047", "accu_soil"])
def test_error_of_draws_is_the_spread_over_repeats(rule: str) -> None:
    draws = np.random.default_rng(5).lognormal(0.0, 0.3, (1, 200, 2000))
    table = flat_deductions(farms(draws), [rule])
    assert table["deduction_mcse"].mean() == pytest.approx(table["deduction"].std(), rel=0.15)


@settings(max_examples=25, deadline=None)
@given(scale=st.floats(1e-3, 1e6), seed=st.integers(0, 99))
def test_neither_units_nor_the_order_of_farms_and_draws_matter(scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    draws = farms(rng.lognormal(0.0, 0.4, (11, 1, 101)))
    mixed = draws.values[rng.permutation(11)][..., rng.permutation(101)] * scale
    columns = ["deduction", "deduction_mcse", "p_overcredit", "eligible_share"]
    first, second = (
        flat_deductions(one, default_rules())[columns].to_numpy() for one in (draws, draws.copy(data=mixed))
    )
    assert second == pytest.approx(first, rel=1e-7, abs=1e-9)
