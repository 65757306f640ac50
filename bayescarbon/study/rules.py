"""Deduction rules: how a distribution of a net removal becomes a number of credits, as data.

A rule is a family of formulas and the numbers of one document. The families are a closed list with closed lists of
thresholds; shipped rules (``data/rules.toml``) and the own rules of a study are checked against the same list.
`bayescarbon.issuance.families` holds the formulas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from math import isfinite
from typing import Any, Literal

from bayescarbon.errors import suggest
from bayescarbon.resources import read_toml
from bayescarbon.study.spec import NOT_NEGATIVE, POSITIVE, Bounds
from bayescarbon.translation import _, joined

CONFIDENCES = ("definition", "primary", "transcript", "unverified")
#: Confidence of a rule that a study states itself.
OWN = "own"
#: The family of rules whose document has not been read: named, but without a formula.
NO_FORMULA = "as_documented"
NO_FORMULA_REFUSAL = _(
    "its formula is not verified, so nothing can be computed with it; define an own rule with the numbers of your "
    "document ([own_rules.NAME])"
)
_TEXTS = ("title", "family", "formula", "document", "version", "section", "confidence")
_KEYS = (*_TEXTS, "thresholds")


@dataclass(frozen=True)
class Threshold:
    """One number of a rule.

    Attributes
    ----------
    meaning : str
        What it says.
    kind : {"number", "numbers", "flag", "word"}
        A number, a list of numbers, true or false, or one of `words`.
    bounds : Bounds, optional
        The range of the number, or of each in the list.
    words : tuple of str
        The allowed words.
    required : bool
        Whether a rule must state it.
    default : float, bool or str, optional
        What holds where an optional one is not stated; None means that the rule has no such clause.
    """

    meaning: str
    kind: Literal["number", "numbers", "flag", "word"] = "number"
    bounds: Bounds | None = None
    words: tuple[str, ...] = ()
    required: bool = True
    default: float | bool | str | None = None

    @property
    def holds(self) -> str:
        """What it may be, in words."""
        if self.kind == "flag":
            return _("true or false")
        if self.kind == "word":
            return joined(self.words, _(" or "))
        what = _("a number") if self.kind == "number" else _("a list of numbers")
        return joined([what, self.bounds.words]) if self.bounds else what

    def allows(self, value: object) -> bool:
        """Whether a value is one that it may take."""
        if self.kind == "flag":
            return isinstance(value, bool)
        if self.kind == "word":
            return value in self.words
        numbers = value if isinstance(value, (list, tuple)) else [value]
        if isinstance(value, (list, tuple)) != (self.kind == "numbers") or not numbers:
            return False
        return all(
            isinstance(number, (int, float))
            and not isinstance(number, bool)
            and isfinite(number)
            and (self.bounds is None or self.bounds.holds(number))
            for number in numbers
        )


@dataclass(frozen=True)
class Family:
    """A formula that several documents share, and the numbers in which they differ."""

    formula: str
    thresholds: Mapping[str, Threshold]


_SHARE = Bounds(low=0, high=1)
_LEVEL = Bounds(low=0, high=1, low_open=True, high_open=True)
_INTERVAL = Threshold(
    _("Probability of the interval whose half-width W is used."), bounds=_LEVEL, required=False, default=0.90
)
_BAR = Threshold(_("W / |mean| above which nothing is creditable."), bounds=POSITIVE, required=False)
_EDGES = Threshold(_("Upper ends of the steps of U, rising."), "numbers", POSITIVE)


def _values(meaning: str, bounds: Bounds) -> Threshold:
    return Threshold(
        _("{meaning} on each step and above the last: one more than edges, rising.", meaning=meaning),
        "numbers",
        bounds,
    )


FAMILIES: Mapping[str, Family] = {
    "quantile": Family(
        "I = q_level", {"level": Threshold(_("Level of the posterior quantile."), bounds=_LEVEL)}
    ),
    "normal_quantile": Family(
        "I = mean - deviations x sd",
        {"deviations": Threshold(_("Standard deviations taken off."), bounds=NOT_NEGATIVE)},
    ),
    "standard_error": Family(
        "I = mean - z_level x sd; where the mean is negative: 0, and the enlarged loss is the deficit",
        {
            "level": Threshold(
                _("Level of the one-sided normal quantile z."), bounds=Bounds(0.5, 1, False, True)
            )
        },
    ),
    "scaled_half_width": Family(
        "I = mean - W x factor / divisor",
        {
            "factor": Threshold(_("Quantile of the standard normal that is meant."), bounds=POSITIVE),
            "divisor": Threshold(_("Quantile that makes a standard deviation of W."), bounds=POSITIVE),
            "interval": _INTERVAL,
            "not_creditable_above": _BAR,
        },
    ),
    "dead_band": Family(
        "I = mean - max(0, W - allowed x |mean|)",
        {
            "allowed": Threshold(_("W / |mean| that costs nothing."), bounds=NOT_NEGATIVE),
            "interval": _INTERVAL,
            "ex_ante_minimum": Threshold(
                _("Least deducted share of a forecast."), bounds=_SHARE, required=False
            ),
            "not_creditable_above": _BAR,
            "cumulative": Threshold(
                _("Whether the rule is meant for removals summed over years."),
                "flag",
                required=False,
                default=False,
            ),
        },
    ),
    "steps_buffer": Family(
        "U = W / |centre|; I = mean - value(U) x |mean|; what is deducted is held in a buffer",
        {
            "edges": _EDGES,
            "values": _values(_("Deducted share of the mean"), _SHARE),
            "relative_to": Threshold(
                _("The centre of U."), "word", words=("mean", "median"), required=False, default="mean"
            ),
            "interval": _INTERVAL,
        },
    ),
    "steps_times_width": Family(
        "U = W / |mean|; I = mean - value(U) x W",
        {"edges": _EDGES, "values": _values(_("Deducted share of W"), NOT_NEGATIVE), "interval": _INTERVAL},
    ),
    "lognormal_quartile": Family(
        "U = W / |mean|; I = mean x exp(-quartile x ln(1 + value(U)) / divisor)",
        {
            "edges": _EDGES,
            "values": _values(_("Half-width that stands for U"), NOT_NEGATIVE),
            "quartile": Threshold(_("Quantile of the standard normal that is meant."), bounds=POSITIVE),
            "divisor": Threshold(
                _("Quantile that makes a standard deviation of the half-width."), bounds=POSITIVE
            ),
            "interval": _INTERVAL,
        },
    ),
    NO_FORMULA: Family("not verified", {}),
}


def faults(family: str, thresholds: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the thresholds of a rule: the key, and what to do, as a sentence without its subject.

    Parameters
    ----------
    family : str
        One of `FAMILIES`.
    thresholds : mapping
        As stated.
    """
    known = FAMILIES[family].thresholds
    for key in thresholds:
        if key not in known:
            hint = suggest(key, known) or _(
                " Its thresholds are: {thresholds}.", thresholds=", ".join(known) or _("none")
            )
            yield key, _("is not a threshold of the family {family!r}.", family=family) + hint
    for key, threshold in known.items():
        if key not in thresholds:
            if threshold.required:
                yield (
                    key,
                    _(
                        "is missing; the family {family!r} needs it: {holds}.",
                        family=family,
                        holds=threshold.holds,
                    ),
                )
        elif not threshold.allows(thresholds[key]):
            yield key, _("must be {holds}, not {value!r}.", holds=threshold.holds, value=thresholds[key])
        elif threshold.kind == "numbers":
            pairs = list(zip(thresholds[key], thresholds[key][1:], strict=False))
            if not all(a < b if key == "edges" else a <= b for a, b in pairs):
                yield key, _("must rise from one number to the next.")
    edges, values = thresholds.get("edges"), thresholds.get("values")
    if (
        isinstance(edges, (list, tuple))
        and isinstance(values, (list, tuple))
        and len(values) != len(edges) + 1
    ):
        yield (
            "values",
            _(
                "must be one more than edges ({edges}), and there are {values}.",
                edges=len(edges),
                values=len(values),
            ),
        )


