"""A study: what the user declares, read and checked, before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bayescarbon.errors import Problem, StudyError
from bayescarbon.evidence.taxa import Taxa
from bayescarbon.study.reading import read_raw
from bayescarbon.study.rules import Rule
from bayescarbon.study.settings import CreditPrice, Currency, StatedPrior
from bayescarbon.study.validate import validate


@dataclass(frozen=True, eq=False)  # tables do not compare to one truth value
class Study:
    """A study that passed every check.

    Attributes
    ----------
    title : str
    path : Path
        Its folder or workbook.
    headline_framework, headline_rule : str
        What the headline number is computed with.
    rules : tuple of str
        Deduction rules to show.
    own_rules : dict of str to Rule
        Rules that the study states itself, by name; all others ship.
    fouling_basis : {"of_total", "of_shellfish"}
        How its fouling ratios were written; the rows of `evidence` are of the total already.
    priors : dict of str to StatedPrior
        Priors that replace the shipped ones.
    currency : Currency or None
    credit_price : CreditPrice or None
    taxa : Taxa
        Shipped species and the study's own.
    harvest : DataFrame
        One row per batch: batch, site, species, group, harvest_t (t live), cycle_days (d), individuals (NaN where not
        given), farm, year, harvest_cv, stocked_t (t live), emissions_t_co2e (t CO2e, NaN).
    evidence : DataFrame
        The farm's rows in the columns of `evidence.table.EVIDENCE_COLUMNS`, in each quantity's unit.
    water : DataFrame
        site, temperature_c (degC), salinity, alkalinity_umol_kg, pco2_uatm, each with ``_sd`` (NaN where not given).
    economics : DataFrame
        See `study.economics.read_economics`.
    sampling : DataFrame
        quantity, cost_per_sample, fixed_cost, max_samples, site, species.
    isotopes, traps, oxygen, fouling, budget, sediment, endmembers, air_sea : DataFrame
        What ``read_...`` of the module of that name in `bayescarbon.study` returns (`endmembers` stands in
        `study.sediment`). Species are accepted names with their group beside them, season is "" or one of the four,
        numbers are in the units of `study.measured`, NaN where not given.
    warnings : tuple of Problem
        What was odd but is used.
    inputs : dict of str to str
        SHA-256 of each file read.
    """

    title: str
    path: Path
    headline_framework: str
    headline_rule: str
    rules: tuple[str, ...]
    own_rules: dict[str, Rule]
    fouling_basis: str
    priors: dict[str, StatedPrior]
    currency: Currency | None
    credit_price: CreditPrice | None
    taxa: Taxa
    harvest: pd.DataFrame
    evidence: pd.DataFrame
    water: pd.DataFrame
    economics: pd.DataFrame
    sampling: pd.DataFrame
    isotopes: pd.DataFrame
    traps: pd.DataFrame
    oxygen: pd.DataFrame
    fouling: pd.DataFrame
    budget: pd.DataFrame
    sediment: pd.DataFrame
    endmembers: pd.DataFrame
    air_sea: pd.DataFrame
    warnings: tuple[Problem, ...]
    inputs: dict[str, str]


def read_study(path: str | Path) -> Study:
    """Read and check a study.

    Parameters
    ----------
    path : str or Path
        A folder with ``study.toml`` and CSV files, or an ``.xlsx`` workbook with the same tables as sheets.

    Returns
    -------
    Study
        Every table checked and in canonical units, with the warnings of what is odd but usable.

    Raises
    ------
    StudyError
        If anything is wrong; it carries every problem that was found, not only the first.
    """
    raw = read_raw(path)
    settings, tables, problems, warnings = validate(raw)
    if problems or settings is None:
        raise StudyError(problems)
    return Study(
        title=settings.title,
        path=raw.path,
        headline_framework=settings.headline_framework,
        headline_rule=settings.headline_rule,
        rules=settings.rules,
        own_rules=settings.own_rules,
        fouling_basis=settings.fouling_basis,
        priors=settings.priors,
        currency=settings.currency,
        credit_price=settings.credit_price,
        taxa=settings.taxa,
        harvest=tables["harvest"],
        evidence=tables["evidence"],
        water=tables["water"],
        economics=tables["economics"],
        sampling=tables["sampling"],
        isotopes=tables["isotopes"],
        traps=tables["traps"],
        oxygen=tables["oxygen"],
        fouling=tables["fouling"],
        budget=tables["budget"],
        sediment=tables["sediment"],
        endmembers=tables["endmembers"],
        air_sea=tables["air_sea"],
        warnings=tuple(warnings),
        inputs=raw.inputs,
    )
