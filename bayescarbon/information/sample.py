"""The draws that information is read from: checked at the door, put in an order of their own, cut into folds."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from bayescarbon.errors import suggest
from bayescarbon.information.features import midranks, normal_scores
from bayescarbon.information.standard_error import inefficiency
from bayescarbon.issuance.statistics import Floats

type Outcome = npt.ArrayLike | xr.DataArray
type Columns = dict[Hashable, Floats]
type Groups = Mapping[str, Sequence[Hashable]]

#: Parts into which the draws are cut; each is predicted by regressions on the others.
FOLDS = 5
#: Below this no regression can be told from noise.
LEAST_DRAWS = 50


@dataclass(frozen=True)
class Sample:
    """An outcome whose draws stand fold by fold.

    Attributes
    ----------
    values : array (n,)
        The outcome.
    order : array of int (n,)
        Position of each of them among the draws as given.
    edges : array of int (fold + 1,)
        Where the folds begin, and the end.
    chains : int
        Number of equally long chains that the draws as given came from; 0 for independent draws.
    inefficiency : float
        Draws that are worth one independent draw, 1 or more.
    """

    values: Floats
    order: npt.NDArray[np.intp]
    edges: npt.NDArray[np.intp]
    chains: int
    inefficiency: float

    @property
    def size(self) -> int:
        """Number of draws."""
        return len(self.values)

    @property
    def folds(self) -> tuple[slice, ...]:
        """Return the draws of each fold."""
        return tuple(slice(int(a), int(b)) for a, b in zip(self.edges, self.edges[1:], strict=False))

    def as_given(self, influence: Floats) -> Floats:
        """Return an array (n, ...) in the order in which the draws were given."""
        ordered = np.empty_like(influence)
        ordered[self.order] = influence
        return ordered


def read_outcome(outcome: Outcome) -> tuple[Floats, int]:
    """Return the draws of an outcome and the number of chains that they come from, 0 if they are independent.

    Parameters
    ----------
    outcome : array_like or DataArray
        One dimension (a DataArray's is one chain), or a DataArray with the dims chain and draw.

    Raises
    ------
    ValueError
        If there are other dimensions, too few draws, or one that is not a finite number.
    """
    chains = 0
    if isinstance(outcome, xr.DataArray):
        dims = tuple(str(dim) for dim in outcome.dims)
        if set(dims) == {"chain", "draw"}:
            chains, outcome = outcome.sizes["chain"], outcome.transpose("chain", "draw").values.ravel()
        elif len(dims) == 1:
            chains, outcome = int(dims[0] == "draw"), outcome.values
        else:
            raise ValueError(
                f"outcome: the dims are {dims}; they must be chain and draw: sum over the others"
            )
    values = _numbers("outcome", outcome)
    if values.ndim != 1:
        raise ValueError(
            f"outcome: an array of draws has one dimension, this one has {values.ndim}; give a DataArray with the "
            "dims chain and draw"
        )
    if len(values) < LEAST_DRAWS:
        raise ValueError(f"outcome: at least {LEAST_DRAWS} draws are needed, there are {len(values)}")
    _refuse_unknown("outcome", values)
    return values, chains


def read_columns(parameters: pd.DataFrame, n: int, argument: str = "parameters") -> Columns:
    """Return the columns of a table of draws by name.

    Parameters
    ----------
    parameters : DataFrame
        One row per draw, numbers only.
    n : int
        Number of draws of the outcome.
    argument : str
        What the messages call the table.

    Raises
    ------
    ValueError
        If it is no DataFrame or has no columns, another number of rows, a name twice, or a value that is not a finite
        number.
    """
    if not isinstance(parameters, pd.DataFrame):
        raise ValueError(f"{argument}: give a DataFrame with one row per draw and one column per quantity")
    if not parameters.shape[1]:
        raise ValueError(f"{argument}: there is no column")
    if len(parameters) != n:
        raise ValueError(
            f"{argument}: {len(parameters)} rows, but the outcome has {n} draws; give one row per draw of the same "
            "posterior, chain by chain"
        )
    names: list[Hashable] = list(parameters.columns)
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{argument}: column {name!r} is there twice; rename or drop one")
    columns = {name: _numbers(f"{argument}, column {name!r}", parameters[name]) for name in names}
    for name, values in columns.items():
        _refuse_unknown(f"{argument}, column {name!r}", values)
    return columns


def read_groups(groups: Groups, columns: Sequence[Hashable]) -> dict[Hashable, tuple[Hashable, ...]]:
    """Return the columns of each group, each once.

    Parameters
    ----------
    groups : mapping of str to sequence of str
        Columns by name of the group.
    columns : sequence of str
        The known columns.

    Raises
    ------
    ValueError
        If there is no group, or one is empty, no list, or names an unknown column.
    """
    if not groups:
        raise ValueError("groups: there is none; leave the argument out to treat each column by itself")
    read: dict[Hashable, tuple[Hashable, ...]] = {}
    for name, members in groups.items():
        if isinstance(members, str):
            raise ValueError(f"groups, {name!r}: give a list of columns, such as [{members!r}]")
        if not len(members):
            raise ValueError(f"groups, {name!r}: no column is in it")
        for column in members:
            if column not in columns:
                hint = suggest(str(column), [str(known) for known in columns])
                raise ValueError(f"groups, {name!r}: parameters have no column {column!r}.{hint}")
        read[name] = tuple(dict.fromkeys(members))
    return read


def check_level(p: float) -> float:
    """Return a quantile level that is strictly between 0 and 1.

    Raises
    ------
    ValueError
        If it is not.
    """
    if isinstance(p, bool) or not isinstance(p, (int, float, np.floating)) or not 0.0 < p < 1.0:
        raise ValueError(f"p is {p!r}; it must be a number above 0 and below 1, such as 0.10")
    return float(p)


def cut(outcome: Floats, chains: int, columns: Mapping[Any, Floats], seed: int) -> Sample:
    """Return the outcome cut into folds.

    Parameters
    ----------
    outcome : array (n,)
        The draws.
    chains : int
        As `read_outcome` returns it.
    columns : mapping of array (n,)
        The parameters; they decide only between equal outcomes.
    seed : int
        Of the folds of independent draws.

    Notes
    -----
    A fold of chains is a stretch of each, as neighbours in a chain know of each other. Independent draws have no
    neighbours: each fold takes one at random of every `FOLDS` successive *values* of the outcome, so that the result
    does not depend on the order of the draws, nor on the direction in which a parameter is measured.
    """
    n = len(outcome)
    if chains:
        length = n // chains
        fold = np.tile(np.arange(length) * FOLDS // length, chains)
        order = np.argsort(fold, kind="stable")
    else:
        distances = [np.abs(midranks(values) - 0.5 * (n - 1)) for values in columns.values()]
        by_value = np.lexsort((*distances, outcome))
        places = np.random.default_rng(seed).random((-(-n // FOLDS), FOLDS)).argsort(axis=1).ravel()[:n]
        order = by_value[np.argsort(places, kind="stable")]
        fold = np.empty(n, dtype=np.intp)
        fold[by_value] = places
    edges = np.concatenate([[0], np.bincount(fold, minlength=FOLDS).cumsum()])
    return Sample(outcome[order], order, edges, chains, inefficiency(normal_scores(outcome), chains))


def _numbers(what: str, values: npt.ArrayLike) -> Floats:
    kind = np.asarray(values).dtype.kind
    if np.ma.isMaskedArray(values) or kind in "cmMSU":
        raise ValueError(f"{what}: the draws must be numbers, real and none of them masked")
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what}: the draws must be numbers ({error})") from error


def _refuse_unknown(what: str, values: Floats) -> None:
    wrong = np.flatnonzero(~np.isfinite(values))
    if len(wrong):
        raise ValueError(
            f"{what}: {len(wrong)} of {len(values)} draws are not finite numbers, the first is draw {wrong[0]}; look "
            "for their cause, or drop these draws everywhere"
        )
