"""Sections about what the numbers rest on: evidence, diagnostics, priors, other checks, and how the run was made."""

from __future__ import annotations

from markupsafe import Markup, escape

from bayescarbon.report.language import Language, text
from bayescarbon.report.names import called, listed, outcome_name
from bayescarbon.report.page.parts import Card, Cards, Fold, Grid, Head, Part, Picture, Section, Spread, Words
from bayescarbon.report.page.printer import Printer
from bayescarbon.report.rewording import reworded_remark
from bayescarbon.report.sensitivity import THRESHOLD, sensitivity_sentence, total_outcome

PASS, REVIEW, FAIL = "pass", "review", "fail"
_QUANTITIES = ("quantity", "species", "site", "n_own", "n_rows", "median", "q05", "q95", "unit")
_SENSITIVITY = ("quantity", "psense", "median_change", "q05_change", "q95_change", "unit", "note")
#: Tables of checks, with the columns that are shown if not all are: a budget's name tells its species and days.
_CHECKS: dict[str, tuple[str, ...]] = {
    "checks": (),
    "sediment_sources": (),
    "sediment_buried": (),
    "air_sea": (),
    "budgets": (
        "budget", "source", "item", "published_low", "published_high", "q05", "median", "q95", "unit", "factor",
        "p_two_sided", "verdict",
    ),
}  # fmt: skip
_INFLUENTIAL = 10


def evidence(printer: Printer) -> Section:
    """Return every quantity with its posterior and the rows behind it, the farm's against the literature's.

    Parameters
    ----------
    printer : Printer
        With the tables.
    """
    language, rows = printer.language, printer.saved.rows("quantities")
    own = sum(row["n_own"] > 0 for row in rows)
    caption = text("evidence caption", language)
    table = Fold(caption, (printer.grid("quantities", caption, _QUANTITIES, most=300),))
    parts = (
        Words(printer.say("evidence about", {"own": own, "n": len(rows)})),
        *_evidence_figure(printer),
        table,
    )
    return Section("evidence", text("section evidence", language), parts)


def _evidence_figure(printer: Printer) -> list[Part]:
    """Return the rows of the farm and of the literature under the posterior of the quantities that have most."""
    if not printer.saved.rows("evidence"):
        return []
    import pandas as pd

    from bayescarbon.report import figures
    from bayescarbon.report.evidence_figure import MOST_QUANTITIES, quantities_with_rows
    from bayescarbon.report.page.drawings import inline_svg

    rows, quantities = (pd.DataFrame(printer.saved.rows(name)) for name in ("evidence", "quantities"))
    names = quantities_with_rows(rows, quantities)[:MOST_QUANTITIES]
    if not names:
        return []
    half = (len(names) + 1) // 2
    pictures: list[Picture] = []
    for at, shown in enumerate((names[:half], names[half:])):
        if shown:
            named = (called("quantity", name, printer.language) for name in shown)
            alt = text("evidence alt", printer.language, {"names": listed(named, printer.language)})
            drawn = figures.evidence(rows, quantities, shown, language=printer.language)
            pictures.append(Picture(inline_svg(drawn, f"f-evidence-{at + 1}", alt), alt))
    return [Words(printer.say("evidence figure"), "aside"), Spread(pictures[:1], pictures[1:])]


def diagnostics(printer: Printer) -> Section:
    """Return a card per diagnostic, with its status in words.

    Parameters
    ----------
    printer : Printer
        With the tables and the manifest.
    """
    cards = Cards((*_convergence(printer), *_findings(printer)))
    return Section("diagnostics", text("section diagnostics", printer.language), (cards,))


def _card(language: Language, status: str, title: str, figure: str, why: str) -> Card:
    return Card(status, text(f"status {status}", language), title, figure, why)


def _convergence(printer: Printer) -> list[Card]:
    """Return the criteria of the gate."""
    from bayescarbon.diagnostics import MAX_RHAT, MIN_BFMI, MIN_ESS

    language, found = printer.language, printer.saved.manifest["diagnostics"]
    cards = []
    for name, figure, bound, good in (
        ("divergences", "divergences", 0.0, lambda value: value == 0),
        ("rhat", "max_rhat", MAX_RHAT, lambda value: value <= MAX_RHAT),
        ("ess_bulk", "min_ess_bulk", MIN_ESS, lambda value: value >= MIN_ESS),
        ("ess_tail", "min_ess_tail", MIN_ESS, lambda value: value >= MIN_ESS),
        ("bfmi", "min_bfmi", MIN_BFMI, lambda value: value > MIN_BFMI),
    ):
        value = found[figure]
        # A figure that could not be computed (nothing was sampled) is no failure if the gate was passed.
        passed = found["passed"] if value is None else good(value)
        shown = "-" if value is None else f"{value:.3f}" if name == "rhat" else f"{value:,.3g}"
        if value is not None and figure.startswith("min_ess"):
            shown = f"{value:,.0f}"
        why = text(f"card {'ess' if name.startswith('ess') else name} why", language, {"bound": f"{bound:g}"})
        cards.append(_card(language, PASS if passed else FAIL, text(f"card {name}", language), shown, why))
    again = bool(found["refitted"])
    cards.append(
        _card(
            language,
            REVIEW if again else PASS,
            text("card refitted", language),
            text("card yes" if again else "card no", language),
            text("card refitted why" if again else "card refitted fine", language),
        )
    )
    return cards


