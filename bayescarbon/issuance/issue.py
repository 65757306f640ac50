"""Issue credits: apply deduction rules to the draws of a net removal, and say what risk remains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy.special import ndtr

from bayescarbon.issuance.draws import by_scope, refuse_unconverged, single
from bayescarbon.issuance.families import Bars, floored, formula, moments_read, needed_levels, nominal_level
from bayescarbon.issuance.notes import Finding, note
from bayescarbon.issuance.sampling_error import Blocks, imagined, moved_quantile, replicates
from bayescarbon.issuance.statistics import Floats, Statistics, statistics
from bayescarbon.study.rules import Rule, named_rule

#: Part of what is issued by which a draw must fall short of it to be less: a sure removal is its mean but for rounding.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Issuance:
    """What a rule issues from the draws of one net removal, in t CO2e where not said.

    Attributes
    ----------
    rule : str
        Name of the rule.
    mean : float
        Mean net removal.
    issued : float
        Credits before rounding, 0 or more.
    deduction : float
        1 - issued / mean; NaN where the mean is not above 0.
    p_overcredit : float
        Probability that the true removal is below `issued`.
    expected_overcredit : float
        Mean of what is issued beyond the true removal, E[(issued - S)+].
    eligible : bool
        Whether anything can be issued.
    note : str
        Why not, and what to be careful of, as sentences separated by semicolons; empty if nothing is to be said.
    credits : int
        Whole tonnes: `issued` rounded down.
    issued_mcse : float
        Monte Carlo standard error of `issued`, from the finite number of correlated draws.
    level : float or None
        Level of the quantile that the rule means; None for dead bands and steps, which mean none.
    same_level_quantile : float
        Quantile of the draws at `level`, or else at the level that the formula's figure would have in a normal
        distribution of the same mean and standard deviation.
    buffer : float
        What is deducted but held to be released later (the family ``steps_buffer``); else 0.
    deficit : float
        Loss enlarged by its uncertainty, of a negative sink under the family ``standard_error``; else 0.
    p_positive : float
        Probability that the true removal is above 0.
    effective_draws : float
        Independent draws that would fix the least certain statistic of the rule as well.
    conservative : bool
        Whether `issued` is the smaller of the formula's figure and `same_level_quantile`.
    """

    rule: str
    mean: float
    issued: float
    deduction: float
    p_overcredit: float
    expected_overcredit: float
    eligible: bool
    note: str
    credits: int
    issued_mcse: float
    level: float | None
    same_level_quantile: float
    buffer: float
    deficit: float
    p_positive: float
    effective_draws: float
    conservative: bool


def issue(
    draws: npt.ArrayLike | xr.DataArray,
    rule: str | Rule = "posterior_q10",
    *,
    conservative: bool = False,
    ex_ante: bool = False,
    allow_unconverged: bool = False,
) -> Issuance:
    """Apply one deduction rule to the draws of one net removal.

    Parameters
    ----------
    draws : array_like or DataArray
        Draws of the net removal in the period, t CO2e, + = removal, after the baseline share: one dimension, or
        the dims chain and draw. To credit several batches, give the draws of their sum.
    rule : str or Rule
        A rule that ships, by name, or a rule itself (an own rule of a study).
    conservative : bool
        Issue the smaller of the rule's figure and the posterior quantile at the same level. Half-width formulas
        deduct too little from a posterior skewed to the right.
    ex_ante : bool
        Whether the removal is a forecast; only rules with an ex ante minimum differ.
    allow_unconverged : bool
        Accept draws of a fit that failed its diagnostics.

    Returns
    -------
    Issuance
        What is issued, the risk that it is too much, and why nothing is issued if so.

    Raises
    ------
    ValueError
        If the rule is unknown or has no formula; if the draws have other dimensions, are fewer than two, or hold
        a value that is not finite; if they come from a fit that failed its diagnostics and this is not allowed.
    """
    table = issue_table(
        single(draws).expand_dims(scope=["the draws"]),
        [rule],
        conservative=conservative,
        ex_ante=ex_ante,
        allow_unconverged=allow_unconverged,
    )
    record = table.drop(columns="scope").to_dict("records")[0]
    level = record["level"]
    return Issuance(**record | {"level": None if np.isnan(level) else level})


def issue_table(
    draws: xr.DataArray,
    rules: Sequence[str | Rule],
    *,
    conservative: bool = False,
    ex_ante: bool = False,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """Apply deduction rules to the draws of several net removals.

    Parameters
    ----------
    draws : DataArray
        Draws of each net removal, t CO2e, dims scope, and chain and draw or one of them.
    rules : sequence of str or Rule
        Rules that ship, by name, or rules themselves.
    conservative, ex_ante, allow_unconverged : bool
        As in `issue`.

    Returns
    -------
    DataFrame
        scope and the fields of `Issuance` (`level` is NaN where the rule means none), one row per scope and rule, in
        their order.

    Raises
    ------
    ValueError
        As in `issue`.
    """
    refuse_unconverged(draws, allow_unconverged)
    names, values = by_scope(draws)
    chosen = [named_rule(rule) if isinstance(rule, str) else rule for rule in rules]
    sample = _Sample(values, needed_levels(chosen))
    frames = [_applied(rule, sample, conservative, ex_ante).assign(scope=names) for rule in chosen]
    if not frames:
        raise ValueError("rules: name at least one")
    table = pd.concat(frames, keys=range(len(frames)), names=["rule_order", "scope_order"])
    ordered = table.sort_index(level=["scope_order", "rule_order"]).reset_index(drop=True)
    return ordered[["scope", *Issuance.__dataclass_fields__]]


class _Sample:
    """Draws of several scopes with what all rules read of them, each computed once."""

    def __init__(self, values: Floats, levels: Sequence[float]) -> None:
        self.blocks = Blocks(values)
        self.flat = values.reshape(len(values), -1)
        self.ordered = np.sort(self.flat, axis=-1)
        self.statistics = statistics(self.flat, levels)
        self.p_positive = (self.flat > 0).mean(axis=-1)
        self.moments = {"mean": self.blocks.mean(), "sd": self.blocks.sd()}
        self.below = {
            level: self.blocks.below(quantile) for level, quantile in self.statistics.quantiles.items()
        }


@dataclass(frozen=True)
class _Outcome:
    """What one rule gives, over scopes or over imagined posteriors, and the quantile that it is held against."""

    figure: Floats
    barred: Bars
    level: Floats
    quantile: Floats
    issued: Floats


def _outcome(
    rule: Rule,
    read: Statistics,
    ordered: Floats,
    noise: Floats,
    conservative: bool,
    ex_ante: bool,
) -> _Outcome:
    figure, barred = formula(rule, read, ex_ante=ex_ante)
    nominal = nominal_level(rule)
    if nominal is None:
        spread = np.where(read.sd > 0, read.sd, 1.0)
        level = ndtr((figure - read.mean) / spread)
    else:
        level = np.full(figure.shape, nominal)
    quantile = moved_quantile(ordered, level, noise)
    chosen = np.minimum(figure, quantile) if conservative else figure
    return _Outcome(figure, barred, level, quantile, floored(rule, chosen, barred, read.mean))


def _applied(rule: Rule, sample: _Sample, conservative: bool, ex_ante: bool) -> pd.DataFrame:
    """Apply one rule to all scopes."""
    mean = sample.statistics.mean
    found = _outcome(rule, sample.statistics, sample.ordered, np.zeros_like(mean), conservative, ex_ante)
    issued, eligible = found.issued, found.issued > 0
    levels = needed_levels([rule])
    compared = sample.blocks.below(found.quantile)
    mcse, gap_mcse = _errors(rule, sample, levels, compared[0], conservative, ex_ante)
    effective, tail = _effective(rule, sample, levels, found.level, compared, conservative)
    short = issued[:, None] - sample.flat
    negative = (mean < 0) & (rule.family == "standard_error")
    held = (mean > 0) & (rule.family == "steps_buffer")
    nominal = nominal_level(rule)
    findings = [
        Finding(
            rule=rule,
            mean=float(mean[i]),
            figure=float(found.figure[i]),
            barred=bool(found.barred[i]),
            issued=float(issued[i]),
            p_positive=float(sample.p_positive[i]),
            tail_draws=float(tail[i]),
            level=float(found.level[i]),
            level_meant=nominal is not None,
            quantile=float(found.quantile[i]),
            gap_mcse=float(gap_mcse[i]),
            conservative=conservative,
        )
        for i in range(len(mean))
    ]
    return pd.DataFrame(
        {
            "rule": rule.name,
            "mean": mean,
            "issued": issued,
            "deduction": 1.0 - np.divide(issued, mean, out=np.full_like(mean, np.nan), where=mean > 0),
            "p_overcredit": (short > _ROUNDING * issued[:, None]).mean(axis=-1),
            "expected_overcredit": np.maximum(short, 0.0).mean(axis=-1),
            "eligible": eligible,
            "note": [note(finding) for finding in findings],
            "credits": np.floor(issued).astype(np.int64),
            "issued_mcse": mcse,
            "level": np.nan if nominal is None else nominal,
            "same_level_quantile": found.quantile,
            "buffer": np.where(held, mean - found.figure, 0.0),
            "deficit": np.where(negative, -found.figure, 0.0),
            "p_positive": sample.p_positive,
            "effective_draws": effective,
            "conservative": conservative,
        }
    )


def _errors(
    rule: Rule,
    sample: _Sample,
    levels: tuple[float, ...],
    compared: Floats,
    conservative: bool,
    ex_ante: bool,
) -> tuple[Floats, Floats]:
    """Return the Monte Carlo errors of what is issued, and of the figure less the quantile of the same level."""
    moments = [sample.moments[name][0] for name in ("mean", "sd")]
    covariance = sample.blocks.covariance([*moments, *(sample.below[level][0] for level in levels), compared])
    deviations = replicates(covariance)
    others = imagined(
        sample.statistics, sample.ordered, deviations, {level: 2 + i for i, level in enumerate(levels)}
    )
    found = _outcome(rule, others, sample.ordered, deviations[..., -1], conservative, ex_ante)
    return found.issued.std(axis=0, ddof=1), (found.figure - found.quantile).std(axis=0, ddof=1)


def _effective(
    rule: Rule,
    sample: _Sample,
    levels: tuple[float, ...],
    same: Floats,
    compared: tuple[Floats, Floats],
    conservative: bool,
) -> tuple[Floats, Floats]:
    """Return the fewest effective draws of what a rule reads, and the fewest beyond one of its quantiles."""
    quantiles = [(np.full(same.shape, level), *sample.below[level]) for level in levels]
    if conservative:
        quantiles.append((same, *compared))
    effective = [sample.blocks.effective(*sample.moments[name]) for name in moments_read(rule)]
    tails = [np.full(same.shape, np.inf)]
    for level, averages, variance in quantiles:
        independent = sample.blocks.effective(averages, variance)
        effective.append(independent)
        tails.append(independent * np.minimum(level, 1.0 - level))
    return np.min(effective, axis=0), np.min(tails, axis=0)
