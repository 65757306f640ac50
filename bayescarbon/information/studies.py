"""The outcome and the quantities of a fitted study as draws, the way the estimators of information read them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.accounting.frameworks import net_sink
from bayescarbon.evidence.quantities import Quantiles, quantities
from bayescarbon.issuance.creditable import creditable
from bayescarbon.issuance.draws import refuse_unconverged
from bayescarbon.model.layout import FOULER_QUANTITIES
from bayescarbon.model.tables import dataset_frame, places
from bayescarbon.study.settings import CreditPrice

if TYPE_CHECKING:
    from bayescarbon.fit import Fit

#: More draws make the values of information more certain than the posterior is; every k-th is taken.
MOST_DRAWS = 4000
PLACE = ("quantity", "species", "site")


@dataclass(frozen=True)
class StudyDraws:
    """Draws of one posterior: what is decided about, and what it depends on.

    Attributes
    ----------
    outcome : DataArray
        Creditable sink of the whole study, t CO2e, dims chain and draw.
    parameters : DataFrame
        One row per draw, chain by chain, one column per quantity and place; quantities that do not vary are left out.
    places : DataFrame
        Indexed as the columns of `parameters`: quantity, species, site, unit.
    hierarchy : Dataset
        Variables of the fit that are no quantities, such as the scatter of samples; dims chain and draw first.
    """

    outcome: xr.DataArray
    parameters: pd.DataFrame
    places: pd.DataFrame
    hierarchy: xr.Dataset

    @property
    def size(self) -> int:
        """Number of draws."""
        return len(self.parameters)

    @property
    def stocks(self) -> list[tuple[str, str]]:
        """Species and site of everything that the study harvests."""
        own = self.places[(self.places["species"] != "") & (self.places["site"] != "")]
        return list(dict.fromkeys(zip(own["species"], own["site"], strict=True)))


def label(quantity: str, species: str = "", site: str = "") -> str:
    """Return the name of a quantity at a place: those of its parts that are not blank."""
    return " | ".join(part for part in (quantity, species, site) if part)


def study_draws(
    fit: Fit,
    ledger: xr.Dataset,
    framework: str,
    *,
    most_draws: int = MOST_DRAWS,
    allow_unconverged: bool = False,
) -> StudyDraws:
    """Return the draws of a fit that values of information are read from.

    Parameters
    ----------
    fit : Fit
        The posterior.
    ledger : Dataset
        Made from it, t C, dims batch, chain and draw.
    framework : str
        Which lines count.
    most_draws : int
        Draws used, spread evenly over the chains.
    allow_unconverged : bool
        Whether a fit that failed its diagnostics may be read.

    Raises
    ------
    ValueError
        If the framework is unknown, or the fit failed its diagnostics and this is not allowed.
    """
    outcome = creditable(net_sink(ledger, framework), fit.baseline_share).sum("batch")
    refuse_unconverged(outcome, allow_unconverged)
    return draws_of(outcome, fit.data["posterior"].to_dataset(), most_draws)


def draws_of(outcome: xr.DataArray, posterior: xr.Dataset, most_draws: int = MOST_DRAWS) -> StudyDraws:
    """Return an outcome and the quantities that it depends on, thinned alike.

    Parameters
    ----------
    outcome : DataArray
        Draws, t CO2e, dims chain and draw.
    posterior : Dataset
        Variables of the same posterior, dims chain and draw first: the quantities by name, and others.
    most_draws : int
        Draws used, spread evenly over the chains.
    """
    every = max(1, -(-outcome.sizes["chain"] * outcome.sizes["draw"] // most_draws))
    thinned = posterior.isel(draw=slice(None, None, every))
    columns: dict[str, np.ndarray] = {}
    rows: list[tuple[str, str, str, str]] = []
    for name, draws in thinned.data_vars.items():
        if not _is_quantity(str(name)):
            continue
        flat = draws.transpose("chain", "draw", ...).values
        flat = flat.reshape(draws.sizes["chain"] * draws.sizes["draw"], -1)
        for place, values in zip(places(str(name), draws), flat.T, strict=True):
            if np.ptp(values) > 0:
                columns[label(*place)] = values
                rows.append((*place, str(draws.attrs.get("units", ""))))
    told = pd.DataFrame(rows, columns=[*PLACE, "unit"], index=list(columns))
    others = [name for name in thinned.data_vars if not _is_quantity(str(name))]
    return StudyDraws(
        outcome.transpose("chain", "draw").isel(draw=slice(None, None, every)),
        pd.DataFrame(columns),
        told,
        thinned[others],
    )


def _is_quantity(name: str) -> bool:
    return name in quantities() or name.removeprefix("fouler_") in FOULER_QUANTITIES


def stored_sampling(fit: Fit) -> pd.DataFrame | None:
    """Return what measuring would cost, as the study said when it was fitted; None if it said nothing.

    Parameters
    ----------
    fit : Fit
        The fit.
    """
    if "/study_tables/sampling" not in fit.data.groups:
        return None
    frame = dataset_frame(fit.data["study_tables/sampling"].to_dataset())
    return frame.astype(dict.fromkeys(("cost_per_sample", "fixed_cost", "max_samples"), float))


def stored_price(fit: Fit) -> CreditPrice | None:
    """Return the market price of a credit, as the study said when it was fitted; None if it said nothing.

    Parameters
    ----------
    fit : Fit
        The fit.
    """
    stored = json.loads(str(fit.data.attrs.get("credit_price", "null")))
    if stored is None:
        return None
    return CreditPrice(Quantiles(stored["q05"], stored["q50"], stored["q95"]), stored["unit"])
