"""Credits over several years: what each year adds, what is held back and released, and what was issued too much."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from bayescarbon.issuance.draws import SAMPLE_DIMS
from bayescarbon.issuance.issue import issue_table
from bayescarbon.issuance.scopes import batch_draws
from bayescarbon.issuance.statistics import Floats
from bayescarbon.study.rules import Rule, named_rule

RATCHET = ("year", "cumulative_mean", "issuable", "issued", "issued_cumulative", "deficit")
BUFFER = (
    "year", "mean", "issued", "held", "released", "cancelled", "balance", "issued_cumulative", "deficit",
)  # fmt: skip
PERIOD = ("year", "mean", "issued", "issued_cumulative", "recomputed", "additional", "deficit")


def by_year(net: xr.DataArray, years: npt.ArrayLike) -> xr.DataArray:
    """Return the draws of all batches together, year by year.

    Parameters
    ----------
    net : xarray.DataArray
        Net removal after the baseline share, t CO2e, dims batch, chain and draw.
    years : array_like
        Year of harvest of each batch, in the order of `net`.

    Returns
    -------
    xarray.DataArray
        Dims (year, chain, draw), years rising; attributes and scalar coordinates are kept.

    Raises
    ------
    ValueError
        If the dims are others, or a batch has no year.
    """
    net = batch_draws(net)
    stated = np.asarray(years, dtype=float)
    if stated.shape != (net.sizes["batch"],):
        raise ValueError(f"years has {stated.size} values for {net.sizes['batch']} batches; give one each")
    unknown = [str(one) for one in net["batch"].values[~np.isfinite(stated)]]
    if unknown:
        raise ValueError(f"years: none is given for {', '.join(unknown)}; write the year of every batch")
    distinct = np.unique(stated)
    values = np.asarray(net.values, dtype=float)
    return xr.DataArray(
        np.stack([values[stated == year].sum(axis=0) for year in distinct]),
        dims=("year", *SAMPLE_DIMS),
        coords={
            "year": distinct.astype(int),
            **{name: coord for name, coord in net.coords.items() if "batch" not in coord.dims},
        },
        name=net.name,
        attrs=net.attrs,
    )


def yearly(net: xr.DataArray) -> tuple[list[int], xr.DataArray]:
    """Return the years, and the draws with a scope for each.

    Parameters
    ----------
    net : xarray.DataArray
        t CO2e, dims year, and chain and draw or one of them; years rising.

    Returns
    -------
    years : list of int
        The years.
    draws : xarray.DataArray
        The same with the dim scope first, in place of year.

    Raises
    ------
    ValueError
        If the dims are others, year has no coordinate, or the years do not rise.
    """
    dims = {str(dim) for dim in net.dims}
    if "year" not in dims or "year" not in net.coords or not dims - {"year"} or dims - {"year", *SAMPLE_DIMS}:
        raise ValueError(
            f"net: the dims are {tuple(net.dims)}; they must be year, with the years as its coordinate, chain and draw "
            "(by_year sums batches)"
        )
    years = [int(year) for year in net["year"].values]
    if not years or any(later <= earlier for earlier, later in pairwise(years)):
        raise ValueError(f"net: the years are {years}; each must be there once, and they must rise")
    return years, net.transpose("year", ...).rename(year="scope")


def cumulated(draws: xr.DataArray) -> xr.DataArray:
    """Return the draws of the sum of all years so far.

    Parameters
    ----------
    draws : xarray.DataArray
        Dims scope (years) and draws, as `yearly` returns them.
    """
    return draws.cumsum("scope", skipna=False).assign_coords(draws.coords)


def ratchet(
    net: xr.DataArray,
    rule: str | Rule = "posterior_q10",
    *,
    conservative: bool = False,
    ex_ante: bool = False,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """Credit the sum of all years so far, and issue each year what is new.

    Parameters
    ----------
    net : xarray.DataArray
        Net removal of each year after the baseline share, t CO2e, dims year, chain and draw: joint draws.
    rule : str or Rule
        The rule, applied to the draws of the sum.
    conservative, ex_ante, allow_unconverged : bool
        As in `issue`.

    Returns
    -------
    DataFrame
        One row per year, t CO2e: ``cumulative_mean``; ``issuable``, what the rule allows for all years so far;
        ``issued`` = max(0, issuable - issued before); ``issued_cumulative``; ``deficit``, by how much credits issued
        before exceed what is issuable now.

    Raises
    ------
    ValueError
        As `issue`, or if the years do not rise.

    Notes
    -----
    Errors of years are correlated through shared coefficients; summing draws keeps this. Credits are not taken back: a
    deficit stands until later years make it good.
    """
    years, draws = yearly(net)
    table = issue_table(
        cumulated(draws),
        [rule],
        conservative=conservative,
        ex_ante=ex_ante,
        allow_unconverged=allow_unconverged,
    )
    issuable = table["issued"].to_numpy(dtype=float)
    issued_cumulative = np.maximum.accumulate(issuable)
    issued = np.diff(issued_cumulative, prepend=0.0)
    columns = (
        years, table["mean"].to_numpy(), issuable, issued, issued_cumulative, issued_cumulative - issuable,
    )  # fmt: skip
    return pd.DataFrame(dict(zip(RATCHET, columns, strict=True)))


def buffer_release(
    net: xr.DataArray,
    rule: str | Rule = "fcpf",
    *,
    true_up: Sequence[int] | None = None,
    conservative: bool = False,
    ex_ante: bool = False,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """Hold each year's deduction in a buffer and release what a later look at all years does not need.

    Parameters
    ----------
    net : xarray.DataArray
        Net removal of each year after the baseline share, t CO2e, dims year, chain and draw: joint draws.
    rule : str or Rule
        A rule of the family ``steps_buffer``.
    true_up : sequence of int, optional
        Years at whose end all years so far are assessed together; by default the last.
    conservative, ex_ante, allow_unconverged : bool
        As in `issue`.

    Returns
    -------
    DataFrame
        One row per year, t CO2e: ``mean`` of the year; ``issued`` and ``held``, what the rule issues and puts into the
        buffer for the year by itself; ``released`` from the buffer as credits, ``cancelled`` in it because no removal
        stands behind it, both at a true-up; ``balance`` of the buffer; ``issued_cumulative``, releases included;
        ``deficit``, by how much credits exceed at a true-up what the rule issues for all years so far (0 in other
        years).

    Raises
    ------
    ValueError
        As `issue`; if the rule holds nothing in a buffer, the years do not rise, or a true-up is none of them.

    Notes
    -----
    Years together have a narrower relative interval than each alone as far as their errors are independent, so at a
    true-up the rule holds less; what it holds more than that is released.
    """
    chosen = named_rule(rule) if isinstance(rule, str) else rule
    if chosen.family != "steps_buffer":
        raise ValueError(
            f"rule {chosen.name!r} holds nothing in a buffer; name one of the family 'steps_buffer', such as fcpf"
        )
    years, draws = yearly(net)
    assessed = {years[-1]} if true_up is None else set(true_up)
    if not assessed <= set(years):
        unknown = ", ".join(str(year) for year in sorted(assessed - set(years)))
        raise ValueError(f"true_up: {unknown} is none of the years {years[0]} to {years[-1]} of the draws")
    single, joint = (
        issue_table(
            one, [chosen], conservative=conservative, ex_ante=ex_ante, allow_unconverged=allow_unconverged
        )
        for one in (draws, cumulated(draws))
    )
    rows: list[tuple[float, ...]] = []
    balance, credited = 0.0, 0.0
    for at, year in enumerate(years):
        mean, issued, held = (float(single[name].iloc[at]) for name in ("mean", "issued", "buffer"))
        balance, credited = balance + held, credited + issued
        released = cancelled = deficit = 0.0
        if year in assessed:
            allowed, needed = float(joint["issued"].iloc[at]), float(joint["buffer"].iloc[at])
            released = float(np.clip(allowed - credited, 0.0, balance))
            cancelled = max(0.0, balance - released - needed)
            deficit = max(0.0, credited - allowed)
            balance, credited = balance - released - cancelled, credited + released
        rows.append((year, mean, issued, held, released, cancelled, balance, credited, deficit))
    return pd.DataFrame(rows, columns=list(BUFFER))


def end_of_period(
    net: xr.DataArray,
    rule: str | Rule = "art_trees",
    *,
    conservative: bool = False,
    ex_ante: bool = False,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """Issue year by year, and recompute the deduction for the whole period at its end.

    Parameters
    ----------
    net : xarray.DataArray
        Net removal of each year after the baseline share, t CO2e, dims year, chain and draw: joint draws.
    rule : str or Rule
        The rule.
    conservative, ex_ante, allow_unconverged : bool
        As in `issue`.

    Returns
    -------
    DataFrame
        One row per year, t CO2e: ``mean`` of the year; ``issued``, what the rule issues for the year by itself;
        ``issued_cumulative``; and if the period ended with this year, ``recomputed``, what the rule issues for all its
        years together, ``additional`` credits that this adds, and ``deficit``, by how much those issued exceed it. The
        last row is the end of the period that was given.

    Raises
    ------
    ValueError
        As `issue`, or if the years do not rise.

    Notes
    -----
    TREES 2.0, section 8: errors that are independent between years average out over the period, which the deductions of
    single years cannot know.
    """
    years, draws = yearly(net)
    single, joint = (
        issue_table(
            one, [rule], conservative=conservative, ex_ante=ex_ante, allow_unconverged=allow_unconverged
        )
        for one in (draws, cumulated(draws))
    )
    issued: Floats = single["issued"].to_numpy(dtype=float)
    recomputed: Floats = joint["issued"].to_numpy(dtype=float)
    total = np.cumsum(issued)
    columns = (
        years, single["mean"].to_numpy(), issued, total,
        recomputed, np.maximum(0.0, recomputed - total), np.maximum(0.0, total - recomputed),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(PERIOD, columns, strict=True)))
