"""Both languages say the same, and numbers read as people write them."""

from __future__ import annotations

import string

import pytest

from bayescarbon.checks import air_sea, budgets, sediment
from bayescarbon.information.ranking import MEASURE
from bayescarbon.predictive_checks import CHECK_COLUMNS
from bayescarbon.report import issuance, measuring
from bayescarbon.report.language import LANGUAGES, both, column_meaning, message_keys, text
from bayescarbon.report.tables import LEDGER, POOLS, PRICES, QUANTITIES, SINKS
from bayescarbon.report.terminal import aligned, number, probability, width
from bayescarbon.sensitivity import COLUMNS as SENSITIVITY

CHECKED = (SENSITIVITY, CHECK_COLUMNS, sediment.TABLE, sediment.COMPARISON, air_sea.TABLE, budgets.TABLE)
CREDITED = {
    "issuance": issuance.ISSUANCE,
    "issuance_risk": issuance.RISK,
    "allocation": issuance.ALLOCATION,
    "risk_curve": issuance.CURVE,
    "vintages": issuance.VINTAGES,
    "revenue": issuance.REVENUE,
    "measure": MEASURE,
    "measure_plan": measuring.MEASURE_PLAN,
    "measure_budget": measuring.MEASURE_BUDGET,
}


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


@pytest.mark.parametrize("key", message_keys())
def test_languages_agree(key: str) -> None:
    english, chinese = both(key)
    assert placeholders(english) == placeholders(chinese)
    assert english.isascii()
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)


def test_every_column_has_a_meaning_in_both() -> None:
    for column in {*QUANTITIES, *LEDGER, *SINKS, *POOLS, *PRICES}.union(*CHECKED):
        meanings = {column_meaning(column, language) for language in LANGUAGES}
        assert len(meanings) == 2
        assert "" not in meanings


@pytest.mark.parametrize("table", CREDITED)
def test_every_column_of_credits_has_a_meaning_in_both(table: str) -> None:
    assert text(table, "en") != text(table, "zh")
    for column in CREDITED[table]:
        meanings = {column_meaning(column, language, table) for language in LANGUAGES}
        assert len(meanings) == 2
        assert "" not in meanings


def test_a_column_means_what_it_is_in_its_table() -> None:
    assert "baseline share" in column_meaning("mean", "en", "issuance")
    assert "market price" in column_meaning("mean", "en", "revenue")
    assert column_meaning("mean", "en", "sinks") == column_meaning("mean", "en") == "posterior mean"


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("files", "en")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"), (1234567.0, "1,230,000"), (-87.654, "-87.7"), (0.0123456, "0.0123"), (9.999, "10.0"),
        (999.9, "1,000"), (1e-12, "1.00e-12"), (3.2e20, "3.20e+20"), (None, "-"), (float("nan"), "-"), (100.0, "100"),
    ],
)  # fmt: skip
def test_numbers(value: float | None, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("p", "shown"), [(0.0, "0.00"), (0.001, "< 0.01"), (0.5, "0.50"), (0.999, "> 0.99"), (1.0, "1.00")]
)
def test_near_certainty_is_not_called_certain(p: float, shown: str) -> None:
    assert probability(p) == shown


def test_columns_stand_under_each_other_in_chinese_too() -> None:
    lines = aligned([("批次", "1"), ("east", "2")])
    assert [width(line) for line in lines] == [7, 7]
    assert aligned([("批次", "1"), ("east", "20")], right=(1,)) == ["批次   1", "east  20"]
    assert aligned([]) == []
