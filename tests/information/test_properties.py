"""What every value of information must obey, on problems that hypothesis makes up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescarbon.information import evppi, evsi, variance_shares
from tests.information import closed_forms as exact

VALUES = ["evppi", "evppi_se", "issuance_gain", "issuance_gain_se"]
DRAWS = 300


@st.composite
def problems(draw: st.DrawFn) -> tuple[np.ndarray, pd.DataFrame]:
    """Return an outcome that is linear, curved or multiplied in three correlated parameters, with noise."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    weights = np.array(draw(st.tuples(*[st.sampled_from([0.0, 0.3, 1.0, -2.0])] * 3)))
    correlation = draw(st.sampled_from([0.0, 0.5, -0.3]))
    covariance = np.full((3, 3), correlation) + (1 - correlation) * np.eye(3)
    parameters = exact.correlated(rng, covariance, DRAWS)
    noise = draw(st.sampled_from([0.1, 1.0])) * rng.normal(size=DRAWS)
    sums = parameters @ weights
    form = draw(st.sampled_from(["linear", "exponential", "product", "folded"]))
    outcome = {
        "linear": sums,
        "exponential": np.exp(0.4 * sums),
        "product": sums * np.exp(0.3 * parameters[:, 0]),
        "folded": np.abs(sums),
    }[form]
    return outcome + noise + draw(st.sampled_from([0.0, 8.0])), exact.named(parameters)


few = settings(max_examples=12)


@few
@given(problem=problems(), p=st.sampled_from([0.05, 0.1, 0.4, 0.7]), floor=st.sampled_from([None, 0.0]))
def test_between_nothing_and_the_full_value(
    problem: tuple[np.ndarray, pd.DataFrame], p: float, floor: float | None
) -> None:
    outcome, parameters = problem
    found = evppi(outcome, parameters, p=p, floor=floor)
    best = float(np.quantile(outcome, p))
    full = exact.pinball(best if floor is None else max(best, floor), outcome, p)
    assert found["evppi"].between(0.0, full * (1 + 1e-12)).all()
    assert (found[["evppi_se", "issuance_gain_se"]] > 0).all(axis=None)
    assert found["residual_check"].between(0.0, 1.0).all()


@few
@given(problem=problems())
def test_a_parameter_that_joins_never_lowers_the_value(problem: tuple[np.ndarray, pd.DataFrame]) -> None:
    groups = {"0": ["x0"], "01": ["x0", "x1"], "1": ["x1"], "012": ["x0", "x1", "x2"], "12": ["x1", "x2"]}
    outcome, parameters = problem
    # Also if each is asked for in a call of its own.
    value = {
        name: evppi(outcome, parameters, groups={name: members}).loc[name, "evppi"]
        for name, members in groups.items()
    }
    assert value["0"] <= value["01"] <= value["012"]
    assert value["1"] <= value["12"] <= value["012"]
    assert value["1"] <= value["01"]


def test_larger_groups_are_worth_what_the_groups_within_them_are() -> None:
    rng = np.random.default_rng(3)
    parameters = exact.named(rng.normal(size=(DRAWS, 7)))
    outcome = parameters.to_numpy()[:, :2].prod(axis=1) + 3 * rng.normal(size=DRAWS)
    groups = {"all": list(parameters), "six": list(parameters)[:6], "five": list(parameters)[:5]}
    found = evppi(outcome, parameters, groups=groups, floor=None)["evppi"]
    assert found["five"] <= found["six"] <= found["all"]


@few
@given(problem=problems())
def test_unchanged_where_a_parameter_is_measured_differently(
    problem: tuple[np.ndarray, pd.DataFrame],
) -> None:
    outcome, parameters = problem
    other = pd.DataFrame(
        {"x0": np.exp(parameters["x0"]), "x1": -(parameters["x1"] ** 3), "x2": 7 - 1e6 * parameters["x2"]}
    )
    groups = {"x0": ["x0"], "x1": ["x1"], "all": list(parameters)}
    pd.testing.assert_frame_equal(
        evppi(outcome, parameters, groups=groups), evppi(outcome, other, groups=groups), rtol=1e-7
    )
    pd.testing.assert_frame_equal(
        variance_shares(outcome, parameters), variance_shares(outcome, other), rtol=1e-7
    )


@few
@given(problem=problems(), seed=st.integers(0, 1000))
def test_unchanged_where_the_draws_stand_in_another_order(
    problem: tuple[np.ndarray, pd.DataFrame], seed: int
) -> None:
    outcome, parameters = problem
    order = np.random.default_rng(seed).permutation(DRAWS)
    shuffled = parameters.iloc[order].reset_index(drop=True)
    pd.testing.assert_frame_equal(evppi(outcome, parameters), evppi(outcome[order], shuffled), rtol=1e-9)
    pd.testing.assert_frame_equal(
        variance_shares(outcome, parameters), variance_shares(outcome[order], shuffled), rtol=1e-9
    )


@few
@given(problem=problems(), amount=st.sampled_from([-30.0, 5.0, 1000.0]))
def test_a_sure_amount_changes_nothing_where_anything_can_be_issued(
    problem: tuple[np.ndarray, pd.DataFrame], amount: float
) -> None:
    outcome, parameters = problem
    before, after = (evppi(y, parameters, floor=None) for y in (outcome, outcome + amount))
    pd.testing.assert_frame_equal(before, after, rtol=1e-6, atol=1e-9)


