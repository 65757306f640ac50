"""``bayescarbon frameworks``: the ways of counting a sink."""

from __future__ import annotations

import argparse
import textwrap
from typing import Any

from bayescarbon.accounting.frameworks import Framework, frameworks, weights
from bayescarbon.cli.console import Console
from bayescarbon.cli.unknown import unknown_name
from bayescarbon.report.names import called, label
from bayescarbon.report.terminal import Line, aligned
from bayescarbon.translation import Language, _


def _record(framework: Framework) -> dict[str, Any]:
    return {
        "framework": framework.name,
        "title": framework.title,
        "base": framework.base,
        "argued_by": framework.argued_by,
        "citation": framework.citation,
        "description": dict(framework.description),
        "weights": weights(framework),
    }


def _detail(framework: Framework, language: Language) -> list[Line | str]:
    signed = weights(framework)
    facts = [
        (_("Builds on"), framework.base),
        (_("Argued by"), framework.argued_by),
        (_("Citation"), framework.citation),
    ]
    return [
        Line(
            f"{framework.name}: {label('framework', framework.name, language) or framework.title}", bold=True
        ),
        "",
        *textwrap.wrap(framework.description["en"], 100),
        *textwrap.wrap(framework.description["zh"], 50),
        "",
        *aligned([(name, value) for name, value in facts if value], language=language),
        "",
        _("Lines of the ledger that count, and their sign:")
        if signed
        else _("No line of the ledger counts."),
        *(f"  {'+' if sign > 0 else '-'} {called('line', line, language)}" for line, sign in signed.items()),
    ]


def command(options: argparse.Namespace, console: Console) -> int:
    """List all frameworks or explain one."""
    known = frameworks()
    if options.framework is None:
        rows = [
            (called("framework", name, options.language), framework.description[options.language])
            for name, framework in known.items()
        ]
        console.show(aligned([(_("framework"), _("what it counts")), *rows], language=options.language))
        console.show(
            ["", _("`bayescarbon frameworks NAME` gives the lines, the reasons and who argues for it.")]
        )
        console.answer([_record(framework) for framework in known.values()])
        return 0
    if options.framework not in known:
        return unknown_name("frameworks", _("framework"), options.framework, known, options.language)
    console.show(_detail(known[options.framework], options.language))
    console.answer(_record(known[options.framework]))
    return 0
