"""What is wrong and what is odd about one table, gathered while its rows are checked."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from bayescarbon.errors import Problem
from bayescarbon.evidence.table import season_of
from bayescarbon.evidence.taxa import Taxa
from bayescarbon.study.cells import Typed, remark, report, translate
from bayescarbon.study.species import foreign_sites, resolve_species
from bayescarbon.translation import _

Checked = tuple[pd.DataFrame, list[Problem], list[Problem]]
Message = str | Callable[[str], str]

NOT_A_SEASON = _("is not a season; write spring, summer, autumn, winter, or a month (its name, or 1 to 12).")
ELSEWHERE = _("counts as another place, not as the farm's own")


class Findings:
    """One table on its way through the checks.

    Attributes
    ----------
    table : str
        Name of the table.
    typed : Typed
        Its cells.
    frame : DataFrame
        A copy of the typed cells that the checks complete.
    sound : Series of bool
        The rows without a fault so far.
    problems, warnings : list of Problem
    """

    def __init__(self, table: str, typed: Typed) -> None:
        self.table = table
        self.typed = typed
        self.frame = typed.frame.copy()
        self.sound = typed.sound(typed.frame.columns)
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def has(self, column: str) -> pd.Series[bool]:
        """Return the rows in which a cell is filled in, rightly or wrongly."""
        return self.typed.text[column] != ""

    def error(self, column: str, rows: pd.Series[bool], message: Message) -> None:
        """Report these cells, and take their rows out of further checks."""
        if rows.any():
            self.problems += report(self.table, column, self.typed.text[column][rows], message)
            self.sound &= ~rows

    def together(self, column: str, rows: pd.Series[bool], message: str) -> None:
        """Report these rows as one fault, which stands at the first of them."""
        if rows.any():
            self.problems.append(self._remark(column, rows, message))
            self.sound &= ~rows

    def warn(self, column: str, rows: pd.Series[bool], message: str) -> None:
        """Warn once of all these rows together, showing the first cell."""
        if rows.any():
            self.warnings.append(self._remark(column, rows, message))

    def _remark(self, column: str, rows: pd.Series[bool], message: str) -> Problem:
        numbers = rows.index[rows].tolist()
        return remark(self.table, column, numbers, message, self.typed.text.loc[numbers[0], column] or None)

    def repeated(self, keys: list[str], rows: pd.Series[bool], message: Message) -> None:
        """Refuse rows that share all of these keys with an earlier one; the first key is the label."""
        named = rows & (self.frame[keys[0]] != "")
        self.error(
            keys[0],
            named & self.frame[named].duplicated(keys).reindex(named.index, fill_value=False),
            message,
        )

    def resolve_species(self, taxa: Taxa, ascidian: str = "") -> None:
        """Map species to accepted names, with their group beside them.

        Parameters
        ----------
        taxa : Taxa
            The species known to the study.
        ascidian : str
            Why an ascidian is refused here; empty where it is not.
        """
        resolved = resolve_species(self.table, self.frame["species"], taxa)
        self.problems += resolved.problems
        self.warnings += resolved.warnings
        self.sound &= ~resolved.unknown
        self.frame["species"] = resolved.names
        self.frame.insert(list(self.frame.columns).index("species") + 1, "group", resolved.groups)
        if ascidian:
            self.error("species", resolved.groups == "ascidian", ascidian)

    def resolve_seasons(self) -> None:
        """Map seasons and months to the four seasons."""
        self.frame["season"], unknown = seasons(self.frame["season"])
        self.error("season", unknown, NOT_A_SEASON)

    def tell_foreign_sites(self, sites: list[str], consequence: str = ELSEWHERE) -> None:
        """Warn of sites that `harvest` does not have."""
        self.warnings += foreign_sites(self.table, self.frame["site"], sites, consequence)

    def checked(self) -> Checked:
        """Return the table, its problems and its warnings."""
        return self.frame.reset_index(drop=True), self.problems, self.warnings


def seasons(cells: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[bool]]:
    """Return the season of each cell ("" where blank or unknown), and where it is unknown."""
    distinct = {text: season_of(text) for text in cells.unique() if text}
    unknown = cells.isin([text for text, season in distinct.items() if season is None])
    return translate(cells, {text: season or "" for text, season in distinct.items()}), unknown
