"""``bayescarbon plan``: what to measure next under a budget."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayescarbon.accounting.frameworks import frameworks
from bayescarbon.cli.console import Console
from bayescarbon.cli.progress import Steps, progress
from bayescarbon.cli.run import default_out
from bayescarbon.cli.unknown import unknown_name
from bayescarbon.errors import Problem, StudyError
from bayescarbon.report.language import Language, text
from bayescarbon.report.measure_lines import sentence
from bayescarbon.report.names import called, listed
from bayescarbon.report.rewording import reworded_all
from bayescarbon.report.terminal import Line, aligned, number
from bayescarbon.study import Study, read_study
from bayescarbon.study.rules import rules
from bayescarbon.translation import _, said

if TYPE_CHECKING:
    from bayescarbon.fit import Fit
    from bayescarbon.information.plan import Plan

#: Costs move no posterior: results that were made with others can be planned from.
_COSTS = "sampling.csv"
_COLUMNS = (
    "quantity",
    "species",
    "site",
    "kind",
    "n",
    "cost",
    "credits_freed",
    "worth",
    "added_value",
    "added_net",
)
_WORDS = 4


def _refuse_what_cannot_be_planned(study: Study) -> None:
    problems = []
    if study.sampling.empty:
        message = _("a plan weighs what samples cost: fill in quantity and cost_per_sample.")
        problems.append(Problem(table="sampling", message=message))
    if study.credit_price is None:
        message = _(
            "a plan weighs costs against credits, which need a price: add [credit_price] with q05, q50, q95 and unit."
        )
        problems.append(Problem(table="study.toml", column="credit_price", message=message))
    if problems:
        raise StudyError(problems)


def saved_results(study: Study, path: Path) -> Path | None:
    """Return the folder of results that were made from the same study, data and version, if there is one.

    Parameters
    ----------
    study : Study
        As it is now; what samples cost may have changed.
    path : Path
        Where it was read from.
    """
    import json

    from bayescarbon.report.manifest import shipped_hashes, versions

    folder = default_out(path)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    # A workbook has one hash for all of its sheets.
    told = [_without_costs(inputs) for inputs in (manifest.get("inputs", {}), study.inputs)]
    same = (
        told[0] == told[1]
        and manifest.get("shipped") == shipped_hashes()
        and manifest.get("versions", {}).get("bayescarbon") == versions()["bayescarbon"]
        and (folder / "posterior.nc").is_file()
    )
    return folder if same else None


def _without_costs(inputs: Mapping[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in inputs.items() if name != _COSTS}


def _fitted(study: Study, options: argparse.Namespace, steps: Steps, console: Console) -> Fit:
    """Return the saved posterior of the study, or fit it."""
    from bayescarbon.fit import fit, load_fit

    folder = saved_results(study, options.study)
    if folder is not None:
        console.note(text("plan saved", options.language, {"path": folder}))
        return load_fit(folder / "posterior.nc")
    steps.begin(text("fitting", options.language))
    return fit(study, seed=options.seed, progress=steps.advance)


def command(options: argparse.Namespace, console: Console) -> int:
    """Plan what to measure and print it."""
    language = options.language
    if options.framework is not None and options.framework not in frameworks():
        return unknown_name("frameworks", _("framework"), options.framework, frameworks(), language)
    with progress(console, language) as steps:
        steps.begin(text("reading", language))
        study = read_study(options.study)
        known = rules() | study.own_rules
        name = options.rule or study.headline_rule
        if name not in known:
            usable = [one for one, rule in known.items() if rule.computable]
            return unknown_name("rules", _("deduction rule"), name, usable, language)
        if not known[name].computable:
            refused = _(
                "The formula of the rule {rule!r} is not verified, so nothing is planned by it.", rule=name
            )
            print(said(refused, language), file=sys.stderr)
            return 2
        _refuse_what_cannot_be_planned(study)
        fitted = _fitted(study, options, steps, console)
        if not fitted.diagnostics.passed and not options.allow_unconverged:
            reasons = reworded_all(fitted.diagnostics.reasons, language)
            console.alarm(text("unconverged", language, {"reasons": reasons}))
            console.answer({"status": 3, "reasons": list(fitted.diagnostics.reasons)})
            return 3
        from bayescarbon.accounting.ledger import account
        from bayescarbon.information.verbs import plan_measurements

        steps.begin(text("planning", language))
        framework = options.framework or study.headline_framework
        plan = plan_measurements(
            fitted,
            account(fitted),
            options.budget,
            known[name],
            framework,
            sampling=study.sampling,
            price=study.credit_price,
            cycles=options.cycles,
            seed=options.seed,
            allow_unconverged=options.allow_unconverged,
        )
    about = {"framework": framework, "rule": name, "cycles": options.cycles, "currency": _currency(study)}
    console.show(_lines(plan, about, language))
    console.answer(_record(plan, about))
    return 0


def _currency(study: Study) -> str:
    return study.credit_price.unit.split("/")[0].strip() if study.credit_price is not None else ""


def _lines(plan: Plan, about: Mapping[str, Any], language: Language) -> list[Line | str]:
    money = {"budget": number(plan.budget), "currency": about["currency"]}
    named = {kind: called(kind, about[kind], language) for kind in ("framework", "rule")}
    lines: list[Line | str] = [Line(text("plan title", language, {**named, **money}), bold=True), ""]
    if plan.items:
        lines += [*_table(plan, language), ""]
        for row in plan.table().assign(currency=about["currency"]).to_dict("records"):
            lines.append(sentence({str(key): value for key, value in row.items()}, language))
        together = {
            "freed": number(plan.freed.expected),
            "q05": number(plan.freed.q05),
            "q95": number(plan.freed.q95),
            "value": number(plan.value),
            "net": number(plan.net),
            "cost": number(plan.cost),
        }
        if len(plan.items) > 1:
            lines.append(text("plan together", language, {**about, **together}))
    else:
        lines.append(text(f"plan {plan.reason}", language, money))
    if plan.left_out:
        lines.append(
            text(
                "plan left_out",
                language,
                {"names": listed((called("quantity", name, language) for name in plan.left_out), language)},
            )
        )
    return [*lines, "", text("plan framework", language)]


def _table(plan: Plan, language: Language) -> list[Line | str]:
    from bayescarbon.report.cells import heading, shown

    rows = plan.table()[list(_COLUMNS)].to_dict("records")
    cells = [tuple(shown(name, row[name], language) for name in _COLUMNS) for row in rows]
    heads = tuple(heading(name, language) for name in _COLUMNS)
    return list(aligned([heads, *cells], right=range(_WORDS, len(_COLUMNS))))


def _record(plan: Plan, about: Mapping[str, Any]) -> dict[str, Any]:
    names = ("budget", "cost", "credits", "credits_se", "value", "net", "reason")
    steps = [
        {"survey": step.survey.name, "n": step.n, "cost": step.cost, "value": step.value}
        for step in plan.steps
    ]
    return {
        "status": 0,
        **about,
        **{name: getattr(plan, name) for name in names},
        "freed": asdict(plan.freed),
        "items": [item.record() for item in plan.items],
        "steps": steps,
        "left_out": list(plan.left_out),
    }
