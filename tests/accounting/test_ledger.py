"""The ledger of one batch worked out by hand, and what each input may and may not move."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from bayescarbon.accounting.frameworks import frameworks, net_sink
from bayescarbon.accounting.ledger import INPUTS, account, ledger
from bayescarbon.accounting.lines import LINES
from bayescarbon.accounting.pools import pools, source_split
from tests.accounting.inputs import draws, point

# Crop, 100 t live:   shell 100 x 0.5 x 0.8 x 0.12 = 4.8; organic 5 % = 0.24, carbonate 4.56, of which a tenth respired;
#                     tissue 100 x 0.5 x 0.2 x 0.4 = 4.
# Seed, 10 t:         a tenth of all that.
# Foulers:            100 x 0.2/0.8 = 25 t live. A bivalve tonne has 0.6 x 0.9 x 0.12 = 0.0648 shell C and
#                     0.6 x 0.1 x 0.4 = 0.024 tissue C, an ascidian tonne 0.1 x 0.35 = 0.035 tissue C.
#                     Shell 25 x 0.7 x 0.0648 = 1.134; organic 2 % = 0.02268, carbonate 1.11132, a tenth respired;
#                     tissue 25 x (0.7 x 0.024 + 0.3 x 0.035) = 0.6825.
# Animals alive:      1.2 x 100e6 g / 20 g = 6e6. Deposited 50 mg x 0.1 x 6e6 x 400 d = 1.2e10 mg = 12 t; buried 1.2.
# Calcification:      0.7 x (4.56 - 0.456) = 2.8728; foulers 0.7 x 1.11132 = 0.777924.
# Respired:           2 x (4.8 - 0.48) = 8.64; foulers 25 x (0.7 x 2 x 0.0648 + 0.3 x 3 x 0.035) = 3.0555.
# Operations:         100 t x 100 kg = 10 t CO2e = 120/44 t C.
BY_HAND = {
    "shell_dic": 4.104,
    "shell_respired": 0.456,
    "shell_organic": 0.24,
    "tissue": 4.0,
    "seed_shell_dic": 0.4104,
    "seed_shell_respired": 0.0456,
    "seed_shell_organic": 0.024,
    "seed_tissue": 0.4,
    "fouling_shell_dic": 1.000188,
    "fouling_shell_respired": 0.111132,
    "fouling_shell_organic": 0.02268,
    "fouling_tissue": 0.6825,
    "deposited": 12.0,
    "buried": 1.2,
    "calcification_co2": 2.8728,
    "fouling_calcification_co2": 0.777924,
    "respired": 8.64,
    "fouling_respired": 3.0555,
    "operations": 120.0 / 44.0,
}
# removed 4.8 + 4 + 1.134 + 0.6825 - 0.88; released 8.64 + 3.0555 + 2.8728 + 0.777924 + 10.8.
POOLS_BY_HAND = {"removed": 9.7365, "stored": 1.2, "released": 26.146224, "used": 37.082724}
# DIC: carbonate 4.56 - 0.456 + 1.11132, and the CO2 of forming it 3.650724.
SPLIT_BY_HAND = {"dic": 8.866044, "particulate": 28.21668}
# t CO2e = t C x 44/12.
SINKS_BY_HAND = {
    "stock_change": 29.04,  # 8.8 - 0.88 = 7.92 t C
    "improved_stock_change": 40.1005,  # + 1.8165 + 1.2 = 10.9365
    "shell_only": 15.84,  # 4.8 - 0.48 = 4.32
    "shell_dic_only": 13.5432,  # 4.104 - 0.4104 = 3.6936
    "shell_net_calcification": 5.3064,  # 4.32 - 2.8728 = 1.4472
    "individual_budget": -27.1656,  # 4.104 - 2.8728 - 8.64 = -7.4088
    "respiration_and_calcification": -42.2136,  # -11.5128
    "air_sea_calcification": -10.5336,  # -2.8728
    "integrated_coastal": -36.9336,  # 1.2 + 0.24 - 11.5128 = -10.0728
    "life_cycle": 30.1005,  # 40.1005 - 10
    "none": 0.0,
}


def test_every_line_by_hand() -> None:
    lines = ledger(point())
    assert set(BY_HAND) == set(LINES) == set(lines.data_vars)
    for name, value in BY_HAND.items():
        assert lines[name].item() == pytest.approx(value, rel=1e-12), name


def test_pools_and_sources_by_hand() -> None:
    lines = ledger(point())
    for found, expected in ((pools(lines), POOLS_BY_HAND), (source_split(lines), SPLIT_BY_HAND)):
        assert set(found.data_vars) == set(expected)
        for name, value in expected.items():
            assert found[name].item() == pytest.approx(value, rel=1e-12), name
            assert found[name].attrs["units"] == "t C"


def test_every_framework_by_hand() -> None:
    lines = ledger(point())
    assert set(SINKS_BY_HAND) == set(frameworks())
    for name, value in SINKS_BY_HAND.items():
        sink = net_sink(lines, name)
        assert sink.item() == pytest.approx(value, rel=1e-12, abs=1e-12), name
        assert sink.attrs["units"] == "t CO2e"
        assert sink.attrs["framework"] == name


def test_given_counts_and_emissions_replace_the_derived_ones() -> None:
    lines = ledger(point({"individuals": 5e6, "emissions_t_co2e": 11.0}))
    assert lines["deposited"].item() == pytest.approx(10.0)  # 50 x 0.1 x 5e6 x 400 mg
    assert lines["operations"].item() == pytest.approx(3.0)
    untouched = set(LINES) - {"deposited", "buried", "operations"}
    for name in untouched:
        assert lines[name].item() == pytest.approx(BY_HAND[name]), name


def test_given_counts_act_on_their_own_batch_only() -> None:
    one = point().isel(batch=[0, 0]).assign_coords(batch=["a", "b"])
    two = one.assign(individuals=xr.DataArray([5e6, np.nan], dims="batch"))
    assert ledger(two)["deposited"].values == pytest.approx([10.0, 12.0])


def test_wild_spat_has_no_seed_lines() -> None:
    lines = ledger(point({"stocked_t": 0.0}))
    assert all(lines[name].item() == 0.0 for name in LINES if name.startswith("seed_"))
    assert lines["calcification_co2"].item() == pytest.approx(0.7 * 4.56)


def test_ascidians_alone_leave_no_shell() -> None:
    lines = ledger(point(foulers={"fouler_mix": (0.0, 0.0, 1.0, 0.0)}))
    for name in ("dic", "respired", "organic"):
        assert lines[f"fouling_shell_{name}"].item() == 0.0
    assert lines["fouling_calcification_co2"].item() == 0.0
    assert lines["fouling_tissue"].item() == pytest.approx(25.0 * 0.035)
    assert lines["fouling_respired"].item() == pytest.approx(25.0 * 0.035 * 3.0)


@pytest.mark.parametrize("name", ["harvest_t", "fouler_mix", "individuals", "fouler_respiration_ratio"])
def test_a_missing_input_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=rf"needs {name};"):
        ledger(point().drop_vars(name))


def test_every_input_reaches_the_ledger_or_is_not_asked_for() -> None:
    """An input that moves no line would be a quantity that the user measures for nothing."""
    base = point({"individuals": np.nan})
    reference = ledger(base)
    for name in set(INPUTS) - {"individuals", "emissions_t_co2e"}:
        moved = ledger(base.assign({name: base[name] * 0.9}))
        changed = [
            line for line in LINES if not np.isclose(moved[line].item(), reference[line].item(), rtol=1e-9)
        ]
        assert changed, name


def test_lines_have_dims_units_and_names() -> None:
    lines = ledger(draws(1))
    for name in LINES:
        assert lines[name].dims == ("batch", "chain", "draw"), name
        assert lines[name].attrs == {"units": "t C", "long_name": LINES[name]}
        assert np.isfinite(lines[name]).all(), name
    assert set(lines.coords) == {"batch"}


def test_account_reads_the_fit_once() -> None:
    class Fit:
        calls = 0

        def batch_draws(self) -> xr.Dataset:
            self.calls += 1
            return draws(2)

    fit = Fit()
    xr.testing.assert_identical(account(fit), ledger(draws(2)))
    assert fit.calls == 1


@pytest.mark.parametrize("converged", [True, False])
def test_whether_the_fit_converged_goes_with_every_number(converged: bool) -> None:
    """A scalar coordinate: credits look for it on whatever was made of the ledger."""
    lines = ledger(draws(1).assign_coords(converged=converged))
    made = [*lines.values(), *pools(lines).values()]
    made += [net_sink(lines, name) for name in frameworks()]
    made += [made[-1].sum("batch"), 0.9 * made[-1] + made[0], made[-1].isel(batch=[0]), made[0].mean("draw")]
    for one in made:
        assert one.coords["converged"].item() is converged, one.name
