"""Which quantities of a study are worth measuring: the table ``measure.csv``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from bayescarbon.information.curves import Curve, curve
from bayescarbon.information.perfect_information import evppi
from bayescarbon.information.studies import PLACE, StudyDraws, label
from bayescarbon.information.surveys import Survey, known_by
from bayescarbon.information.variance import variance_shares
from bayescarbon.information.worth import Terms

MEASURE = (
    "rank", "quantity", "species", "site", "unit", "variance_share", "evppi_credits", "evppi_value", "best_n",
    "evsi_value", "cost", "net_benefit",
)  # fmt: skip
#: Levels of the draws to whose ends those beyond are moved before their variance is shared out.
CENTRAL = (0.005, 0.995)
#: Quantities that are valued; a study of hundreds of sites has thousands, and each takes a tenth of a second.
MOST_VALUED = 300
_MIX = "fouler_mix"
#: Standard errors by which a value may be larger than it was found to be.
_ERRORS = 2.0


@dataclass(frozen=True)
class Ranked:
    """A ranking.

    Attributes
    ----------
    table : DataFrame
        As `rank_measurements` returns it.
    curves : tuple of Curve
        Of the surveys that were simulated.
    """

    table: pd.DataFrame
    curves: tuple[Curve, ...]


def ranked(told: StudyDraws, terms: Terms, known: Sequence[Survey], seed: int = 0) -> Ranked:
    """Return the quantities of a study by what knowing each would be worth before credits are issued.

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

    Returns
    -------
    Ranked
        The table of `rank_measurements`, and what it was read from.
    """
    table = told.places.copy()
    valued = most_related(told, MOST_VALUED)
    table["variance_share"] = np.nan
    table.loc[valued, "variance_share"] = 0.0
    if np.ptp(told.outcome.values) > 0:
        # Within the middle of the draws: of all of them a single one of a heavy tail may be most of the variance.
        middle = told.outcome.clip(*np.quantile(told.outcome.values, CENTRAL))
        shares = variance_shares(middle, told.parameters[valued], seed=seed)
        table.loc[valued, "variance_share"] = shares["shapley"]
    single = {name: (name,) for name in valued}
    sets = single | {f"survey of {survey.name}": tuple(known_by(told, survey)) for survey in known}
    both = evppi(told.outcome, told.parameters, terms.level, sets, seed, terms.decides)
    found, all_told = both.loc[list(single)], both["evppi"] + _ERRORS * both["evppi_se"]
    for name in ("evppi_credits", "evppi_value", "best_n", "evsi_value", "cost", "net_benefit"):
        table[name] = np.nan
    credits = [terms.credits(loss) for loss in found["evppi"]]
    table.loc[valued, "evppi_credits"] = credits
    table.loc[valued, "evppi_value"] = [terms.money(amount) for amount in credits]
    curves = []
    for survey in known:
        rows = _rows(survey, table)
        n, value = 0, 0.0
        # Samples tell no more than exact knowledge of all that they are about.
        most = terms.money(terms.credits(float(all_told[f"survey of {survey.name}"])))
        if most > survey.cost(1):
            one = curve(told, survey, terms, seed)
            curves.append(one)
            n = one.best(terms)
            value = terms.money(terms.credits(float(one.loss(n))))
        cost = survey.cost(n)
        table.loc[rows, ["best_n", "evsi_value", "cost", "net_benefit"]] = [n, value, cost, value - cost]
    order = ["evppi_credits", "variance_share", *PLACE]
    table = table.sort_values(order, ascending=[False, False, True, True, True], kind="stable")
    table["rank"] = np.arange(1, len(table) + 1)
    return Ranked(table.reset_index(drop=True)[list(MEASURE)], tuple(curves))


def most_related(told: StudyDraws, most: int) -> list[str]:
    """Return the quantities whose ranks go with those of the sink most closely (Spearman 1904), in the study's order.

    Parameters
    ----------
    told : StudyDraws
        The posterior.
    most : int
        How many; where there are no more, all.
    """
    names = [str(name) for name in told.parameters]
    if len(names) <= most:
        return names
    standard = stats.zscore(stats.rankdata(told.parameters.to_numpy(), axis=0))
    sink = stats.rankdata(told.outcome.transpose("chain", "draw").values.ravel())
    related = np.abs((sink - sink.mean()) @ standard)
    return [names[j] for j in np.sort(np.argsort(-related, kind="stable")[:most])]


def _rows(survey: Survey, table: pd.DataFrame) -> list[str]:
    """Return the rows that a survey belongs to: its quantity, or all shares of a mix; a composite has none."""
    if survey.quantity == _MIX:
        own = table["quantity"].str.startswith(f"{_MIX}[") & (table["site"] == survey.site)
        return [str(name) for name in table.index[own]]
    name = label(survey.quantity, survey.species, survey.site)
    return [name] if name in table.index else []
