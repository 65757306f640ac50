"""EVSI against closed forms: n samples with noise variance v leave sigma^2 - beta^2 t^4 / (t^2 + v / n)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayescarbon.information import evppi, evsi
from tests.information import closed_forms as exact

GRID = (1, 3, 10, 30, 100)
BETA, PRIOR, NOISE, REST = 1.5, 0.8, 2.0, 0.9
SD = float(np.sqrt((BETA * PRIOR) ** 2 + REST**2))


def simulated(seed: int, draws: int = exact.DRAWS) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Return an outcome, the quantity it depends on, and the means of n noisy samples of the quantity."""
    rng = np.random.default_rng(seed)
    quantity = PRIOR * rng.normal(size=draws)
    samples = quantity[:, None] + NOISE * rng.normal(size=(draws, max(GRID)))
    means = pd.DataFrame({n: samples[:, :n].mean(axis=1) for n in GRID})
    return 10 + BETA * quantity + REST * rng.normal(size=draws), quantity, means


def left(n: int) -> float:
    """Return the sd of the outcome that n samples leave."""
    return float(np.sqrt(SD**2 - BETA**2 * PRIOR**4 / (PRIOR**2 + NOISE**2 / n)))


@pytest.mark.parametrize("p", [0.1, 0.4])
def test_normal(p: float) -> None:
    outcome, _, means = simulated(1)
    found = evsi(outcome, means, p=p)
    assert list(found.index) == list(GRID)
    for n in GRID:
        worth, gain = exact.normal_evppi(SD, left(n), p), exact.normal_gain(SD, left(n), p)
        row = found.loc[n]
        assert abs(row["evsi"] - worth) <= max(0.03 * worth, 2.5 * row["evsi_se"])
        assert abs(row["issuance_gain"] - gain) <= max(0.03 * gain, 2.5 * row["issuance_gain_se"])


def test_lognormal() -> None:
    outcome, _, means = simulated(2)
    # The noise of the samples is normal on the logarithm: a chain of factors.
    found = evsi(np.exp(0.5 * outcome), np.exp(means))
    for n in GRID:
        worth = np.exp(5) * exact.lognormal_evppi(0.5 * SD, 0.5 * left(n), 0.1)
        assert abs(found.loc[n, "evsi"] - worth) <= max(0.03 * worth, 2.5 * found.loc[n, "evsi_se"])


def test_it_rises_towards_perfect_information() -> None:
    for seed in range(3, 8):
        outcome, quantity, means = simulated(seed)
        found = evsi(outcome, means)["evsi"].to_numpy()
        perfect = evppi(outcome, pd.DataFrame({"t": quantity})).loc["t", "evppi"]
        assert (np.diff(found) > 0).all()
        assert 0.85 * perfect < found[-1] < perfect


def test_designs_that_contradict_the_order_are_averaged() -> None:
    outcome, quantity, means = simulated(9)
    mixed = pd.DataFrame({"a": means[1], "b": means[100], "c": means[10], "d": means[100]})
    plain, rising = evsi(outcome, mixed), evsi(outcome, mixed, rising=True)
    assert plain.loc["b", "evsi"] > plain.loc["c", "evsi"]
    assert rising.loc["b", "evsi"] == rising.loc["c", "evsi"]
    assert plain.loc["c", "evsi"] < rising.loc["b", "evsi"] < plain.loc["b", "evsi"]
    assert rising.loc[["a", "d"], "evsi"].tolist() == plain.loc[["a", "d"], "evsi"].tolist()
    bounded = evsi(outcome, mixed, quantity=pd.DataFrame({"t": quantity}))
    assert (bounded["evsi"] <= plain["evsi"]).all()


def test_a_quantity_bounds_the_value_of_its_samples() -> None:
    outcome, _, means = simulated(10, draws=600)
    noise = np.random.default_rng(0).normal(size=600)
    # Samples cannot tell what the quantity itself does not.
    assert (evsi(outcome, means, quantity=noise)["evsi"] <= evsi(outcome, noise)["evsi"].iloc[0]).all()


def test_two_statistics_tell_more_than_either() -> None:
    rng = np.random.default_rng(11)
    parts = rng.normal(size=(2000, 2))
    noisy = parts + 0.5 * rng.normal(size=(2000, 2))
    outcome = 10 + parts.sum(axis=1)
    both = pd.DataFrame(noisy, columns=["first", "second"])
    found = evsi(outcome, {"first": both[["first"]], "second": both[["second"]], "both": both})
    kept = np.sqrt(2 - 2 / 1.25)
    assert found["evsi"].idxmax() == "both"
    assert found.loc["both", "evsi"] == pytest.approx(
        exact.normal_evppi(np.sqrt(2), kept, 0.1), abs=2.5 * found.loc["both", "evsi_se"]
    )


def test_one_design_or_many_in_any_container() -> None:
    outcome, _, means = simulated(12, draws=400)
    wanted = evsi(outcome, means).reset_index(drop=True)
    labelled = xr.DataArray(means.to_numpy(), dims=("sample", "n"), coords={"n": list(GRID)})
    assert evsi(outcome, labelled).index.tolist() == list(GRID)
    for container in (means.to_numpy(), labelled, labelled.T.transpose("sample", "n")):
        pd.testing.assert_frame_equal(evsi(outcome, container).reset_index(drop=True), wanted)
    one = evsi(outcome, means[10].to_numpy())
    assert one.to_numpy().tolist() == wanted.iloc[[2]].to_numpy().tolist()


def test_chains_are_flattened_as_the_outcome_is() -> None:
    outcome, _, means = simulated(13, draws=400)
    chained = xr.DataArray(outcome.reshape(4, 100), dims=("chain", "draw"))
    statistic = xr.DataArray(means.to_numpy().reshape(4, 100, 5), dims=("chain", "draw", "n"))
    flat = evsi(chained, means).reset_index(drop=True)
    for turned in (statistic, statistic.transpose("n", "draw", "chain")):
        pd.testing.assert_frame_equal(evsi(chained, turned).reset_index(drop=True), flat)
