"""Cells and sentences of the page: every number says in which file, row and column it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from bayescarbon.evidence.foulers import base_quantity
from bayescarbon.report.cells import heading, shown
from bayescarbon.report.credits import Row
from bayescarbon.report.language import LANGUAGES, Language, both, column_meaning, text
from bayescarbon.report.names import called
from bayescarbon.report.page.parts import Grid, Head
from bayescarbon.report.saved import Saved
from bayescarbon.report.trace import Step, anchor

_KINDS_OF_COLUMN = {
    "framework": "framework", "rule": "rule", "line": "line", "quantity": "quantity", "source": "source",
    "id": "evidence",
}  # fmt: skip
# In the tables of what to measure, columns of money stand beside columns of credits, so that each head has its unit.
_MONEY = frozenset({
    "evppi_value", "evsi_value", "cost", "net_benefit", "worth", "added_value", "added_net", "total_cost",
    "total_value", "total_net",
})  # fmt: skip
_CREDITS = frozenset({
    "evppi_credits", "evsi_credits", "credits_freed", "credits_freed_q05", "credits_freed_q95",
})  # fmt: skip
_SENTENCES = ("note", "verdict")
# Where a name may go on in a new line: between its words, and inside what is longer than any word.
_PIECE = re.compile(r"_|[^\s_]{20}(?=[^\s_])")
_CODE = re.compile(r"`([^`<>]+)`")


@dataclass(frozen=True)
class Printer:
    """What turns saved tables into cells and sentences.

    Attributes
    ----------
    saved : Saved
        Tables and manifest.
    steps : mapping of str to Step
        The audit trail: names that stand in it are linked to it.
    language : {"en", "zh"}
        Of all words.
    """

    saved: Saved
    steps: Mapping[str, Step]
    language: Language

    def say(self, key: str, values: Mapping[str, object] | None = None) -> Markup:
        """Return a sentence of the language tables with values that are escaped unless they are markup."""
        said = Markup(self.unfilled(key).format_map(values or {}))
        return Markup(_CODE.sub(r"<code>\1</code>", said.replace(" %", "\N{NO-BREAK SPACE}%")))

    def unfilled(self, key: str) -> Markup:
        """Return a sentence with its placeholders."""
        return escape(both(key)[LANGUAGES.index(self.language)])

    def called(self, kind: str, name: str) -> Markup:
        """Return an identifier behind its name, for a sentence."""
        return escape(called(kind, name, self.language))

    def value(self, table: str, at: int, column: str) -> Markup:
        """Return one cell of a table: a number with its whereabouts, a name with its link."""
        value = self.saved.tables[table][at][column]
        seen = _breakable(shown(column, value, self.language))
        if isinstance(value, float):
            where = f"{table}.csv, {at + 2}, {column}: {value!r}"
            return Markup('<data value="{}" title="{}">{}</data>').format(repr(value), where, seen)
        kind = None if (table, column) == ("evidence", "id") else _KINDS_OF_COLUMN.get(column)
        name = base_quantity(value) if kind == "quantity" else value
        key = f"{kind}:{name}"
        return Markup('<a href="#{}">{}</a>').format(anchor(key), seen) if key in self.steps else seen

    def values(self, table: str, at: int, columns: Sequence[str]) -> dict[str, Markup]:
        """Return several cells of a row by column, for a sentence."""
        return {column: self.value(table, at, column) for column in columns}

    def where(self, table: str, wanted: Mapping[str, str]) -> list[int]:
        """Return where the rows stand that have the wanted words; none where there is no such table."""
        rows = self.saved.tables.get(table, [])
        return [at for at, row in enumerate(rows) if wanted.items() <= row.items()]

    def head(self, table: str, column: str) -> Head:
        """Return the head of a column: its name in the language if it has one, and what it means."""
        rows = self.saved.tables[table]
        numbers = any(isinstance(row[column], float) for row in rows)
        style = "n" if numbers else "long" if column in _SENTENCES else "unit" if column == "unit" else ""
        name, unit = heading(column, self.language), self._unit(table, column)
        if unit:
            name += f"{'，' if self.language == 'zh' else ', '}{unit}"
        return Head(name, column_meaning(column, self.language, table), style)

    def _unit(self, table: str, column: str) -> str:
        """Return the unit that a head has to name; blank where the caption or a column of the table does."""
        if not table.startswith("measure"):
            return ""
        if column in _MONEY:
            plan, revenue = self.saved.rows("measure_plan"), self.saved.rows("revenue")
            return str(plan[0]["currency"] if plan else revenue[0]["unit"] if revenue else "")
        return "t CO2e" if column in _CREDITS else ""

    def grid(
        self,
        table: str,
        caption: str,
        columns: Sequence[str] = (),
        positions: Sequence[int] | None = None,
        most: int = 60,
    ) -> Grid:
        """Return rows of a table.

        Parameters
        ----------
        table : str
            Which.
        caption : str
            What to call it.
        columns : sequence of str
            Default: all.
        positions : sequence of int, optional
            Which rows; default: all. A unit that all of them share stands in the caption, and a column of remarks of
            which none has any is left out.
        most : int
            How many of them to show; how many are left out is said below.
        """
        rows: list[Row] = self.saved.tables[table]
        chosen = range(len(rows)) if positions is None else positions
        names = [c for c in (columns or (rows[0] if rows else ())) if rows and c in rows[0]]
        names = [c for c in names if c not in _SENTENCES or any(rows[at][c] for at in chosen)]
        units = {rows[at]["unit"] for at in chosen} if "unit" in names else set()
        if len(units) == 1 and (unit := units.pop()):
            names.remove("unit")
            caption = text("page caption", self.language, {"caption": caption, "unit": unit})
        cells = tuple(tuple(self.value(table, at, c) for c in names) for at in chosen[:most])
        hidden = len(chosen) - len(cells)
        more = text("page more", self.language, {"n": hidden, "table": table}) if hidden > 0 else ""
        return Grid(caption, tuple(self.head(table, c) for c in names), cells, more)


def _breakable(name: str) -> Markup:
    ends = [found.end() for found in _PIECE.finditer(name)]
    pieces = (name[start:end] for start, end in zip([0, *ends], [*ends, None], strict=True))
    return Markup("<wbr>").join(pieces)
