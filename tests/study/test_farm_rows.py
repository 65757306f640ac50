"""The farm's rows in the tidy table: units, kinds, conventions, and the same reading as the literature's."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bayescarbon.evidence.quantities import composites, quantities
from bayescarbon.evidence.table import EVIDENCE_COLUMNS, observe
from bayescarbon.study import Study, read_study
from tests.study.conftest import Write

HEADER = "quantity,unit,value,species,site,season,sd,n,low,high,method,rq_convention,sample,shell_length_mm,source\n"


def read(write: Write, *rows: str, settings: str = "") -> Study:
    """Read the sound study with these evidence rows."""
    toml = f'title = "T"\n{settings}\n[currency]\ncode = "CNY"\nyear = 2024\n'
    return read_study(write({"evidence.csv": HEADER + "\n".join(rows) + "\n", "study.toml": toml}))


def test_columns_and_identities(write: Write) -> None:
    study = read(
        write, "shell_carbon,%,11.6,mussel,North,May,,,,,,,S1,55,lab", "", "dry_fraction,g/g,0.6,mussel,North"
    )
    table = study.evidence
    assert tuple(table.columns) == EVIDENCE_COLUMNS
    assert table["id"].tolist() == ["evidence:2", "evidence:4"]
    first = table.iloc[0]
    assert (first["origin"], first["species"], first["group"]) == ("farm", "mussel (unspecified)", "mussel")
    assert (first["site"], first["season"], first["kind"], first["n"]) == ("North", "spring", "sample", 1.0)
    assert first["value"] == pytest.approx(0.116)
    assert first["note"] == "sample = S1"
    assert (first["shell_length_mm"], math.isnan(first["dry_weight_g"])) == (55, True)
    assert first["source"] == "lab"
    assert math.isnan(first["sd"])
    assert table["note"].iloc[1] == ""


# cells after quantity and unit: value, species, site, season, sd, n, low, high
@pytest.mark.parametrize(
    ("row", "kind", "numbers"),
    [
        ("shell_carbon,%,11.6,mussel", "sample", (0.116, None, 1, None, None)),
        ("shell_carbon,%,11.6,mussel,,,,1", "sample", (0.116, None, 1, None, None)),
        ("shell_carbon,%,11.6,mussel,,,0.4,9", "summary", (0.116, 0.004, 9, None, None)),
        ("shell_carbon,mg/g,116,mussel,,,,9", "summary", (0.116, None, 9, None, None)),
        ("shell_carbon,%,,mussel,,,,,11,12", "range", (None, None, None, 0.11, 0.12)),
        ("shell_carbon,%,,mussel,,,,7,11,12", "range", (None, None, 7, 0.11, 0.12)),
        ("shell_carbon,%,,mussel,,,,,,12", "below", (None, None, None, None, 0.12)),
        ("shell_carbon,%,,mussel,,,,,11", "above", (None, None, None, 0.11, None)),
        ("respired_shell_fraction,%,0,mussel,,,,,2", "below", (None, None, None, None, 0.02)),
        ("live_weight,kg,0.03,mussel", "sample", (30, None, 1, None, None)),
    ],
)
def test_kinds_and_units(write: Write, row: str, kind: str, numbers: tuple[float | None, ...]) -> None:
    found = read(write, row).evidence.iloc[0]
    assert found["kind"] == kind
    for column, number in zip(("value", "sd", "n", "low", "high"), numbers, strict=True):
        expected = math.nan if number is None else number
        assert found[column] == pytest.approx(expected, nan_ok=True), column


def test_the_same_row_reads_as_it_would_in_the_literature(write: Write) -> None:
    """Two routes to one observation: whole columns here, one row at a time for the literature."""
    random = np.random.default_rng(1)
    known = {**quantities(), **composites()}
    cases = []
    for name, unit, scale in [
        ("shell_carbon", "%", 12.0), ("biodeposition_rate", "g/ind/d", 0.1), ("live_weight", "mg", 3e4),
        ("whole_body_carbon", "mmol C/g", 10.0), ("burial_fraction", "%", 40.0),
        ("carbon_deposition_rate", "mg/d", 4.0),
    ]:  # fmt: skip
        for shape in ("sample", "summary", "range", "below", "above", "zero"):
            x, y = sorted(float(f"{v:.6g}") for v in scale * random.uniform(0.5, 1.5, 2))
            cells = {
                "sample": {"value": x},
                "summary": {"value": x, "sd": float(f"{x / 9:.4g}"), "n": 5.0},
                "range": {"low": x, "high": y, "n": 4.0},
                "below": {"high": y},
                "above": {"low": x},
                "zero": {"value": 0.0, "low": x},
            }[shape]
            for convention in ("", "divided") if name == "burial_fraction" and shape != "zero" else ("",):
                method = "oxygen" if name == "burial_fraction" else ""
                cases.append((known[name], unit, cells, method, convention))
    rows = []
    for quantity, unit, cells, method, convention in cases:
        get = {key: f"{number:g}" if key == "n" else repr(number) for key, number in cells.items()}
        species = "mussel" if "species" in quantity.levels else ""
        amounts = ",".join(get.get(key, "") for key in ("sd", "n", "low", "high"))
        rows.append(
            f"{quantity.name},{unit},{get.get('value', '')},{species},North,,{amounts},{method},{convention}"
        )
    table = read(write, *rows).evidence
    assert len(table) == len(cases)
    for (quantity, unit, cells, method, convention), (_, row) in zip(cases, table.iterrows(), strict=True):
        expected = observe(quantity, unit, method=method, rq_convention=convention, **cells)
        assert row["kind"] == expected.kind
        for column in ("value", "sd", "n", "low", "high"):
            told = f"{quantity.name} {cells} {column}"
            assert row[column] == pytest.approx(getattr(expected, column), rel=1e-12, nan_ok=True), told


def test_oxygen_rows_that_divided_by_rq(write: Write) -> None:
    rows = read(
        write,
        "burial_fraction,%,80,,North,,2,6,,,oxygen,divided",
        "burial_fraction,%,80,,North,,2,6,,,oxygen,multiplied",
        "burial_fraction,fraction,-0.2,,North,,,,,,oxygen,divided",
    ).evidence
    # 1 - (1 - 0.8) 0.7225 = 0.8555; the sd shrinks by 0.7225.
    assert rows["value"].tolist() == pytest.approx([0.8555, 0.8, 1 - 1.2 * 0.7225])
    assert rows["sd"].tolist()[:2] == pytest.approx([0.02 * 0.7225, 0.02])
    assert rows["method"].tolist() == ["oxygen"] * 3


def test_fouling_of_shellfish_becomes_of_total(write: Write) -> None:
    rows = (
        "fouling_ratio,kg/kg,0.25,mussel,North,,0.05,6",
        "fouling_ratio,%,150,mussel,North",
        "fouling_ratio,kg/kg,,mussel,North,,,,0.25,1",
        "fouling_ratio,kg/kg,0,mussel,North,,,,0.25",
    )
    table = read(write, *rows, settings="fouling_basis = 'of_shellfish'").evidence
    assert table["value"].tolist()[:2] == pytest.approx([0.2, 0.6])
    assert table["sd"].iloc[0] == pytest.approx(0.05 / 1.25**2)
    assert table.loc[2, ["low", "high"]].tolist() == pytest.approx([0.2, 0.5])
    assert (table.loc[3, "kind"], table.loc[3, "high"]) == ("below", pytest.approx(0.2))
    with pytest.raises(ValueError, match="fouling_ratio must be between 0 and 1"):
        read(write, *rows)


@pytest.mark.parametrize(
    ("text", "season"),
    [
        ("May", "spring"),
        ("8", "summer"),
        ("autumn", "autumn"),
        ("冬季", "winter"),
        ("十二月", "winter"),
        ("", ""),
    ],
)
def test_seasons(write: Write, text: str, season: str) -> None:
    assert read(write, f"shell_carbon,%,11.6,mussel,North,{text}").evidence["season"].tolist() == [season]


def test_species_blank_where_a_site_shares_one_value(write: Write) -> None:
    row = read(write, "burial_fraction,%,7,mussel,North,,,,,,core").evidence.iloc[0]
    assert (row["species"], row["group"]) == ("", "")


def test_no_evidence_is_an_empty_table(write: Write) -> None:
    study = read_study(write({"evidence.csv": None}))
    assert tuple(study.evidence.columns) == EVIDENCE_COLUMNS
    assert len(study.evidence) == 0
    assert study.evidence["value"].dtype == float
