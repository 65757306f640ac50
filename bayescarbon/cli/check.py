"""``bayescarbon check``: validate a study and say what a run would use, without running anything."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from bayescarbon.accounting.constants import CARBONATE_CARBON
from bayescarbon.cli.console import Console
from bayescarbon.evidence.quantities import composites, quantities
from bayescarbon.report.manifest import plain, problem_record
from bayescarbon.report.terminal import Line, aligned, number
from bayescarbon.study import read_study
from bayescarbon.study.describe import measured
from bayescarbon.study.overlaps import literature_beside

if TYPE_CHECKING:
    from bayescarbon.study import Study

_SHOWN_BATCHES = 20


def evidence_counts(study: Study, published: pd.DataFrame) -> list[dict[str, Any]]:
    """Count the rows that will inform each quantity.

    Parameters
    ----------
    study : Study
        The study.
    published : DataFrame
        The literature, as a tidy evidence table.

    Returns
    -------
    list of dict
        ``quantity``, ``unit``, ``own`` (rows of the farm), ``literature`` (all rows), ``same_species`` (those
        of a species that the study harvests) and ``prior`` (``study`` where the study replaces the one that
        ships). Composites only where they have a row.
    """
    harvested = set(study.harvest["species"])
    own = study.evidence["quantity"].value_counts()
    all_rows = published["quantity"].value_counts()
    same = published.loc[published["species"].isin(harvested), "quantity"].value_counts()
    counted = []
    for name, quantity in (quantities() | composites()).items():
        row = {
            "quantity": name,
            "unit": quantity.unit,
            "own": int(own.get(name, 0)),
            "literature": int(all_rows.get(name, 0)),
            "same_species": int(same.get(name, 0)),
            "prior": "study" if name in study.priors else "shipped",
        }
        if not quantity.composite_of:
            counted.append(row)
        elif row["own"] or row["literature"]:
            counted.append(row | {"prior": "computed"})
    return counted


def _batch_lines(study: Study) -> list[str]:
    rows = [("batch", "site", "species", "harvest (t live)", "cycle (d)")]
    for row in study.harvest.head(_SHOWN_BATCHES).to_dict("records"):
        rows.append(
            (row["batch"], row["site"], row["species"], number(row["harvest_t"]), number(row["cycle_days"]))
        )
    hidden = len(study.harvest) - _SHOWN_BATCHES
    more = [f"  ... and {hidden} more"] if hidden > 0 else []
    return [f"  {line}" for line in aligned(rows)] + more


def _prior_lines(study: Study) -> list[Line | str]:
    if not study.priors:
        return []
    rows: list[tuple[str, ...]] = [("quantity", "q05", "q50", "q95", "reason")]
    for name, stated in study.priors.items():
        rows.append(
            (name, *(f"{q:g}" for q in stated.quantiles.as_tuple()), stated.reason or "stated in study.toml")
        )
    return ["", Line("Priors that the study replaces", bold=True), *(f"  {line}" for line in aligned(rows))]


def _sites(number: int) -> str:
    return "" if not number else "1 site" if number == 1 else f"{number} sites"


def _measured_lines(study: Study) -> list[Line | str]:
    told = measured(study)
    if not told:
        return []
    rows = [
        (
            row["table"],
            f"{row['count']} {row['what']}",
            _sites(row["sites"]),
            row["use"],
        )
        for row in told
    ]
    return [
        "",
        Line("Measurements with a model of their own", bold=True),
        *(f"  {line}" for line in aligned(rows)),
    ]


def flagged_rows(rows: pd.DataFrame) -> list[str]:
    """Say which rows are read with a reservation: shells heavier in carbon than their mineral, ranges without n.

    Parameters
    ----------
    rows : DataFrame
        Evidence of the farm and of the literature, as the tidy table.
    """
    told = []
    highest = rows["value"].fillna(rows["high"])
    for row, value in zip(rows.to_dict("records"), highest, strict=True):
        name = f"{row['id']} ({row['source'] or 'farm'}): {row['quantity']}"
        if row["quantity"] == "shell_carbon" and value > CARBONATE_CARBON:
            told.append(
                f"{name} {value:.4f} is above pure CaCO3, {CARBONATE_CARBON:.4f}; the rest must be organic"
            )
        if row["kind"] == "range" and math.isnan(row["n"]):
            told.append(f"{name} is a range without n, read as the extremes of two values")
    return told


def _lines(study: Study, counts: list[dict[str, Any]], flagged: list[str]) -> list[Line | str]:
    tonnes = number(float(study.harvest["harvest_t"].sum()))
    header = ("quantity", "unit", "own rows", "literature", "same species", "prior")
    rows = [tuple(str(value) for value in row.values()) for row in counts]
    priced = study.economics["batch"].nunique()
    lines: list[Line | str] = [
        Line(study.title, bold=True),
        f"Headline: {study.headline_framework}, rule {study.headline_rule}. Read: {', '.join(study.inputs)}.",
        "",
        Line(f"Batches: {len(study.harvest)}, {tonnes} t live together, {priced} with economics", bold=True),
        *_batch_lines(study),
        "",
        Line("Evidence, in rows", bold=True),
        *(f"  {line}" for line in aligned([header, *rows])),
        *_measured_lines(study),
        *_prior_lines(study),
    ]
    if study.warnings:
        lines += ["", Line(f"Warnings: {len(study.warnings)}", bold=True)]
        lines += [f"  {' '.join(str(warning).split())}" for warning in study.warnings]
    if flagged:
        lines += ["", Line(f"Rows read with a reservation: {len(flagged)}", bold=True)]
        lines += [f"  {row}" for row in flagged]
    return [*lines, "", f"Nothing to refuse. Next: bayescarbon run {study.path}"]


def command(options: argparse.Namespace, console: Console) -> int:
    """Read a study, refuse it or say what would be used."""
    study = read_study(options.study)
    published = literature_beside(study.evidence, study.budget)
    counts = evidence_counts(study, published)
    flagged = flagged_rows(pd.concat([study.evidence, published], ignore_index=True))
    console.summary(_lines(study, counts, flagged))
    columns = ["batch", "site", "species", "harvest_t", "cycle_days"]
    console.answer(
        {
            "status": 0,
            "title": study.title,
            "headline_framework": study.headline_framework,
            "headline_rule": study.headline_rule,
            "batches": plain(study.harvest[columns].to_dict("records")),
            "evidence": counts,
            "measured": measured(study),
            "priors": {
                name: dict(zip(("q05", "q50", "q95"), p.quantiles.as_tuple(), strict=True))
                | {"reason": p.reason}
                for name, p in study.priors.items()
            },
            "flagged": flagged,
            "warnings": [problem_record(warning) for warning in study.warnings],
            "inputs": dict(study.inputs),
        }
    )
    return 0
