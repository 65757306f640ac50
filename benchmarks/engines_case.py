"""bayescarbon's side of `engines.py`: one reduced study, once, in the process that this file is run in.

    python benchmarks/engines_case.py STUDY RECORD DRAWS BEGAN [--seed 1] [--draws 2000] [--tune 1000] [--chains 4]

RECORD is the JSON file and DRAWS the .npy file to write; BEGAN is the Unix time at which the process was started.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np


def measure(study_path: Path, began: float, asked: argparse.Namespace) -> tuple[dict[str, Any], np.ndarray]:
    """Compile and sample as `bayescarbon.fit.fit` does, with a clock between the stages.

    Parameters
    ----------
    study_path : Path
        Folder of the study.
    began : float
        Unix time at which this process was started.
    asked : Namespace
        Options of the command line.

    Returns
    -------
    dict
        Seconds and processor seconds by stage, and what the sampler said of itself.
    array (chain, draw, cell)
        Link of theta at the cells of interest.
    """
    import nutpie

    from bayescarbon.model.build import model_of, specify
    from bayescarbon.model.c_function import compiled_model
    from bayescarbon.model.derived import derived
    from bayescarbon.model.predict import complete
    from bayescarbon.study import read_study

    seconds, cpu = {"start": time.time() - began}, {"start": time.process_time()}
    # Not on any clock, here or beside JAGS: which rows both engines get.
    from engines_model import sample_rows, wanted

    study, _ = sample_rows(read_study(study_path))
    clock, processor = time.perf_counter(), time.process_time()

    def lap(stage: str) -> None:
        nonlocal clock, processor
        now, used = time.perf_counter(), time.process_time()
        seconds[stage], clock = now - clock, now
        cpu[stage], processor = used - processor, used

    specification = specify(study, literature=False)
    model = model_of(specification)
    lap("build")
    compiled = compiled_model(model)
    lap("compile")
    tree = nutpie.sample(
        compiled,
        draws=asked.draws,
        tune=asked.tune,
        chains=asked.chains,
        seed=asked.seed,
        target_accept=asked.target_accept,
        save_warmup=True,
        progress_bar=False,
    )
    lap("nuts")
    posterior = tree["posterior"].to_dataset()
    points = {str(name): v.values.reshape(-1, *v.shape[2:]) for name, v in posterior.items()}
    values = derived(model, points, ["level_sd", "eta"], unconstrained=True)
    eta, _ = complete(specification, values, np.random.default_rng([asked.seed, 20261121]))
    lap("theta")
    # A leapfrog step costs the same while tuning as after it, so the steps divide the sampler's time.
    steps, before = (int(tree[group]["n_steps"].sum()) for group in ("sample_stats", "warmup_sample_stats"))
    for spent in (seconds, cpu):
        whole = spent.pop("nuts")
        drawing = whole * steps / (steps + before)
        spent |= {"tune": whole - drawing, "sample": drawing + spent.pop("theta")}
    drawn = eta[:, wanted(specification).nodes]
    told = {
        "seconds": seconds,
        "cpu_seconds": cpu,
        "sampled_dimensions": sum(int(np.prod(v.shape[1:], dtype=int)) for v in points.values()),
        "divergences": int(tree["sample_stats"]["diverging"].sum()),
        "steps_per_draw": steps / (asked.draws * asked.chains),
        "tuning": asked.tune,
        "draws": asked.draws,
    }
    return told, drawn.reshape(asked.chains, asked.draws, -1)


def main() -> None:
    """Measure the study named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path)
    parser.add_argument("record", type=Path)
    parser.add_argument("drawn", type=Path)
    parser.add_argument("began", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--tune", type=int, default=1000)
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--target-accept", type=float, default=0.99)
    asked = parser.parse_args()
    told, drawn = measure(asked.study, asked.began, asked)
    np.save(asked.drawn, drawn)
    asked.record.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
