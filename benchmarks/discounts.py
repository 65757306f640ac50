"""Make the table of flat deductions, `data/discounts.csv`, and the record of how it was made, `data/discounts.toml`.

    uv run python benchmarks/discounts.py                                   # as shipped
    uv run python benchmarks/discounts.py --farms 500 --folder scratch      # more farms; goes on where it stopped
    uv run python benchmarks/discounts.py --farms 12 --own 5 --out scratch  # a quick look, elsewhere

One fit to the literature alone, then as many refits as `--farms` for each number of own samples: a farm of every group
of species takes part in each. With the same seed and versions the same table comes out. See docs/discounts.md.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon import __version__
from bayescarbon.accounting.frameworks import frameworks
from bayescarbon.evidence.quantities import quantities
from bayescarbon.issuance.discounts import flat_deductions
from bayescarbon.preposterior import (
    Design,
    Farms,
    Unmeasured,
    compiled_design,
    draw_farms,
    planned_samples,
    refit,
    unmeasured,
)
from bayescarbon.resources import root
from bayescarbon.study import Study, read_study
from bayescarbon.study.discounts import COLUMNS, RECORD, TABLE, UNIT
from bayescarbon.study.rules import default_rules

SEED = 20261121
FARMS, OWN, DRAWS, CHAINS = 64, (5, 20), 5000, 4
#: Days of a cycle: those of data/studies/national, and for mussels a year like the other animals on gear.
CYCLE_DAYS = {"clam": 730, "scallop": 365, "oyster": 360, "mussel": 365, "other": 365}
#: What a farm samples: its animals, its gear, what they drop, its water and the bed under it. A sample is one animal,
#: one gear, one trap, one bottle, one core, or for `alive_to_harvested` one net followed over the cycle.
STOCK_KINDS = (
    "dry_fraction",
    "shell_share",
    "shell_carbon",
    "tissue_carbon",
    "shell_organic_share",
    "live_weight",
    "alive_to_harvested",
    "fouling_ratio",
    "biodeposition_rate",
    "biodeposit_carbon",
    "respired_shell_fraction",
    "respiration_ratio",
)
SITE_KINDS = ("burial_fraction", "calcification_ratio")
#: Levels at which the true removals are held against what the farms conclude.
CHECKED = (0.05, 0.10, 0.50, 0.90, 0.95)
_DIGITS = 4


def farms_study(own_samples: int, folder: Path, groups: Sequence[str] = tuple(CYCLE_DAYS)) -> Study:
    """Write a study of one new farm per group, one tonne each, and read it as any study is read.

    Parameters
    ----------
    own_samples : int
        Single samples of every kind on every farm; their values are placeholders.
    folder : Path
        Must be empty or not exist yet.
    groups : sequence of str
        Which farms.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text('title = "New farms, one per group of species"\n', encoding="utf-8")
    harvest = [
        {
            "batch": group,
            "site": f"new {group} farm",
            "species": f"{group} (unspecified)",
            "harvest_t": 1,
            "cycle_days": CYCLE_DAYS[group],
        }
        for group in groups
    ]
    _write(folder / "harvest.csv", harvest)
    rows = [_sample(row, name) for row in harvest for name in (*STOCK_KINDS, *SITE_KINDS)]
    if own_samples:
        _write(folder / "evidence.csv", [row for row in rows for _ in range(own_samples)])
    return read_study(folder)


def _sample(farm: dict[str, object], name: str) -> dict[str, object]:
    quantity = quantities()[name]
    return {
        "quantity": name,
        "unit": quantity.unit,
        "value": quantity.prior.q50,
        "site": farm["site"],
        "species": farm["species"] if name in STOCK_KINDS else "",
        "method": "core" if name == "burial_fraction" else "",
    }


