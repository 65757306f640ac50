"""One model for two engines: what of a study both can take, and its numbers as JAGS reads them.

JAGS has no seasons, composites, ranges, bounds or mixtures of ours, so both engines get the sample rows alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from bayescarbon.evidence.literature import beside
from bayescarbon.evidence.quantities import Z95, inverse_link, quantities
from bayescarbon.model.build import Specification, specify
from bayescarbon.model.layout import LEVELS
from bayescarbon.model.likelihood import scatter_levels
from bayescarbon.model.priors import LEVEL_LOG_SD
from bayescarbon.study import Study

# Its site effects follow those of biodeposition_rate, and the shell's organic share is bounded by its carbon.
LEFT_OUT = ("biodeposit_carbon", "shell_organic_share")
INSTRUMENTS = ("isotopes", "traps", "oxygen", "fouling", "budget")
SIZES = ("dry_weight_g", "shell_length_mm")


def sample_rows(study: Study) -> tuple[Study, dict[str, int]]:
    """Reduce a study, with the literature among its rows, to what both engines can take.

    Parameters
    ----------
    study : Study
        As read.

    Returns
    -------
    Study
        Its evidence holds single samples of a quantity itself, farm and literature, without season and without the
        size of the animal; suspected outliers are left out. To be specified without literature.
    dict of str to int
        ``rows`` kept, and rows left out by reason.
    """
    own = study.evidence
    every = pd.concat([own, beside(own)], ignore_index=True)
    direct = every["quantity"].isin(set(quantities()) - set(LEFT_OUT))
    single = (every["kind"] == "sample") & (every["method"] != "oxygen")
    rows = every[direct & single].reset_index(drop=True).assign(season="")
    rows[list(SIZES)] = np.nan
    told = {"other quantities": int((~direct).sum()), "other kinds of row": int((direct & ~single).sum())}
    bare = {name: getattr(study, name).iloc[:0] for name in INSTRUMENTS}
    doubtful = 0
    while True:
        reduced = replace(study, evidence=rows, **bare)
        suspect = specify(reduced, literature=False).observations.rows["suspect"].to_numpy(dtype=bool)
        if not suspect.any():
            return reduced, {"rows": len(rows), **told, "suspected outliers": doubtful}
        # Without them others may stand out: looked at again until none does.
        doubtful += int(suspect.sum())
        rows = rows[~suspect].reset_index(drop=True)


@dataclass(frozen=True)
class Wanted:
    """The draws of interest: the link of theta at every cell of the harvest of every quantity that has rows.

    Attributes
    ----------
    quantity : list of str
        Quantity of each cell.
    nodes : array of int
        Its node in the layout.
    """

    quantity: list[str]
    nodes: np.ndarray

    def natural(self, eta: np.ndarray) -> np.ndarray:
        """Return theta in the quantities' own units from links (..., cell)."""
        support = np.array([quantities()[name].support for name in self.quantity])
        theta = np.empty_like(eta)
        for one in np.unique(support):
            theta[..., support == one] = inverse_link(one, eta[..., support == one])
        return theta


def wanted(specification: Specification) -> Wanted:
    """Return the cells whose draws are compared."""
    cells, layout = specification.cells, specification.layout
    told = {layout.keys[node][0] for node in specification.observations.targets.node}
    places: dict[str, np.ndarray] = {**cells.by_stock, **cells.by_site}
    places |= {name: np.array([node]) for name, node in cells.single.items()}
    names = [name for name in places if name in told]
    return Wanted(
        [name for name in names for _ in places[name]], np.concatenate([places[name] for name in names])
    )


def ordered_nodes(specification: Specification) -> np.ndarray:
    """Return the nodes of the JAGS model: of the rows, of the cells of interest and their ancestors, parents first."""
    layout = specification.layout
    found = {int(node) for node in (*specification.observations.targets.node, *wanted(specification).nodes)}
    for _ in LEVELS:
        found |= {layout.parent[node] for node in found}
    nodes = np.array(sorted(found))
    return nodes[np.argsort(np.array(layout.level)[nodes], kind="stable")]


