"""What a measurement model declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from bayescarbon.evidence.table import evidence_table
from bayescarbon.model.families import Tensor
from bayescarbon.model.layout import Layout
from bayescarbon.study import Study

type At = Callable[[np.ndarray], Tensor]


class Term(Protocol):
    """A likelihood of its own, for rows that are no samples of one mean.

    Attributes
    ----------
    table : str
        Table whose rows it holds.
    nodes : array of int
        Nodes of the layout that it reads.
    information : array
        Precision on the link scale that its rows carry about each of them, for centring; a rough figure will do.
    parameters : tuple of str
        Names of the variables that it adds to the model.
    bears_on : DataFrame
        quantity, species, site: one line per row of the table and quantity that it bears on.
    """

    @property
    def table(self) -> str:
        """Table whose rows it holds."""
        ...

    @property
    def nodes(self) -> np.ndarray:
        """Nodes of the layout that it reads."""
        ...

    @property
    def information(self) -> np.ndarray:
        """Precision about each node, link scale."""
        ...

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the variables that it adds."""
        ...

    @property
    def bears_on(self) -> pd.DataFrame:
        """Which row bears on which quantity where."""
        ...

    def log_likelihood(self, eta: At) -> Tensor:
        """Return the log-likelihood, a scalar; adds its parameters and its data (`pm.Data`) to the model in context.

        Parameters
        ----------
        eta : callable
            From layout nodes to their links in the model, a vector.
        """

    def simulate(
        self, eta: np.ndarray, parameters: Mapping[str, np.ndarray], rng: np.random.Generator
    ) -> dict[str, np.ndarray]:
        """Return data as the model would have them, under the names of its `pm.Data`, each (sample, ...).

        Parameters
        ----------
        eta : array (sample, node)
            Links at `nodes`.
        parameters : mapping of str to array (sample, ...)
            Values of `parameters`.
        rng : numpy.random.Generator
            Source of the draws.
        """


@dataclass(frozen=True)
class MeasurementModel:
    """How the rows of one table bear on the quantities.

    Attributes
    ----------
    table : str
        Table of the study that it reads.
    informs : tuple of str
        Quantities on which its rows bear.
    rows : callable, optional
        From a study to rows of the tidy evidence table, with ``parts`` and ``constants`` where an equation of
        `composites` gives their mean (made by `reading_rows`).
    term : callable, optional
        From a layout, which it grows by the cells that it needs, and a study to a `Term`, or to None where the study
        has no such rows.
    """

    table: str
    informs: tuple[str, ...]
    rows: Callable[[Study], pd.DataFrame] | None = None
    term: Callable[[Layout, Study], Term | None] | None = None


def reading_rows(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return instrument rows as evidence rows.

    Parameters
    ----------
    rows : list of dict
        Columns of the tidy evidence table; ``parts`` and ``constants`` where the mean is computed, else left out.
    """
    told = [
        {name: value for name, value in row.items() if name not in ("parts", "constants")} for row in rows
    ]
    table = evidence_table({"origin": "farm", **row} for row in told)
    for name in ("parts", "constants"):
        table[name] = pd.Series([row.get(name) for row in rows], dtype=object)
    return table
