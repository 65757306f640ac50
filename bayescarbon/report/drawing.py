"""What all figures share: paper, ink, fonts, and rows of dots with intervals. Made without pyplot."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font_names
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

if TYPE_CHECKING:
    import pandas as pd

INK, FAINT, PAPER = "#333333", "#bbbbbb", "#ffffff"
WIDTH, EDGE = 7.2, 0.6
_PER_ROW, _MARGIN = 0.30, 1.0
#: From this ratio of highest to lowest on, a scale of equal steps would press most values into one end.
LOGARITHMIC_FROM = 30.0
#: Fonts with Chinese glyphs, in the order in which they are looked for; the first of them is on most Linux systems.
CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "PingFang SC",
    "Microsoft YaHei",
    "SimHei",
    # All that matplotlib before 3.11 sees of a file with the fonts of several countries; the letters are there.
    "Noto Sans CJK JP",
)
#: Begins what is said where none of them is there.
NO_CHINESE_FONT = "no installed font has Chinese letters"
_CHINESE = re.compile("[\u4e00-\u9fff]")


def fonts() -> list[str]:
    """Return the families to look a glyph up in, in this order."""
    known = set(get_font_names())
    return ["DejaVu Sans", *(name for name in CHINESE_FONTS if name in known)]


def dressed(axes: Axes) -> Axes:
    """Return axes without the lines that hold no ticks."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK, labelsize=9)
    return axes


def new_axes(rows: int, *, width: float = WIDTH, height: float | None = None) -> tuple[Figure, Axes]:
    """Return a figure with one pair of axes, high enough for so many rows."""
    figure = Figure(figsize=(width, height or _MARGIN + _PER_ROW * max(rows, 2)), layout="constrained")
    return figure, dressed(figure.subplots())


def without_sides(axes: Axes) -> None:
    """Take off the vertical line of axes whose rows have names instead of a scale."""
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def finished(figure: Figure, axes: Axes, x: str, y: str = "") -> Figure:
    """Return the figure with its axes named, every letter as it was written and in a font that has it."""
    axes.set_xlabel(x, fontsize=9, color=INK)
    axes.set_ylabel(y, fontsize=9, color=INK)
    family = fonts()
    texts = figure.findobj(Text)
    for item in texts:
        item.set_fontfamily(family)
        # A name with two dollar signs is no formula.
        item.set_parse_math(False)
    if not set(family) & set(CHINESE_FONTS) and any(_CHINESE.search(item.get_text()) for item in texts):
        warnings.warn(
            f"{NO_CHINESE_FONT}, so they are drawn as boxes: install one, such as Noto Sans CJK SC (package "
            "fonts-noto-cjk on Debian and Ubuntu), or ask for the figure in English. matplotlib keeps a list of the "
            "fonts that it found: after installing one, delete fontlist-*.json in matplotlib.get_cachedir()",
            stacklevel=3,
        )
    return figure


def logarithmic(axes: Axes, ratio: float) -> None:
    """Make an x axis whose ends have this ratio logarithmic, with numbers below it that need no formulas."""
    axes.set_xscale("log")
    # Narrower axes may lie between two powers of ten, and would have no number at all.
    wide = ratio > LOGARITHMIC_FROM
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)) if wide else MaxNLocator(nbins=5))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def halo() -> list[withStroke]:
    """Return what keeps ink readable on a dark bar."""
    return [withStroke(linewidth=3, foreground=PAPER)]


def interval(axes: Axes, place: float, low: float, middle: float, high: float, colour: str) -> None:
    """Draw a dot on a bar, both with a thin edge: pale colours hardly stand out from the paper."""
    edge = [withStroke(linewidth=3 + 2 * EDGE, foreground=INK)]
    axes.plot(
        [low, high], [place, place], color=colour, linewidth=3, solid_capstyle="round", path_effects=edge
    )
    axes.plot(middle, place, "o", color=colour, markersize=7, markeredgecolor=INK, markeredgewidth=EDGE)


def intervals(axes: Axes, rows: pd.DataFrame, labels: Sequence[str], colours: Sequence[str]) -> None:
    """Draw a dot and an interval per row, the first on top."""
    places = np.arange(len(rows))[::-1]
    for place, low, middle, high, colour in zip(
        places, rows["q05"], rows["median"], rows["q95"], colours, strict=True
    ):
        interval(axes, place, low, middle, high, colour)
    axes.set_yticks(places, labels)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    without_sides(axes)


def zero_line(axes: Axes) -> None:
    """Mark where a sink becomes a source."""
    axes.axvline(0.0, color=FAINT, linewidth=1, zorder=0)
