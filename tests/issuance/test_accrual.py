"""Credits to be expected as samples accrue: the linear normal case in closed form, and its limits."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.special import ndtri

from bayescarbon.issuance.accrual import MIN_EFFECTIVE, expected_path
from bayescarbon.issuance.vintages import ratchet
from tests.issuance.joint import by_year, correlated

YEARS, SIZE = 4, 4000
MEAN, SD, NOISE = 2.0, 0.5, 1.0
PER_UNIT, YEARLY_SD = 100.0, 20.0


def world(sd: float = SD) -> tuple[xr.DataArray, xr.DataArray]:
    """Return net removal 100 theta + e in each of four years, e independent, and theta; moments are exact."""
    covariance = np.diag([sd**2, *[YEARLY_SD**2] * YEARS])
    theta, *errors = correlated([MEAN, *[0.0] * YEARS], covariance, SIZE, seed=9, exact=True)
    net = by_year((PER_UNIT * theta + np.array(errors)).reshape(YEARS, 4, -1))
    return net, xr.DataArray(theta.reshape(4, -1), dims=("chain", "draw"))


@pytest.mark.parametrize(
    "rule_z", [("posterior_q10", ndtri(0.10)), ("posterior_q40", ndtri(0.40)), ("accu_soil", -0.2533)]
)
@pytest.mark.parametrize("samples", [3, [0, 10, 0, 5]])
def test_linear_normal_path(rule_z: tuple[str, float], samples: int | list[int]) -> None:
    net, theta = world()
    rule, z = rule_z
    table = expected_path(net, theta, noise=NOISE, samples=samples, rule=rule)
    year = np.arange(1, YEARS + 1)
    accrued = np.cumsum(np.broadcast_to(samples, YEARS))
    # What the data leave of the parameter's variance does not depend on how they come out.
    left = 1.0 / (1.0 / SD**2 + accrued / NOISE**2)
    spread = np.sqrt((year * PER_UNIT) ** 2 * left + year * YEARLY_SD**2)
    assert table["samples"].tolist() == accrued.tolist()
    assert table["mean"].to_numpy() == pytest.approx(year * PER_UNIT * MEAN)
    assert table["issuable"].to_numpy() == pytest.approx(year * PER_UNIT * MEAN + z * spread, rel=6e-3)
    # Removals far above their errors: next to nothing is ever owed.
    assert table["issued_cumulative"].to_numpy() == pytest.approx(table["issuable"].to_numpy(), rel=5e-3)
    assert table["reliable"].all()


def test_what_the_data_leave_is_spread_over_the_futures() -> None:
    net, theta = world()
    table = expected_path(
        net.isel(year=[0]), theta, noise=NOISE, samples=4, rule="accu_soil", replicates=1024
    )
    # The posterior mean of theta varies over futures with the variance that the data take away.
    taken = SD**2 - 1.0 / (1.0 / SD**2 + 4 / NOISE**2)
    width = 2 * ndtri(0.95) * PER_UNIT * np.sqrt(taken)
    found = table["issued_q95"] - table["issued_q05"]
    assert found.iloc[0] == pytest.approx(width, rel=0.06)
    assert table["issued_mcse"].iloc[0] == pytest.approx(PER_UNIT * np.sqrt(taken / 1024), rel=0.06)


def test_without_samples_it_is_the_ratchet_of_today() -> None:
    net, theta = world()
    table, today = expected_path(net, theta, noise=NOISE, samples=0), ratchet(net)
    # Each future leaves one draw out of 4000.
    for expected, known in (
        ("mean", "cumulative_mean"),
        *((name, name) for name in ("issuable", "issued", "deficit")),
    ):
        assert table[expected].to_numpy() == pytest.approx(today[known].to_numpy(), rel=1e-3, abs=1e-6)
    assert table["effective_draws"].to_numpy() == pytest.approx(SIZE - 1)


def test_samples_of_what_the_removal_does_not_depend_on_change_nothing() -> None:
    net, theta = world()
    unrelated = theta.copy(
        data=np.random.default_rng(4).permutation(theta.values.ravel()).reshape(theta.shape)
    )
    table, today = expected_path(net, unrelated, noise=NOISE, samples=3), ratchet(net)
    # By chance the weighted tails differ a little between futures.
    assert table["issuable"].to_numpy() == pytest.approx(today["issuable"].to_numpy(), rel=0.02)


def test_more_samples_are_worth_more_credits() -> None:
    net, theta = world()
    last = [
        expected_path(net, theta, noise=NOISE, samples=n)["issued_cumulative"].iloc[-1] for n in (0, 1, 3, 9)
    ]
    assert (np.diff(last) > 10).all()


def test_a_removal_in_doubt_is_issued_at_times_and_owed_at_times() -> None:
    # theta is 0.2 +- 0.5: after data the sum may be issuable in one year and not in the next.
    net, theta = world()
    table = expected_path(net - 180.0, theta, noise=NOISE, samples=3, rule="posterior_q40")
    assert (table["deficit"].to_numpy()[1:] > 0.5).all()
    assert (table["issued_cumulative"] - table["deficit"]).tolist() == pytest.approx(
        table["issuable"].tolist()
    )
    assert table["issued"].cumsum().tolist() == pytest.approx(table["issued_cumulative"].tolist())


def test_too_sharp_data_for_the_draws_give_no_figures() -> None:
    net, theta = world()
    table = expected_path(net, theta, noise=0.02, samples=[1, 30, 30, 30])
    broken = ~table["reliable"]
    assert broken.tolist() == (table["effective_draws"] < MIN_EFFECTIVE).tolist()
    assert broken.iloc[-1]
    assert table.loc[broken, ["issuable", "issued", "issued_cumulative", "deficit"]].isna().all(axis=None)
    assert table["mean"].notna().all()


def test_the_seed_fixes_the_futures() -> None:
    net, theta = world()
    first, again = (expected_path(net, theta, noise=NOISE, samples=3, replicates=32) for _ in range(2))
    assert first.equals(again)
    assert not first.equals(expected_path(net, theta, noise=NOISE, samples=3, replicates=32, seed=1))


def test_refusals() -> None:
    net, theta = world()
    for changed, message in (
        ({"noise": 0.0}, "noise is 0.0"),
        ({"samples": [1, 2]}, r"samples is \[1, 2\]; give one whole number"),
        ({"samples": -1}, "samples is -1"),
        ({"samples": 1.5}, "samples is 1.5"),
        ({"replicates": 1}, "replicates is 1"),
        ({"rule": "vmd0017"}, "formula is not verified"),
    ):
        with pytest.raises(ValueError, match=message):
            expected_path(net, theta, **{"noise": NOISE, "samples": 3} | changed)  # type: ignore[arg-type]
    for other in (
        theta.isel(draw=slice(10)),
        theta.transpose("draw", "chain").rename(draw="chain", chain="draw"),
    ):
        with pytest.raises(ValueError, match="not the same draws"):
            expected_path(net, other, noise=NOISE, samples=3)
    with pytest.raises(ValueError, match="parameter: not a finite number"):
        expected_path(net, theta.where(theta > MEAN), noise=NOISE, samples=3)
    with pytest.raises(ValueError, match="allow_unconverged=True"):
        expected_path(net.assign_coords(converged=False), theta, noise=NOISE, samples=3)
