"""Offsets: what the equations say at the prior medians, and a posterior that does not depend on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bayescarbon.accounting.instruments import biodeposition_at_size
from bayescarbon.model.build import Specification, model_of, specify
from bayescarbon.model.effects import drawn
from bayescarbon.model.hierarchy import level_effects, node_label
from bayescarbon.model.offsets import Offsets
from bayescarbon.model.seasons import CONTRASTS
from bayescarbon.study import read_study

STUDIES = Path(__file__).resolve().parents[2] / "data" / "studies"
SITE = "biodeposition_rate | scallop | Azumapecten farreri | zhou_thesis_sishili:Sishili Bay"
LENGTH_CM, SUMMER = 4.1, 1


@pytest.fixture(scope="module")
def national() -> Specification:
    return specify(read_study(STUDIES / "national"))


def node(specification: Specification, label: str) -> int:
    layout = specification.layout
    return next(i for i in range(layout.n_nodes) if node_label(layout, i) == label)


def test_size_stands_between_a_rate_and_its_row_as_the_equation_says(national: Specification) -> None:
    """b (1 + beta) (f L^3 / g)^beta: slopes of its logarithm by hand, at the prior medians."""
    layout = national.layout
    found = {layout.keys[at][0]: f for at, f in national.informed.offsets.links[node(national, SITE)].items()}
    middle = {item.name: item.prior.location for item in layout.items}
    beta = np.exp(middle["size_exponent"])
    log_ratio = middle["shape_factor"] + 3.0 * np.log(LENGTH_CM) - middle["live_weight"]
    assert found["shape_factor"] == pytest.approx(beta, abs=1e-6)
    assert found["live_weight"] == pytest.approx(-beta, abs=1e-6)
    assert found["dry_fraction"] == pytest.approx(0.0, abs=1e-9)
    expected = beta * (1.0 / (1.0 + beta) + log_ratio)
    assert found["size_exponent"] == pytest.approx(expected, abs=1e-6)
    # The equation itself, so that the slopes above are those of what the ledger computes.
    means = {name: np.exp(middle[name]) for name in ("biodeposition_rate", "live_weight", "shape_factor")}
    read = biodeposition_at_size(
        means["biodeposition_rate"], means["live_weight"], 0.3, means["shape_factor"], beta, 0.0, LENGTH_CM**3
    )
    by_hand = middle["biodeposition_rate"] + np.log1p(beta) + beta * log_ratio
    assert np.log(read) == pytest.approx(by_hand, abs=1e-12)


def test_a_season_stands_between_a_site_and_its_row(national: Specification) -> None:
    found = national.informed.offsets.contrasts[node(national, SITE)]
    assert {name for _, name in found} == {"biodeposition_rate"}
    np.testing.assert_allclose([found[k, "biodeposition_rate"] for k in range(3)], CONTRASTS[SUMMER])


@pytest.mark.parametrize("study", ["national", "synthetic-bay", "yunxi"])
def test_what_stands_beside_is_known_before(study: str) -> None:
    """No node with an offset has children, follows another, or stands beside one: the sampler visits each once."""
    specification = specify(read_study(STUDIES / study))
    layout, told = specification.layout, specification.informed.offsets
    assert set(told.links) == set(told.contrasts)
    assert told.links
    for lead, others in told.links.items():
        assert lead not in layout.parent
        assert all(other not in told.links and other in specification.informed.nodes for other in others)


def test_slopes_say_nothing_about_a_row_that_sees_one_node_alone(national: Specification) -> None:
    targets, rows = national.observations.targets, national.observations.rows
    simple = rows[rows["target"] < len(targets.node)]
    annual = {targets.node[t] for t in simple["target"] if targets.season[t] < 0}
    others = {targets.node[t] for t in rows["target"] if t < len(targets.node) and targets.season[t] >= 0} | {
        targets.node[part] for parts in targets.parts for part in parts
    }
    assert annual - others
    assert not (annual - others) & set(national.informed.offsets.links)


def test_the_posterior_is_the_same_with_any_offset(national: Specification) -> None:
    """Two parametrisations of one point: the same links and the same density of parameters and rows together."""
    without = replace(national, informed=replace(national.informed, offsets=Offsets()))
    rng = np.random.default_rng(11)
    at = model_of(national).initial_point()
    at = {name: value + 0.3 * rng.standard_normal(np.shape(value)) for name, value in at.items()}
    standard = rng.standard_normal(at["partly_centred"].shape)
    seasons = np.exp(at["season_sd_log__"]) ** (1.0 - national.informed.season_weights)
    contrasts = (at["season_contrast"] * seasons).ravel()
    densities, links = [], []
    for specification in (national, without):
        effects = level_effects(specification.layout, specification.informed)
        zeta = drawn(at["mu"], np.exp(at["level_sd_log__"]), contrasts, standard, effects)
        model = model_of(specification)
        both = model.compile_fn(
            [*model.replace_rvs_by_values([model["eta"]]), model.logp()], mode="FAST_COMPILE"
        )
        eta, density = both(at | {"partly_centred": zeta})
        links.append(eta)
        densities.append(density)
    assert not np.allclose(
        zeta,
        drawn(
            at["mu"],
            np.exp(at["level_sd_log__"]),
            contrasts,
            standard,
            level_effects(national.layout, national.informed),
        ),
    )
    np.testing.assert_allclose(links[0], links[1], rtol=1e-10)
    assert densities[0] == pytest.approx(densities[1], rel=1e-10)
