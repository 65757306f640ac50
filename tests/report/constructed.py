"""A small ledger of known draws, and the least that the report needs of a fit made from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from bayescarbon.accounting.lines import LINES

BATCHES = ("east", "west")
CHAINS, DRAWS = 2, 40


def draws_by_line(seed: int = 11) -> dict[str, np.ndarray]:
    """Return positive draws (batch, chain, draw) of every line, of very different sizes."""
    rng = np.random.default_rng(seed)
    shape = (len(BATCHES), CHAINS, DRAWS)
    return {line: rng.lognormal(i / 5, 0.4, shape) for i, line in enumerate(LINES)}


def make_ledger(draws: dict[str, np.ndarray]) -> xr.Dataset:
    coords = {"batch": list(BATCHES), "chain": range(CHAINS), "draw": range(DRAWS)}
    data = {
        line: (("batch", "chain", "draw"), values, {"units": "t C", "long_name": LINES[line]})
        for line, values in draws.items()
    }
    return xr.Dataset(data, coords=coords)


def make_economics(gap: np.ndarray, baseline: np.ndarray) -> xr.Dataset:
    return xr.Dataset(
        {
            "margin_gap": (("batch", "chain", "draw"), gap, {"units": "CNY"}),
            "baseline_share": (("chain", "draw"), baseline),
        },
        coords={"batch": list(BATCHES), "chain": range(CHAINS), "draw": range(DRAWS)},
    )


@dataclass(frozen=True)
class Diagnosed:
    passed: bool = True
    reasons: tuple[str, ...] = ()
    divergences: int = 0
    max_rhat: float = 1.004
    min_ess_bulk: float = 812.0
    min_ess_tail: float = 777.0
    min_bfmi: float = 0.9
    refitted: bool = False


@dataclass(frozen=True)
class Constructed:
    """Stands where a fit stands, with draws that a test chose; `save` writes them as a real netCDF file."""

    money: xr.Dataset
    diagnostics: Diagnosed = field(default_factory=Diagnosed)
    data: xr.DataTree = field(default_factory=xr.DataTree)
    timings: dict[str, float] = field(default_factory=lambda: {"build": 0.5, "compile": 2.0, "sample": 1.0})

    @property
    def quantities(self) -> pd.DataFrame:
        row = {
            "quantity": "shell_carbon", "species": "Chlamys farreri", "site": "east", "unit": "t C / t shell",
            "mean": 0.115, "sd": 0.002, "q05": 0.112, "median": 0.115, "q95": 0.119,
            "n_rows": 12, "n_own": 3, "r_hat": 1.002, "ess_bulk": 2345.6,
        }  # fmt: skip
        study_wide = row | {"quantity": "baseline_share", "species": "", "site": "", "n_rows": 0, "n_own": 0}
        return pd.DataFrame([row, study_wide])

    @property
    def outliers(self) -> pd.DataFrame:
        return pd.DataFrame(
            [{"id": "evidence:7", "quantity": "shell_carbon", "value": 1.2, "p_outlier": 0.98}]
        )

    @property
    def baseline_share(self) -> xr.DataArray:
        return self.money["baseline_share"]

    def economics(self, timing: str = "costs_at_stocking") -> xr.Dataset:
        return self.money

    def save(self, path: Path) -> None:
        self.money.to_netcdf(path, group="posterior", engine="netcdf4")


def constructed() -> Constructed:
    """Return a fit with a price for each batch."""
    rng = np.random.default_rng(5)
    gap = rng.normal(1000.0, 900.0, (len(BATCHES), CHAINS, DRAWS))
    return Constructed(make_economics(gap, rng.uniform(0.01, 0.2, (CHAINS, DRAWS))))
