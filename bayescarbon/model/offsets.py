"""What rows see beside the effect that they inform: a season, the size of the measured animals.

A row on what scallops of 41 mm deposit in June pins down a product of rate, season and size. With the site's effect
sampled about its own mean, such a row holds effect, seasonal contrasts and size exponent to one curved ridge, which
gets the narrower the less samples scatter, and at whose end NUTS diverges. So the effect is centred about what its
rows see: its mean plus an offset, to second order in the links of the others and in the seasonal contrasts. Where that
falls short of the equation, at some distance from the prior medians, only geometry is lost; the posterior is the same
with any offset.

No expansion follows an organic share that the carbon of its shell lifts, which has a bend: there what rows see is
sampled itself (`effect_loops`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bayescarbon.evidence.quantities import inverse_link
from bayescarbon.model.composites import LIFTED_SHARE, composed
from bayescarbon.model.dilution import diluted_by
from bayescarbon.model.layout import Item, Layout
from bayescarbon.model.observations import Observations, Targets
from bayescarbon.model.seasons import CONTRASTS, seasonal_links

# Distance on the link over which slopes and curvatures are taken: error and rounding are both about 1e-6 there.
_STEP = 1e-3
_EXACT = 1e-5

#: What an offset is made of: the link of a layout's node, or a contrast of a seasonal item.
type Beside = int | tuple[int, str]


@dataclass(frozen=True)
class Offsets:
    """By node of the layout, what its rows see beside it.

    Attributes
    ----------
    terms : dict of int to dict of tuple to float
        Node -> product of one or two links or contrasts -> factor.
    lifters : dict of int to int
        Node of an organic share -> node of the shell carbon that lifts it.
    """

    terms: dict[int, dict[tuple[Beside, ...], float]] = field(default_factory=dict)
    lifters: dict[int, int] = field(default_factory=dict)

    def __contains__(self, node: int) -> bool:
        """Return whether a node is sampled about all that its rows see."""
        return node in self.terms or node in self.lifters


def offsets(layout: Layout, observations: Observations) -> Offsets:
    """Return the offsets of all nodes whose rows see something beside them.

    Parameters
    ----------
    layout : Layout
        Nodes and priors, about whose medians the equations are expanded. No value of a row enters.
    observations : Observations
        Rows and their targets.
    """
    parents, followers = set(layout.parent), diluted_by(layout) >= 0
    rows, targets = observations.rows, observations.targets
    expansions = {target: _expansion(layout, targets, target) for target in rows["target"].unique()}
    weight: dict[int, float] = defaultdict(float)
    terms: dict[int, dict[tuple[Beside, ...], float]] = defaultdict(lambda: defaultdict(float))
    for target, n in zip(rows["target"], rows["n"].fillna(1.0), strict=True):
        lead, found = expansions[target]
        # A node about which others are centred must stand before them, so it cannot have an offset as well.
        if lead is None or lead in parents or followers[lead]:
            continue
        weight[lead] += n
        for product, factor in found.items():
            terms[lead][product] += n * factor
    shifted = {lead for lead, found in terms.items() if found}

    def before(beside: Beside) -> Beside:
        while isinstance(beside, int) and (beside in shifted or followers[beside]):
            beside = layout.parent[beside]
        return beside

    offset: dict[int, dict[tuple[Beside, ...], float]] = {}
    for lead in shifted:
        moved: dict[tuple[Beside, ...], float] = defaultdict(float)
        for product, factor in terms[lead].items():
            moved[tuple(map(before, product))] += factor / weight[lead]
        offset[lead] = dict(moved)
    return Offsets(offset, _lifters(targets))


def _lifters(targets: Targets) -> dict[int, int]:
    pairs = zip(targets.composite, targets.parts, strict=True)
    lifted = [parts for name, parts in pairs if name == LIFTED_SHARE]
    return {targets.node[share]: targets.node[carbon] for share, carbon in lifted}


def _expansion(
    layout: Layout, targets: Targets, target: int
) -> tuple[int | None, dict[tuple[Beside, ...], float]]:
    """Return the node that a target reads to a factor, if any, and the rest of its link to second order."""
    simple = len(targets.node)
    parts = (target,) if target < simple else targets.parts[target - simple]
    nodes, seasons = [targets.node[part] for part in parts], [targets.season[part] for part in parts]
    items = [layout.items[layout.item[node]] for node in nodes]
    composite = target >= simple
    name = targets.composite[target - simple] if composite else ""
    constants = targets.constants[target - simple] if composite else ()
    seasonal = list(
        dict.fromkeys(item.name for item, season in zip(items, seasons, strict=True) if season >= 0)
    )
    if name == LIFTED_SHARE or (len(parts) == 1 and not seasonal):
        return None, {}
    read = _reading(name, items, constants, seasons, seasonal)
    size = len(parts) + len(CONTRASTS.T) * len(seasonal)
    middle = np.zeros(size)
    middle[: len(parts)] = [item.prior.location for item in items]
    step = _STEP * np.eye(size)
    slope = np.array([read(middle + one) - read(middle - one) for one in step]) / (2.0 * _STEP)
    levels = np.array([layout.level[node] for node in nodes])
    leads = np.flatnonzero((np.abs(slope[: len(parts)] - 1.0) < _EXACT) & (levels >= 0))
    if not len(leads):
        return None, {}
    besides: list[Beside] = [*nodes, *((k, item) for k in range(len(CONTRASTS.T)) for item in seasonal)]
    others = [i for i in range(size) if i != leads[0]]
    found: dict[tuple[Beside, ...], float] = defaultdict(float)
    for i in others:
        found[besides[i],] += slope[i]
        for j in others:
            ends = [a * b * read(middle + a * step[i] + b * step[j]) for a in (1, -1) for b in (1, -1)]
            bend = sum(ends) / (4.0 * _STEP**2)
            # Half of bend x (x_i - middle_i) (x_j - middle_j), less its constant.
            found[besides[i], besides[j]] += 0.5 * bend
            found[besides[i],] -= bend * middle[j]
    return nodes[leads[0]], {product: factor for product, factor in found.items() if abs(factor) > _EXACT}


def _reading(
    name: str, items: list[Item], constants: tuple[float, ...], seasons: list[int], seasonal: list[str]
) -> Callable[[np.ndarray], float]:
    """Return the link of what a target reads, as a function of its parts' annual links and the contrasts."""
    fraction = np.array([item.quantity.support == "fraction" for item in items], dtype=np.int64)
    place = np.array([seasonal.index(item.name) if item.name in seasonal else 0 for item in items])
    when, unweighed = np.array(seasons), np.array([-1, -1])

    def read(given: np.ndarray) -> float:
        links = given[: len(items)].copy()
        if seasonal:
            links = seasonal_links(links, given[len(items) :], place, when, fraction, unweighed)
        if not name:
            return float(links[0])
        means = [inverse_link(item.quantity.support, value) for item, value in zip(items, links, strict=True)]
        return float(np.log(composed(name, means, constants)))

    return read
