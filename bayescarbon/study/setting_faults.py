"""What is wrong with the form of one setting, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bayescarbon.errors import suggest
from bayescarbon.study.spec import magnitude_fault
from bayescarbon.translation import _

_FAULTS: dict[str, str] = {
    "string_type": _("must be text in quotation marks."),
    "float_type": _("must be a number."),
    "int_type": _("must be a whole number."),
    "int_from_float": _("must be a whole number."),
    "finite_number": _("must be a finite number; write one or remove the key."),
    "list_type": _('must be a list such as ["a", "b"].'),
    "string_too_short": _("must not be empty."),
}


def fault_in_words(
    key: str, fault: Any, keys: Sequence[str], inner: Sequence[str], choices: Mapping[str, Sequence[str]]
) -> str:
    """Return what a validation error of pydantic means to the person who wrote the setting, and what to do.

    Parameters
    ----------
    key : str
        Last part of the dotted key.
    fault : mapping
        One of the error's ``errors()``.
    keys : sequence of str
        The keys that there are in its place.
    inner : sequence of str
        The keys that it should hold itself; empty where it is no table or has no fixed keys.
    choices : mapping of str to sequence of str
        The allowed words, by key.
    """
    kind: str = fault["type"]
    if kind == "extra_forbidden":
        return _("is not a key of a study.") + (
            suggest(key, keys) or _(" The keys here are: {keys}.", keys=", ".join(keys))
        )
    if kind == "missing":
        if key == "reason":
            return _("is missing; a stated prior needs a reason, in your own words.")
        if key == "source":
            return _("is missing; say in which document the rule stands, or whose it is.")
        return _("is missing; add it.")
    if kind == "literal_error":
        allowed = choices[key]
        return _("must be one of {choices}.", choices=", ".join(allowed)) + suggest(
            str(fault["input"]), allowed
        )
    if kind == "dict_type" and len(fault["loc"]) == 1:
        return _("must be one table for each name, such as [{table}.NAME].", table=key)
    if kind in ("model_type", "dict_type"):
        if not inner:
            return _("must be a table.")
        return _("must be a table with the keys {keys}.", keys=", ".join(inner))
    if kind == "string_pattern_mismatch" and key == "code":
        return _("must be a three-letter currency code such as CNY.")
    if kind == "string_pattern_mismatch":
        return _("must not be blank.")
    if kind in ("greater_than_equal", "less_than_equal") and key == "year":
        return _("must be a year between 1900 and 2200.")
    if kind == "value_error":
        return magnitude_fault(fault["input"]) or ""
    return _FAULTS.get(kind, f"{fault['msg']}.")
