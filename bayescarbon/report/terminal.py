"""Text for a terminal: numbers to three digits, aligned columns, a little colour. Imports nothing heavy."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bayescarbon.translation import Language, said


@dataclass(frozen=True)
class Line:
    """One line of text and how it stands out on a terminal that has colours."""

    text: str
    bold: bool = False
    red: bool = False

    def rendered(self, colour: bool, language: Language = "en") -> str:
        """Return the line in a language, with terminal codes only if asked for."""
        text = said(self.text, language)
        codes = [code for code, wanted in (("1", self.bold), ("31", self.red)) if wanted]
        if not colour or not codes:
            return text
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m"


def number(value: float | None) -> str:
    """Return a number to three significant digits, thousands separated, without an exponent where possible.

    Parameters
    ----------
    value : float or None
        The number; None and NaN give a dash.
    """
    if value is None or not math.isfinite(value):
        return "-"
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    digits = 2 - math.floor(math.log10(abs(rounded)))  # 9.999 rounds up into the next decade
    if digits > 7 or digits < -13:
        return f"{value:.2e}"
    return f"{rounded:,.{max(digits, 0)}f}"


def probability(value: float) -> str:
    """Return a probability to two digits; what is near 0 or 1 without being it is never shown as certain."""
    if 0 < value < 0.005:
        return "< 0.01"
    if 0.995 < value < 1:
        return "> 0.99"
    return f"{value:.2f}"


def width(text: str) -> int:
    """Return the columns that a text takes on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = (), language: Language = "en") -> list[str]:
    """Return rows as lines whose columns stand under each other.

    Parameters
    ----------
    rows : sequence of sequence of str
        All of one length.
    right : sequence of int
        Positions of the columns that stand to the right, as numbers do.
    language : {"en", "zh"}
        In which the cells that are messages are said.
    """
    if not rows:
        return []
    rows = [[said(cell, language) for cell in row] for row in rows]
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for column, (cell, wanted) in enumerate(zip(row, widths, strict=True)):
            space = " " * (wanted - width(cell))
            cells.append(space + cell if column in right else cell + space)
        lines.append("  ".join(cells).rstrip())
    return lines
