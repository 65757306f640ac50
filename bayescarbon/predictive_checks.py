"""Do the rows look as the model says rows look? Prior and posterior predictive checks, by quantity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import bdtrc

from bayescarbon.leave_one_out import loo_summary

if TYPE_CHECKING:
    import xarray as xr

#: Share of rows outside their interval that is to be expected.
OUTSIDE = 0.1
#: Probability below which a check is reported, of each tail.
SURPRISE = 0.01
#: Family-wise error of the leave-one-out test over the quantities.
LOO_ERROR = 0.05
CHECK_COLUMNS = (
    "quantity", "stage", "n_rows", "outside_90", "p_mean", "p_sd",
    "n_loo", "n_unreliable", "loo_p", "loo_p_holm", "note",
)  # fmt: skip


def predictive_table(observed: xr.Dataset, replicated: xr.Dataset, stage: str) -> pd.DataFrame:
    """Compare observed rows with replicated ones, by quantity.

    Parameters
    ----------
    observed : xarray.Dataset
        ``value`` and ``quantity`` along ``row``, as in the group observed_data.
    replicated : xarray.Dataset
        ``value`` (chain, draw, row), as in the groups prior_predictive and posterior_predictive.
    stage : {"prior", "posterior"}
        Goes into the column of that name.

    Returns
    -------
    DataFrame
        quantity, stage, n_rows, outside_90 (share of rows outside the central 90 % of their replicates), p_mean and
        p_sd (probability that the mean and the standard deviation over the rows are larger in a replicate; p_sd is
        NaN for one row).
    """
    values = replicated["value"].transpose("chain", "draw", "row").to_numpy()
    values = values.reshape(-1, values.shape[-1])
    rows = observed.sel(row=replicated["row"])
    seen, names = rows["value"].to_numpy().astype(float), rows["quantity"].to_numpy().astype(str)
    low, high = np.quantile(values, [OUTSIDE / 2, 1 - OUTSIDE / 2], axis=0)
    outside = (seen < low) | (seen > high)
    found = []
    for name in dict.fromkeys(names):
        here = np.flatnonzero(names == name)
        several = len(here) > 1
        spread = values[:, here].std(axis=1, ddof=1) if several else np.empty(0)
        found.append(
            {
                "quantity": name,
                "stage": stage,
                "n_rows": len(here),
                "outside_90": float(outside[here].mean()),
                "p_mean": float((values[:, here].mean(axis=1) > seen[here].mean()).mean()),
                "p_sd": float((spread > seen[here].std(ddof=1)).mean()) if several else float("nan"),
            }
        )
    return pd.DataFrame(found, columns=["quantity", "stage", "n_rows", "outside_90", "p_mean", "p_sd"])


def checks_table(
    observed: xr.Dataset, prior: xr.Dataset, posterior: xr.Dataset, pit: pd.DataFrame
) -> pd.DataFrame:
    """Return ``checks.csv``: prior and posterior predictive checks and leave-one-out tests of every quantity.

    Parameters
    ----------
    observed, prior, posterior : xarray.Dataset
        The groups observed_data, prior_predictive and posterior_predictive of a fit.
    pit : DataFrame
        As `leave_one_out.loo_pit` returns it.

    Returns
    -------
    DataFrame
        One row per quantity and stage; the leave-one-out columns stand with the stage ``posterior``.
    """
    table = pd.concat(
        [predictive_table(observed, prior, "prior"), predictive_table(observed, posterior, "posterior")],
        ignore_index=True,
    )
    loo = loo_summary(pit).assign(stage="posterior")
    table = table.merge(loo, on=["quantity", "stage"], how="left")
    table[["n_loo", "n_unreliable"]] = table[["n_loo", "n_unreliable"]].fillna(0).astype(int)
    table["note"] = ["; ".join(_findings(row)) for row in table.to_dict("records")]
    return table[list(CHECK_COLUMNS)]


def _findings(row: dict[str, float]) -> list[str]:
    found = []
    n, outside = int(row["n_rows"]), round(row["outside_90"] * row["n_rows"])
    if outside and bdtrc(outside - 1, n, OUTSIDE) < SURPRISE:
        found.append("more rows outside their intervals than chance allows")
    for column, what in (("p_mean", "mean"), ("p_sd", "spread")):
        if row[column] < SURPRISE:
            found.append(f"{what} of the rows larger than predicted")
        elif row[column] > 1 - SURPRISE:
            found.append(f"{what} of the rows smaller than predicted")
    if row["loo_p_holm"] < LOO_ERROR:
        found.append("rows are not spread as the other rows predict")
    return found
