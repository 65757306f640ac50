"""The table `oxygen` of a study: oxygen uptake of the bed, and the carbon that falls on it."""

from __future__ import annotations

from bayescarbon.evidence.units import MOLAR_MASS
from bayescarbon.study.cells import Typed
from bayescarbon.study.findings import Checked, Findings
from bayescarbon.study.measured import FARM
from bayescarbon.translation import _

TABLE = "oxygen"
#: Carbon respired per carbon that falls, beyond which a unit is wrong: old carbon explains far less.
LARGEST_LOSS = 20.0


def read_oxygen(typed: Typed, traps: Typed | None, sites: list[str]) -> Checked:
    """Check the incubations.

    Parameters
    ----------
    typed : Typed
        The table as typed cells.
    traps : Typed or None
        The table `traps` as typed cells, from which a flux that is not given is computed; None if it could not be read.
    sites : list of str
        Sites of `harvest`.

    Returns
    -------
    DataFrame
        core, site, oxygen_uptake (mmol O2/m2/d), carbon_flux and carbon_flux_sd (mg C/m2/d, NaN where not given),
        season. A row without a flux has farm traps with area and carbon at its site.
    problems, warnings : list of Problem
    """
    rows = Findings(TABLE, typed)
    rows.resolve_seasons()
    rows.tell_foreign_sites(sites)
    rows.repeated(
        ["core", "site", "season"],
        rows.sound,
        _(
            "stands in an earlier row of the same site and season already; give each core a label of its "
            "own, or keep one."
        ),
    )
    blank = ~rows.has("carbon_flux")
    rows.error(
        "carbon_flux_sd",
        blank & rows.has("carbon_flux_sd"),
        _("stands without a carbon_flux; write the flux too, or empty it."),
    )
    bare = blank & ~rows.has("carbon_flux_sd") & rows.typed.sound(["site"])
    # A trap whose site cannot be read may be the one.
    if traps is None or traps.bad["site"].any():
        bare &= False
    else:
        bare &= ~rows.frame["site"].isin(_with_flux(traps))
    rows.error(
        "carbon_flux",
        bare,
        _(
            "is empty, and the site has no farm trap with area_m2 and carbon_fraction in `traps` to "
            "compute it from; write the flux, or add those to the traps."
        ),
    )
    loss = rows.frame["oxygen_uptake"] * MOLAR_MASS["C"] / rows.frame["carbon_flux"]
    rows.warn(
        "oxygen_uptake",
        rows.sound & (loss > LARGEST_LOSS),
        _(
            "respires more than {limit:g} times the carbon that falls on the bed; oxygen_uptake "
            "is in mmol O2 and carbon_flux in mg C, both per m2 and day.",
            limit=LARGEST_LOSS,
        ),
    )
    return rows.checked()


def _with_flux(traps: Typed) -> list[str]:
    """Sites whose farm traps give a flux of carbon; cells that were refused are reported there."""
    given = (traps.text["area_m2"] != "") & (traps.text["carbon_fraction"] != "")
    farm = (traps.frame["kind"] == FARM) | traps.bad["kind"]
    return traps.frame.loc[given & farm, "site"].unique().tolist()
