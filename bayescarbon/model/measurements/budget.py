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
from scipy.special import expit

from bayescarbon.accounting.biodeposits import deposited
from bayescarbon.accounting.bounds import bounded_organic_share
from bayescarbon.accounting.calcification import calcification_co2
from bayescarbon.accounting.composition import shell_mass_carbon, tissue_mass_carbon
from bayescarbon.accounting.named import Named
from bayescarbon.accounting.respiration import respired
from bayescarbon.model.families import Tensor
from bayescarbon.model.layout import Layout, farm_site
from bayescarbon.model.measurements.model import At, MeasurementModel, Term
from bayescarbon.study import Study

#: Parts of a budget, in the order of the shares; released is respiration and the CO2 of calcification.
PARTS = ("tissue_mgc", "shell_mgc", "deposited_mgc", "released_mgc")
_INFORMS = (
    "live_weight", "dry_fraction", "shell_share", "shell_carbon", "tissue_carbon", "shell_organic_share",
    "biodeposition_rate", "biodeposit_carbon", "respiration_ratio", "calcification_ratio",
)  # fmt: skip
_FRACTIONS = (False, True, True, True, True, True, False, True, False, False)
# Spread of budgets of animals of one place: shares about half as large or twice as large, or copies of each other.
_CONCENTRATION_MEDIAN, _CONCENTRATION_LOG_SD = 30.0, 1.0


def used_carbon(
    live_weight: Named,
    dry_fraction: Named,
    shell_share: Named,
    shell_carbon: Named,
    tissue_carbon: Named,
    shell_organic_share: Named,
    biodeposition_rate: Named,
    biodeposit_carbon: Named,
    respiration_ratio: Named,
    calcification_ratio: Named,
    cycle_days: Named,
) -> tuple[Named, Named, Named, Named]:
    """Return the carbon of one animal in tissue, shell, deposits and release, g C, by the ledger's own equations.

    Parameters
    ----------
    live_weight : Named
        At harvest, g.
    dry_fraction, shell_share, shell_carbon, tissue_carbon, shell_organic_share : Named
        Composition.
    biodeposition_rate, biodeposit_carbon : Named
        mg dry / individual / d and g C / g dry.
    respiration_ratio, calcification_ratio : Named
        Carbon respired and released by calcification per shell carbon formed.
    cycle_days : Named
        Days over which the budget runs.
    """
    shell = shell_mass_carbon(live_weight, dry_fraction, shell_share, shell_carbon)
    tissue = tissue_mass_carbon(live_weight, dry_fraction, shell_share, tissue_carbon)
    # `deposited` is in tonnes where the masses here are in grams.
    dropped = 1e6 * deposited(biodeposition_rate, biodeposit_carbon, 1.0, cycle_days)
    mineral = shell * (1.0 - bounded_organic_share(shell_organic_share, shell_carbon))
    released = respired(respiration_ratio, shell) + calcification_co2(calcification_ratio, mineral)
    return tissue, shell, dropped, released


@dataclass(frozen=True)
class Budgets:
    """Budgets of animals (a `Term`).

    Attributes
    ----------
    table, nodes, information, parameters, bears_on
        As in `Term`.
    part : array of int (quantity, animal)
        Places among the nodes, in the order of `used_carbon`.
    days : array (animal,)
        Days over which each budget runs.
    shares : array (animal, part)
        Of the carbon used.
    """

    nodes: np.ndarray
    information: np.ndarray
    part: np.ndarray
    days: np.ndarray
    shares: np.ndarray
    bears_on: pd.DataFrame
    table: str = "budget"
    parameters: tuple[str, ...] = ("budget_concentration",)

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
        natural = [
            pt.sigmoid(linked[place]) if fraction else pt.exp(linked[place])
            for place, fraction in zip(self.part, _FRACTIONS, strict=True)
        ]
        named: list[Named] = [as_xtensor(one, dims=("animal",)) for one in natural]
        days = as_xtensor(pt.as_tensor(self.days), dims=("animal",))
        carbon = used_carbon(*[*named, days])
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
        """Return the expected carbon in each part, g C, each (sample, animal).

        Parameters
        ----------
        eta : array (sample, node)
            Links at `nodes`.
        """
        natural: list[Named] = [
            expit(eta[:, place]) if fraction else np.exp(eta[:, place])
            for place, fraction in zip(self.part, _FRACTIONS, strict=True)
        ]
        return used_carbon(*[*natural, self.days])


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
            [layout.cell(name, group, species, farm_site(site)) for name in _INFORMS]
            for group, species, site in table[["group", "species", "site"]].itertuples(index=False)
        ]
    ).T
    nodes = np.unique(cells)
    parts = table[list(PARTS)].to_numpy(dtype=float)
    information = np.array([(cells == node).sum() for node in nodes]) * _CONCENTRATION_MEDIAN / 20.0
    return Budgets(
        nodes=nodes,
        information=information,
        part=np.searchsorted(nodes, cells),
        days=table["cycle_days"].to_numpy(dtype=float),
        shares=parts / parts.sum(axis=1, keepdims=True),
        bears_on=pd.concat([table[["species", "site"]].assign(quantity=name) for name in _INFORMS]),
    )


MODEL = MeasurementModel(table="budget", informs=_INFORMS, term=budgets)
