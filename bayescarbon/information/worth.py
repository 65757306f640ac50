"""What information is worth: from the loss of a decision to credits, to money over the cycles that it serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bayescarbon.issuance.families import nominal_level
from bayescarbon.issuance.revenue import price_mean
from bayescarbon.study.rules import Rule, named_rule
from bayescarbon.study.settings import CreditPrice

if TYPE_CHECKING:
    from bayescarbon.fit import Fit

#: Level at which a rule that means no quantile is taken to decide.
LEVEL = 0.10
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Terms:
    """What is decided, and what a better decision earns.

    Attributes
    ----------
    rule : Rule
        By which credits are issued.
    level : float
        p, the level of the quantile that the rule means.
    price : float
        Expected market price of a credit, study currency per t CO2e; NaN where the study states none.
    served : float
        How many times the value of one cycle is earned: cycles, discounted.
    """

    rule: Rule
    level: float
    price: float
    served: float

    def credits(self, loss: float) -> float:
        """Return a saving of loss in credits, t CO2e.

        Parameters
        ----------
        loss : float
            Saved of L_p = (1 - p)(Q - S)+ + p(S - Q)+, t CO2e.

        Notes
        -----
        L_p counts a tonne that was not credited as p. It is one credit, so a unit of loss is 1 / p credits, and a
        tonne credited too much costs (1 - p) / p of them. That is the scale on which the p-quantile is what a farm
        issues that is paid the price for each credit and pays 1 / p times the price for each that is not there.
        """
        return loss / self.level

    @property
    def decides(self) -> Rule | None:
        """The rule as the estimators take it: None for the quantile at `level`, which they issue unless told."""
        return None if self.rule.family == "quantile" else self.rule

    def money(self, credits: float) -> float:
        """Return what credits freed in every cycle are worth, study currency; NaN without a price."""
        return credits * self.price * self.served


def make_terms(
    rule: Rule | str,
    price: CreditPrice | None,
    cycles: int = 1,
    discount_rate: float = 0.0,
    years: float = 1.0,
) -> Terms:
    """Return the terms of a decision.

    Parameters
    ----------
    rule : Rule or str
        By which credits are issued; a name of a rule that ships.
    price : CreditPrice, optional
        Market price of a credit.
    cycles : int
        Cycles that a measurement serves, from this one on.
    discount_rate : float
        Per year.
    years : float
        Length of a cycle.

    Raises
    ------
    ValueError
        If the rule is unknown or has no formula, cycles are fewer than one, or the rate or the length is not sensible.
    """
    if cycles < 1 or int(cycles) != cycles:
        raise ValueError(f"cycles is {cycles!r}; a measurement serves 1 cycle or more")
    if not 0.0 <= discount_rate < 1.0:
        raise ValueError(f"discount_rate is {discount_rate!r}; write 5 % per year as 0.05")
    if not years > 0.0:
        raise ValueError(f"years is {years!r}; a cycle is longer than that")
    known = named_rule(rule) if isinstance(rule, str) else rule
    level = nominal_level(known)
    # The credits of this cycle are issued now, those of the next one cycle later.
    served = float(np.sum((1.0 + discount_rate) ** (-years * np.arange(cycles))))
    return Terms(
        known, LEVEL if level is None else level, np.nan if price is None else price_mean(price), served
    )


def cycle_years(fit: Fit) -> float:
    """Return the mean length of the cycles of a study, years.

    Parameters
    ----------
    fit : Fit
        The fit.
    """
    return float(fit.data["constant_data"]["cycle_days"].mean()) / _DAYS_PER_YEAR


def stated_discount_rate(fit: Fit) -> float:
    """Return the mean discount rate that the economics of a study state, per year; 0 where they state none.

    Parameters
    ----------
    fit : Fit
        The fit.
    """
    if "economics" not in fit.data.children:
        return 0.0
    rates = fit.data["economics"].to_dataset()["discount_rate"].values.astype(float)
    return float(np.nanmean(rates)) if np.isfinite(rates).any() else 0.0
