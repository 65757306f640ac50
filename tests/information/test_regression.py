"""Features, forward regression, products, scales and standard errors: the parts that the values are made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import rankdata

from bayescarbon.information.features import main_features, midranks, normal_scores
from bayescarbon.information.interactions import products
from bayescarbon.information.regression import bar, design, fitted, forward, without
from bayescarbon.information.scales import scales
from bayescarbon.information.standard_error import inefficiency, standard_error
from tests.information.closed_forms import autoregressive

SIZE = 500


@given(values=st.lists(st.sampled_from([-2.0, 0.0, 0.5, 3.0, 3.5, 9.0]), min_size=1, max_size=40))
def test_midranks_are_average_ranks(values: list[float]) -> None:
    assert midranks(np.array(values)).tolist() == (rankdata(values) - 1).tolist()


def test_normal_scores_are_normal_quantiles() -> None:
    scores = normal_scores(np.array([3.0, -1.0, 7.0, 4.0]))
    assert scores.tolist() == pytest.approx(ndtri([0.375, 0.125, 0.875, 0.625]).tolist())


class TestFeatures:
    @pytest.mark.parametrize("kind", ["different", "tied", "whole", "binary"])
    def test_orthonormal_over_the_draws(self, kind: str) -> None:
        values = np.random.default_rng(0).normal(size=SIZE)
        values = {
            "different": values,
            "tied": np.round(values, 1),
            "whole": np.round(values),
            "binary": np.sign(values),
        }[kind]
        made = main_features(values)
        assert made.mean(axis=0) == pytest.approx(0, abs=1e-9)
        assert made.T @ made / SIZE == pytest.approx(np.eye(made.shape[1]), abs=1e-9)
        # As many as there are values to tell apart, at most.
        assert made.shape[1] <= len(np.unique(values)) - 1
        assert main_features(np.ones(SIZE)).shape == (SIZE, 0)

    def test_they_hold_lines_parabolas_and_cubics_of_the_scores(self) -> None:
        values = np.random.default_rng(1).normal(size=SIZE)
        scores, made = normal_scores(values), main_features(values)
        for power in (1, 2, 3):
            target = scores**power - np.mean(scores**power)
            few = made[:, :power]
            assert few @ (few.T @ target) / SIZE == pytest.approx(target, abs=1e-7)

    def test_they_hold_smooth_functions(self) -> None:
        values = np.random.default_rng(2).random(2000)
        made = main_features(values)
        for target in (np.exp(values), np.sin(4 * np.pi * values), np.abs(values - 0.5)):
            centred = target - target.mean()
            left = centred - made @ (made.T @ centred) / 2000
            assert left.var() < 0.002 * target.var()


class TestForward:
    def test_it_is_least_squares_on_what_it_chose(self) -> None:
        rng = np.random.default_rng(3)
        features = rng.normal(size=(SIZE, 12)) @ rng.normal(size=(12, 12))
        target = features[:, 2] - 0.5 * features[:, 7] + 0.1 * rng.normal(size=SIZE)
        chosen, predicted = fitted(features, target, 1.0)
        table = np.column_stack([np.ones(SIZE), features[:, chosen]])
        wanted = table @ np.linalg.lstsq(table, target, rcond=None)[0]
        assert predicted == pytest.approx(wanted, abs=1e-9)
        assert {2, 7} <= set(chosen.tolist())

    def test_noise_is_usually_left_out(self) -> None:
        rng = np.random.default_rng(4)
        kept = [len(fitted(rng.normal(size=(SIZE, 20)), rng.normal(size=SIZE), 1.0)[0]) for _ in range(50)]
        assert np.mean(np.array(kept) > 0) < 0.25

    def test_combinations_and_constants_are_left_out(self) -> None:
        rng = np.random.default_rng(5)
        one = rng.normal(size=(SIZE, 1))
        features = np.hstack([one, 2 * one, np.zeros((SIZE, 1)), one + rng.normal(size=(SIZE, 1))])
        chosen, predicted = fitted(features, 3 * one[:, 0], 1.0)
        assert len(chosen) == 1
        assert predicted == pytest.approx(3 * one[:, 0])

    def test_the_bar_rises_with_candidates_and_correlation(self) -> None:
        assert bar(10) < bar(100) < bar(100, 2.0) == 2 * bar(100)

    def test_several_targets_share_their_features(self) -> None:
        gram, cross = np.eye(3), np.array([[0.5, 0.0], [0.0, 0.0], [0.0, 0.9]])
        chosen, slopes = forward(gram, cross, np.ones(2), 100, bar(3))
        assert chosen.tolist() == [2, 0]
        assert slopes == pytest.approx(cross[[2, 0]])

    def test_moments_leave_each_fold_out(self) -> None:
        rng = np.random.default_rng(6)
        features, target = rng.normal(size=(30, 4)), rng.normal(size=30)
        folds = (slice(0, 9), slice(9, 30))
        made = design(features, folds)
        means, crosses = made.crosses(target)
        for k, fold in enumerate(folds):
            rest, other = without(features, fold), without(target, fold)
            assert made.training(k).tolist() == rest.tolist()
            assert made.grams[k] == pytest.approx(np.cov(rest.T, bias=True))
            assert means[k] == pytest.approx(other.mean())
            centred = other - other.mean()
            assert crosses[k] == pytest.approx((rest - rest.mean(axis=0)).T @ centred / len(rest))


class TestProducts:
    def test_it_finds_them_and_no_others(self) -> None:
        rng = np.random.default_rng(7)
        mains = [main_features(column) for column in rng.normal(size=(6, 2000))]
        target = mains[0][:, 0] + mains[1][:, 0] * mains[4][:, 0] + rng.normal(size=2000)
        found = products(mains, target, 1.0, 50)
        assert found.owners[0] == (1, 4)
        assert set(found.owners) == {(1, 4)}
        assert np.abs(found.features[:, 0]) == pytest.approx(np.abs(mains[1][:, 0] * mains[4][:, 0]))

    def test_three_at_once(self) -> None:
        rng = np.random.default_rng(8)
        mains = [main_features(column) for column in rng.normal(size=(4, 4000))]
        line = [main[:, 0] for main in mains]
        target = line[0] * line[1] + line[0] * line[1] * line[2] + 0.3 * rng.normal(size=4000)
        assert (0, 1, 2) in products(mains, target, 1.0, 50).owners

    @pytest.mark.parametrize("count", [1, 2])
    def test_nothing_to_find(self, count: int) -> None:
        rng = np.random.default_rng(9)
        mains = [main_features(column) for column in rng.normal(size=(count, SIZE))]
        assert products(mains, mains[0][:, 0], 1.0, 50).features.shape == (SIZE, 0)


class TestScales:
    @pytest.mark.parametrize(
        "make", [lambda z: z, np.exp, lambda z: -np.exp(0.5 * z), lambda z: z**3, np.abs]
    )
    def test_there_and_back(self, make: np.ufunc) -> None:
        outcome = make(np.random.default_rng(10).normal(size=SIZE))
        for scale in scales(outcome):
            assert scale.back(scale.values) == pytest.approx(outcome, rel=1e-9, abs=1e-9)
            # Rising, so that a quantile there is a quantile here.
            assert (np.diff(scale.values[np.argsort(outcome)]) >= 0).all()

    @pytest.mark.parametrize("shift", [-40.0, 0.0, 3.0])
    def test_the_straightened_lognormal_is_normal(self, shift: float) -> None:
        z = normal_scores(np.random.default_rng(11).normal(size=4000))
        straight = scales(shift + 5 * np.exp(0.4 * z))[0]
        assert np.corrcoef(straight.values, z)[0, 1] > 1 - 1e-9
        assert straight.asymptote == pytest.approx(shift, abs=0.05)


class TestStandardError:
    @pytest.mark.parametrize("a", [0.0, 0.5, 0.9])
    def test_it_is_the_spread_of_repeated_means(self, a: float) -> None:
        means, errors = [], []
        for repeat in range(200):
            chains = autoregressive(np.random.default_rng(repeat), a, 4, 1000, 1)
            means.append(chains.mean())
            errors.append(float(standard_error(chains.ravel(), 4)))
        # A chain that starts anywhere is a little too good; 200 repeats are known within 10 %.
        assert np.mean(errors) == pytest.approx(np.std(means), rel=0.2)

    def test_alternating_chains_get_no_credit(self) -> None:
        chains = autoregressive(np.random.default_rng(0), -0.8, 4, 500, 1).ravel()
        assert float(standard_error(chains, 4)) == float(standard_error(chains, 0))
        assert inefficiency(chains, 4) == 1.0

    def test_columns_are_treated_one_by_one(self) -> None:
        values = np.random.default_rng(1).normal(size=(200, 3))
        for chains in (0, 2):
            together = standard_error(values, chains)
            single = [float(standard_error(column, chains)) for column in values.T]
            assert together.tolist() == pytest.approx(single)

    def test_inefficiency_of_an_autoregression(self) -> None:
        chains = autoregressive(np.random.default_rng(2), 0.8, 8, 4000, 1)
        assert inefficiency(chains.ravel(), 8) == pytest.approx(1.8 / 0.2, rel=0.25)
