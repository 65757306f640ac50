"""What is decided on a distribution: the amount that costs least, the credits that a rule issues, and their errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from bayescarbon.information.conditional import Conditional
from bayescarbon.issuance.families import issuable, moments_read, needed_levels
from bayescarbon.issuance.statistics import Floats, Statistics, statistics
from bayescarbon.study.rules import Rule, named_rule

#: Steps between normal scores from -3.3 to 3.3 over which the moments of a conditional distribution are summed.
_NODES = np.linspace(-3.3, 3.3, 34)
#: Half the distance between the levels from which the density at a quantile is taken, as a share of the nearer tail.
_BANDWIDTH = 0.3
#: Step of a numerical derivative, in standard deviations: wide, so that a rule with steps has its slope on average.
_STEP = 0.25


@dataclass(frozen=True)
class Issued:
    """Credits issued on one or many distributions.

    Attributes
    ----------
    amount : array
        Per distribution.
    influence : array
        What each draw's chance contributes to the error of the amount, per draw.
    """

    amount: Floats
    influence: Floats


def pinball(amount: Floats | float, outcome: Floats, p: float) -> Floats:
    """Return the loss (1 - p)(Q - S)+ + p (S - Q)+ of issuing Q where the sink is S.

    Parameters
    ----------
    amount : array or float
        Q.
    outcome : array
        S.
    p : float
        Level of the quantile that costs least.
    """
    return np.maximum((1.0 - p) * (amount - outcome), p * (outcome - amount))


def at_least(amount: Floats, floor: float | None) -> Floats:
    """Return amounts raised to a floor, if there is one."""
    return amount if floor is None else np.maximum(amount, floor)


def as_rule(rule: Rule | str | None) -> Rule | None:
    """Return a rule by name, and what is no name as it is.

    Raises
    ------
    ValueError
        If there is no rule of this name, or it has no formula.
    """
    if rule is None:
        return None
    rule = named_rule(rule) if isinstance(rule, str) else rule
    needed_levels([rule])
    return rule


def overall(outcome: Floats, p: float, rule: Rule | None, floor: float | None) -> Issued:
    """Return what is issued on all draws.

    Parameters
    ----------
    outcome : array (n,)
        Draws.
    p : float
        Level of the quantile issued where there is no rule.
    rule : Rule or None
        The rule.
    floor : float or None
        Least amount issued where there is no rule.
    """
    n = len(outcome)
    levels = (p,) if rule is None else needed_levels([rule])
    asked = sorted({end for level in levels for end in (level, *_around(level))})
    read = statistics(outcome, asked)
    wide = _Spread(read, {level: _sparsity(read.quantiles, level) for level in levels})
    # A rule with steps: its slope over the distance by which these statistics could be off.
    return _issued(outcome, wide, p, rule, floor, 2.0 / np.sqrt(n))


def given(
    outcome: Floats, distribution: Conditional, p: float, rule: Rule | None, floor: float | None
) -> Issued:
    """Return what is issued on the distribution that each draw's parameters leave; arguments as in `overall`."""
    levels = (p,) if rule is None else needed_levels([rule])
    asked = sorted({end for level in levels for end in (level, *_around(level))})
    quantiles = {level: distribution.quantile(level) for level in asked}
    mean = sd = np.zeros_like(outcome)
    if rule is not None:
        mean, sd = _moments(outcome, distribution)
    wide = _Spread(Statistics(mean, sd, quantiles), {level: _sparsity(quantiles, level) for level in levels})
    return _issued(outcome, wide, p, rule, floor, _STEP)


@dataclass(frozen=True)
class _Spread:
    """Statistics, and the slope of each quantile in its level."""

    statistics: Statistics
    sparsity: dict[float, Floats]


def _around(level: float) -> tuple[float, float]:
    half = _BANDWIDTH * min(level, 1.0 - level)
    return level - half, level + half


def _sparsity(quantiles: Mapping[float, Floats], level: float) -> Floats:
    low, high = _around(level)
    return (quantiles[high] - quantiles[low]) / (high - low)


def _moments(outcome: Floats, distribution: Conditional) -> tuple[Floats, Floats]:
    """Return mean and sd given the parameters, put right so that they hold on average over the draws."""
    weights = np.exp(-0.5 * np.square(_NODES))
    weights /= weights.sum()
    points = np.stack([distribution.quantile(float(ndtr(node))) for node in _NODES])
    mean = weights @ points
    sd = np.sqrt(weights @ np.square(points - mean))
    mean = mean + np.mean(outcome - mean)
    ratio = np.mean(np.square(outcome - mean)) / max(float(np.mean(np.square(sd))), np.finfo(float).tiny)
    return mean, sd * np.sqrt(ratio)


def _issued(
    outcome: Floats, known: _Spread, p: float, rule: Rule | None, floor: float | None, step: float
) -> Issued:
    """Return the amounts, and their influence by the delta method over the statistics that they read."""
    read = known.statistics
    noise: dict[float | str, Floats] = {
        level: (level - (outcome < read.quantiles[level])) * sparsity
        for level, sparsity in known.sparsity.items()
    }
    if rule is None:
        quantile = read.quantiles[p]
        amount = at_least(quantile, floor)
        return Issued(amount, np.where(amount > quantile, 0.0, noise[p]))
    deviation = outcome - read.mean
    divisor = np.where(read.sd > 0, 2.0 * read.sd, np.inf)
    noise |= {"mean": deviation, "sd": (np.square(deviation) - np.square(read.sd)) / divisor}
    size = step * read.sd
    influence = np.zeros_like(outcome)
    read_by_rule: tuple[float | str, ...] = (*known.sparsity, *moments_read(rule))
    for name in read_by_rule:
        above, below = (issuable(rule, _moved(read, name, way * size)) for way in (1.0, -1.0))
        slope = np.divide(above - below, 2.0 * size, out=np.zeros_like(above), where=size > 0)
        influence = influence + slope * noise[name]
    return Issued(issuable(rule, read), influence)


def _moved(read: Statistics, name: float | str, by: Floats) -> Statistics:
    if name == "mean":
        return replace(read, mean=read.mean + by)
    if name == "sd":
        return replace(read, sd=np.maximum(read.sd + by, 0.0))
    return replace(read, quantiles={k: v + by if k == name else v for k, v in read.quantiles.items()})
