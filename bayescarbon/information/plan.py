"""Which surveys to make under a budget, and how many samples each: a joint plan.

Samples are bought step by step: of all next steps, from the present number of samples of a survey to any larger round
one, the one with the largest net benefit per cost, as long as it pays and the budget lasts. What a step adds is
the value of all data together less that of the data bought so far, because surveys tell partly the same. A step is
valued again beside what was bought since it was last valued, and taken only if it is still the best (lazy greedy,
Minoux 1978: a survey seldom gains by what others tell). Which step of a survey comes next is read off its own curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from bayescarbon.information.curves import Curve, curve, grid_to, offered
from bayescarbon.information.outlook import Outlook, outlook
from bayescarbon.information.sample_information import evsi
from bayescarbon.information.studies import StudyDraws
from bayescarbon.information.surveys import Survey, simulated
from bayescarbon.information.worth import Terms

COLUMNS = (
    "survey", "kind", "quantity", "species", "site", "n", "cost", "credits_freed", "credits_freed_q05",
    "credits_freed_q95", "worth", "evsi_credits", "evsi_value", "added_value", "added_net",
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A survey of a plan.

    Attributes
    ----------
    survey : Survey
        The survey.
    n : int
        Samples.
    cost : float
        Study currency.
    freed : Outlook
        Credits per cycle that this survey would free if it were the only one, t CO2e.
    worth : float
        What these credits earn over all cycles, study currency.
    credits : float
        EVSI of this survey alone, in credits per cycle.
    value : float
        The same over all cycles, study currency.
    added_value, added_net : float
        What it adds to the surveys before it, study currency; net of its cost.
    """

    survey: Survey
    n: int
    cost: float
    freed: Outlook
    worth: float
    credits: float
    value: float
    added_value: float
    added_net: float

    def record(self) -> dict[str, object]:
        """Return the item as a row of a table."""
        told = (
            self.survey.name, self.survey.kind, self.survey.quantity, self.survey.species, self.survey.site, self.n,
            self.cost, self.freed.expected, self.freed.q05, self.freed.q95, self.worth, self.credits, self.value,
            self.added_value, self.added_net,
        )  # fmt: skip
        return dict(zip(COLUMNS, told, strict=True))


@dataclass(frozen=True)
class Step:
    """A purchase on the way to a plan: what smaller budgets buy.

    Attributes
    ----------
    survey : Survey
        The survey of which samples are bought.
    n : int
        Its samples from then on.
    cost, value : float
        Of everything bought by then, study currency; the value over all cycles.
    """

    survey: Survey
    n: int
    cost: float
    value: float


@dataclass(frozen=True)
class Plan:
    """Surveys to make under a budget, the most useful first.

    Attributes
    ----------
    items : tuple of Item
        Surveys; none where none pays.
    budget, cost : float
        What could be spent, and what is, study currency.
    freed : Outlook
        Credits per cycle that all of them together would free, t CO2e.
    credits, credits_se : float
        EVSI of all of them together, in credits per cycle, and its standard error.
    value, net : float
        The same over all cycles, study currency, and less the cost.
    reason : str
        Why there are no items: ``unpriced`` (no cost of sampling is known), ``budget`` (no survey can be paid for),
        ``nothing_pays``; else empty.
    left_out : tuple of str
        Quantities with a cost that could not be planned for.
    steps : tuple of Step
        How it was bought: value against budget.
    """

    items: tuple[Item, ...]
    budget: float
    cost: float
    freed: Outlook
    credits: float
    credits_se: float
    value: float
    net: float
    reason: str
    left_out: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()

    def table(self) -> pd.DataFrame:
        """Return one row per item."""
        return pd.DataFrame([item.record() for item in self.items], columns=list(COLUMNS))


def best_plan(
    told: StudyDraws,
    known: Sequence[Survey],
    terms: Terms,
    budget: float,
    seed: int = 0,
    *,
    curves: Sequence[Curve] | None = None,
    left_out: Sequence[str] = (),
) -> Plan:
    """Return which surveys to make under a budget.

    Parameters
    ----------
    told : StudyDraws
        The posterior before any of them.
    known : sequence of Survey
        Surveys whose cost is known.
    terms : Terms
        What is decided and what a credit is worth; it has a price.
    budget : float
        Study currency, 0 or more.
    seed : int
        Of the simulated data.
    curves : sequence of Curve, optional
        Of the surveys alone, in their order, where they have been computed.
    left_out : sequence of str
        Passed on.

    Returns
    -------
    Plan
        Which never costs more than the budget.

    Raises
    ------
    ValueError
        If the budget is negative or not finite, or credits have no price.
    """
    if not 0.0 <= budget < np.inf:
        raise ValueError(f"budget is {budget!r}; give an amount of money, 0 or more")
    if np.isnan(terms.price):
        raise ValueError(
            "a plan weighs costs against credits, which need a price: state [credit_price] in the study"
        )
    if not known:
        return _empty(budget, "unpriced", left_out)
    if min(survey.cost(1) for survey in known) > budget:
        return _empty(budget, "budget", left_out)
    alone = list(curves) if curves is not None else [curve(told, survey, terms, seed) for survey in known]
    chosen, steps = _bought(told, alone, terms, budget, seed)
    if not chosen:
        return _empty(budget, "nothing_pays", left_out)
    found = _described(told, alone, chosen, terms, budget, seed, left_out)
    return replace(found, steps=tuple(steps))


def _empty(budget: float, reason: str, left_out: Sequence[str]) -> Plan:
    return Plan((), budget, 0.0, Outlook(0.0, 0.0, 0.0), 0.0, 0.0, 0.0, 0.0, reason, tuple(left_out))


