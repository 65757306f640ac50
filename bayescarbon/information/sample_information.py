"""What samples would be worth before they are taken: the expected value of sample information."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from bayescarbon.information.sample import Columns, Outcome, read_columns, read_outcome
from bayescarbon.information.threads import in_one_thread
from bayescarbon.information.valuer import make_valuer
from bayescarbon.issuance.statistics import Floats
from bayescarbon.study.rules import Rule

type Statistic = npt.ArrayLike | pd.DataFrame | xr.DataArray | Mapping[str, pd.DataFrame]

COLUMNS = ("evsi", "evsi_se", "issuance_gain", "issuance_gain_se", "residual_check")


@in_one_thread
def evsi(
    outcome: Outcome,
    statistic: Statistic,
    p: float = 0.10,
    rule: Rule | str | None = None,
    seed: int = 0,
    *,
    quantity: npt.ArrayLike | pd.DataFrame | xr.DataArray | None = None,
    rising: bool = False,
    floor: float | None = 0.0,
) -> pd.DataFrame:
    """Return what the data of each sampling design would be worth before credits are issued.

    Parameters
    ----------
    outcome : array_like or DataArray
        Draws of the sink S, t CO2e, as in `evppi`.
    statistic : array_like, DataFrame, DataArray or mapping of str to DataFrame
        For each draw of the posterior, what would be computed from data that were simulated from this draw: one column
        per design (draws x designs), such as the mean of n samples for a grid of n. A DataArray has the dims chain and
        draw, or one of draws, and at most one more, the designs. A mapping gives each design several statistics, one
        column each.
    p : float
        Level of the quantile that costs least, as in `evppi`.
    rule : Rule or str, optional
        Rule whose issued credits `issuance_gain` means, as in `evppi`.
    seed : int
        Of the folds into which independent draws are cut.
    quantity : array_like, DataFrame or DataArray, optional
        Draws of what is sampled. Data are worth no more than knowing it, and are said to be worth no more.
    rising : bool
        Whether each design holds the data of the one before it, so that it is worth as much at least: a grid of n. The
        values of designs that contradict it are averaged.
    floor : float, optional
        Least amount that can be issued, as in `evppi`.

    Returns
    -------
    DataFrame
        Indexed by design; columns evsi, evsi_se, issuance_gain, issuance_gain_se and residual_check as in `evppi`.

    Raises
    ------
    ValueError
        If p is not within (0, 1), the rule is unknown or has no formula, or draws are missing, not finite or not as
        many as the outcome has.

    Notes
    -----
    EVSI = min_Q E[L(Q, S)] - E[ min_Q E[L(Q, S) | data] ], with the data replaced by their statistic: Strong, Oakley,
    Brennan and Breeze (2015), Medical Decision Making 35, 570. It is the EVPPI of the statistic, so all that is said of
    `evppi` holds. A statistic that leaves something of the data out is worth less than they are.
    """
    values, chains = read_outcome(outcome)
    n = len(values)
    designs = _designs(statistic, n, "statistic")
    columns: Columns = {}
    members: dict[Hashable, list[Hashable]] = {}
    for design, table in designs.items():
        read = read_columns(table, n, f"statistic, design {design!r}")
        members[design] = [(design, name) for name in read]
        columns |= {(design, name): draws for name, draws in read.items()}
    known: list[Hashable] = []
    if quantity is not None:
        for part, table in _designs(quantity, n, "quantity").items():
            draws = read_columns(table, n, "quantity")
            known += [("quantity", part, name) for name in draws]
            columns |= {("quantity", part, name): known_draws for name, known_draws in draws.items()}
    valuer = make_valuer(values, chains, columns, p, rule, floor, seed)
    # Statistics of one data set are seen together: by themselves they would be looked at once, design by design.
    found = [valuer.value(names, alone=False) for names in members.values()]
    result = pd.DataFrame(found, index=list(members)).set_axis(list(COLUMNS), axis=1)
    if rising:
        result["evsi"] = _never_falling(result["evsi"].to_numpy(), result["evsi_se"].to_numpy())
    if known:
        result["evsi"] = np.minimum(result["evsi"], valuer.value(known).evppi)
    return result


def _designs(given: Statistic, n: int, argument: str) -> dict[Hashable, pd.DataFrame]:
    """Return one table of draws per design."""
    if isinstance(given, Mapping):
        if not given:
            raise ValueError(f"{argument}: there is no design in it")
        return dict(given.items())
    if isinstance(given, xr.DataArray):
        given = _unstacked(given, argument)
    if not isinstance(given, pd.DataFrame):
        values = np.asarray(given)
        if values.ndim not in (1, 2):
            raise ValueError(
                f"{argument}: draws x designs have one or two dimensions, these have {values.ndim}"
            )
        given = pd.DataFrame(values)
    return {design: given[[design]] for design in read_columns(given, n, argument)}


def _unstacked(given: xr.DataArray, argument: str) -> pd.DataFrame:
    """Return a table of the designs of a DataArray, chain by chain."""
    draws: list[str] = [dim for dim in ("chain", "draw") if dim in given.dims]
    draws = draws or [str(dim) for dim in given.dims[:1]]
    others = [str(dim) for dim in given.dims if dim not in draws]
    if len(others) > 1:
        raise ValueError(
            f"{argument}: the dims are {tuple(given.dims)}; beside those of the draws there may be one, the designs"
        )
    values = given.transpose(*draws, *others).values
    table = values.reshape(-1, given.sizes[others[0]] if others else 1)
    labels = given[others[0]].values.tolist() if others else [given.name if given.name is not None else 0]
    return pd.DataFrame(table, columns=labels)


def _never_falling(values: Floats, errors: Floats) -> Floats:
    """Return the nearest values that do not fall (pool adjacent violators, weighted by the inverse variances)."""
    pools: list[tuple[float, float, int]] = []
    for value, error in zip(values, errors, strict=True):
        weight, count = 1.0 / max(float(error) ** 2, np.finfo(float).tiny), 1
        mean = float(value)
        while pools and pools[-1][0] > mean:
            before, heavy, many = pools.pop()
            mean = (before * heavy + mean * weight) / (heavy + weight)
            weight, count = weight + heavy, count + many
        pools.append((mean, weight, count))
    return np.repeat([mean for mean, _, _ in pools], [count for _, _, count in pools])
