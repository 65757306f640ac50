"""Sediment traps: what falls beside a farm is the background, what falls under it background and deposits."""

from __future__ import annotations

import pandas as pd

from bayescarbon.model.equations import size_constants
from bayescarbon.model.measurements.model import MeasurementModel, reading_rows
from bayescarbon.study import Study

# What the size of the animals above a trap is held against.
_OF_SIZE = ("live_weight", "dry_fraction", "shape_factor", "size_exponent")


def trap_rows(study: Study) -> pd.DataFrame:
    """Return catches, and carbon contents of catches, as evidence rows.

    Parameters
    ----------
    study : Study
        Its `traps`; without mouth areas all traps are alike and the background is one per trap.
    """
    rows: list[dict[str, object]] = []
    for trap in study.traps.to_dict("records"):
        farm, area = trap["kind"] == "farm", trap["area_m2"]
        sized = area == area
        background = "background_deposition" if sized else "background_catch"
        mouth = area if sized else 1.0
        common = {name: trap[name] for name in ("site", "season")} | {"kind": "sample", "n": 1.0}
        if farm:
            common |= {"species": trap["species"], "group": trap["group"]}
        scale = trap["days"] * (1.0 if farm else mouth)
        label = f"traps:{trap['trap']}"
        catch = common | {"id": label, "value": trap["dry_mass_mg"] / scale}
        carbon = common | {"id": f"{label}, carbon", "value": trap["carbon_fraction"]}
        if farm:
            size = size_constants(trap["dry_weight_g"], trap["shell_length_mm"])
            of_size, prefix = ((), "") if size == (0.0, 0.0) else (_OF_SIZE, "sized_")
            constants = (mouth, trap["individuals"], *(size if of_size else ()))
            # Carbon is mixed at the rate of the animals that hung there, as the catch is.
            caught = (background, "biodeposition_rate", *of_size)
            mixed = (background, "background_carbon", "biodeposition_rate", "biodeposit_carbon", *of_size)
            catch |= {"quantity": f"{prefix}trap_catch", "parts": caught, "constants": constants}
            carbon |= {"quantity": f"{prefix}trap_carbon", "parts": mixed, "constants": constants}
        else:
            catch |= {"quantity": background}
            carbon |= {"quantity": "background_carbon"}
        rows.append(catch)
        if trap["carbon_fraction"] == trap["carbon_fraction"]:
            rows.append(carbon)
    return reading_rows(rows)


MODEL = MeasurementModel(table="traps", informs=("biodeposition_rate", "biodeposit_carbon"), rows=trap_rows)
