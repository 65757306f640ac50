"""Tables of benchmarks/README.md, made from the records of run.py in benchmarks/results."""

from __future__ import annotations

from typing import Any

from pages import heading, markdown, put_records

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


def section(record: dict[str, Any]) -> str:
    """Return what the README says of one record."""
    parts = [heading(record), f"    {record['command']}"]
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
    """Put the tables of all records of run.py into the README."""
    # Records of engines.py, which have tables of their own, begin with a letter.
    put_records("run.py from results/*.json", "[0-9]*.json", section)
