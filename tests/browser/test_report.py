"""The report in a real browser: slider, links, console, colours, widths and paper. Marked `browser`."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from bayescarbon.report.language import LANGUAGES, Language
from bayescarbon.report.page import write_page
from bayescarbon.report.saved import Saved, read_saved
from bayescarbon.report.terminal import number
from tests.browser.chromium import Browser, find
from tests.report.constructed import draws_by_line, make_ledger
from tests.report.page_study import written

#: Of an A4 page inside its margins, CSS pixels.
PAPER = 718

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Path]:
    root = tmp_path_factory.mktemp("report")
    for language in LANGUAGES:
        written(root / language, language)
    return {language: root / language / "report.html" for language in LANGUAGES}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert find() is not None, "no Chromium on the path; install it, or leave the marker `browser` out"
    with Browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", LANGUAGES)
def test_opens_quietly_fetches_nothing_and_needs_no_sideways_scroll(
    browser: Browser, pages: dict[Language, Path], language: Language, width: int, dark: bool
) -> None:
    browser.open(pages[language], width, dark=dark)
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.said == []
    assert [url for url in browser.requested if not url.startswith(("file:", "data:"))] == []
    # With everything unfolded too.
    browser.value("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert browser.value("document.documentElement.scrollWidth") <= width
    # Each figure is drawn, inside the page.
    boxes = browser.value(
        "[...document.querySelectorAll('figure svg')].map(f => f.getBoundingClientRect()).map(b => [b.right, b.height])"
    )
    assert len(boxes) == 6
    assert all(right <= width and height > 80 for right, height in boxes)


def test_slider_by_mouse_value_and_by_keyboard(browser: Browser, pages: dict[Language, Path]) -> None:
    browser.open(pages["en"])
    curve = pd.read_csv(pages["en"].parent / "risk_curve.csv")
    shown = "document.getElementById('risk-issued').textContent"
    start = int(browser.value("Number(document.getElementById('risk').value)"))
    assert browser.value(shown) == number(curve["issued"][start])
    browser.value(
        "(() => { const s = document.getElementById('risk'); s.value = 40; s.dispatchEvent(new Event('input')) })()"
    )
    assert browser.value(shown) == number(curve["issued"][40])
    browser.value("document.getElementById('risk').focus()")
    browser.key("ArrowRight", 39)
    assert browser.value(shown) == number(curve["issued"][41])
    assert browser.value("document.getElementById('risk').getAttribute('aria-valuetext')") == browser.value(
        "document.getElementById('risk-risk').textContent"
    )
    assert browser.said == []


def test_without_script_the_curve_is_a_table(browser: Browser, pages: dict[Language, Path]) -> None:
    browser.open(pages["en"], script=False)
    visible = "document.querySelector('{}').getClientRects().length"
    assert browser.value(visible.format("#risk-control")) == 0
    assert browser.value(visible.format("#risk-sentence")) == 1
    rows = len(pd.read_csv(pages["en"].parent / "risk_curve.csv"))
    assert browser.value("document.querySelectorAll('#credits details tbody tr').length") == rows


def test_a_link_opens_the_step_that_it_leads_to(browser: Browser, pages: dict[Language, Path]) -> None:
    browser.open(pages["en"])
    target = "document.getElementById('quantity-shell_carbon')"
    assert browser.value(f"{target}.open") is False
    browser.value("document.querySelector('#evidence a[href=\"#quantity-shell_carbon\"]').click()")
    browser.value("new Promise(done => setTimeout(done, 100))")
    assert browser.value(f"{target}.open") is True
    assert browser.value(f"Math.abs({target}.getBoundingClientRect().top)") < 900


@pytest.mark.parametrize("dark", [False, True])
def test_words_stand_out_from_the_paper(browser: Browser, pages: dict[Language, Path], dark: bool) -> None:
    """WCAG 2 contrast of at least 4.5 between every colour of words and what it stands on."""
    browser.open(pages["en"], dark=dark)
    ratio = """
    ((names) => {
      const channel = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
      const light = hex => { const [r, g, b] = [1, 3, 5].map(i => channel(parseInt(hex.slice(i, i + 2), 16)));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const style = getComputedStyle(document.documentElement);
      const colour = name => light(style.getPropertyValue(name).trim());
      return names.flatMap(ink => ['--paper', '--panel'].map(paper => {
        const [a, b] = [colour(ink), colour(paper)].sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05); }));
    })(['--ink', '--soft', '--link', '--pass', '--review', '--fail'])
    """
    ratios = browser.value(ratio)
    assert len(ratios) == 12
    assert min(ratios) >= 4.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_prints(browser: Browser, pages: dict[Language, Path], language: Language) -> None:
    browser.open(pages[language])
    printed = base64.b64decode(browser.call("Page.printToPDF", printBackground=True)["data"])
    assert printed.startswith(b"%PDF")
    assert 3 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 40
    # On paper nothing is folded but the audit trail, and no table is wider than an A4 page.
    browser.open(pages[language], PAPER)
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.value("document.documentElement.scrollWidth") <= PAPER
    assert browser.value("getComputedStyle(document.querySelector('nav')).display") == "none"
    browser.call("Emulation.setEmulatedMedia", media="")


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """Return a page with long names, and with the tables that have most columns, of many figures and long notes."""
    written(tmp_path, batches=("A" * 40, "a_batch_of_a_long_name_in_words"))
    saved = read_saved(tmp_path)
    words = "posterior of single animals that were kept for a year in one bay"
    row = dict.fromkeys(("id", "quantity", "species", "site", "season"), "Azumapecten farreri")
    numbers = dict.fromkeys(("value", "sd", "n", "low", "high"), 123456.789)
    evidence = [
        {"origin": "farm", "bears_on": "", "kind": "", **row, **numbers, "id": f"evidence:{at}",
         "unit": "mg dry / ind / d", "method": "oxygen", "source": "zhou_thesis_sishili", "note": 3 * words}
        for at in range(20)
    ]  # fmt: skip
    budget = {
        "budget": "Zhikong scallop, Yunxi ranch", "species": "Azumapecten farreri", "days": 500.0,
        "source": "tang_2013", "compared_with": "Azumapecten farreri", "n_sites": 1.0, "item": "deposited / harvested",
        "unit": "mg C / ind", "published_low": 10170.0, "published_high": 10170.0, "q05": 2636.6, "median": 7249.6,
        "q95": 20836.8, "factor": 1.4, "p_two_sided": 0.57, "verdict": words,
    }  # fmt: skip
    tables = {**saved.tables, "evidence": evidence, "budgets": [budget] * 3}
    path = tmp_path / "crowded.html"
    write_page(path, Saved(tables, saved.manifest), make_ledger(draws_by_line()))
    return path


def test_on_paper_no_number_is_in_two_lines_and_no_table_is_wider_than_a_page(
    browser: Browser, crowded: Path
) -> None:
    browser.open(crowded, PAPER)
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.value("document.querySelectorAll('details:not(.step)').forEach(one => one.open = true)")
    lines = "[...document.querySelectorAll('tbody data')].map(one => [one.textContent, one.getClientRects().length])"
    shown = [(number, count) for number, count in browser.value(lines) if count]
    assert len(shown) > 300
    assert [number for number, count in shown if count > 1] == []
    widths = """[...document.querySelectorAll('table')].map(
      one => [one.caption.textContent, one.getBoundingClientRect().right])"""
    assert [caption for caption, right in browser.value(widths) if right > PAPER] == []
    assert browser.value("document.documentElement.scrollWidth") <= PAPER
    browser.call("Emulation.setEmulatedMedia", media="")


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_paper_the_heads_are_broken_between_words_only(
    browser: Browser, pages: dict[Language, Path], language: Language
) -> None:
    browser.open(pages[language], PAPER)
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.value("document.querySelectorAll('details:not(.step)').forEach(one => one.open = true)")
    # Every word of Latin letters by the number of lines that it stands in.
    heads = """[...document.querySelectorAll('thead th')].filter(one => one.firstChild).flatMap(
      one => [...one.textContent.matchAll(/[A-Za-z0-9]+/g)].map(word => {
        const range = document.createRange();
        range.setStart(one.firstChild, word.index);
        range.setEnd(one.firstChild, word.index + word[0].length);
        return [word[0], range.getClientRects().length]; }))"""
    found = browser.value(heads)
    assert sum(count for _, count in found) > 10
    assert [word for word, count in found if count > 1] == []
    browser.call("Emulation.setEmulatedMedia", media="")


def test_no_table_beside_a_figure_is_cut_off(browser: Browser, pages: dict[Language, Path]) -> None:
    for width in (1280, 1920):
        browser.open(pages["en"], width)
        boxes = browser.value(
            "[...document.querySelectorAll('.spread .scroll')].map(one => [one.scrollWidth, one.clientWidth])"
        )
        assert len(boxes) >= 3
        assert all(inside <= box for inside, box in boxes)


def test_the_whereabouts_of_a_number_by_key_and_by_touch(
    browser: Browser, pages: dict[Language, Path]
) -> None:
    browser.open(pages["en"])
    stops = "[...document.querySelectorAll('data')].filter(one => one.tabIndex === 0).length"
    shown = "(box => box.hidden ? '' : box.textContent)(document.getElementById('whereabouts'))"
    title = "document.querySelectorAll('data')[{}].title"
    assert browser.value(stops) == 1
    assert browser.value(shown) == ""
    browser.value("document.querySelector('data[tabindex]').focus()")
    assert browser.value(shown) == browser.value(title.format(0))
    browser.key("ArrowRight", 39)
    assert browser.value("document.activeElement.title") == browser.value(title.format(1))
    assert browser.value(shown) == browser.value(title.format(1))
    assert browser.value(stops) == 1
    browser.key("Escape", 27)
    assert browser.value(shown) == ""
    browser.value("document.querySelectorAll('td data')[9].click()")
    assert browser.value(shown) == browser.value("document.querySelectorAll('td data')[9].title")
    browser.value("document.querySelector('h1').click()")
    assert browser.value(shown) == ""
    assert browser.said == []


def test_only_regions_that_scroll_are_tab_stops(browser: Browser, pages: dict[Language, Path]) -> None:
    right = """[...document.querySelectorAll('.scroll')].filter(one => one.clientWidth).map(
      one => [one.tabIndex === 0, one.scrollWidth > one.clientWidth])"""
    for width, some in ((1280, False), (390, True)):
        browser.open(pages["en"], width)
        browser.value("document.querySelectorAll('details').forEach(one => one.open = true)")
        browser.value("new Promise(done => setTimeout(done, 300))")
        found = browser.value(right)
        assert all(stop == scrolls for stop, scrolls in found)
        assert any(stop for stop, _ in found) or not some
    browser.open(pages["en"], 390, script=False)
    assert browser.value("[...document.querySelectorAll('.scroll')].every(one => one.tabIndex === 0)")


def test_what_to_measure_keeps_its_names_in_sight(
    browser: Browser, pages: dict[Language, Path], tmp_path: Path
) -> None:
    saved = read_saved(pages["en"].parent)
    row = {
        "rank": 1.0, "quantity": "shell_carbon", "species": "Chlamys farreri", "site": "", "unit": "t C / t shell",
        "variance_share": 0.12, "evppi_credits": 14.6, "evppi_value": 876.0, "best_n": 3.0, "evsi_value": 70.0,
        "cost": 5.0, "net_benefit": 65.0,
    }  # fmt: skip
    write_page(
        tmp_path / "measure.html",
        Saved({**saved.tables, "measure": [row]}, saved.manifest),
        make_ledger(draws_by_line()),
    )
    browser.open(tmp_path / "measure.html", 390)
    browser.value("document.querySelector('#measure .scroll').scrollLeft = 400")
    names = "document.querySelector('#measure tbody th')"
    assert browser.value(f"{names}.textContent") == "shell_carbon"
    assert 0 <= browser.value(f"{names}.getBoundingClientRect().left") < 60
