"""Figures inside the page: SVG without fonts, addresses or fixed ink, the same bytes for the same figure."""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING

import matplotlib as mpl
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Narrow enough to be read on a telephone without zooming, inches.
_WIDTH = 4.5
# Part of the width that the name of an axis may take: the axis itself is narrower than the figure.
_BROKEN_FROM = 0.6
# Colours of paper and ink follow the page, which is light or dark; those of the lines stay.
_FOLLOWING = {
    "#333333": "currentColor",
    "#000000": "currentColor",
    "#bbbbbb": "var(--faint)",
    "#ffffff": "var(--paper)",
    "#4d4d4d": "var(--dim)",
}


def inline_svg(figure: Figure, name: str, alt: str) -> Markup:
    """Return a figure as an SVG element for a page.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure; its width is changed.
    name : str
        Unique in the page: it begins all ids in the figure.
    alt : str
        What it shows, in words.
    """
    figure.set_size_inches(_WIDTH, figure.get_size_inches()[1])
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}), warnings.catch_warnings():
        # Only measured here: the reader's browser draws the letters with fonts of its own.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        _broken_labels(figure)
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return Markup(_adapted(buffer.getvalue(), name, alt))


def _broken_labels(figure: Figure) -> None:
    """Break the name of a horizontal axis before its bracket where one line is wider than the figure."""
    for axes in figure.axes:
        label = axes.xaxis.label
        if label.get_window_extent().width > _BROKEN_FROM * figure.bbox.width:
            label.set_text(re.sub(r"\s*([(（])", r"\n\1", label.get_text(), count=1))


def _adapted(svg: str, name: str, alt: str) -> str:
    """Take a file's parts off an SVG and fit what is left into a page that holds others."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    box = re.search(r'viewBox="([^"]*)"', svg)
    assert box is not None  # matplotlib writes one
    labelled = f'<svg viewBox="{box[1]}" role="img" aria-label="{escape(alt)}"><title>{escape(alt)}</title>'
    svg = re.sub(r"<svg[^>]*>", lambda _: labelled, svg, count=1)
    svg = svg.replace("xlink:href", "href")
    svg = re.sub(r'\b(id="|href="#|url\(#)', lambda found: f"{found[1]}{name}-", svg)
    # The page's own font: what matplotlib measured with may not be on the reader's machine.
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", svg)
    for fixed, following in _FOLLOWING.items():
        svg = svg.replace(fixed, following)
    return re.sub(r"\n\s*", "\n", svg).strip()
