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
# # Planning a season's sampling
#
# Samples cost money and free credits: a narrower posterior is deducted less. What is worth measuring depends
# on the sink, the rule, the price of a credit and the cost of a sample, so it is computed and not looked up.
# All costs here are invented.

# %%
# %matplotlib inline
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import bayescarbon as bc
from bayescarbon.evidence.quantities import Quantiles
from bayescarbon.study.settings import CreditPrice

folder = Path(tempfile.mkdtemp())
(folder / "study.toml").write_text("""
title = "A large lease"
headline_framework = "improved_stock_change"
headline_rule = "posterior_q10"

[currency]
code = "CNY"
year = 2024

[credit_price]
q05 = 30.0
q50 = 60.0
q95 = 110.0
unit = "CNY / t CO2e"
""")
(folder / "harvest.csv").write_text(
    "batch,site,species,harvest_t,cycle_days\nscallops,North,Azumapecten farreri,4200,540\n"
)
_ = (folder / "sampling.csv").write_text(
    "quantity,cost_per_sample,fixed_cost,max_samples\n"
    "dry_fraction,40,500,60\n"
    "shell_carbon,120,500,60\n"
    "fouling_ratio,300,1500,30\n"
    "biodeposition_rate,2500,6000,12\n"
    "burial_fraction,1500,8000,12\n"
)
study = bc.read_study(folder)
fit = bc.fit(study, seed=1, draws=500)
assert fit.diagnostics.passed, fit.diagnostics.reasons
ledger = bc.account(fit)

# %% [markdown]
# ## What knowing would be worth
#
# `variance_share` is the part of the sink's variance that a quantity brings (shares add to one).
# `evppi_credits` is the value of knowing it exactly, per cycle, in credits. The two need not agree in their
# order: a rule looks at the lower end. A measurement here serves three cycles.

# %%
ranking = bc.rank_measurements(fit, ledger, cycles=3, most_draws=2000)
shown = [
    "quantity",
    "species",
    "variance_share",
    "evppi_credits",
    "best_n",
    "evsi_value",
    "cost",
    "net_benefit",
]
ranking[shown].head(8).round(2)

# %%
assert abs(ranking["variance_share"].sum() - 1) < 1e-6
assert (ranking["evppi_credits"].diff().dropna() <= 0).all()
assert (
    ranking["evsi_value"].dropna() <= ranking.loc[ranking["evsi_value"].notna(), "evppi_value"] * 1.05
).all()

# %% [markdown]
# ## A plan under a budget
#
# Surveys tell partly the same, so values do not add up; the plan values each beside those already chosen.

# %%
plan = bc.plan_measurements(fit, ledger, budget=20_000, cycles=3, most_draws=2000)
for item in plan.items:
    print(f"{item.survey.name}: {item.n} samples, {item.cost:,.0f} CNY, adds {item.added_value:,.0f} CNY")
print(f"together {plan.cost:,.0f} CNY for {plan.value:,.0f} CNY, net {plan.net:,.0f}")
assert 0 < plan.cost <= plan.budget
assert plan.net > 0

# %% [markdown]
# Each purchase on the way, smaller budgets first. What is not bought would cost more than it brings, however large
# the budget.

# %%
costs, values = [0.0, *(step.cost for step in plan.steps)], [0.0, *(step.value for step in plan.steps)]
fig, ax = plt.subplots(figsize=(6.4, 3), layout="constrained")
ax.plot(costs, values, "o-")
ax.plot([0, max(values)], [0, max(values)], color="grey", linewidth=0.8)  # value = cost
ax.set_xlabel("spent, CNY")
ax.set_ylabel("value over three cycles, CNY")
assert costs == sorted(costs) and len(costs) > 1

# %% [markdown]
# ## What changes the plan
#
# A credit must be worth something to somebody: at a tenth of the price, fixed costs are not earned back as
# easily.

# %%
tenth = CreditPrice(Quantiles(3.0, 6.0, 11.0), "CNY / t CO2e")
poor = bc.plan_measurements(fit, ledger, budget=20_000, cycles=3, price=tenth, most_draws=2000)
print(f"{len(poor.items)} surveys for {poor.cost:,.0f} CNY, net {poor.net:,.0f}")
assert poor.net < plan.net / 5

# %% [markdown]
# Which framework counts has no value of information: it is chosen, and no data change it. And values of
# information are expectations: what a survey will really free lies in a wide interval, and may be less than
# nothing where it shows that too much was credited.

# %%
for item in plan.items:
    freed = item.freed
    print(
        f"{item.survey.quantity}: {freed.expected:.0f} t CO2e per cycle, {freed.q05:.0f} to {freed.q95:.0f}"
    )
    assert freed.q05 < freed.expected < freed.q95

# %% [markdown]
# On the command line: `bayescarbon plan STUDY --budget 20000 --cycles 3`. With few draws, as here, surveys of
# nearly equal worth may change places.
