"""Seasonal means lie around the annual mean as their effects say, and average to it, whatever the swing."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from bayescarbon.evidence.quantities import inverse_link, link
from bayescarbon.evidence.table import SEASONS
from bayescarbon.model.seasons import CONTRASTS, effects_and_weights, in_season

RATE, BURIAL, TISSUE = "biodeposition_rate", "burial_fraction", "tissue_carbon"


def links_of(
    support: str,
    annual: np.ndarray,
    contrast: np.ndarray,
    names: list[str] | None = None,
    gradient: bool = False,
) -> np.ndarray:
    """Evaluate the link-scale means (season, n), or the gradient of a weighted sum by annual mean and contrasts."""
    year, free = pt.dvector(), pt.dvector()
    names = names or ["item"] * len(annual)
    items, fraction = np.arange(len(annual)), np.full(len(annual), support == "fraction")
    found = [
        in_season(year, free, items, np.full(len(annual), season), fraction, names)
        for season in range(len(SEASONS))
    ]
    result = pt.stack(found)
    if gradient:
        by_year, by_contrast = pt.grad((pt.arange(1, 5)[:, None] * result).sum(), [year, free])
        result = pt.concatenate([by_year[None], by_contrast.reshape((3, len(annual)))])
    return pytensor.function([year, free], result, mode="FAST_COMPILE")(annual, contrast.ravel())


def test_contrasts_are_orthonormal_and_sum_to_zero() -> None:
    assert CONTRASTS.sum(axis=0).tolist() == [0, 0, 0]
    assert pytest.approx(np.eye(3)) == CONTRASTS.T @ CONTRASTS


def test_two_seasons_of_much_and_two_of_little_burial() -> None:
    """0.40 and 0.03 are the seasons of a year with 0.215; the mean of their logits is 0.126."""
    high, low = link("fraction", [0.40, 0.03])
    half = (high - low) / 2
    contrast = CONTRASTS.T @ np.array([[half], [-half], [half], [-half]])
    got = inverse_link("fraction", links_of("fraction", link("fraction", np.array([0.215])), contrast))
    assert got[:, 0] == pytest.approx([0.40, 0.03, 0.40, 0.03], rel=1e-6)


@pytest.mark.parametrize("support", ["fraction", "positive"])
@pytest.mark.parametrize("swing", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("names", [[TISSUE, TISSUE], [RATE, BURIAL]])
def test_seasons_average_to_the_year(support: str, swing: float, names: list[str]) -> None:
    rng = np.random.default_rng(1)
    for annual in np.linspace(-5, 5, 41):
        effects = rng.normal(size=(4, 2))
        effects -= effects.mean(axis=0)
        effects *= swing / np.ptp(effects, axis=0)
        linked = links_of(support, np.array([annual, annual]), CONTRASTS.T @ effects, names)
        weights = np.full((4, 2), 0.25)
        if names[1] == BURIAL:
            weights[:, 1] = np.exp(effects[:, 0]) / np.exp(effects[:, 0]).sum()
        year = (weights * inverse_link(support, linked)).sum(axis=0)
        assert year == pytest.approx(inverse_link(support, np.array([annual, annual])), rel=1e-6)
        assert np.diff(linked, axis=0) == pytest.approx(np.diff(effects, axis=0), abs=1e-9)


@pytest.mark.parametrize("support", ["fraction", "positive"])
@pytest.mark.parametrize("names", [[TISSUE, TISSUE, TISSUE], [BURIAL, TISSUE, RATE]])
def test_its_gradient_is_that_of_the_function(support: str, names: list[str]) -> None:
    """Central differences; the solution for a fraction is iterated, and its gradient must not be."""
    rng = np.random.default_rng(2)
    point = np.vstack([[-2.5, 0.3, 2.0], rng.normal(0, 0.8, (3, 3))])
    got = links_of(support, point[0], point[1:], names, gradient=True)

    def total(at: np.ndarray) -> float:
        return float((np.arange(1, 5)[:, None] * links_of(support, at[0], at[1:], names)).sum())

    for place in np.ndindex(point.shape):
        move = np.zeros_like(point)
        move[place] = 1e-5
        wanted = (total(point + move) - total(point - move)) / 2e-5
        assert got[place] == pytest.approx(wanted, rel=1e-5, abs=1e-6)


def test_burial_is_weighted_by_deposition_and_all_else_is_not() -> None:
    contrast = np.zeros((3, 3))
    contrast[:, 0] = CONTRASTS.T @ np.array([0.5, 1.0, -0.5, -1.0])
    _, weights = effects_and_weights(contrast.ravel(), np.array([0, 1]))
    deposition = np.exp([0.5, 1.0, -0.5, -1.0])
    assert weights[:, 0].tolist() == [0.25] * 4
    assert weights[:, 1] == pytest.approx(deposition / deposition.sum())
    assert weights[:, 2].tolist() == [0.25] * 4
    assert effects_and_weights(contrast.ravel(), np.array([-1, -1]))[1].tolist() == [[0.25] * 3] * 4


def test_a_mean_of_the_year_has_no_season() -> None:
    annual, contrast, never = np.array([0.3, -1.0]), np.array([0.5, 0.5, -0.5]), np.array([-1, -1])
    found = in_season(annual, contrast, np.array([0, 0]), never, np.array([True, False]), [TISSUE])
    assert found.eval(mode="FAST_COMPILE").tolist() == annual.tolist()
