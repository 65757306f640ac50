"""Farms that are not measured yet: what each would conclude after own samples, by simulating and refitting.

What the literature alone says of a new farm is a distribution of farms. One is drawn from it, its samples are drawn
about it with the scatter that the same draw holds, and the real model is fitted to literature and samples together.
Over many farms this is what a programme will see before any of them has sampled (a preposterior analysis, Raiffa and
Schlaifer 1961). One compiled model serves all farms of a design, because their tables have one shape.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import nutpie
import pandas as pd
import pytensor
import xarray as xr

from bayescarbon.accounting.frameworks import frameworks, net_sink
from bayescarbon.accounting.ledger import ledger
from bayescarbon.calibration import effective_draws, ledger_inputs
from bayescarbon.diagnostics import Diagnostics, convergence, judge
from bayescarbon.evidence.quantities import Z95, inverse_link
from bayescarbon.issuance.creditable import creditable
from bayescarbon.model.build import Specification, model_of, specify
from bayescarbon.model.c_function import compiled_model
from bayescarbon.model.composites import composed
from bayescarbon.model.derived import evaluator
from bayescarbon.model.inputs import harvest_draws
from bayescarbon.model.likelihood import terms
from bayescarbon.model.observations import Observations, observations
from bayescarbon.model.predict import complete, quantity_draws
from bayescarbon.model.simulate import simulate_rows
from bayescarbon.sampling import sample
from bayescarbon.study import Study

#: Of the many refits, and of the one fit that all farms are drawn from.
TARGET_ACCEPT, CAREFUL = 0.99, 0.998
#: A chain is made twice as long, at most twice, until the sink that mixes worst is worth so many independent draws.
LEAST_EFFECTIVE, LONGER, ATTEMPTS = 200.0, 2, 3


@dataclass(frozen=True)
class Unmeasured:
    """What the literature alone says of the farms of a study.

    Attributes
    ----------
    specification : Specification
        Of the study without rows of its own.
    eta : array (sample, node)
        Draws of the hierarchy, chains one after the other.
    scatter : dict of str to array (sample,)
        Draws of the coefficients of variation of single samples, by the name of what they are the scatter of.
    sinks : DataArray
        Net of the baseline share, t CO2e, dims (framework, batch, chain, draw).
    diagnostics : Diagnostics
        Whether the posterior passed the gate of every fit.
    """

    specification: Specification
    eta: np.ndarray
    scatter: dict[str, np.ndarray]
    sinks: xr.DataArray
    diagnostics: Diagnostics


@dataclass(frozen=True)
class Samples:
    """Which samples the farms of a study take.

    Attributes
    ----------
    study : Study
        Its own rows say what is sampled; their values are placeholders.
    specification : Specification
        Literature and own rows together.
    own : Observations
        The own rows alone, by the targets of `specification`.
    places : array of int (own term,)
        Where the terms of `own` stand among all terms of the likelihood.
    """

    study: Study
    specification: Specification
    own: Observations
    places: np.ndarray


@dataclass(frozen=True)
class Design:
    """The model of literature and own samples, compiled once.

    Attributes
    ----------
    samples : Samples
        What is sampled.
    compiled : nutpie compiled model
        Whose data can be exchanged.
    free : list of str
        Free variables, in the order of `eta`.
    eta : callable
        From draws of the free variables to the informed nodes.
    """

    samples: Samples
    compiled: Any
    free: list[str]
    eta: Any


@dataclass(frozen=True)
class Farms:
    """Farms drawn from what the literature leaves open, with the samples that each takes.

    Attributes
    ----------
    statistics : array (farm, term, 4)
        For `pm.Data` of that name: the literature's terms as they are, the own ones simulated.
    sinks : DataArray
        The truth, net of the baseline share, t CO2e, dims (framework, batch, farm).
    """

    statistics: np.ndarray
    sinks: xr.DataArray


@dataclass(frozen=True)
class Refitted:
    """What one farm concludes.

    Attributes
    ----------
    sinks : DataArray
        Net of the baseline share, t CO2e, dims (framework, batch, chain, draw).
    divergences : int
        Divergent transitions, tuning excluded.
    effective : float
        Effective draws of the sink that mixes worst.
    attempts : int
        How often it was sampled, each time longer.
    """

    sinks: xr.DataArray
    divergences: int
    effective: float
    attempts: int


def unmeasured(study: Study, *, seed: int, draws: int, chains: int = 4, tune: int = 1000) -> Unmeasured:
    """Fit the literature alone and carry it to the farms of a study.

    Parameters
    ----------
    study : Study
        Its harvest says which farms; its own evidence rows are left out.
    seed : int
        Same study, seed and versions give the same numbers.
    draws, chains, tune : int
        Kept draws and tuning draws per chain, and chains.
    """
    bare = replace(study, evidence=study.evidence.iloc[:0])
    specification = specify(bare)
    model = model_of(specification)
    settings = {
        "draws": draws, "chains": chains, "tune": tune, "sampler_seed": seed, "target_accept": CAREFUL,
    }  # fmt: skip
    sampled = sample(
        model, specification.terms, compiled_model(model), settings, lambda stage, done, total: None
    )
    rng = np.random.default_rng([seed, 20261121])
    eta, _ = complete(specification, sampled.values, rng)
    verdict = judge(
        convergence(quantity_draws(specification, eta, chains)), sampled.statistics, refitted=False
    )
    names = specification.observations.scatter_names
    scatter = {name: sampled.values["scatter"][:, i] for i, name in enumerate(names)}
    return Unmeasured(specification, eta, scatter, _sinks(specification, bare, eta, chains, rng), verdict)


def planned_samples(study: Study) -> Samples:
    """Sort out the own rows of a study, which are to be simulated.

    Parameters
    ----------
    study : Study
        Own rows are single samples that name no season; values near the prior medians are good placeholders.

    Raises
    ------
    ValueError
        If the study has no own rows, one of them is no single sample of the year, or a placeholder looks like a slip.
    """
    specification = specify(study)
    told = specification.observations
    rows = told.rows[told.rows["origin"] == "farm"]
    if not len(rows):
        raise ValueError("the study has no evidence rows of its own, so there is nothing to simulate")
    wrong = rows[(rows["form"] != "sample") | (rows["season"] != "") | rows["suspect"]]
    if len(wrong):
        names = ", ".join(dict.fromkeys(wrong["quantity"]))
        raise ValueError(
            f"own rows of {names}: each must be a single sample without a season, with a value near the median of its "
            "prior"
        )
    # No row is a suspect, so what a suspect might come from is never looked at.
    own = observations(told.targets, rows, told.scatter, told.scatter_names, [(0.0, 1.0)] * len(told.scatter))
    place = {tuple(code): i for i, code in enumerate(terms(told)[0])}
    return Samples(study, specification, own, np.array([place[tuple(code)] for code in terms(own)[0]]))


def compiled_design(samples: Samples) -> Design:
    """Compile the model of literature and own samples.

    Parameters
    ----------
    samples : Samples
        From `planned_samples`.
    """
    model = model_of(samples.specification)
    free = [variable.name for variable in model.free_RVs]
    with pytensor.config.change_flags(numba__fastmath=False):
        # Not frozen: the statistics are exchanged for every farm.
        compiled = nutpie.compile_pymc_model(model, backend="numba", var_names=free, freeze_model=False)
    return Design(samples, compiled, free, evaluator(model, ["eta"]))


def draw_farms(known: Unmeasured, samples: Samples, farms: int, seed: int) -> Farms:
    """Draw farms and the samples that they take.

    Parameters
    ----------
    known : Unmeasured
        Its batches are those of `samples`, or more.
    samples : Samples
        What is sampled.
    farms : int
        How many farms of every batch; farm i of all batches is one draw of `known`.
    seed : int
        The farms depend on the draws, their number and the seed alone, so that the same farms can take other samples.

    Raises
    ------
    ValueError
        If more farms are asked for than there are draws.
    """
    if farms > len(known.eta):
        raise ValueError(f"{farms} farms cannot be drawn from {len(known.eta)} draws; draw more")
    rng = np.random.default_rng([seed, 20261122])
    chosen = rng.choice(len(known.eta), farms, replace=False)
    means, cv = _observed(known, samples, chosen), _scatter(known, samples, chosen, rng)
    _, values = terms(samples.specification.observations)
    statistics = np.tile(values, (farms, 1, 1))
    statistics[:, samples.places] = simulate_rows(samples.own, means, cv, rng).statistics
    batches = samples.study.harvest["batch"].tolist()
    truth = known.sinks.sel(batch=batches).stack(farm=("chain", "draw")).isel(farm=chosen)
    return Farms(statistics, truth.drop_vars(["farm", "chain", "draw"]))


def _observed(known: Unmeasured, samples: Samples, chosen: np.ndarray) -> np.ndarray:
    """Return the means that own rows observe (farm, target), NaN for the targets of the literature."""
    layout, targets = samples.specification.layout, samples.specification.observations.targets
    node_of = {key: node for node, key in enumerate(known.specification.layout.keys)}
    simple = len(targets.node)
    found = np.full((len(chosen), simple + len(targets.composite)), np.nan)
    asked = np.unique(samples.own.rows["target"].to_numpy())
    made = [int(target) for target in asked if target >= simple]
    for target in {int(t) for t in asked if t < simple} | {
        p for t in made for p in targets.parts[t - simple]
    }:
        node = targets.node[target]
        support = layout.items[layout.item[node]].quantity.support
        found[:, target] = inverse_link(support, known.eta[chosen, node_of[layout.keys[node]]])
    for target in made:
        position = target - simple
        parts = [xr.DataArray(found[:, part], dims="farm") for part in targets.parts[position]]
        found[:, target] = composed(targets.composite[position], parts, targets.constants[position])
    return found


def _scatter(known: Unmeasured, samples: Samples, chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return coefficients of variation (farm, scatter): the draw's own, or the prior's where no row tells of them."""
    told = samples.specification.observations
    columns = []
    for name, definition in zip(told.scatter_names, told.scatter, strict=True):
        stated = definition.scatter
        log_sd = np.log(stated.q95 / stated.q05) / (2 * Z95)
        prior = stated.q50 * np.exp(log_sd * rng.standard_normal(len(chosen)))
        columns.append(known.scatter[name][chosen] if name in known.scatter else prior)
    return np.column_stack(columns)


