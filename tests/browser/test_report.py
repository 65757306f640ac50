"""The report in a real browser: slider, links, console, colours, widths and paper. Marked `browser`."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from bayescarbon.report.language import LANGUAGES, Language
from bayescarbon.report.terminal import number
from tests.browser.chromium import Browser, find
from tests.report.page_study import written

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
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.call(
        "Emulation.setDeviceMetricsOverride", width=718, height=1000, deviceScaleFactor=1, mobile=False
    )
    assert browser.value("document.documentElement.scrollWidth") <= 718
    assert browser.value("getComputedStyle(document.querySelector('nav')).display") == "none"
    browser.call("Emulation.setEmulatedMedia", media="")
