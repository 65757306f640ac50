"""Farms before they are measured: truths from draws, samples about them, the literature untouched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy.special import digamma, polygamma

from bayescarbon.diagnostics import Diagnostics
from bayescarbon.evidence.quantities import quantities
from bayescarbon.model.build import specify
from bayescarbon.model.likelihood import terms
from bayescarbon.model.predict import quantity_draws
from bayescarbon.preposterior import (
    Samples,
    Unmeasured,
    compiled_design,
    draw_farms,
    planned_samples,
    refit,
    unmeasured,
)
from tests.scripts import load

script = load("benchmarks/discounts.py")
GROUPS = ("clam", "oyster")
SIZE, COUNT, CV = 40, 60, 0.2


@pytest.fixture(scope="module")
def samples() -> Samples:
    return planned_samples(script.study_of(COUNT, GROUPS))


@pytest.fixture(scope="module")
def known(samples: Samples) -> Unmeasured:
    """Return farms near the prior medians, drawn by hand instead of fitted."""
    specification = specify(script.study_of(0, GROUPS))
    layout, rng = specification.layout, np.random.default_rng(1)
    location = np.array([item.prior.location for item in layout.items])
    eta = location[layout.item] + 0.3 * rng.standard_normal((SIZE, layout.n_nodes))
    scatter = {name: np.full(SIZE, CV) for name in samples.specification.observations.scatter_names}
    sinks = xr.DataArray(
        rng.normal(size=(1, len(GROUPS), 1, SIZE)),
        dims=("framework", "batch", "chain", "draw"),
        coords={"framework": ["stock_change"], "batch": list(GROUPS), "chain": [0], "draw": np.arange(SIZE)},
    )
    return Unmeasured(specification, eta, scatter, sinks, Diagnostics(True, (), 0, 1.0, 1e3, 1e3, 1.0, False))


def drawn(known: Unmeasured, sinks: xr.DataArray) -> list[int]:
    """Return which draw each farm is: its true sink says so."""
    truth = sinks.isel(framework=0, batch=0).values
    return [int(np.flatnonzero(known.sinks.values[0, 0, 0] == value)[0]) for value in truth]


def test_samples_lie_about_the_farm_that_was_drawn(known: Unmeasured, samples: Samples) -> None:
    farms = draw_farms(known, samples, 30, seed=3)
    chosen = drawn(known, farms.sinks)
    assert len(set(chosen)) == 30
    natural = quantity_draws(known.specification, known.eta, 1).isel(chain=0)
    stocks = natural["stock_species"].values.tolist()
    rows = samples.own.rows.drop_duplicates("target").set_index("target")
    codes, _ = terms(samples.specification.observations)
    checked = set()
    for place in samples.places:
        _, fraction, target, _ = codes[place]
        row = rows.loc[target]
        name, species = row["quantity"], row["species"]
        along = (
            {"stock": stocks.index(species)} if species else {"site": GROUPS.index(row["site"].split()[1])}
        )
        mean = natural[name].isel(along).values[chosen]
        count, _, first, _ = farms.statistics[:, place].T
        assert (count == COUNT).all()
        if name == "respiration_ratio":
            continue  # the account lifts it where chemistry asks for it, the rows see it before
        if fraction:
            at = quantities()[name].prior.q50
            k = (1 - at) / (at * CV**2)
            centre, variance = digamma(mean * k) - digamma(k), polygamma(1, mean * k) - polygamma(1, k)
        else:
            centre, variance = mean, (CV * mean) ** 2
        z = (first / COUNT - centre) / np.sqrt(variance / COUNT)
        assert np.abs(z).max() < 4.5
        assert 0.6 < z.std() < 1.5
        checked.add(name)
    assert checked == {*script.STOCK_KINDS, *script.SITE_KINDS} - {"respiration_ratio"}


def test_scatter_that_no_published_row_tells_of_is_that_of_the_prior(
    known: Unmeasured, samples: Samples
) -> None:
    untold = {name: cv for name, cv in known.scatter.items() if name != "live_weight"}
    farms = draw_farms(replace(known, scatter=untold), samples, SIZE, seed=3)
    codes, _ = terms(samples.specification.observations)
    scatter_of = samples.specification.observations.scatter_names.index("live_weight")
    places = [place for place in samples.places if codes[place][3] == scatter_of]
    assert len(places) == len(GROUPS)
    _, _, total, logs = np.moveaxis(farms.statistics[:, places], -1, 0)
    # Of a Gamma: log of the mean less the mean log is about half the squared coefficient of variation.
    cv = np.sqrt(2 * (np.log(total / COUNT) - logs / COUNT))
    stated = quantities()["live_weight"].scatter
    assert np.median(cv) == pytest.approx(stated.q50, rel=0.35)
    assert cv.max() / cv.min() > 3
    assert np.ptp(np.log(cv), axis=1).max() < 0.6  # one draw has one scatter, whatever the group


def test_terms_of_the_literature_stay_as_they_are(known: Unmeasured, samples: Samples) -> None:
    farms = draw_farms(known, samples, 5, seed=3)
    _, values = terms(samples.specification.observations)
    others = np.setdiff1d(np.arange(len(values)), samples.places)
    assert len(others) > 40
    assert (farms.statistics[:, others] == values[others]).all()
    assert not np.isclose(farms.statistics[:, samples.places], values[samples.places]).all(axis=(1, 2)).any()
    bare, _ = terms(specify(script.study_of(0, GROUPS)).observations)
    assert len(bare) == len(others)


def test_the_same_farms_can_take_other_samples(known: Unmeasured, samples: Samples) -> None:
    few = planned_samples(script.study_of(2, GROUPS))
    first, second, other = (
        draw_farms(known, planned, 8, seed) for planned, seed in ((samples, 1), (few, 1), (few, 2))
    )
    xr.testing.assert_identical(first.sinks, second.sinks)
    assert not first.sinks.equals(other.sinks)
    again = draw_farms(known, few, 8, 1)
    assert (again.statistics == second.statistics).all()


def test_more_farms_than_draws_are_refused(known: Unmeasured, samples: Samples) -> None:
    with pytest.raises(ValueError, match="41 farms cannot be drawn from 40 draws"):
        draw_farms(known, samples, SIZE + 1, seed=1)


def test_rows_that_cannot_be_simulated_are_refused_by_name() -> None:
    study = script.study_of(2, GROUPS)
    with pytest.raises(ValueError, match="nothing to simulate"):
        planned_samples(replace(study, evidence=study.evidence.iloc[:0]))
    summer = study.evidence.assign(season=["summer", *[""] * (len(study.evidence) - 1)])
    with pytest.raises(
        ValueError, match=r"own rows of dry_fraction: each must be a single sample without a season"
    ):
        planned_samples(replace(study, evidence=summer))
    weight = study.evidence["quantity"] == "live_weight"
    slip = study.evidence.assign(
        value=study.evidence["value"].where(~weight, 1e4 * quantities()["live_weight"].prior.q50)
    )
    with pytest.raises(ValueError, match="live_weight"):
        planned_samples(replace(study, evidence=slip))


@pytest.mark.slow
def test_own_samples_narrow_what_is_known_and_point_to_the_truth() -> None:
    study = script.study_of(40, GROUPS)
    literature = unmeasured(study, seed=5, draws=1000, chains=2)
    planned = planned_samples(study)
    farms, design = draw_farms(literature, planned, 3, seed=7), compiled_design(planned)
    found = [refit(design, farms.statistics[i], seed=i) for i in range(3)]
    wide = literature.sinks.sel(framework="improved_stock_change").std(("chain", "draw"))
    for i, one in enumerate(found):
        sinks = one.sinks.sel(framework="improved_stock_change")
        assert (sinks.std(("chain", "draw")) < 0.6 * wide).all()
        truth = farms.sinks.sel(framework="improved_stock_change").isel(farm=i)
        z = (truth - sinks.mean(("chain", "draw"))) / sinks.std(("chain", "draw"))
        assert (abs(z) < 4.5).all()
        assert one.divergences == 0
        assert one.effective >= 100
