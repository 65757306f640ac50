"""The flat deductions that ship: the one share that a programme may take off every farm of a kind.

``data/discounts.csv`` holds them for every framework, exact rule and group of species;
`bayescarbon.issuance.discounts` computes them, and docs/discounts.md says how they were made.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from bayescarbon.resources import read_text, read_toml

TABLE = "data/discounts.csv"
RECORD = "data/discounts.toml"
UNIT = "t CO2e / t live"


@dataclass(frozen=True)
class Discount:
    """One row of ``data/discounts.csv``.

    Attributes
    ----------
    group : str
        Clam, scallop, oyster, mussel or other.
    own_samples : int
        How many samples of each kind such a farm has taken itself; 0 for published coefficients only.
    framework, rule : str
        What counts as removal, and the deduction rule.
    farms : int
        Simulated farms; 1 where all farms are alike, as without own samples.
    mean : float
        Mean net removal after the baseline share, in `unit`; that of the median farm where there are several.
    unit : str
        Of `mean`.
    deduction : float or None
        The flat deduction, a share of a farm's mean; None where no removal is expected.
    deduction_mcse : float or None
        Its Monte Carlo error.
    p_overcredit : float or None
        Probability that a farm removes less than its mean less this deduction.
    expected_overcredit : float or None
        Mean of what is credited beyond the true removal, as a share of a farm's mean.
    eligible_share : float
        Share of such farms to which the rule itself issues anything.
    eligible : bool
        Whether anything is left after the deduction.
    note : str
        Why not, and what makes the number doubtful; sentences separated by semicolons.
    """

    group: str
    own_samples: int
    framework: str
    rule: str
    farms: int
    mean: float
    unit: str
    deduction: float | None
    deduction_mcse: float | None
    p_overcredit: float | None
    expected_overcredit: float | None
    eligible_share: float
    eligible: bool
    note: str


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(Discount))


@cache
def discounts() -> tuple[Discount, ...]:
    """Return the flat deductions that ship, in the order of the table.

    Raises
    ------
    ValueError
        If the shipped table does not have the columns of `Discount`.
    """
    reader = csv.DictReader(io.StringIO(read_text(TABLE)))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ValueError(f"{TABLE} must have the columns {', '.join(COLUMNS)}; make it again")
    return tuple(_parsed(row) for row in reader)


def _parsed(row: dict[str, str]) -> Discount:
    def optional(name: str) -> float | None:
        return float(row[name]) if row[name] else None

    return Discount(
        group=row["group"],
        own_samples=int(row["own_samples"]),
        framework=row["framework"],
        rule=row["rule"],
        farms=int(row["farms"]),
        mean=float(row["mean"]),
        unit=row["unit"],
        deduction=optional("deduction"),
        deduction_mcse=optional("deduction_mcse"),
        p_overcredit=optional("p_overcredit"),
        expected_overcredit=optional("expected_overcredit"),
        eligible_share=float(row["eligible_share"]),
        eligible={"true": True, "false": False}[row["eligible"]],
        note=row["note"],
    )


@cache
def made_with() -> dict[str, Any]:
    """Return how the shipped table was made: version, date, seed, numbers of farms and draws, kinds of samples."""
    return read_toml(RECORD)
