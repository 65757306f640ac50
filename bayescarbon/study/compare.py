"""Warn of measurements that are unlike anything reported before; they are used all the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bayescarbon.errors import Problem
from bayescarbon.evidence.quantities import Z95, Quantity, composites, link, quantities
from bayescarbon.study.cells import remark
from bayescarbon.study.settings import Settings
from bayescarbon.translation import _

#: More carbon than this in a shell is more than pure CaCO3 (0.12) and its organic matrix explain.
SHELL_CARBON_LIMIT = 0.13
DEVIATIONS = 4.0
#: Makes the median absolute deviation of a normal sample estimate its standard deviation.
MAD_TO_SD = 1.4826
#: With fewer literature rows their spread says nothing, and the prior stands in.
ENOUGH_ROWS = 3


def unusual(evidence: pd.DataFrame, literature: pd.DataFrame) -> list[Problem]:
    """Compare the farm's rows with the literature.

    Parameters
    ----------
    evidence, literature : DataFrame
        Evidence tables, numbers in each quantity's unit.

    Returns
    -------
    list of Problem
        Warnings: shell carbon above 0.13, and values more than four robust deviations (on the link scale, median
        and median absolute deviation) from the literature rows of the quantity.
    """
    warnings = []
    reached = evidence["value"].fillna(evidence["low"])
    heavy = (evidence["quantity"] == "shell_carbon") & (reached > SHELL_CARBON_LIMIT)
    if heavy.any():
        message = _(
            "shell carbon above {limit:g} is more than pure CaCO3 (0.12) with its "
            "organic matrix can hold; was the shell dry and clean, and is the unit right?",
            limit=SHELL_CARBON_LIMIT,
        )
        numbers = _row_numbers(evidence[heavy])
        warnings.append(remark("evidence", "value", numbers, message, f"{reached[heavy].max():g}"))
    # Told already; the second look would only say it again.
    evidence = evidence[~heavy]
    known = {**quantities(), **composites()}
    for name, method in dict.fromkeys(zip(evidence["quantity"], evidence["method"], strict=True)):
        quantity = known[name]
        rows = evidence[(evidence["quantity"] == name) & (evidence["method"] == method)]
        reported = literature[(literature["quantity"] == name) & (literature["method"] == method)]
        centre, spread, basis = _reference(quantity, reported)
        if not np.isfinite(spread):
            continue
        distance = (_central(quantity, rows) - centre).abs() / spread
        far = rows[distance > DEVIATIONS]
        if len(far):
            message = _(
                "{name} lies up to {distance:.1f} robust deviations from {basis}; check the unit and "
                "the decimal point, and leave it as it is if it is right.",
                name=name,
                distance=distance.max(),
                basis=basis,
            )
            shown = far.loc[distance[far.index].idxmax()]
            warnings.append(
                remark("evidence", "value", _row_numbers(far), message, _shown(shown, quantity.unit))
            )
    return warnings


def far_from_prior(name: str, values: pd.Series[float], settings: Settings) -> pd.Series[bool]:
    """Return where values lie more than four standard deviations from the middle of a quantity's prior.

    Parameters
    ----------
    name : str
        Name of the quantity.
    values : Series of float
        In its unit; NaN, and what its support does not allow, is not far.
    settings : Settings
        For a prior that the study states.
    """
    quantity = quantities()[name]
    stated = settings.priors.get(name)
    prior = stated.quantiles if stated else quantity.prior
    low, centre, high = (float(x) for x in link(quantity.support, prior.as_tuple()))
    spread = max((high - low) / (2 * Z95), _sample_spread(quantity, centre))
    top = 1.0 if quantity.support == "fraction" else np.inf
    allowed = values.where((values > 0) & (values < top)) if quantity.support != "real" else values
    distance = pd.Series(link(quantity.support, allowed), index=values.index) - centre
    return distance.abs() > DEVIATIONS * spread


def _reference(quantity: Quantity, reported: pd.DataFrame) -> tuple[float, float, str]:
    """Return centre and spread on the link scale, and what they come from."""
    central = _central(quantity, reported).dropna()
    if len(central) >= ENOUGH_ROWS:
        centre = float(central.median())
        spread = MAD_TO_SD * float((central - centre).abs().median())
        basis = _("the {n} literature rows", n=len(central))
    elif quantity.composite_of:
        return np.nan, np.nan, ""
    else:
        low, centre, high = (float(x) for x in link(quantity.support, quantity.prior.as_tuple()))
        spread = (high - low) / (2 * Z95)
        basis = _("the shipped prior")
    return centre, max(spread, _sample_spread(quantity, centre)), basis


def _sample_spread(quantity: Quantity, centre: float) -> float:
    """Spread of single samples on the link scale: agreeing literature must not make every sample look odd."""
    cv = quantity.scatter.q50
    if quantity.support == "fraction":
        return cv * (1.0 + float(np.exp(centre)))  # cv / (1 - p), by first order
    return cv * abs(centre) if quantity.support == "real" else cv


def _central(quantity: Quantity, rows: pd.DataFrame) -> pd.Series[float]:
    """Return each row's middle on the link scale; NaN for bounds."""
    middle = (link(quantity.support, rows["low"]) + link(quantity.support, rows["high"])) / 2.0
    value = pd.Series(link(quantity.support, rows["value"]), index=rows.index)
    return value.where(rows["kind"] != "range", pd.Series(middle, index=rows.index))


def _row_numbers(rows: pd.DataFrame) -> list[int]:
    return [int(identity.rpartition(":")[2]) for identity in rows["id"]]


def _shown(row: pd.Series[Any], unit: str) -> str:
    value = f"{row['low']:g} to {row['high']:g}" if row["kind"] == "range" else f"{row['value']:g}"
    return f"{value} {unit}"
