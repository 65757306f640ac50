"""Many refits of one design: truths from the prior, one compiled model, data swapped."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import nutpie
import xarray as xr
from scipy.special import ndtri, softmax

from bayescarbon.evidence.quantities import inverse_link
from bayescarbon.model.build import Specification, model_of, specify
from bayescarbon.model.derived import derived
from bayescarbon.model.hierarchy import Informed
from bayescarbon.model.layout import TAXA, farm_site
from bayescarbon.model.predict import complete, quantity_draws
from bayescarbon.study import Study
from tests.fit.simulated import EAST, TRUTH
from tests.fit.worlds import SCALLOP

# What the priors on scatters say: 5 %, 50 % and 95 % quantiles as stated, or median and log-sd.
_STATED = {
    "background_deposition": (0.1, 0.25, 0.6),
    "background_carbon": (0.1, 0.25, 0.6),
    "trap_catch": (0.1, 0.25, 0.6),
    "trap_carbon": (0.1, 0.25, 0.6),
    "oxygen_per_flux": (0.1, 0.25, 0.6),
    "fouling_ratio": (0.15, 0.35, 0.8),
}
_LOG_NORMAL = {"fouler_mix": (6.0, 0.8), "isotopes": (0.5, 0.5), "budget": (30.0, 1.0)}


def prior_truths(study: Study, size: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return draws of all that `simulated` needs from the prior: truths by name, scatters as ``scatter NAME``."""
    specification = specify(study, literature=False)
    nothing = np.empty(0, dtype=int)
    uninformed = Informed(nothing, nothing, nothing, [], np.empty(0), np.empty(0))
    empty = {"eta": np.empty((size, 0)), "level_sd": np.empty((size, 0))}
    bare = dataclasses.replace(specification, informed=uninformed)
    layout = bare.layout
    nodes = {
        name: layout.cell(name, "scallop", SCALLOP, farm_site(EAST))
        for name in TRUTH
        if not name.startswith("isotope_enrichment")
    }
    eta, _ = complete(bare, empty, rng)
    drawn = {
        name: inverse_link(layout.items[layout.item[node]].quantity.support, eta[:, node])
        for name, node in nodes.items()
        if not name.startswith("fouler_mix")
    }
    mix = softmax(np.stack([eta[:, nodes[f"fouler_mix[{taxon}]"]] for taxon in TAXA], axis=1), axis=1)
    drawn |= {f"fouler_mix[{taxon}]": mix[:, i] for i, taxon in enumerate(TAXA)}
    calcite = "isotope_enrichment[calcite]"
    drawn[calcite] = eta[:, layout.item_index(calcite)]
    laws = {n: (q50, np.log(q95 / q05) / (2 * ndtri(0.95))) for n, (q05, q50, q95) in _STATED.items()}
    for name, (median, log_sd) in (laws | _LOG_NORMAL).items():
        drawn[f"scatter {name}"] = median * np.exp(log_sd * rng.standard_normal(size))
    return drawn


class Refitter:
    """Fits studies of one design; a model is compiled for every shape of data that comes, which is mostly one."""

    def __init__(self, tune: int = 500, draws: int = 1000) -> None:
        self.tune, self.draws = tune, draws
        self.compiled: dict[tuple[object, ...], Any] = {}
        self.fits = self.divergences = 0

    def summary(self) -> str:
        """Return what was done, in words."""
        return f"{self.fits} fits, {len(self.compiled)} compiled, {self.divergences} divergent transitions"

    def __call__(self, study: Study, seed: int) -> xr.DataTree:
        """Return draws of the quantities of a study."""
        specification = specify(study, literature=False)
        model = model_of(specification)
        data = {variable.name: variable.get_value() for variable in model.data_vars}
        key = (_shape(specification), *(values.shape for values in data.values()))
        if key not in self.compiled:
            free = [variable.name for variable in model.free_RVs]
            self.compiled[key] = nutpie.compile_pymc_model(
                model, backend="numba", var_names=free, freeze_model=False
            )
        tree = nutpie.sample(
            self.compiled[key].with_data(**data),
            draws=self.draws,
            tune=self.tune,
            chains=1,
            cores=1,
            seed=seed,
            target_accept=0.99,
            save_warmup=False,
            progress_bar=False,
        )
        self.fits += 1
        self.divergences += int(tree["sample_stats"]["diverging"].sum())
        values = {str(name): one.values[0] for name, one in tree["posterior"].to_dataset().items()}
        sampled = derived(model, values, ["eta"]) | {"level_sd": values["level_sd"]}
        eta, _ = complete(specification, sampled, np.random.default_rng([seed, 1]))
        return xr.DataTree(quantity_draws(specification, eta, 1))


def _shape(specification: Specification) -> tuple[object, ...]:
    """What of a design is in the model but not in its data."""
    observations, targets = specification.observations, specification.observations.targets
    rows = observations.rows[["target", "scatter", "family", "form", "suspect"]]
    nodes = tuple(tuple(specification.layout.keys[node]) for node in specification.informed.nodes)
    return nodes, tuple(targets.constants), tuple(rows.itertuples(index=False, name=None))
