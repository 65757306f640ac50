"""Seasonal means around an annual mean.

theta is the annual arithmetic mean on the natural scale. Seasonal effects differ on the link, sum to zero over the
four seasons, and are shifted together so that the seasonal means average exactly to theta: nothing about an annual
mean depends on how strong the seasons are, and a stated prior of theta stays as stated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from bayescarbon.model.compiled_ops import calls, compiled, plain
from bayescarbon.model.families import Tensor
from bayescarbon.model.layout import Layout
from bayescarbon.model.places import pick

# Newton steps for the shift of a fraction, on the logit where the function is nearly a line of slope one: exact to
# 1e-9 for effects within two of each other, which is a factor seven in odds.
NEWTON_STEPS = 3
#: Effects of the four seasons (season, contrast) from three free contrasts, orthonormal and summing to zero: no season
#: is left out as a reference.
CONTRASTS = 0.5 * np.array([[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]])
# Whose deposition weighs the seasons of whose mean.
_WEIGHING, _WEIGHED = "biodeposition_rate", "burial_fraction"


def season_contrasts(layout: Layout, seasonal: list[str], centring: np.ndarray) -> Tensor:
    """Add the seasonal effects to the model in context.

    Parameters
    ----------
    layout : Layout
        Items and their priors.
    seasonal : list of str
        Items of which some row names a season.
    centring : array
        Centring weight per item.

    Returns
    -------
    tensor (seasonal_contrast,)
        Free contrasts, the first of every item before the second; the effects that they stand for are the deterministic
        ``season_effect``.
    """
    priors = [layout.items[layout.item_index(name)].prior for name in seasonal]
    median, log_sd = np.array([p.season_sd for p in priors]), np.array([p.season_log_sd for p in priors])
    sd = pm.LogNormal("season_sd", np.log(median), log_sd, dims="seasonal")
    # One vector, with the spreads repeated by hand: shapes and broadcasts would be compiled, and take seconds.
    every = np.tile(np.arange(len(seasonal)), CONTRASTS.shape[1])
    contrast = pm.Normal("season_contrast", 0.0, pick(sd**centring, every), dims="seasonal_contrast")
    contrast = contrast * pick(sd ** (1 - centring), every)
    table = contrast.reshape((CONTRASTS.shape[1], len(seasonal)))
    effect = sum(CONTRASTS[:, i, None] * table[None, i] for i in range(CONTRASTS.shape[1]))
    pm.Deterministic("season_effect", effect, dims=("season", "seasonal"))
    return contrast


def contrast_labels(seasonal: list[str]) -> list[str]:
    """Return a name for each entry of what `season_contrasts` returns."""
    return [f"{name}, {i + 1}" for i in range(CONTRASTS.shape[1]) for name in seasonal]


def in_season(
    annual: Tensor,
    contrast: Tensor,
    item: np.ndarray,
    season: np.ndarray,
    fraction: np.ndarray,
    seasonal: list[str],
) -> Tensor:
    """Return link-scale means in their seasons, given those of the year.

    Parameters
    ----------
    annual : tensor (n,)
        Links of the annual means.
    contrast : tensor (seasonal_contrast,)
        Contrasts of the seasonal effects.
    item, season : array of int (n,)
        Place along `seasonal` and season of each mean; season -1 asks for the annual mean itself.
    fraction : array of bool (n,)
        Whether the link is a logit; else it is a logarithm.
    seasonal : list of str
        Names of the seasonal items. Burial is averaged with deposition as weight where the rows tell how deposition
        varies over the year; all else with equal weights.

    Returns
    -------
    tensor (n,)
        ``annual + effect + shift`` with sum of weights x inverse link(annual + effects + shift) = inverse
        link(annual).
    """
    weighed = [-1, -1]
    if _WEIGHING in seasonal and _WEIGHED in seasonal:
        weighed = [seasonal.index(_WEIGHING), seasonal.index(_WEIGHED)]
    return InSeason()(annual, contrast, item, season, fraction.astype(np.int64), np.array(weighed))


@compiled
def effects_and_weights(contrast: np.ndarray, weighed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the effects of the four seasons and their weights in the annual mean, each (season, seasonal).

    Parameters
    ----------
    contrast : array (seasonal_contrast,)
        Contrasts, the first of every item before the second.
    weighed : array of int (2,)
        Item whose effects weigh, and item that is weighed; -1 where there are none.
    """
    seasons, free = CONTRASTS.shape
    items = len(contrast) // free
    effects, weights = np.empty((seasons, items)), np.empty((seasons, items))
    for j in range(seasons):
        for q in range(items):
            effects[j, q], weights[j, q] = 0.0, 1.0 / seasons
            for i in range(free):
                effects[j, q] += CONTRASTS[j, i] * contrast[i * items + q]
    if weighed[0] >= 0:
        total = 0.0
        for j in range(seasons):
            total += math.exp(effects[j, weighed[0]])
        for j in range(seasons):
            weights[j, weighed[1]] = math.exp(effects[j, weighed[0]]) / total
    return effects, weights


@compiled
def _shift(annual: float, effects: np.ndarray, weights: np.ndarray, item: int, fraction: bool) -> float:
    raised = 0.0
    for j in range(len(effects)):
        raised += weights[j, item] * math.exp(effects[j, item])
    shift = -math.log(raised)
    if not fraction:
        return shift
    for _ in range(NEWTON_STEPS):
        mean, slope = 0.0, 0.0
        for j in range(len(effects)):
            p = 1.0 / (1.0 + math.exp(-(annual + effects[j, item] + shift)))
            mean += weights[j, item] * p
            slope += weights[j, item] * p * (1.0 - p)
        shift -= (math.log(mean) - math.log1p(-mean) - annual) * mean * (1.0 - mean) / slope
    return shift


