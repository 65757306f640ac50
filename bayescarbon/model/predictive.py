"""Replicated rows: what the model would have reported in place of each evidence row."""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayescarbon.model.families import FAMILIES
from bayescarbon.model.likelihood import scatter_levels
from bayescarbon.model.observations import Observations

#: Draws that are replicated: enough for checks by eye and for probability integral transforms.
REPLICATES = 500


def replicate(
    observations: Observations, mean: np.ndarray, cv: np.ndarray, rng: np.random.Generator
) -> xr.Dataset:
    """Simulate the value of every sample and summary row.

    Parameters
    ----------
    observations : Observations
        Rows and the targets that they observe.
    mean : array (sample, target)
        Arithmetic means on the natural scale.
    cv : array (sample, scatter)
        Coefficients of variation of single samples.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    xarray.Dataset
        ``value`` (chain, draw, row), in the row's canonical unit; rows that are ranges or bounds have no single
        value and are left out. Suspected outliers are replicated from the clean component.
    """
    rows = observations.rows
    rows = rows[rows["form"].isin(["sample", "summary"])]
    picked = np.linspace(0, len(mean) - 1, min(REPLICATES, len(mean))).astype(int)
    values = np.empty((len(picked), len(rows)))
    at = scatter_levels(observations.scatter)
    for name, family in FAMILIES.items():
        here = np.flatnonzero((rows["family"] == name).to_numpy())
        part = rows.iloc[here]
        theta = mean[np.ix_(picked, part["target"])]
        precision = family.precision(cv[np.ix_(picked, part["scatter"])], at[part["scatter"]])
        precision = family.averaged(precision, part["n"].fillna(1.0).to_numpy())
        values[:, here] = family.simulate(rng, theta, precision)
    values = np.where((rows["method"] == "oxygen").to_numpy(), 1 - values, values)
    coords = {"row": rows["id"].to_numpy(dtype=object)}
    return xr.Dataset({"value": (("chain", "draw", "row"), values[None])}, coords=coords)
