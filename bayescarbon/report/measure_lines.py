"""Sentences about measurements: what they would free, what that is worth, what they cost. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping

from bayescarbon.report.credits import Row
from bayescarbon.report.language import Language, text
from bayescarbon.report.names import called
from bayescarbon.report.terminal import number


def named(row: Row, language: Language) -> str:
    """Return what is measured, how often and where.

    Parameters
    ----------
    row : dict
        Of ``measure_plan``.
    language : {"en", "zh"}
        Of the words.
    """
    n = int(row["n"])
    key = f"kind {row['kind']}" if n != 1 else f"kind {row['kind']} one"
    what = text(key, language, {"n": n, "quantity": called("quantity", row["quantity"], language)})
    if not row["site"]:
        return what
    place = "plan in" if row["species"] else "plan at"
    return text(place, language, {"what": what, "species": row["species"], "site": row["site"]})


def sentence(row: Row, language: Language) -> str:
    """Return what a measurement would free and cost.

    Parameters
    ----------
    row : dict
        Of ``measure_plan``.
    language : {"en", "zh"}
        Of the sentence.
    """
    said: Mapping[str, object] = {
        "what": named(row, language),
        "freed": number(abs(row["credits_freed"])),
        "q05": number(row["credits_freed_q05"]),
        "q95": number(row["credits_freed_q95"]),
        "worth": number(row["worth"]),
        "value": number(row["evsi_value"]),
        "currency": row["currency"],
        "cost": number(row["cost"]),
    }
    return text("plan frees" if row["credits_freed"] > 0 else "plan takes", language, said)
