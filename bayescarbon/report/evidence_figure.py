"""The rows of evidence on a quantity, the farm's against those of the literature, under its posterior."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bayescarbon.report.drawing import (
    LOGARITHMIC_FROM,
    PAPER,
    WIDTH,
    dressed,
    finished,
    logarithmic,
    without_sides,
)
from bayescarbon.report.language import Language, text
from bayescarbon.report.names import called, label

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_POSTERIOR, _FARM, _LITERATURE = "#0072b2", "#d55e00", "#4d4d4d"
#: Quantities that are drawn if none are named, and places of each whose posterior is.
MOST_QUANTITIES, MOST_PLACES = 8, 4
# A farm may have thousands of rows: so many of each origin are drawn, taken evenly through their order of size.
_MOST_ROWS = 100
_ROW, _AROUND = 0.2, 0.55


def rows_with_numbers(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that state a number.

    Parameters
    ----------
    evidence : DataFrame
        ``evidence.csv``; the rows that stand for a whole table state none.
    """
    return evidence[evidence[["value", "low", "high"]].notna().any(axis=1)]


def quantities_with_rows(evidence: pd.DataFrame, quantities: pd.DataFrame) -> list[str]:
    """Return the quantities with rows of their own: those that the farm measured first, then by number of rows.

    Parameters
    ----------
    evidence, quantities : DataFrame
        ``evidence.csv`` and ``quantities.csv``.
    """
    found = rows_with_numbers(evidence)
    counted = found["quantity"].value_counts()
    own = set(found.loc[found["origin"] == "farm", "quantity"])
    known = [name for name in dict.fromkeys(quantities["quantity"]) if name in counted.index]
    return sorted(known, key=lambda name: (name not in own, -counted[name]))


def evidence(
    evidence: pd.DataFrame,
    quantities: pd.DataFrame,
    names: Sequence[str] = (),
    *,
    language: Language = "en",
) -> Figure:
    """Show the rows of evidence on quantities, the farm's and those of the literature, beside their posterior.

    Parameters
    ----------
    evidence : DataFrame
        ``evidence.csv``.
    quantities : DataFrame
        ``quantities.csv``.
    names : sequence of str
        Quantities, one below the other. Default: the first eight of those with rows, the farm's first.
    language : {"en", "zh"}
        Of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        One pair of axes per quantity, in its unit. Dots and bars: median and 5 % to 95 % quantiles of the posterior
        at the first four places; circles: rows of the literature; diamonds: rows of the farm; lines: ranges;
        triangles: bounds, pointing to where the value lies.

    Raises
    ------
    ValueError
        If a quantity has no posterior, or none has a row.
    """
    found = quantities_with_rows(evidence, quantities)
    chosen = list(names) or found[:MOST_QUANTITIES]
    unknown = [name for name in chosen if name not in set(quantities["quantity"])]
    if unknown or not chosen:
        told = f"no quantity {unknown[0]!r}; " if unknown else "no quantity has a row of its own; "
        raise ValueError(f"evidence: {told}those with rows: {', '.join(found) or 'none'}")
    stated = rows_with_numbers(evidence)
    panels = [
        (
            quantities[quantities["quantity"] == name].head(MOST_PLACES),
            {origin: _of(stated, name, origin) for origin in ("farm", "literature")},
        )
        for name in chosen
    ]
    heights = [
        _AROUND + _ROW * (len(places) + sum(len(r) > 0 for r in rows.values())) for places, rows in panels
    ]
    figure = Figure(figsize=(WIDTH, sum(heights) + 0.2), layout="constrained")
    all_axes = figure.subplots(len(panels), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    for axes, (places, rows) in zip(all_axes, panels, strict=True):
        _panel(dressed(axes), places, rows, language)
    return finished(figure, all_axes[-1], "")


def _of(stated: pd.DataFrame, name: str, origin: str) -> pd.DataFrame:
    rows = stated[(stated["quantity"] == name) & (stated["origin"] == origin)]
    middle = rows[["value", "low", "high"]].mean(axis=1).to_numpy()
    return rows.iloc[np.argsort(middle, kind="stable")]


def _panel(axes: Axes, places: pd.DataFrame, rows: dict[str, pd.DataFrame], language: Language) -> None:
    """Draw one quantity: its posterior place by place, then the rows by origin."""
    labels = [_place(places, at, language) for at in range(len(places))]
    levels = list(range(len(labels)))
    for level, (_, row) in zip(levels, places.iterrows(), strict=True):
        axes.plot(
            [row["q05"], row["q95"]], [level] * 2, color=_POSTERIOR, linewidth=3, solid_capstyle="round"
        )
        axes.plot(row["median"], level, "o", color=_POSTERIOR, markersize=6, markeredgecolor=PAPER)
    drawn = [places["q05"], places["q95"]]
    for origin, found in rows.items():
        if len(found):
            level = len(labels)
            labels.append(text(f"axis {origin}", language, {"n": len(found)}))
            _strip(axes, level, found, origin)
            drawn += [found[column].dropna() for column in ("value", "low", "high")]
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    without_sides(axes)
    numbers = np.concatenate([np.asarray(values, dtype=float) for values in drawn])
    if numbers.min() > 0 and numbers.max() / numbers.min() > LOGARITHMIC_FROM:
        logarithmic(axes, numbers.max() / numbers.min())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    name, unit = str(places["quantity"].iloc[0]), str(places["unit"].iloc[0])
    axes.set_title(f"{called('quantity', name, language)}, {unit}", fontsize=9, loc="left", pad=3)


def _place(places: pd.DataFrame, at: int, language: Language) -> str:
    """Return for whom a posterior is, by what differs between the places."""
    differing = [c for c in ("species", "site") if places[c].nunique() > 1]
    row = places.iloc[at]
    # pandas reads an empty cell as a number that is none.
    told = [row[c] for c in differing or ("species", "site") if isinstance(row[c], str) and row[c]]
    return ", ".join(told) or label("quantity", str(row["quantity"]), language) or str(row["quantity"])


def _strip(axes: Axes, level: int, rows: pd.DataFrame, origin: str) -> None:
    """Draw the rows of one origin, a little below one another so that ranges do not hide each other."""
    colour = _FARM if origin == "farm" else _LITERATURE
    shape = "D" if origin == "farm" else "o"
    fill = colour if origin == "farm" else "none"
    if len(rows) > _MOST_ROWS:
        rows = rows.iloc[np.linspace(0, len(rows) - 1, _MOST_ROWS).round().astype(int)]
    spread = np.linspace(-0.3, 0.3, len(rows)) if len(rows) > 1 else np.zeros(1)
    for place, (value, low, high) in zip(
        level + spread, rows[["value", "low", "high"]].itertuples(index=False, name=None), strict=True
    ):
        if value == value:
            axes.plot(value, place, shape, color=colour, markerfacecolor=fill, markersize=4)
        elif low == low and high == high:
            axes.plot([low, high], [place] * 2, color=colour, linewidth=1.4)
        else:
            bound, mark = (low, ">") if low == low else (high, "<")
            axes.plot(bound, place, mark, color=colour, markerfacecolor=fill, markersize=5)
