"""The table `fouling` of a study: gear weighed by taxon, the farmed animals and what grew on them."""

from __future__ import annotations

import pandas as pd

from bayescarbon.study.cells import Typed
from bayescarbon.study.compare import far_from_prior
from bayescarbon.study.findings import Checked, Findings
from bayescarbon.study.measured import FOULER_TAXA, HOST
from bayescarbon.study.settings import Settings
from bayescarbon.translation import _

TABLE = "fouling"
_OF_A_GEAR = ("site", "species", "season")


def read_fouling(typed: Typed, settings: Settings, sites: list[str]) -> Checked:
    """Check the weighings and complete each gear.

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
        gear, site, species (accepted, of the host), group, taxon, fresh_mass_kg (kg live), season: for each gear one
        row of the host and of each of mussel, oyster, ascidian and other, 0 where a taxon was not found.
    problems, warnings : list of Problem
    """
    rows = Findings(TABLE, typed)
    rows.resolve_species(
        settings.taxa,
        _("is an ascidian; `species` is the farmed shellfish on the gear, and a fouler stands in `taxon`."),
    )
    rows.resolve_seasons()
    rows.tell_foreign_sites(sites)
    _check_gears(rows)
    _check_hosts(rows)
    whole = _complete(rows.frame)
    if rows.sound.all():
        _check_share(rows, whole, settings)
    return whole, rows.problems, rows.warnings


def _check_gears(rows: Findings) -> None:
    """One label, one gear: of one species, at one site, weighed once."""
    gear = rows.frame["gear"]
    for column in _OF_A_GEAR:
        value = rows.frame[column].where(rows.sound)
        # The first sound row of a gear says what the gear is.
        first = value.groupby(gear).transform("first")
        rows.error(
            column,
            rows.sound & (gear != "") & (value != first),
            _(
                "is not the {column} of the other rows of this gear; write the same in every row, or "
                "give each gear and each weighing a label of its own.",
                column=column,
            ),
        )
    rows.error(
        "taxon",
        rows.sound & (gear != "") & rows.frame.duplicated(["gear", "taxon"]) & (rows.frame["taxon"] != ""),
        _(
            "stands in an earlier row of this gear already; add the two masses up, or give the second "
            "gear a label of its own."
        ),
    )


def _check_hosts(rows: Findings) -> None:
    """Foulers are a share of the whole, so the farmed animals have to be weighed too."""
    gear, taxon = rows.frame["gear"], rows.frame["taxon"]
    host = taxon == HOST
    # Where a taxon was refused, it may be the host.
    hosted = (host | rows.typed.bad["taxon"]).groupby(gear).transform("any")
    for name in gear[(gear != "") & ~hosted].unique():
        rows.together(
            "gear",
            gear == name,
            _("has no row with the taxon `host`; add the live mass of the farmed animals on it."),
        )
    rows.error(
        "fresh_mass_kg",
        host & (rows.frame["fresh_mass_kg"] == 0),
        _(
            "is 0 for the host; a gear without farmed animals shows no share of foulers: write their "
            "live mass, or remove the gear."
        ),
    )


def _complete(frame: pd.DataFrame) -> pd.DataFrame:
    """Give each gear a row of every taxon; what was weighed and not found is zero."""
    gears = frame.drop_duplicates("gear").drop(columns=["taxon", "fresh_mass_kg"])
    taxa = pd.DataFrame({"taxon": pd.Series([HOST, *FOULER_TAXA], dtype=object)})
    masses = frame.drop_duplicates(["gear", "taxon"])[["gear", "taxon", "fresh_mass_kg"]]
    whole = gears.merge(taxa, how="cross").merge(masses, how="left", on=["gear", "taxon"])
    whole["fresh_mass_kg"] = whole["fresh_mass_kg"].fillna(0.0)
    return whole[list(frame.columns)]


def _check_share(rows: Findings, whole: pd.DataFrame, settings: Settings) -> None:
    """Warn of gears with far more foulers than anything reported, as a slip between g and kg gives."""
    total = whole.groupby("gear", sort=False)["fresh_mass_kg"].sum()
    host = whole[whole["taxon"] == HOST].set_index("gear")["fresh_mass_kg"]
    share = 1.0 - host / total
    # A clean gear is no surprise, and has no logit.
    high = share[far_from_prior("fouling_ratio", share.where(share > 0.5), settings)]
    odd = rows.frame["gear"].isin(high.index.tolist())
    if odd.any():
        rows.warn(
            "gear",
            odd,
            _(
                "carries {share:.1%} foulers, far from anything reported; all masses of a gear are live, "
                "in kg.",
                share=high.iloc[0],
            ),
        )
