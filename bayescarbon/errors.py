"""What is wrong with an input, said so that the person who wrote it can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from bayescarbon.translation import Language, _, joined, said

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
        return self.said("en")

    def said(self, language: Language) -> str:
        """Return the place, the value and what is wrong as one sentence.

        Parameters
        ----------
        language : {"en", "zh"}
            In which language; names and the value stay as they were written.
        """
        place: list[str] = [self.table]
        if self.row is not None:
            place.append(_("row {row}", row=self.row))
        if self.column is not None:
            place.append(_("column {column}", column=self.column))
        where = said(joined(place, _(", ")), language)
        message = said(self.message, language)
        if self.value is None:
            return said(_("{place}: {message}", place=where, message=message), language)
        told = _("{place}: {value!r}: {message}", place=where, value=self.value, message=message)
        return said(told, language)


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


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name nearest to one that was written; empty if none is near.

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
    return spelled[near[0]] if near else ""


def suggest(name: str, known: Iterable[str]) -> str:
    """Return a closing hint naming the nearest known name, or nothing if none is near.

    Parameters
    ----------
    name : str
        What was written.
    known : iterable of str
        What could have been meant.
    """
    near = nearest(name, known)
    return _(" Did you mean {name!r}?", name=near) if near else ""
