"""The tables `sediment` and `endmembers` of a study: isotopes of the bed, and of what it may be made of."""

from __future__ import annotations

import pandas as pd

from bayescarbon.errors import Problem
from bayescarbon.study.cells import Typed
from bayescarbon.study.findings import Checked, Findings
from bayescarbon.translation import _

SEDIMENT, ENDMEMBERS = "sediment", "endmembers"
#: The first word in the name of the farm's own source.
FARM_SOURCES = ("farm", "biodeposit", "biodeposits", "生物沉积", "生物沉积物")
#: Further than this outside all sources, in their standard deviations, a sample is made of something else.
OUTSIDE_SD = 3.0
#: Organic matter of coastal beds and their sources, permil.
USUAL = {"d13c": (-40.0, -5.0), "d15n": (-5.0, 25.0)}


def is_farm_source(name: str) -> bool:
    """Whether a source is the farm's own deposits, by the first word of its name: farmland is none of them."""
    folded = name.casefold()
    return any(
        folded.startswith(word) and not folded[len(word) : len(word) + 1].isalnum() for word in FARM_SOURCES
    )


def read_endmembers(typed: Typed, needed: bool, told: bool) -> Checked:
    """Check the sources.

    Parameters
    ----------
    typed : Typed
        The table as typed cells.
    needed : bool
        Whether the study has a table `sediment`.
    told : bool
        Whether the study has a table `endmembers`, readable or not.

    Returns
    -------
    DataFrame
        source, d13c, d13c_sd, d15n, d15n_sd (permil; d15n and its sd are all there or all NaN).
    problems, warnings : list of Problem
    """
    rows = Findings(ENDMEMBERS, typed)
    source = rows.frame["source"]
    again = source.str.casefold().duplicated() & (source != "")
    rows.error("source", again, _("stands in an earlier row already; a source has one row."))
    if told and not needed:
        rows.problems.append(
            Problem(
                ENDMEMBERS,
                _(
                    "tells the sources of `sediment` apart, but there is no such table; add it, or "
                    "remove this."
                ),
            )
        )
    elif needed and not told:
        rows.problems.append(
            Problem(
                SEDIMENT,
                _(
                    "needs the table `endmembers` with the isotopes of the sources; add it, or remove "
                    "`sediment`."
                ),
            )
        )
    if len(source) == 1:
        rows.problems.append(
            Problem(
                ENDMEMBERS,
                _("has one source; at least two are needed, the farm's own and what else sinks there."),
                column="source",
            )
        )
    own = source.map(is_farm_source).astype(bool)
    rows.warn(
        "source",
        source.str.casefold().str.startswith(FARM_SOURCES) & ~own,
        _(
            "begins like the farm's own source but with another word, so it counts as another source; if "
            "it is the farm's, write `farm` or `biodeposits` as a word of its own."
        ),
    )
    if len(source) > 1 and not (own | rows.typed.bad["source"]).any():
        rows.problems.append(
            Problem(
                ENDMEMBERS,
                _(
                    "no source is the farm's own, and its share is what is asked; begin its name with "
                    "the word `farm` or `biodeposits` (or 生物沉积)."
                ),
                column="source",
            )
        )
    _check_usual(rows)
    paired = rows.has("d15n") & rows.has("d15n_sd")
    if (rows.has("d15n") | rows.has("d15n_sd")).any() and not paired.all():
        rows.warn(
            "d15n",
            ~paired,
            _(
                "is not given for every source together with d15n_sd, so d15n is not used at all and "
                "d13c has to tell the sources apart."
            ),
        )
        rows.frame[["d15n", "d15n_sd"]] = float("nan")
    return rows.checked()


def read_sediment(typed: Typed, sources: pd.DataFrame, sites: list[str]) -> Checked:
    """Check the samples of the bed against the sources.

    Parameters
    ----------
    typed : Typed
        The table as typed cells.
    sources : DataFrame
        As `read_endmembers` returns them.
    sites : list of str
        Sites of `harvest`.

    Returns
    -------
    DataFrame
        sample, site, d13c, d15n (permil; NaN where not given, or where the sources have none).
    problems, warnings : list of Problem
    """
    rows = Findings(SEDIMENT, typed)
    rows.tell_foreign_sites(sites, _("is compared with no batch"))
    rows.repeated(
        ["sample", "site"],
        rows.sound,
        _(
            "stands in an earlier row of the same site already; give each sample a label of its own, or "
            "keep one."
        ),
    )
    _check_usual(rows)
    if sources["d15n"].isna().all():
        rows.frame["d15n"] = float("nan")
    for tracer in USUAL:
        low = (sources[tracer] - OUTSIDE_SD * sources[f"{tracer}_sd"]).min()
        high = (sources[tracer] + OUTSIDE_SD * sources[f"{tracer}_sd"]).max()
        value = rows.frame[tracer]
        rows.warn(
            tracer,
            rows.sound & ((value < low) | (value > high)),
            _(
                "lies outside all sources ({low:.4g} to {high:.4g} permil with {deviations:g} sd), so no "
                "mixture of them gives it; is a source missing?",
                low=low,
                high=high,
                deviations=OUTSIDE_SD,
            ),
        )
    tracers = 1 + rows.frame["d15n"].notna().astype(int)
    rows.warn(
        "sample",
        rows.sound & (tracers + 1 < len(sources)),
        _(
            "the shares of {n} sources are not determined by fewer than {needed} tracers; they stay wide "
            "and lean on their prior. Join sources that need not be told apart, or add d15n.",
            n=len(sources),
            needed=len(sources) - 1,
        ),
    )
    return rows.checked()


def _check_usual(rows: Findings) -> None:
    for name, (low, high) in USUAL.items():
        value = rows.frame[name]
        rows.warn(
            name,
            rows.sound & ((value < low) | (value > high)),
            _(
                "is outside the usual range of {low:g} to {high:g} permil; check the sign and the column.",
                low=low,
                high=high,
            ),
        )
