"""How a value of a result table is shown to people, in the page and on a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bayescarbon.report.language import Language, in_language, message_keys, text
from bayescarbon.report.names import NAMED, called, item_name, outcome_name, scope_name
from bayescarbon.report.rewording import reworded, reworded_all
from bayescarbon.report.saved import WORDS
from bayescarbon.report.terminal import number, probability

PROBABILITIES = frozenset({
    "p_positive", "p_negative", "p_undefined", "p_overcredit", "level", "p_break_even", "p_exceeds", "p_below",
    "p_two_sided", "p_mean", "p_sd", "loo_p", "loo_p_holm", "outside_90",
})  # fmt: skip
SHARES = frozenset({"deduction", "share", "variance_share"})
#: Numbers of things; a year, which is whole too, is written without a comma.
WHOLE = frozenset({"n_rows", "n_own", "n_loo", "n_unreliable", "n_sites", "credits", "n", "rank", "best_n"})
COUNTS = WHOLE | {"ess_bulk", "days", "effective_draws"}
NOTHING = "-"


def _sentences(value: str, language: Language) -> str:
    """Return a remark or verdict: sentences, or findings separated by semicolons, each as files hold it."""
    findings = value.split("; ")
    if any(reworded(one, language) != one for one in findings):
        return reworded_all(findings, language)
    # What the study or the literature remarks stays as it was written; verdicts are sentences without semicolons.
    gap = "" if language == "zh" else " "
    sentences = re.split(r"(?<=\.) ", value)
    said = [reworded(one, language) for one in sentences]
    return value if said == sentences else gap.join(said)


_SAID: dict[str, Callable[[str, Language], str]] = {
    "scope": scope_name, "outcome": outcome_name, "note": _sentences, "verdict": _sentences, "item": item_name,
    "stage": in_language, "kind": in_language, "method": in_language, "budget": in_language,
}  # fmt: skip


def percent(share: float, language: Language) -> str:
    """Return a share in whole per cents, without calling a small one nothing.

    Parameters
    ----------
    share : float
        1 is all.
    language : {"en", "zh"}
        Chinese leaves no space before the sign.
    """
    shown = "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"
    return shown.replace(" %", "%") if language == "zh" else shown


def shown(column: str, value: Any, language: Language = "en") -> str:
    """Return a value of a table as people see it.

    Parameters
    ----------
    column : str
        Where it stands: probabilities, shares and counts look different from quantities.
    value : str, float, bool or None
        None is an empty cell.
    language : {"en", "zh"}
        Of the words and signs.
    """
    if value is None or value == "":
        return "" if column in WORDS else NOTHING
    if isinstance(value, bool):
        return text("card yes" if value else "card no", language)
    if isinstance(value, str):
        return _word(column, value, language)
    if column in PROBABILITIES:
        return probability(value)
    if column in SHARES:
        return percent(value, language)
    if column in COUNTS:
        return f"{value:,.0f}"
    if column == "year":
        return f"{value:.0f}"
    return f"{value:.3f}" if column == "r_hat" else number(value)


def _word(column: str, value: str, language: Language) -> str:
    if column in NAMED:
        return called(column, value, language)
    if column in _SAID:
        return _SAID[column](value, language)
    return value


def heading(column: str, language: Language) -> str:
    """Return what a column is called above its cells; one without a word keeps the name that it has in the file.

    Parameters
    ----------
    column : str
        Its name in the file.
    language : {"en", "zh"}
        Of the word.
    """
    key = f"head {column}"
    return text(key, language) if key in message_keys() else column
