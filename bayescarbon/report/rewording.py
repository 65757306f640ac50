"""Sentences that files hold in English, said in the language of the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from bayescarbon import reasons
from bayescarbon.report.language import Language, in_language, joined_sentences, text
from bayescarbon.report.names import called, item_name, listed
from bayescarbon.report.remark_words import WORDS as REMARKS

#: For those who run more than this package's functions the option has a name; a reader of a report has no such option.
_FOR_PROGRAMS, _BOUNDED = (reasons.WORDS[key] for key in ("note bound", "note bounded"))
_PLACEHOLDER = re.compile(r"\\\{(\w+)\\\}")
_SENTENCES = tuple(key for key in reasons.WORDS if key not in ("note bound", "note bounded"))
#: Remarks by the table that they are on.
_REMARKS = {
    "quantities": ("remark burial narrowed", "remark burial"),
    "checks": ("remark predictive",),
    "sediment_sources": ("remark many sources", "remark no mixture", "remark few draws"),
    "air_sea": ("remark flux",),
    "budgets": ("remark budget",),
}
_COUNTED = ("one row", "several rows", "one tracer", "several tracers")
_STAGES = ("predictive prior", "predictive posterior")


@cache
def _pattern(key: str) -> re.Pattern[str]:
    english = (reasons.WORDS | REMARKS)[key]
    # A verdict is one sentence; everything else is as short as it can be.
    told = _PLACEHOLDER.sub(r"(?P<\1>.+?)", re.escape(english)).replace(
        "(?P<verdict>.+?)", r"(?P<verdict>[^.]+\.)"
    )
    return re.compile(told)


def reworded(english: str, language: Language) -> str:
    """Return one sentence of `bayescarbon.reasons` in a language; any other as it is, or as a phrase of a table.

    Parameters
    ----------
    english : str
        As a file holds it.
    language : {"en", "zh"}
        Of the reader.
    """
    bounded = english.endswith(_BOUNDED)
    bare = english.removesuffix(_FOR_PROGRAMS).removesuffix(_BOUNDED)
    said = _known(bare, _SENTENCES, language)
    if said is None:
        return in_language(english, language)
    return said + (text("note bounded", language) if bounded else "")


def reworded_remark(remark: Mapping[str, str], language: Language) -> str:
    """Return a remark of the manifest in a language; one that is not known stays as it is.

    Parameters
    ----------
    remark : mapping of str to str
        The ``table`` that it is on, and its ``text``.
    language : {"en", "zh"}
        Of the reader.
    """
    said = _known(remark["text"], _REMARKS.get(remark["table"], ()), language)
    return remark["text"] if said is None else said


def _known(english: str, keys: Iterable[str], language: Language) -> str | None:
    for key in keys:
        found = _pattern(key).fullmatch(english)
        if found:
            return text(
                key, language, {name: _value(name, v, language) for name, v in found.groupdict().items()}
            )
    return None


def _value(name: str, value: str, language: Language) -> str:
    if name == "quantity":
        return called("quantity", value, language)
    if name == "item":
        return item_name(value, language)
    if name in ("rows", "tracers", "stage"):
        return _known(value, _STAGES if name == "stage" else _COUNTED, language) or value
    if name == "items":
        parts = (_known(one, ("budget item",), language) or one for one in value.split("; "))
        return joined_sentences(parts, language)
    if name == "findings":
        return reworded_all(value.split("; "), language)
    if name in ("verdict", "caveat", "budget"):
        return in_language(value, language)
    if name == "quantities":
        return listed((called("quantity", one, language) for one in value.split(", ")), language)
    return value


def reworded_all(sentences: Iterable[str], language: Language) -> str:
    """Return sentences in a language as one text, separated by semicolons.

    Parameters
    ----------
    sentences : iterable of str
        As files hold them.
    language : {"en", "zh"}
        Of the reader.
    """
    return joined_sentences((reworded(one, language) for one in sentences), language)
