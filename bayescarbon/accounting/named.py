"""What every equation here may be fed with, and the few functions that differ between those worlds."""

from __future__ import annotations

from typing import Any

import numpy as np

# An equation is written once and must run on a float, a numpy array, an xarray.DataArray of draws and a
# pytensor xtensor variable inside a model. These share arithmetic but no base class, and a Protocol cannot
# say "float times DataArray gives DataArray", hence the open alias.
type Named = Any


def _in_graph(x: Named) -> bool:
    return type(x).__module__.startswith("pytensor.xtensor")


def log(x: Named) -> Named:
    """Return the natural logarithm, keeping the kind and the named dims of `x`.

    Parameters
    ----------
    x : float, array, DataArray or xtensor variable
        Positive; any dims.
    """
    if _in_graph(x):
        from pytensor.xtensor import math

        return math.log(x)
    return np.log(x)


def exp(x: Named) -> Named:
    """Return the exponential, keeping the kind and the named dims of `x`.

    Parameters
    ----------
    x : float, array, DataArray or xtensor variable
        Any dims.
    """
    if _in_graph(x):
        from pytensor.xtensor import math

        return math.exp(x)
    return np.exp(x)
