"""Result tables: posterior draws of the carbon accounting, summarised one row per number.

Every interval is equal-tailed: ``q05`` and ``q95`` are the 5 % and 95 % quantiles of the pooled draws.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from bayescarbon.accounting.frameworks import frameworks, net_sink
from bayescarbon.accounting.pools import pools
from bayescarbon.accounting.price import HasEconomics, carbon_price, price_per_co2

if TYPE_CHECKING:
    import xarray as xr

QUANTITIES = (
    "quantity", "species", "site", "unit", "mean", "sd", "q05", "median", "q95",
    "n_rows", "n_own", "r_hat", "ess_bulk",
)  # fmt: skip
LEDGER = ("batch", "line", "unit", "mean", "sd", "q05", "median", "q95")
SINKS = ("scope", "framework", "unit", "mean", "sd", "q05", "median", "q95", "p_positive")
POOLS = ("scope", "pool", "unit", "mean", "sd", "q05", "median", "q95")
PRICES = ("batch", "unit", "median", "q05", "q95", "p_negative", "p_undefined")

TOTAL = "total"
_DRAWS = ("chain", "draw")


class Summarised(HasEconomics, Protocol):
    """What the tables need of a fit."""

    @property
    def quantities(self) -> pd.DataFrame:
        """The table of quantities."""
        ...


def _matrix(draws: xr.DataArray, what: str) -> np.ndarray:
    """Return draws as float64 (batch, pooled draws), refusing gaps in them: they would bias what is left."""
    ordered = draws.transpose("batch", *_DRAWS)
    matrix = np.asarray(ordered.values, dtype=np.float64).reshape(ordered.sizes["batch"], -1)
    gaps = ~np.isfinite(matrix)
    if gaps.any():
        batch = ordered["batch"].values[gaps.any(axis=1)][0]
        raise ValueError(f"{what}: {int(gaps.sum())} draws are not finite numbers, first in batch {batch}")
    return matrix


def _with_total(matrix: np.ndarray) -> np.ndarray:
    """Add a last row for all batches together: draws are summed before they are summarised."""
    return np.vstack([matrix, matrix.sum(axis=0)])


def summarise(matrix: np.ndarray) -> list[dict[str, float]]:
    """Summarise the draws of several numbers.

    Parameters
    ----------
    matrix : array of float, shape (numbers, draws)
        Pooled draws of each number, at least one, all finite.

    Returns
    -------
    list of dict
        For each number ``mean``, ``sd`` (n - 1 in the denominator; 0 for a single draw), ``q05``, ``median``
        and ``q95`` (linear interpolation between order statistics).
    """
    spread = matrix.std(axis=1, ddof=1) if matrix.shape[1] > 1 else np.zeros(len(matrix))
    low, middle, high = np.quantile(matrix, [0.05, 0.5, 0.95], axis=1)
    columns = (matrix.mean(axis=1), spread, low, middle, high)
    return [
        dict(zip(("mean", "sd", "q05", "median", "q95"), map(float, row), strict=True))
        for row in zip(*columns, strict=True)
    ]


def _by_batch(blocks: Iterable[list[dict[str, Any]]], columns: Iterable[str]) -> pd.DataFrame:
    """Interleave blocks of rows, one block per line or framework, so that a batch's rows stand together."""
    rows = [row for scope in zip(*blocks, strict=True) for row in scope]
    return pd.DataFrame(rows, columns=list(columns))


def _labels(ledger: xr.Dataset) -> list[str]:
    return [str(batch) for batch in ledger["batch"].values]


def ledger_table(ledger: xr.Dataset) -> pd.DataFrame:
    """Return ``ledger.csv``: one row per batch and carbon line.

    Parameters
    ----------
    ledger : xarray.Dataset
        One variable per line in t C, dims ``batch``, ``chain``, ``draw``, ``units`` in the attributes.

    Raises
    ------
    ValueError
        If a draw is not a finite number.
    """
    blocks = [
        [
            {"batch": batch, "line": str(line), "unit": values.attrs["units"]} | summary
            for batch, summary in zip(
                _labels(ledger), summarise(_matrix(values, f"ledger line {line}")), strict=True
            )
        ]
        for line, values in ledger.data_vars.items()
    ]
    return _by_batch(blocks, LEDGER)


