"""Read a study from an .xlsx workbook into the same text that a folder of CSV files gives."""

from __future__ import annotations

import io
import lzma
import re
import warnings
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from bayescarbon.errors import Problem, StudyError, suggest
from bayescarbon.study.columns import TABLES
from bayescarbon.study.reading import (
    FORMULA_ERROR,
    FORMULA_ERRORS,
    NOTE_SHEETS,
    REQUIRED_TABLE,
    SETTINGS_SHEET,
    RawStudy,
    clean,
    make_table,
    sha256,
)
from bayescarbon.study.rules import FAMILIES
from bayescarbon.translation import _

if TYPE_CHECKING:
    from openpyxl import Workbook

SETTINGS_HEADER = ("key", "value")
# What zipfile, the XML parsers (SyntaxError) and openpyxl (the rest) raise on files that are damaged, locked or of
# another kind. They surround nothing but the reading of the file itself.
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, InvalidFileException, SyntaxError, EOFError, OSError, RuntimeError,
    LookupError, ValueError, TypeError, AttributeError, OverflowError,
)  # fmt: skip
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell ")
_PERCENT = re.compile(rb'numFmtId="(?:9|10)"|formatCode="[^"]*%')
_LISTS = ("rules", "synonyms")
_SEPARATORS = re.compile(r"[,;，；、|]")
#: What the thresholds of own rules hold, by name.
_THRESHOLDS = {key: t.kind for family in FAMILIES.values() for key, t in family.thresholds.items()}
_THRESHOLD_KEY = re.compile(r"own_rules\..*\.thresholds\.\w+")
_NUMBERS = ("q05", "q50", "q95", "year")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def read_workbook(path: Path) -> RawStudy:
    """Read the sheets of a workbook as text.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` file with a sheet ``study`` (columns key, value) and the tables as sheets.

    Returns
    -------
    RawStudy

    Raises
    ------
    StudyError
        If the file is not a workbook.
    """
    content = path.read_bytes()
    study = RawStudy(path, SETTINGS_SHEET, inputs={path.name: sha256(content)})
    try:
        sheets, misleading = _read_cells(content)
    except _UNREADABLE as error:
        raise StudyError(
            [
                Problem(
                    path.name,
                    _(
                        "is not a workbook that can be read (damaged, protected by a password, or "
                        "another kind of file with this ending); save it again as .xlsx without a "
                        "password."
                    ),
                    value=f"{type(error).__name__}: {error}",
                )
            ]
        ) from error
    for title, rows in sheets.items():
        if not _used(title) and title not in NOTE_SHEETS and any(cell for row in rows for cell in row):
            known = [SETTINGS_SHEET, *TABLES]
            message = _(
                "is not a table of a study, so nothing would read it; rename the sheet, or move it "
                "to another file."
            ) + (suggest(title, known) or _(" The sheets are: {sheets}.", sheets=", ".join(known)))
            study.problems.append(Problem(title, message))
    study.problems += misleading
    if SETTINGS_SHEET in sheets:
        _read_settings(sheets[SETTINGS_SHEET], study)
    else:
        study.problems.append(
            Problem(
                SETTINGS_SHEET,
                _(
                    "the sheet `study` is missing; add it, with the columns key and value and at least "
                    "the key title (`bayescarbon init --xlsx` writes one)."
                ),
            )
        )
    for name in TABLES:
        if name in sheets and (name == REQUIRED_TABLE or not _only_headings(sheets[name])):
            table, problems = make_table(name, _("sheet {name}", name=name), sheets[name])
            study.problems += problems
            if table is not None:
                study.tables[name] = table
    return study


def cell_text(value: Any) -> str:
    """Return the text of a cell as CSV would hold it: whole numbers without a point, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return clean(str(value))


def _only_headings(rows: list[list[str]]) -> bool:
    """Whether a sheet is as `init --xlsx` left it: with headings, and nothing below them to be read or missed."""
    return any(rows[0]) and not any(cell for row in rows[1:] for cell in row) if rows else False


def _used(title: str) -> bool:
    return title in TABLES or title == SETTINGS_SHEET


def _read_cells(content: bytes) -> tuple[dict[str, list[list[str]]], list[Problem]]:
    """Return the rows of every sheet as text, and the cells whose stored value is not what the sheet shows."""
    # openpyxl warns of styles, validations and the like that it drops; none of them is a value.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = {sheet.title: _sheet_rows(sheet) for sheet in book.worksheets}
        if not _hazards(content):
            return sheets, []
        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content))
        return sheets, _misleading_cells(values, formulas, [title for title in sheets if _used(title)])


def _sheet_rows(sheet: Any) -> list[list[str]]:
    # Some programs write a wrong extent into the file; rows beyond it would vanish.
    sheet.reset_dimensions()
    return [[cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def _hazards(content: bytes) -> bool:
    """Whether the file may hold formulas, merged cells or percent formats, which need the slow second look."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                part = archive.read(name)
                if _FORMULA.search(part) or _MERGED.search(part):
                    return True
            elif name == "xl/styles.xml" and _PERCENT.search(archive.read(name)):
                return True
    return False


