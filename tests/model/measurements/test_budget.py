"""Budgets of animals: Dirichlet about the shares that the accounting gives, held against hand-written equations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from bayescarbon.accounting.seawater import calcification_ratio
from bayescarbon.evidence.quantities import quantities
from bayescarbon.model.build import Specification
from bayescarbon.model.measurements.budget import PARTS, Budgets
from tests.fit.simulated import TRUTH, budget_shares
from tests.fit.worlds import OYSTER, SCALLOP, Row
from tests.model.measurements.support import (
    cell,
    density_of,
    links,
    prior_of,
    slopes_agree,
    specified,
    term_of,
)

CARBON = {
    "A1": (1005.0, 2070.0, 3985.0, 3110.0),
    "A2": (800.0, 1500.0, 6000.0, 2500.0),
    "A3": (430.0, 3600.0, 3322.0, 7616.0),
}
OYSTER_TRUTH = {
    name: TRUTH[name] * factor
    for name, factor in zip(
        ("live_weight", "dry_fraction", "shell_share", "shell_carbon", "tissue_carbon", "shell_organic_share",
         "biodeposition_rate", "biodeposit_carbon", "respiration_ratio", "calcification_ratio"),
        (2.0, 1.1, 1.05, 0.98, 1.1, 0.5, 1.4, 0.8, 0.7, 1.1),
        strict=True,
    )
}  # fmt: skip


def animal(label: str, **other: object) -> Row:
    return {"individual": label, **dict(zip(PARTS, CARBON[label], strict=True)), **other}


ROWS = [
    animal("A1", species=SCALLOP, site="east", cycle_days=500),
    animal("A2", species=SCALLOP, site="east"),
    animal("A3", species=OYSTER, site="west", cycle_days=360),
]
DAYS = {"A1": 500.0, "A2": 300.0, "A3": 360.0}
TRUTHS: dict[str, Mapping[str, float]] = {"A1": TRUTH, "A2": TRUTH, "A3": OYSTER_TRUTH}


@pytest.fixture(scope="module")
def specification(tmp_path_factory: pytest.TempPathFactory) -> Specification:
    return specified(tmp_path_factory.mktemp("budget"), {"budget": ROWS})


@pytest.fixture(scope="module")
def term(specification: Specification) -> Budgets:
    found = term_of(specification, "budget")
    assert isinstance(found, Budgets)
    return found


@pytest.fixture(scope="module")
def eta(specification: Specification, term: Budgets) -> np.ndarray:
    layout = specification.layout
    values: dict[int, float] = {}
    for name in OYSTER_TRUTH:
        east, west = cell(layout, name, "east"), cell(layout, name, "west", "oyster", OYSTER)
        for node, truth in ((east, TRUTH), (west, OYSTER_TRUTH)):
            values[node] = truth[name]
    assert set(term.nodes) == set(values)
    return links(term, layout, values)


def wanted_shares(label: str) -> np.ndarray:
    return budget_shares(TRUTHS[label], DAYS[label])


def test_the_expected_shares_are_those_of_the_ledger(term: Budgets, eta: np.ndarray) -> None:
    carbon = np.stack(term.carbon(eta[None]), axis=-1)[0]
    for one, label in zip(carbon, CARBON, strict=True):
        assert one / one.sum() == pytest.approx(wanted_shares(label), rel=1e-10)
    # And the carbon itself, for one: 40 g live of which 0.55 is dry and 0.85 of that shell of 0.115 carbon.
    assert carbon[0, 1] == pytest.approx(1000 * 40 * 0.55 * 0.85 * 0.115)
    assert carbon[0, 2] == pytest.approx(120 * 0.075 * 500)


@pytest.mark.parametrize("concentration", [3.0, 30.0, 400.0])
def test_shares_are_dirichlet(term: Budgets, eta: np.ndarray, concentration: float) -> None:
    wanted = sum(
        stats.dirichlet.logpdf(np.array(parts) / sum(parts), concentration * wanted_shares(label))
        for label, parts in CARBON.items()
    )
    found = density_of(term)(eta, {"budget_concentration": concentration})[0]
    assert found == pytest.approx(wanted, rel=1e-9)


def test_what_is_assumed_of_the_concentration(term: Budgets) -> None:
    at = np.array([3.0, 30.0, 200.0])
    prior = prior_of(term, "budget_concentration")
    assert [prior(x) for x in at] == pytest.approx(stats.lognorm.logpdf(at, 1.0, scale=30.0))


def test_gradients(term: Budgets, eta: np.ndarray) -> None:
    assert slopes_agree(term, eta, {"budget_concentration": 25.0}) < 1e-6


def test_only_shares_count(
    specification: Specification, eta: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An animal of twice the size with the same shares tells the same."""
    doubled = [row | {part: 2 * row[part] for part in PARTS} for row in ROWS]  # type: ignore[operator]
    other = specified(tmp_path_factory.mktemp("doubled"), {"budget": doubled})
    at = {"budget_concentration": 20.0}
    found = [density_of(term_of(one, "budget"))(eta, at)[0] for one in (specification, other)]
    assert found[0] == pytest.approx(found[1], rel=1e-12)


