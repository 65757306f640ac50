"""Scales on which an outcome is regressed; a quantile goes there and back, whatever monotone function the scale is.

Two are tried. Normal scores make any continuous outcome normal, but carry the noise of its extreme draws. A
straightened scale, log(1 + g t) / g of the standardised outcome t, is smooth: the outcome itself where it is symmetric,
the logarithm of a log-normal whatever constant was added to it (Tukey's g distribution; Hoaglin 1985). Both move with
the outcome's location and unit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from bayescarbon.information.features import normal_scores
from bayescarbon.issuance.statistics import Floats

#: Level of the lower of the two quantiles that, with the median, tell the skew.
_TAIL, _TAIL_SCORE = 0.05, 1.6448536269514722
#: Below this the logarithm's argument is continued as a straight line.
_LEAST = 0.05
_MOST_SKEW = 2.0


@dataclass(frozen=True)
class Scale:
    """An outcome on another scale.

    Attributes
    ----------
    values : array (n,)
        The draws there.
    back : callable
        From there to the outcome.
    growth : float
        Where it is not 0, the outcome less `asymptote` is proportional to exp(growth x the scale).
    asymptote : float
        Where the straightened logarithm's argument is 0.
    """

    values: Floats
    back: Callable[[Floats], Floats]
    growth: float = 0.0
    asymptote: float = 0.0


def scales(outcome: Floats) -> tuple[Scale, ...]:
    """Return the scales on which an outcome is regressed.

    Parameters
    ----------
    outcome : array (n,)
        Draws that are not all equal.
    """
    ordered = np.sort(outcome)
    n = len(ordered)
    positions = np.arange(n)

    def from_scores(scores: Floats) -> Floats:
        return np.asarray(np.interp(ndtr(scores) * n - 0.5, positions, ordered))

    return (straightened(outcome), Scale(normal_scores(outcome), from_scores))


def straightened(outcome: Floats) -> Scale:
    """Return the scale log(1 + g t) / g on which the 5 %, 50 % and 95 % quantiles stand as those of a normal.

    Parameters
    ----------
    outcome : array (n,)
        Draws that are not all equal.
    """
    low, middle, high = np.quantile(outcome, [_TAIL, 0.5, 1.0 - _TAIL])
    below, above = middle - low, high - middle
    g = (
        float(np.clip(np.log(above / below) / _TAIL_SCORE, -_MOST_SKEW, _MOST_SKEW))
        if below > 0 < above
        else 0.0
    )
    if abs(g) < 1e-6:
        unit = float(outcome.std())
        return Scale((outcome - middle) / unit, lambda values: middle + unit * values)
    unit = float((high - middle) * g / np.expm1(g * _TAIL_SCORE))
    lowest, highest = float(outcome.min()), float(outcome.max())

    def back(values: Floats) -> Floats:
        exponent = g * values
        edge = np.log(_LEAST)
        grown = np.where(
            exponent > edge, np.exp(np.clip(exponent, edge, 700.0)), _LEAST * (1.0 + exponent - edge)
        )
        return np.asarray(np.clip(middle + unit * (grown - 1.0) / g, lowest, highest))

    grown = 1.0 + g * (outcome - middle) / unit
    exponent = np.where(
        grown > _LEAST, np.log(np.maximum(grown, _LEAST)), np.log(_LEAST) + (grown / _LEAST - 1.0)
    )
    return Scale(exponent / g, back, g, float(middle - unit / g))
