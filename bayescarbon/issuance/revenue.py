"""What credits would earn: the stated market price as a distribution, and how likely it is to cover the farm's own.

Nothing is drawn here. A number of credits is one number, and the market price is independent of the posterior, so
means, quantiles and probabilities follow from the price's distribution function without Monte Carlo error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy.special import ndtr, ndtri

from bayescarbon.evidence.quantities import Z95
from bayescarbon.issuance.statistics import Floats

if TYPE_CHECKING:
    from bayescarbon.study.settings import CreditPrice

REVENUE = ("mean", "median", "q05", "q95")


def _shape(price: CreditPrice) -> tuple[float, float, float]:
    """Return the log of the median and the log-scale deviations below and above it."""
    low, middle, high = price.quantiles.as_tuple()
    if not 0 < low < middle < high < np.inf:
        raise ValueError(
            f"credit_price: q05 = {low:g}, q50 = {middle:g}, q95 = {high:g}; prices must be above 0 and the quantiles "
            "must increase strictly"
        )
    below, median, above = np.log([low, middle, high])
    return float(median), float((median - below) / Z95), float((above - median) / Z95)


def price_quantile(price: CreditPrice, level: npt.ArrayLike) -> Floats:
    """Return quantiles of the market price.

    Parameters
    ----------
    price : CreditPrice
        Its 5 %, 50 % and 95 % quantiles.
    level : array_like
        Probabilities, between 0 and 1.

    Returns
    -------
    array
        Currency per t CO2e, above 0.

    Raises
    ------
    ValueError
        If the stated quantiles are not positive and increasing.

    Notes
    -----
    Log-normal on either side of the median, each with its own scale: all three stated quantiles are honoured, also
    where they are skewed on the log scale; where they are not it is the log-normal of the priors.
    """
    median, below, above = _shape(price)
    standard = ndtri(np.asarray(level, dtype=float))
    return np.asarray(np.exp(median + np.where(standard < 0, below, above) * standard), dtype=np.float64)


def price_mean(price: CreditPrice) -> float:
    """Return the mean of the market price, currency per t CO2e.

    Parameters
    ----------
    price : CreditPrice
        Its 5 %, 50 % and 95 % quantiles.

    Raises
    ------
    ValueError
        If the stated quantiles are not positive and increasing.

    Notes
    -----
    E[exp(s Z)] over one half of the normal is exp(s^2 / 2) times a normal probability, for each half with its s.
    """
    median, below, above = _shape(price)
    halves = np.exp(below**2 / 2) * ndtr(-below) + np.exp(above**2 / 2) * ndtr(above)
    return float(np.exp(median) * halves)


def p_price_above(price: CreditPrice, value: npt.ArrayLike) -> Floats:
    """Return the probability that the market price is above a value.

    Parameters
    ----------
    price : CreditPrice
        Its 5 %, 50 % and 95 % quantiles.
    value : array_like
        Currency per t CO2e; 0 or less is always exceeded.

    Raises
    ------
    ValueError
        If the stated quantiles are not positive and increasing.
    """
    median, below, above = _shape(price)
    value = np.asarray(value, dtype=float)
    positive = value > 0
    distance = np.log(np.where(positive, value, 1.0)) - median
    exceeded = ndtr(-distance / np.where(distance < 0, below, above))
    return np.asarray(np.where(positive, exceeded, np.where(np.isnan(value), np.nan, 1.0)), dtype=np.float64)


def revenue(issued: npt.ArrayLike, price: CreditPrice) -> pd.DataFrame:
    """Return what credits earn at the market price.

    Parameters
    ----------
    issued : array_like
        Credits, t CO2e, one number per row of the result, 0 or more.
    price : CreditPrice
        Market price of a credit.

    Returns
    -------
    DataFrame
        ``mean``, ``median``, ``q05``, ``q95`` in the currency of the price. The credits have had their deduction
        for uncertainty: the mean is issued x mean price, and nothing more is taken off for the price's own risk.

    Raises
    ------
    ValueError
        If credits are negative or not finite, or the stated quantiles are not positive and increasing.
    """
    credits = np.atleast_1d(np.asarray(issued, dtype=float))
    wrong = ~(np.isfinite(credits) & (credits >= 0))
    if credits.ndim != 1 or wrong.any():
        shown = f"{credits[wrong].flat[0]:g}" if wrong.any() else f"an array of {credits.ndim} dims"
        raise ValueError(f"issued is {shown}: give one finite number of credits, 0 or more, per row")
    low, middle, high = price_quantile(price, [0.05, 0.5, 0.95])
    columns = (price_mean(price), middle, low, high)
    return pd.DataFrame({name: credits * column for name, column in zip(REVENUE, columns, strict=True)})


def break_even(minimum: xr.DataArray, price: CreditPrice) -> pd.DataFrame:
    """Return how likely the market price is to be above the farm's minimum carbon price.

    Parameters
    ----------
    minimum : xarray.DataArray
        Lowest carbon price at which the farm is as good as the alternative, per t CO2e, dims chain and draw and
        at most one more (batch or scope); NaN where no finite price exists.
    price : CreditPrice
        Market price of a credit.

    Returns
    -------
    DataFrame
        One row per batch or scope, in its order. ``p_break_even``: probability over posterior and market price that
        the market pays more; a draw without a finite price has not broken even. ``p_undefined``: the share of such
        draws.

    Raises
    ------
    ValueError
        If the unit of `minimum` is not that of the market price, it has more dims, or the stated quantiles are not
        positive and increasing.
    """
    unit = str(minimum.attrs.get("units", price.unit))
    if "".join(unit.split()) != "".join(price.unit.split()):
        raise ValueError(
            f"minimum is in {unit!r}, the market price in {price.unit!r}; convert it, "
            "by price_per_co2 if it is per t C"
        )
    others = [dim for dim in minimum.dims if dim not in ("chain", "draw")]
    if len(others) > 1:
        raise ValueError(
            f"minimum has the dims {', '.join(map(str, others))} beside chain and draw; select one of them first"
        )
    values = np.asarray(minimum.transpose(*others, ...).values, dtype=float)
    draws = values.reshape(values.shape[0] if others else 1, -1)
    defined = np.isfinite(draws)
    paid = np.where(defined, p_price_above(price, np.where(defined, draws, np.nan)), 0.0)
    return pd.DataFrame(
        {"p_break_even": paid.mean(axis=1), "p_undefined": (~defined).mean(axis=1)},
        index=pd.Index(minimum[others[0]].values, name=str(others[0])) if others else None,
    )
