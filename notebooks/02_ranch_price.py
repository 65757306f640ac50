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
# # From 185 CNY per tonne to a distribution
#
# Wen et al. 2022 price the carbon of a scallop and oyster ranch off Yangma Island: at least 185 CNY per t C
# for the Zhikong scallop. The price is a small margin over a sink, and the sink rests on one burial fraction.
# This notebook does their arithmetic, changes the one number, and then lets all of them be as uncertain as
# the evidence leaves them. What is published, derived and assumed stands in the README of the study `yunxi`.

# %%
# %matplotlib inline
import numpy as np
from scipy.stats import spearmanr

import bayescarbon as bc
from bayescarbon import resources
from bayescarbon.report import figures
from bayescarbon.report.tables import prices_table

# %% [markdown]
# ## The published arithmetic, per scallop

# %%
total, fouling_share, buried_share = 3.83, 0.15, 0.91  # g C; of own carbon; of own carbon
own = total / (1 + fouling_share + buried_share)
fouling, buried = fouling_share * own, buried_share * own
deposited = 3.985  # g C over 500 days, Tang et al. 2013
print(
    f"own {own:.2f} g, fouling {fouling:.2f} g, buried {buried:.2f} g: {buried / deposited:.0%} of the deposits"
)
assert np.isclose(own + fouling + buried, total)
assert round(buried / deposited, 2) == 0.42

# %% [markdown]
# 42 % is about the May value of the source that they cite; its August value is 3 %, and cores on the same
# coast keep 5.0 to 7.2 %. The margin that the price stands for stays what it is, so the price moves against
# the sink.

# %%
margin = 185 * (1 - 0.05) * total  # CNY per million scallops, with 5 % of the sink there anyway


def price(burial):
    """Return CNY per t C at a burial fraction, everything else as published."""
    return margin / ((1 - 0.05) * (own + fouling + burial * deposited))


for burial in (buried / deposited, 0.072, 0.05):
    print(f"burial {burial:.1%}: {price(burial):.0f} CNY per t C")
assert np.isclose(price(buried / deposited), 185)
assert 290 < price(0.072) < price(0.05) < 304

# %% [markdown]
# One choice of season moves the price by 60 %.
#
# ## All numbers uncertain at once
#
# Nothing that the paper measured is entered as evidence; the fit sees the literature library and the margins.

# %%
study = bc.read_study(resources.root() / "data" / "studies" / "yunxi")
fit = bc.fit(study, seed=1, draws=500)
assert fit.diagnostics.passed, fit.diagnostics.reasons
ledger = bc.account(fit)
posterior = bc.carbon_price(fit, ledger)  # CNY per t C
table = prices_table(posterior, "CNY")
table[table["unit"] == "CNY/t C"]

# %%
figures.prices(table, unit="t C")

# %% [markdown]
# The price is a ratio, and a ratio with mass near zero below the line has no mean: read quantiles. On every
# draw it is the margin over the sink after the baseline share, the same equation as above.

# %%
economics = fit.economics()
fixed = bc.net_sink(ledger, "improved_stock_change") * 12 / 44  # t C
again = economics["margin_gap"] / ((1 - economics["baseline_share"]) * fixed)
assert np.allclose(again.transpose(*posterior.dims), posterior)

zhikong = posterior.sel(batch="zhikong scallop")
low, middle, high = (float(q) for q in zhikong.quantile([0.05, 0.5, 0.95]))
print(f"Zhikong scallop: {middle:.0f} CNY per t C, 90 % interval {low:.0f} to {high:.0f}; published 185")
assert low > 185  # the published price lies below the whole interval
assert 1.5 < middle / 185 < 2.1

# %% [markdown]
# ## What makes it wide
#
# At the evidence's burial of about 8 %, burial is no longer what matters most to this sink: what the animals
# hold themselves is. The squared rank correlation of each part with the sink says so roughly.

# %%
parts = ("shell_dic", "shell_respired", "shell_organic", "tissue")
sink = fixed.sel(batch="zhikong scallop")
lines = {
    "own carbon": sum(ledger[part] for part in parts),
    "fouling": sum(ledger[f"fouling_{part}"] for part in parts),
    "burial": ledger["buried"],
}
assert np.allclose(sum(lines.values()), fixed)  # nothing was stocked
for name, line in lines.items():
    one = line.sel(batch="zhikong scallop")
    share = spearmanr(one.values.ravel(), sink.values.ravel()).statistic ** 2
    low, middle, high = (float(q) for q in one.quantile([0.05, 0.5, 0.95]))
    print(f"{name:11} {middle:5.2f} g C ({low:.2f} to {high:.2f}), squared rank correlation {share:.2f}")

# %% [markdown]
# What this is not: a new price for this ranch. The margin of 0.0007 CNY per scallop is the difference of two
# large incomes and is taken as stated; no table of matched incomes survived to say how uncertain it is.
