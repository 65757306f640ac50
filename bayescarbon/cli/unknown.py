"""A name on the command line that does not exist is a usage error, answered with the nearest name."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from bayescarbon.errors import suggest
from bayescarbon.translation import Language, _, said


def unknown_name(command: str, kind: str, name: str, known: Iterable[str], language: Language) -> int:
    """Say that there is nothing of this name and return the exit status of a usage error.

    Parameters
    ----------
    command : str
        The command that lists what there is.
    kind : str
        What was asked for.
    name : str
        What was written.
    known : iterable of str
        What there is.
    language : {"en", "zh"}
        In which language to say so.
    """
    message = _(
        "There is no {kind} {name!r}.{hint} `bayescarbon {command}` lists them.",
        kind=kind,
        name=name,
        hint=suggest(name, known),
        command=command,
    )
    print(said(message, language), file=sys.stderr)
    return 2
