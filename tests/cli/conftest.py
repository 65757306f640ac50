from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from bayescarbon.cli import main

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


def in_this_process(
    *words: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line here, with streams as those of a process: what it imports is imported once."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    argv = [str(word) for word in words]
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(cwd or Path.cwd()),
        mock.patch.dict(os.environ, environment),
    ):
        try:
            status = main(argv)
        except SystemExit as left:
            status = int(left.code or 0)
        out.flush()
        err.flush()
    printed = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(argv, status, *printed)


@pytest.fixture(scope="session")
def shell() -> Run:
    """Return a command line in a process of its own, for what only a whole process shows."""
    return bayescarbon


@pytest.fixture(scope="session")
def cli() -> Run:
    return in_this_process


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
