"""Credits freed under every shipped rule, where the outcome is normal given the parameter and before."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from bayescarbon.information import evppi
from bayescarbon.issuance.families import issuable, needed_levels
from bayescarbon.issuance.statistics import Statistics, statistics
from bayescarbon.study.rules import Rule, rules
from tests.information import closed_forms as exact

COMPUTABLE = [name for name, rule in rules().items() if rule.computable]
#: The parameter explains half of the variance.
MEAN, SD = 100.0, 40.0
LEFT = SD * np.sqrt(0.5)


def issued_on_normals(rule: Rule, means: np.ndarray, sd: float) -> np.ndarray:
    """Return what a rule issues on normal distributions."""
    levels = needed_levels([rule])
    return issuable(
        rule,
        Statistics(
            mean=means, sd=np.full_like(means, sd), quantiles={q: means + sd * ndtri(q) for q in levels}
        ),
    )


def exact_gain(rule: Rule) -> float:
    """Return the expected gain, over the middles of equal shares of the parameter."""
    means = MEAN + LEFT * ndtri((np.arange(40_000) + 0.5) / 40_000)
    now = issued_on_normals(rule, np.array([MEAN]), SD)
    return float(issued_on_normals(rule, means, LEFT).mean() - now[0])


def draws(seed: int) -> tuple[np.ndarray, pd.DataFrame]:
    """Return an outcome and the parameter."""
    rng = np.random.default_rng(seed)
    t, rest = rng.normal(size=(2, exact.DRAWS))
    return MEAN + LEFT * (t + rest), pd.DataFrame({"t": t})


@pytest.mark.parametrize("name", COMPUTABLE)
def test_the_gain_of_a_rule(name: str) -> None:
    wanted = exact_gain(rules()[name])
    found = [evppi(*draws(seed), rule=name).loc["t"] for seed in range(2)]
    for row in found:
        assert abs(row["issuance_gain"] - wanted) < 3 * row["issuance_gain_se"]
    # The error says something: it is of the size of the change, not of the amount.
    assert 0 < found[0]["issuance_gain_se"] < 0.4 * max(wanted, 3.0)
    # The loss is that of the level p, whatever the rule.
    assert found[0]["evppi"] == evppi(*draws(0)).loc["t", "evppi"]


def test_the_quantile_rule_is_the_default() -> None:
    by_rule, by_level = (evppi(*draws(3), rule=rule).loc["t"] for rule in ("posterior_q10", None))
    assert by_rule["issuance_gain"] == pytest.approx(by_level["issuance_gain"], rel=2e-3)
    assert by_rule["issuance_gain_se"] == pytest.approx(by_level["issuance_gain_se"], rel=0.02)


def test_a_rule_of_ones_own() -> None:
    own = Rule(name="mine", family="normal_quantile", thresholds={"deviations": 0.5})
    found = evppi(*draws(4), rule=own).loc["t"]
    # mean - sd / 2: the mean stays on average, the sd falls.
    assert found["issuance_gain"] == pytest.approx(
        0.5 * (SD - LEFT), abs=min(3 * found["issuance_gain_se"], 1.0)
    )


def test_knowing_all_frees_the_mean_less_what_was_issued() -> None:
    outcome, _ = draws(5)
    found = evppi(outcome, pd.DataFrame({"itself": outcome})).loc["itself"]
    issued = float(np.quantile(outcome, 0.1))
    # Nothing is issued for the draws without a removal.
    assert found["issuance_gain"] == pytest.approx(np.maximum(outcome, 0).mean() - issued, rel=0.01)


def test_less_may_be_issued_when_more_is_known() -> None:
    # A switch between a sure 10 and a long tail: the median rule issues less on average, the value is positive still.
    rng = np.random.default_rng(6)
    switch = (rng.random(exact.DRAWS) < 0.6).astype(float)
    outcome = np.where(switch > 0, 10 + 0.1 * rng.normal(size=exact.DRAWS), 3 * rng.random(exact.DRAWS))
    found = evppi(outcome, pd.DataFrame({"switch": switch}), p=0.5).loc["switch"]
    gain = 0.6 * 10 + 0.4 * 1.5 - statistics(outcome, [0.5]).quantiles[0.5]
    assert gain < -2
    assert found["issuance_gain"] == pytest.approx(gain, abs=3 * found["issuance_gain_se"])
    assert found["evppi"] > 10 * found["evppi_se"]
