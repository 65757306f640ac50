"""The isotope balance of a shell: round trip, corners, and every kind of argument."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from bayescarbon.accounting.isotopes import respired_fraction_of, shell_isotopes


def test_by_hand() -> None:
    # A quarter from respiration at -20, the rest from water at +1, aragonite: -5 + 0.75 + 2.7.
    assert shell_isotopes(0.25, -20.0, 1.0, 2.7) == pytest.approx(-1.55)
    assert respired_fraction_of(-1.55, -20.0, 1.0, 2.7) == pytest.approx(0.25)


def test_corners() -> None:
    assert shell_isotopes(0.0, -20.0, 1.0, 1.0) == 2.0
    assert shell_isotopes(1.0, -20.0, 1.0, 1.0) == -19.0


@given(st.floats(0, 1), st.floats(-30, -12), st.floats(-8, 3), st.floats(0.5, 3.5))
def test_the_inverse_undoes_it(f: float, respired: float, dic: float, eps: float) -> None:
    shell = shell_isotopes(f, respired, dic, eps)
    assert respired_fraction_of(shell, respired, dic, eps) == pytest.approx(f, abs=1e-9)


def test_wrong_mineral_shows_as_a_shift_of_f() -> None:
    # Calcite read as aragonite: 1.7 permil more to explain, over a difference of 21.
    shell = shell_isotopes(0.1, -20.0, 1.0, 1.0)
    assert respired_fraction_of(shell, -20.0, 1.0, 2.7) == pytest.approx(0.1 + 1.7 / 21.0)


def test_named_dimensions_broadcast() -> None:
    f = xr.DataArray([0.1, 0.3], dims="species")
    dic = xr.DataArray([0.0, 1.0, 2.0], dims="site")
    assert dict(shell_isotopes(f, -20.0, dic, 1.0).sizes) == {"species": 2, "site": 3}


def test_the_same_function_runs_inside_a_model() -> None:
    import pytensor
    import pytensor.xtensor as px
    from pytensor.compile.mode import Mode
    from pytensor.graph.rewriting.utils import rewrite_graph

    f = px.xtensor("f", dims=("species",), shape=(2,), dtype="float64")
    dic = px.xtensor("dic", dims=("site",), shape=(3,), dtype="float64")
    shell = shell_isotopes(f, -20.0, dic, 2.7)
    assert shell.dims == ("species", "site")
    plain = rewrite_graph(shell.values, include=("lower_xtensor",))
    run = pytensor.function([f, dic], plain, mode=Mode(linker="py", optimizer=None))
    fs, dics = np.array([0.1, 0.4]), np.array([0.0, 1.0, 2.0])
    np.testing.assert_allclose(run(fs, dics), shell_isotopes(fs[:, None], -20.0, dics, 2.7))
