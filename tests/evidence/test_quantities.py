"""Every definition in priors/ is complete, and priors that cannot hold are refused."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from bayescarbon.evidence.literature import library
from bayescarbon.evidence.quantities import (
    Z95,
    DefinitionError,
    Quantiles,
    check_quantiles,
    composites,
    inverse_link,
    link,
    parse_quantity,
    quantities,
    readings,
)
from bayescarbon.evidence.references import references
from bayescarbon.evidence.units import convert

GSS = ("group", "species", "site")
LEVELS = {
    "dry_fraction": GSS,
    "shell_share": GSS,
    "shell_carbon": GSS,
    "tissue_carbon": GSS,
    "shell_organic_share": GSS,
    "live_weight": GSS,
    "alive_to_harvested": GSS,
    "fouling_ratio": GSS,
    "biodeposition_rate": GSS,
    "biodeposit_carbon": GSS,
    "respired_shell_fraction": GSS,
    "respiration_ratio": GSS,
    "operations_emission": GSS,
    "fouler_mix": ("site",),
    "burial_fraction": ("site",),
    "oxygen_visible_share": ("site",),
    "respiratory_quotient": ("site",),
    "calcification_ratio": ("site",),
    "isotope_enrichment": ("mineral",),
    "baseline_share": (),
    "ascidian_dry_fraction": (),
    "ascidian_tissue_carbon": (),
    "ascidian_respiration_ratio": (),
}
ALL = {**quantities(), **composites()}


def test_half_the_width_of_a_normal_in_standard_deviations() -> None:
    assert pytest.approx(NormalDist().inv_cdf(0.95), rel=1e-14) == Z95


def test_the_quantities_and_their_levels_are_those_of_the_model() -> None:
    assert {name: q.levels for name, q in quantities().items()} == LEVELS
    assert set(composites()) == {"carbon_per_live", "whole_body_carbon", "carbon_deposition_rate"}


@pytest.mark.parametrize("name", LEVELS)
def test_a_definition_is_complete(name: str) -> None:
    q = quantities()[name]
    assert q.symbol and q.definition
    assert len(q.reason.split()) >= 12
    assert q.sources or q.elicited
    assert set(q.sources) <= set(references())
    assert check_quantiles(q.support, q.prior) is None
    assert check_quantiles("positive", q.scatter) is None
    assert q.season_swing.q05 > 1
    assert math.isclose(sum(q.shares.values()), 1)
    assert set(q.shares) == ({"mu"} if q.levels == ("mineral",) else {"mu", *q.levels})


@pytest.mark.parametrize("name", ALL)
def test_a_quantity_s_own_unit_is_understood(name: str) -> None:
    assert convert(1.7, ALL[name].unit, ALL[name].unit) == pytest.approx(1.7)


def test_symbols_are_unique() -> None:
    symbols = [q.symbol for q in ALL.values()]
    assert len(set(symbols)) == len(symbols)


def test_scatter_of_a_fraction_is_possible_at_its_median() -> None:
    # A variable on (0, 1) with mean m has a coefficient of variation below sqrt((1 - m) / m).
    for q in quantities().values():
        if q.support == "fraction":
            assert q.scatter.q95 < math.sqrt((1 - q.prior.q50) / q.prior.q50), q.name


def test_no_prior_rests_on_a_source_whose_rows_are_fitted_for_it() -> None:
    rows = library()
    direct = rows[rows["role"] == "direct"]
    fitted = set(zip(direct["quantity"], direct["source"], strict=True))
    used = {(q.name, source) for q in quantities().values() for source in q.sources}
    assert not fitted & used


def test_minerals_and_components_have_priors_of_their_own() -> None:
    assert set(quantities()["isotope_enrichment"].by) == {"aragonite", "calcite"}
    mix = quantities()["fouler_mix"].by
    assert list(mix) == ["mussel", "oyster", "ascidian", "other"]
    assert 0.8 < sum(q.q50 for q in mix.values()) < 1.0


def test_the_fouler_mix_can_be_had_from_a_softmax_of_normals() -> None:
    # Means and standard deviations found by least squares on the quantiles, to three digits.
    z = np.random.default_rng(1).standard_normal((200_000, 4))
    shares = inverse_link(
        "simplex", np.array([2.063, 1.340, 1.208, 0.0]) + z * np.array([0.646, 1.043, 1.214, 1.240])
    )
    for column, stated in zip(shares.T, quantities()["fouler_mix"].by.values(), strict=True):
        np.testing.assert_allclose(
            link("fraction", np.quantile(column, [0.05, 0.5, 0.95])),
            link("fraction", stated.as_tuple()),
            atol=0.15,
        )


@pytest.mark.parametrize(
    ("support", "quantiles", "word"),
    [
        ("fraction", (0.2, 0.1, 0.3), "increase"),
        ("fraction", (0.1, 0.1, 0.3), "increase"),
        ("fraction", (0.0, 0.1, 0.3), "between 0 and 1"),
        ("fraction", (0.1, 0.5, 1.0), "between 0 and 1"),
        ("positive", (0.0, 1.0, 2.0), "above 0"),
        ("positive", (-1.0, 1.0, 2.0), "above 0"),
        ("real", (1.0, math.nan, 2.0), "finite"),
        ("real", (1.0, 2.0, math.inf), "finite"),
        ("positive", (1.0, 90.0, 100.0), "median of 10"),
        ("fraction", (0.01, 0.02, 0.9), "median"),
        ("simplex", (0.1, 0.5, 1.2), "between 0 and 1"),
    ],
)
def test_impossible_quantiles_are_refused(
    support: str, quantiles: tuple[float, float, float], word: str
) -> None:
    refusal = check_quantiles(support, Quantiles(*quantiles))
    assert refusal is not None and word in refusal


def test_the_limit_of_skewness_is_a_fifth_of_the_width() -> None:
    # log10: 0 and 2 with the middle at 1; a fifth of the width is 0.4.
    assert check_quantiles("positive", Quantiles(1.0, 10**1.39, 100.0)) is None
    assert check_quantiles("positive", Quantiles(1.0, 10**1.41, 100.0)) is not None
    assert check_quantiles("real", Quantiles(-1.0, 0.0, 1.0)) is None


@pytest.mark.parametrize("support", ["fraction", "positive", "real"])
def test_links_invert(support: str) -> None:
    x = np.array([0.001, 0.3, 0.999])
    np.testing.assert_allclose(inverse_link(support, link(support, x)), x, rtol=1e-12)
    assert link("fraction", 0.5) == 0
    assert inverse_link("positive", 0.0) == 1


def test_simplex_links_invert() -> None:
    x = np.array([[0.1, 0.2, 0.3, 0.4], [0.97, 0.01, 0.01, 0.01]])
    np.testing.assert_allclose(inverse_link("simplex", link("simplex", x)), x, rtol=1e-12)
    np.testing.assert_allclose(link("simplex", x).sum(axis=1), 0, atol=1e-12)


def test_links_do_not_overflow() -> None:
    with np.errstate(all="raise", under="ignore"):
        assert inverse_link("fraction", -800.0) == 0
        assert inverse_link("fraction", 800.0) == 1
        assert inverse_link("simplex", [800.0, 0.0])[0] == 1


@pytest.mark.parametrize("function", [link, inverse_link])
def test_an_unknown_support_is_refused(function: object) -> None:
    with pytest.raises(ValueError, match="percentage"):
        function("percentage", 1.0)  # type: ignore[operator]


GOOD = {
    "symbol": "x",
    "unit": "t C / t C",
    "support": "fraction",
    "definition": "A share.",
    "levels": ["site"],
    "prior": {"q05": 0.1, "q50": 0.3, "q95": 0.6},
    "shares": {"mu": 0.4, "site": 0.6},
    "scatter": {"q05": 0.1, "q50": 0.2, "q95": 0.4},
    "season_swing": {"q05": 1.1, "q50": 1.3, "q95": 2.0},
    "reason": "Because.",
    "elicited": True,
}


def test_a_good_table_is_read() -> None:
    q = parse_quantity("x", GOOD, "family")
    assert q == replace(q, prior=Quantiles(0.1, 0.3, 0.6), levels=("site",), sources=(), elicited=True)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"scater": 1}, "Did you mean 'scatter'"),
        ({"prior": {"q05": 0.1, "q50": 0.3}}, "q05, q50 and q95"),
        ({"prior": {"q05": 0.1, "q50": 0.3, "q95": 0.2}}, "increase"),
        ({"support": "percentage"}, "percentage"),
        ({"levels": ["site", "group"]}, "order"),
        ({"shares": {"mu": 1.0}}, "mu, site"),
        ({"shares": {"mu": 0.4, "site": 0.5}}, "sum to 1"),
        ({"shares": {"mu": 1.0, "site": 0.0}}, "positive"),
        ({"reason": "  "}, "reason"),
        ({"elicited": False}, "elicited"),
        ({"season_swing": {"q05": 0.9, "q50": 1.3, "q95": 2.0}}, "above 1"),
    ],
)
def test_a_bad_table_is_refused(change: dict[str, object], word: str) -> None:
    with pytest.raises(DefinitionError, match=word):
        parse_quantity("x", {**GOOD, **change}, "family")


def test_a_missing_key_is_refused() -> None:
    with pytest.raises(DefinitionError, match="'unit' is missing"):
        parse_quantity("x", {k: v for k, v in GOOD.items() if k != "unit"}, "family")


def test_animals_of_a_stated_size_scatter_like_others() -> None:
    sized = {name: q.scatter_of for name, q in readings().items() if name.startswith("sized_")}
    assert sized == {
        "sized_biodeposition": "biodeposition_rate",
        "sized_carbon_deposition": "carbon_deposition_rate",
        "sized_trap_catch": "trap_catch",
        "sized_trap_carbon": "trap_carbon",
    }


def test_scatter_is_shared_by_composites_only() -> None:
    with pytest.raises(DefinitionError, match="scatter must give q05, q50 and q95"):
        parse_quantity("x", {**GOOD, "scatter": "trap_catch"}, "family")
