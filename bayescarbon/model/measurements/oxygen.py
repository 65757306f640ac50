"""Oxygen uptake of sediment cores: it sees a (1 - B), never B alone."""

from __future__ import annotations

from math import log

import numpy as np
import pandas as pd

from bayescarbon.accounting.constants import MOLAR_C
from bayescarbon.evidence.quantities import Z95, instruments
from bayescarbon.model.measurements.model import MeasurementModel, reading_rows
from bayescarbon.study import Study

_PARTS = ("oxygen_visible_share", "burial_fraction", "respiratory_quotient", "carbon_flux_error")


def oxygen_rows(study: Study) -> pd.DataFrame:
    """Return uptakes over carbon fluxes as evidence rows.

    Parameters
    ----------
    study : Study
        Its `oxygen`; a core without a flux takes that of the farm traps of its site (of its season, where some are).
    """
    stated = instruments()["carbon_flux_error"].prior
    shipped = log(stated.q95 / stated.q05) / (2 * Z95)
    rows: list[dict[str, object]] = []
    for core in study.oxygen.to_dict("records"):
        flux, error = core["carbon_flux"], core["carbon_flux_sd"]
        if np.isnan(flux):
            flux = trap_flux(study.traps, core["site"], core["season"])
        spread = 1.0 if np.isnan(error) else float(np.sqrt(np.log1p((error / flux) ** 2))) / shipped
        rows.append(
            {
                "id": f"oxygen:{core['core']}",
                "site": core["site"],
                "season": core["season"],
                "quantity": "oxygen_per_flux",
                "kind": "sample",
                "value": core["oxygen_uptake"] * MOLAR_C / flux,
                "n": 1.0,
                "parts": _PARTS,
                "constants": (spread,),
            }
        )
    return reading_rows(rows)


def trap_flux(traps: pd.DataFrame, site: str, season: str) -> float:
    """Return the mean organic carbon flux into the farm traps of a site, mg C / m2 / d.

    Parameters
    ----------
    traps : DataFrame
        The study's `traps`.
    site, season : str
        Where and when; traps of other seasons count only where none is of this one.
    """
    own = traps[(traps["site"] == site) & (traps["kind"] == "farm")].dropna(
        subset=["area_m2", "carbon_fraction"]
    )
    same = own[own["season"] == season]
    used = same if len(same) else own
    return float((used["dry_mass_mg"] * used["carbon_fraction"] / used["area_m2"] / used["days"]).mean())


MODEL = MeasurementModel(
    table="oxygen",
    informs=("burial_fraction", "oxygen_visible_share", "respiratory_quotient"),
    rows=oxygen_rows,
)
