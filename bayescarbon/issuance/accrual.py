"""Credits to be expected as own samples accrue: each year's data narrow the posterior, and with it the deduction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy.special import ndtri
from scipy.stats import qmc

from bayescarbon.issuance.draws import SAMPLE_DIMS, by_scope, refuse_unconverged, single
from bayescarbon.issuance.families import issuable, needed_levels
from bayescarbon.issuance.statistics import Floats, statistics
from bayescarbon.issuance.vintages import cumulated, yearly
from bayescarbon.study.rules import Rule, named_rule

PATH = (
    "year", "samples", "mean", "issuable", "issued", "issued_cumulative", "issued_mcse",
    "issued_q05", "issued_q95", "deficit", "effective_draws", "reliable",
)  # fmt: skip
_FIGURES = ("issuable", "issued", "issued_cumulative", "issued_mcse", "issued_q05", "issued_q95", "deficit")

#: Effective draws that the reweighted posterior must have left in 95 % of the simulated futures.
MIN_EFFECTIVE = 100.0


def expected_path(
    net: xr.DataArray,
    parameter: xr.DataArray,
    *,
    noise: float,
    samples: int | Sequence[int],
    rule: str | Rule = "posterior_q10",
    replicates: int = 256,
    seed: int = 0,
    ex_ante: bool = False,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """Return the credits to be expected year by year if one parameter is sampled each year.

    Parameters
    ----------
    net : xarray.DataArray
        Net removal of each year after the baseline share, t CO2e, dims year, chain and draw: joint draws.
    parameter : xarray.DataArray
        What is sampled, dims (chain, draw) of the same posterior, on the scale on which single samples scatter evenly:
        the logarithm of a positive quantity, the logit of a fraction.
    noise : float
        Standard deviation of a single sample about the parameter, on that scale, above 0.
    samples : int or sequence of int
        Samples taken each year, before that year's credits are issued.
    rule : str or Rule
        The rule, applied to the draws of all years so far.
    replicates : int
        Simulated futures, 2 or more.
    seed : int
        What they follow from.
    ex_ante, allow_unconverged : bool
        As in `issue`.

    Returns
    -------
    DataFrame
        One row per year, t CO2e where not said: ``samples`` so far; ``mean`` removal so far, as it is known today;
        means over the futures of ``issuable``, what the rule then allows for all years so far, of ``issued`` that year
        and ``issued_cumulative`` (a ratchet, as in `bayescarbon.issuance.vintages.ratchet`) and of the ``deficit``;
        ``issued_mcse``, upper bound of the standard error of the mean of `issued_cumulative` over the futures, and its
        quantiles ``issued_q05`` and ``issued_q95``; ``effective_draws``, what the weights leave of the draws in all
        but 5 % of the futures. Where that is below 100, ``reliable`` is False and the figures are NaN: the data would
        narrow the posterior to a part of it that too few draws speak for.

    Raises
    ------
    ValueError
        If the draws of the two are not the same draws, an argument is out of range, the rule is unknown or has no
        formula, or the draws come from a failed fit and this is not allowed.

    Notes
    -----
    In each future one draw is the truth, the mean of N samples is normal about its parameter with variance
    noise^2 / N, and every other draw is weighted by the likelihood of that mean: self-normalised importance sampling.
    The truths are spread evenly over the draws in the order of the parameter, and the errors by Latin hypercube.
    """
    chosen = named_rule(rule) if isinstance(rule, str) else rule
    years, draws = yearly(net)
    refuse_unconverged(draws, allow_unconverged)
    _, sums = by_scope(cumulated(draws))
    theta = _parameter(parameter, draws)
    accrued = _accrued(samples, years)
    if not 0.0 < noise < np.inf:
        raise ValueError(f"noise is {noise!r}; it is the standard deviation of a single sample, above 0")
    if replicates < 2:
        raise ValueError(f"replicates is {replicates}; two futures at least are needed")
    truth, errors = _futures(theta, accrued, replicates, seed)
    levels = needed_levels([chosen])
    rows: list[dict[str, float]] = []
    before = np.zeros(replicates)
    for at, year in enumerate(years):
        total = sums[at].ravel()
        weights = _weights(theta, truth, accrued[at], noise, errors[:, at])
        read = statistics(total, levels, weights)
        issued = issuable(chosen, read, ex_ante=ex_ante)
        after = np.maximum(before, issued)
        effective = float(np.quantile(1.0 / np.square(weights).sum(axis=1), 0.05))
        low, high = np.quantile(after, [0.05, 0.95])
        mcse = after.std(ddof=1) / np.sqrt(replicates)
        means = [float(one.mean()) for one in (issued, after - before, after)]
        figures = (*means, mcse, low, high, float((after - issued).mean()))
        reliable = effective >= MIN_EFFECTIVE
        rows.append(
            {"year": year, "samples": int(accrued[at]), "mean": float(total.mean())}
            | {name: float(one) if reliable else np.nan for name, one in zip(_FIGURES, figures, strict=True)}
            | {"effective_draws": effective, "reliable": reliable}
        )
        before = after
    return pd.DataFrame(rows, columns=list(PATH))


def _parameter(parameter: xr.DataArray, draws: xr.DataArray) -> Floats:
    """Return the parameter's draws in the order of the removal's."""
    one = single(parameter)
    pattern = draws.isel(scope=0, drop=True)
    pattern = pattern.expand_dims({dim: 1 for dim in SAMPLE_DIMS if dim not in pattern.dims}).transpose(
        *SAMPLE_DIMS
    )
    same = one.shape == pattern.shape and all(
        np.array_equal(one[dim], pattern[dim])
        for dim in SAMPLE_DIMS
        if dim in one.coords and dim in pattern.coords
    )
    if not same:
        raise ValueError("the draws of net and parameter are not the same draws: take both from one fit")
    values = np.asarray(one.values, dtype=float).ravel()
    if not np.isfinite(values).all():
        raise ValueError(
            "parameter: not a finite number somewhere; a logarithm or logit needs values inside its range"
        )
    return values


def _accrued(samples: int | Sequence[int], years: list[int]) -> npt.NDArray[np.int64]:
    """Return the number of samples so far in each year."""
    each = np.full(len(years), samples) if isinstance(samples, int) else np.asarray(samples)
    if each.shape != (len(years),) or not np.issubdtype(each.dtype, np.integer) or (each < 0).any():
        raise ValueError(
            f"samples is {samples!r}; give one whole number, 0 or more, or one for each of the {len(years)} years"
        )
    return np.cumsum(each)


def _futures(
    theta: Floats, accrued: npt.NDArray[np.int64], replicates: int, seed: int
) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return which draw is the truth in each future, and the sum of its samples' errors up to each year over noise."""
    spread = qmc.LatinHypercube(1 + len(accrued), rng=np.random.default_rng(seed)).random(replicates)
    rank = np.minimum((spread[:, 0] * theta.size).astype(np.intp), theta.size - 1)
    steps = np.sqrt(np.diff(accrued, prepend=0)) * ndtri(spread[:, 1:])
    return np.argsort(theta, kind="stable")[rank], np.cumsum(steps, axis=1)


def _weights(theta: Floats, truth: npt.NDArray[np.intp], count: int, noise: float, errors: Floats) -> Floats:
    """Return normalised weights (future, draw) of all draws but the truth, which would favour itself."""
    if count == 0:
        log_weights = np.zeros((truth.size, theta.size))
    else:
        mean = theta[truth] + noise * errors / count
        log_weights = -0.5 * count * np.square((mean[:, None] - theta) / noise)
    log_weights[np.arange(truth.size), truth] = -np.inf
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)
