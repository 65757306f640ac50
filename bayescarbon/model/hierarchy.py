"""The vectorised hierarchy as PyMC variables: overall means, level effects, seasons, observed means.

Only nodes below which there is data are sampled by NUTS. All others are conditionally independent of the data given
the overall means and the level scales, and are drawn exactly from that conditional afterwards (`predict`): the same
posterior, in a model whose size follows the data instead of the farm list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.xtensor import as_xtensor

from bayescarbon.model.centring import centring_weights, information, season_centring
from bayescarbon.model.composites import composed
from bayescarbon.model.families import Tensor
from bayescarbon.model.layout import LEVELS, Layout
from bayescarbon.model.observations import Observations, Targets
from bayescarbon.model.priors import LEVEL_LOG_SD, SEASON_BASIS, SEASONS


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
    """

    nodes: np.ndarray
    items: np.ndarray
    sds: np.ndarray
    seasonal: list[str]
    weights: np.ndarray
    season_weights: np.ndarray


def informed_part(layout: Layout, observations: Observations) -> Informed:
    """Return which nodes, items and scales the rows inform, and how each effect is centred."""
    precision = information(layout, observations)
    nodes = np.flatnonzero(precision > 0)
    level = np.array(layout.level)[nodes]
    nodes = nodes[np.argsort(level, kind="stable")]
    items = nodes[np.array(layout.level)[nodes] == -1]
    sds = np.unique([layout.sd[n] for n in nodes if layout.sd[n] >= 0]).astype(int)
    seasonal = list(layout.seasonal)
    weights = centring_weights(layout, precision)[nodes]
    return Informed(nodes, items, sds, seasonal, weights, season_centring(layout, observations, seasonal))


def node_label(layout: Layout, node: int) -> str:
    """Return a readable name of a node: item, group, species and site."""
    return " | ".join(part for part in layout.keys[node] if part)


def hierarchy(layout: Layout, informed: Informed) -> tuple[Tensor, Tensor | None]:
    """Add the informed nodes to the model in context.

    Returns
    -------
    eta : tensor (node,)
        Link-scale value of every informed node, in the order of ``informed.nodes``.
    season : tensor (seasonal item, 4) or None
        Seasonal effects on the link; each row sums to zero.
    """
    place = {node: position for position, node in enumerate(informed.nodes)}
    sd_place = {sd: position for position, sd in enumerate(informed.sds)}
    priors = [layout.items[i].prior for i in informed.items]
    eta = pm.Normal("mu", [p.location for p in priors], [p.sd_mu for p in priors], dims="item")
    medians = np.array(layout.sd_median)[informed.sds]
    sd = pm.LogNormal("level_sd", np.log(medians), LEVEL_LOG_SD, dims="level")
    level = np.array(layout.level)[informed.nodes]
    for depth, name in enumerate(LEVELS):
        here = np.flatnonzero(level == depth)
        if not len(here):
            continue
        nodes = informed.nodes[here]
        parent = eta[np.array([place[layout.parent[n]] for n in nodes])]
        spread = sd[np.array([sd_place[layout.sd[n]] for n in nodes])]
        weight = informed.weights[here]
        zeta = pm.Normal(f"{name}_partly_centred", parent * weight, spread**weight, dims=f"{name}_node")
        eta = pt.concatenate([eta, parent + spread ** (1 - weight) * (zeta - parent * weight)])
    eta = pm.Deterministic("eta", eta, dims="node")
    return eta, _season_effects(layout, informed)


def _season_effects(layout: Layout, informed: Informed) -> Tensor | None:
    if not informed.seasonal:
        return None
    priors = [layout.items[layout.item_index(name)].prior for name in informed.seasonal]
    median, log_sd = [p.season_sd for p in priors], [p.season_log_sd for p in priors]
    sd = pm.LogNormal("season_sd", np.log(median), log_sd, dims="seasonal")
    sd, weight = sd[:, None], informed.season_weights[:, None]
    free = pm.Normal("season_partly_centred", 0.0, sd**weight, dims=("seasonal", "season_contrast"))
    effects = sd ** (1 - weight) * (free @ SEASON_BASIS.T)
    return pm.Deterministic("season", effects, dims=("seasonal", "season_name"))


