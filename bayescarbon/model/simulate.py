"""New evidence rows from the model, in the form in which the likelihood reads them.

A row keeps what its author decided (which mean, how many samples, in which form) and gets new values: the exact sample
is simulated, and a summary, a range or a "below" is then made of it as a publication would. A bound is taken as an
instrument's limit that was fixed before anything was measured: a value on its far side is recorded as the bound, any
other as a sample, so both forms of such a row have a place among the statistics and one of them counts zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from bayescarbon.model.families import FAMILIES, Family
from bayescarbon.model.likelihood import scatter_levels, terms
from bayescarbon.model.observations import Observations, observations
from bayescarbon.model.row_densities import FORMS

#: Means, ends and spreads that floating point cannot tell from the edge of their support are moved inside by this
#: much, and counted. Single samples need none of it: their logarithms are drawn, not their values.
EDGE = 1e-14
_BOUNDS = ["below", "above"]


@dataclass(frozen=True)
class Simulated:
    """Statistics of simulated rows.

    Attributes
    ----------
    statistics : array (sample, term, 4)
        For `pm.Data` of that name.
    clipped : array of int (sample,)
        Numbers per simulation that were moved inside their support by `EDGE`.
    bounded : array of int (sample,)
        Rows with a limit whose value was beyond it.
    """

    statistics: np.ndarray
    clipped: np.ndarray
    bounded: np.ndarray


def simulable(told: Observations) -> Observations:
    """Return observations of the shape that simulated rows have.

    Parameters
    ----------
    told : Observations
        Of a study.

    Returns
    -------
    Observations
        Without suspects (what the model simulates is clean), and with a place for every row with a bound both among
        the bounds and among the samples.
    """
    rows = told.rows.assign(suspect=False)
    bounded = rows["form"].isin(_BOUNDS)
    inside = np.where(rows["form"] == "below", rows["x_high"], rows["x_low"])
    as_samples = rows.assign(
        form=rows["form"].mask(bounded, "sample"), x=rows["x"].mask(bounded, pd.Series(inside, rows.index))
    )
    # No row is a suspect, so what a suspect might come from is never looked at.
    wide = [(0.0, 1.0)] * len(told.scatter)
    clean = observations(told.targets, rows, told.scatter, told.scatter_names, wide)
    means = observations(told.targets, as_samples, told.scatter, told.scatter_names, wide).means
    return replace(clean, means=means)


def simulate_rows(
    shape: Observations, mean: np.ndarray, cv: np.ndarray, rng: np.random.Generator
) -> Simulated:
    """Simulate all rows, once for every draw.

    Parameters
    ----------
    shape : Observations
        From `simulable`.
    mean : array (sample, target)
        Arithmetic means that the rows observe, natural scale.
    cv : array (sample, scatter)
        Coefficients of variation of single samples.
    rng : numpy.random.Generator
        Source of the draws.
    """
    codes, values = terms(shape)
    size, rows = len(mean), shape.rows
    found = Simulated(np.tile(values, (size, 1, 1)), np.zeros(size, dtype=int), np.zeros(size, dtype=int))
    places = {form: np.flatnonzero(codes[:, 0] == code) for code, form in enumerate(FORMS)}
    samples_of = {
        (target, scatter, family): places["mean"][i]
        for i, (target, scatter, family, averaged) in enumerate(
            shape.means[["target", "scatter", "family", "averaged"]].itertuples(index=False)
        )
        if averaged == 1
    }
    # Each summary, spread, range and bound is a term of its own, in the order of the rows.
    waiting = {
        "summary": iter(places["mean"][(shape.means["averaged"] > 1).to_numpy()]),
        "spread": iter(places["spread"]),
        "extent": iter(places["extent"]),
        "bound": iter(places["bound"]),
    }
    found.statistics[:, list(samples_of.values()), :] = 0.0
    found.statistics[:, list(samples_of.values()), 1] = 1.0
    level = scatter_levels(shape.scatter)
    columns = ["target", "scatter", "family", "form", "n", "sd", "x_low", "x_high"]
    for target, scatter, name, form, n, sd, low, high in rows[columns].itertuples(index=False):
        family, theta = FAMILIES[name], mean[:, target]
        precision = family.precision(cv[:, scatter], level[scatter])
        own = samples_of.get((target, scatter, name), -1)
        if form == "sample":
            statistics, _ = _draw(rng, family, theta, precision, 1)
            _add(found, own, statistics[:, :, 0], np.ones(size, dtype=bool))
        elif form in _BOUNDS:
            bound = high if form == "below" else low
            statistics, x = _draw(rng, family, theta, precision, 1)
            beyond = x[:, 0] < bound if form == "below" else x[:, 0] > bound
            _add(found, own, statistics[:, :, 0], ~beyond)
            found.statistics[:, next(waiting["bound"]), 0] = beyond
            found.bounded[:] += beyond
        elif form == "range":
            _, x = _draw(rng, family, theta, precision, 2 if np.isnan(n) else int(n))
            ends = np.column_stack([x.min(axis=1), x.max(axis=1)])
            for end in ends.T:
                _add(found, own, np.array(family.statistics(end)), np.ones(size, dtype=bool))
            found.clipped[:] += _at_edge(family, ends)
            if n > 2:
                found.statistics[:, next(waiting["extent"]), 1:3] = ends
        else:
            _, x = _draw(rng, family, theta, precision, int(n))
            average = x.mean(axis=1)
            found.clipped[:] += _at_edge(family, average[:, None])
            found.statistics[:, next(waiting["summary"]), 2:] = np.column_stack(family.statistics(average))
            if not np.isnan(sd):
                spread = family.spread_statistic(average, x.std(axis=1, ddof=1))
                found.clipped[:] += spread <= EDGE**2
                found.statistics[:, next(waiting["spread"]), 1] = np.maximum(spread, EDGE**2)
    return found


def _add(found: Simulated, term: int, statistics: np.ndarray, counts: np.ndarray) -> None:
    found.statistics[:, term, 0] += counts
    found.statistics[:, term, 2:] += np.where(counts, statistics, 0.0).T


def _draw(
    rng: np.random.Generator, family: Family, mean: np.ndarray, precision: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return both statistics (2, simulation, sample) and the values (simulation, sample), kept off the edges."""
    theta, k = np.tile(mean[:, None], count), np.tile(precision[:, None], count)
    if family.support == "positive":
        log_x = _log_gamma(rng, k) + np.log(theta / k)
        return np.array([np.exp(log_x), log_x]), np.maximum(np.exp(log_x), np.finfo(float).tiny)
    first, second = _log_gamma(rng, theta * k), _log_gamma(rng, (1 - theta) * k)
    total = np.logaddexp(first, second)
    return np.array([first - total, second - total]), np.clip(np.exp(first - total), EDGE, 1 - EDGE)


def _log_gamma(rng: np.random.Generator, shape: np.ndarray) -> np.ndarray:
    """Logarithm of a Gamma variate, also where the variate itself underflows: G(a) = G(a + 1) U^(1/a)."""
    return np.log(rng.gamma(shape + 1.0)) - rng.standard_exponential(shape.shape) / shape


def _at_edge(family: Family, values: np.ndarray) -> np.ndarray:
    edge = values <= EDGE if family.support == "fraction" else values <= np.finfo(float).tiny
    return (edge | ((family.support == "fraction") & (values >= 1 - EDGE))).sum(axis=1)
