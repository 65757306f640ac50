"""Published budgets against posteriors that are known: draws made by hand, and the ledger's own equations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.special import ndtr

from bayescarbon.accounting.ledger import ledger
from bayescarbon.accounting.pools import pools, source_split
from bayescarbon.checks.budgets import (
    IMPLAUSIBLE,
    MOST_DRAWS,
    NOT_COMPARED,
    PLAUSIBLE,
    STRAINED,
    TABLE,
    Budget,
    Statement,
    animal,
    budget_table,
    published_budgets,
    stocks_of,
    tail_probability,
    verdict,
)
from tests.accounting.inputs import point

# One animal: 20 g live, 12 g dry, 10 g shell with 1.2 g C, 2 g tissue with 0.8 g C, and 8 mg C deposited a day.
POINT = {
    "live_weight": 20.0, "dry_fraction": 0.6, "shell_share": 10.0 / 12.0, "shell_carbon": 0.12, "tissue_carbon": 0.4,
    "shell_organic_share": 0.05, "biodeposition_rate": 100.0, "biodeposit_carbon": 0.08, "burial_fraction": 0.25,
    "respiration_ratio": 1.5, "calcification_ratio": 0.6, "alive_to_harvested": 1.25,
}  # fmt: skip
SITED = ("burial_fraction", "calcification_ratio")
OYSTER, CLAM = "Magallana gigas", "Ruditapes philippinarum"


def posterior(stocks: list[tuple[str, str]], draws: int = 4, **changed: object) -> xr.Dataset:
    """Return constant draws of `POINT` along stock or site; `changed` replaces a quantity by values that fit."""
    sites = list(dict.fromkeys(site for _, site in stocks))
    data = {}
    for name, value in POINT.items():
        dim, size = ("site", len(sites)) if name in SITED else ("stock", len(stocks))
        values = np.broadcast_to(changed.get(name, value), (1, draws, size)).astype(float)
        data[name] = (("chain", "draw", dim), values)
    coords = {
        "stock_species": ("stock", np.array([species for species, _ in stocks], dtype=object)),
        "stock_site": ("stock", np.array([site for _, site in stocks], dtype=object)),
        "site": np.array(sites, dtype=object),
    }
    return xr.Dataset(data, coords=coords)


def one(name: str) -> Budget:
    (found,) = [budget for budget in published_budgets() if budget.name == name]
    return found


def said(budget: Budget) -> dict[str, tuple[float, float]]:
    return {f"{s.part} / {s.per}".removesuffix(" / "): (s.low, s.high) for s in budget.statements}


def test_what_was_published() -> None:
    scallop = said(one("Zhikong scallop, 500 days"))
    assert scallop["used"] == (10170, 10170)
    assert scallop["released"][0] == 3110
    assert scallop["harvested / used"][0] == pytest.approx(0.302, abs=5e-4)
    assert scallop["deposited / used"][0] == pytest.approx(0.392, abs=5e-4)
    assert scallop["deposited / harvested"][0] == pytest.approx(3985 / 3075)
    oyster = said(one("Pacific oyster, 360 days"))
    assert oyster["ingested"] == (14968, 14968)
    assert oyster["buried"] == (3322, 3322)
    assert oyster["shell / tissue"][0] == pytest.approx(3600 / 430)
    assert oyster["deposited"] == pytest.approx((0.42 * 14968, 0.48 * 14968))
    # "Buried" is 46 to 53 % of the faeces.
    assert oyster["buried / deposited"] == pytest.approx((0.46, 0.53), abs=0.005)
    clam = said(one("Manila clam, 730 days"))
    assert clam["harvested"][0] == pytest.approx(440.2, abs=0.1)
    assert clam["deposited / harvested"][0] == pytest.approx(3.47, abs=0.005)
    assert {budget.species for budget in published_budgets()} == {"Azumapecten farreri", OYSTER, CLAM}


def test_the_bays_totals_and_its_clams_budget_together_imply_how_many_are_alive() -> None:
    # 15 000 : 6000 is 2.5 for the bay; the single clam deposits 3.47 times what it is harvested with in two years.
    slow = said(one("Jiaozhou Bay, clams harvested after two years"))
    fast = said(one("Jiaozhou Bay, all clams harvested every year"))
    assert slow["deposited_by_stock / harvested"] == fast["deposited_by_stock / harvested"] == (2.5, 2.5)
    assert slow["alive"][0] == pytest.approx(2.5 / 3.466, abs=1e-3)
    assert fast["alive"][0] == pytest.approx(2 * 2.5 / 3.466, abs=2e-3)


def test_one_animal_by_hand() -> None:
    parts = animal({name: xr.DataArray(value) for name, value in POINT.items()}, 100.0)
    found = {str(name): value.item() for name, value in parts.items() if name != "alive"}
    carbonate = 0.95 * 1200
    expected = {
        "shell": 1200, "tissue": 800, "harvested": 2000, "deposited": 800, "buried": 200,
        "released": 1.5 * 1200 + 0.6 * carbonate, "used": 2000 + 800 + 1.5 * 1200 + 0.6 * carbonate,
        "ingested": 800 + 60 + 800 + 1800, "deposited_by_stock": 1000,
    }  # fmt: skip
    assert found == pytest.approx(expected)
    assert {parts[name].attrs["units"] for name in found} == {"mg C / ind"}
    assert (parts["alive"].item(), parts["alive"].attrs["units"]) == (1.25, "ind / ind")


def test_one_animal_as_the_ledger_has_it() -> None:
    # A million animals without foulers or seed: t C of the ledger are g C of one.
    farmed = {
        "harvest_t": 20.0,
        "stocked_t": 0.0,
        "individuals": 1e6,
        "cycle_days": 360.0,
        "fouling_ratio": 0.0,
    }
    lines = ledger(point(POINT | farmed))
    parts = animal({name: xr.DataArray(value) for name, value in POINT.items()}, 360.0)
    per_animal = {name: 1e3 * value.item() for name, value in pools(lines).items()}
    assert parts["used"].item() == pytest.approx(per_animal["used"])
    assert parts["harvested"].item() == pytest.approx(per_animal["removed"])
    assert parts["buried"].item() == pytest.approx(per_animal["stored"])
    assert parts["ingested"].item() == pytest.approx(1e3 * source_split(lines)["particulate"].item())


@pytest.mark.parametrize("z", [-2.5, -1.0, 0.3, 1.7])
def test_tail_probability_of_a_normal_posterior(z: float) -> None:
    draws = np.random.default_rng(4).standard_normal(40_000)
    expected = 2 * min(ndtr(z), 1 - ndtr(z))
    value, p = tail_probability(draws, z, z)
    assert value == z
    assert p == pytest.approx(expected, abs=5 * np.sqrt(expected / 40_000))


def test_tail_probability_of_a_range_is_that_of_its_nearest_value() -> None:
    draws = np.arange(1.0, 1000.0)
    assert tail_probability(draws, 400.0, 700.0) == (500.0, 1.0)
    assert tail_probability(draws, 900.0, 950.0) == tail_probability(draws, 900.0, 900.0)
    assert tail_probability(draws, 20.0, 30.0)[0] == 30.0
    # 30 draws of 999 are at most 30: with the value itself 31 of 1000, twice.
    assert tail_probability(draws, 20.0, 30.0)[1] == pytest.approx(0.062)


def test_no_number_of_draws_makes_a_value_impossible() -> None:
    assert tail_probability(np.ones(199), 5.0, 5.0)[1] == pytest.approx(2 / 200)


@pytest.mark.parametrize(
    ("p", "word"),
    [(1.0, PLAUSIBLE), (0.1, PLAUSIBLE), (0.099, STRAINED), (0.01, STRAINED), (0.0099, IMPLAUSIBLE)],
)
def test_words(p: float, word: str) -> None:
    assert verdict(p) == word


def test_the_species_itself_comes_before_the_placeholder_of_its_group() -> None:
    named = posterior([("oyster (unspecified)", "a"), (OYSTER, "b")], live_weight=[10.0, 30.0])
    name, found = stocks_of(named, OYSTER)
    assert name == OYSTER
    assert found["live_weight"].values.ravel().tolist() == [30.0] * 4
    name, found = stocks_of(named.isel(stock=[0]), OYSTER)
    assert name == "oyster (unspecified)"
    assert stocks_of(named, CLAM) is None


def test_each_stock_has_the_burial_of_its_own_site_and_all_are_pooled() -> None:
    stocks = [(OYSTER, "a"), (CLAM, "a"), (OYSTER, "b")]
    draws = posterior(stocks, burial_fraction=[0.1, 0.3])
    _, found = stocks_of(draws, OYSTER)
    np.testing.assert_array_equal(
        found["burial_fraction"].transpose("stock", ...).values[:, 0, 0], [0.1, 0.3]
    )
    statement = Statement("buried", "deposited", 0.1, 0.1)
    table = budget_table(draws, (Budget("x", OYSTER, 10.0, "key", (statement,)),))
    (row,) = table.to_dict("records")
    assert row["n_sites"] == 2
    assert row["median"] == pytest.approx(0.2)
    assert (row["q05"], row["q95"]) == pytest.approx((0.1, 0.3))


def test_many_sites_are_thinned_within_each_of_them() -> None:
    stocks = [(OYSTER, f"s{i}") for i in range(50)]
    _, found = stocks_of(posterior(stocks, draws=2000, live_weight=np.arange(1.0, 51.0)), OYSTER)
    assert found.sizes["stock"] == 50
    assert 0.5 * MOST_DRAWS < found["live_weight"].size <= MOST_DRAWS
    np.testing.assert_array_equal(found["live_weight"].mean(("chain", "draw")), np.arange(1.0, 51.0))
    _, few = stocks_of(posterior(stocks[:20], draws=2000), OYSTER)
    assert few.sizes["draw"] == 2000


def test_the_table_of_a_posterior_made_by_hand() -> None:
    # Burial evenly from 0.001 to 0.999: the quantiles of buried / deposited are the probabilities themselves.
    burial = np.linspace(0.001, 0.999, 999)[None, :, None]
    draws = posterior([(OYSTER, "a")], draws=999, burial_fraction=burial)
    statements = (
        Statement("shell", "", 2400.0, 2400.0),
        Statement("buried", "deposited", 0.97, 0.97),
        Statement("buried", "deposited", 0.4, 0.6),
    )
    table = budget_table(
        draws, (Budget("x", OYSTER, 100.0, "key", statements), Budget("y", CLAM, 1.0, "key", ()))
    )
    assert tuple(table) == TABLE
    shell, buried, within, clam = table.to_dict("records")
    assert (shell["item"], shell["unit"]) == ("shell", "mg C / ind")
    assert (shell["factor"], shell["verdict"]) == (pytest.approx(2.0), IMPLAUSIBLE)
    assert buried["item"] == "buried / deposited"
    assert [buried[q] for q in ("q05", "median", "q95")] == pytest.approx([0.0509, 0.5, 0.9491], abs=1e-4)
    assert buried["p_two_sided"] == pytest.approx(0.062)
    assert buried["verdict"] == STRAINED
    assert (within["p_two_sided"], within["factor"], within["verdict"]) == (
        1.0,
        pytest.approx(1.0),
        PLAUSIBLE,
    )
    assert clam["verdict"] == NOT_COMPARED
    assert (clam["compared_with"], clam["n_sites"]) == ("", 0)
    assert np.isnan(clam["median"])


def test_same_draws_same_table() -> None:
    draws = posterior([(OYSTER, "a"), (CLAM, "b")])
    pd.testing.assert_frame_equal(budget_table(draws), budget_table(draws.copy(deep=True)))
    turned = draws.transpose("draw", "chain", ...)
    pd.testing.assert_frame_equal(budget_table(draws), budget_table(turned))
