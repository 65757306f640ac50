"""The two sample distributions, both parameterised by their arithmetic mean: Beta for fractions, Gamma above zero.

`precision` is the Gamma shape (cv^-2), or the Beta precision alpha + beta. Each family answers the same questions,
so that the likelihood is written once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor.tensor as pt
from scipy import stats

type Tensor = Any  # pytensor variables and numpy arrays mix freely below


@dataclass(frozen=True)
class Family:
    """One sample distribution.

    Attributes
    ----------
    support : str
        Support of the quantities it serves.
    precision : callable
        From a coefficient of variation, and for fractions the mean at which it is stated.
    averaged : callable
        Precision of the mean of m samples.
    log_density : callable
        Of `count` values given mean, precision, and the sums of the two sufficient statistics.
    statistics : callable
        The two sufficient statistics of values.
    spread : callable
        Expected value and relative variance of the spread statistic of n samples, given mean, precision and n.
    spread_statistic : callable
        From the printed mean and sd (numpy).
    normal_score : callable
        z with Phi(z) = P(sample < x), given x (numpy), mean and precision; a closed form, good far into the tails.
    simulate : callable
        Values given a generator, mean and precision (numpy).
    log_pdf : callable
        Log density of a value given mean and precision (numpy).
    """

    support: str
    precision: Callable[[Tensor, Tensor], Tensor]
    averaged: Callable[[Tensor, Tensor], Tensor]
    log_density: Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]
    statistics: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
    spread: Callable[[Tensor, Tensor, np.ndarray], tuple[Tensor, Tensor]]
    spread_statistic: Callable[[np.ndarray, np.ndarray], np.ndarray]
    normal_score: Callable[[np.ndarray, Tensor, Tensor], Tensor]
    simulate: Callable[[np.random.Generator, np.ndarray, np.ndarray], np.ndarray]
    log_pdf: Callable[[float, Tensor, Tensor], Tensor]


def _beta_log_density(mean: Tensor, k: Tensor, count: Tensor, logs: Tensor, rest_logs: Tensor) -> Tensor:
    a, b = mean * k, (1 - mean) * k
    return count * (pt.gammaln(k) - pt.gammaln(a) - pt.gammaln(b)) + (a - 1) * logs + (b - 1) * rest_logs


def _beta_spread(mean: Tensor, k: Tensor, n: np.ndarray) -> tuple[Tensor, Tensor]:
    """Of the sample variance: its expectation, and 2/(n-1) + excess kurtosis/n."""
    a, b = mean * k, (1 - mean) * k
    excess = 6 * ((a - b) ** 2 * (k + 1) - a * b * (k + 2)) / (a * b * (k + 2) * (k + 3))
    return mean * (1 - mean) / (k + 1), 2 / (n - 1) + excess / n


def _beta_score(x: np.ndarray, mean: Tensor, k: Tensor) -> Tensor:
    """Camp and Paulson's cube-root approximation of the F distribution that the Beta is (Paulson 1942)."""
    a, b = mean * k, (1 - mean) * k
    first, second = 1 / (9 * a), 1 / (9 * b)
    ratio = (x / (1 - x) * b / a) ** (1 / 3)
    return ((1 - second) * ratio - (1 - first)) / (second * ratio**2 + first) ** 0.5


FRACTION = Family(
    support="fraction",
    precision=lambda cv, at: (1 - at) / (at * cv**2),
    averaged=lambda k, m: m * (k + 1) - 1,
    log_density=_beta_log_density,
    statistics=lambda x: (np.log(x), np.log1p(-x)),
    spread=_beta_spread,
    spread_statistic=lambda value, sd: sd**2,
    normal_score=_beta_score,
    simulate=lambda rng, mean, k: rng.beta(mean * k, (1 - mean) * k),
    log_pdf=lambda x, mean, k: stats.beta.logpdf(x, mean * k, (1 - mean) * k),
)


def _gamma_log_density(mean: Tensor, k: Tensor, count: Tensor, total: Tensor, logs: Tensor) -> Tensor:
    return count * (k * pt.log(k / mean) - pt.gammaln(k)) + (k - 1) * logs - k / mean * total


def _gamma_spread(mean: Tensor, k: Tensor, n: np.ndarray) -> tuple[Tensor, Tensor]:
    """Of the squared coefficient of variation, which is independent of the sample mean: expectation, relative variance.

    The sample variance itself rises with the sample mean, so that using both would count the mean in part twice.
    """
    total = (
        n * k
    )  # shape of the sum; s^2 = u mean^2 with u independent of the mean, so moments of u are ratios
    relative = (1 + 2 / (n - 1) + 6 / total) * total * (total + 1) / ((total + 2) * (total + 3)) - 1
    return n / (total + 1), relative


def _gamma_score(x: np.ndarray, mean: Tensor, k: Tensor) -> Tensor:
    """Wilson and Hilferty's (1931) cube root of a chi-square."""
    return ((x / mean) ** (1 / 3) - 1 + 1 / (9 * k)) * (9 * k) ** 0.5


POSITIVE = Family(
    support="positive",
    precision=lambda cv, at: cv**-2,
    averaged=lambda k, m: m * k,
    log_density=_gamma_log_density,
    statistics=lambda x: (x, np.log(x)),
    spread=_gamma_spread,
    spread_statistic=lambda value, sd: (sd / value) ** 2,
    normal_score=_gamma_score,
    simulate=lambda rng, mean, k: rng.gamma(k, mean / k),
    log_pdf=lambda x, mean, k: stats.gamma.logpdf(x, k, scale=mean / k),
)

FAMILIES = {"fraction": FRACTION, "positive": POSITIVE}
