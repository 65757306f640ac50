"""How many credits to issue when the level itself is to be chosen: by costs, by a cap on over-crediting, by a curve.

Every answer is exact on the draws: the conditions are piecewise linear in the amount issued, so the piece that holds
the answer is found by bisection over the sorted draws and solved there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from bayescarbon.issuance.draws import by_scope, refuse_unconverged, single
from bayescarbon.issuance.statistics import Floats, sorted_quantile

type Draws = xr.DataArray | npt.ArrayLike

LEVELS = (0.01, 0.025, 0.05, 0.10, 0.16, 0.20, 0.25, 0.30, 1 / 3, 0.40, 0.50)
RISK_CURVE = ("level", "issued", "p_overcredit", "expected_overcredit", "deduction")


def _sorted(draws: Draws, allow_unconverged: bool) -> Floats:
    one = single(draws)
    refuse_unconverged(one, allow_unconverged)
    return np.sort(by_scope(one.expand_dims(scope=["the draws"]))[1].ravel())


def _check_share(share: float) -> None:
    if not 0.0 <= share < 1.0:
        raise ValueError(f"share is {share!r}; it is a fraction of the credits, 0 or more and below 1")


def optimal_level(cost_over: float, cost_under: float) -> float:
    """Return the quantile at which issuing costs least.

    Parameters
    ----------
    cost_over : float
        What one tonne credited too much costs; any unit, above 0.
    cost_under : float
        What one tonne credited too little costs, same unit, above 0.

    Returns
    -------
    float
        c_u / (c_u + c_o), the level p whose quantile minimises c_o E[(I - S)+] + c_u E[(S - I)+] over I.

    Raises
    ------
    ValueError
        If a cost is not above 0 and finite.

    Notes
    -----
    The critical ratio of the newsvendor problem (docs/issuance.md, choosing a level).
    """
    for name, cost in (("cost_over", cost_over), ("cost_under", cost_under)):
        if not 0.0 < cost < np.inf:
            raise ValueError(f"{name} is {cost!r}; a cost per tonne must be above 0 and finite")
    return cost_under / (cost_under + cost_over)


def expected_overcredit_cap(draws: Draws, share: float, *, allow_unconverged: bool = False) -> float:
    """Return the largest amount whose expected over-crediting is at most a share of it.

    Parameters
    ----------
    draws : array_like or DataArray
        Net sink after the baseline share, t CO2e; one dim, or chain and draw.
    share : float
        The cap eps, 0 or more and below 1.
    allow_unconverged : bool
        Accept draws of a fit that failed its diagnostics.

    Returns
    -------
    float
        Largest I with E[(I - S)+] <= eps I, t CO2e; 0 where no positive amount meets it.

    Raises
    ------
    ValueError
        If the draws are not usable (see `issue`) or the share is outside its range.
    """
    _check_share(share)
    ordered = _sorted(draws, allow_unconverged)
    n = ordered.size
    # Sum of the shortfalls below each draw, by increments: exactly 0 at the smallest draw, ties included.
    shortfall = np.concatenate([[0.0], np.cumsum(np.arange(1, n) * np.diff(ordered))])
    # E[(I - S)+] - eps I is convex and its kinks are the draws: the last kink that meets the cap starts the last
    # piece that does.
    meets = (shortfall <= n * share * ordered) & (ordered > 0.0)
    if not meets.any():
        return 0.0
    last = int(np.flatnonzero(meets)[-1])
    slack = n * share * ordered[last] - shortfall[last]
    return float(ordered[last] + slack / (last + 1 - n * share))


def cvar_cap(draws: Draws, share: float, *, allow_unconverged: bool = False) -> float:
    """Return the largest amount that, where it is too much, is too much by at most a share of it on average.

    Parameters
    ----------
    draws : array_like or DataArray
        Net sink after the baseline share, t CO2e; one dim, or chain and draw.
    share : float
        The cap eps, 0 or more and below 1.
    allow_unconverged : bool
        Accept draws of a fit that failed its diagnostics.

    Returns
    -------
    float
        Largest I with E[I - S | I > S] <= eps I, t CO2e; 0 where no positive amount meets it. An amount that no draw
        falls below meets it.

    Raises
    ------
    ValueError
        If the draws are not usable (see `issue`) or the share is outside its range.

    Notes
    -----
    E[I - S | I > S] <= eps I means I <= m / (1 - eps), m the mean of the draws below I: the conditional value at risk
    at the level P(S < I). m jumps at the draws, so that amounts that meet the cap need not be one interval. The
    answer rests on the draws below it: a cap so tight that these are few gives an amount with a large Monte Carlo
    error.
    """
    _check_share(share)
    ordered = _sorted(draws, allow_unconverged)
    # With the k smallest draws below I, its limit is limit[k - 1]. Limits rise with the draws, so the last one that
    # lies above its own draws lies below the next draw.
    limit = np.cumsum(ordered) / np.arange(1, ordered.size + 1) / (1.0 - share)
    meets = np.flatnonzero(limit > ordered)
    return max(0.0, float(limit[meets[-1]] if meets.size else ordered[0]))


def expectile(draws: Draws, tau: float, *, allow_unconverged: bool = False) -> float:
    """Return the amount at which over- and under-crediting balance at a given ratio.

    Parameters
    ----------
    draws : array_like or DataArray
        Net sink after the baseline share, t CO2e; one dim, or chain and draw.
    tau : float
        Weight of under-crediting, between 0 and 1 (both excluded); 0.5 gives the mean.
    allow_unconverged : bool
        Accept draws of a fit that failed its diagnostics.

    Returns
    -------
    float
        I with tau E[(S - I)+] = (1 - tau) E[(I - S)+], t CO2e; 0 where it is negative.

    Raises
    ------
    ValueError
        If the draws are not usable (see `issue`) or tau is outside its range.

    Notes
    -----
    The expectile of Newey and Powell (1987): the minimum of squared errors weighted tau above and 1 - tau below.
    """
    if not 0.0 < tau < 1.0:
        raise ValueError(f"tau is {tau!r}; it must be between 0 and 1, both excluded")
    ordered = _sorted(draws, allow_unconverged)
    n = ordered.size
    below = np.cumsum(ordered)
    count = np.arange(1, n + 1)
    # With k draws below I the condition is linear in I; its solution is the expectile where it falls on that piece.
    solution = (tau * (below[-1] - below) + (1.0 - tau) * below) / (tau * (n - count) + (1.0 - tau) * count)
    # The balance falls with I: the first draw that is followed by its own solution or by nothing holds it.
    after = np.append(ordered[1:], np.inf)
    k = int(np.flatnonzero(solution <= after)[0])
    return max(0.0, float(solution[k]))


def risk_curve(
    draws: Draws, levels: Sequence[float] = LEVELS, *, allow_unconverged: bool = False
) -> pd.DataFrame:
    """Return what each quantile would issue and what it risks.

    Parameters
    ----------
    draws : array_like or DataArray
        Net sink after the baseline share, t CO2e; one dim, or chain and draw.
    levels : sequence of float
        Quantiles to issue, between 0 and 1 (both excluded).
    allow_unconverged : bool
        Accept draws of a fit that failed its diagnostics.

    Returns
    -------
    DataFrame
        One row per level: ``level``; ``issued`` = max(0, quantile), t CO2e; ``p_overcredit`` = P(S < issued);
        ``expected_overcredit`` = E[(issued - S)+], t CO2e; ``deduction`` = 1 - issued / mean, NaN where the mean is 0
        or less.

    Raises
    ------
    ValueError
        If the draws are not usable (see `issue`) or a level is outside its range.
    """
    asked = np.asarray(levels, dtype=float)
    if asked.ndim != 1 or not ((asked > 0.0) & (asked < 1.0)).all():
        raise ValueError(f"levels are {list(levels)}; each must be between 0 and 1, both excluded")
    ordered = _sorted(draws, allow_unconverged)
    issued = np.maximum(0.0, sorted_quantile(ordered[None], asked))
    below = np.searchsorted(ordered, issued, side="left")
    total = np.concatenate([[0.0], np.cumsum(ordered)])
    mean = ordered.mean()
    columns = (
        asked,
        issued,
        below / ordered.size,
        np.maximum(0.0, below * issued - total[below]) / ordered.size,
        1.0 - issued / mean if mean > 0 else np.full(asked.size, np.nan),
    )
    return pd.DataFrame(dict(zip(RISK_CURVE, columns, strict=True)))
