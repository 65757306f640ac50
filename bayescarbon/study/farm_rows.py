"""The table `evidence` of a study: the farm's own measurements, checked and brought to each quantity's unit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from bayescarbon.errors import Problem, suggest
from bayescarbon.evidence.quantities import Quantity, composites, quantities
from bayescarbon.evidence.table import (
    EVIDENCE_COLUMNS,
    RQ_OF_CONVENTION,
    SIZE_COLUMNS,
    recalculated_efficiency,
)
from bayescarbon.evidence.units import UnitError, convert
from bayescarbon.study.cells import Typed, remark, report
from bayescarbon.study.findings import ELSEWHERE, NOT_A_SEASON, seasons
from bayescarbon.study.settings import Settings
from bayescarbon.study.species import foreign_sites, resolve_species
from bayescarbon.translation import _

TABLE = "evidence"
_NUMBERS = ("value", "sd", "low", "high")
_AMOUNTS = ("value", "low", "high")
_AMOUNT_COLUMNS = ("quantity", "unit", "value", "sd", "n", "low", "high", "method", "rq_convention")
#: Ascidians have no shell, so their composition is not that of a bivalve.
_ASCIDIAN_TWIN = {
    "dry_fraction": "ascidian_dry_fraction",
    "tissue_carbon": "ascidian_tissue_carbon",
    "respiration_ratio": "ascidian_respiration_ratio",
}
#: Samples behind one row; beyond it a mean would be known to more digits than its method has.
MOST_SAMPLES = 100_000
_SHELL_QUANTITIES = ("shell_share", "shell_carbon", "shell_organic_share", "respired_shell_fraction")


def read_evidence(
    typed: Typed, settings: Settings, sites: list[str]
) -> tuple[pd.DataFrame, list[Problem], list[Problem]]:
    """Turn the farm's rows into the tidy evidence table.

    Parameters
    ----------
    typed : Typed
        The table as typed cells.
    settings : Settings
        For its species and the basis of fouling ratios.
    sites : list of str
        Sites of `harvest`.

    Returns
    -------
    DataFrame
        The rows without a fault, columns `EVIDENCE_COLUMNS`, numbers in each quantity's unit.
    problems, warnings : list of Problem
    """
    rows = _FarmRows(typed, settings, sites)
    for check in (
        rows.check_quantity,
        rows.check_species,
        rows.check_site,
        rows.check_season,
        rows.check_method,
        rows.check_form,
        rows.convert_units,
        rows.recalculate,
        rows.check_support,
    ):
        check()
    return _tidy(rows), rows.problems, [*rows.warnings, *_repeats(rows), *_copies(rows)]


class _FarmRows:
    """The rows on their way through the checks; `sound` marks those without a fault so far."""

    def __init__(self, typed: Typed, settings: Settings, sites: list[str]) -> None:
        self.typed = typed
        self.frame = typed.frame
        self.settings = settings
        self.sites = sites
        self.sound = typed.sound(typed.frame.columns)
        # A row with a wrong season can still have its numbers checked in the same run.
        self.measured = typed.sound(_AMOUNT_COLUMNS)
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.known: dict[str, Quantity] = {**quantities(), **composites()}
        self.quantity = self.frame["quantity"]
        self.number = {name: self.frame[name].copy() for name in _NUMBERS}
        self.species = pd.Series("", index=self.frame.index, dtype=object)
        self.group = self.species.copy()
        self.season = self.species.copy()
        self.method = self.frame["method"].copy()

    def error(self, column: str, rows: pd.Series[bool], message: str | Callable[[str], str]) -> None:
        """Report these cells and take their rows out of further checks."""
        if rows.any():
            self.problems += report(TABLE, column, self.typed.text[column][rows], message)
            self.sound &= ~rows
            if column in _AMOUNT_COLUMNS:
                self.measured &= ~rows

    def warn(self, column: str, rows: pd.Series[bool], message: str) -> None:
        """Warn once of all these rows together."""
        if rows.any():
            self.warnings.append(remark(TABLE, column, rows.index[rows].tolist(), message))

    def has(self, column: str) -> pd.Series[bool]:
        """Return the rows in which a cell of this column is filled in, rightly or wrongly."""
        return self.typed.text[column] != ""

    def of(self, test: Callable[[Quantity], bool]) -> pd.Series[bool]:
        """Return the rows whose quantity is known and passes a test."""
        return self.quantity.isin([name for name, q in self.known.items() if test(q)])

    def of_support(self, support: str) -> pd.Series[bool]:
        """Return the rows whose quantity is known and has this support."""
        return self.of(lambda q: q.support == support)

    def check_quantity(self) -> None:
        """Refuse quantities that do not exist or that no single number observes."""
        unknown = ~self.quantity.isin(list(self.known)) & (self.quantity != "")
        self.error(
            "quantity",
            unknown,
            lambda name: (
                _("is not a quantity.")
                + (suggest(name, self.known) or _(" `bayescarbon priors` lists them."))
            ),
        )
        self.error(
            "quantity",
            self.of_support("simplex"),
            _(
                "is a set of shares that no single number gives; weigh the gear by taxon instead (table "
                "`fouling`)."
            ),
        )
        self.error(
            "quantity",
            self.of_support("real"),
            _(
                "differs by mineral and is observed through shells, water and tissue (table `isotopes`), "
                "not here."
            ),
        )

    def check_species(self) -> None:
        """Resolve species where the quantity differs between them; elsewhere a species says nothing."""
        needs = self.of(lambda q: "species" in q.levels or "mineral" in q.levels)
        stated = self.frame["species"]
        self.error(
            "species",
            needs & ~self.has("species"),
            _("is empty; this quantity differs between species, so every row needs one."),
        )
        resolved = resolve_species(TABLE, stated.where(needs, ""), self.settings.taxa)
        self.problems += resolved.problems
        self.warnings += resolved.warnings
        self.sound &= ~resolved.unknown
        self.species, self.group = resolved.names, resolved.groups
        idle = self.of(lambda q: "species" not in q.levels and "mineral" not in q.levels) & (stated != "")
        for name in self.quantity[idle].unique():
            self.warn(
                "species",
                idle & (self.quantity == name),
                _("{name} has one value for all species of a site, so the species is not used.", name=name),
            )
        ascidian = self.group == "ascidian"
        for name, twin in _ASCIDIAN_TWIN.items():
            self.error(
                "species",
                ascidian & (self.quantity == name),
                _("is an ascidian; write the quantity as {twin}.", twin=twin),
            )
        self.error(
            "species",
            ascidian & self.quantity.isin(_SHELL_QUANTITIES),
            _("is an ascidian and has no shell; remove the row."),
        )

    def check_site(self) -> None:
        """Say which rows do not speak of the farm's own sites."""
        by_site = self.of(lambda q: "site" in q.levels)
        site = self.frame["site"]
        self.warn(
            "site",
            by_site & (site == ""),
            _(
                "is empty, so the row counts for one unnamed place that is not a site of the farm; write "
                "the site if the row is the farm's own."
            ),
        )
        self.warnings += foreign_sites(TABLE, site.where(by_site, ""), self.sites, ELSEWHERE)

    def check_season(self) -> None:
        """Map seasons and months to the four seasons."""
        self.season, unknown = seasons(self.frame["season"])
        self.error("season", unknown, NOT_A_SEASON)

    def check_method(self) -> None:
        """Burial needs its method, because cores and incubations observe different things."""
        burial = self.quantity == "burial_fraction"
        known = self.quantity.isin(list(self.known))
        self.error(
            "method",
            known & burial & (self.method == ""),
            _(
                "is empty; say whether burial was measured in a sediment `core` or as `oxygen` uptake, "
                "because the two observe different things."
            ),
        )
        self.error(
            "method",
            known & ~burial & (self.method != ""),
            _("only belongs to burial_fraction; empty it (say how it was measured in `source`)."),
        )
        convention = self.frame["rq_convention"]
        self.error(
            "rq_convention",
            known & (convention != "") & (self.method != "oxygen"),
            _("only belongs to rows of burial_fraction whose method is `oxygen`; empty it."),
        )

    def check_form(self) -> None:
        """Each row is one of: a value, a mean of n, a range, a bound, a value below detection."""
        value, low, high = (self.has(name) for name in _AMOUNTS)
        numbers = self.frame
        clean = self.typed.sound(["value", "low", "high", "sd", "n"])
        zero = clean & (numbers["value"] == 0) & ~self.of_support("real")
        self.error(
            "value",
            clean & ~value & ~low & ~high,
            _("is empty; write a value, or `low` and `high` for a range, or one of the two for a bound."),
        )
        self.error(
            "value",
            zero & ~low,
            _(
                "is zero, which no logarithm or ratio allows; if it means not detected, write the "
                "detection limit in `low`."
            ),
        )
        self.error(
            "value",
            clean & value & ~zero & (low | high),
            _(
                "stands beside `low` or `high`; keep the value (with `sd` and `n`), or leave it empty "
                "and keep the range."
            ),
        )
        self.error(
            "high",
            zero & low & high,
            _("stands beside a value of 0; keep only the detection limit, in `low`."),
        )
        self.error("low", clean & ~value & (numbers["low"] >= numbers["high"]), _("must be below `high`."))
        self.error(
            "sd", clean & self.has("sd") & (~value | zero), _("belongs to a measured `value`; empty it.")
        )
        self.error(
            "n",
            clean & (numbers["n"] > MOST_SAMPLES),
            _(
                "is more than {most}, which nobody measures; it is the number of samples, not of the stock.",
                most=MOST_SAMPLES,
            ),
        )
        span = clean & ~value & low & high
        self.error("n", span & (numbers["n"] == 1), _("must be 2 or more: one sample has no range."))
        lone = self.sound & value & self.has("sd") & ~(numbers["n"] > 1)
        self.warn(
            "sd",
            lone,
            _(
                "the sd is not used, because without n (above 1) a row counts as one sample; write the n "
                "of which value is the mean."
            ),
        )
        self.error(
            "n",
            clean & ~value & (low ^ high) & (numbers["n"] > 1),
            _("is more than 1 for a bound; write one row for each bound and leave n empty."),
        )

    def convert_units(self) -> None:
        """Bring numbers to the unit of their quantity, one conversion for each unit that occurs."""
        ready = (
            self.quantity.isin(list(self.known)) & (self.frame["unit"] != "") & ~self.of_support("simplex")
        )
        pairs = pd.DataFrame({"quantity": self.quantity[ready], "unit": self.frame["unit"][ready]})
        for name, unit in pairs.drop_duplicates().itertuples(index=False, name=None):
            where = (self.quantity == name) & (self.frame["unit"] == unit)
            try:
                factor = convert(1.0, unit, self.known[name].unit)
            except UnitError as error:
                needed = self.known[name].unit
                hint = "" if needed in str(error) else _(" Its unit is {needed}.", needed=needed)
                self.error(
                    "unit", where, _("does not fit {name}: {error}.", name=name, error=error.args[0]) + hint
                )
                continue
            for column in _NUMBERS:
                self.number[column] = self.number[column].where(~where, self.number[column] * factor)

    def recalculate(self) -> None:
        """Undo what a row's stated convention did: oxygen divided by RQ, fouling per shellfish."""
        divided = self.measured & (self.method == "oxygen") & (self.frame["rq_convention"] == "divided")
        for name in _AMOUNTS:
            self.number[name] = self.number[name].where(
                ~divided, self.number[name].map(recalculated_efficiency)
            )
        self.number["sd"] = self.number["sd"].where(~divided, self.number["sd"] * RQ_OF_CONVENTION**2)
        if self.settings.fouling_basis != "of_shellfish":
            return
        ratio = self.measured & (self.quantity == "fouling_ratio")
        for name in _AMOUNTS:
            self.error(name, ratio & (self.number[name] < 0), _("must be above 0."))
        # First-order error propagation of w = r/(1 + r).
        self.number["sd"] = self.number["sd"].where(
            ~ratio, self.number["sd"] / (1.0 + self.number["value"]) ** 2
        )
        for name in _AMOUNTS:
            self.number[name] = self.number[name].where(~ratio, self.number[name] / (1.0 + self.number[name]))

    def check_support(self) -> None:
        """Refuse numbers that their quantity cannot take, in its own unit."""
        bounds = {
            "fraction": (0.0, 1.0, _("between 0 and 1 (both excluded)")),
            "positive": (0.0, np.inf, _("above 0")),
        }
        for support, (low, high, words) in bounds.items():
            rows = self.measured & self.of_support(support)
            for name in _AMOUNTS:
                number = self.number[name]
                outside = rows & ((number <= low) | (number >= high))
                if name == "value":
                    outside &= ~((number == 0) & self.has("low"))
                for quantity in self.quantity[outside].unique():
                    unit = self.known[quantity].unit
                    empty = _(" Leave the cell empty where there is no bound.") if name != "value" else ""
                    self.error(
                        name,
                        outside & (self.quantity == quantity),
                        _(
                            "{quantity} must be {words}, in {unit}; check the number and the unit of "
                            "this row.{empty}",
                            quantity=quantity,
                            words=words,
                            unit=unit,
                            empty=empty,
                        ),
                    )
        self._check_spread()

    def _check_spread(self) -> None:
        """An sd that no sample of n can have: (n-1) sd^2 <= n m (1-m) for fractions, sd <= m sqrt(n) otherwise."""
        value, sd, n = self.number["value"], self.number["sd"], self.frame["n"]
        rows = self.measured & (n > 1) & sd.notna()
        fraction = rows & self.of_support("fraction")
        self.error(
            "sd",
            fraction & (sd**2 * (n - 1) > n * value * (1 - value) * (1 + 1e-9)),
            _("is larger than any n fractions with this mean can have; is it in the same unit as the value?"),
        )
        positive = rows & self.of_support("positive")
        self.error(
            "sd",
            positive & (sd > value * np.sqrt(n) * (1 + 1e-9)),
            _(
                "is larger than any n positive numbers with this mean can have; is it in the same unit "
                "as the value?"
            ),
        )


