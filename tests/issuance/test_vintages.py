"""Credits over years on paths small enough to be reckoned by hand, deficits included."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from bayescarbon.issuance.issue import issue
from bayescarbon.issuance.vintages import buffer_release, by_year, end_of_period, ratchet
from bayescarbon.study.rules import Rule
from tests.issuance.joint import by_batch, joint_draws
from tests.issuance.joint import by_year as yearly_draws

#: The second smallest of five draws.
QUARTILE = Rule("own_quartile", "quantile", {"level": 0.25})
#: 21 steps from -10 to 10: the 5 % and 95 % quantiles are -9 and 9, the 90 % half-width is 9.
STEPS = np.arange(-10.0, 11.0)
FLAT = np.zeros(21)


def as_years(net: xr.DataArray) -> xr.DataArray:
    """Return draws by batch as draws by year."""
    return yearly_draws(net.values)


def test_the_ratchet_by_hand() -> None:
    net = yearly_draws(
        [[10, 20, 30, 40, 50], [-15] * 5, [30] * 5, [-10, 0, 10, 20, 30], [50, 40, 30, 20, 10]]
    )
    # Sums: 10..50; -5..35; 25..65; 15..95; and 65, 75, 85, 95, 105, because the last two years cancel.
    table = ratchet(net, QUARTILE)
    assert table["year"].tolist() == [2021, 2022, 2023, 2024, 2025]
    assert table["cumulative_mean"].tolist() == [30, 15, 45, 55, 85]
    assert table["issuable"].tolist() == [20, 5, 35, 35, 75]
    assert table["issued"].tolist() == [20, 0, 15, 0, 40]
    assert table["issued_cumulative"].tolist() == [20, 20, 35, 35, 75]
    assert table["deficit"].tolist() == [0, 15, 0, 0, 0]


def test_a_loss_of_more_than_was_ever_credited_is_a_deficit_of_all_credits() -> None:
    table = ratchet(yearly_draws([[10, 20, 30, 40, 50], [-500] * 5]), QUARTILE)
    assert table["issuable"].tolist() == [20, 0]
    assert table["deficit"].tolist() == [0, 20]


@given(net=joint_draws(), rule=st.sampled_from(["posterior_q10", "vm0033", "art_trees", "accu_soil"]))
def test_the_ratchet_never_takes_back_and_ends_at_the_most_that_was_issuable(
    net: xr.DataArray, rule: str
) -> None:
    years = as_years(net)
    table = ratchet(years, rule)
    assert (table["issued"] >= 0).all() and (table["deficit"] >= 0).all()
    assert table["issued"].sum() == pytest.approx(table["issuable"].max())
    assert (table["issued_cumulative"] - table["deficit"]).tolist() == pytest.approx(
        table["issuable"].tolist()
    )
    assert table["issuable"].iloc[-1] == pytest.approx(issue(years.sum("year"), rule).issued)


def test_independent_years_credit_more_than_years_that_err_together() -> None:
    rng = np.random.default_rng(0)
    independent = 100 + 20 * rng.standard_normal((4, 4000))
    alike = np.broadcast_to(independent[:1], (4, 4000))
    apart, together = ratchet(yearly_draws(independent)), ratchet(yearly_draws(alike))
    # 400 - 1.2816 x 20 x sqrt(4) and 400 - 1.2816 x 20 x 4.
    assert apart["issued_cumulative"].iloc[-1] == pytest.approx(348.7, abs=4)
    assert together["issued_cumulative"].iloc[-1] == pytest.approx(297.5, abs=6)
    assert together["issued_cumulative"].iloc[-1] == pytest.approx(4 * together["issued"].iloc[0])


def path(table: pd.DataFrame, *columns: str) -> list[list[float]]:
    """Return the rows of some columns."""
    return [pytest.approx(row) for row in table[list(columns)].to_numpy().tolist()]


def test_what_later_years_show_to_be_superfluous_is_released() -> None:
    # 100 +- 45: 45 % is on the step of 8 %. The years err in opposite ways: their sum is 200 without any error.
    table = buffer_release(yearly_draws([100 + 5 * STEPS, 100 - 5 * STEPS]))
    assert path(
        table, "mean", "issued", "held", "released", "cancelled", "balance", "issued_cumulative", "deficit"
    ) == [
        [100, 92, 8, 0, 0, 8, 92, 0],
        [100, 92, 8, 16, 0, 0, 200, 0],
    ]


def test_only_what_the_sum_does_not_need_is_released() -> None:
    # Alone 45 % (8 %) and 36 % (8 %); the sum is 200 +- 81 or 40.5 %: 8 % again, nothing comes free. A third year
    # without error: 300 +- 81, 27 %, on the step of 4 %: 12 of 16 stay.
    net = yearly_draws([100 + 5 * STEPS, 100 + 4 * STEPS, 100 + FLAT])
    table = buffer_release(net, true_up=[2022, 2023])
    assert path(table, "issued", "held", "released", "balance", "issued_cumulative") == [
        [92, 8, 0, 8, 92],
        [92, 8, 0, 16, 184],
        [100, 0, 4, 12, 288],
    ]
    assert path(buffer_release(net, true_up=[]), "released", "balance") == [[0, 8], [0, 16], [0, 16]]


def test_years_that_together_need_more_than_is_held_leave_a_deficit() -> None:
    # 100 +- 90: 12 %. 300 more on the very edge of the first step: nothing. Their sum, 400 +- 135 or 34 %, would need
    # 8 %, 32 of which 12 are held.
    table = buffer_release(yearly_draws([100 + 10 * STEPS, 300 + 5 * STEPS]))
    assert path(
        table, "issued", "held", "released", "cancelled", "balance", "issued_cumulative", "deficit"
    ) == [
        [88, 12, 0, 0, 12, 88, 0],
        [300, 0, 0, 0, 12, 388, 20],
    ]


def test_a_year_of_release_cancels_what_stands_for_nothing_and_is_owed() -> None:
    # After -50 the sum is 50 +- 45, 90 %: 12 %, so 44 are allowed of 92 issued, and 6 of the 8 held are needed. After
    # 100 more it is 150 +- 45, 30 %: 4 %, so 144 are allowed of 192 issued, and 6 are needed.
    table = buffer_release(yearly_draws([100 + 5 * STEPS, -50 + FLAT, 100 + FLAT]), true_up=[2022, 2023])
    assert path(
        table, "issued", "held", "released", "cancelled", "balance", "issued_cumulative", "deficit"
    ) == [
        [92, 8, 0, 0, 8, 92, 0],
        [0, 0, 0, 2, 6, 92, 48],
        [100, 0, 0, 0, 6, 192, 48],
    ]


@given(net=joint_draws())
def test_no_credit_of_the_buffer_is_lost_or_made(net: xr.DataArray) -> None:
    years = as_years(net)
    table = buffer_release(years, true_up=[int(year) for year in years["year"].values])
    assert (table[["issued", "held", "released", "cancelled", "balance", "deficit"]] >= -1e-9).all(axis=None)
    kept = (table["held"] - table["released"] - table["cancelled"]).cumsum()
    assert table["balance"].tolist() == pytest.approx(kept.tolist(), abs=1e-9)
    credited = (table["issued"] + table["released"]).cumsum()
    assert table["issued_cumulative"].tolist() == pytest.approx(credited.tolist(), abs=1e-9)
    # Credits less what is owed never exceed what the rule issues for all years together.
    allowed = [issue(years[: at + 1].sum("year"), "fcpf").issued for at in range(years.sizes["year"])]
    assert (table["issued_cumulative"] - table["deficit"] <= np.add(allowed, 1e-9)).all()


def test_only_rules_with_a_buffer_release_one() -> None:
    net = yearly_draws([100 + STEPS])
    with pytest.raises(ValueError, match="'art_trees' holds nothing in a buffer"):
        buffer_release(net, "art_trees")
    with pytest.raises(ValueError, match="true_up: 2030 is none of the years 2021 to 2021"):
        buffer_release(net, true_up=[2030])


#: What ART TREES takes off per tonne of 90 % half-width.
ART = 0.524417 / 1.645006


def test_the_end_of_the_period_by_hand() -> None:
    # Half-widths 45 and 36, erring in opposite ways: 9 for the sum of 200.
    table = end_of_period(yearly_draws([100 + 5 * STEPS, 100 - 4 * STEPS]))
    first, second = 100 - ART * 45, 100 - ART * 36
    assert path(table, "mean", "issued", "issued_cumulative", "recomputed", "additional", "deficit") == [
        [100, first, first, first, 0, 0],
        [100, second, first + second, 200 - ART * 9, ART * (45 + 36 - 9), 0],
    ]


def test_a_period_that_ends_in_a_release_leaves_a_deficit() -> None:
    table = end_of_period(yearly_draws([100 + 5 * STEPS, -50 + FLAT]))
    assert path(table, "issued", "recomputed", "additional", "deficit") == [
        [100 - ART * 45, 100 - ART * 45, 0, 0],
        [0, 50 - ART * 45, 0, 50],
    ]


@given(net=joint_draws(), rule=st.sampled_from(["art_trees", "posterior_q10", "vm0047"]))
def test_the_period_ends_at_what_the_rule_issues_for_the_sum(net: xr.DataArray, rule: str) -> None:
    years = as_years(net)
    last = end_of_period(years, rule).iloc[-1]
    assert last["issued_cumulative"] + last["additional"] - last["deficit"] == pytest.approx(
        issue(years.sum("year"), rule).issued, abs=1e-9
    )
    assert min(last["additional"], last["deficit"]) == 0


def test_batches_are_summed_by_year() -> None:
    net = by_batch([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]]).assign_coords(converged=True)
    years = by_year(net, [2024, 2023, 2024])
    assert years["year"].values.tolist() == [2023, 2024]
    assert years.values.tolist() == [[[10.0, 20.0]], [[101.0, 202.0]]]
    assert bool(years.coords["converged"])
    with pytest.raises(ValueError, match="years: none is given for b"):
        by_year(net, [2023, np.nan, 2024])
    with pytest.raises(ValueError, match="years has 2 values for 3 batches"):
        by_year(net, [2023, 2024])


@pytest.mark.parametrize("follow", [ratchet, buffer_release, end_of_period])
def test_refusals(follow: Callable[..., pd.DataFrame]) -> None:
    net = yearly_draws([100 + STEPS, 100 + STEPS])
    with pytest.raises(ValueError, match="must rise"):
        follow(net.isel(year=[1, 0]))
    with pytest.raises(ValueError, match="they must be year"):
        follow(net.isel(year=0))
    with pytest.raises(ValueError, match="by_year sums batches"):
        follow(net.expand_dims(batch=["a"]))
    with pytest.raises(ValueError, match="not a finite number"):
        follow(net.where(net > 92))
    with pytest.raises(ValueError, match="allow_unconverged=True"):
        follow(net.assign_coords(converged=False))
    assert len(follow(net.assign_coords(converged=False), allow_unconverged=True)) == 2
