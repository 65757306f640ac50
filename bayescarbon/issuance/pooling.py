"""What is gained by crediting batches together: independent errors average out, shared ones do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from bayescarbon.issuance.issue import issue_table
from bayescarbon.issuance.scopes import TOTAL, scoped
from bayescarbon.study.rules import Rule


@dataclass(frozen=True)
class Pooling:
    """Credits of batches one by one and together, t CO2e where not said.

    Attributes
    ----------
    rule : str
        Name of the rule.
    batches : int
        How many there are.
    alone : float
        Sum of what the rule issues to each batch by itself.
    together : float
        What it issues to the draws of the sum.
    gain : float
        together - alone. Negative where a batch that releases on balance is issued nothing by itself but counts in the
        sum; quantiles of strongly skewed batches can do it as well.
    common_share : float or None
        Share of the variance of the sum that more batches of the same kind would not average out, 0 to 1; None for a
        single batch or where nothing varies.
    """

    rule: str
    batches: int
    alone: float
    together: float
    gain: float
    common_share: float | None


def pooling(
    net: xr.DataArray,
    rule: str | Rule = "posterior_q10",
    *,
    conservative: bool = False,
    ex_ante: bool = False,
    allow_unconverged: bool = False,
) -> Pooling:
    """Compare crediting batches one by one with crediting them together.

    Parameters
    ----------
    net : xarray.DataArray
        Net removal after the baseline share, t CO2e, dims batch, chain and draw.
    rule : str or Rule
        The rule.
    conservative, ex_ante, allow_unconverged : bool
        As in `issue`.

    Returns
    -------
    Pooling
        Both amounts, the gain and the common share.

    Raises
    ------
    ValueError
        As `issue` and `bayescarbon.issuance.scopes.scoped`.

    Notes
    -----
    With sd_b of the batches and r their mean correlation, weighted by sd_b sd_c, the variance of the sum is
    (1 - r) sum(sd_b^2) + r sum(sd_b)^2: what errors of their own would leave, and what one error common to all, felt
    by each in proportion to its sd, would leave. The common share is the second part. Batches of equal sd and
    correlation r have n r / (1 + (n - 1) r). Batches that on average hedge one another share nothing: 0.
    """
    scopes = scoped(net)
    table = issue_table(
        scopes, [rule], conservative=conservative, ex_ante=ex_ante, allow_unconverged=allow_unconverged
    )
    credited = table.set_index("scope")["issued"]
    alone, together = float(credited.drop(TOTAL).sum()), float(credited[TOTAL])
    return Pooling(
        rule=str(table["rule"].iloc[0]),
        batches=len(credited) - 1,
        alone=alone,
        together=together,
        gain=together - alone,
        common_share=_common_share(scopes.values.reshape(len(scopes), -1).astype(float)),
    )


def _common_share(draws: np.ndarray) -> float | None:
    """Return the common share from draws of the batches and, last, of their sum."""
    sd = draws.std(axis=1, ddof=1)
    own, total, whole = float(np.square(sd[:-1]).sum()), float(sd[-1] ** 2), float(sd[:-1].sum() ** 2)
    if len(sd) < 3 or total == 0 or whole == own:
        return None
    correlation = (total - own) / (whole - own)
    return float(np.clip(correlation * whole / total, 0.0, 1.0))
