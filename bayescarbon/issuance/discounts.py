"""Flat deductions for methodologies: the one share that a programme may take off every farm of a kind.

A methodology that gives one factor to all farms with the same knowledge (published coefficients only, or so many
samples of their own) wants it to cost such a farm what the rule would have cost it. `flat_deductions` computes that
share from simulated farms; `bayescarbon.study.discounts` reads the table that ships.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.issuance.families import issuable, moments_read, needed_levels, nominal_level
from bayescarbon.issuance.sampling_error import Blocks, imagined, replicates
from bayescarbon.issuance.statistics import Floats, Statistics, statistics
from bayescarbon.study.discounts import COLUMNS
from bayescarbon.study.rules import Rule, named_rule

#: Fewer farms with a mean removal above 0 say nothing of the rest.
LEAST_FARMS = 10
#: A standard deviation is in doubt where this share of the variance rests on one draw in a thousand. A normal
#: distribution has a hundredth there, a log-normal one with a coefficient of variation of 1 a quarter.
HEAVY_SHARE = 0.4
#: A risk is called higher than the rule means where it exceeds the rule's level by so much.
RISK_MARGIN = 0.02


def flat_deductions(sinks: xr.DataArray, rules: Sequence[str | Rule]) -> pd.DataFrame:
    """Return the flat deduction that each rule implies for farms of one kind.

    Parameters
    ----------
    sinks : DataArray
        Posterior draws of the net removal of simulated farms after the baseline share, dims (farm, scope, chain, draw),
        in one unit per scope. One farm stands for all where all know the same.
    rules : sequence of str or Rule
        Rules that ship, by name, or rules themselves.

    Returns
    -------
    DataFrame
        scope, rule and the columns of `Discount` from `farms` on without the unit, one row per scope and rule.

    Raises
    ------
    ValueError
        If a rule is unknown or has no formula, or a dimension is missing.

    Notes
    -----
    D is the mean, over the farms whose mean removal is above 0, of what the rule takes off each of them:
    1 - issued / mean. The other farms get nothing in any case. Farms count alike, whatever their removal per tonne: the
    totals of a few hundred farms hang on the largest of them, because what new farms may bury has a heavy tail. The
    Monte Carlo error is that of a mean over independent farms; for one farm it is that of its draws.
    """
    chosen = [named_rule(rule) if isinstance(rule, str) else rule for rule in rules]
    values = sinks.transpose("farm", "scope", "chain", "draw").values.astype(float)
    flat = values.reshape(*values.shape[:2], -1)
    known = statistics(flat, needed_levels(chosen))
    heavy = _variance_of_few(flat, known) > HEAVY_SHARE
    frames = []
    for rule in chosen:
        issued = issuable(rule, known)
        found = _over_farms(issued, known.mean)
        if len(flat) == 1:
            found["deduction_mcse"] = _error_of_draws(rule, values[0])
        found |= _risk(found["deduction"], known.mean, flat)
        said = [_note(rule, i, found, known.mean, issued, bool(heavy[i])) for i in range(flat.shape[1])]
        frame = pd.DataFrame(found).assign(rule=rule.name, scope=sinks["scope"].values, note=said)
        frames.append(frame)
    table = pd.concat(frames, keys=range(len(frames)), names=["rule_order", "scope_order"])
    ordered = table.sort_index(level=["scope_order", "rule_order"]).reset_index(drop=True)
    return ordered[["scope", "rule", *(name for name in COLUMNS if name in ordered and name != "rule")]]


def _over_farms(issued: Floats, mean: Floats) -> dict[str, Any]:
    """Return the deduction over farms (axis 0) and its error, by scope."""
    farms, counts = len(mean), mean > 0
    number = counts.sum(axis=0)
    some = np.where(number >= min(LEAST_FARMS, farms), number, np.nan)
    taken = 1.0 - np.divide(issued, mean, out=np.ones_like(mean), where=counts)
    deduction = np.where(counts, taken, 0.0).sum(axis=0) / some
    spread = np.where(counts, np.square(taken - deduction), 0.0).sum(axis=0)
    error = np.sqrt(spread / (some - 1.0) / some) if farms > 1 else np.full_like(deduction, np.nan)
    return {
        "farms": farms,
        "mean": np.median(mean, axis=0),
        "deduction": deduction,
        "deduction_mcse": error,
        "eligible_share": (issued > 0).mean(axis=0),
        "eligible": deduction < 1,
    }


def _error_of_draws(rule: Rule, draws: Floats) -> Floats:
    """Return the Monte Carlo error of 1 - issued / mean, draws (scope, chain, draw)."""
    levels = needed_levels([rule])
    ordered = np.sort(draws.reshape(len(draws), -1), axis=-1)
    known, blocks = statistics(ordered, levels), Blocks(draws)
    below = [blocks.below(known.quantiles[level])[0] for level in levels]
    deviations = replicates(blocks.covariance([blocks.mean()[0], blocks.sd()[0], *below]))
    others = imagined(known, ordered, deviations, {level: 2 + i for i, level in enumerate(levels)})
    kept = np.divide(
        issuable(rule, others), others.mean, out=np.zeros_like(others.mean), where=others.mean > 0
    )
    return np.where(known.mean > 0, kept.std(axis=0, ddof=1), np.nan)


def _risk(deduction: Floats, mean: Floats, flat: Floats) -> dict[str, Floats]:
    """Return the realised risk of the flat deduction, over the farms whose mean is above 0."""
    counts = mean > 0
    some = np.where(np.isnan(deduction), np.nan, np.maximum(counts.sum(axis=0), 1))
    short = ((1.0 - deduction) * np.where(counts, mean, 0.0))[..., None] - flat
    beyond = np.maximum(short, 0.0).mean(axis=-1) / np.where(counts, mean, 1.0)
    return {
        "p_overcredit": np.where(counts, (short > 0).mean(axis=-1), 0.0).sum(axis=0) / some,
        "expected_overcredit": np.where(counts, beyond, 0.0).sum(axis=0) / some,
    }


def _variance_of_few(flat: Floats, known: Statistics) -> Floats:
    """Return the share of the variance that rests on one draw in a thousand, by scope, the mean over farms."""
    few = max(1, flat.shape[-1] // 1000)
    squares = np.sort(np.square(flat - known.mean[..., None]), axis=-1)
    total = squares.sum(axis=-1)
    share = np.divide(squares[..., -few:].sum(axis=-1), total, out=np.zeros_like(total), where=total > 0)
    return share.mean(axis=0)


def _note(rule: Rule, i: int, found: dict[str, Any], mean: Floats, issued: Floats, heavy: bool) -> str:
    """Say why nothing is left, and what makes the number doubtful."""
    farms, positive = len(mean), int((mean[:, i] > 0).sum())
    if np.isnan(found["deduction"][i]):
        if farms == 1:
            return "no removal is expected: the mean is not above 0"
        return f"no deduction: the mean removal is above 0 on {positive} of {farms} such farms"
    said = []
    if not found["eligible"][i]:
        said.append("nothing is left: the rule issues nothing")
    elif farms > 1 and found["eligible_share"][i] < 1:
        none = int((issued[:, i] <= 0).sum())
        said.append(f"the rule issues nothing to {none} of {farms} such farms")
    level = nominal_level(rule)
    if found["eligible"][i] and level is not None and found["p_overcredit"][i] > level + RISK_MARGIN:
        said.append(f"under-deducts: the rule means a risk of {level:.0%}")
    if heavy and "sd" in moments_read(rule):
        said.append("reads a standard deviation that rests on few draws of a heavy tail")
    return "; ".join(said)
