"""The kinds of rows, the seasons, the oxygen convention and the form of the tidy table."""

from __future__ import annotations

from math import isnan, nan

import pytest

from bayescarbon.evidence.quantities import quantities
from bayescarbon.evidence.table import (
    EVIDENCE_COLUMNS,
    EvidenceError,
    Observation,
    classify,
    evidence_table,
    observe,
    recalculated_efficiency,
    season_of,
)
from bayescarbon.evidence.units import UnitError


def same(a: Observation, b: Observation) -> bool:
    """Compare with NaN equal to NaN."""
    return repr(a) == repr(b)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"value": 0.3}, Observation("sample", value=0.3, n=1.0)),
        ({"value": 0.3, "n": 1}, Observation("sample", value=0.3, n=1.0)),
        ({"value": 0.3, "sd": 0.1}, Observation("sample", value=0.3, sd=0.1, n=1.0)),
        ({"value": 0.3, "n": 9}, Observation("summary", value=0.3, n=9)),
        ({"value": 0.3, "sd": 0.1, "n": 9}, Observation("summary", value=0.3, sd=0.1, n=9)),
        ({"low": 0.1, "high": 0.2}, Observation("range", low=0.1, high=0.2)),
        ({"low": 0.1, "high": 0.2, "n": 14}, Observation("range", n=14, low=0.1, high=0.2)),
        ({"high": 0.1}, Observation("below", high=0.1)),
        ({"value": 0, "low": 0.01}, Observation("below", high=0.01)),
        ({"low": 0.1}, Observation("above", low=0.1)),
    ],
)
def test_kinds(numbers: dict[str, float], expected: Observation) -> None:
    assert same(classify("fraction", **numbers), expected)


@pytest.mark.parametrize(
    ("support", "numbers", "column", "word"),
    [
        ("fraction", {}, "value", "missing"),
        ("fraction", {"n": 4}, "value", "missing"),
        ("fraction", {"value": 0.3, "low": 0.1}, "value", "beside"),
        ("fraction", {"value": 0.3, "low": 0.1, "high": 0.4}, "value", "beside"),
        ("fraction", {"value": 0.0}, "value", "detection limit"),
        ("fraction", {"value": 1.0}, "value", "between 0 and 1"),
        ("fraction", {"value": 1.2}, "value", "between 0 and 1"),
        ("fraction", {"value": -0.1}, "value", "between 0 and 1"),
        ("fraction", {"low": 0.1, "high": 1.0}, "high", "between 0 and 1"),
        ("positive", {"value": -2}, "value", "positive"),
        ("positive", {"value": 0.0}, "value", "detection limit"),
        ("positive", {"low": 2, "high": 1}, "high", "not above"),
        ("positive", {"low": 1, "high": 1}, "high", "not above"),
        ("positive", {"low": 1, "high": 2, "n": 1}, "n", "no range"),
        ("positive", {"value": 1, "n": 0}, "n", "at least 1"),
        ("positive", {"value": 1, "n": 2.5}, "n", "whole"),
        ("positive", {"value": 1, "sd": 0}, "sd", "positive"),
        ("positive", {"value": 1, "sd": -1}, "sd", "positive"),
        ("positive", {"low": 1, "high": 2, "sd": 1}, "sd", "without a value"),
        ("positive", {"value": float("inf")}, "value", "infinite"),
        ("positive", {"high": 2, "n": 30}, "n", "bound"),
        ("real", {"value": 0, "low": 0.1}, "value", "beside"),
    ],
)
def test_impossible_rows_are_refused(support: str, numbers: dict[str, float], column: str, word: str) -> None:
    with pytest.raises(EvidenceError, match=word) as caught:
        classify(support, **numbers)
    assert caught.value.column == column


def test_a_real_quantity_may_be_zero_or_negative() -> None:
    assert classify("real", value=0.0).kind == "sample"
    assert classify("real", value=-3.0).value == -3.0


