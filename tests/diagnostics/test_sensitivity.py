"""Power scaling of priors: against posteriors known in closed form under every weight of the prior."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import xarray as xr
from arviz_stats.base import array_stats
from scipy import stats
from scipy.special import ndtri

from bayescarbon.evidence.quantities import Z95, Quantity, composites, quantities
from bayescarbon.importance import MAX_PARETO_K, smoothed_weights
from bayescarbon.model.layout import Item, Layout
from bayescarbon.model.priors import LEVEL_LOG_SD, LinkPrior
from bayescarbon.report.sensitivity import THRESHOLD as SENTENCE_THRESHOLD
from bayescarbon.report.sensitivity import sensitivity_sentence
from bayescarbon.sensitivity import (
    ALPHAS,
    COLUMNS,
    MOVES,
    THRESHOLD,
    normal_log_ratio,
    power_scaling,
    prior_log_ratios,
    scale_log_ratio,
    sensitivity_table,
)

SIZE = 20_000
DOUBLINGS = np.log2(ALPHAS[1] / ALPHAS[0])


def quantity(name: str, levels: tuple[str, ...]) -> Quantity:
    return dataclasses.replace(quantities()["live_weight"], name=name, levels=levels)


def layout_of(**items: tuple[float, float, tuple[float, ...]]) -> Layout:
    """Return a layout of items with (location, sd of mu, medians of level sds); levels are the last ones."""
    layout = Layout()
    for name, (location, sd_mu, level_sd) in items.items():
        levels = ("group", "species", "site")[3 - len(level_sd) :]
        one = quantity(name, levels)
        layout.add_item(Item(name, one, LinkPrior(location, sd_mu, level_sd, 0.2, 0.3), one.prior))
    return layout


def normal_draws(rng: np.random.Generator, size: int = SIZE) -> np.ndarray:
    """Standard normal draws, one in each of `size` equal parts of the distribution: little noise."""
    return ndtri((rng.permutation(size) + rng.uniform(size=size)) / size)


# --- the ratios are what they are said to be -----------------------------------------------------------------


@pytest.mark.parametrize("alpha", [0.5, 0.8, 1.0, 1.25])
def test_ratios_of_densities(alpha: float) -> None:
    z = np.linspace(-3, 3, 13)
    expected = stats.norm.logpdf(z, 0, alpha**-0.5) - stats.norm.logpdf(z)
    np.testing.assert_allclose(normal_log_ratio(z, alpha), expected, atol=1e-12)
    sd = 0.4
    powered = stats.norm.logpdf(z, -0.5 * np.log(alpha), sd)
    np.testing.assert_allclose(
        scale_log_ratio(z, sd, alpha), powered - stats.norm.logpdf(z, 0, sd), atol=1e-10
    )


def test_every_part_of_a_prior_is_in_its_quantity() -> None:
    layout = Layout()
    for name in ("part[a]", "part[b]"):
        layout.add_item(
            Item(
                name,
                quantity("part", ("site",)),
                LinkPrior(1.0, 2.0, (0.3,), 0.2, 0.3),
                quantity("part", ()).prior,
            )
        )
    layout.seasonal["part[b]"] = 0
    composite = composites()["carbon_per_live"]
    rng = np.random.default_rng(1)
    mu, sd = rng.normal(size=(5, 2)), rng.uniform(0.2, 0.5, size=(5, 2))
    cv, season_sd = rng.uniform(0.1, 0.3, size=(5, 2)), rng.uniform(0.1, 0.3, size=(5, 1))
    scatter = [quantity("part", ()), composite]
    found = prior_log_ratios(layout, mu, sd, scatter=scatter, cv=cv, season_sd=season_sd, alphas=(0.8,))
    assert found["quantity"].values.tolist() == ["part", "carbon_per_live"]
    stated = [q.scatter for q in scatter]
    z = [
        (np.log(cv[:, i]) - np.log(s.q50)) / (np.log(s.q95 / s.q05) / (2 * Z95)) for i, s in enumerate(stated)
    ]
    expected = (
        normal_log_ratio((mu - 1.0) / 2.0, 0.8).sum(axis=1)
        + scale_log_ratio(np.log(sd / 0.3), LEVEL_LOG_SD, 0.8).sum(axis=1)
        + normal_log_ratio(np.log(season_sd[:, 0] / 0.2) / 0.3, 0.8)
        + normal_log_ratio(z[0], 0.8)
    )
    np.testing.assert_allclose(found.sel(alpha=0.8, quantity="part"), expected, atol=1e-12)
    np.testing.assert_allclose(
        found.sel(alpha=0.8, quantity="carbon_per_live"), normal_log_ratio(z[1], 0.8), atol=1e-12
    )


def test_arrays_of_another_layout_are_refused() -> None:
    layout = layout_of(a=(0.0, 1.0, (0.5,)))
    with pytest.raises(ValueError, match="level_sd has 2 columns, the layout needs 1"):
        prior_log_ratios(layout, np.zeros((3, 1)), np.ones((3, 2)))
    with pytest.raises(ValueError, match="cv has 1 columns, the layout needs 0"):
        prior_log_ratios(layout, np.zeros((3, 1)), np.ones((3, 1)), cv=np.ones((3, 1)))


# --- known posteriors ----------------------------------------------------------------------------------------


def test_conjugate_normal_mean() -> None:
    """Prior N(1, 0.5) to the power alpha, one observation 4.0 with sd 0.7: mean and sd follow in closed form."""
    layout = layout_of(a=(1.0, 0.5, ()), other=(0.0, 1.0, ()))
    rng = np.random.default_rng(2)

    def posterior(alpha: float) -> tuple[float, float]:
        precision = alpha / 0.5**2 + 1 / 0.7**2
        return (alpha * 1.0 / 0.5**2 + 4.0 / 0.7**2) / precision, precision**-0.5

    mean, sd = posterior(1.0)
    draws = mean + sd * normal_draws(rng)
    mu = np.column_stack([draws, normal_draws(rng)])
    ratios = prior_log_ratios(layout, mu, np.empty((SIZE, 0)))
    found = power_scaling(draws[:, None], ratios.values, ALPHAS).set_index("quantity")
    (low, low_sd), (high, high_sd) = (posterior(alpha) for alpha in ALPHAS)
    for column, z in (("median_change", 0.0), ("q05_change", -Z95), ("q95_change", Z95)):
        expected = (high + z * high_sd - low - z * low_sd) / DOUBLINGS
        assert abs(expected) > 0.1
        assert found.loc[0, column] == pytest.approx(expected, abs=0.02), column
        assert found.loc[1, column] == pytest.approx(0.0, abs=0.02), column
    assert found.loc[0, "psense"] > 0.1
    assert found.loc[1, "psense"] < 0.01
    assert (found["pareto_k"] < 0.5).all()


def test_prior_alone_with_all_its_levels() -> None:
    """Without data, another weight is the same prior at a new farm, drawn together by the root of the weight."""
    layout = layout_of(a=(0.3, 0.6, (0.4, 0.3, 0.5)), other=(0.0, 1.0, (0.5,)))
    prior = layout.items[0].prior
    rng = np.random.default_rng(3)
    size = 100_000
    mu = np.column_stack([0.3 + 0.6 * normal_draws(rng, size), normal_draws(rng, size)])
    medians = np.array([*prior.level_sd, 0.5])
    scales = medians * np.exp(LEVEL_LOG_SD * np.column_stack([normal_draws(rng, size) for _ in medians]))
    eta = mu[:, 0] + sum(scales[:, i] * normal_draws(rng, size) for i in range(3))
    outcome = np.column_stack([np.exp(eta), mu[:, 1]])
    found = power_scaling(outcome, prior_log_ratios(layout, mu, scales).values, ALPHAS)
    found = found.set_index(["outcome", "quantity"])
    plain = np.quantile(eta, [0.5, 0.05, 0.95])
    ends = [np.exp(0.3 + (plain - 0.3) / np.sqrt(alpha)) for alpha in ALPHAS]
    expected = (ends[1] - ends[0]) / DOUBLINGS
    got = found.loc[(0, 0), ["median_change", "q05_change", "q95_change"]].to_numpy(dtype=float)
    assert expected[1] > 0.1 and expected[2] < -3
    # Four standard errors at this number of draws.
    assert (np.abs(got - expected) < [0.03, 0.013, 0.6]).all()
    assert found.loc[(0, 0), "psense"] > THRESHOLD
    assert found.loc[(0, 1), "psense"] < 0.01
    assert found.loc[(1, 0), "psense"] < 0.01


def test_hierarchy_with_data_and_a_new_site() -> None:
    """One site observed, the outcome at another: the exact posterior on a grid, however many empty sites there are."""
    location, sd_mu, median, observed, error = 0.0, 0.8, 0.5, 1.6, 0.3
    layout = layout_of(a=(location, sd_mu, (median,)))
    rng = np.random.default_rng(20261121)

    def grid(alpha: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        mu, log_s = np.meshgrid(np.linspace(-4, 5, 300), np.linspace(-3.5, 2.5, 300), indexing="ij")
        log_density = (
            stats.norm.logpdf(mu, location, sd_mu * alpha**-0.5)
            + stats.norm.logpdf(log_s, np.log(median / alpha**0.5), LEVEL_LOG_SD)
            + stats.norm.logpdf(observed, mu, np.sqrt(np.exp(2 * log_s) + error**2))
        )
        density = np.exp(log_density - log_density.max())
        return mu.ravel(), log_s.ravel(), density.ravel() / density.sum()

    size = 200_000
    mu, log_s, density = grid(1.0)
    picked = rng.choice(len(mu), size=size, p=density)
    new_site = mu[picked] + np.exp(log_s[picked]) * normal_draws(rng, size)
    ratios = prior_log_ratios(layout, mu[picked][:, None], np.exp(log_s[picked])[:, None])
    found = power_scaling(new_site[:, None], ratios.values, ALPHAS).iloc[0]
    ends = []
    for alpha in ALPHAS:
        mu, log_s, density = grid(alpha)
        x = np.linspace(-6, 9, 601)
        below = np.zeros(len(x))
        for block in np.array_split(np.flatnonzero(density > 1e-9), 50):
            below += density[block] @ stats.norm.cdf((x - mu[block, None]) / np.exp(log_s[block, None]))
        ends.append(np.interp([0.5, 0.05, 0.95], below / below[-1], x))
    expected = (ends[1] - ends[0]) / DOUBLINGS
    assert abs(expected[0]) > 0.1
    # Four standard errors at this number of draws.
    got = found[["median_change", "q05_change", "q95_change"]].to_numpy(dtype=float)
    assert (np.abs(got - expected) < [0.01, 0.06, 0.04]).all()


def test_distance_is_that_of_arviz_on_normal_scores() -> None:
    rng = np.random.default_rng(5)
    ratios = np.stack([normal_log_ratio(rng.standard_t(8, size=(4000, 3)), alpha) for alpha in ALPHAS])
    outcomes = rng.gamma(2.0, size=(4000, 2)) + ratios[1, :, :2]
    found = power_scaling(outcomes, ratios, ALPHAS).set_index(["outcome", "quantity"])
    weights, _ = smoothed_weights(np.swapaxes(ratios, 1, 2))
    scores = ndtri((stats.rankdata(outcomes, axis=0) - 0.5) / len(outcomes))
    for o in range(2):
        for q in range(3):
            expected = array_stats.power_scale_sense(
                scores[None, :, o], weights[0, q][None], weights[1, q][None], *ALPHAS
            )
            assert found.loc[(o, q), "psense"] == pytest.approx(float(expected), rel=1e-6)


def test_a_long_tail_makes_no_sensitivity() -> None:
    """The same draws on another scale are moved as much; a few extreme draws do not make a prior look influential."""
    layout = layout_of(a=(0.0, 1.0, ()), other=(0.0, 1.0, ()))
    rng = np.random.default_rng(7)
    mu = np.column_stack([normal_draws(rng), normal_draws(rng)])
    outcomes = np.column_stack([mu[:, 0], np.exp(3 * mu[:, 0])])
    found = power_scaling(outcomes, prior_log_ratios(layout, mu, np.empty((SIZE, 0))).values, ALPHAS)
    found = found.set_index(["outcome", "quantity"])["psense"]
    assert found[1, 0] == pytest.approx(found[0, 0], rel=1e-9)
    assert found[1, 1] < 0.01 and found[0, 0] > THRESHOLD


def test_weights_one_on_either_side() -> None:
    with pytest.raises(ValueError, match="one below 1 and one above"):
        power_scaling(np.zeros((50, 1)), np.zeros((2, 50, 1)), (1.1, 1.2))


# --- the table and its words ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn() -> tuple[dict[str, xr.DataArray], xr.DataArray]:
    layout = layout_of(weak=(0.0, 1.0, ()), strong=(0.0, 1.0, ()))
    rng = np.random.default_rng(6)
    mu = np.column_stack([normal_draws(rng, 8000), normal_draws(rng, 8000)])
    ratios = prior_log_ratios(layout, mu, np.empty((8000, 0)))
    outcome = 100 + 10 * mu[:, 1] + 0.1 * mu[:, 0]
    price = np.where(mu[:, 1] > 0.5, np.nan, 1 / (1 + np.exp(mu[:, 0])))

    def one(values: np.ndarray, unit: str) -> xr.DataArray:
        return xr.DataArray(values.reshape(4, 2000), dims=("chain", "draw"), attrs={"units": unit})

    outcomes = {
        "total, x": one(outcome, "t CO2e"),
        "price, b": one(price, "CNY/t CO2e"),
        "price, none": one(np.full(8000, np.nan), "CNY/t CO2e"),
        "total, none": one(np.zeros(8000), "t CO2e"),
    }
    return outcomes, ratios


def test_table(drawn: tuple[dict[str, xr.DataArray], xr.DataArray]) -> None:
    outcomes, ratios = drawn
    table = sensitivity_table(outcomes, ratios)
    assert table.columns.tolist() == list(COLUMNS)
    # A price that no draw has cannot be moved: it has no rows.
    assert table["outcome"].unique().tolist() == ["total, x", "price, b", "total, none"]
    by = table.set_index(["outcome", "quantity"])
    assert table["quantity"].tolist()[:4] == ["strong", "weak", "weak", "strong"]
    assert by.loc[("total, x", "strong"), "note"] == MOVES and by.loc[("total, x", "weak"), "note"] == ""
    assert by.loc[("price, b", "weak"), "unit"] == "CNY/t CO2e"
    # The 90 % interval of N(100, 10) over the root of the weight, per doubling between the two weights.
    expected = 10 * Z95 * (ALPHAS[1] ** -0.5 - ALPHAS[0] ** -0.5) / DOUBLINGS
    assert by.loc[("total, x", "strong"), "q95_change"] == pytest.approx(expected, abs=0.3)
    assert by.loc[("total, x", "strong"), "q05_change"] == pytest.approx(-expected, abs=0.3)
    constant = by.loc["total, none"]
    assert (constant[["psense", "median_change", "q05_change", "q95_change"]] == 0).all(axis=None)


def test_table_from_ratios_by_chain(drawn: tuple[dict[str, xr.DataArray], xr.DataArray]) -> None:
    outcomes, ratios = drawn
    folded = xr.DataArray(
        ratios.values.reshape(2, 4, 2000, 2),
        dims=("alpha", "chain", "draw", "quantity"),
        coords={"alpha": ratios["alpha"], "quantity": ratios["quantity"]},
    )
    same = sensitivity_table(outcomes, folded)
    assert same.equals(sensitivity_table(outcomes, ratios))


def test_sentence(drawn: tuple[dict[str, xr.DataArray], xr.DataArray]) -> None:
    assert SENTENCE_THRESHOLD == THRESHOLD
    rows = sensitivity_table(*drawn).to_dict("records")
    told = sensitivity_sentence(rows, "total, x")
    assert told.startswith("The prior on strong moves the total sink most: per doubling of its weight")
    assert "weak" not in told and "t CO2e" in told
    written = [{name: str(value) for name, value in row.items()} for row in rows]
    assert sensitivity_sentence(written, "total, x") == told
    assert "strong 的先验对总碳汇影响最大" in sensitivity_sentence(rows, "total, x", "zh")
    assert sensitivity_sentence(rows, "total, unknown") == ""
    weak = [row for row in rows if row["quantity"] == "weak"]
    assert sensitivity_sentence(weak, "total, x", called="the sink").startswith(
        "No prior moves the sink noticeably"
    )


def test_equal_ratios_leave_equal_weights() -> None:
    weights, pareto_k = smoothed_weights(np.zeros((2, 100)))
    np.testing.assert_array_equal(weights, np.full((2, 100), 0.01))
    assert (pareto_k == 0).all()


@pytest.mark.parametrize("size", [30, 100, 226, 8000])
def test_a_tail_of_equal_ratios_needs_no_smoothing(size: int) -> None:
    """All but a few draws agree on a suspect, and hold the largest weight together: nothing is to be fitted to them."""
    ratios = np.zeros(size)
    ratios[:5] = -np.arange(1.0, 6.0)
    weights, pareto_k = smoothed_weights(ratios)
    assert pareto_k == 0.0
    np.testing.assert_allclose(weights, np.exp(ratios) / np.exp(ratios).sum(), rtol=1e-12)


def test_weights_of_too_few_draws_are_plain_and_called_unreliable() -> None:
    ratios = np.random.default_rng(1).standard_normal((2, 20))
    ratios[1] = 3.0
    weights, pareto_k = smoothed_weights(ratios)
    assert weights[0] == pytest.approx(np.exp(ratios[0]) / np.exp(ratios[0]).sum())
    assert weights[1] == pytest.approx(np.full(20, 0.05))
    assert not pareto_k[0] <= MAX_PARETO_K
    assert pareto_k[1] == 0.0
