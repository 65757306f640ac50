"""Checks beside the results: which files a run has, that they hold the checks' numbers, and what is said of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from openpyxl import load_workbook

from bayescarbon.accounting.frameworks import frameworks
from bayescarbon.accounting.price import carbon_price
from bayescarbon.model.tables import frame_dataset
from bayescarbon.report.checks import checked
from bayescarbon.report.headline import headline_lines, read_headline
from bayescarbon.report.results import write_results
from bayescarbon.report.rewording import reworded_remark
from bayescarbon.report.sensitivity import headline_outcomes
from bayescarbon.report.tables import tables
from bayescarbon.sensitivity import ALPHAS, normal_log_ratio
from tests.checks.test_budgets import CLAM, OYSTER, posterior
from tests.report.constructed import CHAINS, DRAWS, Constructed, make_ledger
from tests.report.test_results import RUN

ADDED = ("sensitivity", "checks", "sediment_sources", "sediment_buried", "air_sea", "budgets")
HARVEST = pd.DataFrame(
    {
        "batch": ["east", "west"],
        "site": ["bay", "bay"],
        "cycle_days": [365.25, 730.5],
        "year": [np.nan, np.nan],
    }
)


def ratios(standard: np.ndarray) -> xr.Dataset:
    """Weights of two priors: `moving` is standard normal in these draws, `idle` in others."""
    idle = np.random.default_rng(8).permutation(standard.ravel()).reshape(standard.shape)
    values = [np.stack([normal_log_ratio(standard, a), normal_log_ratio(idle, a)], axis=-1) for a in ALPHAS]
    coords = {"alpha": list(ALPHAS), "quantity": ["moving", "idle"]}
    return xr.Dataset(
        {"log_ratio": (("alpha", "chain", "draw", "quantity"), np.stack(values))}, coords=coords
    )


def rows(predictions: np.ndarray) -> xr.Dataset:
    return xr.Dataset(
        {"value": (("chain", "draw", "row"), predictions)}, coords={"row": [f"r{i}" for i in range(6)]}
    )


def predicted() -> dict[str, xr.Dataset]:
    """Six rows: four of shell carbon where they were predicted, two of burial far above anything predicted."""
    rng = np.random.default_rng(3)
    values = np.array([0.115, 0.117, 0.113, 0.12, 0.5, 0.6])
    centre = np.array([0.116] * 4 + [0.05] * 2)
    name = ["shell_carbon"] * 4 + ["burial_fraction"] * 2
    observed = xr.Dataset(
        {"value": ("row", values), "quantity": ("row", np.array(name, dtype=object))},
        coords={"row": [f"r{i}" for i in range(6)]},
    )
    pit = pd.DataFrame(
        {"quantity": name, "pit": [0.3, 0.6, 0.2, 0.9, 0.99, 0.995], "pareto_k": [0.1] * 5 + [0.9]}
    )
    return {
        "observed_data": observed,
        "prior_predictive": rows(rng.normal(centre, 0.5, (1, 400, 6))),
        "posterior_predictive": rows(rng.normal(centre, 0.004, (1, 400, 6))),
        "leave_one_out": frame_dataset(pit),
    }


def measured() -> dict[str, xr.Dataset]:
    """Sediment half way between two sharp sources, and a flux from the water."""
    alternating = -22.0 + np.tile([-0.1, 0.1], 20)
    samples = [f"B{i}" for i in range(40)]
    given = {
        "sediment": pd.DataFrame({"sample": samples, "site": "bay", "d13c": alternating, "d15n": np.nan}),
        "endmembers": pd.DataFrame(
            {"source": ["farm", "soil"], "d13c": [-18.0, -26.0], "d13c_sd": 0.01, "d15n": np.nan, "d15n_sd": np.nan}
        ),
        "air_sea": pd.DataFrame(
            {
                "site": ["bay"], "co2_flux": [-3.0], "unit": ["t C/yr"], "sd": [0.1], "method": ["chamber"],
                "season": [""], "area_km2": [np.nan],
            }
        ),
    }  # fmt: skip
    return {f"study_tables/{name}": frame_dataset(frame) for name, frame in given.items()}


@pytest.fixture(scope="module")
def standard() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((CHAINS, DRAWS))


@pytest.fixture
def ledger(draws: dict[str, np.ndarray], standard: np.ndarray) -> xr.Dataset:
    """The constructed ledger, with so much tissue that its prior decides on every sink that counts it."""
    return make_ledger(draws | {"tissue": np.broadcast_to(500 + 100 * standard, draws["tissue"].shape)})


@pytest.fixture
def full(fitted: Constructed, standard: np.ndarray) -> Constructed:
    groups = {"sensitivity": ratios(standard), "posterior": posterior([(OYSTER, "bay")], draws=999)}
    return replace(fitted, data=xr.DataTree.from_dict(groups | predicted() | measured()))


@pytest.fixture
def folder(tmp_path: Path, full: Constructed, ledger: xr.Dataset) -> Path:
    write_results(tmp_path, full, ledger, replace(RUN, harvest=HARVEST), {})
    return tmp_path


def test_files_are_those_with_content(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert {f"{name}.csv" for name in ADDED} <= names
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == names - {"manifest.json"}
    assert load_workbook(folder / "results.xlsx").sheetnames[6:] == [*ADDED, "evidence"]


def test_a_fit_without_the_groups_has_none_of_them(fitted: Constructed, ledger: xr.Dataset) -> None:
    found = checked(fitted, ledger, "CNY", HARVEST, seed=1)
    assert (found.frames, found.remarks) == ({}, ())


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        ("sensitivity", {"sensitivity"}),
        ("leave_one_out", {"checks"}),
        ("study_tables/endmembers", {"sediment_sources", "sediment_buried"}),
        ("study_tables/air_sea", {"air_sea"}),
        ("posterior", {"budgets"}),
    ],
)
def test_each_check_is_left_out_alone(
    full: Constructed, ledger: xr.Dataset, without: str, missing: set[str]
) -> None:
    kept = {name: group for name, group in full.data.to_dict().items() if name != f"/{without}"}
    less = replace(full, data=xr.DataTree.from_dict(kept))
    assert set(checked(less, ledger, "CNY", HARVEST, seed=1).frames) == set(ADDED) - missing


def test_without_the_harvest_nothing_per_year_is_compared(full: Constructed, ledger: xr.Dataset) -> None:
    found = checked(full, ledger, "CNY", None, seed=1).frames
    assert set(ADDED) - set(found) == {"sediment_buried", "air_sea"}


def test_a_species_that_nobody_published_leaves_no_budgets(full: Constructed, ledger: xr.Dataset) -> None:
    full.data["posterior"] = posterior([("Mytilus edulis", "bay")])
    assert "budgets" not in checked(full, ledger, "CNY", HARVEST, seed=1).frames
    full.data["posterior"] = posterior([("Mytilus edulis", "bay"), (CLAM, "bay")])
    assert "budgets" in checked(full, ledger, "CNY", HARVEST, seed=1).frames


def test_sensitivity_names_the_prior_that_decides(
    folder: Path, ledger: xr.Dataset, standard: np.ndarray
) -> None:
    table = pd.read_csv(folder / "sensitivity.csv", keep_default_na=False)
    assert set(table["outcome"]) == {
        *(f"total, {name}" for name in frameworks()),
        "price, east",
        "price, west",
    }
    own = table[table["outcome"] == "total, stock_change"].set_index("quantity")
    assert own.index[0] == "moving"
    assert own.loc["moving", "psense"] > 0.05 > own.loc["idle", "psense"]
    # Two batches of 500 + 100 z t C: at weight alpha z is N(0, 1/alpha), and what surrounds it hardly counts.
    at = {alpha: 2 * 100 * 44 / 12 * 1.645 / np.sqrt(alpha) for alpha in ALPHAS}
    per_doubling = (at[ALPHAS[1]] - at[ALPHAS[0]]) / np.log2(ALPHAS[1] / ALPHAS[0])
    assert own.loc["moving", "q95_change"] == pytest.approx(per_doubling, rel=0.5)
    assert table.loc[table["outcome"] == "price, east", "unit"].unique().tolist() == ["CNY/t CO2e"]


def test_outcomes_are_the_numbers_of_the_tables(fitted: Constructed, ledger: xr.Dataset) -> None:
    made = tables(fitted, ledger, "CNY")
    outcomes = headline_outcomes(ledger, carbon_price(fitted, ledger))
    sinks = made["sinks"].query("scope == 'total'").set_index("framework")
    for name in frameworks():
        draws = outcomes[f"total, {name}"]
        assert draws.dims == ("chain", "draw")
        assert draws.attrs["units"] == sinks.loc[name, "unit"]
        assert float(draws.median()) == pytest.approx(sinks.loc[name, "median"], rel=1e-9)
    price = made["prices"].set_index(["batch", "unit"])
    east = outcomes["price, east"]
    assert float(east.median()) == pytest.approx(price.loc[("east", east.attrs["units"]), "median"], rel=1e-9)
    assert "price, east" not in headline_outcomes(ledger, None)


def test_checks_find_the_rows_that_were_not_predicted(folder: Path) -> None:
    table = pd.read_csv(folder / "checks.csv").set_index(["quantity", "stage"])
    assert table.loc[("burial_fraction", "posterior"), "outside_90"] == 1.0
    assert table.loc[("burial_fraction", "posterior"), "p_mean"] == 0.0
    assert table.loc[("burial_fraction", "posterior"), "n_unreliable"] == 1
    assert "larger than predicted" in table.loc[("burial_fraction", "posterior"), "note"]
    assert pd.isna(table.loc[("shell_carbon", "posterior"), "note"])


def test_sediment_half_way_between_two_sources(folder: Path, ledger: xr.Dataset) -> None:
    table = pd.read_csv(folder / "sediment_sources.csv").set_index("source")
    assert table.loc["farm", "median"] == pytest.approx(0.5, abs=0.02)
    assert table["mean"].sum() == pytest.approx(1.0)
    (row,) = pd.read_csv(folder / "sediment_buried.csv").to_dict("records")
    # East buries over one year, west over two.
    line = ledger["buried"].values
    yearly = line[0] + line[1] / 2
    assert row["buried_median"] == pytest.approx(np.median(yearly), rel=0.1)
    assert row["implied_total_median"] == pytest.approx(2 * row["buried_median"], rel=0.1)


def test_a_flux_into_the_water_beside_a_farm_that_releases(folder: Path, ledger: xr.Dataset) -> None:
    (row,) = pd.read_csv(folder / "air_sea.csv").to_dict("records")
    released = (
        ledger["respired"] + ledger["fouling_respired"] + ledger["calcification_co2"] + ledger["deposited"]
        + ledger["fouling_calcification_co2"] - ledger["buried"]
    ).values  # fmt: skip
    assert row["measured"] == -3.0
    assert row["predicted_median"] == pytest.approx(np.median(released[0] + released[1] / 2), rel=0.1)
    assert row["p_below"] == 0.0


def test_what_was_found_is_said(folder: Path) -> None:
    remarks = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["remarks"]
    told = {name: [r["text"] for r in remarks if r["table"] == name] for name in ADDED}
    assert any("burial_fraction, posterior predictive" in text for text in told["checks"])
    assert told["air_sea"][0].startswith("bay: The water takes up CO2")
    assert any("Pacific oyster, 360 days" in text and "buried is" in text for text in told["budgets"])
    assert told["sediment_sources"] == []  # two sources and one tracer are fine


def test_a_chinese_run_says_it_in_chinese(tmp_path: Path, full: Constructed, ledger: xr.Dataset) -> None:
    write_results(tmp_path, full, ledger, replace(RUN, harvest=HARVEST, language="zh"), {})
    remarks = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["remarks"]
    english = checked(full, ledger, "CNY", HARVEST, seed=7).remarks
    # Stored in English whatever the language of the run: the reader's language is known on reading.
    assert [(one["table"], one["text"]) for one in remarks] == list(english)
    assert {"checks", "air_sea", "budgets"} <= {one["table"] for one in remarks}
    assert all(reworded_remark(one, "zh").endswith("。") for one in remarks)
    said, plain = (
        "\n".join(line.text for line in headline_lines(read_headline(tmp_path), language))
        for language in ("zh", "en")
    )
    assert "参数 埋藏率 burial_fraction 的后验预测检验：" in said
    assert "checks: burial_fraction, posterior predictive: " in plain


@pytest.mark.parametrize(
    ("language", "moved", "more"),
    [
        ("en", "The prior on moving moves the total sink most", "more (listed in"),
        ("zh", "moving 的先验", "条见"),
    ],
)
def test_the_headline_stays_short(folder: Path, language: str, moved: str, more: str) -> None:
    headline = read_headline(folder)
    assert headline.record()["remarks"] == headline.remarks
    lines = [line.text for line in headline_lines(headline, language)]
    assert len([line for line in lines if line.startswith(moved)]) == 1
    named = [line for line in lines if any(line.startswith(f"  {name}: ") for name in ADDED)]
    assert len(headline.remarks) > 3 == len(named)
    assert any(more in line for line in lines)


def test_weights_of_very_few_draws_are_still_json(folder: Path) -> None:
    table = pd.read_csv(folder / "sensitivity.csv").assign(pareto_k=np.inf)
    table.to_csv(folder / "sensitivity.csv", index=False)
    record = read_headline(folder).record()
    assert {row["pareto_k"] for row in record["sensitivity"]} == {None}
    json.dumps(record, allow_nan=False)


def test_results_of_before_there_were_checks_are_still_shown(folder: Path) -> None:
    (folder / "sensitivity.csv").unlink()
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["remarks"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    said = "\n".join(line.text for line in headline_lines(read_headline(folder), "en"))
    assert "prior on" not in said
    assert "Remarks" not in said


def test_same_seed_same_files(folder: Path, full: Constructed, ledger: xr.Dataset) -> None:
    again = checked(full, ledger, "CNY", HARVEST, seed=7)
    assert set(again.frames) == set(ADDED)
    for name, frame in again.frames.items():
        assert frame.to_csv(index=False, lineterminator="\n") == (folder / f"{name}.csv").read_text(
            encoding="utf-8"
        )
    other = checked(full, ledger, "CNY", HARVEST, seed=8).frames
    assert not other["sediment_sources"].equals(again.frames["sediment_sources"])