def _write(path: Path, rows: Sequence[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def study_of(own_samples: int, groups: Sequence[str] = tuple(CYCLE_DAYS)) -> Study:
    """Return `farms_study`, its files thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        return farms_study(own_samples, Path(folder), groups)


def deductions(sinks: xr.DataArray, own_samples: int) -> pd.DataFrame:
    """Return the rows of the table for one number of own samples.

    Parameters
    ----------
    sinks : DataArray
        t CO2e per tonne, dims (farm, framework, batch, chain, draw).
    own_samples : int
        Of each kind on each farm.
    """
    kinds = sinks.stack(scope=("batch", "framework"))
    places = kinds["scope"].to_index()
    plain = kinds.drop_vars(["scope", "batch", "framework"]).assign_coords(scope=np.arange(len(places)))
    table = flat_deductions(plain, default_rules())
    return table.assign(
        group=[places[i][0] for i in table["scope"]],
        framework=[places[i][1] for i in table["scope"]],
        own_samples=own_samples,
        unit=UNIT,
    )


def concluded(
    design: Design, farms: Farms, own: int, asked: argparse.Namespace
) -> Iterator[dict[str, np.ndarray]]:
    """Yield what each farm concludes, from the folder where it is there already."""
    for farm in range(asked.farms):
        # Farms depend on how many are drawn, and of how many draws.
        name = f"seed{asked.seed}-draws{asked.draws}-own{own}-farm{farm}of{asked.farms}"
        path = asked.folder / f"{name}.npz"
        if not path.exists():
            started = time.perf_counter()
            found = refit(design, farms.statistics[farm], seed=_seed(asked.seed, own, farm))
            part = path.with_suffix(".part.npz")
            np.savez(
                part,
                sinks=found.sinks.values.astype(np.float32),
                divergences=found.divergences,
                effective=found.effective,
                attempts=found.attempts,
                seconds=time.perf_counter() - started,
            )
            part.rename(path)  # a run that is killed leaves no half file
        with np.load(path) as stored:
            one = dict(stored)
        print(
            f"own samples {own}, farm {farm + 1} of {asked.farms}: {one['seconds']:.0f} s, "
            f"{one['effective']:.0f} effective draws, {one['divergences']} divergences",
            flush=True,
        )
        yield one


def _seed(seed: int, own: int, farm: int) -> int:
    return int(np.random.default_rng([seed, own, farm]).integers(2**31))


def measured(
    known: Unmeasured, own: int, asked: argparse.Namespace
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Return the rows of the table for farms with own samples, and what is to be recorded of the refits."""
    samples = planned_samples(study_of(own))
    farms = draw_farms(known, samples, asked.farms, asked.seed)
    found = list(concluded(compiled_design(samples), farms, own, asked))
    # A chain that had to be made longer counts no more than the others: its draws are thinned to their number.
    least = min(one["sinks"].shape[-1] for one in found)
    thinned = [one["sinks"][..., :: one["sinks"].shape[-1] // least][..., :least] for one in found]
    sinks = xr.DataArray(
        np.stack(thinned),
        dims=("farm", "framework", "batch", "chain", "draw"),
        coords={name: farms.sinks[name].values for name in ("framework", "batch")},
    )
    below = (sinks.astype(float) < farms.sinks.transpose("farm", "framework", "batch")).mean(
        ("chain", "draw")
    )
    record: dict[str, object] = {
        "own_samples": own,
        "farms_per_group": asked.farms,
        "draws_per_refit": least,
        "minutes": round(float(sum(one["seconds"] for one in found)) / 60, 1),
        "divergences": int(sum(one["divergences"] for one in found)),
        "least_effective_draws": round(float(min(one["effective"] for one in found))),
        "made_longer": int(sum(one["attempts"] > 1 for one in found)),
        "truth_below_quantile": {
            name: [round(float((below.sel(framework=name) <= level).mean()), 3) for level in CHECKED]
            for name in ("stock_change", "improved_stock_change", "individual_budget")
        },
    }
    return deductions(sinks, own), record


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write the table in the order of groups, own samples, frameworks and rules."""
    orders = {
        "group": list(CYCLE_DAYS),
        "own_samples": sorted(set(table["own_samples"])),
        "framework": list(frameworks()),
        "rule": list(default_rules()),
    }
    for name, order in orders.items():
        table = table.assign(**{name: pd.Categorical(table[name], order)})
    rounded = table.sort_values(list(orders)).round(_DIGITS)
    # No minus before a zero, and words that are the same in every language.
    rounded["mean"] += 0.0
    rounded["eligible"] = rounded["eligible"].map({True: "true", False: "false"})
    rounded[list(COLUMNS)].to_csv(path, index=False, lineterminator="\n")


def write_record(record: dict[str, object], refits: Sequence[dict[str, object]], path: Path) -> None:
    """Write how the table was made."""
    lines = ["# How data/discounts.csv was made. Written by benchmarks/discounts.py; see docs/discounts.md."]
    lines += [f"{key} = {_toml(value)}" for key, value in record.items()]
    for one in refits:
        lines += ["", "[[refits]]", *(f"{key} = {_toml(value)}" for key, value in one.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--farms", type=int, default=FARMS, help=f"farms of each group (default {FARMS})")
    parser.add_argument(
        "--own", default=",".join(map(str, OWN)), help="numbers of own samples (default 5,20)"
    )
    parser.add_argument(
        "--draws", type=int, default=DRAWS, help=f"per chain, literature alone (default {DRAWS})"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, help="folder of the two files (default: data/ of the repository)")
    parser.add_argument(
        "--folder", type=Path, help="keeps each refit, so that a run can go on where it stopped"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        asked.folder = asked.folder or Path(scratch)
        asked.folder.mkdir(parents=True, exist_ok=True)
        known = unmeasured(study_of(0), seed=asked.seed, draws=asked.draws, chains=CHAINS)
        if not known.diagnostics.passed:
            raise SystemExit(f"the literature's fit failed its gate: {'; '.join(known.diagnostics.reasons)}")
        tables, refits = [deductions(known.sinks.expand_dims("farm"), 0)], []
        for own in (int(word) for word in asked.own.split(",")):
            table, refitted = measured(known, own, asked)
            tables.append(table)
            refits.append(refitted)
    record = {
        "version": __version__,
        "date": datetime.now(UTC).date().isoformat(),
        "seed": asked.seed,
        "draws_of_the_literature": asked.draws * CHAINS,
        "cycle_days": CYCLE_DAYS,
        "kinds": [*STOCK_KINDS, *SITE_KINDS],
        "checked_quantiles": CHECKED,
    }
    out = asked.out or root() / "data"
    out.mkdir(parents=True, exist_ok=True)
    write_table(pd.concat(tables), out / Path(TABLE).name)
    write_record(record, refits, out / Path(RECORD).name)


if __name__ == "__main__":
    main()
