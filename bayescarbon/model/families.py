"""The two sample distributions, both parameterised by their arithmetic mean: Beta for fractions, Gamma above zero.

`precision` is the Gamma shape (cv^-2), or the Beta precision alpha + beta. Each family answers the same questions in
NumPy; `row_densities` holds the same two families compiled, with their derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

type Tensor = Any  # pytensor variables and numpy arrays mix freely


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
    statistics : callable
        The two sufficient statistics of values.
    spread_statistic : callable
        From the printed mean and sd.
    simulate : callable
        Values given a generator, mean and precision.
    log_pdf : callable
        Log density of a value given mean and precision.
    """

    support: str
    precision: Callable[[np.ndarray, np.ndarray], np.ndarray]
    averaged: Callable[[np.ndarray, np.ndarray], np.ndarray]
    statistics: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
    spread_statistic: Callable[[np.ndarray, np.ndarray], np.ndarray]
    simulate: Callable[[np.random.Generator, np.ndarray, np.ndarray], np.ndarray]
    log_pdf: Callable[[float, np.ndarray, np.ndarray], Any]


FRACTION = Family(
    support="fraction",
    precision=lambda cv, at: (1 - at) / (at * cv**2),
    averaged=lambda k, m: m * (k + 1) - 1,
    statistics=lambda x: (np.log(x), np.log1p(-x)),
    spread_statistic=lambda value, sd: sd**2,
    simulate=lambda rng, mean, k: rng.beta(mean * k, (1 - mean) * k),
    log_pdf=lambda x, mean, k: stats.beta.logpdf(x, mean * k, (1 - mean) * k),
)

POSITIVE = Family(
    support="positive",
    precision=lambda cv, at: cv**-2,
    averaged=lambda k, m: m * k,
    statistics=lambda x: (x, np.log(x)),
    spread_statistic=lambda value, sd: (sd / value) ** 2,
    simulate=lambda rng, mean, k: rng.gamma(k, mean / k),
    log_pdf=lambda x, mean, k: stats.gamma.logpdf(x, k, scale=mean / k),
)

FAMILIES = {"fraction": FRACTION, "positive": POSITIVE}
