"""Weighed harvests, measured water and margins: what is drawn in closed form has the distribution it claims."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bayescarbon.accounting.seawater import calcification_ratio
from bayescarbon.model.inputs import WATER_SD, harvest_draws, margin_standard, water_ratio

SHAPE = (4, 5000)
SIZE = SHAPE[0] * SHAPE[1]
ERROR = 4 / np.sqrt(SIZE)  # four standard errors of a mean, in standard deviations
WATER = {"temperature_c": 14.0, "salinity": 31.0, "alkalinity_umol_kg": 2260.0, "pco2_uatm": 430.0}


def water_table(rows: list[dict[str, object]]) -> pd.DataFrame:
    columns = ["site", *(name for key in WATER_SD for name in (key, f"{key}_sd"))]
    return pd.DataFrame([dict.fromkeys(columns, np.nan) | row for row in rows], columns=columns)


# --- harvest ------------------------------------------------------------------------------------------------


def test_weighed_mass_is_the_mean_of_the_harvest_and_harvest_cv_its_spread() -> None:
    harvest = pd.DataFrame({"harvest_t": [120.0, 40.0, 7.5], "harvest_cv": [0.02, 0.1, 0.5]})
    drawn = harvest_draws(harvest, SHAPE, np.random.default_rng(1))
    assert drawn.dims == ("batch", "chain", "draw")
    assert drawn.shape == (3, *SHAPE)
    assert drawn.attrs["units"] == "t live"
    assert float(drawn.min()) > 0
    for mass, cv, values in zip(harvest["harvest_t"], harvest["harvest_cv"], drawn.values, strict=True):
        assert values.mean() == pytest.approx(mass, rel=ERROR * cv)
        assert values.std() / values.mean() == pytest.approx(cv, rel=0.05)
        log_sd = np.sqrt(np.log(1 + cv**2))
        law = stats.lognorm(log_sd, scale=mass * np.exp(-(log_sd**2) / 2))
        assert stats.kstest(values.ravel(), law.cdf).pvalue > 1e-4
    errors = np.log(drawn.values.reshape(3, -1))
    assert np.abs(np.corrcoef(errors) - np.eye(3)).max() < ERROR


def test_a_harvest_without_error_is_the_weighed_mass() -> None:
    harvest = pd.DataFrame({"harvest_t": [120.0], "harvest_cv": [0.0]})
    assert np.unique(harvest_draws(harvest, (2, 50), np.random.default_rng(1))).tolist() == [120.0]


# --- water --------------------------------------------------------------------------------------------------


def test_psi_is_the_function_of_the_measured_water() -> None:
    table = water_table([{"site": "east", **WATER}])
    psi = water_ratio(table, ["east"], SHAPE, np.random.default_rng(2))
    assert psi.dims == ("site", "chain", "draw")
    centre = float(calcification_ratio(**WATER))
    # Linear error propagation with the instruments' errors.
    slopes = {
        key: float(calcification_ratio(**(WATER | {key: WATER[key] + sd})) - centre)
        for key, sd in WATER_SD.items()
    }
    sd = np.sqrt(sum(slope**2 for slope in slopes.values()))
    assert 0.002 < sd < 0.02
    assert float(psi.mean()) == pytest.approx(centre, abs=0.1 * sd)
    assert float(psi.std()) == pytest.approx(sd, rel=0.05)


def test_psi_of_water_known_exactly_is_exact() -> None:
    told = {**WATER, **{f"{key}_sd": 0.0 for key in WATER}}
    other = told | {"temperature_c": 24.0}
    table = water_table([{"site": "west", **other}, {"site": "east", **told}])
    psi = water_ratio(table, ["east", "west"], (1, 3), np.random.default_rng(3))
    assert psi["site"].values.tolist() == ["east", "west"]
    for site, temperature in (("east", 14.0), ("west", 24.0)):
        exact = float(calcification_ratio(**(WATER | {"temperature_c": temperature})))
        assert psi.sel(site=site).values == pytest.approx(exact, abs=1e-12)


def test_more_water_rows_say_more() -> None:
    """Four equal rows halve the error of one; rows that differ by more than that error show a larger one."""
    exact = {f"{key}_sd": 0.0 for key in WATER} | {"pco2_uatm_sd": 40.0}
    one = water_table([{"site": "east", **WATER, **exact}])
    four = pd.concat([one] * 4, ignore_index=True)

    def spread(table: pd.DataFrame) -> float:
        return float(water_ratio(table, ["east"], SHAPE, np.random.default_rng(4)).std())

    assert spread(four) == pytest.approx(spread(one) / 2, rel=0.02)
    near = four.assign(pco2_uatm=[420.0, 440.0, 420.0, 440.0])
    assert spread(near) == pytest.approx(spread(four), rel=0.02)
    apart = four.assign(pco2_uatm=[380.0, 480.0, 380.0, 480.0])
    between = np.std(apart["pco2_uatm"], ddof=1)
    assert spread(apart) / spread(four) == pytest.approx(between / 40.0, rel=0.03)


def test_badly_known_water_is_still_water() -> None:
    wild = {"salinity_sd": 15.0, "alkalinity_umol_kg_sd": 200.0, "pco2_uatm_sd": 600.0}
    psi = water_ratio(
        water_table([{"site": "east", **WATER, **wild}]), ["east"], SHAPE, np.random.default_rng(6)
    )
    assert np.isfinite(psi.values).all()
    assert 0.6 < float(psi.median()) < 0.9


# --- margins ------------------------------------------------------------------------------------------------


def test_errors_of_margins_follow_what_is_known_about_them() -> None:
    nan = np.nan
    economics = pd.DataFrame(
        {
            "batch": ["gap", "years", "years", "years", "once"],
            "margin_gap": [500.0, nan, nan, nan, nan],
        }
    )
    standard = margin_standard(economics, SHAPE, np.random.default_rng(5))
    assert standard["batch"].values.tolist() == ["gap", "years", "once"]
    drawn = {name: standard.sel(batch=name).values.ravel() for name in ("gap", "years", "once")}
    assert stats.kstest(drawn["gap"], stats.norm.cdf).pvalue > 1e-4
    assert stats.kstest(drawn["years"], stats.t(2).cdf).pvalue > 1e-4
    assert stats.kstest(drawn["years"], stats.norm.cdf).pvalue < 1e-6
    assert not drawn["once"].any()
    assert np.corrcoef(drawn["gap"], np.clip(drawn["years"], -5, 5))[0, 1] == pytest.approx(0.0, abs=ERROR)
