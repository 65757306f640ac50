"""The table `budget` of a study: where the carbon of single animals went."""

from __future__ import annotations

import pandas as pd

from bayescarbon.study.cells import Typed
from bayescarbon.study.findings import Checked, Findings
from bayescarbon.study.settings import Settings

TABLE = "budget"


def read_budget(typed: Typed, settings: Settings, harvest: pd.DataFrame | None, sites: list[str]) -> Checked:
    """Check the budgets.

    Parameters
    ----------
    typed : Typed
        The table as typed cells.
    settings : Settings
        For its species.
    harvest : DataFrame or None
        The batches, for the length of a budget that does not state it; None where they were refused themselves.
    sites : list of str
        Sites of `harvest`.

    Returns
    -------
    DataFrame
        individual, species (accepted), group, site, tissue_mgc, shell_mgc, deposited_mgc, released_mgc (mg C),
        source, cycle_days (d; the mean of the batches of that species at that site where blank).
    problems, warnings : list of Problem
    """
    rows = Findings(TABLE, typed)
    rows.resolve_species(settings.taxa, "is an ascidian and has no shell; a budget here has one.")
    rows.tell_foreign_sites(sites)
    rows.repeated(
        ["individual", "species", "site"],
        rows.sound,
        "stands in an earlier row of the same species and site already; give each animal a label of its own, or keep "
        "one.",
    )
    if harvest is not None:
        _fill_days(rows, harvest)
    return rows.checked()


def _fill_days(rows: Findings, harvest: pd.DataFrame) -> None:
    known = harvest.groupby(["species", "site"])["cycle_days"].mean().to_dict()
    pairs = zip(rows.frame["species"], rows.frame["site"], strict=True)
    days = pd.Series([known.get(pair, float("nan")) for pair in pairs], index=rows.frame.index, dtype=float)
    blank = ~rows.has("cycle_days")
    named = rows.typed.sound(["species", "site"]) & (rows.frame["species"] != "")
    rows.error(
        "cycle_days",
        blank & named & days.isna(),
        "is empty, and `harvest` has no batch of this species at this site to take it from; write the days over which "
        "the budget ran.",
    )
    rows.frame["cycle_days"] = rows.frame["cycle_days"].where(~blank, days)