def season_weights(season: Tensor | None, seasonal: list[str], name: str, softmax) -> Tensor:
    """Return the weight of each season in an item's annual mean.

    Burial is averaged with deposition as weight where the rows tell how deposition varies over the year; all else
    with equal weights.

    Parameters
    ----------
    season : tensor or array (..., seasonal item, 4), or None
        Seasonal effects on the link.
    seasonal : list of str
        Items along `season`.
    name : str
        Item whose annual mean is wanted.
    softmax : callable
        Over the last axis, of the kind of `season`.
    """
    if season is not None and name == "burial_fraction" and "biodeposition_rate" in seasonal:
        return softmax(season[..., seasonal.index("biodeposition_rate"), :])
    return np.full(len(SEASONS), 1 / len(SEASONS))


def observed_means(
    layout: Layout, informed: Informed, targets: Targets, eta: Tensor, season: Tensor | None
) -> Tensor:
    """Return the natural-scale means that rows observe: simple targets first, then composites."""
    place = {node: position for position, node in enumerate(informed.nodes)}
    index = np.array([place[node] for node in targets.node])
    value = eta[index]
    support = layout.support()[targets.node]
    natural = _natural(value, support)
    names = [layout.items[layout.item[node]].name for node in targets.node]
    moved = np.array([i for i, name in enumerate(names) if name in layout.seasonal])
    if len(moved) and season is not None:
        rows = np.array([layout.seasonal[names[i]] for i in moved])
        by_season = _natural(value[moved][:, None] + season[rows], support[moved][:, None])
        weight = _target_weights(season, informed.seasonal, [names[i] for i in moved], np.array(targets.season)[moved])
        natural = pt.set_subtensor(natural[moved], (weight * by_season).sum(axis=1))
    return _with_composites(natural, targets)


def _natural(value: Tensor, support: np.ndarray) -> Tensor:
    fraction = np.broadcast_to(support == "fraction", support.shape)
    if fraction.all():
        return pt.sigmoid(value)
    return pt.switch(fraction, pt.sigmoid(value), pt.exp(value)) if fraction.any() else pt.exp(value)


def _target_weights(season: Tensor, seasonal: list[str], names: list[str], when: np.ndarray) -> Tensor:
    fixed = np.where(when[:, None] >= 0, np.eye(len(SEASONS))[when], 1 / len(SEASONS))
    weight = pt.as_tensor(fixed)
    annual_burial = np.array([i for i, n in enumerate(names) if n == "burial_fraction" and when[i] < 0], dtype=int)
    if len(annual_burial):
        deposition = season_weights(season, seasonal, "burial_fraction", lambda x: pt.special.softmax(x, axis=-1))
        weight = pt.set_subtensor(weight[annual_burial], deposition)
    return weight


def _with_composites(natural: Tensor, targets: Targets) -> Tensor:
    """Append the composite means, each computed by the accounting's own function on named variables."""
    blocks = [natural]
    order: list[int] = []
    for name in dict.fromkeys(targets.composite):
        members = [i for i, other in enumerate(targets.composite) if other == name]
        parts = np.array([targets.parts[i] for i in members])
        named = [as_xtensor(natural[parts[:, j]], dims=("target",)) for j in range(parts.shape[1])]
        # Named operations have no gradient of their own: they are lowered to plain ones before NUTS asks for it.
        blocks.append(rewrite_graph(composed(name, named).values, include=("lower_xtensor",), clone=False))
        order.extend(members)
    if len(blocks) == 1:
        return natural
    composite = pt.concatenate(blocks[1:])[np.argsort(order)]
    return pt.concatenate([natural, composite])
