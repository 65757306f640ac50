"""`run` on a real study, once, in a process of its own; then everything that has to hold of what it left."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from openpyxl import load_workbook

from bayescarbon.accounting.frameworks import net_sink
from bayescarbon.accounting.ledger import account
from bayescarbon.cli import main
from bayescarbon.cli.plan import saved_results
from bayescarbon.fit import load_fit
from bayescarbon.information import rank_measurements
from bayescarbon.information.ranking import MEASURE as MEASURE_COLUMNS
from bayescarbon.issuance import issue
from bayescarbon.report.folder import recover
from bayescarbon.report.measuring import DRAWS
from bayescarbon.study import read_study
from tests.cli.conftest import Run, bayescarbon, write_study
from tests.report.page_reader import read_page

TOO_FEW = ("run", "--draws", "10", "--chains", "2")
CREDITS = ["issuance", "issuance_risk", "allocation", "risk_curve", "vintages", "revenue"]
MEASURE = ["measure", "measure_plan", "measure_budget"]
CHECKS = ["sensitivity", "checks", "sediment_sources", "sediment_buried", "air_sea", "budgets"]
BODY = ("shell_dic", "shell_respired", "shell_organic", "tissue")


@dataclass(frozen=True)
class Finished:
    process: subprocess.CompletedProcess[str]
    study: Path

    @property
    def results(self) -> Path:
        return self.study / "results"

    def manifest(self) -> dict[str, object]:
        return json.loads((self.results / "manifest.json").read_text(encoding="utf-8"))


BESIDE = {
    "sediment": "sample,site,d13c,d15n\nB1,east,-22.1,5.8\nB2,east,-21.7,6.0\n",
    "endmembers": (
        "source,d13c,d13c_sd,d15n,d15n_sd\n"
        "farm biodeposits,-20.5,0.6,6.9,0.7\nterrestrial,-26.5,0.8,3.8,0.8\nkelp,-15,1.2,5.5,0.9\n"
    ),
    "air_sea": "site,co2_flux,unit,sd\neast,12,t C/yr,4\n",
    "sampling": (
        "quantity,cost_per_sample,fixed_cost,max_samples,site\n"
        "dry_fraction,1,10,50,\nburial_fraction,1000,200000,20,east\nisotope_enrichment,1,1,5,\n"
    ),
    "harvest": (
        "batch,site,species,harvest_t,cycle_days,individuals,farm,year\n"
        "east-2020,east,Chlamys farreri,120,500,6000000,Li,2020\n"
        "west-2021,west,Crassostrea gigas,300,360,9000000,,2021\n"
    ),
    "study": """\
rules = ["posterior_q10", "vcs_mr24", "ours"]
credit_price = { q05 = 20, q50 = 60, q95 = 100, unit = "CNY / t CO2e" }

