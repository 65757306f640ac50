"""Write what knowing each quantity of `yunxi` is worth, under three seeds, into docs/information.md.

uv run python benchmarks/worth.py                       # three fits: some minutes
uv run python benchmarks/worth.py --results FOLDER      # of runs that are there already: FOLDER/SEED for each seed
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from machine import ROOT
from pages import markdown, put_between
from shipped_runs import asked_folder, results

import bayescarbon as bc
from bayescarbon.information.studies import stored_price, study_draws
from bayescarbon.information.worth import make_terms
from bayescarbon.report.measure_lines import sentence

PAGE = ROOT / "docs" / "information.md"
STUDY, RULE, FRAMEWORK = "yunxi", "posterior_q10", "improved_stock_change"
SEEDS, SHOWN, BUDGET, ALL_DRAWS = (1, 2, 3), 6, 20.0, 8000


def valued(results: Path) -> pd.DataFrame:
    """Return what exact knowledge is worth and its standard error, t CO2e of credits, by quantity and place."""
    fit = bc.load_fit(results / "posterior.nc")
    terms = make_terms(RULE, stored_price(fit), 1, 0.0, 1.0)
    told = study_draws(fit, bc.account(fit), FRAMEWORK, most_draws=ALL_DRAWS)
    found = bc.information.evppi(told.outcome, told.parameters, terms.level, rule=terms.decides)
    return (found[["evppi", "evppi_se"]] / terms.level).rename(
        columns={"evppi": "worth", "evppi_se": "error"}
    )


def table(by_seed: Mapping[int, pd.DataFrame]) -> str:
    """Return the most valuable quantities under the first seed, beside what the other seeds say of them.

    Parameters
    ----------
    by_seed : mapping of int to DataFrame
        What `valued` found.
    """
    first = next(iter(by_seed.values()))
    rows = []
    for place in first["worth"].sort_values(ascending=False).index[:SHOWN]:
        name, *where = str(place).split(" | ")
        cells = [
            f"{one.loc[place, 'worth']:.2f} +- {one.loc[place, 'error']:.2f}" for one in by_seed.values()
        ]
        rows.append([f"`{name}`" + (f", *{where[0]}*" if len(where) > 1 else ""), *cells])
    return markdown(["", *(f"seed {seed}" for seed in by_seed)], rows)


def planned(results: Path) -> str:
    """Return what the plan says in words, as a list."""
    fit = bc.load_fit(results / "posterior.nc")
    plan = bc.plan_measurements(fit, bc.account(fit), budget=BUDGET, seed=SEEDS[0])
    items = plan.table().assign(unit="t CO2e", currency="CNY")
    said = (
        sentence({str(key): value for key, value in row.items()}, "en") for row in items.to_dict("records")
    )
    return "\n".join(f"- {one}" for one in said)


def body(by_seed: Mapping[int, Path]) -> str:
    """Return what docs/information.md says of these results.

    Parameters
    ----------
    by_seed : mapping of int to Path
        Results folders.
    """
    return (
        f"Credits per cycle for a million animals of each of the three species, rule `{RULE}`, all {ALL_DRAWS} draws,\n"
        "three seeds (each a fit of its own), with standard errors, t CO2e "
        f"({datetime.now(UTC):%Y-%m-%d}, by `benchmarks/worth.py`):\n\n"
        f"{table({seed: valued(folder) for seed, folder in by_seed.items()})}\n\n"
        f"For {BUDGET:g} CNY the plan with seed {SEEDS[0]} says:\n\n{planned(by_seed[SEEDS[0]])}"
    )


if __name__ == "__main__":
    with results({str(seed): (STUDY, seed) for seed in SEEDS}, asked_folder(__doc__)) as folders:
        put_between(PAGE, "benchmarks/worth.py", body({int(seed): one for seed, one in folders.items()}))
