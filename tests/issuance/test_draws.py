"""The draws that credits are refused for, each with the remedy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from bayescarbon.issuance.issue import issue, issue_table

VALUES = np.random.default_rng(5).gamma(9.0, size=(4, 100))


def batches(count: int = 1) -> xr.DataArray:
    """Return draws of several batches, or of one."""
    return xr.DataArray(np.broadcast_to(VALUES, (count, 4, 100)), dims=("batch", "chain", "draw"))


def test_dims_of_one_removal() -> None:
    expected = issue(VALUES.ravel(), "posterior_q10").issued
    whole = xr.DataArray(VALUES, dims=("chain", "draw"), coords={"chain": range(4), "draw": range(100)})
    for draws in (whole, whole.T, whole.stack(sample=("chain", "draw")), list(VALUES.ravel())):
        assert issue(draws, "posterior_q10").issued == expected
    assert issue(whole.isel(chain=0), "posterior_q10").issued == issue(VALUES[0], "posterior_q10").issued
    assert issue(np.array([1, 2, 3, 4]), "posterior_q40").issued == pytest.approx(2.2)


@pytest.mark.parametrize(
    ("draws", "words"),
    [
        (batches(2), r'draws\.sum\("batch"\)'),
        (batches(2).expand_dims(year=[2020, 2021]), r'draws\.sum\(\["year", "batch"\]\)'),
        (batches(1), r'draws\.sum\("batch"\)'),
        (VALUES, "has one dimension, this one has 2"),
        (3.0, "this one has 0"),
        ([1.0], "at least two are needed, there are 1"),
        ([], "at least two are needed, there are 0"),
        ([1.0, np.nan], "not a finite number somewhere in the draws"),
        ([1.0, np.inf], "not a finite number"),
        (["a", "b"], "must be numbers"),
        ([1 + 1j, 2 + 0j], "must be real numbers, not complex128"),
        ([True, False], "must be real numbers, not bool"),
        (batches(1)[0].assign_attrs(units="t C"), r"the unit is 't C', and .* take the draws from net_sink"),
    ],
)
def test_refused(draws: Any, words: str) -> None:
    with pytest.raises(ValueError, match=f"^draws: .*{words}"):
        issue(draws, "posterior_q10")


def test_tables_are_of_scopes() -> None:
    good = batches(2).rename(batch="scope").assign_coords(scope=["a", "b"])
    assert issue_table(good.transpose("draw", "scope", "chain"), ["posterior_q10"])["scope"].tolist() == [
        "a",
        "b",
    ]
    assert issue_table(good.isel(chain=0), ["posterior_q10"])["scope"].tolist() == ["a", "b"]
    assert issue_table(good.drop_vars("scope"), ["posterior_q10"])["scope"].tolist() == ["0", "1"]
    for wrong in (batches(2), good.isel(scope=0), good.isel(chain=0, draw=0), good.expand_dims(year=[1, 2])):
        with pytest.raises(ValueError, match="they must be scope, chain and draw"):
            issue_table(wrong, ["posterior_q10"])
    with pytest.raises(ValueError, match=r"not a finite number somewhere in b;"):
        issue_table(good.where(good["scope"] == "a"), ["posterior_q10"])


def test_draws_of_a_failed_fit_are_refused_unless_asked_for() -> None:
    failed = batches(2).assign_coords(converged=False)
    total = failed.sum("batch") * 2.0  # the mark goes along with sums and products
    with pytest.raises(ValueError, match=r"failed its diagnostics.*allow_unconverged=True"):
        issue(total, "posterior_q10")
    with pytest.raises(ValueError, match="failed its diagnostics"):
        issue(total.stack(sample=("chain", "draw")), "posterior_q10")
    assert issue(total, "posterior_q10", allow_unconverged=True).issued > 0
    sound = batches(2).assign_coords(converged=True).sum("batch")
    assert issue(sound, "posterior_q10").issued > 0


def test_unit_is_that_of_net_sink_however_it_is_spaced() -> None:
    total = batches(1)[0]
    for unit in ("t CO2e", "tCO2e"):
        assert issue(total.assign_attrs(units=unit)).issued == issue(total).issued
    tables = batches(2).rename(batch="scope").assign_attrs(units="kg CO2e")
    with pytest.raises(ValueError, match=r"the unit is 'kg CO2e'.*counted in t CO2e"):
        issue_table(tables, ["posterior_q10"])
