"""The words of the remarks; `bayescarbon.report.language` says them in either language."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "remark burial": (
        "Burial at {site}: {rows} of oxygen uptake and no sediment core. Oxygen sees a (1 - B), never the buried"
        " fraction B alone, so burial_fraction stays about as uncertain as it was before ({share} % of the width of its"
        " prior, on the logit). What the result says of buried carbon there is mostly prior; three dated cores would"
        " tell more than any number of incubations."
    ),
    "remark burial narrowed": (
        "Burial at {site}: {rows} of oxygen uptake and no sediment core. Oxygen sees a (1 - B), never the buried"
        " fraction B alone. Its interval is {share} % as wide as the prior's, on the logit, and that comes from other"
        " places, from the literature or from what was assumed about a: no core of this site stands behind it."
    ),
    "one row": "{n} row",
    "several rows": "{n} rows",
    "remark predictive": "{quantity}, {stage}: {findings}.",
    "predictive prior": "prior predictive",
    "predictive posterior": "posterior predictive",
    "remark many sources": (
        "{site}: {sources} sources and {tracers}: many mixtures give the same isotopes, and no number of samples tells"
        " them apart. What is shown leans on the even prior."
    ),
    "one tracer": "{n} tracer",
    "several tracers": "{n} tracers",
    "remark no mixture": (
        "{site}: the samples lie {misfit} standard errors off every mixture of these sources: one is missing, or an"
        " end-member does not hold here. The shares cannot be trusted."
    ),
    "remark few draws": (
        "{site}: {ess} effective draws after {proposals} proposals: the quantiles are rough. End-members known this"
        " exactly hardly ever are; check their standard deviations."
    ),
    "remark flux": "{site}: {verdict} {caveat}",
    "remark budget": "Published budget {budget}, held against {species} here: {items}.",
    "budget item": "{item} is {factor} times the posterior median (p {p})",
    # sensitivity
    "sensitivity moved": (
        "The prior on {quantity} moves {outcome} most: per doubling of its weight the median changes by {median}"
        " {unit}, the 90 % interval by {q05} at its lower and {q95} at its upper end."
    ),
    "sensitivity unmoved": (
        "No prior moves {outcome} noticeably; most influential is the prior on {quantity}"
        " (sensitivity {psense}, noticeable from {threshold})."
    ),
    "sensitivity others": " Also moved by the priors on {names}.",
    "sensitivity total": "the total sink",
}

#: What result tables say, which are English in every language; people are shown it in theirs.
PHRASES: tuple[str, ...] = (
    # checks.csv
    "more rows outside their intervals than chance allows",
    "mean of the rows larger than predicted",
    "mean of the rows smaller than predicted",
    "spread of the rows larger than predicted",
    "spread of the rows smaller than predicted",
    "rows are not spread as the other rows predict",
    # columns of one word, of several tables
    "prior",
    "posterior",
    "prior moves it",
    "weights unreliable",
    "core",
    "oxygen",
    "samples",
    "cores",
    "incubations",
    "shells",
    "traps",
    "gears",
    # budgets.csv
    "plausible",
    "strained",
    "implausible",
    "not compared",
    "used",
    "shell",
    "tissue",
    "deposited",
    "deposited_by_stock",
    "released",
    "harvested",
    "ingested",
    "buried",
    "alive",
    "Zhikong scallop, 500 days",
    "Zhikong scallop, Yunxi ranch",
    "Pacific oyster, 360 days",
    "Manila clam, 730 days",
    "Jiaozhou Bay, clams harvested after two years",
    "Jiaozhou Bay, all clams harvested every year",
    # sediment_buried.csv
    "No batch is farmed at this site: its share is shown only.",
    "The burial of all organic carbon was not measured here: the share alone does not test the buried line.",
    "Both together imply the total shown, to be judged against cores.",
    "The ledger buries more than the bed holds of the farm's carbon: the burial fraction is too high here.",
    "The ledger probably buries more than the bed holds of the farm's carbon.",
    "The buried line stays below what the bed holds of the farm's carbon, an upper bound: no contradiction.",
    # air_sea.csv
    "The water takes up CO2 although the farm releases carbon: other uptake outweighs what reaches the air.",
    "Less CO2 leaves the water than the farm releases: other uptake, or a release that is overstated.",
    "More CO2 leaves the water than the farm releases: another source, or a release that is understated.",
    "The flux is what the farm's release alone would give, within the errors; other flows may cancel in it.",
    "No batch is farmed at this site: nothing to compare with.",
    "No row states the area of sea: nothing to compare with.",
    "A measured flux also holds the water's own exchange: this is a check and enters no sink, pool or price.",
)
