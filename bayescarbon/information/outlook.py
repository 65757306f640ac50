"""What a survey may lead to: the credits that would be issued after it, over all data that it may show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bayescarbon.information.conditional import LEVELS, conditional
from bayescarbon.information.decision import given, overall, pinball
from bayescarbon.information.features import main_features
from bayescarbon.information.regression import design
from bayescarbon.information.sample import Outcome, cut, read_columns, read_outcome
from bayescarbon.information.scales import scales
from bayescarbon.information.studies import StudyDraws
from bayescarbon.information.threads import in_one_thread
from bayescarbon.information.worth import Terms
from bayescarbon.issuance.families import needed_levels
from bayescarbon.issuance.statistics import Floats

#: Features of all statistics together, fewest of each, and those of each that may change spread and shape.
_MOST_FEATURES, _LEAST_FEATURES, _FEW = 200, 4, 4


@dataclass(frozen=True)
class Outlook:
    """Credits that data free per cycle, t CO2e; fewer than 0 where they show that too many were issued.

    Attributes
    ----------
    expected : float
        Before the data are seen.
    q05, q95 : float
        Quantiles over all data that there may be: nine times in ten what is freed lies between them.
    """

    expected: float
    q05: float
    q95: float


def outlook(told: StudyDraws, data: pd.DataFrame, terms: Terms, *, expected: float, seed: int = 0) -> Outlook:
    """Return how many credits the data of a survey may free.

    Parameters
    ----------
    told : StudyDraws
        The posterior before the survey.
    data : DataFrame
        What it would show, one row per draw.
    terms : Terms
        The rule.
    expected : float
        The expectation, as `evsi` gives it.
    seed : int
        Of the folds.
    """
    freed = freed_by(told.outcome, data, terms, seed=seed)
    low, high = np.quantile(freed, [0.05, 0.95])
    return Outlook(expected, float(low), float(high))


@in_one_thread
def freed_by(outcome: Outcome, data: pd.DataFrame, terms: Terms, *, seed: int = 0) -> Floats:
    """Return how many credits the data of each draw would free: those issued after them less those issued now.

    Parameters
    ----------
    outcome : array_like or DataArray
        Draws of the sink, t CO2e, as in `evsi`.
    data : DataFrame
        What a survey would show, one row per draw.
    terms : Terms
        The rule.
    seed : int
        Of the folds.

    Returns
    -------
    array (draw,)
        t CO2e, in the order of the draws; each is predicted by regressions on others.
    """
    values, chains = read_outcome(outcome)
    columns = {str(name): draws for name, draws in read_columns(data, len(values), "data").items()}
    varied = [draws for draws in columns.values() if np.ptp(draws) > 0]
    if not varied or not np.ptp(values) > 0:
        return np.zeros_like(values)
    sample = cut(values, chains, columns, seed)
    each = max(_LEAST_FEATURES, _MOST_FEATURES // len(varied))
    mains = [main_features(draws)[sample.order, :each] for draws in varied]
    starts = np.cumsum([0, *(main.shape[1] for main in mains[:-1])])
    few = np.concatenate(
        [start + np.arange(min(_FEW, main.shape[1])) for start, main in zip(starts, mains, strict=True)]
    )
    seen = design(np.hstack(mains), sample.folds)
    levels = np.array(sorted({*LEVELS, terms.level, *needed_levels([terms.rule])}))
    found = [conditional(sample, scale, seen, few, levels) for scale in scales(sample.values)]
    # Of the scales, the one whose decisions cost least, as for the expectation.
    best = min(found, key=lambda one: pinball(one.quantile(terms.level), sample.values, terms.level).mean())
    now = overall(sample.values, terms.level, terms.rule, 0.0).amount
    after = given(sample.values, best, terms.level, terms.rule, 0.0).amount if best.informative else now
    return sample.as_given(np.broadcast_to(after - now, values.shape).astype(float))
