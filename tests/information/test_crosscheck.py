"""Second routes: first-order and total indices from given data by OpenTURNS and SALib."""

from __future__ import annotations

import numpy as np
import pytest

from bayescarbon.information import variance_shares
from tests.information import closed_forms as exact

pytestmark = pytest.mark.crosscheck

LOW, HIGH = -np.pi, np.pi


def correlated_sum() -> tuple[np.ndarray, np.ndarray]:
    """Return draws of correlated normals and a product of functions of them."""
    covariance = 0.5 ** np.abs(np.subtract.outer(range(4), range(4)))
    draws = exact.correlated(np.random.default_rng(1), covariance)
    return draws, draws @ [1.0, 0.6, 0.0, 0.3] + 0.5 * draws[:, 0] * draws[:, 1]


def ishigami() -> tuple[np.ndarray, np.ndarray]:
    """Return draws of the Ishigami function and its inputs."""
    draws = np.random.default_rng(2).uniform(LOW, HIGH, size=(exact.DRAWS, 3))
    return draws, exact.ishigami(draws)


@pytest.mark.parametrize("problem", [correlated_sum, ishigami])
def test_first_order_by_the_ranks_of_openturns(problem: object) -> None:
    # Chatterjee's coefficient needs no independence: Var(E[Y|X]) of a scalar input from neighbours in rank.
    openturns = pytest.importorskip("openturns")
    draws, outcome = problem()  # type: ignore[operator]
    found = variance_shares(outcome, exact.named(draws))
    ranks = openturns.RankSobolSensitivityAlgorithm(
        openturns.Sample(draws.tolist()), openturns.Sample(outcome[:, None].tolist())
    )
    other = np.array(ranks.getFirstOrderIndices())
    # Its own error is about 1 / sqrt(n) = 0.016.
    assert np.abs(found["first"].to_numpy() - other).max() < 0.05


def test_total_order_by_the_chaos_expansion_of_openturns() -> None:
    openturns = pytest.importorskip("openturns")
    draws, outcome = ishigami()
    found = variance_shares(outcome, exact.named(draws))
    inputs = openturns.JointDistribution([openturns.Uniform(float(LOW), float(HIGH))] * 3)
    basis = openturns.OrthogonalProductPolynomialFactory([inputs.getMarginal(i) for i in range(3)])
    size = basis.getEnumerateFunction().getBasisSizeFromTotalDegree(10)
    expansion = openturns.FunctionalChaosAlgorithm(
        openturns.Sample(draws.tolist()),
        openturns.Sample(outcome[:, None].tolist()),
        inputs,
        openturns.FixedStrategy(basis, size),
    )
    expansion.run()
    indices = openturns.FunctionalChaosSobolIndices(expansion.getResult())
    for name, index in (("first", indices.getSobolIndex), ("total", indices.getSobolTotalIndex)):
        other = np.array([index(i) for i in range(3)])
        assert np.abs(found[name].to_numpy() - other).max() < 0.03


@pytest.mark.parametrize("problem", [correlated_sum, ishigami])
def test_first_order_by_the_density_method_of_salib(problem: object) -> None:
    delta = pytest.importorskip("SALib.analyze.delta")
    draws, outcome = problem()  # type: ignore[operator]
    found = variance_shares(outcome, exact.named(draws))
    bounds = [[float(column.min()), float(column.max())] for column in draws.T]
    names = [f"x{i}" for i in range(draws.shape[1])]
    other = delta.analyze(
        {"num_vars": len(names), "names": names, "bounds": bounds}, draws, outcome, num_resamples=10, seed=1
    )
    # It bins, and what noise gives a bin is taken for an effect: high by about bins / n where there is none.
    assert np.abs(found["first"].to_numpy() - other["S1"]).max() < 0.04
