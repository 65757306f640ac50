"""The small studies on which calibration is tried: which rows there are. Their values are placeholders.

Sizes, areas, days, fluxes and limits are kept; values are simulated.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

from bayescarbon.evidence.quantities import composites, quantities
from bayescarbon.study import Study, read_study

type Row = dict[str, object]
type Tables = dict[str, list[Row]]

SCALLOP, OYSTER, CLAM = "Argopecten irradians", "Magallana gigas", "Ruditapes philippinarum"
NORTH, SOUTH, EAST = "north", "south", "east"
SEASONS = ("spring", "summer", "autumn", "winter")
# Anything that the quantity's support and the checks of the tables allow.
_PLACEHOLDERS = {
    "live_weight": 30.0,
    "biodeposition_rate": 150.0,
    "carbon_deposition_rate": 10.0,
    "alive_to_harvested": 1.2,
    "respiration_ratio": 3.0,
    "operations_emission": 100.0,
    "dry_fraction": 0.5,
    "shell_share": 0.85,
    "shell_carbon": 0.115,
    "tissue_carbon": 0.42,
    "whole_body_carbon": 0.15,
    "shell_organic_share": 0.03,
}


def _row(quantity: str, site: str, species: str = "", **other: object) -> Row:
    unit = (quantities() | composites())[quantity].unit
    return {"quantity": quantity, "unit": unit, "site": site, "species": species, **other}


def _value(quantity: str) -> float:
    return _PLACEHOLDERS.get(quantity, 0.08)


def _samples(count: int, quantity: str, site: str, species: str = "", **other: object) -> list[Row]:
    return [_row(quantity, site, species, value=_value(quantity), **other) for _ in range(count)]


def _summary(quantity: str, site: str, species: str, n: int, with_sd: bool = True) -> Row:
    sd = {"sd": 0.1 * _value(quantity)} if with_sd else {}
    return _row(quantity, site, species, value=_value(quantity), n=n, **sd)


def _range(quantity: str, site: str, species: str, n: int | None = None) -> Row:
    told = {} if n is None else {"n": n}
    return _row(quantity, site, species, low=0.8 * _value(quantity), high=1.1 * _value(quantity), **told)


def _harvest() -> list[Row]:
    places = ((SCALLOP, NORTH), (OYSTER, NORTH), (SCALLOP, SOUTH), (OYSTER, EAST))
    return [
        {"batch": f"batch {i}", "site": site, "species": species, "harvest_t": 100, "cycle_days": 300}
        for i, (species, site) in enumerate(places)
    ]


def direct() -> Tables:
    """Evidence rows of every form, seasons, composites, cores and oxygen."""
    rows = [
        *_samples(5, "dry_fraction", NORTH, SCALLOP),
        *_samples(3, "dry_fraction", SOUTH, SCALLOP),
        _summary("dry_fraction", NORTH, OYSTER, 10),
        _range("dry_fraction", EAST, OYSTER, 8),
        _range("dry_fraction", EAST, OYSTER),
        *_samples(4, "shell_share", NORTH, SCALLOP),
        _summary("shell_share", NORTH, OYSTER, 12),
        *_samples(4, "shell_carbon", NORTH, SCALLOP),
        *_samples(2, "shell_carbon", EAST, OYSTER),
        *_samples(3, "shell_organic_share", NORTH, SCALLOP),
        *(row for season in SEASONS for row in _samples(2, "tissue_carbon", NORTH, SCALLOP, season=season)),
        *_samples(2, "tissue_carbon", SOUTH, SCALLOP, season="summer"),
        *_samples(4, "live_weight", NORTH, SCALLOP),
        _summary("live_weight", SOUTH, SCALLOP, 20),
        _summary("live_weight", NORTH, OYSTER, 5, with_sd=False),
        _range("live_weight", EAST, OYSTER, 15),
        *(row for s in SEASONS for row in _samples(2, "biodeposition_rate", NORTH, SCALLOP, season=s)),
        *_samples(3, "biodeposition_rate", NORTH, OYSTER),
        *_samples(4, "biodeposit_carbon", NORTH, SCALLOP),
        *_samples(3, "carbon_deposition_rate", SOUTH, SCALLOP),
        *_samples(2, "whole_body_carbon", EAST, OYSTER),
        *_samples(2, "carbon_per_live", SOUTH, SCALLOP),
        *_samples(3, "burial_fraction", NORTH, method="core"),
        *_samples(2, "burial_fraction", NORTH, method="oxygen", season="summer"),
        *_samples(2, "burial_fraction", NORTH, method="oxygen", season="winter"),
        *_samples(2, "burial_fraction", SOUTH, method="oxygen"),
        *_samples(2, "respired_shell_fraction", NORTH, SCALLOP),
        *(_row("respired_shell_fraction", NORTH, SCALLOP, high=0.1) for _ in range(3)),
        *(_row("respired_shell_fraction", EAST, OYSTER, high=0.1) for _ in range(2)),
        *_samples(2, "fouling_ratio", SOUTH, SCALLOP),
        _row("fouling_ratio", SOUTH, SCALLOP, value=0, low=0.05),
        *_samples(2, "respiration_ratio", NORTH, OYSTER),
        _row("respiration_ratio", NORTH, OYSTER, low=3.0),
        *_samples(2, "alive_to_harvested", NORTH, SCALLOP),
    ]
    return {"evidence": rows}


def isotopes() -> Tables:
    """Shells of both minerals at two sites."""
    places = (
        (SCALLOP, "calcite", NORTH, 3),
        (SCALLOP, "calcite", SOUTH, 3),
        (CLAM, "aragonite", NORTH, 3),
        (CLAM, "aragonite", SOUTH, 2),
    )
    rows: list[Row] = [
        {
            "sample": f"shell {i}", "species": species, "site": site, "mineral": mineral,
            "d13c_shell": -1.0, "d13c_dic": 0.5 if site == NORTH else -0.5, "d13c_tissue": -19.0,
        }
        for species, mineral, site, count in places
        for i in range(count)
    ]  # fmt: skip
    return {"isotopes": rows}


def traps() -> Tables:
    """Farm and control traps of two sites, two seasons, some with carbon, some with the animals' size."""
    rows: list[Row] = []
    for site in (NORTH, SOUTH):
        for season in ("spring", "summer"):
            common = {"site": site, "days": 3, "area_m2": 0.05, "season": season}
            rows += [
                {
                    "trap": f"control {i}",
                    "kind": "control",
                    "dry_mass_mg": 2000,
                    "carbon_fraction": 0.03,
                    **common,
                }
                for i in range(2)
            ]
            for i, species in enumerate((SCALLOP, OYSTER, SCALLOP)):
                size = {"shell_length_mm": 55} if i == 2 else {"dry_weight_g": 9} if site == SOUTH else {}
                farm = {"trap": f"farm {i}", "kind": "farm", "species": species, "individuals": 12}
                rows.append({**farm, **size, "dry_mass_mg": 6000, "carbon_fraction": 0.05, **common})
    return {"traps": rows}


