"""Which single samples are so far from their fellows that they must not be taken at their word.

A suspect is not dropped: it enters the likelihood as a contaminated observation, (1 - eps) clean + eps wide, and is
listed with the posterior probability that it belongs to the wide component. All other samples of a cell are
exchangeable and collapse to sufficient statistics, which is what makes large studies cheap.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, betaincc, chdtri, gammainc, gammaincc

from bayescarbon.evidence.quantities import link

#: Prior probability that a suspected sample is contaminated (a slip of the decimal point, a mislabelled bag).
CONTAMINATION = 0.02
# A slip stands alone: real skewed samples thin out gradually, so their extremes have neighbours within this factor.
# Downwards it takes more, because the families reach to zero.
ISOLATION_ABOVE, ISOLATION_BELOW = 1.5, 2.0
# Chance of suspecting anything in a cell of clean samples, before isolation is asked for as well.
CELL_ERROR = 0.05
# Chance that the spread of the fellows is taken too small.
SPREAD_ERROR = 0.05
# With fewer fellows than this their own spread says little and the stated scatter (its q95) is used instead.
ENOUGH_FELLOWS = 4
# A sample with fewer than two fellows can only be held against the prior at a new farm.
PRIOR_DEVIATIONS = 4.0
# At most this share of a cell can be outliers: beyond it they are the cell.
LARGEST_SHARE = 0.2


def suspects(
    values: np.ndarray, support: str, scatter_q95: float, prior_location: float, prior_sd: float
) -> np.ndarray:
    """Return which samples of one cell are isolated from the rest and improbable given the rest.

    Parameters
    ----------
    values : array
        Samples of one quantity at one species, site and season, natural scale.
    support : {"fraction", "positive"}
        Support of the quantity.
    scatter_q95 : float
        Largest plausible coefficient of variation, used where the fellows are too few to tell.
    prior_location, prior_sd : float
        Mean and standard deviation of a sample at a new farm, on the link scale.

    Returns
    -------
    array of bool
        True for suspects.
    """
    flagged = np.zeros(len(values), dtype=bool)
    if len(values) < 3:
        return np.abs(link(support, values) - prior_location) > PRIOR_DEVIATIONS * prior_sd
    scale = values / (1 - values) if support == "fraction" else values
    for upper in (True, False):
        order = np.argsort(-values if upper else values)
        for j in range(1, max(1, int(LARGEST_SHARE * len(values))) + 1):
            inner, outer = scale[order[j]], scale[order[j - 1]]
            if outer / inner < ISOLATION_ABOVE if upper else inner / outer < ISOLATION_BELOW:
                continue
            rest = values[order[j:]]
            if _tail(values[order[j - 1]], rest, support, scatter_q95, upper) < CELL_ERROR / len(values):
                flagged[order[:j]] = True
                break
    return flagged


def _tail(value: float, rest: np.ndarray, support: str, scatter_q95: float, upper: bool) -> float:
    """Probability of a value at least as extreme as `value` under the family fitted to the rest by moments."""
    mean = float(rest.mean())
    cv = scatter_q95
    if len(rest) >= ENOUGH_FELLOWS:
        # The rest lacks its own extreme and is a small sample: take the upper confidence limit of its spread.
        freedom = len(rest) - 1
        cv = max(
            float(rest.std(ddof=1)) / mean * float(freedom / chdtri(freedom, 1 - SPREAD_ERROR)) ** 0.5, 1e-3
        )
    if support == "positive":
        shape = cv**-2
        return float((gammaincc if upper else gammainc)(shape, shape * value / mean))
    precision = max((1 - mean) / (mean * cv**2) - 1, 1.0)
    alpha, beta = mean * precision, (1 - mean) * precision
    return float((betaincc if upper else betainc)(alpha, beta, value))