@dataclass
class _Offer:
    """The next step of a survey.

    Attributes
    ----------
    ratio : float
        Net benefit per cost; 0 where no step pays.
    n : int
        Samples after it.
    share : float
        What its data add beside those bought, as a share of what they would add alone; of the last time it was valued.
    stage : int
        Number of steps that had been bought by then.
    """

    ratio: float
    n: int
    share: float
    stage: int


def _bought(
    told: StudyDraws, alone: Sequence[Curve], terms: Terms, budget: float, seed: int
) -> tuple[dict[int, int], list[Step]]:
    """Return the samples of each survey that is made, in the order in which they were first bought, and the steps."""
    chosen: dict[int, int] = {}
    steps: list[Step] = []
    reached, left, stage = 0.0, budget, 0
    offers = [_offer(one, 0, _Offer(0.0, 0, 1.0, 0), terms, left) for one in alone]
    while True:
        best = max(range(len(offers)), key=lambda i: offers[i].ratio)
        offer, survey, present = offers[best], alone[best].survey, chosen.get(best, 0)
        if offer.ratio <= 0.0:
            return chosen, steps
        step = survey.cost(offer.n) - survey.cost(present)
        if step > left:
            offers[best] = _offer(alone[best], present, offer, terms, left)
            continue
        if offer.stage < stage or not stage:
            rival = max((one.ratio for i, one in enumerate(offers) if i != best), default=0.0)
            offer.n = _as_far_as(alone[best], offer, rival, terms, left + survey.cost(present))
            step = survey.cost(offer.n) - survey.cost(present)
        together = float(alone[best].loss(offer.n))
        if chosen and set(chosen) != {best}:
            data = [_data(told, alone[i].survey, n, seed) for i, n in chosen.items() if i != best]
            data.append(_data(told, survey, offer.n, seed))
            joint = pd.concat(data, axis=1)
            table = evsi(told.outcome, {0: joint}, p=terms.level, rule=terms.decides, seed=seed)
            together = max(float(table["evsi"].iloc[0]), reached)
        if offer.stage < stage:
            by_itself = float(alone[best].loss(offer.n) - alone[best].loss(present))
            share = (together - reached) / by_itself if by_itself > 0 else 0.0
            ratio = _ratio(terms, together - reached, step)
            offers[best] = _Offer(ratio, offer.n, share, stage)
            if ratio < max(one.ratio for one in offers) or ratio <= 0.0:
                continue
        left -= step
        reached, chosen[best] = together, offer.n
        stage += 1
        steps.append(Step(survey, offer.n, budget - left, terms.money(terms.credits(reached))))
        offers[best] = _offer(alone[best], offer.n, offers[best], terms, left)


def _as_far_as(found: Curve, offer: _Offer, rival: float, terms: Terms, affordable: float) -> int:
    """Return the samples up to which more of them are, by their own curve, better than the next best survey."""
    reached = offer.n
    for n in offered(found.survey.most):
        if n <= offer.n:
            continue
        step = found.survey.cost(n) - found.survey.cost(reached)
        gained = offer.share * float(found.loss(n) - found.loss(reached))
        if found.survey.cost(n) > affordable or _ratio(terms, gained, step) <= max(rival, 0.0):
            break
        reached = n
    return reached


def _ratio(terms: Terms, loss: float, step: float) -> float:
    """Return the net benefit of a step per its cost."""
    gained = terms.money(terms.credits(loss))
    return (gained - step) / step if step > 0 else (np.inf if gained > 0 else 0.0)


def _offer(found: Curve, present: int, last: _Offer, terms: Terms, left: float) -> _Offer:
    """Return the next step of a survey with the largest net benefit per cost that can be paid for."""
    survey, best = found.survey, _Offer(0.0, present, last.share, last.stage)
    for n in offered(survey.most):
        step = survey.cost(n) - survey.cost(present)
        if n > present and step <= left:
            ratio = _ratio(terms, last.share * float(found.loss(n) - found.loss(present)), step)
            if ratio > best.ratio:
                best = _Offer(ratio, n, last.share, last.stage)
    return best


def _data(told: StudyDraws, survey: Survey, n: int, seed: int) -> pd.DataFrame:
    """Return the simulated data of n samples; the first of them are those that its curve was made of."""
    return simulated(told, survey, grid_to(n), seed)[n]


def _described(
    told: StudyDraws,
    alone: Sequence[Curve],
    chosen: dict[int, int],
    terms: Terms,
    budget: float,
    seed: int,
    left_out: Sequence[str],
) -> Plan:
    data = [_data(told, alone[i].survey, n, seed) for i, n in chosen.items()]
    together = {k + 1: pd.concat(data[: k + 1], axis=1) for k in range(len(data))}
    joint = evsi(told.outcome, together, p=terms.level, rule=terms.decides, seed=seed, rising=True)
    items, before = [], 0.0
    for (i, n), one, loss in zip(chosen.items(), data, joint["evsi"], strict=True):
        survey, value = alone[i].survey, terms.money(terms.credits(float(loss)))
        freed = outlook(told, one, terms, expected=float(alone[i].gain(n)), seed=seed)
        credits = terms.credits(float(alone[i].loss(n)))
        items.append(
            Item(
                survey,
                n,
                survey.cost(n),
                freed,
                terms.money(freed.expected),
                credits,
                terms.money(credits),
                value - before,
                value - before - survey.cost(n),
            )
        )
        before = value
    last = joint.iloc[-1]
    cost = sum(item.cost for item in items)
    return Plan(
        tuple(items),
        budget,
        cost,
        outlook(told, together[len(data)], terms, expected=float(last["issuance_gain"]), seed=seed),
        terms.credits(float(last["evsi"])),
        terms.credits(float(last["evsi_se"])),
        before,
        before - cost,
        "",
        tuple(left_out),
    )
