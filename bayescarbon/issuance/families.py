"""The formulas of the deduction rules, each in tonnes, so that none divides by a mean that may be near zero.

W is the half-width of a central interval of the draws. A formula returns what would be issued before the floor at zero,
and where a bar of the rule allows nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from bayescarbon.issuance.statistics import Floats, Statistics, ends
from bayescarbon.study.rules import NO_FORMULA_REFUSAL, Rule

type Bars = npt.NDArray[np.bool_]
type Thresholds = Mapping[str, Any]

#: A ratio that equals the edge of a step but for rounding stands on the edge.
_EDGE = 1.0 + 1e-9


@dataclass(frozen=True)
class _Formula:
    """How a family is computed, and what it reads."""

    issued: Callable[[Statistics, Thresholds, bool], tuple[Floats, Bars]]
    levels: Callable[[Thresholds], tuple[float, ...]]
    nominal: Callable[[Thresholds], float | None]
    moments: tuple[str, ...]


def _nowhere(values: Floats) -> Bars:
    return np.zeros(np.shape(values), dtype=bool)


def _quantile(s: Statistics, t: Thresholds, ex_ante: bool) -> tuple[Floats, Bars]:
    return s.quantiles[t["level"]], _nowhere(s.mean)


def _normal_quantile(s: Statistics, t: Thresholds, ex_ante: bool) -> tuple[Floats, Bars]:
    return s.mean - t["deviations"] * s.sd, _nowhere(s.mean)


def _standard_error(s: Statistics, t: Thresholds, ex_ante: bool) -> tuple[Floats, Bars]:
    return s.mean - ndtri(t["level"]) * s.sd, _nowhere(s.mean)


def _scaled_half_width(s: Statistics, t: Thresholds, ex_ante: bool) -> tuple[Floats, Bars]:
    width = s.half_width(t["interval"])
    return s.mean - t["factor"] / t["divisor"] * width, _barred(s, width, t)


def _dead_band(s: Statistics, t: Thresholds, ex_ante: bool) -> tuple[Floats, Bars]:
    width, size = s.half_width(t["interval"]), np.abs(s.mean)
    least = t.get("ex_ante_minimum", 0.0) if ex_ante else 0.0
    return s.mean - np.maximum(least * size, width - t["allowed"] * size), _barred(s, width, t)


def _steps_buffer(s: Statistics, t: Thresholds, ex_ante: bool) -> tuple[Floats, Bars]:
    centre = s.mean if t["relative_to"] == "mean" else s.quantiles[0.5]
    value = _step(s.half_width(t["interval"]), centre, t)
    return s.mean - value * np.abs(s.mean), _nowhere(s.mean)


def _steps_times_width(s: Statistics, t: Thresholds, ex_ante: bool) -> tuple[Floats, Bars]:
    width = s.half_width(t["interval"])
    return s.mean - _step(width, s.mean, t) * width, _nowhere(s.mean)


def _lognormal_quartile(s: Statistics, t: Thresholds, ex_ante: bool) -> tuple[Floats, Bars]:
    banded = _step(s.half_width(t["interval"]), s.mean, t)
    return s.mean * np.exp(-t["quartile"] / t["divisor"] * np.log1p(banded)), _nowhere(s.mean)


def _barred(s: Statistics, width: Floats, t: Thresholds) -> Bars:
    if "not_creditable_above" not in t:
        return _nowhere(s.mean)
    return np.asarray(width > t["not_creditable_above"] * np.abs(s.mean) * _EDGE)


def _step(width: Floats, centre: Floats, t: Thresholds) -> Floats:
    """Return the value of the step on which width / |centre| stands; an edge belongs to the step below it."""
    edges = np.asarray(t["edges"], dtype=float) * _EDGE
    above = np.asarray(width)[..., None] > edges * np.abs(centre)[..., None]
    return np.asarray(t["values"], dtype=float)[above.sum(axis=-1)]


def _ends(t: Thresholds) -> tuple[float, ...]:
    return ends(t["interval"])


def _no_levels(t: Thresholds) -> tuple[float, ...]:
    return ()


def _no_nominal(t: Thresholds) -> None:
    return None


_FORMULAS: Mapping[str, _Formula] = {
    "quantile": _Formula(_quantile, lambda t: (t["level"],), lambda t: float(t["level"]), ()),
    "normal_quantile": _Formula(
        _normal_quantile, _no_levels, lambda t: float(ndtr(-t["deviations"])), ("mean", "sd")
    ),
    "standard_error": _Formula(_standard_error, _no_levels, lambda t: 1.0 - t["level"], ("mean", "sd")),
    "scaled_half_width": _Formula(
        _scaled_half_width,
        _ends,
        lambda t: float(ndtr(-t["factor"] / t["divisor"] * ndtri(ends(t["interval"])[1]))),
        ("mean",),
    ),
    "dead_band": _Formula(_dead_band, _ends, _no_nominal, ("mean",)),
    "steps_buffer": _Formula(
        _steps_buffer,
        lambda t: (*_ends(t), 0.5) if t["relative_to"] == "median" else _ends(t),
        _no_nominal,
        ("mean",),
    ),
    "steps_times_width": _Formula(_steps_times_width, _ends, _no_nominal, ("mean",)),
    "lognormal_quartile": _Formula(
        _lognormal_quartile, _ends, lambda t: float(ndtr(-t["quartile"])), ("mean",)
    ),
}


def _formula(rule: Rule) -> _Formula:
    if not rule.computable:
        raise ValueError(f"rule {rule.name!r}: {NO_FORMULA_REFUSAL}")
    return _FORMULAS[rule.family]


def needed_levels(rules: Sequence[Rule]) -> tuple[float, ...]:
    """Return the levels of all quantiles that these rules read, rising.

    Raises
    ------
    ValueError
        If a rule has no formula.
    """
    return tuple(sorted({level for rule in rules for level in _formula(rule).levels(rule.thresholds)}))


def moments_read(rule: Rule) -> tuple[str, ...]:
    """Return which of mean and sd a rule reads."""
    return _formula(rule).moments


def nominal_level(rule: Rule) -> float | None:
    """Return the level of the quantile that a rule means, or would give for a normal posterior.

    Returns
    -------
    float or None
        None where it means no fixed level: dead bands and steps.

    Raises
    ------
    ValueError
        If the rule has no formula.
    """
    return _formula(rule).nominal(rule.thresholds)


def formula(rule: Rule, statistics: Statistics, *, ex_ante: bool = False) -> tuple[Floats, Bars]:
    """Return what a rule would issue before the floor at zero, and where its bar allows nothing.

    Parameters
    ----------
    rule : Rule
        The rule.
    statistics : Statistics
        With the quantiles of `needed_levels`, t CO2e, of any shape.
    ex_ante : bool
        Whether the removal is a forecast; only rules with an ex ante minimum differ.

    Returns
    -------
    issued : array
        t CO2e, of the statistics' shape; negative where the deduction exceeds the mean.
    barred : array of bool
        Where the half-width is above what the rule allows to be credited at all.

    Raises
    ------
    ValueError
        If the rule has no formula.
    """
    issued, barred = _formula(rule).issued(statistics, rule.thresholds, ex_ante)
    return np.asarray(issued, dtype=float), barred


def floored(rule: Rule, figure: Floats, barred: Bars, mean: Floats) -> Floats:
    """Return what is issued of a figure, t CO2e: nothing where it is not above zero, or a bar allows nothing.

    Nothing either where the mean is not above zero and the rule takes something off it: a share of a release is no
    credit. A quantile is taken off the draws and stands as it is.
    """
    released = (mean <= 0) & (rule.family != "quantile")
    return np.where(barred | released, 0.0, np.maximum(figure, 0.0))


def issuable(rule: Rule, statistics: Statistics, *, ex_ante: bool = False) -> Floats:
    """Return what a rule issues, t CO2e, 0 or more; parameters and errors as in `formula`."""
    figure, barred = formula(rule, statistics, ex_ante=ex_ante)
    return floored(rule, figure, barred, statistics.mean)
