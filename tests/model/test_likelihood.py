"""The likelihood in sufficient statistics is the product of the rows' own densities, written out with SciPy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import special, stats

from bayescarbon.evidence.quantities import composites, link, quantities
from bayescarbon.model.build import specify
from bayescarbon.model.families import FAMILIES
from bayescarbon.model.likelihood import COMPOSITE_LEVELS, direct_log_likelihood, scatter_levels, terms
from bayescarbon.model.observations import Observations
from bayescarbon.model.row_densities import (
    log_gamma,
    log_normal_cdf,
    normal_score,
    row_densities,
    spread_moments,
)
from tests.fit.worlds import OYSTER, Row, batch, row, samples, write_study

HARVEST = [batch("a", "east"), batch("b", "west", OYSTER)]
# Two means and two scatters per parameter point; the values are those of plausible posteriors.
SCATTERS = (0.05, 0.12, 0.3, 0.7)

# How many suspects are taken for slips before they are looked at.
SLIPS = 0.02

type LogLikelihood = Callable[[np.ndarray, np.ndarray], float]

CASES: dict[str, list[Row]] = {
    "fraction samples": samples("dry_fraction", "east", [0.51, 0.55, 0.62, 0.49]),
    "positive samples": samples("live_weight", "east", [21.0, 25.5, 30.1]),
    "samples in two cells": [
        *samples("live_weight", "east", [21.0, 25.5]),
        *samples("live_weight", "west", [88.0], OYSTER),
    ],
    "summary without sd": [row("dry_fraction", "east", value=0.55, n=7), row("live_weight", "east", value=30, n=12)],
    "summary with sd": [
        row("dry_fraction", "east", value=0.55, sd=0.04, n=7),
        row("live_weight", "east", value=30, sd=9, n=12),
        row("live_weight", "east", value=28, sd=5, n=2),
        row("burial_fraction", "east", value=0.07, sd=0.03, n=5, method="core"),
    ],
    "range": [row("tissue_carbon", "east", low=0.38, high=0.45), row("live_weight", "east", low=15, high=41)],
    "range of n": [
        row("tissue_carbon", "east", low=0.38, high=0.45, n=14),
        row("live_weight", "east", low=15, high=41, n=9),
        row("live_weight", "west", OYSTER, low=70, high=110, n=2),
    ],
    "bounds": [
        row("burial_fraction", "east", value=0, low=0.01, method="core"),
        row("burial_fraction", "east", high=0.10, method="core"),
        row("burial_fraction", "west", low=0.02, method="core"),
        row("biodeposition_rate", "east", high=40),
        row("biodeposition_rate", "west", OYSTER, low=60),
    ],
    "oxygen": [
        row("burial_fraction", "east", value=0.4, method="oxygen"),
        row("burial_fraction", "east", value=0.55, method="oxygen"),
        row("burial_fraction", "east", low=0.3, high=0.8, n=5, method="oxygen"),
        row("burial_fraction", "west", low=0.5, method="oxygen"),
        row("burial_fraction", "west", value=0, low=0.02, method="oxygen"),
        row("burial_fraction", "west", value=0.6, sd=0.1, n=6, method="oxygen"),
    ],
    "composites": [
        *samples("whole_body_carbon", "east", [0.14, 0.16]),
        *samples("carbon_per_live", "east", [0.08]),
        row("carbon_deposition_rate", "east", value=5.0, sd=2.0, n=4),
    ],
    "suspects": [
        *samples("live_weight", "east", [21, 22, 24, 25, 26, 28, 30, 240]),
        *samples("dry_fraction", "east", [0.54, 0.55, 0.56, 0.57, 0.58, 0.55, 0.56, 0.06]),
    ],
}  # fmt: skip
# Terms with a distribution function take a closed form of it that is good to some hundredths.
NEARLY = {"range of n", "bounds", "oxygen"}
CASES["everything else"] = [one for case, rows in CASES.items() if case not in NEARLY for one in rows]


def observed(folder: Path, evidence: list[Row]) -> Observations:
    return specify(write_study(folder, HARVEST, evidence), literature=False).observations


def compiled(observations: Observations) -> LogLikelihood:
    mean, cv = pt.dvector("mean"), pt.dvector("cv")
    with pm.Model():
        total = direct_log_likelihood(observations, mean, cv)
    return pytensor.function([mean, cv], total, mode="FAST_COMPILE", on_unused_input="ignore")


def parameter_points(observations: Observations, size: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return means and scatters, near the observed values where there are any, at random otherwise."""
    rng = np.random.default_rng(11)
    rows = observations.rows
    middle = (
        rows["x"].fillna((rows["x_low"] + rows["x_high"]) / 2).fillna(rows["x_low"]).fillna(rows["x_high"])
    )
    known = middle.groupby(rows["target"]).mean()
    fractions = set(rows.loc[rows["family"] == "fraction", "target"])
    points = []
    for _ in range(size):
        mean = np.full(len(observations.targets.node) + len(observations.targets.composite), 0.5)
        for target, value in known.items():
            support = "fraction" if target in fractions else "positive"
            shifted = link(support, value) + 0.1 * rng.standard_normal()
            mean[target] = special.expit(shifted) if support == "fraction" else np.exp(shifted)
        points.append((mean, rng.choice(SCATTERS, len(observations.scatter))))
    return points


