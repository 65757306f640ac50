"""The table `traps` of a study: what fell into sediment traps under the farm and beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bayescarbon.study.cells import Typed, remark
from bayescarbon.study.compare import far_from_prior
from bayescarbon.study.findings import Checked, Findings
from bayescarbon.study.measured import CONTROL, FARM
from bayescarbon.study.settings import Settings
from bayescarbon.translation import _

TABLE = "traps"
#: Stirred-up mud in a trap may hold next to no carbon; only a catch that is rich in it is odd.
_RICH = 0.1


def read_traps(typed: Typed, settings: Settings, sites: list[str]) -> Checked:
    """Check the traps.

    Parameters
    ----------
    typed : Typed
        The table as typed cells.
    settings : Settings
        For its species and stated priors.
    sites : list of str
        Sites of `harvest`.

    Returns
    -------
    DataFrame
        trap, site, kind, dry_mass_mg, days, species (accepted, "" where not given), group, individuals (0 for a
        control), area_m2 (all given or all NaN), season, carbon_fraction, shell_length_mm, dry_weight_g.
    problems, warnings : list of Problem
    """
    rows = Findings(TABLE, typed)
    rows.resolve_species(settings.taxa)
    rows.resolve_seasons()
    rows.tell_foreign_sites(sites)
    rows.repeated(
        ["trap", "site", "season", "kind"],
        rows.sound,
        _(
            "stands in an earlier row of the same site, season and kind already; give repeated "
            "deployments labels of their own (T1-a, T1-b)."
        ),
    )
    _check_animals(rows)
    _check_areas(rows)
    background = _background(rows.frame)
    _check_controls(rows)
    _check_catch(rows, background, settings)
    control = rows.frame["kind"] == CONTROL
    rows.frame.loc[control, "individuals"] = rows.frame.loc[control, "individuals"].fillna(0.0)
    return rows.checked()


def _check_animals(rows: Findings) -> None:
    kind, individuals = rows.frame["kind"], rows.frame["individuals"]
    counted = rows.typed.sound(["individuals"])
    rows.error(
        "individuals",
        (kind == CONTROL) & (individuals > 0),
        _("stands at a control trap, which catches the deposits of no animal; write 0, or `farm` in `kind`."),
    )
    rows.error(
        "individuals",
        (kind == FARM) & counted & ~(individuals > 0),
        _(
            "must be above 0 for a farm trap; write how many animals' deposits fall into it, or "
            "`control` in `kind`."
        ),
    )
    rows.error(
        "species",
        (kind == FARM) & ~rows.has("species"),
        _("is empty; a farm trap needs the species above it, because the deposits differ between species."),
    )


def _check_areas(rows: Findings) -> None:
    given = rows.has("area_m2")
    if given.any():
        rows.together(
            "area_m2",
            ~given,
            _(
                "is empty while other traps have one; give the mouth area of every trap, or of none "
                "where all are alike."
            ),
        )


def _rates(frame: pd.DataFrame) -> pd.Series[float]:
    """Catch per day and mouth area, mg/m2/d (or mg/d where no area is given)."""
    return frame["dry_mass_mg"] / frame["days"] / frame["area_m2"].fillna(1.0)


def _background(frame: pd.DataFrame) -> pd.Series[float]:
    """Mean rate of the controls of each farm trap: those of its site, in its season or in none; NaN without any."""
    farm, control = frame[frame["kind"] == FARM], frame[frame["kind"] == CONTROL]
    background = pd.Series(np.nan, index=frame.index)
    rates = _rates(control)
    for (site, season), traps in farm.groupby(["site", "season"]):
        own = control["site"] == site
        if season:
            own &= control["season"].isin(["", season])
        if own.any():
            background[traps.index] = rates[own].mean()
    return background


def _has_control(frame: pd.DataFrame) -> pd.Series[bool]:
    # A control whose own cells are refused is still a control.
    return _background(frame.assign(dry_mass_mg=1.0, days=1.0, area_m2=1.0)).notna()


def _check_controls(rows: Findings) -> None:
    """Without a control nothing tells the farm's deposits from what sinks there anyway."""
    # Where a kind, site or season was refused, the control may be that row.
    readable = rows.typed.sound(["kind", "site"]) & ~(rows.has("season") & (rows.frame["season"] == ""))
    if readable.all():
        lone = rows.frame[(rows.frame["kind"] == FARM) & ~_has_control(rows.frame)]
        for (site, season), traps in lone.groupby(["site", "season"], sort=False):
            when = _(" in {season}", season=season) if season else ""
            advice = _(", of {season} or without a season", season=season) if season else ""
            rows.problems.append(
                remark(
                    TABLE,
                    "site",
                    traps.index.tolist(),
                    _(
                        "has farm traps but no control trap{when}; add a row of kind `control`{advice}, "
                        "because only the difference to it is the farm's.",
                        when=when,
                        advice=advice,
                    ),
                    str(site),
                )
            )
            rows.sound[traps.index] = False
    farmed = set(rows.frame.loc[rows.frame["kind"] == FARM, "site"])
    idle = rows.sound & (rows.frame["kind"] == CONTROL) & ~rows.frame["site"].isin(list(farmed))
    rows.warn("site", idle, _("has control traps but no farm trap, so they inform nothing."))


def _check_catch(rows: Findings, background: pd.Series[float], settings: Settings) -> None:
    """Warn of catches whose unit or count of animals cannot be right."""
    frame = rows.frame
    farm = rows.sound & (frame["kind"] == FARM)
    net = _rates(frame) - background
    for _place, traps in frame[farm].groupby(["site", "season"], sort=False):
        if net[traps.index].mean() <= 0:
            rows.warn(
                "dry_mass_mg",
                pd.Series(frame.index.isin(traps.index), index=frame.index),
                _(
                    "the farm traps here caught no more per day than the controls, so they show no "
                    "deposits of the farm; check `kind` and the masses."
                ),
            )
    rate = net * frame["area_m2"].fillna(1.0) / frame["individuals"]
    far = farm & far_from_prior("biodeposition_rate", rate, settings)
    if far.any():
        rows.warn(
            "dry_mass_mg",
            far,
            _(
                "makes {rate:.3g} mg per animal and day, far from anything reported; the mass is in mg, "
                "and `individuals` are only those whose deposits fall into this trap.",
                rate=rate[far].iloc[0],
            ),
        )
    rows.warn(
        "carbon_fraction",
        rows.sound
        & (frame["carbon_fraction"] > _RICH)
        & far_from_prior("biodeposit_carbon", frame["carbon_fraction"], settings),
        _(
            "is unlike the organic carbon of any deposits reported; it is carbon (not organic matter, "
            "not total with carbonate) per dry mass, as a fraction."
        ),
    )
