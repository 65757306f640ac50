"""Tables of benchmarks/README.md, made from the records in benchmarks/results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
README = HERE / "README.md"
BEGIN = "<!-- made by run.py from results/*.json: begin -->"
END = "<!-- made by run.py from results/*.json: end -->"

STAGES = ("import", "read", "build", "compile", "sample", "diagnose_predict", "account", "write", "total")
TIMES = ("study", "caches", "load", *(s.replace("_", ", ") for s in STAGES), "peak memory, MB")
QUALITY = (
    "study",
    "caches",
    "rows: own + literature",
    "sampled dimensions",
    "steps per draw",
    "divergences",
    "max R-hat",
    "min ESS",
    "min ESS / s sampling",
    "min ESS / s compile + sampling",
    "gate",
)


def case_rows(case: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return a case's row of the table of times and of the table of quality; words instead where it failed."""
    name, load = [case["study"], case["caches"]], f"{case['load_average'][0]:.2f}"
    if "failed" in case:
        return [*name, load, f"failed: {case['failed']}"], [*name, "failed"]
    times = [
        *name,
        load,
        *(f"{case['seconds'][stage]:.2f}" for stage in STAGES),
        f"{case['peak_memory_mb']:.0f}",
    ]
    gate = "passed" if case["passed"] else "; ".join(case["reasons"])
    quality = [
        *name,
        f"{case['evidence_rows_own']} + {case['evidence_rows_literature']}",
        str(case["sampled_dimensions"]),
        f"{case['steps_per_draw']:.0f}",
        str(case["divergences"]),
        f"{case['max_rhat']:.4f}",
        f"{case['min_ess_bulk']:.0f}",
        f"{case['min_ess_per_second_of_sampling']:.1f}",
        f"{case['min_ess_per_second_of_compile_and_sampling']:.1f}",
        gate + (" at the second attempt" if case["refitted"] else ""),
    ]
    return times, quality


def command_row(start: dict[str, Any]) -> list[str]:
    """Return the row of a start of the command line."""
    status = str(start["status"])
    return [
        f"`{start['command']}`",
        start["caches"],
        f"{start['load_average'][0]:.2f}",
        f"{start['seconds']:.2f}",
        status,
    ]


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; a row that is too short is filled with blanks."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for row in rows:
        lines.append("| " + " | ".join([*row, *[""] * (len(header) - len(row))]) + " |")
    return "\n".join(lines)


def section(record: dict[str, Any]) -> str:
    """Return what the README says of one record."""
    box, used = record["machine"], record["versions"]
    parts = [
        f"### {record['date']}",
        f"Commit {record['commit']}. {box['cpu']}, {box['cores_usable']} of {box['cores']} cores usable, "
        f"{box['memory_gb']} GB, {box['system']}. " + ", ".join(f"{k} {v}" for k, v in used.items()) + ".",
        f"    {record['command']}",
    ]
    if record["commands"]:
        header = ("command", "caches", "load", "seconds", "exit status")
        parts.append(markdown(header, [command_row(start) for start in record["commands"]]))
    if record["cases"]:
        rows = [case_rows(case) for case in record["cases"]]
        parts += [
            markdown(TIMES, [times for times, _ in rows]),
            markdown(QUALITY, [quality for _, quality in rows]),
        ]
    return "\n\n".join(parts)


def rewrite_readme() -> None:
    """Put the tables of all records, newest first, between the marks in the README.

    Raises
    ------
    ValueError
        If the marks are missing.
    """
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    # Records of engines.py have tables of their own.
    records = [json.loads(path.read_text(encoding="utf-8")) for path in RESULTS.glob("[0-9]*.json")]
    records.sort(key=lambda record: str(record["date"]), reverse=True)
    body = "\n\n".join(section(record) for record in records) or "No record yet."
    README.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}", encoding="utf-8", newline="\n")
