"""psi and the carbonate system against a published implementation's figures, in every kind of argument."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayescarbon.accounting import seawater

# 14 waters computed with PyCO2SYS 1.8.3 (Humphreys et al. 2022, Geoscientific Model Development 15:15-43): constants
# of Lueker 2000, boron of Lee 2010, one atmosphere, no nutrients. psi_numeric_const_pCO2 precipitates a little CaCO3
# and lets the water return to its pCO2, so it is independent of the isocapnic quotient.
GRID = pd.read_csv(Path(__file__).with_name("psi_grid.csv"))
WATER = tuple(GRID[name].to_numpy() for name in ("temp_C", "salinity", "alkalinity_umol_kg", "pCO2_uatm"))


def test_the_grid_is_whole() -> None:
    assert len(GRID) == 14


def test_psi_matches_the_reference() -> None:
    psi = seawater.calcification_ratio(*WATER)
    np.testing.assert_allclose(psi, GRID["psi_PyCO2SYS"], rtol=0, atol=1e-4)
    np.testing.assert_allclose(psi, GRID["psi_numeric_const_pCO2"], rtol=0, atol=2e-4)


def test_quotient_ph_and_dic_match_the_reference() -> None:
    state = seawater.carbonate_system(*WATER)
    np.testing.assert_allclose(seawater.isocapnic_quotient(state), GRID["Q_isocapnic"], rtol=0, atol=1e-4)
    np.testing.assert_allclose(-state.ln_hydrogen / np.log(10.0), GRID["pH_total"], rtol=0, atol=1e-4)
    np.testing.assert_allclose(state.dic * 1e6, GRID["DIC_umol_kg"], rtol=0, atol=0.1)


def test_analytic_quotient_is_the_slope_at_constant_pco2() -> None:
    step = 1e-3
    t, s, alkalinity, pco2 = WATER
    low = seawater.carbonate_system(t, s, alkalinity - step, pco2).dic * 1e6
    high = seawater.carbonate_system(t, s, alkalinity + step, pco2).dic * 1e6
    quotient = seawater.isocapnic_quotient(seawater.carbonate_system(*WATER))
    np.testing.assert_allclose(2.0 * step / (high - low), quotient, rtol=1e-6)


# Check values printed with the constants at 25 C and salinity 35: Dickson, Sabine & Christian 2007, chapter 5.
@pytest.mark.parametrize(
    ("name", "ln_value"),
    [
        ("k0", -3.5617),
        ("k1", -5.8472 * np.log(10.0)),
        ("k2", -8.9660 * np.log(10.0)),
        ("kb", -19.7964),
        ("kw", -30.434),
    ],
)
def test_constants_at_25_degrees_and_salinity_35(name: str, ln_value: float) -> None:
    value = getattr(seawater.constants(25.0, 35.0), f"ln_{name}")
    assert value == pytest.approx(ln_value, abs=6e-4)


def test_solution_reproduces_alkalinity_in_extreme_waters() -> None:
    t, s, alkalinity, pco2 = np.meshgrid(
        [-2.0, 10.0, 40.0], [1.0, 20.0, 42.0], [300.0, 2300.0, 5000.0], [10.0, 400.0, 10_000.0]
    )
    state = seawater.carbonate_system(t, s, alkalinity, pco2)
    k = state.constants
    h, co2 = np.exp(state.ln_hydrogen), np.exp(state.ln_co2)
    k1, k2, kb, kw = (np.exp(value) for value in (k.ln_k1, k.ln_k2, k.ln_kb, k.ln_kw))
    again = co2 * k1 / h + 2 * co2 * k1 * k2 / h**2 + k.boron * kb / (kb + h) + kw / h - h
    np.testing.assert_allclose(again * 1e6, alkalinity, rtol=1e-11)


def test_psi_rises_with_pco2_and_falls_with_temperature() -> None:
    assert seawater.calcification_ratio(15.0, 31.5, 2250.0, 800.0) > seawater.calcification_ratio(
        15.0, 31.5, 2250.0, 400.0
    )
    assert seawater.calcification_ratio(25.0, 31.5, 2250.0, 400.0) < seawater.calcification_ratio(
        5.0, 31.5, 2250.0, 400.0
    )


def test_named_dimensions_broadcast() -> None:
    t = xr.DataArray([2.0, 20.0], dims="season")
    pco2 = xr.DataArray([300.0, 400.0, 500.0], dims="site")
    psi = seawater.calcification_ratio(t, 31.5, 2250.0, pco2)
    assert dict(psi.sizes) == {"season": 2, "site": 3}
    assert float(psi.isel(season=1, site=2)) == pytest.approx(0.7265, abs=1e-4)


def test_the_same_function_runs_inside_a_model() -> None:
    import pytensor
    import pytensor.xtensor as px
    from pytensor.compile.mode import Mode
    from pytensor.graph.rewriting.utils import rewrite_graph

    names = ("temperature_c", "salinity", "alkalinity_umol_kg", "pco2_uatm")
    variables = [px.xtensor(name, dims=("site",), shape=(14,), dtype="float64") for name in names]
    psi = seawater.calcification_ratio(*variables)
    assert psi.dims == ("site",)
    # A model turns named variables into plain ones before it differentiates; so does this test.
    plain = rewrite_graph(psi.values.sum(), include=("lower_xtensor",))
    gradients = pytensor.grad(plain, variables)
    outputs = rewrite_graph([out.values for out in (psi, *gradients)], include=("lower_xtensor",))
    run = pytensor.function(variables, outputs, mode=Mode(linker="py", optimizer=None))
    values = [column.astype("float64") for column in WATER]
    psi_value, *slopes = run(*values)
    np.testing.assert_allclose(psi_value, seawater.calcification_ratio(*values), rtol=0, atol=1e-10)
    for i, slope in enumerate(slopes):
        step = 1e-4 * np.abs(values[i]).max()
        up = [v + step * (j == i) for j, v in enumerate(values)]
        down = [v - step * (j == i) for j, v in enumerate(values)]
        numeric = (seawater.calcification_ratio(*up) - seawater.calcification_ratio(*down)) / (2 * step)
        np.testing.assert_allclose(slope, numeric, rtol=1e-4, atol=1e-10)


@pytest.mark.crosscheck
def test_against_pyco2sys() -> None:
    pyco2 = pytest.importorskip("PyCO2SYS")
    t, s, alkalinity, pco2 = (
        axis.ravel()
        for axis in np.meshgrid(
            [2.0, 10.0, 18.0, 30.0],
            [20.0, 28.0, 33.0, 38.0],
            [1800.0, 2200.0, 2600.0],
            [200.0, 420.0, 1200.0],
        )
    )
    theirs = pyco2.sys(
        par1=alkalinity, par1_type=1, par2=pco2, par2_type=4, temperature=t, salinity=s,
        opt_k_carbonic=10, opt_total_borate=2,
    )  # fmt: skip
    state = seawater.carbonate_system(t, s, alkalinity, pco2)
    k = state.constants
    for ours, name in (
        (k.ln_k0, "k_CO2"),
        (k.ln_k1, "k_carbonic_1"),
        (k.ln_k2, "k_carbonic_2"),
        (k.ln_kb, "k_borate"),
    ):
        np.testing.assert_allclose(ours, np.log(theirs[name]), rtol=0, atol=1e-12)
    # Water: theirs is converted from the seawater scale, ours is the total-scale form; up to 0.9 % apart at 30 C.
    np.testing.assert_allclose(k.ln_kw, np.log(theirs["k_water"]), rtol=0, atol=0.01)
    np.testing.assert_allclose(state.dic * 1e6, theirs["dic"], rtol=0, atol=0.15)
    np.testing.assert_allclose(-state.ln_hydrogen / np.log(10.0), theirs["pH_total"], rtol=0, atol=5e-5)
    quotient = theirs["isocapnic_quotient"]
    np.testing.assert_allclose(seawater.isocapnic_quotient(state), quotient, rtol=0, atol=1e-4)
    np.testing.assert_allclose(
        seawater.calcification_ratio(t, s, alkalinity, pco2), 2.0 / quotient - 1.0, rtol=0, atol=1e-4
    )
