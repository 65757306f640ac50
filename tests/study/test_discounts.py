"""The flat deductions that ship are complete, hold together, and come from farms that were simulated rightly."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from bayescarbon.accounting.frameworks import frameworks
from bayescarbon.study import discounts as module
from bayescarbon.study.discounts import COLUMNS, discounts, made_with
from bayescarbon.study.rules import default_rules, rules

GROUPS = ("clam", "scallop", "oyster", "mussel", "other")


def test_every_exact_rule_under_every_framework_for_every_group_ships() -> None:
    table = discounts()
    counts = sorted({row.own_samples for row in table})
    assert counts[0] == 0
    assert len(counts) >= 3
    found = [(row.group, row.own_samples, row.framework, row.rule) for row in table]
    assert found == list(product(GROUPS, counts, frameworks(), default_rules()))


def test_shipped_rows_hold_together() -> None:
    for row in discounts():
        assert row.unit == "t CO2e / t live"
        assert (row.farms == 1) == (row.own_samples == 0)
        assert 0 <= row.eligible_share <= 1
        if row.deduction is None:
            assert row.note
            assert not row.eligible
            assert row.deduction_mcse is None
            assert row.p_overcredit is None
            continue
        assert row.deduction_mcse is not None
        assert row.p_overcredit is not None
        assert row.expected_overcredit is not None
        # A sink skewed to the left (operations have a long upper tail) has its upper-middle quantiles above its mean.
        # How far is bounded: E(issued - S)+ is no less than issued - E S, so a negative deduction is within it.
        above_the_mean = rules()[row.rule].family == "quantile" or row.rule == "vt0014"
        lowest = -row.expected_overcredit if above_the_mean else 0.0
        assert lowest <= row.deduction <= 1
        assert 0 <= row.deduction_mcse < 0.25
        assert row.eligible == (row.deduction < 1)
        if rules()[row.rule].family == "quantile" and row.farms == 1 and row.eligible:
            assert row.p_overcredit == pytest.approx(rules()[row.rule].thresholds["level"], abs=1e-3)


def test_frameworks_without_removal_have_no_deduction() -> None:
    for row in discounts():
        if row.framework in ("none", "respiration_and_calcification", "air_sea_calcification"):
            assert row.deduction is None
        if row.framework in ("stock_change", "improved_stock_change", "shell_only"):
            assert row.deduction is not None


@pytest.mark.parametrize(
    "framework", ["stock_change", "improved_stock_change", "shell_only", "shell_dic_only"]
)
@pytest.mark.parametrize("group", GROUPS)
def test_own_samples_lower_the_deduction_of_every_quantile(framework: str, group: str) -> None:
    by_rule: dict[str, dict[int, float]] = {}
    for row in discounts():
        if (row.framework, row.group) == (framework, group) and rules()[row.rule].family == "quantile":
            assert row.deduction is not None
            by_rule.setdefault(row.rule, {})[row.own_samples] = row.deduction
    assert by_rule
    for found in by_rule.values():
        ordered = [found[count] for count in sorted(found)]
        assert ordered[0] > ordered[-1]
    means = np.mean([[found[count] for count in sorted(found)] for found in by_rule.values()], axis=0)
    assert (np.diff(means) < 0).all()


def test_record_of_the_table_says_how_it_was_made() -> None:
    made = made_with()
    assert {"version", "date", "seed", "draws_of_the_literature", "kinds", "cycle_days", "refits"} <= set(
        made
    )
    assert [one["own_samples"] for one in made["refits"]] == sorted(
        {row.own_samples for row in discounts()} - {0}
    )
    for one in made["refits"]:
        assert {row.farms for row in discounts() if row.own_samples == one["own_samples"]} == {
            one["farms_per_group"]
        }
        # 1 % of refits may have divergences, as in calibration; each has hundreds of draws.
        assert one["divergences"] <= 0.01 * one["farms_per_group"] * one["draws_per_refit"] / 100


def test_true_removals_lie_where_the_simulated_farms_expect_them() -> None:
    made = made_with()
    for one in made["refits"]:
        for shares in one["truth_below_quantile"].values():
            for level, share in zip(made["checked_quantiles"], shares, strict=True):
                # The five groups share a draw of the hierarchy; as if they were one, to be safe.
                error = np.sqrt(level * (1 - level) / one["farms_per_group"])
                assert abs(share - level) < 3 * error


def test_a_table_of_other_columns_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "read_text", lambda relative: "group,deduction\nclam,0.1\n")
    discounts.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"discounts\.csv must have the columns group, own_samples"):
            discounts()
    finally:
        discounts.cache_clear()
    assert COLUMNS[0] == "group"
