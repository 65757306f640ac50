"""Single equations: units, conversions, and the same function on model variables."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from bayescarbon.accounting import biodeposits, composition, fouling
from bayescarbon.accounting.bounds import bounded_organic_share, bounded_respiration_ratio
from bayescarbon.accounting.calcification import calcification_co2, dic_drawn_down
from bayescarbon.accounting.constants import CARBONATE_CARBON, CO2E_PER_C, MOLAR_C, MOLAR_CACO3
from bayescarbon.accounting.operations import operations_carbon
from bayescarbon.accounting.stock import body
from bayescarbon.evidence.units import MOLAR_MASS
from tests.accounting.inputs import FOULERS

fraction = st.floats(0.001, 0.999)


def test_milligrams_become_tonnes() -> None:
    # A million animals at 10 mg x 10 % = 1 mg C each for one day: 1e6 mg = 1 kg = 0.001 t.
    assert biodeposits.deposited(10.0, 0.1, 1e6, 1.0) == pytest.approx(1e-3)


def test_grams_of_an_animal_and_tonnes_of_a_harvest() -> None:
    # 1 t of 20 g animals are 50 000.
    assert biodeposits.individuals_alive(1.0, 20.0, 1.0) == pytest.approx(50_000.0)


def test_kilograms_of_co2e_become_tonnes_of_carbon() -> None:
    # 44 kg CO2e per t over 1000 t are 44 t CO2e, 12 t C.
    assert operations_carbon(44.0, 1000.0) == pytest.approx(12.0)


def test_pure_carbonate_bound() -> None:
    assert pytest.approx(0.1200, abs=5e-5) == CARBONATE_CARBON


def test_molar_masses_are_those_of_the_door_and_co2e_is_a_convention() -> None:
    assert {"C": MOLAR_C, "CaCO3": MOLAR_CACO3}.items() <= MOLAR_MASS.items()
    assert CO2E_PER_C == 44 / 12


def test_the_respiratory_quotient_multiplies() -> None:
    # 20 mmol O2 with 0.85 CO2 for each are 17 mmol of carbon, 12.011 mg each.
    assert biodeposits.mineralised_carbon(20.0, 0.85) == pytest.approx(204.187)


@given(r=st.floats(0.0, 50.0), harvest=st.floats(0.1, 1e5))
def test_fouling_ratio_per_shellfish_becomes_of_total(r: float, harvest: float) -> None:
    w = fouling.ratio_of_total(r)
    assert 0.0 <= w < 1.0
    assert fouling.fouling_mass(harvest, w) == pytest.approx(r * harvest, rel=1e-9)


def test_the_two_fouling_bases_differ_where_it_matters() -> None:
    # 25 kg of foulers on 100 kg of shellfish: 0.25 of the shellfish, 0.2 of the total.
    assert fouling.ratio_of_total(0.25) == pytest.approx(0.2)


@given(psi=st.floats(0.3, 1.2), formed=st.floats(0.0, 1e4))
def test_dic_goes_into_shell_or_into_the_air(psi: float, formed: float) -> None:
    assert dic_drawn_down(psi, formed) == pytest.approx(formed + calcification_co2(psi, formed))


@given(d=fraction, s=fraction, c_sh=fraction, c_ti=fraction, mass=st.floats(0.0, 1e6))
def test_carbon_per_live_is_the_body_s_carbon(
    d: float, s: float, c_sh: float, c_ti: float, mass: float
) -> None:
    parts = body(mass, d, s, c_sh, c_ti, 0.03, 0.2)
    total = mass * composition.carbon_per_live(d, s, c_sh, c_ti)
    assert parts.shell() + parts.tissue == pytest.approx(total, rel=1e-9, abs=1e-12)


@given(phi=st.floats(0.001, 0.5), c_sh=st.floats(0.05, 0.2))
def test_no_shell_holds_more_mineral_carbon_than_carbonate(phi: float, c_sh: float) -> None:
    lifted = bounded_organic_share(phi, c_sh)
    assert (1.0 - lifted) * c_sh <= CARBONATE_CARBON * (1.0 + 1e-12)
    assert phi <= lifted < 1.0


def test_an_ordinary_shell_keeps_its_organic_share() -> None:
    assert bounded_organic_share(0.03, 0.110) == pytest.approx(0.03, abs=2e-4)


@given(rho=st.floats(0.0, 5.0), f=fraction, phi=fraction)
def test_no_shell_holds_more_respired_carbon_than_was_respired(rho: float, f: float, phi: float) -> None:
    lifted = bounded_respiration_ratio(rho, f, phi)
    assert lifted >= f * (1.0 - phi)
    assert lifted >= rho
    assert lifted - max(rho, f * (1.0 - phi)) <= 0.0101


def test_apparent_burial_is_true_burial_only_if_oxygen_sees_all() -> None:
    assert biodeposits.apparent_burial(0.06, 1.0) == pytest.approx(0.06)
    assert biodeposits.apparent_burial(0.06, 0.2) == pytest.approx(0.812)


def test_equations_give_in_a_model_what_they_give_on_draws() -> None:
    import pytensor.xtensor as px
    from pytensor.compile.mode import Mode
    from pytensor.graph.rewriting.utils import rewrite_graph

    rng = np.random.default_rng(0)
    arrays = {
        "mass": xr.DataArray(rng.uniform(1, 9, 3), dims="batch"),
        "w": xr.DataArray(rng.uniform(0.1, 0.4, 3), dims="batch"),
        "mix": xr.DataArray(rng.dirichlet(np.ones(4), 3), dims=("batch", "taxon")),
        **{
            name: xr.DataArray(list(FOULERS[f"fouler_{name}"]), dims="taxon")
            for name in (
                "dry_fraction",
                "shell_share",
                "shell_carbon",
                "tissue_carbon",
                "shell_organic_share",
                "respired_shell_fraction",
                "respiration_ratio",
            )
        },
    }

    def account(v: dict[str, object]) -> list[object]:
        tonne = body(
            1.0,
            v["dry_fraction"],
            v["shell_share"],
            v["shell_carbon"],
            v["tissue_carbon"],
            v["shell_organic_share"],
            v["respired_shell_fraction"],
        )
        foulers = fouling.fouling_mass(v["mass"], v["w"])
        parts = fouling.fouling_body(foulers, v["mix"], tonne)
        breathed = fouling.fouling_respired(
            foulers, v["mix"], tonne, v["shell_share"], v["respiration_ratio"]
        )
        return [*parts, breathed]

    variables = {
        name: px.xtensor(name, dims=value.dims, shape=value.shape, dtype="float64")
        for name, value in arrays.items()
    }
    mode = Mode(linker="py", optimizer=None)
    for in_model, on_draws in zip(account(variables), account(arrays), strict=True):
        assert in_model.dims == on_draws.dims == ("batch",)
        plain = rewrite_graph(in_model.values, include=("lower_xtensor",))
        given_values = {variables[name]: array.values for name, array in arrays.items()}
        value = plain.eval(given_values, on_unused_input="ignore", mode=mode)
        np.testing.assert_allclose(value, on_draws.values, rtol=1e-12)
