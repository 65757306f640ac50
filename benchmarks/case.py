"""One study, once, in the process that this file is run in; `run.py` starts it, so that each case has its own.

    python benchmarks/case.py STUDY RECORD [--seed 1] [--draws 2000] [--chains 4]

RECORD is the JSON file to write. Results of the study go to a temporary folder and are thrown away.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def peak_memory_mb() -> float:
    """Return the largest resident memory of this process so far, MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e6 / 1024), 1)


class Sampling:
    """The fit's progress callback: reads off how long the sampler itself ran, over all attempts.

    The fit's own figure for ``sample`` has the diagnostics and the completion of every cell in it.
    """

    def __init__(self) -> None:
        self.attempts: list[list[float]] = []
        self.last = 0
        self.complete = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != "sample":
            return
        now = time.perf_counter()
        # A slow model reports no draw at all several times: only a fall back to none is another attempt.
        if not self.attempts or (done == 0 and self.last > 0):
            self.attempts.append([now, now])
        self.attempts[-1][1], self.last = now, done
        self.complete = done == total

    def seconds(self) -> float:
        """Return the time between the start and the last report of every attempt, summed."""
        return sum(end - begin for begin, end in self.attempts)


def measure(study_path: Path, folder: Path, seed: int, draws: int, chains: int) -> dict[str, Any]:
    """Do what ``bayescarbon run`` does, with a clock between the stages.

    Parameters
    ----------
    study_path : Path
        Folder or workbook.
    folder : Path
        Empty folder for the results.
    seed, draws, chains : int
        As for the command line.

    Returns
    -------
    dict
        Seconds by stage, peak memory after them (MB), size of the study and quality of the posterior.
    """
    seconds: dict[str, float] = {}
    memory: dict[str, float] = {}
    last = time.perf_counter()

    def lap(stage: str) -> None:
        nonlocal last
        now = time.perf_counter()
        seconds[stage], last = now - last, now
        memory[stage] = peak_memory_mb()

    from bayescarbon.accounting.ledger import account
    from bayescarbon.fit import fit
    from bayescarbon.model.build import build_model
    from bayescarbon.report.issuance import credit_terms
    from bayescarbon.report.results import RunInfo, write_results
    from bayescarbon.study import read_study

    lap("import")
    study = read_study(study_path)
    lap("read")
    sampling = Sampling()
    fitted = fit(study, seed=seed, draws=draws, chains=chains, progress=sampling)
    lap("fit")
    ledger = account(fitted)
    lap("account")
    info = RunInfo(
        title=study.title,
        study=study_path.name,
        headline_framework=study.headline_framework,
        currency=None if study.economics.empty or study.currency is None else study.currency.code,
        inputs=study.inputs,
        warnings=study.warnings,
        settings={"seed": seed, "sampler": {"name": "nutpie", **json.loads(fitted.data.attrs["settings"])}},
        command=["benchmark"],
        harvest=study.harvest,
        credits=credit_terms(study),
    )
    write_results(folder, fitted, ledger, info, seconds)
    lap("write")

    total = sum(seconds.values())
    whole = seconds.pop("fit")
    told = {
        "build": fitted.timings["build"],
        "compile": fitted.timings["compile"],
        "sample": sampling.seconds(),
    }
    rest = whole - sum(told.values())
    seconds = {
        **{stage: seconds[stage] for stage in ("import", "read")},
        **told,
        "diagnose_predict": rest,
        **{stage: seconds[stage] for stage in ("account", "write")},
        "total": total,
    }
    found = fitted.diagnostics
    observed = fitted.data["observed_data"]
    origin = observed["origin"].values.tolist()
    # After the clocks: it builds the model a second time.
    sizes = build_model(study)
    shapes = sizes.eval_rv_shapes()
    return {
        "seconds": seconds,
        "fit_timings": fitted.timings,
        "sampling_seen_to_the_end": sampling.complete,
        "peak_memory_mb": memory["write"],
        "peak_memory_mb_after": memory,
        "results_mb": sum(path.stat().st_size for path in folder.iterdir()) / 1e6,
        "sites": int(study.harvest["site"].nunique()),
        "batches": len(study.harvest),
        "evidence_rows_own": origin.count("farm"),
        "evidence_rows_literature": origin.count("literature"),
        "sampled_dimensions": sum(int(math.prod(shapes[value.name])) for value in sizes.value_vars),
        "settings": json.loads(fitted.data.attrs["settings"]),
        "passed": found.passed,
        "reasons": list(found.reasons),
        "refitted": found.refitted,
        "divergences": found.divergences,
        "max_rhat": found.max_rhat,
        "min_ess_bulk": found.min_ess_bulk,
        "min_ess_tail": found.min_ess_tail,
        "min_bfmi": found.min_bfmi,
        "steps_per_draw": float(fitted.data["sample_stats"]["n_steps"].mean()),
        "min_ess_per_second_of_sampling": found.min_ess_bulk / told["sample"],
        "min_ess_per_second_of_compile_and_sampling": found.min_ess_bulk / (told["compile"] + told["sample"]),
    }


def main() -> None:
    """Measure the study named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path)
    parser.add_argument("record", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--chains", type=int, default=4)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(asked.study, Path(folder), asked.seed, asked.draws, asked.chains)
    asked.record.write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
