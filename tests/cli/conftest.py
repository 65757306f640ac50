from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

STUDY = """\
title = "Two bays 两个海湾"

[currency]
code = "CNY"
year = 2020
"""
HARVEST = """\
batch,site,species,harvest_t,cycle_days,individuals
east-2020,east,Chlamys farreri,120,500,6000000
west-2020,west,Crassostrea gigas,300,360,9000000
"""
EVIDENCE = """\
quantity,species,site,value,unit,method
shell_carbon,Chlamys farreri,east,11.6,%,
shell_carbon,Chlamys farreri,east,11.8,%,
burial_fraction,,east,0.06,g/g,core
"""
ECONOMICS = """\
batch,margin_gap,margin_gap_sd
east-2020,4000,1500
"""


def bayescarbon(
    *words: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does: in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bayescarbon.cli", *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )


@pytest.fixture(scope="session")
def cli() -> Run:
    return bayescarbon


def write_study(folder: Path) -> Path:
    folder.mkdir(parents=True)
    tables = {"harvest": HARVEST, "evidence": EVIDENCE, "economics": ECONOMICS}
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path / "two-bays")
