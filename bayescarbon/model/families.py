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
    variance, excess_kurtosis : callable
        Of one sample, given mean and precision.
    on_link : callable
        Location and sd of the matched normal on the link scale, given mean and precision.
    link : callable
        From natural values (numpy) to the link scale.
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
    variance: Callable[[Tensor, Tensor], Tensor]
    excess_kurtosis: Callable[[Tensor, Tensor], Tensor]
    on_link: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
    link: Callable[[np.ndarray], np.ndarray]
    simulate: Callable[[np.random.Generator, np.ndarray, np.ndarray], np.ndarray]
    log_pdf: Callable[[float, np.ndarray, np.ndarray], np.ndarray]


def _beta_log_density(mean: Tensor, k: Tensor, count: Tensor, logs: Tensor, rest_logs: Tensor) -> Tensor:
    a, b = mean * k, (1 - mean) * k
    return count * (pt.gammaln(k) - pt.gammaln(a) - pt.gammaln(b)) + (a - 1) * logs + (b - 1) * rest_logs


def _beta_excess(mean: Tensor, k: Tensor) -> Tensor:
    a, b = mean * k, (1 - mean) * k
    return 6 * ((a - b) ** 2 * (k + 1) - a * b * (k + 2)) / (a * b * (k + 2) * (k + 3))


def _logit(x: np.ndarray) -> np.ndarray:
    return np.log(x) - np.log1p(-x)


FRACTION = Family(
    support="fraction",
    precision=lambda cv, at: (1 - at) / (at * cv**2),
    averaged=lambda k, m: m * (k + 1) - 1,
    log_density=_beta_log_density,
    statistics=lambda x: (np.log(x), np.log1p(-x)),
    variance=lambda mean, k: mean * (1 - mean) / (k + 1),
    excess_kurtosis=_beta_excess,
    on_link=lambda mean, k: (pt.log(mean) - pt.log1p(-mean), (mean * (1 - mean) * (k + 1)) ** -0.5),
    link=_logit,
    simulate=lambda rng, mean, k: rng.beta(mean * k, (1 - mean) * k),
    log_pdf=lambda x, mean, k: stats.beta.logpdf(x, mean * k, (1 - mean) * k),
)


def _gamma_log_density(mean: Tensor, k: Tensor, count: Tensor, total: Tensor, logs: Tensor) -> Tensor:
    return count * (k * pt.log(k / mean) - pt.gammaln(k)) + (k - 1) * logs - k / mean * total


def _matched_log_normal(mean: Tensor, k: Tensor) -> tuple[Tensor, Tensor]:
    variance = pt.log1p(1 / k)
    return pt.log(mean) - variance / 2, pt.sqrt(variance)


POSITIVE = Family(
    support="positive",
    precision=lambda cv, at: cv**-2,
    averaged=lambda k, m: m * k,
    log_density=_gamma_log_density,
    statistics=lambda x: (x, np.log(x)),
    variance=lambda mean, k: mean**2 / k,
    excess_kurtosis=lambda mean, k: 6 / k,
    on_link=_matched_log_normal,
    link=np.log,
    simulate=lambda rng, mean, k: rng.gamma(k, mean / k),
    log_pdf=lambda x, mean, k: stats.gamma.logpdf(x, k, scale=mean / k),
)

FAMILIES = {"fraction": FRACTION, "positive": POSITIVE}
