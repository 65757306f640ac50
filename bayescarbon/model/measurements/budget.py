"""Carbon budgets of single animals: shares of what they used, about the shares that the accounting gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.xtensor import as_xtensor

from bayescarbon.accounting.animal import ANIMAL_INPUTS, animal_carbon
from bayescarbon.accounting.bounds import bounded_organic_share
from bayescarbon.accounting.named import Named
from bayescarbon.evidence.quantities import inverse_link, quantities
from bayescarbon.model.families import Tensor
from bayescarbon.model.inputs import mean_water_ratio
from bayescarbon.model.layout import Layout, farm_site
from bayescarbon.model.measurements.model import At, MeasurementModel, Term
from bayescarbon.study import Study

#: Parts of a budget, in the order of the shares; released is respiration and the CO2 of calcification.
PARTS = ("tissue_mgc", "shell_mgc", "deposited_mgc", "released_mgc")
# Spread of budgets of animals of one place: shares about half as large or twice as large, or copies of each other.
_CONCENTRATION_MEDIAN, _CONCENTRATION_LOG_SD = 30.0, 1.0
_RATIO = "calcification_ratio"


def carbon_in_parts(natural: Mapping[str, Named], days: Named) -> tuple[Named, Named, Named, Named]:
    """Return the expected carbon of animals in each of `PARTS`, mg C / individual.

    Parameters
    ----------
    natural : mapping of str to Named
        The quantities of `animal_carbon` on their natural scales, the organic share as its prior has it.
    days : Named
        Days over which each budget runs.
    """
    organic = bounded_organic_share(natural["shell_organic_share"], natural["shell_carbon"])
    carbon = animal_carbon(**{**natural, "shell_organic_share": organic}, days=days)
    return carbon.tissue, carbon.shell(), carbon.deposited, carbon.released()


@dataclass(frozen=True)
class Budgets:
    """Budgets of animals (a `Term`).

    Attributes
    ----------
    table, nodes, information, parameters, bears_on
        As in `Term`.
    part : array of int (quantity, animal)
        Places among the nodes, in the order of `ANIMAL_INPUTS`.
    days : array (animal,)
        Days over which each budget runs.
    water_ratio : array (animal,)
        psi of the mean water of the animal's site, mol CO2 / mol CaCO3; NaN where the site has no water rows.
    shares : array (animal, part)
        Of the carbon used.
    """

    nodes: np.ndarray
    information: np.ndarray
    part: np.ndarray
    days: np.ndarray
    water_ratio: np.ndarray
    shares: np.ndarray
    bears_on: pd.DataFrame
    table: str = "budget"
    parameters: tuple[str, ...] = ("budget_concentration",)

    @property
    def by_water(self) -> np.ndarray:
        """Animals whose psi follows from their site's water, as it does in the account."""
        return np.isfinite(self.water_ratio)

    def log_likelihood(self, eta: At) -> Tensor:
        """Return the Dirichlet log density of the shares; only the concentration is free.

        Parameters
        ----------
        eta : callable
            From nodes to their links.
        """
        concentration = pm.LogNormal(
            "budget_concentration", np.log(_CONCENTRATION_MEDIAN), _CONCENTRATION_LOG_SD
        )
        shares = pm.Data("budget_shares", self.shares)
        linked = eta(self.nodes)
        values = {
            name: _natural(name, linked[place]) for name, place in zip(ANIMAL_INPUTS, self.part, strict=True)
        }
        if self.by_water.any():
            values[_RATIO] = pt.where(self.by_water, self.water_ratio, values[_RATIO])
        natural = {name: as_xtensor(value, dims=("animal",)) for name, value in values.items()}
        carbon = carbon_in_parts(natural, as_xtensor(pt.as_tensor(self.days), dims=("animal",)))
        # Named operations have no gradient of their own: they are lowered to plain ones before NUTS asks for it.
        plain = [rewrite_graph(one.values, include=("lower_xtensor",), clone=False) for one in carbon]
        total = plain[0] + plain[1] + plain[2] + plain[3]
        alpha = pt.stack([concentration * one / total for one in plain], axis=1)
        density = ((alpha - 1.0) * pt.log(shares) - pt.gammaln(alpha)).sum()
        return density + len(self.days) * pt.gammaln(concentration)

    def simulate(
        self, eta: np.ndarray, parameters: Mapping[str, np.ndarray], rng: np.random.Generator
    ) -> dict[str, np.ndarray]:
        """Return shares as the model would have them.

        Parameters
        ----------
        eta : array (sample, node)
            Links at `nodes`.
        parameters : mapping of str to array
            The concentration.
        rng : numpy.random.Generator
            Source of the draws.
        """
        carbon = np.stack(self.carbon(eta), axis=-1)
        alpha = (
            parameters["budget_concentration"][:, None, None] * carbon / carbon.sum(axis=-1, keepdims=True)
        )
        # A share that underflows has no logarithm; no balance resolves it either.
        drawn = np.maximum(rng.gamma(alpha), 1e-12)
        return {"budget_shares": drawn / drawn.sum(axis=-1, keepdims=True)}

    def carbon(self, eta: np.ndarray) -> Sequence[np.ndarray]:
        """Return the expected carbon in each of `PARTS`, mg C / individual, each (sample, animal).

        Parameters
        ----------
        eta : array (sample, node)
            Links at `nodes`.
        """
        natural = {
            name: inverse_link(quantities()[name].support, eta[:, place])
            for name, place in zip(ANIMAL_INPUTS, self.part, strict=True)
        }
        natural[_RATIO] = np.where(self.by_water, self.water_ratio, natural[_RATIO])
        return carbon_in_parts(natural, self.days)


def _natural(name: str, linked: Tensor) -> Tensor:
    return pt.sigmoid(linked) if quantities()[name].support == "fraction" else pt.exp(linked)


def budgets(layout: Layout, study: Study) -> Term | None:
    """Return the budgets of a study's animals, or None where it has none.

    Parameters
    ----------
    layout : Layout
        Grown by the cells of the animals.
    study : Study
        Its `budget`.
    """
    table = study.budget
    if table.empty:
        return None
    cells = np.array(
        [
            [layout.cell(name, group, species, farm_site(site)) for name in ANIMAL_INPUTS]
            for group, species, site in table[["group", "species", "site"]].itertuples(index=False)
        ]
    ).T
    nodes = np.unique(cells)
    parts = table[list(PARTS)].to_numpy(dtype=float)
    water_ratio = table["site"].map(mean_water_ratio(study.water)).to_numpy(dtype=float)
    # Where the water gives psi, a budget tells nothing of it.
    tells = np.array([np.isnan(water_ratio) | (name != _RATIO) for name in ANIMAL_INPUTS])
    information = np.array([tells[cells == node].sum() for node in nodes]) * _CONCENTRATION_MEDIAN / 20.0
    bears_on = [table.loc[told, ["species", "site"]].assign(quantity=name)
                for name, told in zip(ANIMAL_INPUTS, tells, strict=True)]  # fmt: skip
    return Budgets(
        nodes=nodes,
        information=information,
        part=np.searchsorted(nodes, cells),
        days=table["cycle_days"].to_numpy(dtype=float),
        water_ratio=water_ratio,
        shares=parts / parts.sum(axis=1, keepdims=True),
        bears_on=pd.concat(bears_on),
    )


MODEL = MeasurementModel(table="budget", informs=ANIMAL_INPUTS, term=budgets)
