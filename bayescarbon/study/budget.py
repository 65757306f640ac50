"""The table `budget` of a study: where the carbon of single animals went."""

from __future__ import annotations

import pandas as pd

from bayescarbon.accounting.animal import ANIMAL_INPUTS
from bayescarbon.evidence.literature import CLAIM
from bayescarbon.evidence.quantities import composites, quantities
from bayescarbon.study.cells import Typed, rows_in_words
from bayescarbon.study.farm_rows import row_numbers
from bayescarbon.study.findings import Checked, Findings
from bayescarbon.study.settings import Settings
from bayescarbon.translation import _

TABLE = "budget"
#: The quantities that a budget informs: all that the carbon of an animal follows from.
INFORMED = ANIMAL_INPUTS


def read_budget(
    typed: Typed,
    settings: Settings,
    harvest: pd.DataFrame | None,
    sites: list[str],
    evidence: pd.DataFrame,
) -> Checked:
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
    evidence : DataFrame
        The farm's own rows, which may be of the same source.

    Returns
    -------
    DataFrame
        individual, species (accepted), group, site, tissue_mgc, shell_mgc, deposited_mgc, released_mgc (mg C),
        source, cycle_days (d; the mean of the batches of that species at that site where blank).
    problems, warnings : list of Problem
    """
    rows = Findings(TABLE, typed)
    rows.resolve_species(settings.taxa, _("is an ascidian and has no shell; a budget here has one."))
    rows.tell_foreign_sites(sites)
    rows.repeated(
        ["individual", "species", "site"],
        rows.sound,
        _(
            "stands in an earlier row of the same species and site already; give each animal a label of "
            "its own, or keep one."
        ),
    )
    if harvest is not None:
        _fill_days(rows, harvest)
    _tell_repeats(rows, evidence)
    return rows.checked()


def budget_claims(budget: pd.DataFrame) -> pd.DataFrame:
    """Return what the sources of budgets observed through them, so that no other row of theirs counts it again.

    Parameters
    ----------
    budget : DataFrame
        Its source and species (accepted).

    Returns
    -------
    DataFrame
        The columns `CLAIM`, each claim once: for every budget that names its source the quantities of `INFORMED` and
        what is computed from them alone; species is "" where a quantity has one value for all.
    """
    informed = {name: quantities()[name] for name in INFORMED}
    informed |= {name: q for name, q in composites().items() if set(q.composite_of) <= set(INFORMED)}
    told = budget.loc[budget["source"] != "", ["source", "species"]].drop_duplicates()
    claims = [
        (source, name, species if "species" in quantity.levels else "")
        for source, species in told.itertuples(index=False, name=None)
        for name, quantity in informed.items()
    ]
    return pd.DataFrame(claims, columns=list(CLAIM)).drop_duplicates(ignore_index=True)


def _tell_repeats(rows: Findings, evidence: pd.DataFrame) -> None:
    """Warn of the farm's rows of a budget's own source: the parts of a balance are often given there one by one."""
    named = rows.sound & (rows.frame["source"] != "")
    for _claim, same in rows.frame[named].groupby(["source", "species"], sort=False):
        again = evidence.merge(budget_claims(same), on=list(CLAIM))
        if len(again):
            names = ", ".join(dict.fromkeys(again["quantity"]))
            rows.warn(
                "source",
                named & rows.frame.index.isin(same.index),
                _(
                    "is also the source of {rows} of `evidence` ({quantities}), which a budget informs too, "
                    "so one observation may count twice; keep the budget or those rows, or name the "
                    "sources apart where they are different measurements.",
                    rows=rows_in_words(row_numbers(again)),
                    quantities=names,
                ),
            )


def _fill_days(rows: Findings, harvest: pd.DataFrame) -> None:
    known = harvest.groupby(["species", "site"])["cycle_days"].mean().to_dict()
    pairs = zip(rows.frame["species"], rows.frame["site"], strict=True)
    days = pd.Series([known.get(pair, float("nan")) for pair in pairs], index=rows.frame.index, dtype=float)
    blank = ~rows.has("cycle_days")
    named = rows.typed.sound(["species", "site"]) & (rows.frame["species"] != "")
    rows.error(
        "cycle_days",
        blank & named & days.isna(),
        _(
            "is empty, and `harvest` has no batch of this species at this site to take it from; write "
            "the days over which the budget ran."
        ),
    )
    rows.frame["cycle_days"] = rows.frame["cycle_days"].where(~blank, days)