def jags_data(specification: Specification) -> dict[str, np.ndarray | int | float]:
    """Return the model of `engines/centred.jags` for a specification: priors, nodes and rows; indices begin at 1.

    Parameters
    ----------
    specification : Specification
        Of a study reduced by `sample_rows`.

    Raises
    ------
    ValueError
        If a row is of a kind that the JAGS model does not have.
    """
    layout, observations = specification.layout, specification.observations
    rows, targets = observations.rows, observations.targets
    if layout.seasonal or targets.composite or specification.terms or (rows["form"] != "sample").any():
        raise ValueError("the model for JAGS has samples of the quantities themselves alone")
    if rows["suspect"].any():
        raise ValueError("the model for JAGS has no mixture for suspected outliers")
    cells, nodes = wanted(specification), ordered_nodes(specification)
    level = np.array(layout.level)[nodes]
    place = {node: i + 1 for i, node in enumerate(nodes)}
    sds = np.unique([layout.sd[n] for n in nodes if layout.sd[n] >= 0])
    sd_place = {sd: i + 1 for i, sd in enumerate(sds)}
    priors = [layout.items[layout.item[node]].prior for node in nodes[level == -1]]
    scatter = [definition.scatter for definition in observations.scatter]
    middle = scatter_levels(observations.scatter)
    fraction = np.array([definition.support == "fraction" for definition in observations.scatter])
    data: dict[str, np.ndarray | int | float] = {
        "n_mu": len(priors),
        "n_nodes": len(nodes),
        "location": np.array([prior.location for prior in priors]),
        "sd_mu": np.array([prior.sd_mu for prior in priors]),
        # Overall means have neither parent nor level: 0 fills their places and is never read.
        "parent": np.array([place.get(layout.parent[n], 0) if layout.sd[n] >= 0 else 0 for n in nodes]),
        "sd_of": np.array([sd_place.get(layout.sd[n], 0) for n in nodes]),
        "n_sd": len(sds),
        "log_level_sd": np.log(np.array(layout.sd_median)[sds]),
        "level_log_sd": LEVEL_LOG_SD,
        "n_scatter": len(scatter),
        "log_cv": np.log([one.q50 for one in scatter]),
        "cv_log_sd": np.array([np.log(one.q95 / one.q05) / (2 * Z95) for one in scatter]),
        "factor": np.where(fraction, (1 - middle) / middle, 1.0),
        "n_wanted": len(cells.nodes),
        "wanted_node": np.array([place[node] for node in cells.nodes]),
    }
    for family in ("fraction", "positive"):
        part = rows[rows["family"] == family]
        means = part[["target", "scatter"]].drop_duplicates()
        index = {pair: i + 1 for i, pair in enumerate(means.itertuples(index=False, name=None))}
        data |= {
            f"n_{family}": len(means),
            f"{family}_node": np.array([place[targets.node[target]] for target in means["target"]]),
            f"{family}_scatter": means["scatter"].to_numpy() + 1,
            f"n_{family}_rows": len(part),
            f"{family}_mean": np.array(
                [index[pair] for pair in zip(part["target"], part["scatter"], strict=True)]
            ),
            family: part["x"].to_numpy(dtype=float),
        }
    return data


def write_r(data: Mapping[str, np.ndarray | int | float], path: Path) -> None:
    """Write numbers as an R file that makes a list ``data`` of them; reals keep every digit."""

    def told(value: np.ndarray | int | float) -> str:
        if isinstance(value, np.ndarray):
            # A vector of one stays a vector in JAGS; whole numbers are written without an exponent.
            return "c(" + ", ".join(repr(one) for one in value.tolist()) + ")"
        return repr(value)

    lines = ",\n".join(f"  {name} = {told(value)}" for name, value in data.items())
    path.write_text(f"data <- list(\n{lines}\n)\n", encoding="utf-8")
