"""Scopes: sums of draws by farm and in total, and nothing lost on the way."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from bayescarbon.issuance.issue import issue_table
from bayescarbon.issuance.scopes import scoped
from tests.issuance.joint import by_batch, joint_draws

NET = by_batch([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0], [100.0, 200.0, 300.0]])


def test_by_hand() -> None:
    scopes = scoped(NET, ["west", "", "west"])
    assert scopes.dims == ("scope", "chain", "draw")
    assert scopes["scope"].values.tolist() == ["a", "b", "c", "farm:west", "total"]
    assert scopes.sel(scope="farm:west").values.tolist() == [[101.0, 202.0, 303.0]]
    assert scopes.sel(scope="total").values.tolist() == [[111.0, 222.0, 333.0]]
    assert scopes.sel(scope="b").values.tolist() == [[10.0, 20.0, 30.0]]


@given(net=joint_draws(), names=st.lists(st.sampled_from(["east", "west"]), min_size=5, max_size=5))
def test_farms_that_cover_all_batches_add_up_to_the_total(net: xr.DataArray, names: list[str]) -> None:
    scopes = scoped(net, names[: net.sizes["batch"]])
    farms = [str(name) for name in scopes["scope"].values if str(name).startswith("farm:")]
    assert farms == [f"farm:{name}" for name in dict.fromkeys(names[: net.sizes["batch"]])]
    np.testing.assert_allclose(
        scopes.sel(scope=farms).sum("scope").values, scopes.sel(scope="total").values, atol=1e-9
    )


def test_without_farms_there_are_batches_and_the_total() -> None:
    for farms in (None, ["", "", ""]):
        assert scoped(NET, farms)["scope"].values.tolist() == ["a", "b", "c", "total"]


def test_marks_and_units_are_kept() -> None:
    net = NET.assign_coords(converged=False, species=("batch", ["x", "y", "z"])).assign_attrs(units="t CO2e")
    scopes = scoped(net)
    assert scopes.attrs["units"] == "t CO2e"
    assert not bool(scopes.coords["converged"])
    with pytest.raises(ValueError, match="failed its diagnostics"):
        issue_table(scopes, ["posterior_q10"])


def test_a_gap_in_a_batch_is_a_gap_in_its_sums() -> None:
    net = NET.copy()
    net[1, 0, 2] = np.nan
    scopes = scoped(net, ["west", "west", ""])
    broken = scopes["scope"].values[np.isnan(scopes.values).any(axis=(1, 2))]
    assert broken.tolist() == ["b", "farm:west", "total"]


def test_one_line_of_draws_is_one_chain() -> None:
    assert scoped(NET.isel(chain=0)).values.tolist() == scoped(NET).values.tolist()
    assert scoped(NET.transpose("draw", "chain", "batch")).values.tolist() == scoped(NET).values.tolist()


@pytest.mark.parametrize(
    ("net", "farms", "message"),
    [
        (NET, ["west"], "farms has 1 names for 3 batches"),
        (NET.rename(batch="pond"), None, "they must be batch, chain and draw"),
        (NET.expand_dims(year=2), None, "they must be batch, chain and draw"),
        (NET.drop_vars("batch"), None, "needs the batches' names"),
        (NET.assign_coords(batch=["a", "total", "c"]), None, "batch: total would be the name of two scopes"),
        (NET.assign_coords(batch=["farm:x", "b", "c"]), ["x", "x", ""], "batch: farm:x would be"),
    ],
)
def test_refusals(net: xr.DataArray, farms: list[str] | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        scoped(net, farms)
