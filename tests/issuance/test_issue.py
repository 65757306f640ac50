"""What is issued of posteriors whose every figure is known, the properties of any draws, and what is said beside it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import ndtr, ndtri

import bayescarbon
from bayescarbon.issuance.families import needed_levels
from bayescarbon.issuance.issue import Issuance, issue, issue_table
from bayescarbon.study.rules import Rule, named_rule, rules
from tests.issuance.distributions import normal_grid, percent

SIZE = 200_000
COMPUTABLE = [rule for rule in rules().values() if rule.computable]
QUANTILES = [rule for rule in COMPUTABLE if rule.family == "quantile"]
DEDUCTIONS = [rule for rule in COMPUTABLE if rule.family != "quantile"]
NAMES = [rule.name for rule in COMPUTABLE]


def density(z: float) -> float:
    """Return the density of the standard normal."""
    return float(np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi))


MEAN = 400.0


@pytest.fixture(scope="module", params=[0.05, 0.10, 0.20, 0.50], ids=lambda cv: f"cv {cv}")
def cv(request: pytest.FixtureRequest) -> float:
    """Return the coefficient of variation of a normal posterior."""
    return float(request.param)


@pytest.fixture(scope="module")
def table(cv: float) -> pd.DataFrame:
    """Return what every rule issues of a normal posterior."""
    draws = MEAN * (1 + cv * normal_grid(SIZE))
    return issue_table(xr.DataArray(draws[None], dims=("scope", "draw")), NAMES).set_index("rule")


class TestNormalPosterior:
    """N(mu, sigma): issued, realised risk Phi(z) and expected over-credit sigma (z Phi(z) + phi(z)) are known."""

    @staticmethod
    def deducted(rule: Rule, cv: float) -> float:
        if rule.family == "quantile":
            return -cv * float(ndtri(rule.thresholds["level"]))
        q05, q95, q975 = (1 + cv * ndtri(level) for level in (0.05, 0.95, 0.975))
        return percent(1.0, cv, q05, 1.0, q95, q975 - 1.0)[rule.name] / 100

    @pytest.mark.parametrize("rule", COMPUTABLE, ids=lambda rule: rule.name)
    def test_closed_forms(self, rule: Rule, cv: float, table: pd.DataFrame) -> None:
        row, sigma = table.loc[rule.name], cv * MEAN
        share = self.deducted(rule, cv)
        z = -share / cv
        assert row["deduction"] == pytest.approx(share, abs=2e-5)
        assert row["issued"] == pytest.approx(MEAN * (1 - share), abs=0.01)
        assert row["p_overcredit"] == pytest.approx(ndtr(z), abs=1e-4)
        assert row["expected_overcredit"] == pytest.approx(sigma * (z * ndtr(z) + density(z)), abs=0.01)
        assert row["p_positive"] == pytest.approx(ndtr(1 / cv), abs=1e-5)
        assert row["buffer"] == pytest.approx(MEAN * share if rule.name == "fcpf" else 0.0, abs=0.01)
        assert row["deficit"] == 0.0
        assert row["eligible"]

    @pytest.mark.parametrize("rule", COMPUTABLE, ids=lambda rule: rule.name)
    def test_the_quantile_of_the_same_level_is_the_figure_itself(
        self, rule: Rule, cv: float, table: pd.DataFrame
    ) -> None:
        row = table.loc[rule.name]
        if rule.family == "lognormal_quartile":
            # It means the quartile, which it meets for the half-widths of its bands only.
            assert row["same_level_quantile"] == pytest.approx(MEAN * (1 + cv * ndtri(0.25)), abs=0.05)
        else:
            assert row["same_level_quantile"] == pytest.approx(row["issued"], abs=0.05)
            assert "under-deducts" not in row["note"]

    # The design's table, D in %. vm0042 shares its column with vcs_mr24, which it exceeds by up to 0.05.
    TABLE = """
    cv    vcs_mr24 vm0042 art_trees accu_soil ar_tool14 fcpf vm0047 vm0033 gs403 kp_art52 posterior_q10 posterior_q05
    0.05   2.2      2.2    2.6       1.3       0         0    0      0      0     2        6.4           8.2
    0.10   4.3      4.3    5.2       2.5       8.2       4    6.4    0      0     6       12.8          16.4
    0.20   8.6      8.6   10.5       5.1      32.9       8   22.9   12.9   12.9  11       25.6          32.9
    0.50  21.5     21.5   26.2      12.7      82.2      12   72.2   62.2   62.2  18       64.1          82.2
    """

    def test_the_table_of_the_design(self, cv: float, table: pd.DataFrame) -> None:
        header, *rows = [line.split() for line in self.TABLE.strip().splitlines()]
        (values,) = [row[1:] for row in rows if float(row[0]) == cv]
        for name, value in zip(header[1:], values, strict=True):
            half = {"kp_art52": 0.5, "vm0042": 0.1}.get(name, 0.05)
            assert 100 * table.loc[name, "deduction"] == pytest.approx(float(value), abs=half + 0.002), name


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    """Return the log-normal posterior of `TestLogNormalPosterior`."""
    return np.exp(TestLogNormalPosterior.M + TestLogNormalPosterior.S * normal_grid(SIZE))


class TestLogNormalPosterior:
    """exp(N(m, s)): mean, quantiles, realised risk and partial expectation are known."""

    CV = 0.6
    S = float(np.sqrt(np.log(1 + CV**2)))
    MEAN = 1000.0
    M = float(np.log(MEAN) - S**2 / 2)

    def quantile(self, level: float) -> float:
        return float(np.exp(self.M + self.S * ndtri(level)))

    def expected(self, rule: Rule) -> float:
        if rule.family == "quantile":
            return self.quantile(rule.thresholds["level"])
        q05, q50, q95 = (self.quantile(level) for level in (0.05, 0.5, 0.95))
        half95 = (self.quantile(0.975) - self.quantile(0.025)) / 2
        return self.MEAN * (
            1 - percent(self.MEAN, self.CV * self.MEAN, q05, q50, q95, half95)[rule.name] / 100
        )

    @pytest.mark.parametrize("rule", COMPUTABLE, ids=lambda rule: rule.name)
    def test_closed_forms(self, rule: Rule, draws: np.ndarray) -> None:
        found, figure = issue(draws, rule), self.expected(rule)
        assert found.mean == pytest.approx(self.MEAN, rel=2e-5)
        assert found.issued == pytest.approx(figure, rel=2e-4)
        distance = (np.log(found.issued) - self.M) / self.S
        assert found.p_overcredit == pytest.approx(ndtr(distance), abs=2e-5)
        partial = found.issued * ndtr(distance) - self.MEAN * ndtr(distance - self.S)
        assert found.expected_overcredit == pytest.approx(partial, abs=0.02)

    def test_half_width_formulas_under_deduct(self, draws: np.ndarray) -> None:
        found = issue(draws, "vcs_mr24")
        assert found.level == pytest.approx(1 / 3, abs=1e-4)
        assert 0.41 < found.p_overcredit < 0.43
        assert found.same_level_quantile == pytest.approx(self.quantile(found.level), rel=1e-4)
        assert "under-deducts: the rule means the 33.3% quantile" in found.note
        assert "conservative=True issues that quantile" in found.note
        careful = issue(draws, "vcs_mr24", conservative=True)
        assert careful.issued == careful.same_level_quantile == found.same_level_quantile
        assert careful.p_overcredit == pytest.approx(1 / 3, abs=1e-4)
        assert "issued is that quantile" in careful.note
        assert careful.conservative and not found.conservative

    def test_a_dead_band_is_held_against_the_level_of_a_normal_posterior(self, draws: np.ndarray) -> None:
        narrow = np.exp(0.05 * normal_grid(SIZE))
        found = issue(narrow, "gs403")
        # Nothing is deducted, so a normal posterior would have the figure at its median.
        assert found.issued == found.mean
        assert found.level is None
        assert found.same_level_quantile == pytest.approx(1.0, abs=1e-5)
        assert "a normal posterior would put the figure at the 50.0% quantile" in found.note
        wide = issue(draws, "vm0047")
        level = ndtr((wide.issued - self.MEAN) / (self.CV * self.MEAN))
        assert wide.same_level_quantile == pytest.approx(self.quantile(level), rel=1e-3)

    def test_a_posterior_skewed_to_the_left_is_over_deducted_and_not_warned_of(self) -> None:
        found = issue(2000.0 - np.exp(self.M + self.S * normal_grid(SIZE)), "vcs_mr24")
        assert found.same_level_quantile > found.issued
        assert "under-deducts" not in found.note


DRAWS = arrays(
    float,
    st.integers(2, 60),
    elements=st.floats(-1000, 1000, allow_subnormal=False).map(lambda x: round(x, 3)),
)
REMOVALS = DRAWS.map(lambda draws: np.abs(draws) + 1.0)
RULES = st.sampled_from(COMPUTABLE)


class TestProperties:
    @given(DRAWS, RULES, st.booleans(), st.booleans())
    def test_what_holds_of_any_draws(
        self, draws: np.ndarray, rule: Rule, conservative: bool, ex_ante: bool
    ) -> None:
        found = issue(draws, rule, conservative=conservative, ex_ante=ex_ante)
        assert found.issued >= 0.0
        assert found.eligible == (found.issued > 0)
        assert bool(found.note) or found.eligible
        assert found.credits == int(found.issued)
        assert 0.0 <= found.p_overcredit <= 1.0
        assert found.expected_overcredit >= 0.0
        assert found.issued_mcse >= 0.0
        assert found.buffer >= 0.0 and found.deficit >= 0.0
        assert 0.0 <= found.effective_draws <= len(draws)
        if found.mean > 0:
            assert found.deduction == pytest.approx(1 - found.issued / found.mean, rel=1e-12, abs=1e-12)
        else:
            assert np.isnan(found.deduction) and not found.eligible
        if conservative:
            assert found.issued <= issue(draws, rule, ex_ante=ex_ante).issued
            assert found.issued <= max(found.same_level_quantile, 0.0)

    @given(DRAWS, st.sampled_from(DEDUCTIONS))
    def test_a_deduction_adds_nothing(self, draws: np.ndarray, rule: Rule) -> None:
        found = issue(draws, rule)
        assume(found.mean > 0)
        assert found.issued <= found.mean

    @given(DRAWS, RULES, st.integers(-10, 20))
    def test_the_unit_does_not_matter(self, draws: np.ndarray, rule: Rule, power: int) -> None:
        one, other = issue(draws, rule), issue(draws * 2.0**power, rule)
        for name in ("mean", "issued", "expected_overcredit", "same_level_quantile", "buffer", "deficit"):
            assert getattr(other, name) == pytest.approx(getattr(one, name) * 2.0**power, rel=1e-12, abs=0), (
                name
            )
        for name in ("eligible", "p_overcredit", "p_positive", "level"):
            assert getattr(other, name) == getattr(one, name), name
        assert other.issued_mcse == pytest.approx(
            one.issued_mcse * 2.0**power, rel=1e-6, abs=1e-9 * 2.0**power
        )

    @given(DRAWS, RULES, st.randoms(use_true_random=False))
    def test_the_order_of_draws_does_not_matter(self, draws: np.ndarray, rule: Rule, random: object) -> None:
        order = np.random.default_rng(random.getrandbits(32)).permutation(len(draws))  # type: ignore[attr-defined]
        one, other = issue(draws, rule), issue(draws[order], rule)
        assert other.issued == pytest.approx(one.issued, rel=1e-9, abs=1e-9)

    @given(REMOVALS, st.sampled_from(QUANTILES), st.integers(1, 100))
    def test_a_sure_tonne_is_credited_in_full(self, draws: np.ndarray, rule: Rule, sure: int) -> None:
        assert issue(draws + sure, rule).issued == pytest.approx(issue(draws, rule).issued + sure, rel=1e-12)

    @given(DRAWS, st.floats(0.01, 0.98), st.floats(0.001, 0.01))
    def test_a_higher_level_issues_no_less(self, draws: np.ndarray, level: float, more: float) -> None:
        lower, higher = (issue(draws, Rule("r", "quantile", {"level": p})) for p in (level, level + more))
        assert lower.issued <= higher.issued
        assert lower.p_overcredit <= higher.p_overcredit

    @given(REMOVALS, st.sampled_from(QUANTILES))
    def test_the_realised_risk_of_a_quantile_is_its_level(self, draws: np.ndarray, rule: Rule) -> None:
        found = issue(draws, rule)
        # Draws strictly below an interpolated quantile: at most level x (n - 1) of them, rounded up.
        assert found.p_overcredit * len(draws) <= np.ceil(rule.thresholds["level"] * (len(draws) - 1)) + 1e-9


def spread(mean: float, sd: float, size: int = 4000) -> np.ndarray:
    """Return normal draws on an exact grid."""
    return mean + sd * normal_grid(size)


class TestNotes:
    def test_a_sound_posterior_needs_no_words(self) -> None:
        assert issue(spread(100, 10), "posterior_q10").note == ""
        assert issue(spread(100, 10), "vcs_mr24").note == ""

    @pytest.mark.parametrize("name", NAMES)
    def test_no_removal_in_the_mean(self, name: str) -> None:
        found = issue(spread(-3, 10), name)
        assert (found.issued, found.credits, found.eligible) == (0.0, 0, False)
        assert "nothing is issued: the mean net removal is -3 t CO2e, not above 0" in found.note
        assert np.isnan(found.deduction)
        # Nothing is issued, and still the atmosphere may have lost: P(S < 0).
        assert found.p_overcredit == pytest.approx(ndtr(0.3), abs=1e-3)

    def test_a_quantile_not_above_zero(self) -> None:
        found = issue(spread(10, 10), "posterior_q10")
        assert not found.eligible
        assert "nothing is issued: the 10.0% quantile is -2.8" in found.note
        assert found.deduction == 1.0

    def test_a_deduction_above_100_percent(self) -> None:
        found = issue(spread(1000, 900), "ar_tool14")
        assert not found.eligible
        assert "nothing is issued: the deduction reaches 100 % of the mean, 1,000 t CO2e" in found.note

    @pytest.mark.parametrize("name", ["vcs_mr24", "vm0047"])
    def test_a_half_width_above_the_bar(self, name: str) -> None:
        found = issue(spread(100, 61), name)
        assert not found.eligible
        assert (
            "half-width of the 90% interval exceeds 100% of the mean, which the rule does not credit"
            in found.note
        )
        assert issue(spread(100, 60), name).eligible

    def test_a_quantile_of_the_same_level_below_zero(self) -> None:
        draws = np.concatenate([np.full(800, -1.0), np.full(200, 100.0)])
        draws = np.random.default_rng(1).permutation(draws)
        assert issue(draws, "fcpf").eligible
        found = issue(draws, "fcpf", conservative=True)
        assert not found.eligible
        assert "the formula alone would give" in found.note

    def test_a_removal_that_may_be_none(self) -> None:
        found = issue(spread(10, 7), "posterior_q40")
        assert found.eligible
        assert found.p_positive == pytest.approx(ndtr(10 / 7), abs=1e-3)
        assert "P(removal > 0) is 0.92, below 0.95" in found.note
        assert "P(removal > 0)" not in issue(spread(10, 6), "posterior_q40").note

    def test_few_draws_in_the_tail(self) -> None:
        few = spread(100, 10, 100)
        assert "effective draws lie beyond a quantile" in issue(few, "posterior_q05").note
        assert "effective draws" not in issue(few, "posterior_q40").note
        assert "effective draws" in issue(few, "gs403").note  # it reads the 5 % and 95 % quantiles
        assert "effective draws" not in issue(few, "accu_soil").note  # it reads none
        # As many draws as four thousand, worth as many as a hundred.
        assert "effective draws" in issue(np.repeat(few, 40), "posterior_q05").note

    def test_an_unverified_rule(self) -> None:
        assert "unverified rule" in issue(spread(100, 10), "isometric_p16").note
        assert (
            issue(spread(100, 10), "isometric_p16").issued == issue(spread(100, 10), "posterior_q16").issued
        )

    def test_several_are_separated_by_semicolons(self) -> None:
        said = issue(spread(10, 7, 50), "isometric_p16").note.split("; ")
        assert [words.split()[0] for words in said] == ["there", "only", "unverified"]


class TestLedgers:
    """What is held or owed beside what is issued."""

    def test_fcpf_holds_its_deduction_in_a_buffer(self) -> None:
        found = issue(spread(1000, 200), "fcpf")
        assert found.issued == pytest.approx(920.0)
        assert found.buffer == pytest.approx(80.0)
        # What caution takes off beyond the rule is no part of its buffer.
        skewed = np.exp(0.3 * normal_grid(4000))
        plain, careful = issue(skewed, "fcpf"), issue(skewed, "fcpf", conservative=True)
        assert careful.issued < plain.issued
        assert careful.buffer == plain.buffer == pytest.approx(plain.mean - plain.issued)

    def test_vm0042_reports_the_enlarged_loss(self) -> None:
        found = issue(spread(-50, 10), "vm0042")
        assert found.issued == 0.0
        assert found.deficit == pytest.approx(50 + 10 * float(ndtri(0.667)), rel=1e-3)
        assert issue(spread(1, 10), "vm0042").deficit == 0.0
        assert issue(spread(-50, 10), "vcs_mr24").deficit == 0.0

    def test_credits_are_rounded_down(self) -> None:
        assert issue(np.full(4, 9.999), "posterior_q10").credits == 9
        assert issue(np.full(4, 9.0), "posterior_q10").credits == 9


class TestInterface:
    def test_the_public_verb(self) -> None:
        assert bayescarbon.issue is issue
        found = issue(spread(100, 10))
        assert found.rule == "posterior_q10"
        assert found == issue(list(spread(100, 10)), named_rule("posterior_q10"))

    @pytest.mark.parametrize("name", ["vcs_mr24", "gs403", "posterior_q10"])
    def test_one_scope_of_the_table_is_the_issuance(self, name: str) -> None:
        rng = np.random.default_rng(3)
        draws = xr.DataArray(
            rng.gamma(4.0, size=(3, 4, 500)),
            dims=("scope", "chain", "draw"),
            coords={"scope": ["a", "b", "total"]},
        )
        table = issue_table(draws, ["posterior_q05", name], conservative=True)
        assert list(table.columns) == ["scope", *(field.name for field in dataclasses.fields(Issuance))]
        assert table[["scope", "rule"]].to_numpy().tolist() == [
            [scope, rule] for scope in ("a", "b", "total") for rule in ("posterior_q05", name)
        ]
        alone = dataclasses.asdict(issue(draws.sel(scope="b", drop=True), name, conservative=True))
        row = table.set_index(["scope", "rule"]).loc[("b", name)]
        for field, value in alone.items():
            if field == "level" and value is None:
                assert np.isnan(row[field])
            elif field != "rule":
                assert (
                    row[field] == pytest.approx(value, rel=1e-12)
                    if isinstance(value, float)
                    else row[field] == value
                )

    def test_the_other_rules_of_a_table_do_not_matter(self) -> None:
        draws = xr.DataArray(np.random.default_rng(3).gamma(4.0, size=(2, 900)), dims=("scope", "draw"))
        together = issue_table(draws, NAMES)
        alone = pd.concat([issue_table(draws, [name]) for name in NAMES])
        pd.testing.assert_frame_equal(
            together.sort_values(["scope", "rule"], ignore_index=True),
            alone.sort_values(["scope", "rule"], ignore_index=True),
        )

    def test_types_are_plain(self) -> None:
        found = issue(spread(100, 10), "gs403")
        assert type(found.issued) is type(found.deduction) is type(found.issued_mcse) is float
        assert type(found.credits) is int
        assert type(found.eligible) is type(found.conservative) is bool
        assert found.level is None

    def test_own_rules(self) -> None:
        own = Rule("own", "quantile", {"level": 0.2})
        assert issue(spread(100, 10), own).issued == pytest.approx(100 + 10 * ndtri(0.2), abs=0.01)
        assert needed_levels([own]) == (0.2,)

    def test_unknown_rules_and_rules_without_a_formula_are_refused(self) -> None:
        with pytest.raises(ValueError, match="Did you mean 'posterior_q10'"):
            issue(spread(100, 10), "posterior_q_10")
        with pytest.raises(ValueError, match=r"'ccer'.*not verified"):
            issue(spread(100, 10), "ccer")
        with pytest.raises(ValueError, match="name at least one"):
            issue_table(xr.DataArray([[1.0, 2.0]], dims=("scope", "draw")), [])

    def test_constant_draws_are_sure(self) -> None:
        for name in NAMES:
            found = issue(np.full(1000, 12.1), name)
            # The least band of kp_art52 stands for 7 % whatever the draws.
            least = 1.07 ** (-0.67449 / 1.96) if name == "kp_art52" else 1.0
            assert found.issued == pytest.approx(12.1 * least, rel=1e-12)
            assert found.p_overcredit == 0.0
            assert found.issued_mcse == pytest.approx(0.0, abs=1e-9)
            assert found.expected_overcredit == pytest.approx(0.0, abs=1e-9)
            assert found.note in (
                "",
                "unverified rule: its document was not read, so its formula may be wrong",
            )


def test_a_quantile_stands_where_a_few_draws_pull_the_mean_below_zero() -> None:
    """What a rule takes off a mean needs a mean above zero; max(0, q_p) needs none."""
    draws = np.r_[np.full(95, 5.0), np.full(5, -200.0)]
    assert draws.mean() < 0
    for name in NAMES:
        level = rules()[name].thresholds.get("level", 0.0) if rules()[name].family == "quantile" else 0.0
        assert issue(draws, name).issued == (5.0 if level > 0.06 else 0.0), name
    # And a sure tonne adds a tonne.
    assert issue(draws + 20, "posterior_q10").issued == issue(draws, "posterior_q10").issued + 20


@pytest.mark.parametrize(
    "draws",
    [["1", "2", "3"], np.ma.masked_greater(np.arange(9.0), 5), xr.DataArray(np.arange(12.0), dims="batch")],
)
def test_what_is_no_sample_of_numbers_is_refused(draws: object) -> None:
    with pytest.raises(ValueError, match="draws: "):
        issue(draws, "posterior_q10")  # type: ignore[arg-type]
