"""Effective samples, agreement of two posteriors, and the tables of benchmarks/README.md about both."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import arviz_stats
import numpy as np
import xarray as xr
from pages import heading, markdown, put_records

START = ("start", "build", "compile")
# Monte Carlo errors of the difference beyond which a cell's posterior mean or sd counts as different.
TOLERANCE = 4.0
COLUMNS = (
    "study",
    "engine",
    "load",
    "draws",
    "start, s",
    "build, s",
    "compile, s",
    "tune, s",
    "sample, s",
    "sample, CPU s",
    "max R-hat",
    "min ESS",
    "median ESS",
    "min ESS / s sampling",
    "median ESS / s sampling",
    "min ESS / s with start-up",
    "median ESS / s with start-up",
    "min ESS / CPU s sampling",
    "median ESS / CPU s sampling",
)
SIZES = (
    "study",
    "rows",
    "left out",
    "cells",
    "parameters",
    "divergences",
    "means agree",
    "sds agree",
    "sd ratio",
)


def efficiency(
    theta: np.ndarray, seconds: Mapping[str, float], cpu_seconds: Mapping[str, float]
) -> dict[str, float]:
    """Return how well the cells of interest were sampled, and at what speed.

    Parameters
    ----------
    theta : array (chain, draw, cell)
        Draws.
    seconds, cpu_seconds : mapping
        By stage, `sample` among them.

    Returns
    -------
    dict
        Largest rank-normalised R-hat; smallest and median bulk ESS, as they are, per second of sampling, per second
        of all stages, and per processor second of sampling.
    """
    draws = xr.DataArray(theta, dims=("chain", "draw", "cell"))
    ess = np.asarray(arviz_stats.ess(draws, method="bulk"))
    found = {
        "max_rhat": float(np.max(np.asarray(arviz_stats.rhat(draws)))),
        "min_ess": float(ess.min()),
        "median_ess": float(np.median(ess)),
    }
    for name in ("min", "median"):
        found[f"{name}_ess_per_second_of_sampling"] = found[f"{name}_ess"] / seconds["sample"]
        found[f"{name}_ess_per_second_of_everything"] = found[f"{name}_ess"] / sum(seconds.values())
        found[f"{name}_ess_per_cpu_second_of_sampling"] = found[f"{name}_ess"] / cpu_seconds["sample"]
    return found


def agreement(first: np.ndarray, second: np.ndarray) -> dict[str, float]:
    """Compare two samples of the same posterior, each (chain, draw, cell).

    Returns
    -------
    dict
        Share of cells whose means, and whose sds, lie within `TOLERANCE` Monte Carlo errors of each other; the
        largest difference in such errors; median, smallest and largest ratio of the sds, second by first.
    """
    parts = [xr.DataArray(values, dims=("chain", "draw", "cell")) for values in (first, second)]
    found: dict[str, float] = {}
    for name in ("mean", "sd"):
        values = [
            getattr(part, "mean" if name == "mean" else "std")(("chain", "draw")).values for part in parts
        ]
        errors = [np.asarray(arviz_stats.mcse(part, method=name)) for part in parts]
        distance = np.abs(values[1] - values[0]) / np.hypot(*errors)
        found[f"{name}s_within"] = float(np.mean(distance <= TOLERANCE))
        found[f"{name}s_largest"] = float(distance.max())
    ratio = parts[1].std(("chain", "draw")).values / parts[0].std(("chain", "draw")).values
    for name in ("median", "min", "max"):
        found[f"sd_ratio_{name}"] = float(getattr(np, name)(ratio))
    return found


def _three_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def engine_row(study: str, engine: Mapping[str, Any]) -> list[str]:
    """Return one engine's row of the table of speed."""
    seconds = engine["seconds"]
    loads = (engine["load_average_before"][0], engine["load_average_after"][0])
    draws = f"{engine['draws']}" + (" (cap)" if engine.get("stopped_by_cap") else "")
    return [
        study,
        engine["engine"],
        " to ".join(f"{load:.1f}" for load in loads),
        draws,
        *(f"{seconds[stage]:.2f}" for stage in (*START, "tune", "sample")),
        f"{engine['cpu_seconds']['sample']:.2f}",
        f"{engine['max_rhat']:.3f}",
        *(f"{engine[name]:.0f}" for name in ("min_ess", "median_ess")),
        *(
            _three_digits(engine[f"{name}_ess_per_{what}"])
            for what in ("second_of_sampling", "second_of_everything", "cpu_second_of_sampling")
            for name in ("min", "median")
        ),
    ]


def size_rows(case: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of a study in the table of agreement, one per JAGS model."""
    rows = dict(case["rows"])
    kept = rows.pop("rows")
    first = case["engines"][0]
    found = []
    for told in case["agreement"].values():
        found.append(
            [
                case["study"],
                str(kept),
                ", ".join(f"{count} {why}" for why, count in rows.items() if count),
                str(case["cells"]),
                str(first["sampled_dimensions"]),
                str(first["divergences"]),
                *(f"{told[f'{n}s_within']:.1%} (worst {told[f'{n}s_largest']:.1f})" for n in ("mean", "sd")),
                f"{told['sd_ratio_median']:.3f} ({told['sd_ratio_min']:.3f} to {told['sd_ratio_max']:.3f})",
            ]
        )
    return found


def show(study: str, engine: Mapping[str, Any]) -> None:
    """Print an engine's figures, one a line."""
    print(f"\n{study}")
    for label, value in list(zip(COLUMNS, engine_row(study, engine), strict=True))[1:]:
        print(f"  {label:32} {value}")
    sys.stdout.flush()


def section(record: Mapping[str, Any]) -> str:
    """Return what the README says of one record."""
    parts = [
        heading(record),
        *([record["note"]] if record.get("note") else []),
        f"    {record['command']}",
        markdown(
            COLUMNS, [engine_row(case["study"], one) for case in record["cases"] for one in case["engines"]]
        ),
        markdown(SIZES, [row for case in record["cases"] for row in size_rows(case)]),
    ]
    return "\n\n".join(parts)


def rewrite_readme() -> None:
    """Put the tables of all records of engines.py into the README."""
    put_records("engines.py from results/engines-*.json", "engines-*.json", section)
