"""What files hold in English is known again and said in the language of the reader."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from bayescarbon.checks import air_sea, budgets, sediment
from bayescarbon.diagnostics import judge
from bayescarbon.predictive_checks import CHECK_COLUMNS
from bayescarbon.reasons import WORDS
from bayescarbon.report.cells import heading, shown
from bayescarbon.report.language import LANGUAGES, text
from bayescarbon.report.rewording import reworded, reworded_all

ALONE = [key for key in WORDS if key not in ("note bound", "note bounded")]


def filled(key: str) -> dict[str, str]:
    return {name: f"{at + 1}.5" for at, name in enumerate(re.findall(r"\{(\w+)\}", WORDS[key]))}


@pytest.mark.parametrize("key", ALONE)
def test_every_sentence_is_known_again(key: str) -> None:
    english = WORDS[key].format(**filled(key))
    assert reworded(english, "en") == english
    assert reworded(english, "zh") == text(key, "zh", filled(key)) != english


def test_a_reason_of_the_gate_names_the_quantity_in_chinese() -> None:
    row = {
        "quantity": "calcification_ratio",
        "position": 0,
        "r_hat": 1.047,
        "ess_bulk": 99.0,
        "ess_tail": 5000.0,
    }
    reasons = judge(pd.DataFrame([row]), None, refitted=False).reasons
    assert reasons[0] == "R-hat 1.047 of calcification_ratio, the bound is 1.01"
    said = reworded_all(reasons, "zh")
    assert said.startswith("钙化释放比 calcification_ratio 的 R-hat 为 1.047，界限为 1.01；")
    assert "主体有效样本量为 99" in said
    assert " of " not in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_reader_meets_no_argument_of_python(language: str) -> None:
    note = WORDS["note skewed"].format(level="33.3%", gap="24.2 t CO2e") + WORDS["note bound"]
    said = shown("note", note, language)  # type: ignore[arg-type]
    assert "conservative" not in said and "24.2 t CO2e" in said and "33.3%" in said
    assert ("扣减不足" in said) == (language == "zh")
    bounded = WORDS["note skewed"].format(level="33.3%", gap="24.2 t CO2e") + WORDS["note bounded"]
    assert reworded(bounded, "en") == bounded
    assert reworded(bounded, "zh").endswith("（已改按该分位数签发）")


def test_several_notes_are_said_one_by_one() -> None:
    notes = [WORDS["note uncertain"].format(p="0.90", bound="0.95"), WORDS["note unverified"]]
    said = shown("note", "; ".join(notes), "zh")
    assert said == "；".join(reworded(one, "zh") for one in notes)
    assert shown("note", "; ".join(notes), "en") == "; ".join(notes)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("verdict", "plausible", "相符"),
        ("verdict", "not compared", "未对照"),
        ("item", "buried / deposited", "埋藏 / 生物沉积"),
        ("stage", "posterior", "后验"),
        ("kind", "gears", "称重网笼"),
        ("note", "the farm's own words; and more", "the farm's own words; and more"),
    ],
)
def test_words_of_cells(column: str, value: str, said: str) -> None:
    assert shown(column, value, "zh") == said
    assert shown(column, value, "en") == value


@pytest.mark.parametrize(
    "column", sorted({*CHECK_COLUMNS, *budgets.TABLE, *sediment.COMPARISON, *air_sea.TABLE})
)
def test_columns_of_checks_have_words_for_headings(column: str) -> None:
    assert len({heading(column, language) for language in LANGUAGES}) == 2
    assert "_" not in heading(column, "en")
