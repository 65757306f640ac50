"""`bayescarbon trace` on saved results, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bayescarbon.cli import main
from bayescarbon.report.terminal import number
from tests.cli.conftest import Run
from tests.report.page_study import written


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = tmp_path_factory.mktemp("trace") / "two-bays"
    study.mkdir()
    written(study / "results")
    return study / "results"


def test_prints_the_way_from_the_sink_to_its_sources(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", str(results), "sink"]) == 0
    said = capsys.readouterr().out
    rows = [line.split(",") for line in (results / "sinks.csv").read_text(encoding="utf-8").splitlines()]
    (total,) = [row for row in rows if row[:2] == ["total", "improved_stock_change"]]
    assert number(float(total[rows[0].index("median")])) in said
    titles = [
        "Headline numbers",
        "Frameworks",
        "Lines of the ledger",
        "Quantities",
        "Rows of evidence",
        "Sources",
    ]
    places = [said.index(f"\n{title}\n") for title in titles]
    assert places == sorted(places)
    assert "(1 - f) (1 - phi) H d s c_sh" in said
    assert "P035" in said
    assert "sun_2020: Sun, Kang" in said
    assert "respired: CO2" not in said


def test_a_study_folder_will_do_and_chinese_is_spoken(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", str(results.parent), "price, east", "--language", "zh"]) == 0
    said = capsys.readouterr().out
    assert "公式" in said
    assert "CNY/t CO2e" in said


def test_without_a_name_it_lists_what_there_is(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(results)]) == 0
    said = capsys.readouterr().out
    for name in ("sink", "price, west", "life_cycle", "vcs_mr24", "buried", "shell_carbon"):
        assert name in said


def test_json_holds_every_step_with_the_exact_numbers(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--json", "trace", str(results), "credits"]) == 0
    steps = json.loads(capsys.readouterr().out)
    by_key = {f"{step['kind']}:{step['name']}": step for step in steps}
    (value,) = by_key["number:credits"]["values"]
    exact = (results / "issuance.csv").read_text(encoding="utf-8").splitlines()
    assert f"{value['issued']!r}" in exact[value["row"] - 1]
    assert all(key in by_key for step in steps for key in step["rests_on"])


def test_an_unknown_name_is_a_usage_error_with_the_nearest(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", str(results), "shell_carbn"]) == 2
    streams = capsys.readouterr()
    assert "Did you mean 'shell_carbon'?" in streams.err
    assert streams.out == ""


def test_what_holds_no_results_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(tmp_path), "sink"]) == 1
    assert "no results of a run" in capsys.readouterr().err


def test_needs_no_sampler(results: Path, shell: Run, tmp_path: Path) -> None:
    report = tmp_path / "modules.txt"
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, sys\n"
        f"atexit.register(lambda: open({str(report)!r}, 'w').write('\\n'.join(sys.modules)))\n"
    )
    done = shell("trace", results, "sink", PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    loaded = set(report.read_text().splitlines())
    assert "bayescarbon.report.trace" in loaded
    assert not loaded & {
        "pymc",
        "pytensor",
        "nutpie",
        "numba",
        "arviz_stats",
        "matplotlib",
        "xarray",
        "pandas",
    }
