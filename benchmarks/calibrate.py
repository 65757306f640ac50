"""Simulation-based calibration of the model and of each measurement model by itself.

    uv run python benchmarks/calibrate.py                            # all designs, 500 simulations each
    uv run python benchmarks/calibrate.py --designs traps,oxygen --simulations 50 --no-record
    uv run python benchmarks/calibrate.py --report                   # tables and figures from what is recorded

Each design is run by as many processes as `--workers` says. What is done is kept line by line, so a run that was
interrupted goes on where it stopped. See docs/calibration.md for what is simulated.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calibration_designs import DESIGNS, design
from calibration_report import RESULTS, rewrite_docs, summary
from machine import commit, load_average, machine, versions

SEED = 20261121


def _partial(folder: Path, name: str, worker: int) -> Path:
    return folder / f"{name}.{worker}.jsonl"


def _done(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    # The last line of a run that was killed may lack its end.
    return [json.loads(line) for line in lines if line.endswith("}\n")]


def work(name: str, asked: argparse.Namespace) -> None:
    """Do one worker's share of a design: every so manieth simulation, appended to its file as it is done."""
    from bayescarbon.calibration import calibrator, draw_truths, refits

    path = _partial(asked.folder, name, asked.worker)
    before = _done(path)
    done = {one["simulation"] for one in before}
    path.write_text("".join(json.dumps(one) + "\n" for one in before), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        study = design(name, Path(folder))
    made = calibrator(study)
    truths = draw_truths(made, asked.simulations, asked.seed)
    own = [i for i in range(asked.worker, asked.simulations, asked.workers) if i not in done]
    with path.open("a", encoding="utf-8") as file:
        for one in refits(made, truths, own, asked.seed):
            extra = {
                "clipped": int(truths.clipped[one.simulation]),
                "bounded": int(truths.bounded[one.simulation]),
                "dimensions": int(made.compiled.n_dim),
            }
            file.write(json.dumps(asdict(one) | extra) + "\n")
            file.flush()


def collect(name: str, asked: argparse.Namespace, started: float) -> dict[str, Any]:
    """Merge what the workers left into one record of a design."""
    paths = [_partial(asked.folder, name, i) for i in range(asked.workers)]
    found = sorted((one for path in paths for one in _done(path)), key=lambda one: one["simulation"])
    columns = ("divergences", "effective", "attempts", "seconds", "clipped", "bounded")
    record: dict[str, Any] = {
        "design": name,
        "simulations": len(found),
        "seed": asked.seed,
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": machine(),
        "load": load_average(),
        "versions": versions(),
        "wall_seconds": round(time.time() - started, 1),
        "dimensions": found[0]["dimensions"],
    }
    for column in columns:
        record[column] = [round(one[column], 2) for one in found]
    record["ranks"] = {quantity: [one["ranks"][quantity] for one in found] for quantity in found[0]["ranks"]}
    return record


def run(name: str, asked: argparse.Namespace) -> None:
    """Run a design in processes of their own and record it."""
    started = time.time()
    words = [
        sys.executable, __file__, "--designs", name, "--simulations", str(asked.simulations),
        "--seed", str(asked.seed), "--workers", str(asked.workers), "--folder", str(asked.folder),
    ]  # fmt: skip
    workers = [subprocess.Popen([*words, "--worker", str(i)]) for i in range(asked.workers)]
    failed = [one.wait() for one in workers]
    if any(failed):
        raise SystemExit(f"{name}: a worker stopped with status {max(failed)}; what was done is kept")
    record = collect(name, asked, started)
    path = asked.folder / f"{name}.json"
    path.write_text(json.dumps(record, separators=(",", ":")) + "\n", encoding="utf-8")
    for i in range(asked.workers):
        _partial(asked.folder, name, i).unlink()
    print(summary(record), flush=True)


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--designs", default=",".join(DESIGNS))
    parser.add_argument("--simulations", type=int, default=500)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-record", action="store_true", help="only print")
    parser.add_argument("--report", action="store_true", help="only make tables and figures again")
    parser.add_argument("--folder", type=Path, default=RESULTS, help="where the records are")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    names = asked.designs.split(",")
    unknown = sorted(set(names) - set(DESIGNS))
    if unknown:
        parser.error(f"no design {', '.join(unknown)}; there are {', '.join(DESIGNS)}")
    if asked.worker is not None:
        work(names[0], asked)
        return
    if not asked.report:
        with tempfile.TemporaryDirectory() as scratch:
            if asked.no_record:
                asked.folder = Path(scratch)
            asked.folder.mkdir(parents=True, exist_ok=True)
            for name in names:
                run(name, asked)
    if not asked.no_record and asked.folder == RESULTS:
        rewrite_docs(RESULTS)


if __name__ == "__main__":
    main()
