"""Carbon isotopes of shells: how much of the carbonate's carbon the animal had respired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt

from bayescarbon.accounting.isotopes import shell_isotopes
from bayescarbon.model.families import Tensor
from bayescarbon.model.layout import Layout, farm_site
from bayescarbon.model.measurements.model import At, MeasurementModel, Term
from bayescarbon.study import Study
from bayescarbon.study.isotopes import DEFAULT_SD

# Respired CO2 is taken to have the tissue's d13C, give or take a permil, the same for the whole study (assumed).
OFFSET_SD = 1.0
# Scatter of shells about the mixing equation, permil: median and log-sd.
SCATTER_MEDIAN, SCATTER_LOG_SD = 0.5, 0.5
# Typical distance of respired from dissolved carbon and a typical fraction, for the rough information of a shell.
_DISTANCE, _FRACTION = 18.0, 0.15


@dataclass(frozen=True)
class ShellIsotopes:
    """d13C of shells (a `Term`).

    Attributes
    ----------
    table, nodes, information, parameters, bears_on
        As in `Term`; nodes are cells of `respired_shell_fraction`, then minerals.
    fraction, mineral : array of int (shell,)
        Places among the nodes.
    shell, shell_sd : array (shell,)
        d13C of the carbonate and its standard error, permil.
    dic, tissue_value : array (shell,)
        d13C of the dissolved carbon and of the tissue, permil.
    water, tissue : array of int (shell,)
        Place of their errors among those of waters and tissues: one water serves many shells, and its error is theirs
        together.
    dic_sd, tissue_sd : array (water,) and (tissue,)
        Standard errors, permil.
    """

    nodes: np.ndarray
    information: np.ndarray
    fraction: np.ndarray
    mineral: np.ndarray
    shell: np.ndarray
    shell_sd: np.ndarray
    dic: np.ndarray
    tissue_value: np.ndarray
    water: np.ndarray
    tissue: np.ndarray
    dic_sd: np.ndarray
    tissue_sd: np.ndarray
    bears_on: pd.DataFrame
    table: str = "isotopes"
    parameters: tuple[str, ...] = (
        "isotope_scatter",
        "isotope_offset",
        "isotope_water_error",
        "isotope_tissue_error",
    )

    def log_likelihood(self, eta: At) -> Tensor:
        """Return the normal log density of the carbonates about the mixing of respired and dissolved carbon.

        Parameters
        ----------
        eta : callable
            From nodes to their links.
        """
        scatter = pm.LogNormal("isotope_scatter", np.log(SCATTER_MEDIAN), SCATTER_LOG_SD)
        offset = pm.Normal("isotope_offset", 0.0, OFFSET_SD)
        water = pm.Normal("isotope_water_error", 0.0, 1.0, shape=len(self.dic_sd))
        tissue = pm.Normal("isotope_tissue_error", 0.0, 1.0, shape=len(self.tissue_sd))
        linked = eta(self.nodes)
        mean = shell_isotopes(
            pt.sigmoid(linked[self.fraction]),
            self.tissue_value + (self.tissue_sd * tissue)[self.tissue] + offset,
            self.dic + (self.dic_sd * water)[self.water],
            linked[self.mineral],
        )
        shell = pm.Data("isotopes_shell", self.shell)
        variance = scatter**2 + self.shell_sd**2
        return (-0.5 * (shell - mean) ** 2 / variance - 0.5 * pt.log(2 * np.pi * variance)).sum()

    def simulate(
        self, eta: np.ndarray, parameters: Mapping[str, np.ndarray], rng: np.random.Generator
    ) -> dict[str, np.ndarray]:
        """Return carbonates as the model would have them.

        Parameters
        ----------
        eta : array (sample, node)
            Links at `nodes`.
        parameters : mapping of str to array
            Values of `parameters`.
        rng : numpy.random.Generator
            Source of the draws.
        """
        tissue = self.tissue_sd * parameters["isotope_tissue_error"]
        water = self.dic_sd * parameters["isotope_water_error"]
        mean = shell_isotopes(
            1.0 / (1.0 + np.exp(-eta[:, self.fraction])),
            self.tissue_value + tissue[:, self.tissue] + parameters["isotope_offset"][:, None],
            self.dic + water[:, self.water],
            eta[:, self.mineral],
        )
        sd = np.hypot(parameters["isotope_scatter"][:, None], self.shell_sd)
        return {"isotopes_shell": rng.normal(mean, sd)}


def shell_isotope_term(layout: Layout, study: Study) -> Term | None:
    """Return the shells of a study, or None where it has none.

    Parameters
    ----------
    layout : Layout
        Grown by the cells of the shells.
    study : Study
        Its `isotopes`.
    """
    table = study.isotopes.copy()
    if table.empty:
        return None
    waters, water = _distinct(_determinations(table, "d13c_dic", ["site"]))
    tissues, tissue = _distinct(_determinations(table, "d13c_tissue", ["site", "species"]))
    cells = [
        layout.cell("respired_shell_fraction", group, species, farm_site(site))
        for group, species, site in table[["group", "species", "site"]].itertuples(index=False)
    ]
    minerals = [layout.item_index(f"isotope_enrichment[{mineral}]") for mineral in table["mineral"]]
    nodes = list(dict.fromkeys([*cells, *minerals]))
    slope = _DISTANCE * _FRACTION * (1 - _FRACTION) / SCATTER_MEDIAN
    information = np.zeros(len(nodes))
    for cell, mineral in zip(cells, minerals, strict=True):
        information[nodes.index(cell)] += slope**2
        information[nodes.index(mineral)] += SCATTER_MEDIAN**-2
    return ShellIsotopes(
        nodes=np.array(nodes),
        information=information,
        fraction=np.array([nodes.index(cell) for cell in cells]),
        mineral=np.array([nodes.index(mineral) for mineral in minerals]),
        shell=table["d13c_shell"].to_numpy(dtype=float),
        shell_sd=table["d13c_shell_sd"].fillna(DEFAULT_SD["d13c_shell"]).to_numpy(dtype=float),
        water=water,
        tissue=tissue,
        dic=table["d13c_dic"].to_numpy(dtype=float),
        dic_sd=np.array([row[-1] for row in waters]),
        tissue_value=table["d13c_tissue"].to_numpy(dtype=float),
        tissue_sd=np.array([row[-1] for row in tissues]),
        bears_on=pd.concat(
            [
                table[["species", "site"]].assign(quantity="respired_shell_fraction"),
                pd.DataFrame(
                    {"quantity": "isotope_enrichment", "species": "", "site": ""}, index=table.index
                ),
            ]
        ),
    )


def _determinations(table: pd.DataFrame, column: str, place: list[str]) -> list[tuple[Any, ...]]:
    """Return what tells apart the errors of a column: the determination where a row states its error, else the place.

    The error that is assumed where none is stated is of what the animals of a place lived in, not of an instrument, so
    they share it, to whatever digit their values are written.
    """
    stated = table[f"{column}_sd"].notna()
    value, sd = table[column].where(stated, 0.0), table[f"{column}_sd"].fillna(DEFAULT_SD[column])
    keys = table[place].assign(stated=stated, value=value, sd=sd)
    return list(keys.itertuples(index=False, name=None))


def _distinct(rows: Iterable[tuple[Any, ...]]) -> tuple[list[tuple[Any, ...]], np.ndarray]:
    listed = list(rows)
    found = list(dict.fromkeys(listed))
    return found, np.array([found.index(row) for row in listed])


MODEL = MeasurementModel(
    table="isotopes", informs=("respired_shell_fraction", "isotope_enrichment"), term=shell_isotope_term
)
