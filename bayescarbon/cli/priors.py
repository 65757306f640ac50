"""``bayescarbon priors``: what is known of each quantity before any farm is looked at."""

from __future__ import annotations

import argparse
import math
import textwrap
from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bayescarbon.cli.console import Console
from bayescarbon.cli.unknown import unknown_name
from bayescarbon.evidence.quantities import Quantiles, Quantity, composites, quantities
from bayescarbon.report.manifest import plain
from bayescarbon.report.names import called
from bayescarbon.report.terminal import Line, aligned
from bayescarbon.translation import Language, _, said

if TYPE_CHECKING:
    import pandas as pd

_WIDTH = 100


def _stated(quantity: Quantity) -> Iterator[tuple[str, Quantiles]]:
    """Yield every prior of a quantity under the name that the result tables use."""
    if not quantity.by:
        yield quantity.name, quantity.prior
    for part, quantiles in quantity.by.items():
        yield f"{quantity.name}[{part}]", quantiles


def _levels(quantity: Quantity) -> str:
    return ", ".join(quantity.levels) or _("one per study")


def _origin(quantity: Quantity) -> str:
    sources = ", ".join(quantity.sources)
    if not quantity.elicited:
        return sources
    return _("elicited; {sources}", sources=sources) if sources else _("elicited")


def _triple(quantiles: Quantiles) -> list[str]:
    return [f"{q:g}" for q in quantiles.as_tuple()]  # as stated: no digits are made up


def _list(known: dict[str, Quantity], derived: dict[str, Quantity], language: Language) -> list[Line | str]:
    rows: list[tuple[str, ...]] = [
        (_("quantity"), _("symbol"), _("unit"), "q05", "q50", "q95", _("levels"), _("source"))
    ]
    for quantity in known.values():
        for name, stated in _stated(quantity):
            shown = (
                *_triple(stated),
                _levels(quantity),
                textwrap.shorten(said(_origin(quantity), language), 44, placeholder=" ..."),
            )
            rows.append((called("quantity", name, language), quantity.symbol, quantity.unit, *shown))
    return [
        *aligned(rows, language=language),
        "",
        _("Quantiles are those of the mean at a new farm, before it has measured anything."),
        _("Also observable, computed from these: {quantities}.", quantities=", ".join(derived)),
        _("`bayescarbon priors NAME` gives the definition, the reason, the evidence and its sources."),
    ]


def _reported(value: float) -> str:
    """Return a number as reported: conversion of units may have left it with digits that mean nothing."""
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def evidence_value(row: Mapping[Hashable, Any]) -> str:
    """Return what a row of the evidence table reports, as people write it.

    Parameters
    ----------
    row : mapping
        One row of the tidy evidence table.
    """
    if row["kind"] == "range":
        return f"{_reported(row['low'])} to {_reported(row['high'])}"
    if row["kind"] == "below":
        return f"< {_reported(row['high'])}"
    if row["kind"] == "above":
        return f"> {_reported(row['low'])}"
    spread = "" if math.isnan(row["sd"]) else f" ± {_reported(row['sd'])}"
    count = f" (n = {row['n']:.0f})" if row["kind"] == "summary" else ""
    return f"{_reported(row['value'])}{spread}{count}"


def _evidence_lines(quantity: Quantity, rows: pd.DataFrame, language: Language) -> list[Line | str]:
    if rows.empty:
        return [_("No row of the literature table observes it directly: the prior is all there is.")]
    shown: list[tuple[str, ...]] = [
        (
            "id",
            _("species"),
            _("site"),
            _("season"),
            _("value ({unit})", unit=quantity.unit),
            _("method"),
            _("source"),
        )
    ]
    for row in rows.to_dict("records"):
        who = row["species"] or row["group"]
        place = textwrap.shorten(row["site"], 36, placeholder=" ...")
        shown.append(
            (row["id"], who, place, row["season"], evidence_value(row), row["method"], row["source"])
        )
    return [
        Line(_("Evidence from the literature: {n} rows", n=len(rows)), bold=True),
        *(f"  {x}" for x in aligned(shown, language=language)),
    ]


def _source_lines(keys: list[str]) -> list[Line | str]:
    from bayescarbon.evidence.references import references

    if not keys:
        return []
    known = references()
    lines: list[Line | str] = ["", Line(_("Sources"), bold=True)]
    for key in keys:
        lines += textwrap.wrap(f"{key}: {known[key]}", _WIDTH, initial_indent="  ", subsequent_indent="    ")
    return lines


def _prior_lines(quantity: Quantity, language: Language) -> list[Line | str]:
    if quantity.composite_of:
        parts = ", ".join(quantity.composite_of)
        return [_("Computed from  {quantities}; it has no prior of its own.", quantities=parts)]
    rows: list[tuple[str, ...]] = [("", "q05", "q50", "q95")]
    for name, stated in _stated(quantity):
        rows.append((name if quantity.by else _("mean at a new farm"), *_triple(stated)))
    rows.append((_("scatter of single samples (coefficient of variation)"), *_triple(quantity.scatter)))
    rows.append((_("season, highest to lowest mean (ratio)"), *_triple(quantity.season_swing)))
    shares = ", ".join(f"{level} {share:.0%}" for level, share in quantity.shares.items())
    return [
        Line(_("Prior"), bold=True),
        *(f"  {line}" for line in aligned(rows, language=language)),
        _("  its variance comes from: {shares}", shares=shares),
        "",
        Line(_("Reason (elicited)") if quantity.elicited else _("Reason"), bold=True),
        *textwrap.wrap(
            " ".join(quantity.reason.split()), _WIDTH, initial_indent="  ", subsequent_indent="  "
        ),
    ]


def _detail(quantity: Quantity, rows: pd.DataFrame, language: Language) -> list[Line | str]:
    keys = list(dict.fromkeys([*quantity.sources, *rows["source"]]))
    return [
        Line(
            f"{called('quantity', quantity.name, language)} ({quantity.symbol}), {quantity.unit}", bold=True
        ),
        *textwrap.wrap(" ".join(quantity.definition.split()), _WIDTH),
        _(
            "Values: {support}. Varies by: {levels}. Defined in priors/{family}.toml.",
            support=quantity.support,
            levels=_levels(quantity),
            family=quantity.family,
        ),
        "",
        *_prior_lines(quantity, language),
        "",
        *_evidence_lines(quantity, rows, language),
        *_source_lines([key for key in keys if key]),
    ]


def _record(quantity: Quantity) -> dict[str, Any]:
    names = ("name", "symbol", "unit", "support", "definition", "levels", "shares", "reason", "sources")
    record = {name: plain(getattr(quantity, name)) for name in (*names, "elicited", "family", "composite_of")}
    if not quantity.composite_of:
        stated = {
            name: dict(zip(("q05", "q50", "q95"), q.as_tuple(), strict=True)) for name, q in _stated(quantity)
        }
        record["priors"] = stated
    return record


def command(options: argparse.Namespace, console: Console) -> int:
    """List all quantities or explain one."""
    known, derived = quantities(), composites()
    if options.quantity is None:
        console.show(_list(known, derived, options.language))
        console.answer([_record(quantity) for quantity in known.values()])
        return 0
    everything = known | derived
    if options.quantity not in everything:
        return unknown_name("priors", _("quantity"), options.quantity, everything, options.language)
    from bayescarbon.evidence.literature import literature

    quantity = everything[options.quantity]
    table = literature()
    rows = table[table["quantity"] == quantity.name]
    console.show(_detail(quantity, rows, options.language))
    console.answer({**_record(quantity), "evidence": plain(rows.to_dict("records"))})
    return 0
