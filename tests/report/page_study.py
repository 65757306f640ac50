"""A results folder with every table that the page knows, written from constructed draws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.evidence.quantities import Quantiles
from bayescarbon.report.issuance import CreditTerms
from bayescarbon.report.language import Language
from bayescarbon.report.results import write_results
from bayescarbon.study.rules import named_rule
from bayescarbon.study.settings import CreditPrice
from tests.report.constructed import (
    BATCHES,
    CHAINS,
    DRAWS,
    Constructed,
    Diagnosed,
    draws_by_line,
    make_economics,
    make_ledger,
)
from tests.report.test_results import RUN

NASTY = '<script>alert("1 & 2")</script>'
INPUTS = {
    f"{name}.csv": f"{digit}" * 64
    for digit, name in enumerate(("harvest", "evidence", "economics", "isotopes"))
}
RULES = ("posterior_q10", "vcs_mr24", "art_trees")


def terms() -> CreditTerms:
    rules = tuple(named_rule(name, {}) for name in RULES)
    return CreditTerms(rules[0], rules, CreditPrice(Quantiles(20.0, 60.0, 100.0), "CNY / t CO2e"))


def tree() -> xr.DataTree:
    """Return the groups that tell of evidence: a literature row, a farm's row, and a table of its own."""
    text = {
        "quantity": ["shell_carbon", "whole_body_carbon"],
        "bears_on": ["shell_carbon", "shell_share|shell_carbon|tissue_carbon"],
        "species": ["Chlamys farreri", "Chlamys farreri"],
        "site": ["a bay", "east"],
        "season": ["", "summer"],
        "kind": ["sample", "summary"],
        "method": ["", ""],
        "origin": ["literature", "farm"],
        "source": ["sun_2020", NASTY],
    }
    numbers = {
        "value": [0.1152, 0.2],
        "sd": [np.nan, 0.01],
        "n": [1.0, 5.0],
        "low": [np.nan] * 2,
        "high": [np.nan] * 2,
    }
    rows = xr.Dataset(
        {name: ("row", np.array(values, dtype=object)) for name, values in text.items()}
        | {name: ("row", np.array(values)) for name, values in numbers.items()},
        coords={"row": np.array(["P035", "evidence:2"], dtype=object)},
    )
    table = xr.Dataset(
        {
            "table": ("entry", np.array(["isotopes"], dtype=object)),
            "quantity": ("entry", np.array(["respired_shell_fraction"], dtype=object)),
            "species": ("entry", np.array(["Chlamys farreri"], dtype=object)),
            "site": ("entry", np.array(["east"], dtype=object)),
            "n_rows": ("entry", np.array([3])),
        }
    )
    return xr.DataTree.from_dict({"observed_data": rows, "table_bearing": table})


def constructed() -> Constructed:
    """Return a fit of known draws, with all that the page shows."""
    rng = np.random.default_rng(5)
    gap = rng.normal(1000.0, 900.0, (len(BATCHES), CHAINS, DRAWS))
    return Constructed(make_economics(gap, rng.uniform(0.01, 0.2, (CHAINS, DRAWS))), data=tree())


def written(
    folder: Path,
    language: Language = "en",
    title: str = "Two bays",
    batches: tuple[str, str] = BATCHES,
    diagnosed: Diagnosed | None = None,
    framework: str = RUN.headline_framework,
) -> xr.Dataset:
    """Write results with evidence, credits, years and prices; return the ledger."""
    folder.mkdir(exist_ok=True)
    ledger = make_ledger(draws_by_line()).assign_coords(batch=list(batches))
    fitted = constructed()
    money = fitted.money.assign_coords(batch=list(batches))
    fit = replace(fitted, money=money, diagnostics=diagnosed or Diagnosed())
    harvest = pd.DataFrame({"batch": list(batches), "year": [2020.0, 2021.0], "farm": ["", ""]})
    run = replace(
        RUN,
        headline_framework=framework,
        inputs=INPUTS,
        title=title,
        language=language,
        harvest=harvest,
        credits=terms(),
    )
    write_results(folder, fit, ledger, run, {})
    return ledger
