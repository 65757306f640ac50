"""Seasonal means around an annual mean.

theta is the annual arithmetic mean on the natural scale. Seasonal effects differ on the link, sum to zero over the
four seasons, and are shifted together so that the seasonal means average exactly to theta: nothing about an annual
mean depends on how strong the seasons are, and a stated prior of theta stays as stated.

Written with one-dimensional elementwise operations: a matrix product alone costs the compiler 25 s.
"""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.gradient import disconnected_grad

from bayescarbon.model.families import Tensor
from bayescarbon.model.layout import Layout
from bayescarbon.model.priors import SEASON_SIGNS, SEASONS

# Newton steps for the shift of a fraction, on the logit where the function is nearly a line of slope one: exact to
# 1e-9 for effects within two of each other, which is a factor seven in odds.
NEWTON_STEPS = 3


def season_effects(layout: Layout, seasonal: list[str], centring: np.ndarray) -> list[Tensor]:
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
    list of tensor
        One vector over the seasonal items for each of the four seasons; they sum to zero.
    """
    priors = [layout.items[layout.item_index(name)].prior for name in seasonal]
    median, log_sd = np.array([p.season_sd for p in priors]), np.array([p.season_log_sd for p in priors])
    sd = pm.LogNormal("season_sd", np.log(median), log_sd, dims="seasonal")
    contrasts = [
        sd ** (1 - centring) * pm.Normal(f"season_contrast_{i}", 0.0, sd**centring, dims="seasonal")
        for i in (1, 2, 3)
    ]
    effects = []
    for season, signs in zip(SEASONS, SEASON_SIGNS, strict=True):
        effect = 0.5 * sum(sign * contrast for sign, contrast in zip(signs, contrasts, strict=True))
        effects.append(pm.Deterministic(f"season_{season}", effect, dims="seasonal"))
    return effects


def season_weights(effects: list[Tensor], seasonal: list[str]) -> list[Tensor]:
    """Return the weight of each season in the annual mean of every seasonal item.

    Burial is averaged with deposition as weight where the rows tell how deposition varies over the year; all else
    with equal weights.

    Parameters
    ----------
    effects : list of tensor
        Seasonal effects, one vector per season.
    seasonal : list of str
        Items along them.
    """
    equal = [np.full(len(seasonal), 1 / len(SEASONS)) for _ in SEASONS]
    if "burial_fraction" not in seasonal or "biodeposition_rate" not in seasonal:
        return equal
    rate = seasonal.index("biodeposition_rate")
    deposition = [pt.exp(effect[rate]) for effect in effects]
    total = deposition[0] + deposition[1] + deposition[2] + deposition[3]
    buried = np.array([float(name == "burial_fraction") for name in seasonal])
    return [buried * part / total + (1 - buried) / len(SEASONS) for part in deposition]


def season_value(
    support: str, annual: Tensor, own: Tensor, effects: list[Tensor], weights: list[Tensor]
) -> Tensor:
    """Return the link-scale mean in one season, given that of the year.

    Parameters
    ----------
    support : {"fraction", "positive"}
        Support of the quantity.
    annual : tensor (n,)
        Link of the annual mean.
    own : tensor (n,)
        Effect of the season asked for.
    effects, weights : list of tensor (n,)
        Effects of the four seasons and their weights in the annual mean.

    Returns
    -------
    tensor (n,)
        ``annual + own + shift`` with sum of weights x inverse link(annual + effect + shift) = inverse link(annual).
    """
    raised = sum(w * pt.exp(e) for w, e in zip(weights, effects, strict=True))
    shift = -pt.log(raised)
    if support == "positive":
        return annual + own + shift
    for _ in range(NEWTON_STEPS):
        # At the solution a Newton step no longer depends on where it started, so the last step alone carries the
        # derivative; without this the gradient would unroll every step.
        shift = disconnected_grad(shift)
        parts = [pt.sigmoid(annual + e + shift) for e in effects]
        mean = sum(w * p for w, p in zip(weights, parts, strict=True))
        slope = sum(w * p * (1 - p) for w, p in zip(weights, parts, strict=True)) / (mean * (1 - mean))
        shift = shift - (pt.log(mean) - pt.log1p(-mean) - annual) / slope
    return annual + own + shift
