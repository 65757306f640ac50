"""The farms behind the shipped deductions: who they are, what they sample, how the table is written."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import bayescarbon
from bayescarbon.accounting.frameworks import frameworks, net_sink
from bayescarbon.issuance.creditable import creditable
from bayescarbon.study import discounts as module
from bayescarbon.study.discounts import discounts
from tests.scripts import load

script = load("benchmarks/discounts.py")
KINDS = (*script.STOCK_KINDS, *script.SITE_KINDS)


def test_published_coefficients_only_is_a_study_without_rows_of_its_own() -> None:
    study = script.study_of(0)
    assert len(study.evidence) == 0
    assert study.harvest["group"].tolist() == ["clam", "scallop", "oyster", "mussel", "other"]
    assert study.harvest["site"].is_unique
    assert set(study.harvest["harvest_t"]) == {1.0}
    assert study.harvest["individuals"].isna().all()


def test_own_samples_are_so_many_of_each_kind_on_each_farm() -> None:
    study = script.study_of(3)
    assert (study.evidence.groupby(["quantity", "site"]).size() == 3).all()
    assert len(study.evidence) == 3 * 5 * len(KINDS)
    assert set(study.evidence["kind"]) == {"sample"}
    assert set(study.evidence["season"]) == {""}
    assert set(study.evidence.loc[study.evidence["quantity"] == "burial_fraction", "method"]) == {"core"}
    assert study.warnings == ()


def constructed(farms: int) -> xr.DataArray:
    rng = np.random.default_rng(farms)
    names = {"framework": list(frameworks()), "batch": list(script.CYCLE_DAYS)}
    shape = (farms, len(names["framework"]), len(names["batch"]), 1, 300)
    return xr.DataArray(
        rng.lognormal(0.0, 0.3, shape), dims=("farm", "framework", "batch", "chain", "draw"), coords=names
    )


def test_what_is_written_is_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sinks = {0: constructed(1), 5: constructed(12)}
    frames = [script.deductions(one, own) for own, one in sinks.items()]
    script.write_table(script.pd.concat(frames), tmp_path / "discounts.csv")
    monkeypatch.setattr(module, "read_text", lambda name: (tmp_path / Path(name).name).read_text("utf-8"))
    discounts.cache_clear()
    try:
        table = discounts()
    finally:
        discounts.cache_clear()
    assert len(table) == 5 * 2 * len(frameworks()) * len(script.default_rules())
    row = next(
        r for r in table
        if (r.group, r.own_samples, r.framework, r.rule) == ("oyster", 0, "shell_only", "posterior_q10")
    )  # fmt: skip
    own = sinks[0].sel(framework="shell_only", batch="oyster").values.ravel()
    assert row.deduction == pytest.approx(1 - np.quantile(own, 0.10) / own.mean(), abs=1e-4)
    assert row.mean == pytest.approx(own.mean(), abs=1e-4)
    assert row.eligible is True


def test_record_is_toml(tmp_path: Path) -> None:
    record = {"version": "1", "seed": 3, "cycle_days": {"clam": 730}, "kinds": ["a", "b"]}
    refits = [{"own_samples": 5, "truth": {"stock_change": [0.05, 0.5]}}, {"own_samples": 20}]
    script.write_record(record, refits, tmp_path / "discounts.toml")
    found = tomllib.loads((tmp_path / "discounts.toml").read_text("utf-8"))
    assert found == record | {"refits": refits}


@pytest.mark.slow
def test_published_only_rows_come_out_of_an_ordinary_fit() -> None:
    """By the public verbs, with another seed: whoever fits such farms finds the shipped deductions."""
    fit = bayescarbon.fit(script.study_of(0), seed=11)
    assert fit.diagnostics.passed
    ledger, share = bayescarbon.account(fit), fit.data["posterior"]["baseline_share"]
    net = xr.concat([creditable(net_sink(ledger, name), share) for name in frameworks()], dim="framework")
    net = net.assign_coords(framework=list(frameworks())).expand_dims("farm")
    fresh = script.deductions(net, 0).set_index(["group", "framework", "rule"])
    shipped = [row for row in discounts() if row.own_samples == 0]
    gaps = []
    for row in shipped:
        found = fresh.loc[(row.group, row.framework, row.rule)]
        assert (row.deduction is None) == np.isnan(found["deduction"])
        # A mean and a standard deviation of a heavy tail have errors that no finite number of draws shows.
        if row.deduction is not None and row.framework in (
            "stock_change",
            "shell_only",
            "shell_net_calcification",
        ):
            error = np.hypot(row.deduction_mcse, found["deduction_mcse"])
            gaps.append(abs(row.deduction - found["deduction"]) / max(error, 1e-3))
    assert len(gaps) == 3 * 5 * len(script.default_rules())
    assert np.mean(np.array(gaps) < 2) > 0.85
    assert max(gaps) < 5
