"""What a run leaves behind, and that the headline read back from it says the same."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from openpyxl import load_workbook

from bayescarbon.errors import Problem, StudyError
from bayescarbon.report.cells import COUNTS, shown
from bayescarbon.report.folder import replacing
from bayescarbon.report.headline import headline_lines, read_headline
from bayescarbon.report.language import Language
from bayescarbon.report.manifest import shipped_hashes
from bayescarbon.report.results import RunInfo, save_posterior, write_results
from bayescarbon.report.tables import tables
from bayescarbon.report.terminal import number
from bayescarbon.report.workbook import number_format
from tests.report.constructed import Constructed, Diagnosed

FILES = {
    "quantities.csv", "ledger.csv", "sinks.csv", "pools.csv", "prices.csv",
    "posterior.nc", "results.xlsx", "report.html", "manifest.json",
}  # fmt: skip
RUN = RunInfo(
    title="海湾 Two bays",
    study="two-bays",
    headline_framework="improved_stock_change",
    currency="CNY",
    inputs={"harvest.csv": "ab" * 32},
    warnings=(Problem("harvest", "much heavier than usual", row=3, column="harvest_t"),),
    settings={"seed": 7, "draws": 40, "chains": 2},
    command=("bayescarbon", "run", "two-bays"),
)
FAILED = Diagnosed(
    passed=False, reasons=("R-hat 1.31 for burial_fraction", "12 divergences"), divergences=12, max_rhat=1.31
)


@pytest.fixture
def folder(tmp_path: Path, fitted: Constructed, ledger: xr.Dataset) -> Path:
    write_results(tmp_path, fitted, ledger, RUN, {"read": 0.25})
    return tmp_path


def test_every_file_is_there(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES


def test_csv_gives_the_tables_back(folder: Path, fitted: Constructed, ledger: xr.Dataset) -> None:
    for name, frame in tables(fitted, ledger, "CNY").items():
        raw = (folder / f"{name}.csv").read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in raw
        back = pd.read_csv(folder / f"{name}.csv", keep_default_na=False)
        pd.testing.assert_frame_equal(back, frame, check_dtype=False)


def test_manifest_identifies_the_run(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["title"] == "海湾 Two bays"
    assert manifest["seed"] == 7
    assert manifest["draws"] == 40
    assert manifest["chains"] == 2
    assert manifest["converged"] is True
    assert manifest["diagnostics"]["max_rhat"] == 1.004
    assert {"bayescarbon", "python", "pymc", "nutpie", "numpy", "xarray"} <= set(manifest["versions"])
    assert manifest["inputs"] == {"harvest.csv": "ab" * 32}
    steps = {"read", "measure", "write", "total", "fit_build", "fit_compile", "fit_sample"}
    assert steps == set(manifest["seconds"])
    assert manifest["warnings"] == [
        {"table": "harvest", "row": 3, "column": "harvest_t", "message": "much heavier than usual"}
    ]
    assert manifest["outliers"][0]["id"] == "evidence:7"
    assert set(manifest["files"]) == FILES - {"manifest.json"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_priors_and_data_are_fingerprinted(repository: Path) -> None:
    hashes = shipped_hashes()
    expected = hashlib.sha256((repository / "priors" / "burial.toml").read_bytes()).hexdigest()
    assert hashes["priors/burial.toml"] == expected
    assert "data/frameworks.toml" in hashes
    assert not [name for name in hashes if name.startswith("data/studies/")]


def test_manifest_holds_no_nan(tmp_path: Path, fitted: Constructed, ledger: xr.Dataset) -> None:
    lost = replace(fitted, diagnostics=replace(FAILED, min_bfmi=float("nan")))
    write_results(tmp_path, lost, ledger, RUN, {})
    text = (tmp_path / "manifest.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    assert json.loads(text)["diagnostics"]["min_bfmi"] is None


def test_posterior_holds_the_ledger_in_single_precision(folder: Path, ledger: xr.Dataset) -> None:
    with xr.open_datatree(folder / "posterior.nc", engine="netcdf4") as tree:
        assert "posterior" in tree.children
        accounting = tree["accounting"].to_dataset().load()
    assert accounting["buried"].dtype == np.float32
    assert accounting["buried"].attrs["units"] == "t C"
    assert accounting["batch"].values.tolist() == ["east", "west"]
    xr.testing.assert_allclose(accounting.astype(float), ledger, rtol=1e-6)


def test_saving_changes_neither_fit_nor_ledger(
    tmp_path: Path, fitted: Constructed, ledger: xr.Dataset
) -> None:
    before, money = ledger.copy(deep=True), fitted.money.copy(deep=True)
    save_posterior(tmp_path / "posterior.nc", fitted, ledger)
    xr.testing.assert_identical(ledger, before)
    xr.testing.assert_identical(fitted.money, money)
    assert ledger["buried"].dtype == np.float64


@pytest.mark.parametrize("column", sorted(COUNTS))
def test_counts_are_whole_in_the_workbook_and_in_the_page(column: str) -> None:
    assert number_format(column, 1.0) == number_format(column, 12.0) == "#,##0"
    assert shown(column, 12.0) == "12"


def test_workbook_holds_the_same_numbers(folder: Path) -> None:
    book = load_workbook(folder / "results.xlsx")
    assert book.sheetnames == ["read me", "quantities", "ledger", "sinks", "pools", "prices"]
    for name in book.sheetnames[1:]:
        sheet = book[name]
        assert sheet.freeze_panes == "A2"
        frame = pd.read_csv(folder / f"{name}.csv", keep_default_na=False)
        rows = list(sheet.iter_rows(values_only=True))
        assert list(rows[0]) == list(frame)
        body = [["" if v is None else v for v in row] for row in rows[1:]]
        pd.testing.assert_frame_equal(pd.DataFrame(body, columns=list(frame)), frame, check_dtype=False)
    sinks = book["sinks"]
    assert sinks["D2"].number_format != "General"


@pytest.mark.parametrize(
    ("language", "sheet", "words"),
    [
        ("en", "read me", "This sheet holds the first 1 of"),
        ("zh", "说明", "行中的前 1 行；全部见 quantities.csv"),
    ],
)
def test_a_long_table_is_cut_in_the_workbook_which_says_so(
    tmp_path: Path,
    fitted: Constructed,
    ledger: xr.Dataset,
    monkeypatch: pytest.MonkeyPatch,
    language: Language,
    sheet: str,
    words: str,
) -> None:
    monkeypatch.setattr("bayescarbon.report.workbook.MOST_ROWS", 1)
    write_results(tmp_path, fitted, ledger, replace(RUN, language=language), {})
    book = load_workbook(tmp_path / "results.xlsx")
    frame = pd.read_csv(tmp_path / "quantities.csv", keep_default_na=False)
    assert len(frame) == 2
    told = [str(row[2]) for row in book[sheet].iter_rows(values_only=True)]
    assert any(words in cell and str(len(frame)) in cell for cell in told)
    rows = list(book["quantities"].iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == frame["quantity"].tolist()[:1]


@pytest.mark.parametrize(
    ("language", "sheet", "words"), [("en", "read me", "tonnes of carbon"), ("zh", "说明", "吨碳")]
)
def test_first_sheet_explains_every_column(
    tmp_path: Path, fitted: Constructed, ledger: xr.Dataset, language: str, sheet: str, words: str
) -> None:
    write_results(tmp_path, fitted, ledger, replace(RUN, language=language), {})
    book = load_workbook(tmp_path / "results.xlsx")
    rows = list(book[sheet].iter_rows(values_only=True))
    assert any(words in str(cell) for row in rows for cell in row)
    assert any("improved_stock_change" in str(row[0]) for row in rows)
    explained = {row[1] for row in rows if row[1] and row[2]}
    for name in book.sheetnames[1:]:
        assert {cell.value for cell in book[name][1]} <= explained


def test_a_name_that_looks_like_a_formula_stays_text(
    tmp_path: Path, fitted: Constructed, ledger: xr.Dataset
) -> None:
    renamed = ledger.assign_coords(batch=["=1+1", "west"])
    money = fitted.money.assign_coords(batch=["=1+1", "west"])
    write_results(tmp_path, replace(fitted, money=money), renamed, RUN, {})
    cell = load_workbook(tmp_path / "results.xlsx")["ledger"]["A2"]
    assert cell.value == "=1+1"
    assert cell.data_type == "s"


class TestUnconverged:
    @pytest.fixture
    def folder(self, tmp_path: Path, fitted: Constructed, ledger: xr.Dataset) -> Path:
        write_results(tmp_path, replace(fitted, diagnostics=FAILED), ledger, RUN, {})
        return tmp_path

    def test_is_marked_everywhere(self, folder: Path) -> None:
        assert {path.name for path in folder.iterdir()} == FILES | {"UNCONVERGED.txt"}
        note = (folder / "UNCONVERGED.txt").read_text(encoding="utf-8")
        assert all(reason in note for reason in FAILED.reasons)
        assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["converged"] is False
        guide = load_workbook(folder / "results.xlsx")["read me"]
        marked = [row[0] for row in guide.iter_rows() if "NOT CONVERGED" in str(row[0].value)]
        assert len(marked) == 1
        assert marked[0].font.color.rgb.endswith("C00000")

    def test_the_headline_says_so_before_any_number(self, folder: Path) -> None:
        lines = headline_lines(read_headline(folder), "en")
        (warned,) = [line for line in lines if "NOT CONVERGED" in line.text]
        assert warned.red
        assert lines.index(warned) == 1
        assert "\x1b[1;31m" in warned.rendered(colour=True)
        assert "\x1b" not in warned.rendered(colour=False)

    def test_a_good_run_removes_the_mark(self, folder: Path, fitted: Constructed, ledger: xr.Dataset) -> None:
        with replacing(folder) as staging:
            write_results(staging, fitted, ledger, RUN, {})
        assert {path.name for path in folder.iterdir()} == FILES


def test_headline_has_the_numbers_of_the_tables(folder: Path) -> None:
    headline = read_headline(folder)
    sinks = pd.read_csv(folder / "sinks.csv")
    total = sinks.query("scope == 'total' and framework == 'improved_stock_change'").iloc[0]
    record = headline.record()
    assert record["total"]["median"] == total["median"]
    assert record["total"]["p_positive"] == total["p_positive"]
    said = "\n".join(line.text for line in headline_lines(headline, "en"))
    assert "海湾 Two bays" in said
    assert "90 % interval" in said
    assert "CNY/t CO2e" in said
    assert "Warnings: 1" in said
    assert "outliers: 1" in said
    assert (
        f"{number(total['median'])} t CO2e, 90 % interval {number(total['q05'])} to {number(total['q95'])}"
        in said
    )
    in_chinese = "\n".join(line.text for line in headline_lines(headline, "zh"))
    assert "净碳汇" in in_chinese
    assert "最低碳汇价格" in in_chinese


def test_prices_without_any_draw_show_no_number(folder: Path) -> None:
    prices = pd.read_csv(folder / "prices.csv")
    prices[["median", "q05", "q95"]] = np.nan
    prices.assign(p_negative=0.0, p_undefined=1.0).to_csv(folder / "prices.csv", index=False)
    said = "\n".join(line.text for line in headline_lines(read_headline(folder), "en"))
    assert re.search(r"CNY/t C +- +- +- +0.00 +1.00", said)


@pytest.mark.parametrize("missing", ["manifest.json", "sinks.csv", "prices.csv"])
def test_incomplete_results_are_refused(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(StudyError, match=missing):
        read_headline(folder)


def test_damaged_results_are_refused(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"title": ')
    with pytest.raises(StudyError, match="damaged"):
        read_headline(folder)


def test_a_study_folder_shows_its_results(tmp_path: Path, fitted: Constructed, ledger: xr.Dataset) -> None:
    (tmp_path / "results").mkdir()
    write_results(tmp_path / "results", fitted, ledger, RUN, {})
    assert read_headline(tmp_path).title == RUN.title
