"""Stated quantiles come back: theta at a new farm has the distribution that was stated."""

from __future__ import annotations

import numpy as np
import pytest

from bayescarbon.evidence.quantities import Quantiles, inverse_link, link, quantities
from bayescarbon.model.priors import LEVEL_LOG_SD, LinkPrior, link_prior, simplex_priors
from bayescarbon.model.seasons import CONTRASTS

SIZE = 400_000
SCALARS = [name for name, q in quantities().items() if q.support != "simplex" and not q.by]


def _new_farm(prior: LinkPrior, rng: np.random.Generator, size: int = SIZE) -> np.ndarray:
    """Draw the link-scale value of a new farm level by level, the long way round."""
    value = prior.location + prior.sd_mu * rng.standard_normal(size)
    for median in prior.level_sd:
        sd = median * np.exp(LEVEL_LOG_SD * rng.standard_normal(size))
        value = value + sd * rng.standard_normal(size)
    return value


@pytest.mark.parametrize("name", SCALARS)
def test_quantiles_of_a_new_farm_are_the_stated_ones(name: str) -> None:
    quantity = quantities()[name]
    prior = link_prior(quantity, quantity.prior)
    drawn = np.quantile(_new_farm(prior, np.random.default_rng(7)), (0.05, 0.95))
    width = link(quantity.support, quantity.prior.q95) - link(quantity.support, quantity.prior.q05)
    stated = link(quantity.support, [quantity.prior.q05, quantity.prior.q95])
    assert np.abs(drawn - stated).max() < 0.01 * width


@pytest.mark.parametrize(
    "name", ["biodeposition_rate", "burial_fraction", "biodeposit_carbon", "shell_share"]
)
def test_the_swing_of_the_seasons_is_the_stated_one(name: str) -> None:
    quantity = quantities()[name]
    prior = link_prior(quantity, quantity.prior)
    rng = np.random.default_rng(8)
    sd = prior.season_sd * np.exp(prior.season_log_sd * rng.standard_normal(SIZE))
    contrasts = sd[:, None] * rng.standard_normal((SIZE, 3))
    effects = contrasts @ CONTRASTS.T
    assert np.abs(effects.sum(axis=1)).max() < 1e-9
    swing = effects.max(axis=1) - effects.min(axis=1)
    assert np.median(swing) == pytest.approx(np.log(quantity.season_swing.q50), rel=0.03)
    # The range of four seasons varies by itself, so the stated upper end can only be met from above.
    assert np.quantile(swing, 0.95) == pytest.approx(np.log(quantity.season_swing.q95), rel=0.12)


def test_the_annual_mean_is_not_the_mean_of_the_link() -> None:
    # 0.40 in May and 0.03 in August average 0.215; the mean logit would give 0.126.
    logits = link("fraction", [0.40, 0.03])
    assert inverse_link("fraction", logits).mean() == pytest.approx(0.215)
    assert float(inverse_link("fraction", logits.mean())) == pytest.approx(0.126, abs=5e-4)


def test_a_wider_statement_gives_a_wider_prior() -> None:
    quantity = quantities()["burial_fraction"]
    narrow = link_prior(quantity, Quantiles(0.05, 0.08, 0.13))
    wide = link_prior(quantity, quantity.prior)
    assert narrow.sd_mu < wide.sd_mu and narrow.level_sd[0] < wide.level_sd[0]


def test_components_of_a_simplex_come_back_together() -> None:
    quantity = quantities()["fouler_mix"]
    stated = tuple(q.as_tuple() for q in quantity.by.values())
    priors = simplex_priors(stated, tuple(quantity.shares[s] for s in ("mu", *quantity.levels)))
    rng = np.random.default_rng(9)
    value = np.stack([_new_farm(prior, rng) for prior in priors], axis=1)
    share = inverse_link("simplex", value)
    assert share.sum(axis=1) == pytest.approx(1.0)
    goal = link("fraction", np.array(stated))
    got = link("fraction", np.quantile(share, (0.05, 0.5, 0.95), axis=0).T)
    assert np.abs(got - goal).max() < 0.2 * (goal[:, 2] - goal[:, 0]).min()


def test_a_simplex_whose_shares_cannot_hold_at_once_is_refused() -> None:
    with pytest.raises(ValueError, match="contradict"):
        simplex_priors(((0.6, 0.7, 0.8), (0.6, 0.7, 0.8), (0.01, 0.05, 0.1), (0.01, 0.05, 0.1)), (0.5, 0.5))
