"""Revenue of credits: the stated price quantiles, the mean in closed form, and who breaks even."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from bayescarbon.evidence.quantities import Quantiles
from bayescarbon.issuance.revenue import break_even, p_price_above, price_mean, price_quantile, revenue
from bayescarbon.study.settings import CreditPrice

UNIT = "CNY / t CO2e"


def stated(low: float, middle: float, high: float) -> CreditPrice:
    """Return a market price from its three quantiles."""
    return CreditPrice(Quantiles(low, middle, high), UNIT)


@st.composite
def prices(draw: st.DrawFn) -> CreditPrice:
    """Return any market price, skewed either way."""
    low = draw(st.floats(0.1, 100.0))
    middle = low * draw(st.floats(1.05, 6.0))
    return stated(low, middle, middle * draw(st.floats(1.05, 6.0)))


@given(price=prices())
def test_the_stated_quantiles_are_honoured(price: CreditPrice) -> None:
    assert price_quantile(price, [0.05, 0.5, 0.95]) == pytest.approx(price.quantiles.as_tuple(), rel=1e-12)


def test_symmetric_on_the_log_it_is_the_log_normal() -> None:
    price = stated(20.0, 60.0, 180.0)
    log_normal = stats.lognorm(s=np.log(3.0) / stats.norm.ppf(0.95), scale=60.0)
    levels = np.array([0.001, 0.2, 0.5, 0.7, 0.999])
    assert price_quantile(price, levels) == pytest.approx(log_normal.ppf(levels))
    assert price_mean(price) == pytest.approx(log_normal.mean())
    assert p_price_above(price, [5.0, 60.0, 300.0]) == pytest.approx(log_normal.sf([5.0, 60.0, 300.0]))


@given(price=prices())
def test_the_mean_is_the_integral_of_the_probability_to_be_above(price: CreditPrice) -> None:
    # By substitution of exp(y) for the price, so that one grid serves every scale.
    y = np.linspace(np.log(price.quantiles.q50) - 25.0, np.log(price.quantiles.q50) + 25.0, 40_001)
    assert price_mean(price) == pytest.approx(
        integrate.trapezoid(p_price_above(price, np.exp(y)) * np.exp(y), y), rel=1e-5
    )


@given(price=prices(), level=st.floats(0.001, 0.999))
def test_probability_and_quantile_are_inverse(price: CreditPrice, level: float) -> None:
    assert p_price_above(price, price_quantile(price, level)) == pytest.approx(1 - level, abs=1e-9)


def test_revenue_is_the_credits_times_the_price_and_nothing_more_is_taken_off() -> None:
    price = stated(15.0, 40.0, 100.0)
    table = revenue([0.0, 80.5], price)
    assert table.loc[0].tolist() == [0.0] * 4
    assert table.loc[1, ["q05", "median", "q95"]].tolist() == pytest.approx(
        [80.5 * 15, 80.5 * 40, 80.5 * 100]
    )
    draws = price_quantile(price, (np.arange(1_000_000) + 0.5) / 1_000_000)
    assert table.loc[1, "mean"] == pytest.approx((80.5 * draws).mean(), rel=1e-4)


@pytest.mark.parametrize("issued", [-1.0, np.nan, [[1.0]]])
def test_credits_are_amounts(issued: object) -> None:
    with pytest.raises(ValueError, match="one finite number of credits"):
        revenue(issued, stated(15.0, 40.0, 100.0))  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [(0.0, 1.0, 2.0), (2.0, 1.0, 3.0), (1.0, 2.0, 2.0)])
def test_prices_are_positive_and_increasing(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="credit_price"):
        price_mean(stated(*wrong))


def minimum(values: list[list[float]], unit: str = UNIT) -> xr.DataArray:
    """Return minimum prices of two batches, one chain."""
    return xr.DataArray(
        np.array(values)[:, None, :],
        dims=("batch", "chain", "draw"),
        coords={"batch": ["a", "b"]},
        attrs={"units": unit},
    )


def test_break_even_by_hand() -> None:
    # The market is above its 5 %, 50 % and 95 % quantiles with probability 0.95, 0.5 and 0.05; a negative minimum is
    # always met; a draw without a price never is.
    table = break_even(
        minimum([[15.0, 40.0, 100.0, -3.0], [np.nan, np.nan, 40.0, 0.0]]), stated(15.0, 40.0, 100.0)
    )
    assert table.index.tolist() == ["a", "b"]
    assert table.loc["a"].tolist() == pytest.approx([(0.95 + 0.5 + 0.05 + 1) / 4, 0.0])
    assert table.loc["b"].tolist() == pytest.approx([1.5 / 4, 0.5])


def test_break_even_is_the_share_of_joint_draws() -> None:
    price, rng = stated(15.0, 40.0, 100.0), np.random.default_rng(3)
    lowest = rng.lognormal(np.log(50.0), 0.6, size=(2, 100_000))
    market = price_quantile(price, rng.uniform(size=lowest.shape))
    alone = break_even(xr.DataArray(lowest, dims=("chain", "draw")), price)
    # 200,000 joint draws: a standard error of 0.0011.
    assert alone.loc[0, "p_break_even"] == pytest.approx((market > lowest).mean(), abs=0.005)


def test_a_price_of_carbon_is_not_one_of_carbon_dioxide() -> None:
    with pytest.raises(ValueError, match="price_per_co2"):
        break_even(minimum([[1.0], [2.0]], "CNY / t C"), stated(15.0, 40.0, 100.0))
    assert len(break_even(minimum([[1.0], [2.0]], "CNY/t CO2e"), stated(15.0, 40.0, 100.0))) == 2
