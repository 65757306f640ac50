"""The synthetic bay: what its tables were drawn from comes back, as often and as closely as the posterior says.

The generator shares no code with the package. Worlds are drawn from the stated priors, so the literature, which was
not drawn from them, is left out where truths are compared.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bayescarbon.accounting.frameworks import net_sink
from bayescarbon.accounting.ledger import account
from bayescarbon.evidence.quantities import link, quantities
from bayescarbon.fit import Fit, fit
from bayescarbon.study import read_study
from tests.scripts import load

SEEDS = range(100, 120)


bay = load("data/studies/synthetic-bay/make.py")


def draws_of(fitted: Fit, quantity: str, species: str, site: str) -> np.ndarray:
    """Return the posterior draws of one truth."""
    posterior = fitted.data["posterior"]
    if quantity.startswith("fouler_mix["):
        taxon = quantity.removeprefix("fouler_mix[").removesuffix("]")
        return posterior["fouler_mix"].sel(site=site, taxon=taxon).values.ravel()
    if quantity.startswith("ascidian_"):
        name = quantity.replace("ascidian_", "fouler_")
        return posterior[name].sel(taxon="ascidian").values.ravel()
    values = posterior[quantity]
    if "stock" in values.dims:
        here = (values["stock_species"] == species) & (values["stock_site"] == site)
        return values.isel(stock=np.flatnonzero(here)).squeeze("stock").values.ravel()
    return (values.sel(site=site) if "site" in values.dims else values).values.ravel()


def support_of(quantity: str) -> str:
    """Return the support of a truth; a share of a mix is a fraction."""
    return "fraction" if "[" in quantity else quantities()[quantity].support


def compare(fitted: Fit, truth: dict) -> pd.DataFrame:
    """Return, per true mean of a quantity at a place, its z-score on the link scale and whether it is covered.

    The columns are quantity, species, site, own (how many rows of the farm tell about it), z and covered (by the
    interval from the 5 % to the 95 % quantile).
    """
    own = fitted.quantities.set_index(["quantity", "species", "site"])["n_own"]
    rows = []
    for one in truth["theta"]:
        place = (one["quantity"], one["species"], one["site"])
        drawn = draws_of(fitted, *place)
        linked = link(support_of(one["quantity"]), drawn)
        z = (link(support_of(one["quantity"]), one["value"]) - linked.mean()) / linked.std(ddof=1)
        low, high = np.quantile(drawn, [0.05, 0.95])
        rows.append((*place, own.get(place, 0), float(z), bool(low <= one["value"] <= high)))
    for group, values in truth["foulers"].items():
        for name, value in values.items():
            drawn = fitted.data["posterior"][f"fouler_{name}"].sel(taxon=group).values.ravel()
            linked = link(support_of(name), drawn)
            z = (link(support_of(name), value) - linked.mean()) / linked.std(ddof=1)
            low, high = np.quantile(drawn, [0.05, 0.95])
            rows.append((f"fouler_{name}[{group}]", "", "", 0, float(z), bool(low <= value <= high)))
    return pd.DataFrame(rows, columns=["quantity", "species", "site", "own", "z", "covered"])


def sinks_covered(fitted: Fit, truth: dict, framework: str = "improved_stock_change") -> list[bool]:
    """Return, per batch, whether the 90 % interval of its sink holds the true sink."""
    sink = net_sink(account(fitted), framework)
    covered = []
    for name, batch in truth["batches"].items():
        low, high = np.quantile(sink.sel(batch=name).values, [0.05, 0.95])
        covered.append(bool(low <= batch["sinks"][framework] <= high))
    return covered


def rms(values: pd.Series) -> float:
    return math.sqrt(float((values**2).mean()))


# --- one small bay, in the default run ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def recovered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Fit, dict]:
    folder = tmp_path_factory.mktemp("bay")
    truth = bay.make(folder, seed=5, sites=2, max_rows=10)
    return fit(read_study(folder), seed=5, draws=1000, tune=500, chains=2, literature=False), truth


def test_truths_with_own_rows_come_back(recovered: tuple[Fit, dict]) -> None:
    table = compare(*recovered)
    told = table[table["own"] > 0]
    assert len(told) >= 20
    worst = told.loc[told["z"].abs().idxmax()]
    assert abs(worst["z"]) < 4.5, worst.to_dict()
    assert 0.5 < rms(told["z"]) < 1.6
    assert told["covered"].mean() > 0.7


def test_truths_without_own_rows_come_from_the_prior(recovered: tuple[Fit, dict]) -> None:
    table = compare(*recovered)
    untold = table[table["own"] == 0]
    assert len(untold) >= 20
    assert untold["z"].abs().max() < 4.5
    assert untold["covered"].mean() > 0.7


def test_own_rows_narrow_what_they_tell_about(recovered: tuple[Fit, dict]) -> None:
    """Against the prior group of the same fit: with 5 rows or more the link-scale sd falls in every case."""
    fitted, _ = recovered
    table = fitted.quantities
    table = table[
        (table["n_own"] >= 5) & ~table["quantity"].isin(["burial_fraction", "oxygen_visible_share"])
    ]
    assert len(table) >= 8
    for one in table.itertuples():
        drawn = draws_of(fitted, one.quantity, one.species, one.site)
        prior = fitted.data["prior"][one.quantity]
        here = (prior["stock_species"] == one.species) & (prior["stock_site"] == one.site)
        stated = prior.isel(stock=np.flatnonzero(here)).values.ravel()
        support = support_of(one.quantity)
        assert np.std(link(support, drawn)) < 0.8 * np.std(link(support, stated)), one


def test_the_account_of_the_truth_is_within_reach(recovered: tuple[Fit, dict]) -> None:
    fitted, truth = recovered
    sink = net_sink(account(fitted), "improved_stock_change")
    for name, batch in truth["batches"].items():
        below = float((sink.sel(batch=name) < batch["sinks"]["improved_stock_change"]).mean())
        assert 0.002 < below < 0.998, name


def test_truth_file_is_what_the_comparison_reads(recovered: tuple[Fit, dict], tmp_path: Path) -> None:
    bay.make(tmp_path, seed=5, sites=2, max_rows=10)
    assert json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["theta"] == recovered[1]["theta"]


# --- many bays, by hand -------------------------------------------------------------------------------------


@pytest.mark.calibration
def test_intervals_cover_the_truth_as_often_as_they_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """20 bays of the shipped size, default settings: pooled 90 % intervals, z-scores, and the gate every time.

    Prints its figures as it goes: run it with ``-n 0 -m calibration``.
    """

    def say(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{text}")
            sys.stdout.flush()

    tables, sinks, failed = [], [], []
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        truth = bay.make(folder, seed=seed)
        fitted = fit(read_study(folder), seed=seed, literature=False)
        table = compare(fitted, truth)
        covered = sinks_covered(fitted, truth)
        tables.append(table)
        sinks += covered
        verdict = fitted.diagnostics
        if not verdict.passed:
            failed.append((seed, verdict.reasons))
        told = table[table["own"] > 0]
        say(
            f"seed {seed}: {len(told)} told, rms z {rms(told['z']):.2f}, covered {told['covered'].mean():.3f}; "
            f"all {len(table)}, rms z {rms(table['z']):.2f}, covered {table['covered'].mean():.3f}; "
            f"sinks {np.mean(covered):.2f}; divergences {verdict.divergences}, "
            f"R-hat {verdict.max_rhat:.4f}, ESS {verdict.min_ess_bulk:.0f}, "
            f"refitted {verdict.refitted}, {sum(fitted.timings.values()):.0f} s"
        )
    table = pd.concat(tables, ignore_index=True)
    told = table[table["own"] > 0]
    columns = {"n": ("z", "size"), "bias": ("z", "mean"), "rms": ("z", rms), "covered": ("covered", "mean")}
    say(told.groupby("quantity").agg(**columns).round(3).to_string())
    for text, part in (("with own rows", told), ("all", table)):
        say(f"{text}: {len(part)}, covered {part['covered'].mean():.4f}, rms z {rms(part['z']):.3f}")
    say(f"sinks of batches covered {np.mean(sinks):.3f}; failed the gate: {failed or 'none'}\n")
    assert not failed
    for part in (told, table):
        assert 0.86 <= part["covered"].mean() <= 0.94
        assert 0.8 <= rms(part["z"]) <= 1.2
    # Sinks of one bay share their unknowns, so 20 bays tell less about them.
    assert 0.8 <= np.mean(sinks) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("literature", [True, False])
@pytest.mark.parametrize(
    ("sites", "max_rows", "seed"),
    [(1, 0, 1), (1, 40, 2), (2, 1, 3), (3, 5, 4), (5, 2, 5), (5, 40, 6), (10, 0, 7), (10, 3, 8), (10, 40, 9)],
)
def test_studies_of_every_size_pass_the_gate(
    tmp_path: Path, sites: int, max_rows: int, seed: int, literature: bool
) -> None:
    bay.make(tmp_path, seed=seed, sites=sites, max_rows=max_rows)
    verdict = fit(read_study(tmp_path), seed=seed, literature=literature).diagnostics
    assert verdict.passed, verdict
    assert verdict.divergences == 0
