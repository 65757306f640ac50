"""Defaults of the tables are the documented ones; nothing else is filled in."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bayescarbon.study import read_study
from tests.study.conftest import SOUND, Write


def test_harvest(write: Write) -> None:
    table = read_study(write({})).harvest
    assert list(table.columns) == [
        "batch", "site", "species", "group", "harvest_t", "cycle_days", "individuals", "farm", "year", "harvest_cv",
        "stocked_t", "emissions_t_co2e",
    ]  # fmt: skip
    first, second = table.iloc[0], table.iloc[1]
    assert (first["harvest_cv"], first["stocked_t"], first["farm"]) == (0.02, 0.0, "")
    assert first["individuals"] == 3_300_000
    assert math.isnan(second["individuals"])
    assert math.isnan(first["emissions_t_co2e"])
    assert math.isnan(first["year"])
    assert table["group"].tolist() == ["scallop", "oyster"]


def test_water(write: Write) -> None:
    (row,) = read_study(write({})).water.to_dict("records")
    assert row["alkalinity_umol_kg"] == 2260
    assert row["pco2_uatm_sd"] == 20
    assert all(math.isnan(row[f"{name}_sd"]) for name in ("temperature_c", "salinity", "alkalinity_umol_kg"))


def test_economics(write: Write) -> None:
    table = read_study(write({})).economics
    assert list(table.columns) == [
        "batch", "year", "revenue", "cost", "alternative_revenue", "alternative_cost", "margin_gap", "margin_gap_sd",
        "cycle_months", "discount_rate",
    ]  # fmt: skip
    assert table["cycle_months"].tolist() == pytest.approx([500 / 30.44, 500 / 30.44, 400 / 30.44])
    assert math.isnan(table["discount_rate"].iloc[2])
    assert table["margin_gap"].iloc[2] == 20


def test_sampling(write: Write) -> None:
    (row,) = read_study(write({})).sampling.to_dict("records")
    assert (row["quantity"], row["site"], row["species"], row["fixed_cost"]) == (
        "burial_fraction",
        "North",
        "",
        0.0,
    )
    assert math.isnan(row["max_samples"])


def test_absent_tables_are_empty_with_their_columns(write: Write, tmp_path: Path) -> None:
    whole = read_study(write({}))
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "study.toml").write_text(SOUND["study.toml"])
    (bare / "harvest.csv").write_text(SOUND["harvest.csv"])
    study = read_study(bare)
    for name in ("evidence", "water", "economics", "sampling"):
        table = getattr(study, name)
        assert len(table) == 0
        assert list(table.columns) == list(getattr(whole, name).columns)
        assert table.dtypes.equals(getattr(whole, name).dtypes), name


def test_reading_twice_gives_the_same(write: Write) -> None:
    folder = write({})
    one, two = read_study(folder), read_study(folder)
    for name in ("harvest", "evidence", "water", "economics", "sampling"):
        assert getattr(one, name).equals(getattr(two, name))
    assert one.inputs == two.inputs
