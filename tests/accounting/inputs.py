"""Inputs of the ledger for tests: one batch of round numbers, or random draws of many."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

TAXA = ("mussel", "oyster", "ascidian", "other")

# Round enough to work the ledger out with pencil and paper: see test_ledger.py.
CROP: dict[str, float] = {
    "harvest_t": 100.0,
    "stocked_t": 10.0,
    "cycle_days": 400.0,
    "individuals": np.nan,
    "emissions_t_co2e": np.nan,
    "dry_fraction": 0.5,
    "shell_share": 0.8,
    "shell_carbon": 0.12,
    "tissue_carbon": 0.4,
    "shell_organic_share": 0.05,
    "respired_shell_fraction": 0.1,
    "live_weight": 20.0,
    "alive_to_harvested": 1.2,
    "fouling_ratio": 0.2,
    "biodeposition_rate": 50.0,
    "biodeposit_carbon": 0.1,
    "burial_fraction": 0.1,
    "calcification_ratio": 0.7,
    "respiration_ratio": 2.0,
    "operations_emission": 100.0,
    "baseline_share": 0.05,
}
FOULERS: dict[str, tuple[float, float, float, float]] = {
    "fouler_mix": (0.5, 0.2, 0.3, 0.0),
    "fouler_dry_fraction": (0.6, 0.6, 0.1, 0.6),
    "fouler_shell_share": (0.9, 0.9, 0.0, 0.9),
    "fouler_shell_carbon": (0.12, 0.12, 0.0, 0.12),
    "fouler_tissue_carbon": (0.4, 0.4, 0.35, 0.4),
    "fouler_shell_organic_share": (0.02, 0.02, 0.0, 0.02),
    "fouler_respired_shell_fraction": (0.1, 0.1, 0.0, 0.1),
    "fouler_respiration_ratio": (2.0, 2.0, 3.0, 2.0),
}


def point(
    crop: Mapping[str, float] | None = None, foulers: Mapping[str, tuple[float, ...]] | None = None
) -> xr.Dataset:
    """Return one batch without draws; `crop` and `foulers` replace the round numbers."""
    values = CROP | dict(crop or {})
    shares = FOULERS | dict(foulers or {})
    variables: dict[str, xr.DataArray] = {}
    for name, value in values.items():
        variables[name] = (
            xr.DataArray(value) if name == "baseline_share" else xr.DataArray([value], dims="batch")
        )
    for name, row in shares.items():
        variables[name] = xr.DataArray(list(row), dims="taxon")
    variables["fouler_mix"] = variables["fouler_mix"].expand_dims("batch")
    return xr.Dataset(variables, coords={"batch": ["a"], "taxon": list(TAXA)})


def draws(seed: int, batches: int = 3, chains: int = 2, per_chain: int = 5) -> xr.Dataset:
    """Return random draws of every input, seed mass and some given counts and emissions included."""
    rng = np.random.default_rng(seed)
    shape = (batches, chains, per_chain)
    dims = ("batch", "chain", "draw")

    def positive(median: float) -> xr.DataArray:
        return xr.DataArray(median * np.exp(0.4 * rng.standard_normal(shape)), dims=dims)

    def share(a: float, b: float) -> xr.DataArray:
        return xr.DataArray(rng.beta(a, b, shape), dims=dims)

    def of_taxon(a: float, b: float, shell: bool = True) -> xr.DataArray:
        values = rng.beta(a, b, (len(TAXA), chains, per_chain))
        if shell:
            values[TAXA.index("ascidian")] = 0.0
        return xr.DataArray(values, dims=("taxon", "chain", "draw"))

    def some_given(median: float) -> xr.DataArray:
        values = median * np.exp(0.4 * rng.standard_normal(batches))
        values[::2] = np.nan
        return xr.DataArray(values, dims="batch")

    mix = rng.dirichlet(np.ones(len(TAXA)), shape)
    return xr.Dataset(
        {
            "harvest_t": positive(500.0),
            "stocked_t": xr.DataArray(rng.uniform(0.0, 50.0, batches), dims="batch"),
            "cycle_days": xr.DataArray(rng.uniform(200.0, 800.0, batches), dims="batch"),
            "individuals": some_given(2e7),
            "emissions_t_co2e": some_given(40.0),
            "dry_fraction": share(12.0, 9.0),
            "shell_share": share(40.0, 5.0),
            "shell_carbon": share(60.0, 460.0),
            "tissue_carbon": share(40.0, 55.0),
            "shell_organic_share": share(2.0, 60.0),
            "respired_shell_fraction": share(2.0, 15.0),
            "live_weight": positive(25.0),
            "alive_to_harvested": positive(1.2),
            "fouling_ratio": share(2.0, 10.0),
            "fouler_mix": xr.DataArray(mix, dims=(*dims, "taxon")),
            "biodeposition_rate": positive(60.0),
            "biodeposit_carbon": share(5.0, 60.0),
            "burial_fraction": share(2.0, 20.0),
            "calcification_ratio": positive(0.7),
            "respiration_ratio": positive(1.5),
            "operations_emission": positive(60.0),
            "baseline_share": xr.DataArray(rng.beta(2.0, 30.0, (chains, per_chain)), dims=("chain", "draw")),
            "fouler_dry_fraction": of_taxon(5.0, 5.0, shell=False),
            "fouler_shell_share": of_taxon(20.0, 3.0),
            "fouler_shell_carbon": of_taxon(60.0, 460.0),
            "fouler_tissue_carbon": of_taxon(40.0, 55.0, shell=False),
            "fouler_shell_organic_share": of_taxon(2.0, 60.0),
            "fouler_respired_shell_fraction": of_taxon(2.0, 15.0),
            "fouler_respiration_ratio": of_taxon(5.0, 5.0, shell=False) * 3.0,
        },
        coords={"batch": [f"b{i}" for i in range(batches)], "taxon": list(TAXA)},
    )
