"""The ledger's equations as a reader follows them: formula, quantities and columns of the harvest, line by line.

The formulas are those of docs/equations.md and of `bayescarbon.accounting.ledger`, which computes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bayescarbon.evidence.foulers import base_quantity
from bayescarbon.evidence.quantities import quantities


@dataclass(frozen=True)
class Equation:
    """How one line is computed.

    Attributes
    ----------
    formula : str
        In the symbols of the quantities; H is the harvest, H0 what was stocked (t), N the mean number of animals
        alive, T the days of the cycle, F the foulers landed with the harvest (t).
    quantities : tuple of str
        As ``quantities.csv`` names them, without the taxon in brackets.
    columns : tuple of str
        Columns of ``harvest`` that it reads.
    """

    formula: str
    quantities: tuple[str, ...]
    columns: tuple[str, ...]


_SHELL = ("dry_fraction", "shell_share", "shell_carbon")
_MATRIX = (*_SHELL, "shell_organic_share")
_TISSUE = ("dry_fraction", "shell_share", "tissue_carbon")
_PARTS = {
    "shell_dic": ("(1 - f) (1 - phi) {mass} d s c_sh", (*_MATRIX, "respired_shell_fraction")),
    "shell_respired": ("f (1 - phi) {mass} d s c_sh", (*_MATRIX, "respired_shell_fraction")),
    "shell_organic": ("phi {mass} d s c_sh", _MATRIX),
    "tissue": ("{mass} d (1 - s) c_ti", _TISSUE),
}
_FOULERS = ("fouling_ratio", "fouler_mix")
_MASS = "; F = H w / (1 - w)"
_DEPOSITS = ("biodeposition_rate", "biodeposit_carbon", "live_weight", "alive_to_harvested")
_COUNTED = ("harvest_t", "cycle_days", "individuals")
_GROWN = ("harvest_t", "stocked_t")


def _of_foulers(names: tuple[str, ...]) -> tuple[str, ...]:
    return (*_FOULERS, *(f"fouler_{name}" for name in names))


EQUATIONS: dict[str, Equation] = {
    **{
        name: Equation(formula.format(mass="H"), parts, ("harvest_t",))
        for name, (formula, parts) in _PARTS.items()
    },
    **{
        f"seed_{name}": Equation(formula.format(mass="H0"), parts, ("stocked_t",))
        for name, (formula, parts) in _PARTS.items()
    },
    **{
        f"fouling_{name}": Equation(
            f"F x mean over taxa of {formula.format(mass='1 t')}{_MASS}", _of_foulers(parts), ("harvest_t",)
        )
        for name, (formula, parts) in _PARTS.items()
    },
    "deposited": Equation("1e-9 b o N T; N = m 1e6 H / g where not counted", _DEPOSITS, _COUNTED),
    "buried": Equation("B x deposited", (*_DEPOSITS, "burial_fraction"), _COUNTED),
    "calcification_co2": Equation("psi (1 - phi) (H - H0) d s c_sh", (*_MATRIX, "calcification_ratio"), _GROWN),
    "fouling_calcification_co2": Equation(
        f"psi x (fouling_shell_dic + fouling_shell_respired){_MASS}",
        (*_of_foulers(_MATRIX), "calcification_ratio"),
        ("harvest_t",),
    ),
    "respired": Equation("rho (H - H0) d s c_sh", (*_SHELL, "respiration_ratio"), _GROWN),
    "fouling_respired": Equation(
        f"F x mean over taxa of rho x shell carbon, of ascidians rho x tissue carbon{_MASS}",
        _of_foulers((*_SHELL, "tissue_carbon", "respiration_ratio")),
        ("harvest_t",),
    ),
    "operations": Equation(
        "1e-3 e H x 12/44, or the emissions given", ("operations_emission",), ("harvest_t", "emissions_t_co2e")
    ),
}  # fmt: skip

_OF_HARVEST = {"H": "harvest_t", "H0": "stocked_t", "N": "individuals", "T": "cycle_days"}
#: What the symbols of the price stand for: columns of economics, a quantity, and a framework's net sink.
PRICE_SYMBOLS = {
    "Ls": "revenue", "Cs": "cost", "Lf": "alternative_revenue", "Cf": "alternative_cost", "r": "discount_rate",
    "T": "cycle_months", "k": "baseline_share", "omega": "improved_stock_change",
}  # fmt: skip


def legend(symbols: Mapping[str, str]) -> str:
    """Return what symbols stand for, in one line.

    Parameters
    ----------
    symbols : mapping of str to str
        Symbol -> column or quantity.
    """
    return ", ".join(f"{symbol} = {name}" for symbol, name in symbols.items())


def symbols(equation: Equation) -> dict[str, str]:
    """Return the symbols in a line's formula, with the quantities and columns that they stand for.

    Parameters
    ----------
    equation : Equation
        The line's.
    """
    known, written = quantities(), set(re.findall(r"[A-Za-z_0-9]+", equation.formula))
    bases = dict.fromkeys(base_quantity(name) for name in equation.quantities)
    read = {symbol: name for symbol, name in _OF_HARVEST.items() if name in equation.columns}
    read |= {known[name].symbol: name for name in bases}
    return {symbol: name for symbol, name in read.items() if symbol in written}


PRICED_FRAMEWORK = "improved_stock_change"
BASELINE = "baseline_share"
