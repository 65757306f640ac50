"""From recorded ranks to the table and the figures of docs/calibration.md."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
from calibration_designs import DESIGNS
from machine import ROOT
from pages import put_between

from bayescarbon.calibration import KEPT_DRAWS
from bayescarbon.uniformity import Bands, counts_below, rank_bands, rank_points, rank_values, uniformity_table

RESULTS = ROOT / "benchmarks" / "results" / "calibration"
DOCS = ROOT / "docs" / "calibration.md"
FIGURES = ROOT / "docs" / "figures"
LEVEL = 0.95
# Quantities of one kind share a panel.
KINDS = {
    "overall means": ("mu[",),
    "level scales": ("level_sd[",),
    "cells": ("cell[",),
    "scatter, seasons": ("scatter[", "season_"),
    "instruments": ("isotope_", "fouler_mix_", "budget_"),
    "derived": ("total ", "log_likelihood"),
}
_WIDTH, _HEIGHT, _GAP = 250, 165, 42


def table(record: dict[str, Any]) -> pd.DataFrame:
    """Return the test of uniformity of every quantity of a record, family-wise."""
    values = {name: rank_values(np.array(ranks), KEPT_DRAWS) for name, ranks in record["ranks"].items()}
    return uniformity_table(values, points=rank_points(KEPT_DRAWS), level=LEVEL)


def summary(record: dict[str, Any]) -> str:
    """Return one line of text on a record."""
    told = table(record)
    worst = told.loc[told["p_value"].idxmin()]
    divergent = sum(count > 0 for count in record["divergences"])
    return (
        f"{record['design']}: {record['simulations']} simulations, {len(told)} quantities, "
        f"{divergent} with divergences, {int((~told['inside']).sum())} outside the bands; "
        f"smallest adjusted p {worst['p_holm']:.3g} ({worst['quantity']}); "
        f"{np.mean(record['seconds']):.1f} s each"
    )


def _records(folder: Path) -> list[dict[str, Any]]:
    paths = [folder / f"{name}.json" for name in DESIGNS]
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.exists()]


def rewrite_docs(folder: Path) -> None:
    """Put table and figures of all records into docs/calibration.md, between the markers."""
    records = _records(folder)
    head = (
        "| design | simulations | sampled dimensions | quantities ranked | simulations with divergences | "
        "smallest p, each by itself | smallest p, Holm | of | inside all bands |"
    )
    lines = [head, "|---|---|---|---|---|---|---|---|---|"]
    for record in records:
        told = table(record)
        worst = told.loc[told["p_value"].idxmin()]
        divergent = sum(count > 0 for count in record["divergences"])
        lines.append(
            f"| `{record['design']}` | {record['simulations']} | {record['dimensions']} | {len(told)} | "
            f"{divergent} ({divergent / record['simulations']:.1%}) | {worst['p_value']:.2g} | "
            f"{worst['p_holm']:.2g} | {worst['quantity'].replace('|', ',')} | "
            f"{'yes' if told['inside'].all() else 'no: ' + _outside(told)} |"
        )
    lines.append("")
    absent = sorted(set(DESIGNS) - {record["design"] for record in records})
    if absent:
        lines += [f"Without a record: {', '.join(f'`{name}`' for name in absent)}.", ""]
    FIGURES.mkdir(parents=True, exist_ok=True)
    for record in records:
        path = FIGURES / f"calibration-{record['design']}.svg"
        path.write_text(figure(record), encoding="utf-8")
        lines += [f"![Rank ECDFs of {record['design']}](figures/{path.name})", ""]
    put_between(DOCS, "benchmarks/calibrate.py", "\n".join([*lines, *_conditions(records)]))


def _outside(told: pd.DataFrame) -> str:
    return ", ".join(name.replace("|", ",") for name in told.loc[~told["inside"], "quantity"])


def _conditions(records: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| design | date | commit | seconds per simulation, mean and largest | sampled again, longer | "
        "fewest effective draws | numbers moved off an edge | rows beyond their limit |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for record in records:
        lines.append(
            f"| `{record['design']}` | {record['date']} | {record['commit']} | "
            f"{np.mean(record['seconds']):.1f}, {max(record['seconds']):.0f} | "
            f"{sum(a > 1 for a in record['attempts'])} | {min(record['effective']):.0f} | "
            f"{sum(record['clipped'])} | {np.mean(record['bounded']):.1f} per simulation |"
        )
    if records:
        made, told = records[-1]["machine"], records[-1]["versions"]
        lines += [
            "",
            f"{made['cpu']}, {made['cores']} cores, Python {told['python']}, PyMC {told['pymc']}, "
            f"nutpie {told['nutpie']}.",
        ]
    return lines


@lru_cache(maxsize=64)
def _bands(n: int, level: float) -> Bands:
    return rank_bands(n, rank_points(KEPT_DRAWS), level)


def figure(record: dict[str, Any]) -> str:
    """Return a drawing (SVG) of every rank ECDF minus the uniform one, in panels by kind of quantity.

    The inner band holds one ECDF with a probability of 95 %, the outer band all of a design.
    """
    ranks = record["ranks"]
    panels = {title: [name for name in ranks if name.startswith(starts)] for title, starts in KINDS.items()}
    panels = {title: names for title, names in panels.items() if names}
    n = record["simulations"]
    inner, outer = _bands(n, LEVEL), _bands(n, 1 - (1 - LEVEL) / len(ranks))
    rows = (len(panels) + 2) // 3
    width, height = 3 * (_WIDTH + _GAP) + 10, rows * (_HEIGHT + _GAP) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="11"><rect width="{width}" height="{height}" fill="#fff"/>'
    ]
    for i, (title, names) in enumerate(panels.items()):
        left, top = _GAP + (i % 3) * (_WIDTH + _GAP), 24 + (i // 3) * (_HEIGHT + _GAP)
        parts += _panel(f"{title} ({len(names)})", [ranks[name] for name in names], inner, outer, left, top)
    return "\n".join([*parts, "</svg>", ""])


def _panel(
    title: str, ranks: list[list[int]], inner: Bands, outer: Bands, left: float, top: float
) -> list[str]:
    points, n = outer.points, outer.n
    half = 1.25 * max(np.abs(outer.upper / n - points).max(), np.abs(outer.lower / n - points).max())

    def path(counts: np.ndarray, backwards: bool = False) -> str:
        xs = np.concatenate([[0.0], points, [1.0]])
        ys = np.concatenate([[0.0], counts / n - points, [0.0]])
        pairs = [
            f"{left + x * _WIDTH:.1f},{top + (0.5 - y / (2 * half)) * _HEIGHT:.1f}"
            for x, y in zip(xs, np.clip(ys, -half, half), strict=True)
        ]
        return " ".join(reversed(pairs) if backwards else pairs)

    parts = [
        f'<polygon points="{path(band.upper)} {path(band.lower, backwards=True)}" fill="{colour}"/>'
        for band, colour in ((outer, "#e3e9f1"), (inner, "#c5d3e5"))
    ]
    for one in ranks:
        counts = counts_below(rank_values(np.array(one), KEPT_DRAWS), points)
        outside = bool(((counts < outer.lower) | (counts > outer.upper)).any())
        colour = "#c0392b" if outside else "#1f3a5f"
        parts.append(
            f'<polyline points="{path(counts)}" fill="none" stroke="{colour}" stroke-width="0.7" '
            'stroke-opacity="0.6"/>'
        )
    parts.append(
        f'<rect x="{left}" y="{top}" width="{_WIDTH}" height="{_HEIGHT}" fill="none" stroke="#444"/>'
        f'<text x="{left}" y="{top - 6}">{escape(title)}</text>'
        f'<text x="{left - 4}" y="{top + 10}" text-anchor="end">{half:.2f}</text>'
        f'<text x="{left - 4}" y="{top + _HEIGHT}" text-anchor="end">−{half:.2f}</text>'
        f'<text x="{left}" y="{top + _HEIGHT + 13}">0</text>'
        f'<text x="{left + _WIDTH}" y="{top + _HEIGHT + 13}" text-anchor="end">1</text>'
    )
    return parts