@compiled
def seasonal_links(
    annual: np.ndarray,
    contrast: np.ndarray,
    item: np.ndarray,
    season: np.ndarray,
    fraction: np.ndarray,
    weighed: np.ndarray,
) -> np.ndarray:
    """Return what `in_season` returns, for arrays; arguments as for `InSeason`."""
    effects, weights = effects_and_weights(contrast, weighed)
    found = np.empty(len(annual))
    for i in range(len(annual)):
        found[i] = annual[i]
        if season[i] >= 0:
            shift = _shift(annual[i], effects, weights, item[i], fraction[i] == 1)
            found[i] += effects[season[i], item[i]] + shift
    return found


@compiled
def _seasonal_slopes(
    annual: np.ndarray,
    contrast: np.ndarray,
    item: np.ndarray,
    season: np.ndarray,
    fraction: np.ndarray,
    weighed: np.ndarray,
    found: np.ndarray,
    cotangent: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of the shift from the equation that it solves, so that no iteration is differentiated."""
    effects, weights = effects_and_weights(contrast, weighed)
    seasons, items = effects.shape
    by_annual, by_contrast = np.empty(len(annual)), np.empty(len(contrast))
    by_effect, by_weight = np.empty((seasons, items)), np.empty((seasons, items))
    for j in range(seasons):
        for q in range(items):
            by_effect[j, q] = by_weight[j, q] = 0.0
    part, value = np.empty(seasons), np.empty(seasons)
    for i in range(len(annual)):
        by_annual[i] = cotangent[i]
        if season[i] < 0:
            continue
        q, back, mine = item[i], cotangent[i], season[i]
        by_effect[mine, q] += back
        shift = found[i] - annual[i] - effects[mine, q]
        slope = 0.0
        for j in range(seasons):
            linked = annual[i] + effects[j, q] + shift
            if fraction[i] == 1:
                value[j] = 1.0 / (1.0 + math.exp(-linked))
                part[j] = weights[j, q] * value[j] * (1.0 - value[j])
            else:
                value[j] = math.exp(linked)
                part[j] = weights[j, q] * value[j]
            slope += part[j]
        if fraction[i] == 1:
            year = 1.0 / (1.0 + math.exp(-annual[i]))
            by_annual[i] += back * (year * (1.0 - year) - slope) / slope
        for j in range(seasons):
            by_effect[j, q] -= back * part[j] / slope
            by_weight[j, q] -= back * value[j] / slope
    if weighed[0] >= 0:
        # A weight is a softmax of effects.
        of, middle = weighed[1], 0.0
        for j in range(seasons):
            middle += weights[j, of] * by_weight[j, of]
        for j in range(seasons):
            by_effect[j, weighed[0]] += weights[j, of] * (by_weight[j, of] - middle)
    for i in range(CONTRASTS.shape[1]):
        for q in range(items):
            slope = 0.0
            for j in range(seasons):
                slope += CONTRASTS[j, i] * by_effect[j, q]
            by_contrast[i * items + q] = slope
    return by_annual, by_contrast


class InSeason(Op):
    """`in_season` in a model's graph."""

    __props__ = ()

    def make_node(
        self,
        annual: Tensor,
        contrast: Tensor,
        item: np.ndarray,
        season: np.ndarray,
        fraction: np.ndarray,
        weighed: np.ndarray,
    ) -> Apply:
        """Take the arguments of the compiled function."""
        given = [pt.as_tensor(one) for one in (annual, contrast, item, season, fraction, weighed)]
        return Apply(self, given, [given[0].type()])

    def perform(self, node: Apply, inputs: Sequence[np.ndarray], output_storage: list[list[Any]]) -> None:
        """Evaluate outside a compiled graph."""
        output_storage[0][0] = seasonal_links(*plain(inputs))

    def pullback(
        self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], cotangents: Sequence[Tensor]
    ) -> list[Tensor]:
        """Differentiate through the equation that the shift solves."""
        unconnected = [DisconnectedType()() for _ in inputs[2:]]
        return [*_InSeasonSlopes()(*inputs, outputs[0], cotangents[0]), *unconnected]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Say that the indices are not differentiated."""
        return [[i < 2] for i in range(len(node.inputs))]


class _InSeasonSlopes(Op):
    __props__ = ()

    def make_node(
        self,
        annual: Tensor,
        contrast: Tensor,
        item: Tensor,
        season: Tensor,
        fraction: Tensor,
        weighed: Tensor,
        found: Tensor,
        cotangent: Tensor,
    ) -> Apply:
        given = [
            pt.as_tensor(one) for one in (annual, contrast, item, season, fraction, weighed, found, cotangent)
        ]
        return Apply(self, given, [one.type() for one in given[:2]])

    def perform(self, node: Apply, inputs: Sequence[np.ndarray], output_storage: list[list[Any]]) -> None:
        for storage, value in zip(output_storage, _seasonal_slopes(*plain(inputs)), strict=True):
            storage[0] = value


calls(InSeason, seasonal_links)
calls(_InSeasonSlopes, _seasonal_slopes)
