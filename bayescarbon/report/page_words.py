"""The words of the report page and of the audit trail; `report.language` says them in either language."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # the page
    "page title": "Carbon report: {title}",
    "page contents": "Contents",
    "page skip": "Skip to the headline",
    "page made": (
        "Made by bayescarbon {version}. Point at a number, or focus it, to see the file, row and column it"
        " stands in."
    ),
    "page unconverged": "NOT CONVERGED: the numbers on this page must not be used. {reasons}",
    "page more": "{n} more rows in {table}.csv",
    "page caption": "{caption}, in {unit}",
    # sections
    "section headline": "Headline",
    "section sinks": "Sinks by way of counting",
    "section ledger": "Carbon ledger",
    "section price": "Carbon price",
    "section credits": "Credits and their risk",
    "section measure": "What to measure next",
    "section evidence": "Evidence used",
    "section diagnostics": "Diagnostics",
    "section sensitivity": "How much the priors decide",
    "section checks": "Other checks",
    "section trail": "Audit trail",
    "section run": "How it was made",
    # what is missing
    "missing price": "No carbon price: the study has no table of economics.",
    "missing credits": "No credits: the sampler's diagnostics failed, or the run did not compute them.",
    "missing measure": "Not computed in this run: there is no measure.csv.",
    "missing evidence": "The run kept no table of the rows behind the quantities (evidence.csv).",
    "missing sensitivity": "Not computed: the fit kept no weights of its priors.",
    "missing checks": "No further check had anything to compare.",
    # sinks and ledger
    "sinks about": (
        "A way of counting is a choice, not an uncertainty: all stand side by side, none are averaged. Net sink of the"
        " whole study."
    ),
    "sinks caption": "Net sink of the whole study by framework",
    "batches caption": "Net sink by batch, {framework}",
    "sinks alt": (
        "Dots and intervals: net sink by {n} frameworks, from {low} to {high} t CO2e at the median. The table below has"
        " the numbers."
    ),
    "ledger about": (
        "What adds up to the net sink by {framework}. Steps are posterior means, which add up; thin lines are 90 %"
        " intervals. Lines of the ledger are carbon masses without a sign; the framework gives the sign."
    ),
    "waterfall alt": (
        "Waterfall of the lines that {framework} counts; together they make a mean net sink of {mean} t CO2e."
        " The tables below have the lines of each batch."
    ),
    "ledger caption": "Ledger of {batch}",
    "pools caption": "Carbon used = removed + stored + released",
    "ledger hidden": "The ledgers of {n} more batches stand in ledger.csv.",
    # price
    "price about": (
        "The carbon price at which the farm pays as well as the other use of the same water."
        " A price is a ratio without a mean, so none is given."
    ),
    "price sentence": "Minimum carbon price of {batch}: {median} {unit}, 90 % interval {q05} to {q95}.",
    "price caption": "Minimum carbon price by batch",
    "price alt": "Dots and intervals: minimum carbon price of {n} batches. The table below has the numbers.",
    # headline
    "headline alt": (
        "Histogram of the posterior net sink of the whole study: median {median}, 90 % interval {q05} to"
        " {q95} t CO2e."
    ),
    "headline credits": "{credits} t CO2e in whole tonnes",
    "headline credits detail": "{issued} before rounding down; Monte Carlo standard error {error}.",
    "headline trail": "Where these numbers come from",
    "axis total": "net sink of the whole study, t CO2e (dot: median; bar: 5 % to 95 %)",
    "axis farm": "farm ({n})",
    "axis literature": "literature ({n})",
    # credits
    "credits about": (
        "Credits are computed after the baseline share is taken off, by the framework {framework}. A deduction is the"
        " price of uncertainty: what would make it smaller is measuring."
    ),
    "slider label": "Risk of over-crediting that is accepted",
    "slider sentence": (
        "At a risk of {risk}, {issued} t CO2e are issued; credited too much on average: {excess} t CO2e."
    ),
    "curve caption": "What any accepted risk would issue",
    "curve alt": (
        "Curve: credits issued against the risk of over-crediting, with the rules of the study marked on it."
    ),
    "rules caption": "Every rule of the study on the same sink, with the risk that it really takes",
    "allocation caption": "What each batch adds to the credits of all, and what it would get by itself",
    "vintages caption": "Year by year, rule {rule}",
    "revenue caption": "At the stated market price, rule {rule}",
    # measure
    "measure about": (
        "Ranked by what knowing it would be worth to the decision how many credits to issue."
        " Which framework applies is a choice that no data change."
    ),
    "measure caption": "What to measure next",
    # evidence
    "evidence about": (
        "{own} of {n} quantities at their places have rows of the farm's own; the others rest on the literature and on"
        " stated priors. A quantity without own rows is as wide as farms differ."
    ),
    "evidence alt": (
        "For each of {names}: the posterior at the farm's places as dots and intervals, above the rows of evidence,"
        " those of the farm as diamonds and those of the literature as circles. The tables have the numbers."
    ),
    "evidence figure": (
        "Dots and bars: the posterior, median and 90 % interval. Diamonds: rows of the farm; circles: rows of the"
        " literature; lines: ranges; triangles: bounds. Each row is listed, with its source, in the audit trail."
    ),
    "evidence caption": (
        "Quantities: posterior, and rows behind it (own: at this place; all: farm and literature, anywhere)"
    ),
    # diagnostics
    "status pass": "PASS",
    "status review": "REVIEW",
    "status fail": "FAIL",
    "card divergences": "Divergent transitions",
    "card divergences why": "none allowed",
    "card rhat": "Largest R-hat",
    "card rhat why": "at most {bound}: the chains agree",
    "card ess_bulk": "Effective draws, bulk",
    "card ess_tail": "Effective draws, tails",
    "card ess why": "at least {bound}",
    "card bfmi": "Energy (E-BFMI)",
    "card bfmi why": "above {bound}",
    "card refitted": "Sampled again, more carefully",
    "card refitted why": "the first attempt failed",
    "card refitted fine": "not needed",
    "card yes": "yes",
    "card no": "no",
    "card predictive": "Quantities whose rows look unlike their predictions",
    "card predictive why": "see Other checks",
    "card outliers": "Values set aside as outliers",
    "card outliers why": "listed in manifest.json",
    "card warnings": "Warnings about the input",
    "card warnings why": "listed under How it was made",
    "card priors": "Priors that move the headline",
    "card priors why": "sensitivity {threshold} or more",
    "card own": "Quantities with rows of the farm's own",
    "card own why": "of {n} that enter at its sites",
    # sensitivity
    "sensitivity caption": "Which prior moves {outcome}; changes are per doubling of the prior's weight",
    # trail
    "trail about": (
        "Every headline number, step by step: number, framework or rule, lines of the ledger, quantities, rows of"
        " evidence, sources and files. Each step links to those it rests on. On a terminal: `bayescarbon trace`."
    ),
    "trail number": "Headline numbers",
    "trail framework": "Frameworks",
    "trail rule": "Deduction rules",
    "trail line": "Lines of the ledger",
    "trail quantity": "Quantities",
    "trail evidence": "Rows of evidence",
    "trail source": "Sources",
    "trail input": "Files of the study",
    "equation sink": (
        "44/12 x (lines counted as removal - lines counted as release), summed over the batches draw by draw"
    ),
    "equation credits": "the rule, applied to the draws of (1 - k) x net sink",
    "equation price": (
        "[Lf - Ls + (Cs - Cf) (1 + r)^(T/12)] / [(1 - k) omega]; omega: net sink by improved_stock_change, t"
        " C"
    ),
    "equation price gap": "margin_gap / [(1 - k) omega], where the study states margin_gap",
    "trail rests": "Rests on",
    "trail symbols": "Symbols",
    "trail formula": "Formula",
    "trail thresholds": "Numbers",
    "trail document": "Document",
    "trail confidence": "Read",
    "trail argued": "Argued by",
    "trail definition": "Definition",
    "trail harvest": "Columns of harvest",
    "trail prior": "Prior: median (5 % ... 95 %)",
    "trail own prior": "Prior stated by the study",
    "trail reason": "Reason",
    "trail note": "Note",
    "trail unknown": "There is nothing called {name!r} in these results.",
    "trail list": "What can be traced (`bayescarbon trace RESULTS NAME`):",
    # run
    "run caption": "Input files",
    "run settings": "Settings",
    "run versions": "Versions",
    "run warnings": "Warnings about the input",
    "run file": "file",
    "run command": "Command",
    "run seed": "Seed",
    "run sampler": "Sampler",
    "run framework": "Headline framework",
    "run rule": "Headline rule",
    # tables
    "measure": "What to measure next, by what it is worth to the decision how many credits to issue",
    "evidence": "Every row that the posterior was conditioned on, in the unit of its quantity",
    # headings of columns
    "head scope": "scope",
    "head batch": "batch",
    "head framework": "framework",
    "head rule": "rule",
    "head line": "line",
    "head pool": "pool",
    "head quantity": "quantity",
    "head species": "species",
    "head site": "site",
    "head season": "season",
    "head unit": "unit",
    "head mean": "mean",
    "head sd": "sd",
    "head n": "n",
    "head low": "low",
    "head high": "high",
    "head value": "value",
    "head n_own": "own rows",
    "head n_rows": "all rows",
    "head method": "method",
    "head source": "source",
    "head id": "row",
    "head note": "note",
    "head psense": "sensitivity",
    "head median_change": "median by",
    "head q05_change": "5 % by",
    "head q95_change": "95 % by",
    "head year": "year",
    "head share": "share",
    "head p_break_even": "P(pays)",
    "head rank": "rank",
    "head variance_share": "variance",
    "head evppi_credits": "credits if known",
    "head evppi_value": "value if known",
    "head best_n": "best n",
    "head evsi_value": "value of n",
    "head cost": "cost",
    "head net_benefit": "net benefit",
    "head stage": "stage",
    "head outside_90": "outside 90 %",
    "head p_mean": "P(mean)",
    "head p_sd": "P(spread)",
    "head n_loo": "left out",
    "head n_unreliable": "unreliable",
    "head loo_p": "p",
    "head loo_p_holm": "p, adjusted",
    "head budget": "published budget",
    "head days": "days",
    "head compared_with": "compared with",
    "head n_sites": "sites",
    "head item": "part",
    "head published_low": "published, from",
    "head published_high": "to",
    "head factor": "published / median",
    "head p_two_sided": "p, two-sided",
    "head verdict": "verdict",
    "head farm_share_median": "farm's share",
    "head farm_share_q05": "share, 5 %",
    "head farm_share_q95": "share, 95 %",
    "head buried_median": "buried",
    "head buried_q05": "buried, 5 %",
    "head buried_q95": "buried, 95 %",
    "head implied_total_median": "total implied",
    "head implied_total_q05": "total, 5 %",
    "head implied_total_q95": "total, 95 %",
    "head measured_total": "total measured",
    "head p_exceeds": "P(exceeds)",
    "head seasons": "seasons",
    "head measured": "measured",
    "head measured_q05": "measured, 5 %",
    "head measured_q95": "measured, 95 %",
    "head predicted_median": "predicted",
    "head predicted_q05": "predicted, 5 %",
    "head predicted_q95": "predicted, 95 %",
    "head p_below": "P(below)",
}

#: A column that means something of its own in one table stands as `table.column`.
COLUMNS: dict[str, str] = {
    "id": "name of the row: of the literature its id in data/literature, of the farm its table and row",
    "origin": "farm or literature",
    "bears_on": "quantities that the row tells of, separated by |",
    "season": "season; empty if none was stated",
    "kind": "sample, summary (mean of n), range, below, above; table: all rows of a table of the study",
    "value": "as reported, converted to the unit",
    "n": "samples behind the value, or rows of the table",
    "low": "lower end of a range, or lower bound",
    "high": "upper end of a range, or upper bound",
    "evidence.sd": "standard deviation of the samples, as reported",
    "evidence.method": "core or oxygen, for burial; empty otherwise",
    "evidence.source": "key in data/references.bib, or what the study names",
    "evidence.note": "what the library remarks on the row",
    "evidence.unit": "unit of value, sd, low and high",
}
