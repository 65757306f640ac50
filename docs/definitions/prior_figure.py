"""A figure of one prior: its density at a new farm, and the rows of evidence below it."""

from __future__ import annotations

import io
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from scipy.special import roots_hermitenorm
from scipy.stats import norm

from bayescarbon.evidence.quantities import Quantiles, Quantity, inverse_link, link
from bayescarbon.model.priors import LEVEL_LOG_SD, link_prior

_INK, _CURVE, _ROWS = "#333333", "#0072b2", "#d55e00"
# From this ratio of q95 to q05 the axis is logarithmic.
_WIDE = 4.0
_TAIL = 0.002


def marginal(quantity: Quantity, stated: Quantiles) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the prior of theta at a new farm on the link scale, a mixture of normals over the levels' scales.

    Parameters
    ----------
    quantity : Quantity
        Gives the support, the levels and the shares.
    stated : Quantiles
        The prior in force, natural scale.

    Returns
    -------
    tuple
        The common location, the standard deviations and the weights (sum 1) of the normals.
    """
    # One value per mineral is a normal of its own: there are no levels below it to spread over.
    levels = tuple(level for level in quantity.levels if level != "mineral")
    prior = link_prior(replace(quantity, levels=levels), stated)
    node, weight = roots_hermitenorm(9)
    weight = weight / weight.sum()
    variance, mass = np.array([prior.sd_mu**2]), np.array([1.0])
    for median in prior.level_sd:
        variance = np.add.outer(variance, (median * np.exp(LEVEL_LOG_SD * node)) ** 2).ravel()
        mass = np.multiply.outer(mass, weight).ravel()
    return prior.location, np.sqrt(variance), mass


def density(quantity: Quantity, stated: Quantiles) -> tuple[np.ndarray, np.ndarray, bool]:
    """Return the density of theta at a new farm along the axis that it is drawn on.

    Returns
    -------
    tuple
        Natural values; their density per unit of the axis, or of its logarithm; whether the axis is logarithmic.
    """
    location, sd, mass = marginal(quantity, stated)
    reach = float(norm.isf(_TAIL)) * float(np.sqrt(mass @ sd**2))
    eta = np.linspace(location - reach, location + reach, 300)
    on_link = (norm.pdf(eta[:, None], location, sd) * mass).sum(axis=1)
    theta = inverse_link(quantity.support, eta)
    logarithmic = stated.q05 > 0 and stated.q95 / stated.q05 >= _WIDE
    along = np.log(theta) if logarithmic else theta
    return theta, on_link / np.gradient(along, eta), logarithmic


def _rows(axes: Axes, quantity: Quantity, rows: pd.DataFrame, top: float) -> None:
    """Draw each observation below the curve; where an instrument sees something else, hollow."""
    step = 0.09 * top
    for place, row in enumerate(rows.to_dict("records"), start=1):
        y = -step * (place + 0.5)
        face = "white" if row["method"] == "oxygen" else _ROWS
        style = {"color": _ROWS, "linewidth": 1.5}
        if row["kind"] == "range":
            axes.plot([row["low"], row["high"]], [y, y], **style)
        elif row["kind"] in ("below", "above"):
            bound, marker = (row["high"], "<") if row["kind"] == "below" else (row["low"], ">")
            axes.plot(bound, y, marker, color=_ROWS, markersize=6, markerfacecolor=face)
        else:
            if np.isfinite(row["sd"]):
                low = row["value"] - row["sd"]
                if quantity.support != "real":
                    low = max(low, 0.2 * row["value"])
                axes.plot([low, row["value"] + row["sd"]], [y, y], **style)
            axes.plot(row["value"], y, "o", color=_ROWS, markersize=5, markerfacecolor=face)
        axes.annotate(
            row["id"],
            (1.0, y),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=7,
            color=_INK,
            va="center",
        )


def _interval(axes: Axes, stated: Quantiles, y: float) -> None:
    axes.plot([stated.q05, stated.q95], [y, y], color=_CURVE, linewidth=4, solid_capstyle="round")
    axes.plot(stated.q50, y, "o", color=_CURVE, markersize=7, markeredgecolor="white")


def _simplex(axes: Axes, quantity: Quantity) -> None:
    names = list(quantity.by)
    for place, name in enumerate(reversed(names)):
        _interval(axes, quantity.by[name], float(place))
    axes.set_yticks(range(len(names)), list(reversed(names)))


def _curves(axes: Axes, quantity: Quantity, rows: pd.DataFrame) -> None:
    stated = quantity.by or {"": quantity.prior}
    drawn = {part: density(quantity, quantiles) for part, quantiles in stated.items()}
    top = max(float(height.max()) for _, height, _ in drawn.values())
    for (part, (theta, height, logarithmic)), shade in zip(drawn.items(), (0.35, 0.18), strict=False):
        axes.fill_between(theta, height, color=_CURVE, alpha=shade, linewidth=0)
        axes.plot(theta, height, color=_CURVE, linewidth=1.2)
        if part:
            axes.annotate(part, (theta[height.argmax()], height.max()), fontsize=8, ha="center", va="bottom")
        if logarithmic:
            axes.set_xscale("log")
            # Plain numbers, and a few between the decades: powers of ten are no way to read a fraction.
            axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axes.xaxis.set_minor_formatter(NullFormatter())
        _interval(axes, stated[part], -0.045 * top)
    _rows(axes, quantity, rows, top)
    axes.set_yticks([])


def prior_figure(quantity: Quantity, rows: pd.DataFrame) -> str:
    """Return the figure of a quantity's prior as SVG.

    Parameters
    ----------
    quantity : Quantity
        With a prior of its own.
    rows : DataFrame
        The literature's direct observations of it, as `evidence.literature` gives them; may be empty.

    Returns
    -------
    str
        The density of theta at a new farm, below it the stated quantiles (dot and bar) and each row by its id. The same
        definition makes the same text.
    """
    height = 1.7 + 0.16 * len(rows) + (0.2 * len(quantity.by) if quantity.support == "simplex" else 0)
    figure = Figure(figsize=(6.4, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(colors=_INK, labelsize=8)
    axes.tick_params(axis="y", length=0)
    if quantity.support == "simplex":
        _simplex(axes, quantity)
    else:
        _curves(axes, quantity, rows)
    axes.set_xlabel(f"{quantity.name}, {quantity.unit}", fontsize=8, color=_INK)
    drawn = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": quantity.name, "svg.fonttype": "none"}):
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    return drawn.getvalue()


def outside(quantity: Quantity, stated: Quantiles) -> tuple[float, float]:
    """Return the probabilities of theta at a new farm below the stated q05 and above the stated q95."""
    location, sd, mass = marginal(quantity, stated)
    low, high = link(quantity.support, [stated.q05, stated.q95])
    return (
        float(mass @ norm.cdf(low, location, sd)),
        float(mass @ norm.sf(high, location, sd)),
    )