# --- the oracle: each row's density with SciPy's own distributions ------------------------------------------


def level_of(name: str) -> float:
    """Return the mean at which the scatter of a quantity is stated."""
    return COMPOSITE_LEVELS.get(name, 1.0) if name in composites() else quantities()[name].prior.q50


def distribution(family: str, mean: float, precision: float) -> stats.rv_frozen:
    if family == "positive":
        return stats.gamma(precision, scale=mean / precision)
    return stats.beta(mean * precision, (1 - mean) * precision)


def averaged_distribution(family: str, mean: float, precision: float, n: float) -> stats.rv_frozen:
    """Return the distribution of a mean of n: exact for Gamma; for Beta the one with the variance over n."""
    single = distribution(family, mean, precision)
    if family == "positive":
        return stats.gamma(n * precision, scale=mean / (n * precision))
    spread = mean * (1 - mean) / (single.var() / n) - 1
    return stats.beta(mean * spread, (1 - mean) * spread)


def log_density(one: pd.Series, observations: Observations, mean: np.ndarray, cv: np.ndarray) -> float:
    family, theta, scatter = one["family"], mean[one["target"]], cv[one["scatter"]]
    at = level_of(observations.scatter[one["scatter"]].name)
    precision = scatter**-2 if family == "positive" else (1 - at) / (at * scatter**2)
    sample = distribution(family, theta, precision)
    if one["form"] == "sample":
        clean = sample.logpdf(one["x"])
        return wide_mixture(one, clean) if one["suspect"] else clean
    if one["form"] == "summary":
        n = one["n"]
        total = averaged_distribution(family, theta, precision, n).logpdf(one["x"])
        told = one["sd"] == one["sd"]
        return total + (spread_density(family, theta, precision, one) if told else 0.0)
    if one["form"] == "range":
        total = sample.logpdf(one["x_low"]) + sample.logpdf(one["x_high"])
        inside = sample.cdf(one["x_high"]) - sample.cdf(one["x_low"])
        return total + (0.0 if one["n"] != one["n"] else (one["n"] - 2) * np.log(inside))
    if one["form"] == "below":
        return sample.logcdf(one["x_high"])
    assert one["form"] == "above"
    return sample.logsf(one["x_low"])


def moments_of_spread(family: str, mean: float, precision: float, n: float) -> tuple[float, float]:
    """Return mean and relative variance of the spread of n samples: s^2, or for Gamma (s / mean of the sample)^2.

    The second is independent of the sample's mean, so its moments are those of s over those of the mean.
    """
    sample = distribution(family, mean, precision)
    first = sample.var()
    second = first**2 * (1 + 2 / (n - 1) + float(sample.stats(moments="k")) / n)
    if family == "positive":
        average = averaged_distribution(family, mean, precision, n)
        first, second = first / average.moment(2), second / average.moment(4)
    return first, second / first**2 - 1


def spread_density(family: str, mean: float, precision: float, one: pd.Series) -> float:
    """Return the density of a sample's spread: the scaled chi-square with its true mean and variance."""
    expected, relative = moments_of_spread(family, mean, precision, one["n"])
    freedom = 2 / relative
    spread = one["sd"] ** 2 if family == "fraction" else (one["sd"] / one["x"]) ** 2
    return stats.chi2.logpdf(spread, freedom, scale=expected / freedom)


def wide_mixture(one: pd.Series, clean: float) -> float:
    quantity = quantities()[one["quantity"]]
    if one["family"] == "fraction":
        wide = stats.uniform.logpdf(one["x"])
    else:
        low, high = np.log(quantity.prior.q05), np.log(quantity.prior.q95)
        new_sample = np.hypot((high - low) / (2 * stats.norm.ppf(0.95)), quantity.scatter.q95)
        sd = np.hypot(new_sample, np.log(10))
        wide = stats.lognorm.logpdf(one["x"], sd, scale=np.exp((low + high) / 2))
    return np.log((1 - SLIPS) * np.exp(clean) + SLIPS * np.exp(wide))


