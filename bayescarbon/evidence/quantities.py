"""What can be measured: every quantity with its unit, support, levels and stated prior, read from `priors/`.

A definition is data, one TOML table per quantity. The schema is closed: an unknown key is an error,
because a misspelt `scater` that vanished would leave a default where a statement was meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import isclose, isfinite, log, nan
from pathlib import PurePosixPath
from typing import Any, Literal, cast, get_args

import numpy as np
import numpy.typing as npt

from bayescarbon.errors import suggest
from bayescarbon.resources import listdir, read_toml
from bayescarbon.translation import _

Support = Literal["fraction", "positive", "real", "simplex"]

#: The levels below the overall mean, in their fixed order.
LEVELS = ("group", "species", "site")

#: How far the link of the stated median may lie from the middle of the links of q05 and q95, as a share of
#: their distance: beyond it no normal distribution on the link honours the three numbers.
SKEW_TOLERANCE = 0.2


@dataclass(frozen=True)
class Quantiles:
    """Three quantiles on the natural scale: 5 %, 50 % and 95 %."""

    q05: float
    q50: float
    q95: float

    def as_tuple(self) -> tuple[float, float, float]:
        """Return (q05, q50, q95)."""
        return (self.q05, self.q50, self.q95)


#: 95 % quantile of the standard normal: q05 and q95 of a normal lie this many standard deviations from its median.
Z95 = 1.6448536269514722

#: Stem of the file of what stands between measurements and quantities.
INSTRUMENTS = "instruments"

#: Placeholder where a composite states nothing: its distribution follows from its parts.
UNSTATED = Quantiles(nan, nan, nan)


@dataclass(frozen=True)
class Quantity:
    """One uncertain number of the accounting.

    Attributes
    ----------
    name, symbol, unit, definition : str
        Name in tables, symbol in equations, canonical unit (an expression of `evidence.units`), meaning.
    support : {"fraction", "positive", "real", "simplex"}
        Where its values lie; it fixes the link.
    levels : tuple of str
        The levels over which it varies, in the order group, species, site; ``("mineral",)`` for one value
        per shell mineral; empty for one value per study.
    prior : Quantiles
        The mean theta at a new farm, all levels marginalised, natural scale.
    shares : dict
        Shares of the link-scale prior variance, over ``mu`` and the levels; they sum to 1.
    scatter : Quantiles
        Coefficient of variation of single samples within one species, site and season; for fractions at
        the prior median.
    season_swing : Quantiles
        Ratio (odds ratio for fractions) of the highest to the lowest seasonal mean, above 1; its logarithm
        is positive, and its quantiles are consistent with a log-normal logarithm.
    by : dict
        Priors by shell mineral or by component; empty otherwise.
    reason : str
        Why the prior is what it is.
    sources : tuple of str
        Keys into ``data/references.bib``; empty only where the prior was elicited.
    elicited : bool
        Whether the prior rests on judgement more than on a source.
    family : str
        Stem of the TOML file it stands in.
    composite_of : tuple of str
        For composites, the quantities it is made of.
    scatter_of : str
        For composites that scatter like another quantity: its name, and no scatter of their own; else empty.
    """

    name: str
    symbol: str
    unit: str
    support: Support
    definition: str
    levels: tuple[str, ...]
    prior: Quantiles
    shares: dict[str, float]
    scatter: Quantiles
    season_swing: Quantiles
    by: dict[str, Quantiles]
    reason: str
    sources: tuple[str, ...]
    elicited: bool
    family: str
    composite_of: tuple[str, ...] = ()
    scatter_of: str = ""


class DefinitionError(ValueError):
    """A table in `priors/` that does not define a quantity."""


def link(support: str, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Map natural values to the scale on which the hierarchy is normal.

    Parameters
    ----------
    support : str
        ``fraction`` (logit), ``positive`` (log), ``real`` (identity) or ``simplex`` (centred log-ratio over
        the last axis).
    x : array_like
        Natural values.

    Raises
    ------
    ValueError
        If the support is unknown.
    """
    x = np.asarray(x, dtype=float)
    if support == "fraction":
        return np.log(x) - np.log1p(-x)
    if support == "positive":
        return np.log(x)
    if support == "real":
        return x
    if support == "simplex":
        logs = np.log(x)
        return np.asarray(logs - logs.mean(axis=-1, keepdims=True), dtype=np.float64)
    raise ValueError(f"unknown support {support!r}: fraction, positive, real or simplex")


