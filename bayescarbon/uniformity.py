"""Are these ranks, or these probability integral transforms, uniform? Exact simultaneous bands for their ECDF.

At a fixed point z the number of n independent uniform values below z is binomial, and from one point to the next the
count is a Markov chain. So the probability that the whole empirical distribution function stays inside a band follows
from a recursion over the points, without simulation (Säilynoja, Bürkner and Vehtari 2022, section 2.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.special import bdtr, gammaln

#: Points at which the ECDF is compared, unless more are asked for: they tell the shapes that matter.
POINTS = 50


@dataclass(frozen=True)
class Bands:
    """Simultaneous bands for the ECDF of uniform values.

    Attributes
    ----------
    n : int
        Number of values.
    points : array
        Where the ECDF is compared, within (0, 1).
    lower, upper : array of int
        Smallest and largest number of values below each point that is still inside.
    level : float
        Probability asked for that an ECDF of uniform values is inside at all points.
    """

    n: int
    points: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float


def rank_values(ranks: np.ndarray, n_draws: int) -> np.ndarray:
    """Return ranks as values in (0, 1), halfway between the fractions of draws that a rank tells apart.

    Parameters
    ----------
    ranks : array of int
        How many of `n_draws` posterior draws are below the truth, 0 to `n_draws`.
    n_draws : int
        Draws per simulation, thinned so that they are nearly independent.

    Raises
    ------
    ValueError
        If a rank is outside 0 to `n_draws`.
    """
    ranks = np.asarray(ranks)
    if ranks.size and (ranks.min() < 0 or ranks.max() > n_draws):
        raise ValueError(f"ranks must lie between 0 and the number of draws, {n_draws}")
    return (ranks + 0.5) / (n_draws + 1)


def rank_points(n_draws: int | None = None, at_most: int = POINTS) -> np.ndarray:
    """Return points at which an ECDF is compared.

    Parameters
    ----------
    n_draws : int, optional
        For ranks among that many draws: only multiples of 1 / (n_draws + 1), where the share of uniform ranks below
        is exactly the point. None for continuous values.
    at_most : int
        Number of equal parts into which the points divide 0 to 1, at most.
    """
    if n_draws is None or n_draws + 1 > at_most:
        even = np.arange(1, at_most) / at_most
        return even if n_draws is None else np.unique(np.round(even * (n_draws + 1))) / (n_draws + 1)
    return np.arange(1, n_draws + 1) / (n_draws + 1)


def rank_bands(n: int, points: np.ndarray | None = None, level: float = 0.95) -> Bands:
    """Return bands that hold the whole ECDF of n uniform values with a stated probability.

    Parameters
    ----------
    n : int
        Number of values (simulations).
    points : array, optional
        As from `rank_points`; by default for continuous values.
    level : float
        Probability of staying inside at every point, at least.

    Returns
    -------
    Bands
        The narrowest with equal pointwise tail probabilities.
    """
    where = tuple(float(p) for p in (rank_points() if points is None else points))
    low, high = 0.0, 0.5
    # The coverage is a step function of the tail probability: 50 halvings find the step to the last digit.
    for _ in range(50):
        middle = (low + high) / 2
        if _coverage(n, where, *_limits(n, np.array(where), middle)) >= level:
            low = middle
        else:
            high = middle
    lower, upper = _limits(n, np.array(where), low)
    return Bands(n, np.array(where), lower, upper, level)


def counts_below(values: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return how many of the values lie below each point."""
    return np.searchsorted(np.sort(np.asarray(values, dtype=float)), points, side="left")


def inside(values: np.ndarray, bands: Bands) -> bool:
    """Return whether the ECDF of values in (0, 1) stays inside bands made for as many values.

    Parameters
    ----------
    values : array
        Probability integral transforms, or ranks through `rank_values`.
    bands : Bands
        From `rank_bands`.

    Raises
    ------
    ValueError
        If the bands were made for another number of values.
    """
    if len(values) != bands.n:
        raise ValueError(f"the bands are for {bands.n} values, not {len(values)}")
    counts = counts_below(values, bands.points)
    return bool(((counts >= bands.lower) & (counts <= bands.upper)).all())


