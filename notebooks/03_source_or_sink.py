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
# # Source or sink: eleven frameworks on one farm
#
# Whether farmed shellfish remove CO2 is argued with different ledgers, not only with different numbers. Here
# eleven ways of counting look at the same harvest, on the same draws.

# %%
# %matplotlib inline
import numpy as np

import bayescarbon as bc
from bayescarbon import resources
from bayescarbon.accounting.frameworks import weights
from bayescarbon.report import figures
from bayescarbon.report.tables import sinks_table

study = bc.read_study(resources.root() / "data" / "studies" / "yunxi")
fit = bc.fit(study, seed=1, draws=500)
assert fit.diagnostics.passed, fit.diagnostics.reasons
ledger = bc.account(fit)
table = sinks_table(ledger)
total = table[table["scope"] == "total"].set_index("framework")
assert len(total) == 11
figures.sinks(table)

# %%
for name, framework in bc.frameworks().items():
    print(f"{name:30} P(sink) {total.loc[name, 'p_positive']:.2f}   {framework.argued_by}")

# %% [markdown]
# A framework is a set of signed weights on the lines of one ledger. These two count the same shells:

# %%
for name in ("shell_net_calcification", "air_sea_calcification"):
    print(name, weights(bc.frameworks()[name]))

# %% [markdown]
# ## No measurement settles it
#
# They differ by exactly the shell, whatever psi (the CO2 given off per CaCO3 formed) is, on every draw.
# Measuring psi moves both alike; the difference is a decision about whether carbon that was never in the air
# counts.

# %%
sinks = {name: bc.net_sink(ledger, name).sum("batch") for name in bc.frameworks()}
difference = sinks["shell_net_calcification"] - sinks["air_sea_calcification"]
assert np.allclose(difference, sinks["shell_only"])
psi = fit.data["posterior"]["calcification_ratio"].isel(site=0)
print(f"psi from {float(psi.min()):.2f} to {float(psi.max()):.2f}")

# %% [markdown]
# The spread between frameworks is larger than the uncertainty within any of them: there is nothing to
# average.

# %%
counted = total.drop(index="none")
between = counted["median"].max() - counted["median"].min()
within = (counted["q95"] - counted["q05"]).max()
print(f"medians lie {between:.0f} t CO2e apart; the widest 90 % interval is {within:.0f} t CO2e")
assert between > within
sure_sinks = list(counted.index[counted["p_positive"] > 0.95])
sure_sources = list(counted.index[counted["p_positive"] < 0.05])
print(len(sure_sinks), "are a sink with more than 95 %:", ", ".join(sure_sinks))
print(len(sure_sources), "are a source with more than 95 %:", ", ".join(sure_sources))
assert "stock_change" in sure_sinks and "air_sea_calcification" in sure_sources

# %% [markdown]
# ## Where the sign comes from
#
# The waterfall of two frameworks that disagree. Steps are means, thin bars 5 % to 95 % quantiles.

# %%
figures.waterfall(ledger, "improved_stock_change")

# %%
figures.waterfall(ledger, "integrated_coastal")

# %% [markdown]
# `life_cycle` takes the emissions of running the farm off another framework. Which one is to be said:

# %%
stricter = bc.net_sink(ledger, "life_cycle", base="stock_change").sum("batch")
operations = ledger["operations"].sum("batch") * 44 / 12
assert np.allclose(sinks["stock_change"] - stricter, operations)
print(f"life cycle on stock change: {float(stricter.median()):.1f} t CO2e")

# %% [markdown]
# A published budget in the same terms: Munari et al. 2013 count 136.6 of carbonate formed, 86.8 of CO2 given
# off by calcification and 187.8 by respiration, mol per m2 and year. By their own framework the mussels are a
# source.

# %%
formed, calcification, respiration = 136.6, 86.8, 187.8
assert np.isclose(formed - calcification - respiration, -138.0)
assert round(calcification / formed, 3) == 0.635  # their psi
