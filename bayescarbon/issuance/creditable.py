"""What of a net sink may be credited: the part that the water would not have fixed anyway."""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayescarbon.issuance.draws import UNIT, refuse_other_unit


def creditable(sink: xr.DataArray, baseline_share: xr.DataArray | float) -> xr.DataArray:
    """Return the net sink after the baseline share, draw by draw.

    Parameters
    ----------
    sink : xarray.DataArray
        Gross net sink, t CO2e, dims chain and draw and any others, such as batch.
    baseline_share : xarray.DataArray or float
        Share k of the sink that would exist without the farm, 0 to 1, dims (chain, draw) of the same posterior.

    Returns
    -------
    xarray.DataArray
        (1 - k) x sink, t CO2e, dims of `sink`: the S of every deduction rule. Where either of the two comes from a
        fit that failed its diagnostics, ``converged`` is False on the result too.

    Raises
    ------
    ValueError
        If the sink says that it is in another unit, the share is outside 0 to 1 or is not finite, or the draws of
        the two are not the same draws.

    Notes
    -----
    The margin that carries this share is the one of the carbon price, (1 - k) omega; draws are paired because k and
    the sink are of one posterior.
    """
    refuse_other_unit(sink, "sink")
    share = (
        baseline_share if isinstance(baseline_share, xr.DataArray) else xr.DataArray(float(baseline_share))
    )
    values = np.asarray(share.values, dtype=float)
    wrong = ~((values >= 0) & (values <= 1))
    if wrong.any():
        raise ValueError(
            f"baseline_share has {int(wrong.sum())} values that are not between 0 and 1, the first is "
            f"{values[wrong].flat[0]:g}; it is the share of the sink that would exist without the farm, as a fraction"
        )
    foreign = [str(dim) for dim in share.dims if dim not in sink.dims]
    if foreign:
        raise ValueError(
            f"baseline_share has the dims {', '.join(foreign)} that the sink lacks; take both from one fit"
        )
    try:
        with xr.set_options(arithmetic_join="exact"):
            net = ((1.0 - share) * sink).transpose(*sink.dims)
    except ValueError as error:
        raise ValueError(
            "the draws of sink and baseline_share are not the same draws: take both from one fit, "
            f"with the same chains and draws ({error})"
        ) from error
    flags = [bool(one.coords["converged"]) for one in (sink, share) if "converged" in one.coords]
    if flags:
        net = net.assign_coords(converged=all(flags))
    return net.rename("creditable_sink").assign_attrs(
        sink.attrs, units=UNIT, long_name="net sink after the baseline share"
    )
