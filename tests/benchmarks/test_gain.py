"""The script that checks a plan against refits: which item it takes, and what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bayescarbon.diagnostics import Diagnostics
from bayescarbon.gain_check import COLUMNS, GainCheck
from bayescarbon.information.surveys import Survey
from bayescarbon.model.build import specify
from bayescarbon.model.predict import quantity_draws
from bayescarbon.preposterior import Unmeasured
from bayescarbon.study import Study, read_study
from tests.scripts import ROOT, load

script = load("benchmarks/gain.py")
SCALLOP = "Azumapecten farreri"


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(ROOT / "data" / "studies" / "yunxi")


@pytest.fixture(scope="module")
def known(study: Study) -> Unmeasured:
    """Return farms whose sink is the dry fraction of one scallop and nothing else."""
    specification = specify(study)
    layout, rng = specification.layout, np.random.default_rng(1)
    location = np.array([item.prior.location for item in layout.items])
    eta = location[layout.item] + 0.3 * rng.standard_normal((1000, layout.n_nodes))
    dry = quantity_draws(specification, eta, 4)["dry_fraction"]
    sink = 100 * dry.isel(stock=dry["stock_species"].values.tolist().index(SCALLOP))
    sinks = sink.expand_dims(framework=[study.headline_framework], batch=["all"]).reset_coords(drop=True)
    scatter = {"dry_fraction": np.full(1000, 0.1)}
    return Unmeasured(specification, eta, scatter, sinks, Diagnostics(True, (), 0, 1.0, 1e3, 1e3, 1.0, False))


def test_the_first_item_is_what_the_sink_is_made_of(known: Unmeasured, study: Study) -> None:
    survey, n = script.first_item(known, study, 20.0, seed=1)
    assert (survey.quantity, survey.species, survey.site) == ("dry_fraction", SCALLOP, "yunxi")
    assert survey.cost(n) <= 20.0 and n > 1


def test_no_plan_is_said(known: Unmeasured, study: Study) -> None:
    with pytest.raises(SystemExit, match="nothing_pays"):
        script.first_item(replace(known, sinks=known.sinks * 0.0), study, 20.0, seed=1)
    with pytest.raises(SystemExit, match="budget"):
        script.first_item(known, study, 1.0, seed=1)


def test_both_gains_are_said_with_their_errors() -> None:
    worlds = pd.DataFrame(np.zeros((7, len(COLUMNS))), columns=list(COLUMNS))
    check = GainCheck(
        Survey("dry_fraction", SCALLOP, "yunxi"), 5, 1.0, 0.3, 1.8, 0.4, 4.0, 0.6, 2.0, 0.8, worlds
    )
    assert check.z == pytest.approx((1.6, -2.0))
    first, loss, credits = script.lines(check, 60.0)
    assert "n = 5: 7 worlds in 60 s" in first
    assert "predicted 1 +- 0.3, realised 1.8 +- 0.4, z +1.6" in loss
    assert "predicted 4 +- 0.6, realised 2 +- 0.8, z -2.0" in credits
