"""Problems whose values of information and variance shares are known exactly, and draws of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

#: Draws of a posterior as the package makes them.
DRAWS = 4000


def density(z: float) -> float:
    """Return the standard normal density."""
    return float(np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi))


def normal_evppi(sd: float, left: float, p: float) -> float:
    """Return the EVPPI where a normal outcome keeps the sd `left`: phi(z) (sigma - sigma_r)."""
    return density(float(ndtri(p))) * (sd - left)


def normal_gain(sd: float, left: float, p: float) -> float:
    """Return the expected gain of the p-quantile rule: -z (sigma - sigma_r)."""
    return -float(ndtri(p)) * (sd - left)


def lognormal_evppi(s: float, left: float, p: float) -> float:
    """Return the EVPPI of a log-normal of median 1 and log-sd `s` of which `left` is kept."""
    z = float(ndtri(p))
    return float(np.exp(0.5 * s * s) * (ndtr(z - left) - ndtr(z - s)))


def lognormal_gain(s: float, left: float, p: float) -> float:
    """Return the expected gain of the p-quantile rule for the same."""
    z = float(ndtri(p))
    return float(np.exp(0.5 * (s * s - left * left) + z * left) - np.exp(z * s))


def pinball(amount: float, outcome: np.ndarray, p: float) -> float:
    """Return the mean loss of issuing one amount, written from its definition."""
    over, under = np.maximum(amount - outcome, 0.0), np.maximum(outcome - amount, 0.0)
    return float(((1 - p) * over + p * under).mean())


def named(draws: np.ndarray) -> pd.DataFrame:
    """Return a table with columns x0, x1 and so on."""
    return pd.DataFrame(draws, columns=[f"x{i}" for i in range(draws.shape[1])])


def correlated(rng: np.random.Generator, covariance: np.ndarray, draws: int = DRAWS) -> np.ndarray:
    """Return draws of a normal vector."""
    return rng.normal(size=(draws, len(covariance))) @ np.linalg.cholesky(covariance).T


def autoregressive(rng: np.random.Generator, a: float, chains: int, draws: int, columns: int) -> np.ndarray:
    """Return standard normal chains (chain, draw, column) with autocorrelation `a` at lag one."""
    noise = rng.normal(size=(chains, draws, columns))
    made = noise.copy()
    for i in range(1, draws):
        made[:, i] = a * made[:, i - 1] + np.sqrt(1 - a * a) * noise[:, i]
    return made


def shares_of(explained: Callable[[tuple[int, ...]], float], k: int) -> pd.DataFrame:
    """Return first, total and Shapley from the explained share of each subset, by their definitions."""
    players = range(k)
    shapley = np.zeros(k)
    for j in players:
        others = [i for i in players if i != j]
        for size in range(k):
            for subset in combinations(others, size):
                added = explained(tuple(sorted((*subset, j)))) - explained(subset)
                shapley[j] += added / (k * comb(k - 1, size))
    return pd.DataFrame(
        {
            "first": [explained((j,)) for j in players],
            "total": [
                explained(tuple(players)) - explained(tuple(i for i in players if i != j)) for j in players
            ],
            "shapley": shapley,
        }
    )


def linear_shares(weights: np.ndarray, covariance: np.ndarray) -> pd.DataFrame:
    """Return the shares of a weighted sum of correlated normals."""
    variance = weights @ covariance @ weights

    def explained(subset: tuple[int, ...]) -> float:
        if not subset:
            return 0.0
        cross = covariance[list(subset)] @ weights
        return float(cross @ np.linalg.solve(covariance[np.ix_(subset, subset)], cross) / variance)

    return shares_of(explained, len(weights))


def product_shares(variances: Sequence[float]) -> pd.DataFrame:
    """Return the shares of a product of independent factors of mean 1 with these variances."""
    factors = 1 + np.asarray(variances)
    whole = factors.prod() - 1
    return shares_of(lambda subset: float((factors[list(subset)].prod() - 1) / whole), len(factors))


def ishigami(x: np.ndarray) -> np.ndarray:
    """Return sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1."""
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_shares() -> pd.DataFrame:
    """Return its shares for uniform inputs between -pi and pi (Ishigami and Homma 1990)."""
    first, second = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49 / 8
    both = 0.01 * np.pi**8 * 8 / 225
    whole = first + second + both
    return pd.DataFrame(
        {
            "first": np.array([first, second, 0.0]) / whole,
            "total": np.array([first + both, second, both]) / whole,
            "shapley": np.array([first + both / 2, second, both / 2]) / whole,
        }
    )


G_WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])


def sobol_g(x: np.ndarray) -> np.ndarray:
    """Return prod (|4 x - 2| + a) / (1 + a) with the weights a above."""
    return np.prod((np.abs(4 * x - 2) + G_WEIGHTS) / (1 + G_WEIGHTS), axis=1)


def sobol_g_shares() -> pd.DataFrame:
    """Return its shares for uniform inputs between 0 and 1 (Saltelli and Sobol' 1995)."""
    return product_shares(1 / (3 * (1 + G_WEIGHTS) ** 2))
