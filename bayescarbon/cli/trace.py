"""``bayescarbon trace``: from a number to its equation, its quantities, their evidence and its sources."""

from __future__ import annotations

import argparse
import sys

from bayescarbon.cli.console import Console
from bayescarbon.errors import suggest
from bayescarbon.report.folder import recover
from bayescarbon.report.language import Language, text
from bayescarbon.report.names import called, listed
from bayescarbon.report.saved import read_saved
from bayescarbon.report.terminal import Line, aligned
from bayescarbon.report.trace import KINDS, Step, named, trail, walk
from bayescarbon.report.trail_lines import step_record, trail_lines
from bayescarbon.translation import said


def _list(steps: list[Step], language: Language) -> list[Line | str]:
    lines: list[Line | str] = [Line(text("trail list", language), bold=True)]
    kinds = [kind for kind in KINDS if kind not in ("evidence", "source", "input")]
    rows = [
        (
            text(f"trail {kind}", language),
            listed((called(kind, step.name, language) for step in steps if step.kind == kind), language),
        )
        for kind in kinds
    ]
    return [*lines, *(f"  {line}" for line in aligned([row for row in rows if row[1]]))]


def command(options: argparse.Namespace, console: Console) -> int:
    """Print the audit trail of one name, or list the names."""
    if not options.results.exists():
        recover(options.results.resolve())  # a run may have been killed between its two renames
    saved = read_saved(options.results)
    language: Language = options.language
    steps = trail(saved, language)
    if options.number is None:
        console.show(_list(list(steps.values()), language))
        console.answer([{"kind": step.kind, "name": step.name} for step in steps.values()])
        return 0
    found = named(steps, options.number)
    if not found:
        hint = suggest(options.number, [step.name for step in steps.values()])
        unknown = text("trail unknown", language, {"name": options.number})
        print(unknown + said(hint, language), file=sys.stderr)
        return 2
    reached = walk(steps, [step.key for step in found])
    console.show(trail_lines(saved, reached, language))
    console.answer([step_record(saved, step) for step in reached])
    return 0
