"""Measure bayescarbon on this machine: time and memory by stage, and effective samples per second.

    uv run python benchmarks/run.py [--studies yunxi,10,100,1000] [--repeat 1]

A number is a synthetic study of that many sites, a name a study of data/studies. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import studies
from machine import ROOT, commit, load_average, machine, versions
from pages import RESULTS
from table import QUALITY, TIMES, case_rows, rewrite_readme

CASE = Path(__file__).with_name("case.py")


def environment(caches: Path, bytecode: bool = False) -> dict[str, str]:
    """Return an environment in which machine code, and if asked Python's bytecode, is cached in a folder of ours."""
    changed = dict(os.environ)
    changed["NUMBA_CACHE_DIR"] = str(caches / "numba")
    # Flags that the user has set stay, unless they are about the same folder: the last one counts.
    changed["PYTENSOR_FLAGS"] = (
        f"{os.environ.get('PYTENSOR_FLAGS', '')},base_compiledir={caches / 'pytensor'}".strip(",")
    )
    if bytecode:
        changed["PYTHONPYCACHEPREFIX"] = str(caches / "bytecode")
        changed.pop("PYTHONDONTWRITEBYTECODE", None)
    return changed


def _why(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stderr.strip().splitlines() or ["nothing on stderr"]
    how = f"killed by signal {-done.returncode}" if done.returncode < 0 else f"exit status {done.returncode}"
    return (
        f"{how}: {lines[-1]}".replace(str(ROOT), ".").replace(tempfile.gettempdir(), "TMP").replace("|", "/")
    )


def run_case(name: str, study: Path, caches: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Measure one study in a process of its own.

    Parameters
    ----------
    name : str
        What the tables call it.
    study : Path
        Its folder.
    caches : Path
        Folder for machine code; if it is missing the case starts with empty caches.
    asked : Namespace
        Options of the command line.
    """
    record = caches.with_suffix(".json")
    case: dict[str, Any] = {
        "study": name,
        "caches": "warm" if caches.exists() else "empty",
        "load_average": load_average(),
    }
    command = [sys.executable, str(CASE), str(study), str(record)]
    command += ["--seed", str(asked.seed), "--draws", str(asked.draws), "--chains", str(asked.chains)]
    began = time.perf_counter()
    done = subprocess.run(
        command, env=environment(caches), cwd=ROOT, capture_output=True, text=True, check=False
    )
    case["process_seconds"] = time.perf_counter() - began
    if done.returncode:
        return {**case, "failed": _why(done)}
    return {**case, **json.loads(record.read_text(encoding="utf-8"))}


def run_commands(work: Path) -> list[dict[str, Any]]:
    """Time starts of the command line: nothing compiled, machine code to be compiled, everything as left behind."""
    script = Path(sys.executable).with_name("bayescarbon")
    start = [str(script)] if script.exists() else [sys.executable, "-m", "bayescarbon.cli"]
    yunxi = studies.STUDIES.relative_to(ROOT) / "yunxi"
    out = work / "results"
    commands = {
        "bayescarbon --help": ["--help"],
        "bayescarbon check yunxi": ["check", str(yunxi)],
        "bayescarbon run yunxi": ["run", str(yunxi), "--out", str(out)],
    }
    times = []
    for number, (name, words) in enumerate(commands.items()):
        nothing, machine_code = work / f"nothing-{number}", work / f"code-{number}"
        for state, env in (
            ("none, and no bytecode", environment(nothing, bytecode=True)),
            ("none", environment(machine_code)),
            ("warm", environment(machine_code)),
        ):
            load = load_average()
            began = time.perf_counter()
            done = subprocess.run(
                [*start, *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False
            )
            seconds = time.perf_counter() - began
            times.append(
                {
                    "command": name,
                    "caches": state,
                    "load_average": load,
                    "seconds": seconds,
                    "status": done.returncode,
                }
            )
            print(
                f"{name:26} {state:22} {seconds:7.2f} s   exit status {done.returncode}   load {load[0]:.2f}",
                flush=True,
            )
    return times


def show(case: dict[str, Any]) -> None:
    """Print a case, one figure a line."""
    times, quality = case_rows(case)
    print(f"\n{case['study']}")
    if "failed" in case:
        print(f"  failed: {case['failed']}", flush=True)
        return
    pairs = [*zip(TIMES, times, strict=False), *list(zip(QUALITY, quality, strict=False))[2:]]
    for label, value in pairs[1:]:
        print(f"  {label:32} {value}")
    sys.stdout.flush()


def options() -> argparse.Namespace:
    """Read the command line; a study that does not exist is refused before anything is measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    studies.add_option(parser, "yunxi,10,100,1000")
    parser.add_argument(
        "--repeat", type=int, default=1, help="times per study; only the first has empty caches"
    )
    parser.add_argument(
        "--commands", action=argparse.BooleanOptionalAction, default=True, help="time the command line"
    )
    parser.add_argument(
        "--record", action=argparse.BooleanOptionalAction, default=True, help="write results/, README"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the synthetic studies and of the sampler")
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--chains", type=int, default=4)
    asked = parser.parse_args()
    asked.names = studies.names(parser, asked.studies)
    return asked


def main() -> None:
    """Measure, print and record."""
    asked = options()
    began = datetime.now(UTC)
    record: dict[str, Any] = {
        "date": began.isoformat(timespec="seconds"),
        "command": " ".join(["uv run python benchmarks/run.py", *sys.argv[1:]]),
        "commit": commit(),
        "machine": machine(),
        "versions": versions(),
        "commands": [],
        "cases": [],
    }
    print(
        json.dumps({k: v for k, v in record.items() if k not in ("commands", "cases")}, indent=1), flush=True
    )
    target = RESULTS / f"{began:%Y%m%dT%H%M%SZ}.json"

    def keep() -> None:
        # After every measurement: the longest case is the last, and the likeliest to be interrupted.
        if asked.record:
            RESULTS.mkdir(exist_ok=True)
            target.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
            rewrite_readme()

    with tempfile.TemporaryDirectory(prefix="bayescarbon-benchmark-") as temporary:
        work = Path(temporary)
        if asked.commands:
            record["commands"] = run_commands(work)
            keep()
        for name in asked.names:
            label, study = studies.labelled(name, work, asked.seed)
            for _ in range(asked.repeat):
                case = run_case(label, study, work / f"caches-{name}", asked)
                record["cases"].append(case)
                show(case)
                keep()


if __name__ == "__main__":
    main()
