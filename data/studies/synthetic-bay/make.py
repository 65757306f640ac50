"""Make the synthetic bay: a world drawn from the stated priors, and the tables that its farms would have written.

`make` writes a complete study and, beside it, `truth.json` with what the tables were drawn from. The same seed gives
the same bytes. It shares no code with the package: priors are read from their files, and sampling distributions and
the carbon account are written out once more, so that a recovery test compares two independent routes.

Run it without arguments to write the study beside this file.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np


def _beside(name: str) -> ModuleType:
    # By path: the folder's name is no package name, and this file must run both as a script and out of a test.
    full = f"synthetic_bay_{name}"
    if full not in sys.modules:
        spec = spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        if spec is None or spec.loader is None:
            raise FileNotFoundError(f"{name}.py is missing beside {__file__}")
        sys.modules[full] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[full])
    return sys.modules[full]


account, worlds = _beside("account"), _beside("world")

SEED = 20
SPECIES = {"scallop": "Argopecten irradians", "oyster": "Magallana gigas", "clam": "Ruditapes philippinarum"}
CYCLE_DAYS = {"scallop": 240, "oyster": 360, "clam": 730}
SITES = {
    "north reach": ("scallop", "oyster"),
    "outer bar": ("oyster", "clam"),
    "mill creek": ("scallop",),
    "east flat": ("scallop", "clam"),
    "lee shore": ("scallop", "oyster"),
    "south bank": ("oyster", "clam"),
    "ferry hole": ("scallop",),
    "old jetty": ("oyster", "clam"),
    "west spit": ("scallop", "clam"),
    "deep mooring": ("scallop", "oyster"),
}
WATER_SITES = ("outer bar", "lee shore")
CORE_SITES = ("north reach", "east flat", "old jetty")
OXYGEN_SITES = ("mill creek", "east flat")
WATER_ERROR = {"temperature_c": 0.3, "salinity": 0.2, "alkalinity_umol_kg": 12.0, "pco2_uatm": 20.0}
SEASONS = ("spring", "summer", "autumn", "winter")
RQ = 0.85

# What a farm measures: quantity -> unit in the table, chance that a batch measured it at all, detection limit.
MEASURED = {
    "dry_fraction": ("%", 0.8, 0.0),
    "shell_share": ("g/g", 0.8, 0.0),
    "shell_carbon": ("g C/g", 0.7, 0.0),
    "tissue_carbon": ("g C/g", 0.7, 0.0),
    "shell_organic_share": ("fraction", 0.3, 0.001),
    "live_weight": ("g/ind", 0.9, 0.0),
    "alive_to_harvested": ("ind/ind", 0.5, 0.0),
    "fouling_ratio": ("kg/kg", 0.6, 0.002),
    "biodeposition_rate": ("mg/ind/d", 0.6, 0.0),
    "biodeposit_carbon": ("%", 0.6, 0.0),
    "respired_shell_fraction": ("fraction", 0.4, 0.01),
    "respiration_ratio": ("g C/g C", 0.3, 0.0),
    "operations_emission": ("kg CO2e/t", 0.5, 0.0),
}
COMPOSITES = {
    "whole_body_carbon": "g C/g",
    "carbon_per_live": "t C/t",
    "carbon_deposition_rate": "mg C/ind/d",
}
SEASONAL = ("tissue_carbon", "biodeposition_rate", "biodeposit_carbon")
COLUMNS = (
    "quantity", "unit", "value", "species", "site", "season", "sd", "n", "low", "high", "method", "rq_convention",
)  # fmt: skip
# Invented costs, CNY, and an invented market price, so that there is something to plan.
SAMPLING_COLUMNS = ("quantity", "cost_per_sample", "fixed_cost", "max_samples")
SAMPLING = (
    ("dry_fraction", "10", "100", "100"),
    ("fouling_ratio", "200", "500", "50"),
    ("burial_fraction", "1500", "3000", "30"),
    ("biodeposition_rate", "500", "1000", "40"),
)
PRICE = '\n[credit_price]\nq05 = 40.0\nq50 = 60.0\nq95 = 90.0\nunit = "CNY / t CO2e"\n'
UPPER_LIMIT = 0.999  # a fraction above it is reported as a lower bound only

type Row = dict[str, str]


def make(directory: str | Path, seed: int = SEED, sites: int = 8, max_rows: int = 40) -> dict:
    """Write a synthetic study and its truth.

    Parameters
    ----------
    directory : path
        Where to write; made if it is missing. Other files in it are left alone.
    seed : int
        Same seed, sites and max_rows: same bytes.
    sites : int
        How many of the ten sites take part, 1 to 10.
    max_rows : int
        Most own samples of one quantity, species and site; 0 writes no evidence table.

    Returns
    -------
    dict
        What `truth.json` holds.

    Raises
    ------
    ValueError
        If `sites` or `max_rows` is out of range.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    if max_rows < 0:
        raise ValueError(f"max_rows must be at least 0, got {max_rows}")
    world = draw(seed, sites)
    batches, harvest = _batches(world, np.random.default_rng([seed, 1]))
    truth = _truth(world, batches)
    economics, truth["prices"] = _economics(world, truth["batches"], np.random.default_rng([seed, 2]))
    truth["made"] = {"seed": seed, "sites": sites, "max_rows": max_rows}
    _write(folder / "harvest.csv", harvest)
    _write(folder / "economics.csv", economics)
    _write(folder / "water.csv", _water(world, np.random.default_rng([seed, 3])))
    _write(folder / "evidence.csv", _evidence(world, np.random.default_rng([seed, 4]), max_rows), COLUMNS)
    _write(folder / "sampling.csv", [dict(zip(SAMPLING_COLUMNS, row, strict=True)) for row in SAMPLING])
    text = f'title = "Synthetic bay, seed {seed}"\n\n[currency]\ncode = "CNY"\nyear = 2024\n{PRICE}'
    (folder / "study.toml").write_text(text, encoding="utf-8", newline="\n")
    text = json.dumps(truth, indent=1, sort_keys=True) + "\n"
    (folder / "truth.json").write_text(text, encoding="utf-8", newline="\n")
    return truth


