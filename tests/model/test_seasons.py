"""Seasonal means lie around the annual mean as their effects say, and average to it, whatever the swing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from bayescarbon.evidence.quantities import inverse_link, link
from bayescarbon.model.priors import SEASON_SIGNS, SEASONS
from bayescarbon.model.seasons import in_season, season_weights

RATE, BURIAL, TISSUE = "biodeposition_rate", "burial_fraction", "tissue_carbon"


def values_of(
    support: str, annual: np.ndarray, effects: np.ndarray, weights: np.ndarray, gradient: bool = False
) -> np.ndarray:
    """Evaluate the link-scale means (season, n), or the gradient of a weighted sum by annual mean and effects."""
    year, moved = pt.dvector(), pt.dmatrix()
    items, fraction = np.arange(len(annual)), np.full(len(annual), support == "fraction")
    found = [
        in_season(year, moved, pt.as_tensor(weights), items, np.full(len(annual), season), fraction)
        for season in range(len(SEASONS))
    ]
    result = pt.stack(found)
    if gradient:
        by_year, by_effect = pt.grad((pt.arange(1, 5)[:, None] * result).sum(), [year, moved])
        result = pt.concatenate([by_year[None], by_effect])
    return pytensor.function([year, moved], result, mode="FAST_COMPILE")(annual, effects)


def equal(n: int) -> np.ndarray:
    return np.full((4, n), 0.25)


def test_contrasts_are_orthonormal_and_sum_to_zero() -> None:
    contrasts = 0.5 * np.array(SEASON_SIGNS)
    assert contrasts.sum(axis=0).tolist() == [0, 0, 0]
    assert contrasts.T @ contrasts == pytest.approx(np.eye(3))


def test_two_seasons_of_much_and_two_of_little_burial() -> None:
    """0.40 and 0.03 are the seasons of a year with 0.215; the mean of their logits is 0.126."""
    high, low = link("fraction", [0.40, 0.03])
    half = (high - low) / 2
    effects = np.array([[half], [-half], [half], [-half]])
    got = inverse_link(
        "fraction", values_of("fraction", link("fraction", np.array([0.215])), effects, equal(1))
    )
    assert got[:, 0] == pytest.approx([0.40, 0.03, 0.40, 0.03], rel=1e-6)


@pytest.mark.parametrize("support", ["fraction", "positive"])
@pytest.mark.parametrize("swing", [0.1, 1.0, 3.0])
def test_seasons_average_to_the_year(support: str, swing: float) -> None:
    annual = np.linspace(-5, 5, 41)
    rng = np.random.default_rng(1)
    effects = rng.normal(size=(4, len(annual)))
    effects -= effects.mean(axis=0)
    effects *= swing / np.ptp(effects, axis=0)
    weights = rng.dirichlet([2, 2, 2, 2], len(annual)).T
    for share in (equal(len(annual)), weights):
        linked = values_of(support, annual, effects, share)
        year = (share * inverse_link(support, linked)).sum(axis=0)
        assert year == pytest.approx(inverse_link(support, annual), rel=1e-6)
        assert np.diff(linked, axis=0) == pytest.approx(np.diff(effects, axis=0), abs=1e-9)


@pytest.mark.parametrize("support", ["fraction", "positive"])
def test_its_gradient_is_that_of_the_function(support: str) -> None:
    """Central differences; the solution for a fraction is iterated, and its gradient must not be."""
    rng = np.random.default_rng(2)
    point = np.vstack([[-2.5, 0.3, 2.0], rng.normal(0, 0.8, (4, 3))])
    got = values_of(support, point[0], point[1:], equal(3), gradient=True)

    def total(at: np.ndarray) -> np.ndarray:
        return (np.arange(1, 5)[:, None] * values_of(support, at[0], at[1:], equal(3))).sum(axis=0)

    step = 1e-5
    for i in range(5):
        move = np.zeros_like(point)
        move[i] = step
        wanted = (total(point + move) - total(point - move)) / (2 * step)
        assert got[i] == pytest.approx(wanted, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("support", ["fraction", "positive"])
def test_its_gradient_by_the_weights_is_that_of_the_function(support: str) -> None:
    rng = np.random.default_rng(3)
    annual, effects = np.array([-2.5, 0.3, 2.0]), rng.normal(0, 0.8, (4, 3))
    weights = rng.dirichlet([2, 2, 2, 2], 3).T
    items, fraction = np.array([0, 2, 2]), np.full(3, support == "fraction")
    seasons = np.array([1, 3, -1])

    def total(weight: Any) -> Any:
        return (
            in_season(annual, effects, weight, items, seasons, fraction) * np.array([1.0, 2.0, 4.0])
        ).sum()

    free = pt.dmatrix()
    got = pytensor.function([free], pt.grad(total(free), free), mode="FAST_COMPILE")(weights)
    value = pytensor.function([free], total(free), mode="FAST_COMPILE")
    for place in np.ndindex(weights.shape):
        move = np.zeros_like(weights)
        move[place] = 1e-6
        wanted = (value(weights + move) - value(weights - move)) / 2e-6
        assert got[place] == pytest.approx(wanted, rel=1e-5, abs=1e-6)


def test_a_mean_of_the_year_has_no_season() -> None:
    annual, effects = np.array([0.3, -1.0]), np.array([[0.5], [0.5], [-0.5], [-0.5]])
    found = in_season(
        annual, effects, equal(1), np.array([0, 0]), np.array([-1, -1]), np.array([True, False])
    )
    assert found.eval({}, mode="FAST_COMPILE").tolist() == annual.tolist()


def test_burial_is_weighted_by_deposition_and_all_else_is_not() -> None:
    effects = pt.as_tensor(np.array([[e, 0.0, 0.0] for e in (0.5, 1.0, -0.5, -1.0)]))
    weights = season_weights(effects, [RATE, BURIAL, TISSUE]).eval(mode="FAST_COMPILE")
    deposition = np.exp([0.5, 1.0, -0.5, -1.0])
    assert weights[:, 0].tolist() == [0.25] * 4
    assert weights[:, 1] == pytest.approx(deposition / deposition.sum())
    assert weights[:, 2].tolist() == [0.25] * 4
    alone = season_weights(effects, [TISSUE, BURIAL]).eval(mode="FAST_COMPILE")
    assert alone.tolist() == [[0.25, 0.25]] * 4
