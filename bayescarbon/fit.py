"""Sample a study's posterior, hold it against the gate, and keep it as one file."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import xarray as xr

from bayescarbon.accounting.price import Timing, margin_gap
from bayescarbon.diagnostics import MIN_ESS, Diagnostics, convergence, judge
from bayescarbon.evidence.quantities import quantities
from bayescarbon.leave_one_out import loo_pit
from bayescarbon.model.build import Specification, model_of, specify
from bayescarbon.model.c_function import compiled_model
from bayescarbon.model.hierarchy import node_label
from bayescarbon.model.inputs import harvest_draws, margin_standard, water_ratio
from bayescarbon.model.predict import complete, quantity_draws
from bayescarbon.model.predictive import replicate
from bayescarbon.model.tables import (
    bearing_rows,
    dataset_frame,
    described,
    frame_dataset,
    outlier_table,
    quantity_table,
    row_dataset,
    table_bearing,
)
from bayescarbon.sampling import Progress, Sampled, prior_samples, sample
from bayescarbon.sensitivity import prior_log_ratios
from bayescarbon.study import Study

# Tables that only checks and plans read, from a saved fit; they are no part of the likelihood.
KEPT_TABLES = ("sediment", "endmembers", "air_sea", "sampling")
BATCH_COLUMNS = ("stocked_t", "cycle_days", "individuals", "emissions_t_co2e")


@dataclass(frozen=True)
class Fit:
    """A posterior with what is needed to account with it.

    Attributes
    ----------
    data : xarray.DataTree
        Groups posterior, prior, posterior_predictive, prior_predictive, sample_stats, observed_data, constant_data,
        economics, centring (how each effect was centred), and the tables below. Units and definitions stand in the
        variables' attributes.
    diagnostics : Diagnostics
        Whether the posterior passed its gate.
    timings : dict
        Seconds spent on build, compile, sample, diagnose and predict.
    """

    data: xr.DataTree
    diagnostics: Diagnostics
    timings: dict[str, float]

    @property
    def quantities(self) -> pd.DataFrame:
        """Posterior summary of every quantity at every species and site of the harvest (quantities.csv)."""
        return dataset_frame(self.data["quantity_table"].to_dataset())

    @property
    def outliers(self) -> pd.DataFrame:
        """Samples suspected of being contaminated, with the posterior probability that they are."""
        return dataset_frame(self.data["outlier_table"].to_dataset())

    def batch_draws(self) -> xr.Dataset:
        """Return the inputs of the ledger, every quantity along ``batch``.

        Returns
        -------
        xarray.Dataset
            As `bayescarbon.accounting.ledger.ledger` wants it; the scalar coordinate ``converged`` says whether the
            diagnostics were passed, and goes with everything that is computed from these draws.
        """
        posterior, constant = self.data["posterior"].to_dataset(), self.data["constant_data"].to_dataset()
        inputs: dict[str, xr.DataArray] = {name: constant[name] for name in BATCH_COLUMNS}
        index = {"stock": constant["stock_of_batch"], "site": constant["site_of_batch"]}
        for name in (*quantities(), "harvest_t", *(n for n in posterior if str(n).startswith("fouler_"))):
            if name not in posterior:
                continue
            draws = posterior[name]
            for dim, position in index.items():
                if dim in draws.dims:
                    draws = draws.isel({dim: position})
            inputs[str(name)] = draws.reset_coords(drop=True)
        return xr.Dataset(inputs).assign_coords(batch=constant["batch"], converged=self.diagnostics.passed)

    @property
    def baseline_share(self) -> xr.DataArray:
        """Draws (chain, draw) of the share of the sink that would exist without the farm, 0 to 1."""
        return self.data["posterior"]["baseline_share"].reset_coords(drop=True)

    def economics(self, timing: Timing = "costs_at_stocking") -> xr.Dataset:
        """Return draws of the numerator of the carbon price and of the baseline share.

        Parameters
        ----------
        timing : {"costs_at_stocking", "all_at_harvest"}
            When costs fall due, where the study gives revenues and costs.

        Returns
        -------
        xarray.Dataset
            ``margin_gap`` (batch, chain, draw), study currency for the whole batch at harvest; ``baseline_share``.

        Raises
        ------
        ValueError
            If the study has no economics.
        """
        if "economics" not in self.data.children:
            raise ValueError("the study has no economics table, so there is no price to compute")
        rows = dataset_frame(self.data["economics"].to_dataset())
        standard = self.data["posterior"]["margin_standard"].rename(paid_batch="batch")
        gap = np.where(
            rows["margin_gap"].notna(),
            rows["margin_gap"],
            margin_gap(
                rows["revenue"],
                rows["cost"],
                rows["alternative_revenue"],
                rows["alternative_cost"],
                rows["discount_rate"].fillna(0.0),
                rows["cycle_months"],
                timing,
            ),
        )
        grouped = rows.assign(gap=gap).groupby("batch", sort=False)
        centre = grouped["gap"].mean()
        error = (
            grouped["margin_gap_sd"]
            .first()
            .fillna(grouped["gap"].std(ddof=1) / np.sqrt(grouped.size()))
            .fillna(0.0)
        )
        order = standard["batch"].to_numpy()
        values = xr.DataArray(centre[order].to_numpy(), dims="batch", coords={"batch": order})
        spread = xr.DataArray(error[order].to_numpy(), dims="batch", coords={"batch": order})
        total = (values + spread * standard).transpose("batch", "chain", "draw")
        total.attrs = {
            "units": str(self.data.attrs["currency"]),
            "long_name": "margin gap per batch at harvest",
        }
        return xr.Dataset({"margin_gap": total, "baseline_share": self.baseline_share})

    def save(self, path: str | Path) -> None:
        """Write everything to one netCDF file.

        Parameters
        ----------
        path : str or Path
            File to write; an existing one is replaced.
        """
        self.data.to_netcdf(path, engine="netcdf4", mode="w")


def load_fit(path: str | Path) -> Fit:
    """Read a fit back from the file that `Fit.save` wrote.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    Fit
        Equal to the one that was saved.

    Raises
    ------
    OSError
        If the file is missing or is no such file.
    """
    with xr.open_datatree(path, engine="netcdf4") as tree:
        data = tree.load()
    stored = json.loads(data.attrs["diagnostics"])
    stored["reasons"] = tuple(stored["reasons"])
    return Fit(data, Diagnostics(**stored), json.loads(data.attrs["timings"]))


def fit(
    study: Study,
    *,
    seed: int = 1,
    draws: int = 2000,
    chains: int = 4,
    tune: int = 1000,
    target_accept: float = 0.99,
    literature: bool = True,
    progress: Progress | None = None,
) -> Fit:
    """Fit literature and farm rows together and carry every quantity of the study to its posterior.

    Parameters
    ----------
    study : Study
        As read by `read_study`.
    seed : int
        Same study, seed and versions give the same numbers.
    draws, chains, tune : int
        Kept draws and tuning draws per chain, and chains.
    target_accept : float
        Of NUTS. High, because funnels of sparse hierarchies leave no divergence behind at 0.99.
    literature : bool
        Whether the shipped literature enters beside the study's own rows.
    progress : callable, optional
        Called with a stage, how much of it is done, and of how much.

    Returns
    -------
    Fit
        Which says in `diagnostics` whether it passed the gate; a failing fit is tried once more with safer
        settings: see `safer`.
    """
    report = progress or (lambda stage, done, total: None)
    started = time.perf_counter()
    report("build", 0, 1)
    specification = specify(study, literature)
    model = model_of(specification)
    built = time.perf_counter()
    report("compile", 0, 1)
    informs = len(specification.informed.nodes) > 0
    compiled = compiled_model(model) if informs else None
    timings = {
        "build": built - started,
        "compile": time.perf_counter() - built,
        "sample": 0.0,
        "diagnose": 0.0,
    }
    rng = np.random.default_rng([seed, 20261121])
    settings = {"draws": draws, "chains": chains, "tune": tune, "target_accept": target_accept}
    settings |= {"seed": seed, "sampler_seed": seed}

    def attempt(refitted: bool) -> tuple[Sampled, Assembled]:
        began = time.perf_counter()
        sampled = sample(model, specification.terms, compiled, settings, report)
        sampled_at = time.perf_counter()
        assembled = _assemble(specification, study, sampled, settings, rng, refitted=refitted)
        timings["sample"] += sampled_at - began
        timings["diagnose"] += time.perf_counter() - sampled_at
        return sampled, assembled

    sampled, assembled = attempt(refitted=False)
    # A chain alone never passes, so there is nothing to try again.
    if not assembled.verdict.passed and compiled is not None and chains > 1:
        settings = safer(settings, assembled.verdict)
        report("sample again, more carefully", 0, 1)
        sampled, assembled = attempt(refitted=True)
    report("predict", 0, 1)
    began = time.perf_counter()
    groups = _groups(specification, study, model, sampled, assembled, rng)
    timings["predict"] = time.perf_counter() - began
    data = xr.DataTree.from_dict(groups)
    data.attrs = {
        "title": study.title,
        "currency": study.currency.code if study.currency is not None else "",
        "credit_price": json.dumps(_price_record(study)),
        "settings": json.dumps(settings),
        "diagnostics": json.dumps(asdict(assembled.verdict)),
        "timings": json.dumps(timings),
    }
    return Fit(data, assembled.verdict, timings)


def safer(settings: Mapping[str, Any], verdict: Diagnostics) -> dict[str, Any]:
    """Return the sampler's settings for a second attempt.

    Parameters
    ----------
    settings : mapping
        draws, tune, seed, target_accept and others, of the first.
    verdict : Diagnostics
        Of the first.
    """
    # Effective draws grow with the draws: of too few, twice as many would be enough by luck only.
    short = min(verdict.min_ess_bulk, verdict.min_ess_tail) < MIN_ESS
    return {
        **settings,
        "draws": settings["draws"] * (4 if short else 2),
        "tune": settings["tune"] * 2,
        "target_accept": max(settings["target_accept"], 0.998),
        "sampler_seed": settings["seed"] + 1_000_003,
    }


@dataclass(frozen=True)
class Assembled:
    """Draws of everything that the study needs, and the gate's verdict on them.

    Attributes
    ----------
    posterior : Dataset
        Quantities.
    table : DataFrame
        Their convergence.
    verdict : Diagnostics
    eta, sd : array (sample, node), (sample, level)
        The whole hierarchy, sampled or drawn from its conditional.
    """

    posterior: xr.Dataset
    table: pd.DataFrame
    verdict: Diagnostics
    eta: np.ndarray
    sd: np.ndarray


def _assemble(
    specification: Specification,
    study: Study,
    sampled: Sampled,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
    *,
    refitted: bool,
) -> Assembled:
    shape = (settings["chains"], settings["draws"])
    eta, sd = complete(specification, sampled.values, rng)
    posterior = quantity_draws(specification, eta, shape[0])
    watered = [site for site in specification.cells.sites if (study.water["site"] == site).any()]
    if watered:
        told = water_ratio(study.water, watered, shape, rng)
        ratio = posterior["calcification_ratio"]
        by_water = ratio["site"].isin(watered)
        told = told.reindex(site=ratio["site"], fill_value=0.0)
        posterior["calcification_ratio"] = xr.where(by_water, told, ratio).transpose(*ratio.dims)
        posterior["calcification_ratio"].attrs = ratio.attrs
    table = convergence(posterior)
    verdict = judge(table, sampled.statistics, refitted=refitted)
    return Assembled(posterior, table, verdict, eta, sd)


def _groups(
    specification: Specification,
    study: Study,
    model: pm.Model,
    sampled: Sampled,
    assembled: Assembled,
    rng: np.random.Generator,
) -> dict[str, xr.Dataset]:
    posterior, observations = assembled.posterior, specification.observations
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    bearing = bearing_rows(observations, specification.terms)
    groups: dict[str, xr.Dataset] = {
        "quantity_table": frame_dataset(quantity_table(posterior, assembled.table, bearing)),
        "sensitivity": _sensitivity(specification, sampled, assembled, shape),
    }
    for name in KEPT_TABLES:
        table = getattr(study, name)
        if len(table):
            groups[f"study_tables/{name}"] = frame_dataset(table)
    posterior = posterior.assign(harvest_t=harvest_draws(study.harvest, shape, rng))
    if len(study.economics):
        standard = margin_standard(study.economics, shape, rng)
        posterior = posterior.assign(margin_standard=standard.rename(batch="paid_batch"))
        groups["economics"] = frame_dataset(study.economics)
    prior_sampled = prior_samples(specification, model, rng)
    prior = quantity_draws(specification, complete(specification, prior_sampled, rng)[0], 1)
    groups["prior"] = prior
    groups["constant_data"] = _constants(specification, study)
    groups["observed_data"] = row_dataset(observations)
    groups["table_bearing"] = frame_dataset(table_bearing(specification.terms, study.water))
    if sampled.statistics is None:
        groups["outlier_table"] = frame_dataset(
            outlier_table(observations, np.empty((0, 0)), np.empty((0, 0)))
        )
        return groups | {"posterior": described(posterior)}
    informed = specification.informed
    labels = [node_label(specification.layout, node) for node in informed.nodes]
    groups["centring"] = xr.Dataset(
        {"weight": ("node", informed.weights, {"long_name": "0 non-centred, 1 centred"})},
        coords={"node": np.array(labels, dtype=object)},
    )
    groups["posterior"] = described(xr.merge([posterior, _hierarchy(model, sampled, shape)], join="override"))
    wanted = ["diverging", "energy", "depth", "step_size", "n_steps", "mean_tree_accept", "logp"]
    statistics = sampled.statistics
    groups["sample_stats"] = statistics[[name for name in wanted if name in statistics]].drop_attrs()
    if not len(observations.rows):
        return groups
    mean, cv = sampled.values["observed_mean"], sampled.values["scatter"]
    groups["outlier_table"] = frame_dataset(outlier_table(observations, mean, cv))
    pit = loo_pit(specification.layout, observations, assembled.eta, assembled.sd, mean, cv)
    groups["leave_one_out"] = frame_dataset(pit)
    groups["posterior_predictive"] = replicate(observations, mean, cv, rng)
    groups["prior_predictive"] = replicate(
        observations, prior_sampled["observed_mean"], prior_sampled["scatter"], rng
    )
    return groups


def _price_record(study: Study) -> dict[str, object] | None:
    price = study.credit_price
    return None if price is None else asdict(price.quantiles) | {"unit": price.unit}


def _sensitivity(
    specification: Specification, sampled: Sampled, assembled: Assembled, shape: tuple[int, int]
) -> xr.Dataset:
    """How the prior of each quantity weighs on each draw, for power scaling."""
    layout = specification.layout
    ratios = prior_log_ratios(
        layout,
        assembled.eta[:, : len(layout.items)],
        assembled.sd,
        scatter=specification.observations.scatter,
        cv=sampled.values.get("scatter"),
        season_sd=sampled.values.get("season_sd"),
    )
    values = ratios.transpose("alpha", "sample", "quantity").values.astype(np.float32)
    folded = values.reshape(len(values), *shape, -1)
    coords = {"alpha": ratios["alpha"].values, "quantity": ratios["quantity"].values}
    return xr.Dataset({"log_ratio": (("alpha", "chain", "draw", "quantity"), folded)}, coords=coords)


def _hierarchy(model: pm.Model, sampled: Sampled, shape: tuple[int, int]) -> xr.Dataset:
    """The hierarchy's own variables under their names; `eta` is left out, the quantities are made of it."""
    found = {}
    for name, values in sampled.values.items():
        if name != "eta":
            own = tuple(f"{name}_dim_{i}" for i in range(values.ndim - 1))
            dims = ("target",) if name == "observed_mean" else model.named_vars_to_dims.get(name, own)
            found[name] = xr.DataArray(
                values.reshape(*shape, *values.shape[1:]), dims=("chain", "draw", *dims)
            )
    coords = {
        str(dim): np.array(model.coords[dim], dtype=object)
        for one in found.values()
        for dim in one.dims
        if dim in model.coords
    }
    return xr.Dataset(found, coords=coords | {"chain": np.arange(shape[0])})


def _constants(specification: Specification, study: Study) -> xr.Dataset:
    harvest, cells = study.harvest, specification.cells
    stocks = {
        pair: i for i, pair in enumerate(zip(cells.stocks["species"], cells.stocks["site"], strict=True))
    }
    pairs = zip(harvest["species"], harvest["site"], strict=True)
    columns = {name: ("batch", harvest[name].to_numpy(dtype=float)) for name in BATCH_COLUMNS}
    columns["weighed_t"] = ("batch", harvest["harvest_t"].to_numpy(dtype=float))
    columns["stock_of_batch"] = ("batch", np.array([stocks[pair] for pair in pairs]))
    columns["site_of_batch"] = ("batch", np.array([cells.sites.index(site) for site in harvest["site"]]))
    return xr.Dataset(columns, coords={"batch": harvest["batch"].astype(str).to_numpy(dtype=object)})
