"""The specification says everything about every column, and the documents say what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescarbon.study.columns import TABLES
from bayescarbon.study.describe import KEYS, describe
from bayescarbon.study.rules import FAMILIES, NO_FORMULA
from bayescarbon.study.settings import _BY_NAME, _NESTED, _File
from bayescarbon.study.spec import Bounds

NAMED = ("harvest", "evidence", "water", "economics", "sampling")
MEASURED = ("isotopes", "traps", "oxygen", "fouling", "budget", "sediment", "endmembers", "air_sea")


def test_tables_are_those_of_the_format() -> None:
    assert tuple(TABLES) == (*NAMED, *MEASURED)
    # What a measurement is for is not written in its rows, so the specification says it.
    assert [name for name, table in TABLES.items() if table.use] == ["water", *MEASURED]
    assert [name for name, table in TABLES.items() if table.required] == ["harvest"]


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_described_once_in_both_languages(name: str) -> None:
    columns = TABLES[name].columns
    assert len({column.name for column in columns}) == len(columns)
    for column in columns:
        assert column.english.endswith((".", "`.")), column.name
        assert any("\u4e00" <= character <= "\u9fff" for character in column.chinese), column.name
        assert bool(column.choices) == (column.kind == "choice")
        assert column.bounds is None or column.kind in ("number", "integer")


def test_required_columns_are_those_of_the_format() -> None:
    required = {name: [c.name for c in table.columns if c.required] for name, table in TABLES.items()}
    assert required["harvest"] == ["batch", "site", "species", "harvest_t", "cycle_days"]
    assert required["evidence"] == ["quantity", "unit"]
    assert required["water"] == ["site", "temperature_c", "salinity", "alkalinity_umol_kg", "pco2_uatm"]
    assert required["economics"] == ["batch"]
    assert required["sampling"] == ["quantity", "cost_per_sample"]
    assert required["traps"] == ["trap", "site", "kind", "dry_mass_mg", "days"]
    assert required["oxygen"] == ["core", "site", "oxygen_uptake"]
    assert required["air_sea"] == ["site"]
    assert required["fouling"] == ["gear", "site", "species", "taxon", "fresh_mass_kg"]


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Bounds(low=0), "0 or more"),
        (Bounds(low=0, low_open=True), "above 0"),
        (Bounds(high=1), "1 or less"),
        (Bounds(high=1, high_open=True), "below 1"),
        (Bounds(0, 1), "between 0 and 1"),
        (Bounds(0, 1, True, True), "between 0 and 1 (both excluded)"),
        (Bounds(0, 1, False, True), "between 0 and 1 (1 excluded)"),
    ],
)
def test_bounds_in_words(bounds: Bounds, words: str) -> None:
    assert bounds.words == words


def test_the_document_holds_the_specification(repository: Path) -> None:
    # After a change: the part of docs/study-format.md from "## Settings" on is what describe() returns.
    document = (repository / "docs" / "study-format.md").read_text(encoding="utf-8")
    assert document.endswith(describe())
    for table in TABLES.values():
        for column in table.columns:
            assert f"`{column.name}`" in document


def test_the_document_holds_every_threshold_of_an_own_rule() -> None:
    rows = describe().splitlines()
    for name, family in FAMILIES.items():
        first = [row for row in rows if row.startswith(f"| `{name}` | ")]
        assert len(first) == (name != NO_FORMULA)
        for key, threshold in family.thresholds.items():
            shown = f"**`{key}`**" if threshold.required else f"`{key}`"
            assert any(f"| {shown} | {threshold.holds} | " in row for row in rows), (name, key)


def test_every_key_of_the_settings_is_described() -> None:
    described = {key.name.partition(",")[0] for key in KEYS}
    for name in _File.model_fields:
        if name not in _NESTED:
            assert name in described
            continue
        inner = f"{name}.NAME" if name in _BY_NAME else name
        # The quantiles share one entry; a reason for the baseline is told in that entry.
        fields = [f for f in _NESTED[name].model_fields if f not in ("q50", "q95")]
        for field in fields:
            assert f"{inner}.{field}" in described or name == "baseline_share"
