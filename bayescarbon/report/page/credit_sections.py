"""Sections about credits and about what to measure next."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import escape

from bayescarbon.report.cells import percent
from bayescarbon.report.credits import TOTAL, Row
from bayescarbon.report.language import text
from bayescarbon.report.measure_lines import sentence
from bayescarbon.report.names import called
from bayescarbon.report.page.parts import Fold, Grid, Part, Picture, Section, Slider, Words
from bayescarbon.report.page.printer import Printer
from bayescarbon.report.terminal import number

#: Accepted risk at which the slider stands first where the headline rule names none.
START = 0.10
_RULES = ("rule", "mean", "issued", "deduction", "p_overcredit", "expected_overcredit", "unit", "note")
_VINTAGES = ("year", "issuable", "issued", "held", "released", "issued_cumulative", "deficit", "unit")
_PLANNED = (
    "quantity", "species", "site", "kind", "n", "cost", "credits_freed", "credits_freed_q05", "credits_freed_q95",
    "worth", "evsi_value", "added_value",
)  # fmt: skip
_STEPS = ("quantity", "species", "site", "n", "total_cost", "total_value", "total_net")
_REVENUE = ("scope", "mean", "median", "q05", "q95", "unit", "p_break_even")


def credits(printer: Printer) -> Section:
    """Return what is issued at which risk: slider, curve, rules, batches, years and revenue.

    Parameters
    ----------
    printer : Printer
        With the tables.
    """
    saved, language = printer.saved, printer.language
    title = text("section credits", language)
    if not saved.rows("issuance"):
        return Section("credits", title, (Words(printer.say("missing credits")),))
    framework, rule = saved.manifest["headline_framework"], saved.manifest["headline_rule"]
    own = {"scope": TOTAL, "framework": framework}
    parts: list[Part] = [
        Words(printer.say("credits about", {"framework": printer.called("framework", framework)}))
    ]
    parts += _curve(printer, own)
    parts.append(_rules(printer, own))
    if saved.rows("allocation"):
        columns = ("batch", "allocated", "share", "alone", "unit")
        parts.append(printer.grid("allocation", text("allocation caption", language), columns))
    for name, shown, wanted in (("vintages", _VINTAGES, {"method": "ratchet"}), ("revenue", _REVENUE, {})):
        found = printer.where(name, {"rule": rule} | wanted)
        if found:
            caption = text(f"{name} caption", language, {"rule": called("rule", rule, language)})
            parts.append(printer.grid(name, caption, shown, found))
    return Section("credits", title, parts)


def _rules(printer: Printer, own: Mapping[str, str]) -> Grid:
    """Return every rule on the headline sink, with the risk that it means beside the one that it takes."""
    found = printer.where("issuance", own)
    grid = printer.grid("issuance", text("rules caption", printer.language), _RULES, found)
    told = printer.where("issuance_risk", own)
    if len(told) != len(found):
        return grid
    at = 1 + _RULES.index("p_overcredit")
    heads = (*grid.heads[:at], printer.head("issuance_risk", "level"), *grid.heads[at:])
    rows = tuple(
        (*row[:at], printer.value("issuance_risk", place, "level"), *row[at:])
        for row, place in zip(grid.rows, told, strict=False)
    )
    return Grid(grid.caption, heads, rows, grid.more)


def _curve(printer: Printer, own: Mapping[str, str]) -> list[Part]:
    """Return slider, figure and table of the risk curve."""
    saved, language = printer.saved, printer.language
    rows = saved.rows("risk_curve")
    if not rows:
        return []
    import pandas as pd

    from bayescarbon.report import figures
    from bayescarbon.report.page.drawings import inline_svg

    places = range(len(rows))
    start = min(places, key=lambda at: abs(rows[at]["p_overcredit"] - START))
    slider = Slider(
        text("slider label", language),
        printer.unfilled("slider sentence"),
        [_step(row, printer) for row in rows],
        start,
    )
    found = [row for row in saved.rows("issuance", own) if row["eligible"]]
    rule = saved.manifest["headline_rule"]
    marked = {
        row["rule"]: (row["p_overcredit"], row["issued"])
        for row in found
        if row["rule"] == rule or not row["rule"].startswith("posterior_q")
    }
    alt = text("curve alt", language)
    drawn = figures.risk_curve(pd.DataFrame(rows), marked=marked, language=language)
    caption = text("curve caption", language)
    columns = ("p_overcredit", "issued", "expected_overcredit", "unit")
    table = printer.grid("risk_curve", caption, columns, most=len(rows))
    return [slider, Picture(inline_svg(drawn, "f-risk", alt), alt), Fold(caption, (table,), screen=True)]


def _step(row: Row, printer: Printer) -> Mapping[str, str]:
    return {
        "risk": percent(row["p_overcredit"], printer.language),
        "issued": number(row["issued"]),
        "excess": number(row["expected_overcredit"]),
    }


def measure(printer: Printer) -> Section:
    """Return what to measure next.

    Parameters
    ----------
    printer : Printer
        With the tables.
    """
    language = printer.language
    title = text("section measure", language)
    rows = printer.saved.rows("measure")
    if not rows:
        return Section("measure", title, (Words(printer.say("missing measure")),))
    # A study without a market price or without costs leaves their columns empty, a single site is the study's, no
    # number here is in the unit of its quantity, and the value of knowing it is that of the credits.
    plain = {"unit", "evppi_value"}
    if len({row["site"] for row in rows} - {""}) < 2:
        plain.add("site")
    # The names first: they are what stays in sight where a narrow window scrolls sideways.
    places = ("quantity", "species", "site")
    columns = [
        name
        for name in dict.fromkeys((*places, *rows[0]))
        if name not in plain and any(row[name] not in (None, "") for row in rows)
    ]
    grid = printer.grid("measure", text("measure caption", language), columns, most=20)
    parts: list[Part] = [Words(printer.say("measure about")), grid, *_plan(printer)]
    return Section("measure", title, parts)


def _plan(printer: Printer) -> list[Part]:
    """Return the measurements that pay, one sentence each, and what every budget buys."""
    saved, language = printer.saved, printer.language
    rows = saved.rows("measure_plan")
    if not rows:
        # Without costs and a price there is nothing to weigh, and nothing to say.
        weighed = any(row["best_n"] is not None for row in saved.rows("measure"))
        return [Words(printer.say("measure nothing"))] if weighed else []
    parts: list[Part] = [Words(printer.say("measure plan about"))]
    parts += [Words(escape(sentence(row, language))) for row in rows]
    parts.append(printer.grid("measure_plan", text("measure plan caption", language), _PLANNED))
    steps = saved.rows("measure_budget")
    if not steps:
        return parts
    import pandas as pd

    from bayescarbon.report import figures
    from bayescarbon.report.page.drawings import inline_svg

    alt = text("measure budget alt", language)
    drawn = figures.budget_curve(pd.DataFrame(steps), language=language)
    caption = text("measure budget caption", language)
    table = printer.grid("measure_budget", caption, _STEPS, most=len(steps))
    return [*parts, Picture(inline_svg(drawn, "f-budget", alt), alt), Fold(caption, (table,), screen=True)]
