"""Draws of a farm whose sink is a weighted sum, so that what samples of it are worth is known exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.information.studies import StudyDraws, label
from bayescarbon.information.worth import Terms, make_terms
from bayescarbon.study.settings import CreditPrice, Quantiles
from tests.information import closed_forms as exact

SPECIES, SITE = "Argopecten irradians", "bay"
#: Weight of one animal, g: its mean and sd over the posterior, and the noise of one sample of it.
MEAN, PRIOR, NOISE = 20.0, 0.8, 2.0
#: Slope of the sink on it, t CO2e per g, and sd of everything else.
BETA, REST = 15.0, 9.0
SD = float(np.hypot(BETA * PRIOR, REST))
WEIGHT = label("live_weight", SPECIES, SITE)
PRICE = CreditPrice(Quantiles(40.0, 60.0, 80.0), "CNY / t CO2e")


def left(n: int) -> float:
    """Return the sd of the sink that n samples of the weight leave."""
    return float(np.sqrt(SD**2 - BETA**2 * PRIOR**4 / (PRIOR**2 + NOISE**2 / n)))


def farm(seed: int = 1, draws: int = exact.DRAWS) -> StudyDraws:
    """Return draws of a sink that depends on the weight of an animal, on burial, and on something unnamed."""
    rng = np.random.default_rng(seed)
    weight = MEAN + PRIOR * rng.normal(size=draws)
    burial, dry = rng.beta(20, 180, size=draws), rng.beta(60, 40, size=draws)
    rest = REST * (0.8 * (burial - 0.1) / 0.0212 + 0.6 * rng.normal(size=draws))
    sink = 1000 + BETA * (weight - MEAN) + rest
    told = {
        WEIGHT: ("live_weight", SPECIES, SITE, "g live / ind", weight),
        label("burial_fraction", "", SITE): ("burial_fraction", "", SITE, "t C / t C", burial),
        label("dry_fraction", SPECIES, SITE): ("dry_fraction", SPECIES, SITE, "t dry / t live", dry),
    }
    places = pd.DataFrame(
        [row[:4] for row in told.values()],
        columns=["quantity", "species", "site", "unit"],
        index=list(told),
    )
    chains = 4
    scatter = xr.Dataset(
        {"scatter": (("chain", "draw", "scatter_of"), np.full((chains, draws // chains, 1), NOISE / MEAN))},
        coords={"scatter_of": ["live_weight"]},
    )
    outcome = xr.DataArray(sink.reshape(chains, -1), dims=("chain", "draw"))
    return StudyDraws(outcome, pd.DataFrame({name: row[4] for name, row in told.items()}), places, scatter)


def terms(cycles: int = 1, discount_rate: float = 0.0, years: float = 1.0) -> Terms:
    """Return the terms of a farm that issues the tenth percentile."""
    return make_terms("posterior_q10", PRICE, cycles, discount_rate, years)


def costs(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    """Return a sampling table of quantity, cost per sample, fixed cost and most samples."""
    frame = pd.DataFrame(rows, columns=["quantity", "cost_per_sample", "fixed_cost", "max_samples"])
    return frame.assign(site="", species="")
