"""A fit repeats itself by its seed, and comes back whole from its file."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayescarbon.accounting.frameworks import net_sink
from bayescarbon.accounting.ledger import account
from bayescarbon.fit import Fit, fit, load_fit
from bayescarbon.issuance import issue
from bayescarbon.issuance.creditable import creditable
from bayescarbon.report.evidence import evidence_table
from tests.fit.worlds import batch, samples, write_study

WATER = {"site": "east", "temperature_c": 8, "salinity": 32, "alkalinity_umol_kg": 2300, "pco2_uatm": 380}


@pytest.fixture(scope="module")
def thrice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Fit, Fit, Fit]:
    """Return fits of one small study with the seeds 1, 1 and 2."""
    rows = [
        *samples("live_weight", "east", [22, 25, 30, 27]),
        *samples("dry_fraction", "east", [0.5, 0.55, 0.52]),
    ]
    economics = [{"batch": "a", "margin_gap": 100, "margin_gap_sd": 20}]
    study = write_study(tmp_path_factory.mktemp("seeds"), [batch("a", "east")], rows, [WATER], economics)
    first, again, other = (
        fit(study, seed=s, draws=500, tune=500, chains=2, literature=False) for s in (1, 1, 2)
    )
    return first, again, other


def without_times(data: xr.DataTree) -> xr.DataTree:
    copy = data.copy()
    copy.attrs = {name: value for name, value in data.attrs.items() if name != "timings"}
    return copy


def test_the_same_seed_gives_the_same_numbers(thrice: tuple[Fit, Fit, Fit]) -> None:
    first, again, _ = thrice
    assert without_times(first.data).identical(without_times(again.data))
    assert first.diagnostics == again.diagnostics
    pd.testing.assert_frame_equal(first.quantities, again.quantities)


def test_another_seed_gives_other_numbers_of_the_same_distribution(thrice: tuple[Fit, Fit, Fit]) -> None:
    first, _, other = thrice
    assert not without_times(first.data).identical(without_times(other.data))
    for name in ("live_weight", "tissue_carbon", "harvest_t", "calcification_ratio", "margin_standard"):
        mine, theirs = (one.data["posterior"][name].values.ravel() for one in (first, other))
        assert not np.array_equal(mine, theirs), name
        scale = np.hypot(mine.std(), theirs.std())
        assert mine.mean() == pytest.approx(theirs.mean(), abs=0.3 * scale), name


def test_a_fit_comes_back_from_its_file_whole(thrice: tuple[Fit, Fit, Fit], tmp_path: Path) -> None:
    first = thrice[0]
    path = tmp_path / "fit.nc"
    first.save(path)
    back = load_fit(path)
    assert back.data.identical(first.data)
    assert back.diagnostics == first.diagnostics
    assert back.timings == first.timings
    pd.testing.assert_frame_equal(back.quantities, first.quantities)
    xr.testing.assert_identical(back.batch_draws(), first.batch_draws())
    xr.testing.assert_identical(back.economics(), first.economics())
    xr.testing.assert_identical(account(back), account(first))
    pd.testing.assert_frame_equal(evidence_table(back), evidence_table(first))
    first.save(path)  # an existing file is replaced
    assert load_fit(path).data.identical(first.data)


def test_tables_without_a_row_come_back_as_tables_of_text(
    thrice: tuple[Fit, Fit, Fit], tmp_path: Path
) -> None:
    """A study without tables of measurements has nothing in the group that counts them."""
    path = tmp_path / "fit.nc"
    bare = write_study(tmp_path, [batch("a", "east")], samples("live_weight", "east", [22, 25, 30, 27]))
    first = fit(bare, draws=100, tune=100, chains=1, literature=False)
    first.save(path)
    back = load_fit(path)
    assert back.data["table_bearing"].sizes["entry"] == 0
    for node in first.data.subtree:
        for name, values in node.to_dataset(inherit=False).variables.items():
            kinds = {values.dtype.kind, back.data[node.path].variables[name].dtype.kind}
            assert len(kinds) == 1 or kinds == {"O", "U"}, (node.path, name)
    pd.testing.assert_frame_equal(evidence_table(back), evidence_table(first))


def test_a_failed_fit_gives_no_credits_unless_asked_for(thrice: tuple[Fit, Fit, Fit]) -> None:
    passed, failed = (
        replace(thrice[0], diagnostics=replace(thrice[0].diagnostics, passed=verdict))
        for verdict in (True, False)
    )
    amounts = []
    for one in (passed, failed):
        lines = account(one)
        assert lines["converged"].item() is one.diagnostics.passed
        amounts.append(creditable(net_sink(lines, "stock_change"), one.baseline_share).sum("batch"))
    credited = issue(amounts[0]).issued
    assert credited > 0
    with pytest.raises(ValueError, match="failed its diagnostics"):
        issue(amounts[1])
    assert issue(amounts[1], allow_unconverged=True).issued == credited


def test_the_baseline_share_is_that_of_the_price(thrice: tuple[Fit, Fit, Fit]) -> None:
    share = thrice[0].baseline_share
    assert share.dims == ("chain", "draw")
    assert float(share.min()) > 0
    assert float(share.max()) < 1
    xr.testing.assert_identical(thrice[0].economics()["baseline_share"], share)


def test_a_file_that_is_no_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"fit\.nc"):
        load_fit(tmp_path / "fit.nc")
    (tmp_path / "text.nc").write_text("no fit")
    with pytest.raises(OSError, match="Unknown file format"):
        load_fit(tmp_path / "text.nc")


def test_constants_stay_with_their_batches(thrice: tuple[Fit, Fit, Fit]) -> None:
    drawn = thrice[0].batch_draws()
    assert drawn["batch"].values.tolist() == ["a"]
    assert float(drawn["cycle_days"].sel(batch="a")) == 300
    assert np.isnan(drawn["individuals"].sel(batch="a"))
    assert thrice[0].data.attrs["title"] == "Test"
    assert thrice[0].data.attrs["currency"] == "CNY"


@pytest.mark.slow
def test_compiled_anew_or_from_the_cache_the_numbers_are_the_same(tmp_path: Path, studies: Path) -> None:
    """Fast-math would let code loaded from the cache differ in the last digit, and the chains with it."""
    environment = os.environ | {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path / 'cache'}"}
    tables = []
    for attempt in ("fresh", "cached"):
        out = tmp_path / attempt
        command = [sys.executable, "-m", "bayescarbon.cli", "run", str(studies / "yunxi"), "--out", str(out)]
        subprocess.run([*command, "--draws", "300", "--allow-unconverged"], env=environment, check=True)
        tables.append((out / "sinks.csv").read_text(encoding="utf-8"))
    assert tables[0] == tables[1]
