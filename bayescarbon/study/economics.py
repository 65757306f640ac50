"""The table `economics` of a study: what a batch earns and costs, and what its water would earn otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from bayescarbon.errors import Problem, suggest
from bayescarbon.study.cells import Typed, report
from bayescarbon.translation import _

TABLE = "economics"
DAYS_PER_MONTH = 30.44
FLOWS = ("revenue", "cost", "alternative_revenue", "alternative_cost")
GAP = ("margin_gap", "margin_gap_sd")
#: Days written for months are off by 30, years by 12; a fallow period explains far less.
MONTHS_FACTOR = 6.0


def read_economics(
    typed: Typed, days: dict[str, float], currency_stated: bool
) -> tuple[pd.DataFrame, list[Problem], list[Problem]]:
    """Check the money of the batches.

    Parameters
    ----------
    typed : Typed
        The table as typed cells.
    days : dict of str to float
        Cycle length of each batch of `harvest`, d.
    currency_stated : bool
        Whether the settings have ``[currency]``.

    Returns
    -------
    DataFrame
        batch, year, revenue, cost, alternative_revenue, alternative_cost, margin_gap, margin_gap_sd, cycle_months
        (months; cycle_days / 30.44 where blank), discount_rate (per year; NaN where blank).
    problems, warnings : list of Problem
    """
    frame = typed.frame.copy()
    problems: list[Problem] = []

    def error(column: str, rows: pd.Series[bool], message: str | Callable[[str], str]) -> None:
        problems.extend(report(TABLE, column, typed.text[column][rows], message))

    if not currency_stated:
        problems.append(
            Problem(TABLE, _("money needs a currency; add [currency] with code and year to study.toml."))
        )
    batch = frame["batch"]
    error(
        "batch",
        ~batch.isin(list(days)) & (batch != "") & bool(days),
        lambda name: (
            _("is not a batch of `harvest`; correct the name or remove the row.") + suggest(name, days)
        ),
    )
    _check_forms(typed, error)
    _check_years(typed, error)
    expected = batch.map(days).astype(float) / DAYS_PER_MONTH
    months = frame["cycle_months"]
    wild = (months > expected * MONTHS_FACTOR) | (months < expected / MONTHS_FACTOR)
    error(
        "cycle_months", wild, _("does not fit the batch's cycle_days; it is in months, not in days or years.")
    )
    frame["cycle_months"] = months.fillna(expected)
    missing = [name for name in days if name and name not in set(batch)]
    warnings = []
    if missing and days:
        warnings.append(
            Problem(
                TABLE,
                _(
                    "no carbon price is computed for the batches without a row here: {batches}.",
                    batches=", ".join(missing),
                ),
                column="batch",
            )
        )
    flows = frame["margin_gap"].isna() & (batch != "")
    lone = flows & (flows.groupby(batch).transform("sum") == 1)
    if lone.any():
        warnings.append(
            Problem(
                TABLE,
                _(
                    "one year of money is taken as known without error, so the price of {batches} shows "
                    "the sink's uncertainty alone; give several years, or margin_gap with margin_gap_sd.",
                    batches=", ".join(batch[lone]),
                ),
                column="batch",
            )
        )
    return frame.reset_index(drop=True), problems, warnings


def _check_forms(typed: Typed, error: Callable[[str, pd.Series[bool], str], None]) -> None:
    """Each row, and each batch, has one of the two forms, whole."""
    stated = {name: typed.text[name] != "" for name in (*FLOWS, *GAP, "discount_rate")}
    flows = pd.concat([stated[name] for name in FLOWS], axis=1).any(axis=1)
    gap = pd.concat([stated[name] for name in GAP], axis=1).any(axis=1)
    batch = typed.frame["batch"]
    named = batch != ""
    error(
        "batch",
        ~flows & ~gap,
        _(
            "has no money in this row; write revenue, cost, alternative_revenue, alternative_cost and "
            "discount_rate, or margin_gap and margin_gap_sd."
        ),
    )
    both = flows.groupby(batch).transform("any") & gap.groupby(batch).transform("any") & named
    error(
        "batch",
        both,
        _("has revenue or cost as well as margin_gap; keep one of the two forms for the whole batch."),
    )
    single = flows & ~gap
    for name in FLOWS:
        error(
            name,
            single & ~stated[name],
            _(
                "is empty; a row with money needs all of {columns} (write 0 for none).",
                columns=", ".join(FLOWS),
            ),
        )
    error(
        "discount_rate",
        single & ~stated["discount_rate"],
        _(
            "is empty; revenue and cost fall at different times, so they need a discount rate per year, "
            "such as 0.05."
        ),
    )
    for name in GAP:
        error(
            name, gap & ~flows & ~stated[name], _("is empty; margin_gap and margin_gap_sd belong together.")
        )
    repeated = gap & ~both & batch.duplicated() & named
    error(
        "batch",
        repeated,
        _("has an earlier row already; margin_gap is the gap of the whole batch, so it has one row."),
    )


def _check_years(typed: Typed, error: Callable[[str, pd.Series[bool], str], None]) -> None:
    """Several rows of a batch pair by year, so each needs its own year."""
    frame = typed.frame
    flows = pd.concat([typed.text[name] != "" for name in FLOWS], axis=1).any(axis=1) & (frame["batch"] != "")
    several = flows & frame["batch"].duplicated(keep=False)
    error(
        "year",
        several & (typed.text["year"] == ""),
        _("is empty; a batch with several rows needs a year in each."),
    )
    repeated = several & frame["year"].notna() & frame.duplicated(["batch", "year"])
    error(
        "year", repeated, _("stands in an earlier row of the same batch already; keep one row for each year.")
    )
