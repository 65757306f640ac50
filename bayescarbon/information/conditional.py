"""The distribution of an outcome given parameters, estimated from joint draws, each draw by regressions on the others.

Three steps, each a forward regression on the other folds: the location of the outcome on its scale; the logarithm of
the absolute residual, that is the spread; and the probabilities below a grid of levels of the standardised residual,
where its shape changes with the parameters (a distribution regression; Chernozhukov, Fernandez-Val and Melly 2013).
What a step does not find is left out of it, so without any finding the distribution is that of all draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bayescarbon.information.regression import Design, Indices, bar, forward, without
from bayescarbon.information.sample import Sample
from bayescarbon.information.scales import Scale
from bayescarbon.issuance.statistics import Floats

#: Levels of the residual at which its distribution may change with the parameters; the levels asked for join them.
LEVELS = (
    0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.26, 0.33, 0.4, 0.5, 0.6, 0.67, 0.74, 0.8, 0.85, 0.9, 0.94, 0.97, 0.99,
)  # fmt: skip
#: Several levels are tried at once, but are correlated: they count as this many targets.
_INDEPENDENT_LEVELS = 4
#: An absolute residual counts as at least this share of their root mean square, before its logarithm is taken.
_LEAST_RESIDUAL = 1e-3
#: Residual spread, in units of the outcome's scale, below which parameters determine the outcome.
_DETERMINED = 1e-9


@dataclass(frozen=True)
class Conditional:
    """The outcome's distribution given parameters, at each draw; arrays stand fold by fold.

    Attributes
    ----------
    scale : Scale
        On which it was estimated.
    location, spread : array (n,)
        Of the outcome on that scale.
    below : array (n, level)
        Probability that the standardised residual is below its overall quantiles at `levels`, from 0 to 1.
    levels : array (level,)
        From 0 to 1.
    residuals : tuple of array
        The standardised residuals of the draws outside each fold, rising.
    folds : tuple of slice
        The folds.
    transforms : array (n,)
        Probability integral transforms of the draws: where each stands in the distribution predicted for it.
    informative : bool
        Whether any regression found anything.
    """

    scale: Scale
    location: Floats
    spread: Floats
    below: Floats
    levels: Floats
    residuals: tuple[Floats, ...]
    folds: tuple[slice, ...]
    transforms: Floats
    informative: bool

    def quantile(self, level: float) -> Floats:
        """Return the quantile at one level given the parameters of each draw, in units of the outcome.

        Parameters
        ----------
        level : float
            Strictly between 0 and 1.

        Notes
        -----
        The level looked up is the one below which that share of all draws fell where they were predicted: a
        distribution that is too narrow or too wide overall is put right.
        """
        wanted = _inverse(self.below, self.levels, float(np.quantile(self.transforms, level)))
        residual = np.empty_like(wanted)
        for fold, ordered in zip(self.folds, self.residuals, strict=True):
            residual[fold] = _at(ordered, wanted[fold])
        return self.scale.back(self.location + self.spread * residual)


def conditional(sample: Sample, scale: Scale, seen: Design, low: Indices, levels: Floats) -> Conditional:
    """Estimate the distribution of an outcome given parameters.

    Parameters
    ----------
    sample : Sample
        The outcome.
    scale : Scale
        On which it is regressed, fold by fold.
    seen : Design
        Features of the parameters.
    low : array of int
        The features from which spread and shape may choose.
    levels : array
        Levels of the residual for the shape, rising, strictly between 0 and 1.
    """
    values, folds = scale.values, sample.folds
    n, m = seen.features.shape
    location, spread, transforms = np.zeros(n), np.ones(n), np.full(n, 0.5)
    below = np.tile(levels, (n, 1))
    residuals = []
    informative = False
    means, crosses = seen.crosses(values)
    for k, fold in enumerate(folds):
        inside, outside = seen.features[fold], seen.training(k)
        centre, gram, size = seen.means[k], seen.grams[k], len(outside)

        target = without(values, fold)
        threshold = bar(m, sample.inefficiency)
        chosen, slopes = forward(gram, crosses[k][:, None], np.array([target.var()]), size, threshold)
        line = means[k] - centre[chosen] @ slopes[:, 0]
        location[fold] = line + inside[:, chosen] @ slopes[:, 0]
        residual = target - line - outside[:, chosen] @ slopes[:, 0]
        informative |= len(chosen) > 0

        error = np.sqrt(np.mean(np.square(residual)))
        if error < _DETERMINED:
            residuals.append(np.zeros(1))
            continue
        few, few_gram, few_centre = outside[:, low], gram[np.ix_(low, low)], centre[low]
        # From here on the regressions see only the difference to the mean, so a target needs no constant.
        targets = np.log(np.maximum(np.abs(residual), _LEAST_RESIDUAL * error))[:, None]
        chosen, slopes = _on(few, few_gram, few_centre, targets, bar(len(low), sample.inefficiency))
        logs = ((few[:, chosen] - few_centre[chosen]) @ slopes)[:, 0]
        there = ((inside[:, low[chosen]] - few_centre[chosen]) @ slopes)[:, 0]
        spread[fold] = np.exp(np.clip(there, logs.min(), logs.max()))
        residual = residual / np.exp(logs)
        informative |= len(chosen) > 0

        ordered = np.sort(residual)
        residuals.append(ordered)
        targets = (residual[:, None] <= np.quantile(ordered, levels)).astype(float)
        threshold = bar(_INDEPENDENT_LEVELS * len(low), sample.inefficiency)
        chosen, slopes = _on(few, few_gram, few_centre, targets, threshold)
        if len(chosen):
            shape = levels + (inside[:, low[chosen]] - few_centre[chosen]) @ slopes
            # Probabilities cannot fall from one level to the next: rearranged (Chernozhukov et al. 2010).
            below[fold] = np.sort(np.clip(shape, 0.0, 1.0), axis=1)
            informative = True
        standardised = (values[fold] - location[fold]) / spread[fold]
        places = np.interp(standardised, ordered, (np.arange(size) + 0.5) / size)
        transforms[fold] = _direct(_closed(levels), _edged(below[fold]), places)
    return Conditional(
        scale,
        location,
        spread,
        _edged(below),
        _closed(levels),
        tuple(residuals),
        folds,
        transforms,
        informative,
    )


def _on(
    features: Floats, gram: Floats, centre: Floats, targets: Floats, threshold: float
) -> tuple[Indices, Floats]:
    """Choose features for one or more targets (draws x targets)."""
    n = len(features)
    cross = features.T @ targets / n - np.outer(centre, targets.mean(axis=0))
    return forward(gram, cross, targets.var(axis=0), n, threshold)


def _closed(levels: Floats) -> Floats:
    return np.concatenate([[0.0], levels, [1.0]])


def _edged(below: Floats) -> Floats:
    return np.pad(below, ((0, 0), (1, 1)), constant_values=((0.0, 0.0), (0.0, 1.0)))


def _at(ordered: Floats, level: Floats) -> Floats:
    """Return quantiles of sorted values, each of which stands in the middle of its own share."""
    n = len(ordered)
    return np.asarray(np.interp(level * n - 0.5, np.arange(n), ordered))


def _direct(levels: Floats, below: Floats, places: Floats) -> Floats:
    """Return for each draw the probability below a level of the residual, between the known ones in straight lines."""
    j = np.clip(np.searchsorted(levels, places, side="right"), 1, len(levels) - 1)
    rows = np.arange(len(places))
    share = (places - levels[j - 1]) / (levels[j] - levels[j - 1])
    low = below[rows, j - 1]
    return np.asarray(low + share * (below[rows, j] - low))


def _inverse(below: Floats, levels: Floats, probability: float) -> Floats:
    """Return for each draw the level of the residual below which a probability lies."""
    j = np.clip((below < probability).sum(axis=1), 1, len(levels) - 1)
    rows = np.arange(len(below))
    low, high = below[rows, j - 1], below[rows, j]
    gap = high - low
    share = np.divide(probability - low, gap, out=np.zeros_like(gap), where=gap > 0)
    return np.asarray(levels[j - 1] + share * (levels[j] - levels[j - 1]))
