"""The equations that the audit trail prints name what the ledger really reads: found by moving each input."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from bayescarbon.accounting.ledger import INPUTS, ledger
from bayescarbon.accounting.lines import LINES
from bayescarbon.evidence.quantities import quantities
from bayescarbon.report.equations import EQUATIONS, base_quantity
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


def test_fouler_respiration_counts_tissue_only_where_there_is_no_shell() -> None:
    """The reason why its equation names tissue carbon at all: ascidians."""
    inputs = point()
    shelled = inputs.assign(fouler_mix=xr.DataArray([0.5, 0.5, 0.0, 0.0], dims="taxon"))
    changed = shelled.assign(fouler_tissue_carbon=shelled["fouler_tissue_carbon"] * 2)
    xr.testing.assert_allclose(ledger(shelled)["fouling_respired"], ledger(changed)["fouling_respired"])


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("shell_carbon", "shell_carbon"),
        ("fouler_shell_carbon[mussel]", "shell_carbon"),
        ("fouler_mix[oyster]", "fouler_mix"),
        ("isotope_enrichment[calcite]", "isotope_enrichment"),
    ],
)
def test_base_quantity(name: str, base: str) -> None:
    assert base_quantity(name) == base
