"""Which prior moves which result: power-scaling sensitivity, without refitting.

The prior of one quantity at a time is given another weight alpha and the posterior draws are reweighted by
importance. What a prior *is* here is the statement that people make: quantiles of theta at a new farm, split into an
overall mean and levels. A normal distribution to the power alpha has its variance divided by alpha. So on the link the
overall mean's variance and every level's are divided by alpha, and the stated quantiles draw together about the middle
by sqrt(alpha): weight 2 is the same prior stated sqrt(2) times as narrow.

Written for the standardised effect of a node, N(0, 1)^alpha is N(0, 1 / alpha) whatever the level's sd. A level with
sd s and standardised effects of variance 1 / alpha is a level with sd s / sqrt(alpha) and ordinary effects. In these
terms the densities of all nodes given their parents cancel from the importance ratio, and what is left is the ratio for
the overall means and the level scales: it does not grow with the number of sites, and places without data add no noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import ndtri

from bayescarbon.evidence.quantities import Z95
from bayescarbon.importance import MAX_PARETO_K, smoothed_weights
from bayescarbon.model.priors import LEVEL_LOG_SD

if TYPE_CHECKING:
    from bayescarbon.evidence.quantities import Quantity
    from bayescarbon.model.layout import Layout

#: Weights of a prior that are tried. The wider they lie, the less the noise of the draws shows.
ALPHAS = (0.8, 1.25)
#: Sensitivity from which a prior is said to move a result (Kallioinen et al. 2024).
THRESHOLD = 0.05
COLUMNS = (
    "outcome", "unit", "quantity", "psense", "median_change", "q05_change", "q95_change", "pareto_k", "note",
)  # fmt: skip
MOVES, UNRELIABLE = "prior moves it", "weights unreliable"
_PROBABILITIES = (0.5, 0.05, 0.95)


def normal_log_ratio(standard: np.ndarray, alpha: float) -> np.ndarray:
    """Return log N(z; 0, 1 / alpha) - log N(z; 0, 1): the normalised power of a normal prior.

    Parameters
    ----------
    standard : array
        Draws z of a variable, its prior mean taken off and divided by its prior sd.
    alpha : float
        Weight of the prior; 1 leaves it as it is.
    """
    return 0.5 * np.log(alpha) + 0.5 * (1 - alpha) * np.square(standard)


def scale_log_ratio(log_scale: np.ndarray, log_sd: float, alpha: float) -> np.ndarray:
    """Return the log ratio of densities of a level's sd where the prior of the level's effects is powered.

    Parameters
    ----------
    log_scale : array
        Draws of log(sd / its prior median).
    log_sd : float
        Prior sd of that logarithm.
    alpha : float
        Weight of the prior: the level's variance is divided by it, so the median of the sd falls by sqrt(alpha).
    """
    moved = log_scale + 0.5 * np.log(alpha)
    return 0.5 * (np.square(log_scale) - np.square(moved)) / log_sd**2


def prior_log_ratios(
    layout: Layout,
    mu: np.ndarray,
    level_sd: np.ndarray,
    *,
    scatter: Sequence[Quantity] = (),
    cv: np.ndarray | None = None,
    season_sd: np.ndarray | None = None,
    alphas: Sequence[float] = ALPHAS,
) -> xr.DataArray:
    """Return the log importance ratios that give the prior of one quantity another weight.

    Parameters
    ----------
    layout : Layout
        Items with their priors, and the levels' scales.
    mu : array (sample, item)
        Overall means on the link scale, of all items: those that were sampled and those drawn from their prior.
    level_sd : array (sample, scale)
        Standard deviations along ``layout.sd_median``, those drawn from their prior included.
    scatter : sequence of Quantity
        Whose samples the coefficients of variation describe, as ``Observations.scatter``.
    cv : array (sample, scatter), optional
        Draws of them.
    season_sd : array (sample, seasonal), optional
        Scale of the seasonal effects along ``layout.seasonal``.
    alphas : sequence of float
        Weights of the prior.

    Returns
    -------
    xarray.DataArray
        (alpha, sample, quantity). Minerals and taxa of one quantity are scaled together, and with a quantity its
        scatter and its seasonal swing, whose stated medians stay and whose stated widths shrink. A composite's scatter
        stands under the composite's name.

    Raises
    ------
    ValueError
        If an array does not have the layout's number of columns.
    """
    names = [item.quantity.name for item in layout.items]
    quantities = list(dict.fromkeys([*names, *(q.name for q in scatter)]))
    place = {name: i for i, name in enumerate(quantities)}
    for told, values, wanted in (
        ("mu", mu, len(layout.items)),
        ("level_sd", level_sd, len(layout.sd_median)),
        ("cv", cv, len(scatter) if cv is not None else None),
        ("season_sd", season_sd, len(layout.seasonal) if season_sd is not None else None),
    ):
        if values is not None and values.shape[1] != wanted:
            raise ValueError(f"{told} has {values.shape[1]} columns, the layout needs {wanted}")
    ratios = np.zeros((len(alphas), len(mu), len(quantities)))
    owner = _scale_owners(layout)
    log_scale = np.log(level_sd / np.array(layout.sd_median))
    for a, alpha in enumerate(alphas):
        for i, (name, item) in enumerate(zip(names, layout.items, strict=True)):
            standard = (mu[:, i] - item.prior.location) / item.prior.sd_mu
            ratios[a, :, place[name]] += normal_log_ratio(standard, alpha)
        for i, item_index in enumerate(owner):
            ratios[a, :, place[names[item_index]]] += scale_log_ratio(log_scale[:, i], LEVEL_LOG_SD, alpha)
        for i, definition in enumerate(scatter if cv is not None else ()):
            stated = definition.scatter
            log_sd = np.log(stated.q95 / stated.q05) / (2 * Z95)
            standard = np.log(np.asarray(cv)[:, i] / stated.q50) / log_sd
            ratios[a, :, place[definition.name]] += normal_log_ratio(standard, alpha)
        for i, name in enumerate(layout.seasonal if season_sd is not None else ()):
            item = layout.items[layout.item_index(name)]
            standard = np.log(np.asarray(season_sd)[:, i] / item.prior.season_sd) / item.prior.season_log_sd
            ratios[a, :, place[item.quantity.name]] += normal_log_ratio(standard, alpha)
    return xr.DataArray(
        ratios,
        dims=("alpha", "sample", "quantity"),
        coords={"alpha": list(alphas), "quantity": np.array(quantities, dtype=object)},
        name="log_ratio",
        attrs={
            "long_name": "log importance ratio of the posterior with the quantity's prior at weight alpha"
        },
    )


def _scale_owners(layout: Layout) -> list[int]:
    """Item of every level scale."""
    index = {item.name: i for i, item in enumerate(layout.items)}
    return [index[name.rsplit(", ", 1)[0]] for name in layout.sd_name]


def power_scaling(outcomes: np.ndarray, log_ratios: np.ndarray, alphas: Sequence[float]) -> pd.DataFrame:
    """Return how far each prior moves each outcome.

    Parameters
    ----------
    outcomes : array (sample, outcome)
        Draws of the results, any units; draws that are NaN are left out of that outcome.
    log_ratios : array (alpha, sample, quantity)
        As `prior_log_ratios` returns them.
    alphas : sequence of float
        One below 1 and one above.

    Returns
    -------
    DataFrame
        outcome and quantity (positions), psense, median_change, q05_change, q95_change, pareto_k (the larger of the
        two alphas').

    Notes
    -----
    psense is the cumulative Jensen-Shannon distance between the posterior and the reweighted one, per doubling of
    alpha, the mean of both directions (Kallioinen, Paananen, Bürkner and Vehtari 2024, as in ArviZ). It is taken on
    normal scores of the draws: the distance weighs values by how far apart they lie, and in the long tail of a price
    it would be made of a handful of draws. Changes are the difference of the reweighted quantiles at the two alphas,
    per doubling.
    """
    below, above = np.log2(alphas)
    if not below < 0 < above:
        raise ValueError("alphas must be one below 1 and one above")
    weights, pareto_k = smoothed_weights(np.swapaxes(log_ratios, 1, 2))  # (alpha, quantity, sample)
    worst_k = pareto_k.max(axis=0)
    frames = []
    for position, values in enumerate(np.asarray(outcomes, dtype=float).T):
        known = np.flatnonzero(~np.isnan(values))
        order = known[np.argsort(values[known], kind="stable")]
        sorted_weights = weights[:, :, order]
        sorted_weights /= sorted_weights.sum(axis=-1, keepdims=True)
        cumulative = np.cumsum(sorted_weights, axis=-1)
        distance = _distance(_normal_scores(values[order]), cumulative)
        middle = cumulative - sorted_weights / 2
        quantiles = np.array(
            [[np.interp(_PROBABILITIES, row, values[order]) for row in block] for block in middle]
        )
        change = (quantiles[1] - quantiles[0]) / (above - below)
        frames.append(
            pd.DataFrame(
                {
                    "outcome": position,
                    "quantity": np.arange(len(worst_k)),
                    "psense": (distance[0] / -below + distance[1] / above) / 2,
                    "median_change": change[:, 0],
                    "q05_change": change[:, 1],
                    "q95_change": change[:, 2],
                    "pareto_k": worst_k,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _normal_scores(ordered: np.ndarray) -> np.ndarray:
    """Standard normal quantiles at the ranks of rising values; equal values share theirs."""
    _, first, count = np.unique(ordered, return_index=True, return_counts=True)
    middle = (first + (count - 1) / 2 + 0.5) / max(len(ordered), 1)
    return np.repeat(ndtri(middle), count)


def _distance(values: np.ndarray, cumulative: np.ndarray) -> np.ndarray:
    """Cumulative Jensen-Shannon distance of reweighted from unweighted draws, the larger of both directions.

    Parameters
    ----------
    values : array (sample,)
        Draws in rising order.
    cumulative : array (..., sample)
        Cumulative weights in that order.
    """
    if len(values) < 2:
        return np.zeros(cumulative.shape[:-1])
    width = np.diff(values)
    plain = np.arange(1, len(values)) / len(values)
    other = np.clip(cumulative[..., :-1], 0.0, 1.0)
    directions = []
    for p, q in ((plain, other), (1 - plain, 1 - other)):
        middle = (p + q) / 2
        total = (_self_information(p) + _self_information(q) - 2 * _self_information(middle)) @ width
        bound = 2 * (middle @ width)
        directions.append(np.sqrt(np.maximum(total, 0.0) / np.where(bound > 0, bound, 1.0)))
    return np.maximum(*directions)


def _self_information(p: np.ndarray) -> np.ndarray:
    return p * np.log2(np.maximum(p, np.finfo(float).tiny))


def sensitivity_table(outcomes: Mapping[str, xr.DataArray], log_ratios: xr.DataArray) -> pd.DataFrame:
    """Return ``sensitivity.csv``: how far the prior of each quantity moves each headline number.

    Parameters
    ----------
    outcomes : mapping of str to xarray.DataArray
        Draws of each number (chain, draw), with ``units`` in the attributes; NaN where there is none (a price).
    log_ratios : xarray.DataArray
        As `prior_log_ratios` returns them; dims (alpha, sample, quantity) or (alpha, chain, draw, quantity).

    Returns
    -------
    DataFrame
        outcome, unit, quantity, psense, median_change, q05_change, q95_change (per doubling of the prior's weight, in
        the unit), pareto_k, note; for each outcome the most influential prior first.
    """
    if "sample" not in log_ratios.dims:
        log_ratios = log_ratios.stack(sample=("chain", "draw"))
    ratios = log_ratios.transpose("alpha", "sample", "quantity")
    names, quantities = list(outcomes), ratios["quantity"].to_numpy()
    draws = [np.asarray(v.transpose("chain", "draw").values, dtype=float).ravel() for v in outcomes.values()]
    told = [i for i, values in enumerate(draws) if np.isfinite(values).any()]
    if not told:
        return pd.DataFrame(columns=list(COLUMNS))
    found = power_scaling(
        np.stack([draws[i] for i in told], axis=1),
        ratios.to_numpy().astype(float),
        ratios["alpha"].to_numpy().tolist(),
    )
    which = [told[i] for i in found["outcome"]]
    reliable = (found["pareto_k"] <= MAX_PARETO_K).to_numpy()
    moves = np.where(found["psense"] >= THRESHOLD, MOVES, "")
    table = found.assign(
        outcome=[names[i] for i in which],
        unit=[str(outcomes[names[i]].attrs["units"]) for i in which],
        quantity=quantities[found["quantity"].to_numpy()],
        note=np.where(reliable, moves, UNRELIABLE),
    )
    order = np.lexsort((-table["psense"].to_numpy(), which))
    return table.iloc[order].reset_index(drop=True)[list(COLUMNS)]
