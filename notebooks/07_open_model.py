# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The model, opened
#
# `bc.build_model` returns a plain PyMC model. You can look at it, plot its posterior with ArviZ, and put a
# likelihood of your own on top, for a measurement that has no table here.

# %%
import tempfile
from pathlib import Path

import arviz_plots
import arviz_stats
import numpy as np
import nutpie
import pandas as pd
import pymc as pm
import xarray as xr
from scipy.special import expit
from scipy.stats import norm

import bayescarbon as bc

folder = Path(tempfile.mkdtemp())
(folder / "study.toml").write_text('title = "One bay, one core"\n')
(folder / "harvest.csv").write_text(
    "batch,site,species,harvest_t,cycle_days\nnorth,North,Azumapecten farreri,420,540\n"
)
(folder / "evidence.csv").write_text(
    "quantity,unit,value,site,method\nburial_fraction,fraction,0.06,North,core\n"
)
study = bc.read_study(folder)
model = bc.build_model(study)
pd.DataFrame(
    [(v.name, ", ".join(model.named_vars_to_dims.get(v.name) or ())) for v in model.unobserved_RVs],
    columns=["variable", "dims"],
)

# %% [markdown]
# All quantities share one vectorised hierarchy on the link scale: `mu` is the overall mean of each, `eta` the
# value at every node that some row informs. A literature study at a place is a site; so is the farm.

# %%
nodes = list(model.coords["node"])
[node for node in nodes if node.startswith("burial_fraction")]

# %% [markdown]
# ## The posterior in ArviZ
#
# A fit is a DataTree. Name the kind and level of an interval each time: ArviZ has defaults of its own.

# %%
fit = bc.fit(study, seed=1, draws=500)
assert fit.diagnostics.passed, fit.diagnostics.reasons
posterior = fit.data["posterior"].to_dataset().reset_coords(drop=True)
arviz_stats.summary(
    posterior,
    var_names=["shell_carbon", "burial_fraction", "calcification_ratio"],
    ci_kind="eti",
    ci_prob=0.9,
    round_to=3,
)

# %%
_ = arviz_plots.plot_forest(
    xr.DataTree.from_dict({"posterior": posterior}),
    var_names=["dry_fraction", "shell_share", "burial_fraction", "respired_shell_fraction"],
    combined=True,
    ci_kind="eti",
    ci_probs=(0.5, 0.9),
    backend="matplotlib",
)

# %% [markdown]
# ## A likelihood of your own
#
# Say a radiotracer budget found burial at this site to be 0.05 with a standard error of 0.01. That is no
# sample among others: its error is known and not the scatter of cores. So it gets its own term, about the
# burial at the node of this site.

# %%
site = nodes.index("burial_fraction | farm:North")
with model:
    burial = pm.math.sigmoid(model["eta"][site])
    pm.Normal("tracer", mu=burial, sigma=0.01, observed=0.05)

compiled = nutpie.compile_pymc_model(model)
trace = nutpie.sample(
    compiled, draws=500, tune=1000, chains=4, seed=1, target_accept=0.99, progress_bar=False
)
divergent = int(trace["sample_stats"]["diverging"].sum())
assert divergent <= 10, divergent
with_tracer = expit(trace["posterior"]["eta"].isel(node=site))

# %% [markdown]
# Is it right? The posterior without the tracer, weighted by the density of what the tracer found, must give
# the same.

# %%
before = fit.data["posterior"]["burial_fraction"].sel(site="North").values.ravel()
weight = norm.pdf(0.05, before, 0.01)
weight /= weight.sum()
expected = weight @ before
spread = np.sqrt(weight @ (before - expected) ** 2)
print(f"without: {before.mean():.3f} ± {before.std():.3f}")
print(f"with:    {float(with_tracer.mean()):.4f} ± {float(with_tracer.std()):.4f}")
print(f"checked: {expected:.4f} ± {spread:.4f}, worth {1 / (weight**2).sum():.0f} draws")
assert abs(float(with_tracer.mean()) - expected) < 0.15 * spread
assert abs(float(with_tracer.std()) / spread - 1) < 0.15

# %% [markdown]
# To account with it, weight the ledger's draws in the same way; or state what you learnt as
# `[priors.burial_fraction]` with its reason, which then stands in the manifest and in the audit trail of the
# run. A term that others would use as well belongs in `bayescarbon/model/measurements`.

# %%
ledger = bc.account(fit)
buried = ledger["buried"].sum("batch").values.ravel()
print(f"buried: {buried.mean():.1f} t C without the tracer, {weight @ buried:.1f} with it")
