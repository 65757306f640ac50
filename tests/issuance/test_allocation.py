"""Parts of the credits of all batches: they add up, follow the closed form, and know their Monte Carlo error."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from bayescarbon.issuance.allocation import _parts, allocate
from bayescarbon.issuance.families import formula, needed_levels, nominal_level
from bayescarbon.issuance.issue import issue
from bayescarbon.issuance.statistics import statistics
from bayescarbon.study.rules import Rule, named_rule, rules
from tests.issuance.joint import by_batch, correlated, equicorrelated, joint_draws

RULES = [rule for rule in rules().values() if rule.computable]
MEAN, SD = np.array([100.0, 50.0, 30.0, -5.0]), np.array([20.0, 15.0, 5.0, 4.0])
COVARIANCE = equicorrelated(SD.tolist(), 0.4)
#: Standard deviations that each rule takes off a normal posterior, by its document's numbers.
DEVIATIONS = {
    "posterior_q40": -ndtri(0.40),
    "posterior_q10": -ndtri(0.10),
    "posterior_q05": -ndtri(0.05),
    "accu_soil": 0.2533,
    "vm0042": ndtri(0.667),
    "vcs_mr24": 0.4307 / 1.6449 * ndtri(0.95),
    "art_trees": 0.524417 / 1.645006 * ndtri(0.95),
}


def closed_form(deviations: float) -> np.ndarray:
    """Return mu_b - z cov(S_b, S) / sd(S) of the normal batches."""
    return np.asarray(MEAN - deviations * COVARIANCE.sum(axis=1) / np.sqrt(COVARIANCE.sum()))


def normal_batches(size: int, seed: int, *, exact: bool = False) -> xr.DataArray:
    """Return four correlated normal batches in four chains."""
    return by_batch(correlated(MEAN.tolist(), COVARIANCE, size, seed, exact=exact).reshape(4, 4, -1))


@given(net=joint_draws(), rule=st.sampled_from(RULES), conservative=st.booleans())
def test_parts_add_up_for_any_draws(net: xr.DataArray, rule: Rule, conservative: bool) -> None:
    table = allocate(net, rule, conservative=conservative)
    issued = issue(net.sum("batch"), rule, conservative=conservative).issued
    assert table["batch"].tolist() == net["batch"].values.tolist()
    assert table["allocated"].sum() == pytest.approx(
        issued, abs=1e-9 * max(1.0, table["allocated"].abs().sum())
    )
    assert (table["allocated_mcse"] >= 0).all()
    alone = [issue(one, rule, conservative=conservative).issued for one in net]
    assert table["alone"].tolist() == pytest.approx(alone)
    if issued > 0:
        assert table["share"].sum() == pytest.approx(1.0, abs=1e-9 * max(1.0, table["share"].abs().sum()))
    else:
        assert (table["allocated"] == 0).all() and table["share"].isna().all()


@given(net=joint_draws(), rule=st.sampled_from(RULES))
def test_they_add_up_by_themselves_not_by_being_scaled(net: xr.DataArray, rule: Rule) -> None:
    total = net.sum("batch").values.ravel()
    read = statistics(total, needed_levels([rule]))
    figure = float(formula(rule, read)[0])
    assume(figure > 0 and read.mean > 0)
    parts = _parts(rule, net.values, np.inf, False)
    assert parts.amounts.sum() == pytest.approx(figure, rel=1e-6, abs=1e-6 * np.abs(parts.amounts).sum())


@pytest.mark.parametrize(("name", "deviations"), DEVIATIONS.items())
def test_normal_batches_have_the_closed_form(name: str, deviations: float) -> None:
    table = allocate(normal_batches(40_000, seed=5), name)
    error = table["allocated"].to_numpy() - closed_form(deviations)
    mcse = table["allocated_mcse"].to_numpy()
    assert (np.abs(error) < 4 * mcse).all()
    # Less than one part in a hundred of the standard deviations themselves: a wrong form would show.
    assert (mcse < 0.02 * SD).all()


@pytest.mark.parametrize("name", ["accu_soil", "vm0042"])
def test_rules_of_mean_and_sd_have_it_without_error(name: str) -> None:
    table = allocate(normal_batches(400, seed=6, exact=True), name)
    assert table["allocated"].to_numpy() == pytest.approx(closed_form(DEVIATIONS[name]), rel=1e-8)


def test_a_quantile_asks_what_the_batches_are_there_and_not_on_average() -> None:
    # The total is uniform on 0 to 100 and the first batch is S^2 / 100: at the 10 % quantile it is 1, while the line
    # through all draws would say -6.7.
    total = 100 * (np.arange(200_000) + 0.5) / 200_000
    table = allocate(by_batch([total**2 / 100, total - total**2 / 100]), "posterior_q10")
    assert table["allocated"].tolist() == pytest.approx([1.0, 9.0], abs=0.05)


def test_a_quantile_between_draws_that_are_all_alike_and_the_next() -> None:
    # Eleven draws of 5 and one of 100: the 95 % quantile is 5 + 0.45 x 95, and the draws nearest to it are all 5. The
    # batch that is always 2 is 2 there as well.
    total = np.array([5.0] * 11 + [100.0])
    table = allocate(by_batch([np.full(12, 2.0), total - 2.0]), Rule("own", "quantile", {"level": 0.95}))
    assert table["allocated"].tolist() == pytest.approx([2.0, 45.75])


def test_known_batches_bear_no_deduction() -> None:
    uncertain = correlated([200.0], np.array([[900.0]]), 4000, seed=2)[0]
    for name in DEVIATIONS:
        table = allocate(by_batch([np.full(4000, 70.0), uncertain]), name)
        assert table["allocated"].iloc[0] == pytest.approx(70.0, rel=1e-9)
        assert table["allocated_mcse"].iloc[0] == pytest.approx(0.0, abs=1e-9)


def test_within_the_dead_band_a_batch_keeps_its_mean() -> None:
    net = by_batch(correlated([100.0, 60.0], equicorrelated([5.0, 4.0], 0.2), 4000, seed=3))
    table = allocate(net, "vm0033")
    assert table["allocated"].to_numpy() == pytest.approx(net.mean(("chain", "draw")).values)
    assert table["allocated"].to_numpy() == pytest.approx(table["alone"].to_numpy())


def test_on_the_edge_of_a_step_the_step_below_counts() -> None:
    # Draws 60 +- 10 in even steps: the 90 % half-width is 9, U = 15 % exactly, the discount 0.25 x 9. The batch that is
    # known bears none of it.
    total = 60.0 + np.arange(-10.0, 11.0)
    table = allocate(by_batch([np.full(21, 20.0), total - 20.0]), "ar_tool14")
    assert table["allocated"].tolist() == pytest.approx([20.0, 57.75 - 20.0])


@given(net=joint_draws(), rule=st.sampled_from(RULES))
def test_a_batch_cut_in_two_gets_what_it_got_whole(net: xr.DataArray, rule: Rule) -> None:
    whole = allocate(net, rule)
    halves = np.concatenate([net.values[:1] / 2, net.values[:1] / 2, net.values[1:]])
    cut = allocate(by_batch(halves), rule)["allocated"].to_numpy()
    scale = max(1.0, whole["allocated"].abs().sum())
    # The total is the same but for rounding; a step rule on its very edge could still fall to the other side.
    assume(abs(cut.sum() - whole["allocated"].sum()) < 1e-9 * scale)
    assert cut[0] + cut[1] == pytest.approx(whole["allocated"].iloc[0], abs=1e-6 * scale)
    assert cut[0] == pytest.approx(cut[1], abs=1e-9 * scale)


@settings(max_examples=40)
@given(net=joint_draws(), rule=st.sampled_from(RULES), exponent=st.integers(-6, 6))
def test_parts_scale_with_the_unit(net: xr.DataArray, rule: Rule, exponent: int) -> None:
    table, scaled = allocate(net, rule), allocate(net * 2.0**exponent, rule)
    scale = max(1.0, table["allocated"].abs().sum())
    assert (scaled["allocated"] / 2.0**exponent).tolist() == pytest.approx(
        table["allocated"].tolist(), abs=1e-6 * scale
    )


def test_conservative_parts_are_those_of_the_quantile() -> None:
    # Skewed to the right: the half-width formula deducts too little, and the quantile of its level is issued.
    logs = correlated([3.0, 4.0], equicorrelated([0.5, 0.3], 0.3), 8000, seed=4)
    net, rule = by_batch(np.exp(logs)), named_rule("art_trees")
    level = nominal_level(rule)
    assert level is not None
    quantile = Rule("own_level", "quantile", {"level": level})
    plain, cautious = allocate(net, rule), allocate(net, rule, conservative=True)
    assert cautious["allocated"].sum() < plain["allocated"].sum()
    assert cautious["allocated"].tolist() == pytest.approx(
        allocate(net, quantile)["allocated"].tolist(), rel=1e-6
    )


@pytest.mark.parametrize(
    ("name", "autocorrelation"), [("posterior_q10", 0.0), ("posterior_q10", 0.7), ("art_trees", 0.7)]
)
def test_the_error_is_what_repeated_posteriors_show(name: str, autocorrelation: float) -> None:
    rng, root = np.random.default_rng(11), np.linalg.cholesky(COVARIANCE)
    parts, errors = [], []
    for _ in range(100):
        chains = rng.standard_normal((4, 4, 500))
        for t in range(1, 500):
            fresh = np.sqrt(1 - autocorrelation**2) * chains[..., t]
            chains[..., t] = autocorrelation * chains[..., t - 1] + fresh
        table = allocate(by_batch(np.einsum("bk,kcd->bcd", root, chains) + MEAN[:, None, None]), name)
        parts.append(table["allocated"].to_numpy())
        errors.append(table["allocated_mcse"].to_numpy())
    seen = np.std(parts, axis=0, ddof=1)
    stated = np.sqrt(np.square(errors).mean(axis=0))
    # 100 repeats know a standard deviation within 7 %; four batches together within less.
    assert np.log(stated / seen).mean() == pytest.approx(0.0, abs=0.15)
    assert stated == pytest.approx(seen, rel=0.3)


@pytest.mark.parametrize(
    "rule",
    [
        named_rule("posterior_q10"),
        named_rule("posterior_q40"),
        Rule("own", "normal_quantile", {"deviations": 2.0}),
    ],
    ids=lambda rule: rule.name,
)
def test_one_batch_has_the_error_of_the_total(rule: Rule) -> None:
    # Another route: `issue` imagines other posteriors, here the influence of single draws is averaged.
    draws = by_batch([np.exp(correlated([4.0], np.array([[0.09]]), 8000, seed=13)[0])])
    table = allocate(draws, rule)
    whole = issue(draws.sum("batch"), rule)
    assert table["allocated"].iloc[0] == pytest.approx(whole.issued, rel=1e-12)
    assert table["allocated_mcse"].iloc[0] == pytest.approx(whole.issued_mcse, rel=0.1)


def test_a_release_gets_a_negative_part_and_no_total_is_no_part() -> None:
    table = allocate(normal_batches(4000, seed=1), "posterior_q10").set_index("batch")
    assert table.loc["d", "allocated"] < 0 and table.loc["d", "alone"] == 0
    nothing = allocate(by_batch([[1.0, 2.0, 3.0], [-9.0, -8.0, -7.0]]), "posterior_q10")
    assert nothing["allocated"].tolist() == [0.0, 0.0]
    assert nothing["share"].isna().all()


def test_a_failed_fit_is_refused() -> None:
    net = normal_batches(400, seed=1).assign_coords(converged=False)
    with pytest.raises(ValueError, match="allow_unconverged=True"):
        allocate(net)
    assert allocate(net, allow_unconverged=True)["allocated"].sum() > 0