@pytest.mark.parametrize("concentration", [8.0, 100.0])
def test_simulated_shares_follow_the_density(term: Budgets, eta: np.ndarray, concentration: float) -> None:
    size = 10_000
    found = term.simulate(
        np.tile(eta, (size, 1)),
        {"budget_concentration": np.full(size, concentration)},
        np.random.default_rng(8),
    )
    assert set(found) == {"budget_shares"}
    shares = found["budget_shares"]
    assert shares.sum(axis=-1) == pytest.approx(1)
    for i, label in enumerate(CARBON):
        alpha = concentration * wanted_shares(label)
        assert shares[:, i].mean(axis=0) == pytest.approx(alpha / concentration, abs=0.01)
        for part, a in enumerate(alpha):
            assert stats.kstest(shares[:, i, part], stats.beta(a, concentration - a).cdf).pvalue > 1e-3


def test_animals_of_one_place_share_their_cells(specification: Specification, term: Budgets) -> None:
    assert np.array_equal(term.part[:, 0], term.part[:, 1])
    # psi has one value per site, the others one per species and site: none of them is common to both sites.
    assert not set(term.part[:, 0]) & set(term.part[:, 2])
    assert term.days.tolist() == list(DAYS.values())
    told = term.bears_on.value_counts(["quantity", "species", "site"])
    assert told["respiration_ratio", SCALLOP, "east"] == 2
    assert told["respiration_ratio", OYSTER, "west"] == 1


def test_every_quantity_is_read_on_its_own_scale(specification: Specification, term: Budgets) -> None:
    """Moving a link by 0.7 shows what the term takes a quantity for."""
    layout = specification.layout
    still = np.stack(term.carbon(np.zeros((1, len(term.nodes)))))[:, 0, 0]
    ratios = {"fraction": expit(0.7) / expit(0.0), "positive": np.exp(0.7)}
    # Which part of the budget is proportional to the quantity.
    parts = {"live_weight": 0, "dry_fraction": 1, "shell_share": 1, "shell_carbon": 1, "tissue_carbon": 0,
             "biodeposition_rate": 2, "biodeposit_carbon": 2}  # fmt: skip
    for place in term.part[:, 0]:
        name = layout.items[layout.item[term.nodes[place]]].name
        links = np.zeros((1, len(term.nodes)))
        links[0, place] = 0.7
        moved = np.stack(term.carbon(links))[:, 0, 0]
        if name in parts:
            part = parts.pop(name)
            assert moved[part] / still[part] == pytest.approx(ratios[quantities()[name].support]), name
        else:
            assert name in ("shell_organic_share", "respiration_ratio", "calcification_ratio")
            assert (moved == still).tolist() == [True, True, True, False], name
    assert not parts


def test_where_the_water_gives_psi_a_budget_is_read_with_it(tmp_path: Path, eta: np.ndarray) -> None:
    """The account takes psi from a site's water, so rho is told apart from psi at that psi and no other."""
    water = {"site": "east", "temperature_c": 8, "salinity": 32, "alkalinity_umol_kg": 2300, "pco2_uatm": 380}
    other = {**water, "temperature_c": 12, "pco2_uatm": 420}
    specification = specified(tmp_path, {"budget": ROWS, "water": [water, other]})
    term = term_of(specification, "budget")
    assert isinstance(term, Budgets)
    psi = float(calcification_ratio(10.0, 32.0, 2300.0, 400.0))
    assert abs(psi - TRUTH["calcification_ratio"]) > 0.03
    truths = {
        "A1": {**TRUTH, "calcification_ratio": psi},
        "A2": {**TRUTH, "calcification_ratio": psi},
        "A3": OYSTER_TRUTH,
    }
    wanted = sum(
        stats.dirichlet.logpdf(np.array(parts) / sum(parts), 30.0 * budget_shares(truths[label], DAYS[label]))
        for label, parts in CARBON.items()
    )
    density = density_of(term)(eta, {"budget_concentration": 30.0})[0]
    assert density == pytest.approx(wanted, rel=1e-9)
    assert slopes_agree(term, eta, {"budget_concentration": 25.0}) < 1e-6
    simulated = np.stack(term.carbon(eta[None]), axis=-1)[0]
    for one, (label, truth) in zip(simulated, truths.items(), strict=True):
        assert one / one.sum() == pytest.approx(budget_shares(truth, DAYS[label]), rel=1e-10)
    # Where psi is known from elsewhere, the budget neither informs it nor counts as a row on it.
    ratio = list(term.nodes).index(cell(specification.layout, "calcification_ratio", "east"))
    assert term.information[ratio] == 0.0
    told = term.bears_on[term.bears_on["quantity"] == "calcification_ratio"]
    assert told["site"].tolist() == ["west"]
