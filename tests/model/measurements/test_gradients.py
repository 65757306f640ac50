"""NUTS needs slopes: those of a model of every table at once, against central differences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytensor
import pytest

from bayescarbon.model.build import Specification, model_of, specify
from bayescarbon.model.measurements import MEASUREMENT_MODELS
from bayescarbon.study import Study
from tests.fit.simulated import EAST, TABLES
from tests.fit.worlds import OYSTER, SCALLOP, Row, batch, row, write_study

SIZES: list[Row] = [
    {"trap": "W", "site": EAST, "kind": "farm", "dry_mass_mg": 9000, "days": 2, "species": SCALLOP,
     "individuals": 30, "area_m2": 0.05, "season": "summer", "dry_weight_g": 25},
    {"trap": "L", "site": EAST, "kind": "farm", "dry_mass_mg": 9000, "days": 2, "species": SCALLOP,
     "individuals": 30, "area_m2": 0.05, "shell_length_mm": 65, "carbon_fraction": 0.05},
]  # fmt: skip


def everything(folder: Path) -> Study:
    """Return a study with all tables, sized and seasonal traps, rates of a stated size, and composites."""
    rng = np.random.default_rng(10)
    sizes = {"n": 2, "farm": 2, "control": 2, "cores": 3, "shells": 3, "gears": 3, "animals": 2}
    small = {"traps": ("farm", "control"), "oxygen": ("cores",), "isotopes": ("shells",), "fouling": ("gears",),
             "budget": ("animals",)}  # fmt: skip
    tables = {name: make(rng, **{size: sizes[size] for size in small[name]}) for name, make in TABLES.items()}
    evidence = [
        row("biodeposition_rate", EAST, value=200, shell_length_mm=70),
        row("carbon_deposition_rate", EAST, value=9, dry_weight_g=30),
        row("whole_body_carbon", EAST, value=0.16),
        row("burial_fraction", EAST, value=0.06, method="core"),
    ]
    tables["traps"] = [*tables["traps"], *SIZES]
    return write_study(folder, [batch("a", EAST), batch("b", "west", OYSTER)], evidence, tables=tables)


@pytest.fixture(scope="module")
def specification(tmp_path_factory: pytest.TempPathFactory) -> Specification:
    return specify(everything(tmp_path_factory.mktemp("everything")), literature=False)


def test_the_study_has_rows_of_every_kind(specification: Specification) -> None:
    readings = set(specification.observations.rows["reading"])
    assert {
        "trap_catch",
        "sized_trap_catch",
        "trap_carbon",
        "sized_trap_carbon",
        "oxygen_per_flux",
        "sized_biodeposition",
    } <= readings
    assert {"sized_carbon_deposition", "whole_body_carbon", "fouling_ratio"} <= readings
    assert {term.table for term in specification.terms} == {"fouling", "isotopes", "budget"}
    assert {model.table for model in MEASUREMENT_MODELS} == set(TABLES)


def test_slopes_of_every_variable_are_finite_and_right(specification: Specification) -> None:
    model = model_of(specification)
    values = model.value_vars
    logp = model.logp()
    # As it stands: rewritten, some sums have more terms than NumPy takes operands.
    plain = pytensor.compile.mode.Mode(linker="py", optimizer=None)
    evaluate = pytensor.function(values, [logp, *pytensor.grad(logp, values)], mode=plain)
    rng = np.random.default_rng(11)
    start = model.initial_point()
    for _ in range(2):
        point = [
            np.asarray(start[v.name]) + 0.3 * rng.standard_normal(np.shape(start[v.name])) for v in values
        ]
        total, *slopes = evaluate(*point)
        assert np.isfinite(total)
        for i, (variable, slope) in enumerate(zip(values, slopes, strict=True)):
            assert np.isfinite(slope).all(), variable
            # One direction tells of all entries of a variable: a random one, along it.
            direction = rng.standard_normal(np.shape(point[i]))
            ends = []
            for sign in (1, -1):
                moved = list(point)
                moved[i] = point[i] + sign * 1e-5 * direction
                ends.append(float(evaluate(*moved)[0]))
            along = float((slope * direction).sum())
            assert along == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-4, abs=1e-3), variable
