"""Tables of the checks that every run makes of itself, and what they found in words. Nothing here moves a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bayescarbon.accounting.price import HasEconomics, carbon_price
from bayescarbon.checks.air_sea import air_sea_check, released_per_year
from bayescarbon.checks.annual import per_site_and_year
from bayescarbon.checks.budgets import NOT_COMPARED, budget_table
from bayescarbon.checks.sediment import compare_buried, sediment_sources, sediment_table
from bayescarbon.model.tables import dataset_frame
from bayescarbon.predictive_checks import checks_table
from bayescarbon.report.language import Language
from bayescarbon.report.remarks import (
    air_sea_remarks,
    budget_remarks,
    burial_remarks,
    predictive_remarks,
    sediment_remarks,
)
from bayescarbon.report.sensitivity import headline_outcomes
from bayescarbon.sensitivity import sensitivity_table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_PREDICTED = ("observed_data", "prior_predictive", "posterior_predictive", "leave_one_out")


class Kept(HasEconomics, Protocol):
    """What the checks need of a fit: its groups; a check whose groups are not there is left out."""

    @property
    def data(self) -> xr.DataTree:
        """Everything that the fit kept."""
        ...


@dataclass(frozen=True)
class Checked:
    """What the checks found.

    Attributes
    ----------
    frames : dict of str to DataFrame
        The tables that have content, by name, in the order in which they are written.
    remarks : tuple of (str, str)
        Name of a table and a sentence about what it found.
    """

    frames: dict[str, pd.DataFrame]
    remarks: tuple[tuple[str, str], ...]


def _group(fit: Kept, name: str) -> xr.Dataset | None:
    return fit.data[name].to_dataset() if f"/{name}" in fit.data.groups else None


def _frame(fit: Kept, name: str) -> pd.DataFrame | None:
    group = _group(fit, name)
    return None if group is None else dataset_frame(group)


def sensitivity(fit: Kept, ledger: xr.Dataset, currency: str | None) -> pd.DataFrame | None:
    """Return ``sensitivity.csv``, or None if the fit kept no weights of its priors.

    Parameters
    ----------
    fit : Kept
        The fit.
    ledger : xarray.Dataset
        Its ledger, t C.
    currency : str, optional
        None if the study has no economics, and so no price.
    """
    ratios = _group(fit, "sensitivity")
    if ratios is None:
        return None
    price = None if currency is None else carbon_price(fit, ledger)
    return sensitivity_table(headline_outcomes(ledger, price), ratios["log_ratio"])


def predictive(fit: Kept) -> pd.DataFrame | None:
    """Return ``checks.csv``, or None if the fit has no rows to predict.

    Parameters
    ----------
    fit : Kept
        The fit.
    """
    observed, prior, posterior = (_group(fit, name) for name in _PREDICTED[:3])
    pit = _frame(fit, _PREDICTED[3])
    if observed is None or prior is None or posterior is None or pit is None:
        return None
    return checks_table(observed, prior, posterior, pit)


def checked(
    fit: Kept,
    ledger: xr.Dataset,
    currency: str | None,
    harvest: pd.DataFrame | None,
    *,
    seed: int,
    language: Language = "en",
) -> Checked:
    """Make every check that the fit and the study allow.

    Parameters
    ----------
    fit : Kept
        The fit.
    ledger : xarray.Dataset
        Its ledger, t C.
    currency : str, optional
        Code of the study's currency; None if the study has no economics.
    harvest : DataFrame, optional
        The study's harvest: batch, site, cycle_days and year.
    seed : int
        Of the checks that draw; same seed, same tables.
    language : {"en", "zh"}
        Of the remarks; the tables are the same in both.
    """
    frames: dict[str, pd.DataFrame | None] = {
        "sensitivity": sensitivity(fit, ledger, currency),
        "checks": predictive(fit),
    }
    # First, because what a study cannot tell bears on every number that follows.
    remarks: list[tuple[str, str]] = []
    if _group(fit, "prior") is not None and _group(fit, "observed_data") is not None:
        remarks += [("quantities", said) for said in burial_remarks(fit, language)]
    found = frames["checks"]
    if found is not None:
        remarks += [("checks", said) for said in predictive_remarks(found, language)]
    sediment, endmembers = (_frame(fit, f"study_tables/{name}") for name in ("sediment", "endmembers"))
    if sediment is not None and endmembers is not None:
        sources = sediment_sources(sediment, endmembers, seed=seed)
        frames["sediment_sources"] = sediment_table(sources)
        remarks += [("sediment_sources", said) for said in sediment_remarks(sources, language)]
        if harvest is not None:
            yearly = per_site_and_year(ledger["buried"], harvest)
            frames["sediment_buried"] = compare_buried(sources, yearly, seed=seed)
    fluxes = _frame(fit, "study_tables/air_sea")
    if fluxes is not None and harvest is not None:
        compared = air_sea_check(fluxes, released_per_year(ledger, harvest), seed=seed)
        frames["air_sea"] = compared
        remarks += [("air_sea", said) for said in air_sea_remarks(compared, language)]
    posterior = _group(fit, "posterior")
    if posterior is not None and "stock_species" in posterior.coords:
        budgets = budget_table(posterior)
        if (budgets["verdict"] != NOT_COMPARED).any():
            frames["budgets"] = budgets
            remarks += [("budgets", said) for said in budget_remarks(budgets, language)]
    return Checked(
        {name: frame for name, frame in frames.items() if frame is not None and len(frame)}, tuple(remarks)
    )
