"""Mean, standard deviation and quantiles of draws: all that a deduction rule reads of a distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Statistics:
    """What a deduction rule reads of one or many distributions, t CO2e; all arrays of one shape.

    Attributes
    ----------
    mean : array
        Arithmetic mean.
    sd : array
        Standard deviation (n - 1).
    quantiles : mapping of float to array
        By level.
    """

    mean: Floats
    sd: Floats
    quantiles: Mapping[float, Floats]

    def half_width(self, interval: float) -> Floats:
        """Return half the width of the central interval of this probability."""
        low, high = ends(interval)
        return 0.5 * (self.quantiles[high] - self.quantiles[low])


def ends(interval: float) -> tuple[float, float]:
    """Return the levels of the two ends of a central interval: 0.05 and 0.95 for 0.90."""
    # Rounded, so that the level of 0.90 is the 0.05 of a quantile rule and not its neighbour.
    tail = round(0.5 * (1.0 - interval), 12)
    return tail, 1.0 - tail


def statistics(
    draws: npt.ArrayLike, levels: Sequence[float], weights: npt.ArrayLike | None = None
) -> Statistics:
    """Return mean, standard deviation and quantiles over the last axis.

    Parameters
    ----------
    draws : array (..., n)
        Draws, at least two.
    levels : sequence of float
        Levels of the quantiles.
    weights : array (..., n), optional
        Importance weights, not negative, broadcast against `draws`; they need not sum to one. Equal weights give
        what no weights give.

    Returns
    -------
    Statistics
        Over the leading dimensions of draws and weights together. The quantiles interpolate linearly between the
        draws, each of which stands in the middle of its own weight, level 0 at the lowest and 1 at the highest: the
        default of NumPy where weights are equal. The variance is divided by 1 - sum w^2, which is (n - 1) / n where
        they are equal.
    """
    values: Floats = np.asarray(draws, dtype=float)
    if weights is not None:
        return _weighted(values, levels, np.asarray(weights, dtype=float))
    ordered = np.sort(values, axis=-1)
    return Statistics(
        mean=values.mean(axis=-1),
        sd=values.std(axis=-1, ddof=1),
        quantiles={level: sorted_quantile(ordered, level) for level in levels},
    )


def _weighted(draws: Floats, levels: Sequence[float], weights: Floats) -> Statistics:
    weights = weights / weights.sum(axis=-1, keepdims=True)
    mean = (weights * draws).sum(axis=-1)
    square = (weights * np.square(draws - mean[..., None])).sum(axis=-1)
    # One draw with all the weight has no spread that could be estimated.
    spare = 1.0 - np.square(weights).sum(axis=-1)
    variance = np.divide(square, spare, out=np.full_like(square, np.nan), where=spare > 0)
    order = np.argsort(draws, axis=-1)
    ordered = np.take_along_axis(draws, order, axis=-1)
    shape = np.broadcast_shapes(draws.shape, weights.shape)
    ordered_weights = np.take_along_axis(
        np.broadcast_to(weights, shape), np.broadcast_to(order, shape), axis=-1
    )
    positions = _positions(ordered_weights)
    ordered = np.broadcast_to(ordered, shape)
    return Statistics(
        mean=mean,
        sd=np.sqrt(variance),
        quantiles={level: _weighted_quantile(ordered, positions, level) for level in levels},
    )


def sorted_quantile(ordered: Floats, level: npt.ArrayLike) -> Floats:
    """Return quantiles of sorted draws, linearly interpolated.

    Parameters
    ----------
    ordered : array (..., n)
        Draws, rising along the last axis.
    level : array
        Levels between 0 and 1, broadcast against the leading dimensions of `ordered`.

    Returns
    -------
    array
        Of the leading dimensions of both together.
    """
    n = ordered.shape[-1]
    position = np.asarray(level, dtype=float) * (n - 1)
    shape = np.broadcast_shapes(ordered.shape[:-1], position.shape)
    position = np.broadcast_to(position, shape)
    below = np.clip(np.floor(position).astype(np.intp), 0, max(n - 2, 0))
    return _between(ordered, below, position - below)


def _between(ordered: Floats, below: npt.NDArray[np.intp], share: Floats) -> Floats:
    """Return the point between a draw and the next one, `share` of the way."""
    rows = np.broadcast_to(ordered, (*below.shape, ordered.shape[-1]))
    pair = np.stack([below, np.minimum(below + 1, ordered.shape[-1] - 1)], axis=-1)
    low, high = np.moveaxis(np.take_along_axis(rows, pair, axis=-1), -1, 0)
    return low + share * (high - low)


def _positions(weights: Floats) -> Floats:
    """Return where the draws stand between 0 and 1: i / (n - 1) where weights are equal."""
    middles = np.cumsum(weights, axis=-1) - 0.5 * weights
    first, last = middles[..., :1], middles[..., -1:]
    return (middles - first) / np.where(last > first, last - first, 1.0)


def _weighted_quantile(ordered: Floats, positions: Floats, level: float) -> Floats:
    n = ordered.shape[-1]
    below = np.clip((positions <= level).sum(axis=-1) - 1, 0, n - 2)
    low = np.take_along_axis(positions, below[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(positions, below[..., None] + 1, axis=-1)[..., 0]
    gap = high - low
    share = np.divide(level - low, gap, out=np.zeros_like(gap), where=gap > 0)
    return _between(ordered, below, share)
