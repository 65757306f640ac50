"""The table `isotopes` of a study: shells with their water and tissue, from which the respired share follows."""

from __future__ import annotations

import pandas as pd

from bayescarbon.evidence.quantities import Z95, quantities
from bayescarbon.study.cells import Typed
from bayescarbon.study.findings import Checked, Findings
from bayescarbon.study.settings import Settings
from bayescarbon.translation import _

TABLE = "isotopes"
#: d13C of most shells, waters and tissues, permil VPDB.
USUAL = {"d13c_shell": (-12.0, 6.0), "d13c_dic": (-15.0, 4.0), "d13c_tissue": (-35.0, -10.0)}
#: A shell this far above what DIC alone gives is not explained by error: permil, and standard deviations.
HEAVY_PERMIL, HEAVY_SD = 3.0, 5.0
#: Standard errors of a d13C where the table states none, permil: a mass spectrometer on carbonate; water that changes
#: over the life of a shell; tissue that changes over it too (assumed).
DEFAULT_SD = {"d13c_shell": 0.1, "d13c_dic": 0.5, "d13c_tissue": 0.7}


def read_isotopes(typed: Typed, settings: Settings, sites: list[str]) -> Checked:
    """Check the shells.

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
        sample, species (accepted), group, site, mineral, d13c_shell, d13c_dic and d13c_tissue (permil), each followed
        by its ``_sd`` (NaN where not given).
    problems, warnings : list of Problem
    """
    rows = Findings(TABLE, typed)
    rows.resolve_species(settings.taxa, _("is an ascidian and has no shell; remove the row."))
    rows.tell_foreign_sites(sites)
    rows.repeated(
        ["sample", "species", "site"],
        rows.sound,
        _(
            "stands in an earlier row of the same species and site already; give each row a label of its "
            "own (S1-a, S1-b for two spots of one shell), or keep one."
        ),
    )
    _check_order(rows)
    _check_usual(rows)
    _check_mixture(rows)
    own = rows.frame["species"].map({name: taxon.mineral for name, taxon in settings.taxa.taxa.items()})
    rows.warn(
        "mineral",
        rows.sound & (rows.frame["mineral"] != own),
        _(
            "is not the mineral that makes up most of this species' shell; right where the sample is of "
            "the other layer of a mixed shell, otherwise correct it, because the two minerals differ by "
            "1.7 permil."
        ),
    )
    return rows.checked()


def _check_order(rows: Findings) -> None:
    """Tissue is the lightest of the three; where it is not, two columns have changed places."""
    shell, dic, tissue = (rows.frame[name] for name in USUAL)
    measured = rows.typed.sound(list(USUAL))
    # Which of the two is the lightest tells what stands in its place.
    rows.error(
        "d13c_dic",
        measured & (dic <= tissue) & (dic <= shell),
        _(
            "is not heavier than d13c_tissue, but dissolved inorganic carbon always is; are the columns "
            "d13c_dic and d13c_tissue swapped, or is a minus sign missing?"
        ),
    )
    rows.error(
        "d13c_shell",
        measured & (shell <= tissue) & (shell < dic),
        _(
            "is not heavier than d13c_tissue, but a shell always is; are the columns d13c_shell and "
            "d13c_tissue swapped, or is a minus sign missing?"
        ),
    )


def _check_usual(rows: Findings) -> None:
    for name, (low, high) in USUAL.items():
        value = rows.frame[name]
        rows.warn(
            name,
            rows.sound & ((value < low) | (value > high)),
            _(
                "is outside the usual range of {low:g} to {high:g} permil (VPDB); check the sign, scale "
                "and column.",
                low=low,
                high=high,
            ),
        )


def _check_mixture(rows: Findings) -> None:
    """Warn of shells that no share f between 0 and 1 makes out of DIC and respired carbon.

    Respired carbon is as light as the tissue, so a shell lighter than its DIC is what respiration gives; it is odd
    only where all of the shell's carbon would have to be respired, and more than that.
    """
    enrichment = quantities()["isotope_enrichment"].by
    middle = rows.frame["mineral"].map({name: q.q50 for name, q in enrichment.items()}).astype(float)
    spread = rows.frame["mineral"].map({name: (q.q95 - q.q05) / (2 * Z95) for name, q in enrichment.items()})
    squares = spread.astype(float) ** 2
    for name in ("d13c_shell", "d13c_dic"):
        squares = squares + rows.frame[f"{name}_sd"].fillna(DEFAULT_SD[name]) ** 2
    heavier: pd.Series[float] = rows.frame["d13c_shell"] - rows.frame["d13c_dic"] - middle
    limit = (HEAVY_SD * squares**0.5).clip(upper=HEAVY_PERMIL)
    rows.warn(
        "d13c_shell",
        rows.sound & (heavier > limit),
        _(
            "is heavier than DIC and the enrichment of its mineral explain, so the respired share would "
            "be below 0; check d13c_dic (was it measured where and when the shell grew?) and the mineral."
        ),
    )
    lightest = rows.frame["d13c_tissue"] + middle
    rows.warn(
        "d13c_shell",
        rows.sound & (rows.frame["d13c_shell"] < lightest),
        _(
            "is so much lighter than DIC that the respired share would be above 1; check d13c_shell, and "
            "whether DIC and shell are of the same water."
        ),
    )
