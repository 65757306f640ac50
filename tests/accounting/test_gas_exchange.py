"""The transfer of CO2 between sea and air against published figures and against sea water's density."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from bayescarbon.accounting import gas_exchange
from bayescarbon.accounting.seawater import constants


def test_schmidt_number_is_the_published_one() -> None:
    # Table 1 of Wanninkhof 2014 prints 668 for CO2 in sea water at 20 C.
    assert gas_exchange.schmidt_number(20.0) == pytest.approx(668.0, abs=0.5)


def test_transfer_velocity_at_a_schmidt_number_of_660() -> None:
    # By definition k = a U^2 there; the polynomial passes 660 a little above 20 C.
    warm = np.linspace(20.0, 21.0, 100_001)
    at_660 = warm[np.abs(gas_exchange.schmidt_number(warm) - 660.0).argmin()]
    assert gas_exchange.transfer_velocity(7.0, at_660) == pytest.approx(0.251 * 49.0, rel=1e-5)
    slow, fast = gas_exchange.transfer_velocity(np.array([3.0, 6.0]), 12.0)
    assert fast / slow == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("temperature_c", "density"),
    # kg/L at salinity 35 and one atmosphere: UNESCO equation of state of 1980 (check values of its tables).
    [
        (0.0, 1.028106),
        (5.0, 1.027675),
        (10.0, 1.026952),
        (20.0, 1.024763),
        (25.0, 1.023343),
        (30.0, 1.021729),
    ],
)
def test_the_two_solubilities_of_weiss_differ_by_the_density(temperature_c: float, density: float) -> None:
    per_litre = gas_exchange.solubility_per_volume(temperature_c, 35.0)
    per_kilogram = np.exp(constants(temperature_c, 35.0).ln_k0)
    assert per_litre / per_kilogram == pytest.approx(density, abs=3e-4)


def test_flux_by_hand() -> None:
    # 20 C, salinity 35: k = 0.251 x 36 x (668.3/660)^-0.5 = 8.98 cm/h = 2.155 m/d; K0 33.2 mmol m-3 / matm, fugacity
    # 0.9966; so 2.155 x 0.03322 x 0.9966 x 50 uatm.
    assert gas_exchange.co2_flux(50.0, 6.0, 20.0, 35.0) == pytest.approx(
        2.155 * 0.03322 * 0.9966 * 50, rel=1e-3
    )


def test_sign_and_linearity() -> None:
    out = gas_exchange.co2_flux(100.0, 5.0, 15.0, 31.0)
    assert out > 0
    assert gas_exchange.co2_flux(-100.0, 5.0, 15.0, 31.0) == pytest.approx(-out)
    assert gas_exchange.co2_flux(100.0, 5.0, 15.0, 31.0, coefficient=0.502) == pytest.approx(2 * out)


def test_temperature_hardly_matters() -> None:
    # Warm water holds less CO2 and lets it pass faster; the product is nearly constant (Wanninkhof 2014).
    fluxes = gas_exchange.co2_flux(100.0, 7.0, np.linspace(0.0, 30.0, 31), 35.0)
    assert fluxes.max() / fluxes.min() < 1.12


def test_named_dimensions_broadcast() -> None:
    wind = xr.DataArray([3.0, 6.0], dims="season")
    delta = xr.DataArray([-50.0, 20.0, 100.0], dims="site")
    assert dict(gas_exchange.co2_flux(delta, wind, 15.0, 31.0).sizes) == {"site": 3, "season": 2}
