"""Published carbon budgets of single animals, held against what the posterior says of such an animal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.accounting.animal import ANIMAL_INPUTS, animal_carbon
from bayescarbon.accounting.biodeposits import buried
from bayescarbon.checks.mixing import Floats
from bayescarbon.evidence.literature import library
from bayescarbon.evidence.taxa import taxa

TABLE = (
    "budget", "species", "days", "source", "compared_with", "n_sites", "item", "unit", "published_low",
    "published_high", "q05", "median", "q95", "factor", "p_two_sided", "verdict",
)  # fmt: skip
PLAUSIBLE, STRAINED, IMPLAUSIBLE, NOT_COMPARED = "plausible", "strained", "implausible", "not compared"
#: Two-sided tail probability below which a published value is strained: it lies outside the 90 % interval.
STRAINED_BELOW = 0.1
#: And below which it is implausible: outside the 99 % interval.
IMPLAUSIBLE_BELOW = 0.01
#: Draws of one species that are used, all its sites together, spread evenly: a thousand sites need no more memory.
MOST_DRAWS = 40_000

QUANTITIES = (*ANIMAL_INPUTS, "burial_fraction", "alive_to_harvested")
_CLAM_DAYS = 730.0
_MASS, _RATIO = "mg C / ind", "t C / t C"


@dataclass(frozen=True)
class Statement:
    """What a budget says of one part, or of one part per another.

    Attributes
    ----------
    part : str
        A variable of `animal`.
    per : str
        Another, or empty for the part itself.
    low, high : float
        What was published; equal unless a range was.
    """

    part: str
    per: str
    low: float
    high: float


@dataclass(frozen=True)
class Budget:
    """A published budget.

    Attributes
    ----------
    name : str
        What to call it.
    species : str
        Accepted name.
    days : float
        Days over which it runs.
    source : str
        Key in the bibliography.
    statements : tuple of Statement
        What it says.
    """

    name: str
    species: str
    days: float
    source: str
    statements: tuple[Statement, ...]


def published_budgets() -> tuple[Budget, ...]:
    """Return the budgets of ``data/literature/budgets.csv``, with the ratios that follow from their numbers.

    Notes
    -----
    What an animal released is the rest of what it used. The faeces of the oyster are 42 to 48 % of what it ingested.
    For the bay of clams the mean number alive per animal harvested counts; two readings are given, because its yearly
    harvest is its whole stock while its animals take two years to grow.
    """
    rows = library().set_index("id")
    at: dict[str, float] = {name: float(value) for name, value in rows["value"].items()}
    faeces = [float(rows.loc["P009", end]) for end in ("low", "high")]
    scallop, oyster, clam = (str(rows.loc[name, "species"]) for name in ("P001", "P005", "P011"))

    def say(part: str, low: float, per: str = "", high: float | None = None) -> Statement:
        return Statement(part, per, low, low if high is None else high)

    kept = at["P002"] + at["P003"]
    released = at["P001"] - kept - at["P004"]
    zhikong = (
        say("used", at["P001"]),
        say("shell", at["P002"]),
        say("tissue", at["P003"]),
        say("deposited", at["P004"]),
        say("released", released),
        say("harvested", kept / at["P001"], "used"),
        say("deposited", at["P004"] / at["P001"], "used"),
        say("released", released / at["P001"], "used"),
        say("deposited", at["P004"] / kept, "harvested"),
    )
    dropped = [at["P005"] * share for share in faeces]
    landed = at["P006"] + at["P007"]
    pacific = (
        say("ingested", at["P005"]),
        say("shell", at["P006"]),
        say("tissue", at["P007"]),
        say("shell", at["P006"] / at["P007"], "tissue"),
        say("deposited", dropped[0], high=dropped[1]),
        say("deposited", faeces[0], "ingested", faeces[1]),
        say("buried", at["P008"]),
        say("buried", at["P008"] / dropped[1], "deposited", at["P008"] / dropped[0]),
        say("buried", at["P008"] / landed, "harvested"),
    )
    manila = (
        say("used", at["P011"]),
        say("deposited", at["P011"] * at["P012"]),
        say("harvested", at["P011"] * at["P013"]),
        say("deposited", at["P012"], "used"),
        say("harvested", at["P013"], "used"),
        say("deposited", at["P012"] / at["P013"], "harvested"),
    )
    food_web = str(rows.loc["P015", "source"])

    def bay(days: float) -> tuple[Statement, ...]:
        stock = at["P015"] / at["P016"]
        one = at["P012"] / at["P013"] * days / _CLAM_DAYS
        # Animals alive per animal harvested, if both the bay's totals and the single clam's budget are right.
        return (
            say("deposited_by_stock", stock, "harvested"),
            say("alive", stock / one),
        )

    return (
        Budget("Zhikong scallop, 500 days", scallop, 500.0, "tang_2013", zhikong),
        Budget(
            "Zhikong scallop, Yunxi ranch",
            scallop,
            500.0,
            "wen_2022",
            (say("buried", at["P021"], "harvested"),),
        ),
        Budget("Pacific oyster, 360 days", oyster, 360.0, "ren_2014", pacific),
        Budget("Manila clam, 730 days", clam, _CLAM_DAYS, food_web, manila),
        Budget("Jiaozhou Bay, clams harvested after two years", clam, _CLAM_DAYS, food_web, bay(_CLAM_DAYS)),
        Budget("Jiaozhou Bay, all clams harvested every year", clam, 365.0, food_web, bay(365.0)),
    )


def animal(quantities: Mapping[str, xr.DataArray] | xr.Dataset, days: float) -> xr.Dataset:
    """Return the carbon budget of one animal over some days.

    Parameters
    ----------
    quantities : mapping of str to xarray.DataArray
        The names in `QUANTITIES`, in their own units, any common dims; as the posterior has them, bounds applied.
    days : float
        Length of the budget, d.

    Returns
    -------
    xarray.Dataset
        mg C / ind: ``shell``, ``tissue``, ``harvested`` (both), ``deposited``, ``buried``, ``released`` (respired and
        given off by calcification), ``used`` (harvested + deposited + released), ``ingested`` (what is taken up as
        particles: used without the carbonate and what its forming released), and ``deposited_by_stock``, deposited by
        all animals alive per animal harvested; ``alive``, their mean number, ind / ind.
    """
    q = quantities
    one = animal_carbon(**{name: q[name] for name in ANIMAL_INPUTS}, days=days)
    parts = {
        "shell": one.shell(),
        "tissue": one.tissue,
        "harvested": one.harvested(),
        "deposited": one.deposited,
        "buried": buried(q["burial_fraction"], one.deposited),
        "released": one.released(),
        "used": one.used(),
        "ingested": one.ingested(),
        "deposited_by_stock": q["alive_to_harvested"] * one.deposited,
    }
    masses = {name: values.assign_attrs(units=_MASS) for name, values in parts.items()}
    return xr.Dataset(masses | {"alive": q["alive_to_harvested"].assign_attrs(units="ind / ind")})


def stocks_of(posterior: xr.Dataset, species: str) -> tuple[str, xr.Dataset] | None:
    """Return the quantities of the stocks of a species, draw by draw.

    Parameters
    ----------
    posterior : xarray.Dataset
        Quantities along ``stock`` (with ``stock_species`` and ``stock_site``) or ``site``, and draws.
    species : str
        Accepted name.

    Returns
    -------
    name : str
        The species, or the placeholder of its group ("oyster (unspecified)") where only that is farmed.
    quantities : xarray.Dataset
        The names in `QUANTITIES` along ``stock``; None in place of both where the study farms neither.
    """
    farmed = posterior["stock_species"].values.astype(str)
    taxon = taxa().resolve(species)
    for name in (species, f"{taxon.group} (unspecified)" if taxon else species):
        here = np.flatnonzero(farmed == name)
        if here.size:
            step = -(-here.size * posterior.sizes["chain"] * posterior.sizes["draw"] // MOST_DRAWS)
            thinned = posterior[list(QUANTITIES)].isel(draw=slice(None, None, step))
            sites = xr.DataArray(posterior["stock_site"].values[here], dims="stock")
            picked = {
                q: values.isel(stock=here) if "stock" in values.dims else values.sel(site=sites)
                for q, values in thinned.items()
            }
            return name, xr.Dataset({q: values.reset_coords(drop=True) for q, values in picked.items()})
    return None


def tail_probability(draws: Floats, low: float, high: float) -> tuple[float, float]:
    """Return how far out in its posterior a published value lies.

    Parameters
    ----------
    draws : array of float
        Of the posterior.
    low, high : float
        The published value, or range of values.

    Returns
    -------
    value : float
        Of the range, the value nearest to the posterior median.
    probability : float
        Twice the share of draws beyond it on its side of the median, at most 1. The value counts as a draw itself, so
        that no finite number of draws makes it zero.
    """
    value = float(np.clip(np.median(draws), low, high))
    beyond = min((draws <= value).sum(), (draws >= value).sum()) + 1
    return value, min(1.0, 2.0 * float(beyond) / (draws.size + 1))


def verdict(probability: float) -> str:
    """Return the word for a two-sided tail probability."""
    if probability < IMPLAUSIBLE_BELOW:
        return IMPLAUSIBLE
    return STRAINED if probability < STRAINED_BELOW else PLAUSIBLE


def budget_table(posterior: xr.Dataset, budgets: tuple[Budget, ...] | None = None) -> pd.DataFrame:
    """Return ``budgets.csv``: every published budget beside the posterior of the study's own animals.

    Parameters
    ----------
    posterior : xarray.Dataset
        As for `stocks_of`.
    budgets : tuple of Budget, optional
        By default those that ship.

    Returns
    -------
    DataFrame
        One row per budget and statement: what was published, the posterior's 5, 50 and 95 % quantiles, ``factor``
        (published / median), ``p_two_sided``, and a word. A budget whose species the study does not farm has one row,
        ``not compared``. Several sites of a species are pooled.
    """
    rows: list[dict[str, object]] = []
    for budget in published_budgets() if budgets is None else budgets:
        about: dict[str, object] = {
            "budget": budget.name, "species": budget.species, "days": budget.days, "source": budget.source,
        }  # fmt: skip
        found = stocks_of(posterior, budget.species)
        if found is None:
            empty = {"compared_with": "", "n_sites": 0, "item": "", "unit": "", "verdict": NOT_COMPARED}
            rows.append(about | empty)
            continue
        name, stocks = found
        parts = animal(stocks, budget.days)
        about |= {"compared_with": name, "n_sites": stocks.sizes["stock"]}
        rows += [about | _compared(statement, parts) for statement in budget.statements]
    return pd.DataFrame(rows).reindex(columns=list(TABLE))


def _compared(statement: Statement, parts: xr.Dataset) -> dict[str, object]:
    values = parts[statement.part] / parts[statement.per] if statement.per else parts[statement.part]
    draws = np.asarray(values, dtype=np.float64).ravel()
    low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95])
    nearest, probability = tail_probability(draws, statement.low, statement.high)
    return {
        "item": f"{statement.part} / {statement.per}" if statement.per else statement.part,
        "unit": _RATIO if statement.per else str(parts[statement.part].attrs["units"]),
        "published_low": statement.low,
        "published_high": statement.high,
        "q05": float(low),
        "median": float(middle),
        "q95": float(high),
        "factor": nearest / float(middle),
        "p_two_sided": probability,
        "verdict": verdict(probability),
    }
