"""Carbon per cycle to carbon per year, over batches that stand side by side or follow each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayescarbon.checks.annual import per_site_and_year

YEAR = 365.25


def rate(harvest: list[tuple[str, float, float]], carbon: list[float]) -> xr.DataArray:
    """Return the rate of batches given as (site, cycle in years, year of harvest)."""
    rows = pd.DataFrame(harvest, columns=["site", "cycle", "year"])
    rows["batch"] = [f"b{i}" for i in range(len(rows))]
    rows["cycle_days"] = rows["cycle"] * YEAR
    line = xr.DataArray(carbon, dims="batch", coords={"batch": rows["batch"].to_numpy()})
    return per_site_and_year(line, rows)


def test_batches_side_by_side_add_up() -> None:
    # 10 t in 2 years and 4 t in half a year: 5 + 8 t a year.
    assert rate([("a", 2.0, 2020), ("a", 0.5, 2020)], [10.0, 4.0]).item() == pytest.approx(13.0)
    assert rate([("a", 2.0, np.nan), ("a", 0.5, np.nan)], [10.0, 4.0]).item() == pytest.approx(13.0)


def test_years_follow_each_other() -> None:
    # The same crop harvested in three years is one crop a year, not three.
    assert rate([("a", 1.0, y) for y in (2018, 2019, 2020)], [6.0, 6.0, 6.0]).item() == pytest.approx(6.0)
    assert rate([("a", 1.0, 2018), ("a", 1.0, 2020)], [6.0, 8.0]).item() == pytest.approx(7.0)


def test_overlapping_cohorts_are_both_in_the_water() -> None:
    # Two-year cycles of 6 t harvested every year: two cohorts of 3 t a year in the first year, then only the last.
    assert rate([("a", 2.0, 2019), ("a", 2.0, 2020)], [6.0, 6.0]).item() == pytest.approx((6.0 + 3.0) / 2)


def test_sites_stay_apart_and_draws_stay() -> None:
    harvest = pd.DataFrame(
        {"batch": ["x", "y", "z"], "site": ["b", "a", "b"], "cycle_days": [YEAR, YEAR, 2 * YEAR]}
    )
    values = np.arange(12.0).reshape(3, 2, 2)
    line = xr.DataArray(values, dims=("batch", "chain", "draw"), coords={"batch": ["x", "y", "z"]})
    found = per_site_and_year(line, harvest)
    assert list(found["site"].values) == ["b", "a"]
    np.testing.assert_allclose(found.sel(site="a"), values[1])
    np.testing.assert_allclose(found.sel(site="b"), values[0] + values[2] / 2)
    assert found.attrs["units"] == "t C / yr"


def test_a_batch_without_a_row_is_refused() -> None:
    line = xr.DataArray([1.0], dims="batch", coords={"batch": ["ghost"]})
    with pytest.raises(ValueError, match="no row for batch ghost"):
        per_site_and_year(line, pd.DataFrame({"batch": ["x"], "site": ["a"], "cycle_days": [1.0]}))
