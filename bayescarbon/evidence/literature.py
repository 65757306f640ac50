"""The literature as evidence: curated rows of ``data/literature``, each original observation once."""

from __future__ import annotations

from functools import cache
from math import nan
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from bayescarbon.evidence.quantities import Quantity, composites, quantities
from bayescarbon.evidence.table import SIZE_COLUMNS, EvidenceError, evidence_table, observe, season_of
from bayescarbon.evidence.taxa import taxa
from bayescarbon.evidence.units import UnitError
from bayescarbon.resources import listdir, read_csv

LITERATURE_COLUMNS = (
    "id", "role", "quantity", "species", "site", "season", "value", "low", "high", "sd", "n", "unit",
    "method", "rq_convention", "source", "cites", "evidence_ids", "note",
)  # fmt: skip
ROLES = ("direct", "context")
NOT_USED = "data/literature/not-used.csv"
#: Rows that agree in these columns of the evidence table are one study's word on one thing, which counts once.
CLAIM = ("source", "quantity", "species")

_NUMBERS = ("value", "low", "high", "sd", "n")


class LiteratureError(ValueError):
    """A row of ``data/literature`` that cannot stand."""


@cache
def _library() -> pd.DataFrame:
    tables = []
    for relative in listdir("data/literature", ".csv"):
        if relative == NOT_USED:
            continue
        table = read_csv(relative)
        if tuple(table.columns) not in (LITERATURE_COLUMNS, (*LITERATURE_COLUMNS, *SIZE_COLUMNS)):
            raise LiteratureError(
                f"{relative}: the columns must be {', '.join(LITERATURE_COLUMNS)}, and where animals were measured "
                f"{' and '.join(SIZE_COLUMNS)}"
            )
        table["family"] = PurePosixPath(relative).stem
        tables.append(table)
    library = pd.concat(tables, ignore_index=True)
    for column in (*_NUMBERS, *SIZE_COLUMNS):
        library[column] = [float(cell) if isinstance(cell, str) and cell else nan for cell in library[column]]
    _check(library)
    return library


def _check(library: pd.DataFrame) -> None:
    for row in library.to_dict("records"):
        if row["role"] not in ROLES:
            raise LiteratureError(f"{row['id']}: role {row['role']!r} is neither direct nor context")
        if row["season"] and season_of(row["season"]) != row["season"]:
            raise LiteratureError(f"{row['id']}: season {row['season']!r} is not a season")
    twice = library["id"][library["id"].duplicated()]
    if len(twice):
        raise LiteratureError(f"the id {twice.iloc[0]} is given twice")


def library() -> pd.DataFrame:
    """Return every curated row as reported, direct and context, in its own unit.

    Returns
    -------
    DataFrame
        The columns of ``data/literature/*.csv`` and `family`, the stem of the file. Numbers are floats, NaN
        where absent; all else is text. `species` of a context row may be a description.

    Raises
    ------
    LiteratureError
        If a shipped file breaks its own form.
    """
    return _library().copy()


def not_used() -> pd.DataFrame:
    """Return the evidence that no row holds, with the reason (evidence_id, reason, source)."""
    return read_csv(NOT_USED)


@cache
def _literature() -> pd.DataFrame:
    direct = _library()
    direct = keep_originals(direct[direct["role"] == "direct"])
    known = {**quantities(), **composites()}
    return evidence_table(_observation(row, known) for row in direct.to_dict("records"))


def literature() -> pd.DataFrame:
    """Return the direct observations of the literature as the tidy evidence table.

    Units are converted to the quantity's own, species are accepted names, and an observation that several
    publications report is there once.

    Raises
    ------
    LiteratureError
        If a shipped row cannot be read as an observation.
    """
    return _literature().copy()


def beside(own: pd.DataFrame) -> pd.DataFrame:
    """Return the literature that enters beside a farm's rows: what the farm cites itself counts once, as its own.

    A library row is left out where a row of the farm names its source (the key in ``data/references.bib``), or the
    study whose observation it reports, for the same quantity and species.

    Parameters
    ----------
    own : DataFrame
        What the farm cites: at least the columns `CLAIM` of the tidy evidence table.
    """
    published = _literature()
    # Blank names no source; and most rows of the library report nobody's observation but their own.
    cited = set(own.loc[own["source"] != "", list(CLAIM)].itertuples(index=False, name=None))
    reports = published["id"].map(_library().set_index("id")["cites"])
    again = [
        (source, *what) in cited or (primary, *what) in cited
        for source, primary, *what in zip(
            published["source"], reports, published["quantity"], published["species"], strict=True
        )
    ]
    return published[~np.array(again, dtype=bool)].reset_index(drop=True)


def keep_originals(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep each original observation once.

    A row that reports another study's observation (`cites`) is dropped where that study has a row of its own
    for the same quantity and species. Where it has none, the rows of one of the reporting publications stay:
    that with the most rows, of equals the first.

    Parameters
    ----------
    rows : DataFrame
        Rows with at least `quantity`, `species`, `source` and `cites`.

    Returns
    -------
    DataFrame
        The rows that count, in their order.
    """
    primary = set(zip(rows["source"], rows["quantity"], rows["species"], strict=True))
    chosen: dict[tuple[str, str, str], str] = {}
    for key, group in rows[rows["cites"] != ""].groupby(["cites", "quantity", "species"], sort=False):
        counts = group["source"].value_counts(sort=False)
        chosen[key] = str(counts.index[counts.argmax()])
    keep = [
        not row["cites"]
        or (
            (row["cites"], row["quantity"], row["species"]) not in primary
            and chosen[(row["cites"], row["quantity"], row["species"])] == row["source"]
        )
        for row in rows.to_dict("records")
    ]
    return rows[keep]


def _observation(row: dict[str, object], known: dict[str, Quantity]) -> dict[str, object]:
    name, where = str(row["quantity"]), str(row["id"])
    if name not in known:
        raise LiteratureError(f"{where}: there is no quantity {name!r}")
    quantity = known[name]
    species, group = "", ""
    if "species" in quantity.levels:
        taxon = taxa().resolve(str(row["species"]))
        if taxon is None:
            raise LiteratureError(f"{where}: the species {row['species']!r} is not in data/taxa.csv")
        species, group = taxon.name, taxon.group
    elif row["species"]:
        raise LiteratureError(f"{where}: {name} has no species level, so the species must be blank")
    if "site" in quantity.levels and not row["site"]:
        raise LiteratureError(f"{where}: the site is missing")
    try:
        numbers = {column: _number(row[column]) for column in _NUMBERS}
        seen = observe(
            quantity,
            str(row["unit"]),
            method=str(row["method"]),
            rq_convention=str(row["rq_convention"]),
            **numbers,
        )
    except (EvidenceError, UnitError) as error:
        column = getattr(error, "column", "unit")
        raise LiteratureError(f"{where}: {column} {error}") from error
    return {
        "id": where,
        "origin": "literature",
        "quantity": name,
        **{column: row[column] for column in SIZE_COLUMNS},
        "species": species,
        "group": group,
        "site": row["site"],
        "season": row["season"],
        "kind": seen.kind,
        "value": seen.value,
        "sd": seen.sd,
        "n": seen.n,
        "low": seen.low,
        "high": seen.high,
        "method": row["method"],
        "source": row["source"],
        "note": row["note"],
    }


def _number(cell: object) -> float:
    return float(cell) if isinstance(cell, int | float) else nan
