"""The credits of a results folder in words: what is issued, what that risks, and why if it is nothing."""

from __future__ import annotations

from collections.abc import Sequence

from bayescarbon.report.credits import TOTAL, Credits, Row
from bayescarbon.report.language import Language, text
from bayescarbon.report.names import called, listed, scope_name
from bayescarbon.report.terminal import Line, aligned, number, probability

_SHOWN_BATCHES = 10
#: Standard errors by which a figure must exceed the quantile that its rule means to be worth a word.
_ERRORS = 2.0


def _percent(share: float | None, language: Language) -> str:
    if share is None:
        return "-"
    shown = "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"
    return shown.replace(" %", "%") if language == "zh" else shown


def _about(credits: Credits, language: Language) -> dict[str, str]:
    """Return framework and rule as a sentence calls them."""
    return {kind: called(kind, getattr(credits, kind), language) for kind in ("framework", "rule")}


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int]) -> list[Line]:
    return [Line("  " + line) for line in aligned([header, *rows], right=right)]


def _reason(row: Row, language: Language) -> str:
    """Say why nothing is issued."""
    if row["mean"] <= 0:
        return text("reason negative", language, {"mean": number(row["mean"])})
    return text("reason uncertain", language)


def _headline_lines(credits: Credits, language: Language) -> list[Line]:
    row = credits.total()
    lines = [Line(text("credits", language, _about(credits, language)))]
    if not row["eligible"]:
        said = text("credits_none", language, {"reason": _reason(row, language)})
        return [*lines, Line("  " + said, bold=True)]
    issued = {
        "credits": f"{row['credits']:,.0f}",
        "issued": number(row["issued"]),
        "error": number(row["issued_mcse"]),
    }
    # From 100 t on, what rounding down takes is less than the digits that are shown.
    words = "credits_issued_few" if row["issued"] < 100 else "credits_issued"
    deducted = {
        "gross": number(row["gross_mean"]),
        "net": number(row["mean"]),
        "deduction": _percent(row["deduction"], language),
    }
    risk = {"p": probability(row["p_overcredit"]), "excess": number(row["expected_overcredit"])}
    return [
        *lines,
        Line("  " + text(words, language, issued), bold=True),
        Line("  " + text("credits_deducted", language, deducted)),
        Line("  " + text("credits_risk", language, risk)),
    ]


def _exceeds(row: Row) -> bool:
    """Whether what is issued lies above the quantile that the rule means, by more than the draws leave open."""
    if row["level"] is None or not row["eligible"]:
        return False
    return bool(row["issued"] - row["same_level_quantile"] > _ERRORS * row["issued_mcse"])


def _rule_lines(credits: Credits, language: Language) -> list[Line]:
    rows = credits.by_rule()
    if len(rows) < 2:
        return []
    words = ("issued", "deduction", "p_overcredit", "level", "expected_overcredit")
    header = ("", *(text(f"head {word}", language) for word in words))
    body = [
        (
            called("rule", row["rule"], language),
            number(row["issued"]),
            _percent(row["deduction"], language),
            probability(row["p_overcredit"]),
            "-" if row["level"] is None else probability(row["level"]),
            number(row["expected_overcredit"]),
        )
        for row in rows
    ]
    lines = [Line(""), Line(text("credits_rules", language)), *_table(header, body, (1, 2, 3, 4, 5))]
    lines.append(Line("  " + text("credits_columns", language)))
    bold = [called("rule", row["rule"], language) for row in rows if _exceeds(row)]
    if bold:
        lines.append(Line("  " + text("credits_skewed", language, {"names": listed(bold, language)})))
    return lines


def _framework_lines(credits: Credits, language: Language) -> list[Line]:
    """Say by which ways of counting nothing is credited, and why."""
    none = [row for row in credits.by_framework() if not row["eligible"]]
    names = {row["framework"]: called("framework", row["framework"], language) for row in none}
    released = [f"{names[row['framework']]} ({number(row['mean'])})" for row in none if row["mean"] <= 0]
    uncertain = [names[row["framework"]] for row in none if row["mean"] > 0]
    lines = []
    for key, told in (("credits_released", released), ("credits_uncertain", uncertain)):
        if told:
            values = {"rule": _about(credits, language)["rule"], "names": listed(told, language)}
            lines += [Line(""), Line(text(key, language, values))]
    return lines


def _batch_lines(credits: Credits, language: Language) -> list[Line]:
    if credits.pooling is None:
        return []
    header = ("", *(text(f"head {word}", language) for word in ("allocated", "alone")))
    body = [(row["batch"], number(row["allocated"]), number(row["alone"])) for row in credits.allocation]
    lines = [Line(""), Line(text("credits_batches", language))]
    lines += _table(header, body[:_SHOWN_BATCHES], (1, 2))
    if len(body) > _SHOWN_BATCHES:
        lines.append(Line("  " + text("credits_more", language, {"n": len(body) - _SHOWN_BATCHES})))
    values = {name: number(credits.pooling[name]) for name in ("together", "alone")}
    said = text("credits_pooling", language, values)
    if credits.pooling["common_share"] is not None:
        share = {"share": _percent(credits.pooling["common_share"], language)}
        said += ("" if language == "zh" else " ") + text("credits_common", language, share)
    return [*lines, Line("  " + said)]


def _year_lines(credits: Credits, language: Language) -> list[Line]:
    own = [row for row in credits.vintages if row["rule"] == credits.rule and row["method"] == "ratchet"]
    if not own:
        named = {"names": listed(credits.undated, language)}
        return [Line(""), Line(text("credits_undated", language, named))] if credits.undated else []
    words = ("issued", "issued_cumulative", "deficit")
    header = ("", *(text(f"head {word}", language) for word in words))
    body = [(f"{row['year']:.0f}", *(number(row[word]) for word in words)) for row in own]
    title = text("credits_years", language, _about(credits, language))
    return [Line(""), Line(title), *_table(header, body, (1, 2, 3))]


def _money_lines(credits: Credits, language: Language) -> list[Line]:
    own = [row for row in credits.revenue if row["rule"] == credits.rule]
    if not own:
        return []
    (total,) = [row for row in own if row["scope"] == TOTAL]
    earned = {name: number(total[name]) for name in ("mean", "q05", "q95")}
    earned |= {"unit": total["unit"], "issued": number(credits.total()["issued"])}
    lines = [Line(""), Line(text("credits_revenue", language, earned))]
    paid = [
        f"{scope_name(row['scope'], language)} {probability(row['p_break_even'])}"
        for row in own
        if row["p_break_even"] is not None
    ]
    if paid:
        shown = listed(paid[:_SHOWN_BATCHES], language) + (" ..." if len(paid) > _SHOWN_BATCHES else "")
        lines.append(Line(text("credits_break_even", language, {"list": shown})))
    return lines


def credit_lines(credits: Credits | None, language: Language, *, converged: bool) -> list[Line]:
    """Return the credits as lines of text.

    Parameters
    ----------
    credits : Credits or None
        What to say; None if the run issued none.
    language : {"en", "zh"}
        In which language.
    converged : bool
        Whether the fit passed its diagnostics: if not, that is why there are none.
    """
    if credits is None:
        return [Line(text("credits_older" if converged else "credits_unconverged", language))]
    return [
        *_headline_lines(credits, language),
        *_money_lines(credits, language),
        *_rule_lines(credits, language),
        *_framework_lines(credits, language),
        *_batch_lines(credits, language),
        *_year_lines(credits, language),
    ]
