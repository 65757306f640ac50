"""What to measure next, as tables, sentences and a section of the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from bayescarbon.information.plan import Plan, best_plan
from bayescarbon.information.surveys import Survey
from bayescarbon.report.figures import budget_curve
from bayescarbon.report.language import Language
from bayescarbon.report.measure_lines import named, sentence
from bayescarbon.report.measuring import MEASURE_BUDGET, MEASURE_PLAN, measured, plan_tables
from bayescarbon.report.page import page
from bayescarbon.report.saved import Saved, read_saved
from tests.information.constructed import SITE, SPECIES, farm, terms
from tests.report.constructed import Constructed
from tests.report.page_reader import Page
from tests.report.page_study import terms as credit_terms
from tests.report.page_study import written

ITEM = {
    "quantity": "burial_fraction", "species": "", "site": "A", "kind": "cores", "n": 10.0, "cost": 9000.0,
    "credits_freed": 310.2, "credits_freed_q05": -120.0, "credits_freed_q95": 480.0, "unit": "t CO2e",
    "worth": 18600.0, "evsi_credits": 350.0, "evsi_value": 21000.0, "added_value": 21000.0, "added_net": 12000.0,
    "currency": "CNY",
}  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Plan:
    animals = Survey("live_weight", SPECIES, SITE, cost_per_sample=10.0, fixed_cost=20.0, most=50)
    cores = Survey("burial_fraction", "", SITE, cost_per_sample=2.0, fixed_cost=10.0, most=50)
    return best_plan(farm(draws=2000), [animals, cores], terms(), 1e4)


def test_tables_of_a_plan(plan: Plan) -> None:
    tables = plan_tables(plan, "CNY")
    items, steps = tables["measure_plan"], tables["measure_budget"]
    assert tuple(items.columns) == MEASURE_PLAN and tuple(steps.columns) == MEASURE_BUDGET
    assert len(items) == len(plan.items) == 2
    assert items["cost"].sum() == pytest.approx(steps["total_cost"].iloc[-1])
    assert (steps["total_net"] == steps["total_value"] - steps["total_cost"]).all()
    assert set(items["currency"]) == set(steps["currency"]) == {"CNY"}


def test_what_a_measurement_frees_is_said() -> None:
    assert sentence(ITEM, "en") == (
        "10 cores at A would be expected to free 310 t CO2e of credits (90 % -120 to 480), worth 18,600 CNY, for 9,000."
    )
    assert "A 处柱状样 10 根" in sentence(ITEM, "zh") and "18,600 CNY" in sentence(ITEM, "zh")
    fewer = sentence(ITEM | {"credits_freed": -5.0}, "en")
    assert "expected to lower credits by 5.00 t CO2e" in fewer and "worth 21,000 CNY" in fewer


def test_one_sample_is_one() -> None:
    one = ITEM | {"n": 1.0}
    assert named(one, "en") == "1 core at A"
    other = one | {"kind": "samples", "quantity": "dry_fraction", "species": SPECIES}
    assert named(other, "en") == f"1 sample of dry_fraction in {SPECIES} at A"
    assert named(other | {"n": 3.0, "site": ""}, "en") == "3 samples of dry_fraction"


def test_nothing_is_valued_without_credits_or_draws(fitted: Constructed, ledger: xr.Dataset) -> None:
    asked = (ledger, "improved_stock_change")
    assert measured(fitted, *asked, credit_terms(), seed=1) == {}
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset()})
    assert measured(replace(fitted, data=tree), *asked, None, seed=1) == {}
    failed = replace(fitted, data=tree, diagnostics=replace(fitted.diagnostics, passed=False))
    assert measured(failed, *asked, credit_terms(), seed=1) == {}


@pytest.mark.parametrize(("language", "said"), [("en", "10 cores at A would be"), ("zh", "A 处柱状样 10 根")])
def test_the_page_says_what_pays(tmp_path: Path, plan: Plan, language: Language, said: str) -> None:
    ledger = written(tmp_path, language)
    saved = read_saved(tmp_path)
    ranked = [{"rank": 1.0, "quantity": "burial_fraction", "species": "", "site": "A", "best_n": 10.0}]
    steps = plan_tables(plan, "CNY")["measure_budget"].to_dict("records")
    more = {"measure": ranked, "measure_plan": [ITEM], "measure_budget": steps}
    read = Page(page(Saved(saved.tables | more, saved.manifest), ledger, language))
    assert said in read.text
    assert any(title.startswith("measure_budget.csv, 2, total_value") for _, title, _ in read.numbers)
    nothing = Page(page(Saved(saved.tables | {"measure": ranked}, saved.manifest), ledger, "en"))
    assert "no measurement pays within one cycle" in nothing.text


def test_the_budget_curve_starts_at_nothing(plan: Plan) -> None:
    table: pd.DataFrame = plan_tables(plan, "CNY")["measure_budget"]
    curve, equal = budget_curve(table).axes[0].lines
    assert curve.get_xydata()[0].tolist() == [0.0, 0.0]
    assert curve.get_xydata()[1:].tolist() == table[["total_cost", "total_value"]].to_numpy().tolist()
    assert (equal.get_xdata() == equal.get_ydata()).all()
