"""The table `air_sea` of a study: measured fluxes of CO2 between air and sea, against which a result is checked."""

from __future__ import annotations

import pandas as pd

from bayescarbon.errors import suggest
from bayescarbon.evidence.units import MOLAR_MASS, UnitError, convert
from bayescarbon.study.cells import Typed
from bayescarbon.study.findings import Checked, Findings
from bayescarbon.translation import _

TABLE = "air_sea"
DELTA = ("delta_pco2_uatm", "wind_m_s")
WATER = ("temperature_c", "salinity")
#: t C/km2/yr; 200 mmol CO2/m2/d, beyond what coastal waters exchange.
LARGEST_FLUX = 880.0
_CARBON_OF = {"C": 1.0, "CO2": MOLAR_MASS["C"] / MOLAR_MASS["CO2"]}


def flux_unit(unit: str) -> tuple[float, bool]:
    """Read the unit of a flux.

    Parameters
    ----------
    unit : str
        Amount or mass of CO2 or C per time, per area or in total: ``mmol CO2/m2/d``, ``g C/m2/yr``, ``t CO2/yr``. A
        bare ``mmol/m2/d`` is one of either, because a mole of CO2 holds a mole of C.

    Returns
    -------
    factor : float
        t C per year (per km2) in one such unit.
    per_area : bool
        Whether the flux is per area.

    Raises
    ------
    UnitError
        If it is no such unit, or does not say whether a mass is of CO2 or of C.
    """
    for area in ("", "/km2"):
        found = {}
        for substance, carbon in _CARBON_OF.items():
            try:
                found[substance] = convert(1.0, unit, f"t {substance}{area}/yr") * carbon
            except UnitError:
                continue
        if found and max(found.values()) > min(found.values()) * (1 + 1e-9):
            raise UnitError(_("the unit {unit!r} does not say whether the mass is of CO2 or of C", unit=unit))
        if found:
            return next(iter(found.values())), bool(area)
    raise UnitError(_("the unit {unit!r} is not one of CO2 or C per time, or per area and time", unit=unit))


def read_air_sea(typed: Typed, water: pd.DataFrame, sites: list[str]) -> Checked:
    """Check the fluxes.

    Parameters
    ----------
    typed : Typed
        The table as typed cells.
    water : DataFrame
        The table `water`, for temperature and salinity that are not given.
    sites : list of str
        Sites of `harvest`.

    Returns
    -------
    DataFrame
        site, co2_flux, unit, sd, method, season, area_km2, delta_pco2_uatm, wind_m_s, temperature_c, salinity: either
        co2_flux with its unit, or the last four.
    problems, warnings : list of Problem
    """
    rows = Findings(TABLE, typed)
    rows.resolve_seasons()
    strange = ~rows.frame["site"].isin(sites) & (rows.frame["site"] != "") & bool(sites)
    rows.error(
        "site",
        strange,
        lambda name: (
            _("is not a site of `harvest`, so there is no release to compare it with; correct it.")
            + suggest(name, sites)
        ),
    )
    flux = rows.has("co2_flux")
    delta = pd.concat([rows.has(name) for name in DELTA], axis=1).any(axis=1)
    rows.error(
        "site",
        ~flux & ~delta,
        _("has no flux in this row; write co2_flux with its unit, or delta_pco2_uatm with wind_m_s."),
    )
    rows.error(
        "co2_flux",
        rows.frame["co2_flux"].notna() & rows.frame[list(DELTA)].notna().any(axis=1),
        _(
            "stands in one row with delta_pco2_uatm or wind_m_s; keep one of the two: the flux with its "
            "unit, or the difference of pCO2 with the wind."
        ),
    )
    only_delta = delta & ~flux
    for name in DELTA:
        rows.error(
            name, only_delta & ~rows.has(name), _("is empty; delta_pco2_uatm and wind_m_s belong together.")
        )
    rows.error(
        "unit",
        ~rows.has("unit") & ((flux & ~delta) | (only_delta & rows.has("sd"))),
        _("is empty; co2_flux and sd need their unit, such as mmol CO2/m2/d."),
    )
    per_area = _check_unit(rows)
    rows.warn(
        "temperature_c",
        rows.sound & flux & (rows.has("temperature_c") | rows.has("salinity")),
        _("temperature and salinity are not used beside a flux that was measured."),
    )
    rows.warn(
        "area_km2",
        rows.sound & (per_area | only_delta) & ~rows.has("area_km2"),
        _(
            "is empty; a flux per area is compared with a release in tonnes only where the area of sea that it speaks "
            "of is stated. This row is compared with nothing."
        ),
    )
    _check_areas(rows, per_area | only_delta)
    _fill_water(rows, water, only_delta)
    return rows.checked()


def _check_areas(rows: Findings, needed: pd.Series[bool]) -> None:
    """Refuse rows of one site that speak of different areas: as totals they are no repeats of one another."""
    area = rows.frame["area_km2"].where(needed)
    first = area.groupby(rows.frame["site"]).transform("first")
    rows.error(
        "area_km2",
        area.notna() & (area != first),
        _(
            "differs between rows of one site; its fluxes are averaged, so give all of them the one area that is "
            "compared with the farm's release."
        ),
    )


def _check_unit(rows: Findings) -> pd.Series[bool]:
    """Read each unit once, and return the rows whose flux is per area."""
    per_area = pd.Series(False, index=rows.frame.index)
    for unit in rows.frame["unit"][rows.frame["unit"] != ""].unique():
        where = rows.frame["unit"] == unit
        try:
            factor, by_area = flux_unit(unit)
        except UnitError as error:
            rows.error(
                "unit",
                where,
                _(
                    "{error}; write for example mmol CO2/m2/d, g C/m2/yr, t CO2/yr or t C/yr.",
                    error=error.args[0],
                ),
            )
            continue
        per_area |= where & by_area
        rows.warn(
            "co2_flux",
            rows.sound & where & by_area & ((rows.frame["co2_flux"] * factor).abs() > LARGEST_FLUX),
            _("is beyond 200 mmol CO2 per m2 and day, which coastal waters do not reach; check the unit."),
        )
    return per_area


def _fill_water(rows: Findings, water: pd.DataFrame, delta: pd.Series[bool]) -> None:
    """Take temperature and salinity from the site's water where a row does not give them."""
    site = rows.frame["site"]
    # A site that was refused, and water that was, are told where they stand.
    lacking = delta & rows.typed.sound(["site"]) & ~site.isin(water["site"].tolist())
    for name in WATER:
        blank = delta & ~rows.has(name)
        rows.error(
            name,
            blank & lacking,
            _(
                "is empty, and the site has no row in `water` to take it from; the flux depends on it: "
                "write it."
            ),
        )
        mean = site.map(water.groupby("site")[name].mean().to_dict()).astype(float)
        rows.frame[name] = rows.frame[name].where(~blank, mean)
