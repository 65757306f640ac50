"""The Monte Carlo error against the scatter of what independent posteriors give."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.signal import lfilter

from bayescarbon.issuance.issue import issue, issue_table
from bayescarbon.issuance.sampling_error import REPLICATES, Blocks, replicates
from bayescarbon.study.rules import default_rules

REPEATS = 200


def chains(correlation: float, shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """Return stationary chains N(0, 1) with this correlation between successive draws (AR(1))."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(shape) * np.sqrt(1 - correlation**2)
    noise[..., 0] = rng.standard_normal(shape[:-1])
    return np.asarray(lfilter([1.0], [1.0, -correlation], noise, axis=-1))


def table(draws: np.ndarray, rules: tuple[str, ...]) -> xr.Dataset:
    """Return what rules issue of many posteriors, indexed by rule."""
    scopes = xr.DataArray(draws, dims=("scope", "chain", "draw"))
    return issue_table(scopes, rules).groupby("rule", sort=False)


@pytest.mark.parametrize("skewed", [False, True], ids=["normal", "lognormal"])
@pytest.mark.parametrize(
    ("correlation", "length"), [(0.0, 1000), (0.6, 1000), (0.9, 2000)], ids=["iid", "AR 0.6", "AR 0.9"]
)
def test_it_is_the_scatter_of_repeats(correlation: float, length: int, skewed: bool) -> None:
    z = chains(correlation, (REPEATS, 4, length))
    draws = np.exp(0.4 * z) if skewed else 1 + 0.3 * z
    for name, repeats in table(draws, default_rules()):
        said = np.sqrt(np.square(repeats["issued_mcse"]).mean())
        # 200 repeats fix their own scatter to 5 %.
        assert said == pytest.approx(repeats["issued"].std(), rel=0.15), name


@pytest.mark.parametrize("conservative", [False, True])
def test_the_smaller_of_two_has_its_own_error(conservative: bool) -> None:
    z = chains(0.3, (REPEATS, 4, 500), seed=3)
    scopes = xr.DataArray(np.exp(0.5 * z), dims=("scope", "chain", "draw"))
    repeats = issue_table(scopes, ["vcs_mr24"], conservative=conservative)
    assert np.sqrt(np.square(repeats["issued_mcse"]).mean()) == pytest.approx(
        repeats["issued"].std(), rel=0.15
    )


def test_a_rule_with_steps_is_uncertain_near_an_edge_and_sure_far_from_it() -> None:
    # ar_tool14 steps from 0.50 U to 0.75 U at U = 0.20: about 5 % of the mean.
    at_edge, on_step = 0.20 / 1.6448536, 0.25 / 1.6448536
    z = chains(0.0, (REPEATS, 4, 1000), seed=5)
    near = table(1 + at_edge * z, ("ar_tool14",)).get_group("ar_tool14")
    far = table(1 + on_step * z, ("ar_tool14",)).get_group("ar_tool14")
    jump = 0.20 * 0.25
    assert near["issued"].std() == pytest.approx(jump / 2, rel=0.1)
    # A single posterior knows on which side it stands better than chance, so it sees 0.8 of the scatter.
    said = np.sqrt(np.square(near["issued_mcse"]).mean())
    assert 0.65 * jump / 2 < said < 1.05 * jump / 2
    assert far["issued_mcse"].max() < 0.25 * jump / 2
    assert np.sqrt(np.square(far["issued_mcse"]).mean()) == pytest.approx(far["issued"].std(), rel=0.15)


def test_effective_draws_are_those_of_the_chain() -> None:
    for correlation in (0.0, 0.6, 0.9):
        z = chains(correlation, (50, 4, 2000), seed=7)
        found = table(100 + z, ("accu_soil", "posterior_q40"))
        # Of the mean 1 / (1 + 2 sum rho^t) of the draws are effective, of the variance a share with rho^2.
        mean = 8000 * (1 - correlation) / (1 + correlation)
        effective = found["effective_draws"].mean()
        assert effective["accu_soil"] == pytest.approx(mean, rel=0.15)
        # A quantile forgets a little faster than the mean; no more are said than there are, which costs a few.
        assert 0.9 * mean < effective["posterior_q40"] < 1.6 * mean


def test_linear_rules_have_the_error_of_theory_without_noise() -> None:
    z = chains(0.0, (1, 1, 4000), seed=9)
    blocks = Blocks(z)
    covariance = blocks.covariance([blocks.mean()[0], blocks.sd()[0]])
    weights = np.array([1.0, -0.2533])
    expected = np.sqrt(weights @ covariance[0] @ weights)
    assert issue(z[0, 0] + 10, "accu_soil").issued_mcse == pytest.approx(expected, rel=1e-6)


def test_replicates_have_exactly_the_covariance_asked_for() -> None:
    # Tonnes beside probabilities: twelve orders of magnitude, and a statistic that does not vary at all.
    scale = np.array([1e6, 1.0, 1e-6, 0.0])
    correlation = np.array([[1, 0.5, -0.3, 0], [0.5, 1, 0.2, 0], [-0.3, 0.2, 1, 0], [0, 0, 0, 0]])
    wanted = correlation * np.outer(scale, scale)
    found = replicates(wanted[None])
    assert found.shape == (REPLICATES, 1, 4)
    covariance = np.cov(found[:, 0], rowvar=False)
    positive = np.outer(scale, scale) > 0
    np.testing.assert_allclose(covariance[positive] / np.outer(scale, scale)[positive],
                               correlation[positive], atol=1e-9)  # fmt: skip
    assert (found[..., 3] == 0).all()
    np.testing.assert_array_equal(replicates(wanted[None]), found)


def test_the_same_draws_give_the_same_error() -> None:
    draws = np.random.default_rng(1).gamma(3.0, size=2000)
    assert issue(draws, "fcpf").issued_mcse == issue(draws.copy(), "fcpf").issued_mcse


@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (3, 2), (1, 7), (4, 33)])
def test_few_draws_have_an_error_too(shape: tuple[int, int]) -> None:
    draws = xr.DataArray(50 + np.random.default_rng(2).normal(size=shape), dims=("chain", "draw"))
    found = issue(draws, "vm0042")
    assert 0 < found.issued_mcse < 10
