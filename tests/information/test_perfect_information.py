"""EVPPI and the credits it frees, against closed forms; its standard error, against repeated samples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.special import ndtri

from bayescarbon.information import evppi
from tests.information import closed_forms as exact

#: Shares of the variance that a parameter explains.
SHARES = (0.02, 0.1, 0.4, 0.8, 0.97)


def partly(outcome: np.ndarray, shares: tuple[float, ...], rng: np.random.Generator) -> pd.DataFrame:
    """Return normal parameters, each of which explains a share of a standard normal outcome."""
    noise = rng.normal(size=(len(outcome), len(shares)))
    share = np.array(shares)
    return exact.named(np.sqrt(share) * outcome[:, None] + np.sqrt(1 - share) * noise)


def assert_near(found: pd.DataFrame, evppis: np.ndarray, gains: np.ndarray) -> None:
    """Hold against exact values: 3 % or two standard errors; three where many are compared at once."""
    for name, wanted in (("evppi", evppis), ("issuance_gain", gains)):
        error = np.abs(found[name].to_numpy() - wanted)
        assert (error <= np.maximum(0.03 * np.abs(wanted), 3 * found[f"{name}_se"].to_numpy())).all(), name


class TestClosedForms:
    @pytest.mark.parametrize("p", [0.05, 0.1, 0.33, 0.5, 0.8])
    def test_normal(self, p: float) -> None:
        rng = np.random.default_rng(11)
        outcome = rng.normal(size=exact.DRAWS)
        found = evppi(100 + 20 * outcome, partly(outcome, SHARES, rng), p=p)
        left = 20 * np.sqrt(1 - np.array(SHARES))
        assert_near(
            found,
            np.array([exact.normal_evppi(20, s, p) for s in left]),
            np.array([exact.normal_gain(20, s, p) for s in left]),
        )

    @pytest.mark.parametrize("s", [0.2, 0.5, 0.9])
    @pytest.mark.parametrize("p", [0.1, 0.4])
    def test_lognormal(self, s: float, p: float) -> None:
        rng = np.random.default_rng(12)
        outcome = rng.normal(size=exact.DRAWS)
        found = evppi(np.exp(s * outcome), partly(outcome, SHARES, rng), p=p)
        left = s * np.sqrt(1 - np.array(SHARES))
        assert_near(
            found,
            np.array([exact.lognormal_evppi(s, one, p) for one in left]),
            np.array([exact.lognormal_gain(s, one, p) for one in left]),
        )

    def test_correlated_parameters_and_groups_of_them(self) -> None:
        weights = np.array([1.0, 0.8, 0.5, 0.0])
        covariance = 0.6 ** np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
        draws = exact.correlated(np.random.default_rng(13), covariance)
        noise = np.random.default_rng(14).normal(size=exact.DRAWS)
        sd = float(np.sqrt(weights @ covariance @ weights + 1))
        groups = {"x0": ["x0"], "x3": ["x3"], "first two": ["x0", "x1"], "ends": ["x0", "x3"]}
        found = evppi(draws @ weights + noise, exact.named(draws), groups=groups, floor=None)
        left = []
        for members in ([0], [3], [0, 1], [0, 3]):
            cross = covariance[members] @ weights
            left.append(sd**2 - cross @ np.linalg.solve(covariance[np.ix_(members, members)], cross))
        assert list(found.index) == list(groups)
        assert_near(
            found,
            np.array([exact.normal_evppi(sd, np.sqrt(v), 0.1) for v in left]),
            np.array([exact.normal_gain(sd, np.sqrt(v), 0.1) for v in left]),
        )

    @pytest.mark.parametrize("seed", range(4))
    def test_everything_is_worth_the_full_value(self, seed: int) -> None:
        draws = np.random.default_rng(seed).normal(size=(exact.DRAWS, 8))
        for outcome in (draws @ (1 / np.arange(1, 9)), np.exp(draws @ np.full(8, 0.15))):
            found = evppi(
                outcome, exact.named(draws), groups={"all": [f"x{i}" for i in range(8)]}, floor=None
            )
            full = exact.pinball(float(np.quantile(outcome, 0.1)), outcome, 0.1)
            assert 0.97 * full <= found.loc["all", "evppi"] <= full

    def test_a_spread_that_depends_on_the_parameter(self) -> None:
        # S = exp(t / 2) times a standard normal has no location to learn: the value is that of the spread alone.
        rng = np.random.default_rng(15)
        t = rng.normal(size=exact.DRAWS)
        outcome = np.exp(0.5 * t) * rng.normal(size=exact.DRAWS)
        many = np.exp(0.5 * ndtri((np.arange(2000) + 0.5) / 2000))[:, None]
        normals = ndtri((np.arange(2000) + 0.5) / 2000)
        mixture = (many * normals).ravel()
        worth = exact.pinball(float(np.quantile(mixture, 0.1)), mixture, 0.1)
        worth -= exact.density(float(ndtri(0.1))) * np.exp(0.125)
        found = evppi(outcome, exact.named(t[:, None]), floor=None).loc["x0"]
        assert abs(found["evppi"] - worth) < 2 * found["evppi_se"]
        assert found["evppi"] > 5 * found["evppi_se"]

    def test_a_parameter_that_switches_between_two_outcomes(self) -> None:
        # Given the switch the outcome is one of two normals; no straight line or normal residual holds overall.
        rng = np.random.default_rng(16)
        switch = (rng.random(exact.DRAWS) < 0.3).astype(float)
        outcome = rng.normal(size=exact.DRAWS) * np.where(switch > 0, 1.0, 0.3) + 5 * switch
        normals = ndtri((np.arange(20000) + 0.5) / 20000)
        mixture = np.concatenate([np.repeat(5 + normals, 3), np.repeat(0.3 * normals, 7)])
        worth = exact.pinball(float(np.quantile(mixture, 0.1)), mixture, 0.1)
        worth -= exact.density(float(ndtri(0.1))) * (0.3 * 1.0 + 0.7 * 0.3)
        found = evppi(outcome, exact.named(switch[:, None]), floor=None).loc["x0"]
        assert abs(found["evppi"] - worth) < 2.5 * found["evppi_se"]
        assert found["evppi"] > 10 * found["evppi_se"]


class TestErrors:
    def test_they_cover_at_their_level(self) -> None:
        shares = (0.01, 0.1, 0.7)
        left = np.sqrt(1 - np.array(shares))
        wanted = np.stack(
            [
                [exact.normal_evppi(1.0, s, 0.1) for s in left],
                [exact.normal_gain(1.0, s, 0.1) for s in left],
            ],
            axis=1,
        )
        inside = []
        for repeat in range(100):
            rng = np.random.default_rng(500 + repeat)
            outcome = rng.normal(size=1000)
            found = evppi(outcome, partly(outcome, shares, rng), floor=None)
            errors = found[["evppi_se", "issuance_gain_se"]].to_numpy()
            inside.append(np.abs(found[["evppi", "issuance_gain"]].to_numpy() - wanted) < 1.96 * errors)
        covered = np.mean(inside, axis=0)
        # 95 % wanted; four standard errors of 100 repeats below it.
        assert (covered >= 0.87).all()
        # And not by being wide: where there is something to find, they miss now and then.
        assert covered[1:].mean() < 0.99

    def test_correlated_chains_are_worth_fewer_draws(self) -> None:
        errors, values = [], []
        for repeat in range(40):
            chains = exact.autoregressive(np.random.default_rng(repeat), 0.8, 4, 500, 2)
            y = xr.DataArray(chains[:, :, 0], dims=("chain", "draw"))
            t = (np.sqrt(0.7) * chains[:, :, 0] + np.sqrt(0.3) * chains[:, :, 1]).reshape(-1, 1)
            found = evppi(y, exact.named(t), floor=None).loc["x0"]
            errors.append(found["evppi_se"])
            values.append(found["evppi"])
        wanted = exact.normal_evppi(1.0, np.sqrt(0.3), 0.1)
        assert np.mean(np.abs(np.array(values) - wanted) < 1.96 * np.array(errors)) >= 0.82
        assert np.mean(errors) == pytest.approx(np.std(values, ddof=1), rel=0.35)
        # As if they were independent the error would be less than two thirds of it.
        naive = evppi(y.values.ravel(), exact.named(t), floor=None).loc["x0", "evppi_se"]
        assert naive < 0.66 * np.mean(errors)


class TestIrrelevant:
    def test_one_is_worth_nothing_within_its_error(self) -> None:
        worth = []
        for repeat in range(30):
            rng = np.random.default_rng(900 + repeat)
            found = evppi(rng.lognormal(size=800), exact.named(rng.normal(size=(800, 2))))
            assert (found["evppi"] <= 2 * found["evppi_se"]).all()
            worth += found["evppi"].tolist()
        # Nothing is learned from most of them, and then nothing is gained, exactly.
        assert np.mean(np.array(worth) == 0) > 0.7

    def test_many_together_are_worth_nothing_within_their_error(self) -> None:
        rng = np.random.default_rng(17)
        found = evppi(
            rng.normal(size=2000),
            exact.named(rng.normal(size=(2000, 15))),
            groups={"all": named(15)},
            floor=None,
        )
        assert found.loc["all", "evppi"] <= 2 * found.loc["all", "evppi_se"]

    def test_they_do_not_hide_one_that_matters(self) -> None:
        rng = np.random.default_rng(18)
        draws = rng.normal(size=(exact.DRAWS, 12))
        outcome = draws[:, 0] + rng.normal(size=exact.DRAWS)
        found = evppi(outcome, exact.named(draws), groups={"one": ["x0"], "all": named(12)}, floor=None)
        assert found.loc["all", "evppi"] == pytest.approx(found.loc["one", "evppi"], rel=0.05)


def named(k: int) -> list[str]:
    """Return the columns of `closed_forms.named`."""
    return [f"x{i}" for i in range(k)]


class TestResidualCheck:
    def test_a_fit_that_holds_is_not_accused(self) -> None:
        values = []
        for repeat in range(20):
            rng = np.random.default_rng(repeat)
            outcome = rng.normal(size=1000)
            values += evppi(outcome, partly(outcome, (0.3, 0.8), rng), floor=None)["residual_check"].tolist()
        assert np.mean(np.array(values) < 0.05) < 0.15

    @pytest.mark.parametrize("wave", [np.sin, lambda t: np.sign(np.sin(t))])
    def test_a_wave_too_fine_for_the_features_is_reported(
        self, wave: Callable[[np.ndarray], np.ndarray]
    ) -> None:
        rng = np.random.default_rng(19)
        t = rng.random(exact.DRAWS)
        outcome = wave(15 * np.pi * t) + 0.3 * rng.normal(size=exact.DRAWS)
        assert evppi(outcome, exact.named(t[:, None]), floor=None).loc["x0", "residual_check"] < 0.01
