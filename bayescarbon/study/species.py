"""Names of species and sites in the tables of a study."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from bayescarbon.errors import Problem, suggest
from bayescarbon.evidence.taxa import Taxa, Taxon
from bayescarbon.study.cells import remark, report, translate
from bayescarbon.translation import _, joined


@dataclass(frozen=True)
class Resolved:
    """Accepted names and groups of a column of species, "" where the name was blank or unknown."""

    names: pd.Series[str]
    groups: pd.Series[str]
    unknown: pd.Series[bool]
    problems: list[Problem]
    warnings: list[Problem]


def resolve_species(table: str, cells: pd.Series[str], taxa: Taxa) -> Resolved:
    """Map the species of a table to accepted names.

    Parameters
    ----------
    table : str
        Name of the table, for messages.
    cells : Series of str
        Names as written, by row number; blank ones stay blank.
    taxa : Taxa
        The species known to the study.

    Returns
    -------
    Resolved
        With one warning for each synonym that was mapped and one problem for each unknown name.
    """
    found: dict[str, Taxon | None] = {name: taxa.resolve(name) for name in cells.unique() if name}
    unknown = cells.isin([name for name, taxon in found.items() if taxon is None])
    problems = report(table, "species", cells[unknown], lambda name: unknown_species(name, taxa))
    warnings = []
    for name, taxon in found.items():
        if taxon is not None and name != taxon.name:
            rows = cells.index[cells == name].tolist()
            warnings.append(
                remark(table, "species", rows, _("is read as {species}.", species=taxon.name), name)
            )
    known = {name: taxon for name, taxon in found.items() if taxon is not None}
    names = translate(cells, {name: taxon.name for name, taxon in known.items()})
    groups = translate(cells, {name: taxon.group for name, taxon in known.items()})
    return Resolved(names, groups, unknown, problems, warnings)


def unknown_species(name: str, taxa: Taxa) -> str:
    """Say that a species is unknown, what is near, and how to add it."""
    near = taxa.near(name)
    hint = _(" Did you mean {species}?", species=joined(near, _(" or "))) if near else ""
    return _(
        'is not a known species.{hint} To add one, write in study.toml: [taxa."{name}"] with group = '
        '"clam", "scallop", "oyster", "mussel", "ascidian" or "other" and mineral = "aragonite" or '
        '"calcite"; the sheet `study` of a workbook has them in the rows taxa.{name}.group and taxa.{name}.mineral.',
        hint=hint,
        name=name,
    )


def foreign_sites(table: str, cells: pd.Series[str], sites: list[str], consequence: str) -> list[Problem]:
    """Warn of sites that `harvest` does not have, one warning for each.

    Parameters
    ----------
    table : str
        Name of the table.
    cells : Series of str
        Sites as written, by row number; blank ones are left alone.
    sites : list of str
        Sites of `harvest`; if there are none nothing can be said.
    consequence : str
        What becomes of such rows.
    """
    if not sites:
        return []
    warnings = []
    for name in cells.unique():
        if name and name not in sites:
            rows = cells.index[cells == name].tolist()
            message = _(
                "is not a site of `harvest`, so it {consequence}.", consequence=consequence
            ) + suggest(name, sites)
            warnings.append(remark(table, "site", rows, message, name))
    return warnings