@dataclass(frozen=True)
class Rule:
    """A deduction rule.

    Attributes
    ----------
    name : str
        Its id.
    family : str
        The formula, one of `FAMILIES`.
    thresholds : dict
        Its numbers; optional ones that were not stated are filled in.
    title, formula, document, version, section : str
        Short name, formula in words, and where it stands.
    confidence : str
        ``definition`` (a quantile: nothing to look up), ``primary`` (the document was read), ``transcript``
        (somebody else's transcription), ``unverified``, or ``own`` (stated by a study).

    Raises
    ------
    ValueError
        If the family or confidence is unknown or a threshold is unknown, missing or out of range.
    """

    name: str
    family: str
    thresholds: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    formula: str = ""
    document: str = ""
    version: str = ""
    section: str = ""
    confidence: str = OWN

    def __post_init__(self) -> None:
        for key, allowed in (("family", tuple(FAMILIES)), ("confidence", (*CONFIDENCES, OWN))):
            stated = getattr(self, key)
            if stated not in allowed:
                hint = suggest(str(stated), allowed)
                raise ValueError(f"rule {self.name!r}: {key} is {stated!r}, which is not known.{hint}")
        for key, message in faults(self.family, self.thresholds):
            raise ValueError(f"rule {self.name!r}: {key} {message}")
        known = FAMILIES[self.family].thresholds
        filled = {key: self.thresholds.get(key, threshold.default) for key, threshold in known.items()}
        object.__setattr__(self, "thresholds", {k: value for k, value in filled.items() if value is not None})

    @property
    def computable(self) -> bool:
        """Whether it has a formula."""
        return self.family != NO_FORMULA


