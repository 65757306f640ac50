"""Words about what to measure next."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "planning": "Planning",
    "plan title": "What to measure with {budget} {currency}, for credits by {framework} and {rule}:",
    "plan frees": (
        "{what} would be expected to free {freed} t CO2e of credits (90 % {q05} to {q95}), worth {worth} {currency},"
        " for {cost}."
    ),
    "plan takes": (
        "{what} would be expected to lower credits by {freed} t CO2e (90 % {q05} to {q95}) and to spare crediting too"
        " much: to the decision they are worth {value} {currency}, for {cost}."
    ),
    "plan at": "{what} at {site}",
    "plan in": "{what} in {species} at {site}",
    "kind samples": "{n} samples of {quantity}",
    "kind cores": "{n} cores",
    "kind incubations": "{n} oxygen incubations",
    "kind shells": "{n} shells for isotopes",
    "kind traps": "{n} pairs of sediment traps (farm and control)",
    "kind gears": "{n} weighed gears with their foulers",
    "kind samples one": "1 sample of {quantity}",
    "kind cores one": "1 core",
    "kind incubations one": "1 oxygen incubation",
    "kind shells one": "1 shell for isotopes",
    "kind traps one": "1 pair of sediment traps (farm and control)",
    "kind gears one": "1 weighed gear with its foulers",
    "plan together": (
        "Together: {freed} t CO2e of credits (90 % {q05} to {q95}); to the decision they"
        " are worth {value} {currency} over {cycles} cycle(s), {net} more than their cost of {cost}."
    ),
    "plan unpriced": "No cost of sampling could be used: fill in the table `sampling`.",
    "plan budget": "The budget of {budget} {currency} pays for no survey of the table `sampling`.",
    "plan nothing_pays": (
        "No survey of the table `sampling` is worth its cost to the decision how many credits to issue."
    ),
    "plan left_out": "Not planned for, as samples cannot be simulated or nothing is left to learn: {names}.",
    "plan framework": (
        "Which framework counts has no value of information: it is chosen, and no data change it. Plan again with"
        " another framework to see what it would have you measure."
    ),
    "plan saved": "From the saved results in {path}.",
    "measure plan about": (
        "What would pay at any budget, for one cycle: simulated from the posterior by the measurement model of each"
        " table. `bayescarbon plan` plans for a budget and for several cycles."
    ),
    "measure plan caption": "Measurements that pay, the most useful first",
    "measure budget caption": "What each budget buys: the step taken, and the value of all steps so far",
    "measure budget alt": "Line: value of the best plan against its cost, above the line where both are equal.",
    "measure nothing": "At the stated costs and market price no measurement pays within one cycle.",
    "axis budget": "cost of the plan, {currency}",
    "axis worth": "value of the plan, {currency}",
    "head kind": "how",
    "head credits_freed": "credits freed",
    "head credits_freed_q05": "5 %",
    "head credits_freed_q95": "95 %",
    "head worth": "worth",
    "head evsi_credits": "decision, credits",
    "head added_value": "adds",
    "head added_net": "adds, net",
    "head total_cost": "cost so far",
    "head total_value": "value so far",
    "head total_net": "net so far",
    "head currency": "in",
    # tables
    "measure_plan": "Which measurements would pay, and what they would free: no limit to the budget, one cycle",
    "measure_budget": "The same plan step by step: what smaller budgets buy",
}

#: A column that means something of its own in one table stands as `table.column`.
COLUMNS: dict[str, str] = {
    "rank": "by evppi_credits, the most valuable first",
    "variance_share": "its share of the variance of the creditable sink (Shapley effect: the shares add to one)",
    "evppi_credits": "what knowing it exactly would be worth to the decision how much to issue, t CO2e per cycle",
    "evppi_value": "the same at the stated market price, study currency",
    "best_n": "number of samples whose value exceeds their cost by most; 0 if none pays, empty without cost or price",
    "evsi_value": "value of that many samples to the decision, study currency",
    "cost": "what they cost, study currency",
    "net_benefit": "value less cost",
    "measure_plan.kind": "how it is sampled: samples, cores, incubations, shells, traps (in pairs) or gears",
    "measure_plan.n": "samples",
    "credits_freed": "credits that it would free on average if it were the only measurement, t CO2e per cycle",
    "credits_freed_q05": "5 % quantile over the data that there may be; negative where they show that less was removed",
    "credits_freed_q95": "95 % quantile",
    "worth": "the freed credits at the stated market price",
    "evsi_credits": "its value to the decision by itself, t CO2e per cycle; counts credits that would be wrong too",
    "added_value": "what it adds to the value of the measurements above it",
    "added_net": "the same less its cost",
    "currency": "of costs and values",
    "measure_budget.n": "samples of this measurement from this step on",
    "total_cost": "cost of all steps so far",
    "total_value": "value of all steps so far",
    "total_net": "value less cost",
}
