"""What a core's oxygen uptake observes: a (1 - B) h / RQ, with an error of the flux that its cores share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bayescarbon.evidence.quantities import instruments
from bayescarbon.model.measurements.oxygen import oxygen_rows, trap_flux
from tests.fit.worlds import SCALLOP, Row, write_study
from tests.model.measurements.support import HARVEST, drawn, specified

CORES: list[Row] = [
    {"core": "K1", "site": "east", "oxygen_uptake": 20, "carbon_flux": 600, "carbon_flux_sd": 90},
    {"core": "K2", "site": "east", "oxygen_uptake": 25, "carbon_flux": 600},
    {"core": "K3", "site": "west", "oxygen_uptake": 10, "carbon_flux": 400, "season": "May"},
]
UNDER = {"site": "east", "kind": "farm", "species": SCALLOP, "individuals": 40, "days": 2}
TRAPS: list[Row] = [
    {"trap": "F1", "dry_mass_mg": 1000, "area_m2": 0.05, "carbon_fraction": 0.05} | UNDER,
    {"trap": "F2", "dry_mass_mg": 2000, "area_m2": 0.05, "carbon_fraction": 0.04} | UNDER,
    {"trap": "F3", "dry_mass_mg": 3000, "area_m2": 0.05} | UNDER,
    {"trap": "F4", "dry_mass_mg": 3000, "area_m2": 0.05, "carbon_fraction": 0.06, "season": "summer"} | UNDER,
    {"trap": "C1", "site": "east", "kind": "control", "dry_mass_mg": 300, "area_m2": 0.05, "days": 2},
]


def told(folder: Path, oxygen: list[Row], traps: list[Row] | None = None) -> pd.DataFrame:
    tables = {"oxygen": oxygen} | ({"traps": traps} if traps else {})
    return oxygen_rows(write_study(folder, HARVEST, tables=tables)).set_index("id")


def test_uptake_per_flux_in_carbon(tmp_path: Path) -> None:
    rows = told(tmp_path, CORES)
    assert rows["value"].tolist() == pytest.approx([20 * 12.011 / 600, 25 * 12.011 / 600, 10 * 12.011 / 400])
    assert rows.loc["oxygen:K3", "season"] == "spring"
    assert set(rows["species"]) == {""}


def test_the_error_of_the_flux_is_the_stated_one_or_the_usual(tmp_path: Path) -> None:
    """15 % is a log-sd of 0.1492; the usual error has 0.72 to 1.39 as its 90 % interval, a log-sd of 0.2."""
    rows = told(tmp_path, CORES)
    stated = instruments()["carbon_flux_error"].prior
    usual = np.log(stated.q95 / stated.q05) / (2 * 1.6448536269514722)
    assert usual == pytest.approx(0.2, abs=0.001)
    spreads = [float(constants[0]) for constants in rows["constants"]]
    assert spreads == pytest.approx([np.sqrt(np.log(1 + 0.15**2)) / usual, 1.0, 1.0])


def test_cores_observe_what_oxygen_sees_of_mineralisation(tmp_path: Path) -> None:
    world = drawn(specified(tmp_path, {"oxygen": CORES}))
    usual = np.log(1.39 / 0.72) / (2 * 1.6448536269514722)
    for label, site, season, spread in (
        ("K1", "east", "", np.sqrt(np.log(1 + 0.15**2)) / usual),
        ("K2", "east", "", 1.0),
        ("K3", "west", "spring", 1.0),
    ):
        a, burial, quotient = (
            world.value(name, site, season)
            for name in ("oxygen_visible_share", "burial_fraction", "respiratory_quotient")
        )
        error = world.value("carbon_flux_error", site)
        wanted = a * (1 - burial) * error**spread / quotient
        assert world.observed(f"oxygen:{label}") == pytest.approx(wanted, rel=1e-9)


def test_the_error_of_a_flux_has_no_season(tmp_path: Path) -> None:
    found = specified(tmp_path, {"oxygen": CORES})
    assert set(found.layout.seasonal) == {"burial_fraction", "oxygen_visible_share", "respiratory_quotient"}


def test_a_flux_that_is_not_given_is_that_of_the_farm_traps(tmp_path: Path) -> None:
    """mg dry x g C / g dry / m2 / d, the mean over the traps with both; the control is not part of it."""
    traps = write_study(tmp_path, HARVEST, tables={"traps": TRAPS}).traps
    by_hand = [1000 * 0.05 / 0.05 / 2, 2000 * 0.04 / 0.05 / 2, 3000 * 0.06 / 0.05 / 2]
    assert by_hand == pytest.approx([500, 800, 1800])
    # Traps of its own season where there are any; those of no season for a core of no season.
    assert trap_flux(traps, "east", "summer") == pytest.approx(1800)
    assert trap_flux(traps, "east", "") == pytest.approx(650)
    assert trap_flux(traps, "east", "winter") == pytest.approx(np.mean(by_hand))
    bare: list[Row] = [{"core": "K1", "site": "east", "oxygen_uptake": 20, "season": "summer"}]
    rows = told(tmp_path / "cores", bare, TRAPS)
    assert rows["value"].tolist() == pytest.approx([20 * 12.011 / 1800])
    assert rows["constants"].tolist() == [(1.0,)]
