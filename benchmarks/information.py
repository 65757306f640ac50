"""How long ranking the quantities takes, and how far it is from the truth.

    uv run python benchmarks/information.py                                   # 10, 30, 100 x 1000, 4000, 20000
    uv run python benchmarks/information.py --parameters 30 --draws 4000 --repeat 3
    uv run python benchmarks/information.py --parameters 10 --no-record       # only print

The outcome is a sum of correlated normals and of noise, so that every value is known: EVPPI by its closed form, the
shares of the variance by those of blocks of parameters that know nothing of each other. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from machine import commit, load_average, machine, versions
from pages import RESULTS, heading, markdown, put_records
from scipy.special import ndtri

from bayescarbon.information import evppi, variance_shares

LEVEL = 0.10
#: Parameters of a block, their correlation, and the share of the outcome's variance that no parameter explains.
BLOCK, CORRELATION, UNEXPLAINED = 5, 0.5, 0.1
SHARES = ("first", "total", "shapley")
HEADER = (
    "parameters",
    "draws",
    "load",
    "EVPPI, s",
    "shares, s",
    "EVPPI: mean error",
    "in standard errors",
    "within 2",
    *(f"{name}: mean error" for name in SHARES),
    "shares within 2",
)


def problem(parameters: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights of the parameters in the outcome, and the covariance of a block.

    Parameters
    ----------
    parameters : int
        A multiple of `BLOCK`; a fifth of them has no weight.
    """
    if parameters % BLOCK:
        raise ValueError(f"{parameters} parameters: give a multiple of {BLOCK}")
    distance = np.abs(np.subtract.outer(np.arange(BLOCK), np.arange(BLOCK)))
    weights = 1 / (1 + np.arange(parameters) // BLOCK) / (1 + np.arange(parameters) % BLOCK)
    weights[np.arange(parameters) % BLOCK == BLOCK - 1] = 0.0
    return weights.reshape(-1, BLOCK), CORRELATION**distance


def draw(
    weights: np.ndarray, covariance: np.ndarray, draws: int, seed: int
) -> tuple[np.ndarray, pd.DataFrame]:
    """Return an outcome and its parameters."""
    rng = np.random.default_rng(seed)
    blocks = rng.normal(size=(draws, *weights.shape)) @ np.linalg.cholesky(covariance).T
    explained = np.einsum("bi,ij,bj->", weights, covariance, weights)
    noise = rng.normal(size=draws) * np.sqrt(explained * UNEXPLAINED / (1 - UNEXPLAINED))
    outcome = np.einsum("nbi,bi->n", blocks, weights) + noise
    columns = [f"x{i}" for i in range(weights.size)]
    return outcome, pd.DataFrame(blocks.reshape(draws, -1), columns=columns)


def truth(weights: np.ndarray, covariance: np.ndarray) -> pd.DataFrame:
    """Return the exact EVPPI and shares of each parameter."""
    variance = np.einsum("bi,ij,bj->", weights, covariance, weights) / (1 - UNEXPLAINED)
    shares = np.concatenate([block_shares(block, covariance) for block in weights]) / variance
    table = pd.DataFrame(shares, columns=list(SHARES))
    # The Shapley effects are shares of what the parameters explain.
    table["shapley"] /= 1 - UNEXPLAINED
    z = ndtri(LEVEL)
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    table["evppi"] = density * np.sqrt(variance) * (1 - np.sqrt(1 - table["first"]))
    return table


def block_shares(weights: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return the variance that each parameter of a block explains first, last and on average over the orders."""
    k = len(weights)

    def explained(subset: Sequence[int]) -> float:
        members = list(subset)
        cross = covariance[members] @ weights
        return float(cross @ np.linalg.solve(covariance[np.ix_(members, members)], cross)) if members else 0.0

    rows = []
    for j in range(k):
        others = [i for i in range(k) if i != j]
        added = [
            (explained((*subset, j)) - explained(subset)) / (k * comb(k - 1, size))
            for size in range(k)
            for subset in combinations(others, size)
        ]
        rows.append((explained((j,)), explained(range(k)) - explained(others), sum(added)))
    return np.array(rows)


def run_case(parameters: int, draws: int, seed: int) -> dict[str, Any]:
    """Time one problem and hold it against the truth."""
    weights, covariance = problem(parameters)
    outcome, table = draw(weights, covariance, draws, seed)
    exact = truth(weights, covariance).set_axis(table.columns)
    case: dict[str, Any] = {"parameters": parameters, "draws": draws, "load_average": load_average()}
    began = time.perf_counter()
    values = evppi(outcome, table, p=LEVEL, floor=None)
    case["evppi_seconds"] = time.perf_counter() - began
    began = time.perf_counter()
    shares = variance_shares(outcome, table)
    case["shares_seconds"] = time.perf_counter() - began
    errors = (values["evppi"] - exact["evppi"]).abs()
    # Relative to the largest: most parameters are worth next to nothing.
    case["evppi_error"] = float(errors.mean() / exact["evppi"].max())
    case["evppi_standard"] = float((errors / values["evppi_se"]).mean())
    case["evppi_within"] = float((errors < 2 * values["evppi_se"]).mean())
    inside = []
    for name in SHARES:
        errors = (shares[name] - exact[name]).abs()
        case[f"{name}_error"] = float(errors.mean())
        inside.append((errors < 2 * shares[f"{name}_se"]).mean())
    case["shares_within"] = float(np.mean(inside))
    return case


def row(case: dict[str, Any]) -> list[str]:
    """Return a case's row of the table."""
    return [
        str(case["parameters"]),
        str(case["draws"]),
        f"{case['load_average'][0]:.2f}",
        f"{case['evppi_seconds']:.2f}",
        f"{case['shares_seconds']:.2f}",
        f"{case['evppi_error']:.2%}",
        f"{case['evppi_standard']:.2f}",
        f"{case['evppi_within']:.0%}",
        *(f"{case[f'{name}_error']:.4f}" for name in SHARES),
        f"{case['shares_within']:.0%}",
    ]


def section(record: dict[str, Any]) -> str:
    """Return what the README says of one record."""
    table = markdown(HEADER, [row(case) for case in record["cases"]])
    return "\n\n".join([heading(record), f"    {record['command']}", table])


def main() -> None:
    """Run the cases that are asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parameters", default="10,30,100", help="numbers of parameters")
    parser.add_argument("--draws", default="1000,4000,20000", help="numbers of draws")
    parser.add_argument(
        "--repeat", type=int, default=1, help="times that each case is run, with another seed"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the first")
    parser.add_argument("--no-record", action="store_true", help="only print")
    asked = parser.parse_args()
    # What is paid once per process is not a problem's time.
    run_case(BLOCK, 200, 0)
    cases = []
    print(" | ".join(HEADER), flush=True)
    for parameters in map(int, asked.parameters.split(",")):
        for draws in map(int, asked.draws.split(",")):
            for repeat in range(asked.repeat):
                cases.append(run_case(parameters, draws, asked.seed + repeat))
                print(" | ".join(row(cases[-1])), flush=True)
    if asked.no_record:
        return
    now = datetime.now(UTC)
    record = {
        "date": now.strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "command": " ".join(["python", "benchmarks/information.py", *sys.argv[1:]]),
        "machine": machine(),
        "versions": versions(),
        "cases": cases,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"information-{now:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(record, indent=1), encoding="utf-8")
    put_records("information.py from results/information-*.json", "information-*.json", section)


if __name__ == "__main__":
    main()
