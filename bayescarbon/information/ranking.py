"""Which quantities of a study are worth measuring: the table ``measure.csv``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bayescarbon.information.curves import curve, surveys
from bayescarbon.information.perfect_information import evppi
from bayescarbon.information.studies import (
    MOST_DRAWS,
    PLACE,
    StudyDraws,
    label,
    one_thread,
    stored_price,
    stored_sampling,
    study_draws,
)
from bayescarbon.information.surveys import Survey, known_by
from bayescarbon.information.variance import variance_shares
from bayescarbon.information.worth import Terms, cycle_years, make_terms, stated_discount_rate
from bayescarbon.study.rules import Rule

if TYPE_CHECKING:
    import xarray as xr

    from bayescarbon.fit import Fit
    from bayescarbon.study.settings import CreditPrice

MEASURE = (
    "rank", "quantity", "species", "site", "unit", "variance_share", "evppi_credits", "evppi_value", "best_n",
    "evsi_value", "cost", "net_benefit",
)  # fmt: skip
_MIX = "fouler_mix"
#: Standard errors by which a value may be larger than it was found to be.
_ERRORS = 2.0


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
            Share of the variance of the creditable sink (Shapley effect); 0 to 1, they add to one.
        evppi_credits
            Expected value of knowing the quantity exactly, per cycle, in credits, t CO2e: see `Terms.credits`.
        evppi_value
            The same over all cycles, study currency; NaN without a price.
        best_n
            Samples whose value exceeds their cost by most, 0 where none pays; NaN where their cost or the price of a
            credit is not known. Not simulated where even exact knowledge would be worth less than one sample costs.
        evsi_value, cost, net_benefit
            Value of these samples over all cycles, their cost, and the difference, study currency.

    Raises
    ------
    ValueError
        If framework or rule are unknown, or the fit failed its diagnostics and this is not allowed.
    """
    terms = make_terms(
        rule,
        price if price is not None else stored_price(fit),
        cycles,
        stated_discount_rate(fit) if discount_rate is None else discount_rate,
        cycle_years(fit),
    )
    told = study_draws(fit, ledger, framework, most_draws=most_draws, allow_unconverged=allow_unconverged)
    costs = sampling if sampling is not None else stored_sampling(fit)
    known = surveys(told, costs)[0] if costs is not None and not np.isnan(terms.price) else []
    return ranked(told, terms, known, seed)


def ranked(told: StudyDraws, terms: Terms, known: Sequence[Survey], seed: int = 0) -> pd.DataFrame:
    """Return the table of `rank_measurements`.

    Parameters
    ----------
    told : StudyDraws
        The posterior.
    terms : Terms
        What is decided, and what a credit is worth.
    known : sequence of Survey
        Surveys whose cost is known; none where credits have no price.
    seed : int
        Of the simulated data and of the folds.
    """
    table = told.places.copy()
    table["variance_share"] = 0.0
    with one_thread():
        if np.ptp(told.outcome.values) > 0:
            table["variance_share"] = variance_shares(told.outcome, told.parameters, seed=seed)["shapley"]
        found = evppi(told.outcome, told.parameters, p=terms.level, seed=seed, rule=terms.decides)
    table["evppi_credits"] = [terms.credits(loss) for loss in found["evppi"]]
    table["evppi_value"] = [terms.money(credits) for credits in table["evppi_credits"]]
    for name in ("best_n", "evsi_value", "cost", "net_benefit"):
        table[name] = np.nan
    # Samples tell no more than the quantity itself; its value may be off by its error.
    most = found["evppi"] + _ERRORS * found["evppi_se"]
    for survey in known:
        rows = _rows(survey, table)
        about = known_by(told, survey)
        n, value = 0, 0.0
        if len(about) > 1 or any(terms.money(terms.credits(most[name])) > survey.cost(1) for name in about):
            one = curve(told, survey, terms, seed)
            n = one.best(terms)
            value = terms.money(terms.credits(float(one.loss(n))))
        cost = survey.cost(n)
        table.loc[rows, ["best_n", "evsi_value", "cost", "net_benefit"]] = [n, value, cost, value - cost]
    order = ["evppi_credits", "variance_share", *PLACE]
    table = table.sort_values(order, ascending=[False, False, True, True, True], kind="stable")
    table["rank"] = np.arange(1, len(table) + 1)
    return table.reset_index(drop=True)[list(MEASURE)]


def _rows(survey: Survey, table: pd.DataFrame) -> list[str]:
    """Return the rows that a survey belongs to: its quantity, or all shares of a mix; a composite has none."""
    if survey.quantity == _MIX:
        own = table["quantity"].str.startswith(f"{_MIX}[") & (table["site"] == survey.site)
        return [str(name) for name in table.index[own]]
    name = label(survey.quantity, survey.species, survey.site)
    return [name] if name in table.index else []