def _findings(printer: Printer) -> list[Card]:
    """Return what a person should look at although the sampler did its work."""
    saved, language = printer.saved, printer.language
    outcome = total_outcome(saved.manifest["headline_framework"])
    moved = [
        row for row in saved.rows("sensitivity", {"outcome": outcome}) if (row["psense"] or 0) >= THRESHOLD
    ]
    places = saved.rows("quantities")
    own = sum(row["n_own"] > 0 for row in places)
    unlike = {row["quantity"] for row in saved.rows("checks") if row["note"]}
    counted = {
        "predictive": (len(unlike), {}, "checks" in saved.tables),
        "priors": (len(moved), {"threshold": f"{THRESHOLD:g}"}, "sensitivity" in saved.tables),
        "outliers": (len(saved.manifest.get("outliers", ())), {}, True),
        "warnings": (len(saved.manifest.get("warnings", ())), {}, True),
    }
    cards = [
        _card(
            language,
            REVIEW if count else PASS,
            text(f"card {name}", language),
            str(count),
            text(f"card {name} why", language, values),
        )
        for name, (count, values, present) in counted.items()
        if present
    ]
    why = text("card own why", language, {"n": len(places)})
    return [*cards, _card(language, PASS if own else REVIEW, text("card own", language), str(own), why)]


def sensitivity(printer: Printer) -> Section:
    """Return which prior moves which headline number.

    Parameters
    ----------
    printer : Printer
        With the tables.
    """
    saved, language = printer.saved, printer.language
    title = text("section sensitivity", language)
    rows = saved.rows("sensitivity")
    if not rows:
        return Section("sensitivity", title, (Words(printer.say("missing sensitivity")),))
    first = total_outcome(saved.manifest["headline_framework"])
    parts: list[Part] = []
    for outcome in (first, *dict.fromkeys(r["outcome"] for r in rows if r["outcome"].startswith("price, "))):
        known = [row for row in rows if row["outcome"] == outcome and row["psense"] is not None]
        said = sensitivity_sentence(
            known, outcome, language, None if outcome == first else outcome_name(outcome, language)
        )
        parts += [Words(escape(said))] if said else []
        at = sorted(
            printer.where("sensitivity", {"outcome": outcome}), key=lambda i: -(rows[i]["psense"] or 0)
        )
        caption = text("sensitivity caption", language, {"outcome": outcome_name(outcome, language)})
        grid = printer.grid("sensitivity", caption, _SENSITIVITY, at[:_INFLUENTIAL])
        parts.append(grid if outcome == first else Fold(caption, (grid,)))
    return Section("sensitivity", title, parts)


def checks(printer: Printer) -> Section:
    """Return the remarks of the checks and their tables.

    Parameters
    ----------
    printer : Printer
        With the tables and the manifest.
    """
    saved, language = printer.saved, printer.language
    parts: list[Part] = [
        Words(escape(f"{said['table']}: {reworded_remark(said, language)}"))
        for said in saved.manifest.get("remarks", ())
    ]
    for name, columns in _CHECKS.items():
        if saved.rows(name):
            caption = text(name, language)
            parts.append(Fold(caption, (printer.grid(name, caption, columns),)))
    if not parts:
        parts.append(Words(printer.say("missing checks")))
    return Section("checks", text("section checks", language), parts)


def run(printer: Printer) -> Section:
    """Return how the run was made: settings, versions, warnings and fingerprints.

    Parameters
    ----------
    printer : Printer
        With the manifest.
    """
    manifest, language = printer.saved.manifest, printer.language
    sampler = ", ".join(f"{name} {value}" for name, value in manifest.get("sampler", {}).items())
    settings = {
        "run framework": called("framework", manifest["headline_framework"], language),
        "run rule": called("rule", manifest.get("headline_rule", ""), language),
        "run command": " ".join(manifest.get("command", ())),
        "run seed": f"{manifest.get('seed', '')}",
        "run sampler": sampler,
    }
    parts: list[Part] = [
        _pairs(text("run settings", language), {text(k, language): v for k, v in settings.items() if v}),
    ]
    warnings = manifest.get("warnings", ())
    if warnings:
        said = [(Markup(escape(_place(one))), Markup(escape(one["message"]))) for one in warnings]
        heads = (Head(), Head(style="long"))
        parts.append(Grid(text("run warnings", language), heads, tuple(said)))
    parts.append(
        Fold(text("run versions", language), (_pairs(text("run versions", language), manifest["versions"]),))
    )
    return Section("run", text("section run", language), parts)


def _place(warning: dict[str, object]) -> str:
    return ", ".join(str(warning[name]) for name in ("table", "row", "column", "value") if name in warning)


def _pairs(caption: str, pairs: dict[str, str]) -> Grid:
    heads = (Head(), Head(style="long"))
    rows = tuple((Markup(escape(name)), Markup(escape(value))) for name, value in pairs.items())
    return Grid(caption, heads, rows)
