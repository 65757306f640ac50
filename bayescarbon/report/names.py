"""What identifiers are called in a language: in Chinese a name stands before each, in English it speaks for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bayescarbon.evidence.foulers import base_quantity
from bayescarbon.report.language import Language, in_language, message_keys, text

#: Columns and kinds of steps that hold identifiers with names.
NAMED = ("framework", "rule", "line", "pool", "quantity")
_PART = re.compile(r"(.+)\[(.+)\]")


def label(kind: str, name: str, language: Language) -> str:
    """Return the name of an identifier, empty in English and for what only the study knows.

    Parameters
    ----------
    kind : str
        One of `NAMED`, or ``number`` for a headline number of the audit trail.
    name : str
        The identifier; a quantity also as ``quantities.csv`` writes it.
    language : {"en", "zh"}
        Of the name.
    """
    if language == "en":
        return ""
    if kind == "quantity":
        return _quantity(name, language)
    key = f"{kind} {name.partition(', ')[0] if kind == 'number' else name}"
    return text(key, language) if key in message_keys() else ""


def _quantity(name: str, language: Language) -> str:
    part = _PART.fullmatch(name)
    if part:
        said, of = _quantity(part[1], language), f"part {part[2]}"
        of = text(of, language) if of in message_keys() else part[2]
        return f"{said}（{of}）" if said else ""
    base = base_quantity(name)
    if f"quantity {base}" not in message_keys():
        return ""
    said = text(f"quantity {base}", language)
    return said if base == name else text("of foulers", language, {"name": said})


def called(kind: str, name: str, language: Language) -> str:
    """Return an identifier behind its name, if it has one in the language.

    Parameters
    ----------
    kind, name, language
        As for `label`.
    """
    said = label(kind, name, language)
    return f"{said} {name}" if said else name


def scope_name(scope: str, language: Language) -> str:
    """Return what a row of ``issuance.csv`` or ``revenue.csv`` is about; a batch keeps its name."""
    if scope == "total":
        return text("scope total", language)
    kind, colon, name = scope.partition(":")
    return text("scope farm", language, {"name": name}) if colon and kind == "farm" else scope


def outcome_name(outcome: str, language: Language) -> str:
    """Return what a headline number of ``sensitivity.csv`` is called.

    Parameters
    ----------
    outcome : str
        ``total, FRAMEWORK`` or ``price, BATCH``.
    language : {"en", "zh"}
        Of the name.
    """
    kind, _, name = outcome.partition(", ")
    if kind == "price":
        return text("outcome price", language, {"batch": name})
    return text("outcome total", language, {"framework": called("framework", name, language)})


def item_name(item: str, language: Language) -> str:
    """Return a part of a published budget, or one part per another, in a language."""
    return " / ".join(in_language(part, language) for part in item.split(" / "))


def listed(names: Iterable[str], language: Language) -> str:
    """Return names in a row, separated as the language does it."""
    return ("、" if language == "zh" else ", ").join(names)
