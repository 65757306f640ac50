"""Tables of what to measure next: every quantity by what knowing it is worth, and the measurements that would pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pandas as pd

from bayescarbon.information.plan import Plan
from bayescarbon.information.verbs import worth_of_measuring

if TYPE_CHECKING:
    import xarray as xr

    from bayescarbon.fit import Fit
    from bayescarbon.report.checks import Kept
    from bayescarbon.report.issuance import Creditable, CreditTerms

MEASURE_PLAN = (
    "quantity", "species", "site", "kind", "n", "cost", "credits_freed", "credits_freed_q05", "credits_freed_q95",
    "unit", "worth", "evsi_credits", "evsi_value", "added_value", "added_net", "currency",
)  # fmt: skip
MEASURE_BUDGET = ("quantity", "species", "site", "n", "total_cost", "total_value", "total_net", "currency")
UNIT = "t CO2e"
#: Half as many draws as the verbs take, so that a run waits seconds for these tables; errors are 1.4 times larger.
DRAWS = 2000


def measured(
    fit: Kept,
    ledger: xr.Dataset,
    framework: str,
    terms: CreditTerms | None,
    *,
    seed: int,
    allow_unconverged: bool = False,
) -> dict[str, pd.DataFrame]:
    """Return ``measure``, and ``measure_plan`` and ``measure_budget`` where a measurement pays.

    Parameters
    ----------
    fit : Kept
        The fit.
    ledger : Dataset
        Its ledger, t C.
    framework : str
        The headline framework.
    terms : CreditTerms, optional
        Rule and market price. Without them nothing is credited, so nothing is decided.
    seed : int
        Of the simulated data.
    allow_unconverged : bool
        Value the draws of a fit that failed its diagnostics too.

    Returns
    -------
    dict of str to DataFrame
        Nothing where nothing may be credited, or the fit kept no posterior.
    """
    may = cast("Creditable", fit).diagnostics.passed or allow_unconverged
    if terms is None or not may or "/posterior" not in fit.data.groups:
        return {}
    found = worth_of_measuring(
        cast("Fit", fit),
        ledger,
        terms.rule,
        framework,
        price=terms.price,
        most_draws=DRAWS,
        seed=seed,
        allow_unconverged=allow_unconverged,
    )
    frames = {"measure": found.table}
    if found.plan is not None and found.plan.items and terms.price is not None:
        frames |= plan_tables(found.plan, terms.price.unit.split("/")[0].strip())
    return frames


def plan_tables(plan: Plan, currency: str) -> dict[str, pd.DataFrame]:
    """Return a plan as tables: its measurements, and its value against its cost.

    Parameters
    ----------
    plan : Plan
        The plan.
    currency : str
        Code of the study's currency.
    """
    items = plan.table().assign(unit=UNIT, currency=currency)
    steps = [
        (step.survey.quantity, step.survey.species, step.survey.site, step.n, step.cost, step.value,
         step.value - step.cost, currency)
        for step in plan.steps
    ]  # fmt: skip
    return {
        "measure_plan": items[list(MEASURE_PLAN)],
        "measure_budget": pd.DataFrame(steps, columns=list(MEASURE_BUDGET)),
    }
