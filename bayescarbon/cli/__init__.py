"""The command line: parse, call one verb, print. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from bayescarbon.cli.console import Console
from bayescarbon.cli.parser import asked_language, build_parser
from bayescarbon.translation import _

DONE, REFUSED, USAGE, UNCONVERGED, INTERRUPTED = 0, 1, 2, 3, 130

__all__ = ["main"]


def _run_command(argv: Sequence[str]) -> int:
    """Run one command and turn everything that can be refused into a message and a status."""
    options = build_parser(asked_language(argv)).parse_args(argv)
    console = Console(quiet=options.quiet, json=options.json, language=options.language)
    from bayescarbon.errors import StudyError

    try:
        status: int = options.command(options, console)
        return status
    except StudyError as error:
        console.refuse(error.problems)
    except BrokenPipeError:
        raise
    except OSError as error:
        console.fail(error.strerror or str(error), error.filename)
    except KeyboardInterrupt:
        console.note(_("Stopped. Nothing was written."))
        return INTERRUPTED
    return REFUSED


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; default: those of the process.

    Returns
    -------
    int
        0 done; 1 input refused, nothing written; 3 diagnostics failed and not overridden; 130 interrupted.

    Raises
    ------
    SystemExit
        With status 2 on a usage error, with 0 after ``--help`` and ``--version``.
    """
    # Kept in the folders where numba keeps machine code, also under PYTHONDONTWRITEBYTECODE, which many container
    # images set: without bytecode each start compiles PyMC and pandas again.
    sys.dont_write_bytecode = False
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that cannot show Chinese shows question marks: never a reason to fail.
            stream.reconfigure(errors="replace")
    try:
        status = _run_command(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader (`| head`) has seen enough. Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
