"""Accounting frameworks: which lines of the ledger count as removal, which as release, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from bayescarbon.accounting.constants import CO2E_PER_C
from bayescarbon.accounting.lines import LINES
from bayescarbon.errors import suggest
from bayescarbon.resources import read_toml

if TYPE_CHECKING:
    import xarray as xr

_LANGUAGES = ("en", "zh")
_TEXT_KEYS = ("title", "argued_by", "citation")
_KEYS = ("plus", "minus", "base", "description", *_TEXT_KEYS)


@dataclass(frozen=True)
class Framework:
    """A way of counting: a scenario that is compared with others, never averaged with them.

    Attributes
    ----------
    name : str
        Its id.
    plus, minus : tuple of str
        Ledger lines counted as removal and as release.
    base : str, optional
        A framework whose lines count as well.
    title : str
        Short name for tables and figures.
    argued_by : str
        Who argues for it.
    citation : str
        Where.
    description : dict of str
        What it counts, in English (``en``) and Chinese (``zh``).

    Raises
    ------
    ValueError
        If a line is unknown or appears twice.
    """

    name: str
    plus: tuple[str, ...]
    minus: tuple[str, ...]
    base: str | None = None
    title: str = ""
    argued_by: str = ""
    citation: str = ""
    description: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lines = (*self.plus, *self.minus)
        for line in lines:
            if line not in LINES:
                raise ValueError(
                    f"framework {self.name!r}: {line!r} is not a line of the ledger.{suggest(line, LINES)}"
                )
            if lines.count(line) > 1:
                raise ValueError(f"framework {self.name!r}: the line {line!r} stands there more than once")


def _parse(name: str, table: Mapping[str, Any]) -> Framework:
    for key in table:
        if key not in _KEYS:
            raise ValueError(f"frameworks.toml [{name}]: unknown key {key!r}.{suggest(key, _KEYS)}")
    for key in ("plus", "minus", "description", *_TEXT_KEYS):
        if key not in table:
            raise ValueError(f"frameworks.toml [{name}]: the key {key!r} is missing")
    texts = table["description"]
    if tuple(sorted(texts)) != _LANGUAGES:
        raise ValueError(f"frameworks.toml [{name}]: description needs exactly the keys en and zh")
    return Framework(
        name=name,
        plus=tuple(table["plus"]),
        minus=tuple(table["minus"]),
        base=table.get("base"),
        description=dict(texts),
        **{key: table[key] for key in _TEXT_KEYS},
    )


@cache
def frameworks() -> dict[str, Framework]:
    """Return every framework that ships, by name, in the order of ``data/frameworks.toml``.

    Raises
    ------
    ValueError
        If the file has an unknown key or line, or a base that does not exist.
    """
    found = {name: _parse(name, table) for name, table in read_toml("data/frameworks.toml").items()}
    for one in found.values():
        if one.base is not None:
            _check_base(one.base, found)
    return found


def _check_base(base: str, known: Mapping[str, Framework]) -> None:
    if base not in known:
        raise ValueError(f"there is no framework {base!r} to build on.{suggest(base, known)}")
    if known[base].base is not None:
        raise ValueError(f"{base!r} builds on another framework itself; name one that does not")


def named_framework(name: str, base: str | None = None) -> Framework:
    """Return a framework by name.

    Parameters
    ----------
    name : str
        Its id, for example ``improved_stock_change``.
    base : str, optional
        For a framework that builds on another one (``life_cycle``): which. Default: the one that ships.

    Raises
    ------
    ValueError
        If there is no framework of this name, or if `base` is unknown, or the framework takes none.
    """
    known = frameworks()
    if name not in known:
        raise ValueError(f"there is no framework {name!r}.{suggest(name, known)} Known: {', '.join(known)}.")
    found = known[name]
    if base is None:
        return found
    if found.base is None:
        raise ValueError(f"the framework {name!r} builds on no other; leave `base` out")
    _check_base(base, known)
    return replace(found, base=base)


def weights(framework: Framework) -> dict[str, int]:
    """Return the signed weight of every line that a framework counts, its base's lines included.

    Parameters
    ----------
    framework : Framework
        The framework.

    Returns
    -------
    dict
        Line -> +1 (removal) or -1 (release).

    Raises
    ------
    ValueError
        If the base is unknown or counts a line that the framework itself counts.
    """
    signed = dict.fromkeys(framework.plus, 1) | dict.fromkeys(framework.minus, -1)
    if framework.base is None:
        return signed
    _check_base(framework.base, frameworks())
    inherited = weights(frameworks()[framework.base])
    twice = sorted(set(signed) & set(inherited))
    if twice:
        raise ValueError(f"{framework.name!r} and its base {framework.base!r} both count {', '.join(twice)}")
    return inherited | signed


def net_sink(ledger: xr.Dataset, framework: str | Framework, base: str | None = None) -> xr.DataArray:
    """Return the net sink of every batch and draw under one framework.

    Parameters
    ----------
    ledger : xarray.Dataset
        The carbon account, t C.
    framework : str or Framework
        A framework's name, or the framework itself (one's own).
    base : str, optional
        For a name that builds on another framework (``life_cycle``): on which. Default: the one that ships.

    Returns
    -------
    xarray.DataArray
        t CO2e (C x 44/12), dims of the ledger; positive is removal. Gross: the share that the water would have
        fixed anyway is not taken off.

    Raises
    ------
    ValueError
        If there is no framework of this name, or if `base` is unknown, or the framework takes none.
    """
    import xarray as xr

    if isinstance(framework, str):
        chosen = named_framework(framework, base)
    elif base is None:
        chosen = framework
    else:
        raise ValueError("`base` goes with a framework's name; give the framework itself its base")
    total = xr.zeros_like(ledger["shell_dic"])
    for line, sign in weights(chosen).items():
        total = total + ledger[line] if sign > 0 else total - ledger[line]
    sink: xr.DataArray = total * CO2E_PER_C
    return sink.rename("net_sink").assign_attrs(
        units="t CO2e", framework=chosen.name, long_name=f"net sink, {chosen.title or chosen.name}"
    )
