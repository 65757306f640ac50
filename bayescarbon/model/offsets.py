"""What rows see beside the effect that they inform: a season, the size of the measured animals.

A row on what scallops of 41 mm deposit in June pins down a product of rate, season and size. With the site's effect
sampled about its own mean, such a row holds effect, seasonal contrasts and size exponent to one curved ridge, which
gets the narrower the less samples scatter, and at whose end NUTS diverges. So the effect is centred about what its
rows see: its mean plus an offset, linear in the links of the others. Where the line falls short of the equation, at
some distance from the prior medians, only geometry is lost; the posterior is the same with any offset.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from bayescarbon.evidence.quantities import inverse_link
from bayescarbon.model.composites import composed
from bayescarbon.model.dilution import diluted_by
from bayescarbon.model.layout import Layout
from bayescarbon.model.observations import Observations, Targets
from bayescarbon.model.seasons import CONTRASTS

# Half the distance, on the link, over which an equation is held to be a line.
_STEP = 1e-4
_EXACT = 1e-6


@dataclass(frozen=True)
class Offsets:
    """By node, what its rows see beside it: factors of links and of seasonal contrasts.

    Attributes
    ----------
    links : dict of int to dict of int to float
        Node of the layout -> other node -> factor.
    contrasts : dict of int to dict of (int, str) to float
        Node of the layout -> contrast and seasonal item -> factor.
    """

    links: dict[int, dict[int, float]] = field(default_factory=dict)
    contrasts: dict[int, dict[tuple[int, str], float]] = field(default_factory=dict)


def offsets(layout: Layout, observations: Observations) -> Offsets:
    """Return the offsets of all nodes whose rows see something beside them.

    Parameters
    ----------
    layout : Layout
        Nodes and priors, at whose medians the equations are linearised. No value of a row enters.
    observations : Observations
        Rows and their targets.
    """
    parents, followers = set(layout.parent), diluted_by(layout) >= 0
    targets, rows = observations.targets, observations.rows
    weight: dict[int, float] = defaultdict(float)
    links: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    contrasts: dict[int, dict[tuple[int, str], float]] = defaultdict(lambda: defaultdict(float))
    slopes = {target: _slopes(layout, targets, target) for target in rows["target"].unique()}
    for target, n in zip(rows["target"], rows["n"].fillna(1.0), strict=True):
        lead = next(
            (
                targets.node[part]
                for part, slope in slopes[target].items()
                if abs(slope - 1.0) < _EXACT and layout.level[targets.node[part]] >= 0
            ),
            None,
        )
        # A node about which others are centred must stand before them, so it cannot have an offset as well.
        if lead is None or lead in parents or followers[lead]:
            continue
        weight[lead] += n
        for part, slope in slopes[target].items():
            node, season = targets.node[part], targets.season[part]
            if node != lead:
                links[lead][node] += n * slope
            if season >= 0:
                name = layout.items[layout.item[node]].name
                for k, contrast in enumerate(CONTRASTS[season]):
                    contrasts[lead][k, name] += n * slope * contrast
    shifted = {lead for lead in weight if links[lead] or contrasts[lead]}

    def before(node: int) -> int:
        while node in shifted or followers[node]:
            node = layout.parent[node]
        return node

    found = Offsets({lead: defaultdict(float) for lead in shifted}, {})
    for lead in shifted:
        for node, total in links[lead].items():
            found.links[lead][before(node)] += total / weight[lead]
        found.contrasts[lead] = {key: total / weight[lead] for key, total in contrasts[lead].items()}
    return found


def _slopes(layout: Layout, targets: Targets, target: int) -> dict[int, float]:
    """Return the slope of a target's link by the link of each of its parts, at the prior medians."""
    simple = len(targets.node)
    if target < simple:
        return {target: 1.0}
    which = target - simple
    name, parts, constants = targets.composite[which], targets.parts[which], targets.constants[which]
    items = [layout.items[layout.item[targets.node[part]]] for part in parts]
    middle = np.array([item.prior.location for item in items])

    def reading(links: np.ndarray) -> float:
        means = [inverse_link(item.quantity.support, value) for item, value in zip(items, links, strict=True)]
        return float(np.log(composed(name, means, constants)))

    ends = [[reading(middle + way * step) for way in (1.0, -1.0)] for step in _STEP * np.eye(len(parts))]
    return {part: (up - down) / (2.0 * _STEP) for part, (up, down) in zip(parts, ends, strict=True)}
