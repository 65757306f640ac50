"""A measured flux of CO2 between sea and air, held against the carbon that the farm gives back."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.accounting.gas_exchange import TRANSFER_UNCERTAINTY, co2_flux
from bayescarbon.accounting.pools import pools
from bayescarbon.checks.annual import per_site_and_year
from bayescarbon.checks.mixing import Floats
from bayescarbon.study.air_sea import flux_unit

TABLE = (
    "site", "unit", "n_rows", "seasons", "measured", "measured_q05", "measured_q95",
    "predicted_median", "predicted_q05", "predicted_q95", "p_below", "verdict",
)  # fmt: skip

UNIT = "t C / yr"

# Relative error of a row that states none: a chamber or a tower on a few days, taken for a season.
ASSUMED_ERROR = 0.3

_OWN_UNIT = "mmol CO2 m-2 d-1"
_WATER = ("delta_pco2_uatm", "wind_m_s", "temperature_c", "salinity")
_DRAWS = 4000

CAVEAT = (
    "A measured flux also holds the water's own exchange: this is a check and enters no sink, pool or price."
)


def to_carbon_per_year(flux: float, unit: str, area_km2: float) -> float:
    """Return a flux of CO2 as carbon of the whole site, t C / yr.

    Parameters
    ----------
    flux : float
        As written.
    unit : str
        Its unit, per area (``mmol CO2 m-2 d-1``, ``g C/m2/yr``) or of the whole site (``t CO2/yr``).
    area_km2 : float
        Area of the site, km2; NaN will do for a flux of the whole site.

    Raises
    ------
    UnitError
        If the unit measures something else, or does not say whether its mass is C or CO2.
    ValueError
        If the flux is per area and the area is not given.
    """
    factor, per_area = flux_unit(unit)
    if not per_area:
        return flux * factor
    if not area_km2 > 0:
        raise ValueError(f"a flux in {unit!r} is per area: give area_km2, the area of the site")
    return flux * factor * area_km2


def _text(row: pd.Series, column: str) -> str:
    return str(row[column]).strip() if column in row.index and pd.notna(row[column]) else ""


def _number(row: pd.Series, column: str) -> float:
    return float(row[column]) if column in row.index and pd.notna(row[column]) else float("nan")


def _is_total(row: pd.Series) -> bool:
    """Say whether a row's flux can be told in tonnes: it is one of the whole site, or its area is stated."""
    unit = _text(row, "unit") if np.isfinite(_number(row, "co2_flux")) else _OWN_UNIT
    return np.isfinite(_number(row, "area_km2")) or not flux_unit(unit)[1]


def _row(row: pd.Series) -> tuple[float, float, bool]:
    """Return flux and standard error of one row in t C / yr, and whether a transfer velocity stands behind it."""
    area, sd = _number(row, "area_km2"), _number(row, "sd")
    flux, unit = _number(row, "co2_flux"), _text(row, "unit")
    water = [_number(row, name) for name in _WATER]
    if np.isfinite(flux) and unit:
        carbon = to_carbon_per_year(flux, unit, area)
        by_transfer = "pco2" in _text(row, "method").casefold()
    elif np.isfinite(water).all():
        carbon = to_carbon_per_year(float(co2_flux(*water)), _OWN_UNIT, area)
        by_transfer = True
    else:
        raise ValueError(f"{row['site']}: give co2_flux with its unit, or all of {', '.join(_WATER)}")
    error = to_carbon_per_year(sd, unit, area) if np.isfinite(sd) else ASSUMED_ERROR * abs(carbon)
    return carbon, error, by_transfer


def _mean_error(fluxes: Floats, errors: Floats) -> float:
    """Return the standard error of a mean: of its parts' errors or of their scatter, whichever is larger."""
    propagated = float(np.sqrt((errors**2).sum()) / len(errors))
    scatter = float(fluxes.std(ddof=1) / np.sqrt(len(fluxes))) if len(fluxes) > 1 else 0.0
    return max(propagated, scatter)


def annual_flux(rows: pd.DataFrame, *, draws: int = _DRAWS, seed: int = 1) -> tuple[float, Floats, list[str]]:
    """Return the annual mean flux of CO2 out of the sea at one site, from all its rows.

    Parameters
    ----------
    rows : DataFrame
        The rows of one site in the columns of the table ``air_sea``.
    draws, seed : int
        Number of draws, and what they follow from.

    Returns
    -------
    flux : float
        t C / yr, positive out of the sea.
    draws : array of float
        The same with its error.
    seasons : list of str
        Seasons that were measured; empty where rows name none.

    Raises
    ------
    ValueError
        If a row gives no flux, or a unit or an area is missing or wrong.

    Notes
    -----
    Rows of one season are averaged, then the seasons, so that ten summer days do not outvote one winter day; rows
    without a season count as one whole-year value beside the seasons' mean. The error of the transfer velocity, 20 %,
    is one and the same for every row that rests on one (computed here from delta pCO2, or ``method`` says pCO2) and
    does not average out. A row without sd has an error of 30 % besides, for the days it stands for.
    """
    read = [_row(row) for _, row in rows.iterrows()]
    fluxes = np.array([one[0] for one in read])
    errors = np.array([one[1] for one in read])
    by_transfer = np.array([one[2] for one in read])
    season = rows["season"].fillna("").astype(str).to_numpy() if "season" in rows else np.full(len(rows), "")
    named = [name for name in ("spring", "summer", "autumn", "winter") if (season == name).any()]
    # Weight of each row, and error of each part: seasons share one half (or all), rows without a season the other.
    parts = [(name, 1.0 / len(named)) for name in named] or [("", 1.0)]
    if named and (season == "").any():
        parts = [(name, weight / 2.0) for name, weight in parts] + [("", 0.5)]
    weights = np.zeros(len(rows))
    variance = 0.0
    for name, weight in parts:
        here = season == name
        weights[here] = weight / here.sum()
        variance += (weight * _mean_error(fluxes[here], errors[here])) ** 2
    rng = np.random.default_rng(seed)
    log_sd = np.sqrt(np.log1p(TRANSFER_UNCERTAINTY**2))
    transfer = np.exp(rng.normal(-(log_sd**2) / 2.0, log_sd, draws))  # mean 1, never negative
    noise = rng.normal(0.0, np.sqrt(variance), draws)
    certain = float((weights * fluxes)[~by_transfer].sum())
    through_k = float((weights * fluxes)[by_transfer].sum())
    return certain + through_k, certain + through_k * transfer + noise, named


