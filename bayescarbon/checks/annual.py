"""From carbon per batch and cycle to carbon per site and year, which is how beds and fluxes are measured."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

DAYS_PER_YEAR = 365.25


def _presence(
    cycle_years: npt.NDArray[np.float64], harvested: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return for each batch the share of an average named year in which it is in the water.

    A batch harvested in a year fills that year, and of the years before what its cycle reaches back. Without a
    year it stands for a crop that is always there.
    """
    years = np.unique(harvested[~np.isnan(harvested)])
    if years.size == 0:
        return np.ones_like(cycle_years)
    reach = np.maximum(cycle_years, 1.0)[:, None]
    ends = harvested[:, None]
    overlap = np.minimum(years, ends) - np.maximum(years - 1.0, ends - reach)
    present: npt.NDArray[np.float64] = np.clip(overlap, 0.0, 1.0).mean(axis=1)
    return np.where(np.isnan(harvested), 1.0, present)


def per_site_and_year(line: xr.DataArray, harvest: pd.DataFrame) -> xr.DataArray:
    """Return a line or pool of the ledger as a rate per site and year.

    Parameters
    ----------
    line : xarray.DataArray
        t C per batch and cycle, with the dim ``batch`` and any others.
    harvest : DataFrame
        batch, site, cycle_days and, where known, year.

    Returns
    -------
    xarray.DataArray
        t C / yr, dims (site, ...) in the order in which the sites first stand in `harvest`.

    Raises
    ------
    ValueError
        If `harvest` lacks a batch of the line.

    Notes
    -----
    The sum over the batches of carbon / cycle_days x 365.25. Batches harvested in different years follow each other
    rather than stand side by side: the rate is then the mean over the harvest years, in each of which a batch counts
    as far as its cycle reaches into that year.
    """
    rows = harvest.set_index("batch")
    labels = [str(batch) for batch in line["batch"].values]
    missing = sorted(set(labels) - {str(batch) for batch in rows.index})
    if missing:
        raise ValueError(f"the harvest has no row for batch {', '.join(missing)}")
    rows = rows.loc[labels]
    cycle_years = rows["cycle_days"].to_numpy(dtype=np.float64) / DAYS_PER_YEAR
    year = pd.to_numeric(rows["year"], errors="coerce") if "year" in rows else pd.Series(np.nan, rows.index)
    rates = []
    sites = list(dict.fromkeys(str(site) for site in rows["site"]))
    for site in sites:
        here = (rows["site"].astype(str) == site).to_numpy()
        weight = _presence(cycle_years[here], year.to_numpy(dtype=np.float64)[here]) / cycle_years[here]
        rates.append(
            (line.isel(batch=np.flatnonzero(here)) * xr.DataArray(weight, dims="batch")).sum("batch")
        )
    result = xr.concat(rates, dim=pd.Index(sites, name="site"))
    return result.assign_attrs(units="t C / yr")
