"""The baseline share: draw by draw, from one posterior only, and never forgetting that a fit failed."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from bayescarbon.issuance.creditable import creditable


def sink() -> xr.DataArray:
    """Return two batches, two chains, three draws."""
    values = np.arange(12.0).reshape(2, 2, 3) - 3.0
    return xr.DataArray(
        values, dims=("batch", "chain", "draw"), coords={"batch": ["a", "b"]}, name="net_sink"
    )


def share() -> xr.DataArray:
    """Return the share of the same six draws."""
    return xr.DataArray([[0.0, 0.1, 0.2], [0.3, 0.5, 1.0]], dims=("chain", "draw"))


def test_by_hand_draw_by_draw() -> None:
    net = creditable(sink(), share())
    assert net.dims == ("batch", "chain", "draw")
    assert net.sel(batch="a").values.tolist() == [[-3.0, -1.8, -0.8], [0.0, 0.5, 0.0]]
    assert net.sel(batch="b").values.tolist() == pytest.approx(np.array([[3, 3.6, 4], [4.2, 3.5, 0]]))
    assert net.attrs["units"] == "t CO2e"


@given(k=st.floats(0.0, 1.0))
def test_one_share_for_all_scales_the_sink(k: float) -> None:
    xr.testing.assert_allclose(creditable(sink(), k), (1 - k) * sink())


def test_draws_are_paired_whatever_the_order_of_the_dims() -> None:
    xr.testing.assert_identical(
        creditable(sink(), share().transpose("draw", "chain")), creditable(sink(), share())
    )


@pytest.mark.parametrize("value", [-0.01, 1.01, np.nan])
def test_a_share_is_a_fraction(value: float) -> None:
    wrong = share()
    wrong[1, 1] = value
    with pytest.raises(
        ValueError, match=r"baseline_share has 1 values that are not between 0 and 1.*as a fraction"
    ):
        creditable(sink(), wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        share().isel(draw=slice(2)),
        share().assign_coords(draw=[1, 2, 3]),
        share().expand_dims(sample=2),
    ],
)
def test_another_posterior_is_refused(wrong: xr.DataArray) -> None:
    with pytest.raises(ValueError, match="from one fit"):
        creditable(sink().assign_coords(draw=[0, 1, 2]), wrong)


@pytest.mark.parametrize(
    ("of_sink", "of_share"), [(False, True), (True, False), (False, None), (None, False)]
)
def test_a_failed_fit_stays_marked(of_sink: bool | None, of_share: bool | None) -> None:
    left, right = sink(), share()
    if of_sink is not None:
        left = left.assign_coords(converged=of_sink)
    if of_share is not None:
        right = right.assign_coords(converged=of_share)
    assert not bool(creditable(left, right).coords["converged"])


def test_a_fit_that_passed_is_marked_so_and_no_mark_is_made_up() -> None:
    good = sink().assign_coords(converged=True)
    assert bool(creditable(good, share()).coords["converged"])
    assert "converged" not in creditable(sink(), share()).coords


def test_a_sink_in_carbon_is_not_taken_for_one_in_co2() -> None:
    with pytest.raises(ValueError, match=r"^sink: the unit is 't C'.*1 t C is 44/12 t CO2e"):
        creditable(sink().assign_attrs(units="t C"), share())
