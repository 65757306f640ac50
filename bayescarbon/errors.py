"""What is wrong with an input, said so that the person who wrote it can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

#: Beginnings of names up to this length are no hint of which name was meant.
_SHORTEST_PART = 2


@dataclass(frozen=True)
class Problem:
    """One thing wrong (or, as a warning, odd) in a study.

    Attributes
    ----------
    table : str
        The table it stands in (``harvest``, ``study.toml``, ...).
    message : str
        What is wrong, and what to do about it.
    row : int, optional
        Row as a spreadsheet numbers it: the header is row 1, the first data row is row 2.
    column : str, optional
        Name of the column or key.
    value : str, optional
        The value as it was written.
    """

    table: str
    message: str
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        place = [self.table]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column}")
        shown = "" if self.value is None else f" {self.value!r}:"
        return f"{', '.join(place)}:{shown} {self.message}"


class StudyError(ValueError):
    """A study that cannot be used as it stands; it carries every problem found, not only the first.

    Attributes
    ----------
    problems : tuple of Problem
        All that has to be mended before the study can be read.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def suggest(name: str, known: Iterable[str]) -> str:
    """Return a closing hint naming the nearest known name, or nothing if none is near.

    Parameters
    ----------
    name : str
        What was written.
    known : iterable of str
        What could have been meant.
    """
    spelled = {k.lower(): k for k in known}
    written = name.lower()
    near = get_close_matches(written, spelled, n=1, cutoff=0.6)
    if not near and len(written) > _SHORTEST_PART:
        # The first word of a longer name (burial, vcs) is nearer to it than its letters say.
        near = [k for k in spelled if k.startswith(f"{written}_")][:1]
    return f" Did you mean {spelled[near[0]]!r}?" if near else ""
