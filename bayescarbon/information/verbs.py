"""Information of a fitted study: which quantities to measure, what samples would be worth, what to do with a budget.

Which framework counts has no value of information: it is chosen, and no data change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bayescarbon.errors import suggest
from bayescarbon.evidence.quantities import composites, quantities
from bayescarbon.information.curves import GRID, curve, surveys
from bayescarbon.information.plan import Plan, best_plan
from bayescarbon.information.ranking import ranked
from bayescarbon.information.studies import (
    MOST_DRAWS,
    StudyDraws,
    stored_price,
    stored_sampling,
    study_draws,
)
from bayescarbon.information.surveys import Survey
from bayescarbon.information.worth import Terms, cycle_years, make_terms, stated_discount_rate
from bayescarbon.study.rules import Rule

if TYPE_CHECKING:
    import xarray as xr

    from bayescarbon.fit import Fit
    from bayescarbon.study.settings import CreditPrice

#: Of a table that states one survey: what its costs do not matter for.
_FREE = {"cost_per_sample": 0.0, "fixed_cost": 0.0, "max_samples": np.nan}


@dataclass(frozen=True)
class _Asked:
    """What is known before anything is measured."""

    told: StudyDraws
    terms: Terms


@dataclass(frozen=True)
class Worth:
    """What measuring is worth in a study.

    Attributes
    ----------
    table : DataFrame
        As `rank_measurements` returns it.
    plan : Plan or None
        What to do with a budget that is no limit; None where costs or the price of a credit are not stated.
    """

    table: pd.DataFrame
    plan: Plan | None


def _read(
    fit: Fit,
    ledger: xr.Dataset,
    rule: str | Rule,
    framework: str,
    price: CreditPrice | None,
    cycles: int,
    discount_rate: float | None,
    most_draws: int,
    allow_unconverged: bool,
) -> _Asked:
    terms = make_terms(
        rule,
        price if price is not None else stored_price(fit),
        cycles,
        stated_discount_rate(fit) if discount_rate is None else discount_rate,
        cycle_years(fit),
    )
    told = study_draws(fit, ledger, framework, most_draws=most_draws, allow_unconverged=allow_unconverged)
    return _Asked(told, terms)


def rank_measurements(
    fit: Fit,
    ledger: xr.Dataset,
    rule: str | Rule = "posterior_q10",
    framework: str = "improved_stock_change",
    *,
    sampling: pd.DataFrame | None = None,
    price: CreditPrice | None = None,
    cycles: int = 1,
    discount_rate: float | None = None,
    most_draws: int = MOST_DRAWS,
    seed: int = 0,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """Rank the quantities of a study by what knowing each would be worth before credits are issued.

    Parameters
    ----------
    fit : Fit
        The posterior.
    ledger : Dataset
        Made from it by `account`, t C, dims batch, chain and draw.
    rule : str or Rule
        By which credits are issued.
    framework : str
        Which lines of the ledger count.
    sampling : DataFrame, optional
        What samples cost, as in the study's table; by default that of the fit.
    price : CreditPrice, optional
        Market price of a credit; by default that of the fit.
    cycles : int
        Cycles that a measurement serves.
    discount_rate : float, optional
        Per year; by default that of the study's economics, else 0.
    most_draws : int
        Draws used.
    seed : int
        Of the simulated data and of the folds of the regressions.
    allow_unconverged : bool
        Whether a fit that failed its diagnostics may be read.

    Returns
    -------
    DataFrame
        One row per quantity and place, the most valuable first:

        variance_share
            Share of the variance of the creditable sink (Shapley effect), draws beyond its central 99 % moved to its
            ends; 0 to 1, they add to one.
        evppi_credits
            Expected value of knowing the quantity exactly, per cycle, in credits, t CO2e: see `Terms.credits`.
        evppi_value
            The same over all cycles, study currency; NaN without a price.
        best_n
            Samples whose value exceeds their cost by most, 0 where none pays; NaN where their cost or the price of a
            credit is not known. Not simulated where even exact knowledge would be worth less than one sample costs.
        evsi_value, cost, net_benefit
            Value of these samples over all cycles, their cost, and the difference, study currency.

        Of more than 300 quantities and places, the 300 whose ranks go with the sink most closely are valued; the others
        stand last, without shares and values.

    Raises
    ------
    ValueError
        If framework or rule are unknown, or the fit failed its diagnostics and this is not allowed.
    """
    asked = _read(fit, ledger, rule, framework, price, cycles, discount_rate, most_draws, allow_unconverged)
    return ranked(asked.told, asked.terms, _affordable(fit, asked, sampling), seed).table


def _affordable(fit: Fit, asked: _Asked, sampling: pd.DataFrame | None) -> list[Survey]:
    costs = sampling if sampling is not None else stored_sampling(fit)
    if costs is None or np.isnan(asked.terms.price):
        return []
    return surveys(asked.told, costs)[0]


def worth_of_measuring(
    fit: Fit,
    ledger: xr.Dataset,
    rule: str | Rule,
    framework: str,
    *,
    price: CreditPrice | None = None,
    most_draws: int = MOST_DRAWS,
    seed: int = 0,
    allow_unconverged: bool = False,
) -> Worth:
    """Return the ranking of a study and a plan without a limit, from the same simulated surveys, for one cycle.

    Parameters
    ----------
    fit : Fit
        The posterior.
    ledger : Dataset
        Made from it by `account`, t C, dims batch, chain and draw.
    rule, framework, price, most_draws, seed, allow_unconverged
        As in `rank_measurements`.

    Raises
    ------
    ValueError
        As in `rank_measurements`.
    """
    asked = _read(fit, ledger, rule, framework, price, 1, None, most_draws, allow_unconverged)
    known = _affordable(fit, asked, None)
    found = ranked(asked.told, asked.terms, known, seed)
    if not known:
        return Worth(found.table, None)
    alone = [one for one in found.curves if one.best(asked.terms)]
    limit = sum(one.survey.cost(one.survey.most) for one in alone)
    worth = best_plan(asked.told, [one.survey for one in alone], asked.terms, limit, seed, curves=alone)
    return Worth(found.table, worth)


def study_evsi(
    fit: Fit,
    ledger: xr.Dataset,
    quantity: str,
    n: Sequence[int] = GRID,
    rule: str | Rule = "posterior_q10",
    framework: str = "improved_stock_change",
    *,
    species: str = "",
    site: str = "",
    price: CreditPrice | None = None,
    cycles: int = 1,
    discount_rate: float | None = None,
    most_draws: int = MOST_DRAWS,
    seed: int = 0,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """Return what n samples of a quantity would be worth, simulated by the measurement model of their table.

    Parameters
    ----------
    fit : Fit
        The posterior.
    ledger : Dataset
        Made from it by `account`, t C, dims batch, chain and draw.
    quantity : str
        What is sampled, a quantity or a composite of ``evidence``. Samples of `burial_fraction` are cores, of
        `oxygen_visible_share` incubations, of `respired_shell_fraction` shells for isotopes, of `biodeposition_rate`
        pairs of traps, of `fouling_ratio` and `fouler_mix` weighed gears.
    n : sequence of int
        Numbers of samples, rising, 1 or more.
    rule, framework
        As in `rank_measurements`.
    species, site : str
        Where; may be left out where the study has one place only.
    price, cycles, discount_rate, most_draws, seed, allow_unconverged
        As in `rank_measurements`.

    Returns
    -------
    DataFrame
        Indexed by n: evsi, evsi_se, issuance_gain, issuance_gain_se and residual_check as in `evsi`, t CO2e per cycle;
        evsi_credits, t CO2e per cycle; evsi_value over all cycles, study currency, NaN without a price.

    Raises
    ------
    ValueError
        If the quantity is unknown, cannot be sampled or does not vary at this place, or as in `rank_measurements`.
    """
    asked = _read(fit, ledger, rule, framework, price, cycles, discount_rate, most_draws, allow_unconverged)
    survey = _one_survey(asked.told, quantity, species, site)
    table = curve(asked.told, survey, asked.terms, seed, grid=n).table
    table["evsi_credits"] = [asked.terms.credits(loss) for loss in table["evsi"]]
    table["evsi_value"] = [asked.terms.money(credits) for credits in table["evsi_credits"]]
    return table.rename_axis("n")


def _one_survey(told: StudyDraws, quantity: str, species: str, site: str) -> Survey:
    known = [*quantities(), *composites()]
    if quantity not in known:
        raise ValueError(f"quantity: there is none called {quantity!r}.{suggest(quantity, known)}")
    row = pd.DataFrame([{"quantity": quantity, "species": species, "site": site} | _FREE])
    found, _ = surveys(told, row)
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValueError(
            f"quantity: samples of {quantity!r} cannot be simulated here: it has no model of single samples, or it "
            f"does not vary at species {species!r}, site {site!r}"
        )
    places = ", ".join(repr((one.species, one.site)) for one in found)
    raise ValueError(f"quantity: say at which species and site {quantity!r} is sampled: one of {places}")


def plan_measurements(
    fit: Fit,
    ledger: xr.Dataset,
    budget: float,
    rule: str | Rule = "posterior_q10",
    framework: str = "improved_stock_change",
    *,
    sampling: pd.DataFrame | None = None,
    price: CreditPrice | None = None,
    cycles: int = 1,
    discount_rate: float | None = None,
    most_draws: int = MOST_DRAWS,
    seed: int = 0,
    allow_unconverged: bool = False,
) -> Plan:
    """Return which surveys to make under a budget, and how many samples each.

    Parameters
    ----------
    fit : Fit
        The posterior.
    ledger : Dataset
        Made from it by `account`, t C, dims batch, chain and draw.
    budget : float
        Study currency, 0 or more.
    rule : str or Rule
        By which credits are issued.
    framework : str
        Which lines of the ledger count.
    sampling : DataFrame, optional
        What samples cost; by default that of the fit.
    price : CreditPrice, optional
        Market price of a credit; by default that of the fit.
    cycles : int
        Cycles that a measurement serves.
    discount_rate : float, optional
        Per year; by default that of the study's economics, else 0.
    most_draws : int
        Draws used.
    seed : int
        Of the simulated data and of the folds of the regressions.
    allow_unconverged : bool
        Whether a fit that failed its diagnostics may be read.

    Returns
    -------
    Plan
        Which never costs more than the budget. Without a table of costs it is empty and says so.

    Raises
    ------
    ValueError
        If the budget is negative, credits have no price, or as in `rank_measurements`.
    """
    asked = _read(fit, ledger, rule, framework, price, cycles, discount_rate, most_draws, allow_unconverged)
    costs = sampling if sampling is not None else stored_sampling(fit)
    known, left_out = surveys(asked.told, costs) if costs is not None else ([], [])
    return best_plan(asked.told, known, asked.terms, budget, seed, left_out=left_out)