def refit(
    design: Design, statistics: np.ndarray, *, seed: int, draws: int = 800, tune: int = 400
) -> Refitted:
    """Fit literature and one farm's samples together.

    Parameters
    ----------
    design : Design
        From `compiled_design`.
    statistics : array (term, 4)
        Of one farm, from `draw_farms`.
    seed : int
        Of the sampler.
    draws, tune : int
        Kept draws and tuning draws of the one chain, at the first attempt.
    """
    compiled = design.compiled.with_data(statistics=statistics)
    specification, study = design.samples.specification, design.samples.study
    for attempt in range(ATTEMPTS):
        rng = np.random.default_rng([seed, attempt])
        tree = nutpie.sample(
            compiled,
            draws=draws * LONGER**attempt,
            tune=tune * LONGER**attempt,
            chains=1,
            cores=1,
            seed=int(rng.integers(2**31)),
            target_accept=TARGET_ACCEPT,
            save_warmup=False,
            progress_bar=False,
        )
        posterior = tree["posterior"].to_dataset()
        values = {name: posterior[name].values[0] for name in design.free}
        informed = {"eta": design.eta(*values.values())[0], "level_sd": values["level_sd"]}
        eta, _ = complete(specification, informed, rng)
        sinks = _sinks(specification, study, eta, 1, rng)
        moving = sinks.values.reshape(-1, sinks.sizes["draw"]).T
        # A framework that counts nothing stands still.
        effective = float(effective_draws(moving[:, np.ptp(moving, axis=0) > 0]).min())
        if effective >= LEAST_EFFECTIVE:
            break
    return Refitted(sinks, int(tree["sample_stats"]["diverging"].sum()), effective, attempt + 1)


def _sinks(
    specification: Specification, study: Study, eta: np.ndarray, chains: int, rng: np.random.Generator
) -> xr.DataArray:
    """Return the net sinks of all batches under all frameworks, the baseline share taken off."""
    inputs = ledger_inputs(specification, study, eta, chains)
    inputs["harvest_t"] = harvest_draws(study.harvest, (chains, len(eta) // chains), rng)
    lines, share = ledger(inputs), inputs["baseline_share"]
    net = [creditable(net_sink(lines, name), share) for name in frameworks()]
    found = xr.concat(
        net, pd.Index(list(frameworks()), name="framework"), coords="minimal", compat="override"
    )
    return found.transpose("framework", "batch", "chain", "draw").assign_coords(
        batch=study.harvest["batch"].astype(str).to_numpy()
    )
