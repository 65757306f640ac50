"""Effects of groups, species and sites about the overall means, partly centred, as one operation of the model's graph.

A node i below its parent p, with spread t and centring weight w, is sampled as zeta_i ~ Normal(w (m_i + c_i), t^w),
where m_i is what its parent and, for carbon contents, the deposition rate beside it (`dilution`) let expect, and c_i is
what stands between the node and its rows (`offsets`):

    z_i = (zeta_i - w (m_i + c_i)) / t^w,   eta_i = m_i + t z_i,   m_i = eta_p + DILUTION s z_j   (j: the rate's node)

with s the spread of the level and t = s, or sqrt(1 - DILUTION^2) s where the node follows another. Level by level, in
array operations, this was half of a gradient and of the operations to compile; here it is one loop each way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from bayescarbon.model.compiled_ops import calls, compiled, plain
from bayescarbon.model.families import Tensor

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)


@dataclass(frozen=True)
class Effects:
    """How the nodes below the overall means hang together.

    Attributes
    ----------
    means : int
        Number of overall means.
    parent : array of int (node,)
        Place of each node's parent among all nodes, overall means first: parents stand before their children.
    spread : array of int (node,)
        Place of its spread along the level scales.
    weight : array (node,)
        Centring weight, 0 (non-centred) to 1 (centred).
    leader : array of int (node,)
        Place, among the nodes below the means, of the node that it follows, or -1. A node that is followed follows
        none, and no node hangs below one that follows.
    follows : float
        Correlation of a node's effect with that of its leader, in units of their spreads.
    first, beside, times, factor : array (node + 1,), (entry,), (entry,) and (entry,)
        The offset of node i is the sum over entries first[i] to first[i + 1] of factor x what stands at `beside` x what
        stands at `times` (alone where that is -1), among the links of all nodes and the seasonal contrasts behind them.
        A node with an offset has none below it and follows none, and nothing beside it has an offset or follows.
    """

    means: int
    parent: np.ndarray
    spread: np.ndarray
    weight: np.ndarray
    leader: np.ndarray
    follows: float
    first: np.ndarray
    beside: np.ndarray
    times: np.ndarray
    factor: np.ndarray

    def roots(self) -> np.ndarray:
        """Return the overall mean above each node."""
        root = np.arange(self.means + len(self.parent))
        for node, above in enumerate(self.parent):
            root[self.means + node] = root[above]
        return root[self.means :]

    def arrays(self) -> tuple[np.ndarray, ...]:
        """Return what the compiled functions take, with the order of their visits: offsets late, followers last."""
        order = np.argsort(2 * (self.leader >= 0) + (np.diff(self.first) > 0), kind="stable")
        tree = (self.parent, self.spread, self.weight, self.leader, np.array([self.follows]), order)
        return *tree, self.first, self.beside, self.times, self.factor


def add_effects(mu: Tensor, sd: Tensor, contrasts: Tensor, effects: Effects) -> Tensor:
    """Add the nodes below the overall means to the model in context.

    Parameters
    ----------
    mu : tensor (item,)
        Overall means.
    sd : tensor (level,)
        Spreads.
    contrasts : tensor (contrast,)
        Seasonal contrasts of which offsets are made.
    effects : Effects
        The nodes; their dim is ``effect_node``.

    Returns
    -------
    tensor (item + node,)
        Links of all nodes, overall means first.
    """
    arrays, root = effects.arrays(), effects.roots()

    def draw(
        mu: np.ndarray,
        sd: np.ndarray,
        contrasts: np.ndarray,
        weight: np.ndarray,
        rng: np.random.Generator,
        size: object = None,
    ) -> np.ndarray:
        batch = np.broadcast_shapes(mu.shape[:-1], sd.shape[:-1], contrasts.shape[:-1])
        return drawn(mu, sd, contrasts, rng.standard_normal((*batch, len(root))), effects)

    zeta = pm.CustomDist(
        "partly_centred",
        mu,
        sd,
        contrasts,
        # A parameter, so that the size of what is drawn is known.
        effects.weight,
        logp=lambda value, mu, sd, contrasts, weight: PartlyCentred()(mu, sd, contrasts, value, *arrays)[1],
        random=draw,
        support_point=lambda rv, size, mu, sd, contrasts, weight: mu[root] * weight,
        signature="(i),(l),(k),(n)->(n)",
        dims="effect_node",
    )
    links: Tensor = PartlyCentred()(mu, sd, contrasts, zeta, *arrays)[0]
    return links


def drawn(
    mu: np.ndarray, sd: np.ndarray, contrasts: np.ndarray, standard: np.ndarray, effects: Effects
) -> np.ndarray:
    """Return what is sampled in place of the effects, for standard normal effects.

    Parameters
    ----------
    mu, sd, contrasts, standard : array (..., item), (..., level), (..., contrast) and (..., node)
        Overall means, spreads, seasonal contrasts, and effects in units of their spreads.
    effects : Effects
        The nodes.
    """
    batch = standard.shape[:-1]
    found, arrays = np.empty(standard.shape), effects.arrays()
    for place in np.ndindex(*batch):
        m, s, c = plain([np.broadcast_to(a, (*batch, a.shape[-1]))[place] for a in (mu, sd, contrasts)])
        found[place] = _zeta(m, s, c, standard[place], *arrays)
    return found


# Loops in place of NumPy's concatenate, copy and arithmetic on arrays, whose machine code takes longer to make than all
# the rest here.
@compiled
def _zeros(size: int) -> np.ndarray:
    found = np.empty(size)
    for i in range(size):
        found[i] = 0.0
    return found


@compiled
def _beside(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    found = np.empty(len(first) + len(last))
    for i in range(len(first)):
        found[i] = first[i]
    for i in range(len(last)):
        found[len(first) + i] = last[i]
    return found


@compiled
def _zeta(
    mu: np.ndarray,
    sd: np.ndarray,
    contrasts: np.ndarray,
    standard: np.ndarray,
    parent: np.ndarray,
    spread: np.ndarray,
    weight: np.ndarray,
    leader: np.ndarray,
    follows: np.ndarray,
    order: np.ndarray,
    first: np.ndarray,
    beside: np.ndarray,
    times: np.ndarray,
    factor: np.ndarray,
) -> np.ndarray:
    eta = _beside(mu, _beside(_zeros(len(parent)), contrasts))
    found = np.empty(len(parent))
    left = math.sqrt(1.0 - follows.item() ** 2)
    for i in order:
        t, middle = sd[spread[i]], eta[parent[i]]
        if leader[i] >= 0:
            middle += follows.item() * t * standard[leader[i]]
            t *= left
        eta[len(mu) + i] = middle + t * standard[i]
        seen = middle
        for k in range(first[i], first[i + 1]):
            seen += factor[k] * eta[beside[k]] * (eta[times[k]] if times[k] >= 0 else 1.0)
        found[i] = weight[i] * seen + t ** weight[i] * standard[i]
    return found


@compiled
def _links(
    mu: np.ndarray,
    sd: np.ndarray,
    contrasts: np.ndarray,
    zeta: np.ndarray,
    parent: np.ndarray,
    spread: np.ndarray,
    weight: np.ndarray,
    leader: np.ndarray,
    follows: np.ndarray,
    order: np.ndarray,
    first: np.ndarray,
    beside: np.ndarray,
    times: np.ndarray,
    factor: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Links of all nodes, log density of what is sampled in their place, effects in spreads, and the scale of those."""
    eta = _beside(mu, _beside(_zeros(len(zeta)), contrasts))
    z, scale, log_sd = np.empty(len(zeta)), np.empty(len(zeta)), np.empty(len(sd))
    for i in range(len(sd)):
        log_sd[i] = math.log(sd[i])
    left = math.sqrt(1.0 - follows.item() ** 2)
    density = 0.0
    for i in order:
        t, log_t, middle = sd[spread[i]], log_sd[spread[i]], eta[parent[i]]
        if leader[i] >= 0:
            middle += follows.item() * t * z[leader[i]]
            t *= left
            log_t += math.log(left)
        seen = middle
        for k in range(first[i], first[i + 1]):
            seen += factor[k] * eta[beside[k]] * (eta[times[k]] if times[k] >= 0 else 1.0)
        scale[i] = math.exp(-weight[i] * log_t)
        z[i] = (zeta[i] - weight[i] * seen) * scale[i]
        eta[len(mu) + i] = middle + t * z[i]
        density -= 0.5 * z[i] * z[i] + weight[i] * log_t + _HALF_LOG_TWO_PI
    links = np.empty(len(mu) + len(zeta))
    for i in range(len(links)):
        links[i] = eta[i]
    return links, np.array(density), z, scale


