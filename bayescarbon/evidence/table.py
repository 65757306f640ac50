"""The tidy evidence table: one row per observation, in its quantity's own unit, whoever reported it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite, isnan, nan

import pandas as pd

from bayescarbon.evidence.quantities import Quantity
from bayescarbon.evidence.units import convert

EVIDENCE_COLUMNS = (
    "id", "origin", "quantity", "species", "group", "site", "season", "kind",
    "value", "sd", "n", "low", "high", "method", "source", "note", "shell_length_mm", "dry_weight_g",
)  # fmt: skip
SIZE_COLUMNS = ("shell_length_mm", "dry_weight_g")
NUMBER_COLUMNS = ("value", "sd", "n", "low", "high", *SIZE_COLUMNS)

KINDS = ("sample", "summary", "range", "below", "above")
SEASONS = ("spring", "summer", "autumn", "winter")
METHODS = ("core", "oxygen")
RQ_CONVENTIONS = ("multiplied", "divided")

#: mol CO2 per mol O2 by which oxygen uptake is turned into carbon in the published efficiencies.
RQ_OF_CONVENTION = 0.85


class EvidenceError(ValueError):
    """Numbers that do not make one observation.

    Attributes
    ----------
    column : str
        The column to mend.
    """

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True)
class Observation:
    """The numbers of one row of the evidence table.

    Attributes
    ----------
    kind : str
        ``sample`` (one value), ``summary`` (mean of n, perhaps with sd), ``range`` (lowest and highest of n),
        ``below`` (only an upper bound) or ``above`` (only a lower bound).
    value, sd, n, low, high : float
        NaN where absent. A range without n counts as the range of two values; `n` stays NaN, so that a
        reader sees that it was not reported.
    """

    kind: str
    value: float = nan
    sd: float = nan
    n: float = nan
    low: float = nan
    high: float = nan


def classify(
    support: str,
    value: float = nan,
    low: float = nan,
    high: float = nan,
    sd: float = nan,
    n: float = nan,
) -> Observation:
    """Decide what a row of numbers says about its quantity.

    Parameters
    ----------
    support : str
        Support of the quantity: ``fraction``, ``positive`` or ``real``.
    value, low, high, sd, n : float
        As reported, in the quantity's own unit; NaN where absent. A value of 0 with `low` is a value below
        the detection limit `low`.

    Raises
    ------
    EvidenceError
        If nothing is reported, a number lies outside the support, bounds are crossed, value stands beside
        bounds, or sd or n is impossible.
    """
    for column, number in (("value", value), ("low", low), ("high", high), ("sd", sd), ("n", n)):
        if not (isnan(number) or isfinite(number)):
            raise EvidenceError(column, "is infinite; give a finite number or leave it blank")
    if not isnan(n) and (n < 1 or n != round(n)):
        raise EvidenceError("n", "is not a number of observations; give a whole number of at least 1")
    if not isnan(sd) and sd <= 0:
        raise EvidenceError("sd", "is not a spread; give a positive standard deviation or leave it blank")
    has_value, has_low, has_high = not isnan(value), not isnan(low), not isnan(high)
    if has_value and value == 0 and has_low and not has_high and support != "real":
        return _bounded(Observation("below", n=n, high=_inside(support, "low", low)))
    if has_value and (has_low or has_high):
        raise EvidenceError(
            "value",
            "stands beside low or high; give the value, or the range, or 0 with its detection limit in low",
        )
    if has_value:
        _inside(support, "value", value)
        if not isnan(n) and n > 1:
            return Observation("summary", value=value, sd=sd, n=n)
        return Observation("sample", value=value, sd=sd, n=1.0)
    if not isnan(sd):
        raise EvidenceError("sd", "stands without a value; give the mean that it belongs to")
    if has_low and has_high:
        _inside(support, "low", low)
        _inside(support, "high", high)
        if low >= high:
            raise EvidenceError("high", "is not above low; a range needs low < high")
        if n == 1:
            raise EvidenceError("n", "is 1, but one observation has no range; give the value instead")
        return Observation("range", n=n, low=low, high=high)
    if has_high:
        return _bounded(Observation("below", n=n, high=_inside(support, "high", high)))
    if has_low:
        return _bounded(Observation("above", n=n, low=_inside(support, "low", low)))
    raise EvidenceError("value", "is missing; give a value, or low and high, or one bound")


def _bounded(observation: Observation) -> Observation:
    if not isnan(observation.n) and observation.n > 1:
        raise EvidenceError("n", "is more than 1 for a bound; give one row per bound, or leave n blank")
    return observation


def _inside(support: str, column: str, number: float) -> float:
    if support == "fraction" and not 0.0 < number < 1.0:
        hint = "; a zero is written as value 0 with the detection limit in low" if number == 0 else ""
        raise EvidenceError(column, f"is {number:g}, but a fraction lies strictly between 0 and 1{hint}")
    if support == "positive" and not number > 0.0:
        hint = "; a zero is written as value 0 with the detection limit in low" if number == 0 else ""
        raise EvidenceError(column, f"is {number:g}, but the quantity is positive{hint}")
    return number


def observe(
    quantity: Quantity,
    unit: str,
    *,
    value: float = nan,
    low: float = nan,
    high: float = nan,
    sd: float = nan,
    n: float = nan,
    method: str = "",
    rq_convention: str = "",
) -> Observation:
    """Bring one reported observation through the door: units, basis, oxygen convention, kind.

    Parameters
    ----------
    quantity : Quantity
        What was observed; its unit is the unit of the result.
    unit : str
        Unit of `value`, `low`, `high` and `sd` as reported.
    value, low, high, sd, n : float
        As reported; NaN where absent.
    method : {"", "core", "oxygen"}
        How a burial fraction was observed; blank for every other quantity.
    rq_convention : {"", "multiplied", "divided"}
        How an oxygen efficiency turned oxygen into carbon; see `recalculated_efficiency`.

    Raises
    ------
    UnitError
        If the unit measures something else or names another basis.
    EvidenceError
        If the numbers do not make one observation, or the method does not fit the quantity.
    """
    _check_method(quantity, method, rq_convention)
    value, low, high, sd = (convert(number, unit, quantity.unit) for number in (value, low, high, sd))
    if rq_convention == "divided":
        value, low, high = (recalculated_efficiency(number) for number in (value, low, high))
        sd = sd * RQ_OF_CONVENTION**2
    return classify(quantity.support, value, low, high, sd, n)


def _check_method(quantity: Quantity, method: str, rq_convention: str) -> None:
    if method and method not in METHODS:
        raise EvidenceError("method", f"is {method!r}; give core or oxygen")
    if rq_convention and rq_convention not in RQ_CONVENTIONS:
        raise EvidenceError(
            "rq_convention", f"is {rq_convention!r}; give multiplied or divided, or leave it blank"
        )
    if quantity.name == "burial_fraction" and not method:
        raise EvidenceError(
            "method",
            "is missing; cores see what is buried, oxygen what is not yet respired: give core or oxygen",
        )
    if quantity.name != "burial_fraction" and method:
        raise EvidenceError(
            "method", f"applies to burial_fraction only, not to {quantity.name}; leave it blank"
        )
    if rq_convention and method != "oxygen":
        raise EvidenceError("rq_convention", "applies to oxygen rows of burial_fraction only; leave it blank")


def recalculated_efficiency(efficiency: float) -> float:
    """Return the burial efficiency that multiplying by the respiratory quotient would have given.

    Loss is oxygen uptake times RQ, RQ being CO2 out per O2 in. An efficiency x that divided by RQ instead has
    overstated the loss by RQ**-2, so the loss was (1 - x) RQ**2.

    Parameters
    ----------
    efficiency : float
        Published 1 - uptake/0.85/flux, t C/t C.

    Returns
    -------
    float
        1 - (1 - efficiency) 0.85**2, t C/t C.
    """
    return 1.0 - (1.0 - efficiency) * RQ_OF_CONVENTION**2


_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_CHINESE_SEASONS = {"春": "spring", "夏": "summer", "秋": "autumn", "冬": "winter"}
_CHINESE_MONTHS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
                   "十一": 11, "十二": 12}  # fmt: skip


def season_of(text: str | float) -> str | None:
    """Return the season of a season name or month, or None if the text is neither.

    Parameters
    ----------
    text : str or number
        ``spring``, ``Fall``, ``May``, ``Sept``, ``8``, ``夏``, ``夏季``, ``8月``, ``十二月``, ...

    Notes
    -----
    Spring is March to May, as on the northern coasts the library comes from.
    """
    # A workbook stores the month 8 as 8.0.
    word = re.sub(r"\.0?$", "", str(text).strip().casefold())
    if word in SEASONS:
        return word
    if word == "fall":
        return "autumn"
    month = _month_of(word)
    if month is not None:
        return SEASONS[(month - 3) % 12 // 3]
    return _CHINESE_SEASONS.get(re.sub("[季天]$", "", word))


def _month_of(word: str) -> int | None:
    if len(word) >= 3 and word.isascii() and word.isalpha():
        for number, name in enumerate(_MONTHS, start=1):
            if name.startswith(word) and (len(word) == 3 or word in {name, "sept"}):
                return number
        return None
    stem = re.sub("月份?$", "", word)
    if re.fullmatch(r"0?[1-9]|1[0-2]", stem):
        return int(stem)
    return _CHINESE_MONTHS.get(stem) if stem != word else None


def evidence_table(rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Collect rows into the tidy table, with its columns in order and its types fixed even when empty.

    Parameters
    ----------
    rows : iterable of mapping
        One mapping per observation with some of `EVIDENCE_COLUMNS`; numbers left out are NaN, text is blank.

    Raises
    ------
    ValueError
        If a row has a column that the table does not know.
    """
    listed = [dict(row) for row in rows]
    for row in listed:
        unknown = set(row) - set(EVIDENCE_COLUMNS)
        if unknown:
            raise ValueError(f"the evidence table has no column {', '.join(sorted(unknown))}")
    columns: dict[str, pd.Series] = {}
    for column in EVIDENCE_COLUMNS:
        if column in NUMBER_COLUMNS:
            columns[column] = pd.Series([row.get(column, nan) for row in listed], dtype="float64")
        else:
            columns[column] = pd.Series([row.get(column, "") for row in listed], dtype="str")
    return pd.DataFrame(columns)
