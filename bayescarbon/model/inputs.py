"""What enters the account beside the hierarchy: weighed harvests, the margins of a farm, measured sea water.

No row of evidence tells anything about these, so their posterior is known in closed form and is drawn directly.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.accounting.seawater import calcification_ratio

# Standard deviation of one determination, for rows that state none: a field thermometer, a conductivity probe, a
# titration with certified reference material, and an equilibrator or a calculation from pH. Assumed.
WATER_SD = {"temperature_c": 0.2, "salinity": 0.1, "alkalinity_umol_kg": 10.0, "pco2_uatm": 20.0}
# Drawn log-normally: a few scattered rows must not give a negative concentration.
POSITIVE_WATER = ("salinity", "alkalinity_umol_kg", "pco2_uatm")


def harvest_draws(harvest: pd.DataFrame, shape: tuple[int, int], rng: np.random.Generator) -> xr.DataArray:
    """Return the true harvest of every batch, t live (batch, chain, draw): log-normal about the weighed mass.

    Parameters
    ----------
    harvest : DataFrame
        ``harvest_t`` (t live) and ``harvest_cv``, the relative error of weighing.
    shape : (int, int)
        Chains and draws.
    rng : numpy.random.Generator
        Source of the draws.
    """
    log_sd = np.sqrt(np.log1p(harvest["harvest_cv"].to_numpy(dtype=float) ** 2))[:, None, None]
    noise = rng.standard_normal((len(harvest), *shape))
    # The weighed mass is the mean, not the median, of what was harvested.
    mass = harvest["harvest_t"].to_numpy(dtype=float)[:, None, None] * np.exp(log_sd * noise - log_sd**2 / 2)
    attrs = {"units": "t live", "long_name": "live harvest with its weighing error"}
    return xr.DataArray(mass, dims=("batch", "chain", "draw"), attrs=attrs)


def water_ratio(
    water: pd.DataFrame, sites: list[str], shape: tuple[int, int], rng: np.random.Generator
) -> xr.DataArray:
    """Return psi at the sites with water rows, mol CO2 / mol CaCO3 (site, chain, draw).

    psi is the deterministic function of the site's mean water. The mean of n rows has the variance between rows, or
    that of one determination where it is larger, over n.

    Parameters
    ----------
    water : DataFrame
        Rows of the water table.
    sites : list of str
        Sites to return; each has at least one row.
    shape : (int, int)
        Chains and draws.
    rng : numpy.random.Generator
        Source of the draws.
    """
    means = {}
    for column, default in WATER_SD.items():
        told = water.assign(variance=water[f"{column}_sd"].fillna(default) ** 2).groupby("site")
        between = told[column].var(ddof=1).fillna(0.0)  # which holds the error of determination already
        variance = np.maximum(between, told["variance"].mean()) / told[column].count()
        noise = rng.standard_normal((len(sites), *shape))
        centre, spread = (
            x[sites].to_numpy()[:, None, None] for x in (told[column].mean(), np.sqrt(variance))
        )
        if column in POSITIVE_WATER:
            log_sd = np.sqrt(np.log1p((spread / centre) ** 2))
            values = centre * np.exp(log_sd * noise - log_sd**2 / 2)
        else:
            values = centre + spread * noise
        means[column] = xr.DataArray(values, dims=("site", "chain", "draw"))
    return calcification_ratio(**means).assign_coords(site=sites)


def mean_water_ratio(water: pd.DataFrame) -> pd.Series:
    """Return psi of the mean water of each site that has water rows, mol CO2 / mol CaCO3, by site.

    Parameters
    ----------
    water : DataFrame
        Rows of the water table.
    """
    centre = water.groupby("site")[list(WATER_SD)].mean()
    psi = calcification_ratio(**{name: centre[name].to_numpy(dtype=float) for name in WATER_SD})
    return pd.Series(psi, index=centre.index, dtype=float)


def margin_standard(
    economics: pd.DataFrame, shape: tuple[int, int], rng: np.random.Generator
) -> xr.DataArray:
    """Return the standardised error of each batch's mean margin gap (batch, chain, draw).

    Normal where the gap is given with its sd; Student t with n - 1 degrees of freedom where n years are given, which
    is the posterior of a normal mean under the reference prior; 0 where one year is all there is, whose gap is then
    taken as known.

    Parameters
    ----------
    economics : DataFrame
        Rows of the economics table.
    shape : (int, int)
        Chains and draws.
    rng : numpy.random.Generator
        Source of the draws.
    """
    batches = list(dict.fromkeys(economics["batch"]))
    standard = np.zeros((len(batches), *shape))
    for position, batch in enumerate(batches):
        rows = economics[economics["batch"] == batch]
        if rows["margin_gap"].notna().all():
            standard[position] = rng.standard_normal(shape)
        elif len(rows) > 1:
            standard[position] = rng.standard_t(len(rows) - 1, shape)
    return xr.DataArray(standard, dims=("batch", "chain", "draw"), coords={"batch": batches})
