"""What all figures share: paper, ink, fonts, and rows of dots with intervals. Made without pyplot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font_names
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

if TYPE_CHECKING:
    import pandas as pd

INK, FAINT, PAPER = "#333333", "#bbbbbb", "#ffffff"
WIDTH = 7.2
_PER_ROW, _MARGIN = 0.30, 1.0
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
)


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
    """Return the figure with its axes named, every letter in a font that has it."""
    axes.set_xlabel(x, fontsize=9, color=INK)
    axes.set_ylabel(y, fontsize=9, color=INK)
    family = fonts()
    for item in figure.findobj(Text):
        item.set_fontfamily(family)
    return figure


def halo() -> list[withStroke]:
    """Return what keeps ink readable on a dark bar."""
    return [withStroke(linewidth=3, foreground=PAPER)]


def intervals(axes: Axes, rows: pd.DataFrame, labels: Sequence[str], colours: Sequence[str]) -> None:
    """Draw a dot and an interval per row, the first on top."""
    places = np.arange(len(rows))[::-1]
    for place, low, middle, high, colour in zip(
        places, rows["q05"], rows["median"], rows["q95"], colours, strict=True
    ):
        axes.plot([low, high], [place, place], color=colour, linewidth=3, solid_capstyle="round")
        axes.plot(middle, place, "o", color=colour, markersize=7, markeredgecolor=PAPER)
    axes.set_yticks(places, labels)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    without_sides(axes)


def zero_line(axes: Axes) -> None:
    """Mark where a sink becomes a source."""
    axes.axvline(0.0, color=FAINT, linewidth=1, zorder=0)
