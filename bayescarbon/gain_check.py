"""What samples are predicted to gain, held against what they do gain when the model is fitted again to them.

Worlds are draws of the posterior before sampling. Each has a true sink, and samples are drawn about its own quantities.
The prediction never fits anything: it is EVSI and the expected gain in credits, from the draws. The truth is found out
by fitting the real model, literature and samples together, in as many worlds as there is time for, issuing credits
from each posterior and comparing with the true sink.

Most of what differs between worlds is luck of the true sink, which has nothing to do with the fits. So the regression
that the prediction rests on is asked too what it would issue in each refitted world, from the same samples: the refits
have to tell no more than the difference (a control variate).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.evidence.quantities import composites, quantities
from bayescarbon.information.decision import pinball
from bayescarbon.information.outlook import freed_by
from bayescarbon.information.sample_information import evsi
from bayescarbon.information.studies import StudyDraws, draws_of
from bayescarbon.information.surveys import KINDS, Survey
from bayescarbon.information.worth import Terms, make_terms
from bayescarbon.issuance.statistics import Floats
from bayescarbon.model.predict import quantity_draws
from bayescarbon.preposterior import (
    Farms,
    Samples,
    Unmeasured,
    compiled_design,
    draw_farms,
    planned_samples,
    refit,
)
from bayescarbon.study import Study

COLUMNS = (
    "sink",
    "issued_before",
    "issued_after",
    "issued_predicted",
    "saved",
    "saved_predicted",
    "effective",
)


@dataclass(frozen=True)
class GainCheck:
    """Predicted and realised gains of one survey, t CO2e.

    Attributes
    ----------
    survey : Survey
        What is sampled, where.
    n : int
        Samples.
    predicted, predicted_se : float
        EVSI as `plan` has it, in the loss that weighs over-crediting with 1 - p and under-crediting with p.
    realised, realised_se : float
        Loss that the refits saved, on average. The error is that of the finite number of worlds; that of the draws,
        which the prediction has too, is in `predicted_se`.
    predicted_gain, predicted_gain_se, realised_gain, realised_gain_se : float
        The same of the credits issued.
    worlds : DataFrame
        One row per refit: true sink; credits before, after, and as the regression says from the same samples; loss
        saved, by either; effective draws of the refit.
    """

    survey: Survey
    n: int
    predicted: float
    predicted_se: float
    realised: float
    realised_se: float
    predicted_gain: float
    predicted_gain_se: float
    realised_gain: float
    realised_gain_se: float
    worlds: pd.DataFrame

    @property
    def z(self) -> tuple[float, float]:
        """Differences over their standard errors: of the loss, and of the credits."""
        return (
            (self.realised - self.predicted) / float(np.hypot(self.realised_se, self.predicted_se)),
            (self.realised_gain - self.predicted_gain)
            / float(np.hypot(self.realised_gain_se, self.predicted_gain_se)),
        )


def with_samples(study: Study, survey: Survey, n: int) -> Study:
    """Return a study whose evidence is n single samples of a survey, with the prior median for a value.

    Parameters
    ----------
    study : Study
        Its own rows of evidence are left out.
    survey : Survey
        What is sampled, where.
    n : int
        Samples.

    Raises
    ------
    ValueError
        If single samples of this quantity are no rows of `evidence`.
    """
    if survey.quantity not in quantities() and survey.quantity not in composites():
        raise ValueError(f"{survey.quantity}: no quantity is called so")
    definition = (quantities() | composites())[survey.quantity]
    if definition.support not in ("fraction", "positive"):
        raise ValueError(
            f"{survey.quantity}: single samples of it are no rows of evidence; choose another quantity"
        )
    groups = study.harvest.set_index("species")["group"]
    row = dict.fromkeys(study.evidence.columns, "") | {
        "origin": "farm",
        "quantity": survey.quantity,
        "species": survey.species,
        "group": str(groups[groups.index == survey.species].iloc[0]) if survey.species else "",
        "site": survey.site,
        "kind": "sample",
        "value": definition.prior.q50,
        "n": 1.0,
        "method": "core" if survey.quantity == "burial_fraction" else "",
    }
    numbers = study.evidence.select_dtypes("number").columns
    row |= {name: np.nan for name in numbers if row[name] == ""}
    rows = pd.DataFrame([row | {"id": f"planned:{i + 1}"} for i in range(n)], columns=study.evidence.columns)
    return replace(study, evidence=rows)


def check_gain(
    known: Unmeasured,
    study: Study,
    survey: Survey,
    n: int,
    *,
    worlds: int,
    framework: str = "improved_stock_change",
    rule: str = "posterior_q10",
    seed: int = 1,
    draws: int = 800,
    tune: int = 400,
) -> GainCheck:
    """Compare what n samples are predicted to gain with what they gain in refits of the real model.

    Parameters
    ----------
    known : Unmeasured
        What is known before, from `unmeasured(study)`.
    study : Study
        Its harvest; its own rows of evidence are left out, so they play no part in the comparison.
    survey : Survey
        What is sampled, where; samples are rows of `evidence`.
    n : int
        Samples.
    worlds : int
        Refits, at least 2.
    framework : str
        Which carbon counts.
    rule : str
        A rule that issues a quantile.
    seed : int
        Of the worlds, their samples and the refits.
    draws, tune : int
        Of each refit.

    Returns
    -------
    GainCheck
        With one row per world.

    Raises
    ------
    ValueError
        If there are fewer than two worlds, or the rule is no quantile.
    """
    if worlds < 2:
        raise ValueError(f"worlds is {worlds}; two or more are compared")
    terms = make_terms(rule, None)
    if terms.decides is not None:
        raise ValueError(f"rule: {rule!r} issues no quantile of the posterior; choose one that does")
    samples = planned_samples(with_samples(study, survey, n))
    size = known.sinks.sizes["chain"] * known.sinks.sizes["draw"]
    drawn = draw_farms(known, samples, size, seed)
    design = compiled_design(samples)

    def posterior(world: int) -> tuple[Floats, float]:
        found = refit(design, drawn.statistics[world], seed=seed * 100_003 + world, draws=draws, tune=tune)
        return found.sinks.sel(framework=framework).sum("batch").values.ravel(), found.effective

    return compared(
        known, drawn, samples, survey, n, framework, terms, seed, [posterior(w) for w in range(worlds)]
    )


def compared(
    known: Unmeasured,
    drawn: Farms,
    samples: Samples,
    survey: Survey,
    n: int,
    framework: str,
    terms: Terms,
    seed: int,
    posteriors: Sequence[tuple[Floats, float]],
) -> GainCheck:
    """Return predicted and realised gains, given the posteriors of the first worlds.

    Parameters
    ----------
    known : Unmeasured
        What is known before.
    drawn : Farms
        All of its draws as worlds, with samples.
    samples : Samples
        What is sampled.
    survey : Survey
        The same, as the plan has it.
    n : int
        Samples.
    framework : str
        Which carbon counts.
    terms : Terms
        What is decided.
    seed : int
        Of the plan's own simulated samples.
    posteriors : sequence of (array, float)
        Draws of the sink of all batches, t CO2e, after the samples of the first worlds, and how many count.
    """
    told = draws_before(known, framework)
    data = KINDS["samples"].simulate(told, survey, [n], np.random.default_rng([seed, 20261127]))[0]
    planned = evsi(told.outcome, {n: pd.DataFrame(data)}, p=terms.level).iloc[0]
    sinks = drawn.sinks.sel(framework=framework).sum("batch").values
    seen = _seen(drawn, samples)
    before = max(float(np.quantile(sinks, terms.level)), 0.0)
    after = np.array([max(float(np.quantile(one, terms.level)), 0.0) for one, _ in posteriors])
    guessed = np.maximum(before + freed_by(sinks, seen, terms), 0.0)
    now = pinball(before, sinks, terms.level)
    by_regression = now - pinball(guessed, sinks, terms.level)
    some = slice(0, len(posteriors))
    saved = now[some] - pinball(after, sinks[some], terms.level)
    effective = [one for _, one in posteriors]
    table = (
        sinks[some], np.full(len(after), before), after, guessed[some], saved, by_regression[some], effective
    )  # fmt: skip
    realised = _controlled(saved, by_regression)
    gained = _controlled(after - before, guessed - before)
    return GainCheck(
        survey,
        n,
        float(planned["evsi"]),
        float(planned["evsi_se"]),
        *realised,
        float(planned["issuance_gain"]),
        float(planned["issuance_gain_se"]),
        *gained,
        pd.DataFrame(dict(zip(COLUMNS, table, strict=True))),
    )


def draws_before(known: Unmeasured, framework: str) -> StudyDraws:
    """Return what is known before any sample as the draws from which information is read.

    Parameters
    ----------
    known : Unmeasured
        From `unmeasured`.
    framework : str
        Which carbon counts.
    """
    outcome = known.sinks.sel(framework=framework).sum("batch")
    posterior = quantity_draws(known.specification, known.eta, outcome.sizes["chain"])
    shape = (outcome.sizes["chain"], outcome.sizes["draw"], len(known.scatter))
    scatter = np.stack(list(known.scatter.values()), axis=-1).reshape(shape)
    posterior["scatter"] = xr.DataArray(
        scatter, dims=("chain", "draw", "scatter_of"), coords={"scatter_of": list(known.scatter)}
    )
    return draws_of(outcome, posterior, outcome.size)


def _seen(drawn: Farms, samples: Samples) -> pd.DataFrame:
    """Return the sufficient statistics of the samples, per sample, of every world."""
    counted = drawn.statistics[:, samples.places]
    means = counted[:, :, 2:] / np.maximum(counted[:, :, :1], 1.0)
    flat = means.reshape(len(means), -1)
    return pd.DataFrame(flat, columns=[f"statistic {i + 1}" for i in range(flat.shape[1])])


def _controlled(found: Floats, control: Floats) -> tuple[float, float]:
    """Return the mean of what was found in the first worlds, by its difference to what has a known mean over all.

    The second value is the standard error of that difference.
    """
    difference = found - control[: len(found)]
    error = float(difference.std(ddof=1) / np.sqrt(len(difference)))
    return float(difference.mean() + control.mean()), error
