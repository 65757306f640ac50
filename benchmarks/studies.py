"""What the benchmarks measure: studies of data/studies by name, synthetic ones by their number of sites."""

from __future__ import annotations

import argparse
from pathlib import Path

from machine import ROOT
from synthetic import write_study

STUDIES = ROOT / "data" / "studies"


def add_option(parser: argparse.ArgumentParser, default: str) -> None:
    """Let the command line name studies; `names` reads them."""
    parser.add_argument("--studies", default=default, help="names in data/studies, or numbers of sites")


def names(parser: argparse.ArgumentParser, asked: str) -> list[str]:
    """Return the studies that were asked for; one that does not exist is refused."""
    found = [name.strip() for name in asked.split(",") if name.strip()]
    for name in found:
        if not (name.isdecimal() and int(name) > 0) and not (STUDIES / name).is_dir():
            parser.error(f"{name!r} is neither a number of sites nor a study in data/studies")
    return found


def labelled(name: str, work: Path, seed: int) -> tuple[str, Path]:
    """Return what the tables call a study, and its folder.

    Parameters
    ----------
    name : str
        Of a study, or a number of sites.
    work : Path
        Where a synthetic study is written.
    seed : int
        Of a synthetic study.
    """
    if name.isdecimal():
        return f"{name} sites", write_study(work / f"study-{name}", int(name), seed=seed)
    return name, STUDIES / name
