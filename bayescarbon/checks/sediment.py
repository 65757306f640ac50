"""How much of the bed's organic carbon is the farm's, by isotopes, and whether the buried line agrees with it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.checks.mixing import (
    SCATTER_LOG_SD,
    SCATTER_MEDIAN,
    Floats,
    Samples,
    mixture,
)
from bayescarbon.study.sediment import FARM_SOURCES, is_farm_source

TABLE = ("site", "source", "unit", "mean", "sd", "q05", "median", "q95")
COMPARISON = (
    "site", "unit", "farm_share_median", "farm_share_q05", "farm_share_q95",
    "buried_median", "buried_q05", "buried_q95",
    "implied_total_median", "implied_total_q05", "implied_total_q95",
    "measured_total", "p_exceeds", "verdict",
)  # fmt: skip

UNIT = "t C / t C"
TRACERS = ("d13c", "d15n")


def _tracers(endmembers: pd.DataFrame) -> list[str]:
    """Return the tracers that every source has; one that some source lacks cannot be balanced."""
    return [
        tracer
        for tracer in TRACERS
        if {tracer, f"{tracer}_sd"} <= set(endmembers)
        and endmembers[[tracer, f"{tracer}_sd"]].notna().all(axis=None)
    ]


def _observed(rows: pd.DataFrame, tracers: list[str]) -> tuple[list[str], list[Samples]]:
    kept: list[str] = []
    samples: list[Samples] = []
    for tracer in tracers:
        values = rows[tracer].dropna().to_numpy(dtype=np.float64)
        if values.size:
            kept.append(tracer)
            mean = float(values.mean())
            samples.append(Samples(values.size, mean, float(((values - mean) ** 2).sum())))
    return kept, samples


def sediment_sources(
    sediment: pd.DataFrame, endmembers: pd.DataFrame, *, draws: int = 4000, seed: int = 1
) -> xr.Dataset:
    """Return the posterior of the shares of the sources in each site's sediment organic carbon.

    Parameters
    ----------
    sediment : DataFrame
        sample, site, d13c, d15n (permil; NaN where not measured).
    endmembers : DataFrame
        source, d13c, d13c_sd, d15n, d15n_sd (permil): mean of each source as it reaches the bed, and how uncertain
        that mean is. d15n is used only if every source has it.
    draws : int
        Number of draws.
    seed : int
        Same seed, same draws, in whatever order sites and sources are given.

    Returns
    -------
    xarray.Dataset
        ``share`` (site, source, draw), t C / t C, summing to 1 over the sources; per site ``n_samples``,
        ``n_tracers``, ``ess`` and ``proposals`` of the importance resampling, and ``misfit``, the distance of the
        samples from the nearest possible mixture in standard errors.

    Raises
    ------
    ValueError
        If there are fewer than two sources, a source stands twice, or a standard deviation is negative.

    Notes
    -----
    Shares ~ Dirichlet(1, ..., 1); end-member means ~ Normal(value, sd); samples ~ Normal(mixture, scatter), scatter
    log-normal with median 0.7 permil and log-sd 0.7, one per site and tracer. Each site has a posterior of its own in
    which the end-members are integrated out: what the bed of one site says about a source is not carried to the next,
    so draws of different sites must not be differenced. d15n is mixed in proportion to carbon, as if all sources
    had the same C:N; kelp and soil with twice the C:N of biodeposits weigh half as much in truth.
    """
    sources = [str(name) for name in endmembers["source"]]
    if len(sources) < 2:
        raise ValueError("a mixture needs at least two end-members: add the other sources")
    if len(set(sources)) < len(sources):
        raise ValueError("an end-member stands twice: give each source one row, with its mean and its spread")
    tracers = [tracer for tracer in _tracers(endmembers) if tracer in sediment]
    if not tracers:
        raise ValueError("no tracer has a value and a standard deviation for every end-member")
    # In alphabetical order, so that the order of the rows cannot change a number.
    order = sorted(range(len(sources)), key=lambda i: sources[i])
    centre = endmembers[tracers].to_numpy(dtype=np.float64)[order]
    spread = endmembers[[f"{tracer}_sd" for tracer in tracers]].to_numpy(dtype=np.float64)[order]
    if (spread < 0).any():
        raise ValueError("a standard deviation of an end-member is negative")
    sites = list(dict.fromkeys(str(site) for site in sediment["site"]))
    share = np.empty((len(sites), len(sources), draws))
    facts: dict[str, list[float]] = {
        name: [] for name in ("n_samples", "n_tracers", "ess", "proposals", "misfit")
    }
    for i, site in enumerate(sites):
        rows = sediment[sediment["site"].astype(str) == site]
        kept, samples = _observed(rows, tracers)
        if not samples:
            raise ValueError(f"the sediment of {site} has no value of {' or '.join(tracers)}")
        columns = [tracers.index(tracer) for tracer in kept]
        rng = np.random.default_rng([seed, zlib.crc32(site.encode())])
        found = mixture(samples, centre[:, columns], spread[:, columns], draws, rng)
        share[i, order] = found.share.T
        values = (max(one.n for one in samples), len(kept), found.ess, found.proposals, found.misfit)
        for name, value in zip(facts, values, strict=True):
            facts[name].append(value)
    attrs = {"units": UNIT, "long_name": "share of the sediment's organic carbon"}
    return xr.Dataset(
        {
            "share": (("site", "source", "draw"), share, attrs),
            **{name: ("site", np.asarray(values)) for name, values in facts.items()},
        },
        coords={"site": sites, "source": sources},
        attrs={
            "tracers": " ".join(tracers),
            "scatter_prior": f"log-normal, median {SCATTER_MEDIAN} permil, log-sd {SCATTER_LOG_SD}",
        },
    )


def farm_share(sources: xr.Dataset) -> xr.DataArray:
    """Return the share of the sediment's organic carbon that the farm's animals dropped.

    Parameters
    ----------
    sources : xarray.Dataset
        From `sediment_sources`.

    Returns
    -------
    xarray.DataArray
        (site, draw), t C / t C; the sum where several sources are the farm's.

    Raises
    ------
    ValueError
        If no source is the farm's by its name.
    """
    names = [str(name) for name in sources["source"].values]
    own = [name for name in names if is_farm_source(name)]
    if not own:
        raise ValueError(
            f"none of the sources {', '.join(names)} is the farm's: begin its name with the word "
            f"{' or '.join(FARM_SOURCES)}"
        )
    return sources["share"].sel(source=own).sum("source").assign_attrs(units=UNIT)


def sediment_table(sources: xr.Dataset) -> pd.DataFrame:
    """Return ``sediment_sources.csv``: the share of every source at every site.

    Parameters
    ----------
    sources : xarray.Dataset
        From `sediment_sources`.

    Returns
    -------
    DataFrame
        site, source, unit, mean, sd, q05, median, q95.
    """
    rows = []
    for site in sources["site"].values:
        for source in sources["source"].values:
            draws = np.asarray(sources["share"].sel(site=site, source=source), dtype=np.float64)
            low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95])
            spread = draws.std(ddof=1) if draws.size > 1 else 0.0
            rows.append((str(site), str(source), UNIT, draws.mean(), spread, low, middle, high))
    return pd.DataFrame(rows, columns=list(TABLE))


def _pooled(values: xr.DataArray, draws: int, rng: np.random.Generator) -> Floats:
    """Return draws of one number in random order: the two posteriors share no parameter, so any pairing will do."""
    return rng.choice(np.asarray(values, dtype=np.float64).ravel(), draws)


def compare_buried(
    sources: xr.Dataset,
    buried: xr.DataArray,
    *,
    total: Mapping[str, tuple[float, float]] | None = None,
    draws: int = 4000,
    seed: int = 1,
) -> pd.DataFrame:
    """Hold the buried line against the farm's share of the sediment.

    Parameters
    ----------
    sources : xarray.Dataset
        From `sediment_sources`.
    buried : xarray.DataArray
        Farm carbon buried, t C / yr, dim ``site`` and draws: the ledger's line through
        `bayescarbon.checks.annual.per_site_and_year`.
    total : mapping, optional
        Site -> measured burial of organic carbon of all sources under the farm, and its standard error, t C / yr.
    draws, seed : int
        Number of draws, and what they follow from.

    Returns
    -------
    DataFrame
        Per site of `sources`: the farm's share; the buried line; buried / share, the total burial that both imply;
        the measured total (NaN where unknown); ``p_exceeds``, the probability that the line is more than
        share x measured total (NaN likewise); a verdict in words.

    Raises
    ------
    ValueError
        If no source is the farm's, or a measured total or its error is not positive.

    Notes
    -----
    A share alone says nothing of amounts, so without a measured total it neither supports nor contradicts the line;
    the implied total is there to be judged against cores. Surface sediment holds fresh deposits that will not last:
    share x total is an upper bound of what the farm buries, and staying below it is no proof. buried / share has
    no mean where the share may be zero; read its quantiles.
    """
    share = farm_share(sources)
    known = {str(site) for site in buried["site"].values}
    rows = []
    for site in map(str, share["site"].values):
        rng = np.random.default_rng([seed, zlib.crc32(site.encode())])
        own = _pooled(share.sel(site=site), draws, rng)
        row: dict[str, object] = {"site": site, "unit": "t C / yr", **_quantiles("farm_share", own)}
        measured = (total or {}).get(site)
        if site not in known:
            rows.append(row | {"verdict": "No batch is farmed at this site: its share is shown only."})
            continue
        line = _pooled(buried.sel(site=site), draws, rng)
        # A share of exactly zero would divide by it; the smallest double keeps the quantile where it belongs, high.
        implied = line / np.maximum(own, np.finfo(np.float64).tiny)
        row |= _quantiles("buried", line) | _quantiles("implied_total", implied)
        if measured is None:
            row["verdict"] = (
                "The burial of all organic carbon was not measured here: the share alone does not test the buried "
                "line. Both together imply the total shown, to be judged against cores."
            )
        else:
            p = float((line > own * _positive(site, *measured, draws, rng)).mean())
            row |= {"measured_total": measured[0], "p_exceeds": p, "verdict": _verdict(p)}
        rows.append(row)
    return pd.DataFrame(rows).reindex(columns=list(COMPARISON))


def _quantiles(name: str, values: Floats) -> dict[str, object]:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return {f"{name}_median": float(middle), f"{name}_q05": float(low), f"{name}_q95": float(high)}


def _positive(site: str, mean: float, sd: float, draws: int, rng: np.random.Generator) -> Floats:
    """Return draws of a positive measurement, log-normal with the mean and standard error given."""
    if not (mean > 0 and sd > 0):
        raise ValueError(f"the measured burial of {site} and its standard error must be positive")
    variance = np.log1p((sd / mean) ** 2)
    return np.exp(rng.normal(np.log(mean) - variance / 2.0, np.sqrt(variance), draws))


def _verdict(p_exceeds: float) -> str:
    if p_exceeds > 0.95:
        return "The ledger buries more than the bed holds of the farm's carbon: the burial fraction is too high here."
    if p_exceeds > 0.5:
        return "The ledger probably buries more than the bed holds of the farm's carbon."
    return "The buried line stays below what the bed holds of the farm's carbon, an upper bound: no contradiction."
