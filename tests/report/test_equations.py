"""The equations that the audit trail prints name what the ledger really reads: found by moving each input."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest
import xarray as xr

from bayescarbon.accounting.ledger import INPUTS, ledger
from bayescarbon.accounting.lines import LINES
from bayescarbon.accounting.price import margin_gap
from bayescarbon.evidence.foulers import base_quantity, is_of_crops
from bayescarbon.evidence.quantities import quantities
from bayescarbon.report.equations import (
    BASELINE,
    EQUATIONS,
    PRICE_SYMBOLS,
    PRICED_FRAMEWORK,
    symbols,
)
from bayescarbon.report.language import text
from tests.accounting.inputs import point

COUNTED = {"individuals": 2.0e6, "emissions_t_co2e": 12.0}


def moved(name: str, counted: bool) -> set[str]:
    """Return the lines that change where one input grows by a tenth."""
    inputs = point(COUNTED if counted else None)
    bigger = inputs.assign({name: inputs[name] * 1.1})
    before, after = ledger(inputs), ledger(bigger)
    return {line for line in LINES if not np.allclose(before[line], after[line], rtol=1e-9, atol=0.0)}


@pytest.mark.parametrize("name", INPUTS)
def test_a_line_names_exactly_the_inputs_that_move_it(name: str) -> None:
    named = {line for line, eq in EQUATIONS.items() if name in (*eq.quantities, *eq.columns)}
    assert moved(name, counted=False) | moved(name, counted=True) == named


def test_every_line_has_its_equation_and_every_quantity_its_definition() -> None:
    assert set(EQUATIONS) == set(LINES)
    read = {base_quantity(name) for equation in EQUATIONS.values() for name in equation.quantities}
    assert read <= set(quantities())


# Words of the formulas, and what they define themselves: foulers landed, F = ..., and shares of their mix.
EXPLAINED = {
    "F", "x", "mean", "over", "taxa", "of", "t", "where", "not", "counted", "shell", "carbon", "ascidians", "tissue",
    "or", "the", "emissions", "given", "deposited", "fouling_shell_dic", "fouling_shell_respired",
}  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_every_symbol_of_a_formula_is_told(line: str) -> None:
    equation = EQUATIONS[line]
    written = set(re.findall(r"[A-Za-z]\w*", re.sub(r"\d+e-?\d+|1e6", "", equation.formula)))
    told = symbols(equation)
    assert written - EXPLAINED == set(told)
    assert set(told.values()) <= {base_quantity(name) for name in equation.quantities} | set(equation.columns)


def test_every_symbol_of_the_price_is_a_column_a_quantity_or_a_framework() -> None:
    formula = text("equation price", "en").split(";")[0]
    assert set(re.findall(r"[A-Za-z]+", formula)) == set(PRICE_SYMBOLS)
    columns = set(inspect.signature(margin_gap).parameters) - {"timing"}
    assert set(PRICE_SYMBOLS.values()) == columns | {BASELINE, PRICED_FRAMEWORK}
    # Each letter is that of the code's own formula.
    money = {"Lf": 7.0, "Ls": 5.0, "Cs": 3.0, "Cf": 2.0, "r": 0.1, "T": 24.0}
    gap = margin_gap(**{PRICE_SYMBOLS[symbol]: value for symbol, value in money.items()})
    assert gap == pytest.approx(7 - 5 + (3 - 2) * 1.1**2)


def test_fouler_respiration_counts_tissue_only_where_there_is_no_shell() -> None:
    """The reason why its equation names tissue carbon at all: ascidians."""
    inputs = point()
    shelled = inputs.assign(fouler_mix=xr.DataArray([0.5, 0.5, 0.0, 0.0], dims="taxon"))
    changed = shelled.assign(fouler_tissue_carbon=shelled["fouler_tissue_carbon"] * 2)
    xr.testing.assert_allclose(ledger(shelled)["fouling_respired"], ledger(changed)["fouling_respired"])


@pytest.mark.parametrize(
    ("name", "base", "of_crops"),
    [
        ("shell_carbon", "shell_carbon", False),
        ("fouler_shell_carbon", "shell_carbon", True),
        ("fouler_shell_carbon[mussel]", "shell_carbon", True),
        ("fouler_dry_fraction[ascidian]", "ascidian_dry_fraction", False),
        ("fouler_mix[oyster]", "fouler_mix", False),
        ("fouler_mix[ascidian]", "fouler_mix", False),
        ("isotope_enrichment[calcite]", "isotope_enrichment", False),
    ],
)
def test_base_quantity(name: str, base: str, of_crops: bool) -> None:
    assert base_quantity(name) == base
    assert is_of_crops(name) == of_crops
