"""Summaries of a posterior by quantity and place, with the number of rows behind each."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.evidence.quantities import composites
from bayescarbon.model.families import FAMILIES
from bayescarbon.model.likelihood import scatter_levels, wide_log_density
from bayescarbon.model.observations import OXYGEN_PARTS, Observations
from bayescarbon.model.outliers import CONTAMINATION

QUANTILES = {"q05": 0.05, "median": 0.5, "q95": 0.95}


def quantity_table(quantities: xr.Dataset, convergence: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Return one row per quantity and place of the study: quantities.csv.

    Parameters
    ----------
    quantities : xarray.Dataset
        Posterior draws along stock, site, taxon, mineral or none of them.
    convergence : DataFrame
        R-hat and ESS by quantity and position.
    evidence : DataFrame
        The rows that entered, farm and literature.

    Returns
    -------
    DataFrame
        q05, median, q95 are the 5 %, 50 % and 95 % posterior quantiles. ``n_rows`` counts the rows of the quantity
        anywhere, ``n_own`` those of the farm at this species and site; composite rows count for each of their parts.
        Foulers' own quantities stand as ``fouler_x[taxon]``; those that are zero by definition are left out.
    """
    everywhere, own = _row_counts(evidence)
    frames = []
    for name, draws in quantities.data_vars.items():
        places = _places(str(name), draws)
        flat = draws.transpose("chain", "draw", ...).values.reshape(
            draws.sizes["chain"] * draws.sizes["draw"], -1
        )
        frame = pd.DataFrame(places, columns=["quantity", "species", "site"])
        frame["unit"] = draws.attrs["units"]
        frame["mean"], frame["sd"] = flat.mean(axis=0), flat.std(axis=0, ddof=1)
        for column, values in zip(
            QUANTILES, np.quantile(flat, list(QUANTILES.values()), axis=0), strict=True
        ):
            frame[column] = values
        base = str(name).removeprefix("fouler_") if str(name) != "fouler_mix" else str(name)
        frame["n_rows"] = everywhere[base]
        keys = zip(frame["species"], frame["site"], strict=True)
        frame["n_own"] = [0 if base != name else own[base, species, site] for species, site in keys]
        told = convergence[convergence["quantity"] == name].set_index("position")
        for column in ("r_hat", "ess_bulk"):
            frame[column] = told[column].reindex(range(len(frame))).to_numpy()
        frames.append(frame[flat.any(axis=0)])
    return pd.concat(frames, ignore_index=True)


def _places(name: str, draws: xr.DataArray) -> list[tuple[str, str, str]]:
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


def _row_counts(evidence: pd.DataFrame) -> tuple[Counter[str], Counter[tuple[str, str, str]]]:
    everywhere: Counter[str] = Counter()
    own: Counter[tuple[str, str, str]] = Counter()
    columns = ["quantity", "method", "origin", "species", "site"]
    for (name, method, origin, species, site), count in evidence[columns].value_counts().items():
        for part in _parts(name, method):
            everywhere[part] += count
            if origin == "farm":
                own[part, species, site] += count
    return everywhere, own


def _parts(name: str, method: str) -> tuple[str, ...]:
    if method == "oxygen":
        return OXYGEN_PARTS
    return composites()[name].composite_of if name in composites() else (name,)


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
    return xr.Dataset(data, coords={"row": rows["id"].to_numpy(dtype=object)})


def _plain(column: pd.Series) -> np.ndarray:
    return (
        column.to_numpy(dtype=float)
        if column.dtype.kind in "fi"
        else column.astype(str).to_numpy(dtype=object)
    )


def frame_dataset(frame: pd.DataFrame) -> xr.Dataset:
    """Return a data frame as a dataset along ``entry``, text as text."""
    return xr.Dataset({str(name): ("entry", _plain(frame[name])) for name in frame})


def dataset_frame(dataset: xr.Dataset) -> pd.DataFrame:
    """Return the data frame that `frame_dataset` stored."""
    return pd.DataFrame({str(name): values.values for name, values in dataset.data_vars.items()})
