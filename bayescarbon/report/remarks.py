"""Remarks that a reader of the numbers needs beside them: what the rows of a study cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bayescarbon.checks.air_sea import CAVEAT
from bayescarbon.checks.budgets import IMPLAUSIBLE
from bayescarbon.checks.mixing import WANTED_ESS
from bayescarbon.report.language import Language, in_language, joined_sentences, text
from bayescarbon.report.names import called, item_name

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

#: From this share of the prior's width on, a posterior counts as about as wide.
ABOUT_AS_WIDE = 0.8
#: Samples this many standard errors off every mixture of their sources are not explained by chance.
OFF_EVERY_MIXTURE = 2.0


class Draws(Protocol):
    """What the remarks need of a fit."""

    @property
    def data(self) -> xr.DataTree:
        """Its groups ``prior``, ``posterior`` and ``observed_data``."""
        ...


def burial_remark(
    site: str,
    n_oxygen_rows: int,
    n_core_rows: int,
    prior_width: float,
    posterior_width: float,
    language: Language,
) -> str | None:
    """Say that oxygen rows without cores leave the long-term burial fraction open.

    Parameters
    ----------
    site : str
        Where.
    n_oxygen_rows : int
        Rows of oxygen uptake there: of the table ``oxygen``, and of burial fractions by oxygen.
    n_core_rows : int
        Rows of burial fractions by sediment core there.
    prior_width, posterior_width : float
        Width of the 90 % interval of the burial fraction, on the logit.
    language : {"en", "zh"}
        In which language.

    Returns
    -------
    str or None
        None where there are no oxygen rows, or a core stands beside them.
    """
    if n_oxygen_rows == 0 or n_core_rows > 0:
        return None
    share = posterior_width / prior_width
    message = "remark burial" if share >= ABOUT_AS_WIDE else "remark burial narrowed"
    rows = _count("row", n_oxygen_rows, language)
    return text(message, language, {"site": site, "rows": rows, "share": f"{100 * share:.0f}"})


def burial_remarks(fit: Draws, language: Language) -> list[str]:
    """Return the remarks on burial of a fit, one per site of the harvest that needs one.

    Parameters
    ----------
    fit : Draws
        A fit, also one that was loaded from a file.
    language : {"en", "zh"}
        In which language.
    """
    prior, posterior = (fit.data[group].to_dataset()["burial_fraction"] for group in ("prior", "posterior"))
    told = fit.data["observed_data"].to_dataset()
    farm = told["origin"].values == "farm"
    quantity, method, where = (told[name].values for name in ("quantity", "method", "site"))
    oxygen = farm & ((quantity == "oxygen_per_flux") | (method == "oxygen"))
    core = farm & (quantity == "burial_fraction") & (method == "core")
    found = []
    for site in posterior["site"].values:
        here = where == site
        found.append(
            burial_remark(
                str(site),
                int((oxygen & here).sum()),
                int((core & here).sum()),
                _logit_width(prior.sel(site=site).values),
                _logit_width(posterior.sel(site=site).values),
                language,
            )
        )
    return [remark for remark in found if remark is not None]


def _logit_width(fraction: Sequence[float] | np.ndarray) -> float:
    low, high = np.quantile(fraction, [0.05, 0.95])
    return float(np.log(high / (1 - high)) - np.log(low / (1 - low)))


def predictive_remarks(checks: pd.DataFrame, language: Language) -> list[str]:
    """Return what the predictive checks found, one sentence per quantity and stage; empty if there is nothing.

    Parameters
    ----------
    checks : DataFrame
        As `predictive_checks.checks_table` returns it.
    language : {"en", "zh"}
        In which language.
    """
    told = []
    for row in checks[checks["note"] != ""].to_dict("records"):
        found = [in_language(phrase, language) for phrase in row["note"].split("; ")]
        values = {
            "quantity": called("quantity", row["quantity"], language),
            "stage": text(f"predictive {row['stage']}", language),
            "findings": joined_sentences(found, language),
        }
        told.append(text("remark predictive", language, values))
    return told


def sediment_remarks(sources: xr.Dataset, language: Language) -> list[str]:
    """Return what a reader must know of the shares of sediment sources before using them.

    Parameters
    ----------
    sources : xarray.Dataset
        As `checks.sediment.sediment_sources` returns it.
    language : {"en", "zh"}
        In which language.
    """
    told = []
    n_sources = sources.sizes["source"]
    for site in sources["site"].values:
        here = sources.sel(site=site)
        n_tracers, proposals = (int(here[name].item()) for name in ("n_tracers", "proposals"))
        misfit, ess = (float(here[name].item()) for name in ("misfit", "ess"))
        if n_sources > n_tracers + 1:
            tracers = _count("tracer", n_tracers, language)
            values = {"site": site, "sources": n_sources, "tracers": tracers}
            told.append(text("remark many sources", language, values))
        if misfit > OFF_EVERY_MIXTURE:
            told.append(text("remark no mixture", language, {"site": site, "misfit": f"{misfit:.1f}"}))
        if ess < WANTED_ESS:
            values = {"site": site, "ess": f"{ess:.0f}", "proposals": proposals}
            told.append(text("remark few draws", language, values))
    return told


def air_sea_remarks(fluxes: pd.DataFrame, language: Language) -> list[str]:
    """Return the verdict on the measured flux of each site.

    Parameters
    ----------
    fluxes : DataFrame
        As `checks.air_sea.air_sea_check` returns it.
    language : {"en", "zh"}
        In which language.
    """
    told = []
    for row in fluxes.to_dict("records"):
        verdict = in_language(row["verdict"].removesuffix(CAVEAT).strip(), language)
        values = {"site": row["site"], "verdict": verdict, "caveat": in_language(CAVEAT, language)}
        told.append(text("remark flux", language, values))
    return told


def budget_remarks(budgets: pd.DataFrame, language: Language) -> list[str]:
    """Return what the posterior finds implausible, one sentence per published budget; empty if there is nothing.

    Parameters
    ----------
    budgets : DataFrame
        As `checks.budgets.budget_table` returns it.
    language : {"en", "zh"}
        In which language.
    """
    told = []
    for name, rows in budgets[budgets["verdict"] == IMPLAUSIBLE].groupby("budget", sort=False):
        items = []
        for row in rows.to_dict("records"):
            p = row["p_two_sided"]
            shown = "< 0.001" if p < 0.001 else f"= {p:.2g}"
            values = {"item": item_name(row["item"], language), "factor": f"{row['factor']:.2g}", "p": shown}
            items.append(text("budget item", language, values))
        species = rows["compared_with"].iloc[0]
        values = {
            "budget": in_language(name, language),
            "species": species,
            "items": joined_sentences(items, language),
        }
        told.append(text("remark budget", language, values))
    return told


def _count(what: str, number: int, language: Language) -> str:
    return text(f"one {what}" if number == 1 else f"several {what}s", language, {"n": number})
