"""Credits in a run's files: numbers from the saved draws by a second route, and what is said of them."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from openpyxl import load_workbook

from bayescarbon.accounting.frameworks import frameworks
from bayescarbon.errors import StudyError
from bayescarbon.evidence.quantities import Quantiles
from bayescarbon.issuance import issue
from bayescarbon.report import issuance
from bayescarbon.report.headline import headline_lines, read_headline
from bayescarbon.report.issuance import CreditTerms, credit_terms, credited
from bayescarbon.report.language import LANGUAGES
from bayescarbon.report.results import write_results
from bayescarbon.study import read_study
from bayescarbon.study.rules import Rule, default_rules, named_rule
from bayescarbon.study.settings import CreditPrice
from tests.report.constructed import (
    CHAINS,
    DRAWS,
    Constructed,
    constructed,
    draws_by_line,
    make_economics,
    make_ledger,
)
from tests.report.test_results import FAILED, RUN
from tests.report.test_tables import improved_stock_change

OWN = Rule("own_q20", "quantile", {"level": 0.2}, title="Ours", document="our contract", confidence="own")
RULES = (*(named_rule(name) for name in default_rules()), OWN)
TERMS = CreditTerms(named_rule("posterior_q10"), RULES)
PRICE = CreditPrice(Quantiles(20.0, 60.0, 100.0), "CNY / t CO2e")
HARVEST = pd.DataFrame(
    {
        "batch": ["east", "west"],
        "site": "bay",
        "cycle_days": 365.0,
        "farm": ["Li", ""],
        "year": [2020.0, 2020.0],
    }
)
FILES = {"issuance.csv", "issuance_risk.csv", "allocation.csv", "risk_curve.csv"}
NET = "improved_stock_change"


def written(folder: Path, fit: Constructed, ledger: xr.Dataset, run: object = None) -> Path:
    folder.mkdir(exist_ok=True)
    write_results(folder, fit, ledger, run or replace(RUN, harvest=HARVEST, credits=TERMS), {})
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return results to read; who spoils them takes a copy."""
    where = tmp_path_factory.mktemp("issuance") / "results"
    return written(where, constructed(), make_ledger(draws_by_line()))


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(folder, tmp_path / "copy")


def rows(folder: Path, name: str = "issuance") -> pd.DataFrame:
    words = dict.fromkeys(("note", "scope", "rule"), str)
    return pd.read_csv(
        folder / f"{name}.csv", dtype=words, keep_default_na=False, na_values={"deduction": "", "level": ""}
    )


def one(frame: pd.DataFrame, **where: str) -> pd.Series:
    for column, value in where.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def net_draws(draws: dict[str, np.ndarray], fit: Constructed) -> np.ndarray:
    """The headline sink after the baseline share (batch, chain, draw), t CO2e, written out."""
    return improved_stock_change(draws) * (1 - fit.money["baseline_share"].values)


def said(folder: Path, language: str = "en") -> str:
    return "\n".join(line.text for line in headline_lines(read_headline(folder), language))