def draw(seed: int, sites: int = 8) -> worlds.World:
    """Draw the world of a seed without writing anything.

    Parameters
    ----------
    seed, sites : int
        As for `make`.

    Raises
    ------
    ValueError
        If `sites` is out of range.
    """
    if not 1 <= sites <= len(SITES):
        raise ValueError(f"sites must be 1 to {len(SITES)}, got {sites}")
    stock = {site: {group: SPECIES[group] for group in SITES[site]} for site in list(SITES)[:sites]}
    world = worlds.draw_world(seed, stock, tuple(site for site in WATER_SITES if site in stock))
    for site, water in world.water.items():
        world.theta["calcification_ratio"]["", site] = account.psi_of_water(**water)
    return world


# --- batches and truth -----------------------------------------------------------------------------------


def _batches(world: worlds.World, rng: np.random.Generator) -> tuple[dict[str, dict], list[Row]]:
    """Draw what each batch really was, and the row that its farm wrote."""
    batches, rows = {}, []
    groups = {species: group for group, species in SPECIES.items()}
    for index, (species, site) in enumerate(world.theta["live_weight"]):
        group, cv = groups[species], (0.02, 0.05, 0.1)[index % 3]
        at = _at(world, species, site)
        reported = float(f"{math.exp(rng.normal(4.6, 0.9)):.3g}")
        harvest = reported * max(1 + cv * rng.standard_normal(), 0.5)
        stocked = float(f"{reported * rng.uniform(0.01, 0.04):.3g}") if index % 4 == 1 else 0.0
        emitted = float(f"{rng.lognormal(math.log(0.05), 0.5) * reported:.3g}")
        individuals = at["alive_to_harvested"] * 1e6 * harvest / at["live_weight"]
        counted, metered = index % 2 == 1, index % 5 == 2
        if counted:
            individuals = float(f"{individuals:.6g}")
        name = f"{site} {group}"
        batches[name] = {
            "species": species,
            "site": site,
            "harvest_t": harvest,
            "stocked_t": stocked,
            "days": CYCLE_DAYS[group],
            "individuals": individuals,
            "emissions": emitted if metered else at["operations_emission"] * harvest / 1000,
        }
        rows.append(
            {
                "batch": name,
                "site": site,
                "species": species,
                "harvest_t": f"{reported:g}",
                "cycle_days": str(CYCLE_DAYS[group]),
                "individuals": f"{individuals:.0f}" if counted else "",
                "farm": f"farm {index % 4 + 1}",
                "year": "2024",
                "harvest_cv": f"{cv:g}",
                "stocked_t": f"{stocked:g}",
                "emissions_t_co2e": f"{emitted:g}" if metered else "",
            }
        )
    return batches, rows