def _parse(name: str, table: Mapping[str, Any]) -> Rule:
    for key in table:
        if key not in _KEYS:
            raise ValueError(f"rules.toml [{name}]: unknown key {key!r}.{suggest(key, _KEYS)}")
    for key in _KEYS:
        if key not in table:
            raise ValueError(f"rules.toml [{name}]: the key {key!r} is missing")
    if table["confidence"] not in CONFIDENCES:
        hint = suggest(str(table["confidence"]), CONFIDENCES)
        raise ValueError(
            f"rules.toml [{name}]: confidence is {table['confidence']!r}, which is not known.{hint}"
        )
    return Rule(name=name, thresholds=table["thresholds"], **{key: table[key] for key in _TEXTS})


@cache
def rules() -> dict[str, Rule]:
    """Return the deduction rules that ship, by name, in the order of ``data/rules.toml``.

    Raises
    ------
    ValueError
        If the file has an unknown key, confidence or family, or a threshold that its family does not allow.
    """
    return {name: _parse(name, table) for name, table in read_toml("data/rules.toml").items()}


def default_rules() -> tuple[str, ...]:
    """Return the rules used where a study names none: all that are not unverified."""
    return tuple(name for name, rule in rules().items() if rule.confidence != "unverified")


def named_rule(name: str, own: Mapping[str, Rule] | None = None) -> Rule:
    """Return a rule by name.

    Parameters
    ----------
    name : str
        Its id, for example ``posterior_q10``.
    own : mapping of str to Rule, optional
        The own rules of a study.

    Raises
    ------
    ValueError
        If there is no rule of this name.
    """
    known = rules() | dict(own or {})
    if name not in known:
        raise ValueError(
            f"there is no deduction rule {name!r}.{suggest(name, known)} Known: {', '.join(known)}."
        )
    return known[name]
