"""The words that the cells of a workbook may hold, for its drop-down lists: read from where validation reads them."""

from __future__ import annotations

from dataclasses import dataclass

from bayescarbon.evidence.quantities import Quantity, composites, quantities
from bayescarbon.evidence.table import SEASONS
from bayescarbon.evidence.taxa import taxa
from bayescarbon.evidence.units import UnitError, convert
from bayescarbon.resources import read_toml
from bayescarbon.study.rules import rules

# What laboratories write, by the support of the quantity; of each quantity those are offered that fit it.
_WRITTEN = {
    "fraction": ("%", "fraction", "g/g", "mg C/g", "mmol C/g"),
    "positive": ("mg/ind/d", "g/ind/d", "mg C/ind/d", "g/ind", "kg/ind", "kg CO2e/t"),
}


@dataclass(frozen=True)
class Accepted:
    """A list of a workbook.

    Attributes
    ----------
    words : tuple of str
        What is offered; all of it is accepted.
    closed : bool
        Whether nothing else is: a species may also be written by another of its names, a season as a month.
    """

    words: tuple[str, ...]
    closed: bool


def measurable() -> dict[str, Quantity]:
    """Return the quantities that a row of ``evidence`` may be about."""
    known = quantities() | composites()
    return {name: known[name] for name in known if known[name].support in ("fraction", "positive")}


def accepted(table: str, column: str) -> Accepted | None:
    """Return the words of a column that has neither numbers nor a list of its own in the specification.

    Parameters
    ----------
    table, column : str
        Where; ``study`` for the settings, whose keys stand in the place of columns.

    Returns
    -------
    Accepted or None
        None where any text will do.
    """
    if column == "species":
        known = taxa().taxa
        return Accepted((*known, *(name for taxon in known.values() for name in taxon.chinese)), closed=False)
    if column == "season":
        return Accepted(SEASONS, closed=False)
    if column == "quantity":
        names = measurable() if table == "evidence" else quantities() | composites()
        return Accepted(tuple(names), closed=True)
    if (table, column) == ("study", "headline_framework"):
        return Accepted(tuple(read_toml("data/frameworks.toml")), closed=True)
    if (table, column) == ("study", "headline_rule"):
        # A rule of one's own is stated in the rows below.
        return Accepted(tuple(rules()), closed=False)
    if (table, column) == ("study", "fouling_basis"):
        return Accepted(("of_total", "of_shellfish"), closed=True)
    return None


def units_of(quantity: Quantity) -> tuple[str, ...]:
    """Return units in which rows of a quantity may be written, its own first."""
    return (quantity.unit, *(unit for unit in _WRITTEN[quantity.support] if _fits(unit, quantity.unit)))


def _fits(unit: str, wanted: str) -> bool:
    try:
        convert(1.0, unit, wanted)
    except UnitError:
        return False
    return True
