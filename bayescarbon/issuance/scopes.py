"""What a rule may be applied to: a batch, all batches of a farm, or all together. Draws are summed, never credits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from bayescarbon.issuance.draws import SAMPLE_DIMS

TOTAL = "total"
FARM = "farm:"


def scoped(net: xr.DataArray, farms: Sequence[str] | None = None) -> xr.DataArray:
    """Return the draws of every batch, of every named farm and of all together.

    Parameters
    ----------
    net : xarray.DataArray
        Net removal after the baseline share, t CO2e, dims batch, chain and draw.
    farms : sequence of str, optional
        Farm of each batch, in the order of `net`; "" where none is named.

    Returns
    -------
    xarray.DataArray
        Dims (scope, chain, draw): the batches by name, ``farm:NAME`` in the order in which farms first appear, and
        ``total``. Attributes and scalar coordinates, such as ``converged``, are kept.

    Raises
    ------
    ValueError
        If the dims are others, the number of farms is not that of batches, or two scopes would have one name.

    Notes
    -----
    What batches share (carbon contents, burial, calcification) does not average out between them, so the sum is taken
    draw by draw. A value that is not finite stays one in every sum it belongs to.
    """
    net = batch_draws(net)
    batches = [str(batch) for batch in net["batch"].values]
    owners = ["" for _ in batches] if farms is None else [str(farm) for farm in farms]
    if len(owners) != len(batches):
        raise ValueError(
            f"farms has {len(owners)} names for {len(batches)} batches; give one each, '' for none"
        )
    named = [farm for farm in dict.fromkeys(owners) if farm]
    names = [*batches, *(FARM + farm for farm in named), TOTAL]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"batch: {', '.join(twice)} would be the name of two scopes; rename the batch")
    values = np.asarray(net.values, dtype=float)
    sums = [values[np.array(owners) == farm].sum(axis=0) for farm in named]
    kept = {name: coord for name, coord in net.coords.items() if "batch" not in coord.dims}
    return xr.DataArray(
        np.concatenate([values, np.stack([*sums, values.sum(axis=0)])]),
        dims=("scope", *SAMPLE_DIMS),
        coords={"scope": names, **kept},
        name=net.name,
        attrs=net.attrs,
    )


def batch_draws(net: xr.DataArray) -> xr.DataArray:
    """Return draws by batch in the order batch, chain, draw.

    Parameters
    ----------
    net : xarray.DataArray
        Dims batch, and chain and draw or one of them.

    Raises
    ------
    ValueError
        If the dims are others, or the batches have no names.
    """
    dims = {str(dim) for dim in net.dims}
    if "batch" not in dims or not dims - {"batch"} or dims - {"batch", *SAMPLE_DIMS}:
        raise ValueError(f"net: the dims are {tuple(net.dims)}; they must be batch, chain and draw")
    if "batch" not in net.coords or net.sizes["batch"] == 0:
        raise ValueError(
            "net: the dim batch needs the batches' names as its coordinate, and one batch at least"
        )
    return net.expand_dims({dim: 1 for dim in SAMPLE_DIMS if dim not in dims}).transpose(
        "batch", *SAMPLE_DIMS
    )