@compiled
def _slopes(
    mu: np.ndarray,
    sd: np.ndarray,
    contrasts: np.ndarray,
    zeta: np.ndarray,
    parent: np.ndarray,
    spread: np.ndarray,
    weight: np.ndarray,
    leader: np.ndarray,
    follows: np.ndarray,
    order: np.ndarray,
    first: np.ndarray,
    beside: np.ndarray,
    times: np.ndarray,
    factor: np.ndarray,
    eta: np.ndarray,
    z: np.ndarray,
    scale: np.ndarray,
    by_eta: np.ndarray,
    by_density: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Carry the cotangents of both back to overall means, spreads, seasonal contrasts and what is sampled."""
    items, n = len(mu), len(zeta)
    full, back = _beside(eta, contrasts), _beside(by_eta, _zeros(len(contrasts)))
    back_z, by_sd, by_zeta = _zeros(n), _zeros(len(sd)), np.empty(n)
    follow, density = follows.item(), by_density.item()
    left = math.sqrt(1.0 - follow**2)
    for k in range(n - 1, -1, -1):
        i = order[k]
        t = sd[spread[i]]
        if leader[i] >= 0:
            t *= left
        own = back[items + i]
        slope = back_z[i] + own * t - density * z[i]
        by_zeta[i] = slope * scale[i]
        by_middle = own - weight[i] * by_zeta[i]
        for m in range(first[i], first[i + 1]):
            by_product = -weight[i] * by_zeta[i] * factor[m]
            if times[m] >= 0:
                back[times[m]] += by_product * full[beside[m]]
                by_product *= full[times[m]]
            back[beside[m]] += by_product
        by_log_t = own * t * z[i] - weight[i] * (density + slope * z[i])
        by_sd[spread[i]] += by_log_t / sd[spread[i]]
        back[parent[i]] += by_middle
        if leader[i] >= 0:
            expected = follow * sd[spread[i]]
            back_z[leader[i]] += expected * by_middle
            by_sd[spread[i]] += follow * z[leader[i]] * by_middle
    by_mu, by_contrast = np.empty(items), np.empty(len(contrasts))
    for i in range(items):
        by_mu[i] = back[i]
    for i in range(len(contrasts)):
        by_contrast[i] = back[items + n + i]
    return by_mu, by_sd, by_contrast, by_zeta


class PartlyCentred(Op):
    """`_links` in a model's graph: two outputs to use, and two that the sweep back reads."""

    __props__ = ()

    def make_node(
        self,
        mu: Tensor,
        sd: Tensor,
        contrasts: Tensor,
        zeta: Tensor,
        parent: np.ndarray,
        spread: np.ndarray,
        weight: np.ndarray,
        leader: np.ndarray,
        follows: np.ndarray,
        order: np.ndarray,
        first: np.ndarray,
        beside: np.ndarray,
        times: np.ndarray,
        factor: np.ndarray,
    ) -> Apply:
        """Take the arguments of the compiled function."""
        tree = (parent, spread, weight, leader, follows, order, first, beside, times, factor)
        given = [pt.as_tensor(one) for one in (mu, sd, contrasts, zeta, *tree)]
        sizes = (given[0].type.shape[0], given[4].type.shape[0])
        nodes = None if None in sizes else sum(sizes)
        links, density = pt.tensor(dtype="float64", shape=(nodes,)), pt.scalar(dtype="float64")
        return Apply(self, given, [links, density, given[3].type(), given[3].type()])

    def perform(self, node: Apply, inputs: Sequence[np.ndarray], output_storage: list[list[Any]]) -> None:
        """Evaluate outside a compiled graph."""
        for storage, value in zip(output_storage, _links(*plain(inputs)), strict=True):
            storage[0] = value

    def pullback(
        self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], cotangents: Sequence[Tensor]
    ) -> list[Tensor]:
        """Differentiate links and density in one sweep from the sites to the overall means."""
        connected = [
            pt.zeros_like(output) if isinstance(back.type, DisconnectedType) else back
            for output, back in zip(outputs[:2], cotangents[:2], strict=True)
        ]
        unconnected = [DisconnectedType()() for _ in inputs[4:]]
        return [*_PartlyCentredSlopes()(*inputs, outputs[0], *outputs[2:], *connected), *unconnected]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Say that indices and weights are not differentiated, and what only the sweep back reads neither."""
        return [[i < 4, i < 4, False, False] for i in range(len(node.inputs))]


class _PartlyCentredSlopes(Op):
    __props__ = ()

    def make_node(
        self,
        mu: Tensor,
        sd: Tensor,
        contrasts: Tensor,
        zeta: Tensor,
        parent: Tensor,
        spread: Tensor,
        weight: Tensor,
        leader: Tensor,
        follows: Tensor,
        order: Tensor,
        first: Tensor,
        beside: Tensor,
        times: Tensor,
        factor: Tensor,
        eta: Tensor,
        z: Tensor,
        scale: Tensor,
        by_eta: Tensor,
        by_density: Tensor,
    ) -> Apply:
        tree = (parent, spread, weight, leader, follows, order, first, beside, times, factor)
        ran = (eta, z, scale, by_eta, by_density)
        given = [pt.as_tensor(one) for one in (mu, sd, contrasts, zeta, *tree, *ran)]
        return Apply(self, given, [one.type() for one in given[:4]])

    def perform(self, node: Apply, inputs: Sequence[np.ndarray], output_storage: list[list[Any]]) -> None:
        for storage, value in zip(output_storage, _slopes(*plain(inputs)), strict=True):
            storage[0] = value


calls(PartlyCentred, _links)
calls(_PartlyCentredSlopes, _slopes)