def uniform_p_value(values: np.ndarray, points: np.ndarray | None = None) -> float:
    """Return the probability that uniform values stray at least as far from uniform as these, at their worst point.

    Parameters
    ----------
    values : array
        As for `inside`; NaN if there are none.
    points : array, optional
        As for `rank_bands`.

    Notes
    -----
    Exact for independent values: ``p <= 1 - level`` says the same as leaving the bands of that level.
    """
    where = rank_points() if points is None else np.asarray(points, dtype=float)
    n = len(values)
    if not n:
        return float("nan")
    counts = counts_below(values, where)
    worst = float(_tail(n, where, counts).min())
    # Strictly further inside is what remains: bands whose every count has a larger tail than the worst one seen.
    lower, upper = _limits(n, where, worst * (1 + 1e-9))
    return float(1.0 - _coverage(n, tuple(where.tolist()), lower, upper))


def holm(p_values: np.ndarray) -> np.ndarray:
    """Return p-values adjusted for their number by Holm's step-down method; NaN stay NaN and do not count.

    Parameters
    ----------
    p_values : array
        One per quantity.
    """
    p_values = np.asarray(p_values, dtype=float)
    adjusted = np.full(p_values.shape, np.nan)
    order = np.flatnonzero(~np.isnan(p_values))
    order = order[np.argsort(p_values[order], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * p_values[order]))
    return adjusted


def uniformity_table(
    values: Mapping[str, np.ndarray], points: np.ndarray | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Test several sets of values for uniformity, family-wise.

    Parameters
    ----------
    values : mapping of str to array
        Values in (0, 1) of each quantity.
    points : array, optional
        As for `rank_bands`.
    level : float
        Probability that all of them pass if all are uniform, at least.

    Returns
    -------
    DataFrame
        quantity, n, p_value (each by itself), p_holm (adjusted), inside (whether it passes family-wise).
    """
    table = pd.DataFrame(
        {
            "quantity": list(values),
            "n": [len(v) for v in values.values()],
            "p_value": [uniform_p_value(v, points) for v in values.values()],
        }
    )
    table["p_holm"] = holm(table["p_value"].to_numpy(dtype=float))
    table["inside"] = ~(table["p_holm"] <= 1 - level)
    return table


def _tail(n: int, points: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Smaller of the two binomial tail probabilities of a count, the count itself included in both."""
    above = np.where(counts > 0, 1.0 - bdtr(np.maximum(counts - 1, 0), n, points), 1.0)
    return np.minimum(bdtr(counts, n, points), above)


def _limits(n: int, points: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest count at each point of which both tail probabilities exceed or reach `tail`."""
    cumulative = _binomial_cdf(n, tuple(points.tolist()))
    lower = (cumulative < tail).sum(axis=1)
    above = 1.0 - np.hstack([np.zeros((len(points), 1)), cumulative[:, :-1]])
    upper = (above >= tail).sum(axis=1) - 1
    return lower, upper


@lru_cache(maxsize=16)
def _binomial_cdf(n: int, points: tuple[float, ...]) -> np.ndarray:
    return bdtr(np.arange(n + 1)[None, :], n, np.array(points)[:, None])


def _coverage(n: int, points: tuple[float, ...], lower: np.ndarray, upper: np.ndarray) -> float:
    """Probability that the count of uniform values below each point lies within its limits at every point."""
    if (lower > upper).any():
        return 0.0
    factorial = _log_factorials(n)
    counts, mass, before = np.array([0]), np.array([1.0]), 0.0
    for point, low, high in zip(points, lower, upper, strict=True):
        step = (point - before) / (1 - before)
        following = np.arange(low, high + 1)
        gained = following[:, None] - counts[None, :]
        left = n - counts[None, :]
        possible = gained >= 0
        more = np.where(possible, gained, 0)
        log_mass = factorial[left] - factorial[more] - factorial[np.where(possible, left - more, 0)]
        log_mass = log_mass + more * np.log(step) + (left - more) * np.log1p(-step)
        mass = np.exp(np.where(possible, log_mass, -np.inf)) @ mass
        counts, before = following, point
    return float(mass.sum())


@lru_cache(maxsize=16)
def _log_factorials(n: int) -> np.ndarray:
    return gammaln(np.arange(n + 1) + 1.0)
