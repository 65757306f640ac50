"""What a table and a column are, before any of them is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
        low, high = (
            f"{self.low:g}" if self.low is not None else "",
            f"{self.high:g}" if self.high is not None else "",
        )
        if low and high:
            excluded = {
                (True, True): " (both excluded)",
                (True, False): f" ({low} excluded)",
                (False, True): f" ({high} excluded)",
                (False, False): "",
            }
            return f"between {low} and {high}{excluded[self.low_open, self.high_open]}"
        if low:
            return f"above {low}" if self.low_open else f"{low} or more"
        return f"below {high}" if self.high_open else f"{high} or less"

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
    english, chinese : str
        What it means.
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
    chinese: str
    required: bool = False
    bounds: Bounds | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""


@dataclass(frozen=True)
class Table:
    """One table of a study: a CSV file of its folder, or a sheet of its workbook.

    Attributes
    ----------
    name : str
        ``<name>.csv``, or the name of the sheet.
    english, chinese : str
        What one row of it is.
    columns : tuple of Column
        All columns that it may have.
    required : bool
        Whether a study must have it.
    use : str
        What its rows are for, where they do not name a quantity themselves: one sentence.
    """

    name: str
    english: str
    chinese: str
    columns: tuple[Column, ...]
    required: bool = False
    use: str = ""

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return {c.name: c for c in self.columns}[name]


POSITIVE = Bounds(low=0, low_open=True)
NOT_NEGATIVE = Bounds(low=0)
FRACTION = Bounds(low=0, high=1, low_open=True, high_open=True, hint="write 12 % as 0.12")
COUNT = Bounds(low=1)
YEAR = Bounds(low=1900, high=2200)
RATE = Bounds(low=0, high=1, high_open=True, hint="write 5 % per year as 0.05")


def text(name: str, english: str, chinese: str, required: bool = False, default: str = "") -> Column:
    """Return a column of text."""
    return Column(name, "text", english, chinese, required, default=default)


def number(
    name: str,
    english: str,
    chinese: str,
    required: bool = False,
    bounds: Bounds | None = None,
    unit: str = "",
    default: str = "",
) -> Column:
    """Return a column of numbers."""
    return Column(name, "number", english, chinese, required, bounds, unit, default=default)


def integer(name: str, english: str, chinese: str, bounds: Bounds, unit: str = "") -> Column:
    """Return a column of whole numbers."""
    return Column(name, "integer", english, chinese, bounds=bounds, unit=unit)


def choice(name: str, english: str, chinese: str, choices: tuple[str, ...], required: bool = False) -> Column:
    """Return a column of words from a closed list."""
    return Column(name, "choice", english, chinese, required, choices=choices)


def with_sd(column: Column, english: str, chinese: str) -> tuple[Column, Column]:
    """Return a measured column and its optional ``_sd`` twin."""
    twin = number(
        f"{column.name}_sd",
        f"Standard error of {english}.",
        f"{chinese}的标准误差。",
        bounds=POSITIVE,
        unit=column.unit,
        default="the usual error of the instrument",
    )
    return column, twin


SITE = text("site", "Place, spelled as in `harvest`.", "地点，写法与 harvest 表一致。", required=True)
SEASON = text(
    "season",
    "spring, summer, autumn, winter, or a month (name or 1 to 12).",
    "季节：spring、summer、autumn、winter，或春、夏、秋、冬，或月份。",
)
SPECIES = text(
    "species",
    "Scientific name, English or Chinese name of the species.",
    "物种学名、英文名或中文名。",
    required=True,
)
_GIVEN_SIZE = "with it a rate of large animals is not taken for the mean over their life."
SIZE = (
    number(
        "shell_length_mm",
        f"Mean shell length of the animals of a biodeposition rate; {_GIVEN_SIZE}",
        "测定生物沉积速率的个体平均壳长；用于按体型校正，避免把成体速率当作全生命期均值。",
        bounds=POSITIVE,
        unit="mm",
    ),
    number(
        "dry_weight_g",
        f"Mean dry weight, shell and tissue, of the animals of a biodeposition rate; {_GIVEN_SIZE}",
        "测定生物沉积速率的个体平均干重（壳与软组织）；用于按体型校正，避免把成体速率当作全生命期均值。",
        bounds=POSITIVE,
        unit="g",
    ),
)
