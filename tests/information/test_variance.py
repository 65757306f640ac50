"""Variance shares against exact ones: correlated linear, products, Ishigami, Sobol' g."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayescarbon.information import variance_shares
from tests.information import closed_forms as exact

SHARES = ["first", "total", "shapley"]


@dataclass(frozen=True)
class Case:
    """A function of draws of its parameters, and its exact shares."""

    draws: Callable[[np.random.Generator], np.ndarray]
    outcome: Callable[[np.ndarray], np.ndarray]
    shares: pd.DataFrame


def correlated_sum(k: int, correlation: float) -> Case:
    """Return a sum of correlated normals whose weights fall to nothing."""
    weights = np.concatenate([1 / np.arange(1, k), [0.0]])
    covariance = correlation ** np.abs(np.subtract.outer(np.arange(k), np.arange(k)))
    return Case(
        lambda rng: exact.correlated(rng, covariance),
        lambda x: x @ weights,
        exact.linear_shares(weights, covariance),
    )


def chain(*log_sds: float) -> Case:
    """Return a product of independent log-normals."""
    s = np.array(log_sds)
    return Case(
        lambda rng: np.exp(s * rng.normal(size=(exact.DRAWS, len(s)))),
        lambda x: x.prod(axis=1),
        exact.product_shares(np.expm1(s**2)),
    )


CASES = {
    "independent sum": correlated_sum(5, 0.0),
    "correlated sum": correlated_sum(6, 0.6),
    # More than are summed over all subsets.
    "many correlated": correlated_sum(10, 0.5),
    "chain": chain(0.3, 0.25, 0.2, 0.1, 0.05),
    "skewed chain": chain(0.6, 0.4, 0.2),
    "ishigami": Case(
        lambda rng: rng.uniform(-np.pi, np.pi, size=(exact.DRAWS, 3)), exact.ishigami, exact.ishigami_shares()
    ),
    "sobol g": Case(lambda rng: rng.random((exact.DRAWS, 6)), exact.sobol_g, exact.sobol_g_shares()),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", [0, 1])
def test_exact_shares(name: str, seed: int) -> None:
    case = CASES[name]
    draws = case.draws(np.random.default_rng(seed))
    found = variance_shares(case.outcome(draws), exact.named(draws))
    for share in SHARES:
        error = (found[share].to_numpy() - case.shares[share].to_numpy()).__abs__()
        assert (error <= np.maximum(3 * found[f"{share}_se"].to_numpy(), 0.01)).all(), share
    assert found["shapley"].sum() == pytest.approx(1.0)
    assert found.attrs["explained"] > 0.97


def test_the_helpers_know_the_published_values() -> None:
    # Ishigami with a = 7, b = 0.1, as tabulated everywhere; and the definitions agree with the formulas.
    ishigami = exact.ishigami_shares()
    assert ishigami["first"].tolist() == pytest.approx([0.3139, 0.4424, 0.0], abs=5e-5)
    assert ishigami["total"].tolist() == pytest.approx([0.5576, 0.4424, 0.2437], abs=5e-5)
    # Iooss and Prieur (2019), two correlated normals: Sh_1 = (b1^2 s1^2 (1 - r^2/2) + r b1 b2 s1 s2 + ...) / V.
    r, b = 0.9, np.array([1.0, 2.0])
    shares = exact.linear_shares(b, np.array([[1, r], [r, 1]]))
    variance = 1 + 4 + 2 * r * 2
    assert shares["shapley"][0] == pytest.approx((1 * (1 - r**2 / 2) + r * 2 + 4 * r**2 / 2) / variance)


def test_first_order_of_a_correlated_bystander_is_not_nothing_but_its_total_is() -> None:
    rng = np.random.default_rng(2)
    draws = exact.correlated(rng, np.array([[1.0, 0.7], [0.7, 1.0]]))
    found = variance_shares(draws[:, 0], exact.named(draws))
    assert found.loc["x1", "first"] == pytest.approx(0.49, abs=3 * found.loc["x1", "first_se"])
    assert found.loc["x1", "total"] <= 2 * found.loc["x1", "total_se"]
    assert found.loc["x1", "shapley"] == pytest.approx(0.245, abs=3 * found.loc["x1", "shapley_se"])


def test_groups_count_as_one() -> None:
    weights = np.array([1.0, 1.0, 0.5, 0.5])
    covariance = np.array([[1, 0.5, 0.3, 0], [0.5, 1, 0, 0.3], [0.3, 0, 1, 0], [0, 0.3, 0, 1.0]])
    draws = exact.correlated(np.random.default_rng(3), covariance)
    found = variance_shares(
        draws @ weights, exact.named(draws), groups={"pair": ["x0", "x1"], "other": ["x2", "x3"]}
    )
    variance = weights @ covariance @ weights

    def explained(subset: tuple[int, ...]) -> float:
        members = [i for player in subset for i in ((0, 1), (2, 3))[player]]
        cross = covariance[members] @ weights
        return float(cross @ np.linalg.solve(covariance[np.ix_(members, members)], cross) / variance)

    wanted = exact.shares_of(lambda subset: explained(subset) if subset else 0.0, 2)
    assert list(found.index) == ["pair", "other"]
    for share in SHARES:
        errors = np.abs(found[share].to_numpy() - wanted[share].to_numpy())
        assert (errors < 3 * found[f"{share}_se"].to_numpy()).all()


def test_a_column_in_no_group_counts_by_itself() -> None:
    draws = np.random.default_rng(4).normal(size=(500, 3))
    found = variance_shares(draws.sum(axis=1), exact.named(draws), groups={"pair": ["x2", "x0"]})
    assert list(found.index) == ["pair", "x1"]
    assert found["shapley"].sum() == pytest.approx(1.0)


def test_what_the_parameters_do_not_explain_is_reported() -> None:
    rng = np.random.default_rng(5)
    draws = rng.normal(size=(exact.DRAWS, 2))
    found = variance_shares(draws[:, 0] + 2 * rng.normal(size=exact.DRAWS), exact.named(draws))
    assert found.attrs["explained"] == pytest.approx(0.2, abs=0.03)
    assert found["shapley"].tolist() == pytest.approx([1.0, 0.0], abs=0.01)
    assert found.loc["x0", "total"] == pytest.approx(0.2, abs=0.03)


def test_irrelevant_ones_have_no_share_within_their_error() -> None:
    rng = np.random.default_rng(6)
    draws = rng.normal(size=(2000, 20))
    found = variance_shares(draws[:, 0] ** 2 + rng.normal(size=2000), exact.named(draws)).drop("x0")
    for share in SHARES:
        assert (found[share] <= 2.5 * found[f"{share}_se"]).all()


def test_errors_cover_at_their_level() -> None:
    weights, covariance = np.array([1.0, 0.6, 0.3]), 0.5 ** np.abs(np.subtract.outer(range(3), range(3)))
    wanted = exact.linear_shares(weights, covariance)[SHARES].to_numpy()
    inside = []
    for repeat in range(100):
        draws = exact.correlated(np.random.default_rng(repeat), covariance, 1000)
        found = variance_shares(draws @ weights, exact.named(draws))
        errors = found[[f"{share}_se" for share in SHARES]].to_numpy()
        inside.append(np.abs(found[SHARES].to_numpy() - wanted) < 1.96 * errors)
    covered = np.mean(inside, axis=0)
    assert (covered >= 0.87).all()
    assert covered.mean() < 0.995


def test_chains_widen_the_errors() -> None:
    chains = exact.autoregressive(np.random.default_rng(7), 0.9, 4, 1000, 2)
    outcome = xr.DataArray(chains.sum(axis=2), dims=("chain", "draw"))
    parameters = exact.named(chains.reshape(-1, 2))
    chained = variance_shares(outcome, parameters)["first_se"]
    assert (chained > 2 * variance_shares(outcome.values.ravel(), parameters)["first_se"]).all()


def test_what_twins_explain_is_halved() -> None:
    draws = np.random.default_rng(8).normal(size=(1000, 2))
    twins = np.column_stack([draws, 3 * draws[:, 0] - 1])
    found = variance_shares(draws @ [1.0, 1.0], exact.named(twins))
    assert found.loc["x0", "shapley"] == pytest.approx(found.loc["x2", "shapley"], abs=0.01)
    assert (found.loc[["x0", "x2"], "total"] <= found.loc[["x0", "x2"], "total_se"]).all()
    assert found.loc["x1", "shapley"] == pytest.approx(0.5, abs=3 * found.loc["x1", "shapley_se"])
