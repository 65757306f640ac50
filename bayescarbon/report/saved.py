"""The tables of a results folder as plain rows, read from what was written: needs neither pandas nor PyMC."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bayescarbon.errors import Problem, StudyError
from bayescarbon.report.credits import Row
from bayescarbon.translation import _

type Tables = dict[str, list[Row]]

#: Columns that hold words, even where a word looks like a number: a batch may be called 2020.
WORDS = frozenset({
    "batch", "bears_on", "budget", "compared_with", "currency", "framework", "id", "item", "kind", "line",
    "method", "note", "origin", "outcome", "pool", "quantity", "rule", "scope", "season", "seasons", "site",
    "source", "species", "stage", "table", "unit", "verdict",
})  # fmt: skip
_FLAGS = {"True": True, "False": False}


@dataclass(frozen=True)
class Saved:
    """What a run wrote, or is about to have written.

    Attributes
    ----------
    tables : dict of str to list of dict
        Every CSV file by its name without the ending: words as text, numbers as floats, None where empty.
    manifest : dict
        As in ``manifest.json``.
    """

    tables: Tables
    manifest: dict[str, Any]

    def rows(self, table: str, wanted: Mapping[str, str] | None = None) -> list[Row]:
        """Return the rows of a table that have the wanted words; none where there is no such table.

        Parameters
        ----------
        table : str
            Its name.
        wanted : mapping of str to str, optional
            Column -> word.
        """
        words = (wanted or {}).items()
        return [
            row for row in self.tables.get(table, []) if all(row[column] == word for column, word in words)
        ]


def _cell(column: str, cell: str) -> Any:
    if column in WORDS:
        return cell
    if cell in _FLAGS:
        return _FLAGS[cell]
    try:
        value = float(cell) if cell else math.nan
    except ValueError:
        return cell
    return value if math.isfinite(value) else None


def read_tables(folder: Path) -> Tables:
    """Read every CSV file of a results folder.

    Parameters
    ----------
    folder : Path
        Where they are.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    found: Tables = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            found[path.stem] = [
                {column: _cell(column, cell) for column, cell in row.items()}
                for row in csv.DictReader(stream)
            ]
    return found


def read_saved(folder: Path) -> Saved:
    """Read the tables and the manifest of a results folder.

    Parameters
    ----------
    folder : Path
        A folder that a run wrote, or a study folder with ``results`` in it.

    Raises
    ------
    StudyError
        If the folder holds no results of a run.
    """
    if not (folder / "manifest.json").is_file() and (folder / "results" / "manifest.json").is_file():
        folder = folder / "results"
    message = _("there are no results of a run in it; name a folder that `bayescarbon run` wrote.")
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        tables = read_tables(folder)
        for needed in ("quantities", "ledger", "sinks"):
            tables[needed]
        manifest["headline_framework"]
    except (FileNotFoundError, NotADirectoryError, KeyError, TypeError, ValueError) as error:
        raise StudyError([Problem(table="RESULTS", value=str(folder), message=message)]) from error
    return Saved(tables, manifest)