def by_rows(observations: Observations, mean: np.ndarray, cv: np.ndarray) -> float:
    return sum(log_density(one, observations, mean, cv) for _, one in observations.rows.iterrows())


# --- tests --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_collapsed_rows_have_the_log_density_of_the_rows(case: str, tmp_path: Path) -> None:
    observations = observed(tmp_path, CASES[case])
    assert len(observations.rows) == len(CASES[case])
    if case == "suspects":
        assert observations.rows["suspect"].sum() == 2
    function = compiled(observations)
    points = parameter_points(observations, 6)
    got = np.array([function(*point) for point in points])
    wanted = np.array([by_rows(observations, *point) for point in points])
    assert np.ptp(wanted) > 0.1
    allowed = {"rel": 0.05, "abs": 0.05} if case in NEARLY else {"rel": 1e-9, "abs": 1e-9}
    assert np.diff(got) == pytest.approx(np.diff(wanted), **allowed)


def test_each_cell_collapses_to_one_statistic_whatever_its_number_of_rows(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    few = samples("live_weight", "east", rng.gamma(10, 3, 5)) + samples(
        "dry_fraction", "east", rng.beta(50, 40, 5)
    )
    many = samples("live_weight", "east", rng.gamma(10, 3, 80)) + samples(
        "dry_fraction", "east", rng.beta(50, 40, 80)
    )
    sizes = [len(observed(tmp_path / name, rows).means) for name, rows in (("few", few), ("many", many))]
    assert sizes == [2, 2]
    assert observed(tmp_path / "many", many).means["count"].tolist() == [80, 80]


def test_a_range_is_its_two_ends(tmp_path: Path) -> None:
    ends = samples("tissue_carbon", "east", [0.38, 0.45]) + samples("live_weight", "east", [15, 41])
    functions = []
    for name, rows in (("ends", ends), ("range", CASES["range"])):
        observations = observed(tmp_path / name, rows)
        functions.append((compiled(observations), observations))
    points = parameter_points(functions[0][1], 5)
    first, second = ([float(function(*point)) for point in points] for function, _ in functions)
    assert first == pytest.approx(second, rel=1e-12)


def test_the_mean_of_n_samples_says_of_theta_what_the_samples_say(tmp_path: Path) -> None:
    """With its shape known, a Gamma sample's mean is sufficient for theta: both differ by a constant."""
    values = np.array([21.0, 25.5, 30.1, 18.2, 44.0])
    each = compiled(observed(tmp_path / "each", samples("live_weight", "east", values)))
    told = compiled(
        observed(tmp_path / "told", [row("live_weight", "east", value=float(values.mean()), n=5)])
    )
    cv = np.array([0.3])
    difference = [float(each(np.array([m]), cv) - told(np.array([m]), cv)) for m in (15.0, 25.0, 31.0, 60.0)]
    assert difference == pytest.approx([difference[0]] * 4, abs=1e-9)


@pytest.mark.parametrize(("family", "mean", "precision"), [("positive", 20.0, 1.2), ("fraction", 0.08, 12.0)])
@pytest.mark.parametrize("n", [3, 10])
def test_the_spread_of_samples_has_the_moments_that_the_term_says(
    family: str, mean: float, precision: float, n: int
) -> None:
    """Monte Carlo, skew included; printed mean and sd give the same statistic."""
    size = (200_000, n)
    drawn = FAMILIES[family].simulate(np.random.default_rng(3), np.full(size, mean), np.full(size, precision))
    average, sd = drawn.mean(axis=1), drawn.std(axis=1, ddof=1)
    spread = FAMILIES[family].spread_statistic(average, sd)
    expected, relative = spread_moments(family == "fraction", mean, precision, n)
    assert spread.mean() == pytest.approx(expected[0], rel=0.01)
    assert spread.var() / spread.mean() ** 2 == pytest.approx(relative[0], rel=0.06)
    if family == "positive":
        # Else mean and spread of a row would not be two pieces of information.
        assert abs(np.corrcoef(average, spread)[0, 1]) < 0.01


@pytest.mark.parametrize("family", ["fraction", "positive"])
def test_simulation_and_density_are_the_distribution(family: str) -> None:
    mean, precision = (0.08, 30.0) if family == "fraction" else (20.0, 3.0)
    truth = distribution(family, mean, precision)
    ours = FAMILIES[family]
    drawn = ours.simulate(np.random.default_rng(1), np.full(20_000, mean), np.full(20_000, precision))
    assert stats.kstest(drawn, truth.cdf).pvalue > 1e-3
    assert truth.mean() == pytest.approx(mean, rel=1e-12)
    density = ours.log_pdf(mean * 1.3, np.array([mean]), np.array([precision]))
    assert density == pytest.approx(truth.logpdf(mean * 1.3))


@pytest.mark.parametrize(
    ("family", "mean", "precision"),
    [
        ("positive", 20.0, 1.0),
        ("positive", 20.0, 4.0),
        ("positive", 0.7, 100.0),
        ("fraction", 0.08, 12.0),
        ("fraction", 0.08, 70.0),
        ("fraction", 0.9, 120.0),
        ("fraction", 0.43, 350.0),
    ],
)
def test_the_closed_form_of_the_distribution_function_is_near(
    family: str, mean: float, precision: float
) -> None:
    truth = distribution(family, mean, precision)
    probability = np.array([0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999])
    z = np.array([normal_score(family == "fraction", x, mean, precision)[0] for x in truth.ppf(probability)])
    assert special.ndtr(z) == pytest.approx(probability, abs=0.015)
    # In standard deviations, for the log of it counts: all but the steep lower tail of the most skewed is close.
    assert z[2:] == pytest.approx(special.ndtri(probability[2:]), abs=0.11)


@pytest.mark.parametrize("name", [n for n, q in quantities().items() if q.support == "fraction" and q.levels])
def test_the_scatter_of_a_fraction_is_its_coefficient_of_variation_at_the_prior_median(name: str) -> None:
    quantity = quantities()[name]
    at, cv = quantity.prior.q50, quantity.scatter.q50
    sample = distribution("fraction", at, FAMILIES["fraction"].precision(cv, at))
    assert sample.std() / sample.mean() == pytest.approx(cv, rel=0.03)


@pytest.mark.parametrize(
    "z", [-40.0, -38.0, -25.0, -12.0, -10.001, -10.0, -9.999, -5.0, -1.0, 0.0, 1.0, 5.0, 9.0]
)
def test_log_normal_cdf_is_scipys(z: float) -> None:
    assert log_normal_cdf(z)[0] == pytest.approx(special.log_ndtr(z), rel=1e-10, abs=1e-16)


@pytest.mark.parametrize("z", [-200.0, -40.0, -10.0, -3.0, 0.0, 30.0, 200.0])
def test_log_normal_cdf_has_a_finite_slope_far_out(z: float) -> None:
    mills = np.exp(stats.norm.logpdf(z) - special.log_ndtr(z))
    assert log_normal_cdf(z)[1] == pytest.approx(mills, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("x", [1e-6, 0.003, 0.5, 1.0, 2.5, 9.999, 10.0, 87.0, 1e6])
def test_log_gamma_and_its_slope_are_scipys(x: float) -> None:
    value, slope = log_gamma(x)
    assert value == pytest.approx(special.gammaln(x), rel=1e-12, abs=1e-13)
    assert slope == pytest.approx(special.digamma(x), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("x", [0.0, -0.5, -9e15])
def test_log_gamma_ends_where_there_is_no_value(x: float) -> None:
    # 9e15 steps of a recurrence: a sampler that leapt to such a scatter never came back.
    assert np.isnan(log_gamma(x)).all()


@pytest.mark.parametrize("case", CASES)
def test_its_derivatives_are_those_of_the_density(case: str, tmp_path: Path) -> None:
    """Central differences by every mean and every scatter."""
    observations = observed(tmp_path, CASES[case])
    level = scatter_levels(observations.scatter)
    codes, values = terms(observations)
    for point in parameter_points(observations, 3):
        _, *slopes = row_densities(*point, level, codes, values)
        for which, slope in enumerate(slopes):
            for i in range(len(slope)):
                step = 1e-6 * point[which][i]
                ends = []
                for sign in (1, -1):
                    moved = [one.copy() for one in point]
                    moved[which][i] += sign * step
                    ends.append(row_densities(*moved, level, codes, values)[0])
                assert slope[i] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=2e-5, abs=1e-4)


def test_the_graph_has_the_derivatives_of_the_density(tmp_path: Path) -> None:
    observations = observed(tmp_path, CASES["everything else"])
    mean, cv = pt.dvector(), pt.dvector()
    with pm.Model():
        total = 3.0 * direct_log_likelihood(observations, mean, cv)
    function = pytensor.function([mean, cv], pt.grad(total, [mean, cv]), mode="FAST_COMPILE")
    point = parameter_points(observations, 1)[0]
    wanted = row_densities(*point, scatter_levels(observations.scatter), *terms(observations))[1:]
    for got, one in zip(function(*point), wanted, strict=True):
        assert got == pytest.approx(3.0 * one)
