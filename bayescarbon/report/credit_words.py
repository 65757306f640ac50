"""The words about credits; `bayescarbon.report.language` says them in either language."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "credits": "Credits for all batches together by {framework}, rule {rule}:",
    "others_credited": "The same farm, counted in every way, and its credits by the rule {rule} (t CO2e):",
    "head credits": "credits",
    "credits_issued": "{credits} t CO2e in whole tonnes (Monte Carlo standard error {error})",
    "credits_issued_few": (
        "{credits} t CO2e in whole tonnes ({issued} before rounding down; Monte Carlo standard error {error})"
    ),
    "credits_deducted": (
        "Of the mean net sink of {gross} t CO2e, {net} are left after the share that the water would have fixed anyway;"
        " the rule deducts {deduction} of that for uncertainty."
    ),
    "credits_risk": (
        "Probability that less was removed than is credited: {p}; credited too much on average: {excess} t"
        " CO2e."
    ),
    "credits_none": "No credits: {reason}.",
    "credits_unconverged": (
        "No credits: the sampler's diagnostics failed (--allow-unconverged computes them all the same)."
    ),
    "credits_older": "No credits: these results were made before credits were computed; run the study again.",
    "reason negative": "by this way of counting the farm does not remove CO2 (mean {mean} t CO2e)",
    "reason uncertain": "the sink is too uncertain for this rule, which leaves nothing of it",
    "credits_rules": (
        "The same sink under every rule of the study (t CO2e; `bayescarbon rules NAME` explains a rule):"
    ),
    "head issued": "issued",
    "head deduction": "deducted",
    "head p_overcredit": "P(too much)",
    "head level": "P meant",
    "head expected_overcredit": "excess",
    "credits_columns": (
        "P(too much): probability that less was removed than is issued; P meant: what the rule aims at, - if it names"
        " none; excess: issued too much, on average."
    ),
    "credits_skewed": (
        "At a larger risk than they mean, as they take the posterior for another shape than it has: {names}."
    ),
    "credits_released": (
        "No credits where the farm, so counted, does not remove CO2 (mean after the baseline share, t CO2e):"
        " {names}."
    ),
    "credits_uncertain": "No credits where the sink, so counted, is too uncertain for the rule {rule}: {names}.",
    "credits_batches": "What each batch adds to the credits of all, and what it would get by itself (t CO2e):",
    "head allocated": "adds",
    "head alone": "by itself",
    "credits_more": "... and {n} more batches in allocation.csv",
    "credits_pooling": "Credited together the batches get {together} t CO2e, one by one {alone}.",
    "credits_common": (
        "{share} of the uncertainty (variance) is common to them; more batches of the same kind do not"
        " average it out."
    ),
    "credits_years": (
        "Year by year, rule {rule}: what is new each year, so that all years together are never over-issued"
        " (t CO2e):"
    ),
    "head issued_cumulative": "so far",
    "head deficit": "deficit",
    "credits_undated": "No credits year by year, as harvest gives no year for {names}.",
    "credits_revenue": (
        "At the stated market price {issued} t CO2e earn {mean} {unit} on average, 90 % interval {q05} to"
        " {q95}."
    ),
    "credits_break_even": "Probability that the market pays a batch's minimum carbon price: {list}.",
    # tables
    "issuance": "What every rule issues, after the baseline share, and the risk that it is too much",
    "issuance_risk": (
        "More about the same rows: gross mean, whole credits, Monte Carlo error, nominal level, buffer,"
        " deficit"
    ),
    "allocation": "The credits of all, headline framework and rule, given to the batches by what each adds",
    "risk_curve": "What any quantile would issue to all batches together, and what it risks; headline framework",
    "vintages": "Credits year by year, headline framework",
    "revenue": "What the credits of the headline framework earn at the stated market price",
}

#: A column that means something of its own in one table stands as `table.column`.
COLUMNS: dict[str, str] = {
    "rule": "deduction rule (`bayescarbon rules NAME` explains it)",
    "issuance.mean": "mean net sink after the baseline share",
    "issued": "what the rule issues, before rounding; 0 or more",
    "deduction": "1 - issued / mean; empty where the mean is not above 0",
    "p_overcredit": "probability that less was removed than is issued",
    "expected_overcredit": "issued beyond the true removal, on average",
    "eligible": "whether anything is issued",
    "issuance.note": "why nothing is issued, or what to be careful of; empty if there is nothing to say (in English)",
    "gross_mean": "mean net sink before the baseline share",
    "credits": "issued, rounded down to whole tonnes",
    "issued_mcse": "Monte Carlo standard error of issued, from the finite number of draws",
    "level": "probability of over-crediting that the rule means; empty if it names none",
    "risk_curve.level": "level of the quantile that is issued",
    "same_level_quantile": (
        "posterior quantile at that level; without one, at the level the figure would have in a normal"
        " distribution"
    ),
    "buffer": "deducted but held, to be released later",
    "deficit": "loss enlarged by its uncertainty, where a rule charges a negative sink; else 0",
    "effective_draws": "independent draws that would fix what the rule reads as well",
    "alone": "what the rule would issue to the batch by itself",
    "allocated": "its part of the credits of all; the parts add up",
    "allocated_mcse": "Monte Carlo standard error of that part",
    "share": "that part as a share of the credits of all",
    "method": "ratchet (new each year), buffer (held and released), end_of_period (recomputed at the end)",
    "year": "year of harvest",
    "cumulative_mean": "mean net sink after the baseline share, all years so far",
    "issuable": "what the rule allows for all years so far",
    "vintages.issued": "issued in the year",
    "held": "put into the buffer in the year",
    "released": "released from it as credits",
    "cancelled": "cancelled in it, as no removal stands behind it",
    "balance": "left in it",
    "issued_cumulative": "issued in all years so far, releases included",
    "vintages.deficit": "by how much credits issued so far exceed what the rule now allows",
    "revenue.mean": "issued times the mean market price",
    "revenue.median": "issued times the median market price",
    "revenue.q05": "issued times the market price's 5 % quantile",
    "revenue.q95": "issued times the market price's 95 % quantile",
    "p_break_even": "probability that the market price is above the batch's minimum carbon price (prices.csv)",
    "revenue.p_undefined": "share of draws without a finite minimum price; they count as not broken even",
}
