"""The synthetic bay: its files are what its generator makes, and its truth obeys the identities and the priors."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from bayescarbon.accounting.seawater import calcification_ratio
from bayescarbon.evidence.quantities import quantities
from bayescarbon.study import read_study
from tests.scripts import ROOT, load

FOLDER = ROOT / "data" / "studies" / "synthetic-bay"
MADE = (
    "study.toml",
    "harvest.csv",
    "evidence.csv",
    "water.csv",
    "economics.csv",
    "sampling.csv",
    "truth.json",
)


bay = load("data/studies/synthetic-bay/make.py")
TRUTH = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))


def theta(quantity: str, species: str, site: str) -> float:
    found = [
        row["value"]
        for row in TRUTH["theta"]
        if row["quantity"] == quantity and row["species"] in (species, "") and row["site"] in (site, "")
    ]
    assert len(found) == 1, (quantity, species, site)
    return found[0]


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("again")
    bay.make(folder)
    return folder


@pytest.mark.parametrize("name", MADE)
def test_shipped_file_is_what_the_script_makes(name: str, made_again: Path) -> None:
    same = (FOLDER / name).read_bytes() == (made_again / name).read_bytes()
    assert same, f"{name} differs: run `python data/studies/synthetic-bay/make.py` and commit what it writes"


def test_the_seed_is_the_only_source_of_randomness(made_again: Path, tmp_path: Path) -> None:
    bay.make(tmp_path / "other", seed=21)
    for name in ("harvest.csv", "evidence.csv", "water.csv", "economics.csv", "truth.json"):
        assert (tmp_path / "other" / name).read_bytes() != (made_again / name).read_bytes()


def test_shape_of_the_bay() -> None:
    study = read_study(FOLDER)
    assert study.harvest["site"].nunique() == 8
    assert study.harvest["species"].nunique() == 3
    assert len(study.harvest) == 14
    assert set(study.harvest["group"]) == {"scallop", "oyster", "clam"}
    rows = study.evidence
    assert {"sample", "summary", "range", "below"} <= set(rows["kind"])
    assert {"core", "oxygen"} <= set(rows["method"])
    assert {"whole_body_carbon", "carbon_per_live", "carbon_deposition_rate"} & set(rows["quantity"])
    assert (rows["season"] != "").any()
    samples = rows[(rows["kind"] == "sample") & (rows["species"] != "")]
    counts = samples.groupby(["quantity", "species", "site"]).size()
    assert counts.max() <= 40
    assert counts.max() >= 30
    assert counts.min() == 1
    measured = [name for name in bay.MEASURED if quantities()[name].levels]
    assert len(counts[counts.index.get_level_values(0).isin(measured)]) < 14 * len(
        measured
    )  # some cells have none


@pytest.mark.parametrize(("sites", "max_rows"), [(1, 0), (1, 40), (3, 2), (10, 5)])
def test_other_bays_read_too(tmp_path: Path, sites: int, max_rows: int) -> None:
    bay.make(tmp_path, seed=sites, sites=sites, max_rows=max_rows)
    study = read_study(tmp_path)
    assert study.harvest["site"].nunique() == sites
    assert (len(study.evidence) == 0) == (max_rows == 0)


@pytest.mark.parametrize("arguments", [{"sites": 0}, {"sites": 11}, {"max_rows": -1}])
def test_impossible_bays_are_refused(tmp_path: Path, arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        bay.make(tmp_path, **arguments)


# --- identities of the truth -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TRUTH["batches"]))
def test_lines_of_a_batch_add_up(name: str) -> None:
    batch = TRUTH["batches"][name]
    line, sink = batch["lines"], batch["sinks"]
    at = (batch["species"], batch["site"])
    dry = batch["harvest_t"] * theta("dry_fraction", *at)
    shell = dry * theta("shell_share", *at) * theta("shell_carbon", *at)
    tissue = dry * (1 - theta("shell_share", *at)) * theta("tissue_carbon", *at)
    close = {"rel": 1e-7, "abs": 1e-9}
    assert line["shell_dic"] + line["shell_respired"] + line["shell_organic"] == pytest.approx(shell, **close)
    assert line["tissue"] == pytest.approx(tissue, **close)
    assert line["buried"] == pytest.approx(theta("burial_fraction", *at) * line["deposited"], **close)
    per_day = 1e-9 * theta("biodeposition_rate", *at) * theta("biodeposit_carbon", *at)
    assert line["deposited"] == pytest.approx(per_day * batch["individuals"] * batch["days"], **close)
    fouling = sum(value for key, value in line.items() if key.startswith("fouling_") and "co2" not in key)
    fouling -= line["fouling_respired"]
    extra = 44 / 12 * (fouling + line["buried"])
    assert sink["improved_stock_change"] - sink["stock_change"] == pytest.approx(extra, **close)
    # Per mole of CaCO3 the two differ by one mole of C whatever psi is; the organic matrix comes on top.
    assert sink["shell_net_calcification"] - sink["air_sea_calcification"] == pytest.approx(
        sink["shell_only"], **close
    )
    mineral = (
        line["shell_dic"] + line["shell_respired"] - line["seed_shell_dic"] - line["seed_shell_respired"]
    )
    assert line["calcification_co2"] == pytest.approx(theta("calcification_ratio", *at) * mineral, **close)
    seed = sum(line[f"seed_{part}"] for part in ("shell_dic", "shell_respired", "shell_organic", "tissue"))
    assert seed == pytest.approx((shell + tissue) * batch["stocked_t"] / batch["harvest_t"], **close)
    assert line["shell_respired"] <= line["respired"] * (1 + 1e-9) + line["seed_shell_respired"]


def test_total_is_the_sum_of_the_batches() -> None:
    for framework, total in TRUTH["total"].items():
        parts = sum(batch["sinks"][framework] for batch in TRUTH["batches"].values())
        assert total == pytest.approx(parts, rel=1e-7)


@pytest.mark.parametrize("seed", range(20))
def test_no_shell_holds_more_carbon_than_chalk_nor_more_respired_carbon_than_was_respired(seed: int) -> None:
    world = bay.draw(seed)
    animals = [{name: world.theta[name][place] for name in bay.worlds.FOULER_QUANTITIES}
               for place in world.theta["shell_carbon"]]  # fmt: skip
    for animal in (*animals, *world.foulers.values()):
        mineral = 1 - animal["shell_organic_share"]
        assert mineral * animal["shell_carbon"] <= 12.011 / 100.09 + 1e-12
        assert mineral * animal["respired_shell_fraction"] <= animal["respiration_ratio"] + 1e-12


def test_prices_are_gap_over_credited_carbon() -> None:
    told = {row.batch: row for row in read_study(FOLDER).economics.itertuples()}
    k = theta("baseline_share", "", "")
    assert set(told) == set(TRUTH["prices"])
    errors = []
    for name, price in TRUTH["prices"].items():
        omega = TRUTH["batches"][name]["sinks"]["improved_stock_change"] * 12 / 44
        errors.append((told[name].margin_gap - price * (1 - k) * omega) / told[name].margin_gap_sd)
    assert max(abs(e) for e in errors) < 4
    assert any(abs(e) > 0.05 for e in errors)


@pytest.mark.parametrize(
    "water", [(8.0, 27.5, 2140.0, 310.0), (22.0, 33.0, 2360.0, 550.0), (15.0, 30.0, 2250.0, 430.0)]
)
def test_seawater_agrees_with_the_package(water: tuple[float, float, float, float]) -> None:
    """A numerical derivative here, a closed form there."""
    assert bay.account.psi_of_water(*water) == pytest.approx(float(calcification_ratio(*water)), abs=0.002)


def test_seasonal_means_average_the_annual_mean() -> None:
    for support, mean in (("fraction", 0.06), ("fraction", 0.93), ("positive", 75.0)):
        effects = [0.9, -0.4, 0.3, -0.8]
        means = bay.worlds.seasonal_means(support, mean, effects)
        assert np.mean(means) == pytest.approx(mean, rel=1e-9)
        linked = [bay.worlds.link(support, m) for m in means]
        assert linked[0] - linked[3] == pytest.approx(1.7, abs=1e-9)


def test_truth_at_a_new_farm_has_the_stated_quantiles() -> None:
    """Over many worlds, 5 % of the truths lie below q05 and 5 % above q95; half about the stated median."""
    worlds = [bay.draw(seed, sites=1) for seed in range(600)]
    for name, quantity in quantities().items():
        if quantity.levels == ("mineral",):
            continue
        parts = {f"{name}[{part}]": q for part, q in quantity.by.items()} or {name: quantity.prior}
        for key, stated in parts.items():
            drawn = np.array([next(iter(world.theta[key].values())) for world in worlds])
            # Binomial standard error 0.009 at 600 worlds; four of them. The stated median may sit a little off centre.
            assert np.mean(drawn < stated.q05) == pytest.approx(0.05, abs=0.036), key
            assert np.mean(drawn > stated.q95) == pytest.approx(0.05, abs=0.036), key
            assert np.mean(drawn < stated.q50) == pytest.approx(0.5, abs=0.2), key


def site_correlation(worlds: list, first: str, second: str) -> float:
    """Return the correlation of the site effects of two quantities, each in units of its own spread.

    Two sites of a species differ by their site effects alone, and whether two quantities differ in the same
    direction depends on no spread: Kendall's tau of normals with correlation r is 2/pi arcsin r.
    """
    concordant = []
    for world in worlds:
        for species in bay.SPECIES.values():
            sites = [site for grown, site in world.theta[first] if grown == species]
            values = [[world.theta[name][species, site] for site in sites] for name in (first, second)]
            pairs = np.triu_indices(len(sites), 1)
            signs = [np.sign(np.subtract.outer(one, one))[pairs] for one in values]
            concordant += list(signs[0] * signs[1])
    return math.sin(math.pi / 2 * float(np.mean(concordant)))


def test_rate_and_carbon_content_of_biodeposits_vary_against_each_other_between_sites() -> None:
    worlds = [bay.draw(seed) for seed in range(300)]
    rate, content = "biodeposition_rate", "biodeposit_carbon"
    # Of 300 bays with 26 pairs of sites each the standard error is about 0.02.
    assert site_correlation(worlds, rate, content) == pytest.approx(-0.5, abs=0.08)
    for other in ("live_weight", "tissue_carbon", "respiration_ratio"):
        assert abs(site_correlation(worlds, rate, other)) < 0.1
        assert abs(site_correlation(worlds, content, other)) < 0.1


def test_samples_have_the_true_mean_and_scatter() -> None:
    world = bay.draw(3)
    rng = np.random.default_rng(0)
    for name in ("dry_fraction", "biodeposition_rate", "biodeposit_carbon", "live_weight"):
        place, mean = next(iter(world.theta[name].items()))
        drawn = bay._samples(world, name, mean, 40_000, rng)
        assert drawn.mean() == pytest.approx(mean, rel=0.03), (name, place)
        cv = world.cv[name]
        if quantities()[name].support == "fraction":
            at = quantities()[name].prior.q50
            cv *= math.sqrt((1 - mean) / mean * at / (1 - at))
        assert drawn.std() / drawn.mean() == pytest.approx(cv, rel=0.05), (name, place)
