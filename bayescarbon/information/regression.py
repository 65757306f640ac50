"""Least squares on few of many features, chosen forward; and the moments that all folds share.

A feature is taken while the best one left reduces the squared error by more than noise would: its squared t-value
exceeds 2 log(number of candidates) + 1, about the largest that pure noise shows (Donoho and Johnstone 1994, the
universal threshold). So a parameter that says nothing usually leaves a regression without a feature, and what is
learned from it is exactly nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from bayescarbon.issuance.statistics import Floats

type Indices = npt.NDArray[np.intp]

#: Share of a feature's variance that must be left after the chosen ones, or it is a combination of them.
_NEW = 1e-6
#: Share of the target's variance below which an error is rounding.
_ROUNDING = 1e-12


def bar(candidates: int, inefficiency: float = 1.0) -> float:
    """Return the squared t-value that a feature must exceed.

    Parameters
    ----------
    candidates : int
        Number of features to choose from.
    inefficiency : float
        Draws that are worth one independent draw.
    """
    return inefficiency * (2.0 * np.log(max(candidates, 2)) + 1.0)


def forward(
    gram: Floats, cross: Floats, variance: Floats, n: int, threshold: float
) -> tuple[Indices, Floats]:
    """Choose features forward and return their least-squares coefficients.

    Parameters
    ----------
    gram : array (m, m)
        Covariances of the features.
    cross : array (m, target)
        Covariances of the features with the targets.
    variance : array (target,)
        Variances of the targets.
    n : int
        Number of draws that they were averaged over.
    threshold : float
        Of the squared t-value; with several targets, that of the target on which a feature does best.

    Returns
    -------
    chosen : array of int (c,)
        In the order in which they were taken.
    coefficients : array (c, target)
        Theirs.
    """
    m, targets = cross.shape
    most = min(m, max(1, n // 10))
    left, cross, error = np.diag(gram).copy(), cross.copy(), variance.copy()
    smallest, rounding = _NEW * left, _ROUNDING * variance
    chosen: list[int] = []
    rows, scores = np.zeros((most, m)), np.zeros((most, targets))
    while len(chosen) < most:
        count = len(chosen)
        gain = np.square(cross) / np.where(left > smallest, left, np.inf)[:, None]
        ratio = gain / np.maximum(np.maximum(error - gain, rounding), np.finfo(float).tiny)
        best = np.where(gain > rounding, ratio, 0.0).max(axis=1) * (n - count - 2)
        j = int(np.argmax(best))
        if best[j] <= threshold:
            break
        # One more row of the Cholesky factor of the features' covariance.
        scale = np.sqrt(left[j])
        row = (gram[j] - rows[:count, j] @ rows[:count]) / scale
        score = cross[j] / scale
        rows[count], scores[count] = row, score
        cross -= row[:, None] * score
        left -= np.square(row)
        left[j], cross[j] = 0.0, 0.0
        error = np.maximum(error - np.square(score), 0.0)
        chosen.append(j)
    picked = np.array(chosen, dtype=np.intp)
    if not chosen:
        return picked, np.zeros((0, targets))
    return picked, solve_triangular(rows[: len(chosen), picked], scores[: len(chosen)])


@dataclass(frozen=True)
class Design:
    """Features with their moments over all draws but those of one fold at a time.

    Attributes
    ----------
    features : array (n, m)
        Fold by fold.
    folds : tuple of slice
        Where they stand.
    means : array (fold, m)
        Over the draws that are not in the fold.
    grams : array (fold, m, m)
        Covariances over the same draws.
    sizes : array (fold,)
        Number of them.
    """

    features: Floats
    folds: tuple[slice, ...]
    means: Floats
    grams: Floats
    sizes: Floats

    def training(self, fold: int) -> Floats:
        """Return the features of the draws that are not in a fold."""
        return without(self.features, self.folds[fold])

    def crosses(self, target: Floats) -> tuple[Floats, Floats]:
        """Return, for each fold left out, the target's mean and its covariances (fold, m) with the features.

        Parameters
        ----------
        target : array (n,)
            Fold by fold.
        """
        sums = np.array([target[s].sum() for s in self.folds])
        products = np.stack([self.features[s].T @ target[s] for s in self.folds])
        means = (sums.sum() - sums) / self.sizes
        crosses = (products.sum(axis=0) - products) / self.sizes[:, None]
        return means, crosses - self.means * means[:, None]


def design(features: Floats, folds: tuple[slice, ...]) -> Design:
    """Return features with the moments of each fold left out.

    Parameters
    ----------
    features : array (n, m)
        Fold by fold.
    folds : tuple of slice
        Where they stand.
    """
    sums = np.stack([features[s].sum(axis=0) for s in folds])
    squares = np.stack([features[s].T @ features[s] for s in folds])
    sizes = np.array([len(features) - (s.stop - s.start) for s in folds], dtype=float)
    means = (sums.sum(axis=0) - sums) / sizes[:, None]
    grams = (squares.sum(axis=0) - squares) / sizes[:, None, None]
    return Design(features, folds, means, grams - means[:, :, None] * means[:, None, :], sizes)


def without(values: Floats, fold: slice) -> Floats:
    """Return the draws that are not in a fold."""
    return np.concatenate([values[: fold.start], values[fold.stop :]])


def fitted(features: Floats, target: Floats, inefficiency: float) -> tuple[Indices, Floats]:
    """Choose features on all draws; return which, and what they predict.

    Parameters
    ----------
    features : array (n, m)
        To choose from.
    target : array (n,)
        To predict.
    inefficiency : float
        Draws that are worth one independent draw.
    """
    n, m = features.shape
    centre, mean = features.mean(axis=0), target.mean()
    gram = features.T @ features / n - np.outer(centre, centre)
    cross = features.T @ target / n - centre * mean
    variance = np.array([target.var()])
    chosen, coefficients = forward(gram, cross[:, None], variance, n, bar(m, inefficiency))
    return chosen, mean + ((features[:, chosen] - centre[chosen]) @ coefficients)[:, 0]
