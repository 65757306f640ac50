"""Samples of a quantity of a study: their value against closed forms, the best number of them, and their cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bayescarbon.information.curves import Curve, curve, grid_to, surveys
from bayescarbon.information.outlook import outlook
from bayescarbon.information.surveys import Survey, averages, can_be_simulated, known_by, simulated
from bayescarbon.information.worth import make_terms
from tests.information import closed_forms as exact
from tests.information.constructed import (
    NOISE,
    PRICE,
    SD,
    SITE,
    SPECIES,
    WEIGHT,
    costs,
    farm,
    left,
    terms,
)

ANIMALS = Survey("live_weight", SPECIES, SITE, cost_per_sample=10.0, fixed_cost=20.0, most=100)


def test_samples_are_worth_what_the_closed_form_says() -> None:
    found = curve(farm(), ANIMALS, terms()).table
    assert tuple(found.index) == grid_to(100)
    for n in found.index:
        worth, gain = exact.normal_evppi(SD, left(n), 0.1), exact.normal_gain(SD, left(n), 0.1)
        row = found.loc[n]
        assert abs(row["evsi"] - worth) <= max(0.03 * worth, 2.5 * row["evsi_se"])
        assert abs(row["issuance_gain"] - gain) <= max(0.03 * gain, 2.5 * row["issuance_gain_se"])
    assert (np.diff(found["evsi"]) >= 0).all()


def test_more_samples_hold_the_fewer() -> None:
    told = farm(draws=8000)
    found = simulated(told, ANIMALS, (2, 8), seed=5)
    first, all_of_them = (found[n].iloc[:, 0].to_numpy() - told.parameters[WEIGHT] for n in (2, 8))
    # Averages over n and m > n of the same samples: variances v / n and v / m, covariance v / m.
    assert np.var(first) == pytest.approx(NOISE**2 / 2, rel=0.06)
    assert np.var(all_of_them) == pytest.approx(NOISE**2 / 8, rel=0.06)
    assert np.cov(first, all_of_them)[0, 1] == pytest.approx(NOISE**2 / 8, rel=0.08)


def test_averages_weigh_by_the_samples_between() -> None:
    asked: list[int] = []

    def draw(m: int) -> np.ndarray:
        asked.append(m)
        return np.array([float(10 * len(asked))])

    found = averages(draw, (1, 3, 4))
    assert asked == [1, 2, 1]
    np.testing.assert_allclose(found[:, 0], [10.0, (10 + 2 * 20) / 3, (10 + 2 * 20 + 30) / 4])


def test_best_number_of_samples() -> None:
    found, meant = curve(farm(), ANIMALS, terms()), terms()
    numbers = np.arange(1, 101)
    money = np.array([exact.normal_evppi(SD, left(n), 0.1) for n in numbers]) / 0.1 * meant.price
    exactly = money - 20.0 - 10.0 * numbers
    n = found.best(meant)
    # The optimum is flat: what is lost by the number that was found is a small part of what is gained.
    assert 1 <= n <= 100 and exactly[n - 1] > 0.97 * exactly.max() > 0
    assert found.best(meant, budget=45.0) == 2
    assert found.best(meant, budget=29.0) == 0
    assert Curve(replace(ANIMALS, cost_per_sample=1e4), found.table).best(meant) == 0


def test_cycles_are_discounted() -> None:
    once, thrice = terms(), terms(cycles=3, discount_rate=0.05, years=2.0)
    assert once.served == 1.0
    assert thrice.served == pytest.approx(1 + 1.05**-2 + 1.05**-4)
    # A unit of loss is 1 / p credits, a credit is worth the mean of the price's distribution.
    assert once.credits(0.5) == pytest.approx(5.0)
    assert thrice.money(once.credits(0.5)) == pytest.approx(5.0 * thrice.price * thrice.served)
    assert 55 < once.price < 65
    assert np.isnan(make_terms("posterior_q10", None).money(1.0))


@pytest.mark.parametrize(
    ("cycles", "rate", "years", "message"),
    [
        (0, 0.0, 1.0, "1 cycle or more"),
        (1.5, 0.0, 1.0, "1 cycle or more"),
        (1, 5.0, 1.0, "write 5 % per year as 0.05"),
        (1, -0.1, 1.0, "0.05"),
        (1, 0.0, 0.0, "longer"),
    ],
)
def test_terms_that_make_no_sense(cycles: int, rate: float, years: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_terms("posterior_q10", PRICE, cycles, rate, years)


def test_rules_decide_at_the_level_that_they_mean() -> None:
    assert make_terms("posterior_q05", PRICE).level == pytest.approx(0.05)
    assert make_terms("posterior_q10", PRICE).decides is None
    # A dead band means no level: the tenth percentile stands in for it.
    stepped = make_terms("vcs_mr24", PRICE)
    assert 0 < stepped.level < 0.5 and stepped.decides is not None


def test_a_grid_must_rise() -> None:
    for grid in ((), (0, 1), (1, 1), (3, 2)):
        with pytest.raises(ValueError, match="rise"):
            simulated(farm(draws=400), ANIMALS, grid, seed=1)


def test_cost_of_nothing_is_nothing() -> None:
    assert [ANIMALS.cost(n) for n in (0, 1, 10)] == [0.0, 30.0, 120.0]


def test_a_row_that_names_a_place_goes_first() -> None:
    told = farm(draws=400)
    table = pd.concat([costs(("live_weight", 5.0, 0.0, np.nan)), costs(("live_weight", 7.0, 1.0, 30.0))])
    table["species"] = ["", SPECIES]
    found, left_out = surveys(told, table.reset_index(drop=True))
    assert found == [Survey("live_weight", SPECIES, SITE, 7.0, 1.0, 30)] and left_out == []
    table["site"] = ["", "elsewhere"]
    assert surveys(told, table)[0] == [Survey("live_weight", SPECIES, SITE, 5.0, 0.0, 100)]


def test_what_cannot_be_planned_for_is_named() -> None:
    # The first has no measurement model for samples, the second does not vary here.
    assert not can_be_simulated("isotope_enrichment")
    table = costs(("isotope_enrichment", 1.0, 0.0, 10.0), ("tissue_carbon", 1.0, 0.0, 10.0))
    assert surveys(farm(draws=400), table) == ([], ["isotope_enrichment", "tissue_carbon"])


def test_samples_tell_of_what_they_are_samples_of() -> None:
    told = farm(draws=400)
    assert known_by(told, ANIMALS) == [WEIGHT]
    assert known_by(told, Survey("burial_fraction", "", SITE)) == [f"burial_fraction | {SITE}"]


def test_what_changes_nothing_is_worth_nothing() -> None:
    found = curve(farm(), Survey("dry_fraction", SPECIES, SITE, most=10), terms()).table
    assert (found["evsi"] <= 2 * found["evsi_se"]).all()
    sure = replace(farm(), outcome=farm().outcome * 0.0 + 5.0)
    assert (curve(sure, ANIMALS, terms()).table[["evsi", "issuance_gain"]] == 0.0).all(axis=None)


def test_the_outlook_covers_what_data_may_show() -> None:
    told, n = farm(), 10
    data = simulated(told, ANIMALS, (n,), seed=2)[n]
    found = outlook(told, data, terms(), expected=1.0)
    z = 1.6448536
    # The issued amount moves with the posterior mean, whose sd is what the data explain, beside the gain.
    explained = np.sqrt(SD**2 - left(n) ** 2)
    gain = exact.normal_gain(SD, left(n), 0.1)
    assert found.expected == 1.0
    assert found.q05 == pytest.approx(gain - z * explained, abs=0.12 * explained)
    assert found.q95 == pytest.approx(gain + z * explained, abs=0.12 * explained)