class TestTables:
    def test_columns_are_those_of_the_contract(self, folder: Path) -> None:
        assert list(rows(folder)) == [
            "scope", "framework", "rule", "unit", "mean", "issued", "deduction", "p_overcredit",
            "expected_overcredit", "eligible", "note",
        ]  # fmt: skip
        assert list(rows(folder, "issuance_risk")) == [
            "scope", "framework", "rule", "unit", "gross_mean", "p_positive", "credits", "issued_mcse", "level",
            "same_level_quantile", "buffer", "deficit", "effective_draws",
        ]  # fmt: skip
        assert list(rows(folder, "allocation")) == [
            "batch", "framework", "rule", "unit", "alone", "allocated", "allocated_mcse", "share",
        ]  # fmt: skip
        assert list(rows(folder, "risk_curve")) == [
            "level", "unit", "issued", "p_overcredit", "expected_overcredit",
        ]  # fmt: skip
        assert {path.name for path in folder.iterdir()} >= FILES
        assert not {"vintages.csv", "revenue.csv"} & {path.name for path in folder.iterdir()}

    def test_every_scope_framework_and_rule_has_a_row_in_that_order(self, folder: Path) -> None:
        frame = rows(folder)
        scopes = ["east", "west", "farm:Li", "total"]
        expected = [(s, f, r.name) for s in scopes for f in frameworks() for r in RULES]
        assert list(zip(frame["scope"], frame["framework"], frame["rule"], strict=True)) == expected
        risk = rows(folder, "issuance_risk")
        assert list(zip(risk["scope"], risk["framework"], risk["rule"], strict=True)) == expected
        assert set(frame["unit"]) == set(risk["unit"]) == {"t CO2e"}

    @pytest.mark.parametrize("rule", [rule.name for rule in RULES])
    def test_numbers_are_those_of_issue_on_the_saved_draws(self, folder: Path, rule: str) -> None:
        """From `posterior.nc` alone, in the single precision in which the ledger is saved."""
        with xr.open_datatree(folder / "posterior.nc", engine="netcdf4") as tree:
            lines = {str(n): v.values.astype(float) for n, v in tree["accounting"].to_dataset().items()}
            k = tree["posterior"]["baseline_share"].values
        sinks = improved_stock_change(lines) * (1 - k)
        chosen = next(one for one in RULES if one.name == rule)
        for scope, draws in (("west", sinks[1]), ("farm:Li", sinks[0]), ("total", sinks.sum(axis=0))):
            expected = issue(xr.DataArray(draws, dims=("chain", "draw")), chosen)
            found = one(rows(folder), scope=scope, framework=NET, rule=rule)
            for name in ("mean", "issued", "deduction", "expected_overcredit"):
                assert found[name] == pytest.approx(getattr(expected, name), rel=1e-5, abs=1e-5), name
            assert found["p_overcredit"] == pytest.approx(expected.p_overcredit, abs=1 / draws.size)
            assert found["eligible"] == expected.eligible
            risk = one(rows(folder, "issuance_risk"), scope=scope, framework=NET, rule=rule)
            assert risk["credits"] == np.floor(found["issued"])
            assert risk["same_level_quantile"] == pytest.approx(expected.same_level_quantile, rel=1e-5)
            assert risk["issued_mcse"] == pytest.approx(expected.issued_mcse, rel=1e-3)
            level = np.nan if expected.level is None else expected.level
            assert risk["level"] == pytest.approx(level, nan_ok=True)

    def test_total_is_credited_from_the_sum_of_draws(
        self, folder: Path, draws: dict[str, np.ndarray], fitted: Constructed
    ) -> None:
        frame = rows(folder)
        credited_ = {
            s: one(frame, scope=s, framework=NET, rule="posterior_q10")["issued"]
            for s in ("east", "west", "total")
        }
        net = net_draws(draws, fitted)
        assert credited_["total"] == pytest.approx(np.quantile(net.sum(axis=0), 0.1), rel=1e-12)
        assert credited_["west"] == pytest.approx(np.quantile(net[1], 0.1), rel=1e-12)
        # The batches are independent in these draws: together they lose less than one by one.
        assert credited_["total"] > 1.01 * (credited_["east"] + credited_["west"])

    def test_sinks_stay_gross_and_stand_beside(self, folder: Path) -> None:
        sinks = pd.read_csv(folder / "sinks.csv").set_index(["scope", "framework"])["mean"]
        risk = rows(folder, "issuance_risk")
        risk = risk[(risk["rule"] == "vcs_mr24") & ~risk["scope"].str.startswith("farm:")]
        beside = risk.set_index(["scope", "framework"])["gross_mean"]
        pd.testing.assert_series_equal(beside, sinks.loc[beside.index], check_names=False, rtol=1e-12)
        net = rows(folder).set_index(["scope", "framework", "rule"])["mean"]
        share = net["total", NET, "vcs_mr24"] / beside["total", NET]
        assert 0.8 < share < 0.99  # k is uniform between 0.01 and 0.2 in these draws

    def test_a_negative_sink_issues_nothing_and_says_why(self, folder: Path) -> None:
        frame = rows(folder)
        released = frame[frame["framework"] == "respiration_and_calcification"]
        assert (released["mean"] < 0).all()
        assert (released["issued"] == 0).all()
        assert not released["eligible"].any()
        assert released["deduction"].isna().all()
        assert released["note"].str.contains("nothing is issued: the mean net removal is -").all()
        deficit = one(
            rows(folder, "issuance_risk"),
            scope="total",
            framework="respiration_and_calcification",
            rule="vm0042",
        )["deficit"]
        assert deficit > -released[released["scope"] == "total"]["mean"].iloc[0]

    def test_allocation_adds_up_to_the_total_of_the_file(self, folder: Path) -> None:
        shares = rows(folder, "allocation")
        total = one(rows(folder), scope="total", framework=NET, rule="posterior_q10")["issued"]
        assert shares["allocated"].sum() == pytest.approx(total, rel=1e-12)
        assert shares["share"].sum() == pytest.approx(1.0)
        alone = rows(folder).query("framework == @NET and rule == 'posterior_q10'")["issued"][:2]
        assert shares["alone"].tolist() == alone.tolist()
        assert set(shares["framework"]) == {NET}
        assert set(shares["rule"]) == {"posterior_q10"}

    def test_risk_curve_goes_through_the_quantile_rules(self, folder: Path) -> None:
        curve = rows(folder, "risk_curve").set_index("level")
        frame = rows(folder).query("scope == 'total' and framework == @NET").set_index("rule")
        for level, rule in ((0.05, "posterior_q05"), (0.1, "posterior_q10"), (0.2, "own_q20")):
            for name in ("issued", "p_overcredit", "expected_overcredit"):
                assert curve[name][level] == pytest.approx(frame[name][rule], rel=1e-9), (level, name)
        assert curve["issued"].is_monotonic_increasing
        assert curve["expected_overcredit"].is_monotonic_increasing
        assert len(curve) == 99

    def test_without_harvest_there_are_batches_and_total_only(
        self, fitted: Constructed, ledger: xr.Dataset
    ) -> None:
        found = credited(fitted, ledger, NET, TERMS, None, priced=True)
        assert found.frames["issuance"]["scope"].unique().tolist() == ["east", "west", "total"]

    def test_farms_and_years_go_by_the_name_of_the_batch(
        self, fitted: Constructed, ledger: xr.Dataset
    ) -> None:
        turned = HARVEST.assign(year=[2020.0, 2021.0]).iloc[::-1]
        found = credited(fitted, ledger, NET, TERMS, turned, priced=True)
        straight = credited(fitted, ledger, NET, TERMS, HARVEST.assign(year=[2020.0, 2021.0]), priced=True)
        for name, frame in straight.frames.items():
            pd.testing.assert_frame_equal(found.frames[name], frame)

    def test_a_gap_in_the_draws_is_refused(self, fitted: Constructed, ledger: xr.Dataset) -> None:
        ledger["buried"][1, 0, 3] = np.nan
        with pytest.raises(ValueError, match="not a finite number"):
            credited(fitted, ledger, NET, TERMS, HARVEST, priced=True)


