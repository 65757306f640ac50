"""Simulation-based calibration: its parts in the default run, 50 simulations of every design among the slow tests.

benchmarks/calibrate.py runs 500 of each; docs/calibration.md says what came of it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from bayescarbon.calibration import (
    KEPT_DRAWS,
    Calibrator,
    calibrator,
    draw_truths,
    effective_draws,
    rank,
    refits,
)
from bayescarbon.model.build import Specification, specify
from bayescarbon.model.likelihood import scatter_levels, terms
from bayescarbon.model.observations import observations
from bayescarbon.model.row_densities import FORMS
from bayescarbon.model.simulate import simulable, simulate_rows
from bayescarbon.uniformity import rank_points, rank_values, uniformity_table
from tests.fit.worlds import OYSTER, batch, row, samples, write_study
from tests.scripts import load

SIMULATIONS = 50


designs = load("benchmarks/calibration_designs.py")

# --- simulated rows -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def specified(tmp_path_factory: pytest.TempPathFactory) -> Specification:
    """One row of every form and family; ten with a limit."""
    study = write_study(
        tmp_path_factory.mktemp("rows"),
        [batch("a", "here"), batch("b", "here", OYSTER), batch("c", "there"), batch("d", "there", OYSTER)],
        [
            row("dry_fraction", "here", value=0.5),
            row("dry_fraction", "here", OYSTER, value=0.5, sd=0.05, n=6),
            row("dry_fraction", "there", low=0.4, high=0.6, n=7),
            row("live_weight", "here", value=30),
            row("live_weight", "here", OYSTER, value=30, sd=5, n=6),
            row("live_weight", "there", low=20, high=40, n=7),
            row("live_weight", "there", OYSTER, low=20, high=40),
            row("shell_share", "there", OYSTER, value=0.85, n=4),
            *(row("fouling_ratio", "here", high=0.1) for _ in range(10)),
            *(row("respiration_ratio", "here", low=3) for _ in range(10)),
            # Two samples that a fit would suspect, because no other is near the second.
            *samples("tissue_carbon", "here", [0.45, 0.449, 0.451, 0.448, 0.02]),
        ],
    )
    return specify(study, literature=False)


def drawn(specification: Specification, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return means and scatter near the middle of their priors, the same on every draw."""
    told = specification.observations
    by_target = told.rows.drop_duplicates("target").sort_values("target")
    middle = [told.scatter[s].prior.q50 for s in by_target["scatter"]]
    mean = np.tile(np.array(middle), (size, 1))
    return mean, np.tile([q.scatter.q50 for q in told.scatter], (size, 1))


def test_suspects_are_off_and_limits_have_both_places(specified: Specification) -> None:
    assert specified.observations.rows["suspect"].any()
    shape = simulable(specified.observations)
    assert not len(shape.doubtful)
    assert len(shape.bounds) == 20
    counts = simulate_rows(shape, *drawn(specified, 1), np.random.default_rng(0)).statistics[0]
    codes, _ = terms(shape)
    mean, bound = (codes[:, 0] == FORMS.index(name) for name in ("mean", "bound"))
    single = mean & (counts[:, 1] == 1)
    # 2 samples, 5 of tissue carbon and 20 with a limit, and two ends of each of three ranges.
    assert counts[single, 0].sum() + counts[bound, 0].sum() == 2 + 5 + 20 + 6