@few
@given(problem=problems(), factor=st.sampled_from([1e-3, 3.7, 1e6]))
def test_in_proportion_to_the_outcome(problem: tuple[np.ndarray, pd.DataFrame], factor: float) -> None:
    outcome, parameters = problem
    before, after = evppi(outcome, parameters), evppi(factor * outcome, parameters)
    pd.testing.assert_frame_equal(factor * before[VALUES], after[VALUES], rtol=1e-6, atol=1e-9 * factor)
    pd.testing.assert_frame_equal(
        variance_shares(outcome, parameters), variance_shares(factor * outcome, parameters), rtol=1e-6
    )


@few
@given(problem=problems())
def test_constant_and_repeated_columns_tell_nothing_more(problem: tuple[np.ndarray, pd.DataFrame]) -> None:
    outcome, parameters = problem
    more = parameters.assign(constant=4.0, again=-2 * parameters["x0"])
    plain = evppi(outcome, parameters, groups={"a": ["x0", "x1"]})
    padded = evppi(outcome, more, groups={"a": ["x0", "constant", "x1", "again"]})
    pd.testing.assert_frame_equal(plain, padded)
    assert evppi(outcome, more).loc["constant", "evppi"] == 0.0
    assert evppi(outcome, more).loc["constant", "issuance_gain"] == 0.0
    pd.testing.assert_frame_equal(evppi(outcome, more).loc[["x0"]], evppi(outcome, parameters).loc[["x0"]])


@pytest.mark.parametrize("rule", [None, "posterior_q10", "vm0033", "ar_tool14"])
def test_worth_nothing_where_the_issuance_cannot_change(rule: str | None) -> None:
    rng = np.random.default_rng(4)
    t = rng.normal(size=DRAWS)
    always_a_source = -20 + t + 0.1 * rng.normal(size=DRAWS)
    found = evppi(always_a_source, exact.named(t[:, None]), rule=rule).loc["x0"]
    assert found["evppi"] == 0.0
    assert found["issuance_gain"] == 0.0
    certain = evppi(np.full(DRAWS, 3.0), exact.named(t[:, None]), rule=rule).loc["x0"]
    assert certain["evppi"] == certain["evppi_se"] == certain["issuance_gain"] == 0.0


@few
@given(problem=problems(), noise=st.sampled_from([0.5, 3.0]))
def test_samples_are_worth_more_the_more_there_are_and_less_than_knowing(
    problem: tuple[np.ndarray, pd.DataFrame], noise: float
) -> None:
    outcome, parameters = problem
    t = parameters["x0"].to_numpy()
    samples = t[:, None] + noise * np.random.default_rng(1).normal(size=(DRAWS, 8))
    means = pd.DataFrame({n: samples[:, :n].mean(axis=1) for n in (1, 2, 4, 8)})
    found = evsi(outcome, means, quantity=t, rising=True)["evsi"].to_numpy()
    assert (np.diff(found) >= 0).all()
    assert found[0] >= 0
    assert found[-1] <= evppi(outcome, parameters).loc["x0", "evppi"]


@few
@given(problem=problems())
def test_shapley_effects_add_to_one(problem: tuple[np.ndarray, pd.DataFrame]) -> None:
    outcome, parameters = problem
    for groups in (None, {"pair": ["x0", "x2"]}):
        found = variance_shares(outcome, parameters, groups=groups)
        if not found.attrs["explained"]:
            # Nothing of the outcome is in the parameters: there is nothing to share out.
            assert found["shapley"].isna().all()
            found = found.drop(columns=["shapley", "shapley_se"])
        else:
            assert found["shapley"].sum() == pytest.approx(1.0)
        assert (found >= 0).all(axis=None)
        assert (found["first"] <= 1 + 1e-9).all()


def test_the_same_seed_gives_the_same_and_another_nearly_the_same() -> None:
    rng = np.random.default_rng(5)
    draws = rng.normal(size=(2000, 2))
    outcome, parameters = draws @ [1.0, 0.5] + rng.normal(size=2000), exact.named(draws)
    first = evppi(outcome, parameters, floor=None)
    pd.testing.assert_frame_equal(first, evppi(outcome, parameters, floor=None))
    other = evppi(outcome, parameters, floor=None, seed=1)
    assert (first["evppi"] != other["evppi"]).any()
    assert ((first["evppi"] - other["evppi"]).abs() < 0.3 * first["evppi_se"]).all()


def test_chains_and_a_flat_array_are_the_same_draws() -> None:
    rng = np.random.default_rng(6)
    draws = rng.normal(size=(2000, 1))
    outcome = 5 + draws[:, 0] + rng.normal(size=2000)
    chained = xr.DataArray(outcome.reshape(4, 500), dims=("chain", "draw"))
    flat, shaped = (evppi(y, exact.named(draws)).loc["x0"] for y in (outcome, chained))
    turned = evppi(chained.transpose("draw", "chain"), exact.named(draws)).loc["x0"]
    assert shaped.tolist() == turned.tolist()
    assert shaped["evppi"] == pytest.approx(flat["evppi"], rel=0.1)
    assert shaped["evppi_se"] == pytest.approx(flat["evppi_se"], rel=0.3)
