"""Drop-down lists and limits of the cells of a workbook, and the sheet that holds the lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bayescarbon.study.accepted import Accepted, accepted, measurable, units_of
from bayescarbon.study.columns import TABLES
from bayescarbon.study.reading import LISTS_SHEET, SETTINGS_SHEET
from bayescarbon.study.spec import FRACTION, Bounds, Column
from bayescarbon.translation import said

#: Rows of a table that have lists and limits.
ROWS_READY = 2000
_BOLD = Font(name="Calibri", size=11, bold=True)
_TITLE = "bayescarbon"
_OTHER = (
    "Is not in the list. Other names of a species, months, units and rules of your own are read too; keep it?"
)
_OTHER_CHINESE = "不在列表中。物种的其他名称、月份、其他单位和自定规则也可读取；是否保留？"


@dataclass(frozen=True)
class _Place:
    """Where the units of the quantities stand in the sheet of lists: a row per quantity."""

    names: str
    first: str


def add_lists(book: Workbook, headers: Mapping[str, Sequence[str]]) -> None:
    """Give the sheets of a workbook their drop-down lists and limits, and add the sheet that holds the lists.

    Parameters
    ----------
    book : Workbook
        With the sheet of settings and the tables.
    headers : mapping of str to sequence of str
        The columns of each table, in their order.
    """
    lists = book.create_sheet(LISTS_SHEET)
    written: dict[tuple[str, ...], str] = {}
    units = _write_units(lists)
    for name, header in headers.items():
        columns = {column.name: column for column in TABLES[name].columns}
        for position, heading in enumerate(header, start=1):
            if heading in columns:
                letter = get_column_letter(position)
                cells = f"{letter}2:{letter}{ROWS_READY}"
                offered = _offered(name, columns[heading])
                if (name, heading) == ("evidence", "unit") and "quantity" in header:
                    quantity = get_column_letter(header.index("quantity") + 1)
                    _add(book[name], cells, _list_of_units(units, quantity))
                elif offered is not None:
                    _add(
                        book[name],
                        cells,
                        _list(_range(lists, written, heading, offered.words), offered.closed),
                    )
                else:
                    _limit(book[name], cells, columns[heading])
    settings = book[SETTINGS_SHEET]
    for row in settings.iter_rows(min_row=2):
        key = str(row[0].value)
        offered = accepted(SETTINGS_SHEET, key)
        if offered is not None:
            _add(
                settings, row[1].coordinate, _list(_range(lists, written, key, offered.words), offered.closed)
            )
    lists.freeze_panes = "A2"


def _offered(table: str, column: Column) -> Accepted | None:
    if column.kind == "choice":
        return Accepted(column.choices, closed=True)
    return accepted(table, column.name)


def _range(lists: Worksheet, written: dict[tuple[str, ...], str], title: str, words: tuple[str, ...]) -> str:
    """Return the cells that hold these words, which are written if no column has them yet."""
    if words not in written:
        # The first column is free until it is used: a new sheet has one, empty.
        position = lists.max_column + 1
        letter = get_column_letter(position)
        for row, word in enumerate((title, *words), start=1):
            lists.cell(row, position).value = word
        lists.cell(1, position).font = _BOLD
        lists.column_dimensions[letter].width = max(map(len, (title, *words))) + 2
        written[words] = f"{quote_sheetname(LISTS_SHEET)}!${letter}$2:${letter}${len(words) + 1}"
    return written[words]


def _write_units(lists: Worksheet) -> _Place:
    rows = [(name, units_of(quantity)) for name, quantity in measurable().items()]
    widest = max(len(units) for _, units in rows)
    lists.append(["quantity", "unit", *[f"or {n}" for n in range(1, widest)]])
    for name, units in rows:
        lists.append([name, *units])
    for position in range(1, widest + 2):
        lists.cell(1, position).font = _BOLD
        lists.column_dimensions[get_column_letter(position)].width = 24 if position <= 2 else 12
    sheet = quote_sheetname(LISTS_SHEET)
    return _Place(f"{sheet}!$A$2:$A${len(rows) + 1}", f"{sheet}!$B$1:${get_column_letter(widest + 1)}$1")


def _list_of_units(units: _Place, quantity: str) -> DataValidation:
    """Return a list of the units of the quantity that stands in the same row."""
    at = f"MATCH(${quantity}2,{units.names},0)"
    row = f"OFFSET({units.first},{at},0)"
    # Rows of fewer units end in empty cells, which the list leaves out.
    return _list(f"OFFSET({units.first},{at},0,1,COUNTA({row}))", closed=False)


def _list(formula: str, closed: bool) -> DataValidation:
    rule = DataValidation(type="list", formula1=formula, allow_blank=True)
    rule.errorStyle = "stop" if closed else "warning"
    words = ("Choose from the list.", "请从列表中选择。") if closed else (_OTHER, _OTHER_CHINESE)
    return _explained(rule, *words)


def _limit(sheet: Worksheet, cells: str, column: Column) -> None:
    """Refuse numbers outside the range of a column, and text where a number belongs."""
    if column.kind not in ("number", "integer"):
        return
    bounds = column.bounds or Bounds()
    if column.bounds is FRACTION:
        # In a cell without a format of its own, 12% would be kept as a percentage, which is refused.
        sheet.column_dimensions[cells.split("2:")[0]].number_format = "0.######"
    first = cells.split(":", maxsplit=1)[0]
    tests = [f"ISNUMBER({first})"]
    if bounds.low is not None:
        tests.append(f"{first}{'>' if bounds.low_open else '>='}{bounds.low:g}")
    if bounds.high is not None:
        tests.append(f"{first}{'<' if bounds.high_open else '<='}{bounds.high:g}")
    if column.kind == "integer":
        tests.append(f"{first}=INT({first})")
    rule = DataValidation(type="custom", formula1=f"AND({','.join(tests)})", allow_blank=True)
    rule.errorStyle = "stop"
    what = "a whole number" if column.kind == "integer" else "a number"
    hint = f" ({bounds.hint})" if bounds.hint else ""
    english = f"Must be {what}{f', {bounds.words}' if column.bounds else ''}{hint}."
    _add(
        sheet,
        cells,
        _explained(rule, english, _in_chinese(column, bounds)),
    )


def _in_chinese(column: Column, bounds: Bounds) -> str:
    """Say the limits of a column in Chinese."""
    what = "须为整数" if column.kind == "integer" else "须为数值"
    limits = f"，{_signs(bounds)}" if column.bounds else ""
    hint = f"（{said(bounds.hint, 'zh')}）" if bounds.hint else ""
    return f"{what}{limits}{hint}。"


def _signs(bounds: Bounds) -> str:
    low = "" if bounds.low is None else f"{'>' if bounds.low_open else '≥'} {bounds.low:g}"
    high = "" if bounds.high is None else f"{'<' if bounds.high_open else '≤'} {bounds.high:g}"
    return "，".join(part for part in (low, high) if part)


def _explained(rule: DataValidation, english: str, chinese: str) -> DataValidation:
    rule.showErrorMessage = True
    rule.errorTitle = _TITLE
    # A spreadsheet takes 255 characters.
    rule.error = f"{english}\n{chinese}"[:255]
    return rule


def _add(sheet: Worksheet, cells: str, rule: DataValidation) -> None:
    rule.add(cells)
    sheet.add_data_validation(rule)
