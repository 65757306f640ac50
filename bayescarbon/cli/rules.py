"""``bayescarbon rules``: the deduction rules that turn a distribution into credits."""

from __future__ import annotations

import argparse
import textwrap
from typing import Any

from bayescarbon.cli.console import Console
from bayescarbon.cli.unknown import unknown_name
from bayescarbon.report.names import called, label
from bayescarbon.report.terminal import Line, aligned, width
from bayescarbon.study.rules import FAMILIES, NO_FORMULA_REFUSAL, Rule, rules
from bayescarbon.translation import Language, _, said

_WIDTH = 100
_CONFIDENCE = {
    "definition": _("a quantile of the posterior: nothing to look up"),
    "primary": _("the document itself was read"),
    "transcript": _("taken from somebody else's transcription or code, not from the document"),
    "unverified": _("the document was not read"),
}


def _record(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "title": rule.title,
        "family": rule.family,
        "formula": rule.formula,
        "thresholds": dict(rule.thresholds),
        "document": rule.document,
        "version": rule.version,
        "section": rule.section,
        "confidence": rule.confidence,
    }


def _list(known: dict[str, Rule], language: Language) -> list[Line | str]:
    rows = [
        (
            called("rule", rule.name, language),
            rule.confidence,
            textwrap.shorten(rule.formula, 76, placeholder=" ..."),
        )
        for rule in known.values()
    ]
    return [
        *aligned([(_("rule"), _("confidence"), _("formula")), *rows], language=language),
        "",
        _(
            "I is what is issued, D the deducted share of the mean, q_p a quantile of the posterior, HW its half-width."
        ),
        _(
            "Unverified rules are off unless a study names them; a study can also state its own, [own_rules.NAME]."
        ),
        _("`bayescarbon rules NAME` gives the thresholds, the document and how sure the formula is."),
    ]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(f"{part:g}" for part in value) if isinstance(value, list) else str(value)


def _detail(rule: Rule, language: Language) -> list[Line | str]:
    family = FAMILIES[rule.family]
    place = [rule.document]
    place += [
        said(_("{word} {text}", word=word, text=text), language)
        for word, text in ((_("version"), rule.version), (_("section"), rule.section))
        if text
    ]
    facts = [
        (_("Formula"), rule.formula),
        (_("Family"), f"{rule.family}: {family.formula}"),
        (_("Document"), ", ".join(place)),
        (_("Confidence"), f"{rule.confidence}: {said(_CONFIDENCE[rule.confidence], language)}"),
    ]
    lines: list[Line | str] = [
        Line(f"{rule.name}: {label('rule', rule.name, language) or rule.title}", bold=True),
        "",
    ]
    for heading, text in facts:
        told = said(heading, language)
        lines += textwrap.wrap(
            text, _WIDTH, initial_indent=told + " " * (12 - width(told)), subsequent_indent=" " * 12
        )
    if not rule.computable:
        refused = _("A study that names it is refused: {reason}.", reason=NO_FORMULA_REFUSAL)
        return [
            *lines,
            "",
            *textwrap.wrap(said(refused, language), _WIDTH),
        ]
    rows = [
        (key, _value(rule.thresholds[key]), threshold.meaning)
        for key, threshold in family.thresholds.items()
        if key in rule.thresholds
    ]
    return [
        *lines,
        "",
        Line(_("Thresholds"), bold=True),
        *(f"  {line}" for line in aligned(rows, language=language)),
    ]


def command(options: argparse.Namespace, console: Console) -> int:
    """List all rules or explain one."""
    known = rules()
    if options.rule is None:
        console.show(_list(known, options.language))
        console.answer([_record(rule) for rule in known.values()])
        return 0
    if options.rule not in known:
        return unknown_name("rules", _("deduction rule"), options.rule, known, options.language)
    console.show(_detail(known[options.rule], options.language))
    console.answer(_record(known[options.rule]))
    return 0
