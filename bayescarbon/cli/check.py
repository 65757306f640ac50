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
from bayescarbon.report.names import called
from bayescarbon.report.terminal import Line, aligned, number
from bayescarbon.study import read_study
from bayescarbon.study.describe import measured
from bayescarbon.study.overlaps import literature_beside
from bayescarbon.translation import Language, _, said

if TYPE_CHECKING:
    from bayescarbon.study import Study

_SHOWN_BATCHES = 20
#: Where the prior of a quantity comes from, as the records say it, in words.
_PRIORS = {"study": _("study"), "shipped": _("shipped"), "computed": _("computed")}


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


def _batch_lines(study: Study, language: Language) -> list[str]:
    rows: list[tuple[str, ...]] = [
        (_("batch"), _("site"), _("species"), _("harvest (t live)"), _("cycle (d)")),
    ]
    for row in study.harvest.head(_SHOWN_BATCHES).to_dict("records"):
        rows.append(
            (row["batch"], row["site"], row["species"], number(row["harvest_t"]), number(row["cycle_days"]))
        )
    hidden = len(study.harvest) - _SHOWN_BATCHES
    more = [_("  ... and {n} more", n=hidden)] if hidden > 0 else []
    return [*(f"  {line}" for line in aligned(rows, language=language)), *more]


def _prior_lines(study: Study, language: Language) -> list[Line | str]:
    if not study.priors:
        return []
    rows: list[tuple[str, ...]] = [(_("quantity"), "q05", "q50", "q95", _("reason"))]
    for name, stated in study.priors.items():
        rows.append(
            (
                name,
                *(f"{q:g}" for q in stated.quantiles.as_tuple()),
                stated.reason or _("stated in study.toml"),
            )
        )
    shown = aligned(rows, language=language)
    return ["", Line(_("Priors that the study replaces"), bold=True), *(f"  {line}" for line in shown)]


def _sites(number: int) -> str:
    return "" if not number else _("1 site") if number == 1 else _("{n} sites", n=number)


def _measured_lines(study: Study, language: Language) -> list[Line | str]:
    told = measured(study)
    if not told:
        return []
    rows = [
        (
            row["table"],
            _("{n} {what}", n=row["count"], what=row["what"]),
            _sites(row["sites"]),
            row["use"],
        )
        for row in told
    ]
    return [
        "",
        Line(_("Measurements with a model of their own"), bold=True),
        *(f"  {line}" for line in aligned(rows, language=language)),
    ]


def flagged_rows(rows: pd.DataFrame) -> list[str]:
    """Say which rows are read with a reservation: shells heavier in carbon than their mineral, ranges without n.

    Parameters
    ----------
    rows : DataFrame
        Evidence of the farm and of the literature, as the tidy table.
    """
    told: list[str] = []
    highest = rows["value"].fillna(rows["high"])
    for row, value in zip(rows.to_dict("records"), highest, strict=True):
        name = {"id": row["id"], "source": row["source"] or _("farm"), "quantity": row["quantity"]}
        if row["quantity"] == "shell_carbon" and value > CARBONATE_CARBON:
            told.append(
                _(
                    "{id} ({source}): {quantity} {value:.4f} is above pure CaCO3, {pure:.4f}; the rest must be organic",
                    **name,
                    value=value,
                    pure=CARBONATE_CARBON,
                )
            )
        if row["kind"] == "range" and math.isnan(row["n"]):
            told.append(
                _(
                    "{id} ({source}): {quantity} is a range without n, read as the extremes of two values",
                    **name,
                )
            )
    return told


def _lines(
    study: Study, counts: list[dict[str, Any]], flagged: list[str], language: Language
) -> list[Line | str]:
    tonnes = number(float(study.harvest["harvest_t"].sum()))
    header = (_("quantity"), _("unit"), _("own rows"), _("literature"), _("same species"), _("prior"))
    rows = [
        (
            called("quantity", row["quantity"], language),
            row["unit"],
            *(str(row[name]) for name in ("own", "literature", "same_species")),
            _PRIORS[row["prior"]],
        )
        for row in counts
    ]
    priced = study.economics["batch"].nunique()
    lines: list[Line | str] = [
        Line(study.title, bold=True),
        _(
            "Headline: {framework}, rule {rule}. Read: {files}.",
            framework=called("framework", study.headline_framework, language),
            rule=called("rule", study.headline_rule, language),
            files=", ".join(study.inputs),
        ),
        "",
        Line(
            _(
                "Batches: {n}, {tonnes} t live together, {priced} with economics",
                n=len(study.harvest),
                tonnes=tonnes,
                priced=priced,
            ),
            bold=True,
        ),
        *_batch_lines(study, language),
        "",
        Line(_("Evidence, in rows"), bold=True),
        *(f"  {line}" for line in aligned([header, *rows], language=language)),
        *_measured_lines(study, language),
        *_prior_lines(study, language),
    ]
    if study.warnings:
        lines += ["", Line(_("Warnings: {n}", n=len(study.warnings)), bold=True)]
        lines += [f"  {' '.join(warning.said(language).split())}" for warning in study.warnings]
    if flagged:
        lines += ["", Line(_("Rows read with a reservation: {n}", n=len(flagged)), bold=True)]
        lines += [f"  {said(row, language)}" for row in flagged]
    return [*lines, "", _("Nothing to refuse. Next: bayescarbon run {path}", path=study.path)]


def command(options: argparse.Namespace, console: Console) -> int:
    """Read a study, refuse it or say what would be used."""
    study = read_study(options.study)
    published = literature_beside(study.evidence, study.budget)
    counts = evidence_counts(study, published)
    flagged = flagged_rows(pd.concat([study.evidence, published], ignore_index=True))
    console.summary(_lines(study, counts, flagged, options.language))
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
            "flagged": [said(row, options.language) for row in flagged],
            "warnings": [problem_record(warning, options.language) for warning in study.warnings],
            "inputs": dict(study.inputs),
        }
    )
    return 0