class TestPooling:
    def test_stands_in_the_manifest(self, folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        shares = rows(folder, "allocation")
        pooled = manifest["pooling"]
        assert pooled["rule"] == "posterior_q10"
        assert pooled["batches"] == 2
        assert pooled["alone"] == pytest.approx(shares["alone"].sum())
        assert pooled["together"] == pytest.approx(shares["allocated"].sum())
        assert pooled["gain"] == pytest.approx(pooled["together"] - pooled["alone"])
        # Only the baseline share is common to the batches.
        assert 0 <= pooled["common_share"] < 0.5

    def test_a_single_batch_has_none(
        self, tmp_path: Path, fitted: Constructed, draws: dict[str, np.ndarray]
    ) -> None:
        ledger = make_ledger(draws).isel(batch=[0])
        fit = replace(fitted, money=fitted.money.isel(batch=[0]))
        folder = written(tmp_path / "one", fit, ledger)
        assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["pooling"] is None
        shares = rows(folder, "allocation")
        assert shares["allocated"].tolist() == pytest.approx(shares["alone"].tolist())
        assert "by itself" not in said(folder)


class TestManifest:
    def test_holds_the_rules_that_were_used(self, folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["headline_rule"] == "posterior_q10"
        assert list(manifest["rules"]) == [rule.name for rule in RULES]
        assert manifest["rules"]["own_q20"] == {
            "family": "quantile", "thresholds": {"level": 0.2}, "document": "our contract", "version": "",
            "section": "", "confidence": "own",
        }  # fmt: skip
        assert manifest["rules"]["art_trees"]["version"] == named_rule("art_trees").version != ""
        assert manifest["rules"]["kp_art52"]["thresholds"]["edges"] == [0.1, 0.3, 0.5, 1.0]
        assert set(manifest["files"]) >= FILES

    def test_terms_of_a_study(self, studies: Path) -> None:
        study = read_study(studies / "yunxi")
        terms = credit_terms(replace(study, own_rules={"own_q20": OWN}, rules=("vcs_mr24", "own_q20")))
        assert [rule.name for rule in terms.rules] == ["vcs_mr24", "own_q20", "posterior_q10"]
        assert terms.rules[1] == OWN
        assert terms.rule.name == study.headline_rule
        assert terms.price == study.credit_price


class TestUnconverged:
    @pytest.fixture
    def failed(self, fitted: Constructed) -> Constructed:
        return replace(fitted, diagnostics=FAILED)

    @pytest.fixture
    def marked(self, ledger: xr.Dataset) -> xr.Dataset:
        return ledger.assign_coords(converged=False)

    def test_nothing_is_credited(self, tmp_path: Path, failed: Constructed, marked: xr.Dataset) -> None:
        folder = written(tmp_path / "failed", failed, marked)
        assert not FILES & {path.name for path in folder.iterdir()}
        assert not {name.removesuffix(".csv") for name in FILES} & set(
            load_workbook(folder / "results.xlsx").sheetnames
        )
        headline = read_headline(folder)
        assert headline.record()["credits"] is None
        assert "No credits: the sampler's diagnostics failed" in said(folder)
        assert "采样诊断未通过" in said(folder, "zh")

    def test_unless_it_is_asked_for_and_then_every_row_says_so(
        self, tmp_path: Path, failed: Constructed, marked: xr.Dataset, fitted: Constructed, ledger: xr.Dataset
    ) -> None:
        run = replace(RUN, harvest=HARVEST.assign(year=[2020, 2021]), credits=TERMS, allow_unconverged=True)
        folder = written(tmp_path / "failed", failed, marked, run)
        assert {path.name for path in folder.iterdir()} >= FILES | {"UNCONVERGED.txt", "vintages.csv"}
        frame = rows(folder)
        assert frame["note"].str.startswith(issuance.FAILED).all()
        good = credited(fitted, ledger, NET, TERMS, HARVEST, priced=True).frames["issuance"]
        np.testing.assert_allclose(frame["issued"], good["issued"], rtol=1e-12)
        assert said(folder).index("NOT CONVERGED") < said(folder).index("in whole tonnes")

    def test_the_mark_on_the_draws_alone_is_refused(self, fitted: Constructed, marked: xr.Dataset) -> None:
        with pytest.raises(ValueError, match="failed its diagnostics"):
            credited(fitted, marked, NET, TERMS, HARVEST, priced=True)


class TestVintages:
    @pytest.fixture
    def frame(self, fitted: Constructed, ledger: xr.Dataset) -> pd.DataFrame:
        found = credited(fitted, ledger, NET, TERMS, HARVEST.assign(year=[2021.0, 2020.0]), priced=True)
        return found.frames["vintages"]

    def test_ways_and_rules(self, frame: pd.DataFrame) -> None:
        assert list(frame) == list(issuance.VINTAGES)
        ways = frame[["method", "rule"]].drop_duplicates().to_records(index=False).tolist()
        assert set(ways) == {
            ("ratchet", "posterior_q10"), ("end_of_period", "posterior_q10"), ("ratchet", "vm0033"),
            ("buffer", "fcpf"), ("end_of_period", "art_trees"),
        }  # fmt: skip
        for _, way in frame.groupby(["method", "rule"]):
            assert way["year"].tolist() == [2020, 2021]

    def test_ratchet_ends_at_the_credits_of_all(
        self, frame: pd.DataFrame, draws: dict[str, np.ndarray], fitted: Constructed
    ) -> None:
        net = net_draws(draws, fitted)
        way = frame.query("method == 'ratchet' and rule == 'posterior_q10'")
        first, both = np.quantile(net[1], 0.1), np.quantile(net.sum(axis=0), 0.1)
        np.testing.assert_allclose(way["issued"], [first, both - first], rtol=1e-12)
        np.testing.assert_allclose(
            way["cumulative_mean"], [net[1].mean(), net.sum(axis=0).mean()], rtol=1e-12
        )
        assert way["deficit"].tolist() == [0.0, 0.0]

    def test_end_of_period_and_buffer(self, frame: pd.DataFrame) -> None:
        way = frame.query("method == 'end_of_period' and rule == 'posterior_q10'")
        assert way["issued_cumulative"].iloc[-1] == pytest.approx(way["issued"].sum())
        assert way["issuable"].iloc[-1] > way["issued_cumulative"].iloc[-1]  # independent years average out
        held = frame.query("method == 'buffer'").iloc[-1]
        assert held["balance"] >= 0
        assert frame.query("method == 'buffer'")[["held", "released", "cancelled"]].notna().all(axis=None)

    def test_one_year_or_none_has_no_vintages(self, fitted: Constructed, ledger: xr.Dataset) -> None:
        for years in ([2020.0, 2020.0], [np.nan, np.nan], [2020.0, np.nan]):
            found = credited(fitted, ledger, NET, TERMS, HARVEST.assign(year=years), priced=True)
            assert "vintages" not in found.frames
            assert found.undated == ()

    def test_a_batch_without_a_year_among_others_is_named(
        self, tmp_path: Path, fitted: Constructed, draws: dict[str, np.ndarray]
    ) -> None:
        three = {line: np.concatenate([values, values[:1]]) for line, values in draws.items()}
        coords = {"batch": ["east", "west", "north"], "chain": range(CHAINS), "draw": range(DRAWS)}
        ledger = xr.Dataset(
            {line: (("batch", "chain", "draw"), v, {"units": "t C"}) for line, v in three.items()},
            coords=coords,
        )
        harvest = pd.DataFrame(
            {
                "batch": ["east", "west", "north"],
                "site": "bay",
                "cycle_days": 365.0,
                "year": [2020, 2021, np.nan],
            }
        )
        folder = written(tmp_path / "results", fitted, ledger, replace(RUN, harvest=harvest, credits=TERMS))
        assert not (folder / "vintages.csv").exists()
        assert "No credits year by year, as harvest gives no year for north." in said(folder)

    def test_the_summary_gives_them(self, tmp_path: Path, fitted: Constructed, ledger: xr.Dataset) -> None:
        run = replace(RUN, harvest=HARVEST.assign(year=[2020, 2021]), credits=TERMS)
        folder = written(tmp_path / "results", fitted, ledger, run)
        assert "Year by year, rule posterior_q10" in said(folder)
        years = [row["year"] for row in read_headline(folder).record()["credits"]["vintages"]]
        assert set(years) == {2020.0, 2021.0}
        assert "逐年签发" in said(folder, "zh")


class TestRevenue:
    def test_credits_times_price(self, tmp_path: Path, fitted: Constructed, ledger: xr.Dataset) -> None:
        run = replace(RUN, harvest=HARVEST, credits=replace(TERMS, price=PRICE))
        folder = written(tmp_path / "results", fitted, ledger, run)
        earned = rows(folder, "revenue")
        assert list(earned) == list(issuance.REVENUE)
        issued = rows(folder).query("framework == @NET").reset_index(drop=True)
        assert earned[["scope", "rule"]].equals(issued[["scope", "rule"]])
        assert set(earned["unit"]) == {"CNY"}
        for column, price in (("q05", 20.0), ("median", 60.0), ("q95", 100.0)):
            np.testing.assert_allclose(earned[column], price * issued["issued"], rtol=1e-12)
        assert re.search(
            r"At the stated market price [\d.,]+ t CO2e earn [\d.,]+ CNY on average", said(folder)
        )
        assert "平均收入" in said(folder, "zh")
        told = read_headline(folder).record()["credits"]["revenue"]
        assert {row["rule"] for row in told} == {"posterior_q10"}
        assert [row["scope"] for row in told] == ["east", "west", "farm:Li", "total"]

    @pytest.mark.parametrize(("minimum", "p"), [(60.0, 0.5), (100.0, 0.05), (20.0, 0.95)])
    def test_break_even_where_the_minimum_price_is_one_of_its_quantiles(
        self, minimum: float, p: float
    ) -> None:
        draws = {line: np.zeros((2, CHAINS, DRAWS)) for line in make_lines()}
        draws["tissue"][0] = 12.0  # 44 t CO2e
        gap = np.full((2, CHAINS, DRAWS), minimum * 44.0 * 0.95)
        fit = Constructed(make_economics(gap, np.full((CHAINS, DRAWS), 0.05)))
        found = credited(fit, make_ledger(draws), NET, replace(TERMS, price=PRICE), None, priced=True)
        paid = found.frames["revenue"].query("rule == 'posterior_q10'").set_index("scope")
        assert paid["p_break_even"]["east"] == pytest.approx(p)
        assert paid["p_undefined"]["east"] == 0
        assert paid["p_break_even"]["west"] == 0  # nothing is fixed there, so no price is high enough
        assert paid["p_undefined"]["west"] == 1
        assert np.isnan(paid["p_break_even"]["total"])

    def test_without_economics_there_is_no_break_even(
        self, tmp_path: Path, fitted: Constructed, ledger: xr.Dataset
    ) -> None:
        run = replace(RUN, currency=None, credits=replace(TERMS, price=PRICE))
        folder = written(tmp_path / "results", fitted, ledger, run)
        earned = pd.read_csv(folder / "revenue.csv")
        assert earned[["p_break_even", "p_undefined"]].isna().all(axis=None)
        assert earned["mean"].gt(0).any()
        assert "minimum carbon price:" not in said(folder).split("The same sink")[0]


def make_lines() -> tuple[str, ...]:
    from bayescarbon.accounting.lines import LINES

    return tuple(LINES)


class TestSummary:
    def test_json_has_the_rows_of_the_files(self, folder: Path) -> None:
        record = read_headline(folder).record()["credits"]
        json.dumps(record, allow_nan=False)
        total = one(rows(folder), scope="total", framework=NET, rule="posterior_q10")
        assert record["total"]["issued"] == total["issued"]
        assert record["total"]["deduction"] == total["deduction"]
        assert record["total"]["eligible"] is True
        assert record["total"]["credits"] == np.floor(total["issued"])
        assert [row["rule"] for row in record["by_rule"]] == [rule.name for rule in RULES]
        assert [row["framework"] for row in record["by_framework"]] == list(frameworks())
        assert [row["scope"] for row in record["by_scope"]] == ["east", "west", "farm:Li", "total"]
        assert [row["batch"] for row in record["allocation"]] == ["east", "west"]

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_words(self, folder: Path, language: str) -> None:
        told = said(folder, language)
        total = one(rows(folder), scope="total", framework=NET, rule="posterior_q10")
        assert f"{int(total['issued']):,} t CO2e" in told
        assert f"{100 * total['deduction']:.0f}" in told
        for rule in RULES:
            # In Chinese its name stands before it.
            assert sum(line.startswith("  ") and rule.name in line.split() for line in told.splitlines()) == 1
        (none,) = [line for line in told.splitlines() if "respiration_and_calcification (-" in line]
        assert "none (0)" in none

    def test_a_headline_that_is_a_source_says_so(
        self, tmp_path: Path, fitted: Constructed, ledger: xr.Dataset
    ) -> None:
        run = replace(RUN, headline_framework="respiration_and_calcification", credits=TERMS)
        folder = written(tmp_path / "results", fitted, ledger, run)
        assert "No credits: by this way of counting the farm does not remove CO2 (mean -" in said(folder)
        assert "按此口径养殖场并不移除 CO2" in said(folder, "zh")

    def test_a_sink_that_is_too_uncertain_says_so(self, tmp_path: Path, fitted: Constructed) -> None:
        rng = np.random.default_rng(2)
        draws = {line: np.zeros((2, CHAINS, DRAWS)) for line in make_lines()}
        draws["tissue"] = rng.normal(1.0, 5.0, (2, CHAINS, DRAWS)) + 2.0
        folder = written(tmp_path / "results", fitted, make_ledger(draws))
        assert "No credits: the sink is too uncertain for this rule" in said(folder)
        assert "improved_stock_change" in said(folder).split("is too uncertain for the rule")[1]

    def test_larger_risk_than_meant_is_named(self, tmp_path: Path) -> None:
        """A log-normal total of many draws: the half-width formulas run more than their third."""
        rng = np.random.default_rng(4)
        draws = {line: np.zeros((2, 4, 2000)) for line in make_lines()}
        draws["tissue"][0] = rng.lognormal(0.0, 0.55, (4, 2000))
        coords = {"batch": ["east", "west"], "chain": range(4), "draw": range(2000)}
        ledger = xr.Dataset(
            {line: (("batch", "chain", "draw"), v, {"units": "t C"}) for line, v in draws.items()},
            coords=coords,
        )
        fit = Constructed(
            xr.Dataset(
                {
                    "margin_gap": (("batch", "chain", "draw"), np.ones((2, 4, 2000)), {"units": "CNY"}),
                    "baseline_share": (("chain", "draw"), np.zeros((4, 2000))),
                },
                coords=coords,
            )
        )
        folder = written(tmp_path / "results", fit, ledger)
        (line,) = [line for line in said(folder).splitlines() if "larger risk than they mean" in line]
        assert "vcs_mr24" in line
        assert "art_trees" in line
        assert "posterior_q" not in line
        assert "rainbow_p10" not in line

    def test_results_of_before_there_were_credits_are_still_shown(self, copied: Path) -> None:
        path = copied / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        for name in ("headline_rule", "rules", "credit_price", "pooling", "undated_batches"):
            del manifest[name]
        path.write_text(json.dumps(manifest), encoding="utf-8")
        for name in FILES:
            (copied / name).unlink()
        assert "run the study again" in said(copied)
        assert read_headline(copied).record()["credits"] is None
        assert "t CO2e, 90 % interval" in said(copied)

    @pytest.mark.parametrize("missing", ["issuance_risk.csv", "allocation.csv"])
    def test_half_of_the_tables_is_refused(self, copied: Path, missing: str) -> None:
        (copied / missing).unlink()
        with pytest.raises(StudyError, match=missing):
            read_headline(copied)

    def test_a_manifest_of_another_rule_is_refused(self, copied: Path) -> None:
        path = copied / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8")) | {"headline_rule": "posterior_q99"}
        path.write_text(json.dumps(manifest), encoding="utf-8")
        with pytest.raises(StudyError, match="damaged"):
            read_headline(copied)


class TestWorkbook:
    def test_sheets_hold_the_same_numbers(self, folder: Path) -> None:
        book = load_workbook(folder / "results.xlsx")
        added = ["issuance", "issuance_risk", "allocation", "risk_curve"]
        assert book.sheetnames[6:] == added
        for name in added:
            frame = pd.read_csv(folder / f"{name}.csv").astype(object)
            cells = list(book[name].iter_rows(values_only=True))
            assert list(cells[0]) == list(frame)
            body = pd.DataFrame([list(row) for row in cells[1:]], columns=list(frame), dtype=object)
            pd.testing.assert_frame_equal(
                body.where(body.notna() & (body != ""), None),
                frame.where(frame.notna(), None),
                check_dtype=False,
            )
        sheet = book["issuance"]
        assert sheet["J2"].value is bool(rows(folder)["eligible"][0])
        heading, *deducted = (cell for cell in sheet["G"] if cell.value is not None)
        assert heading.value == "deduction"
        assert {cell.number_format for cell in deducted} == {"0.0%"}
        assert sheet["H2"].number_format == "0.000"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, sheet.max_column).column_letter}{sheet.max_row}"
