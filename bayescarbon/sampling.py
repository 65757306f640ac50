"""A model sampled, and drawn from before any data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import xarray as xr

from bayescarbon.model.build import Specification
from bayescarbon.model.derived import derived
from bayescarbon.model.measurements import Term

type Progress = Callable[[str, int, int], None]

KEPT = ("mu", "level_sd", "scatter", "season_sd", "eta", "season_effect", "observed_mean")
PRIOR_DRAWS = 1000


def _kept(model: pm.Model) -> list[str]:
    return [name for name in KEPT if name in model.named_vars]


@dataclass(frozen=True)
class Sampled:
    """What the sampler returned.

    Attributes
    ----------
    values : dict of str to array (sample, ...)
        Draws of the variables that are kept, chains one after the other.
    statistics : Dataset or None
        The sampler's own record; None where nothing was sampled because no row informs anything.
    """

    values: dict[str, np.ndarray]
    statistics: xr.Dataset | None


def sample(
    model: pm.Model,
    terms: Sequence[Term],
    compiled: Any,
    settings: Mapping[str, Any],
    report: Progress,
) -> Sampled:
    """Run the sampler and evaluate what follows from its draws.

    Parameters
    ----------
    model : pymc.Model
        The model.
    terms : sequence of Term
        Whose own parameters are kept as well.
    compiled : object or None
        From `bayescarbon.model.c_function.compiled_model`; None where no row informs anything, and nothing is sampled.
    settings : mapping
        draws, tune, chains, sampler_seed and target_accept.
    report : callable
        Told how many draws are done.
    """
    if compiled is None:
        size = settings["chains"] * settings["draws"]
        return Sampled({"eta": np.empty((size, 0)), "level_sd": np.empty((size, 0))}, None)
    per_chain = settings["tune"] + settings["draws"]

    def tell(chains: list[Any]) -> None:
        report("sample", sum(chain.finished_draws for chain in chains), per_chain * len(chains))

    report("sample", 0, per_chain * settings["chains"])
    sampler = nutpie.sample(
        compiled,
        blocking=False,
        draws=settings["draws"],
        tune=settings["tune"],
        chains=settings["chains"],
        seed=settings["sampler_seed"],
        target_accept=settings["target_accept"],
        save_warmup=False,
        progress_bar=False,
        progress_callback=tell,
    )
    try:
        tree = sampler.wait()
    except KeyboardInterrupt:
        # Left to itself nutpie would hand back the draws so far, and half a posterior would pass for a whole one.
        sampler.cancel()
        raise
    draws = {
        str(name): v.values.reshape(v.shape[0] * v.shape[1], *v.shape[2:])
        for name, v in tree["posterior"].to_dataset().items()
    }
    wanted = [*_kept(model), *(name for term in terms for name in term.parameters)]
    values = derived(model, draws, wanted, unconstrained=True)
    return Sampled(values, tree["sample_stats"].to_dataset())


def prior_samples(
    specification: Specification, model: pm.Model, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draw what `sample` keeps from the prior, `PRIOR_DRAWS` times.

    Parameters
    ----------
    specification : Specification
        Says whether anything is informed.
    model : pymc.Model
        The model.
    rng : numpy.random.Generator
        Source of the draws.
    """
    if not len(specification.informed.nodes):
        return {"eta": np.empty((PRIOR_DRAWS, 0)), "level_sd": np.empty((PRIOR_DRAWS, 0))}
    # Interpreted: a thousand draws cost less than compiling the generative graph once. Only what is random is drawn one
    # by one, and what follows from it evaluated on all draws together.
    free = model.free_RVs
    drawn = pm.draw(free, PRIOR_DRAWS, random_seed=rng, mode="FAST_COMPILE")
    return derived(model, dict(zip([one.name for one in free], drawn, strict=True)), _kept(model))
