"""The hierarchy is the one that is written down, however it is centred and whichever part of it is sampled."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pymc as pm
import pytensor
import pytest
from scipy import stats

from bayescarbon.evidence.literature import literature
from bayescarbon.evidence.quantities import inverse_link, quantities
from bayescarbon.model.build import Specification, model_of, specify
from bayescarbon.model.layout import LEVELS
from bayescarbon.model.predict import complete, quantity_draws
from bayescarbon.model.priors import LEVEL_LOG_SD
from tests.fit.worlds import CLAM, OYSTER, SCALLOP, batch, row, samples, write_study

HARVEST = [
    batch("first", "east", SCALLOP),
    batch("second", "east", SCALLOP),
    batch("other", "east", OYSTER),
    batch("far", "west", SCALLOP),
    batch("clams", "west", CLAM),
]
EVIDENCE = [
    *samples("dry_fraction", "east", [0.55, 0.57, 0.6], SCALLOP),
    *samples("dry_fraction", "west", [0.5], CLAM),
    *samples("live_weight", "west", [24.0, 29.0], SCALLOP),
    row("burial_fraction", "east", value=0.07, method="core", season="summer"),
    row("burial_fraction", "east", value=0.4, method="oxygen"),
    row("biodeposition_rate", "east", value=90, n=8, season="summer"),
]
SIZE = 20_000


@pytest.fixture(scope="module")
def specification(tmp_path_factory: pytest.TempPathFactory) -> Specification:
    return specify(write_study(tmp_path_factory.mktemp("hierarchy"), HARVEST, EVIDENCE), literature=False)


def centred(specification: Specification, weight: float) -> Specification:
    """Return the specification with one centring weight for all effects."""
    informed = specification.informed
    same = dataclasses.replace(
        informed,
        weights=np.full(len(informed.weights), weight),
        season_weights=np.full(len(informed.season_weights), weight),
    )
    return dataclasses.replace(specification, informed=same)


# --- centring -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.5, 1.0])
def test_centring_is_only_a_change_of_variables(specification: Specification, weight: float) -> None:
    """Density of the coordinates times their Jacobian is the normal density of the effects, to rounding."""
    chosen = centred(specification, weight)
    layout, nodes = chosen.layout, chosen.informed.nodes
    rng = np.random.default_rng(6)
    sd_of = dict(zip(chosen.informed.sds, np.exp(rng.normal(-1, 0.4, len(chosen.informed.sds))), strict=True))
    eta = {int(node): rng.normal() for node in nodes}
    below = [int(node) for node in nodes if layout.level[node] >= 0]
    parent = np.array([eta[layout.parent[node]] for node in below])
    value = np.array([eta[node] for node in below])
    sd = np.array([sd_of[layout.sd[node]] for node in below])
    model = model_of(chosen)
    point = {"mu": np.array([eta[int(i)] for i in chosen.informed.items])}
    point["level_sd"] = np.array([sd_of[i] for i in chosen.informed.sds])
    point["season_sd"] = np.exp(rng.normal(-1, 0.4, len(chosen.informed.seasonal)))
    point["season_contrast"] = rng.normal(size=3 * len(chosen.informed.seasonal))
    # What is centred here is what the rows of a node see: the node, and what stands beside it.
    contrasts = point["season_contrast"].reshape(3, -1) * point["season_sd"] ** (1 - weight)
    told = chosen.informed.offsets.terms
    place = chosen.informed.seasonal.index
    seen = parent.copy()
    for i, node in enumerate(below):
        for product, factor in told.get(node, {}).items():
            ends = (eta[one] if isinstance(one, int) else contrasts[one[0], place(one[1])] for one in product)
            seen[i] += factor * np.prod([*ends])
    assert (seen != parent).sum() == len(told) > 0
    point["partly_centred"] = weight * seen + (value - parent) * sd ** (weight - 1)
    free = model["partly_centred"]
    inputs = [model["mu"], model["level_sd"], model["season_sd"], model["season_contrast"], free]
    density = pm.logp(free, free)
    function = pytensor.function(inputs, [density, model["eta"]], mode="FAST_COMPILE")
    got, rebuilt = function(*(point[variable.name] for variable in inputs))
    jacobian = ((weight - 1) * np.log(sd)).sum()
    assert got + jacobian == pytest.approx(stats.norm.logpdf(value, parent, sd).sum(), rel=1e-9)
    assert rebuilt == pytest.approx(np.array([eta[int(node)] for node in nodes]), rel=1e-9)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_prior_of_a_farm_does_not_depend_on_centring(specification: Specification, weight: float) -> None:
    chosen = centred(specification, weight)
    model = model_of(chosen)
    wanted = [model["eta"], model["season_effect"]]
    eta, season = pm.draw(wanted, 4000, mode="FAST_COMPILE", random_seed=5)
    season = season.swapaxes(1, 2)
    layout, nodes = chosen.layout, chosen.informed.nodes
    for name in ("dry_fraction", "live_weight"):
        item = layout.item_index(name)
        prior = quantities()[name].prior
        farms = [i for i, n in enumerate(nodes) if layout.item[n] == item and layout.level[n] == 2]
        assert farms
        for farm in farms:
            theta = inverse_link(quantities()[name].support, eta[:, farm])
            # Four binomial standard errors of a 5 % share of 4000 draws.
            assert np.mean(theta < prior.q05) == pytest.approx(0.05, abs=0.014)
            assert np.mean(theta > prior.q95) == pytest.approx(0.05, abs=0.014)
    assert np.abs(season.sum(axis=2)).max() < 1e-9
    # Each stated swing is honoured: half of the years swing more than its median, 5 % more than its q95.
    for name in chosen.informed.seasonal:
        effects = season[:, layout.seasonal[name]]
        swing = np.exp(np.ptp(effects, axis=1))
        stated = quantities()[name].season_swing
        assert np.mean(swing > stated.q50) == pytest.approx(0.5, abs=0.08), name
        assert np.mean(swing > stated.q95) == pytest.approx(0.05, abs=0.03), name


def test_effects_with_more_rows_are_centred_more(tmp_path: Path) -> None:
    rows = {size: samples("live_weight", "east", 20 + np.arange(size) / 10) for size in (1, 5, 40)}
    weights = []
    for size, evidence in rows.items():
        found = specify(write_study(tmp_path / str(size), HARVEST, evidence), literature=False)
        site = np.flatnonzero(np.array(found.layout.level)[found.informed.nodes] == 2)
        assert len(site) == 1
        weights.append(found.informed.weights[site[0]])
    assert 0 < weights[0] < weights[1] < weights[2] < 1
    assert weights[2] > 0.9


# --- which nodes there are ----------------------------------------------------------------------------------


def test_every_quantity_has_only_its_own_levels(specification: Specification) -> None:
    layout = specification.layout
    for node, (name, *place) in enumerate(layout.keys):
        levels = layout.items[layout.item[node]].quantity.levels
        for level, part in zip(LEVELS, place, strict=True):
            assert part == "" or level in levels, (name, place)
    assert all(layout.parent[node] < node for node in range(len(layout.items), layout.n_nodes))


def test_only_nodes_with_rows_below_them_are_sampled(specification: Specification) -> None:
    layout = specification.layout
    told = {layout.keys[node] for node in specification.informed.nodes}
    scallop, clam = ("scallop", SCALLOP), ("clam", CLAM)
    for name, (group, species), site in (
        ("dry_fraction", scallop, "farm:east"),
        ("dry_fraction", clam, "farm:west"),
        ("live_weight", scallop, "farm:west"),
    ):
        assert {
            (name, "", "", ""),
            (name, group, "", ""),
            (name, group, species, ""),
            (name, group, species, site),
        } <= told
    assert ("burial_fraction", "", "", "farm:east") in told
    assert ("oxygen_visible_share", "", "", "farm:east") in told
    assert ("burial_fraction", "", "", "farm:west") not in told
    assert ("dry_fraction", "scallop", SCALLOP, "farm:west") not in told
    assert not any(key[0] == "tissue_carbon" for key in told)


def test_a_place_of_the_literature_is_never_the_farm(tmp_path: Path) -> None:
    """A farm that calls its site as a published place gets no share of that place's site effect."""
    published = literature()
    mine = (published["quantity"] == "biodeposition_rate") & (published["species"] == SCALLOP)
    place = str(published.loc[mine, "site"].iloc[0])
    found = specify(write_study(tmp_path, [batch("a", place, SCALLOP)]))
    node = found.cells.by_stock["biodeposition_rate"][0]
    assert node not in found.informed.nodes
    assert found.layout.parent[node] in found.informed.nodes


