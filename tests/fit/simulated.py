"""Tables drawn from known truths with NumPy alone: none of the package's equations, densities or samplers is used.

Every function draws one table for the site ``east`` and the scallop. Scatters are those of single rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tests.fit.worlds import SCALLOP

EAST = "east"
#: Days of the only batch there, over which a budget runs.
CYCLE_DAYS = 300.0
PARTS = ("tissue_mgc", "shell_mgc", "deposited_mgc", "released_mgc")
MIX = ("mussel", "oyster", "ascidian", "other")
# Plain values, for tests of one simulation: all within the priors, none at their middle.
TRUTH: dict[str, float] = {
    "biodeposition_rate": 120.0,
    "biodeposit_carbon": 0.075,
    "background_deposition": 9000.0,
    "background_carbon": 0.02,
    "burial_fraction": 0.05,
    "oxygen_visible_share": 0.8,
    "respiratory_quotient": 0.9,
    "respired_shell_fraction": 0.2,
    "isotope_enrichment[calcite]": 1.1,
    "fouling_ratio": 0.22,
    "fouler_mix[mussel]": 0.25,
    "fouler_mix[oyster]": 0.1,
    "fouler_mix[ascidian]": 0.6,
    "fouler_mix[other]": 0.05,
    "live_weight": 40.0,
    "dry_fraction": 0.55,
    "shell_share": 0.85,
    "shell_carbon": 0.115,
    "tissue_carbon": 0.42,
    "shell_organic_share": 0.02,
    "respiration_ratio": 1.5,
    "calcification_ratio": 0.7,
}
# Scatter of single rows: coefficients of variation, permil, and concentrations.
SCATTER: dict[str, float] = {
    "background_deposition": 0.2,
    "background_carbon": 0.2,
    "trap_catch": 0.2,
    "trap_carbon": 0.2,
    "oxygen_per_flux": 0.2,
    "fouling_ratio": 0.3,
    "fouler_mix": 8.0,
    "isotopes": 0.4,
    "budget": 40.0,
}

type Drawn = list[dict[str, object]]


def _positive(rng: np.random.Generator, mean: float, cv: float, n: int) -> np.ndarray:
    return rng.gamma(cv**-2, mean * cv**2, n)


def _fraction(rng: np.random.Generator, mean: float, cv: float, level: float, n: int) -> np.ndarray:
    """Beta of which the coefficient of variation is stated at a level."""
    precision = (1 - level) / (level * cv**2)
    return np.clip(rng.beta(mean * precision, (1 - mean) * precision, n), 1e-6, 1 - 1e-6)


def traps(
    rng: np.random.Generator,
    truth: Mapping[str, float] = TRUTH,
    scatter: Mapping[str, float] = SCATTER,
    *,
    farm: int = 6,
    control: int = 4,
    area: float = 0.05,
    individuals: float = 40,
    days: float = 2,
) -> Drawn:
    """Return traps under the farm and beside it, all of one mouth area (m2), with the carbon of their catch."""
    sunk = truth["background_deposition"] * area
    dropped = truth["biodeposition_rate"] * individuals
    carbon = (sunk * truth["background_carbon"] + dropped * truth["biodeposit_carbon"]) / (sunk + dropped)
    beside = _positive(rng, truth["background_deposition"], scatter["background_deposition"], control)
    beside_carbon = _fraction(rng, truth["background_carbon"], scatter["background_carbon"], 0.025, control)
    under = _positive(rng, sunk + dropped, scatter["trap_catch"], farm)
    under_carbon = _fraction(rng, carbon, scatter["trap_carbon"], 0.05, farm)
    common = {"site": EAST, "days": days, "area_m2": area}
    rows: Drawn = [
        {"trap": f"C{i}", "kind": "control", "dry_mass_mg": m * area * days, "carbon_fraction": c} | common
        for i, (m, c) in enumerate(zip(beside, beside_carbon, strict=True))
    ]
    animals = {"species": SCALLOP, "individuals": individuals}
    rows += [
        {"trap": f"F{i}", "kind": "farm", "dry_mass_mg": m * days, "carbon_fraction": c} | common | animals
        for i, (m, c) in enumerate(zip(under, under_carbon, strict=True))
    ]
    return rows


def oxygen(
    rng: np.random.Generator,
    truth: Mapping[str, float] = TRUTH,
    scatter: Mapping[str, float] = SCATTER,
    *,
    cores: int = 30,
    flux: float = 600.0,
    flux_sd: float = 90.0,
) -> Drawn:
    """Return incubations beside a carbon flux that is off by one factor for all of them."""
    error = np.exp(np.sqrt(np.log(1 + (flux_sd / flux) ** 2)) * rng.standard_normal())
    lost = truth["oxygen_visible_share"] * (1 - truth["burial_fraction"]) * flux * error
    uptake = lost / truth["respiratory_quotient"] / 12.011
    drawn = _positive(rng, uptake, scatter["oxygen_per_flux"], cores)
    flux_columns = {"carbon_flux": flux, "carbon_flux_sd": flux_sd}
    return [{"core": f"K{i}", "site": EAST, "oxygen_uptake": u} | flux_columns for i, u in enumerate(drawn)]


def isotopes(
    rng: np.random.Generator,
    truth: Mapping[str, float] = TRUTH,
    scatter: Mapping[str, float] = SCATTER,
    *,
    shells: int = 12,
) -> Drawn:
    """Return calcite shells of one water; stated values of water and tissue are off by their own errors."""
    dic, tissue = 0.4, -18.0
    f = truth["respired_shell_fraction"]
    # Errors of what is stated: of the water 0.5 and of the tissue 0.7 where nothing is stated, a permil between
    # tissue and respired CO2, and 0.1 of the spectrometer.
    respired = tissue + 0.7 * rng.standard_normal() + 1.0 * rng.standard_normal()
    water = dic + 0.5 * rng.standard_normal()
    middle = f * respired + (1 - f) * water + truth["isotope_enrichment[calcite]"]
    values = middle + np.hypot(scatter["isotopes"], 0.1) * rng.standard_normal(shells)
    common = {"species": SCALLOP, "site": EAST, "mineral": "calcite", "d13c_dic": dic, "d13c_tissue": tissue}
    return [{"sample": f"S{i}", "d13c_shell": v} | common for i, v in enumerate(values)]


def fouling(
    rng: np.random.Generator,
    truth: Mapping[str, float] = TRUTH,
    scatter: Mapping[str, float] = SCATTER,
    *,
    gears: int = 10,
    mass_kg: float = 12.0,
) -> Drawn:
    """Return weighed gears; what is less than 2 g in a kilogram of foulers is not found."""
    shares = _fraction(rng, truth["fouling_ratio"], scatter["fouling_ratio"], 0.12, gears)
    mix = np.array([truth[f"fouler_mix[{taxon}]"] for taxon in MIX])
    rows: Drawn = []
    for i, share in enumerate(shares):
        kinds = rng.dirichlet(np.maximum(scatter["fouler_mix"] * mix, 1e-3))
        common = {"gear": f"G{i}", "site": EAST, "species": SCALLOP}
        rows.append({"taxon": "host", "fresh_mass_kg": mass_kg * (1 - share)} | common)
        rows += [
            {"taxon": taxon, "fresh_mass_kg": mass_kg * share * kind if kind >= 0.002 else 0} | common
            for taxon, kind in zip(MIX, kinds, strict=True)
        ]
    return rows


def _least_organic(shell_carbon: float) -> float:
    """Return what of a shell's carbon 12.000 % of calcium carbonate cannot hold; the corner is 0.0005 wide."""
    above = shell_carbon - 12.011 / 100.09
    return float((above + np.hypot(above, 0.0005)) / 2 / shell_carbon)