def inverse_link(support: str, y: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Map link-scale values back to the natural scale; the inverse of `link`.

    Parameters
    ----------
    support : str
        As for `link`; ``simplex`` is a softmax over the last axis.
    y : array_like
        Link-scale values.

    Raises
    ------
    ValueError
        If the support is unknown.
    """
    y = np.asarray(y, dtype=float)
    if support == "fraction":
        return 0.5 * (1.0 + np.tanh(0.5 * y))  # the logistic function, without overflow at either end
    if support == "positive":
        return np.exp(y)
    if support == "real":
        return y
    if support == "simplex":
        raised = np.exp(y - y.max(axis=-1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float64)
    raise ValueError(f"unknown support {support!r}: fraction, positive, real or simplex")


def check_quantiles(support: str, quantiles: Quantiles) -> str | None:
    """Return why three stated quantiles cannot be a prior, or None if they can.

    Parameters
    ----------
    support : str
        Support of the quantity; the components of a simplex are checked as fractions.
    quantiles : Quantiles
        What was stated, natural scale.
    """
    q05, q50, q95 = quantiles.as_tuple()
    stated = f"q05 = {q05:g}, q50 = {q50:g}, q95 = {q95:g}"
    if not all(isfinite(q) for q in (q05, q50, q95)):
        return stated + _(": every quantile must be a finite number")
    if not q05 < q50 < q95:
        return stated + _(": the quantiles must increase strictly, q05 < q50 < q95")
    scale = "fraction" if support == "simplex" else support
    if scale == "fraction" and not (q05 > 0.0 and q95 < 1.0):
        return stated + _(": the quantiles of a fraction must lie strictly between 0 and 1")
    if scale == "positive" and not q05 > 0.0:
        return stated + _(": the quantiles of a positive quantity must be above 0")
    low, middle, high = link(scale, [q05, q50, q95])
    if abs(middle - (low + high) / 2.0) > SKEW_TOLERANCE * (high - low):
        implied = float(inverse_link(scale, (low + high) / 2.0))
        return stated + _(
            ": q05 and q95 imply a median of {implied:.3g}, too far from the stated {q50:g}; move q50 towards it, "
            "or widen one side",
            implied=implied,
            q50=q50,
        )
    return None


@cache
def quantities() -> dict[str, Quantity]:
    """Return every quantity that has a prior, by name, in the order of the files in `priors/`.

    Raises
    ------
    DefinitionError
        If a shipped table is not a valid definition.
    """
    return {name: q for name, q in _all().items() if not q.composite_of and q.family != INSTRUMENTS}


@cache
def instruments() -> dict[str, Quantity]:
    """Return what stands between measurements and quantities: estimated with them, part of no ledger line.

    Raises
    ------
    DefinitionError
        If a shipped table is not a valid definition.
    """
    return {name: q for name, q in _all().items() if not q.composite_of and q.family == INSTRUMENTS}


@cache
def readings() -> dict[str, Quantity]:
    """Return what instruments read, computed from `instruments` and `quantities`; no user names them.

    Raises
    ------
    DefinitionError
        If a shipped table is not a valid definition.
    """
    return {name: q for name, q in _all().items() if q.composite_of and q.family == INSTRUMENTS}


@cache
def composites() -> dict[str, Quantity]:
    """Return what can be observed but is computed from other quantities; only unit, support, scatter count.

    Raises
    ------
    DefinitionError
        If a shipped table is not a valid definition.
    """
    return {name: q for name, q in _all().items() if q.composite_of and q.family != INSTRUMENTS}


@cache
def _all() -> dict[str, Quantity]:
    found: dict[str, Quantity] = {}
    for relative in listdir("priors", ".toml"):
        family = PurePosixPath(relative).stem
        for name, table in read_toml(relative).items():
            if name in found:
                raise DefinitionError(
                    f"{relative}: {name} is already defined in priors/{found[name].family}.toml"
                )
            found[name] = parse_quantity(name, table, family)
    for quantity in found.values():
        for part in quantity.composite_of:
            if part not in found:
                raise DefinitionError(f"{quantity.name}: composite_of names {part!r}.{suggest(part, found)}")
        shared = quantity.scatter_of
        if shared and (shared not in found or found[shared].scatter_of):
            raise DefinitionError(
                f"{quantity.name}: scatter names {shared!r}, which states none.{suggest(shared, found)}"
            )
    return found


_COMMON = {"symbol", "unit", "support", "definition", "levels", "scatter"}
_STATED = _COMMON | {"prior", "shares", "season_swing", "by", "reason", "sources", "elicited"}
_COMPOSITE = _COMMON | {"composite_of"}


def parse_quantity(name: str, table: Mapping[str, Any], family: str) -> Quantity:
    """Turn one TOML table into a definition.

    Parameters
    ----------
    name : str
        Name of the table.
    table : mapping
        Its content.
    family : str
        Stem of the file it stands in.

    Raises
    ------
    DefinitionError
        On an unknown or missing key, a wrong type, quantiles that are refused, or shares that do not fit
        the levels.
    """
    composite = "composite_of" in table
    known = _COMPOSITE if composite else _STATED
    for key in table:
        if key not in known:
            raise DefinitionError(f"{family}.toml, {name}: unknown key {key!r}.{suggest(key, known)}")
    for key in sorted(known - {"by", "sources", "elicited"}):
        if key not in table:
            raise DefinitionError(f"{family}.toml, {name}: the key {key!r} is missing")
    where = f"{family}.toml, {name}"
    support = table["support"]
    if support not in get_args(Support):
        raise DefinitionError(f"{where}: support {support!r} is none of {', '.join(get_args(Support))}")
    levels = tuple(table["levels"])
    if levels != ("mineral",) and levels != tuple(level for level in LEVELS if level in levels):
        raise DefinitionError(f"{where}: levels {levels} must be some of {LEVELS} in this order, or mineral")
    sources = tuple(table.get("sources", ()))
    elicited = bool(table.get("elicited", False))
    if not composite:
        _check_statement(where, table, levels, sources, elicited)
    shared = table["scatter"] if composite and isinstance(table["scatter"], str) else ""
    return Quantity(
        name=name,
        symbol=table["symbol"],
        unit=table["unit"],
        support=cast("Support", support),
        definition=table["definition"],
        levels=levels,
        prior=UNSTATED if composite else _quantiles(where, "prior", table["prior"], support),
        shares={} if composite else {k: float(v) for k, v in table["shares"].items()},
        scatter=UNSTATED if shared else _quantiles(where, "scatter", table["scatter"], "positive"),
        season_swing=UNSTATED if composite else _swing(where, table["season_swing"]),
        by={k: _quantiles(where, f"by.{k}", v, support) for k, v in table.get("by", {}).items()},
        reason=table.get("reason", ""),
        sources=sources,
        elicited=elicited,
        family=family,
        composite_of=tuple(table.get("composite_of", ())),
        scatter_of=shared,
    )


def _check_statement(
    where: str, table: Mapping[str, Any], levels: tuple[str, ...], sources: tuple[str, ...], elicited: bool
) -> None:
    if not str(table["reason"]).strip():
        raise DefinitionError(f"{where}: a prior needs a written reason")
    if not sources and not elicited:
        raise DefinitionError(f"{where}: name the sources, or say elicited = true")
    # One value per mineral has its whole prior in `by`; there is no further spread to share out.
    expected = {"mu"} if levels == ("mineral",) else {"mu", *levels}
    shares = table["shares"]
    if set(shares) != expected:
        raise DefinitionError(
            f"{where}: shares must be given for {', '.join(sorted(expected))} and nothing else"
        )
    if any(share <= 0 for share in shares.values()) or not isclose(sum(shares.values()), 1.0, abs_tol=1e-9):
        raise DefinitionError(f"{where}: shares must be positive and sum to 1")


def _quantiles(where: str, key: str, stated: object, support: str | None) -> Quantiles:
    names = ("q05", "q50", "q95")
    if not isinstance(stated, Mapping) or set(stated) != set(names):
        raise DefinitionError(f"{where}: {key} must give q05, q50 and q95 and nothing else")
    quantiles = Quantiles(*(float(stated[name]) for name in names))
    refusal = None if support is None else check_quantiles(support, quantiles)
    if refusal is not None:
        raise DefinitionError(f"{where}: {key}: {refusal}")
    return quantiles


def _swing(where: str, stated: object) -> Quantiles:
    quantiles = _quantiles(where, "season_swing", stated, None)
    if quantiles.q05 <= 1.0:
        raise DefinitionError(f"{where}: season_swing is highest over lowest, so above 1")
    # No season at all is a swing of 1, so it is the log of the swing that is positive.
    refusal = check_quantiles("positive", Quantiles(*(log(q) for q in quantiles.as_tuple())))
    if refusal is not None:
        raise DefinitionError(f"{where}: season_swing, as logarithms: {refusal}")
    return quantiles
