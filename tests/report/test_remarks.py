"""What the checks found is said in words, in the language of the run."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayescarbon.checks.air_sea import CAVEAT, air_sea_check
from bayescarbon.checks.budgets import IMPLAUSIBLE, PLAUSIBLE, budget_table
from bayescarbon.checks.mixing import WANTED_ESS
from bayescarbon.predictive_checks import checks_table
from bayescarbon.report.language import LANGUAGES, in_language
from bayescarbon.report.remark_words import PHRASES
from bayescarbon.report.remarks import (
    ABOUT_AS_WIDE,
    air_sea_remarks,
    budget_remarks,
    burial_remark,
    burial_remarks,
    predictive_remarks,
    sediment_remarks,
)
from bayescarbon.report.rewording import reworded_remark
from tests.checks.test_air_sea import flux, release
from tests.checks.test_air_sea import table as fluxes
from tests.checks.test_budgets import CLAM, posterior


def said_again(table: str, english: list[str]) -> list[str]:
    """Return stored remarks as a Chinese reader of the results meets them, having seen that English stays."""
    assert [reworded_remark({"table": table, "text": one}, "en") for one in english] == english
    return [reworded_remark({"table": table, "text": one}, "zh") for one in english]


def test_oxygen_alone_is_said_in_both_languages() -> None:
    english, chinese = (burial_remark("North", 30, 0, 3.0, 2.73, language) for language in LANGUAGES)
    assert english is not None and chinese is not None
    for said in (english, chinese):
        assert "North" in said and "30" in said and "91" in said and "burial_fraction" in said
        assert "{" not in said
    assert english.isascii()
    assert "mostly prior" in english and "先验" in chinese
    assert said_again("quantities", [english]) == [chinese]


def test_one_row_is_one_row() -> None:
    said = burial_remark("North", 1, 0, 3.0, 3.0, "en")
    assert said is not None and "1 row of" in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("oxygen", "cores"), [(0, 0), (0, 3), (30, 1)])
def test_nothing_to_say(oxygen: int, cores: int, language: str) -> None:
    assert burial_remark("North", oxygen, cores, 3.0, 3.0, language) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_narrow_interval_without_cores_is_no_merit_of_the_rows(language: str) -> None:
    wide = burial_remark("North", 30, 0, 1.0, ABOUT_AS_WIDE, language)  # type: ignore[arg-type]
    narrow = burial_remark("North", 30, 0, 1.0, ABOUT_AS_WIDE - 0.01, language)  # type: ignore[arg-type]
    assert wide is not None and narrow is not None
    assert wide != narrow and "79" in narrow and "North" in narrow


def test_rows_and_widths_are_read_off_the_fit() -> None:
    """Four sites: oxygen alone (two kinds of rows), oxygen with a core, cores alone, and nothing of its own."""
    rng = np.random.default_rng(1)
    sites = ["oxygen", "both", "cores", "bare"]
    logit = rng.standard_normal((1, 4000, 4))
    prior, posterior = (1 / (1 + np.exp(2.4 - factor * logit)) for factor in (1.0, 0.9))
    dims = ("chain", "draw", "site")
    rows = [
        ("oxygen_per_flux", "", "oxygen", "farm"),
        ("burial_fraction", "oxygen", "oxygen", "farm"),
        ("burial_fraction", "oxygen", "both", "farm"),
        ("burial_fraction", "core", "both", "farm"),
        ("burial_fraction", "core", "cores", "farm"),
        # Of the same name, but another place: it is no row of the farm.
        ("burial_fraction", "core", "oxygen", "literature"),
    ]
    names = ("quantity", "method", "site", "origin")
    columns = {n: ("row", np.array([r[i] for r in rows], dtype=object)) for i, n in enumerate(names)}
    data = xr.DataTree.from_dict(
        {
            "prior": xr.Dataset({"burial_fraction": (dims, prior)}, coords={"site": sites}),
            "posterior": xr.Dataset({"burial_fraction": (dims, posterior)}, coords={"site": sites}),
            "observed_data": xr.Dataset(columns),
        }
    )
    (said,) = burial_remarks(SimpleNamespace(data=data), "en")
    assert said.startswith("Burial at oxygen: 2 rows")
    assert "(90 % of the width" in said


def is_chinese(said: str) -> bool:
    """Whether a sentence is Chinese but for names, numbers and formulas: no English word of its frame is left."""
    words = (" the ", " of ", " and ", " is ", "; ", ": ")
    return any("\u4e00" <= letter <= "\u9fff" for letter in said) and not any(word in said for word in words)


def checks(centre: float, spread: float, pit: float = 0.5) -> pd.DataFrame:
    """Return the checks of 40 standard normal replicates and rows of another mean and spread."""
    rng = np.random.default_rng(2)
    names = [f"row {i}" for i in range(40)]
    seen = centre + spread * np.linspace(-1.5, 1.5, 40)
    observed = xr.Dataset(
        {"value": ("row", seen), "quantity": ("row", np.array(["burial_fraction"] * 40, dtype=object))},
        coords={"row": names},
    )
    drawn = xr.Dataset(
        {"value": (("chain", "draw", "row"), rng.standard_normal((1, 800, 40)))}, coords={"row": names}
    )
    levels = np.linspace(pit - 0.02, pit + 0.02, 40) if pit != 0.5 else (np.arange(40) + 0.5) / 40
    loo = pd.DataFrame({"quantity": "burial_fraction", "pit": levels, "pareto_k": 0.1})
    return checks_table(observed, drawn, drawn, loo)


def test_predictive_findings_in_both_languages() -> None:
    found = pd.concat([checks(3, 0.1), checks(-3, 3), checks(0, 1, pit=0.9), checks(0, 1)])
    told = {part for note in found["note"] for part in note.split("; ") if part}
    # Everything that a check can find has occurred, and has its Chinese.
    assert len(told) == 6
    assert told <= set(PHRASES)
    english, chinese = (predictive_remarks(found, language) for language in LANGUAGES)
    assert len(english) == len(chinese) == (found["note"] != "").sum()
    assert english[1].startswith("burial_fraction, posterior predictive: more rows outside their intervals")
    assert chinese[1].startswith("参数 埋藏率 burial_fraction 的后验预测检验：落在预测区间之外的数据")
    assert chinese[0].startswith("参数 埋藏率 burial_fraction 的先验预测检验：")
    assert "；数据的均值大于预测；" in chinese[1]
    assert all(map(is_chinese, chinese))
    assert said_again("checks", english) == chinese


def test_verdicts_on_fluxes_in_both_languages() -> None:
    measured = {"bay": -40.0, "cove": 20.0, "reef": 100.0, "sound": 400.0, "lagoon": 5.0}
    rows = fluxes(*[flux(value, 10.0, site=site) for site, value in measured.items()])
    farms = [release(100.0, 10.0).assign_coords(site=[site]) for site in list(measured)[:4]]
    found = air_sea_check(rows, xr.concat(farms, "site"))
    verdicts = {verdict.removesuffix(f" {CAVEAT}") for verdict in found["verdict"]}
    assert len(verdicts) == 5
    assert {*verdicts, CAVEAT} <= set(PHRASES)
    english, chinese = (air_sea_remarks(found, language) for language in LANGUAGES)
    assert english == [f"{row['site']}: {row['verdict']}" for row in found.to_dict("records")]
    assert chinese[0].startswith("bay 的海气通量：养殖释放碳，水体却吸收 CO2")
    assert chinese[4].endswith("不进入任何碳汇、碳库或碳汇价格。")
    assert all(map(is_chinese, chinese))
    assert said_again("air_sea", english) == chinese


def test_budgets_in_both_languages() -> None:
    """Only what is implausible is told."""
    found = budget_table(posterior([(CLAM, "bay")], draws=999))
    english, chinese = (budget_remarks(found, language) for language in LANGUAGES)
    assert [said.split(",")[0] for said in english] == [
        "Published budget Manila clam", "Published budget Jiaozhou Bay", "Published budget Jiaozhou Bay",
    ]  # fmt: skip
    # Deposits of 8 mg a day over 730 days, 2 g harvested: 2.92, with 1.25 alive 3.65; published 2.5.
    assert "deposited_by_stock / harvested is 0.68 times the posterior median (p = 0.002)" in english[1]
    assert "群体生物沉积 / 收获 为后验中位数的 0.68 倍（p = 0.002）" in chinese[1]
    assert all(map(is_chinese, chinese))
    assert said_again("budgets", english) == chinese
    twice = found[found["verdict"] == IMPLAUSIBLE].iloc[:2].assign(p_two_sided=0.0002)
    assert budget_remarks(twice, "zh")[0].count("倍（p < 0.001）；") == 1
    assert budget_remarks(found.assign(verdict=PLAUSIBLE), "en") == []


def test_doubts_about_sediment_sources_in_both_languages() -> None:
    facts = {"n_tracers": [1, 2, 2], "misfit": [0.1, 5.24, 0.2], "ess": [900.0, 900.0, WANTED_ESS - 1.0]}
    sources = xr.Dataset(
        {name: ("site", values) for name, values in facts.items()}
        | {"proposals": ("site", [4000, 4000, 99])},
        coords={"site": ["bay", "cove", "reef"], "source": ["farm", "soil", "kelp"]},
    )
    english, chinese = (sediment_remarks(sources, language) for language in LANGUAGES)
    assert [said.split(":")[0] for said in english] == [said.split("：")[0] for said in chinese] == [
        "bay", "cove", "reef",
    ]  # fmt: skip
    assert "3 sources and 1 tracer: many mixtures" in english[0] and "3 个来源，1 种示踪物：" in chinese[0]
    assert "5.2 standard errors off" in english[1] and "相差 5.2 个标准误" in chinese[1]
    assert "生物沉积" in chinese[1]
    assert "draws after 99 proposals" in english[2] and "99 次提议" in chinese[2]
    assert all(map(is_chinese, chinese))
    assert said_again("sediment_sources", english) == chinese


def test_a_phrase_without_a_translation_stays_as_it_is() -> None:
    assert in_language("something new", "zh") == in_language("something new", "en") == "something new"