def oxygen() -> Tables:
    """Cores of two sites, with and without a stated error of the flux, and two dated cores beside them."""
    rows: list[Row] = [
        {"core": f"core {i}", "site": site, "oxygen_uptake": 20, "carbon_flux": 400, "season": season} | error
        for site, error in ((NORTH, {}), (SOUTH, {"carbon_flux_sd": 120}))
        for i, season in enumerate(("spring", "summer", "summer", "winter"))
    ]
    return {"oxygen": rows, "evidence": _samples(2, "burial_fraction", NORTH, method="core")}


def fouling() -> Tables:
    """Gears of two sites, some weighed in one season."""
    rows: list[Row] = [
        {
            "gear": f"{site} {i}", "site": site, "species": species, "taxon": taxon, "season": season,
            "fresh_mass_kg": 10 if taxon == "host" else 0.5,
        }
        for site, species, season in ((NORTH, SCALLOP, "summer"), (NORTH, SCALLOP, "winter"), (SOUTH, OYSTER, ""))
        for i in range(*((0, 3) if season != "winter" else (3, 6)))
        for taxon in ("host", "mussel", "oyster", "ascidian", "other")
    ]  # fmt: skip
    return {"fouling": rows}


def budget() -> Tables:
    """Animals of two species, three each."""
    rows: list[Row] = [
        {
            "individual": f"{site} {i}", "species": species, "site": site, "cycle_days": 300,
            "tissue_mgc": 1000, "shell_mgc": 2000, "deposited_mgc": 5000, "released_mgc": 6000,
        }
        for species, site in ((SCALLOP, NORTH), (OYSTER, NORTH), (SCALLOP, SOUTH))
        for i in range(3)
    ]  # fmt: skip
    return {"budget": rows}


def everything() -> Tables:
    """All of these tables in one study."""
    found: Tables = {}
    for make in (direct, isotopes, traps, oxygen, fouling, budget):
        for name, rows in make().items():
            found[name] = found.get(name, []) + rows
    return found


DESIGNS: dict[str, Callable[[], Tables]] = {
    make.__name__: make for make in (direct, isotopes, traps, oxygen, fouling, budget, everything)
}


def design(name: str, folder: Path) -> Study:
    """Write a design's tables to a folder and read them as any study is read.

    Parameters
    ----------
    name : str
        One of `DESIGNS`.
    folder : Path
        Must not exist yet, or be empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(f'title = "Calibration: {name}"\n', encoding="utf-8")
    for table, rows in ({"harvest": _harvest()} | DESIGNS[name]()).items():
        _write(folder / f"{table}.csv", rows)
    return read_study(folder)


def _write(path: Path, rows: Sequence[Row]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
