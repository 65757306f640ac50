"""Give each batch its part of the credits of all: what it adds to them, so that the parts add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.issuance.families import formula, needed_levels
from bayescarbon.issuance.issue import issue_table
from bayescarbon.issuance.sampling_error import Blocks
from bayescarbon.issuance.scopes import TOTAL, scoped
from bayescarbon.issuance.statistics import Floats, Statistics, statistics
from bayescarbon.study.rules import Rule, named_rule

ALLOCATION = ("batch", "alone", "allocated", "allocated_mcse", "share")

#: The nearest n to this power of n draws speak for the batches at a quantile of the total: the rate at which the error
#: of a local linear fit falls fastest.
_POWER = 0.8
_FEWEST = 10
#: Step of the derivatives, relative to the largest statistic: formulas are linear between their edges, so that only
#: rounding counts.
_STEP = 1e-6


def allocate(
    net: xr.DataArray,
    rule: str | Rule = "posterior_q10",
    *,
    conservative: bool = False,
    ex_ante: bool = False,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """Allocate the credits of all batches together to the batches, by marginal contribution.

    Parameters
    ----------
    net : xarray.DataArray
        Net removal after the baseline share, t CO2e, dims batch, chain and draw.
    rule : str or Rule
        The rule, applied once to the draws of the sum.
    conservative, ex_ante, allow_unconverged : bool
        As in `issue`.

    Returns
    -------
    DataFrame
        One row per batch: ``alone``, what the rule would issue to the batch by itself; ``allocated``, its part of what
        is issued to all, t CO2e, adding up to it; ``allocated_mcse``, Monte Carlo standard error of that part;
        ``share`` of the total, NaN where nothing is issued. A batch that lowers the total, because it releases more
        than it removes or nearly so, has a negative part.

    Raises
    ------
    ValueError
        As `issue` and `bayescarbon.issuance.scopes.scoped`.

    Notes
    -----
    Euler allocation (Tasche 2007, Capital Allocation to Business Units and Sub-Portfolios). Every formula scales with
    its unit, so the issued amount is the sum of its derivatives times the statistics that it reads, and these are sums
    over batches: E[S_b] of the mean, cov(S_b, S) / sd(S) of the standard deviation, E[S_b | S = q] of a quantile q.
    Where a rule has steps, the step on which the total stands is kept. With `conservative` the allocation is that of
    whichever of the two amounts is issued. E[S_b | S = q] is a local linear fit through the draws whose total is
    nearest to q, which reproduces the total itself exactly. A batch cut in two gets in its parts what it got whole.
    """
    chosen = named_rule(rule) if isinstance(rule, str) else rule
    scopes = scoped(net)
    table = issue_table(
        scopes, [chosen], conservative=conservative, ex_ante=ex_ante, allow_unconverged=allow_unconverged
    )
    draws = np.asarray(scopes.values[:-1], dtype=float)
    together = table[table["scope"] == TOTAL].iloc[0]
    alone = table["issued"].to_numpy()[:-1]
    if together["issued"] > 0:
        held_against = float(together["same_level_quantile"]) if conservative else np.inf
        parts = _parts(chosen, draws, held_against, ex_ante)
        # Equal to what is issued but for rounding.
        allocated = parts.amounts * (together["issued"] / parts.amounts.sum())
        error, share = _error(parts.influence), allocated / together["issued"]
    else:
        allocated, error, share = np.zeros(len(alone)), np.zeros(len(alone)), np.full(len(alone), np.nan)
    columns = (table["scope"].to_numpy()[:-1], alone, allocated, error, share)
    return pd.DataFrame(dict(zip(ALLOCATION, columns, strict=True)))


@dataclass(frozen=True)
class _Parts:
    """Amounts (batch,) that add up, and how single draws (batch, chain, draw) move them."""

    amounts: Floats
    influence: Floats


def _parts(rule: Rule, draws: Floats, held_against: float, ex_ante: bool) -> _Parts:
    total = draws.sum(axis=0)
    read = statistics(total.ravel(), needed_levels([rule]))
    figure = float(formula(rule, read, ex_ante=ex_ante)[0])
    if held_against < figure:
        return _of_quantile(draws, total, held_against)
    slopes = _slopes(rule, read, ex_ante)
    found = [_of_mean(draws), _of_sd(draws, total)]
    found += [_of_quantile(draws, total, float(quantile)) for quantile in read.quantiles.values()]
    return _Parts(
        sum((slope * part.amounts for slope, part in zip(slopes, found, strict=True)), np.zeros(len(draws))),
        sum(
            (slope * part.influence for slope, part in zip(slopes, found, strict=True)), np.zeros(draws.shape)
        ),
    )


def _slopes(rule: Rule, read: Statistics, ex_ante: bool) -> Floats:
    """Return the derivatives of what is issued by mean, sd and quantiles, in this order."""
    point = np.array([read.mean, read.sd, *read.quantiles.values()], dtype=float)
    step = _STEP * float(np.abs(point).max())
    moves = np.concatenate([np.zeros((1, len(point))), np.eye(len(point)), -np.eye(len(point))])
    moved = (point + step * moves).T
    figures, _ = formula(
        rule,
        Statistics(moved[0], moved[1], dict(zip(read.quantiles, moved[2:], strict=True))),
        ex_ante=ex_ante,
    )
    forward, backward = np.split(figures[1:] - figures[0], 2)
    # On the edge of a step one side jumps, which is no derivative.
    return cast("Floats", np.where(np.abs(forward) <= np.abs(backward), forward, -backward) / step)


def _of_mean(draws: Floats) -> _Parts:
    mean = draws.mean(axis=(1, 2))
    return _Parts(mean, draws - mean[:, None, None])


def _of_sd(draws: Floats, total: Floats) -> _Parts:
    sd = total.std(ddof=1)
    if sd == 0:
        return _Parts(np.zeros(len(draws)), np.zeros(draws.shape))
    product = (draws - draws.mean(axis=(1, 2), keepdims=True)) * (total - total.mean()) / sd
    amounts = product.sum(axis=(1, 2)) / (total.size - 1)
    half_square = 0.5 * np.square((total - total.mean()) / sd)
    return _Parts(amounts, product - amounts[:, None, None] * (0.5 + half_square))


def _of_quantile(draws: Floats, total: Floats, quantile: float) -> _Parts:
    """Return E[S_b | S = quantile] by a local linear fit with tricube weights."""
    flat, sums = draws.reshape(len(draws), -1), total.ravel()
    n = sums.size
    nearest = min(n, max(_FEWEST, round(n**_POWER)))
    distance = np.abs(sums - quantile)
    width = float(np.partition(distance, nearest - 1)[nearest - 1]) * (1.0 + 1e-9)
    kernel = (
        (1.0 - np.minimum(distance / width, 1.0) ** 3) ** 3 if width > 0 else (distance == 0).astype(float)
    )
    weights = kernel / kernel.sum()
    centre, means = float(weights @ sums), flat @ weights
    spread = sums - centre
    local = weights * spread
    # Draws of one value have no slope of their own: that of all draws, or none where nothing varies, takes its place.
    if local @ spread <= 1e-12 * sums.var():
        local = (sums - sums.mean()) if np.ptp(sums) > 0 else np.zeros(n)
    steepness = float(local @ sums) - float(local.sum()) * centre
    slope = (flat @ local - local.sum() * means) / steepness if steepness > 0 else np.zeros(len(flat))
    amounts = means + slope * (quantile - centre)
    # How much each draw counts in the fit at the quantile, and how the quantile itself moves with the draws.
    counts = weights + (local * (quantile - centre) / steepness if steepness > 0 else 0.0)
    residual = flat - means[:, None] - slope[:, None] * spread
    density = (70 / 81) * kernel.mean() / width if width > 0 else np.inf
    below = sums <= quantile
    moved = (below.mean() - below) / density
    influence = n * counts * residual + slope[:, None] * moved
    return _Parts(amounts, influence.reshape(draws.shape))


def _error(influence: Floats) -> Floats:
    """Return the Monte Carlo standard error of averages of correlated draws."""
    blocks = Blocks(influence)
    averages, _ = blocks.mean()
    return cast("Floats", np.sqrt(blocks.covariance([averages])[:, 0, 0]))
