"""The audit trail as lines of text, for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from bayescarbon.report.cells import heading, shown
from bayescarbon.report.language import Language, text
from bayescarbon.report.names import called, listed
from bayescarbon.report.saved import WORDS, Saved
from bayescarbon.report.terminal import Line, aligned
from bayescarbon.report.trace import KINDS, SHOWN, Step

_WIDTH = 110


def trail_lines(saved: Saved, steps: Sequence[Step], language: Language) -> Iterator[Line | str]:
    """Return steps as text: by kind, each with what there is to read and its values.

    Parameters
    ----------
    saved : Saved
        The tables that hold the values.
    steps : sequence of Step
        In the order of the trail.
    language : {"en", "zh"}
        Of the labels.
    """
    for kind in KINDS:
        own = [step for step in steps if step.kind == kind]
        if not own:
            continue
        yield ""
        yield Line(text(f"trail {kind}", language), bold=True)
        if kind == "evidence":
            yield from _table(saved, "evidence", [at for step in own for _, at in step.rows], language, "  ")
            continue
        for step in own:
            yield from _step(saved, step, language)


def _step(saved: Saved, step: Step, language: Language) -> Iterator[str]:
    title = f"{step.name}: {step.title}" if step.title else step.name
    yield from textwrap.wrap(title, _WIDTH, initial_indent="  ", subsequent_indent="      ")
    for label, said in step.says:
        lead = f"{text(label, language)}: {' '.join(said.split())}"
        yield from textwrap.wrap(lead, _WIDTH, initial_indent="      ", subsequent_indent="        ")
    places: dict[str, list[int]] = {}
    for table, at in step.rows:
        places.setdefault(table, []).append(at)
    for table, positions in places.items():
        yield from _table(saved, table, positions, language, "      ")
    keys = (key.split(":", 1) for key in step.leads_to)
    below = [called(kind, name, language) for kind, name in keys if kind != "source"]
    if below:
        lead = f"{text('trail rests', language)}: {listed(below, language)}"
        yield from textwrap.wrap(lead, _WIDTH, initial_indent="      ", subsequent_indent="        ")


def _table(
    saved: Saved, table: str, positions: Sequence[int], language: Language, indent: str
) -> Iterator[str]:
    rows = [saved.tables[table][at] for at in positions]
    # A column in which no row has anything to say is left out.
    columns = [c for c in SHOWN[table] if any(row.get(c) not in (None, "") for row in rows)]
    body = [tuple(shown(c, row[c], language) for c in columns) for row in rows]
    right = [i for i, c in enumerate(columns) if c not in WORDS]
    header = tuple(heading(c, language) for c in columns)
    yield from (indent + line for line in aligned([header, *body], right=right))


def step_record(saved: Saved, step: Step) -> Mapping[str, object]:
    """Return a step as a JSON object, with the rows of its values whole.

    Parameters
    ----------
    saved : Saved
        The tables.
    step : Step
        The step.
    """
    return {
        "kind": step.kind,
        "name": step.name,
        "title": step.title,
        "says": [{"what": label.removeprefix("trail "), "text": said} for label, said in step.says],
        "values": [{"table": table, "row": at + 2, **saved.tables[table][at]} for table, at in step.rows],
        "rests_on": list(step.leads_to),
    }
