"""Every formula against the documents' own ratios, on given statistics, and exactly at the edges of its steps."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from bayescarbon.issuance import families
from bayescarbon.issuance.families import formula, issuable, moments_read, needed_levels, nominal_level
from bayescarbon.issuance.statistics import Statistics, ends
from bayescarbon.study.rules import FAMILIES, NO_FORMULA, Rule, named_rule, rules
from tests.issuance.distributions import percent

COMPUTABLE = [rule for rule in rules().values() if rule.computable]
LEVELS = needed_levels(COMPUTABLE)


def given_statistics(
    mean: float, half_width: float, interval: float = 0.90, median: float | None = None
) -> Statistics:
    """Return statistics with this half-width about the mean."""
    low, high = ends(interval)
    middle = mean if median is None else median
    quantiles = {low: np.array(mean - half_width), 0.5: np.array(middle), high: np.array(mean + half_width)}
    return Statistics(np.array(mean), np.array(half_width), quantiles)


@pytest.fixture(scope="module")
def many() -> Statistics:
    """Return a thousand made-up distributions, skewed either way, of every relative width."""
    rng = np.random.default_rng(11)
    mean = 10.0 ** rng.uniform(-2, 6, 1000)
    sd = mean * 10.0 ** rng.uniform(-3, 0.5, 1000)
    skew = rng.uniform(0.5, 2.0, 1000)
    quantiles = {
        level: mean + sd * ndtri(level) * (skew if level > 0.5 else 1 / skew) + 0.1 * sd * (skew - 1)
        for level in LEVELS
    }
    return Statistics(mean, sd, quantiles)


def test_every_family_has_its_formula() -> None:
    assert set(families._FORMULAS) == set(FAMILIES) - {NO_FORMULA}


@pytest.mark.parametrize("name", ["vcs_mr24", "vm0042", "vm0047", "vm0033", "art_trees", "fcpf", "ar_tool14", "gs403",
                                  "kp_art52", "accu_soil"])  # fmt: skip
def test_formulas_agree_with_the_documents_ratios(name: str, many: Statistics) -> None:
    figure, barred = formula(named_rule(name), many)
    q = many.quantiles
    width95 = (q[0.975] - q[0.025]) / 2
    expected, hw90 = [], (q[0.95] - q[0.05]) / 2 / many.mean
    for i in range(len(many.mean)):
        shares = percent(many.mean[i], many.sd[i], q[0.05][i], q[0.5][i], q[0.95][i], width95[i])
        expected.append(many.mean[i] * (1 - shares[name] / 100))
    # Relative to the larger of both sides: the difference of mean and deduction may be near zero.
    np.testing.assert_array_less(np.abs(figure - expected) / np.maximum(many.mean, np.abs(expected)), 1e-9)
    np.testing.assert_array_equal(
        barred, (hw90 > 1) if name in ("vcs_mr24", "vm0047") else np.zeros(1000, bool)
    )


@pytest.mark.parametrize(
    "rule", [rule for rule in COMPUTABLE if rule.family == "quantile"], ids=lambda rule: rule.name
)
def test_quantile_rules_are_their_quantile(rule: Rule, many: Statistics) -> None:
    figure, barred = formula(rule, many)
    np.testing.assert_array_equal(figure, many.quantiles[rule.thresholds["level"]])
    assert not barred.any()


@pytest.mark.parametrize("rule", COMPUTABLE, ids=lambda rule: rule.name)
def test_formulas_are_homogeneous_of_degree_one(rule: Rule, many: Statistics) -> None:
    figure, barred = formula(rule, many)
    scaled = Statistics(
        1000 * many.mean, 1000 * many.sd, {level: 1000 * q for level, q in many.quantiles.items()}
    )
    figure_scaled, barred_scaled = formula(rule, scaled)
    np.testing.assert_allclose(figure_scaled, 1000 * figure, rtol=1e-12)
    np.testing.assert_array_equal(barred_scaled, barred)


@pytest.mark.parametrize("rule", COMPUTABLE, ids=lambda rule: rule.name)
def test_formulas_read_what_they_say(rule: Rule, many: Statistics) -> None:
    levels = needed_levels([rule])
    read = moments_read(rule)
    poisoned = Statistics(
        many.mean if "mean" in read else np.full(1000, np.nan),
        many.sd if "sd" in read else np.full(1000, np.nan),
        {level: many.quantiles[level] for level in levels},
    )
    np.testing.assert_array_equal(formula(rule, poisoned)[0], formula(rule, many)[0])


@pytest.mark.parametrize("rule", COMPUTABLE, ids=lambda rule: rule.name)
def test_the_nominal_level_is_that_of_the_figure_of_a_normal_posterior(rule: Rule) -> None:
    level = nominal_level(rule)
    if rule.family in ("dead_band", "steps_buffer", "steps_times_width"):
        assert level is None
        return
    assert level is not None
    if rule.family == "lognormal_quartile":
        assert level == pytest.approx(0.25, abs=1e-6)
        return
    normal = Statistics(
        np.array(100.0), np.array(20.0), {p: np.array(100.0 + 20.0 * ndtri(p)) for p in needed_levels([rule])}
    )
    assert ndtr((formula(rule, normal)[0] - 100.0) / 20.0) == pytest.approx(level, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "level"),
    [("vcs_mr24", 1 / 3), ("vm0042", 0.333), ("art_trees", 0.30), ("accu_soil", 0.40), ("vt0014", 1 / 3)],
)
def test_the_nominal_levels_of_the_documents(name: str, level: float) -> None:
    assert nominal_level(named_rule(name)) == pytest.approx(level, abs=2e-4)


class TestWorkedExamples:
    """Figures that were published, or recomputed from the published formula."""

    def test_vcs(self) -> None:
        figure, _ = formula(named_rule("vcs_mr24"), given_statistics(100.0, 32.9))
        assert 100.0 - figure == pytest.approx(8.6, abs=0.05)

    def test_cdm_tool(self) -> None:
        figure, _ = formula(named_rule("ar_tool14"), given_statistics(60.0, 9.0))
        assert figure == pytest.approx(57.75, rel=1e-12)

    def test_gold_standard(self) -> None:
        figure, _ = formula(named_rule("gs403"), given_statistics(100.0, 23.0))
        assert figure == pytest.approx(97.0, rel=1e-12)


class TestSteps:
    """The value of a step holds up to and with its edge, and the next one just above it."""

    @pytest.mark.parametrize("mean", [1.0, 60.0, 123.456, 1e7])
    @pytest.mark.parametrize(
        ("edge", "at", "above"), [(0.10, 0, 0.25), (0.15, 0.25, 0.50), (0.20, 0.50, 0.75), (0.30, 0.75, 1.0)]
    )
    def test_ar_tool14(self, mean: float, edge: float, at: float, above: float) -> None:
        for width, value in ((edge * mean, at), (edge * mean * (1 + 1e-6), above)):
            figure, _ = formula(named_rule("ar_tool14"), given_statistics(mean, width))
            assert figure == pytest.approx(mean - value * width, rel=1e-12)

    @pytest.mark.parametrize("median", [1.0, 47.0, 3e5])
    @pytest.mark.parametrize(
        ("edge", "at", "above"), [(0.15, 0, 0.04), (0.30, 0.04, 0.08), (0.60, 0.08, 0.12), (1.00, 0.12, 0.15)]
    )
    def test_fcpf_compares_with_the_median_and_deducts_from_the_mean(
        self, median: float, edge: float, at: float, above: float
    ) -> None:
        mean = 1.2 * median
        for width, value in ((edge * median, at), (edge * median * (1 + 1e-6), above)):
            figure, _ = formula(named_rule("fcpf"), given_statistics(mean, width, median=median))
            assert figure == pytest.approx(mean * (1 - value), rel=1e-12)

    @pytest.mark.parametrize("mean", [1.0, 60.0, 1e7])
    @pytest.mark.parametrize(
        ("edge", "at", "above"),
        [(0.10, 0.07, 0.20), (0.30, 0.20, 0.40), (0.50, 0.40, 0.75), (1.00, 0.75, 1.50)],
    )
    def test_kp_art52(self, mean: float, edge: float, at: float, above: float) -> None:
        for width, band in ((edge * mean, at), (edge * mean * (1 + 1e-6), above)):
            figure, _ = formula(named_rule("kp_art52"), given_statistics(mean, width, interval=0.95))
            assert figure == pytest.approx(mean * (1 + band) ** (-0.67449 / 1.96), rel=1e-12)

    @pytest.mark.parametrize("name", ["vcs_mr24", "vm0047"])
    def test_the_bar_is_above_100_percent_only(self, name: str) -> None:
        at, above = given_statistics(7.0, 7.0), given_statistics(7.0, 7.0 * (1 + 1e-6))
        assert not formula(named_rule(name), at)[1]
        assert formula(named_rule(name), above)[1]


class TestSigns:
    """Around and below zero, where ratios to the mean break down."""

    def test_vm0042_enlarges_a_loss(self) -> None:
        lost = Statistics(np.array(-50.0), np.array(10.0), {})
        figure, _ = formula(named_rule("vm0042"), lost)
        # I = mu (1 - D sign(mu)), D = z sigma / |mu|
        share = ndtri(0.667) * 10.0 / 50.0
        assert figure == pytest.approx(-50.0 * (1 + share), rel=1e-12)

    @pytest.mark.parametrize("rule", COMPUTABLE, ids=lambda rule: rule.name)
    @pytest.mark.parametrize("mean", [0.0, -1e-9, -40.0])
    def test_nothing_is_issued_of_no_removal(self, rule: Rule, mean: float) -> None:
        none = Statistics(
            np.array(mean), np.array(25.0), {level: np.array(mean + 25.0 * ndtri(level)) for level in LEVELS}
        )
        assert np.isfinite(formula(rule, none)[0])
        assert issuable(rule, none) == 0.0

    def test_a_deduction_above_100_percent_leaves_nothing(self) -> None:
        assert issuable(named_rule("gs403"), given_statistics(10.0, 12.5)) == 0.0
        assert issuable(named_rule("gs403"), given_statistics(10.0, 11.5)) == pytest.approx(0.5)
        assert issuable(named_rule("vm0047"), given_statistics(10.0, 10.5)) == 0.0


class TestExAnte:
    def test_vm0047_deducts_at_least_ten_percent_of_a_forecast(self) -> None:
        rule = named_rule("vm0047")
        for width, ex_post, ex_ante in ((5.0, 100.0, 90.0), (15.0, 95.0, 90.0), (30.0, 80.0, 80.0)):
            found = given_statistics(100.0, width)
            assert formula(rule, found)[0] == pytest.approx(ex_post, rel=1e-12)
            assert formula(rule, found, ex_ante=True)[0] == pytest.approx(ex_ante, rel=1e-12)

    @pytest.mark.parametrize(
        "rule", [r for r in COMPUTABLE if r.name != "vm0047"], ids=lambda rule: rule.name
    )
    def test_the_others_know_no_forecasts(self, rule: Rule, many: Statistics) -> None:
        np.testing.assert_array_equal(formula(rule, many, ex_ante=True)[0], formula(rule, many)[0])


def test_own_thresholds_are_used() -> None:
    rule = Rule("wide", "dead_band", {"allowed": 0.30, "interval": 0.95})
    assert needed_levels([rule]) == (0.025, 0.975)
    assert formula(rule, given_statistics(100.0, 35.0, interval=0.95))[0] == pytest.approx(95.0, rel=1e-12)
    by_mean = Rule("by_mean", "steps_buffer", {"edges": [0.1], "values": [0.0, 0.5]})
    assert needed_levels([by_mean]) == (0.05, 0.95)
    assert formula(by_mean, given_statistics(100.0, 11.0, median=200.0))[0] == pytest.approx(50.0)


@pytest.mark.parametrize("name", ["vmd0017", "car_sep", "arb_forest", "ccer"])
def test_a_rule_without_a_formula_is_refused(name: str) -> None:
    rule = named_rule(name)
    for ask in (
        lambda: needed_levels([rule]),
        lambda: nominal_level(rule),
        lambda: formula(rule, given_statistics(1, 1)),
    ):
        with pytest.raises(ValueError, match=rf"'{name}'.*not verified.*define an own rule with the numbers"):
            ask()
