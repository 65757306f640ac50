"""How far a run has come: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from bayescarbon.cli.console import Console
from bayescarbon.report.language import Language, stage_name

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


class Steps(Protocol):
    """What a run tells while it works."""

    def begin(self, name: str) -> None:
        """Say that the next step begins."""

    def advance(self, stage: str, done: int, total: int) -> None:
        """Say which stage of the fit is at work, and how much of it is done."""


class _Lines:
    """One line per step and per stage of the fit."""

    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language = language
        self._stage = ""

    def begin(self, name: str) -> None:
        self._console.note(f"{name} ...")

    def advance(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self._stage = stage
            self._console.note(f"  {stage_name(stage, self._language)}")


class _Bars:
    """One bar per step and per stage of the fit; it moves where it is known how much there is to do."""

    def __init__(self, bars: Bars, language: Language) -> None:
        self._bars = bars
        self._language = language
        self._task: TaskID | None = None
        self._stage = ""

    def begin(self, name: str) -> None:
        if self._task is not None:
            self._bars.update(self._task, total=1, completed=1)
        self._task = self._bars.add_task(name, total=None)

    def advance(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self._stage = stage
            self.begin(f"  {stage_name(stage, self._language)}")
        if self._task is not None:
            self._bars.update(self._task, total=total if total > 1 else None, completed=done)


@contextmanager
def progress(console: Console, language: Language) -> Iterator[Steps]:
    """Give what tells the steps of a run: bars if stderr is a terminal, lines if not, nothing if quiet.

    Parameters
    ----------
    console : Console
        Where to.
    language : {"en", "zh"}
        In which language.

    Yields
    ------
    Steps
        To be told when a step begins and how far a fit is.
    """
    if console.quiet or not sys.stderr.isatty():
        yield _Lines(console, language)
        return
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=RichConsole(stderr=True), transient=True) as bars:
        yield _Bars(bars, language)
