"""The four pools of the carbon that a farm handles, and where that carbon came from."""

from __future__ import annotations

import xarray as xr

_SHELL_INORGANIC = ("shell_dic", "shell_respired")
_BODY = (*_SHELL_INORGANIC, "shell_organic", "tissue")

# Pool or source -> lines added, lines taken off.
_POOLS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "removed": (
        (*_BODY, *(f"fouling_{part}" for part in _BODY)),
        tuple(f"seed_{part}" for part in _BODY),
    ),
    "stored": (("buried",), ()),
    "released": (
        ("respired", "fouling_respired", "calcification_co2", "fouling_calcification_co2", "deposited"),
        ("buried",),
    ),
}
_POOL_NAMES = {
    "used": "carbon used by the animals: removed, stored and released together",
    "removed": "carbon landed with the harvest, less the stocked seed's",
    "stored": "carbon buried in the sediment",
    "released": "carbon given back: respired, released by calcification, deposited but not buried",
}
_SOURCES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "dic": (
        (
            *_SHELL_INORGANIC,
            *(f"fouling_{part}" for part in _SHELL_INORGANIC),
            "calcification_co2",
            "fouling_calcification_co2",
        ),
        tuple(f"seed_{part}" for part in _SHELL_INORGANIC),
    ),
    "particulate": (
        (
            "tissue",
            "shell_organic",
            "fouling_tissue",
            "fouling_shell_organic",
            "deposited",
            "respired",
            "fouling_respired",
        ),
        ("seed_tissue", "seed_shell_organic"),
    ),
}
_SOURCE_NAMES = {
    "dic": "carbon drawn from dissolved inorganic carbon: carbonate formed and the CO2 its forming released",
    "particulate": "carbon taken up as particles: tissue, shell matrix, biodeposits and respiration",
}


def _balance(ledger: xr.Dataset, parts: tuple[tuple[str, ...], tuple[str, ...]]) -> xr.DataArray:
    plus, minus = parts
    total = ledger[plus[0]].copy()
    for line in plus[1:]:
        total = total + ledger[line]
    for line in minus:
        total = total - ledger[line]
    return total


def _named(values: dict[str, xr.DataArray], long_names: dict[str, str]) -> xr.Dataset:
    return xr.Dataset(
        {name: values[name].assign_attrs(units="t C", long_name=text) for name, text in long_names.items()}
    )


def pools(ledger: xr.Dataset) -> xr.Dataset:
    """Return the carbon used, removed, stored and released.

    Parameters
    ----------
    ledger : xarray.Dataset
        The carbon account, t C.

    Returns
    -------
    xarray.Dataset
        ``used``, ``removed``, ``stored``, ``released``, t C, dims of the ledger; used is the sum of the other
        three. Foulers count with the crop. The source of the shell's carbon changes none of them.
    """
    values = {name: _balance(ledger, parts) for name, parts in _POOLS.items()}
    values["used"] = values["removed"] + values["stored"] + values["released"]
    return _named(values, _POOL_NAMES)


def source_split(ledger: xr.Dataset) -> xr.Dataset:
    """Return the carbon used by where it came from.

    Parameters
    ----------
    ledger : xarray.Dataset
        The carbon account, t C.

    Returns
    -------
    xarray.Dataset
        ``dic`` and ``particulate``, t C, dims of the ledger; together they are the pool ``used``.
    """
    return _named({name: _balance(ledger, parts) for name, parts in _SOURCES.items()}, _SOURCE_NAMES)
