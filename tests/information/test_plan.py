"""Plans under a budget: what fits, what pays, and what surveys that tell the same are worth together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bayescarbon.information.curves import Curve, curve
from bayescarbon.information.plan import Plan, best_plan
from bayescarbon.information.ranking import MEASURE, most_related, ranked
from bayescarbon.information.studies import StudyDraws, label
from bayescarbon.information.surveys import Survey
from bayescarbon.information.worth import Terms, make_terms
from tests.information import closed_forms as exact
from tests.information.constructed import REST, SD, SITE, SPECIES, WEIGHT, farm, left, terms

ANIMALS = Survey("live_weight", SPECIES, SITE, cost_per_sample=10.0, fixed_cost=20.0, most=100)
CORES = Survey("burial_fraction", "", SITE, cost_per_sample=2.0, fixed_cost=10.0, most=50)
IDLE = Survey("dry_fraction", SPECIES, SITE, cost_per_sample=1.0, most=50)


def twin() -> StudyDraws:
    """Return draws in which two quantities are one: samples of either tell the same."""
    told = farm()
    other = label("alive_to_harvested", SPECIES, SITE)
    parameters = told.parameters.assign(**{other: told.parameters[WEIGHT]})
    row = pd.DataFrame(
        {"quantity": ["alive_to_harvested"], "species": [SPECIES], "site": [SITE], "unit": ["ind / ind"]},
        index=[other],
    )
    scatter = told.hierarchy["scatter"]
    both = scatter.isel(scatter_of=[0, 0]).assign_coords(scatter_of=["live_weight", "alive_to_harvested"])
    return replace(
        told,
        parameters=parameters,
        places=pd.concat([told.places, row]),
        hierarchy=both.to_dataset(name="scatter"),
    )


def test_a_plan_spends_no_more_than_there_is() -> None:
    told, meant = farm(), terms()
    before = -1.0
    for budget in (30.0, 100.0, 300.0, 900.0, 1e9):
        found = best_plan(told, [ANIMALS, CORES, IDLE], meant, budget)
        assert found.cost == pytest.approx(sum(item.survey.cost(item.n) for item in found.items))
        assert found.cost <= budget
        assert found.net == pytest.approx(found.value - found.cost)
        assert found.net >= before * 0.98
        before = found.net
        assert found.value == pytest.approx(sum(item.added_value for item in found.items))
        costs, values = zip(*((step.cost, step.value) for step in found.steps), strict=True)
        assert list(costs) == sorted(costs) and list(values) == sorted(values)
        assert costs[-1] == pytest.approx(found.cost)
        assert values[-1] == pytest.approx(found.value, rel=0.02)
        assert "dry_fraction" not in found.table()["quantity"].tolist()
    assert set(found.table()["quantity"]) == {"live_weight", "burial_fraction"}


def test_a_plan_is_worth_the_closed_form() -> None:
    found = best_plan(farm(), [ANIMALS], terms(), 120.0)
    (item,) = found.items
    assert item.n == 10 and found.cost == 120.0
    worth = exact.normal_evppi(SD, left(10), 0.1) / 0.1
    assert abs(found.credits - worth) <= max(0.03 * worth, 2.5 * found.credits_se)
    assert found.value == pytest.approx(found.credits * terms().price)
    freed = exact.normal_gain(SD, left(10), 0.1)
    assert item.freed.expected == pytest.approx(freed, rel=0.15)
    assert item.freed.q05 < item.freed.expected < item.freed.q95
    assert item.worth == pytest.approx(item.freed.expected * terms().price)


def test_surveys_that_tell_the_same_add_little() -> None:
    told, meant = twin(), terms()
    again = replace(ANIMALS, quantity="alive_to_harvested")
    alone = best_plan(told, [ANIMALS], meant, 1e9)
    both = best_plan(told, [ANIMALS, again], meant, 1e9)
    # The price of a second fixed cost buys more samples of the first instead.
    assert len(both.items) == 1
    assert both.net == pytest.approx(alone.net, rel=0.03)
    free = [replace(one, cost_per_sample=0.5, fixed_cost=0.0, most=10) for one in (ANIMALS, again)]
    together = best_plan(told, free, meant, 1e9)
    assert len(together.items) == 2
    first, second = together.items
    # Twenty samples in all, and the second ten add what the closed form says of them.
    gained = exact.normal_evppi(SD, left(20), 0.1) - exact.normal_evppi(SD, left(10), 0.1)
    assert second.added_value == pytest.approx(gained / 0.1 * meant.price, abs=0.15 * first.value)
    assert second.added_value < 0.5 * second.value


@pytest.mark.parametrize(
    ("known", "budget", "reason"),
    [
        ([], 100.0, "unpriced"),
        ([CORES], 11.0, "budget"),
        ([replace(CORES, cost_per_sample=1e6)], 1e9, "nothing_pays"),
        ([IDLE], 0.0, "budget"),
    ],
)
def test_why_there_is_no_plan(known: list[Survey], budget: float, reason: str) -> None:
    found = best_plan(farm(), known, terms(), budget, left_out=["x"])
    assert found == Plan((), budget, 0.0, found.freed, 0.0, 0.0, 0.0, 0.0, reason, ("x",), ())
    assert (found.freed.expected, found.freed.q05, found.freed.q95) == (0.0, 0.0, 0.0)
    assert found.table().empty


def test_budgets_that_are_none() -> None:
    for budget in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="give an amount of money"):
            best_plan(farm(draws=400), [ANIMALS], terms(), budget)
    with pytest.raises(ValueError, match="credit_price"):
        best_plan(farm(draws=400), [ANIMALS], make_terms("posterior_q10", None), 10.0)


def test_ranking() -> None:
    told, meant = farm(), terms()
    found = ranked(told, meant, [ANIMALS, IDLE]).table
    assert tuple(found.columns) == MEASURE
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["quantity"].tolist() == ["live_weight", "burial_fraction", "dry_fraction"]
    assert found["variance_share"].sum() == pytest.approx(1.0)
    first = found.iloc[0]
    exactly = exact.normal_evppi(SD, REST, 0.1) / 0.1
    assert first["evppi_credits"] == pytest.approx(exactly, rel=0.1)
    assert first["evppi_value"] == pytest.approx(first["evppi_credits"] * meant.price)
    assert first["net_benefit"] == pytest.approx(first["evsi_value"] - first["cost"])
    assert first["cost"] == ANIMALS.cost(int(first["best_n"]))
    assert first["evsi_value"] <= first["evppi_value"]
    assert first["best_n"] == curve(told, ANIMALS, meant).best(meant)
    # No cost is known of the second, and the third has nothing to tell.
    asked = ["best_n", "evsi_value", "cost", "net_benefit"]
    assert found.loc[1, asked].isna().all() and (found.loc[2, asked] == 0.0).all()


def test_of_many_quantities_those_are_valued_that_go_with_the_sink(monkeypatch: pytest.MonkeyPatch) -> None:
    told = farm()
    whole = ranked(told, terms(), []).table
    monkeypatch.setattr("bayescarbon.information.ranking.MOST_VALUED", 2)
    found = ranked(told, terms(), [ANIMALS, IDLE]).table
    assert found["quantity"].tolist() == whole["quantity"].tolist()
    assert found["rank"].tolist() == [1, 2, 3]
    assert found.loc[:1, "evppi_credits"].tolist() == whole.loc[:1, "evppi_credits"].tolist()
    assert found.loc[:1, "variance_share"].sum() == pytest.approx(1.0)
    assert found.loc[2, ["variance_share", "evppi_credits", "evppi_value"]].isna().all()


@pytest.mark.parametrize("step", [1, -1])
def test_the_screen_goes_by_ranks_and_not_by_the_order_of_columns(step: int) -> None:
    """Spearman's coefficient asks nothing of scale or sign, and a heavy tail decides nothing."""
    told = farm()
    columns = told.parameters.copy()
    (first,) = most_related(told, 1)
    columns[first] = -np.exp(20 * stats.zscore(columns[first]))
    changed = replace(told, parameters=columns.iloc[:, ::step])
    (found,) = most_related(changed, 1)
    assert found == first
    assert told.places.loc[found, "quantity"] == "live_weight"
    assert most_related(changed, 9) == [str(name) for name in changed.parameters]


def test_what_cannot_pay_is_not_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    told, meant = farm(draws=1000), terms()
    dear = replace(ANIMALS, cost_per_sample=1e6)
    simulated: list[str] = []

    def noted(told: StudyDraws, survey: Survey, terms: Terms, seed: int) -> Curve:
        simulated.append(survey.quantity)
        return curve(told, survey, terms, seed)

    monkeypatch.setattr("bayescarbon.information.ranking.curve", noted)
    found = ranked(told, meant, [dear, CORES]).table.set_index("quantity")
    assert simulated == ["burial_fraction"]
    assert (found.loc["live_weight", ["best_n", "evsi_value", "cost", "net_benefit"]] == 0.0).all()


def test_ranking_without_a_price_or_without_anything_to_decide() -> None:
    told = farm(draws=1000)
    found = ranked(told, make_terms("posterior_q10", None), []).table
    assert found["evppi_credits"].notna().all() and found["evppi_value"].isna().all()
    still = ranked(replace(told, outcome=told.outcome * 0.0), terms(), []).table
    assert (still[["variance_share", "evppi_credits", "evppi_value"]] == 0.0).all(axis=None)
