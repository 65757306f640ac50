"""``bayescarbon show``: the headline again, from saved results."""

from __future__ import annotations

import argparse

from bayescarbon.cli.console import Console
from bayescarbon.report.folder import recover
from bayescarbon.report.headline import headline_lines, read_headline


def command(options: argparse.Namespace, console: Console) -> int:
    """Print the headline of a results folder."""
    if not options.results.exists():
        recover(options.results.resolve())  # a run may have been killed between its two renames
    headline = read_headline(options.results)
    console.show(headline_lines(headline, options.language))
    console.answer(headline.record())
    return 0
