"""Which quantities the variance of an outcome comes from, read off joint draws that may be correlated."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from bayescarbon.information.features import main_features
from bayescarbon.information.regression import bar
from bayescarbon.information.sample import (
    Groups,
    Outcome,
    Sample,
    cut,
    read_columns,
    read_groups,
    read_outcome,
)
from bayescarbon.information.scales import Scale, straightened
from bayescarbon.information.standard_error import standard_error
from bayescarbon.information.subsets import Explained, Subsets
from bayescarbon.information.threads import in_one_thread
from bayescarbon.issuance.statistics import Floats

COLUMNS = ("first", "first_se", "total", "total_se", "shapley", "shapley_se")
#: Features of all parameters together, and fewest of each.
_MOST_FEATURES, _LEAST_FEATURES = 1200, 6
#: A logarithmic scale is taken where it leaves less than this share of the variance that the outcome itself leaves.
_CLEARLY = 0.5


@in_one_thread
def variance_shares(
    outcome: Outcome, parameters: pd.DataFrame, groups: Groups | None = None, seed: int = 0
) -> pd.DataFrame:
    """Return the share of an outcome's variance that comes from each parameter or group.

    Parameters
    ----------
    outcome : array_like or DataArray
        Draws of the outcome S: one dimension, or the dims chain and draw. An array, and a DataArray of one dimension
        other than draw, are taken as independent draws.
    parameters : DataFrame
        Draws of the quantities, one row per draw of the same posterior, chain by chain; they may be correlated.
    groups : mapping of str to sequence of str, optional
        Columns that count as one; no column in two of them. A column in none counts by itself.
    seed : int
        Of the folds and of the orders of the Shapley effects.

    Returns
    -------
    DataFrame
        Indexed by group and column, shares of the variance, with standard errors in the columns that end in `_se`:

        first
            Var(E[S | theta]) / Var(S): what would go, on average, if only this were known. Includes what it tells of
            others that it is correlated with.
        total
            What would remain, on average, if all others were known, as far as the parameters explain S.
        shapley
            Var(E[S | ...]) shared out by what a parameter adds, averaged over all orders in which the parameters could
            become known. They add to one: to all that the parameters explain, whose share of the variance is
            ``attrs["explained"]`` of the table. NaN where that is nothing.

    Raises
    ------
    ValueError
        If the outcome does not vary, groups overlap or name an unknown column, or draws are missing, not finite or not
        as many as the outcome has.

    Notes
    -----
    Sobol' indices and Shapley effects for dependent inputs: Song, Nelson and Staum (2016), SIAM/ASA Journal on
    Uncertainty Quantification 4, 1060; estimated from given draws by regression on cross-fitted splines of ranks and
    their products. No sampling design with independent inputs is assumed anywhere.
    """
    values, chains = read_outcome(outcome)
    columns = read_columns(parameters, len(values))
    if not np.ptp(values) > 0:
        raise ValueError("outcome: all draws are equal, so there is no variance to share out")
    players = _players(groups, list(columns))
    player = {column: j for j, members in enumerate(players.values()) for column in members}
    sample = cut(values, chains, columns, seed)
    each = int(np.clip(_MOST_FEATURES // len(columns), _LEAST_FEATURES, None))
    mains = [main_features(draws)[sample.order][:, :each] for draws in columns.values()]
    owners = [player[column] for column in columns]
    straight = Subsets(sample, Scale(sample.values, lambda values: values), mains, owners)
    subsets = straight
    logarithm = straightened(sample.values)
    if logarithm.growth:
        grown = Subsets(sample, logarithm, mains, owners)
        subsets = grown if grown.left() < _CLEARLY * straight.left() else straight
    first, last, shapley = straight.alone(), subsets.last(), subsets.shapley(seed)
    variance = float(sample.values.var())
    explained = max(float(shapley.amount.sum()), 0.0)
    # The largest share that the regressions overlook.
    least = bar(max(main.shape[1] for main in mains), sample.inefficiency) / sample.size
    squares = np.square(subsets.outcome)
    table = {}
    for name, found, whole, per_draw in (
        ("first", first, variance, squares),
        ("total", last, variance, squares),
        ("shapley", shapley, explained, shapley.influence.sum(axis=1)),
    ):
        # Nothing explained cannot be shared out.
        share = np.maximum(found.amount, 0.0) / whole if whole else np.full(len(players), np.nan)
        table[name] = share / share.sum() if name == "shapley" else share
        table[f"{name}_se"] = _errors(sample, found, share, whole or np.nan, per_draw, least)
    result = pd.DataFrame(table, index=list(players), columns=list(COLUMNS))
    result.attrs["explained"] = min(explained / variance, 1.0)
    return result


def _errors(
    sample: Sample, found: Explained, share: Floats, whole: float, per_draw: Floats, least: float
) -> Floats:
    """Return standard errors of ratios of averages over draws."""
    influence = (found.influence - share * per_draw[:, None]) / whole
    draws = standard_error(sample.as_given(influence), sample.chains)
    return np.sqrt(np.square(draws) + np.square(found.ordering_se / whole) + least**2)


def _players(groups: Groups | None, columns: list[Hashable]) -> dict[Hashable, tuple[Hashable, ...]]:
    """Return what counts as one, in order: the groups, and the columns that no group has."""
    if groups is None:
        return {column: (column,) for column in columns}
    players = read_groups(groups, columns)
    members = [column for group in players.values() for column in group]
    for column in columns:
        if members.count(column) > 1:
            both = " and ".join(repr(name) for name, group in players.items() if column in group)
            raise ValueError(f"groups: column {column!r} is in {both}; a variance is shared out only once")
        if column not in members:
            if column in players:
                raise ValueError(
                    f"groups: {column!r} is a group and, in no group, a column of this name; rename one of them"
                )
            players[column] = (column,)
    return players
