"""Check a study's tables against the specification and against each other, and collect everything wrong."""

from __future__ import annotations

import pandas as pd

from bayescarbon.errors import Problem
from bayescarbon.evidence.literature import literature
from bayescarbon.study.air_sea import read_air_sea
from bayescarbon.study.batches import days_of, read_harvest, read_sampling, read_water, site_names
from bayescarbon.study.budget import read_budget
from bayescarbon.study.cells import Typed, ordered, type_table
from bayescarbon.study.columns import TABLES
from bayescarbon.study.compare import unusual
from bayescarbon.study.economics import read_economics
from bayescarbon.study.farm_rows import read_evidence
from bayescarbon.study.fouling import read_fouling
from bayescarbon.study.isotopes import read_isotopes
from bayescarbon.study.overlaps import overlaps
from bayescarbon.study.oxygen import read_oxygen
from bayescarbon.study.reading import REQUIRED_TABLE, RawStudy, RawTable
from bayescarbon.study.sediment import read_endmembers, read_sediment
from bayescarbon.study.settings import Settings, read_settings
from bayescarbon.study.traps import read_traps
from bayescarbon.translation import _


def validate(
    raw: RawStudy,
) -> tuple[Settings | None, dict[str, pd.DataFrame], list[Problem], list[Problem]]:
    """Check everything that was read.

    Parameters
    ----------
    raw : RawStudy
        The text of the study.

    Returns
    -------
    Settings or None
        None if there were none to read.
    dict of str to DataFrame
        The tables by name; those that the study does not have are empty, with their columns.
    problems, warnings : list of Problem
        In the order settings, tables, rows.
    """
    problems, warnings = list(raw.problems), list(raw.warnings)
    # Without settings the tables are still checked, against the defaults.
    stated = {"title": "untitled"} if raw.settings is None else raw.settings
    settings, found, odd = read_settings(stated, raw.settings_name, raw.settings_rows)
    problems += found
    warnings += odd
    reported = {problem.table for problem in raw.problems}
    if REQUIRED_TABLE not in raw.tables and REQUIRED_TABLE not in reported:
        missing = _(
            "the table `{table}` is missing; add it, a study needs at least one batch.",
            table=REQUIRED_TABLE,
        )
        problems.append(Problem(REQUIRED_TABLE, missing))
    tables = _check_tables(raw, settings, problems, warnings)
    return (None if raw.settings is None else settings), tables, problems, warnings


def _check_tables(
    raw: RawStudy, settings: Settings, problems: list[Problem], warnings: list[Problem]
) -> dict[str, pd.DataFrame]:
    """Check the tables in their order; later ones look up batches and sites of `harvest`."""
    typed: dict[str, Typed] = {}
    cell_problems: dict[str, list[Problem]] = {}
    for name, table in TABLES.items():
        reported = {(p.row, p.column) for p in raw.problems if p.table == name}
        typed[name], cell_problems[name] = type_table(raw.tables.get(name, _absent(name)), table, reported)
        if name not in raw.tables:
            cell_problems[name] = []
    tables: dict[str, pd.DataFrame] = {}
    tables["harvest"], *found = read_harvest(typed["harvest"], settings)
    checked = {"harvest": found}
    sites, days = site_names(tables["harvest"]), days_of(tables["harvest"])
    tables["evidence"], *checked["evidence"] = read_evidence(typed["evidence"], settings, sites)
    tables["water"], *checked["water"] = read_water(typed["water"], sites)
    # Without the table there is no money that needs a currency, and no batch without its row.
    if "economics" in raw.tables:
        tables["economics"], *checked["economics"] = read_economics(
            typed["economics"], days, raw.settings is None or settings.currency_stated
        )
    else:
        tables["economics"], checked["economics"] = typed["economics"].frame, [[], []]
    tables["sampling"], *checked["sampling"] = read_sampling(typed["sampling"], settings, sites)
    for name, read in (("isotopes", read_isotopes), ("traps", read_traps), ("fouling", read_fouling)):
        tables[name], *checked[name] = read(typed[name], settings, sites)
    unread = {problem.table for problem in raw.problems}
    traps = None if "traps" in unread else typed["traps"]
    tables["oxygen"], *checked["oxygen"] = read_oxygen(typed["oxygen"], traps, sites)
    batches = None if cell_problems["harvest"] or checked["harvest"][0] else tables["harvest"]
    tables["budget"], *checked["budget"] = read_budget(
        typed["budget"], settings, batches, sites, tables["evidence"]
    )
    # A table that could not be read is there all the same.
    told = {*raw.tables, *unread}
    tables["endmembers"], *checked["endmembers"] = read_endmembers(
        typed["endmembers"], needed="sediment" in told, told="endmembers" in told
    )
    tables["sediment"], *checked["sediment"] = read_sediment(typed["sediment"], tables["endmembers"], sites)
    tables["air_sea"], *checked["air_sea"] = read_air_sea(typed["air_sea"], tables["water"], sites)
    for name in TABLES:
        wrong, odd = checked[name]
        problems += ordered([*cell_problems[name], *wrong])
        warnings += odd
    if len(tables["evidence"]):
        warnings += unusual(tables["evidence"], literature())
    warnings += overlaps(tables["evidence"], tables["budget"], tables["water"])
    return {name: _with_text(table) for name, table in tables.items()}


def _with_text(table: pd.DataFrame) -> pd.DataFrame:
    """Give text columns pandas' own text type; they were Python objects while they were checked."""
    text = [column for column in table.columns if pd.api.types.is_object_dtype(table[column])]
    return table.astype(dict.fromkeys(text, "str"))


def _absent(name: str) -> RawTable:
    header = tuple(column.name for column in TABLES[name].columns)
    return RawTable(name, name, header, (), ())
