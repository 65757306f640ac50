"""Summaries of a posterior by quantity and place, with the number of rows behind each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.evidence.foulers import base_quantity, is_of_crops
from bayescarbon.evidence.quantities import quantities
from bayescarbon.model.families import FAMILIES
from bayescarbon.model.likelihood import scatter_levels, wide_log_density
from bayescarbon.model.measurements import Term
from bayescarbon.model.observations import Observations
from bayescarbon.model.outliers import CONTAMINATION

QUANTILES = {"q05": 0.05, "median": 0.5, "q95": 0.95}


def quantity_table(draws_of: xr.Dataset, convergence: pd.DataFrame, bearing: pd.DataFrame) -> pd.DataFrame:
    """Return one row per quantity and place of the study: quantities.csv.

    Parameters
    ----------
    draws_of : xarray.Dataset
        Posterior draws of the quantities along stock, site, taxon, mineral or none of them.
    convergence : DataFrame
        R-hat and ESS by quantity and position.
    bearing : DataFrame
        Which row bears on which quantity (`bearing_rows`).

    Returns
    -------
    DataFrame
        q05, median, q95 are the 5 %, 50 % and 95 % posterior quantiles. ``n_rows`` counts the rows of the quantity
        anywhere, ``n_own`` those of the farm at this species and site; composite rows count for each of their parts.
        Foulers' own quantities stand as ``fouler_x[taxon]``; those that are zero by definition are left out.
    """
    everywhere, own = _row_counts(bearing)
    frames = []
    for name, draws in draws_of.data_vars.items():
        where = places(str(name), draws)
        flat = draws.transpose("chain", "draw", ...).values.reshape(
            draws.sizes["chain"] * draws.sizes["draw"], -1
        )
        frame = pd.DataFrame(where, columns=["quantity", "species", "site"])
        frame["unit"] = draws.attrs["units"]
        frame["mean"], frame["sd"] = flat.mean(axis=0), flat.std(axis=0, ddof=1)
        for column, values in zip(
            QUANTILES, np.quantile(flat, list(QUANTILES.values()), axis=0), strict=True
        ):
            frame[column] = values
        frame["n_rows"] = [everywhere[base_quantity(place)] for place in frame["quantity"]]
        # The farm's rows on its crops are none of its foulers.
        frame["n_own"] = [
            0 if is_of_crops(place) else own[base_quantity(place), species, site]
            for place, species, site in frame[["quantity", "species", "site"]].itertuples(index=False)
        ]
        told = convergence[convergence["quantity"] == name].set_index("position")
        for column in ("r_hat", "ess_bulk"):
            frame[column] = told[column].reindex(range(len(frame))).to_numpy()
        frames.append(frame[flat.any(axis=0)])
    return pd.concat(frames, ignore_index=True)


def places(name: str, draws: xr.DataArray) -> list[tuple[str, str, str]]:
    """Return quantity, species and site of each place at which a variable has draws, in the order of its values.

    Parameters
    ----------
    name : str
        The variable.
    draws : DataArray
        Dims chain and draw, and stock, site, taxon, mineral or none of them.
    """
    dims = [dim for dim in draws.dims if dim not in ("chain", "draw")]
    if dims == ["stock"]:
        pairs = zip(draws["stock_species"].values, draws["stock_site"].values, strict=True)
        return [(name, species, site) for species, site in pairs]
    if dims == ["site", "taxon"]:
        return [
            (f"{name}[{taxon}]", "", site) for site in draws["site"].values for taxon in draws["taxon"].values
        ]
    if dims == ["site"]:
        return [(name, "", site) for site in draws["site"].values]
    if dims:
        return [(f"{name}[{part}]", "", "") for part in draws[dims[0]].values]
    return [(name, "", "")]


def _row_counts(bearing: pd.DataFrame) -> tuple[Counter[str], Counter[tuple[str, str, str]]]:
    everywhere: Counter[str] = Counter()
    own: Counter[tuple[str, str, str]] = Counter()
    for (quantity, origin, species, site), count in bearing.value_counts().items():
        everywhere[quantity] += count
        if origin == "farm":
            own[quantity, species, site] += count
    return everywhere, own


def bearing_rows(observations: Observations, terms: Sequence[Term]) -> pd.DataFrame:
    """Return which row bears on which quantity where: quantity, origin, species, site; one line per pair.

    Parameters
    ----------
    observations : Observations
        A row that reads several quantities bears on each of them.
    terms : sequence of Term
        Rows of tables with likelihoods of their own.
    """
    columns = ["quantity", "origin", "species", "site"]
    direct = observations.rows[["parts", *columns[1:]]].explode("parts").rename(columns={"parts": "quantity"})
    found = [direct[columns], *(term.bears_on.assign(origin="farm")[columns] for term in terms)]
    bearing = pd.concat(found, ignore_index=True).astype("str")
    # A value that a site shares is one for all species there, whichever of them a trap or a row names; one that all
    # sites share is of no site.
    for level in ("species", "site"):
        shared = [name for name, quantity in quantities().items() if level not in quantity.levels]
        bearing[level] = bearing[level].mask(bearing["quantity"].isin(shared), "")
    return bearing


def outlier_table(observations: Observations, mean: np.ndarray, cv: np.ndarray) -> pd.DataFrame:
    """Return every suspected sample with the posterior probability that it is contaminated.

    Parameters
    ----------
    observations : Observations
        With its doubtful rows.
    mean : array (sample, target)
        Arithmetic means, natural scale.
    cv : array (sample, scatter)
        Coefficients of variation of single samples.
    """
    part = observations.doubtful
    rows = observations.rows[observations.rows["suspect"]].reset_index(drop=True)
    probability = np.empty(len(part))
    wide = np.log(CONTAMINATION) + wide_log_density(part)
    at = scatter_levels(observations.scatter)
    for i, (target, scatter, name, x) in enumerate(
        part[["target", "scatter", "family", "x"]].itertuples(index=False)
    ):
        family = FAMILIES[name]
        clean = family.log_pdf(x, mean[:, target], family.precision(cv[:, scatter], at[scatter]))
        probability[i] = np.mean(1 / (1 + np.exp(np.log1p(-CONTAMINATION) + clean - wide[i])))
    found = rows[["id", "origin", "quantity", "species", "site", "value"]].copy()
    found["unit"] = [observations.scatter[s].unit for s in rows["scatter"]]
    found["p_outlier"] = probability
    return found


#: Unit and meaning of the variables of a posterior that are no quantities. Links: the logit of a fraction, the log of
#: a positive value.
HIERARCHY = {
    "mu": ("1", "overall mean of a quantity, on its link"),
    "level_sd": ("1", "standard deviation between the units of a level, on the link"),
    "scatter": ("1", "coefficient of variation between single samples"),
    "season_sd": ("1", "standard deviation of the seasons' departures, on the link"),
    "season_effect": ("1", "departure of a season from the annual mean, on the link"),
    "observed_mean": (
        "as its row in observed_data",
        "mean of what rows observe; observed_data names each row's",
    ),
    "budget_concentration": ("1", "concentration of the Dirichlet of individual carbon budgets"),
    "fouler_mix_concentration": ("1", "concentration of the Dirichlet of weighings by taxon"),
    "isotope_scatter": ("permil", "standard deviation between shells of one place"),
    "isotope_offset": ("permil", "d13C of respired carbon less that of tissue"),
    "isotope_water_error": ("1", "error of a measured DIC, in standard errors"),
    "isotope_tissue_error": ("1", "error of a measured tissue, in standard errors"),
    "margin_standard": ("1", "error of a batch's margin gap, in standard errors"),
}


def described(values: xr.Dataset) -> xr.Dataset:
    """Give the variables of `HIERARCHY` their unit and meaning.

    Parameters
    ----------
    values : Dataset
        Any draws.
    """
    named = {}
    for name, (unit, meaning) in HIERARCHY.items():
        if name in values:
            named[name] = values[name].assign_attrs(units=unit, long_name=meaning)
    return values.assign(named)


def row_dataset(observations: Observations) -> xr.Dataset:
    """Return the evidence rows as observed data, one variable per column."""
    columns = [
        "quantity",
        "species",
        "site",
        "season",
        "kind",
        "value",
        "sd",
        "n",
        "low",
        "high",
        "method",
        "origin",
        "source",
    ]
    rows = observations.rows
    data = {name: ("row", _plain(rows[name])) for name in columns}
    data["target"] = ("row", rows["target"].to_numpy(dtype=int))
    # Which quantities a row tells of, for whoever traces a number back to it.
    data["bears_on"] = ("row", np.array(["|".join(parts) for parts in rows["parts"]], dtype=object))
    return xr.Dataset(data, coords={"row": rows["id"].to_numpy(dtype=object)})


def table_bearing(terms: Sequence[Term], water: pd.DataFrame) -> pd.DataFrame:
    """Return how many rows of which table bear on which quantity where, for tables that are no rows of evidence.

    Parameters
    ----------
    terms : sequence of Term
        Tables with likelihoods of their own.
    water : DataFrame
        The study's `water`: from it calcification_ratio is computed at its sites.

    Returns
    -------
    DataFrame
        table, quantity, species, site, n_rows.
    """
    place = ["table", "quantity", "species", "site"]
    found = [term.bears_on.assign(table=term.table)[place] for term in terms]
    found.append(water.assign(table="water", quantity="calcification_ratio", species="")[place])
    counted = pd.concat(found, ignore_index=True).astype("str").value_counts(sort=False)
    return counted.rename("n_rows").reset_index()


def _plain(column: pd.Series) -> np.ndarray:
    if column.dtype.kind in "fi":
        return column.to_numpy(dtype=float)
    texts = column.astype(str).to_numpy(dtype=object)
    # Of no objects a netCDF file cannot know that they were texts: they would come back as numbers.
    return texts if len(texts) else texts.astype("U1")


def frame_dataset(frame: pd.DataFrame) -> xr.Dataset:
    """Return a data frame as a dataset along ``entry``, text as text."""
    return xr.Dataset({str(name): ("entry", _plain(frame[name])) for name in frame})


def dataset_frame(dataset: xr.Dataset) -> pd.DataFrame:
    """Return the data frame that `frame_dataset` stored."""
    return pd.DataFrame({str(name): values.values for name, values in dataset.data_vars.items()})
