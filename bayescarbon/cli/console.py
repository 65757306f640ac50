"""Where messages go: results to stdout, progress and complaints to stderr, JSON alone if asked for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from bayescarbon.report.terminal import Line
from bayescarbon.translation import Language, _, said

if TYPE_CHECKING:
    from bayescarbon.errors import Problem

_HINT = _(
    "Nothing was written. Mend the study, then try again; `bayescarbon check STUDY` shows this list again."
)
NOTHING_WRITTEN = _("Nothing was written.")


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
    language : {"en", "zh"}
        In which messages are said; names, keys and numbers are the same in both.
    """

    quiet: bool = False
    json: bool = False
    language: Language = "en"

    def show(self, lines: Iterable[Line | str]) -> None:
        """Print the lines that a command was asked for."""
        if self.json:
            return
        colour = _colour(sys.stdout)
        for line in lines:
            shown = line if isinstance(line, Line) else Line(line)
            print(shown.rendered(colour, self.language))

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
            print(said(message, self.language), file=sys.stderr, flush=True)

    def alarm(self, message: str) -> None:
        """Print one line that must be seen, in red where there are colours."""
        shown = Line(message, bold=True, red=True).rendered(_colour(sys.stderr), self.language)
        print(shown, file=sys.stderr, flush=True)

    def refuse(self, problems: Sequence[Problem]) -> None:
        """List everything that is wrong with an input, one line each."""
        for problem in problems:
            print(" ".join(problem.said(self.language).split()), file=sys.stderr)
        count = _("1 problem. ") if len(problems) == 1 else _("{n} problems. ", n=len(problems))
        about_study = any(problem.table not in ("--out", "RESULTS", "init") for problem in problems)
        self.alarm(count + (_HINT if about_study else NOTHING_WRITTEN))
        names = ("table", "row", "column", "value", "message")
        told = [
            {n: getattr(p, n) for n in names} | {"message": said(p.message, self.language)} for p in problems
        ]
        self.answer({"status": 1, "problems": told})

    def fail(self, reason: str, filename: str | None) -> None:
        """Say that the system refused to read or write."""
        message = reason if filename is None else f"{filename}: {reason}"
        self.alarm(_("{message}. Nothing was written.", message=message))
        self.answer({"status": 1, "problems": [{"table": None, "value": filename, "message": reason}]})
