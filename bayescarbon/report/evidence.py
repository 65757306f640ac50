"""``evidence.csv``: every row that the posterior was conditioned on, and which quantities it tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from bayescarbon.evidence.literature import library
from bayescarbon.evidence.quantities import composites, instruments, quantities, readings
from bayescarbon.model.tables import dataset_frame

if TYPE_CHECKING:
    import xarray as xr

EVIDENCE = (
    "id", "origin", "quantity", "bears_on", "species", "site", "season", "kind", "value", "sd", "n", "low", "high",
    "unit", "method", "source", "note",
)  # fmt: skip
#: Kind of the rows that stand for all rows of a study's table that bear on one quantity at one place.
TABLE = "table"


class HasData(Protocol):
    """What the evidence needs of a fit."""

    @property
    def data(self) -> xr.DataTree:
        """Its groups; without ``observed_data`` there is no table."""
        ...


def evidence_table(fit: HasData) -> pd.DataFrame | None:
    """Return ``evidence.csv``, or None if the fit kept no rows.

    Parameters
    ----------
    fit : HasData
        The fit.

    Returns
    -------
    DataFrame
        One line per row of evidence, in the unit of its quantity, with what the library remarks on it; then one line
        per table with a likelihood of its own, quantity and place, where ``n`` counts its rows. ``bears_on`` lists
        quantities, separated by ``|``.
    """
    if "/observed_data" not in fit.data.groups:
        return None
    told = fit.data["observed_data"].to_dataset()
    rows = pd.DataFrame({str(name): values.values for name, values in told.data_vars.items()})
    known = quantities() | composites() | instruments() | readings()
    notes = library().set_index("id")["note"]
    ids = pd.Series(told["row"].values.astype(str))
    rows = rows.assign(
        id=ids,
        unit=[known[name].unit for name in rows["quantity"]],
        note=ids.map(notes).fillna(""),
    )
    return pd.concat([rows, _tables(fit)], ignore_index=True).reindex(columns=list(EVIDENCE))


def _tables(fit: HasData) -> pd.DataFrame:
    """Return the tables with likelihoods of their own in the columns of the evidence."""
    if "/table_bearing" not in fit.data.groups:
        return pd.DataFrame()
    found = dataset_frame(fit.data["table_bearing"].to_dataset())
    blank = dict.fromkeys(("season", "method", "source", "note", "unit"), "")
    numbers = dict.fromkeys(("value", "sd", "low", "high"), np.nan)
    return found.assign(
        id=found["table"] + ":" + found["quantity"].str.cat([found["species"], found["site"]], sep=":"),
        origin="farm",
        bears_on=found["quantity"],
        kind=TABLE,
        n=found["n_rows"],
        **blank,
        **numbers,
    )