def test_statistics_are_those_of_the_simulated_rows(specified: Specification) -> None:
    """Rows rebuilt from simulated values go through the door that measured rows go through, and give the same."""
    shape = simulable(specified.observations)
    found = simulate_rows(shape, *drawn(specified, 3), np.random.default_rng(1))
    codes, _ = terms(shape)
    for statistics in found.statistics:
        rows = shape.rows.copy()
        rows = rows[~rows["form"].isin(["below", "above"]) & (rows["quantity"] != "tissue_carbon")]
        summaries = iter(statistics[(codes[:, 0] == 0) & (statistics[:, 1] > 1)])
        spreads = iter(statistics[codes[:, 0] == FORMS.index("spread")])
        extents = iter(statistics[codes[:, 0] == FORMS.index("extent")])
        means = {
            (int(code[2]), int(code[3])): values
            for code, values in zip(codes, statistics, strict=True)
            if code[0] == 0 and values[1] == 1
        }
        for i, one in rows.iterrows():
            fraction = one["family"] == "fraction"
            if one["form"] == "sample":
                s1 = means[one["target"], one["scatter"]][2]
                rows.loc[i, "x"] = np.exp(s1) if fraction else s1
            elif one["form"] == "summary":
                s1 = next(summaries)[2]
                rows.loc[i, "x"] = x = np.exp(s1) if fraction else s1
                if not np.isnan(one["sd"]):
                    u = next(spreads)[1]
                    rows.loc[i, "sd"] = np.sqrt(u) if fraction else x * np.sqrt(u)
            elif one["n"] > 2:
                rows.loc[i, ["x_low", "x_high"]] = next(extents)[1:3]
            else:
                total, logs = means[one["target"], one["scatter"]][2:]
                half = np.sqrt(total**2 / 4 - np.exp(logs))
                rows.loc[i, ["x_low", "x_high"]] = total / 2 - half, total / 2 + half
        wide = [(0.0, 1.0)] * len(shape.scatter)
        rebuilt = observations(shape.targets, rows, shape.scatter, shape.scatter_names, wide)
        own_codes, own = terms(rebuilt)
        assert len(own) == 8 + 2 + 2
        for code, values in zip(own_codes, own, strict=True):
            same = (codes == code).all(axis=1) & (statistics[:, 1] == values[1] if code[0] == 0 else True)
            assert np.allclose(statistics[same], values, rtol=1e-9), code


def test_simulated_values_have_the_distribution_of_the_likelihood(specified: Specification) -> None:
    size = 20_000
    shape = simulable(specified.observations)
    mean, cv = drawn(specified, size)
    found = simulate_rows(shape, mean, cv, np.random.default_rng(2))
    assert not found.clipped.any()
    codes, _ = terms(shape)
    level = scatter_levels(shape.scatter)
    for name, family in (("dry_fraction", "fraction"), ("live_weight", "positive")):
        one = shape.rows[(shape.rows["quantity"] == name) & (shape.rows["form"] == "sample")].iloc[0]
        place = np.flatnonzero((codes[:, 0] == 0) & (codes[:, 2] == one["target"]))[0]
        theta, c, at = mean[0, one["target"]], cv[0, one["scatter"]], level[one["scatter"]]
        s1 = found.statistics[:, place, 2]
        if family == "fraction":
            k = (1 - at) / (at * c**2)
            expected, x = stats.beta(theta * k, (1 - theta) * k), np.exp(s1)
        else:
            expected, x = stats.gamma(c**-2, scale=theta * c**2), s1
        assert stats.kstest(x, expected.cdf).pvalue > 1e-3
    limit = shape.rows[shape.rows["quantity"] == "fouling_ratio"].iloc[0]
    theta, c = mean[0, limit["target"]], cv[0, limit["scatter"]]
    k = (1 - level[limit["scatter"]]) / (level[limit["scatter"]] * c**2)
    bounds = np.flatnonzero((codes[:, 0] == FORMS.index("bound")) & (codes[:, 2] == limit["target"]))
    below = found.statistics[:, bounds, 0]
    share = stats.beta(theta * k, (1 - theta) * k).cdf(0.1)
    assert below.mean() == pytest.approx(share, abs=5 * np.sqrt(share * (1 - share) / below.size))
    # Seven values lie beyond the median less often than one: extremes are those of the whole sample.
    extents = np.flatnonzero(codes[:, 0] == FORMS.index("extent"))
    positive = extents[codes[extents, 1] == 0][0]
    low, high = found.statistics[:, positive, 1], found.statistics[:, positive, 2]
    place = shape.rows[(shape.rows["form"] == "range") & (shape.rows["n"] == 7)].iloc[-1]
    c, theta = cv[0, place["scatter"]], mean[0, place["target"]]
    cdf = stats.gamma(c**-2, scale=theta * c**2).cdf
    assert stats.kstest(cdf(low), stats.beta(1, 7).cdf).pvalue > 1e-3
    assert stats.kstest(cdf(high), stats.beta(7, 1).cdf).pvalue > 1e-3


