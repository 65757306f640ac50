"""Small pieces of Markdown: text that stands for itself, tables, links between the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bayescarbon.evidence.references import Reference, references

_SPECIAL = re.compile(r"([\\`*_\[\]<>|$])")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """Return a text such that Markdown shows it as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", _SPACE.sub(" ", text).strip())


def code(text: str) -> str:
    """Return a name, formula or unit in code style."""
    return "`" + text.replace("|", r"\|") + "`" if text else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def number(value: float) -> str:
    """Return a number as stated: no digits are made up."""
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def quantity_link(name: str) -> str:
    """Return a link to the definition of a quantity."""
    return f"[{code(name)}](#quantity-{name})"


def short(reference: Reference) -> str:
    """Return authors and year as a text cites them; the key of a source without known authors."""
    names = [name.split(",")[0].strip() for name in re.split(r"\s+and\s+", reference.author) if name.strip()]
    if not names:
        return reference.key
    who = names[0] if len(names) == 1 else f"{names[0]} and {names[1]}"
    if len(names) > 2 or names[-1] == "others":
        who = f"{names[0]} et al."
    return f"{who} {reference.year}".strip()


def cite(key: str) -> str:
    """Return a link to a source in the bibliography.

    Raises
    ------
    KeyError
        If ``data/references.bib`` has no such key.
    """
    return f"[{plain(short(references()[key]))}](#ref-{key})"
