"""The tables of measurements arrive whole: names resolved, seasons mapped, defaults filled in, nothing else touched."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from bayescarbon.evidence.units import UnitError
from bayescarbon.study import Study, read_study
from bayescarbon.study.air_sea import flux_unit
from bayescarbon.study.describe import measured
from bayescarbon.study.reading import read_raw
from bayescarbon.study.sediment import is_farm_source
from bayescarbon.study.sheets import write_workbook
from tests.study.conftest import Write
from tests.study.measured import HEADERS, OYSTER, ROWS, SCALLOP, everything, replaced, table
from tests.study.test_workbook import assert_same

COLUMNS = {
    "isotopes": (
        "sample species group site mineral d13c_shell d13c_shell_sd d13c_dic d13c_dic_sd d13c_tissue d13c_tissue_sd"
    ),
    "traps": (
        "trap site kind dry_mass_mg days species group individuals area_m2 season carbon_fraction shell_length_mm "
        "dry_weight_g"
    ),
    "oxygen": "core site oxygen_uptake carbon_flux carbon_flux_sd season",
    "fouling": "gear site species group taxon fresh_mass_kg season",
    "budget": (
        "individual species group site tissue_mgc shell_mgc deposited_mgc released_mgc source cycle_days"
    ),
    "sediment": "sample site d13c d15n",
    "endmembers": "source d13c d13c_sd d15n d15n_sd",
    "air_sea": (
        "site co2_flux unit sd method season area_km2 delta_pco2_uatm wind_m_s temperature_c salinity"
    ),
}


@pytest.fixture
def study(write: Write) -> Study:
    """Return the sound study with all of the tables."""
    return read_study(write(everything()))


def test_all_of_them_are_sound(study: Study) -> None:
    assert study.warnings == ()


def test_columns_and_types_are_the_same_with_and_without_rows(study: Study, write: Write) -> None:
    without = read_study(write(dict.fromkeys(everything())))
    for name, columns in COLUMNS.items():
        whole, empty = getattr(study, name), getattr(without, name)
        assert list(whole.columns) == columns.split(), name
        assert len(whole) > 0
        assert len(empty) == 0
        assert list(empty.columns) == columns.split(), name
        assert whole.dtypes.equals(empty.dtypes), f"{name}: {whole.dtypes} {empty.dtypes}"
        assert whole.index.equals(pd.RangeIndex(len(whole)))


def test_each_table_stands_alone(write: Write) -> None:
    alone = {"isotopes", "traps", "fouling", "budget", "air_sea"}
    for name in alone:
        others: dict[str, str | None] = dict.fromkeys(everything())
        study = read_study(write(others | table(name, *ROWS[name])))
        assert [t for t in HEADERS if len(getattr(study, t))] == [name]


def test_isotopes(study: Study) -> None:
    first, second = study.isotopes.to_dict("records")
    assert (first["species"], first["group"], first["mineral"]) == (SCALLOP, "scallop", "calcite")
    assert (first["d13c_shell"], first["d13c_dic"], first["d13c_tissue"]) == (-0.5, 0.5, -18.2)
    assert (first["d13c_shell_sd"], first["d13c_dic_sd"]) == (0.1, 0.2)
    assert math.isnan(first["d13c_tissue_sd"])
    assert (second["d13c_tissue_sd"], second["site"]) == (0.3, "South")


def test_traps(study: Study) -> None:
    farm, control = study.traps.to_dict("records")
    assert (farm["kind"], farm["season"], farm["species"], farm["group"]) == (
        "farm",
        "spring",
        SCALLOP,
        "scallop",
    )
    assert (farm["individuals"], farm["shell_length_mm"], farm["dry_weight_g"]) == (40, 61, 14)
    assert (control["individuals"], control["species"], control["group"]) == (0, "", "")


def test_traps_without_areas_are_alike(write: Write) -> None:
    rows = (f"T1,North,farm,9000,2,{SCALLOP},40,,,0.045,,", "C1,North,control,1500,2,,0,,,,,")
    study = read_study(write(table("traps", *rows)))
    assert study.warnings == ()
    assert study.traps["area_m2"].isna().all()


@pytest.mark.parametrize(
    ("farm", "control"), [("May", "spring"), ("May", ""), ("", "summer"), ("", ""), ("8", "August")]
)
def test_a_control_of_the_same_season_or_of_none(write: Write, farm: str, control: str) -> None:
    rows = (f"T1,North,farm,9000,2,{SCALLOP},40,,{farm},,,", f"C1,North,control,1500,2,,0,,{control},,,")
    assert len(read_study(write(table("traps", *rows))).traps) == 2


def test_oxygen(study: Study) -> None:
    first, second = study.oxygen.to_dict("records")
    assert (first["oxygen_uptake"], first["carbon_flux"], first["carbon_flux_sd"]) == (18, 600, 90)
    assert first["season"] == "spring"
    assert math.isnan(second["carbon_flux"])


def test_every_gear_has_every_taxon(study: Study) -> None:
    weighed = study.fouling.pivot(index="gear", columns="taxon", values="fresh_mass_kg")
    assert weighed.loc["G1"].to_dict() == {
        "host": 8.4,
        "mussel": 1.1,
        "oyster": 0,
        "ascidian": 0.6,
        "other": 0,
    }
    assert weighed.loc["G2"].to_dict() == {"host": 5, "mussel": 0, "oyster": 0, "ascidian": 0, "other": 0}
    assert study.fouling["taxon"].tolist() == ["host", "mussel", "oyster", "ascidian", "other"] * 2
    of_gear = study.fouling.drop(columns=["taxon", "fresh_mass_kg"]).drop_duplicates()
    assert of_gear.to_dict("records") == [
        {"gear": "G1", "site": "North", "species": SCALLOP, "group": "scallop", "season": "autumn"},
        {"gear": "G2", "site": "South", "species": OYSTER, "group": "oyster", "season": ""},
    ]


def test_two_names_of_one_host_are_one_gear(write: Write) -> None:
    rows = (f"G1,North,{SCALLOP},host,8,", "G1,North,栉孔扇贝,mussel,1,")
    study = read_study(write(table("fouling", *rows)))
    assert study.fouling["species"].unique().tolist() == [SCALLOP]


def test_budgets_run_over_the_cycle_of_their_batches(write: Write) -> None:
    harvest = (
        "batch,site,species,harvest_t,cycle_days\n"
        f"a,North,{SCALLOP},100,500\nb,North,Chlamys farreri,50,400\nc,North,{OYSTER},50,300\n"
    )
    changes = {"harvest.csv": harvest, "economics.csv": None, "sampling.csv": None}
    rows = (f"A1,{SCALLOP},North,1,2,3,4,,", f"A2,{SCALLOP},North,1,2,3,4,,365")
    study = read_study(write(changes | table("budget", *rows)))
    assert study.budget["cycle_days"].tolist() == [450, 365]
    assert study.budget["source"].tolist() == ["", ""]


def test_nitrogen_is_used_only_where_every_source_has_it(study: Study, write: Write) -> None:
    assert study.sediment["d15n"].tolist() == [5.8, 6.1]
    assert study.endmembers["d15n_sd"].tolist() == [0.7, 0.8, 0.9]
    rows = ("farm,-20.5,0.6,6.9,0.7", "land,-26.5,0.8,3.8,")
    other = read_study(write(replaced("endmembers", *rows)))
    assert other.endmembers[["d15n", "d15n_sd"]].isna().all(axis=None)
    assert other.sediment["d15n"].isna().all()
    assert other.sediment["d13c"].tolist() == [-22.1, -21.5]


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("farm", True), ("Farm biodeposits", True), ("BIODEPOSIT", True), ("生物沉积物", True),
        ("farm_2020", True), ("farm: scallops", True), ("biodeposits (north)", True), ("生物沉积（扇贝）", True),
        ("scallop farm", False), ("kelp", False), ("", False), ("farmland runoff", False), ("Farmed kelp", False),
        ("biodepositional crust", False), ("生物沉积岩", False),
    ],
)  # fmt: skip
def test_which_source_is_the_farm(name: str, own: bool) -> None:
    assert is_farm_source(name) == own


def test_air_sea(study: Study) -> None:
    measured_flux, from_delta, total = study.air_sea.to_dict("records")
    assert (measured_flux["co2_flux"], measured_flux["sd"], measured_flux["season"]) == (4.2, 1.1, "summer")
    assert math.isnan(from_delta["co2_flux"])
    # From the water of the site.
    assert (from_delta["temperature_c"], from_delta["salinity"]) == (14, 31)
    assert math.isnan(measured_flux["temperature_c"])
    assert (total["co2_flux"], total["unit"]) == (-120, "t CO2/yr")


def test_temperature_of_the_row_comes_before_that_of_the_water(write: Write) -> None:
    row = "North,,,,,winter,3,80,5.5,4.5,"
    found = read_study(write(table("air_sea", row))).air_sea.iloc[0]
    assert (found["temperature_c"], found["salinity"]) == (4.5, 31)


# By hand: 365.25 d a year, 12.011 g C and 44.01 g CO2 per mol, 1 g/m2 = 1 t/km2.
@pytest.mark.parametrize(
    ("unit", "factor", "per_area"),
    [
        ("mmol CO2/m2/d", 0.012011 * 365.25, True),
        ("mmol/m2/d", 0.012011 * 365.25, True),
        ("mmol C m-2 d-1", 0.012011 * 365.25, True),
        ("g C/m2/yr", 1.0, True),
        ("g CO2/m2/yr", 12.011 / 44.01, True),
        ("mmol CO2 m-2 h-1", 0.012011 * 24 * 365.25, True),
        ("t C/yr", 1.0, False),
        ("kg CO2/d", 0.36525 * 12.011 / 44.01, False),
    ],
)
def test_units_of_a_flux(unit: str, factor: float, per_area: bool) -> None:
    assert flux_unit(unit) == (pytest.approx(factor, rel=1e-12), per_area)


@pytest.mark.parametrize(
    "unit", ["g/m2/yr", "t/yr", "t CO2e/yr", "uatm", "mmol O2/m2/d", "g C/m2", "%", "t C"]
)
def test_what_is_no_unit_of_a_flux(unit: str) -> None:
    with pytest.raises(UnitError):
        flux_unit(unit)


def test_counts_for_the_summary(study: Study, write: Write) -> None:
    told = {row["table"]: (row["count"], row["what"], row["sites"]) for row in measured(study)}
    assert told == {
        "water": (1, "descriptions", 1),
        "isotopes": (2, "shells", 2), "traps": (2, "traps", 1), "oxygen": (2, "incubations", 1),
        "fouling": (2, "gears", 2), "budget": (2, "animals", 2), "sediment": (2, "samples", 2),
        "endmembers": (3, "sources", 0), "air_sea": (3, "fluxes", 2),
    }  # fmt: skip
    assert all(row["use"].endswith(".") for row in measured(study))
    assert [one["table"] for one in measured(read_study(write(dict.fromkeys(everything()))))] == ["water"]


def test_sizes_stand_beside_evidence(write: Write) -> None:
    text = (
        "quantity,unit,value,species,site,shell_length_mm,dry_weight_g,sample\n"
        f"biodeposition_rate,mg/ind/d,95,{SCALLOP},North,62,14.1,S1\n"
        f"biodeposition_rate,mg/ind/d,90,{SCALLOP},North,,,\n"
    )
    rows = read_study(write({"evidence.csv": text})).evidence
    assert rows.loc[0, ["shell_length_mm", "dry_weight_g"]].tolist() == [62, 14.1]
    assert rows.loc[1, ["shell_length_mm", "dry_weight_g"]].isna().all()
    assert rows["note"].tolist() == ["sample = S1", ""]


def test_a_workbook_gives_the_same_tables(write: Write, tmp_path: Path) -> None:
    folder = write(everything())
    raw = read_raw(folder)
    assert raw.settings is not None
    write_workbook(tmp_path / "book.xlsx", raw.settings, raw.tables, "")
    assert_same(read_study(folder), read_study(tmp_path / "book.xlsx"))
