"""Effects as one compiled operation: held against the formula written out, SciPy's normal and central differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import special, stats

from bayescarbon.accounting.bounds import bounded_organic_share
from bayescarbon.model.effect_loops import links_of, slopes_of
from bayescarbon.model.effects import Effects, PartlyCentred, add_effects, drawn

MEANS = 2
CONTRASTS = 2
#: Two overall means; a group, two species and three sites below them, of which two follow the first site. That one is
#: seen beside a species, the other overall mean times a seasonal contrast, and the square of that contrast.
TREE = Effects(
    means=MEANS,
    parent=np.array([0, 2, 2, 3, 1, 3]),
    spread=np.array([0, 1, 1, 2, 3, 3]),
    weight=np.array([0.0, 0.3, 1.0, 0.6, 0.8, 0.25]),
    leader=np.array([-1, -1, -1, -1, 3, 3]),
    follows=-0.5,
    first=np.array([0, 0, 0, 0, 3, 3, 3]),
    beside=np.array([4, 1, 9]),
    times=np.array([-1, 9, 9]),
    factor=np.array([-0.7, 0.4, 1.3]),
    lifter=np.full(6, -1),
)
NODES, LEVELS = len(TREE.parent), 4


def point(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return overall means, spreads, contrasts and zetas at random."""
    rng = np.random.default_rng(seed)
    spreads = np.exp(rng.normal(-0.5, 0.5, LEVELS))
    return rng.normal(size=MEANS), spreads, rng.normal(size=CONTRASTS), rng.normal(size=NODES)


