"""Posteriors whose every statistic is known, as draws on an exact grid of quantiles, and the design's rules on them."""

from __future__ import annotations

from functools import cache
from statistics import NormalDist

import numpy as np
from scipy.special import ndtri


@cache
def normal_grid(size: int) -> np.ndarray:
    """Return the quantiles of the standard normal at the middles of `size` equal shares, in an order like chance."""
    grid = ndtri((np.arange(size) + 0.5) / size)
    return np.random.default_rng(7).permutation(grid)


def percent(
    mean: float, sd: float, q05: float, q50: float, q95: float, half_width_95: float
) -> dict[str, float]:
    """Return the deducted share of the mean, in %, that the documents' own ratios give.

    Written as the documents write them, with ratios to the mean; `half_width_95` is that of the 95 % interval.
    """
    hw90, hw95 = (q95 - q05) / 2 / mean, half_width_95 / mean

    def step(ratio: float, edges: list[float], values: list[float]) -> float:
        for edge, value in zip(edges, values, strict=False):
            if ratio <= edge:
                return value
        return values[-1]

    tool = step(hw90, [0.10, 0.15, 0.20, 0.30], [0, 0.25, 0.50, 0.75, 1.0])
    buffer = step((q95 - q05) / 2 / q50, [0.15, 0.30, 0.60, 1.0], [0, 0.04, 0.08, 0.12, 0.15])
    band = step(hw95, [0.10, 0.30, 0.50, 1.0], [0.07, 0.20, 0.40, 0.75, 1.50])
    shares = {
        "vcs_mr24": hw90 / 1.6449 * 0.4307,
        "vm0042": NormalDist().inv_cdf(0.667) * sd / mean,
        "vm0047": max(0.0, hw90 - 0.10),
        "vm0033": max(0.0, hw90 - 0.20),
        "art_trees": 0.524417 * hw90 / 1.645006,
        "fcpf": buffer,
        "ar_tool14": tool * hw90,
        "gs403": max(0.0, hw90 - 0.20),
        "kp_art52": 1 - np.exp(-0.67449 * np.log(1 + band) / 1.96),
        "accu_soil": 0.2533 * sd / mean,
    }
    return {name: 100 * float(share) for name, share in shares.items()}
