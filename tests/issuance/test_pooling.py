"""What crediting together gains, against the closed form of equally correlated normal batches."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from bayescarbon.issuance.issue import issue
from bayescarbon.issuance.pooling import pooling
from bayescarbon.study.rules import rules
from tests.issuance.joint import by_batch, correlated, equicorrelated, joint_draws

QUANTILES = [rule.name for rule in rules().values() if rule.computable and rule.family == "quantile"]
NUMBER, MEAN, SD = 5, 100.0, 20.0


def equal_batches(correlation: float, size: int, *, exact: bool) -> xr.DataArray:
    """Return five equal normal batches, equally correlated."""
    covariance = equicorrelated([SD] * NUMBER, correlation)
    return by_batch(correlated([MEAN] * NUMBER, covariance, size, seed=8, exact=exact))


@pytest.mark.parametrize("correlation", [0.0, 0.25, 0.7, 0.95])
def test_equal_normal_batches(correlation: float) -> None:
    # sd of the sum: SD sqrt(n (1 + (n - 1) r)); alone each loses z SD.
    spread = SD * np.sqrt(NUMBER * (1 + (NUMBER - 1) * correlation))
    found = pooling(equal_batches(correlation, 400, exact=True), "accu_soil")
    assert found.alone == pytest.approx(NUMBER * (MEAN - 0.2533 * SD))
    assert found.together == pytest.approx(NUMBER * MEAN - 0.2533 * spread)
    assert found.gain == pytest.approx(0.2533 * (NUMBER * SD - spread))
    assert found.common_share == pytest.approx(
        NUMBER * correlation / (1 + (NUMBER - 1) * correlation), abs=1e-9
    )
    assert (found.rule, found.batches) == ("accu_soil", NUMBER)


def test_quantiles_of_equal_normal_batches() -> None:
    net = equal_batches(0.25, 200_000, exact=False)
    spread = SD * np.sqrt(NUMBER * (1 + (NUMBER - 1) * 0.25))
    gain = -ndtri(0.10) * (NUMBER * SD - spread)
    # Errors of six quantiles at 200,000 draws, 0.4 together.
    assert pooling(net, "posterior_q10").gain == pytest.approx(gain, abs=1.2)


@given(
    name=st.sampled_from(QUANTILES),
    draws=st.lists(st.floats(1.0, 100.0), min_size=2, max_size=40),
    powers=st.lists(st.floats(0.2, 3.0), min_size=1, max_size=4),
)
def test_batches_that_rise_together_gain_nothing(name: str, draws: list[float], powers: list[float]) -> None:
    found = pooling(by_batch([np.power(draws, power) for power in powers]), name)
    assert found.gain == pytest.approx(0.0, abs=1e-9 * max(1.0, found.alone))


@settings(max_examples=40)
@given(net=joint_draws(), name=st.sampled_from([rule.name for rule in rules().values() if rule.computable]))
def test_the_record_is_what_issue_says(net: xr.DataArray, name: str) -> None:
    found = pooling(net, name)
    assert found.alone == pytest.approx(sum(issue(one, name).issued for one in net))
    assert found.together == pytest.approx(issue(net.sum("batch"), name).issued)
    assert found.gain == found.together - found.alone
    assert found.common_share is None or 0.0 <= found.common_share <= 1.0


def test_one_error_in_proportion_to_every_batch_is_all_common() -> None:
    shared = np.array([0.8, 0.9, 1.0, 1.1, 1.3])
    assert pooling(by_batch([100 * shared, 20 * shared, 3 * shared])).common_share == pytest.approx(1.0)
    # Hedged batches: the sum varies less than its parts would by themselves.
    assert pooling(by_batch([100 * shared, -60 * shared])).common_share == 0.0


def test_nothing_to_pool_has_no_common_share() -> None:
    assert pooling(by_batch([[1.0, 2.0, 3.0]])).common_share is None
    assert pooling(by_batch([[2.0, 2.0], [3.0, 3.0]])).common_share is None


def test_a_release_counts_only_in_the_sum() -> None:
    found = pooling(by_batch([[100.0, 110.0, 120.0], [-30.0, -30.0, -30.0]]), "posterior_q40")
    assert found.gain == pytest.approx(-30.0)