def sinks_table(ledger: xr.Dataset) -> pd.DataFrame:
    """Return ``sinks.csv``: the net sink of every batch and of all together, by every framework.

    Sinks are gross: the share that the water would have fixed anyway is not taken off.

    Parameters
    ----------
    ledger : xarray.Dataset
        As for `ledger_table`.

    Raises
    ------
    ValueError
        If a draw is not a finite number.
    """
    blocks = []
    for name in frameworks():
        matrix = _with_total(_matrix(net_sink(ledger, name), f"net sink by {name}"))
        blocks.append(
            [
                {"scope": scope, "framework": name, "unit": "t CO2e"} | summary | {"p_positive": float(p)}
                for scope, summary, p in zip(
                    [*_labels(ledger), TOTAL], summarise(matrix), (matrix > 0).mean(axis=1), strict=True
                )
            ]
        )
    return _by_batch(blocks, SINKS)


def pools_table(ledger: xr.Dataset) -> pd.DataFrame:
    """Return ``pools.csv``: carbon used, removed, stored and released, per batch and in total.

    Parameters
    ----------
    ledger : xarray.Dataset
        As for `ledger_table`.

    Raises
    ------
    ValueError
        If a draw is not a finite number.
    """
    blocks = [
        [
            {"scope": scope, "pool": str(name), "unit": "t C"} | summary
            for scope, summary in zip(
                [*_labels(ledger), TOTAL],
                summarise(_with_total(_matrix(values, f"pool {name}"))),
                strict=True,
            )
        ]
        for name, values in pools(ledger).data_vars.items()
    ]
    return _by_batch(blocks, POOLS)


def _price_row(batch: str, unit: str, flat: np.ndarray) -> dict[str, Any]:
    """Summarise a ratio that has no mean: quantiles of the draws that have a price, and how many have none."""
    priced = flat[np.isfinite(flat)]
    low, middle, high = np.quantile(priced, [0.05, 0.5, 0.95]) if priced.size else [np.nan] * 3
    return {
        "batch": batch,
        "unit": unit,
        "median": float(middle),
        "q05": float(low),
        "q95": float(high),
        "p_negative": float((priced < 0).sum() / flat.size),
        "p_undefined": 1.0 - priced.size / flat.size,
    }


def prices_table(price: xr.DataArray | None, currency: str) -> pd.DataFrame:
    """Return ``prices.csv``: the minimum carbon price per batch, per t C and per t CO2e.

    A price is a ratio whose denominator can come near zero: it has no mean, and none is given. ``p_negative``
    and ``p_undefined`` are shares of all draws, the quantiles are over the draws that have a price.

    Parameters
    ----------
    price : xarray.DataArray, optional
        Price per t C, dims ``batch``, ``chain``, ``draw``; NaN where no finite price exists. None if the study
        has no economics: the table is then empty.
    currency : str
        Code of the study's currency.
    """
    rows = []
    if price is not None:
        for batch in price["batch"].values:
            one = price.sel(batch=batch).transpose(*_DRAWS)
            for unit, values in (("t C", one), ("t CO2e", price_per_co2(one))):
                flat = np.asarray(values, dtype=np.float64).reshape(-1)
                rows.append(_price_row(str(batch), f"{currency}/{unit}", flat))
    return pd.DataFrame(rows, columns=list(PRICES))


def tables(fit: Summarised, ledger: xr.Dataset, currency: str | None) -> dict[str, pd.DataFrame]:
    """Return all result tables, in the order in which they are written.

    Parameters
    ----------
    fit : Summarised
        The fit that the ledger was made from.
    ledger : xarray.Dataset
        As for `ledger_table`.
    currency : str, optional
        Code of the study's currency; None if the study has no economics.

    Raises
    ------
    ValueError
        If a draw of the ledger is not a finite number.
    """
    price = None if currency is None else carbon_price(fit, ledger)
    return {
        "quantities": fit.quantities.reindex(columns=list(QUANTITIES)).astype(
            {"n_rows": "int64", "n_own": "int64"}
        ),
        "ledger": ledger_table(ledger),
        "sinks": sinks_table(ledger),
        "pools": pools_table(ledger),
        "prices": prices_table(price, currency or ""),
    }
