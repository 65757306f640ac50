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


def test_the_offset_is_what_a_row_reads_beside_its_node(national: Specification) -> None:
    """Within a tenth of the prior medians the offset follows log of (1 + beta) (f L^3 / g)^beta and season exactly.

    The remainder is of third order: 0.1^3 times coefficients of about one.
    """
    layout, lead = national.layout, node(national, SITE)
    rng = np.random.default_rng(5)
    terms = national.informed.offsets.terms[lead]
    besides = {one for product in terms for one in product}
    names = {one: layout.keys[one][0] for one in besides if isinstance(one, int)}
    assert set(names.values()) == {"live_weight", "shape_factor", "size_exponent"}
    middle = {name: layout.items[layout.item_index(name)].prior.location for name in names.values()}

    def both(distance: float) -> tuple[float, float]:
        links = {name: middle[name] + distance * rng.choice([-1, 1]) for name in middle}
        contrast = distance * rng.choice([-1, 1], 3)
        at = {one: links[name] for one, name in names.items()}
        at |= {(k, "biodeposition_rate"): contrast[k] for k in range(3)}
        offset = sum(factor * np.prod([at[one] for one in product]) for product, factor in terms.items())
        means = {name: np.exp(value) for name, value in links.items()}
        # The accounting's own equation at a rate of one, in the summer of a year whose mean is one.
        read = biodeposition_at_size(
            1.0, means["live_weight"], 0.3, means["shape_factor"], means["size_exponent"], 0.0, LENGTH_CM**3
        )
        effects = CONTRASTS @ contrast
        return offset, np.log(read) + effects[SUMMER] - np.log(np.exp(effects).mean())

    origin = np.subtract(*both(0.0))  # an offset is known up to a constant
    for _ in range(20):
        assert np.subtract(*both(0.1)) == pytest.approx(origin, abs=2e-3)
    assert max(abs(both(0.1)[1] - both(0.0)[1]) for _ in range(20)) > 0.1


@pytest.mark.parametrize("study", ["national", "synthetic-bay", "yunxi"])
def test_what_stands_beside_is_known_before(study: str) -> None:
    """No node with an offset has children, follows another, or stands beside one: the sampler visits each once."""
    specification = specify(read_study(STUDIES / study))
    layout, offsets = specification.layout, specification.informed.offsets
    told = offsets.terms
    assert told
    for lead, terms in told.items():
        assert lead not in layout.parent
        others = {one for product in terms for one in product if isinstance(one, int)}
        assert all(other not in offsets and other in specification.informed.nodes for other in others)
    assert bool(offsets.lifters) == (study == "synthetic-bay")
    for share, carbon in offsets.lifters.items():
        assert layout.keys[share][0] == "shell_organic_share"
        assert layout.keys[carbon] == ("shell_carbon", *layout.keys[share][1:])
        assert share not in layout.parent
        assert carbon not in offsets and carbon in specification.informed.nodes


def test_slopes_say_nothing_about_a_row_that_sees_one_node_alone(national: Specification) -> None:
    targets, rows = national.observations.targets, national.observations.rows
    simple = rows[rows["target"] < len(targets.node)]
    annual = {targets.node[t] for t in simple["target"] if targets.season[t] < 0}
    others = {targets.node[t] for t in rows["target"] if t < len(targets.node) and targets.season[t] >= 0} | {
        targets.node[part] for parts in targets.parts for part in parts
    }
    assert annual - others
    assert not (annual - others) & set(national.informed.offsets.terms)


@pytest.mark.parametrize("study", ["national", "synthetic-bay"])
def test_the_posterior_is_the_same_with_any_offset(study: str) -> None:
    """Two parametrisations of one point: the same links and the same density of parameters and rows together.

    Of a share that is lifted another variable is sampled, so its density is another by the determinant.
    """
    shifted = specify(read_study(STUDIES / study))
    without = replace(shifted, informed=replace(shifted.informed, offsets=Offsets()))
    rng = np.random.default_rng(11)
    at = model_of(shifted).initial_point()
    at = {name: value + 0.3 * rng.standard_normal(np.shape(value)) for name, value in at.items()}
    standard = rng.standard_normal(at["partly_centred"].shape)
    spreads = np.exp(at["level_sd_log__"])
    seasons = np.exp(at["season_sd_log__"]) ** (1.0 - shifted.informed.season_weights)
    contrasts = (at["season_contrast"].reshape(3, -1) * seasons).ravel()
    densities, links, sampled = [], [], []
    for specification in (shifted, without):
        effects = level_effects(specification.layout, specification.informed)
        zeta = drawn(at["mu"], spreads, contrasts, standard, effects)
        model = model_of(specification)
        both = model.compile_fn(
            [*model.replace_rvs_by_values([model["eta"]]), model.logp()], mode="FAST_COMPILE"
        )
        eta, density = both(at | {"partly_centred": zeta})
        links.append(eta)
        densities.append(density)
        sampled.append(zeta)
    assert not np.allclose(*sampled)
    np.testing.assert_allclose(links[0], links[1], rtol=1e-10)
    effects = level_effects(shifted.layout, shifted.informed)
    shares = np.flatnonzero(effects.lifter >= 0)
    assert len(shares) == (4 if study == "synthetic-bay" else 0)
    stretched = 0.0
    for pair in np.column_stack([shares, effects.lifter[shares]]):
        step = np.zeros((2, len(standard)))
        step[[0, 1], pair] = 1e-5
        ends = [
            drawn(at["mu"], spreads, contrasts, standard + way, effects)[pair]
            - drawn(at["mu"], spreads, contrasts, standard - way, effects)[pair]
            for way in step
        ]
        # By standard effects; alone, each would be its spread to the power of its weight.
        alone = spreads[effects.spread[pair]] ** effects.weight[pair]
        stretched += np.log(np.linalg.det(np.array(ends) / 2e-5 / alone))
    assert densities[0] + stretched == pytest.approx(densities[1], rel=1e-9)
