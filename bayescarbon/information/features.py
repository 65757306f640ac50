"""What a regression sees of a parameter: functions of its rank.

Ranks make every result the same under any monotone change of the parameter's scale. They are read as normal scores,
Phi^-1((rank - 1/2) / n), because then a posterior that is jointly normal, or log-normal, has straight lines. The
functions are cubic splines with knots at equally likely values: first the straight line, the parabola and the cubic,
then what is left of the splines from smooth to wiggly, each orthogonal to those before it over the draws.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.interpolate import BSpline
from scipy.linalg import eigh
from scipy.special import ndtri

from bayescarbon.issuance.statistics import Floats

#: Inner knots, where there are enough draws for them; that makes three functions more.
KNOTS = 16
#: Draws for each knot.
_DRAWS_PER_KNOT = 50
#: Share of a function's length that must be new, or it is a combination of those before it.
_NEW = 1e-6


def midranks(values: Floats) -> Floats:
    """Return ranks from 0; equal values share the middle of their ranks.

    Parameters
    ----------
    values : array (n,)
        Draws.
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    first = np.flatnonzero(starts)
    last = np.concatenate([first[1:], [len(values)]]) - 1
    ranks = np.empty(len(values))
    ranks[order] = (0.5 * (first + last))[np.cumsum(starts) - 1]
    return ranks


def normal_scores(values: Floats) -> Floats:
    """Return Phi^-1((rank - 1/2) / n) of draws, ranks from 1 and equal values sharing the middle of theirs.

    Parameters
    ----------
    values : array (n,)
        Draws.
    """
    return np.asarray(ndtri((midranks(values) + 0.5) / len(values)))


def main_features(values: Floats) -> Floats:
    """Return the functions of one parameter, of mean 0 and mean square 1 and orthogonal over the draws.

    Parameters
    ----------
    values : array (n,)
        Draws of the parameter.

    Returns
    -------
    array (n, m)
        From smooth to wiggly; fewer where there are few different values, none for a constant.
    """
    ranks = midranks(values)
    table, knots, weights = _basis(len(values))
    whole = ranks.astype(np.intp)
    if len(np.unique(ranks)) == len(ranks):
        return table[whole]
    scores = ndtri((ranks + 0.5) / len(ranks))
    return _orthonormal(np.asarray(BSpline.design_matrix(scores, knots, 3) @ weights))


@lru_cache(maxsize=4)
def _basis(n: int) -> tuple[Floats, Floats, Floats]:
    """Return the functions at n different ranks, and the knots and weights that make them."""
    grid = ndtri((np.arange(n) + 0.5) / n)
    inner = max(2, min(KNOTS, n // _DRAWS_PER_KNOT))
    middle = ndtri(np.arange(1, inner + 1) / (inner + 1))
    knots = np.concatenate([[grid[0]] * 4, middle, [grid[-1]] * 4])
    splines = BSpline.design_matrix(grid, knots, 3).toarray()
    # The second derivative is straight between knots, so two Gauss points integrate its square exactly.
    breaks = np.unique(knots)
    nodes = np.array([-1.0, 1.0]) / np.sqrt(3.0)
    half = 0.5 * np.diff(breaks)[:, None]
    points = (0.5 * (breaks[:-1] + breaks[1:])[:, None] + half * nodes).ravel()
    bends = BSpline(knots, np.eye(splines.shape[1]), 3).derivative(2)(points)
    roughness = bends.T @ (bends * np.repeat(half.ravel(), 2)[:, None])
    _, smooth_to_rough = eigh(roughness, splines.T @ splines / n)
    cubics = np.linalg.lstsq(splines, grid[:, None] ** [1, 2, 3], rcond=None)[0]
    # The first two have no roughness: the constant, and the line that stands among the cubics. So that no more
    # functions are left than splines, less the constant, the two roughest go.
    weights = np.hstack([cubics, smooth_to_rough[:, 2:-2]])
    return _orthonormal(splines @ weights), knots, weights


def _orthonormal(functions: Floats) -> Floats:
    """Return functions made orthonormal in their order (Gram-Schmidt, twice), without those that add nothing."""
    n, m = functions.shape
    functions = functions - functions.mean(axis=0)
    found = np.empty((n, m))
    count = 0
    for j in range(m):
        rest = functions[:, j]
        length = np.linalg.norm(rest)
        for _ in range(2):
            rest = rest - found[:, :count] @ (found[:, :count].T @ rest)
        size = np.linalg.norm(rest)
        if size > _NEW * max(length, 1.0):
            found[:, count] = rest / size
            count += 1
    return found[:, :count] * np.sqrt(n)
