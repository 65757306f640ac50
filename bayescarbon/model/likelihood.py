"""Log-likelihood of the direct rows, in sufficient statistics.

Beta and Gamma are exponential families: the samples of a cell collapse to a count and two sums, so a gradient costs
cells, not rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from bayescarbon.evidence.quantities import Quantity
from bayescarbon.model.compiled_ops import calls, plain
from bayescarbon.model.families import FAMILIES, Tensor
from bayescarbon.model.observations import Observations
from bayescarbon.model.outliers import CONTAMINATION
from bayescarbon.model.row_densities import FORMS, row_densities

# Log-sd added to the wide component of a contaminated positive sample: a slip of the decimal point either way.
WIDE_LOG_SD = float(np.log(10.0))
# Level at which the scatter of a composite is stated; Sun et al. 2020 give 0.064 to 0.109 t C per live tonne.
# A level means nothing for what is positive.
COMPOSITE_LEVELS = {"carbon_per_live": 0.09, "whole_body_carbon": 0.14, "trap_carbon": 0.05}


class RowDensities(Op):
    """`row_densities` in a model's graph: total, and derivatives by mean and scatter for its pullback."""

    __props__ = ()

    def make_node(
        self, mean: Tensor, cv: Tensor, level: np.ndarray, codes: np.ndarray, values: Tensor
    ) -> Apply:
        """Take the arguments of `row_densities`."""
        given = [pt.as_tensor(one) for one in (mean, cv, level, codes, values)]
        return Apply(self, given, [pt.dscalar(), given[0].type(), given[1].type()])

    def perform(self, node: Apply, inputs: Sequence[np.ndarray], output_storage: list[list[Any]]) -> None:
        """Evaluate outside a compiled graph."""
        for storage, value in zip(output_storage, row_densities(*plain(inputs)), strict=True):
            storage[0] = value

    def pullback(
        self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], cotangents: Sequence[Tensor]
    ) -> list[Tensor]:
        """Scale the derivatives, which the same call has computed."""
        unconnected = [DisconnectedType()() for _ in inputs[2:]]
        return [cotangents[0] * outputs[1], cotangents[0] * outputs[2], *unconnected]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Say that only the total is differentiated, by mean and cv."""
        return [[i < 2, False, False] for i in range(len(node.inputs))]


calls(RowDensities, row_densities)


def direct_log_likelihood(observations: Observations, mean: Tensor, cv: Tensor) -> Tensor:
    """Return the log-likelihood of all direct rows, a scalar tensor. Needs a model context (it registers data).

    Parameters
    ----------
    observations : Observations
        Rows, sorted into terms.
    mean : tensor (target,)
        Arithmetic means that the rows observe, natural scale.
    cv : tensor (scatter,)
        Coefficient of variation of single samples, along ``observations.scatter``.
    """
    codes, values = terms(observations)
    level = scatter_levels(observations.scatter)
    # Held as data so that one compiled model serves many data sets of the same shape (calibration).
    return RowDensities()(mean, cv, level, codes, pm.Data("statistics", values))[0]


def terms(observations: Observations) -> tuple[np.ndarray, np.ndarray]:
    """Return the terms of the likelihood as `row_densities` reads them.

    Parameters
    ----------
    observations : Observations
        Rows, sorted into terms.

    Returns
    -------
    codes : array of int (term, 4)
    values : array (term, 4)
    """
    bounds = observations.bounds.assign(side=np.where(observations.bounds["below"], 1.0, -1.0))
    frames = {
        "mean": (observations.means, ("count", "averaged", "s1", "s2")),
        "spread": (observations.spreads, ("n", "u")),
        "extent": (observations.extents, ("n", "lower", "upper")),
        "bound": (bounds, ("n", "bound", "side")),
        "doubtful": (_with_statistics(observations.doubtful), ("s1", "s2", "wide", "clean")),
    }
    codes, values = [], []
    for form, name in enumerate(FORMS):
        frame, columns = frames[name]
        fraction = (frame["family"] == "fraction").to_numpy()
        code = [np.full(len(frame), form), fraction, frame["target"].to_numpy(), frame["scatter"].to_numpy()]
        codes.append(np.column_stack(code).astype(np.int64))
        padded = np.zeros((len(frame), 4))
        padded[:, : len(columns)] = frame[list(columns)].to_numpy(dtype=float)
        values.append(padded)
    return np.concatenate(codes), np.concatenate(values)


def _with_statistics(doubtful: pd.DataFrame) -> pd.DataFrame:
    x, fraction = doubtful["x"].to_numpy(dtype=float), (doubtful["family"] == "fraction").to_numpy()
    statistics = np.zeros((2, len(x)))
    for name, family in FAMILIES.items():
        here = fraction == (name == "fraction")
        statistics[:, here] = family.statistics(x[here])
    return doubtful.assign(
        s1=statistics[0],
        s2=statistics[1],
        wide=np.log(CONTAMINATION) + wide_log_density(doubtful),
        clean=np.log1p(-CONTAMINATION),
    )


def scatter_levels(definitions: list[Quantity]) -> np.ndarray:
    """Return the mean at which each stated coefficient of variation holds: the prior median."""
    return np.array(
        [q.prior.q50 if np.isfinite(q.prior.q50) else COMPOSITE_LEVELS.get(q.name, 1.0) for q in definitions]
    )


def wide_log_density(part: pd.DataFrame) -> np.ndarray:
    """Return the log density of the wide component at each suspect: log-normal about the prior, or uniform."""
    x = part["x"].to_numpy(dtype=float)
    sd = np.hypot(part["sd"].to_numpy(dtype=float), WIDE_LOG_SD)
    z = (np.log(x) - part["location"].to_numpy(dtype=float)) / sd
    log_normal = -0.5 * z**2 - np.log(sd * x) - 0.5 * np.log(2 * np.pi)
    return np.where(part["family"] == "positive", log_normal, 0.0)