def written_out(
    mu: np.ndarray, sd: np.ndarray, contrasts: np.ndarray, zeta: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return links and log density node by node, as the module's text has them."""
    eta, effect, density = [*mu], np.zeros(NODES), 0.0
    for i in range(NODES):
        spread, weight, leader = sd[TREE.spread[i]], TREE.weight[i], TREE.leader[i]
        middle = eta[TREE.parent[i]]
        if leader >= 0:
            middle += TREE.follows * spread * effect[leader] / sd[TREE.spread[leader]]
            spread *= np.sqrt(1 - TREE.follows**2)
        seen = middle
        if (
            i == 3
        ):  # the species is node 2, link 4; of two means and six nodes, the second contrast stands at 9
            seen += -0.7 * eta[4] + 0.4 * mu[1] * contrasts[1] + 1.3 * contrasts[1] ** 2
        density += stats.norm.logpdf(zeta[i], weight * seen, spread**weight)
        eta.append(middle + spread ** (1 - weight) * (zeta[i] - weight * seen))
        effect[i] = eta[-1] - eta[TREE.parent[i]]
    return np.array(eta), density


@pytest.fixture(scope="module")
def compiled() -> pytensor.compile.Function:
    """Return links, log density, and the slopes of a mixture of both, as numba compiles them."""
    given = [pt.vector(shape=(size,)) for size in (MEANS, LEVELS, CONTRASTS, NODES)]
    mix = pt.vector("mix", shape=(MEANS + NODES,))
    eta, density, *_ = PartlyCentred()(*given, *TREE.arrays())
    slopes = pytensor.grad((mix * pt.sin(eta)).sum() + 0.7 * density, given)
    return pytensor.function([*given, mix], [eta, density, *slopes], mode="NUMBA")


@pytest.mark.parametrize("seed", range(4))
def test_links_and_density_are_the_formula(compiled: pytensor.compile.Function, seed: int) -> None:
    eta, density, *_ = compiled(*point(seed), np.zeros(MEANS + NODES))
    expected = written_out(*point(seed))
    np.testing.assert_allclose(eta, expected[0], rtol=1e-12)
    assert density == pytest.approx(expected[1], rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_slopes_are_central_differences(compiled: pytensor.compile.Function, seed: int) -> None:
    mix = np.random.default_rng(100 + seed).normal(size=MEANS + NODES)
    given = point(seed)
    _, _, *slopes = compiled(*given, mix)

    def value(*at: np.ndarray) -> float:
        eta, density = written_out(*at)
        return float(mix @ np.sin(eta) + 0.7 * density)

    step = 1e-6
    for which, slope in enumerate(slopes):
        for i in range(len(slope)):
            ends = []
            for way in (step, -step):
                moved = [one.copy() for one in given]
                moved[which][i] += way
                ends.append(value(*moved))
            assert slope[i] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=2e-6, abs=2e-7)


def test_one_output_alone_has_its_slopes() -> None:
    """The cotangent of an output that nothing uses is absent, not wrong."""
    given = point(1)
    symbols = [pt.vector(shape=(len(one),)) for one in given]
    eta, density, *_ = PartlyCentred()(*symbols, *TREE.arrays())
    alone = pytensor.function(symbols, pytensor.grad(eta.sum(), symbols), mode="FAST_COMPILE")(*given)
    other = pytensor.function(symbols, pytensor.grad(density, symbols), mode="FAST_COMPILE")(*given)
    both = pytensor.function(symbols, pytensor.grad(eta.sum() + density, symbols), mode="NUMBA")(*given)
    for one, two, sum_of_both in zip(alone, other, both, strict=True):
        np.testing.assert_allclose(one + two, sum_of_both, rtol=1e-10, atol=1e-12)


def test_draws_have_the_density_that_is_stated() -> None:
    """Standard effects go to zeta and back to the links that they stand for; dependence is the stated one."""
    mu, sd, contrasts, _ = point(7)
    standard = np.random.default_rng(8).standard_normal((4000, NODES))
    zeta = drawn(*(np.tile(one, (4000, 1)) for one in (mu, sd, contrasts)), standard, TREE)
    eta = np.array([written_out(mu, sd, contrasts, one)[0] for one in zeta[:200]])
    first = eta[:, MEANS] - mu[0]
    np.testing.assert_allclose(first, sd[0] * standard[:200, 0], rtol=1e-9, atol=1e-12)
    every = np.array([written_out(mu, sd, contrasts, one)[0] for one in zeta])
    site, follower = every[:, MEANS + 3] - every[:, 3], every[:, MEANS + 4] - mu[1]
    # Five standard errors of a correlation of -0.5 and of standard deviations, from 4000 draws.
    assert np.corrcoef(site, follower)[0, 1] == pytest.approx(-0.5, abs=0.06)
    assert follower.std() == pytest.approx(sd[3], rel=0.06)


def test_in_a_model_it_is_drawn_and_has_that_density() -> None:
    mu, sd, contrasts, zeta = point(3)
    with pm.Model(coords={"effect_node": range(NODES)}) as model:
        means = pm.Normal("mu", 0.0, 1.0, shape=MEANS)
        spreads = pm.LogNormal("sd", 0.0, 0.5, shape=LEVELS)
        seasons = pm.Normal("contrasts", 0.0, 1.0, shape=CONTRASTS)
        pm.Deterministic("eta", add_effects(means, spreads, seasons, TREE))
    density = model.compile_logp(vars=[model["partly_centred"]], mode="FAST_COMPILE")
    given = {"mu": mu, "sd_log__": np.log(sd), "contrasts": contrasts, "partly_centred": zeta}
    assert density(given) == pytest.approx(written_out(mu, sd, contrasts, zeta)[1], rel=1e-12)
    *drawn_point, eta = pm.draw(
        [model["mu"], model["sd"], model["contrasts"], model["partly_centred"], model["eta"]],
        3,
        mode="FAST_COMPILE",
        random_seed=1,
    )
    for one in range(3):
        expected = written_out(*(values[one] for values in drawn_point))[0]
        np.testing.assert_allclose(eta[one], expected, rtol=1e-10)


# --- where the carbon of a shell lifts the organic share that rows see ----------------------------------------------

#: Overall means of an organic share and of a shell's carbon, and a site of each, whose share the carbon lifts.
SHELL = Effects(
    means=2,
    parent=np.array([0, 1]),
    spread=np.array([0, 1]),
    weight=np.array([0.9, 0.3]),
    leader=np.full(2, -1),
    follows=0.0,
    first=np.zeros(3, dtype=int),
    beside=np.zeros(0, dtype=int),
    times=np.zeros(0, dtype=int),
    factor=np.zeros(0),
    lifter=np.array([1, -1]),
)
SPREADS = np.array([0.5, 0.02])
NOTHING = np.zeros(0)
#: Shells with less carbon than CaCO3, with as much, and with so much more that 1.6 and 6 % of it must be organic.
CARBONS = [0.112, 0.12, 0.122, 0.128]


def means(carbon: float) -> np.ndarray:
    """Return the links of both overall means."""
    return special.logit(np.array([0.03, carbon]))


@pytest.mark.parametrize("weight", [(0.9, 0.3), (0.0, 1.0), (1.0, 0.0)])
@pytest.mark.parametrize("carbon", CARBONS)
def test_a_shell_that_is_lifted_keeps_the_density_of_its_priors(
    carbon: float, weight: tuple[float, float]
) -> None:
    """Change of variables: normal densities of share and carbon times the determinant, by central differences."""
    middle, step, shell = means(carbon), 1e-5, replace(SHELL, weight=np.array(weight))

    def links(sampled: np.ndarray) -> np.ndarray:
        return links_of(middle, SPREADS, NOTHING, sampled, *shell.arrays())[0][2:]

    for standard in np.random.default_rng(4).normal(0.0, 2.0, (50, 2)):
        sampled = middle * shell.weight + standard * SPREADS**shell.weight
        ends = [links(sampled + one) - links(sampled - one) for one in step * np.eye(2)]
        determinant = np.linalg.det(np.array(ends) / (2.0 * step))
        density = links_of(middle, SPREADS, NOTHING, sampled, *shell.arrays())[1]
        expected = stats.norm.logpdf(links(sampled), middle, SPREADS).sum() + np.log(determinant)
        assert density == pytest.approx(expected, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("carbon", CARBONS)
def test_what_is_sampled_is_what_rows_see(carbon: float) -> None:
    """Of a node that is centred at its rows, wherever its own logit lies."""
    standard = np.column_stack([np.linspace(-3.0, 3.0, 61), np.zeros(61)])
    given = [np.tile(one, (61, 1)) for one in (means(carbon), SPREADS, NOTHING)]
    sampled = drawn(*given, standard, replace(SHELL, weight=np.ones(2)))[:, 0]
    own = means(carbon)[0] + SPREADS[0] * standard[:, 0]
    seen = special.logit(bounded_organic_share(special.expit(own), carbon))
    np.testing.assert_allclose(sampled, seen, atol=2e-3)
    if carbon > 0.121:
        assert np.abs(own - sampled).max() > 1.0


def test_any_pair_of_numbers_stands_for_a_share_and_a_carbon() -> None:
    """A chain that has not settled yet may look anywhere: where a pair stood for nothing it was found stuck.

    The last pair stands where Newton's method alone alternates.
    """
    centred = replace(SHELL, weight=np.ones(2))
    grid = np.stack(np.meshgrid(np.linspace(-25.0, 5.0, 31), np.linspace(-12.0, 12.0, 49)), axis=-1)
    for given in (*grid.reshape(-1, 2), np.array([-6.854956, -1.668397])):
        share, carbon = links_of(means(0.12), SPREADS, NOTHING, given, *centred.arrays())[0][2:]
        assert share <= given[0] and carbon <= given[1]
        standard = (np.array([[share, carbon]]) - means(0.12)) / SPREADS
        back = drawn(means(0.12)[None], SPREADS[None], NOTHING[None], standard, centred)[0]
        np.testing.assert_allclose(back, given, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"leader": np.array([-1, 0])},
        {"parent": np.array([0, 2])},
        {
            "first": np.array([0, 0, 1]),
            "beside": np.array([0]),
            "times": np.array([-1]),
            "factor": np.ones(1),
        },
    ],
)
def test_a_pair_that_would_be_visited_at_the_wrong_time_is_refused(wrong: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="a lifted share or its carbon"):
        replace(SHELL, **wrong)