[own_rules.ours]
family = "quantile"
thresholds = { level = 0.2 }
source = "a contract"
""",
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    study = write_study(tmp_path_factory.mktemp("run") / "two-bays")
    settings = study / "study.toml"
    first, rest = settings.read_text(encoding="utf-8").split("\n", 1)
    for name, text in BESIDE.items():
        if name == "study":
            settings.write_text(f"{first}\n{text}{rest}", encoding="utf-8")
        else:
            (study / f"{name}.csv").write_text(text, encoding="utf-8")
    return Finished(bayescarbon("run", study, "--draws", "1500", "--seed", "3"), study)


@pytest.fixture(scope="module")
def finished_ledger(finished: Finished) -> xr.Dataset:
    return account(load_fit(finished.results / "posterior.nc"))


def test_succeeds(finished: Finished) -> None:
    assert finished.process.returncode == 0, finished.process.stderr
    assert "Traceback" not in finished.process.stderr


def test_leaves_nothing_but_results(finished: Finished) -> None:
    assert sorted(path.name for path in finished.study.iterdir()) == [
        "air_sea.csv", "economics.csv", "endmembers.csv", "evidence.csv", "harvest.csv", "results",
        "sampling.csv", "sediment.csv", "study.toml",
    ]  # fmt: skip
    manifest = finished.manifest()
    assert {path.name for path in finished.results.iterdir()} == {"manifest.json", *manifest["files"]}


def test_progress_is_plain_lines_on_stderr(finished: Finished) -> None:
    lines = finished.process.stderr.splitlines()
    assert "Reading the study ..." in lines
    assert lines.index("  building the model") < lines.index("  sampling")
    assert "\x1b" not in finished.process.stderr + finished.process.stdout
    assert "sampling" not in finished.process.stdout


def test_manifest(finished: Finished) -> None:
    manifest = finished.manifest()
    assert manifest["converged"] is True
    assert manifest["seed"] == 3
    assert manifest["sampler"]["name"] == "nutpie"
    assert manifest["sampler"]["chains"] == 4
    for name in ("harvest.csv", "evidence.csv", "economics.csv", "study.toml"):
        assert manifest["inputs"][name] == hashlib.sha256((finished.study / name).read_bytes()).hexdigest()
    assert manifest["command"][:2] == ["bayescarbon", "run"]
    assert manifest["seconds"]["total"] >= manifest["seconds"]["fit"] > 0


def test_sinks_come_from_the_saved_draws(finished: Finished, finished_ledger: xr.Dataset) -> None:
    """Summed and summarised here, line by line, from what `posterior.nc` gives back."""
    lines = {str(name): values.sum("batch").values.ravel() for name, values in finished_ledger.items()}
    carbon = (
        sum(lines[part] + lines[f"fouling_{part}"] - lines[f"seed_{part}"] for part in BODY) + lines["buried"]
    )
    sinks = pd.read_csv(finished.results / "sinks.csv").set_index(["scope", "framework"])
    row = sinks.loc[("total", "improved_stock_change")]
    expected = np.quantile(carbon * 44 / 12, [0.05, 0.5, 0.95])
    np.testing.assert_allclose(row[["q05", "median", "q95"]].astype(float), expected, rtol=1e-9)
    assert row["mean"] == pytest.approx((carbon * 44 / 12).mean(), rel=1e-9)


def test_credits_come_from_the_saved_draws(finished: Finished, finished_ledger: xr.Dataset) -> None:
    """Rebuilt from what `posterior.nc` gives back, and given to `issue` one by one."""
    share = load_fit(finished.results / "posterior.nc").baseline_share
    frame = pd.read_csv(finished.results / "issuance.csv", keep_default_na=False)
    assert set(frame["rule"]) == {"posterior_q10", "vcs_mr24", "ours"}
    assert frame["scope"].unique().tolist() == ["east-2020", "west-2021", "farm:Li", "total"]
    issued = frame.set_index(["scope", "framework", "rule"])["issued"]
    for framework in ("improved_stock_change", "shell_only"):
        net = (1 - share) * net_sink(finished_ledger, framework)
        for scope, draws in (
            ("total", net.sum("batch")),
            ("west-2021", net.sel(batch="west-2021", drop=True)),
        ):
            for rule in ("posterior_q10", "vcs_mr24"):
                assert issued[scope, framework, rule] == pytest.approx(issue(draws, rule).issued, rel=1e-9)
            assert issued[scope, framework, "ours"] == pytest.approx(float(draws.quantile(0.2)), rel=1e-9)
    together = issued["total", "improved_stock_change", "posterior_q10"]
    allocated = pd.read_csv(finished.results / "allocation.csv")["allocated"]
    assert allocated.sum() == pytest.approx(together, rel=1e-9)
    years = pd.read_csv(finished.results / "vintages.csv").query("method == 'ratchet'")
    assert years["issued"].sum() == pytest.approx(together, rel=1e-9)
    money = pd.read_csv(finished.results / "revenue.csv").set_index(["scope", "rule"])
    assert money["median"]["total", "posterior_q10"] == pytest.approx(60 * together, rel=1e-9)
    assert 0 <= money["p_break_even"]["east-2020", "posterior_q10"] <= 1
    assert np.isnan(money["p_break_even"]["west-2021", "posterior_q10"])


def test_credits_are_said_and_their_rules_recorded(finished: Finished, cli: Run) -> None:
    content = json.loads(cli("show", finished.results, "--json").stdout)["credits"]
    assert content["total"]["rule"] == "posterior_q10"
    assert f"{int(content['total']['credits'])} t CO2e in whole tonnes" in finished.process.stdout
    assert [row["rule"] for row in content["by_rule"]] == ["posterior_q10", "vcs_mr24", "ours"]
    rules = finished.manifest()["rules"]
    assert rules["ours"]["document"] == "a contract"
    assert rules["vcs_mr24"]["section"] == "2.4"


def test_the_saved_ledger_is_that_of_the_saved_draws(finished: Finished, finished_ledger: xr.Dataset) -> None:
    with xr.open_datatree(finished.results / "posterior.nc", engine="netcdf4") as tree:
        saved = tree["accounting"].to_dataset().load()
    assert set(saved.data_vars) == set(finished_ledger.data_vars)
    for name, values in saved.items():
        assert values.dtype == np.float32
        assert values.attrs["units"] == "t C"
        np.testing.assert_allclose(values, finished_ledger[name].transpose(*values.dims), rtol=1e-6)


def test_prices_only_where_there_are_economics(finished: Finished, finished_ledger: xr.Dataset) -> None:
    prices = pd.read_csv(finished.results / "prices.csv")
    assert prices["batch"].tolist() == ["east-2020"] * 2
    assert prices["unit"].tolist() == ["CNY/t C", "CNY/t CO2e"]
    assert prices["median"][1] == pytest.approx(prices["median"][0] * 12 / 44, rel=1e-12)
    # Of the size that the inputs imply: the stated gap over the fixed carbon of the batch.
    fixed = finished_ledger.sel(batch="east-2020")
    carbon = float(sum(fixed[p] + fixed[f"fouling_{p}"] for p in BODY).median() + fixed["buried"].median())
    assert prices["median"][0] == pytest.approx(4000 / (0.95 * carbon), rel=0.15)


def test_quantities_count_the_farms_rows(finished: Finished) -> None:
    frame = pd.read_csv(finished.results / "quantities.csv", keep_default_na=False)
    row = frame.query("quantity == 'shell_carbon' and site == 'east'").iloc[0]
    assert row["n_own"] == 2
    assert row["n_rows"] > 2
    assert frame["n_rows"].dtype.kind == "i"
    assert frame["unit"].ne("").all()


def test_the_rows_of_evidence_are_those_that_the_quantities_count(finished: Finished) -> None:
    evidence = pd.read_csv(finished.results / "evidence.csv")
    evidence = evidence[~evidence["id"].str.startswith("water:")]  # computed with, not conditioned on
    counted = evidence.assign(
        rows=evidence["n"].where(evidence["kind"] == "table", 1), quantity=evidence["bears_on"].str.split("|")
    )
    by_quantity = counted.explode("quantity").groupby("quantity")["rows"].sum()
    own = evidence[(evidence["origin"] == "farm") & (evidence["quantity"] == "shell_carbon")]
    assert own["value"].tolist() == pytest.approx([0.116, 0.118])
    quantities = pd.read_csv(finished.results / "quantities.csv").set_index("quantity")["n_rows"]
    for name in ("shell_carbon", "burial_fraction", "dry_fraction", "biodeposition_rate", "live_weight"):
        assert set(quantities[[name]]) == {by_quantity.get(name, 0)}, name


def test_the_page_opens_with_the_numbers_of_this_run(finished: Finished) -> None:
    read = read_page(finished.results)
    assert {link[1:] for link in read.links} <= set(read.ids)
    sinks = pd.read_csv(finished.results / "sinks.csv", dtype=str)
    told = {title: value for value, title, _ in read.numbers if title.startswith("sinks.csv, ")}
    for title, value in told.items():
        _, row, rest = title.split(", ")
        assert sinks[rest.split(":")[0]][int(row) - 2] == value
    assert "Two bays 两个海湾" in read.text


def test_workbook_opens(finished: Finished) -> None:
    book = load_workbook(finished.results / "results.xlsx", read_only=True)
    results = ["quantities", "ledger", "sinks", "pools", "prices"]
    assert book.sheetnames == ["read me", *results, *CREDITS, *MEASURE, *CHECKS, "evidence"]


def test_checks_are_written_and_said(finished: Finished, finished_ledger: xr.Dataset) -> None:
    tables = {name: pd.read_csv(finished.results / f"{name}.csv") for name in CHECKS}
    moved = tables["sensitivity"]
    assert {"total, improved_stock_change", "price, east-2020"} < set(moved["outcome"])
    top = moved[moved["outcome"] == "total, improved_stock_change"].iloc[0]["quantity"]
    (said,) = [line for line in finished.process.stdout.splitlines() if "prior on" in line]
    assert f"prior on {top} " in said
    assert set(tables["checks"]["stage"]) == {"prior", "posterior"}
    assert tables["sediment_sources"].groupby("site")["mean"].sum().tolist() == pytest.approx([1.0])
    # 500 days of one batch at the site: the ledger's buried line, per year.
    yearly = finished_ledger["buried"].sel(batch="east-2020") * 365.25 / 500
    assert tables["sediment_buried"]["buried_median"][0] == pytest.approx(float(yearly.median()), rel=0.1)
    assert tables["air_sea"]["measured"].tolist() == [12.0]
    farmed = tables["budgets"].dropna(subset="median")
    assert {"Azumapecten farreri", "Magallana gigas"} == set(farmed["compared_with"])
    remarks = finished.manifest()["remarks"]
    assert any(remark["table"] == "air_sea" and remark["text"].startswith("east: ") for remark in remarks)


def test_show_repeats_the_headline_of_the_run(finished: Finished, cli: Run) -> None:
    shown = cli("show", finished.results)
    assert shown.returncode == 0
    assert shown.stderr == ""
    assert shown.stdout == finished.process.stdout
    assert cli("show", finished.study).stdout == finished.process.stdout


def test_show_json_and_chinese(finished: Finished, cli: Run) -> None:
    content = json.loads(cli("show", finished.results, "--json").stdout)
    sinks = pd.read_csv(finished.results / "sinks.csv")
    total = sinks.query("scope == 'total' and framework == 'improved_stock_change'").iloc[0]
    assert content["total"]["median"] == total["median"]
    assert content["converged"] is True
    assert "净碳汇" in cli("show", finished.results, "--language", "zh").stdout


def test_show_needs_no_sampler(finished: Finished) -> None:
    code = (
        "import sys; from bayescarbon.cli import main; main(['show', sys.argv[1]]);"
        "assert not {'pymc', 'xarray', 'pandas', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, finished.results], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_what_to_measure_is_ranked(finished: Finished, finished_ledger: xr.Dataset) -> None:
    found = pd.read_csv(finished.results / "measure.csv").fillna({"species": "", "site": ""})
    assert list(found.columns) == list(MEASURE_COLUMNS)
    assert found["rank"].tolist() == list(range(1, len(found) + 1))
    assert found["evppi_credits"].is_monotonic_decreasing
    assert found["variance_share"].sum() == pytest.approx(1.0)
    np.testing.assert_allclose(found["net_benefit"], found["evsi_value"] - found["cost"])
    dry = found[found["quantity"] == "dry_fraction"]
    assert len(dry) == 2 and (dry["best_n"] > 0).any()
    # Cores at the one site with a cost are too dear; the others have no cost.
    burial = found[found["quantity"] == "burial_fraction"].set_index("site")["best_n"]
    assert burial["east"] == 0 and np.isnan(burial["west"])
    plan = pd.read_csv(finished.results / "measure_plan.csv")
    steps = pd.read_csv(finished.results / "measure_budget.csv")
    assert set(plan["quantity"]) == {"dry_fraction"}
    assert steps["total_cost"].iloc[-1] == pytest.approx(plan["cost"].sum())
    assert plan["added_value"].sum() == pytest.approx(steps["total_value"].iloc[-1], rel=0.02)
    seconds = finished.manifest()["seconds"]
    assert 0 < seconds["measure"] < seconds["total"]
    again = rank_measurements(
        load_fit(finished.results / "posterior.nc"), finished_ledger, seed=3, most_draws=DRAWS
    )
    pd.testing.assert_frame_equal(again, found, check_dtype=False, rtol=1e-6)


def test_plan_reads_the_saved_results(finished: Finished, cli: Run) -> None:
    done = cli("plan", finished.study, "--budget", "100")
    assert done.returncode == 0, done.stderr
    assert "From the saved results in" in done.stderr and "sampling" not in done.stderr
    assert "samples of dry_fraction in" in done.stdout
    assert "would be expected to free" in done.stdout
    assert "has no value of information" in done.stdout
    assert "isotope_enrichment" in done.stdout
    told = json.loads(cli("plan", finished.study, "--budget", "100", "--cycles", "3", "--json").stdout)
    assert 0 < told["cost"] <= 100 and told["cycles"] == 3
    assert told["net"] == pytest.approx(told["value"] - told["cost"])
    assert told["left_out"] == ["isotope_enrichment"]
    poor = cli("plan", finished.study, "--budget", "5", "--language", "zh")
    assert poor.returncode == 0 and "预算 5.00 CNY 不够" in poor.stdout


def test_saved_results_of_another_study_are_not_used(finished: Finished, tmp_path: Path) -> None:
    study = tmp_path / "copy"
    shutil.copytree(finished.study, study)
    assert saved_results(read_study(study), study) == study / "results"
    costs = study / "sampling.csv"
    costs.write_text(costs.read_text(encoding="utf-8").replace(",1000,", ",1001,"), encoding="utf-8")
    assert saved_results(read_study(study), study) == study / "results"
    rows = study / "evidence.csv"
    rows.write_text(rows.read_text(encoding="utf-8").replace("11.8", "11.7"), encoding="utf-8")
    assert saved_results(read_study(study), study) is None
    shutil.rmtree(study / "results")
    assert saved_results(read_study(study), study) is None


def test_refused_input_leaves_the_results_of_before(finished: Finished, cli: Run, tmp_path: Path) -> None:
    study = tmp_path / "copy"
    shutil.copytree(finished.study, study)
    before = {path.name: path.read_bytes() for path in (study / "results").iterdir()}
    (study / "harvest.csv").write_text("batch,site\n", encoding="utf-8")
    assert cli("run", study).returncode == 1
    assert {path.name: path.read_bytes() for path in (study / "results").iterdir()} == before


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_a_killed_run_leaves_the_results_of_before(finished: Finished, cli: Run, tmp_path: Path) -> None:
    study = tmp_path / "copy"
    shutil.copytree(finished.study, study)
    before = {path.name: path.read_bytes() for path in (study / "results").iterdir()}
    command = [sys.executable, "-m", "bayescarbon.cli", "run", str(study)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("Fitting"):
                break
        process.kill()
    assert {path.name: path.read_bytes() for path in (study / "results").iterdir()} == before
    # What it left behind disturbs nobody, and goes with the next run.
    assert any(".writing." in path.name for path in study.iterdir())
    assert cli("check", study).returncode == 0
    recover(study / "results")
    assert not any(".writing." in path.name for path in study.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_stopping_by_hand_while_sampling_writes_nothing(tmp_path: Path) -> None:
    study = write_study(tmp_path / "two-bays")
    command = [sys.executable, "-m", "bayescarbon.cli", "run", str(study), "--draws", "50000"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line == "  sampling\n":
                break
        time.sleep(2.0)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert said.endswith("Stopped. Nothing was written.\n")
    assert "Traceback" not in said
    assert not any("results" in path.name for path in study.iterdir())


@pytest.mark.slow
def test_too_few_draws_are_marked(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "copy"
    shutil.copytree(finished.study, study)
    assert main([*TOO_FEW, str(study), "--json", "--language", "zh"]) == 3
    captured = capsys.readouterr()
    content = json.loads(captured.out)
    assert content["status"] == 3
    assert content["converged"] is False
    assert content["diagnostics"]["reasons"]
    assert "未收敛" in captured.err
    results = study / "results"  # replaced those of the good run, which were copied too
    assert "未通过" in (results / "UNCONVERGED.txt").read_text(encoding="utf-8")
    assert (results / "sinks.csv").exists()
    assert not [name for name in (*CREDITS, *MEASURE) if (results / f"{name}.csv").exists()]
    assert content["credits"] is None
    assert load_workbook(results / "results.xlsx").sheetnames[0] == "说明"


@pytest.mark.slow
def test_too_few_draws_can_be_overridden(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = write_study(tmp_path / "two-bays")
    assert main([*TOO_FEW, str(study), "--quiet", "--allow-unconverged"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "NOT CONVERGED" in captured.err
    assert (study / "results" / "UNCONVERGED.txt").exists()
    notes = pd.read_csv(study / "results" / "issuance.csv")["note"]
    assert notes.str.startswith("computed from a fit that failed").all()
