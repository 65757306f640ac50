"""Joint draws of batches and years, at random and with exactly the moments asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays


def by_batch(values: Sequence[object] | np.ndarray) -> xr.DataArray:
    """Return draws (batch, draw) or (batch, chain, draw) with batches named a, b, c ..."""
    array = np.asarray(values, dtype=float)
    array = array if array.ndim == 3 else array[:, None, :]
    names = [chr(ord("a") + i) for i in range(len(array))]
    return xr.DataArray(array, dims=("batch", "chain", "draw"), coords={"batch": names})


def by_year(values: Sequence[object] | np.ndarray, first: int = 2021) -> xr.DataArray:
    """Return draws (year, draw) or (year, chain, draw) from the year `first` on."""
    array = np.asarray(values, dtype=float)
    array = array if array.ndim == 3 else array[:, None, :]
    years = np.arange(first, first + len(array))
    return xr.DataArray(array, dims=("year", "chain", "draw"), coords={"year": years})


def correlated(
    mean: Sequence[float], covariance: np.ndarray, size: int, seed: int = 0, *, exact: bool = False
) -> np.ndarray:
    """Return normal draws (number, draw); their own mean and covariance are exactly those asked for if `exact`."""
    standard = np.random.default_rng(seed).standard_normal((len(mean), size))
    if exact:
        standard -= standard.mean(axis=1, keepdims=True)
        standard = np.linalg.solve(np.linalg.cholesky(np.cov(standard)), standard)
    root = np.linalg.cholesky(np.asarray(covariance, dtype=float))
    return np.asarray(root @ standard + np.asarray(mean)[:, None])


def equicorrelated(sd: Sequence[float], correlation: float) -> np.ndarray:
    """Return the covariance of numbers with one correlation between any two."""
    size = len(sd)
    between = np.full((size, size), correlation)
    np.fill_diagonal(between, 1.0)
    return between * np.outer(sd, sd)


@st.composite
def joint_draws(draw: st.DrawFn) -> xr.DataArray:
    """Return draws of one to five batches, with ties and releases among them."""
    shape = (draw(st.integers(1, 5)), draw(st.integers(1, 2)), draw(st.integers(2, 40)))
    elements = draw(st.sampled_from([st.integers(-20, 100).map(float), st.floats(-20.0, 100.0, width=32)]))
    return by_batch(draw(arrays(np.float64, shape, elements=elements)))
