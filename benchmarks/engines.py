"""The same model in bayescarbon and in JAGS: seconds, effective samples per second, and whether they agree.

    uv run python benchmarks/engines.py [--studies yunxi,synthetic-bay,100,1000]

A number is a synthetic study of that many sites, a name a study of data/studies. Needs JAGS and rjags.
See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import studies
from engines_compare import agreement, efficiency, rewrite_readme, show
from engines_model import Wanted, jags_data, sample_rows, wanted, write_r
from machine import ROOT, commit, load_average, machine, versions
from pages import RESULTS
from run import environment

from bayescarbon.model.build import specify
from bayescarbon.study import read_study

CASE = Path(__file__).with_name("engines_case.py")
PROGRAM = Path(__file__).with_name("engines") / "jags.R"
MODELS = {"centred": PROGRAM.with_name("centred.jags")}
INSTALL = (
    "JAGS with its interface for R is missing. On Debian and Ubuntu: apt-get install jags r-cran-rjags. Elsewhere: "
    "JAGS 4.3 of mcmc-jags.sourceforge.io, R, and in R install.packages('rjags')."
)
PROCESSES = 2


def missing_jags() -> str | None:
    """Return how to install JAGS if it cannot be used here, else None."""
    script = shutil.which("Rscript")
    if script is None:
        return INSTALL
    done = subprocess.run(
        [script, "--vanilla", "-e", "library(rjags)"], capture_output=True, text=True, check=False
    )
    return None if done.returncode == 0 else INSTALL


def run_jags(
    model: Path, data: dict[str, np.ndarray | int | float], work: Path, asked: argparse.Namespace
) -> tuple[dict[str, Any], np.ndarray]:
    """Sample with JAGS, half of the chains in each of two processes that run side by side.

    Parameters
    ----------
    model : Path
        Model file.
    data : dict
        Of `jags_data`.
    work : Path
        Folder for files.
    asked : Namespace
        Options of the command line: chains, tune, jags_draws, cap, seed.

    Returns
    -------
    dict
        Seconds by stage, each of the slower process; processor seconds of both; what was drawn.
    array (chain, draw, cell)
        Link of theta at the cells of interest.

    Raises
    ------
    RuntimeError
        If a process fails; with the last line of what it said.
    """
    source = work / "data.R"
    write_r(data, source)
    shares = [len(part) for part in np.array_split(np.arange(asked.chains), min(PROCESSES, asked.chains))]
    began, started, running = time.time(), 1, []
    for i, chains in enumerate(shares):
        drawn, told = work / f"jags-{i}.bin", work / f"jags-{i}.txt"
        numbers = (started, chains, asked.tune // 2, asked.tune - asked.tune // 2, asked.jags_draws)
        words = [str(PROGRAM), str(model), str(source), str(drawn), str(told), *map(str, numbers)]
        words += [str(asked.cap), str(asked.seed)]
        process = subprocess.Popen(
            ["Rscript", "--vanilla", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=work,
        )
        running.append((process, chains, drawn, told))
        started += chains
    parts, reports = [], []
    for process, chains, drawn, told in running:
        _, errors = process.communicate()
        if process.returncode:
            raise RuntimeError(f"JAGS failed: {(errors.strip().splitlines() or ['nothing said'])[-1]}")
        pairs = (line.split(" ", 1) for line in told.read_text(encoding="utf-8").splitlines())
        reports.append(dict(pairs))
        values = np.fromfile(drawn).reshape(-1, chains, int(data["n_wanted"]))
        drawn.unlink()
        parts.append(values.transpose(1, 0, 2))
    draws = min(part.shape[1] for part in parts)

    stages = {"start": ["loaded"], "build": ["read"], "compile": ["compile"], "tune": ["adapt", "burn"]}
    stages["sample"] = ["sample"]

    def spent(names: list[str], suffix: str = "") -> list[float]:
        return [sum(float(report[name + suffix]) for name in names) for report in reports]

    seconds = {stage: max(spent(names)) for stage, names in stages.items()}
    seconds["start"] -= began
    told_of = {
        "seconds": seconds,
        "cpu_seconds": {stage: sum(spent(names, "_cpu")) for stage, names in stages.items()},
        "sampled_dimensions": sum(
            int(word.rsplit(": ", 1)[1]) for word in reports[0]["samplers"].split("; ")
        ),
        "samplers": reports[0]["samplers"],
        "versions": {name: reports[0][name] for name in ("jags", "rjags", "r")},
        "tuning": int(min(float(r["adapted"]) + float(r["burned"]) for r in reports)),
        "draws": draws,
        "adapted_well": all(report["adapted_well"] == "TRUE" for report in reports),
        "stopped_by_cap": draws < asked.jags_draws,
    }
    return told_of, np.concatenate([part[:, :draws] for part in parts])


def run_bayescarbon(
    study: Path, caches: Path, work: Path, asked: argparse.Namespace
) -> tuple[dict[str, Any], np.ndarray]:
    """Sample with bayescarbon in a process of its own; with empty caches of machine code if `caches` is missing.

    Parameters
    ----------
    study : Path
        Folder of the study.
    caches, work : Path
        Folders for machine code and for files.
    asked : Namespace
        Options of the command line: chains, tune, draws, seed.

    Returns
    -------
    dict
        Seconds by stage.
    array (chain, draw, cell)
        Link of theta at the cells of interest.

    Raises
    ------
    RuntimeError
        If the process fails; with the last line of what it said.
    """
    record, drawn = work / "bayescarbon.json", work / "bayescarbon.npy"
    state = "warm" if caches.exists() else "empty"
    command = [sys.executable, str(CASE), str(study), str(record), str(drawn), repr(time.time())]
    for name in ("seed", "draws", "tune", "chains"):
        command += [f"--{name}", str(getattr(asked, name))]
    done = subprocess.run(
        command, env=environment(caches), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(
            f"bayescarbon failed: {(done.stderr.strip().splitlines() or ['nothing said'])[-1]}"
        )
    return {**json.loads(record.read_text(encoding="utf-8")), "caches": state}, np.load(drawn)


def run_study(name: str, path: Path, work: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Run both engines on one study, one after the other, and compare them.

    Parameters
    ----------
    name : str
        What the tables call it.
    path : Path
        Its folder.
    work : Path
        Folder for files.
    asked : Namespace
        Options of the command line.
    """
    study, rows = sample_rows(read_study(path))
    specification = specify(study, literature=False)
    cells: Wanted = wanted(specification)
    case: dict[str, Any] = {"study": name, "rows": rows, "cells": len(cells.nodes), "engines": []}
    case["quantities"] = sorted(set(cells.quantity))
    links: dict[str, np.ndarray] = {}

    def add(label: str, told: dict[str, Any], eta: np.ndarray, load: list[float]) -> None:
        links[label] = eta
        figures = efficiency(cells.natural(eta), told["seconds"], told["cpu_seconds"])
        loads = {"load_average_before": load, "load_average_after": load_average()}
        case["engines"].append({"engine": label, **told, **figures, **loads})
        show(name, case["engines"][-1])

    for state in ("empty", "warm") if asked.warm else ("empty",):
        load = load_average()
        told, eta = run_bayescarbon(path, work / f"caches-{name}", work, asked)
        add(f"bayescarbon, {state} caches", told, eta, load)
    for form, model in MODELS.items():
        load = load_average()
        told, eta = run_jags(model, jags_data(specification), work, asked)
        add(f"JAGS, {form}", told, eta, load)
    # On the link: with log-normal spreads theta itself has no variance where a cell has no row, so that the sd of a
    # sample of it says nothing.
    first = next(iter(links))
    case["agreement"] = {
        label: agreement(links[first], eta) for label, eta in links.items() if label.startswith("JAGS")
    }
    print(json.dumps(case["agreement"], indent=1), flush=True)
    return case


