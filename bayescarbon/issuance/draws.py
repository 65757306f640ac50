"""The draws that credits may be issued from, checked at the door."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayescarbon.issuance.statistics import Floats

#: Dimensions of draws: those of a posterior.
SAMPLE_DIMS = ("chain", "draw")
# Along these, what stands side by side is to be summed; one draw of each is no sample.
_SUMMED = frozenset({"batch", "scope", "site", "species", "year", "line"})
#: Unit of everything that is credited.
UNIT = "t CO2e"


def refuse_unconverged(draws: xr.DataArray, allow_unconverged: bool) -> None:
    """Refuse draws of a fit that failed its diagnostics, unless they are asked for.

    Parameters
    ----------
    draws : DataArray
        Draws; what is computed from a failed fit carries the coordinate ``converged`` with the value False.
    allow_unconverged : bool
        Whether to let them pass.

    Raises
    ------
    ValueError
        If they come from a failed fit and are not allowed.
    """
    if allow_unconverged or "converged" not in draws.coords:
        return
    if not np.all(draws.coords["converged"].values):
        raise ValueError(
            "draws: they come from a fit that failed its diagnostics, so no credits are issued from them; fit again "
            "with more draws, or say allow_unconverged=True"
        )


def refuse_other_unit(draws: xr.DataArray, name: str) -> None:
    """Refuse draws that say of themselves that they are not in t CO2e.

    Parameters
    ----------
    draws : DataArray
        Draws; pools and the lines of a ledger carry the attribute ``units`` with the value ``t C``. Those without
        the attribute are taken as they are.
    name : str
        What the draws are called in the message.

    Raises
    ------
    ValueError
        If they are in another unit.
    """
    unit = str(draws.attrs.get("units", UNIT))
    if "".join(unit.split()) != "".join(UNIT.split()):
        raise ValueError(
            f"{name}: the unit is {unit!r}, and credits are counted in {UNIT}; take the draws from net_sink, or "
            "convert them (1 t C is 44/12 t CO2e) and their attribute units"
        )


def single(draws: npt.ArrayLike | xr.DataArray) -> xr.DataArray:
    """Return the draws of one net removal as a DataArray with the dims chain and draw.

    Parameters
    ----------
    draws : array_like or DataArray
        One dimension, or the dims chain and draw.

    Raises
    ------
    ValueError
        If there are other dimensions; the message says how to sum over them.
    """
    if not isinstance(draws, xr.DataArray):
        if np.ma.isMaskedArray(draws):
            raise ValueError("draws: they are masked; give draws.compressed(), or look for what masked them")
        values = np.asarray(draws)
        if values.ndim != 1:
            raise ValueError(
                f"draws: an array of draws has one dimension, this one has {values.ndim}; give a DataArray with the "
                "dims chain and draw"
            )
        draws = xr.DataArray(values, dims="draw")
    others = [str(dim) for dim in draws.dims if dim not in SAMPLE_DIMS]
    if draws.ndim == 1 and others and not set(others) & _SUMMED:
        # Without its coordinate: a stacked one has levels that are named as our dims.
        scalars = {name: one for name, one in draws.coords.items() if not one.ndim}
        draws = xr.DataArray(draws.values, dims="draw", coords=scalars)
    elif others:
        summed = ", ".join(f'"{dim}"' for dim in others)
        argument = summed if len(others) == 1 else f"[{summed}]"
        raise ValueError(
            f"draws: a rule is applied once, to the draws of the sum, and these have the dimension "
            f"{' and '.join(others)} too; give draws.sum({argument})"
        )
    missing = {dim: 1 for dim in SAMPLE_DIMS if dim not in draws.dims}
    return draws.expand_dims(missing).transpose(*SAMPLE_DIMS)


def by_scope(draws: xr.DataArray) -> tuple[list[str], Floats]:
    """Return the names and the finite draws of several scopes.

    Parameters
    ----------
    draws : DataArray
        Dims scope, and chain and draw or one of them, t CO2e.

    Returns
    -------
    names : list of str
        Of the scopes.
    values : array (scope, chain, draw)
        Their draws.

    Raises
    ------
    ValueError
        If a dimension is missing or unknown, the draws are in another unit or no real numbers, there are fewer than
        two, or one is not finite.
    """
    dims = {str(dim) for dim in draws.dims}
    if "scope" not in dims or not dims - {"scope"} or dims - {"scope", *SAMPLE_DIMS}:
        raise ValueError(f"draws: the dims are {tuple(draws.dims)}; they must be scope, chain and draw")
    refuse_other_unit(draws, "draws")
    missing = {dim: 1 for dim in SAMPLE_DIMS if dim not in dims}
    draws = draws.expand_dims(missing).transpose("scope", *SAMPLE_DIMS)
    names = [str(name) for name in (draws["scope"].values if "scope" in draws.coords else range(len(draws)))]
    if draws.dtype.kind in "SU":
        raise ValueError("draws: they must be numbers, not text")
    if draws.dtype.kind in "bcmM":
        raise ValueError(f"draws: they must be real numbers, not {draws.dtype}")
    try:
        values = draws.values.astype(float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"draws: they must be numbers ({error})") from error
    size = values.shape[1] * values.shape[2]
    if size < 2:
        raise ValueError(
            f"draws: at least two are needed, there are {size}; one number says nothing of a risk"
        )
    wrong = ~np.isfinite(values).all(axis=(1, 2))
    if wrong.any():
        scopes = ", ".join(name for name, bad in zip(names, wrong, strict=True) if bad)
        raise ValueError(
            f"draws: not a finite number somewhere in {scopes or 'them'}; a removal that is not known has no credits, "
            "so look for its cause"
        )
    return names, values
