"""Importance weights with a smoothed tail, for draws of one posterior that are to speak for a neighbouring one."""

from __future__ import annotations

import numpy as np
from arviz_stats.base import array_stats

#: Pareto k above which the weights' tail is too heavy for their averages to be trusted (Vehtari et al. 2024).
MAX_PARETO_K = 0.7
#: A fifth of the draws is the tail, and a Pareto distribution is fitted to five values or more.
_LEAST_DRAWS = 25


def smoothed_weights(log_ratios: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pareto-smooth importance ratios and normalise them.

    Parameters
    ----------
    log_ratios : array (..., sample)
        Log density of the target over that of the draws, up to a constant.

    Returns
    -------
    weights : array (..., sample)
        They sum to one over the samples.
    pareto_k : array (...)
        Shape of the tail; 0 where its largest ratios are equal, as there is no tail then; NaN with fewer than 25
        draws, whose tail cannot be smoothed.

    Notes
    -----
    Pareto smoothed importance sampling, Vehtari, Simpson, Gelman, Yao and Gabry (2024), as ArviZ computes it.
    """
    log_ratios = np.asarray(log_ratios, dtype=float)
    size = log_ratios.shape[-1]
    flat = log_ratios.reshape(-1, size)
    weights, pareto_k = np.full(flat.shape, 1.0 / size), np.zeros(len(flat))
    # ArviZ refuses a tail of equal values, such as that of a suspect which no draw but a few takes for clean.
    tail = min(size // 5, int(np.ceil(3.0 * np.sqrt(size))))
    largest = np.partition(flat, size - tail, axis=1)[:, -tail:] if size >= _LEAST_DRAWS else flat
    varied = np.flatnonzero(np.ptp(largest, axis=1) > 1e-12)
    level = np.flatnonzero((np.ptp(largest, axis=1) <= 1e-12) & (np.ptp(flat, axis=1) > 1e-12))
    weights[level] = _normalised(flat[level])
    if size < _LEAST_DRAWS:
        pareto_k[varied] = np.nan
        weights[varied] = _normalised(flat[varied])
    elif len(varied):
        smoothed, pareto_k[varied] = array_stats.psislw(-flat[varied], axis=-1)
        weights[varied] = _normalised(smoothed)
    return weights.reshape(log_ratios.shape), pareto_k.reshape(log_ratios.shape[:-1])


def _normalised(log_weights: np.ndarray) -> np.ndarray:
    raw = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return raw / raw.sum(axis=1, keepdims=True)
