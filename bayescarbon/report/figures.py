"""Figures of results. Each takes a table, a ledger or draws and returns a matplotlib Figure; none shows or saves it.

Dots are posterior medians and bars 5 % to 95 % quantiles where an axis does not say otherwise. Figures are made without
pyplot, so that nothing of them lingers in a session.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from bayescarbon.accounting.constants import CO2E_PER_C
from bayescarbon.accounting.frameworks import named_framework, net_sink, weights
from bayescarbon.report.colours import framework_colour, line_colour
from bayescarbon.report.drawing import (
    EDGE,
    FAINT,
    INK,
    PAPER,
    finished,
    halo,
    interval,
    intervals,
    logarithmic,
    new_axes,
    without_sides,
    zero_line,
)
from bayescarbon.report.evidence_figure import evidence
from bayescarbon.report.language import Language, text
from bayescarbon.report.names import label
from bayescarbon.report.terminal import number

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes

__all__ = [
    "budget_curve", "evidence", "prices", "quantity", "risk_curve", "sinks", "total_sink", "waterfall",
]  # fmt: skip

# Where the axis of risk ends; below which difference two dots are one; from which on two numbers fit beside each other.
_MOST_RISK, _ONE_DOT, _NUMBERED_APART = 0.6, 0.005, 0.04


def sinks(table: pd.DataFrame, *, scope: str = "total", language: Language = "en") -> Figure:
    """Show the net sink of one scope by every framework, side by side.

    Parameters
    ----------
    table : DataFrame
        ``sinks.csv``.
    scope : str
        A batch, or ``total``.
    language : {"en", "zh"}
        Of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        Medians and 5 % to 95 % quantiles, t CO2e.

    Raises
    ------
    ValueError
        If the table has no such scope.
    """
    rows = table[table["scope"] == scope]
    if rows.empty:
        raise ValueError(
            f"sinks: no scope {scope!r}; there are {', '.join(map(str, table['scope'].unique()))}"
        )
    names = [str(name) for name in rows["framework"]]
    figure, axes = new_axes(len(rows))
    intervals(axes, rows, _ticks("framework", names, language), [framework_colour(name) for name in names])
    _small(axes, language)
    zero_line(axes)
    return finished(figure, axes, text("axis sinks", language))


def total_sink(
    ledger: xr.Dataset, framework: str = "improved_stock_change", *, language: Language = "en"
) -> Figure:
    """Show how the posterior of a framework's net sink over all batches is spread.

    Parameters
    ----------
    ledger : xarray.Dataset
        Carbon lines, t C, dims ``batch``, ``chain``, ``draw``.
    framework : str
        Whose sink is shown.
    language : {"en", "zh"}
        Of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        Shares of the draws, t CO2e; below them the median and the 5 % to 95 % quantiles. Half a per cent of the
        draws at either end lies outside the axis.

    Raises
    ------
    ValueError
        If there is no such framework.
    """
    draws = net_sink(ledger, framework).sum("batch").values.ravel()
    figure, axes = new_axes(0, height=2.6)
    low, high = np.quantile(draws, [0.005, 0.995])
    bars = int(np.clip(2 * np.cbrt(draws.size), 12, 50))
    edges = np.linspace(low, high, bars + 1) if low < high else np.array([low - 0.5, low + 0.5])
    inside = draws[(draws >= edges[0]) & (draws <= edges[-1])]
    colour = framework_colour(framework)
    heights, _, _ = axes.hist(
        inside,
        edges.tolist(),
        weights=np.full(inside.size, 1 / draws.size),
        histtype="stepfilled",
        facecolor=to_rgba(colour, 0.5),
        edgecolor=INK,
        linewidth=EDGE,
    )
    q05, middle, q95 = np.quantile(draws, [0.05, 0.5, 0.95])
    place = -0.08 * float(np.max(heights))
    interval(axes, place, q05, middle, q95, colour)
    for value in (q05, middle, q95):
        axes.annotate(
            number(float(value)),
            (value, place),
            xytext=(0, -6),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=8,
        )
    # Room for the numbers below the bar.
    axes.set_ylim(bottom=3.2 * place)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    if low < 0 < high:
        zero_line(axes)
    return finished(figure, axes, text("axis total", language))


def waterfall(
    ledger: xr.Dataset, framework: str = "improved_stock_change", *, language: Language = "en"
) -> Figure:
    """Show which ledger lines add up to a framework's net sink, over all batches.

    Steps are posterior means, because means add up and medians do not; thin bars are 5 % to 95 % quantiles of each
    line.

    Parameters
    ----------
    ledger : xarray.Dataset
        Carbon lines, t C, dims ``batch``, ``chain``, ``draw``.
    framework : str
        Whose signed lines are shown; lines that are zero on every draw are left out.
    language : {"en", "zh"}
        Of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        Steps in t CO2e, and the net sink as the last bar.

    Raises
    ------
    ValueError
        If there is no such framework.
    """
    signed = weights(named_framework(framework))
    draws = {
        line: sign * CO2E_PER_C * ledger[line].sum("batch").values.ravel() for line, sign in signed.items()
    }
    shown = {line: values for line, values in draws.items() if values.any()}
    net = sum(shown.values(), np.zeros(ledger.sizes["chain"] * ledger.sizes["draw"]))
    names = [*_ticks("line", shown, language), text("axis net", language)]
    colours = [*(line_colour(line) for line in shown), framework_colour(framework)]
    figure, axes = new_axes(len(names))
    start = 0.0
    places = np.arange(len(names))[::-1]
    for place, values, colour in zip(places, [*shown.values(), net], colours, strict=True):
        last = place == 0
        begin, mean = (0.0 if last else start), float(values.mean())
        axes.barh(place, mean, left=begin, height=0.62, color=colour, edgecolor=INK, linewidth=EDGE)
        low, high = np.quantile(values, [0.05, 0.95])
        axes.plot([begin + low, begin + high], [place, place], color=INK, linewidth=1.2, path_effects=halo())
        start += mean
    axes.set_yticks(places, names)
    without_sides(axes)
    _small(axes, language)
    zero_line(axes)
    return finished(figure, axes, text("axis waterfall", language))


def _ticks(kind: str, names: Iterable[str], language: Language) -> list[str]:
    """Return identifiers below their names, if they have any: beside them they would leave the axis no room."""
    return ["\n".join(filter(None, (label(kind, name, language), name))) for name in names]


def _small(axes: Axes, language: Language) -> None:
    """Let two lines fit between the ticks of rows."""
    if language != "en":
        axes.tick_params(axis="y", labelsize=7)


def prices(table: pd.DataFrame, *, unit: str = "t CO2e", language: Language = "en") -> Figure:
    """Show the minimum carbon price of every batch.

    Parameters
    ----------
    table : DataFrame
        ``prices.csv``.
    unit : {"t CO2e", "t C"}
        Price of a tonne of what.
    language : {"en", "zh"}
        Of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        Medians and 5 % to 95 % quantiles.

    Raises
    ------
    ValueError
        If the table has no price in this unit.
    """
    rows = table[table["unit"].str.endswith(f"/{unit}")]
    if rows.empty:
        raise ValueError(f"prices: the table has no price per {unit}")
    figure, axes = new_axes(len(rows))
    intervals(axes, rows, [str(name) for name in rows["batch"]], ["#0072b2"] * len(rows))
    zero_line(axes)
    return finished(figure, axes, text("axis price", language, {"unit": str(rows["unit"].iloc[0])}))


def risk_curve(
    table: pd.DataFrame, *, marked: Mapping[str, tuple[float, float]] | None = None, language: Language = "en"
) -> Figure:
    """Show how many credits go with which risk of over-crediting.

    Parameters
    ----------
    table : DataFrame
        ``risk_curve.csv``: ``issued`` and ``p_overcredit``.
    marked : mapping, optional
        Rules to mark: name -> (realised risk, issued t CO2e).
    language : {"en", "zh"}
        Of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        Credits issued, t CO2e, against the probability that less was removed, up to 60 %; a numbered dot per rule, and
        the names of the numbers below.
    """
    spots = _spots({name: spot for name, spot in (marked or {}).items() if spot[0] <= _MOST_RISK})
    names = [_entry(at, spot[0]) for at, spot in enumerate(spots, start=1)]
    lines = sum(1 + entry.count("\n") for entry in names)
    figure, axes = new_axes(0, height=3.4 + 0.16 * ((lines + 1) // 2))
    axes.plot(100 * table["p_overcredit"], table["issued"], color="#009e73", linewidth=2.5)
    # Numbers stand straight below their dots, in rows, because the dots are too near each other for names.
    rows: list[float] = []
    for at, (_names, risk, issued) in enumerate(spots):
        row = next((n for n, last in enumerate(rows) if risk - last >= _NUMBERED_APART), len(rows))
        rows[row : row + 1] = [risk]
        axes.plot(100 * risk, issued, "o", color=INK, markersize=5, label=names[at])
        axes.annotate(
            str(at + 1),
            (100 * risk, issued),
            xytext=(100 * risk, 0.03 + 0.065 * row),
            textcoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=8,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none"},
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.8, "shrinkB": 2},
        )
    axes.set_xlim(0, 100 * _MOST_RISK)
    seen = [*table.loc[table["p_overcredit"] <= _MOST_RISK, "issued"], *(spot[2] for spot in spots)]
    if seen and max(seen) > min(seen):
        space = max(seen) - min(seen)
        # Room below the curve for the numbers of the rules.
        axes.set_ylim(min(seen) - (0.15 + 0.12 * len(rows)) * space, max(seen) + 0.05 * space)
    if spots:
        dots = axes.get_lines()[1:]
        figure.legend(
            handles=dots, loc="outside lower left", ncols=2, frameon=False, fontsize=8, handlelength=0,
            handletextpad=0, markerscale=0,
        )  # fmt: skip
    return finished(figure, axes, text("axis risk", language), text("axis issued", language))


def _entry(at: int, names: Sequence[str]) -> str:
    """Return what stands below the curve for a number: its names, broken where half the width is too little."""
    return textwrap.fill(f"{at}  {', '.join(names)}", 32, subsequent_indent="    ", break_long_words=False)


def _spots(marked: Mapping[str, tuple[float, float]]) -> list[tuple[list[str], float, float]]:
    """Gather marks whose dots hide each other: their names, and where the first of them is; in order of risk."""
    gathered: list[tuple[list[str], float, float]] = []
    for name, (risk, issued) in sorted(marked.items(), key=lambda mark: mark[1]):
        if gathered and risk - gathered[-1][1] < _ONE_DOT:
            gathered[-1][0].append(name)
        else:
            gathered.append(([name], risk, issued))
    return gathered


def budget_curve(table: pd.DataFrame, *, language: Language = "en") -> Figure:
    """Show what a plan of measurements is worth at every cost on the way to it.

    Parameters
    ----------
    table : DataFrame
        ``measure_budget.csv``: ``total_cost``, ``total_value`` and ``currency``.
    language : {"en", "zh"}
        Of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        Value of the plan so far against its cost so far, with a dashed line where both are equal.
    """
    figure, axes = new_axes(0, height=3.0)
    costs = [0.0, *table["total_cost"]]
    axes.plot(costs, [0.0, *table["total_value"]], "o-", color="#009e73", linewidth=2.5, markersize=4)
    axes.plot([0.0, costs[-1]], [0.0, costs[-1]], color=INK, linewidth=1, linestyle="--")
    axes.set_xlim(0.0, 1.05 * costs[-1])
    axes.set_ylim(0.0, None)
    currency = {"currency": str(table["currency"].iloc[0])}
    return finished(
        figure, axes, text("axis budget", language, currency), text("axis worth", language, currency)
    )


def quantity(
    prior: np.ndarray, posterior: np.ndarray, *, label: str, log: bool = False, language: Language = "en"
) -> Figure:
    """Show what the data made of one quantity: its prior behind its posterior.

    Parameters
    ----------
    prior, posterior : array
        Draws, natural scale; any shape.
    label : str
        Name and unit, for the axis.
    log : bool
        Whether the axis is logarithmic, as fits a positive quantity that is known within a factor.
    language : {"en", "zh"}
        Of the legend.

    Returns
    -------
    matplotlib.figure.Figure
        Shares of the draws of each; half a per cent of them at either end lies outside the axis.

    Raises
    ------
    ValueError
        If a logarithmic axis is asked for and a draw is not positive.
    """
    draws = [np.asarray(values, dtype=float).ravel() for values in (prior, posterior)]
    if log and any((values <= 0).any() for values in draws):
        raise ValueError(
            f"quantity: {label} has draws at or below zero, which a logarithmic axis cannot show"
        )
    low = min(np.quantile(values, 0.005) for values in draws)
    high = max(np.quantile(values, 0.995) for values in draws)
    edges = np.geomspace(low, high, 60) if log else np.linspace(low, high, 60)
    figure, axes = new_axes(0, height=2.6)
    for values, colour, word in zip(draws, (FAINT, "#0072b2"), ("axis prior", "axis posterior"), strict=True):
        inside = values[(values >= low) & (values <= high)]
        # Shares, not densities: on a logarithmic axis a density per unit would mislead the eye.
        share = np.full(inside.size, 1.0 / values.size)
        axes.hist(inside, edges.tolist(), weights=share, color=colour, alpha=0.75, label=text(word, language))
    if log:
        logarithmic(axes, float(high / low))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.legend(frameon=False, fontsize=9)
    return finished(figure, axes, label)
