"""Hold what a plan says of samples against refits of the real model in simulated worlds.

    uv run python benchmarks/gain.py data/studies/yunxi --budget 10                        # the plan's first item
    uv run python benchmarks/gain.py data/studies/yunxi --batch "zhikong scallop" --quantity burial_fraction --n 10

The study's own rows of evidence are left out: the check is that of a farm that has measured nothing yet. One fit to the
literature, then `--worlds` refits, 5 to 20 s each. See docs/information.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from bayescarbon.evidence.quantities import quantities
from bayescarbon.gain_check import GainCheck, check_gain, draws_before
from bayescarbon.information.curves import surveys
from bayescarbon.information.plan import best_plan
from bayescarbon.information.surveys import Survey
from bayescarbon.information.worth import make_terms
from bayescarbon.preposterior import Unmeasured, unmeasured
from bayescarbon.study import Study, read_study

#: Kinds of surveys whose samples are rows of evidence, one by one.
_ROWS = ("samples", "cores")


def first_item(known: Unmeasured, study: Study, budget: float, seed: int) -> tuple[Survey, int]:
    """Return the first item of the plan whose samples are rows of evidence.

    Parameters
    ----------
    known : Unmeasured
        What is known before.
    study : Study
        With costs and a price of credits.
    budget : float
        Study currency.
    seed : int
        Of the plan.

    Raises
    ------
    SystemExit
        If nothing can be planned.
    """
    told = draws_before(known, study.headline_framework)
    offered = [one for one in surveys(told, study.sampling)[0] if one.kind in _ROWS]
    found = best_plan(told, offered, make_terms("posterior_q10", study.credit_price), budget, seed)
    if not found.items:
        raise SystemExit(f"the plan is empty ({found.reason}): give another budget, or --quantity and --n")
    return found.items[0].survey, found.items[0].n


def lines(check: GainCheck, seconds: float) -> list[str]:
    """Return the result of a check as text."""
    loss, gain = check.z
    return [
        f"{check.survey.name}, n = {check.n}: {len(check.worlds)} worlds in {seconds:.0f} s, t CO2e",
        f"  loss saved     predicted {check.predicted:.4g} +- {check.predicted_se:.2g}, "
        f"realised {check.realised:.4g} +- {check.realised_se:.2g}, z {loss:+.1f}",
        f"  credits freed  predicted {check.predicted_gain:.4g} +- {check.predicted_gain_se:.2g}, "
        f"realised {check.realised_gain:.4g} +- {check.realised_gain_se:.2g}, z {gain:+.1f}",
    ]


def main(argv: Sequence[str] | None = None) -> None:
    """Check one survey and print the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", type=Path)
    parser.add_argument("--batch", help="only this batch of the harvest")
    parser.add_argument("--budget", type=float, default=100.0, help="of the plan whose first item is checked")
    parser.add_argument("--quantity", help="instead of the plan's first item")
    parser.add_argument("--n", type=int, default=10, help="samples of --quantity")
    parser.add_argument("--worlds", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="a JSON file to write")
    options = parser.parse_args(argv)
    study = read_study(options.study)
    if options.batch:
        harvest = study.harvest[study.harvest["batch"] == options.batch].reset_index(drop=True)
        study = replace(study, harvest=harvest, economics=study.economics.iloc[:0])
    known = unmeasured(study, seed=options.seed, draws=1000)
    if options.quantity:
        levels, row = quantities()[options.quantity].levels, study.harvest.iloc[0]
        where = (str(row[name]) if name in levels else "" for name in ("species", "site"))
        survey, n = Survey(options.quantity, *where), options.n
    else:
        survey, n = first_item(known, study, options.budget, options.seed)
    started = time.perf_counter()
    found = check_gain(
        known, study, survey, n, worlds=options.worlds, framework=study.headline_framework, seed=options.seed
    )
    seconds = time.perf_counter() - started
    print("\n".join(lines(found, seconds)))
    if options.out:
        record = {name: value for name, value in asdict(found).items() if name != "worlds"}
        record["worlds"] = json.loads(found.worlds.to_json(orient="records"))
        options.out.write_text(json.dumps(record, indent=1, default=float) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