@pytest.mark.parametrize("carbon", CARBONS)
def test_what_is_drawn_of_a_lifted_share_is_what_it_was_drawn_for(carbon: float) -> None:
    standard = np.random.default_rng(3).standard_normal((200, 2))
    zeta = drawn(*(np.tile(one, (200, 1)) for one in (means(carbon), SPREADS, NOTHING)), standard, SHELL)
    found = [links_of(means(carbon), SPREADS, NOTHING, one, *SHELL.arrays())[0][2:] for one in zeta]
    np.testing.assert_allclose(found, means(carbon) + SPREADS * standard, rtol=1e-9)


@pytest.mark.parametrize("carbon", CARBONS)
@pytest.mark.parametrize("share", [-14.0, -5.0, -3.0, -1.5])
def test_slopes_of_a_lifted_share_are_central_differences(carbon: float, share: float) -> None:
    """At shares that the carbon rules out as well as at others."""
    given = [means(carbon), SPREADS, NOTHING, np.array([share, 0.3 * means(carbon)[1] + 0.01])]
    by_link, by_density = np.array([0.3, -0.8, 1.1, 0.6]), np.array(0.7)

    def value(*at: np.ndarray) -> float:
        found, density, *_ = links_of(*at, *SHELL.arrays())
        return float(by_link @ found + by_density * density)

    found, _, *ran = links_of(*given, *SHELL.arrays())
    slopes = slopes_of(*given, *SHELL.arrays(), found, *ran, by_link, by_density)
    for which, slope in enumerate(slopes):
        for i in range(len(slope)):
            step, ends = 1e-5 * (SPREADS[i] if which == 1 else 1.0), []
            for way in (step, -step):
                moved = [one.copy() for one in given]
                moved[which][i] += way
                ends.append(value(*moved))
            assert slope[i] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-4)
