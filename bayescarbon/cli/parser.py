"""What can be asked for on the command line.

argparse, as its help answers in a tenth of the time that richer libraries need to be imported.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import bayescarbon
from bayescarbon.cli.console import Console
from bayescarbon.errors import suggest
from bayescarbon.translation import LANGUAGES, default_language

Command = Callable[[argparse.Namespace, Console], int]

_EPILOG = """\
Exit status: 0 done; 1 the input was refused and nothing written; 2 the command was not understood;
3 the sampler's diagnostics failed (tables are written, marked unconverged).

Start here:
  bayescarbon init my-farm        write a study to fill in
  bayescarbon check my-farm       see what will be used, and what is wrong
  bayescarbon run my-farm         sinks, credits, pools and prices, as distributions
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose message for an unknown command names the nearest one."""

    def error(self, message: str) -> None:  # type: ignore[override]
        known = [str(word) for action in self._actions for word in action.choices or ()]
        wrong = re.search(r"invalid choice: '([^']*)'", message)
        hint = suggest(wrong.group(1), known) if wrong else ""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {message}{hint}\nSee `{self.prog} --help`.\n")


def _late(module: str) -> Command:
    """Return a command whose module is imported when it is run, not when help is asked for."""

    def command(options: argparse.Namespace, console: Console) -> int:
        status: int = import_module(f"bayescarbon.cli.{module}").command(options, console)
        return status

    return command


def _at_least(low: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if value < low:
            raise argparse.ArgumentTypeError(f"{value} is too small: at least {low}")
        return value

    return whole


def _add_output_options(parser: argparse.ArgumentParser, top: bool) -> None:
    # On a command they must not reset what was given before it, hence SUPPRESS.
    default = False if top else argparse.SUPPRESS
    parser.add_argument("--quiet", action="store_true", default=default, help="say only what is wrong")
    parser.add_argument(
        "--json", action="store_true", default=default, help="machine-readable on stdout, progress on stderr"
    )


def _amount(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount of money") from None
    if not 0.0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no budget: 0 or more, in the currency of the study")
    return value


def _add_plan(add: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    plan = add("plan", "plan", "show what to measure next under a budget, and what it would be worth")
    plan.add_argument("study", type=Path, metavar="STUDY", help="a study folder or workbook (.xlsx)")
    plan.add_argument(
        "--budget",
        type=_amount,
        required=True,
        metavar="N",
        help="what may be spent, in the study's currency",
    )
    plan.add_argument(
        "--framework", metavar="NAME", help="which carbon counts (default: the study's headline)"
    )
    plan.add_argument("--rule", metavar="NAME", help="deduction rule (default: the study's headline)")
    plan.add_argument(
        "--cycles", type=_at_least(1), default=1, metavar="N", help="a measurement serves so many (default 1)"
    )
    plan.add_argument("--seed", type=_at_least(0), default=1, metavar="N", help="default 1")
    plan.add_argument(
        "--allow-unconverged", action="store_true", help="plan even if the sampler's diagnostics failed"
    )


def _add_run(add: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    run = add("run", "run", "fit a study and write its sinks, credits, pools and prices")
    run.add_argument("study", type=Path, metavar="STUDY", help="a study folder or workbook (.xlsx)")
    run.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="results folder, replaced as a whole (default: STUDY/results; NAME_results beside a workbook)",
    )
    run.add_argument("--seed", type=_at_least(0), default=1, metavar="N", help="of the sampler (default 1)")
    run.add_argument(
        "--draws", type=_at_least(4), default=2000, metavar="N", help="kept per chain (default 2000)"
    )
    run.add_argument(
        "--chains",
        type=_at_least(1),
        default=4,
        metavar="N",
        help="default 4; one alone never passes the diagnostics",
    )
    run.add_argument(
        "--allow-unconverged",
        action="store_true",
        help="exit 0 and compute credits even if the sampler's diagnostics failed",
    )


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line.

    Returns
    -------
    argparse.ArgumentParser
        Its result has ``command``, a function of the parsed options and a `Console` that returns the exit
        status.
    """
    parser = _Parser(
        prog="bayescarbon",
        description="Posterior distributions, instead of point values, for the carbon sinks and carbon prices\n"
        "of farmed filter-feeding shellfish.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"bayescarbon {bayescarbon.__version__}")
    _add_output_options(parser, top=True)
    language = default_language()
    commands = parser.add_subparsers(dest="name", metavar="COMMAND", required=True, title="commands")

    def add(name: str, module: str, purpose: str) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = commands.add_parser(
            name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.", allow_abbrev=False
        )
        _add_output_options(sub, top=False)
        sub.add_argument(
            "--language",
            choices=LANGUAGES,
            default=language,
            help="of all that is said (default: of the locale)",
        )
        sub.set_defaults(command=_late(module))
        return sub

    init = add("init", "init", "write a study to fill in, every column explained")
    init.add_argument(
        "directory", type=Path, nargs="?", default=Path("study"), metavar="DIR", help="default: study"
    )
    init.add_argument(
        "--example", metavar="NAME", help="start from a study that ships instead of an empty one"
    )
    init.add_argument(
        "--xlsx", action="store_true", help="one workbook, DIR/study.xlsx, instead of CSV files"
    )

    check = add(
        "check", "check", "validate a study and show what will be used, from farm and from literature"
    )
    check.add_argument("study", type=Path, metavar="STUDY", help="a study folder or workbook (.xlsx)")

    _add_run(add)
    _add_plan(add)

    priors = add(
        "priors", "priors", "list the quantities, or explain one: definition, prior, evidence, sources"
    )
    priors.add_argument("quantity", nargs="?", metavar="QUANTITY")

    frameworks = add("frameworks", "frameworks", "list the ways of counting a sink, or explain one")
    frameworks.add_argument("framework", nargs="?", metavar="FRAMEWORK")

    rules = add("rules", "rules", "list the deduction rules, or explain one: formula, thresholds, document")
    rules.add_argument("rule", nargs="?", metavar="RULE")

    discounts = add(
        "discounts", "discounts", "show flat deductions for farms that use published coefficients"
    )
    discounts.add_argument("--framework", metavar="NAME", help="only this way of counting a sink")
    discounts.add_argument("--rule", metavar="NAME", help="only this deduction rule")

    show = add("show", "show", "show the headline of saved results again, without refitting")
    show.add_argument("results", type=Path, metavar="RESULTS", help="a folder that `bayescarbon run` wrote")

    trace = add("trace", "trace", "show where a number of saved results comes from, down to its sources")
    trace.add_argument("results", type=Path, metavar="RESULTS", help="a folder that `bayescarbon run` wrote")
    trace.add_argument(
        "number",
        nargs="?",
        metavar="NAME",
        help="sink, credits, price, or a framework, rule, line, quantity, row or source; without it: a list",
    )
    return parser
