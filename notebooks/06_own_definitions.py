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
# # Your own quantity, framework or rule
#
# Definitions are data: a prior, a framework or a rule is one table in a TOML file. This notebook brings one
# of each, on one study, and refits nothing twice.

# %%
import tempfile
import tomllib
from pathlib import Path

import numpy as np

import bayescarbon as bc
from bayescarbon.accounting.frameworks import Framework
from bayescarbon.evidence.quantities import inverse_link, parse_quantity
from bayescarbon.issuance.creditable import creditable
from bayescarbon.model.priors import LEVEL_LOG_SD, link_prior
from bayescarbon.study.rules import Rule

# %% [markdown]
# ## A prior, a species and a rule in the study
#
# `study.toml` may replace the prior of any quantity, with a reason; add a species; and state a deduction
# rule.

# %%
folder = Path(tempfile.mkdtemp())
(folder / "study.toml").write_text("""
title = "A bay with its own knowledge"
headline_rule = "our_rule"
rules = ["our_rule", "posterior_q10"]

[priors.fouling_ratio]
q05 = 0.02
q50 = 0.06
q95 = 0.17
reason = "nets are cleaned twice a year; invented for this notebook"

[taxa."Equichlamys bifrons"]
group = "scallop"
mineral = "calcite"

[own_rules.our_rule]
family = "quantile"
thresholds = { level = 0.2 }
source = "invented for this notebook"
""")
(folder / "harvest.csv").write_text(
    "batch,site,species,harvest_t,cycle_days\nqueen scallop,Bay,Equichlamys bifrons,100,400\n"
)
study = bc.read_study(folder)
fit = bc.fit(study, draws=500)
assert fit.diagnostics.passed, fit.diagnostics.reasons
ledger = bc.account(fit)

fouling = fit.quantities.set_index("quantity").loc["fouling_ratio"]
print(f"fouling: {fouling['median']:.3f} ({fouling['q05']:.3f} to {fouling['q95']:.3f})")

# %% [markdown]
# No row of the library observes it and none of the farm's, so the posterior is what was stated. With rows it
# would be the prior that they are weighed against.

# %%
assert fouling["n_rows"] == 0
assert np.allclose([fouling["q05"], fouling["q95"]], [0.02, 0.17], rtol=0.12)

# %% [markdown]
# The rule can be used at once, from the study or written here:

# %%
net = creditable(bc.net_sink(ledger, "improved_stock_change"), fit.baseline_share).sum("batch")
credited = bc.issue(net, rule=study.own_rules["our_rule"])
same = bc.issue(net, rule=Rule("same", "quantile", {"level": 0.2}))
assert credited.issued == same.issued
assert abs(credited.p_overcredit - 0.2) < 0.002
print(f"{credited.issued:.1f} of {credited.mean:.1f} t CO2e")

# %% [markdown]
# ## A framework
#
# Signed weights on the lines of the ledger; a line that does not exist is refused. This one counts what is
# buried, less the CO2 of calcification, and nothing that is landed.

# %%
in_the_bed = Framework(
    "in_the_bed", plus=("buried",), minus=("calcification_co2",), title="What stays in the bed"
)
sink = bc.net_sink(ledger, in_the_bed).sum("batch")
by_hand = (ledger["buried"] - ledger["calcification_co2"]).sum("batch") * 44 / 12
assert np.allclose(sink, by_hand)
print(f"P(sink) = {float((sink > 0).mean()):.2f}")

try:
    Framework("misspelt", plus=("buried_carbon",), minus=())
except ValueError as error:
    print(error)

# %% [markdown]
# To have it in every table and report, put the same as a table into `data/frameworks.toml`.
#
# ## A quantity
#
# Suppose part of the shells is burnt to lime within a few years, and you want the sink without it. The share
# is a new uncertain number. Its table states three quantiles at a new farm, how the variance is shared out
# over the levels, and why:

# %%
lime = parse_quantity(
    "lime_share",
    tomllib.loads("""
symbol = "l"
unit = "t C / t C"
support = "fraction"
definition = "Share of landed shell carbonate that is calcined to lime within ten years."
levels = ["site"]
prior = { q05 = 0.02, q50 = 0.10, q95 = 0.38 }
shares = { mu = 0.5, site = 0.5 }
scatter = { q05 = 0.1, q50 = 0.3, q95 = 0.9 }
season_swing = { q05 = 1.1, q50 = 1.3, q95 = 2.2 }
reason = "Invented for this notebook; ask the processors of your bay."
elicited = true
"""),
    "own",
)

# %% [markdown]
# Put into a file in `priors/`, it joins the hierarchy of every fit, and rows of `evidence` can inform it.
# Without rows it is a draw from its prior, which takes four lines here: an overall mean and an effect of the
# site, on the logit.

# %%
prior = link_prior(lime, lime.prior)
rng = np.random.default_rng(1)
z = rng.standard_normal((3, *net.shape))
site_sd = prior.level_sd[0] * np.exp(LEVEL_LOG_SD * z[0])
share = inverse_link(lime.support, prior.location + prior.sd_mu * z[1] + site_sd * z[2])
assert np.allclose(np.quantile(share, [0.05, 0.95]), [0.02, 0.38], rtol=0.25)

# %%
burnt = share * (ledger["shell_dic"] + ledger["shell_respired"]).sum("batch") * 44 / 12
kept = bc.net_sink(ledger, "shell_only").sum("batch") - burnt
for name, draws in (
    ("shell only", bc.net_sink(ledger, "shell_only").sum("batch")),
    ("less what is burnt", kept),
):
    low, middle, high = (float(q) for q in draws.quantile([0.05, 0.5, 0.95]))
    print(f"{name:19} {middle:5.1f} t CO2e ({low:.1f} to {high:.1f})")
assert (kept <= bc.net_sink(ledger, "shell_only").sum("batch")).all()

# %% [markdown]
# A new line of the ledger (burnt shell for every framework, say) is new mathematics: it needs an equation in
# `bayescarbon/accounting`, its inputs in the ledger, and tests.
