"""Rate and carbon content of biodeposits vary against each other between sites, each as widely as its prior says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pymc as pm
import pytest

from bayescarbon.evidence.quantities import inverse_link, quantities
from bayescarbon.model.build import Specification, model_of, specify
from bayescarbon.model.dilution import DILUTION
from bayescarbon.model.predict import complete
from tests.fit.worlds import batch, samples, write_study

SIZE = 6000
RATE, CONTENT = "biodeposition_rate", "biodeposit_carbon"


def hierarchy_draws(specification: Specification) -> tuple[np.ndarray, np.ndarray]:
    """Return prior draws of all nodes and scales: the model's own where it has them, the rest completed."""
    model = model_of(specification)
    eta, sd = pm.draw([model["eta"], model["level_sd"]], SIZE, mode="FAST_COMPILE", random_seed=4)
    return complete(specification, {"eta": eta, "level_sd": sd}, np.random.default_rng(5))


def standard_effect(
    specification: Specification, drawn: tuple[np.ndarray, np.ndarray], name: str, site: str
) -> np.ndarray:
    """Return the site effect of an item in units of its spread, (sample,)."""
    layout = specification.layout
    species = specification.cells.stocks["species"].iloc[0]
    node = layout.cell(name, "scallop", species, f"farm:{site}")
    eta, sd = drawn
    return (eta[:, node] - eta[:, layout.parent[node]]) / sd[:, layout.sd[node]]


@pytest.mark.parametrize(
    "told",
    [
        [(RATE, [80.0, 90.0]), (CONTENT, [0.05, 0.06])],
        [(CONTENT, [0.05, 0.06])],
        [(RATE, [80.0, 90.0])],
        [("dry_fraction", [0.5, 0.6])],
    ],
    ids=["both measured", "content measured", "rate measured", "neither measured"],
)
def test_site_effects_are_correlated_and_as_wide_as_stated(
    tmp_path: Path, told: list[tuple[str, list[float]]]
) -> None:
    rows = [row for name, values in told for row in samples(name, "east", values)]
    found = specify(write_study(tmp_path, [batch("a", "east"), batch("b", "west")], rows), literature=False)
    drawn = hierarchy_draws(found)
    for site in ("east", "west"):
        rate, content = (standard_effect(found, drawn, name, site) for name in (RATE, CONTENT))
        assert np.corrcoef(rate, content)[0, 1] == pytest.approx(DILUTION, abs=0.05)
        assert content.std() == pytest.approx(1.0, abs=0.05)
        assert content.mean() == pytest.approx(0.0, abs=0.06)
    eta, _ = drawn
    for name in (RATE, CONTENT):
        prior = quantities()[name].prior
        theta = inverse_link(quantities()[name].support, eta[:, found.cells.by_stock[name][0]])
        assert np.mean(theta < prior.q05) == pytest.approx(0.05, abs=0.012)
        assert np.mean(theta > prior.q95) == pytest.approx(0.05, abs=0.012)


def test_sites_do_not_follow_each_other(tmp_path: Path) -> None:
    rows = samples(RATE, "east", [80.0]) + samples(CONTENT, "west", [0.05])
    found = specify(write_study(tmp_path, [batch("a", "east"), batch("b", "west")], rows), literature=False)
    drawn = hierarchy_draws(found)
    east, west = (standard_effect(found, drawn, *one) for one in ((RATE, "east"), (CONTENT, "west")))
    assert abs(np.corrcoef(east, west)[0, 1]) < 0.05


def test_a_measured_content_tells_of_the_rate_beside_it(tmp_path: Path) -> None:
    found = specify(
        write_study(tmp_path, [batch("a", "east")], samples(CONTENT, "east", [0.05])), literature=False
    )
    names = {found.layout.items[found.layout.item[node]].name for node in found.informed.nodes}
    assert names == {RATE, CONTENT}
