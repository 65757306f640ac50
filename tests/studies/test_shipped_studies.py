"""The shipped studies read without a problem, say where their numbers come from, and hold to their own arithmetic."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

import pytest

from bayescarbon.accounting.frameworks import frameworks
from bayescarbon.accounting.lines import LINES
from bayescarbon.study import read_study

STUDIES = Path(__file__).resolve().parents[2] / "data" / "studies"
REAL = ("yunxi", "jiaozhou", "national")
OUTPUT = {"prices.csv", "sinks.csv", "ledger.csv", "pools.csv", "quantities.csv"}


def published(study: str) -> dict[str, dict]:
    entries = tomllib.loads((STUDIES / study / "published.toml").read_text(encoding="utf-8"))["published"]
    return {entry["name"]: entry for entry in entries}


def rows(study: str, table: str) -> list[dict[str, str]]:
    with (STUDIES / study / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def readme(study: str) -> str:
    return (STUDIES / study / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("study", [*REAL, "synthetic-bay"])
def test_reads_without_a_problem(study: str) -> None:
    read = read_study(STUDIES / study)
    assert len(read.harvest) == len(rows(study, "harvest"))
    assert set(read.harvest["batch"]) == {row["batch"] for row in rows(study, "harvest")}


def test_every_folder_is_a_study_that_is_tested() -> None:
    assert {p.name for p in STUDIES.iterdir() if p.is_dir()} == {*REAL, "synthetic-bay"}


def test_spellings_of_the_seed_paper_resolve() -> None:
    species = set(read_study(STUDIES / "yunxi").harvest["species"])
    assert species == {"Argopecten irradians", "Azumapecten farreri", "Alectryonella plicatula"}


def test_groups_of_the_national_study_are_placeholders() -> None:
    harvest = read_study(STUDIES / "national").harvest
    assert dict(zip(harvest["batch"], harvest["group"], strict=True)) == {
        name: name for name in ("oyster", "clam", "scallop", "other")
    }


def test_literature_rows_are_not_entered_again() -> None:
    for study in REAL:
        assert not (STUDIES / study / "evidence.csv").exists()
        assert len(read_study(STUDIES / study).evidence) == 0


@pytest.mark.parametrize("study", REAL)
def test_every_published_number_has_a_unit_a_source_and_something_to_stand_beside(study: str) -> None:
    entries = published(study)
    batches = {row["batch"] for row in rows(study, "harvest")}
    assert entries
    for name, entry in entries.items():
        assert entry["unit"].strip(), name
        assert entry["source"].strip(), name
        assert entry["status"] in {"published", "derived"}, name
        assert "value" in entry or {"low", "high"} <= entry.keys(), name
        if {"low", "high"} <= entry.keys():
            assert entry["low"] <= entry.get("value", entry["low"]) <= entry["high"], name
        beside = entry["compared_with"]
        assert beside["file"] in OUTPUT, name
        assert beside.get("batch", next(iter(batches))) in batches, name
        assert beside.get("scope", "total") in batches | {"total"}, name
        assert beside.get("framework", "stock_change") in frameworks(), name
        assert set(beside.get("lines", [])) <= set(LINES), name


@pytest.mark.parametrize("study", REAL)
def test_readme_lists_every_published_number(study: str) -> None:
    table = {}
    for line in readme(study).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 5:
            table[cells[0]] = cells[1:]
    for name, entry in published(study).items():
        assert name in table, f"{name} is missing in the README table"
        value, unit, status, _ = table[name]
        numbers = [entry[key] for key in ("value", "low", "high") if key in entry]
        for number in numbers:
            digits = value.replace(" ", "")
            assert any(text in digits for text in (f"{number:g}", f"{number:.2f}", f"{number:.0f}")), (
                name,
                number,
            )
        assert unit.startswith(entry["unit"]), name
        assert status == entry["status"], name


@pytest.mark.parametrize("study", REAL)
def test_every_evidence_number_that_is_cited_is_in_the_literature_files(study: str) -> None:
    files = (STUDIES.parent / "literature").glob("*.csv")
    known = set(re.findall(r"P\d{3}", "".join(path.read_text(encoding="utf-8") for path in files)))
    cited = set(
        re.findall(
            r"P\d{3}",
            "".join(
                (STUDIES / study / name).read_text(encoding="utf-8")
                for name in ("README.md", "published.toml", "study.toml")
            ),
        )
    )
    assert cited
    assert cited <= known


@pytest.mark.parametrize("study", [*REAL, "synthetic-bay"])
def test_readme_says_what_is_assumed(study: str) -> None:
    text = readme(study)
    assert "## What is assumed" in text
    assert "`harvest_cv`" in text or "harvest_cv" in text
    assert "`cycle_days`" in text or "cycle lengths" in text


@pytest.mark.parametrize("study", REAL)
def test_every_stated_prior_has_its_reason_in_the_readme(study: str) -> None:
    for name, prior in read_study(STUDIES / study).priors.items():
        if name != "baseline_share":
            assert prior.reason
        assert f"`{name}`" in readme(study) or f"`[priors.{name}]`" in readme(study)


# --- arithmetic of the real studies, by hand -------------------------------------------------------------------


def test_margin_gaps_give_the_published_prices_back() -> None:
    """673.1 CNY per million animals over 0.95 of the fixed carbon per animal that each price implies."""
    fixed = {"bay scallop": 3.83 * 185 / 165, "zhikong scallop": 3.83, "wrinkled oyster": 3.83 * 185 / 272}
    entries = published("yunxi")
    names = {
        "bay scallop": "bay scallop",
        "zhikong scallop": "Zhikong scallop",
        "wrinkled oyster": "wrinkled oyster",
    }
    for row in rows("yunxi", "economics"):
        price = float(row["margin_gap"]) / (0.95 * fixed[row["batch"]])
        assert price == pytest.approx(entries[f"price, {names[row['batch']]}"]["value"], abs=0.05)
        rounding = ((0.5 / 185) ** 2 + (0.005 / 3.83) ** 2) ** 0.5 / 3**0.5
        assert float(row["margin_gap_sd"]) == pytest.approx(rounding * 673.1, abs=0.05)


def test_live_weights_of_yunxi_follow_from_own_carbon() -> None:
    per_live = {"bay scallop": 0.1017, "zhikong scallop": 0.1017, "wrinkled oyster": 0.0959}
    total = {"bay scallop": 3.83 * 185 / 165, "zhikong scallop": 3.83, "wrinkled oyster": 3.83 * 185 / 272}
    for row in rows("yunxi", "harvest"):
        own = total[row["batch"]] / (1 + 0.15 + 0.91)
        assert float(row["harvest_t"]) == pytest.approx(own / per_live[row["batch"]], abs=0.05)
        assert float(row["individuals"]) == 1e6


def test_price_at_core_burial() -> None:
    entry = published("yunxi")["price at core burial, Zhikong scallop"]
    for burial, edge in ((0.072, entry["low"]), (0.05, entry["high"])):
        assert 673.1 / (0.95 * (1.86 + 0.28 + burial * 3.985)) == pytest.approx(edge, abs=1.2)


def test_stock_of_jiaozhou() -> None:
    (row,) = rows("jiaozhou", "harvest")
    assert float(row["harvest_t"]) == pytest.approx(239.9 * (337 + 391) / 2, abs=1)
    assert float(row["harvest_cv"]) == pytest.approx((391 - 337) / 12**0.5 / 364, abs=0.0005)
    # One harvest of the whole stock a year is what 6000 t C takes, at the coefficient in wide use.
    assert float(row["harvest_t"]) * 0.0640 == pytest.approx(6000, rel=0.08)


def test_live_weight_prior_of_jiaozhou() -> None:
    prior = read_study(STUDIES / "jiaozhou").priors["live_weight"].quantiles
    assert prior.q50 == pytest.approx(3.3101 * 0.1325 / 0.0640, abs=0.1)


def test_national_groups_add_to_the_production() -> None:
    tonnes = {row["batch"]: float(row["harvest_t"]) for row in rows("national", "harvest")}
    assert sum(tonnes.values()) == pytest.approx(14.8e6, rel=1e-9)
    for group, share in {"oyster": 0.3399, "clam": 0.2965, "scallop": 0.1128}.items():
        assert tonnes[group] / 14.8e6 == pytest.approx(share, abs=1e-4)