def test_logarithms_stay_finite_where_the_values_do_not(specified: Specification) -> None:
    """A Beta with a mean of 1e-9 and a precision below one underflows; its logarithm does not."""
    shape = simulable(specified.observations)
    mean, cv = drawn(specified, 200)
    fraction = shape.rows.loc[shape.rows["family"] == "fraction", "target"].unique()
    mean[:, fraction] = 1e-9
    found = simulate_rows(shape, mean, cv * 20, np.random.default_rng(3))
    assert np.isfinite(found.statistics).all()
    assert found.clipped.any()
    assert found.statistics[:, :, 2].min() < -1e4


# --- ranks --------------------------------------------------------------------------------------------------------


def test_rank_counts_the_draws_below_and_breaks_ties_evenly() -> None:
    rng = np.random.default_rng(4)
    assert rank(np.array([2.5, 1.0, 2.0, 3.0]), rng) == 2
    tied = [rank(np.array([1.0, 1.0, 1.0, 5.0, 0.0]), rng) for _ in range(3000)]
    assert set(tied) == {1, 2, 3}
    assert np.mean(tied) == pytest.approx(2.0, abs=0.08)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_effective_draws_of_an_autoregression(correlation: float) -> None:
    """An AR(1) chain of n draws is worth n (1 - rho) / (1 + rho)."""
    rng = np.random.default_rng(5)
    chain = np.empty((20_000, 4))
    chain[0] = rng.standard_normal(4)
    for i in range(1, len(chain)):
        chain[i] = correlation * chain[i - 1] + np.sqrt(1 - correlation**2) * rng.standard_normal(4)
    expected = len(chain) * (1 - correlation) / (1 + correlation)
    assert effective_draws(chain) == pytest.approx(np.full(4, expected), rel=0.15)


def test_designs_are_read_without_a_warning(tmp_path: Path) -> None:
    for name in designs.DESIGNS:
        assert not designs.design(name, tmp_path / name).warnings, name


# --- refits -------------------------------------------------------------------------------------------------------


def ranks_of(design: Calibrator, simulations: int, noise: float = 0.0) -> tuple[dict[str, np.ndarray], int]:
    """Return ranks by quantity, and the number of simulations with divergences."""
    truths = draw_truths(design, simulations, seed=6)
    if noise:
        rng = np.random.default_rng(7)
        shells = truths.data["isotopes_shell"]
        spoiled = truths.data | {"isotopes_shell": shells + noise * rng.standard_normal(shells.shape)}
        truths = replace(truths, data=spoiled)
    found = list(refits(design, truths, range(simulations), seed=6))
    ranks = {name: np.array([one.ranks[name] for one in found]) for name in found[0].ranks}
    return ranks, sum(one.divergences > 0 for one in found)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(designs.DESIGNS))
def test_truths_rank_uniformly_among_the_draws(tmp_path: Path, name: str) -> None:
    ranks, divergent = ranks_of(calibrator(designs.design(name, tmp_path)), SIMULATIONS)
    values = {quantity: rank_values(own, KEPT_DRAWS) for quantity, own in ranks.items()}
    table = uniformity_table(values, points=rank_points(KEPT_DRAWS))
    assert len(table) > 20
    assert table["inside"].all(), table[~table["inside"]]
    # Under one in a hundred have any; of 50, two or more would then be a chance of nine in a hundred, three of one.
    assert divergent <= 2


@pytest.mark.slow
def test_calibration_notices_a_scatter_that_is_not_in_the_model(tmp_path: Path) -> None:
    """Shells that scatter by a permil more than the model says: the scatter and the likelihood do not rank evenly."""
    ranks, _ = ranks_of(calibrator(designs.design("isotopes", tmp_path)), SIMULATIONS, noise=1.0)
    values = {quantity: rank_values(own, KEPT_DRAWS) for quantity, own in ranks.items()}
    table = uniformity_table(values, points=rank_points(KEPT_DRAWS)).set_index("quantity")
    assert not table.loc["isotope_scatter", "inside"]
