"""The vectorised hierarchy as PyMC variables: overall means, level effects, seasons, observed means.

Only nodes below which there is data are sampled by NUTS. All others are conditionally independent of the data given
the overall means and the level scales, and are drawn exactly from that conditional afterwards (`predict`): the same
posterior, in a model whose size follows the data instead of the farm list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.xtensor import as_xtensor

from bayescarbon.model.centring import centring_weights, information, season_centring
from bayescarbon.model.composites import composed
from bayescarbon.model.dilution import DILUTION, diluted_by
from bayescarbon.model.effects import Effects, add_effects
from bayescarbon.model.families import Tensor
from bayescarbon.model.layout import Layout
from bayescarbon.model.measurements.model import Term
from bayescarbon.model.observations import Observations, Targets
from bayescarbon.model.offsets import Beside, Offsets, offsets
from bayescarbon.model.places import pick, place
from bayescarbon.model.priors import LEVEL_LOG_SD
from bayescarbon.model.seasons import in_season


@dataclass(frozen=True)
class Informed:
    """The part of a layout that data inform.

    Attributes
    ----------
    nodes : array of int
        Layout nodes that the model samples, parents first; overall means (of informed items) stand at the front.
    items : array of int
        Informed items, which are also the first nodes.
    sds : array of int
        Indices into ``layout.sd_median`` that the model samples.
    seasonal : list of str
        Items with seasonal effects.
    weights, season_weights : array
        Centring weight per entry of `nodes` and of `seasonal`.
    offsets : Offsets
        What the rows of a node see beside it.
    """

    nodes: np.ndarray
    items: np.ndarray
    sds: np.ndarray
    seasonal: list[str]
    weights: np.ndarray
    season_weights: np.ndarray
    offsets: Offsets


def informed_part(layout: Layout, observations: Observations, terms: Sequence[Term] = ()) -> Informed:
    """Return which nodes, items and scales the rows inform, and how each effect is centred."""
    beside = offsets(layout, observations)
    precision = information(layout, observations, terms, beside)
    nodes = np.flatnonzero(precision > 0)
    level = np.array(layout.level)[nodes]
    nodes = nodes[np.argsort(level, kind="stable")]
    items = nodes[np.array(layout.level)[nodes] == -1]
    sds = np.unique([layout.sd[n] for n in nodes if layout.sd[n] >= 0]).astype(int)
    seasonal = list(layout.seasonal)
    weights = centring_weights(layout, precision)[nodes]
    season_weights = season_centring(layout, observations, seasonal)
    return Informed(nodes, items, sds, seasonal, weights, season_weights, beside)


def node_label(layout: Layout, node: int) -> str:
    """Return a readable name of a node: item, group, species and site."""
    return " | ".join(part for part in layout.keys[node] if part)


def hierarchy(layout: Layout, informed: Informed, contrast: Tensor | None) -> Tensor:
    """Add the informed nodes to the model in context.

    Parameters
    ----------
    layout : Layout
        All nodes.
    informed : Informed
        Those that data inform.
    contrast : tensor (seasonal_contrast,) or None
        Contrasts of the seasonal effects; None where no row names a season.

    Returns
    -------
    tensor (node,)
        Link of the annual mean at every informed node, in the order of ``informed.nodes``.
    """
    priors = [layout.items[i].prior for i in informed.items]
    mu = pm.Normal("mu", [p.location for p in priors], [p.sd_mu for p in priors], dims="item")
    medians = np.array(layout.sd_median)[informed.sds]
    sd = pm.LogNormal("level_sd", np.log(medians), LEVEL_LOG_SD, dims="level")
    below = len(informed.nodes) > len(informed.items)
    seasonal = pt.zeros(0) if contrast is None else contrast
    eta = add_effects(mu, sd, seasonal, level_effects(layout, informed)) if below else mu
    return pm.Deterministic("eta", eta, dims="node")


def level_effects(layout: Layout, informed: Informed) -> Effects:
    """Return how the informed nodes below the overall means hang together.

    Parameters
    ----------
    layout, informed
        All nodes, and those that data inform.
    """
    place = {node: position for position, node in enumerate(informed.nodes)}
    sd_place = {sd: position for position, sd in enumerate(informed.sds)}
    means = len(informed.items)
    nodes = informed.nodes[means:]
    rates = diluted_by(layout)[nodes]
    offset = [_offset(informed, place, node) for node in nodes]
    entries = [entry for own in offset for entry in own]
    lifters = informed.offsets.lifters
    return Effects(
        means=means,
        parent=np.array([place[layout.parent[node]] for node in nodes]),
        spread=np.array([sd_place[layout.sd[node]] for node in nodes]),
        weight=informed.weights[means:],
        # What the other site effect leads one to expect comes first, and what is left is centred about that: a well
        # measured content would otherwise tie its own effect to the rate's along a narrow ridge.
        leader=np.array([place[rate] - means if rate >= 0 else -1 for rate in rates]),
        follows=DILUTION,
        first=np.cumsum([0, *map(len, offset)]),
        beside=np.array([beside for beside, _, _ in entries], dtype=int),
        times=np.array([times for _, times, _ in entries], dtype=int),
        factor=np.array([factor for _, _, factor in entries], dtype=float),
        lifter=np.array([place[lifters[node]] - means if node in lifters else -1 for node in nodes]),
    )


def _offset(informed: Informed, place: Mapping[int, int], node: int) -> list[tuple[int, int, float]]:
    """Return the entries of a node's offset; seasonal contrasts stand behind the links of all nodes."""

    def at(beside: Beside) -> int:
        if isinstance(beside, tuple):
            contrast, item = beside
            return len(informed.nodes) + contrast * len(informed.seasonal) + informed.seasonal.index(item)
        return place[beside]

    entries = []
    for product, factor in informed.offsets.terms.get(node, {}).items():
        one, *other = map(at, product)
        entries.append((one, other[0] if other else -1, factor))
    return entries


