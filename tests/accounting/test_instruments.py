"""What instruments read, against numbers by hand and identities."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from bayescarbon.accounting.instruments import (
    biodeposition_at_size,
    carbon_deposition_at_size,
    oxygen_per_flux,
    sized_trap_carbon,
    sized_trap_catch,
    trap_carbon,
    trap_catch,
)

# An animal of 50 g live and 27.5 g dry, 4 g per cm at 7 cm: 0.146 g/cm3.
RATE, LIVE, DRY, SHAPE, BETA = 80.0, 50.0, 0.55, 0.14, 0.65


def test_catch_by_hand() -> None:
    # 10 000 mg/m2/d into 0.05 m2 is 500, 40 animals drop 80 each.
    assert trap_catch(10_000.0, 80.0, 0.05, 40.0) == pytest.approx(3700.0)
    assert trap_catch(10_000.0, 80.0, 0.05, 0.0) == pytest.approx(500.0)


def test_carbon_of_a_catch_by_hand() -> None:
    # 500 mg of 2 % and 3200 mg of 6 %: 10 + 192 mg of carbon in 3700.
    assert trap_carbon(10_000.0, 0.02, 80.0, 0.06, 0.05, 40.0) == pytest.approx(202 / 3700)
    assert trap_carbon(10_000.0, 0.02, 80.0, 0.06, 0.05, 0.0) == pytest.approx(0.02)
    assert trap_carbon(10_000.0, 0.03, 80.0, 0.03, 0.05, 40.0) == pytest.approx(0.03)


def test_oxygen_by_hand() -> None:
    # 0.6 of 0.9 mineralised is seen: 0.54 of the flux as CO2, 0.6 as oxygen at 0.9 CO2 per O2.
    assert oxygen_per_flux(0.6, 0.1, 0.9, 1.3, 0.0) == pytest.approx(0.6)
    # A flux stated 1.3 times too low, at the spread of the prior and at half of it.
    assert oxygen_per_flux(0.6, 0.1, 0.9, 1.3, 1.0) == pytest.approx(0.78)
    assert oxygen_per_flux(0.6, 0.1, 0.9, 1.3, 0.5) == pytest.approx(0.6 * 1.3**0.5)


def test_the_uptake_of_a_core_closes_the_carbon_balance() -> None:
    """uptake x RQ x 12.011 is the loss that oxygen sees, a (1 - B) of the flux."""
    flux, burial, seen, quotient = 600.0, 0.08, 0.7, 0.85
    uptake = oxygen_per_flux(seen, burial, quotient, 1.0, 1.0) * flux / 12.011
    assert uptake * quotient * 12.011 == pytest.approx(seen * (1 - burial) * flux)


def test_animals_of_market_size_by_hand() -> None:
    at_market = biodeposition_at_size(RATE, LIVE, DRY, SHAPE, BETA, LIVE * DRY, 0.0)
    assert at_market == pytest.approx(1.65 * RATE)
    half = biodeposition_at_size(RATE, LIVE, DRY, SHAPE, BETA, LIVE * DRY / 2, 0.0)
    assert half / at_market == pytest.approx(0.5**0.65)


def test_length_and_weight_say_the_same() -> None:
    cubed = LIVE / SHAPE
    by_length = biodeposition_at_size(RATE, LIVE, DRY, SHAPE, BETA, 0.0, cubed)
    by_weight = biodeposition_at_size(RATE, LIVE, DRY, SHAPE, BETA, LIVE * DRY, 0.0)
    assert by_length == pytest.approx(by_weight)


@pytest.mark.parametrize("beta", [0.45, 0.65, 0.94])
def test_the_mean_over_an_even_growth_is_the_mean_of_life(beta: float) -> None:
    """An animal that gains the same mass every day deposits the culture period's mean on average."""
    days = (np.arange(200_000) + 0.5) / 200_000
    rates = biodeposition_at_size(RATE, LIVE, DRY, SHAPE, beta, days * LIVE * DRY, 0.0)
    assert np.mean(rates) == pytest.approx(RATE, rel=1e-4)


def test_a_trap_under_sized_animals_is_a_trap_under_their_rate() -> None:
    size = (LIVE, DRY, SHAPE, BETA)
    caught = sized_trap_catch(10_000.0, RATE, *size, 0.05, 40.0, LIVE * DRY, 0.0)
    assert caught == pytest.approx(500 + 40 * 1.65 * RATE)
    rate = biodeposition_at_size(RATE, *size, 20.0, 0.0)
    assert sized_trap_catch(10_000.0, RATE, *size, 0.05, 40.0, 20.0, 0.0) == pytest.approx(
        trap_catch(10_000.0, rate, 0.05, 40.0)
    )


def test_a_trap_under_sized_animals_mixes_carbon_at_their_rate() -> None:
    size = (LIVE, DRY, SHAPE, BETA)
    rate = biodeposition_at_size(RATE, *size, 20.0, 0.0)
    assert sized_trap_carbon(10_000.0, 0.02, RATE, 0.06, *size, 0.05, 40.0, 20.0, 0.0) == pytest.approx(
        (500 * 0.02 + 40 * rate * 0.06) / (500 + 40 * rate)
    )


def test_carbon_of_sized_animals_is_their_deposits_times_its_content() -> None:
    size = (LIVE, DRY, SHAPE, BETA)
    rate = biodeposition_at_size(RATE, *size, 0.0, 300.0)
    assert carbon_deposition_at_size(RATE, *size, 0.06, 0.0, 300.0) == pytest.approx(0.06 * rate)


def test_named_dimensions_pass_through() -> None:
    b = xr.DataArray([60.0, 80.0], dims="draw")
    area = xr.DataArray([0.05, 0.1, 0.2], dims="trap")
    caught = trap_catch(10_000.0, b, area, 40.0)
    assert set(caught.dims) == {"draw", "trap"}
    sized = biodeposition_at_size(b, LIVE, DRY, SHAPE, BETA, area * 100, 0.0)
    assert set(sized.dims) == {"draw", "trap"}
    assert float(sized.isel(draw=0, trap=0)) == pytest.approx(1.65 * 60 * (5 / DRY / LIVE) ** 0.65)
