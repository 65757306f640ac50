"""The price of carbon: what it makes indifferent, when it does not exist, and its units."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescarbon.accounting.frameworks import net_sink
from bayescarbon.accounting.ledger import ledger
from bayescarbon.accounting.price import Timing, carbon_price, margin_gap, price_per_co2
from tests.accounting.inputs import draws, point


class Economics:
    """A study's economics, fixed: what a fit would hand over."""

    def __init__(self, gap: xr.DataArray, share: xr.DataArray) -> None:
        self.data = xr.Dataset({"margin_gap": gap, "baseline_share": share})

    def economics(self, timing: Timing) -> xr.Dataset:
        """Return the same gap at either timing."""
        return self.data


def single(gap: float, share: float = 0.05) -> Economics:
    """Return a margin gap of the batch ``a`` in CNY."""
    array = xr.DataArray([gap], dims="batch", coords={"batch": ["a"]}, attrs={"units": "CNY"})
    return Economics(array, xr.DataArray(share))


money = st.floats(1e3, 1e7)


@given(
    revenue=money,
    cost=money,
    alternative_revenue=money,
    alternative_cost=money,
    rate=st.floats(0.0, 0.2),
    months=st.floats(3.0, 36.0),
    share=st.floats(0.0, 0.5),
)
@settings(max_examples=40)
def test_at_the_price_the_ranch_is_worth_the_alternative(
    revenue: float,
    cost: float,
    alternative_revenue: float,
    alternative_cost: float,
    rate: float,
    months: float,
    share: float,
) -> None:
    lines = ledger(point())
    omega = 10.9365  # t C, by hand in test_ledger.py
    gap = margin_gap(revenue, cost, alternative_revenue, alternative_cost, rate, months)
    price = carbon_price(single(gap, share), lines).item()
    # Discounted year by year from stocking, as a cash flow, without the formula of the price.
    discount = 1.0 / (1.0 + rate) ** (months / 12.0)
    ranch = revenue * discount - cost + price * (1.0 - share) * omega * discount
    other = alternative_revenue * discount - alternative_cost
    scale = max(revenue, cost, alternative_revenue, alternative_cost)
    assert ranch == pytest.approx(other, abs=1e-9 * scale)
    # The same over a hundred cycles: the infinite horizon weighs both sides alike.
    cycles = discount ** np.arange(100)
    assert (ranch * cycles).sum() == pytest.approx((other * cycles).sum(), abs=1e-6 * scale)


def test_price_by_hand() -> None:
    # One year at 10 %: 500 - 400 + (300 - 250) x 1.1 = 155; over 0.95 x 10.9365 t C.
    gap = margin_gap(400.0, 300.0, 500.0, 250.0, 0.10, 12.0)
    assert gap == pytest.approx(155.0)
    price = carbon_price(single(gap), ledger(point()))
    assert price.item() == pytest.approx(155.0 / (0.95 * 10.9365))
    assert price.attrs["units"] == "CNY / t C"
    per_co2 = price_per_co2(price)
    assert per_co2.item() == pytest.approx(price.item() * 12 / 44)
    assert per_co2.attrs["units"] == "CNY / t CO2e"
    assert price.attrs["units"] == "CNY / t C"


def test_cycle_is_in_months_and_rate_per_year() -> None:
    # 6 months at 21 % a year are a factor of 1.1, not 1.21^6.
    assert margin_gap(0.0, 100.0, 0.0, 0.0, 0.21, 6.0) == pytest.approx(110.0)


@given(rate=st.floats(0.0, 1.0), months=st.floats(1.0, 60.0))
def test_all_at_harvest_cancels_discounting(rate: float, months: float) -> None:
    assert margin_gap(400.0, 300.0, 500.0, 250.0, rate, months, "all_at_harvest") == pytest.approx(150.0)


@given(rate=st.floats(0.001, 1.0), months=st.floats(1.0, 60.0))
def test_timings_agree_only_when_costs_do(rate: float, months: float) -> None:
    same_cost = margin_gap(400.0, 300.0, 500.0, 300.0, rate, months)
    assert same_cost == pytest.approx(100.0)
    assert margin_gap(400.0, 300.0, 500.0, 250.0, rate, months) > 150.0


def test_no_price_where_there_is_no_sink() -> None:
    lines = xr.concat(
        [
            ledger(point()),
            ledger(point({"stocked_t": 1000.0})).assign_coords(batch=["b"]),
            ledger(point({"harvest_t": 0.0, "stocked_t": 0.0})).assign_coords(batch=["c"]),
        ],
        dim="batch",
    )
    gap = xr.DataArray([100.0, 100.0, 100.0], dims="batch", coords={"batch": ["a", "b", "c"]})
    price = carbon_price(Economics(gap, xr.DataArray(0.05)), lines)
    assert np.isfinite(price.values).tolist() == [True, False, False]
    whole = carbon_price(Economics(gap, xr.DataArray(1.0)), lines)
    assert np.isnan(whole).all()


def test_a_negative_gap_is_a_negative_price() -> None:
    assert carbon_price(single(-100.0), ledger(point())).item() < 0.0


def test_draws_stay_paired_and_batches_without_economics_are_left_out() -> None:
    inputs = draws(5)
    lines = ledger(inputs)
    rng = np.random.default_rng(1)
    gap = xr.DataArray(
        rng.normal(1e4, 2e3, (2, 2, 5)), dims=("batch", "chain", "draw"), coords={"batch": ["b2", "b0"]}
    )
    price = carbon_price(Economics(gap, inputs["baseline_share"]), lines)
    assert price.dims == ("batch", "chain", "draw")
    assert price["batch"].values.tolist() == ["b2", "b0"]
    omega = net_sink(lines, "improved_stock_change").sel(batch="b2").isel(chain=1, draw=3).item() * 12 / 44
    share = inputs["baseline_share"].isel(chain=1, draw=3).item()
    expected = gap.sel(batch="b2").isel(chain=1, draw=3).item() / ((1.0 - share) * omega)
    assert price.sel(batch="b2").isel(chain=1, draw=3).item() == pytest.approx(expected)


def test_unknown_timing_and_batch_are_refused() -> None:
    with pytest.raises(ValueError, match="costs_at_stocking"):
        margin_gap(1.0, 1.0, 1.0, 1.0, 0.1, 12.0, "costs_at_harvest")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="costs_at_stocking"):
        carbon_price(single(1.0), ledger(point()), "later")  # type: ignore[arg-type]
    lines = ledger(point()).assign_coords(batch=["z"])
    with pytest.raises(ValueError, match="the ledger lacks: a"):
        carbon_price(single(1.0), lines)
