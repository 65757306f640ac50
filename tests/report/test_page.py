"""The report page: its numbers are those of the CSV files, it refers to nothing outside, and it is safe to open."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest

from bayescarbon.report.cells import shown
from bayescarbon.report.language import LANGUAGES, Language, text
from bayescarbon.report.page import page
from bayescarbon.report.saved import WORDS, Saved, read_saved, read_tables
from bayescarbon.report.terminal import number
from tests.report.constructed import Diagnosed, draws_by_line, make_ledger
from tests.report.page_reader import Page, read_page
from tests.report.page_study import NASTY, written

SECTIONS = (
    "headline", "sinks", "ledger", "price", "credits", "measure", "evidence", "diagnostics", "sensitivity", "checks",
    "trail", "run",
)  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Path]:
    """Return the results of the same fit in both languages."""
    root = tmp_path_factory.mktemp("pages")
    for language in LANGUAGES:
        written(root / language, language)
    return {language: root / language for language in LANGUAGES}


@pytest.fixture
def folder(pages: dict[Language, Path]) -> Path:
    return pages["en"]


LEDGER = make_ledger(draws_by_line())


def without(folder: Path, names: tuple[str, ...], language: Language = "en") -> Page:
    """Return the page of the same results without some of their tables."""
    saved = read_saved(folder)
    tables = {name: rows for name, rows in saved.tables.items() if name not in names}
    return Page(page(Saved(tables, saved.manifest), LEDGER, language))


def test_every_number_is_the_one_in_the_file(folder: Path) -> None:
    numbers = read_page(folder).numbers
    frames = {p.stem: pd.read_csv(p, dtype=str, keep_default_na=False) for p in folder.glob("*.csv")}
    seen = set()
    for value, title, said in numbers:
        place = re.fullmatch(r"(\w+)\.csv, (\d+), (\w+): (\S+)", title)
        assert place is not None, title
        table, row, column, exact = place.groups()
        cell = frames[table][column][int(row) - 2]  # the header is row 1
        assert float(cell) == float(value) == float(exact)
        assert said == shown(column, float(cell))
        seen.add(table)
    assert seen >= {
        "sinks", "ledger", "pools", "prices", "issuance", "issuance_risk", "risk_curve", "allocation", "vintages",
        "revenue", "quantities", "evidence",
    }  # fmt: skip


def test_what_is_shown_is_the_number_to_three_digits(folder: Path) -> None:
    plain = [
        (float(v), s) for v, t, s in read_page(folder).numbers if re.search(r", (median|mean|issued):", t)
    ]
    assert len(plain) > 100
    for value, said in plain:
        assert float(said.replace(",", "")) == pytest.approx(value, rel=0.005)


def test_the_headline_says_the_row_of_the_headline(folder: Path) -> None:
    sinks, issued = (pd.read_csv(folder / f"{name}.csv") for name in ("sinks", "issuance_risk"))
    total = sinks.query("scope == 'total' and framework == 'improved_stock_change'").iloc[0]
    credited = issued.query(
        "scope == 'total' and framework == 'improved_stock_change' and rule == 'posterior_q10'"
    ).iloc[0]
    said = read_page(folder).text
    values = {name: number(total[name]) for name in ("median", "q05", "q95")}
    assert f"{values['median']} t CO2e, 90 % interval {values['q05']} to {values['q95']}" in said
    assert f"{credited['credits']:,.0f} t CO2e in whole tonnes" in said


def test_the_slider_holds_the_risk_curve(folder: Path) -> None:
    html = (folder / "report.html").read_text(encoding="utf-8")
    held = re.search(r'<script type="application/json" id="risk-steps">(.*?)</script>', html, re.DOTALL)
    assert held is not None
    steps, curve = json.loads(held[1]), pd.read_csv(folder / "risk_curve.csv")
    assert [step["issued"] for step in steps] == [number(value) for value in curve["issued"]]
    assert [step["excess"] for step in steps] == [number(value) for value in curve["expected_overcredit"]]
    start = int(re.search(r'id="risk"[^>]*value="(\d+)"', html)[1])  # type: ignore[index]
    assert abs(curve["p_overcredit"] - 0.1).idxmin() == start
    # What stands there before any script has run is the step where the slider stands.
    assert f'<span id="risk-issued">{steps[start]["issued"]}</span>' in html


def test_links_lead_somewhere_and_ids_are_unique(folder: Path) -> None:
    read = read_page(folder)
    assert len(read.links) > 100
    assert {link[0] for link in read.links} == {"#"}
    assert {link[1:] for link in read.links} <= set(read.ids)
    assert len(read.ids) == len(set(read.ids))
    assert [i for i in read.ids if i in SECTIONS] == list(SECTIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_fetched(pages: dict[Language, Path], language: Language) -> None:
    html = (pages[language] / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\((?!#)", html)
    assert set(read_page(pages[language]).loads) == {"data:,"}
    assert "default-src 'none'" in html
    assert len(html.encode()) < 3_000_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_is_titled_in_the_language(pages: dict[Language, Path], language: Language) -> None:
    read = read_page(pages[language])
    assert read.language == {"en": "en", "zh": "zh-Hans"}[language]
    for key in SECTIONS:
        assert text(f"section {key}", language) in read.text
    own = text("sinks about", language).split("。")[0].split(".")[0]
    assert own in read.text
    other = text("sinks about", "en" if language == "zh" else "zh")
    assert other not in read.text


def test_the_numbers_are_the_same_in_both_languages(pages: dict[Language, Path]) -> None:
    english, chinese = ([n[:2] for n in read_page(pages[language]).numbers] for language in LANGUAGES)
    assert english == chinese


def test_what_users_write_stays_text(tmp_path: Path) -> None:
    written(tmp_path, title=NASTY, batches=(NASTY, "a </script> & b"))
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    read = read_page(tmp_path)
    assert "alert(" in read.text
    assert NASTY not in html
    assert read.tags.count("script") == 2  # the data of the slider and the page's own
    assert {link[1:] for link in read.links} <= set(read.ids)


def test_figures_are_described(folder: Path) -> None:
    labels = read_page(folder).labels
    assert len(labels) == 6
    assert all(len(label) > 30 for label in labels)


def test_a_unit_that_all_rows_share_stands_in_the_caption(folder: Path) -> None:
    read = read_page(folder)
    for key, unit in (("sinks caption", "t CO2e"), ("pools caption", "t C")):
        assert text("page caption", "en", {"caption": text(key, "en"), "unit": unit}) in read.text
    # Prices are per tonne of C and of CO2e: there it is a column.
    assert "CNY/t CO2e" in read.words and "CNY/t C" in read.words


def test_the_same_results_make_the_same_bytes(folder: Path) -> None:
    again = page(read_saved(folder), LEDGER)
    assert (folder / "report.html").read_text(encoding="utf-8") == again


@pytest.mark.parametrize(
    ("gone", "key"),
    [
        (("prices",), "missing price"),
        (("issuance", "issuance_risk"), "missing credits"),
        (("evidence",), "missing evidence"),
        (("sensitivity",), "missing sensitivity"),
        (("measure",), "missing measure"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_table_is_a_sentence(
    folder: Path, gone: tuple[str, ...], key: str, language: Language
) -> None:
    read = without(folder, gone, language)
    assert text(key, language) in read.text
    assert [i for i in read.ids if i in SECTIONS] == list(SECTIONS)
    assert {link[1:] for link in read.links} <= set(read.ids)


def test_a_farms_row_of_evidence_links_to_its_file(folder: Path) -> None:
    html = (folder / "report.html").read_text(encoding="utf-8")
    link = re.search(r'<tr id="evidence-evidence[^"]*">\s*<th[^>]*><a href="#([^"]+)">evidence:2</a>', html)
    assert link is not None
    assert link[1].startswith("input-evidence")
    assert link[1] in read_page(folder).ids


@pytest.mark.parametrize(("language", "heads"), [
    ("en", {"credits freed, t CO2e", "cost, CNY", "worth, CNY", "adds, CNY", "cost so far, CNY", "value so far, CNY"}),
    ("zh", {"成本，CNY"}),
])  # fmt: skip
def test_money_in_what_to_measure_is_never_called_carbon(
    folder: Path, language: Language, heads: set[str]
) -> None:
    saved = read_saved(folder)
    plan = {
        "quantity": "shell_carbon", "species": "Chlamys farreri", "site": "", "kind": "samples", "n": 3.0, "cost": 5.0,
        "credits_freed": 0.3, "credits_freed_q05": -1.0, "credits_freed_q95": 2.0, "unit": "t CO2e", "worth": 14.0,
        "evsi_credits": 0.5, "evsi_value": 24.0, "added_value": 24.0, "added_net": 19.0, "currency": "CNY",
    }  # fmt: skip
    step = {
        "quantity": "shell_carbon", "species": "Chlamys farreri", "site": "", "n": 3.0, "total_cost": 5.0,
        "total_value": 24.0, "total_net": 19.0, "currency": "CNY",
    }  # fmt: skip
    first = {
        "rank": 1.0, "quantity": "shell_carbon", "species": "", "site": "", "unit": "t C / t shell",
        "variance_share": 0.12, "evppi_credits": 14.6, "evppi_value": 876.0, "best_n": 3.0, "evsi_value": 24.0,
        "cost": 5.0, "net_benefit": 19.0,
    }  # fmt: skip
    tables = {**saved.tables, "measure": [first], "measure_plan": [plan], "measure_budget": [step]}
    html = page(Saved(tables, saved.manifest), LEDGER, language)
    section = html[html.index('<section id="measure"') : html.index('<section id="evidence"')]
    found = re.findall(r"<th scope=\"col\"[^>]*>([^<]*)</th>", section)
    assert heads <= set(found)
    captions = re.findall(r"<caption><span>([^<]*)</span>", section)
    assert len(captions) == 3 and not any("CO2e" in caption for caption in captions)


def test_what_to_measure_is_shown_without_its_empty_columns(folder: Path) -> None:
    saved = read_saved(folder)
    row = {
        "rank": 1.0, "quantity": "shell_carbon", "species": "", "site": "east", "unit": "t C / t shell",
        "variance_share": 0.41, "evppi_credits": 12.34, "evppi_value": None, "best_n": None, "evsi_value": None,
        "cost": None, "net_benefit": None,
    }  # fmt: skip
    read = Page(page(Saved(saved.tables | {"measure": [row]}, saved.manifest), LEDGER))
    said = [(value, shown) for value, title, shown in read.numbers if title.startswith("measure.csv, 2, ")]
    assert said == [("1.0", "1"), ("0.41", "41 %"), ("12.34", "12.3")]


def status_of(read: Page, title: str) -> str:
    """Return the status word of the card of this title: status, figure, title, reason stand in this order."""
    words = [word.strip() for word in read.words if word.strip()]
    return words[words.index(title) - 2]


def test_cards_pass_fail_and_ask_for_a_look(tmp_path: Path) -> None:
    poor = Diagnosed(
        passed=False, reasons=("R-hat 1.31 of burial_fraction",), divergences=12, max_rhat=1.31, refitted=True
    )
    written(tmp_path, diagnosed=poor)
    read = read_page(tmp_path)
    cards = {
        "card divergences": "FAIL", "card rhat": "FAIL", "card ess_bulk": "PASS", "card bfmi": "PASS",
        "card refitted": "REVIEW", "card outliers": "REVIEW", "card warnings": "REVIEW", "card own": "PASS",
    }  # fmt: skip
    for key, status in cards.items():
        assert status_of(read, text(key, "en")) == status, key
    alarm = text("page unconverged", "en", {"reasons": poor.reasons[0]})
    assert alarm in read.text
    assert read.text.index(alarm) < read.text.index(text("section headline", "en"))
    assert text("missing credits", "en") in read.text


def test_a_good_fit_raises_no_alarm(folder: Path) -> None:
    read = read_page(folder)
    assert "NOT CONVERGED" not in read.text
    assert status_of(read, text("card rhat", "en")) == "PASS"


class TestSaved:
    def test_words_stay_words_and_numbers_are_those_of_pandas(self, folder: Path) -> None:
        tables = read_tables(folder)
        for path in folder.glob("*.csv"):
            frame = pd.read_csv(path, keep_default_na=False, dtype=str)
            assert len(tables[path.stem]) == len(frame)
            for column in frame:
                for row, cell in zip(tables[path.stem], frame[column], strict=True):
                    if column in WORDS:
                        assert row[column] == cell
                    elif cell in ("True", "False"):
                        assert row[column] is (cell == "True")
                    else:
                        assert row[column] == (float(cell) if cell else None)

    def test_a_batch_called_2020_is_no_number(self, tmp_path: Path) -> None:
        (tmp_path / "ledger.csv").write_text("batch,mean,sd\n2020,1.5,inf\n", encoding="utf-8")
        assert read_tables(tmp_path)["ledger"] == [{"batch": "2020", "mean": 1.5, "sd": None}]

    def test_rows_are_found_by_their_words(self, folder: Path) -> None:
        saved = read_saved(folder)
        found = saved.rows("sinks", {"scope": "total", "framework": "life_cycle"})
        assert [row["framework"] for row in found] == ["life_cycle"]
        assert saved.rows("no such table") == []
        assert not math.isnan(found[0]["median"])


@pytest.mark.parametrize("framework", ["air_sea_calcification", "none"])
def test_a_farm_that_removes_nothing_gets_no_credits_and_is_told_why(tmp_path: Path, framework: str) -> None:
    """A release, and the framework that counts nothing: no spread to draw, and no step in the waterfall."""
    written(tmp_path, framework=framework)
    issued = pd.read_csv(tmp_path / "issuance.csv")
    row = issued.query("scope == 'total' and framework == @framework and rule == 'posterior_q10'").iloc[0]
    assert row["mean"] <= 0
    read = read_page(tmp_path)
    reason = text("reason negative", "en", {"mean": number(row["mean"])})
    assert text("credits_none", "en", {"reason": reason}) in read.text
    assert {link[1:] for link in read.links} <= set(read.ids)


def test_a_large_study_stays_below_three_megabytes_and_says_what_it_leaves_out(folder: Path) -> None:
    saved = read_saved(folder)
    batches, rows = 200, 4000
    ledger = [
        row | {"batch": f"{row['batch']} {i}"} for i in range(batches) for row in saved.tables["ledger"]
    ]
    sinks = [
        row | {"scope": f"b {i}"}
        for i in range(batches)
        for row in saved.tables["sinks"]
        if row["scope"] == "east"
    ]
    prices = [
        row | {"batch": f"{row['batch']} {i}"} for i in range(batches) for row in saved.tables["prices"]
    ]
    evidence = [
        row | {"id": f"{row['id'].split(':')[0]}:{i}"}
        for i in range(rows)
        for row in saved.tables["evidence"][:2]
    ]
    quantities = [row | {"site": f"{i}"} for i in range(1000) for row in saved.tables["quantities"]]
    large = {
        "ledger": ledger, "sinks": saved.tables["sinks"] + sinks, "prices": prices, "evidence": evidence,
        "quantities": quantities,
    }  # fmt: skip
    html = page(Saved(saved.tables | large, saved.manifest), LEDGER)
    assert len(html.encode()) < 3_000_000
    read = Page(html)
    assert {link[1:] for link in read.links} <= set(read.ids)
    assert text("page more", "en", {"n": 2 * rows - 500, "table": "evidence"}) in read.text
