"""What a table and a column are, before any of them is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bayescarbon.translation import _, said

Kind = Literal["text", "number", "integer", "choice"]


@dataclass(frozen=True)
class Bounds:
    """The values that a number may take.

    Attributes
    ----------
    low, high : float, optional
        Ends of the range; None where there is none.
    low_open, high_open : bool
        Whether the end itself is excluded.
    hint : str
        What is usually meant when a value falls outside, for the message.
    """

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    hint: str = ""

    @property
    def words(self) -> str:
        """The range in words, to follow "must be"."""
        low, high = self.low, self.high
        if low is not None and high is not None:
            if self.low_open and self.high_open:
                return _("between {low:g} and {high:g} (both excluded)", low=low, high=high)
            if self.low_open:
                return _("between {low:g} and {high:g} ({low:g} excluded)", low=low, high=high)
            if self.high_open:
                return _("between {low:g} and {high:g} ({high:g} excluded)", low=low, high=high)
            return _("between {low:g} and {high:g}", low=low, high=high)
        if low is not None:
            return _("above {low:g}", low=low) if self.low_open else _("{low:g} or more", low=low)
        return _("below {high:g}", high=high) if self.high_open else _("{high:g} or less", high=high)

    def holds(self, number: float) -> bool:
        """Whether a number lies within."""
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        below = self.high is None or number < self.high or (number == self.high and not self.high_open)
        return above and below


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Its heading, spelled exactly so.
    kind : {"text", "number", "integer", "choice"}
        What its cells hold.
    english : str
        What it means; `chinese` says it in Chinese.
    required : bool
        Whether the column must be there and filled in on every row.
    bounds : Bounds, optional
        The range of a number.
    unit : str
        Fixed unit of a number, empty where there is none or where the row states it.
    choices : tuple of str
        The allowed words of a choice.
    default : str
        What an empty cell means, in words; empty if it means "not given".
    """

    name: str
    kind: Kind
    english: str
    required: bool = False
    bounds: Bounds | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""

    @property
    def chinese(self) -> str:
        """What it means, in Chinese."""
        return said(self.english, "zh")


@dataclass(frozen=True)
class Table:
    """One table of a study: a CSV file of its folder, or a sheet of its workbook.

    Attributes
    ----------
    name : str
        ``<name>.csv``, or the name of the sheet.
    english : str
        What one row of it is; `chinese` says it in Chinese.
    columns : tuple of Column
        All columns that it may have.
    required : bool
        Whether a study must have it.
    use : str
        What its rows are for, where they do not name a quantity themselves: one sentence.
    """

    name: str
    english: str
    columns: tuple[Column, ...]
    required: bool = False
    use: str = ""

    @property
    def chinese(self) -> str:
        """What one row of it is, in Chinese."""
        return said(self.english, "zh")

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return {c.name: c for c in self.columns}[name]


POSITIVE = Bounds(low=0, low_open=True)
NOT_NEGATIVE = Bounds(low=0)
FRACTION = Bounds(low=0, high=1, low_open=True, high_open=True, hint=_("write 12 % as 0.12"))
COUNT = Bounds(low=1)
YEAR = Bounds(low=1900, high=2200)
#: Beyond these two no quantity of a farm lies in any unit; squares of larger numbers would leave the computer's range.
LARGEST, SMALLEST = 1e15, 1e-15
RATE = Bounds(low=0, high=1, high_open=True, hint=_("write 5 % per year as 0.05"))


def magnitude_fault(number: float) -> str | None:
    """Return what is wrong with the size of a finite number, or None.

    Parameters
    ----------
    number : float
        The number.
    """
    if abs(number) > LARGEST:
        return _("is larger than anything that can be meant ({limit:g}); check its exponent.", limit=LARGEST)
    if 0.0 < abs(number) < SMALLEST:
        return _(
            "is smaller than anything that can be measured ({limit:g}); check its exponent.", limit=SMALLEST
        )
    return None


def text(name: str, english: str, required: bool = False, default: str = "") -> Column:
    """Return a column of text."""
    return Column(name, "text", english, required, default=default)


def number(
    name: str,
    english: str,
    required: bool = False,
    bounds: Bounds | None = None,
    unit: str = "",
    default: str = "",
) -> Column:
    """Return a column of numbers."""
    return Column(name, "number", english, required, bounds, unit, default=default)


def integer(name: str, english: str, bounds: Bounds, unit: str = "") -> Column:
    """Return a column of whole numbers."""
    return Column(name, "integer", english, bounds=bounds, unit=unit)


def choice(name: str, english: str, choices: tuple[str, ...], required: bool = False) -> Column:
    """Return a column of words from a closed list."""
    return Column(name, "choice", english, required, choices=choices)


def with_sd(column: Column) -> tuple[Column, Column]:
    """Return a measured column and its optional ``_sd`` twin."""
    twin = number(
        f"{column.name}_sd",
        _("Standard error of {column}.", column=column.name),
        bounds=POSITIVE,
        unit=column.unit,
        default=_("the usual error of the instrument"),
    )
    return column, twin


SITE = text("site", _("Place, spelled as in `harvest`."), required=True)
SEASON = text(
    "season",
    _("spring, summer, autumn, winter, or a month (name or 1 to 12)."),
)
SPECIES = text(
    "species",
    _("Scientific name, English or Chinese name of the species."),
    required=True,
)
SIZE = (
    number(
        "shell_length_mm",
        _(
            "Mean shell length of the animals of a biodeposition rate; with it a rate of large animals is not taken"
            " for the mean over their life."
        ),
        bounds=POSITIVE,
        unit="mm",
    ),
    number(
        "dry_weight_g",
        _(
            "Mean dry weight, shell and tissue, of the animals of a biodeposition rate; with it a rate of large"
            " animals is not taken for the mean over their life."
        ),
        bounds=POSITIVE,
        unit="g",
    ),
)
