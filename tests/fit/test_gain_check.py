"""Predicted gains of samples against realised ones: with posteriors that are exact by weighting, and with refits."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.special import betaln

from bayescarbon.accounting.frameworks import frameworks
from bayescarbon.diagnostics import Diagnostics
from bayescarbon.evidence.quantities import quantities
from bayescarbon.gain_check import GainCheck, check_gain, compared, with_samples
from bayescarbon.information.surveys import Survey
from bayescarbon.information.worth import make_terms
from bayescarbon.model.build import specify
from bayescarbon.model.predict import quantity_draws
from bayescarbon.preposterior import Farms, Samples, Unmeasured, draw_farms, planned_samples, unmeasured
from bayescarbon.study import Study
from tests.scripts import load

script = load("benchmarks/discounts.py")
NAME, N, CV, WORLDS = "stock_change", 5, 0.15, 150
TERMS = make_terms("posterior_q10", None)


@pytest.fixture(scope="module")
def study() -> Study:
    return script.study_of(0, ("clam",))


@pytest.fixture(scope="module")
def survey(study: Study) -> Survey:
    row = study.harvest.iloc[0]
    return Survey("dry_fraction", str(row["species"]), str(row["site"]))


@pytest.fixture(scope="module")
def known(study: Study) -> Unmeasured:
    """Return farms near the prior medians, whose sink is proportional to the dry fraction but for noise."""
    specification = specify(study)
    layout, rng = specification.layout, np.random.default_rng(1)
    location = np.array([item.prior.location for item in layout.items])
    eta = location[layout.item] + 0.4 * rng.standard_normal((2000, layout.n_nodes))
    dry = quantity_draws(specification, eta, 4)["dry_fraction"].isel(stock=0)
    sink = 10.0 * dry + 0.3 * rng.standard_normal(dry.shape)
    sinks = sink.expand_dims(framework=[NAME], batch=["clam"]).reset_coords(drop=True)
    scatter = {"dry_fraction": np.full(2000, CV)}
    return Unmeasured(specification, eta, scatter, sinks, Diagnostics(True, (), 0, 1.0, 1e3, 1e3, 1.0, False))


@pytest.fixture(scope="module")
def samples(study: Study, survey: Survey) -> Samples:
    return planned_samples(with_samples(study, survey, N))


@pytest.fixture(scope="module")
def drawn(known: Unmeasured, samples: Samples) -> Farms:
    return draw_farms(known, samples, 2000, seed=2)


def by_weighting(known: Unmeasured, drawn: Farms, samples: Samples, world: int) -> np.ndarray:
    """Return draws of the sink given one world's samples, all draws weighted with the Beta likelihood."""
    (place,) = samples.places
    count, _, log_x, log_rest = drawn.statistics[world, place]
    assert count == N
    dry = quantity_draws(known.specification, known.eta, 4)["dry_fraction"].isel(stock=0).values.ravel()
    middle = quantities()["dry_fraction"].prior.q50
    k = (1 - middle) / (middle * CV**2)
    a, b = dry * k, (1 - dry) * k
    log_weight = (a - 1) * log_x + (b - 1) * log_rest - N * betaln(a, b)
    weight = np.exp(log_weight - log_weight.max())
    rng = np.random.default_rng(world)
    return rng.choice(known.sinks.values.ravel(), 4000, p=weight / weight.sum())


def check(
    known: Unmeasured, drawn: Farms, samples: Samples, survey: Survey, posteriors: list[np.ndarray]
) -> GainCheck:
    told = [(one, 1000.0) for one in posteriors]
    return compared(known, drawn, samples, survey, N, NAME, TERMS, 1, told)


@pytest.mark.slow
def test_right_posteriors_gain_what_was_predicted(
    known: Unmeasured, drawn: Farms, samples: Samples, survey: Survey
) -> None:
    posteriors = [by_weighting(known, drawn, samples, world) for world in range(WORLDS)]
    found = check(known, drawn, samples, survey, posteriors)
    assert found.predicted > 10 * found.predicted_se
    assert found.realised_se < 0.1 * found.predicted
    assert abs(found.realised - found.predicted) < 0.1 * found.predicted
    assert abs(found.realised_gain - found.predicted_gain) < 0.15 * found.predicted_gain
    assert max(map(abs, found.z)) < 4
    # The regression says nearly what the exact posterior says, world by world.
    assert np.corrcoef(found.worlds["issued_after"], found.worlds["issued_predicted"])[0, 1] > 0.97
    assert found.worlds["sink"].to_numpy() == pytest.approx(drawn.sinks.values[0, 0, :WORLDS])


def test_posteriors_that_learn_nothing_are_found_out(
    known: Unmeasured, drawn: Farms, samples: Samples, survey: Survey
) -> None:
    found = check(known, drawn, samples, survey, [known.sinks.values.ravel()] * WORLDS)
    assert found.worlds["saved"].to_numpy() == pytest.approx(0.0)
    assert min(found.z) < -4 or found.z[0] < -4
    assert found.realised_gain < 0.5 * found.predicted_gain


@pytest.mark.slow
def test_posteriors_that_are_too_sure_are_found_out(
    known: Unmeasured, drawn: Farms, samples: Samples, survey: Survey
) -> None:
    posteriors = []
    for world in range(WORLDS):
        right = by_weighting(known, drawn, samples, world)
        posteriors.append(right.mean() + 0.4 * (right - right.mean()))
    found = check(known, drawn, samples, survey, posteriors)
    assert found.realised < 0.9 * found.predicted
    assert found.realised_gain > 1.5 * found.predicted_gain


def test_what_cannot_be_checked(study: Study, known: Unmeasured, survey: Survey) -> None:
    with pytest.raises(ValueError, match="no rows of evidence"):
        with_samples(study, Survey("fouler_mix", "", survey.site), 3)
    with pytest.raises(ValueError, match="two or more"):
        check_gain(known, study, survey, N, worlds=1)
    with pytest.raises(ValueError, match="no quantile"):
        check_gain(known, study, survey, N, worlds=2, rule="vcs_mr24")


def test_rows_are_planned_where_they_are_taken(study: Study) -> None:
    site = str(study.harvest["site"].iloc[0])
    rows = with_samples(study, Survey("burial_fraction", "", site), 3).evidence
    assert rows["method"].tolist() == ["core"] * 3 and rows["species"].tolist() == [""] * 3
    assert rows["id"].is_unique and list(rows.columns) == list(study.evidence.columns)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("quantity", "n"), [("dry_fraction", 5), ("burial_fraction", 5), ("fouling_ratio", 5)]
)
def test_refits_gain_what_was_predicted(study: Study, survey: Survey, quantity: str, n: int) -> None:
    before = unmeasured(study, seed=3, draws=1000)
    where = survey.species if "species" in quantities()[quantity].levels else ""
    found = check_gain(before, study, Survey(quantity, where, survey.site), n, worlds=8, seed=3)
    assert set(before.sinks["framework"].values) == set(frameworks())
    assert max(map(abs, found.z)) < 4
    assert isinstance(before.sinks, xr.DataArray)