def _repeats(rows: _FarmRows) -> list[Problem]:
    """Warn of animals measured twice, which count as two; one warning for each quantity."""
    labels = pd.DataFrame({
        "quantity": rows.quantity,
        "species": rows.species,
        "site": rows.frame["site"],
        "season": rows.season,
        "sample": rows.frame["sample"],
    })[rows.sound & rows.has("sample")]  # fmt: skip
    repeated = labels[labels.duplicated(keep=False)]
    warnings = []
    for quantity in repeated["quantity"].unique():
        same = repeated[repeated["quantity"] == quantity]
        message = _(
            "{quantity} of the same sample stands in more than one row, and each counts as a sample "
            "of its own; keep one row (the mean) if they are repeats.",
            quantity=quantity,
        )
        rows_of_it = same.index.tolist()
        warnings.append(remark(TABLE, "sample", rows_of_it, message, same["sample"].iloc[0]))
    return warnings


def _tidy(rows: _FarmRows) -> pd.DataFrame:
    """Return the sound rows in the columns of the evidence table."""
    kept = rows.sound & (rows.quantity != "")
    value, low, high, n = rows.number["value"], rows.number["low"], rows.number["high"], rows.frame["n"]
    undetected = (rows.frame["value"] == 0) & low.notna() & ~rows.of_support("real")
    kind = np.select(
        [undetected, value.notna() & (n > 1), value.notna(), low.notna() & high.notna(), high.notna()],
        ["below", "summary", "sample", "range", "below"],
        default="above",
    )
    kinds = pd.Series(kind, index=rows.frame.index, dtype=object)
    table = pd.DataFrame({
        "id": pd.Series([f"evidence:{row}" for row in rows.frame.index], index=rows.frame.index, dtype=object),
        "origin": "farm",
        "quantity": rows.quantity,
        "species": rows.species,
        "group": rows.group,
        "site": rows.frame["site"],
        "season": rows.season,
        "kind": kinds,
        "value": value.where(~undetected),
        "sd": rows.number["sd"],
        "n": n.where(kinds != "sample", 1.0),
        "low": low.where(~undetected),
        "high": high.where(~undetected, low),
        "method": rows.method,
        "source": rows.frame["source"],
        "note": pd.Series(_notes(rows.typed), index=rows.frame.index, dtype=object),
        **{name: rows.frame[name] for name in SIZE_COLUMNS},
    })  # fmt: skip
    return table.loc[kept, list(EVIDENCE_COLUMNS)].reset_index(drop=True)


def row_numbers(evidence: pd.DataFrame) -> list[int]:
    """Return where rows of the farm stand in its table, as a spreadsheet numbers them.

    Parameters
    ----------
    evidence : DataFrame
        Rows as `read_evidence` returns them.
    """
    return [int(identity.rpartition(":")[2]) for identity in evidence["id"]]


def _notes(typed: Typed) -> list[str]:
    """Keep what the model does not read: the label of the sample."""
    return [f"sample = {cell}" if cell else "" for cell in typed.text["sample"]]


def _copies(rows: _FarmRows) -> list[Problem]:
    """Warn of means and published values that stand there twice; single animals may well weigh the same."""
    text = rows.typed.text
    summary = rows.sound & ~rows.has("sample") & (rows.has("n") | rows.has("sd") | rows.has("source"))
    copies = text[summary & text.duplicated(keep=False)]
    message = _(
        "stands in more than one row with the same cells throughout, and each counts as an observation of its own; "
        "keep one of them, or tell them apart with `sample` or `source`."
    )
    return [
        remark(TABLE, "quantity", same.index.tolist(), message, same["quantity"].iloc[0])
        for _name, same in copies.groupby(list(copies.columns), sort=False, dropna=False)
    ]
