"""Whether a posterior may be used: the gate every fit has to pass."""

from __future__ import annotations

from dataclasses import dataclass

import arviz_stats
import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.reasons import WORDS

MAX_RHAT = 1.01
MIN_ESS = 400.0
MIN_BFMI = 0.3
# Quantities that no ledger line reads: reported, but no reason to refuse credits.
OUTSIDE_LEDGER = ("isotope_enrichment", "oxygen_visible_share", "respiratory_quotient")


@dataclass(frozen=True)
class Diagnostics:
    """Verdict on a posterior, and the figures behind it.

    Attributes
    ----------
    passed : bool
        Whether every criterion is met.
    reasons : tuple of str
        The criteria that are not, with figures and the quantity that is worst.
    divergences : int
        Divergent transitions after tuning.
    max_rhat, min_ess_bulk, min_ess_tail : float
        Over the quantities that reach the ledger; R-hat is rank-normalised.
    min_bfmi : float
        Smallest energy Bayesian fraction of missing information over the chains.
    refitted : bool
        Whether these are the figures of a second fit with safer settings.
    """

    passed: bool
    reasons: tuple[str, ...]
    divergences: int
    max_rhat: float
    min_ess_bulk: float
    min_ess_tail: float
    min_bfmi: float
    refitted: bool


def convergence(quantities: xr.Dataset) -> pd.DataFrame:
    """Return R-hat and effective sample sizes of every scalar of a dataset.

    Parameters
    ----------
    quantities : xarray.Dataset
        Draws with dims chain and draw.

    Returns
    -------
    DataFrame
        quantity, position (flat index over the other dims), r_hat, ess_bulk, ess_tail; constant scalars are left out.
    """
    quantities = _varying(quantities)
    found = {
        "r_hat": arviz_stats.rhat(quantities),
        "ess_bulk": arviz_stats.ess(quantities, method="bulk"),
        "ess_tail": arviz_stats.ess(quantities, method="tail", prob=(0.05, 0.95)),
    }
    frames = []
    for name, draws in quantities.data_vars.items():
        columns = {column: np.atleast_1d(values[name].values).ravel() for column, values in found.items()}
        frames.append(
            pd.DataFrame({"quantity": name, "position": draws[f"{name}_position"].values, **columns})
        )
    return pd.concat(frames, ignore_index=True)


def _varying(quantities: xr.Dataset) -> xr.Dataset:
    """Flatten every variable and leave out scalars that are constant by definition (an ascidian's shell)."""
    flat = {}
    for name, draws in quantities.data_vars.items():
        values = draws.transpose("chain", "draw", ...).values
        values = values.reshape(*values.shape[:2], -1)
        moving = np.flatnonzero((values != values[:1, :1]).any(axis=(0, 1)))
        dim = f"{name}_position"
        flat[name] = xr.DataArray(values[:, :, moving], dims=("chain", "draw", dim), coords={dim: moving})
    return xr.Dataset(flat)


def judge(table: pd.DataFrame, sample_stats: xr.Dataset | None, *, refitted: bool) -> Diagnostics:
    """Hold a posterior against the gate.

    Parameters
    ----------
    table : DataFrame
        As `convergence` returns it.
    sample_stats : xarray.Dataset or None
        With ``diverging`` and ``energy``; None where nothing had to be sampled because no row informs anything.
    refitted : bool
        Whether this is the second attempt.
    """
    inside = table[~table["quantity"].isin(OUTSIDE_LEDGER)]
    divergences, bfmi = 0, float("inf")
    if sample_stats is not None:
        divergences = int(sample_stats["diverging"].sum())
        energy = sample_stats["energy"].values
        bfmi = float((np.square(np.diff(energy, axis=1)).mean(axis=1) / energy.var(axis=1)).min())
    reasons = []
    unknown = inside[inside[["r_hat", "ess_bulk", "ess_tail"]].isna().any(axis=1)]
    if inside["r_hat"].isna().all():
        # R-hat compares chains; a chain alone has nothing to agree with.
        reasons.append(WORDS["reason one chain"])
    elif len(unknown):
        reasons.append(WORDS["reason unknown"].format(quantities=", ".join(unknown["quantity"].unique())))
    if divergences:
        reasons.append(WORDS["reason divergences"].format(n=divergences))
    for column, sign, bound in (("r_hat", -1, MAX_RHAT), ("ess_bulk", 1, MIN_ESS), ("ess_tail", 1, MIN_ESS)):
        known = inside[inside[column].notna()]
        if known.empty:
            continue
        worst = known.loc[(sign * known[column]).idxmin()]
        if sign * worst[column] < sign * bound:
            told = {"value": f"{worst[column]:.4g}", "quantity": worst["quantity"], "bound": f"{bound:g}"}
            reasons.append(WORDS[f"reason {column}"].format(**told))
    if not bfmi > MIN_BFMI:
        reasons.append(WORDS["reason bfmi"].format(value=f"{bfmi:.2f}", bound=f"{MIN_BFMI:g}"))
    return Diagnostics(
        passed=not reasons,
        reasons=tuple(reasons),
        divergences=divergences,
        max_rhat=float(inside["r_hat"].max()),
        min_ess_bulk=float(inside["ess_bulk"].min()),
        min_ess_tail=float(inside["ess_tail"].min()),
        min_bfmi=bfmi,
        refitted=refitted,
    )
