"""Weighed gears: how much of the live mass is foulers, and of which kind.

The share of foulers is a sample of `fouling_ratio`. The kinds are a composition with zeros: shares follow a Dirichlet
about the site's mix, and a share below what a field balance resolves is recorded as zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt

from bayescarbon.model.families import Tensor
from bayescarbon.model.layout import TAXA, Layout, farm_site
from bayescarbon.model.measurements.model import At, MeasurementModel, Term, reading_rows
from bayescarbon.study import Study

#: Share of live mass below which a taxon, or all foulers of a gear, count as not there (assumed: 2 g in a kilogram).
RESOLVED_SHARE = 0.002
# How closely the gears of one site resemble each other: between one dominant kind, whichever it is, and near copies.
CONCENTRATION_MEDIAN, CONCENTRATION_LOG_SD = 6.0, 0.8


def fouling_rows(study: Study) -> pd.DataFrame:
    """Return the fouler share of each gear as an evidence row of `fouling_ratio`.

    Parameters
    ----------
    study : Study
        Its `fouling`.
    """
    rows: list[dict[str, object]] = []
    for gear, part in study.fouling.groupby("gear", sort=False):
        first, mass = part.iloc[0], part.set_index("taxon")["fresh_mass_kg"]
        share = float(mass[list(TAXA)].sum() / mass.sum())
        told: dict[str, object] = {"kind": "sample", "value": share, "n": 1.0}
        if share < RESOLVED_SHARE:
            told = {"kind": "below", "high": RESOLVED_SHARE, "n": 1.0}
        place = {name: first[name] for name in ("species", "group", "site", "season")}
        rows.append({"id": f"fouling:{gear}", "quantity": "fouling_ratio"} | place | told)
    return reading_rows(rows)


@dataclass(frozen=True)
class FoulerMix:
    """The kinds of foulers on gears (a `Term`).

    Attributes
    ----------
    table, nodes, information, parameters, bears_on
        As in `Term`; nodes run over sites and, within each, over `TAXA`.
    site : array of int (gear,)
        Place of each gear's site among those of the nodes.
    shares : array (gear, taxon)
        Shares of fouler live mass; 0 below the resolution.
    """

    nodes: np.ndarray
    information: np.ndarray
    site: np.ndarray
    shares: np.ndarray
    bears_on: pd.DataFrame
    table: str = "fouling"
    parameters: tuple[str, ...] = ("fouler_mix_concentration",)

    def log_likelihood(self, eta: At) -> Tensor:
        """Return the log density of a Dirichlet of which components below the resolution are censored.

        Parameters
        ----------
        eta : callable
            From nodes to their links.

        Notes
        -----
        To first order in the resolution r, a censored component adds the integral of x^(a-1) from 0 to r, which is
        r^a / a, and leaves the others as they are.
        """
        concentration = pm.LogNormal(
            "fouler_mix_concentration", np.log(CONCENTRATION_MEDIAN), CONCENTRATION_LOG_SD
        )
        shares = pm.Data("fouling_shares", self.shares)
        linked = eta(self.nodes).reshape((-1, len(TAXA)))
        raised = pt.exp(linked)
        alpha = concentration * (raised / raised.sum(axis=1, keepdims=True))[self.site]
        seen = shares > 0
        inside = (alpha - 1.0) * pt.log(pt.maximum(shares, RESOLVED_SHARE)) - pt.gammaln(alpha)
        below = alpha * np.log(RESOLVED_SHARE) - pt.gammaln(alpha + 1.0)
        return len(self.site) * pt.gammaln(concentration) + pt.switch(seen, inside, below).sum()

    def simulate(
        self, eta: np.ndarray, parameters: Mapping[str, np.ndarray], rng: np.random.Generator
    ) -> dict[str, np.ndarray]:
        """Return shares as the model would have them.

        Parameters
        ----------
        eta : array (sample, node)
            Links at `nodes`.
        parameters : mapping of str to array
            The concentration.
        rng : numpy.random.Generator
            Source of the draws.
        """
        raised = np.exp(eta.reshape(len(eta), -1, len(TAXA)))
        mix = (raised / raised.sum(axis=2, keepdims=True))[:, self.site]
        drawn = rng.gamma(parameters["fouler_mix_concentration"][:, None, None] * mix)
        return {"fouling_shares": resolved(drawn)}


def resolved(masses: np.ndarray) -> np.ndarray:
    """Return shares over the last axis, those below the resolution recorded as zero and the others raised to sum to 1.

    Parameters
    ----------
    masses : array (..., taxon)
        Live masses, not all zero.
    """
    shares = masses / masses.sum(axis=-1, keepdims=True)
    kept = np.where(shares < RESOLVED_SHARE, 0.0, shares)
    return kept / kept.sum(axis=-1, keepdims=True)


def fouler_mix(layout: Layout, study: Study) -> Term | None:
    """Return the mixes of a study's gears; gears without foulers tell nothing about their kinds.

    Parameters
    ----------
    layout : Layout
        Grown by the sites of the gears.
    study : Study
        Its `fouling`.
    """
    table = study.fouling[study.fouling["taxon"] != "host"]
    masses = table.pivot(index="gear", columns="taxon", values="fresh_mass_kg").reindex(columns=list(TAXA))
    where = table.groupby("gear")["site"].first().reindex(masses.index)
    total = table.groupby("gear")["fresh_mass_kg"].sum()
    weighed = study.fouling.groupby("gear")["fresh_mass_kg"].sum()
    fouled = (total / weighed).reindex(masses.index) >= RESOLVED_SHARE
    masses, where = masses[fouled], where[fouled]
    if masses.empty:
        return None
    sites = list(dict.fromkeys(where))
    nodes = np.array(
        [layout.cell(f"fouler_mix[{taxon}]", "", "", farm_site(site)) for site in sites for taxon in TAXA]
    )
    count = where.value_counts().reindex(sites).to_numpy(dtype=float)
    information = np.repeat(count * CONCENTRATION_MEDIAN / 4.0, len(TAXA))
    place = np.array([sites.index(site) for site in where])
    bears_on = pd.DataFrame({"quantity": "fouler_mix", "species": "", "site": where.to_numpy()})
    return FoulerMix(nodes, information, place, resolved(masses.to_numpy(dtype=float)), bears_on)


MODEL = MeasurementModel(
    table="fouling", informs=("fouling_ratio", "fouler_mix"), rows=fouling_rows, term=fouler_mix
)
