"""``bayescarbon init``: a study to fill in."""

from __future__ import annotations

import argparse

from bayescarbon.cli.console import Console
from bayescarbon.study import write_template
from bayescarbon.translation import _


def command(options: argparse.Namespace, console: Console) -> int:
    """Write the template and say what to do with it."""
    path = write_template(options.directory, example=options.example, xlsx=options.xlsx)
    console.summary(
        [
            _("Written: {path}", path=path),
            _("Fill it in, then: bayescarbon check {path}", path=path),
        ]
    )
    console.answer({"written": str(path)})
    return 0