def _at(world: worlds.World, species: str, site: str) -> dict[str, float]:
    """Return theta of every quantity at one species and site, with those of the site and of the study."""
    found = {}
    for name, values in world.theta.items():
        for place in ((species, site), ("", site), ("", "")):
            if place in values:
                found[name] = values[place]
    return found


def _truth(world: worlds.World, batches: dict[str, dict]) -> dict:
    told = {}
    total: dict[str, float] = {}
    for name, batch in batches.items():
        lines = account.ledger(_at(world, batch["species"], batch["site"]), world.foulers, batch)
        sinks = account.sinks(lines)
        total = {key: total.get(key, 0.0) + value for key, value in sinks.items()}
        told[name] = batch | {"lines": lines, "sinks": sinks}
    theta = [
        {"quantity": name, "species": species, "site": site, "value": value}
        for name, values in world.theta.items()
        for (species, site), value in values.items()
    ]
    return _rounded(
        {
            "units": {"theta": "as in priors", "lines": "t C", "sinks": "t CO2e", "prices": "CNY / t C"},
            "theta": theta,
            "foulers": world.foulers,
            "water": world.water,
            "scatter_cv": world.cv,
            "season_effects": {
                name: dict(zip(SEASONS, world.effects[name], strict=True)) for name in SEASONAL
            },
            "batches": told,
            "total": total,
        }
    )


def _economics(
    world: worlds.World, batches: dict[str, dict], rng: np.random.Generator
) -> tuple[list[Row], dict[str, float]]:
    """Draw true prices, hence true margin gaps, and report the gaps of every other batch with an error."""
    rows, prices = [], {}
    for index, (name, batch) in enumerate(batches.items()):
        price, noise = math.exp(rng.normal(math.log(200), 0.4)), rng.standard_normal()
        if index % 2:
            continue
        omega = batch["sinks"]["improved_stock_change"] * 12 / 44
        gap = price * (1 - world.theta["baseline_share"]["", ""]) * omega
        sd = 0.08 * gap
        prices[name] = _rounded(price)
        rows.append({"batch": name, "margin_gap": f"{gap + sd * noise:.6g}", "margin_gap_sd": f"{sd:.4g}"})
    return rows, prices


def _water(world: worlds.World, rng: np.random.Generator) -> list[Row]:
    rows = []
    for site, water in world.water.items():
        row = {"site": site}
        for key, value in water.items():
            row[key] = f"{value + WATER_ERROR[key] * rng.standard_normal():.6g}"
            row[f"{key}_sd"] = f"{WATER_ERROR[key]:g}"
        rows.append(row)
    return rows


# --- samples ---------------------------------------------------------------------------------------------


def _evidence(world: worlds.World, rng: np.random.Generator, max_rows: int) -> list[Row]:
    if max_rows == 0:
        return []
    rows: list[Row] = []
    for species, site in world.theta["live_weight"]:
        at = _at(world, species, site)
        for name in MEASURED:
            rows += _rows_of(world, name, species, site, at[name], rng, max_rows)
        rows += _composite_rows(world, species, site, at, rng, max_rows)
    return rows + _burial_rows(world, rng, max_rows)


def _rows_of(
    world: worlds.World,
    name: str,
    species: str,
    site: str,
    theta: float,
    rng: np.random.Generator,
    max_rows: int,
) -> list[Row]:
    unit, chance, limit = MEASURED[name]
    support = worlds.definitions()[name]["support"]
    measured, effort, form, dated = (float(u) for u in rng.random(4))
    n = math.ceil(max_rows * effort**2) if measured < chance else 0
    base = {"quantity": name, "unit": unit, "species": species, "site": site}
    if name in SEASONAL and dated < 0.4:
        means = worlds.seasonal_means(support, theta, world.effects[name])
        drawn = []
        for season in (int(s) for s in rng.integers(4, size=n)):
            value = float(_samples(world, name, means[season], 1, rng)[0])
            drawn.append(base | {"season": SEASONS[season]} | _cell(value, unit, support, limit))
        return drawn
    values = _samples(world, name, theta, n, rng)
    if n >= 3 and form < 0.2:
        return [base | _summary(values, unit, limit, as_range=form < 0.08)]
    return [base | _cell(float(value), unit, support, limit) for value in values]


