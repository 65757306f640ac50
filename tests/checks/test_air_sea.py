"""Measured fluxes of CO2: units, averaging, errors, and the verdict beside the farm's release."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayescarbon.accounting.gas_exchange import co2_flux
from bayescarbon.accounting.ledger import ledger
from bayescarbon.accounting.pools import pools
from bayescarbon.checks.air_sea import (
    CAVEAT,
    air_sea_check,
    annual_flux,
    released_per_year,
    to_carbon_per_year,
)
from bayescarbon.evidence.units import UnitError
from tests.accounting.inputs import draws as random_inputs

NAN = float("nan")


def table(*rows: dict[str, object]) -> pd.DataFrame:
    blank = {
        "site": "bay", "co2_flux": NAN, "unit": "", "sd": NAN, "method": "", "season": "", "area_km2": NAN,
        "delta_pco2_uatm": NAN, "wind_m_s": NAN, "temperature_c": NAN, "salinity": NAN,
    }  # fmt: skip
    return pd.DataFrame([blank | row for row in rows])


def flux(value: float, sd: float = NAN, season: str = "", **other: object) -> dict[str, object]:
    return {"co2_flux": value, "unit": "t C/yr", "sd": sd, "season": season} | other


def release(value: float, sd: float = 0.0) -> xr.DataArray:
    values = value + sd * np.random.default_rng(0).standard_normal((1, 4, 1000))
    return xr.DataArray(values, dims=("site", "chain", "draw"), coords={"site": ["bay"]})


@pytest.mark.parametrize(
    ("value", "unit", "area", "carbon"),
    [
        (10.0, "mmol CO2 m-2 d-1", 2.0, 10e-3 * 12.011 * 365.25 * 2.0),  # 1 g/m2 is 1 t/km2
        (10.0, "mmol/m2/d", 2.0, 10e-3 * 12.011 * 365.25 * 2.0),
        (-50.0, "g C/m2/yr", 3.0, -150.0),
        (44.01, "t CO2/yr", NAN, 12.011),
        (5.0, "t C/yr", NAN, 5.0),
    ],
)
def test_units(value: float, unit: str, area: float, carbon: float) -> None:
    assert to_carbon_per_year(value, unit, area) == pytest.approx(carbon)


def test_units_that_say_too_little() -> None:
    with pytest.raises(UnitError, match="C"):
        to_carbon_per_year(1.0, "mg/m2/d", 1.0)
    with pytest.raises(UnitError):
        to_carbon_per_year(1.0, "mg dry/m2/d", 1.0)
    with pytest.raises(ValueError, match="area_km2"):
        to_carbon_per_year(1.0, "g C/m2/yr", NAN)


def test_seasons_weigh_the_same_however_many_rows_they_have() -> None:
    rows = table(*[flux(10.0, 1.0, "summer")] * 9, flux(-30.0, 1.0, "winter"))
    mean, draws, seasons = annual_flux(rows)
    assert mean == pytest.approx(-10.0)
    assert seasons == ["summer", "winter"]
    # Nine rows of sd 1 agree, one stands alone: half of sqrt(1/9 + 1).
    assert draws.std() == pytest.approx(0.5 * np.sqrt(1 / 9 + 1), rel=0.05)
    assert draws.mean() == pytest.approx(-10.0, abs=0.05)


def test_a_whole_year_value_stands_beside_the_seasons() -> None:
    rows = table(flux(10.0, 1.0, "summer"), flux(-30.0, 1.0, "winter"), flux(20.0, 1.0))
    assert annual_flux(rows)[0] == pytest.approx((-10.0 + 20.0) / 2)
    assert annual_flux(table(flux(4.0), flux(8.0)))[0] == pytest.approx(6.0)


def test_rows_that_disagree_are_less_certain_than_they_say() -> None:
    # Standard error of -20, 0 and 20 is 20 / sqrt(3), although each claims 1.
    _, draws, _ = annual_flux(table(flux(-20.0, 1.0), flux(0.0, 1.0), flux(20.0, 1.0)))
    assert draws.std() == pytest.approx(20.0 / np.sqrt(3.0), rel=0.05)


def test_a_row_without_sd_has_the_assumed_error() -> None:
    _, draws, _ = annual_flux(table(flux(50.0, method="eddy covariance")))
    assert draws.std() == pytest.approx(15.0, rel=0.05)


def test_transfer_velocity_is_one_error_for_all_rows() -> None:
    water = {
        "delta_pco2_uatm": 100.0,
        "wind_m_s": 6.0,
        "temperature_c": 15.0,
        "salinity": 31.0,
        "area_km2": 4.0,
    }
    mean, draws, _ = annual_flux(table(*[water] * 100))
    assert mean == pytest.approx(co2_flux(100.0, 6.0, 15.0, 31.0) * 12.011e-3 * 365.25 * 4.0)
    # 100 rows leave 3 % of the error of 30 % of each, and all of the 20 % that they share.
    assert draws.std() / mean == pytest.approx(np.hypot(0.2, 0.03), rel=0.05)
    # Also where the flux was computed by others.
    named = table(*[flux(50.0, 0.1, method="delta pCO2, W14")] * 100)
    assert annual_flux(named)[1].std() == pytest.approx(10.0, rel=0.05)
    tower = table(*[flux(50.0, 0.1, method="eddy covariance")] * 100)
    assert annual_flux(tower)[1].std() == pytest.approx(0.01, rel=0.05)


@pytest.mark.parametrize(
    ("measured", "p", "words"),
    [
        (-40.0, 0.0, "takes up CO2"),
        (20.0, 0.0, "Less CO2"),
        (100.0, 0.5, "what the farm's release alone"),
        (400.0, 1.0, "More CO2"),
    ],
)
def test_verdict(measured: float, p: float, words: str) -> None:
    row = air_sea_check(table(flux(measured, 10.0)), release(100.0, 10.0)).iloc[0]
    assert row["p_below"] == pytest.approx(p, abs=0.03)
    assert words in row["verdict"] and row["verdict"].endswith(CAVEAT)
    assert row["measured"] == measured
    # Posterior predictive: release and measurement error together, sqrt(10^2 + 10^2).
    spread = (row["predicted_q95"] - row["predicted_q05"]) / (2 * 1.645)
    assert spread == pytest.approx(np.sqrt(200.0), rel=0.06)
    assert row["predicted_median"] == pytest.approx(100.0, abs=1.0)


def test_p_below_is_uniform_when_the_release_is_all_there_is() -> None:
    # 300 farms whose flux is their release and nothing else: the tail probability is uniform.
    rng = np.random.default_rng(8)
    centre, width, error = 100.0, 20.0, 15.0
    sites = [f"s{i}" for i in range(300)]
    measured = rng.normal(centre, width, 300) + rng.normal(0.0, error, 300)
    rows = table(*[flux(value, error, site=site) for value, site in zip(measured, sites, strict=True)])
    draws = rng.normal(centre, width, (300, 2000))
    found = air_sea_check(rows, xr.DataArray(draws, dims=("site", "draw"), coords={"site": sites}))
    ordered = np.sort(found["p_below"].to_numpy())
    distance = np.abs(ordered - (np.arange(300) + 0.5) / 300).max()
    assert distance < 1.36 / np.sqrt(300)  # Kolmogorov-Smirnov, 5 %


def test_result_follows_seed_and_not_order() -> None:
    rows = table(flux(50.0, 5.0), flux(70.0, 5.0, site="cove"))
    farms = xr.concat([release(60.0, 9.0), release(60.0, 9.0).assign_coords(site=["cove"])], "site")
    one = air_sea_check(rows, farms).set_index("site")
    other = air_sea_check(rows[::-1], farms).set_index("site").loc[one.index]
    pd.testing.assert_frame_equal(one, other)
    assert air_sea_check(rows, farms, seed=2)["measured_q05"].tolist() != one["measured_q05"].tolist()


def test_a_site_without_batches_has_nothing_to_compare_with() -> None:
    row = air_sea_check(table(flux(5.0, 1.0, site="lagoon")), release(100.0)).iloc[0]
    assert np.isnan(row["p_below"]) and row["verdict"].startswith("No batch")


@pytest.mark.parametrize(
    "row",
    [{"sd": 1.0}, {"co2_flux": 5.0}, {"delta_pco2_uatm": 100.0, "wind_m_s": 6.0, "salinity": 31.0}],
)
def test_a_row_without_a_whole_flux_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="bay: give co2_flux"):
        air_sea_check(table({"area_km2": 1.0} | row), release(100.0))


def test_released_pool_per_year() -> None:
    account = ledger(random_inputs(3))
    harvest = pd.DataFrame(
        {"batch": ["b0", "b1", "b2"], "site": ["a", "a", "b"], "cycle_days": [365.25, 730.5, 182.625]}
    )
    per_year = released_per_year(account, harvest)
    pool = pools(account)["released"]
    xr.testing.assert_allclose(
        per_year.sel(site="a", drop=True).drop_attrs(),
        (pool.sel(batch="b0", drop=True) + pool.sel(batch="b1", drop=True) / 2).drop_attrs(),
    )
    xr.testing.assert_allclose(
        per_year.sel(site="b", drop=True).drop_attrs(), (2 * pool.sel(batch="b2", drop=True)).drop_attrs()
    )


def test_the_error_of_a_flux_from_partial_pressures_is_the_one_that_is_stated() -> None:
    water = {
        "delta_pco2_uatm": 60.0,
        "wind_m_s": 6.0,
        "temperature_c": 20.0,
        "salinity": 31.0,
        "area_km2": 2.0,
    }
    sure, loose, total, silent = (
        annual_flux(table(water | said), draws=40_000)
        for said in (
            {"sd": 0.001, "unit": "mmol CO2/m2/d"},
            {"sd": 5.0, "unit": "mmol CO2/m2/d"},
            {"sd": 50.0, "unit": "t C/yr"},
            {},
        )
    )
    flux = sure[0]
    assert [one[0] for one in (loose, total, silent)] == pytest.approx([flux] * 3)
    # What is left without an error of its own is that of the transfer velocity.
    assert sure[1].std() == pytest.approx(0.2 * flux, rel=0.03)
    assert loose[1].std() == pytest.approx(np.hypot(0.2 * flux, 5.0 * 1e-3 * 12.011 * 365.25 * 2.0), rel=0.03)
    assert total[1].std() == pytest.approx(np.hypot(0.2 * flux, 50.0), rel=0.03)
    assert silent[1].std() == pytest.approx(np.hypot(0.2, 0.3) * flux, rel=0.03)


def test_a_flux_per_area_without_its_area_is_compared_with_nothing() -> None:
    """Rows of the site that can be told in tonnes are compared as if it was not there."""
    per_area = {"co2_flux": 4.0, "unit": "mmol CO2/m2/d", "sd": 1.0}
    alone = air_sea_check(table(per_area), release(100.0)).iloc[0]
    assert (alone["n_rows"], alone["verdict"].split(":")[0]) == (1, "No row states the area of sea")
    assert np.isnan(alone["measured"]) and np.isnan(alone["p_below"])
    total = flux(50.0, 5.0)
    both = air_sea_check(table(per_area, total), release(100.0)).iloc[0]
    pd.testing.assert_series_equal(both, air_sea_check(table(total), release(100.0)).iloc[0])
