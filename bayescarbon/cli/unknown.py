"""A name on the command line that does not exist is a usage error, answered with the nearest name."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from bayescarbon.errors import suggest


def unknown_name(command: str, kind: str, name: str, known: Iterable[str]) -> int:
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
    """
    hint = suggest(name, known)
    print(f"There is no {kind} {name!r}.{hint} `bayescarbon {command}` lists them.", file=sys.stderr)
    return 2
