"""The literature library: whole, traceable, each observation once."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from bayescarbon.evidence.literature import keep_originals, library, literature, not_used
from bayescarbon.evidence.quantities import composites, quantities
from bayescarbon.evidence.references import references
from bayescarbon.evidence.table import EVIDENCE_COLUMNS, KINDS, SEASONS
from bayescarbon.evidence.taxa import taxa
from bayescarbon.resources import read_csv

#: Numbers of the collected evidence; the gaps are numbers that were never given.
COLLECTED = {f"P{i:03d}" for span in ((1, 218), (261, 273), (278, 299)) for i in range(span[0], span[1] + 1)}
KNOWN = {**quantities(), **composites()}


def row(id: str) -> pd.Series:
    table = literature()
    return table[table["id"] == id].iloc[0]


def test_every_piece_of_evidence_is_in_exactly_one_row() -> None:
    held = [part for cell in library()["evidence_ids"] for part in cell.split("|")]
    held += list(not_used()["evidence_id"])
    assert len(held) == len(set(held))
    assert set(held) == COLLECTED


def test_what_is_not_used_has_a_reason() -> None:
    assert (not_used()["reason"].str.len() > 30).all()


def test_every_source_is_in_the_list_of_references() -> None:
    rows = library()
    keys = set(rows["source"]) | set(rows["cites"]) | set(not_used()["source"])
    keys |= set(read_csv("data/taxa.csv")["source"])
    assert keys - {""} <= set(references())
    assert (rows["source"] != "").all()


def test_every_reference_is_used_and_named() -> None:
    rows = library()
    used = set(rows["source"]) | set(rows["cites"]) | set(not_used()["source"])
    used |= set(read_csv("data/taxa.csv")["source"])
    for quantity in quantities().values():
        used |= set(quantity.sources)
    assert set(references()) == used - {""}
    for reference in references().values():
        assert len(reference.title) > 10
        assert not re.search(r"[{}\\]", str(reference))


def test_every_row_says_why_it_is_what_it_is() -> None:
    assert (library()["note"].str.len() > 5).all()


def test_a_context_row_keeps_its_numbers() -> None:
    rows = library().set_index("id")
    assert rows.loc["P282", "value"] == 185
    assert rows.loc["P282", "unit"] == "CNY/t C"
    assert rows.loc["P017", "value"] == 3.83
    assert (rows.loc["P020", "low"], rows.loc["P020", "high"]) == (0.14, 0.16)
    numbers = rows[["value", "low", "high"]]
    assert numbers.notna().any(axis=1).all()


def test_the_table_is_tidy() -> None:
    table = literature()
    assert tuple(table.columns) == EVIDENCE_COLUMNS
    assert (table["origin"] == "literature").all()
    assert set(table["kind"]) <= set(KINDS)
    assert set(table["season"]) <= {"", *SEASONS}
    assert set(table["quantity"]) <= set(KNOWN)
    assert (table["site"] != "").all()
    for seen in table.to_dict("records"):
        quantity = KNOWN[seen["quantity"]]
        taxon = taxa().resolve(seen["species"])
        if "species" in quantity.levels:
            assert taxon is not None and (taxon.name, taxon.group) == (seen["species"], seen["group"])
        else:
            assert (seen["species"], seen["group"]) == ("", "")
        numbers = np.array([seen[c] for c in ("value", "low", "high")])
        numbers = numbers[~np.isnan(numbers)]
        assert (numbers > 0).all() and (quantity.support != "fraction" or (numbers < 1).all())


def test_direct_rows_per_quantity() -> None:
    assert literature().groupby("quantity").size().to_dict() == {
        "biodeposit_carbon": 4,
        "biodeposition_rate": 11,
        "burial_fraction": 5,
        "calcification_ratio": 5,
        "dry_fraction": 5,
        "respiration_ratio": 2,
        "respiratory_quotient": 2,
        "respired_shell_fraction": 4,
        "shell_carbon": 6,
        "shell_share": 14,
        "tissue_carbon": 8,
        "whole_body_carbon": 1,
    }


def test_values_by_hand() -> None:
    assert row("P045")["value"] == 0.1268
    assert (row("P056")["low"], row("P056")["high"]) == pytest.approx((0.1093001, 0.1246742))
    assert row("P172")["value"] == pytest.approx(0.7209, abs=1e-4)
    assert row("P179")["value"] == pytest.approx(86.8 / 136.6, abs=1e-5)
    assert row("P178")["value"] == pytest.approx(187.8 / 136.6, abs=1e-5)
    assert row("P135")["value"] == pytest.approx(45 / 298, abs=1e-5)
    # 1 - uptake x 0.85 x 12.011 / 306
    assert (row("P147")["low"], row("P147")["high"]) == pytest.approx((0.7988, 0.9219), abs=1e-4)
    assert row("P139")["method"] == "oxygen" and row("P139")["season"] == "spring"
    assert row("P143")["method"] == "core"
    assert row("P186")["kind"] == "below" and row("P186")["high"] == 0.1
    assert (row("P099")["kind"], row("P099")["n"]) == ("summary", 8)
    assert (row("P071")["sd"], row("P071")["n"]) == (0.0254, 9)
    assert (row("P076")["kind"], row("P076")["n"]) == ("sample", 1)


def test_acidified_treatments_are_context() -> None:
    rows = library()
    acid = rows[rows["note"].str.contains(r"pH 7\.[05]", regex=True)]
    assert len(acid) == 18  # 11 of 20 shell shares, 7 of 12 rates
    assert (acid["role"] == "context").all()


def test_a_copy_is_handed_out() -> None:
    table = literature()
    table.loc[:, "value"] = 0.0
    assert literature()["value"].max() > 1


def frame(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["id", "species", "source", "cites"]).assign(quantity="tissue_carbon")


def kept(*rows: tuple[str, str, str, str]) -> list[str]:
    return list(keep_originals(frame(*rows))["id"])


def test_a_secondary_row_goes_where_its_primary_is_present() -> None:
    assert kept(("a", "x", "review", "original"), ("b", "x", "original", "")) == ["b"]


def test_two_secondaries_of_one_absent_primary_count_once() -> None:
    assert kept(("a", "x", "review 1", "original"), ("b", "x", "review 2", "original")) == ["a"]


def test_the_fuller_of_two_secondaries_stays() -> None:
    rows = [
        ("a", "x", "review 1", "original"),
        ("b", "x", "review 2", "original"),
        ("c", "x", "review 2", "original"),
    ]
    assert kept(*rows) == ["b", "c"]


def test_what_the_primary_does_not_report_itself_stays() -> None:
    assert kept(("a", "y", "review", "original"), ("b", "x", "original", "")) == ["a", "b"]
    assert kept(("a", "x", "p", ""), ("b", "x", "q", "")) == ["a", "b"]


def test_reading_the_evidence_loads_nothing_heavy() -> None:
    heavy = ("pymc", "arviz", "matplotlib", "nutpie", "pytensor", "xarray", "scipy.stats")
    code = (
        "import sys, bayescarbon.evidence.literature as l; l.literature(); "
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
