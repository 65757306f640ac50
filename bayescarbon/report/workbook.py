"""The result tables as one workbook, with a first sheet that explains every column."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from bayescarbon.report.cells import COUNTS, WHOLE
from bayescarbon.report.language import Language, column_meaning, text
from bayescarbon.report.names import NAMED, called, label
from bayescarbon.report.rewording import reworded_all

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_HEADER_FILL = PatternFill("solid", fgColor="DCE6F1")
_RED = Font(name="Calibri", bold=True, color="C00000")
_NARROW, _WIDE = 10, 44
_SHARES = {
    "p_positive", "p_negative", "p_undefined", "r_hat", "psense", "pareto_k", "outside_90", "p_mean", "p_sd", "loo_p",
    "loo_p_holm", "p_exceeds", "p_below", "p_two_sided", "p_overcredit", "level", "p_break_even",
}  # fmt: skip
#: Rows of a sheet. With more a spreadsheet program is slow, and so is writing: the CSV file has them all.
MOST_ROWS = 10_000
_PERCENTAGES = {"deduction", "share", "variance_share"}


def number_format(column: str, value: float) -> str:
    """Return a spreadsheet format that shows about three significant digits of a number.

    Parameters
    ----------
    column : str
        Column the number stands in: probabilities and counts have formats of their own.
    value : float
        The number.
    """
    if column in _SHARES:
        return "0.000"
    if column in _PERCENTAGES:
        return "0.0%"
    if column == "year":
        return "0"
    size = abs(value)
    if column in COUNTS or size >= 100:
        return "#,##0"
    if size == 0 or size >= 10:
        return "0.0"
    if size >= 1:
        return "0.00"
    return "0.0000" if size >= 0.01 else "0.00E+00"


def _cell(sheet: WriteOnlyWorksheet, value: object, column: str = "") -> Cell:
    """Return a cell that shows numbers as numbers and text as text, a name beginning with "=" included."""
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub(" ", value))
        cell.data_type = "s"
        return cell
    if isinstance(value, (bool, np.bool_)):
        return WriteOnlyCell(sheet, bool(value))
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        return WriteOnlyCell(sheet, None)
    whole = number.is_integer() and (column in WHOLE or column == "year")
    cell = WriteOnlyCell(sheet, int(number) if whole else number)
    cell.number_format = number_format(column, number)
    return cell


def _header(sheet: WriteOnlyWorksheet, names: Sequence[str]) -> Iterator[Cell]:
    for name in names:
        cell = _cell(sheet, name)
        cell.font = Font(name="Calibri", bold=True)
        cell.fill = _HEADER_FILL
        yield cell


def _widths(sheet: WriteOnlyWorksheet, widths: Sequence[int]) -> None:
    for position, width in enumerate(widths, start=1):
        # The published types of openpyxl leave this attribute of write-only sheets out.
        sheet.column_dimensions[get_column_letter(position)].width = width  # type: ignore[attr-defined]


def _on_one_width(sheet: WriteOnlyWorksheet) -> None:
    """Print all columns on one page's width."""
    # Left out of the published types of openpyxl, as the widths are.
    sheet.page_setup.orientation = "landscape"  # type: ignore[attr-defined]
    sheet.page_setup.fitToHeight = 0  # type: ignore[attr-defined]
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)  # type: ignore[attr-defined]


def _add_table(book: Workbook, name: str, frame: pd.DataFrame) -> None:
    sheet = book.create_sheet(name)
    columns = [str(column) for column in frame.columns]
    texts = {c: frame[c].dtype.kind not in "iufb" for c in columns}
    sheet.freeze_panes = "A2"
    _on_one_width(sheet)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(frame) + 1}"
    longest = {c: max((len(str(v)) for v in frame[c]), default=0) if texts[c] else _NARROW for c in columns}
    _widths(sheet, [min(max(longest[c], len(c), _NARROW) + 2, _WIDE) for c in columns])
    sheet.append(list(_header(sheet, columns)))
    for row in frame.itertuples(index=False, name=None):
        sheet.append([_cell(sheet, value, column) for column, value in zip(columns, row, strict=True)])


def _add_guide(
    book: Workbook,
    frames: Mapping[str, pd.DataFrame],
    about: Mapping[str, Any],
    reasons: Sequence[str],
    language: Language,
) -> None:
    sheet = book.create_sheet(text("sheet_guide", language))
    _widths(sheet, [16, 16, 100])
    _on_one_width(sheet)
    title = _cell(sheet, text("guide_title", language, about))
    title.font = Font(name="Calibri", bold=True, size=14)
    sheet.append([title])
    if reasons:
        warning = _cell(
            sheet, text("guide_unconverged", language, {"reasons": reworded_all(reasons, language)})
        )
        warning.font = _RED
        sheet.append([warning])
    framework = {"framework": called("framework", about["framework"], language)}
    for key in ("guide_intro", "interval", "guide_headline", "gross"):
        sheet.append([_cell(sheet, text(key, language, framework))])
    sheet.append([])
    sheet.append(list(_header(sheet, [text(f"guide_{k}", language) for k in ("sheet", "column", "meaning")])))
    for name, frame in frames.items():
        about_table = _cell(sheet, text(name, language))
        about_table.font = Font(name="Calibri", bold=True)
        sheet.append([_cell(sheet, name), None, about_table])
        if len(frame) > MOST_ROWS:
            counts = {"shown": MOST_ROWS, "all": len(frame), "name": name}
            cut = _cell(sheet, text("guide_cut", language, counts))
            cut.font = _RED
            sheet.append([None, None, cut])
        for column in frame.columns:
            meaning = _cell(sheet, column_meaning(str(column), language, name))
            meaning.alignment = Alignment(wrap_text=True)
            sheet.append([None, _cell(sheet, str(column)), meaning])
    _add_names(sheet, frames, language)


def _add_names(sheet: WriteOnlyWorksheet, frames: Mapping[str, pd.DataFrame], language: Language) -> None:
    """List what the identifiers in the sheets are called; in English they speak for themselves."""
    if language == "en":
        return
    sheet.append([])
    sheet.append(list(_header(sheet, [text(f"guide_{k}", language) for k in ("column", "name", "meaning")])))
    for column in NAMED:
        found = dict.fromkeys(
            str(name) for frame in frames.values() if column in frame for name in frame[column]
        )
        for name in found:
            if said := label(column, name, language):
                sheet.append([_cell(sheet, cell) for cell in (column, name, said)])


def write_workbook(
    path: Path,
    frames: Mapping[str, pd.DataFrame],
    about: Mapping[str, Any],
    reasons: Sequence[str] = (),
    language: Language = "en",
) -> None:
    """Write the tables as sheets of one workbook.

    Parameters
    ----------
    path : Path
        The workbook; its folder exists.
    frames : mapping of str to DataFrame
        The result tables, by name; every column is one that `column_meaning` knows.
    about : mapping
        ``title`` of the study, ``version`` of bayescarbon and the headline ``framework``.
    reasons : sequence of str
        Why the fit has not converged; empty if it has. They stand in red on the first sheet.
    language : {"en", "zh"}
        Language of the first sheet. Column names are a contract and stay as they are.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    book = Workbook(write_only=True)
    _add_guide(book, frames, about, reasons, language)
    for name, frame in frames.items():
        _add_table(book, name, frame.head(MOST_ROWS))
    book.save(path)
