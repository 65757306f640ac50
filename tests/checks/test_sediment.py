"""Sources of sediment carbon: closed forms, coverage, what cannot be told, and the check of the buried line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayescarbon.checks import mixing
from bayescarbon.checks.sediment import (
    compare_buried,
    farm_share,
    sediment_sources,
    sediment_table,
)
from bayescarbon.report.remarks import sediment_remarks

THREE = pd.DataFrame(
    {
        "source": ["farm biodeposit", "soil", "kelp"],
        "d13c": [-21.0, -26.0, -15.0],
        "d13c_sd": [0.5, 0.7, 0.8],
        "d15n": [8.0, 4.0, 6.0],
        "d15n_sd": [0.5, 0.5, 0.5],
    }
)


def pair(sd: float) -> pd.DataFrame:
    return pd.DataFrame({"source": ["farm", "soil"], "d13c": [-20.0, -26.0], "d13c_sd": [sd, sd]})


def samples(d13c: object, site: str = "bay", d15n: object = np.nan) -> pd.DataFrame:
    values = np.atleast_1d(np.asarray(d13c, dtype=float))
    return pd.DataFrame({"sample": np.arange(values.size), "site": site, "d13c": values, "d15n": d15n})


def test_two_exact_sources_and_one_tracer_are_a_lever() -> None:
    # share = (d - d2) / (d1 - d2) = (-22 + 26) / 6, with the standard error of the mean over 6 as its spread.
    rng = np.random.default_rng(3)
    noise = rng.standard_normal(400)
    noise = (noise - noise.mean()) / noise.std()
    found = sediment_sources(samples(-22.0 + 0.3 * noise), pair(0.0))
    share = found["share"].sel(site="bay", source="farm")
    assert float(share.mean()) == pytest.approx(4.0 / 6.0, abs=5e-4)
    assert float(share.std()) == pytest.approx(0.3 / np.sqrt(400) / 6.0, rel=0.1)
    assert float(found["misfit"].item()) < 1e-6


def test_uncertain_end_members_widen_the_lever() -> None:
    # Away from the ends of the share, its variance is ((p s)^2 + ((1-p) s)^2 + se^2) / 6^2 to first order.
    rng = np.random.default_rng(4)
    noise = rng.standard_normal(400)
    noise = 0.3 * (noise - noise.mean()) / noise.std()
    p, s = 0.5, 0.4
    found = sediment_sources(samples(-23.0 + noise), pair(s))
    share = found["share"].sel(site="bay", source="farm")
    expected = np.sqrt((p * s) ** 2 + ((1 - p) * s) ** 2 + 0.3**2 / 400) / 6.0
    assert float(share.std()) == pytest.approx(expected, rel=0.06)


def test_posterior_is_that_of_a_grid() -> None:
    # Brute force over share, both end-members and the scatter, nothing integrated in closed form.
    values = np.array([-22.1, -23.6])
    share = np.linspace(0.0, 1.0, 81)
    farm = -20.0 + 0.3 * np.linspace(-4.0, 4.0, 41)
    soil = -26.0 + 0.3 * np.linspace(-4.0, 4.0, 41)
    log_scatter = np.log(mixing.SCATTER_MEDIAN) + mixing.SCATTER_LOG_SD * np.linspace(-4.0, 4.0, 41)
    p, a, b, u = np.meshgrid(share, farm, soil, log_scatter, indexing="ij", sparse=True)
    mean = p * a + (1.0 - p) * b
    log_density = -0.5 * ((a + 20.0) / 0.3) ** 2 - 0.5 * ((b + 26.0) / 0.3) ** 2
    log_density = log_density - 0.5 * ((u - np.log(mixing.SCATTER_MEDIAN)) / mixing.SCATTER_LOG_SD) ** 2
    for value in values:
        log_density = log_density - u - 0.5 * ((value - mean) / np.exp(u)) ** 2
    density = np.exp(log_density - log_density.max()).sum(axis=(1, 2, 3))
    density /= density.sum()
    expected = float(density @ share)
    spread = float(np.sqrt(density @ (share - expected) ** 2))
    found = sediment_sources(samples(values), pair(0.3), draws=20_000)["share"].sel(site="bay", source="farm")
    assert float(found.mean()) == pytest.approx(expected, abs=0.006)
    assert float(found.std()) == pytest.approx(spread, rel=0.03)


@pytest.mark.slow
def test_known_shares_are_recovered_at_their_nominal_coverage() -> None:
    # 250 sites drawn from the model itself, each with end-members of its own: 90 % intervals hold 90 % of the truths.
    rng = np.random.default_rng(11)
    n_sites, n_samples = 250, 6
    truth = rng.dirichlet(np.ones(3), n_sites)
    rows = []
    for site in range(n_sites):
        values = {}
        for tracer in ("d13c", "d15n"):
            source = rng.normal(THREE[tracer], THREE[f"{tracer}_sd"])
            scatter = mixing.SCATTER_MEDIAN * np.exp(mixing.SCATTER_LOG_SD * rng.standard_normal())
            values[tracer] = truth[site] @ source + scatter * rng.standard_normal(n_samples)
        rows.append(samples(values["d13c"], f"s{site:03d}", values["d15n"]))
    found = sediment_sources(pd.concat(rows), THREE, draws=1000)
    assert float(found["ess"].min()) >= mixing.WANTED_ESS
    draws = found["share"].values
    ranks = (draws < truth[:, :, None]).mean(axis=2)
    for source in range(3):
        for level in (0.5, 0.9):
            inside = (np.abs(ranks[:, source] - 0.5) < level / 2).mean()
            # Three standard errors of a proportion over 250.
            assert inside == pytest.approx(level, abs=3.0 * np.sqrt(level * (1 - level) / n_sites))
    # Better than not looking: the prior mean of every share is a third.
    error = np.abs(draws.mean(axis=2) - truth).mean()
    assert error < 0.5 * np.abs(truth - 1.0 / 3.0).mean()


def test_order_of_sources_and_sites_is_irrelevant() -> None:
    sediment = pd.concat([samples([-22.0, -21.5], "a", [6.5, 7.0]), samples([-18.0, -19.0], "b", [6.0, 6.5])])
    one = sediment_sources(sediment, THREE)["share"]
    other = sediment_sources(sediment[::-1], THREE[::-1])["share"]
    assert list(other["source"].values) == list(THREE["source"][::-1])
    xr.testing.assert_identical(one, other.sel(site=one["site"], source=one["source"]))
    assert not np.allclose(one, sediment_sources(sediment, THREE, seed=2)["share"])


def test_shares_sum_to_one_and_so_do_their_means_in_the_table() -> None:
    found = sediment_sources(samples([-22.0, -21.5], "a", [6.5, 7.0]), THREE)
    np.testing.assert_allclose(found["share"].sum("source"), 1.0)
    table = sediment_table(found)
    assert list(table.columns) == ["site", "source", "unit", "mean", "sd", "q05", "median", "q95"]
    assert table["mean"].sum() == pytest.approx(1.0)
    assert (table["q05"] < table["median"]).all() and (table["median"] < table["q95"]).all()


def test_a_second_tracer_narrows_and_a_gap_in_it_is_not_fatal() -> None:
    one = sediment_sources(samples([-21.5] * 5), THREE)
    both = sediment_sources(samples([-21.5] * 5, d15n=[7.0, np.nan, 7.2, 6.8, np.nan]), THREE)
    assert (int(one["n_tracers"].item()), int(both["n_tracers"].item())) == (1, 2)
    spread = [float(farm_share(x).std()) for x in (one, both)]
    assert spread[1] < 0.7 * spread[0]
    lacking = THREE.assign(d15n=[8.0, np.nan, 6.0])
    assert sediment_sources(samples([-21.5], d15n=7.0), lacking).attrs["tracers"] == "d13c"


def test_more_sources_than_tracers_can_tell_stay_wide_however_many_samples() -> None:
    four = pd.DataFrame(
        {
            "source": ["farm", "soil", "kelp", "plankton"],
            "d13c": [-21.0, -26.0, -15.0, -20.0],
            "d13c_sd": [0.1] * 4,
        }
    )
    rng = np.random.default_rng(5)
    few, many = (
        sediment_sources(samples(rng.normal(-20.0, 0.5, n)), four)["share"]
        .sel(source="farm")
        .quantile([0.05, 0.95])
        for n in (5, 500)
    )
    assert float(many[1] - many[0]) > 0.4
    assert float(many[1] - many[0]) > 0.85 * float(few[1] - few[0])
    remarks = sediment_remarks(sediment_sources(samples([-20.0]), four), "en")
    assert len(remarks) == 1 and "4 sources and 1 tracer:" in remarks[0]


def test_samples_off_every_mixture_are_told() -> None:
    inside = sediment_sources(samples([-22.0, -21.5], d15n=[6.5, 7.0]), THREE)
    outside = sediment_sources(samples(np.full(6, -22.0), d15n=np.linspace(13.0, 13.4, 6)), THREE)
    assert sediment_remarks(inside, "en") == []
    assert float(inside["misfit"].item()) < 0.1
    remarks = sediment_remarks(outside, "en")
    assert any("off every mixture" in text for text in remarks)
    # d15N 5.2 above the farm's 8, which is uncertain by 0.5 with a scatter of little more between samples.
    assert 4.0 < float(outside["misfit"].item()) < 12.0


def test_a_budget_of_proposals_that_does_not_suffice_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "MOST_PROPOSALS", mixing.FIRST_BLOCK * 2)
    exact = THREE.assign(d13c_sd=0.01, d15n_sd=0.01)
    rng = np.random.default_rng(6)
    found = sediment_sources(samples(rng.normal(-21.0, 0.1, 300), d15n=rng.normal(6.5, 0.1, 300)), exact)
    assert int(found["proposals"].item()) == mixing.FIRST_BLOCK * 2
    assert float(found["ess"].item()) < mixing.WANTED_ESS
    assert any(
        f"effective draws after {mixing.FIRST_BLOCK * 2}" in text for text in sediment_remarks(found, "en")
    )


@pytest.mark.parametrize(
    ("endmembers", "message"),
    [
        (pair(0.5)[:1], "at least two"),
        (pd.concat([pair(0.5), pair(0.5)]), "stands twice"),
        (pair(-0.5), "negative"),
        (pair(0.5).assign(d13c=[np.nan, -26.0]), "no tracer"),
    ],
)
def test_impossible_end_members_are_refused(endmembers: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sediment_sources(samples([-22.0]), endmembers)


def test_a_site_without_a_value_is_refused() -> None:
    with pytest.raises(ValueError, match="bay has no value of d13c"):
        sediment_sources(samples([np.nan]), pair(0.5))


def test_farm_share_finds_and_adds_what_is_the_farms() -> None:
    both = pd.concat([pair(0.5), pd.DataFrame({"source": ["生物沉积"], "d13c": [-18.0], "d13c_sd": [0.5]})])
    found = sediment_sources(samples([-22.0]), both)
    own = farm_share(found)
    np.testing.assert_allclose(own, 1.0 - found["share"].sel(source="soil"))
    with pytest.raises(ValueError, match="begin its name with the word farm"):
        farm_share(found.isel(source=[1]))


def buried(site: str, value: float) -> xr.DataArray:
    return xr.DataArray(np.full((1, 2, 50), value), dims=("site", "chain", "draw"), coords={"site": [site]})


def test_buried_line_and_share_imply_a_total() -> None:
    noise = np.linspace(-0.2, 0.2, 201)
    found = sediment_sources(samples(-23.0 + noise), pair(0.0))  # half is the farm's
    row = compare_buried(found, buried("bay", 30.0)).iloc[0]
    assert row["farm_share_median"] == pytest.approx(0.5, abs=0.005)
    assert row["implied_total_median"] == pytest.approx(60.0, rel=0.01)
    assert np.isnan(row["measured_total"]) and np.isnan(row["p_exceeds"])
    assert "does not test" in row["verdict"]


@pytest.mark.parametrize(
    ("total", "p", "words"), [(40.0, 1.0, "too high"), (60.0, 0.5, ""), (90.0, 0.0, "no contradiction")]
)
def test_buried_line_against_a_measured_total(total: float, p: float, words: str) -> None:
    # Half of the bed is the farm's, so 30 t a year are too much of 40, about all of 60 and no contradiction of 90.
    noise = np.linspace(-0.2, 0.2, 201)
    found = sediment_sources(samples(-23.0 + noise), pair(0.0))
    row = compare_buried(found, buried("bay", 30.0), total={"bay": (total, 0.05 * total)}).iloc[0]
    assert row["p_exceeds"] == pytest.approx(p, abs=0.06)
    assert words in row["verdict"]


def test_a_site_without_batches_and_a_wrong_total() -> None:
    found = sediment_sources(samples([-23.0]), pair(0.5))
    row = compare_buried(found, buried("elsewhere", 30.0)).iloc[0]
    assert np.isnan(row["buried_median"]) and "No batch" in row["verdict"]
    with pytest.raises(ValueError, match="must be positive"):
        compare_buried(found, buried("bay", 30.0), total={"bay": (10.0, 0.0)})
