"""Put what was measured into a page, between two marks that say which script wrote it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
README = HERE / "README.md"


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; a row that is too short is filled with blanks."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for row in rows:
        lines.append("| " + " | ".join([*row, *[""] * (len(header) - len(row))]) + " |")
    return "\n".join(lines)


def heading(record: Mapping[str, Any]) -> str:
    """Return when a record was made, and on what machine and versions."""
    box, used = record["machine"], record["versions"]
    return (
        f"### {record['date']}\n\n"
        f"Commit {record['commit']}. {box['cpu']}, {box['cores_usable']} of {box['cores']} cores usable, "
        f"{box['memory_gb']} GB, {box['system']}. " + ", ".join(f"{k} {v}" for k, v in used.items()) + "."
    )


def put_between(page: Path, maker: str, body: str) -> None:
    """Replace what stands between the marks of a maker.

    Parameters
    ----------
    page : Path
        File with both marks, each once.
    maker : str
        As the marks name it.
    body : str
        What stands there from now on.

    Raises
    ------
    ValueError
        If a mark is missing.
    """
    begin, end = (f"<!-- made by {maker}: {where} -->" for where in ("begin", "end"))
    before, rest = page.read_text(encoding="utf-8").split(begin)
    _, after = rest.split(end)
    page.write_text(f"{before}{begin}\n\n{body}\n\n{end}{after}", encoding="utf-8", newline="\n")


def put_records(maker: str, pattern: str, section: Callable[[dict[str, Any]], str]) -> None:
    """Put the tables of all records that match, newest first, between the marks of a maker in the README.

    Parameters
    ----------
    maker : str
        As the marks name it.
    pattern : str
        Of the records' names in `results`.
    section : callable
        From a record to what the README says of it.
    """
    records = [json.loads(path.read_text(encoding="utf-8")) for path in RESULTS.glob(pattern)]
    records.sort(key=lambda record: str(record["date"]), reverse=True)
    put_between(README, maker, "\n\n".join(section(record) for record in records) or "No record yet.")
