"""Where messages go: results to stdout, progress and complaints to stderr, JSON alone if asked for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from bayescarbon.report.terminal import Line

if TYPE_CHECKING:
    from bayescarbon.errors import Problem

_HINT = (
    "Nothing was written. Mend the study, then try again; `bayescarbon check STUDY` shows this list again."
)


def _colour(stream: TextIO) -> bool:
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


@dataclass(frozen=True)
class Console:
    """What a command says, and to whom.

    Attributes
    ----------
    quiet : bool
        Say only what is wrong.
    json : bool
        Results as one JSON document on stdout; everything else on stderr.
    """

    quiet: bool = False
    json: bool = False

    def show(self, lines: Iterable[Line | str]) -> None:
        """Print the lines that a command was asked for."""
        if self.json:
            return
        colour = _colour(sys.stdout)
        for line in lines:
            print(line.rendered(colour) if isinstance(line, Line) else line)

    def summary(self, lines: Iterable[Line | str]) -> None:
        """Print what was done, unless nothing should be said about it."""
        if not self.quiet:
            self.show(lines)

    def answer(self, content: Mapping[str, Any] | Sequence[Any]) -> None:
        """Print the JSON document, if JSON was asked for."""
        if self.json:
            print(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False))

    def note(self, message: str) -> None:
        """Print one line of progress."""
        if not self.quiet:
            print(message, file=sys.stderr, flush=True)

    def alarm(self, message: str) -> None:
        """Print one line that must be seen, in red where there are colours."""
        print(Line(message, bold=True, red=True).rendered(_colour(sys.stderr)), file=sys.stderr, flush=True)

    def refuse(self, problems: Sequence[Problem]) -> None:
        """List everything that is wrong with an input, one line each."""
        for problem in problems:
            print(" ".join(str(problem).split()), file=sys.stderr)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        about_study = any(problem.table not in ("--out", "RESULTS", "init") for problem in problems)
        self.alarm(f"{count}. {_HINT if about_study else 'Nothing was written.'}")
        names = ("table", "row", "column", "value", "message")
        self.answer({"status": 1, "problems": [{n: getattr(p, n) for n in names} for p in problems]})

    def fail(self, reason: str, filename: str | None) -> None:
        """Say that the system refused to read or write."""
        message = reason if filename is None else f"{filename}: {reason}"
        self.alarm(f"{message}. Nothing was written.")
        self.answer({"status": 1, "problems": [{"table": None, "value": filename, "message": reason}]})
