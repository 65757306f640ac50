"""Every identifier has a Chinese name, and Chinese output shows it; English output stays as it is."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from bayescarbon.accounting.frameworks import frameworks
from bayescarbon.accounting.lines import LINES
from bayescarbon.evidence.quantities import composites, instruments, quantities, readings
from bayescarbon.report import figures
from bayescarbon.report.headline import headline_lines, read_headline
from bayescarbon.report.language import LANGUAGES, Language
from bayescarbon.report.names import called, label, outcome_name, scope_name
from bayescarbon.report.saved import read_saved
from bayescarbon.report.trace import trail
from bayescarbon.study.rules import rules
from tests.report.constructed import draws_by_line, make_ledger
from tests.report.page_reader import read_page
from tests.report.page_study import RULES, written

POOLS = ("used", "removed", "stored", "released")
KNOWN = {
    "framework": tuple(frameworks()),
    "rule": tuple(rules()),
    "line": tuple(LINES),
    "pool": POOLS,
    "quantity": (*quantities(), *composites(), *instruments(), *readings()),
}
LEDGER = make_ledger(draws_by_line())


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Path]:
    root = tmp_path_factory.mktemp("names")
    for language in LANGUAGES:
        written(root / language, language)
    return {language: root / language for language in LANGUAGES}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in KNOWN.items() for name in names])
def test_every_identifier_has_a_chinese_name_of_its_own(kind: str, name: str) -> None:
    said = label(kind, name, "zh")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said)
    assert called(kind, name, "zh") == f"{said} {name}"
    assert called(kind, name, "en") == name
    assert [other for other in KNOWN[kind] if label(kind, other, "zh") == said] == [name]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dry_fraction", "干湿系数"),
        ("burial_fraction", "埋藏率"),
        ("fouler_dry_fraction[mussel]", "附着生物干湿系数（贻贝）"),
        ("fouler_mix[ascidian]", "附着生物组成（海鞘）"),
        ("isotope_enrichment[calcite]", "碳酸盐同位素富集（方解石）"),
        ("no_such_quantity", ""),
        ("no_such_quantity[mussel]", ""),
    ],
)
def test_quantities_by_part(name: str, said: str) -> None:
    assert label("quantity", name, "zh") == said


def test_a_rule_of_the_study_keeps_its_name() -> None:
    assert called("rule", "our_own", "zh") == "our_own"


def test_scopes_and_outcomes() -> None:
    assert scope_name("total", "zh") == "合计"
    assert scope_name("farm:海盛养殖场", "zh") == "养殖场 海盛养殖场"
    assert scope_name("扇贝2024", "zh") == "扇贝2024"
    assert outcome_name("price, 扇贝2024", "zh") == "扇贝2024 的最低碳汇价格"
    for same in ("total", "farm:A", "east: B"):
        assert scope_name(same, "en") == same
    for same in ("price, east", "total, life_cycle"):
        assert outcome_name(same, "en") == same


def test_the_chinese_page_shows_every_name_that_it_has_cause_to(folders: dict[Language, Path]) -> None:
    read = read_page(folders["zh"])
    shown = {"framework": tuple(frameworks()), "rule": RULES, "line": tuple(LINES), "pool": POOLS}
    for kind, names in shown.items():
        for name in names:
            assert called(kind, name, "zh") in read.text, name
    for row in read_saved(folders["zh"]).rows("quantities"):
        assert called("quantity", row["quantity"], "zh") in read.text
    english = read_page(folders["en"]).text
    for kind, names in KNOWN.items():
        assert not [name for name in names if label(kind, name, "zh") in english]


def test_the_trail_is_titled_in_the_language(folders: dict[Language, Path]) -> None:
    saved = read_saved(folders["zh"])
    chinese, english = trail(saved, "zh"), trail(saved)
    assert list(chinese) == list(english)
    assert chinese["line:buried"].title == "埋藏碳"
    assert english["line:buried"].title == LINES["buried"]
    for key, step in chinese.items():
        if step.kind in ("framework", "rule", "line", "quantity"):
            assert label(step.kind, step.name, "zh") in step.title, key


def test_english_passages_are_marked_in_the_chinese_page(folders: dict[Language, Path]) -> None:
    chinese, english = ((folders[one] / "report.html").read_text(encoding="utf-8") for one in ("zh", "en"))
    assert '<dd><span lang="en">Carbon content of dry shell' in chinese
    assert '<td class="long"><span lang="en">Sun, Kang' in chinese
    assert "贝壳碳扣除苗种贝壳碳" in chinese and '<span lang="en">贝' not in chinese
    assert 'span lang="en"' not in english


def test_figures_name_their_rows() -> None:
    ticks = [tick.get_text() for tick in figures.waterfall(LEDGER, language="zh").axes[0].get_yticklabels()]
    assert f"{label('line', 'buried', 'zh')}\nburied" in ticks
    english = [tick.get_text() for tick in figures.waterfall(LEDGER).axes[0].get_yticklabels()]
    assert "buried" in english


def test_the_terminal_and_the_guide_of_the_workbook_name_them(folders: dict[Language, Path]) -> None:
    said = "\n".join(line.text for line in headline_lines(read_headline(folders["zh"]), "zh"))
    for name in frameworks():
        assert called("framework", name, "zh") in said
    guide = openpyxl.load_workbook(folders["zh"] / "results.xlsx", read_only=True).worksheets[0]
    rows = {tuple(row) for row in guide.iter_rows(max_col=3, values_only=True)}
    assert ("line", "buried", "埋藏碳") in rows
    assert ("quantity", "shell_carbon", "贝壳含碳率") in rows
    english = openpyxl.load_workbook(folders["en"] / "results.xlsx", read_only=True).worksheets[0]
    assert not {row for row in english.iter_rows(max_col=3, values_only=True) if row[0] == "line"}
