"""report.html: the results as one page for people, without a reference to anything outside itself."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bayescarbon.report.language import Language, text
from bayescarbon.report.page.credit_sections import credits, measure
from bayescarbon.report.page.evidence_sections import checks, diagnostics, evidence, run, sensitivity
from bayescarbon.report.page.parts import Slider
from bayescarbon.report.page.printer import Printer
from bayescarbon.report.page.results_sections import headline, ledger_lines, price, sinks
from bayescarbon.report.page.trail_section import trail_section
from bayescarbon.report.rewording import reworded_all
from bayescarbon.report.saved import Saved
from bayescarbon.report.trace import trail

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["page", "write_page"]

_HTML_LANGUAGE: dict[Language, str] = {"en": "en", "zh": "zh-Hans"}


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("bayescarbon.report", "page"), autoescape=True, undefined=StrictUndefined
    )


def _slots(slider: Slider) -> dict[str, Markup]:
    """Return the first step of a slider as elements that the script fills again."""
    return {
        name: Markup('<span id="risk-{}">{}</span>').format(name, shown)
        for name, shown in slider.steps[slider.start].items()
    }


def page(saved: Saved, ledger: xr.Dataset, language: Language = "en") -> str:
    """Return the report as one HTML document.

    Parameters
    ----------
    saved : Saved
        Tables and manifest of the run; a section whose table is missing says so.
    ledger : xarray.Dataset
        The ledger that the tables were made from, t C, dims ``batch``, ``chain``, ``draw``: for the two figures that
        tables cannot give.
    language : {"en", "zh"}
        Of all words but those of the sources.
    """
    # As everything that draws: matplotlib is not for those who only import.
    from bayescarbon.report.drawing import NO_CHINESE_FONT

    printer = Printer(saved, trail(saved, language), language)
    with warnings.catch_warnings():
        # The reader's browser draws the letters with fonts of its own.
        warnings.filterwarnings("ignore", message=NO_CHINESE_FONT)
        sections = [
            headline(printer, ledger),
            sinks(printer),
            ledger_lines(printer, ledger),
            price(printer),
            credits(printer),
            measure(printer),
            evidence(printer),
            diagnostics(printer),
            sensitivity(printer),
            checks(printer),
            trail_section(printer),
            run(printer),
        ]
    manifest = saved.manifest
    reasons = reworded_all(manifest["diagnostics"]["reasons"], language)
    words = {
        "lang": _HTML_LANGUAGE[language],
        "title": text("page title", language, {"title": manifest["title"]}),
        "skip": text("page skip", language),
        "contents": text("page contents", language),
        "rests": text("trail rests", language),
        "made": text("page made", language, {"version": manifest["versions"]["bayescarbon"]}),
    }
    alarm = "" if manifest["converged"] else text("page unconverged", language, {"reasons": reasons})
    return (
        _environment()
        .get_template("report.html")
        .render(heading=manifest["title"], sections=sections, words=words, alarm=alarm, slots=_slots)
    )


def write_page(path: Path, saved: Saved, ledger: xr.Dataset, language: Language = "en") -> None:
    """Write the report.

    Parameters
    ----------
    path : Path
        The file.
    saved : Saved
        As for `page`.
    ledger : xarray.Dataset
        As for `page`.
    language : {"en", "zh"}
        As for `page`.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    path.write_text(page(saved, ledger, language), encoding="utf-8", newline="\n")
