"""The audit trail as cards with links; the rows of evidence and the sources as tables whose rows can be linked to."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from markupsafe import Markup, escape

from bayescarbon.report.language import Language, text
from bayescarbon.report.names import called
from bayescarbon.report.page.parts import Grid, Group, Head, Link, Part, Section, TrailCard, Words
from bayescarbon.report.page.printer import Printer
from bayescarbon.report.trace import KINDS, SHOWN, Step, anchor

#: Kinds that stand as a table, one row per step, because they hold little but are many.
_TABULAR = ("source", "input")
#: Rows of one step that are shown; a quantity has one per species and site.
_MOST_ROWS = 25
#: Rows of evidence that are shown, those of the literature first: a farm may have thousands, and evidence.csv has all.
MOST_EVIDENCE = 500
_CHINESE = re.compile("[\u4e00-\u9fff]")
# Two words in a row: a formula or a fingerprint has none.
_WORD = re.compile("[A-Za-z]{3,} [A-Za-z]{2,}")


def trail_section(printer: Printer) -> Section:
    """Return every step of the audit trail, by kind.

    Parameters
    ----------
    printer : Printer
        With the tables and the steps.
    """
    language = printer.language
    parts: list[Part] = [Words(printer.say("trail about"))]
    for kind in KINDS:
        steps = [step for step in printer.steps.values() if step.kind == kind]
        if kind == "evidence":
            steps = _shown_evidence(printer, steps)
        title = text(f"trail {kind}", language)
        if kind == "evidence" and not steps:
            parts.append(Group("trail-evidence", title, (Words(printer.say("missing evidence")),)))
        elif steps:
            parts.append(Group(f"trail-{kind}", title, _parts(printer, kind, title, steps)))
    return Section("trail", text("section trail", language), parts)


def _parts(printer: Printer, kind: str, title: str, steps: Sequence[Step]) -> Sequence[Part]:
    if kind == "evidence":
        at = [step.rows[0][1] for step in steps]
        grid = printer.grid("evidence", title, (*SHOWN["evidence"], "note"), at, most=len(at))
        more = _left_out(printer, len(printer.saved.tables["evidence"]) - len(at))
        rows = tuple((_to_file(step, row[0]), *row[1:]) for step, row in zip(steps, grid.rows, strict=True))
        return (Grid(grid.caption, grid.heads, rows, more, tuple(step.anchor for step in steps)),)
    if kind in _TABULAR:
        rows = tuple(
            (Markup(escape(step.name)), _in_its_language(step.title, printer.language)) for step in steps
        )
        heads = (Head(), Head(style="long"))
        return (Grid(title, heads, rows, ids=tuple(step.anchor for step in steps)),)
    everything = [step for step in printer.steps.values() if step.kind == "evidence"]
    shown = {step.key for step in _shown_evidence(printer, everything)}
    return [_card(printer, step, shown) for step in steps]


def _to_file(step: Step, name: Markup) -> Markup:
    """Return the name of a row of evidence, linked to the file of the study that holds it if one does."""
    files = [key for key in step.leads_to if key.startswith("input:")]
    return Markup('<a href="#{}">{}</a>').format(anchor(files[0]), name) if files else name


def _in_its_language(said: str, language: Language) -> Markup:
    """Return a text marked as English where the page is in another language and the text has none of its letters."""
    if language == "en" or not _WORD.search(said) or _CHINESE.search(said):
        return escape(said)
    return Markup('<span lang="en">{}</span>').format(said)


def _shown_evidence(printer: Printer, steps: Sequence[Step]) -> list[Step]:
    rows = printer.saved.rows("evidence")
    # Stable: within literature and farm the order of the file remains.
    return sorted(steps, key=lambda step: rows[step.rows[0][1]]["origin"] == "farm")[:MOST_EVIDENCE]


def _left_out(printer: Printer, hidden: int) -> str:
    if hidden <= 0:
        return ""
    return text("page more", printer.language, {"n": hidden, "table": "evidence"})


def _card(printer: Printer, step: Step, shown: Set[str]) -> TrailCard:
    language = printer.language
    tables = dict.fromkeys(table for table, _ in step.rows)
    grids = tuple(
        printer.grid(
            table, step.name, SHOWN[table], [at for name, at in step.rows if name == table], _MOST_ROWS
        )
        for table in tables
    )
    links, hidden = [], 0
    for kind in KINDS:
        below = [printer.steps[key] for key in step.leads_to if printer.steps[key].kind == kind]
        if kind == "evidence":
            kept = [one for one in below if one.key in shown]
            below, hidden = _shown_evidence(printer, kept), len(below) - len(kept)
        if below:
            links.append(
                (
                    text(f"trail {kind}", language),
                    tuple(Link(one.anchor, called(one.kind, one.name, language)) for one in below),
                )
            )
    says = tuple((text(label, language), _in_its_language(said, language)) for label, said in step.says)
    return TrailCard(
        step.anchor,
        called("number", step.name, language) if step.kind == "number" else step.name,
        step.title,
        says,
        grids,
        tuple(links),
        _left_out(printer, hidden),
    )
