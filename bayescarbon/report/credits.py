"""The credits of a results folder, read from what was saved: needs neither a fit nor PyMC."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

type Row = dict[str, Any]

_WORDS = {"scope", "framework", "rule", "unit", "note", "batch", "method"}
_FLAGS = {"eligible": {"True": True, "False": False}}
_KEYS = ("scope", "framework", "rule")
TOTAL = "total"


@dataclass(frozen=True)
class Credits:
    """Credits as a run wrote them.

    Attributes
    ----------
    framework, rule : str
        Of the headline.
    issued : list of dict
        Rows of ``issuance.csv`` with the columns of ``issuance_risk.csv``; numbers as floats, None where empty.
    allocation, vintages, revenue : list of dict
        Rows of the tables of these names; the last two are empty where a study has none.
    pooling : dict, optional
        Batches credited together beside one by one; None for a single batch.
    undated : list of str
        Batches without a year that kept credits from being issued year by year.
    """

    framework: str
    rule: str
    issued: list[Row]
    allocation: list[Row]
    vintages: list[Row] = field(default_factory=list)
    revenue: list[Row] = field(default_factory=list)
    pooling: Row | None = None
    undated: list[str] = field(default_factory=list)

    def total(self) -> Row:
        """Return the row of the headline: all batches together."""
        (row,) = [row for row in self.by_rule() if row["rule"] == self.rule]
        return row

    def by_rule(self) -> list[Row]:
        """Return the rows of all batches together by the headline framework, one per rule."""
        return [r for r in self.issued if r["scope"] == TOTAL and r["framework"] == self.framework]

    def by_framework(self) -> list[Row]:
        """Return the rows of all batches together by the headline rule, one per framework."""
        return [r for r in self.issued if r["scope"] == TOTAL and r["rule"] == self.rule]

    def by_scope(self) -> list[Row]:
        """Return the rows of the headline framework and rule, one per batch, farm and all together."""
        return [r for r in self.issued if r["framework"] == self.framework and r["rule"] == self.rule]

    def record(self) -> Row:
        """Return the credits as a JSON object."""
        return {
            "framework": self.framework,
            "rule": self.rule,
            "total": self.total(),
            "by_rule": self.by_rule(),
            "by_framework": self.by_framework(),
            "by_scope": self.by_scope(),
            "allocation": self.allocation,
            "pooling": self.pooling,
            "vintages": self.vintages,
            "revenue": [row for row in self.revenue if row["rule"] == self.rule],
        }


def _cell(name: str, cell: str) -> Any:
    if name in _WORDS:
        return cell
    if name in _FLAGS:
        return _FLAGS[name][cell]
    value = float(cell) if cell else math.nan
    return value if math.isfinite(value) else None


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [{name: _cell(name, cell) for name, cell in row.items()} for row in csv.DictReader(stream)]


def _rows_if_there(path: Path) -> list[Row]:
    return _rows(path) if path.is_file() else []


def read_credits(folder: Path, manifest: Mapping[str, Any]) -> Credits | None:
    """Read the credits of a results folder.

    Parameters
    ----------
    folder : Path
        A folder that a run wrote.
    manifest : mapping
        Its manifest.

    Returns
    -------
    Credits or None
        None if the run issued none: its fit failed its diagnostics, or it is older than credits.

    Raises
    ------
    KeyError, ValueError
        If the files do not fit together.
    FileNotFoundError
        If ``issuance_risk.csv`` or ``allocation.csv`` is missing beside ``issuance.csv``.
    """
    issued = _rows_if_there(folder / "issuance.csv")
    if not issued:
        return None
    risk = {tuple(row[key] for key in _KEYS): row for row in _rows(folder / "issuance_risk.csv")}
    found = Credits(
        framework=manifest["headline_framework"],
        rule=manifest["headline_rule"],
        issued=[row | risk[tuple(row[key] for key in _KEYS)] for row in issued],
        allocation=_rows(folder / "allocation.csv"),
        vintages=_rows_if_there(folder / "vintages.csv"),
        revenue=_rows_if_there(folder / "revenue.csv"),
        pooling=manifest["pooling"],
        undated=manifest["undated_batches"],
    )
    found.total()  # a headline that its own table lacks is damage, found here and not while it is shown
    return found
