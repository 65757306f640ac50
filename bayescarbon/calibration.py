"""Simulation-based calibration: draw from the prior, simulate the tables, refit, rank the truth among the draws.

If the posterior is right, the rank of the truth among independent posterior draws is uniform, whatever the quantity
(Talts et al. 2018; Modrák et al. 2023 add functions of parameters and data, of which the likelihood tells most). One
compiled model serves all data sets of a design, because they have one shape.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import pytensor
import pytensor.tensor as pt
import xarray as xr
from pytensor.graph.replace import vectorize_graph

from bayescarbon.accounting.frameworks import net_sink
from bayescarbon.accounting.ledger import ledger
from bayescarbon.evidence.quantities import quantities
from bayescarbon.model.build import Specification, model_of, specify
from bayescarbon.model.hierarchy import node_label
from bayescarbon.model.layout import LEVELS
from bayescarbon.model.predict import complete, quantity_draws
from bayescarbon.model.simulate import simulable, simulate_rows
from bayescarbon.study import Study

#: Ranks are among so many draws: one less than a hundred, so that a hundred ranks are possible.
KEPT_DRAWS = 99
#: Draws that are left out for every one that is kept, and tuning draws before them.
THIN, TUNE = 10, 400
#: A chain is made four times as long, at most twice, until its worst variable is worth so many independent draws.
LEAST_EFFECTIVE, LONGER, ATTEMPTS = 100.0, 4, 3
_HIERARCHY = ("mu", "level_sd", "scatter", "season_sd", "season_contrast")


@dataclass(frozen=True)
class Calibrator:
    """A study's design, compiled once.

    Attributes
    ----------
    study : Study
        What was measured where; its values are placeholders.
    specification : Specification
        Without suspects, and without the literature, whose rows the prior did not draw.
    model : pymc.Model
    compiled : nutpie compiled model
        Whose data can be exchanged.
    evaluate : callable
        From draws of the free variables to ``eta``, ``observed_mean`` (if there are rows) and the log-likelihood.
    """

    study: Study
    specification: Specification
    model: pm.Model
    compiled: Any
    evaluate: Any


@dataclass(frozen=True)
class Truths:
    """Draws from the prior and the tables that they imply.

    Attributes
    ----------
    free : dict of str to array (simulation, ...)
        Free variables of the model.
    data : dict of str to array (simulation, ...)
        By the names of the model's `pm.Data`.
    clipped, bounded : array of int (simulation,)
        See `bayescarbon.model.simulate.Simulated`.
    """

    free: dict[str, np.ndarray]
    data: dict[str, np.ndarray]
    clipped: np.ndarray
    bounded: np.ndarray


@dataclass(frozen=True)
class Refit:
    """What came of one simulation.

    Attributes
    ----------
    simulation : int
        Which of the truths.
    ranks : dict of str to int
        How many of the kept draws are below the truth, by quantity.
    divergences : int
        Divergent transitions, tuning excluded.
    effective : float
        Effective number of draws, before thinning, of the free variable that mixes worst.
    attempts : int
        How often it was sampled, each time longer.
    seconds : float
    """

    simulation: int
    ranks: dict[str, int]
    divergences: int
    effective: float
    attempts: int
    seconds: float


def calibrator(study: Study) -> Calibrator:
    """Compile the model of a design.

    Parameters
    ----------
    study : Study
        As read by `read_study`; only which rows there are matters, and their sizes, areas and limits.

    Raises
    ------
    ValueError
        If nothing in it bears on any quantity.
    """
    specified = specify(study, literature=False)
    if not len(specified.informed.nodes):
        raise ValueError("a design for calibration needs rows that bear on some quantity")
    specification = replace(specified, observations=simulable(specified.observations))
    model = model_of(specification)
    free = [variable.name for variable in model.free_RVs]
    with pytensor.config.change_flags(numba__fastmath=False):
        # Not frozen: the tables are exchanged for every simulation.
        compiled = nutpie.compile_pymc_model(model, backend="numba", var_names=free, freeze_model=False)
    return Calibrator(study, specification, model, compiled, _evaluator(model))


def _evaluator(model: pm.Model) -> Any:
    free = model.free_RVs
    batched = [pt.tensor(rv.name, shape=(None, *rv.type.shape), dtype=rv.dtype) for rv in free]
    wanted = [model[name] for name in ("eta", "observed_mean") if name in model.named_vars]
    outputs = [*wanted, sum(model.potentials[1:], start=model.potentials[0])]
    graph = vectorize_graph(outputs, dict(zip(free, batched, strict=True)))
    return pytensor.function(batched, graph, mode="FAST_COMPILE", on_unused_input="ignore")


def draw_truths(design: Calibrator, simulations: int, seed: int) -> Truths:
    """Draw parameters from the prior and tables from the parameters.

    Parameters
    ----------
    design : Calibrator
        From `calibrator`.
    simulations : int
        How many.
    seed : int
        Same design, number and seed: same truths.
    """
    rng = np.random.default_rng([seed, 20261121])
    names = [variable.name for variable in design.model.free_RVs]
    # Interpreted: compiling the generative graph costs more than some hundreds of draws.
    drawn = pm.draw(design.model.free_RVs, simulations, random_seed=rng, mode="FAST_COMPILE")
    free = {name: np.asarray(values) for name, values in zip(names, drawn, strict=True)}
    eta, *means, _ = design.evaluate(*free.values())
    specification, data = design.specification, {}
    clipped, bounded = np.zeros(simulations, dtype=int), np.zeros(simulations, dtype=int)
    if means:
        simulated = simulate_rows(specification.observations, means[0], free["scatter"], rng)
        data["statistics"], clipped, bounded = simulated.statistics, simulated.clipped, simulated.bounded
    place = {node: position for position, node in enumerate(specification.informed.nodes)}
    for term in specification.terms:
        own = {name: free[name] for name in term.parameters}
        data |= term.simulate(eta[:, [place[node] for node in term.nodes]], own, rng)
    return Truths(free, data, clipped, bounded)


def refits(design: Calibrator, truths: Truths, which: Sequence[int], seed: int) -> Iterator[Refit]:
    """Refit simulated tables one by one.

    Parameters
    ----------
    design : Calibrator
        From `calibrator`.
    truths : Truths
        From `draw_truths` of this design.
    which : sequence of int
        Simulations to refit.
    seed : int
        Of the sampler; combined with the number of the simulation, so that the order does not matter.

    Yields
    ------
    Refit
    """
    for simulation in which:
        started = time.perf_counter()
        data = {name: values[simulation] for name, values in truths.data.items()}
        compiled = design.compiled.with_data(**data)
        # What a chain shows of its own mixing says nothing of where the truth lies, so its length may depend on it.
        for attempt in range(ATTEMPTS):
            sampled, divergences = _sample(compiled, LONGER**attempt, [seed, simulation, attempt])
            effective = min(float(effective_draws(values).min()) for values in sampled.values())
            if effective >= LEAST_EFFECTIVE:
                break
        rng = np.random.default_rng([seed, simulation, ATTEMPTS])
        kept = {name: values[:: len(values) // KEPT_DRAWS][:KEPT_DRAWS] for name, values in sampled.items()}
        truth = {name: values[simulation] for name, values in truths.free.items()}
        numbers = ranked(design, truth, kept, data, rng)
        ranks = {name: rank(values, rng) for name, values in numbers.items()}
        seconds = time.perf_counter() - started
        yield Refit(simulation, ranks, divergences, effective, attempt + 1, seconds)


def _sample(compiled: Any, longer: int, seed: list[int]) -> tuple[dict[str, np.ndarray], int]:
    tree = nutpie.sample(
        compiled,
        draws=KEPT_DRAWS * THIN * longer,
        tune=TUNE * (1 if longer == 1 else 2),
        chains=1,
        cores=1,
        seed=int(np.random.default_rng(seed).integers(2**31)),
        target_accept=0.99,
        save_warmup=False,
        progress_bar=False,
    )
    posterior = tree["posterior"].to_dataset()
    draws = {str(name): values.values[0] for name, values in posterior.items()}
    return draws, int(tree["sample_stats"]["diverging"].sum())


def effective_draws(values: np.ndarray) -> np.ndarray:
    """Return how many independent draws one chain is worth, by Geyer's initial positive sequence.

    Parameters
    ----------
    values : array (draw, ...)
        The chain of each number.
    """
    n = len(values)
    flat = values.reshape(n, -1)
    spectrum = np.abs(np.fft.rfft(flat - flat.mean(axis=0), 2 * n, axis=0)) ** 2
    covariance = np.fft.irfft(spectrum, axis=0)[:n]
    with np.errstate(invalid="ignore"):
        correlation = np.nan_to_num(covariance / covariance[0])
    pairs = correlation[0 : n - 1 : 2] + correlation[1:n:2]
    total = np.where(np.cumprod(pairs > 0, axis=0), pairs, 0.0).sum(axis=0)
    return np.minimum(n / np.maximum(2.0 * total - 1.0, 1e-9), float(n)).reshape(values.shape[1:])


def rank(values: np.ndarray, rng: np.random.Generator) -> int:
    """Return how many draws are below the truth, ties broken at random.

    Parameters
    ----------
    values : array (1 + draw,)
        The truth, then the draws.
    rng : numpy.random.Generator
        Breaks ties.
    """
    ties = int((values[1:] == values[0]).sum())
    return int((values[1:] < values[0]).sum()) + (int(rng.integers(ties + 1)) if ties else 0)


def ranked(
    design: Calibrator,
    truth: Mapping[str, np.ndarray],
    draws: Mapping[str, np.ndarray],
    data: Mapping[str, np.ndarray],
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Return what is ranked: named numbers, each an array of the truth and then the draws.

    Parameters
    ----------
    design : Calibrator
        From `calibrator`.
    truth, draws : mapping of str to array
        Values of the free variables; draws along the first axis.
    data : mapping of str to array
        The tables, which enter the likelihood.
    rng : numpy.random.Generator
        Draws the nodes that no row informs.
    """
    both = {name: np.concatenate([values[None], draws[name]]) for name, values in truth.items()}
    for name, values in data.items():
        design.model[name].set_value(np.ascontiguousarray(values))
    eta, *_, likelihood = design.evaluate(*both.values())
    specification = design.specification
    layout, informed = specification.layout, specification.informed
    own = [name for term in specification.terms for name in term.parameters]
    found: dict[str, np.ndarray] = {}
    for name in (*_HIERARCHY, *own):
        if name in both:
            found |= _named(name, both[name], _labels(design.model, name))
    for place, node in enumerate(informed.nodes):
        depth = layout.level[node]
        deepest = [level for level in layout.items[layout.item[node]].quantity.levels if level in LEVELS]
        if depth >= 0 and LEVELS[depth] == deepest[-1]:
            found[f"cell[{node_label(layout, node)}]"] = eta[:, place]
    every, _ = complete(specification, {"eta": eta, "level_sd": both["level_sd"]}, rng)
    return found | sinks(design, every) | {"log_likelihood": likelihood}