def test_observe_converts_every_number() -> None:
    seen = observe(quantities()["biodeposition_rate"], "g dry/ind/d", value=0.06, sd=0.01, n=8)
    assert (seen.value, seen.sd, seen.n) == pytest.approx((60, 10, 8))
    seen = observe(quantities()["shell_carbon"], "mmol C/g", low=9.1, high=9.9, n=14)
    assert (seen.low, seen.high, seen.n) == pytest.approx((0.1093001, 0.1189089, 14))
    assert isnan(seen.value)


def test_observe_refuses_another_basis() -> None:
    with pytest.raises(UnitError, match="wet"):
        observe(quantities()["biodeposition_rate"], "mg wet/ind/d", value=60)


def test_a_percentage_above_one_hundred_is_refused() -> None:
    with pytest.raises(EvidenceError, match="between 0 and 1"):
        observe(quantities()["tissue_carbon"], "%", value=143)


def test_division_by_the_respiratory_quotient_is_undone() -> None:
    # Uptake of 10 carbon equivalents against a flux of 40: multiplied 1 - 8.5/40, divided 1 - (10/0.85)/40.
    assert recalculated_efficiency(1 - 10 / 0.85 / 40) == pytest.approx(1 - 8.5 / 40)
    burial = quantities()["burial_fraction"]
    divided = observe(burial, "fraction", value=0.4, sd=0.1, method="oxygen", rq_convention="divided")
    assert divided.value == pytest.approx(0.5665)  # 1 - 0.6 x 0.7225
    assert divided.sd == pytest.approx(0.07225)
    for convention in ("", "multiplied"):
        kept = observe(burial, "fraction", value=0.4, method="oxygen", rq_convention=convention)
        assert kept.value == 0.4
    spread = observe(burial, "%", low=20, high=40, method="oxygen", rq_convention="divided")
    assert (spread.low, spread.high) == pytest.approx((1 - 0.8 * 0.7225, 0.5665))


@pytest.mark.parametrize(
    ("name", "method", "convention", "column"),
    [
        ("burial_fraction", "", "", "method"),
        ("burial_fraction", "trap", "", "method"),
        ("tissue_carbon", "core", "", "method"),
        ("burial_fraction", "core", "divided", "rq_convention"),
        ("tissue_carbon", "", "divided", "rq_convention"),
        ("burial_fraction", "oxygen", "halved", "rq_convention"),
    ],
)
def test_a_method_that_does_not_fit_is_refused(name: str, method: str, convention: str, column: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        observe(quantities()[name], "fraction", value=0.4, method=method, rq_convention=convention)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("text", "season"),
    [
        ("spring", "spring"),
        ("Autumn ", "autumn"),
        ("fall", "autumn"),
        ("March", "spring"),
        ("may", "spring"),
        ("Jun", "summer"),
        ("Aug.", "summer"),
        ("Sept", "autumn"),
        ("november", "autumn"),
        ("Dec", "winter"),
        ("2", "winter"),
        ("08", "summer"),
        (8.0, "summer"),
        (12, "winter"),
        ("春", "spring"),
        ("夏季", "summer"),
        ("秋天", "autumn"),
        ("冬", "winter"),
        ("8月", "summer"),
        ("8月份", "summer"),
        ("十二月", "winter"),
        ("三月", "spring"),
    ],
)
def test_seasons(text: str | float, season: str) -> None:
    assert season_of(text) == season


@pytest.mark.parametrize(
    "text", ["", "13", "0", "ma", "marc", "summer 2007", "annual", "月", "十三月", "8.5"]
)
def test_what_is_no_season(text: str) -> None:
    assert season_of(text) is None


def test_the_table_has_its_form_even_when_empty() -> None:
    empty, one = evidence_table([]), evidence_table([{"id": "evidence:2", "value": 0.3}])
    assert tuple(empty.columns) == tuple(one.columns) == EVIDENCE_COLUMNS
    assert (empty.dtypes == one.dtypes).all()
    assert one.loc[0, "species"] == "" and isnan(one.loc[0, "sd"])
    assert one["value"].dtype == float


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(ValueError, match="vlaue"):
        evidence_table([{"vlaue": nan}])