# --- nodes without rows -------------------------------------------------------------------------------------


def fixed_draws(specification: Specification) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Return draws in which every sampled number stands still, with those numbers."""
    rng = np.random.default_rng(3)
    informed = specification.informed
    eta, sd = rng.normal(size=len(informed.nodes)), np.exp(rng.normal(-1, 0.3, len(informed.sds)))
    return {"eta": np.tile(eta, (SIZE, 1)), "level_sd": np.tile(sd, (SIZE, 1))}, eta, sd


def test_uninformed_nodes_follow_their_conditional(specification: Specification) -> None:
    layout, cells, informed = specification.layout, specification.cells, specification.informed
    sampled, eta, sd = fixed_draws(specification)
    draws, _ = complete(specification, sampled, np.random.default_rng(8))
    known = {layout.keys[node]: eta[i] for i, node in enumerate(informed.nodes)}
    spread = {layout.sd_name[i]: sd[k] for k, i in enumerate(informed.sds)}
    stock = {
        (s, w): i for i, (s, w) in enumerate(zip(cells.stocks["species"], cells.stocks["site"], strict=True))
    }
    dry = cells.by_stock["dry_fraction"]
    error = 4 / np.sqrt(SIZE)

    # A new site of a species with rows: normal about the species.
    new_site = draws[:, dry[stock[SCALLOP, "west"]]]
    centre, wide = known["dry_fraction", "scallop", SCALLOP, ""], spread["dry_fraction, site"]
    assert new_site.mean() == pytest.approx(centre, abs=error * wide)
    assert new_site.std() == pytest.approx(wide, rel=error)
    assert stats.kstest(new_site, stats.norm(centre, wide).cdf).pvalue > 1e-4

    # A new species of a new group: normal about the overall mean with all three variances.
    new_group = draws[:, dry[stock[OYSTER, "east"]]]
    centre = known["dry_fraction", "", "", ""]
    wide = np.sqrt(sum(spread[f"dry_fraction, {level}"] ** 2 for level in LEVELS))
    assert stats.kstest(new_group, stats.norm(centre, wide).cdf).pvalue > 1e-4

    # Cells with rows are handed through.
    told = draws[:, dry[stock[SCALLOP, "east"]]]
    assert np.all(told == known["dry_fraction", "scallop", SCALLOP, "farm:east"])
    # A new site of a quantity of the site alone.
    burial = draws[:, cells.by_site["burial_fraction"][cells.sites.index("west")]]
    law = stats.norm(known["burial_fraction", "", "", ""], spread["burial_fraction, site"])
    assert stats.kstest(burial, law.cdf).pvalue > 1e-4


def test_new_sites_share_their_species_and_nothing_below(specification: Specification) -> None:
    """Correlation of two farms without rows is the share of the variance that lies above the site."""
    layout, cells = specification.layout, specification.cells
    sampled, _, _ = fixed_draws(specification)
    draws, _ = complete(specification, sampled, np.random.default_rng(9))
    east, west = (cells.by_stock["tissue_carbon"][i] for i in (0, 2))
    assert list(cells.stocks["site"].iloc[[0, 2]]) == ["east", "west"]
    prior = layout.items[layout.item_index("tissue_carbon")].prior
    # E sd^2 of a log-normal sd is its squared median times exp(2 LEVEL_LOG_SD^2).
    lift = np.exp(2 * LEVEL_LOG_SD**2)
    group, species, site = (sd**2 * lift for sd in prior.level_sd)
    above = prior.sd_mu**2 + group + species
    assert draws[:, east].var() == pytest.approx(above + site, rel=0.08)
    assert np.corrcoef(draws[:, east], draws[:, west])[0, 1] == pytest.approx(
        above / (above + site), abs=0.03
    )


@pytest.mark.parametrize(
    "name", ["tissue_carbon", "alive_to_harvested", "operations_emission", "calcification_ratio"]
)
def test_a_quantity_without_rows_keeps_its_stated_prior(specification: Specification, name: str) -> None:
    sampled, _, _ = fixed_draws(specification)
    draws, _ = complete(specification, sampled, np.random.default_rng(10))
    values = quantity_draws(specification, draws, 1)[name]
    theta = values.isel({dim: 0 for dim in values.dims if dim not in ("chain", "draw")}).values.ravel()
    prior = quantities()[name].prior
    assert np.mean(theta < prior.q05) == pytest.approx(0.05, abs=0.007)
    assert np.mean(theta > prior.q95) == pytest.approx(0.05, abs=0.007)