def reported(truth: Mapping[str, float]) -> dict[str, float]:
    """Return truths as a fit reports them, lifted where chemistry and mass balance forbid less.

    The organic share holds what carbonate cannot; no shell has more respired carbon than was respired.
    """
    least = _least_organic(truth["shell_carbon"])
    organic = least + (1 - least) * truth["shell_organic_share"]
    needed = truth["respired_shell_fraction"] * (1 - organic)
    ratio = truth["respiration_ratio"]
    # The corner of this one is 0.02 wide.
    lifted = (ratio + needed + np.hypot(ratio - needed, 0.02)) / 2
    return dict(truth) | {"shell_organic_share": organic, "respiration_ratio": float(lifted)}


def budget_shares(truth: Mapping[str, float], days: float = CYCLE_DAYS) -> np.ndarray:
    """Return the shares of an animal's carbon in tissue, shell, deposits and release, written out by hand."""
    dry = truth["live_weight"] * truth["dry_fraction"]
    shell = dry * truth["shell_share"] * truth["shell_carbon"]
    tissue = dry * (1 - truth["shell_share"]) * truth["tissue_carbon"]
    dropped = 1e-3 * truth["biodeposition_rate"] * truth["biodeposit_carbon"] * days
    mineral = shell * (1 - _least_organic(truth["shell_carbon"])) * (1 - truth["shell_organic_share"])
    released = truth["respiration_ratio"] * shell + truth["calcification_ratio"] * mineral
    carbon = np.array([tissue, shell, dropped, released])
    return carbon / carbon.sum()


def budget(
    rng: np.random.Generator,
    truth: Mapping[str, float] = TRUTH,
    scatter: Mapping[str, float] = SCATTER,
    *,
    animals: int = 8,
) -> Drawn:
    """Return budgets of animals whose shares are Dirichlet about those of the mean animal."""
    drawn = rng.dirichlet(scatter["budget"] * budget_shares(truth), animals)
    return [
        {"individual": f"A{i}", "species": SCALLOP, "site": EAST}
        | dict(zip(PARTS, 1e4 * one + 1e-6, strict=True))
        for i, one in enumerate(drawn)
    ]


TABLES: dict[str, Callable[..., Drawn]] = {
    "traps": traps,
    "oxygen": oxygen,
    "isotopes": isotopes,
    "fouling": fouling,
    "budget": budget,
}
