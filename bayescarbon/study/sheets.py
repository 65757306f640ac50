"""Write a study as an .xlsx workbook that `study.workbook` reads back to the same text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bayescarbon.study.cells import parse_number
from bayescarbon.study.columns import TABLES
from bayescarbon.study.describe import KEYS, Key, holds
from bayescarbon.study.dropdowns import add_lists
from bayescarbon.study.reading import SETTINGS_SHEET, RawTable
from bayescarbon.study.spec import Column

#: Named like the font of cells without one, or spreadsheets take another for it.
BOLD = Font(name="Calibri", size=11, bold=True)
_WRAP = Alignment(wrap_text=True, vertical="top")
_WIDEST = 60
# Points of a line of text; the last character that is as wide as a letter.
_LINE, _LAST_NARROW = 15, "\u2e7f"
#: Colour of the headings that must have a cell on every row.
REQUIRED_FILL = "FFF2CC"


def write_workbook(
    path: Path, settings: Mapping[str, Any], tables: Mapping[str, RawTable], readme: str
) -> None:
    """Write settings and tables as one workbook: headings explain themselves, cells offer what they accept.

    Parameters
    ----------
    path : Path
        The file to write.
    settings : mapping
        Nested keys as TOML gives them.
    tables : mapping of str to RawTable
        The tables as text.
    readme : str
        Text of the sheet ``README``.
    """
    book = Workbook()
    notes = book.worksheets[0]
    notes.title = "README"
    for line in readme.splitlines():
        notes.append([_harmless(line)])
    notes.column_dimensions["A"].width = 2 * _WIDEST
    settings_sheet(book.create_sheet(SETTINGS_SHEET), settings)
    for name, table in tables.items():
        table_sheet(book.create_sheet(name), table)
    add_lists(book, {name: table.header for name, table in tables.items()})
    columns_sheet(book.create_sheet("columns"))
    book.save(path)


def flatten(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted keys and their values; lists become text separated by commas."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            yield f"{prefix}{key}", ", ".join(str(part) for part in value)
        else:
            yield f"{prefix}{key}", value


def settings_sheet(sheet: Worksheet, settings: Mapping[str, Any]) -> None:
    """Fill the sheet of settings.

    Parameters
    ----------
    sheet : Worksheet
        An empty one.
    settings : mapping
        Nested or with dotted keys; one that is "" is left to be filled in.
    """
    meanings = {name: key for key in KEYS for name in _names(key.name)}
    sheet.append(["key", "value", "meaning"])
    for name, value in flatten(settings):
        key = meanings.get(_general(name))
        meaning = f"{_plain(key.english)} {key.chinese}" if key else ""
        sheet.append([name, None if value == "" else value, meaning])
        _keep_as_text(sheet, sheet.max_row)
    dress(sheet)


def _general(name: str) -> str:
    """Return a key with NAME in the place of the name of a quantity, species or rule."""
    parts = name.split(".")
    if parts[0] in ("priors", "taxa"):
        return ".".join([parts[0], "NAME", parts[-1]])
    # All thresholds share one entry.
    return ".".join([parts[0], "NAME", *parts[2:3]]) if parts[0] == "own_rules" else name


def _names(name: str) -> list[str]:
    """Return the keys that an entry such as ``currency.q05, .q50`` stands for."""
    first, *others = name.split(", ")
    stem = first.rpartition(".")[0]
    return [first, *(f"{stem}{other}" for other in others)]


def table_sheet(sheet: Worksheet, table: RawTable) -> None:
    """Fill the sheet of one table; its headings have their explanations as comments.

    Parameters
    ----------
    sheet : Worksheet
        An empty one.
    table : RawTable
        The table as text; it may have no rows.
    """
    columns = {column.name: column for column in TABLES[table.name].columns}
    sheet.append([name or None for name in table.header])
    for position, name in enumerate(table.header, start=1):
        if name in columns:
            sheet.cell(1, position).comment = Comment(
                _explanation(columns[name]), "bayescarbon", width=320, height=160
            )
            if columns[name].required:
                sheet.cell(1, position).fill = PatternFill("solid", fgColor=REQUIRED_FILL)
    for number, row in zip(table.numbers, table.rows, strict=True):
        for position, (name, cell) in enumerate(zip(table.header, row, strict=True), start=1):
            if cell:
                sheet.cell(number, position).value = _number_or_text(cell, columns.get(name))
        _keep_as_text(sheet, number)
    dress(sheet)


def _number_or_text(cell: str, column: Column | None) -> str | float | int:
    if column is None or column.kind in ("text", "choice"):
        return cell
    number = parse_number(cell)
    if number != number:
        return cell
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def columns_sheet(sheet: Worksheet, keys: Sequence[Key] = ()) -> None:
    """Fill the sheet that explains every column.

    Parameters
    ----------
    sheet : Worksheet
        An empty one.
    keys : sequence of Key
        Settings to explain too.
    """
    sheet.append(["table", "column", "required", "holds", "unit", "meaning", "含义", "if empty"])
    for table in TABLES.values():
        for c in table.columns:
            required = "yes" if c.required else ""
            sheet.append([table.name, c.name, required, holds(c), c.unit, c.english, c.chinese, c.default])
    for key in keys:
        sheet.append([SETTINGS_SHEET, key.name, "", "", "", _plain(key.english), key.chinese, key.default])
    dress(sheet)


def _plain(markdown: str) -> str:
    return markdown.replace("**", "").replace("`", "")


def _explanation(column: Column) -> str:
    required = "Required. " if column.required else ""
    unit = f" Unit: {column.unit}." if column.unit else ""
    empty = f" If empty: {column.default}." if column.default else ""
    return f"{required}{column.english} ({holds(column)}){unit}{empty}\n{column.chinese}"


def _harmless(line: str) -> str:
    # A text that begins with "=" would be taken for a formula.
    return f" {line}" if line.startswith("=") else line


def _keep_as_text(sheet: Worksheet, row: int) -> None:
    for cell in sheet[row]:
        if cell.data_type == "f":
            cell.data_type = "s"


def dress(sheet: Worksheet) -> None:
    """Make a filled sheet readable: bold headings that stay in view, columns as wide as their words."""
    for cell in sheet[1]:
        cell.font = BOLD
    for position, column in enumerate(sheet.columns, start=1):
        width = max(len(str(cell.value or "")) for cell in column)
        sheet.column_dimensions[get_column_letter(position)].width = min(max(width + 2, 10), _WIDEST)
        for cell in column:
            if len(str(cell.value or "")) > _WIDEST:
                cell.alignment = _WRAP
    sheet.freeze_panes = "A2"
    fit(sheet)


def fit(sheet: Worksheet) -> None:
    """Make rows as high as their wrapped text, and print all columns on one page's width.

    Parameters
    ----------
    sheet : Worksheet
        With the widths of its columns set.
    """
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        lines = [1, *(_lines(sheet, cell) for cell in cells if cell.value and cell.alignment.wrap_text)]
        if max(lines) > 1:
            sheet.row_dimensions[number].height = _LINE * max(lines)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _lines(sheet: Worksheet, cell: Any) -> int:
    """Return how many lines a cell's text takes; Chinese characters are twice as wide as letters."""
    text = str(cell.value)
    width = len(text) + sum(character > _LAST_NARROW for character in text)
    # Lines break between words, so they are not quite full.
    return math.ceil(1.1 * width / sheet.column_dimensions[get_column_letter(cell.column)].width)
