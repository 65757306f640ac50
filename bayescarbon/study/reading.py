"""Read the text of a study, from a folder or a workbook, without judging what the cells say.

Both forms end in the same `RawStudy`: every cell is text exactly as a spreadsheet shows it, every row keeps the
number that a spreadsheet gives it, so that validation cannot tell one form from the other.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bayescarbon.errors import Problem, StudyError, suggest
from bayescarbon.study.columns import TABLES
from bayescarbon.translation import _

SETTINGS_FILE = "study.toml"
SETTINGS_SHEET = "study"
#: The table that a study cannot do without.
REQUIRED_TABLE = "harvest"
# Sheets of explanations that `init --xlsx` writes; they hold no data and are never read.
LISTS_SHEET, EXAMPLES_SHEET = "lists", "examples"
NOTE_SHEETS = ("README", "columns", LISTS_SHEET, EXAMPLES_SHEET)
# Kinds of file in which a table can hide from a reader that looks for .csv only.
_TABLE_SUFFIXES = (".xlsx", ".xls", ".xlsm", ".ods", ".tsv", ".txt", ".json", ".parquet")
#: What a spreadsheet shows, and writes into CSV, where a formula failed.
FORMULA_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
FORMULA_ERROR = _("is the error of a formula; mend the formula or write the value.")
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"


@dataclass(frozen=True)
class RawTable:
    """One table as text.

    Attributes
    ----------
    name : str
        Name of the table.
    file : str
        What to call its place in a message: ``harvest.csv`` or ``sheet harvest``.
    header : tuple of str
        First row; as long as every row of `rows`.
    numbers : tuple of int
        Row number of each row as a spreadsheet shows it; the header is row 1.
    rows : tuple of tuple of str
        Cells without surrounding spaces; a blank cell is "". Wholly blank rows are not rows.
    """

    name: str
    file: str
    header: tuple[str, ...]
    numbers: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass
class RawStudy:
    """All that was read of a study, and what could not be read.

    Attributes
    ----------
    path : Path
        The folder or the workbook.
    settings_name : str
        What to call the settings in a message: ``study.toml``, or ``study`` for the sheet.
    settings : dict or None
        The settings as nested dictionaries; None if they are missing or unreadable.
    settings_rows : dict
        Row of each dotted key, for a workbook.
    tables : dict of str to RawTable
        The tables found, by name, in the order of the specification.
    inputs : dict of str to str
        SHA-256 of each file read.
    problems, warnings : list of Problem
    """

    path: Path
    settings_name: str
    settings: dict[str, Any] | None = None
    settings_rows: dict[str, int] = field(default_factory=dict)
    tables: dict[str, RawTable] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def read_raw(path: str | Path) -> RawStudy:
    """Read a study's files as text.

    Parameters
    ----------
    path : str or Path
        A folder with ``study.toml`` and CSV files, or an ``.xlsx`` workbook.

    Returns
    -------
    RawStudy
        With `problems` for whatever could not be read; the rest is there.

    Raises
    ------
    StudyError
        If `path` is neither a folder nor a workbook.
    """
    path = Path(path)
    if path.is_dir():
        return _read_folder(path)
    if not path.exists():
        raise StudyError(
            [Problem(path.name, _("there is no such folder or workbook; check the path."), value=str(path))]
        )
    if path.suffix.lower() == ".xlsx":
        from bayescarbon.study.workbook import (
            read_workbook,
        )  # openpyxl is slow to import and folders do not need it

        return read_workbook(path)
    if path.suffix.lower() in (".xls", ".xlsm", ".ods", ".et"):
        raise StudyError(
            [Problem(path.name, _("only .xlsx workbooks are read; save it as .xlsx."), value=str(path))]
        )
    raise StudyError(
        [
            Problem(
                path.name,
                _("a study is a folder or an .xlsx workbook; give the folder that holds this file."),
                value=str(path),
            )
        ]
    )


def sha256(content: bytes) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def clean(cell: str) -> str:
    """Return a cell without the spaces and invisible marks around it."""
    return cell.strip().strip(_INVISIBLE).strip()


def make_table(name: str, file: str, rows: Sequence[Sequence[str]]) -> tuple[RawTable | None, list[Problem]]:
    """Turn the rows of a sheet or file into a table.

    Parameters
    ----------
    name, file : str
        As in `RawTable`.
    rows : sequence of sequence of str
        All rows from row 1 on, the header first; they may be of different length.

    Returns
    -------
    RawTable or None
        None where there is nothing that could be validated further.
    list of Problem
    """
    cells = [tuple(clean(c) for c in row) for row in rows]
    header = _without_trailing_blanks(cells[0]) if cells else ()
    body = [(number, _without_trailing_blanks(row)) for number, row in enumerate(cells[1:], start=2)]
    body = [(number, row) for number, row in body if row]
    # A study without the table would be refused for that.
    required = name == REQUIRED_TABLE
    if not header:
        advice = (
            _("write the names of the columns there")
            if body
            else _("fill it in")
            if required
            else _("remove it")
        )
        return None, [
            Problem(
                name, _("{file} has no column names in row 1; {advice}.", file=file, advice=advice), row=1
            )
        ]
    problems = []
    if not body:
        advice = _("fill it in") if required else _("fill it in or remove it")
        problems.append(
            Problem(name, _("{file} has column names but no rows; {advice}.", file=file, advice=advice))
        )
    width = max([len(header), *(len(row) for _number, row in body)])
    header = header + ("",) * (width - len(header))
    padded = tuple(row + ("",) * (width - len(row)) for _number, row in body)
    table = RawTable(name, file, header, tuple(number for number, _row in body), padded)
    return table, problems


def _without_trailing_blanks(row: tuple[str, ...]) -> tuple[str, ...]:
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]


def _read_folder(path: Path) -> RawStudy:
    study = RawStudy(path, SETTINGS_FILE)
    files = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith((".", "~")))
    for file in files:
        if file.suffix.lower() == ".csv":
            _read_csv(file, study)
        elif file.stem.lower() in TABLES and file.suffix.lower() in _TABLE_SUFFIXES:
            study.warnings.append(
                Problem(
                    file.stem.lower(),
                    _(
                        "{file} is not read; in a folder, tables are CSV files: save it as {table}.csv.",
                        file=file.name,
                        table=file.stem.lower(),
                    ),
                )
            )
    _read_settings(path / SETTINGS_FILE, study)
    study.tables = {name: study.tables[name] for name in TABLES if name in study.tables}
    return study


def _read_csv(file: Path, study: RawStudy) -> None:
    name = file.name.removesuffix(".csv")
    if name not in TABLES:
        hint = suggest(file.stem, TABLES) or _(" The tables are: {tables}.", tables=", ".join(TABLES))
        study.problems.append(
            Problem(
                file.name,
                _(
                    "is not a table of a study, so nothing would read it; rename it, or move it to a "
                    "subfolder."
                )
                + hint,
            )
        )
        return
    content = file.read_bytes()
    study.inputs[file.name] = sha256(content)
    text = decode(content, name, file.name, study)
    if text is None:
        return
    rows, problems = _split(text, name, file.name)
    study.problems += problems
    if rows is None:
        return
    table, problems = make_table(name, file.name, rows)
    study.problems += problems
    if table is not None:
        study.tables[name] = table


def decode(content: bytes, table: str, file: str, study: RawStudy) -> str | None:
    """Return the text of a file in UTF-8 (with or without BOM) or GB18030; None, and a problem, if it is neither.

    GB18030 gives a warning that shows what was read, because nearly any bytes decode as *something* in it.
    """
    remedy = (
        _("save it as UTF-8") if table == SETTINGS_FILE else _("save it as UTF-8 (in Excel: 'CSV UTF-8')")
    )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content:
        study.problems.append(
            Problem(
                table,
                _(
                    "{file} is not in a readable encoding (it looks like UTF-16 or a binary file); {remedy}.",
                    file=file,
                    remedy=remedy,
                ),
            )
        )
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    # Bytes of another encoding tend to land on control, private-use or unassigned characters.
    odd = any(unicodedata.category(c) in ("Cc", "Co", "Cn") and c not in "\r\n\t" for c in set(text))
    if not text or odd:
        study.problems.append(
            Problem(
                table,
                _(
                    "{file} is not in a readable encoding (UTF-8, UTF-8 with BOM or GB18030); {remedy}.",
                    file=file,
                    remedy=remedy,
                ),
            )
        )
        return None
    shown = next(line for line in text.splitlines() if not line.isascii())
    study.warnings.append(
        Problem(
            table,
            _(
                "{file} is not UTF-8 and was read as GB18030; if this is not what it says, {remedy}.",
                file=file,
                remedy=remedy,
            ),
            value=shown[:60],
        )
    )
    return text


def _split(text: str, name: str, file: str) -> tuple[list[list[str]] | None, list[Problem]]:
    """Split CSV text into rows; a row of another length than the header means that cells have slipped."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        return None, [
            Problem(
                name,
                _(
                    "{file} cannot be split into cells near line {line} ({error}); check its "
                    "quotation marks, or save it again from a spreadsheet as CSV.",
                    file=file,
                    line=reader.line_num,
                    error=error,
                ),
            )
        ]
    if not rows:
        return [], []
    first = rows[0]
    for mark, word in (
        (";", "semicolons"),
        ("\t", "tabs"),
        ("，", _("full-width commas")),
        ("|", _("vertical bars")),
    ):
        if len(first) == 1 and mark in first[0]:
            return None, [
                Problem(
                    name,
                    _(
                        "the columns of {file} are separated by {separators}; save it with commas.",
                        file=file,
                        separators=word,
                    ),
                    row=1,
                    value=first[0],
                )
            ]
    # A spreadsheet may leave out the commas after the last filled cell of a row, so a short row is well formed; a
    # longer one means that cells have slipped, and everything after them would raise false alarms.
    width = len(first)
    if sum(map(bool, map(clean, first))) <= 1:
        # No table has one column: a title, a comment or nothing stands where the names of the columns belong.
        return rows, []
    remedy = _(
        'a number takes no thousands separator, and a text that holds a comma stands in "quotation marks"'
    )
    problems = [
        Problem(
            name,
            _(
                "has {cells} cells but there are {columns} columns; {remedy}.",
                cells=len(row),
                columns=width,
                remedy=remedy,
            ),
            row=number,
        )
        for number, row in enumerate(rows[1:], start=2)
        if len(row) > width and any(clean(cell) for cell in row)
    ]
    return (None, problems) if problems else (rows, [])


def _read_settings(file: Path, study: RawStudy) -> None:
    if not file.is_file():
        study.problems.append(
            Problem(
                SETTINGS_FILE,
                _(
                    'is missing from the folder; make one with at least title = "..." (`bayescarbon '
                    "init` writes an example)."
                ),
            )
        )
        return
    content = file.read_bytes()
    study.inputs = {file.name: sha256(content), **study.inputs}
    text = decode(content, SETTINGS_FILE, file.name, study)
    if text is None:
        return
    try:
        study.settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        study.problems.append(
            Problem(
                SETTINGS_FILE,
                _(
                    "is not valid TOML: {error}. Text needs quotation marks, and a key may stand only once.",
                    error=error,
                ),
            )
        )
