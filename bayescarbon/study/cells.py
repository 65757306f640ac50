"""From the text of a table to typed columns, with every cell that does not fit reported once.

Nothing is coerced: a number is a plain ASCII number or it is refused with what to write instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bayescarbon.errors import Problem, suggest
from bayescarbon.study.reading import FORMULA_ERROR, FORMULA_ERRORS, RawTable
from bayescarbon.study.spec import FRACTION, RATE, Bounds, Column, Table, magnitude_fault
from bayescarbon.translation import _

#: So many different wrong values of one column are listed one by one; the rest are counted, with their rows.
MAX_SHOWN = 20
_MAX_ROWS = 10

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[,' _]\d{3})+(?:\.\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_DATE = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}.*|\d{1,2}/\d{1,2}/\d{2,4}", re.ASCII)
_SPREAD = re.compile(r"(\S+)\s*(?:±|\+/-|\+-)\s*(\S+)")
_RANGE = re.compile(r"([\d.]+)\s*(?:-|–|—|~|～|to|至|到)\s*([\d.]+)", re.ASCII)
_PERCENT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))\s*[%％]", re.ASCII)
# What follows the number must look like a unit: of 1/2, 2020/21, 05:30 or 0x12 no part is the number that was meant.
_WITH_UNIT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?!x[\da-f])\s*([^\d\s./,:_].*)", re.ASCII)
_NOTHING = {
    "na",
    "n/a",
    "n.a.",
    "null",
    "none",
    "-",
    "--",
    "—",
    "–",
    "/",
    ".",
    "?",
    "x",
    "无",
    "缺",
    "缺失",
    "暂无",
}
_UNDETECTED = {"nd", "n.d.", "bdl", "b.d.l.", "未检出", "not detected"}


@dataclass(frozen=True)
class Typed:
    """A table with typed columns.

    Attributes
    ----------
    frame : DataFrame
        Every column of the specification; text ("" where blank) or float (NaN where blank). The index holds the
        row numbers of the spreadsheet.
    text : DataFrame
        The cells as written, "" where blank or absent.
    bad : DataFrame of bool
        Cells already reported; later checks leave them alone.
    """

    frame: pd.DataFrame
    text: pd.DataFrame
    bad: pd.DataFrame

    def sound(self, columns: Sequence[str]) -> pd.Series[bool]:
        """Return the rows in which none of these columns has been reported."""
        return ~self.bad[list(columns)].any(axis=1)


def translate(cells: pd.Series[str], words: Mapping[str, str]) -> pd.Series[str]:
    """Return cells with each word replaced by its translation, "" where there is none."""
    return pd.Series([words.get(cell, "") for cell in cells], index=cells.index, dtype=object)


def rows_in_words(rows: Sequence[Hashable]) -> str:
    """Return "row 3" or "rows 3, 4 and 5" or "rows 3, 4, ... and 12 more"."""
    numbers = [str(row) for row in rows]
    if len(numbers) == 1:
        return _("row {row}", row=numbers[0])
    if len(numbers) > _MAX_ROWS:
        return _(
            "rows {rows} and {n} more",
            rows=", ".join(numbers[:_MAX_ROWS]),
            n=len(numbers) - _MAX_ROWS,
        )
    return _("rows {rows} and {last}", rows=", ".join(numbers[:-1]), last=numbers[-1])


def remark(
    table: str, column: str | None, rows: Sequence[int], message: str, value: str | None = None
) -> Problem:
    """Make one problem of several rows: it stands at the first and names the others.

    Parameters
    ----------
    table, column : str
        Where.
    rows : sequence of int
        Row numbers, at least one.
    message : str
        What is wrong or odd, and what to do.
    value : str, optional
        The value that stands for them.
    """
    also = _(" (Also in {rows}.)", rows=rows_in_words(rows[1:])) if len(rows) > 1 else ""
    return Problem(table, message + also, row=int(rows[0]), column=column, value=value)


def report(
    table: str, column: str | None, cells: pd.Series[str], message: str | Callable[[str], str]
) -> list[Problem]:
    """Make the problems of several cells with one fault: one for each distinct value, naming all of its rows.

    Parameters
    ----------
    table, column : str
        Where.
    cells : Series of str
        The offending values as written, by row number.
    message : str or callable
        What is wrong and what to do, the same for all or made from the value.
    """
    grouped: dict[str, list[int]] = {}
    for row, value in zip(cells.index.tolist(), cells.tolist(), strict=True):
        grouped.setdefault(value, []).append(row)
    problems = []
    for value, rows in list(grouped.items())[:MAX_SHOWN]:
        words = message if isinstance(message, str) else message(value)
        problems.append(remark(table, column, rows, words, value or None))
    rest = [row for rows in list(grouped.values())[MAX_SHOWN:] for row in rows]
    if rest:
        rest.sort()
        problems.append(
            Problem(
                table,
                _(
                    "the same fault stands in {n} more cells of this column: {rows}.",
                    n=len(rest),
                    rows=rows_in_words(rest),
                ),
                row=rest[0],
                column=column,
            )
        )
    return problems


def check_header(raw: RawTable, table: Table) -> list[Problem]:
    """Report missing, duplicate, unknown and nameless columns."""
    known = [column.name for column in table.columns]
    if set(raw.header).isdisjoint(known):
        needed = ", ".join(column.name for column in table.columns if column.required)
        return [
            Problem(
                table.name,
                _(
                    "has none of this table's column names; row 1 must hold them ({needed}, ...), so "
                    "remove what stands above them, or write them there.",
                    needed=needed,
                ),
                row=1,
                value=next((name for name in raw.header if name), None),
            )
        ]
    problems: list[Problem] = []
    seen: set[str] = set()
    for position, name in enumerate(raw.header):
        if not name:
            filled = [n for n, row in zip(raw.numbers, raw.rows, strict=True) if row[position]]
            if filled:
                problems.append(
                    Problem(
                        table.name,
                        _(
                            "column {number} has values ({rows}) but no name in row 1; name it or empty it.",
                            number=position + 1,
                            rows=rows_in_words(filled),
                        ),
                        row=1,
                    )
                )
        elif name in seen:
            problems.append(
                Problem(table.name, _("stands twice among the column names; keep one."), row=1, column=name)
            )
        elif name not in known:
            hint = suggest(name, known) or _(" The columns are: {columns}.", columns=", ".join(known))
            problems.append(
                Problem(
                    table.name,
                    _("is not a column of this table; rename or remove it.") + hint,
                    row=1,
                    column=name,
                )
            )
        seen.add(name)
    for column in table.columns:
        if column.required and column.name not in seen:
            problems.append(
                Problem(
                    table.name,
                    _("the column is missing; add it. It holds: {meaning}", meaning=column.english),
                    row=1,
                    column=column.name,
                )
            )
    return problems


def type_table(
    raw: RawTable, table: Table, unread: Set[tuple[int | None, str | None]] = frozenset()
) -> tuple[Typed, list[Problem]]:
    """Read every cell of a table by its column's kind.

    Parameters
    ----------
    raw : RawTable
        The text.
    table : Table
        The specification.
    unread : set of (int, str)
        Row and column of cells that were reported when the file was read; they are bad, and not reported again.

    Returns
    -------
    Typed
    list of Problem
        Of the header first, then column by column.
    """
    problems = check_header(raw, table)
    index = pd.Index(raw.numbers, dtype="int64", name="row")
    places = {name: position for position, name in reversed(list(enumerate(raw.header))) if name}
    text, frame, bad = {}, {}, {}
    for column in table.columns:
        place = places.get(column.name)
        cells = np.array(
            [""] * len(index) if place is None else [row[place] for row in raw.rows], dtype=object
        )
        text[column.name] = pd.Series(cells, index=index, dtype=object)
        if place is None:
            wrong = np.full(len(index), column.required)
            values = cells if column.kind in ("text", "choice") else np.full(len(index), np.nan)
        else:
            told = np.array([(row, column.name) in unread for row in raw.numbers], dtype=bool)
            values, wrong, found = _type_column(table.name, column, index, cells, told)
            problems += found
        frame[column.name] = pd.Series(values, index=index, dtype=values.dtype)
        bad[column.name] = wrong
    return Typed(*(pd.DataFrame(part, index=index) for part in (frame, text, bad))), problems


def _type_column(
    table: str, column: Column, rows: pd.Index[int], cells: np.ndarray, told: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[Problem]]:
    """Return values, which cells are bad, and why; arrays, as a study has a hundred columns and few rows."""
    problems: list[Problem] = []
    cells = np.where(told, "", cells).astype(object)

    def tell(these: np.ndarray, message: str | Callable[[str], str]) -> None:
        if these.any():
            shown = pd.Series(cells[these], index=rows[these], dtype=object)
            problems.extend(report(table, column.name, shown, message))

    blank = cells == ""
    wrong = blank & column.required & ~told
    tell(wrong, _("is empty; every row needs it. It holds: {meaning}", meaning=column.english))
    failed = np.array([cell in FORMULA_ERRORS for cell in cells], dtype=bool)
    tell(failed, FORMULA_ERROR)
    wrong, blank = wrong | failed | told, blank | failed
    # What failed is no name that later checks could look up.
    cells = np.where(failed, "", cells).astype(object)
    if column.kind == "text":
        return cells, wrong, problems
    if column.kind == "choice":
        strange = ~blank & np.array([cell not in column.choices for cell in cells], dtype=bool)
        listed = ", ".join(column.choices)
        tell(
            strange,
            lambda value: _("must be one of {choices}.", choices=listed) + suggest(value, column.choices),
        )
        return cells, wrong | strange, problems
    numbers = np.array([parse_number(cell) for cell in cells], dtype=float)
    garbled = ~blank & ~np.isfinite(numbers)
    tell(garbled, lambda value: why_not_a_number(value, column, table))
    absurd = ~garbled & np.array([magnitude_fault(number) is not None for number in numbers], dtype=bool)
    tell(absurd, lambda value: magnitude_fault(parse_number(value)) or "")
    garbled |= absurd
    if column.kind == "integer":
        broken = ~blank & ~garbled & (numbers != np.floor(numbers))
        tell(broken, _("must be a whole number."))
        garbled |= broken
    if column.bounds is not None:
        outside = ~garbled & outside_of(numbers, column.bounds)
        hint = _("; {hint}", hint=column.bounds.hint) if column.bounds.hint else ""
        tell(outside, _("must be {words}{hint}.", words=column.bounds.words, hint=hint))
        garbled |= outside
    return np.where(garbled, np.nan, numbers), wrong | garbled, problems


def outside_of(numbers: np.ndarray, bounds: Bounds) -> np.ndarray:
    """Return where numbers break the bounds; NaN does not."""
    outside = np.zeros(len(numbers), dtype=bool)
    if bounds.low is not None:
        outside |= (numbers < bounds.low) | (bounds.low_open & (numbers == bounds.low))
    if bounds.high is not None:
        outside |= (numbers > bounds.high) | (bounds.high_open & (numbers == bounds.high))
    return outside


def parse_number(text: str) -> float:
    """Return a plain number, or NaN for anything else (and for nothing)."""
    return float(text) if _PLAIN.fullmatch(text) else np.nan


def why_not_a_number(text: str, column: Column, table: str) -> str:
    """Say why a cell of a number column is refused, and what to write instead."""
    evidence = table == "evidence" and column.name == "value"
    example = "12" if column.kind == "integer" else "12.5"
    # An empty cell of a required column would only be refused next.
    or_empty = "" if column.required else _(", or leave the cell empty if there is no value")
    lower = text.lower()
    if _PLAIN.fullmatch(text):
        return _("is too large to be a number (infinity); write a finite number.")
    if lower.lstrip("+-") == "nan":
        return _("is not a number (NaN); write the number{or_empty}.", or_empty=or_empty)
    if lower.lstrip("+-") in ("inf", "infinity", "∞"):
        return _("is infinite; write a finite number{or_empty}.", or_empty=or_empty)
    if lower in _UNDETECTED:
        how = (
            _("0 in `value` and the detection limit in `low`")
            if evidence
            else _("the number{or_empty}", or_empty=or_empty)
        )
        return _("is text in a column of numbers; write {how}.", how=how)
    if lower in _NOTHING:
        return _("is text in a column of numbers; write the number{or_empty}.", or_empty=or_empty)
    if _THOUSANDS.fullmatch(text):
        plain = re.sub("[,' _]", "", text)
        or_decimal = (
            _(" (or {number} if the comma marks decimals)", number=text.replace(",", "."))
            if text.count(",") == 1
            else ""
        )
        return _("has thousands separators; write {plain}{or_decimal}.", plain=plain, or_decimal=or_decimal)
    folded = unicodedata.normalize("NFKC", text).replace("−", "-").replace(" ", "")
    if folded != text and _PLAIN.fullmatch(folded):
        return _(
            "is written with spaces, full-width or special characters; write {folded} in plain digits.",
            folded=folded,
        )
    if _DECIMAL_COMMA.fullmatch(text):
        return _("has a decimal comma; write {number}.", number=text.replace(",", "."))
    if _DATE.fullmatch(text):
        return _(
            "is a date; a spreadsheet program may have made it from a number: format the cell as a number."
        )
    if text.startswith(("<", "≤", "＜", ">", "≥", "＞")):
        bound = "high" if text[0] in "<≤＜" else "low"
        how = (
            _("leave `value` empty and write the bound in `{bound}`", bound=bound)
            if evidence
            else _("write a plain number")
        )
        return _("is a bound, not a number; {how}.", how=how)
    if match := _SPREAD.fullmatch(text):
        how = (
            _("write {mean} in `value` and {sd} in `sd`", mean=match[1], sd=match[2])
            if evidence
            else _("write {number}", number=match[1])
        )
        return _("is two numbers; {how}.", how=how)
    if match := _RANGE.fullmatch(text):
        how = (
            _("write {low} in `low` and {high} in `high`", low=match[1], high=match[2])
            if evidence
            else _("write one number")
        )
        return _("is a range; {how}.", how=how)
    if column.bounds in (FRACTION, RATE) and (match := _PERCENT.fullmatch(text)):
        return _("is a percentage; write {share:.12g}.", share=float(match[1]) / 100)
    if match := _WITH_UNIT.fullmatch(text):
        if column.unit:
            # Not the number that was written: of 12 kg it would make 12 t.
            return _("holds more than a number; write the number alone, in {unit}.", unit=column.unit)
        where = _("; its unit goes into the column `unit`") if table == "evidence" else ""
        return _("holds more than a number; write {number} alone{where}.", number=match[1], where=where)
    return _(
        "is text in a column of numbers; write a plain number such as {example}{or_empty}.",
        example=example,
        or_empty=or_empty,
    )


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Sort the problems of one table by row; those of the whole table come first."""
    return sorted(problems, key=lambda problem: problem.row or 0)