def options() -> argparse.Namespace:
    """Read the command line; a study that does not exist is refused before anything is measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    studies.add_option(parser, "yunxi,synthetic-bay,100,1000")
    parser.add_argument(
        "--record", action=argparse.BooleanOptionalAction, default=True, help="write results/, README"
    )
    parser.add_argument(
        "--warm",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="run bayescarbon a second time, with the machine code of the first",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the synthetic studies and of the samplers")
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--tune", type=int, default=1000, help="draws thrown away, per chain, of both")
    parser.add_argument("--draws", type=int, default=2000, help="of bayescarbon, per chain")
    parser.add_argument("--jags-draws", type=int, default=10_000, help="of JAGS, per chain")
    parser.add_argument(
        "--cap", type=float, default=600.0, help="JAGS: seconds of sampling after which it stops"
    )
    parser.add_argument("--note", default="", help="a sentence for the record, about what it was run beside")
    asked = parser.parse_args()
    asked.names = studies.names(parser, asked.studies)
    lacking = missing_jags()
    if lacking is not None:
        parser.error(lacking)
    return asked


def main() -> None:
    """Measure, print and record."""
    asked = options()
    began = datetime.now(UTC)
    record: dict[str, Any] = {
        "date": began.isoformat(timespec="seconds"),
        "command": " ".join(["uv run python benchmarks/engines.py", *sys.argv[1:]]),
        "note": asked.note,
        "commit": commit(),
        "machine": machine(),
        "versions": versions(),
        "cases": [],
    }
    target = RESULTS / f"engines-{began:%Y%m%dT%H%M%SZ}.json"
    with tempfile.TemporaryDirectory(prefix="bayescarbon-engines-") as temporary:
        work = Path(temporary)
        for name in asked.names:
            case = run_study(*studies.labelled(name, work, asked.seed), work, asked)
            record["cases"].append(case)
            record["versions"] |= case["engines"][-1]["versions"]
            # After every study: the largest is the last, and the likeliest to be interrupted.
            if asked.record:
                RESULTS.mkdir(exist_ok=True)
                target.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
                rewrite_readme()


if __name__ == "__main__":
    main()
