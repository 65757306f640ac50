"""``bayescarbon discounts``: flat deductions for farms that use published coefficients, or a few own samples."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict

from bayescarbon.accounting.frameworks import frameworks
from bayescarbon.cli.console import Console
from bayescarbon.cli.unknown import unknown_name
from bayescarbon.report.terminal import Line, aligned, number, probability
from bayescarbon.study.discounts import Discount, discounts, made_with
from bayescarbon.study.rules import rules
from bayescarbon.translation import Language, _, joined, said

#: Shown where nothing is asked for: the framework of a study that names none. Stated once more, because the settings
#: of a study import what a table that is only printed must not wait for.
HEADLINE_FRAMEWORK = "improved_stock_change"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{round(100 * share)}"


def _overview(
    rows: Sequence[Discount], name: str, of: Callable[[Discount], str], language: Language
) -> list[Line | str]:
    """Show one deduction a cell: names down, groups and own samples across."""
    groups = list(dict.fromkeys(row.group for row in rows))
    counts = sorted({row.own_samples for row in rows})
    cells = {(of(row), row.group, row.own_samples): _percent(row.deduction) for row in rows}
    columns = [(group, count) for group in groups for count in counts]
    table = [
        (name, *(group if count == counts[0] else "" for group, count in columns)),
        ("", *(str(count) for _group, count in columns)),
        *(
            (one, *(cells[one, group, count] for group, count in columns))
            for one in dict.fromkeys(map(of, rows))
        ),
    ]
    errors = sorted(row.deduction_mcse for row in rows if row.deduction_mcse is not None)
    middle, most = (100 * errors[i] if errors else 0.0 for i in (len(errors) // 2, -1))
    return [
        *aligned(table, range(1, len(table[0])), language),
        "",
        _(
            "% off the mean removal after the baseline share, by group and number of own samples of each kind."
        ),
        _("100: nothing is left. -: no removal is expected."),
        _(
            "Monte Carlo errors: {middle:.1f} points in the middle, {most:.1f} at most.",
            middle=middle,
            most=most,
        ),
        _("`--framework NAME --rule NAME` together give the error, the risk and the remarks of each."),
    ]


def _detail(rows: Sequence[Discount], language: Language) -> list[Line | str]:
    heading = (
        _("group"), _("own samples"), _("mean"), _("deduction"), _("error"), _("P(too much)"), _("eligible farms"), "",
    )  # fmt: skip
    table = [
        (
            row.group,
            str(row.own_samples),
            number(row.mean),
            "-" if row.deduction is None else f"{row.deduction:.1%}",
            "-" if row.deduction_mcse is None else f"{row.deduction_mcse:.1%}",
            "-" if row.p_overcredit is None else probability(row.p_overcredit),
            f"{row.eligible_share:.0%}",
            row.note,
        )
        for row in rows
    ]
    return [
        *aligned([heading, *table], range(1, 7), language),
        "",
        _("Mean removal after the baseline share in {unit}, of a farm such as these.", unit=rows[0].unit),
        _("The deduction is a share of it, with its Monte Carlo error."),
        _("P(too much): a farm removes less than what the flat deduction leaves."),
    ]


def _made() -> str:
    made = made_with()
    return _(
        "Made with version {version} on {date}, seed {seed}; docs/discounts.md says how, and which kinds of samples.",
        version=made["version"],
        date=made["date"],
        seed=made["seed"],
    )


def command(options: argparse.Namespace, console: Console) -> int:
    """Print the shipped table, filtered."""
    table = discounts()
    framework, rule = options.framework, options.rule
    if framework is not None and framework not in frameworks():
        return unknown_name("frameworks", _("framework"), framework, frameworks(), options.language)
    exact = dict.fromkeys(row.rule for row in table)
    if rule is not None and rule not in exact:
        if rule not in rules():
            return unknown_name("rules", _("deduction rule"), rule, exact, options.language)
        refused = _("The rule {rule!r} is not verified, so no flat deduction is given for it.", rule=rule)
        print(said(refused, options.language), file=sys.stderr)
        return 2
    if framework is None and rule is None:
        framework = HEADLINE_FRAMEWORK
    rows = [row for row in table if row.framework == (framework or row.framework)]
    rows = [row for row in rows if row.rule == (rule or row.rule)]
    named = joined([name for name in (framework, rule) if name is not None], _(" and "))
    console.show([Line(_("Flat deductions under {names}", names=named), bold=True), ""])
    if framework is not None and rule is not None:
        console.show(_detail(rows, options.language))
    elif framework is not None:
        console.show(_overview(rows, _("rule"), lambda row: row.rule, options.language))
    else:
        console.show(_overview(rows, _("framework"), lambda row: row.framework, options.language))
    console.show([_made()])
    console.answer([asdict(row) for row in rows])
    return 0
