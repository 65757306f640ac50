"""The tables `harvest`, `water` and `sampling` of a study: batches, sea water and the cost of measuring."""

from __future__ import annotations

import pandas as pd

from bayescarbon.errors import Problem, suggest
from bayescarbon.evidence.quantities import composites, quantities
from bayescarbon.study.cells import Typed, remark, report
from bayescarbon.study.findings import Checked
from bayescarbon.study.settings import Settings
from bayescarbon.study.species import foreign_sites, resolve_species
from bayescarbon.translation import _

HARVEST_CV = 0.02
STOCKED_T = 0.0
FIXED_COST = 0.0
#: A mean live weight this many times above or below what is expected is a mistake of unit or of count.
WEIGHT_FACTOR = 20.0
#: Outside of this a culture cycle is unusual; below it months, and above it hours, may have been written.
USUAL_DAYS = (60.0, 2500.0)

#: Scope of the sum over batches in the results, and how that over the batches of a farm begins.
TOTAL, FARM_SCOPE = "total", "farm:"


def read_harvest(typed: Typed, settings: Settings) -> Checked:
    """Check the batches.

    Parameters
    ----------
    typed : Typed
        The table as typed cells.
    settings : Settings
        For its species and a stated prior on live_weight.

    Returns
    -------
    DataFrame
        batch, site, species (accepted), group, harvest_t, cycle_days, individuals, farm, year, harvest_cv, stocked_t,
        emissions_t_co2e; NaN where not given.
    problems, warnings : list of Problem
    """
    frame, table = typed.frame.copy(), "harvest"
    repeated = frame["batch"].duplicated() & (frame["batch"] != "")
    problems = report(
        table,
        "batch",
        frame["batch"][repeated],
        _("stands in an earlier row already; every batch needs a name of its own."),
    )
    problems += report(
        table,
        "batch",
        frame["batch"][frame["batch"] == TOTAL],
        _("is what the results call the sum of all batches; give this batch another name."),
    )
    problems += report(
        table,
        "batch",
        frame["batch"][frame["batch"].str.startswith(FARM_SCOPE)],
        _(
            "begins with {prefix}, which is how the results call the sum of a farm's batches; give "
            "this batch another name.",
            prefix=FARM_SCOPE,
        ),
    )
    resolved = resolve_species(table, frame["species"], settings.taxa)
    problems += resolved.problems
    warnings = resolved.warnings
    problems += report(
        table,
        "species",
        frame["species"][resolved.groups == "ascidian"],
        _("is an ascidian; only shellfish can be a batch, foulers are counted by fouling_ratio."),
    )
    problems += _check_weight(typed, settings)
    days = frame["cycle_days"]
    odd = (days < USUAL_DAYS[0]) | (days > USUAL_DAYS[1])
    heavy = frame["stocked_t"] >= frame["harvest_t"]
    for column, rows, message in (
        ("cycle_days", odd, _("is an unusual length for a culture cycle; it is in days.")),
        ("stocked_t", heavy, _("is as much as was harvested, or more; both are live tonnes.")),
    ):
        if rows.any():
            numbers = frame.index[rows].tolist()
            warnings.append(remark(table, column, numbers, message, typed.text.loc[numbers[0], column]))
    frame["species"] = resolved.names
    frame.insert(list(frame.columns).index("species") + 1, "group", resolved.groups)
    frame["harvest_cv"] = frame["harvest_cv"].fillna(HARVEST_CV)
    frame["stocked_t"] = frame["stocked_t"].fillna(STOCKED_T)
    return frame.reset_index(drop=True), problems, warnings


def _check_weight(typed: Typed, settings: Settings) -> list[Problem]:
    """Refuse a batch whose harvest and count imply an impossible animal."""
    frame = typed.frame
    stated = settings.priors.get("live_weight")
    expected = stated.quantiles.q50 if stated else quantities()["live_weight"].prior.q50
    weight = frame["harvest_t"] * 1e6 / frame["individuals"]
    wrong = (weight > expected * WEIGHT_FACTOR) | (weight < expected / WEIGHT_FACTOR)
    return [
        Problem(
            "harvest",
            _(
                "makes {weight:.3g} g per animal (harvest_t / individuals), more than {factor:g} "
                "times off the {expected:g} g expected; write single animals and tonnes, or state "
                "[priors.live_weight] if it is true.",
                weight=weight[row],
                factor=WEIGHT_FACTOR,
                expected=expected,
            ),
            row=int(row),
            column="individuals",
            value=typed.text.loc[row, "individuals"],
        )
        for row in frame.index[wrong]
    ]


def read_water(typed: Typed, sites: list[str]) -> Checked:
    """Check the sea water; the bounds of the columns have been checked already.

    Parameters
    ----------
    typed : Typed
        The table as typed cells.
    sites : list of str
        Sites of `harvest`.
    """
    warnings = foreign_sites("water", typed.frame["site"], sites, _("informs no batch and is not used"))
    return typed.frame.reset_index(drop=True), [], warnings


def read_sampling(typed: Typed, settings: Settings, sites: list[str]) -> Checked:
    """Check what measuring would cost.

    Parameters
    ----------
    typed : Typed
        The table as typed cells.
    settings : Settings
        For its species.
    sites : list of str
        Sites of `harvest`.

    Returns
    -------
    DataFrame
        quantity, cost_per_sample, fixed_cost (0 where blank), max_samples (NaN), site, species ("" for all).
    problems, warnings : list of Problem
    """
    frame, table = typed.frame.copy(), "sampling"
    known = {**quantities(), **composites()}
    unknown = ~frame["quantity"].isin(list(known)) & (frame["quantity"] != "")
    problems = report(
        table,
        "quantity",
        frame["quantity"][unknown],
        lambda name: (
            _("is not a quantity.") + (suggest(name, known) or _(" `bayescarbon priors` lists them."))
        ),
    )
    resolved = resolve_species(table, frame["species"], settings.taxa)
    problems += resolved.problems
    strange = ~frame["site"].isin(["", *sites]) & bool(sites)
    problems += report(
        table,
        "site",
        frame["site"][strange],
        lambda name: (
            _("is not a site of `harvest`; correct it, or leave it empty for every site.")
            + suggest(name, sites)
        ),
    )
    frame["species"] = resolved.names
    keys = ["quantity", "site", "species"]
    repeated = frame.duplicated(keys) & ~unknown & ~resolved.unknown & (frame["quantity"] != "")
    problems += report(
        table,
        "quantity",
        frame["quantity"][repeated],
        _("has an earlier row for the same site and species already; keep one."),
    )
    frame["fixed_cost"] = frame["fixed_cost"].fillna(FIXED_COST)
    return frame.reset_index(drop=True), problems, resolved.warnings


def site_names(harvest: pd.DataFrame) -> list[str]:
    """Return the sites of the batches in the order of their first row."""
    return [str(site) for site in harvest["site"].unique() if site]


def days_of(harvest: pd.DataFrame) -> dict[str, float]:
    """Return the cycle length of each named batch in days; NaN where it was refused."""
    pairs = zip(harvest["batch"].tolist(), harvest["cycle_days"].astype(float).tolist(), strict=True)
    return {batch: days for batch, days in pairs if batch}
