"""Write what each deduction rule risks on the shipped studies into docs/issuance.md.

    uv run python benchmarks/risk.py                       # fits the shipped studies with seed 1: some minutes
    uv run python benchmarks/risk.py --results FOLDER      # of runs that are there already: FOLDER/NAME for each study

The figures are those that `bayescarbon run` wrote; nothing is computed anew but the skew of the totals.
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
from bayescarbon.issuance.creditable import creditable

PAGE = ROOT / "docs" / "issuance.md"
SHIPPED = ("yunxi", "jiaozhou", "national", "synthetic-bay")
FRAMEWORK = "improved_stock_change"


def rules_of(results: Path) -> pd.DataFrame:
    """Return what each rule issues of all batches together, by rule, from a results folder."""
    frames = [
        pd.read_csv(results / name).query("scope == 'total' and framework == @FRAMEWORK").set_index("rule")
        for name in ("issuance.csv", "issuance_risk.csv")
    ]
    extra = frames[1].drop(columns=["scope", "framework", "unit"])
    return frames[0].join(extra)


def above_by(rule: pd.Series) -> float:
    """Return by what share more is issued than the quantile that a rule means; NaN where it means none."""
    return float(rule["issued"] / rule["same_level_quantile"] - 1)


def cell(rule: pd.Series) -> str:
    """Return realised risk and deduction in %, bold where too much is issued beyond the Monte Carlo error."""
    risk = 100 * rule["p_overcredit"]
    shown = f"{risk:.0f}" if risk >= 1 or risk == 0 else "< 1"
    if rule["issued"] - rule["same_level_quantile"] > 2 * rule["issued_mcse"]:
        shown = f"**{shown}**"
    return f"{shown} ({100 * rule['deduction']:.1f})"


def table(studies: Mapping[str, pd.DataFrame]) -> str:
    """Return the table of all rules on all studies.

    Parameters
    ----------
    studies : mapping of str to DataFrame
        What `rules_of` found, by study.
    """
    first = next(iter(studies.values()))
    rows = []
    for name, rule in first.iterrows():
        nominal = "" if pd.isna(rule["level"]) else f"{100 * rule['level']:.0f}"
        rows.append([f"`{name}`", nominal, *(cell(found.loc[name]) for found in studies.values())])
    return markdown(["rule", "nominal", *(f"`{name}`" for name in studies)], rows)


def spreads(results: Path) -> tuple[float, float]:
    """Return coefficient of variation of the creditable total, and how far its mean lies above its median."""
    fit = bc.load_fit(results / "posterior.nc")
    total = creditable(bc.net_sink(bc.account(fit), FRAMEWORK), fit.baseline_share).sum("batch")
    mean = float(total.mean())
    return float(total.std()) / mean, mean / float(total.median()) - 1


def body(folders: Mapping[str, Path]) -> str:
    """Return what docs/issuance.md says of these results.

    Parameters
    ----------
    folders : mapping of str to Path
        Results folders by study.
    """
    found = {name: rules_of(folder) for name, folder in folders.items()}
    spread = {name: spreads(folder) for name, folder in folders.items()}
    varies = ", ".join(f"{cv:.2f} (`{name}`)" for name, (cv, _) in spread.items())
    skewed = ", ".join(f"{100 * skew:.1f}" for _, skew in spread.values())
    over = []
    for rule in found[next(iter(found))].index:
        known = [of.loc[rule] for of in found.values()]
        # A quantile rule issues its quantile; there is nothing to compare.
        if all(abs(above_by(one)) < 1e-9 for one in known):
            continue
        cells = [f"{100 * above_by(one):+.1f}" for one in known]
        errors = [f"{100 * one['issued_mcse'] / one['issued']:.1f}" for one in known]
        over.append([f"`{rule}`", *(f"{cell} ({error})" for cell, error in zip(cells, errors, strict=True))])
    names = [f"`{name}`" for name in found]
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: realised risk in %, and in brackets what is deducted from the\n"
        f"mean, in %, of all batches together by `{FRAMEWORK}`. Bold: more is issued than the quantile that the\n"
        "rule means, or that its figure would be in a normal distribution, by over twice the Monte Carlo error.\n\n"
        f"{table(found)}\n\n"
        f"After the baseline share the totals have a coefficient of variation of\n{varies},\n"
        f"and a mean above the median by {skewed} %.\n\n"
        "By what % more is issued than that quantile; in brackets the Monte Carlo error of what is issued, in %:\n\n"
        + markdown(["rule", *names], over)
    )


if __name__ == "__main__":
    with results({name: (name, 1) for name in SHIPPED}, asked_folder(__doc__)) as folders:
        put_between(PAGE, "benchmarks/risk.py", body(folders))
