"""Small studies for tests: tables as rows, written to a folder and read back through the front door."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from bayescarbon.study import Study, read_study

type Row = Mapping[str, object]

SETTINGS = 'title = "Test"\n\n[currency]\ncode = "CNY"\nyear = 2024\n'
SCALLOP, OYSTER, CLAM = "Argopecten irradians", "Magallana gigas", "Ruditapes philippinarum"
# Units in which the tests write the quantities that they write.
UNITS = {
    "dry_fraction": "g/g",
    "shell_share": "g/g",
    "shell_carbon": "g C/g",
    "tissue_carbon": "g C/g",
    "shell_organic_share": "fraction",
    "live_weight": "g/ind",
    "alive_to_harvested": "ind/ind",
    "fouling_ratio": "kg/kg",
    "biodeposition_rate": "mg/ind/d",
    "biodeposit_carbon": "g C/g",
    "burial_fraction": "fraction",
    "respiration_ratio": "g C/g C",
    "whole_body_carbon": "g C/g",
    "carbon_per_live": "t C/t",
    "carbon_deposition_rate": "mg C/ind/d",
    "baseline_share": "fraction",
    "ascidian_dry_fraction": "g/g",
}
# Of no species.
_OF_NONE = ("burial_fraction", "baseline_share", "ascidian_dry_fraction")


def batch(name: str, site: str, species: str = SCALLOP, **other: object) -> dict[str, object]:
    """Return a row of the harvest table."""
    return {"batch": name, "site": site, "species": species, "harvest_t": 100, "cycle_days": 300, **other}


def row(quantity: str, site: str, species: str = SCALLOP, **other: object) -> dict[str, object]:
    """Return a row of the evidence table in the quantity's own unit."""
    where = "" if quantity in _OF_NONE else species
    return {"quantity": quantity, "unit": UNITS[quantity], "species": where, "site": site, **other}


def samples(
    quantity: str, site: str, values: Iterable[float], species: str = SCALLOP, **other: object
) -> list[dict[str, object]]:
    """Return one evidence row per value."""
    return [row(quantity, site, species, value=repr(float(value)), **other) for value in values]


def write_study(
    folder: Path,
    harvest: Sequence[Row],
    evidence: Sequence[Row] = (),
    water: Sequence[Row] = (),
    economics: Sequence[Row] = (),
    settings: str = "",
    tables: Mapping[str, Sequence[Row]] = MappingProxyType({}),
) -> Study:
    """Write a study folder and read it.

    Parameters
    ----------
    folder : Path
        Made if it is missing.
    harvest, evidence, water, economics : sequence of mapping
        Rows of the tables; a column that a row lacks is left blank, a table without rows is not written.
    settings : str
        More of study.toml, after title and currency.
    tables : mapping of str to sequence of mapping
        Rows of other tables by their names: traps, oxygen, isotopes and so on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(SETTINGS + settings, encoding="utf-8")
    common = {"harvest": harvest, "evidence": evidence, "water": water, "economics": economics}
    for name, rows in (common | dict(tables)).items():
        if rows:
            columns = list(dict.fromkeys(column for one in rows for column in one))
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    return read_study(folder)