def _samples(world: worlds.World, name: str, mean: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw n samples: Gamma with the scatter, Beta with the one precision that it means at the prior median."""
    definition = worlds.definitions().get(name) or worlds.composites()[name]
    cv = world.cv[name]
    if definition["support"] == "positive":
        return rng.gamma(1 / cv**2, mean * cv**2, n)
    at = definition["prior"]["q50"] if "prior" in definition else mean
    precision = max((1 - at) / (at * cv**2) - 1, 1.0)
    return rng.beta(mean * precision, (1 - mean) * precision, n)


def _cell(value: float, unit: str, support: str, limit: float) -> Row:
    factor = 100.0 if unit == "%" else 1.0
    if value < limit:
        return {"value": "0", "low": f"{factor * limit:g}"}
    if support == "fraction" and value > UPPER_LIMIT:
        return {"low": f"{factor * UPPER_LIMIT:g}"}
    return {"value": f"{factor * value:.5g}"}


def _summary(values: np.ndarray, unit: str, limit: float, as_range: bool) -> Row:
    factor = 100.0 if unit == "%" else 1.0
    row = {"n": str(len(values))}
    if as_range and values.min() > limit and values.max() < UPPER_LIMIT:
        return row | {"low": f"{factor * values.min():.5g}", "high": f"{factor * values.max():.5g}"}
    return row | {"value": f"{factor * values.mean():.5g}", "sd": f"{factor * values.std(ddof=1):.5g}"}


def _composite_rows(
    world: worlds.World,
    species: str,
    site: str,
    at: dict[str, float],
    rng: np.random.Generator,
    max_rows: int,
) -> list[Row]:
    dry = at["shell_share"] * at["shell_carbon"] + (1 - at["shell_share"]) * at["tissue_carbon"]
    means = {
        "whole_body_carbon": dry,
        "carbon_per_live": at["dry_fraction"] * dry,
        "carbon_deposition_rate": at["biodeposition_rate"] * at["biodeposit_carbon"],
    }
    rows = []
    for name, unit in COMPOSITES.items():
        n = min(int(rng.integers(2, 7)), max_rows) if rng.random() < 0.15 else 0
        base = {"quantity": name, "unit": unit, "species": species, "site": site}
        support = worlds.composites()[name]["support"]
        values = _samples(world, name, means[name], n, rng)
        rows += [base | _cell(float(value), unit, support, 0.0) for value in values]
    return rows


def _burial_rows(world: worlds.World, rng: np.random.Generator, max_rows: int) -> list[Row]:
    rows = []
    for _, site in world.theta["burial_fraction"]:
        base = {"quantity": "burial_fraction", "unit": "fraction", "site": site}
        buried = world.theta["burial_fraction"]["", site]
        cores, incubations = (min(int(n), max_rows) for n in rng.integers(2, 9, 2))
        if site in CORE_SITES:
            for value in _samples(world, "burial_fraction", buried, cores, rng):
                rows.append(base | {"method": "core"} | _cell(float(value), "", "fraction", 0.002))
        if site in OXYGEN_SITES:
            # What scatters is the loss that oxygen shows, a (1 - B); where it exceeds the flux nothing seems buried.
            loss = world.theta["oxygen_visible_share"]["", site] * (1 - buried)
            for value in 1 - _samples(world, "oxygen_visible_share", loss, incubations, rng):
                divided = (
                    1 - (1 - float(value)) / RQ**2
                )  # what a laboratory that divides by the quotient prints
                printed, convention = (divided, "divided") if divided > 0.05 else (float(value), "multiplied")
                row = base | {"method": "oxygen", "rq_convention": convention}
                rows.append(row | _cell(printed, "", "fraction", 0.002))
    return rows


# --- files -----------------------------------------------------------------------------------------------


def _rounded[T](value: T) -> T:
    """Round every float to nine digits: the last bits of exp differ between processors, and bytes are compared."""
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}  # type: ignore[return-value]
    if isinstance(value, list):
        return [_rounded(one) for one in value]  # type: ignore[return-value]
    return float(f"{value:.9g}") if isinstance(value, float) else value  # type: ignore[return-value]


def _write(path: Path, rows: list[Row], columns: tuple[str, ...] = ()) -> None:
    if not rows:
        path.unlink(missing_ok=True)  # an empty table is refused by the reader
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns or list(rows[0]), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    make(Path(__file__).resolve().parent)