def _misleading_cells(values: Workbook, formulas: Workbook, titles: list[str]) -> list[Problem]:
    """Find merged cells, formulas without a result, and percentages."""
    problems = []
    for title in titles:
        sheet, written = values[title], formulas[title]
        names = [cell_text(cell.value) for cell in next(sheet.iter_rows(), ())]
        problems += [
            Problem(
                title,
                _(
                    "the cells {cells} are merged, so all but the first are empty; unmerge them and "
                    "write the value in each row.",
                    cells=area.coord,
                ),
                row=area.min_row,
            )
            for area in sheet.merged_cells.ranges
        ]
        for number, row in enumerate(written.iter_rows(), start=1):
            for position, cell in enumerate(row, start=1):
                column = (names[position - 1] if position <= len(names) else "") or None
                stored = sheet.cell(number, position)
                # An empty text result is stored with a type of its own ("str"); no result at all with none ("n").
                if cell.data_type == "f" and stored.value is None and stored.data_type == "n":
                    problems.append(
                        Problem(
                            title,
                            _(
                                "is a formula whose result was not saved; open the workbook in a "
                                "spreadsheet program and save it, or write the value."
                            ),
                            row=number,
                            column=column,
                            value=str(cell.value),
                        )
                    )
                elif isinstance(stored.value, (int, float)) and "%" in stored.number_format:
                    problems.append(
                        Problem(
                            title,
                            _(
                                "is shown as a percentage but holds {value}; format the cell as a plain "
                                "number and write the number that is meant in its unit.",
                                value=cell_text(stored.value),
                            ),
                            row=number,
                            column=column,
                            value=f"{stored.value * 100:g}%",
                        )
                    )
    return problems


def _read_settings(rows: list[list[str]], study: RawStudy) -> None:
    """Nest the dotted keys of the sheet ``study`` as study.toml would."""
    header = tuple(rows[0][:2]) if rows else ()
    if header != SETTINGS_HEADER:
        study.problems.append(
            Problem(study.settings_name, _("row 1 must read: key, value."), row=1, value=", ".join(header))
        )
        return
    settings: dict[str, Any] = {}
    for number, row in enumerate(rows[1:], start=2):
        # A third column is free for notes.
        key, value = ([*row, "", ""])[:2]
        # As an empty cell of a table: not given.
        if not value:
            continue
        if not key:
            study.problems.append(
                Problem(
                    study.settings_name,
                    _("is a value without a key; write the key before it or empty the row."),
                    row=number,
                    value=value,
                )
            )
        elif value in FORMULA_ERRORS:
            study.problems.append(
                Problem(study.settings_name, FORMULA_ERROR, row=number, column=key, value=value)
            )
        elif key in study.settings_rows:
            study.problems.append(
                Problem(
                    study.settings_name,
                    _("stands twice (first in row {row}); keep one.", row=study.settings_rows[key]),
                    row=number,
                    column=key,
                    value=value,
                )
            )
        else:
            study.settings_rows[key] = number
            if not _place(settings, _path(key), _leaf(key, value)):
                study.problems.append(
                    Problem(
                        study.settings_name,
                        _("is both a value and the beginning of another key; keep one."),
                        row=number,
                        column=key,
                        value=value,
                    )
                )
    study.settings = settings


def _path(key: str) -> list[str]:
    # Names of species hold dots ("Crassostrea sp."), so only the last dot separates there.
    if key.startswith("taxa."):
        name, _dot, leaf = key.removeprefix("taxa.").rpartition(".")
        return ["taxa", name, leaf] if name else ["taxa", leaf]
    return key.split(".")


def _leaf(key: str, value: str) -> Any:
    last = key.rpartition(".")[2]
    kind = _THRESHOLDS.get(last) if _THRESHOLD_KEY.fullmatch(key) else None
    if last in _LISTS:
        return _parts(value)
    if kind == "numbers":
        return [_number(part) for part in _parts(value)]
    if kind == "flag":
        return {"TRUE": True, "FALSE": False}.get(value.upper(), value)
    return _number(value) if last in _NUMBERS or kind == "number" else value


def _parts(value: str) -> list[str]:
    return [clean(part) for part in _SEPARATORS.split(value) if clean(part)]


def _number(value: str) -> int | float | str:
    """Return the number that a text is; the text itself if it is none, for the settings to refuse."""
    if not _PLAIN_NUMBER.fullmatch(value):
        return value
    return int(value) if re.fullmatch(r"[+-]?\d+", value, re.ASCII) else float(value)


def _place(settings: dict[str, Any], path: list[str], value: Any) -> bool:
    """Put a value at a path of nested dictionaries; False if something else is in the way."""
    here = settings
    for part in path[:-1]:
        inner = here.setdefault(part, {})
        if not isinstance(inner, dict):
            return False
        here = inner
    if path[-1] in here:
        return False
    here[path[-1]] = value
    return True