def released_per_year(ledger: xr.Dataset, harvest: pd.DataFrame) -> xr.DataArray:
    """Return the carbon that the farm gives back per site and year, t C / yr.

    Parameters
    ----------
    ledger : xarray.Dataset
        The carbon account, t C per batch and cycle.
    harvest : DataFrame
        batch, site, cycle_days and, where known, year.

    Returns
    -------
    xarray.DataArray
        The pool ``released`` per year, dims (site, ...); see `bayescarbon.checks.annual.per_site_and_year`.
    """
    return per_site_and_year(pools(ledger)["released"], harvest)


def air_sea_check(
    air_sea: pd.DataFrame, released: xr.DataArray, *, draws: int = _DRAWS, seed: int = 1
) -> pd.DataFrame:
    """Return ``air_sea.csv``: the measured flux of each site beside the carbon its farm gives back.

    Parameters
    ----------
    air_sea : DataFrame
        site, co2_flux, unit, sd, method, season, area_km2 and, for fluxes from partial pressures, delta_pco2_uatm
        (sea minus air), wind_m_s, temperature_c, salinity; NaN where not given.
    released : xarray.DataArray
        t C / yr, dim ``site`` and draws, from `released_per_year`.
    draws, seed : int
        Number of draws, and what they follow from.

    Returns
    -------
    DataFrame
        Per site: ``measured`` with its 5 % and 95 % quantiles, t C / yr, positive out of the sea; ``predicted_*``,
        quantiles of what would be measured if the farm's release were the only flux, error of the measurement
        included; ``p_below``, the posterior predictive probability of a flux below the measured one; a verdict in
        words. NaN where the site has no batch.

    Raises
    ------
    ValueError
        If a row gives no flux, or a unit or an area is missing or wrong.

    Notes
    -----
    ``predicted`` takes all that the farm releases to reach the air where it is farmed. That is its upper end: part of
    it is mineralised in the bed or leaves with the currents. And water that is no farm at all exchanges CO2, by its
    plants, temperature and run-off. Hence a check only: the flux moves no other number of the results.
    """
    known = {str(site) for site in released["site"].values}
    table = []
    for site in dict.fromkeys(str(site) for site in air_sea["site"]):
        rows = air_sea[air_sea["site"].astype(str) == site]
        row: dict[str, object] = {"site": site, "unit": UNIT, "n_rows": len(rows)}
        rows = rows[[_is_total(one) for _, one in rows.iterrows()]]
        if rows.empty:
            table.append(
                row | {"verdict": f"No row states the area of sea: nothing to compare with. {CAVEAT}"}
            )
            continue
        rng = np.random.default_rng([seed, zlib.crc32(site.encode())])
        flux, measured, seasons = annual_flux(rows, draws=draws, seed=int(rng.integers(2**31)))
        low, high = np.quantile(measured, [0.05, 0.95])
        row |= {
            "n_rows": len(rows), "seasons": " ".join(seasons),
            "measured": flux, "measured_q05": float(low), "measured_q95": float(high),
        }  # fmt: skip
        if site in known:
            release = np.asarray(released.sel(site=site), dtype=np.float64).ravel()
            predicted = rng.choice(release, draws) + (measured - flux)
            low, middle, high = np.quantile(predicted, [0.05, 0.5, 0.95])
            p_below = float((predicted < flux).mean())
            row |= {
                "predicted_median": float(middle), "predicted_q05": float(low), "predicted_q95": float(high),
                "p_below": p_below, "verdict": f"{_verdict(p_below, flux)} {CAVEAT}",
            }  # fmt: skip
        else:
            row["verdict"] = f"No batch is farmed at this site: nothing to compare with. {CAVEAT}"
        table.append(row)
    return pd.DataFrame(table).reindex(columns=list(TABLE))


def _verdict(p_below: float, flux: float) -> str:
    if p_below < 0.05 and flux < 0:
        return "The water takes up CO2 although the farm releases carbon: other uptake outweighs what reaches the air."
    if p_below < 0.05:
        return (
            "Less CO2 leaves the water than the farm releases: other uptake, or a release that is overstated."
        )
    if p_below > 0.95:
        return "More CO2 leaves the water than the farm releases: another source, or a release that is understated."
    return "The flux is what the farm's release alone would give, within the errors; other flows may cancel in it."
