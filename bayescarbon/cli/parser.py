"""What can be asked for on the command line.

argparse, as its help answers in a tenth of the time that richer libraries need to be imported.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import bayescarbon
from bayescarbon.cli.console import Console
from bayescarbon.errors import suggest
from bayescarbon.translation import LANGUAGES, Language, Message, _, default_language, said

Command = Callable[[argparse.Namespace, Console], int]

_PURPOSE = _(
    "Posterior distributions, instead of point values, for the carbon sinks and carbon prices\n"
    "of farmed filter-feeding shellfish."
)
_EPILOG = _(
    """\
Exit status: 0 done; 1 the input was refused and nothing written; 2 the command was not understood;
3 the sampler's diagnostics failed (tables are written, marked unconverged).

Start here:
  bayescarbon init my-farm        write a study to fill in
  bayescarbon check my-farm       see what will be used, and what is wrong
  bayescarbon run my-farm         sinks, credits, pools and prices, as distributions
"""
)
# How argparse says what it cannot understand, and how we say the same.
_PATTERNS = (
    r"the following arguments are required: (?P<names>.*)",
    r"unrecognized arguments: (?P<names>.*)",
    r"argument (?P<name>\S+): invalid choice: '(?P<value>[^']*)' \(choose from (?P<choices>.*)\)",
    r"argument (?P<name>\S+): expected one argument",
    r"argument (?P<name>\S+): ignored explicit argument (?P<value>.*)",
    r"argument (?P<name>\S+): (?P<fault>.*)",
)
_PHRASES = (
    "missing: {names}.",
    "not understood: {names}.",
    "{name}: there is no {value!r}; choose from {choices}.",
    "{name} needs a value.",
    "{name} takes no value.",
    "{name}: {fault}.",
)


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help in the language that was asked for."""

    def __init__(self, prog: str, language: Language) -> None:
        super().__init__(prog)
        self.language = language

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        if prefix is None:
            prefix = said(_("usage: "), self.language)
        super().add_usage(usage, actions, groups, prefix)

    def _split_lines(self, text: str, width: int) -> list[str]:
        # A Chinese character is two columns wide.
        return super()._split_lines(text, width // 2 if self.language == "zh" else width)


class _Parser(argparse.ArgumentParser):
    """A parser that speaks the user's language, and names the nearest command for an unknown one."""

    def __init__(
        self,
        *,
        language: Language,
        prog: str | None = None,
        description: str | None = None,
        epilog: str | None = None,
        color: bool | None = None,
    ) -> None:
        # Python 3.14 hands `color` from a parser to those of its commands; 3.13 knows no such argument.
        newer: dict[str, Any] = {} if color is None else {"color": color}
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=partial(_Help, language=language),
            add_help=False,
            allow_abbrev=False,
            **newer,
        )
        self.language = language
        # argparse has no public name for the titles of its own groups.
        self._positionals.title = said(_("arguments"), language)
        self._optionals.title = said(_("options"), language)
        self.add_argument("-h", "--help", action="help", help=_("show this help and exit"))

    def format_help(self) -> str:
        """Return the help in the user's language."""
        for action in self._actions:
            if action.help:
                action.help = said(action.help, self.language)
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Say what was not understood, on stderr, and leave with status 2."""
        told: str = f"{message}."
        for pattern, wording in zip(_PATTERNS, _PHRASES, strict=True):
            if found := re.fullmatch(pattern, message):
                parts = found.groupdict()
                told = said(Message(wording, parts), self.language)
                if "choices" in parts:
                    known = [str(word) for action in self._actions for word in action.choices or ()]
                    told += said(suggest(parts["value"], known), self.language)
                break
        advice = said(_("See `{program} --help`.", program=self.prog), self.language)
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {told}\n{advice}\n")


def asked_language(argv: Sequence[str]) -> Language:
    """Return the language that a command line asks for, before it is parsed; that of the locale if it asks for none.

    Parameters
    ----------
    argv : sequence of str
        The arguments.
    """
    for first, second in zip(argv, [*argv[1:], ""], strict=False):
        for language in LANGUAGES:
            if first == f"--language={language}" or (first == "--language" and second == language):
                return language
    return default_language()


def _late(module: str) -> Command:
    """Return a command whose module is imported when it is run, not when help is asked for."""

    def command(options: argparse.Namespace, console: Console) -> int:
        status: int = import_module(f"bayescarbon.cli.{module}").command(options, console)
        return status

    return command


def _refused(message: str, language: Language) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(said(message, language))


def _at_least(low: int, language: Language) -> Callable[[str], int]:
    def whole(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise _refused(_("{text!r} is not a whole number", text=text), language) from None
        if value < low:
            raise _refused(_("{value} is too small: at least {low}", value=value, low=low), language)
        return value

    return whole


def _amount(language: Language) -> Callable[[str], float]:
    def amount(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise _refused(_("{text!r} is not an amount of money", text=text), language) from None
        if not 0.0 <= value < float("inf"):
            no_budget = _("{text} is no budget: 0 or more, in the currency of the study", text=text)
            raise _refused(no_budget, language)
        return value

    return amount


def _add_output_options(parser: argparse.ArgumentParser, top: bool) -> None:
    # On a command they must not reset what was given before it, hence SUPPRESS.
    default = False if top else argparse.SUPPRESS
    parser.add_argument("--quiet", action="store_true", default=default, help=_("say only what is wrong"))
    parser.add_argument(
        "--json",
        action="store_true",
        default=default,
        help=_("machine-readable on stdout, progress on stderr"),
    )


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", type=Path, metavar="STUDY", help=_("a study folder or workbook (.xlsx)"))


def _add_whole(
    parser: argparse.ArgumentParser, name: str, least: int, default: int, purpose: str, language: Language
) -> None:
    whole = _at_least(least, language)
    parser.add_argument(name, type=whole, default=default, metavar="N", help=purpose)


def _add_plan(plan: argparse.ArgumentParser, language: Language) -> None:
    _add_study(plan)
    plan.add_argument(
        "--budget",
        type=_amount(language),
        required=True,
        metavar="N",
        help=_("what may be spent, in the study's currency"),
    )
    plan.add_argument(
        "--framework", metavar="NAME", help=_("which carbon counts (default: the study's headline)")
    )
    plan.add_argument("--rule", metavar="NAME", help=_("deduction rule (default: the study's headline)"))
    _add_whole(plan, "--cycles", 1, 1, _("a measurement serves so many (default 1)"), language)
    _add_whole(plan, "--seed", 0, 1, _("default 1"), language)
    plan.add_argument(
        "--allow-unconverged", action="store_true", help=_("plan even if the sampler's diagnostics failed")
    )


def _add_run(run: argparse.ArgumentParser, language: Language) -> None:
    _add_study(run)
    run.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help=_(
            "results folder, replaced as a whole (default: STUDY/results; NAME_results beside a workbook)"
        ),
    )
    _add_whole(run, "--seed", 0, 1, _("of the sampler (default 1)"), language)
    _add_whole(run, "--draws", 4, 2000, _("kept per chain (default 2000)"), language)
    _add_whole(run, "--chains", 1, 4, _("default 4; one alone never passes the diagnostics"), language)
    run.add_argument(
        "--allow-unconverged",
        action="store_true",
        help=_("exit 0 and compute credits even if the sampler's diagnostics failed"),
    )


def build_parser(language: Language) -> argparse.ArgumentParser:
    """Return the parser of the whole command line.

    Parameters
    ----------
    language : {"en", "zh"}
        Of its help and messages, and of the commands where none is asked for.

    Returns
    -------
    argparse.ArgumentParser
        Its result has ``command``, a function of the parsed options and a `Console` that returns the exit
        status.
    """
    parser = _Parser(
        language=language,
        prog="bayescarbon",
        description=said(_PURPOSE, language),
        epilog=said(_EPILOG, language),
    )
    version = f"bayescarbon {bayescarbon.__version__}"
    parser.add_argument("--version", action="version", version=version, help=_("show the version and exit"))
    _add_output_options(parser, top=True)
    title = said(_("commands"), language)
    commands = parser.add_subparsers(dest="name", metavar="COMMAND", required=True, title=title)

    def add(name: str, purpose: str) -> argparse.ArgumentParser:
        told = said(purpose, language)
        sub: argparse.ArgumentParser = commands.add_parser(
            name,
            language=language,
            help=told,
            description=f"{told[0].upper()}{told[1:]}" + said(_("."), language),
        )
        _add_output_options(sub, top=False)
        sub.add_argument(
            "--language",
            choices=LANGUAGES,
            default=language,
            help=_("of all that is said (default: of the locale)"),
        )
        sub.set_defaults(command=_late(name))
        return sub

    init = add("init", _("write a study to fill in, every column explained"))
    init.add_argument(
        "directory", type=Path, nargs="?", default=Path("study"), metavar="DIR", help=_("default: study")
    )
    init.add_argument(
        "--example", metavar="NAME", help=_("start from a study that ships instead of an empty one")
    )
    init.add_argument(
        "--xlsx", action="store_true", help=_("one workbook, DIR/study.xlsx, instead of CSV files")
    )

    check = add("check", _("validate a study and show what will be used, from farm and from literature"))
    _add_study(check)

    _add_run(add("run", _("fit a study and write its sinks, credits, pools and prices")), language)
    purpose = _("show what to measure next under a budget, and what it would be worth")
    _add_plan(add("plan", purpose), language)

    priors = add("priors", _("list the quantities, or explain one: definition, prior, evidence, sources"))
    priors.add_argument("quantity", nargs="?", metavar="QUANTITY")

    frameworks = add("frameworks", _("list the ways of counting a sink, or explain one"))
    frameworks.add_argument("framework", nargs="?", metavar="FRAMEWORK")

    rules = add("rules", _("list the deduction rules, or explain one: formula, thresholds, document"))
    rules.add_argument("rule", nargs="?", metavar="RULE")

    discounts = add("discounts", _("show flat deductions for farms that use published coefficients"))
    discounts.add_argument("--framework", metavar="NAME", help=_("only this way of counting a sink"))
    discounts.add_argument("--rule", metavar="NAME", help=_("only this deduction rule"))

    show = add("show", _("show the headline of saved results again, without refitting"))
    show.add_argument(
        "results", type=Path, metavar="RESULTS", help=_("a folder that `bayescarbon run` wrote")
    )

    trace = add("trace", _("show where a number of saved results comes from, down to its sources"))
    trace.add_argument(
        "results", type=Path, metavar="RESULTS", help=_("a folder that `bayescarbon run` wrote")
    )
    trace.add_argument(
        "number",
        nargs="?",
        metavar="NAME",
        help=_(
            "sink, credits, price, or a framework, rule, line, quantity, row or source; without it: a list"
        ),
    )
    return parser
