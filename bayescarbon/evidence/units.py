"""Units at the door: what a table writes becomes a number in a quantity's own unit, or is refused by name.

A unit says two things: how much (mg, t, mol, d) and *of what* (dry, live, shell, C, CO2). The first is left
to pint. The second decides whether a number means what the quantity means, and its mistakes give plausible
wrong numbers (wet for dry is a factor of five, CO2 for C one of 3.7), so it is compared word by word: what is
left out takes the quantity's own basis, what is named must agree with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pint

from bayescarbon.errors import nearest
from bayescarbon.translation import _

#: g per mol. The values are those of the carbon programmes' own arithmetic, to their digits.
MOLAR_MASS = {"C": 12.011, "CO2": 44.01, "CaCO3": 100.09, "O2": 31.998}

_MASS_BASES = ("dry", "live", "shell", "tissue", "afdw")
_SUBSTANCES = ("C", "CO2", "CO2e", "CaCO3", "O2", "N", "P")
_CURRENCIES = ("CNY", "USD", "EUR", "GBP", "JPY", "KRW", "NOK")
_WORDS = (*_MASS_BASES, *_SUBSTANCES, *_CURRENCIES, "ind")

# Other spellings of the same basis; compared without regard to case.
_SPELLINGS = {
    "wet": "live", "fresh": "live", "ww": "live", "fw": "live", "lw": "live",
    "dw": "dry", "dm": "dry",
    "tissues": "tissue", "flesh": "tissue", "meat": "tissue", "shells": "shell",
    "individual": "ind", "individuals": "ind", "inds": "ind",
    "animal": "ind", "animals": "ind", "head": "ind",
    "只": "ind", "个": "ind", "干重": "dry", "湿重": "live", "鲜重": "live",
    "yuan": "CNY", "rmb": "CNY", "元": "CNY", "cny": "CNY",
    "carbon": "C", "co2": "CO2", "co2e": "CO2e", "co2eq": "CO2e", "caco3": "CaCO3", "o2": "O2",
}  # fmt: skip
_IDLE = {"weight", "mass", "matter", "vpdb"}
_PURE = {"fraction", "ratio", "share", "proportion", "dimensionless", "unitless"}

# A basis word of the target that a named word may stand in for: shell and tissue are dry by definition here.
_IMPLIED = {"shell": {"dry"}, "tissue": {"dry"}}


class UnitError(ValueError):
    """A unit that cannot be read, or that measures something else than the quantity does."""


@cache
def registry() -> pint.UnitRegistry[float]:
    """Return the unit registry: pint's, in which C is carbon and not coulomb, with counts and currencies.

    Substances and bases are dimensions of their own here, so carbon never turns into CO2 by accident.
    """
    units: pint.UnitRegistry[float] = pint.UnitRegistry(on_redefinition="ignore")
    for word in _WORDS:
        units.define(f"{word} = [{word}]")
    units.define("yuan = CNY")
    units.define("individual = ind")
    units.define("permil = 1e-3")
    return units


@dataclass
class _Term:
    """Factors written side by side (`mg dry`), all on one side of the fraction."""

    power: int  # +1 above the line, -1 below
    number: float = 1.0
    units: list[tuple[str, int]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


@dataclass
class _Unit:
    text: str
    terms: list[_Term]

    def words(self, power: int) -> list[str]:
        return [word for term in self.terms if term.power == power for word in term.words]

    @property
    def pure(self) -> bool:
        return not any(term.units or term.words for term in self.terms)


_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*|[%‰°µμ]\w*)"
    r"|(?P<power>\*\*|\^)|(?P<operator>[*/()·⋅-]))"
)
_GLUED = re.compile(r"(?P<name>[^\W\d]+)(?P<exponent>\d)$")


def convert[T: (float, npt.NDArray[np.float64])](value: T, unit: str, to: str) -> T:
    """Express a value in a quantity's own unit.

    Parameters
    ----------
    value : float or array
        The number as written.
    unit : str
        Its unit as written: ``mg dry/ind/d``, ``mmol C/g``, ``%``, ``kg/kg``. Words standing side by side
        bind more tightly than a division, so ``t C / t shell`` is carbon per shell. Where no basis is named
        the target's is taken.
    to : str
        The unit wanted, with every basis named: ``t C / t shell``.

    Returns
    -------
    float or array
        The value in `to`.

    Raises
    ------
    UnitError
        If a unit cannot be read, has another dimension, or names another basis than `to`.

    Notes
    -----
    Amounts become masses by the molar masses of `MOLAR_MASS`: mol CO2 per mol CaCO3 is g CO2 per g CaCO3
    times 100.09/44.01.
    """
    return value * _factor(unit, to)


@cache
def _factor(unit: str, to: str) -> float:
    given, wanted = _parse(unit), _parse(to)
    if given.pure:
        return _pure_factor(given, wanted)
    _refuse_unnamed_mass_per_mass(given, wanted)
    for power in (1, -1):
        _compare_bases(given, wanted, power)
    _fill_in(given, wanted)
    have, want = _magnitude(given), _magnitude(wanted)
    if have.dimensionality != want.dimensionality:
        raise UnitError(
            _(
                "the unit {unit!r} measures something else than {to!r} ({given} against {wanted})"
                ": convert it first, or correct the unit",
                unit=unit,
                to=to,
                given=have.dimensionality,
                wanted=want.dimensionality,
            )
        )
    return float((have / want).to_base_units().magnitude)


def _pure_factor(given: _Unit, wanted: _Unit) -> float:
    number = 1.0
    for term in given.terms:
        number *= term.number**term.power
    # Without substances: a bare 0.7 for mol CO2 per mol CaCO3 is 0.7 of that unit.
    bare = _magnitude(_Unit(wanted.text, [_Term(t.power, t.number, t.units) for t in wanted.terms]))
    if not bare.dimensionless or any(word in _CURRENCIES for t in wanted.terms for word in t.words):
        raise UnitError(
            _(
                "the unit {unit!r} is a bare number, but {needed!r} is needed: write the unit",
                unit=given.text,
                needed=wanted.text,
            )
        )
    return number / float(bare.to_base_units().magnitude)


def _refuse_unnamed_mass_per_mass(given: _Unit, wanted: _Unit) -> None:
    """Refuse g/g for mol/mol of two substances: the two readings differ by the ratio of molar masses."""
    needs_moles = any(name == "mol" for term in wanted.terms for name, _ in term.units)
    gives_mass = any(
        registry().Unit(name).dimensionality == "[mass]" for t in given.terms for name, _ in t.units
    )
    if needs_moles and gives_mass and not any(term.words for term in given.terms):
        raise UnitError(
            _(
                "the unit {unit!r} does not say of which substances, and {needed!r} is per amount: write "
                "for example 'g CO2/g CaCO3', or give mol/mol",
                unit=given.text,
                needed=wanted.text,
            )
        )


def _compare_bases(given: _Unit, wanted: _Unit, power: int) -> None:
    allowed = set(wanted.words(power))
    for word in list(allowed):
        allowed |= _IMPLIED.get(word, set())
    for word in given.words(power):
        if given.words(power).count(word) > max(1, wanted.words(power).count(word)):
            raise UnitError(
                _(
                    "the unit {unit!r} names {word!r} twice on one side",
                    unit=given.text,
                    word=_shown(given, word),
                )
            )
        if word in allowed:
            continue
        # ind/ind, live/live: a basis that cancels says nothing about a target that names none.
        if not any(term.words for term in wanted.terms) and word in given.words(-power):
            continue
        side = _("per ") if power < 0 else ""
        own = " ".join(w for w in wanted.words(power) if w != "ind") or _("no particular basis")
        if word == "ind":
            raise UnitError(
                _(
                    "the unit {unit!r} is counted in individuals, but {needed!r} is needed",
                    unit=given.text,
                    needed=wanted.text,
                )
            )
        raise UnitError(
            _(
                "the unit {unit!r} is {side}{basis}, but {needed!r} is needed ({side}{own}): convert the "
                "values to that basis first",
                unit=given.text,
                side=side,
                basis=_shown(given, word),
                needed=wanted.text,
                own=own,
            )
        )


def _shown(given: _Unit, word: str) -> str:
    """Return the basis as the user wrote it, so that `wet` is answered as `wet`."""
    for spelling, meant in _SPELLINGS.items():
        if meant == word and re.search(rf"(?<!\w){re.escape(spelling)}(?!\w)", given.text, re.IGNORECASE):
            return spelling if spelling not in {"co2", "co2e", "caco3", "o2", "cny"} else word
    return word


def _fill_in(given: _Unit, wanted: _Unit) -> None:
    """Give the sides of `given` that name no basis the basis of `wanted`."""
    for power in (1, -1):
        named = [w for w in given.words(power) if w != "ind"]
        own = [w for w in wanted.words(power) if w != "ind"]
        if not named:
            for term in given.terms:
                if term.power == power and any(_material(name) for name, _ in term.units):
                    term.words.extend(own)
                    break
        if "ind" in wanted.words(power) and "ind" not in given.words(power):
            given.terms.append(_Term(power, words=["ind"]))


def _material(name: str) -> bool:
    return str(registry().Unit(name).dimensionality) in {"[mass]", "[substance]"}


def _magnitude(unit: _Unit) -> pint.Quantity[float]:
    """Return the size of a unit, amounts of a known substance as masses; bases are compared apart."""
    units = registry()
    total: pint.Quantity[float] = units.Quantity(1.0)
    for term in unit.terms:
        size: pint.Quantity[float] = units.Quantity(term.number)
        for name, exponent in term.units:
            one: Any = units.Quantity(1.0, name)
            try:
                size = size * one**exponent
            except pint.OffsetUnitCalculusError as error:
                raise UnitError(
                    _("the unit {unit!r}: {name} cannot be scaled", unit=unit.text, name=name)
                ) from error
        substance = next((word for word in term.words if word in MOLAR_MASS), None)
        if substance is not None and size.dimensionality == {"[substance]": 1}:
            size = size * units.Quantity(MOLAR_MASS[substance], "g/mol")
        powered: Any = size
        total = total * powered**term.power
    return total


def _parse(text: str) -> _Unit:
    """Read a unit into terms without cancelling anything, since g wet / g wet still says wet."""
    tokens = _tokens(text)
    if not tokens:
        raise UnitError(_("no unit is given; a share is written 'fraction' or '%'"))
    unit = _Unit(text, [])
    if text.strip() == "-":
        return unit
    end = _read(text, tokens, 0, 1, unit)
    if end != len(tokens):
        raise UnitError(_("the unit {unit!r} has a bracket too many", unit=text))
    return unit


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position, stripped = 0, text.strip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            raise UnitError(
                _("the unit {unit!r} cannot be read at {token!r}", unit=text, token=stripped[position:])
            )
        kind = str(match.lastgroup)
        tokens.append((kind, match.group(kind)))
        position = match.end()
    return tokens


def _read(text: str, tokens: list[tuple[str, str]], start: int, power: int, unit: _Unit) -> int:
    """Read terms from `start` to the end or a closing bracket; return the position of what follows."""
    position, sign = start, power
    term: _Term | None = None
    while position < len(tokens):
        kind, token = tokens[position]
        if token == ")":
            return position
        if kind == "operator" and token in "*·⋅/":
            sign, term = (-power if token == "/" else power), None
            position += 1
            if position in (1, len(tokens)) or tokens[position][1] in {"/", "*", "·", "⋅", ")"}:
                raise UnitError(
                    _("the unit {unit!r} has nothing on one side of {token!r}", unit=text, token=token)
                )
        elif token == "(":
            position = _read(text, tokens, position + 1, sign, unit)
            if position >= len(tokens):
                raise UnitError(_("the unit {unit!r} has a bracket that is not closed", unit=text))
            position, term = position + 1, None
        else:
            exponent, after = _exponent(text, tokens, position)
            name, glued = _unglue(token) if kind == "name" else (token, 1)
            exponent *= glued
            # m-2 below nothing: a negative exponent goes to the other side of the line.
            side = sign if exponent > 0 else -sign
            if term is None or term.power != side:
                term = _Term(side)
                unit.terms.append(term)
            _add(text, term, kind, name, abs(exponent))
            position = after
    return position


def _exponent(text: str, tokens: list[tuple[str, str]], position: int) -> tuple[int, int]:
    """Return the exponent of the token at `position` (``**2``, ``^-1``, ``-1``) and the position after it."""
    after = position + 1
    marked = after < len(tokens) and tokens[after][0] == "power"
    after += marked
    negative = after < len(tokens) and tokens[after][1] == "-"
    if not marked and not negative:
        return 1, position + 1
    after += negative
    if after >= len(tokens) or not tokens[after][1].isdigit() or not 0 < int(tokens[after][1]) < 10:
        raise UnitError(_("the unit {unit!r} has an exponent that is not a whole number below 10", unit=text))
    return (-1 if negative else 1) * int(tokens[after][1]), after + 1


def _unglue(token: str) -> tuple[str, int]:
    """Split m2 into m and 2, but leave CO2 whole."""
    match = _GLUED.match(token)
    if match is None or _word(token) is not None:
        return token, 1
    return match["name"], int(match["exponent"])


def _word(token: str) -> str | None:
    if token in _WORDS:
        return token
    return _SPELLINGS.get(token.lower(), token.lower() if token.lower() in _WORDS else None)


def _add(text: str, term: _Term, kind: str, token: str, exponent: int) -> None:
    if kind == "number":
        term.number *= float(token) ** exponent
        if not 0.0 < term.number < float("inf"):
            raise UnitError(_("the unit {unit!r} has a factor that is zero or too large", unit=text))
        return
    if kind != "name":
        raise UnitError(_("the unit {unit!r} cannot be read at {token!r}", unit=text, token=token))
    word = _word(token)
    if word is not None:
        if exponent != 1:
            raise UnitError(_("the unit {unit!r} raises {token!r} to a power", unit=text, token=token))
        term.words.append(word)
    elif token in {"%", "percent"}:
        term.number *= 0.01**exponent
    elif token in {"‰", "permil", "permille"}:
        term.number *= 0.001**exponent
    elif token.lower() not in _IDLE | _PURE:
        try:
            name = str(registry().Unit(token))
        except (pint.PintError, AttributeError, ValueError) as error:
            known = [*_WORDS, *_SPELLINGS, *_PURE, "mg", "kg", "mmol", "day", "year", "litre"]
            near = nearest(token, known)
            meant = _(" (did you mean {word!r}?)", word=near) if near else ""
            raise UnitError(
                _(
                    "the unit {unit!r} has an unknown word {token!r}{meant}",
                    unit=text,
                    token=token,
                    meant=meant,
                )
            ) from error
        term.units.append(("mol" if name == "mole" else name, exponent))
