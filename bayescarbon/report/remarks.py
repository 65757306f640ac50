"""Remarks that a reader of the numbers needs beside them: what the rows of a study cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bayescarbon.report.language import LANGUAGES, Language

if TYPE_CHECKING:
    import xarray as xr

_BURIAL = (
    "Burial at {site}: {rows} of oxygen uptake and no sediment core. Oxygen sees a (1 - B), never the buried fraction "
    "B alone, so burial_fraction stays about as uncertain as it was before ({share} % of the width of its prior, on "
    "the logit). What the result says of buried carbon there is mostly prior; three dated cores would tell more than "
    "any number of incubations.",
    "{site} 的埋藏：有 {rows}耗氧数据，没有沉积物柱样。耗氧只反映 a (1 - B)，不能单独反映埋藏率 B，"
    "因此 burial_fraction 的不确定性与先验相近（logit 尺度上的宽度为先验的 {share}%）。"
    "该处埋藏碳的结果主要来自先验；三根定年柱样比再多的培养实验更有信息。",
)
_BURIAL_NARROWED = (
    "Burial at {site}: {rows} of oxygen uptake and no sediment core. Oxygen sees a (1 - B), never the buried fraction "
    "B alone. Its interval is {share} % as wide as the prior's, on the logit, and that comes from other places, from "
    "the literature or from what was assumed about a: no core of this site stands behind it.",
    "{site} 的埋藏：有 {rows}耗氧数据，没有沉积物柱样。耗氧只反映 a (1 - B)，不能单独反映埋藏率 B。"
    "其区间宽度（logit 尺度）为先验的 {share}%，来自其他地点、文献或对 a 的假定，而不是本地点的柱样。",
)
#: From this share of the prior's width on, a posterior counts as about as wide.
ABOUT_AS_WIDE = 0.8


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
    message = _BURIAL if share >= ABOUT_AS_WIDE else _BURIAL_NARROWED
    english = "1 row" if n_oxygen_rows == 1 else f"{n_oxygen_rows} rows"
    rows = (english, f"{n_oxygen_rows} 条")
    place = LANGUAGES.index(language)
    return message[place].format(site=site, rows=rows[place], share=f"{100 * share:.0f}")


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
