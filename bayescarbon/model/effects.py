"""Effects of groups, species and sites about the overall means, partly centred, as one operation of the model's graph.

A node i below its parent p, with spread t and centring weight w, is sampled as zeta_i ~ Normal(w (m_i + c_i), t^w),
where m_i is what its parent and, for carbon contents, the deposition rate beside it (`dilution`) let expect, and c_i is
what stands between the node and its rows (`offsets`):

    z_i = (zeta_i - w (m_i + c_i)) / t^w,   eta_i = m_i + t z_i,   m_i = eta_p + DILUTION s z_j   (j: the rate's node)

with s the spread of the level and t = s, or sqrt(1 - DILUTION^2) s where the node follows another. Of an organic share
that rows see and of the carbon of its shell, which lifts it, others stand in place of eta_i here, and both follow from
them (`effect_loops`). Level by level, in array operations, this was half of a gradient and of the operations to
compile; now it is one loop each way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from bayescarbon.accounting.bounds import CARBON_CORNER
from bayescarbon.accounting.constants import CARBONATE_CARBON
from bayescarbon.model.compiled_ops import calls, plain
from bayescarbon.model.effect_loops import links_of, slopes_of, zeta_of
from bayescarbon.model.families import Tensor


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
    lifter : array of int (node,)
        Place, among the nodes below the means, of the shell carbon that lifts what rows see of the node, or -1. Neither
        has a node below it or an offset, follows or is followed, and no carbon lifts two.
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
    lifter: np.ndarray

    def __post_init__(self) -> None:
        """Refuse a lifter that the loops would visit at the wrong time."""
        lifted = np.flatnonzero(self.lifter >= 0)
        pairs = np.concatenate([lifted, self.lifter[lifted]])
        bound = np.concatenate([np.flatnonzero(self.leader >= 0), self.leader, self.parent - self.means])
        offset = np.flatnonzero(np.diff(self.first))
        if len(np.unique(pairs)) < len(pairs) or np.isin(pairs, np.concatenate([bound, offset])).any():
            raise ValueError(
                "a lifted share or its carbon has an offset, a follower or a node below it, or is shared"
            )

    def roots(self) -> np.ndarray:
        """Return the overall mean above each node."""
        root = np.arange(self.means + len(self.parent))
        for node, above in enumerate(self.parent):
            root[self.means + node] = root[above]
        return root[self.means :]

    def arrays(self) -> tuple[np.ndarray, ...]:
        """Return what the compiled functions take, with the order of their visits.

        What is lifted comes late, what has an offset later, followers last.
        """
        constants = np.array([self.follows, CARBONATE_CARBON, CARBON_CORNER])
        late = np.select([self.leader >= 0, np.diff(self.first) > 0, self.lifter >= 0], [3, 2, 1])
        order = np.argsort(late, kind="stable")
        tree = (self.parent, self.spread, self.weight, self.leader, constants, order)
        return *tree, self.first, self.beside, self.times, self.factor, self.lifter


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
        found[place] = zeta_of(m, s, c, standard[place], *arrays)
    return found


class PartlyCentred(Op):
    """`links_of` in a model's graph: two outputs to use, and three that the sweep back reads."""

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
        constants: np.ndarray,
        order: np.ndarray,
        first: np.ndarray,
        beside: np.ndarray,
        times: np.ndarray,
        factor: np.ndarray,
        lifter: np.ndarray,
    ) -> Apply:
        """Take the arguments of the compiled function."""
        tree = (parent, spread, weight, leader, constants, order, first, beside, times, factor, lifter)
        given = [pt.as_tensor(one) for one in (mu, sd, contrasts, zeta, *tree)]
        sizes = (given[0].type.shape[0], given[4].type.shape[0])
        nodes = None if None in sizes else sum(sizes)
        links, density = pt.tensor(dtype="float64", shape=(nodes,)), pt.scalar(dtype="float64")
        return Apply(self, given, [links, density, *(given[3].type() for _ in range(3))])

    def perform(self, node: Apply, inputs: Sequence[np.ndarray], output_storage: list[list[Any]]) -> None:
        """Evaluate outside a compiled graph."""
        for storage, value in zip(output_storage, links_of(*plain(inputs)), strict=True):
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
        return [[i < 4, i < 4, False, False, False] for i in range(len(node.inputs))]


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
        constants: Tensor,
        order: Tensor,
        first: Tensor,
        beside: Tensor,
        times: Tensor,
        factor: Tensor,
        lifter: Tensor,
        eta: Tensor,
        z: Tensor,
        scale: Tensor,
        lowered: Tensor,
        by_eta: Tensor,
        by_density: Tensor,
    ) -> Apply:
        tree = (parent, spread, weight, leader, constants, order, first, beside, times, factor, lifter)
        ran = (eta, z, scale, lowered, by_eta, by_density)
        given = [pt.as_tensor(one) for one in (mu, sd, contrasts, zeta, *tree, *ran)]
        return Apply(self, given, [one.type() for one in given[:4]])

    def perform(self, node: Apply, inputs: Sequence[np.ndarray], output_storage: list[list[Any]]) -> None:
        for storage, value in zip(output_storage, slopes_of(*plain(inputs)), strict=True):
            storage[0] = value


calls(PartlyCentred, links_of)
calls(_PartlyCentredSlopes, slopes_of)
