"""Likelihoods of tables as functions of numbers, and prior draws of whole studies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.graph.replace import clone_replace

from bayescarbon.evidence.quantities import inverse_link, link
from bayescarbon.model.build import Specification, model_of, specify
from bayescarbon.model.layout import Layout, farm_site
from bayescarbon.model.measurements import Term
from tests.fit.worlds import OYSTER, SCALLOP, Row, batch, write_study

HARVEST = [batch("a", "east"), batch("b", "west", OYSTER)]

type Parameters = Mapping[str, np.ndarray | float]


def specified(
    folder: Path, tables: Mapping[str, Sequence[Row]], evidence: Sequence[Row] = ()
) -> Specification:
    """Return what the model makes of these tables, without the literature."""
    return specify(write_study(folder, HARVEST, evidence, tables=tables), literature=False)


def term_of(specification: Specification, table: str) -> Term:
    """Return the only likelihood of a table."""
    (term,) = [one for one in specification.terms if one.table == table]
    return term


def cell(layout: Layout, name: str, site: str, group: str = "scallop", species: str = SCALLOP) -> int:
    """Return the node of a quantity at a site of the farm; it has to be there already."""
    count = layout.n_nodes
    node = layout.cell(name, group, species, farm_site(site))
    assert layout.n_nodes == count, name
    return node


def density_of(term: Term) -> Callable[[np.ndarray, Parameters], tuple[float, dict[str, np.ndarray]]]:
    """Return a function from links and parameters to the log density of the table and its gradient."""
    with pm.Model() as model:
        eta = pt.dvector("eta")
        total = term.log_likelihood(lambda nodes: eta)
    assert {rv.name for rv in model.free_RVs} == set(term.parameters)
    given = {rv: pt.tensor(rv.name, dtype="float64", shape=rv.type.shape) for rv in model.free_RVs}
    inputs = [eta, *given.values()]
    (value,) = clone_replace([total], given)
    slopes = pytensor.grad(value, inputs)
    evaluate = pytensor.function(inputs, [value, *slopes], mode="FAST_COMPILE")
    names = ["eta", *(rv.name for rv in given)]

    def call(links: np.ndarray, parameters: Parameters) -> tuple[float, dict[str, np.ndarray]]:
        values = [links, *(np.asarray(parameters[name], dtype=float) for name in names[1:])]
        found, *by = evaluate(*values)
        return float(found), dict(zip(names, by, strict=True))

    return call


def prior_of(term: Term, name: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return the prior log density of a variable that a table adds to the model."""
    with pm.Model() as model:
        term.log_likelihood(lambda nodes: pt.zeros(len(nodes)))
    value = pt.tensor("value", dtype="float64", shape=model[name].type.shape)
    return pytensor.function([value], pm.logp(model[name], value), mode="FAST_COMPILE")


def slopes_agree(term: Term, eta: np.ndarray, parameters: Parameters, step: float = 1e-5) -> float:
    """Return the largest error of a gradient, against central differences and relative to the largest slope."""
    density = density_of(term)
    point = {"eta": eta} | {name: np.asarray(value, dtype=float) for name, value in parameters.items()}
    _, by = density(eta, parameters)
    worst, largest = 0.0, 1.0
    for name, value in point.items():
        for place in np.ndindex(value.shape):
            ends = []
            for sign in (1, -1):
                moved = {key: np.array(one, dtype=float) for key, one in point.items()}
                moved[name][place] += sign * step
                ends.append(density(moved.pop("eta"), moved)[0])
            found = float(np.asarray(by[name])[place])
            assert np.isfinite(found)
            worst = max(worst, abs(found - (ends[0] - ends[1]) / (2 * step)))
            largest = max(largest, abs(found))
    return worst / largest


@dataclass(frozen=True)
class World:
    """A few draws of a study's prior with the means that its rows observe in them."""

    specification: Specification
    sampled: dict[str, np.ndarray]

    def observed(self, row_id: str) -> np.ndarray:
        """Return the mean (draw,) that the row observes."""
        rows = self.specification.observations.rows
        (target,) = rows.loc[rows["id"] == row_id, "target"]
        return self.sampled["observed_mean"][:, target]

    def value(
        self, name: str, site: str, season: str = "", group: str = "scallop", species: str = SCALLOP
    ) -> np.ndarray:
        """Return a quantity (draw,) on its natural scale: the year's mean, or that of a season."""
        layout, informed = self.specification.layout, self.specification.informed
        node = cell(layout, name, site, group, species)
        support = layout.items[layout.item[node]].quantity.support
        if season:
            targets = self.specification.observations.targets
            number = ("spring", "summer", "autumn", "winter").index(season)
            (place,) = [
                i
                for i, key in enumerate(zip(targets.node, targets.season, strict=True))
                if key == (node, number)
            ]
            return self.sampled["observed_mean"][:, place]
        return inverse_link(support, self.sampled["eta"][:, informed.nodes.tolist().index(node)])


def drawn(specification: Specification, draws: int = 4) -> World:
    """Return draws of the prior."""
    model = model_of(specification)
    names = [n for n in ("eta", "season_effect", "observed_mean") if n in model.named_vars]
    values = pm.draw([model[name] for name in names], draws, mode="FAST_COMPILE", random_seed=12)
    return World(specification, dict(zip(names, values, strict=True)))


def links(term: Term, layout: Layout, values: Mapping[int, float]) -> np.ndarray:
    """Return links at the nodes of a term from natural values by node."""
    supports = layout.support()[term.nodes]
    return np.array(
        [
            float(link("real" if support == "simplex" else support, values[node]))
            for node, support in zip(term.nodes, supports, strict=True)
        ]
    )