def _labels(model: pm.Model, name: str) -> list[str] | None:
    dims = model.named_vars_to_dims.get(name)
    return None if dims is None else [str(label) for label in model.coords[dims[0]]]


def _named(name: str, values: np.ndarray, labels: Sequence[str] | None) -> dict[str, np.ndarray]:
    if values.ndim == 1:
        return {name: values}
    listed = labels if labels is not None else [str(i) for i in range(values.shape[1])]
    return {f"{name}[{label}]": values[:, i] for i, label in enumerate(listed)}


def sinks(design: Calibrator, eta: np.ndarray) -> dict[str, np.ndarray]:
    """Return what the accounting makes of draws of the hierarchy: totals over the study's batches.

    Parameters
    ----------
    design : Calibrator
        From `calibrator`.
    eta : array (draw, node)
        Links of all nodes of the layout.

    Returns
    -------
    dict of str to array (draw,)
        The sink by the headline framework (t CO2e) and the carbon buried (t C).
    """
    lines = ledger(ledger_inputs(design.specification, design.study, eta, 1))
    sink = net_sink(lines, design.study.headline_framework)
    return {
        "total sink": sink.sum("batch").values.ravel(),
        "total buried": lines["buried"].sum("batch").values.ravel(),
    }


def ledger_inputs(specification: Specification, study: Study, eta: np.ndarray, chains: int) -> xr.Dataset:
    """Return what the accounting reads of draws of the hierarchy, and of the harvest as it was weighed.

    Parameters
    ----------
    specification : Specification
        Of the study.
    study : Study
        Its harvest.
    eta : array (sample, node)
        Links of all nodes of the layout, chains one after the other.
    chains : int
        Number of chains.

    Returns
    -------
    xarray.Dataset
        As `bayescarbon.accounting.ledger.ledger` wants it, dims (chain, draw, batch).
    """
    cells, harvest = specification.cells, study.harvest
    drawn = quantity_draws(specification, eta, chains)
    stocks = list(zip(cells.stocks["species"], cells.stocks["site"], strict=True))
    index = {
        "stock": xr.DataArray(
            [stocks.index(pair) for pair in zip(harvest["species"], harvest["site"], strict=True)],
            dims="batch",
        ),
        "site": xr.DataArray([cells.sites.index(site) for site in harvest["site"]], dims="batch"),
    }
    inputs = {}
    for name in (*quantities(), *(n for n in drawn if str(n).startswith("fouler_"))):
        if name in drawn:
            values = drawn[name]
            picked = {dim: place for dim, place in index.items() if dim in values.dims}
            inputs[str(name)] = values.isel(picked).reset_coords(drop=True)
    for name in ("harvest_t", "stocked_t", "cycle_days", "individuals", "emissions_t_co2e"):
        inputs[name] = xr.DataArray(harvest[name].to_numpy(dtype=float), dims="batch")
    return xr.Dataset(inputs)
