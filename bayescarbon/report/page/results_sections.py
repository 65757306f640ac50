"""Sections about the result itself: headline, sinks, ledger and price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape

from bayescarbon.report.credits import TOTAL
from bayescarbon.report.equations import PRICED_FRAMEWORK
from bayescarbon.report.language import text
from bayescarbon.report.names import called
from bayescarbon.report.page.parts import Fold, Link, Links, Part, Picture, Section, Spread, Words
from bayescarbon.report.page.printer import Printer
from bayescarbon.report.sensitivity import sensitivity_sentence, total_outcome
from bayescarbon.report.terminal import number
from bayescarbon.report.trace import anchor

if TYPE_CHECKING:
    import xarray as xr

#: Batches whose ledgers stand in the page; the CSV file has them all.
SHOWN_LEDGERS = 20
_PRICED_IN_WORDS = 3
_INTERVAL = ("median", "q05", "q95")
_LEDGER = ("line", "mean", "sd", *_INTERVAL, "unit")


def headline(printer: Printer, ledger: xr.Dataset) -> Section:
    """Return the headline: what the sink, the credits and the price are, in words and in one figure.

    Parameters
    ----------
    printer : Printer
        With the tables.
    ledger : xarray.Dataset
        The ledger that they were made from, for the shape of the posterior.
    """
    from bayescarbon.report import figures
    from bayescarbon.report.page.drawings import inline_svg

    saved, language = printer.saved, printer.language
    framework = saved.manifest["headline_framework"]
    (at,) = printer.where("sinks", {"scope": TOTAL, "framework": framework})
    told = printer.values("sinks", at, (*_INTERVAL, "p_positive"))
    sink = printer.say("sink", told | {"p": told["p_positive"]})
    parts: list[Part] = [
        Words(printer.say("total", {"framework": printer.called("framework", framework)}), "label"),
        Words(sink, "lead"),
    ]
    parts += _credits_in_words(printer) + _prices_in_words(printer)
    moved = sensitivity_sentence(
        [row for row in saved.rows("sensitivity") if row["psense"] is not None],
        total_outcome(framework),
        language,
    )
    alt = text("headline alt", language, {c: number(saved.tables["sinks"][at][c]) for c in _INTERVAL})
    drawn = inline_svg(figures.total_sink(ledger, framework, language=language), "f-headline", alt)
    beside: list[Part] = [Picture(drawn, alt), Words(printer.say("interval"), "aside")]
    beside.append(Words(printer.say("gross"), "aside"))
    if moved:
        parts.append(Words(escape(moved)))
    numbers = [step for step in printer.steps.values() if step.kind == "number"]
    named = tuple(
        Link(step.anchor, called("number", step.name, language)) for step in numbers[: 2 + _PRICED_IN_WORDS]
    )
    parts.append(Links(text("headline trail", language), named))
    return Section("headline", text("section headline", language), (Spread(parts, beside),))


def _credits_in_words(printer: Printer) -> list[Part]:
    manifest = printer.saved.manifest
    wanted = {"scope": TOTAL, "framework": manifest["headline_framework"]}
    found = printer.where("issuance", wanted | {"rule": manifest.get("headline_rule", "")})
    if not found:
        return [Words(printer.say("missing credits"))]
    about = {
        "framework": printer.called("framework", wanted["framework"]),
        "rule": printer.called("rule", manifest["headline_rule"]),
    }
    row = printer.saved.tables["issuance"][found[0]]
    if not row["eligible"]:
        mean = printer.values("issuance", found[0], ("mean",))
        reason = printer.say("reason negative" if row["mean"] <= 0 else "reason uncertain", mean)
        said = printer.say("credits_none", {"reason": reason})
        return [Words(printer.say("credits", about), "label"), Words(said, "lead")]
    risk = printer.where("issuance_risk", wanted | {"rule": manifest["headline_rule"]})[0]
    told = printer.values("issuance", found[0], ("p_overcredit", "expected_overcredit", "issued"))
    size = printer.values("issuance_risk", risk, ("credits", "issued_mcse"))
    values = size | {"issued": told["issued"], "error": size["issued_mcse"]}
    return [
        Words(printer.say("credits", about), "label"),
        Words(printer.say("headline credits", values), "lead"),
        Words(printer.say("headline credits detail", values)),
        Words(
            printer.say("credits_risk", {"p": told["p_overcredit"], "excess": told["expected_overcredit"]})
        ),
    ]


def _prices_in_words(printer: Printer) -> list[Part]:
    rows = printer.saved.rows("prices")
    per_co2 = [at for at, row in enumerate(rows) if row["unit"].endswith("/t CO2e")]
    parts: list[Part] = [
        Words(printer.say("price sentence", printer.values("prices", at, ("batch", "unit", *_INTERVAL))))
        for at in per_co2[:_PRICED_IN_WORDS]
    ]
    hidden = len(per_co2) - _PRICED_IN_WORDS
    return [*parts, *([Words(printer.say("more_prices", {"n": hidden}), "aside")] if hidden > 0 else [])]


def sinks(printer: Printer) -> Section:
    """Return the sinks by every framework side by side, and by batch for the headline's.

    Parameters
    ----------
    printer : Printer
        With the tables.
    """
    import pandas as pd

    from bayescarbon.report import figures
    from bayescarbon.report.page.drawings import inline_svg

    saved, language = printer.saved, printer.language
    framework = saved.manifest["headline_framework"]
    total = printer.where("sinks", {"scope": TOTAL})
    middles = [saved.tables["sinks"][at]["median"] for at in total]
    alt = text(
        "sinks alt", language, {"n": len(total), "low": number(min(middles)), "high": number(max(middles))}
    )
    drawn = figures.sinks(pd.DataFrame(saved.tables["sinks"]), language=language)
    caption = text("sinks caption", language)
    columns = ("framework", "mean", *_INTERVAL, "p_positive", "unit")
    batches = [at for at in printer.where("sinks", {"framework": framework}) if at not in total]
    own = printer.grid(
        "sinks",
        text("batches caption", language, {"framework": called("framework", framework, language)}),
        ("scope", *columns[1:]),
        batches,
    )
    picture = Picture(inline_svg(drawn, "f-sinks", alt), alt)
    parts: list[Part] = [
        Words(printer.say("sinks about")),
        Spread((picture,), (printer.grid("sinks", caption, columns, total),)),
        own,
    ]
    return Section("sinks", text("section sinks", language), parts)


def ledger_lines(printer: Printer, ledger: xr.Dataset) -> Section:
    """Return the lines of the ledger: a waterfall over all batches, and a table per batch.

    Parameters
    ----------
    printer : Printer
        With the tables.
    ledger : xarray.Dataset
        The ledger that they were made from.
    """
    from bayescarbon.report import figures
    from bayescarbon.report.page.drawings import inline_svg

    saved, language = printer.saved, printer.language
    framework = saved.manifest["headline_framework"]
    batches = list(dict.fromkeys(row["batch"] for row in saved.rows("ledger")))
    (at,) = printer.where("sinks", {"scope": TOTAL, "framework": framework})
    about = {
        "framework": called("framework", framework, language),
        "mean": number(saved.tables["sinks"][at]["mean"]),
    }
    alt = text("waterfall alt", language, about)
    drawn = figures.waterfall(ledger, framework, language=language)
    beside: list[Part] = []
    if saved.rows("pools"):
        shown = printer.where("pools", {"scope": TOTAL})
        caption = text("pools caption", language)
        beside.append(printer.grid("pools", caption, ("pool", "mean", *_INTERVAL, "unit"), shown))
    parts: list[Part] = [
        Words(printer.say("ledger about", {"framework": printer.called("framework", framework)})),
        Spread((Picture(inline_svg(drawn, "f-waterfall", alt), alt),), beside),
    ]
    for batch in batches[:SHOWN_LEDGERS]:
        caption = text("ledger caption", language, {"batch": batch})
        grid = printer.grid("ledger", caption, _LEDGER, printer.where("ledger", {"batch": batch}))
        parts.append(Fold(caption, (grid,)))
    if len(batches) > SHOWN_LEDGERS:
        parts.append(Words(printer.say("ledger hidden", {"n": len(batches) - SHOWN_LEDGERS})))
    return Section("ledger", text("section ledger", language), parts)


def price(printer: Printer) -> Section:
    """Return the minimum carbon price of every batch.

    Parameters
    ----------
    printer : Printer
        With the tables.
    """
    language, rows = printer.language, printer.saved.rows("prices")
    title = text("section price", language)
    if not rows:
        return Section("price", title, (Words(printer.say("missing price")),))
    parts: list[Part] = [Words(printer.say("price about"))]
    pictures: list[Part] = []
    priced = [row for row in rows if row["unit"].endswith("/t CO2e") and row["median"] is not None]
    if priced:
        import pandas as pd

        from bayescarbon.report import figures
        from bayescarbon.report.page.drawings import inline_svg

        alt = text("price alt", language, {"n": len(priced)})
        drawn = figures.prices(pd.DataFrame(priced[:SHOWN_LEDGERS]), language=language)
        pictures.append(Picture(inline_svg(drawn, "f-price", alt), alt))
    columns = ("batch", *_INTERVAL, "unit", "p_negative", "p_undefined")
    table = printer.grid("prices", text("price caption", language), columns)
    parts.append(Spread(pictures, (table,)) if pictures else table)
    counted = Link(anchor(f"framework:{PRICED_FRAMEWORK}"), called("framework", PRICED_FRAMEWORK, language))
    parts.append(Links(text("trail rests", language), (counted,)))
    return Section("price", title, parts)
