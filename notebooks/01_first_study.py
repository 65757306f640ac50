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
# # A first study
#
# A study is a folder of tables. Only the harvest and a title are needed; here there are also six own samples.
# Few draws keep these notebooks short: use the defaults of `bc.fit` for numbers that you quote.

# %%
# %matplotlib inline
import tempfile
from pathlib import Path

import bayescarbon as bc
from bayescarbon.issuance.creditable import creditable
from bayescarbon.report import figures
from bayescarbon.report.tables import sinks_table

folder = Path(tempfile.mkdtemp())
(folder / "study.toml").write_text('title = "Two leases"\n')
(folder / "harvest.csv").write_text(
    "batch,site,species,harvest_t,cycle_days\n"
    "north-2024,North,Azumapecten farreri,420,540\n"
    "south-2024,South,Magallana gigas,260,400\n"
)
_ = (folder / "evidence.csv").write_text(
    "quantity,unit,value,species,site\n"
    "shell_carbon,%,11.6,Azumapecten farreri,North\n"
    "shell_carbon,%,11.4,Azumapecten farreri,North\n"
    "shell_carbon,%,11.7,Azumapecten farreri,North\n"
    "dry_fracton,g/g,0.61,Azumapecten farreri,North\n"
    "dry_fraction,g/g,64,Azumapecten farreri,North\n"
    "dry_fraction,g/g,0.58,Azumapecten farreri,North\n"
)

# %% [markdown]
# Everything that is wrong is told at once, with the place and what to do, before anything is computed.

# %%
try:
    bc.read_study(folder)
except bc.StudyError as error:
    refused = error
for problem in refused.problems:
    print("-", problem)

# %%
rows = (folder / "evidence.csv").read_text().replace("dry_fracton", "dry_fraction").replace("g/g,64", "%,64")
(folder / "evidence.csv").write_text(rows)
study = bc.read_study(folder)
study.harvest[["batch", "species", "harvest_t", "cycle_days"]]

# %% [markdown]
# One model holds the literature and the farm's own rows. Whether its draws may be used is part of the result.

# %%
fit = bc.fit(study, seed=1, draws=500)
assert fit.diagnostics.passed, fit.diagnostics.reasons
table = fit.quantities.set_index(["quantity", "species"])
table.loc[
    [("shell_carbon", "Azumapecten farreri"), ("shell_carbon", "Magallana gigas")],
    ["unit", "q05", "median", "q95", "n_own", "n_rows"],
]

# %% [markdown]
# Three own samples narrow the scallops' shell carbon. The oysters were not sampled and keep the spread
# between farms.

# %%
width = table["q95"] - table["q05"]
assert width["shell_carbon", "Azumapecten farreri"] < width["shell_carbon", "Magallana gigas"]

north = fit.data["posterior"]["shell_carbon"].isel(stock=0)
figures.quantity(
    fit.data["prior"]["shell_carbon"].isel(stock=0), north, label="shell carbon, North, t C / t shell"
)

# %% [markdown]
# The ledger has one variable per line of the account, in t C, by batch and draw. Pools, sinks and credits are
# read off it; what was used is exactly what was removed, stored and released, on every draw.

# %%
ledger = bc.account(fit)
pools = bc.pools(ledger)
residual = pools["used"] - pools["removed"] - pools["stored"] - pools["released"]
assert abs(residual).max() < 1e-9 * pools["used"].max()

sinks = sinks_table(ledger)
sinks[(sinks["scope"] == "total") & (sinks["framework"] == "improved_stock_change")]

# %%
figures.total_sink(ledger)

# %% [markdown]
# Credits come after the share that the water would have fixed anyway, and after a rule's deduction for
# uncertainty. The 10 % quantile leaves a risk of 10 % that less was removed than credited, whatever the shape
# of the posterior.

# %%
net = creditable(bc.net_sink(ledger, "improved_stock_change"), fit.baseline_share)
credited = bc.issue(net.sum("batch"), rule="posterior_q10")
assert abs(credited.p_overcredit - 0.10) < 0.002
print(f"{credited.issued:.0f} of {credited.mean:.0f} t CO2e, {credited.deduction:.0%} deducted")

# %% [markdown]
# A fit is one file. On the command line the same study is `bayescarbon run FOLDER`, which writes all tables
# and a report.

# %%
fit.save(folder / "posterior.nc")
again = bc.load_fit(folder / "posterior.nc")
assert again.quantities.equals(fit.quantities)