def observed_means(
    layout: Layout, informed: Informed, targets: Targets, eta: Tensor, contrast: Tensor | None
) -> Tensor:
    """Return the natural-scale means that rows observe: simple targets first, then composites.

    Parameters
    ----------
    layout, informed
        Nodes, and which of them `eta` holds.
    targets : Targets
        What rows observe.
    eta : tensor (node,)
        Link of the annual mean at the informed nodes.
    contrast : tensor (seasonal_contrast,) or None
        Contrasts of the seasonal effects; None where no row names a season.
    """
    position = {node: i for i, node in enumerate(informed.nodes)}
    value = pick(eta, np.array([position[node] for node in targets.node]))
    support = layout.support()[targets.node]
    season = np.array(targets.season)
    if contrast is not None:
        names = [layout.items[layout.item[node]].name for node in targets.node]
        item = np.array(
            [informed.seasonal.index(n) if s >= 0 else 0 for n, s in zip(names, season, strict=True)]
        )
        value = in_season(value, contrast, item, season, support == "fraction", informed.seasonal)
    return _with_composites(_natural(value, support), targets)


def _natural(value: Tensor, support: np.ndarray) -> Tensor:
    fraction = support == "fraction"
    if fraction.all():
        return pt.sigmoid(value)
    return pt.switch(fraction, pt.sigmoid(value), pt.exp(value)) if fraction.any() else pt.exp(value)


def _with_composites(natural: Tensor, targets: Targets) -> Tensor:
    """Append the composite means, each computed by the accounting's own function on named variables."""
    if not targets.composite:
        return natural
    simple, size = len(targets.node), len(targets.node) + len(targets.composite)
    found = place(natural, np.arange(simple), size)
    for name in dict.fromkeys(targets.composite):
        members = [i for i, other in enumerate(targets.composite) if other == name]
        parts = np.array([targets.parts[i] for i in members])
        named = [as_xtensor(pick(natural, column), dims=("target",)) for column in parts.T]
        constants = np.array([targets.constants[i] for i in members])
        stated = [as_xtensor(pt.as_tensor(column), dims=("target",)) for column in constants.T]
        # Named operations have no gradient of their own: they are lowered to plain ones before NUTS asks for it.
        mean = rewrite_graph(composed(name, named, stated).values, include=("lower_xtensor",), clone=False)
        found += place(mean, simple + np.array(members), size)
    return found
