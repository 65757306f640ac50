"""How far each effect is centred: by the share of what is known about it that comes from data.

Centred effects suit a node with much data, non-centred ones a node with none; the wrong choice costs NUTS a factor
of ten or more in effective samples per second (design 2, "Geometry"). Between them lies partial centring with a
weight per node: zeta ~ Normal(parent w, sd^w), effect = parent + sd^(1-w) (zeta - parent w). Where rows see a node
together with others it is centred about what they see (`offsets`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bayescarbon.model.dilution import DILUTION, diluted_by
from bayescarbon.model.layout import Layout
from bayescarbon.model.measurements.model import Term
from bayescarbon.model.observations import Observations
from bayescarbon.model.offsets import Offsets


def information(
    layout: Layout, observations: Observations, terms: Sequence[Term] = (), offsets: Offsets | None = None
) -> np.ndarray:
    """Return, per node, the precision on the link scale that its own and its children's rows carry.

    Parameters
    ----------
    layout : Layout
        Nodes, every parent before its children.
    observations : Observations
        Rows and their targets.
    terms : sequence of Term
        Tables with likelihoods of their own.
    offsets : Offsets, optional
        Nodes that are sampled about what their rows see have all that a row tells about it.

    Returns
    -------
    array
        Zero for a node below which there is no row. Priors alone give the scale, so no value of a row enters.
    """
    precision = np.zeros(layout.n_nodes)
    targets, rows = observations.targets, observations.rows
    simple = len(targets.node)
    for target, scatter, n, form in zip(
        rows["target"], rows["scatter"], rows["n"], rows["form"], strict=True
    ):
        definition = observations.scatter[scatter]
        # At the low end of what samples may scatter: there a row is a narrow ridge unless its node is centred, while a
        # weight that is a little too high costs little.
        variance = _link_variance(definition.support, definition.prior.q50, definition.scatter.q05)
        count = 2.0 if form == "range" else float(np.nan_to_num(n, nan=1.0))
        parts = (target,) if target < simple else targets.parts[target - simple]
        for part in parts:
            node = targets.node[part]
            shared = 1 if offsets is not None and node in offsets else len(parts)
            precision[node] += count / variance / shared
    for term in terms:
        np.add.at(precision, term.nodes, term.information)
    # What is known of a carbon content tells of the rate beside it, so both are in the model or neither.
    rates = diluted_by(layout)
    for content in np.flatnonzero((rates >= 0) & (precision > 0)):
        # However well the content is known, its site effect says only so much of the rate's.
        rate = rates[content]
        content_sd, rate_sd = (layout.sd_median[layout.sd[node]] for node in (content, rate))
        left = 1.0 - DILUTION**2 + 1.0 / (precision[content] * content_sd**2)
        precision[rate] += DILUTION**2 / left / rate_sd**2
    for node in range(layout.n_nodes - 1, len(layout.items) - 1, -1):
        if precision[node] > 0:
            spread = layout.sd_median[layout.sd[node]]
            precision[layout.parent[node]] += 1.0 / (spread**2 + 1.0 / precision[node])
    return precision


def season_centring(layout: Layout, observations: Observations, seasonal: list[str]) -> np.ndarray:
    """Return the centring weight of each item's seasonal effects.

    Parameters
    ----------
    layout : Layout
        Nodes and priors.
    observations : Observations
        Rows; those of a season at a site tell about the effect as far as the site itself is known.
    seasonal : list of str
        Items with seasonal effects.

    Returns
    -------
    array
        Between 0 (non-centred) and 1 (centred).
    """
    told = np.zeros(len(seasonal))
    targets, rows = observations.targets, observations.rows
    simple = len(targets.node)
    for target, scatter, n in zip(rows["target"], rows["scatter"], rows["n"], strict=True):
        definition = observations.scatter[scatter]
        variance = _link_variance(definition.support, definition.prior.q50, definition.scatter.q50)
        for part in (target,) if target < simple else targets.parts[target - simple]:
            name = layout.items[layout.item[targets.node[part]]].name
            if targets.season[part] >= 0:
                node = targets.node[part]
                site = layout.sd_median[layout.sd[node]] if layout.sd[node] >= 0 else 0.0
                # A quarter: each of the three contrasts has half the weight, squared, on every season.
                told[seasonal.index(name)] += 0.25 / (site**2 + variance / np.nan_to_num(n, nan=1.0))
    spread = np.array([layout.items[layout.item_index(name)].prior.season_sd for name in seasonal])
    return told * spread**2 / (1.0 + told * spread**2)


def centring_weights(layout: Layout, precision: np.ndarray) -> np.ndarray:
    """Return the centring weight of every node, between 0 (non-centred) and 1 (centred)."""
    spread = np.array([layout.sd_median[s] if s >= 0 else 0.0 for s in layout.sd])
    told = precision * spread**2
    return told / (1.0 + told)


def _link_variance(support: str, median: float, cv: float) -> float:
    if not np.isfinite(
        median
    ):  # a composite states no prior of its own: its scatter is small against its level
        return cv**2
    return (cv / (1.0 - median)) ** 2 if support == "fraction" else cv**2
