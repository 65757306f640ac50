"""Results of the shipped studies, made for a script or taken from runs that are there already."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from studies import STUDIES


def asked_folder(about: str | None) -> Path | None:
    """Return the folder that the command line names with ``--results``, if it names one.

    Parameters
    ----------
    about : str or None
        What the script says of itself.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, help="folder of results folders; without it they are made")
    given: Path | None = parser.parse_args().results
    return given


@contextmanager
def results(wanted: Mapping[str, tuple[str, int]], given: Path | None) -> Iterator[dict[str, Path]]:
    """Give the results folders by name: those in a folder, or of runs made now and removed at the end.

    Parameters
    ----------
    wanted : mapping of str to (str, int)
        Study and seed, by the name of the results folder.
    given : Path or None
        Folder of earlier results.
    """
    if given is not None:
        yield {name: given / name for name in wanted}
        return
    with tempfile.TemporaryDirectory() as scratch:
        folders = {name: Path(scratch) / name for name in wanted}
        for name, (study, seed) in wanted.items():
            command = [sys.executable, "-m", "bayescarbon.cli", "run", str(STUDIES / study), "--quiet"]
            subprocess.run([*command, "--seed", str(seed), "--out", str(folders[name])], check=True)
        yield folders
