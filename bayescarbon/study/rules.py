"""The names of the deduction rules that a study may ask for."""

from __future__ import annotations

from functools import cache
from typing import Any

from bayescarbon.errors import suggest
from bayescarbon.resources import read_toml

CONFIDENCES = ("definition", "primary", "transcript", "unverified")
FAMILIES = (
    "quantile",
    "normal_quantile",
    "scaled_half_width",
    "standard_error",
    "dead_band",
    "steps_buffer",
    "steps_times_width",
    "lognormal_quartile",
    "as_documented",
)
_TEXTS = ("title", "family", "formula", "document", "version", "section", "confidence")
_KEYS = (*_TEXTS, "thresholds")


def _check(name: str, table: dict[str, Any]) -> None:
    for key in table:
        if key not in _KEYS:
            raise ValueError(f"rules.toml [{name}]: unknown key {key!r}.{suggest(key, _KEYS)}")
    for key in _KEYS:
        if key not in table:
            raise ValueError(f"rules.toml [{name}]: the key {key!r} is missing")
    for key, known in (("confidence", CONFIDENCES), ("family", FAMILIES)):
        if table[key] not in known:
            raise ValueError(
                f"rules.toml [{name}]: {key} is {table[key]!r}, which is not known.{suggest(table[key], known)}"
            )


@cache
def rule_names() -> dict[str, str]:
    """Return the deduction rules that ship: name -> confidence, in the order of ``data/rules.toml``.

    Raises
    ------
    ValueError
        If the file has an unknown key, confidence or family.
    """
    tables = read_toml("data/rules.toml")
    for name, table in tables.items():
        _check(name, table)
    return {name: str(table["confidence"]) for name, table in tables.items()}


def default_rules() -> tuple[str, ...]:
    """Return the rules used where a study names none: all that are not unverified."""
    return tuple(name for name, confidence in rule_names().items() if confidence != "unverified")
