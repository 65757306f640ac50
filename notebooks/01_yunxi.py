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
# # One ranch, from tables to distributions
#
# The study `yunxi` is a ranch at Yangma Island with three species. Its published carbon price rests on point values.
# Here the same tables run through the Python interface. Few draws keep this notebook short; use the defaults of
# `bc.fit` for numbers that you quote.

# %%
import matplotlib.pyplot as plt

import bayescarbon as bc
from bayescarbon import resources

study = bc.read_study(resources.root() / "data" / "studies" / "yunxi")
study.harvest[["batch", "species", "harvest_t", "cycle_days"]]

# %% [markdown]
# One model holds the literature and the farm's own rows. Diagnostics are part of the result.

# %%
fit = bc.fit(study, seed=1, draws=500)
print(fit.diagnostics.passed, fit.diagnostics.reasons)
fit.quantities.head(8)

# %% [markdown]
# The ledger has one variable per line of the account, in t C, by batch and draw. A framework is a set of signed
# weights on its lines: all frameworks below use the same draws, so that they differ by what they count, not by chance.

# %%
ledger = bc.account(fit)
totals = {name: bc.net_sink(ledger, framework=name).sum("batch") for name in bc.frameworks()}

fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for height, (_, total) in enumerate(totals.items()):
    q05, median, q95 = (float(total.quantile(p)) for p in (0.05, 0.5, 0.95))
    ax.plot([q05, q95], [height, height], color="C0", linewidth=2)
    ax.plot(median, height, "o", color="C0")
ax.axvline(0, color="grey", linewidth=0.8)
ax.set_yticks(range(len(totals)), list(totals))
ax.set_xlabel("net sink of the study, t CO2e (median, 5 % and 95 % quantiles)")
plt.close(fig)
fig

# %% [markdown]
# The sign of the sink depends on the framework more than on any measurement: that is a decision, not a parameter.
#
# The minimum carbon price per batch, in study currency per t C, with 5 % and 95 % quantiles:

# %%
price = bc.carbon_price(fit, ledger)
price.quantile([0.05, 0.5, 0.95], dim=("chain", "draw")).to_pandas()
