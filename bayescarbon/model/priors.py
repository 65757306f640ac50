"""From stated quantiles to the normal hierarchy on the link scale.

People know natural scales, so a prior is stated as the 5 %, 50 % and 95 % quantiles of theta at a *new farm*:
all levels marginalised. Here that statement becomes a location, a standard deviation of the overall mean and a
median for each level's standard deviation, such that the marginal distribution has the stated 5 % and 95 % quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, roots_hermitenorm
from scipy.stats import qmc

from bayescarbon.evidence.quantities import Z95, Quantiles, Quantity, link

# The level standard deviations are log-normal with this log-sd: away from zero, where the funnel opens, and about a
# factor 2.3 either way. Probed in design 2 ("Geometry").
LEVEL_LOG_SD = 0.5
# Range of four independent standard normals: its median, and the sd of its logarithm above the median. They turn a
# stated swing into the scale of the seasonal effects, and say how much of the swing's spread they make by themselves.
RANGE_OF_FOUR_MEDIAN = 1.98
RANGE_OF_FOUR_LOG_SD = 0.37
# The scale of the seasonal effects is uncertain by at least this much on the log.
SEASON_LEAST_LOG_SD = 0.1


@dataclass(frozen=True)
class LinkPrior:
    """Prior of one quantity on its link scale.

    Attributes
    ----------
    location : float
        Mean of the overall mean mu.
    sd_mu : float
        Standard deviation of mu.
    level_sd : tuple of float
        Median of each level's standard deviation, in the order of the quantity's levels.
    season_sd, season_log_sd : float
        Median and log-sd of the standard deviation of the seasonal effects on the link.
    """

    location: float
    sd_mu: float
    level_sd: tuple[float, ...]
    season_sd: float = 0.0
    season_log_sd: float = 0.0


def link_prior(quantity: Quantity, stated: Quantiles) -> LinkPrior:
    """Fit the hierarchy's prior to quantiles stated on the natural scale.

    Parameters
    ----------
    quantity : Quantity
        Gives the support, the levels, the variance shares and the seasonal swing.
    stated : Quantiles
        5 %, 50 % and 95 % quantiles of theta at a new farm, in the quantity's unit.

    Returns
    -------
    LinkPrior
        Whose marginal has the stated 5 % and 95 % quantiles.
    """
    shares = tuple(quantity.shares[name] for name in ("mu", *quantity.levels))
    location, sd_mu, level_sd = _fitted(quantity.support, (stated.q05, stated.q95), shares)
    return LinkPrior(location, sd_mu, level_sd, *_season_scale(quantity.season_swing))


def _season_scale(swing: Quantiles) -> tuple[float, float]:
    """Median and log-sd of the scale of seasonal effects, from the ratio of the highest to the lowest season."""
    median = float(np.log(swing.q50))
    stated = float(np.log(np.log(swing.q95) / median)) / Z95
    own = np.sqrt(max(stated**2 - RANGE_OF_FOUR_LOG_SD**2, SEASON_LEAST_LOG_SD**2))
    return median / RANGE_OF_FOUR_MEDIAN, float(own)


@lru_cache(maxsize=512)
def _fitted(
    support: str, tails: tuple[float, float], shares: tuple[float, ...]
) -> tuple[float, float, tuple[float, ...]]:
    low, high = (float(link(support, q)) for q in tails)
    scale = _mixture_scale((high - low) / 2, shares)
    sd = scale * np.sqrt(shares)
    return (low + high) / 2, float(sd[0]), tuple(float(level) for level in sd[1:])


def _mixture_scale(half: float, shares: tuple[float, ...]) -> float:
    """Return the scale at which the normal scale mixture has its 95 % quantile at `half` (it is symmetric)."""
    node, weight = roots_hermitenorm(21)
    weight = weight / weight.sum()
    variance, mass = np.array([shares[0]]), np.array([1.0])
    for share in shares[1:]:
        variance = (variance[:, None] + share * np.exp(2 * LEVEL_LOG_SD * node)).ravel()
        mass = (mass[:, None] * weight).ravel()
    deviation = np.sqrt(variance)
    first = half / Z95
    return float(brentq(lambda c: mass @ ndtr(half / (c * deviation)) - 0.95, 0.05 * first, 5 * first))


@lru_cache(maxsize=32)
def simplex_priors(
    stated: tuple[tuple[float, float, float], ...], shares: tuple[float, ...]
) -> tuple[LinkPrior, ...]:
    """Fit one normal per component so that their softmax has the stated marginal quantiles.

    Parameters
    ----------
    stated : tuple of (q05, q50, q95)
        Natural-scale quantiles of each component's share.
    shares : tuple of float
        Variance shares of mu and the levels, common to the components.

    Raises
    ------
    ValueError
        If no such normals come within a fifth of a component's 90 % logit width: the statements contradict each other.
    """
    target = np.array(stated)
    goal = link("fraction", target)
    width = goal[:, 2] - goal[:, 0]
    normal = ndtri(
        np.clip(qmc.Sobol(len(stated) * (1 + len(shares)), seed=20261121).random_base2(13), 1e-9, 1 - 1e-9)
    )
    standard, extra = normal[:, : len(stated)], normal[:, len(stated) :].reshape(len(normal), len(stated), -1)
    variance = np.full(standard.shape, shares[0])
    for column, share in enumerate(shares[1:]):
        variance = variance + share * np.exp(2 * LEVEL_LOG_SD * extra[:, :, column])
    spread = np.sqrt(variance) * standard
    location, scale = np.log(target[:, 1]), width / (2 * Z95)
    for _ in range(200):
        weight = np.exp(location + scale * spread)
        got = link(
            "fraction", np.quantile(weight / weight.sum(axis=1, keepdims=True), (0.05, 0.5, 0.95), axis=0).T
        )
        location = location + 0.5 * (goal[:, 1] - got[:, 1])
        scale = scale * np.clip(width / (got[:, 2] - got[:, 0]), 0.8, 1.25) ** 0.5
    worst = float(np.max(np.abs(got - goal) / width[:, None]))
    if worst > 0.2:
        raise ValueError(
            f"the stated shares of a simplex contradict each other: a quantile is missed by {worst:.0%} of its width"
        )
    return tuple(
        LinkPrior(
            float(m), float(s * np.sqrt(shares[0])), tuple(float(s * np.sqrt(share)) for share in shares[1:])
        )
        for m, s in zip(location, scale, strict=True)
    )
