"""``bayescarbon init``: a study to fill in."""

from __future__ import annotations

import argparse

from bayescarbon.cli.console import Console
from bayescarbon.study import write_template


def command(options: argparse.Namespace, console: Console) -> int:
    """Write the template and say what to do with it."""
    path = write_template(options.directory, example=options.example, xlsx=options.xlsx)
    console.summary([f"Written: {path}", f"Fill it in, then: bayescarbon check {path}"])
    console.answer({"written": str(path)})
    return 0
