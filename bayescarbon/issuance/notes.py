"""What has to be said beside a number of credits: why there are none, and what makes the number doubtful."""

from __future__ import annotations

from dataclasses import dataclass

from bayescarbon.reasons import WORDS
from bayescarbon.study.rules import Rule

#: Below this probability of any removal at all credits are warned of.
MIN_P_POSITIVE = 0.95
#: Effective draws that should lie beyond a quantile that a rule reads; 400 in all put as many beyond the 5 % quantile.
MIN_TAIL_DRAWS = 20.0
#: Monte Carlo errors by which a figure must exceed the quantile of its level to be called too high.
SKEW_ERRORS = 2.0


@dataclass(frozen=True)
class Finding:
    """What a rule gave for one scope, t CO2e where not said.

    Attributes
    ----------
    rule : Rule
        The rule.
    mean, figure, issued : float
        Mean net removal, the formula's figure before floor and bar, and what is issued.
    barred : bool
        Whether the rule's bar allows nothing.
    p_positive : float
        Probability of a removal above 0.
    tail_draws : float
        Fewest effective draws beyond a quantile that is read.
    level, quantile : float
        Level of the quantile that the figure is held against, and that quantile.
    level_meant : bool
        Whether the rule means this level; otherwise a normal posterior would have the figure there.
    gap_mcse : float
        Monte Carlo error of figure less quantile.
    conservative : bool
        Whether the smaller of both was issued.
    """

    rule: Rule
    mean: float
    figure: float
    issued: float
    barred: bool
    p_positive: float
    tail_draws: float
    level: float
    level_meant: bool
    quantile: float
    gap_mcse: float
    conservative: bool


def tonnes(value: float) -> str:
    """Return an amount in words: whole tonnes from 100 on, three digits below."""
    return f"{value:,.0f} t CO2e" if abs(value) >= 100 else f"{value:.3g} t CO2e"


def note(finding: Finding) -> str:
    """Return everything that has to be said, as sentences separated by semicolons.

    Parameters
    ----------
    finding : Finding
        What the rule gave.
    """
    said = [_nothing(finding)] if finding.issued <= 0 else _doubts(finding)
    if finding.tail_draws < MIN_TAIL_DRAWS:
        said.append(WORDS["note tail"].format(n=f"{finding.tail_draws:.0f}", wanted=f"{MIN_TAIL_DRAWS:.0f}"))
    if finding.rule.confidence == "unverified":
        said.append(WORDS["note unverified"])
    return "; ".join(said)


def _nothing(finding: Finding) -> str:
    """Say why nothing is issued."""
    mean, figure, level = tonnes(finding.mean), tonnes(finding.figure), f"{finding.level:.1%}"
    if finding.mean <= 0:
        return WORDS["note negative"].format(mean=mean)
    if finding.barred:
        stated = finding.rule.thresholds
        return WORDS["note barred"].format(
            interval=f"{stated['interval']:.0%}", bar=f"{stated['not_creditable_above']:.0%}"
        )
    if finding.figure > 0:
        return WORDS["note low"].format(level=level, quantile=tonnes(finding.quantile), figure=figure)
    if finding.rule.family == "quantile":
        return WORDS["note quantile"].format(level=level, figure=figure)
    return WORDS["note all deducted"].format(mean=mean)


def _doubts(finding: Finding) -> list[str]:
    """Say what makes a number of credits doubtful."""
    said = []
    if finding.p_positive < MIN_P_POSITIVE:
        said.append(
            WORDS["note uncertain"].format(p=f"{finding.p_positive:.2f}", bound=f"{MIN_P_POSITIVE:g}")
        )
    gap = finding.figure - finding.quantile
    if gap > SKEW_ERRORS * finding.gap_mcse:
        skewed = "note skewed" if finding.level_meant else "note skewed normal"
        end = WORDS["note bounded" if finding.conservative else "note bound"]
        said.append(WORDS[skewed].format(level=f"{finding.level:.1%}", gap=tonnes(gap)) + end)
    return said
