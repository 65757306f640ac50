"""A batch of a million animals whose account is a published figure per animal: milligrams are kilograms then."""

from __future__ import annotations

import xarray as xr

from tests.accounting.inputs import point

MILLION = 1e6


def budget(
    shell: float, tissue: float, psi: float = 0.0, respired_per_shell: float = 0.0, **crop: float
) -> xr.Dataset:
    """Return inputs whose shell and tissue carbon, in t C, are as asked; shell all carbonate, no foulers.

    Parameters
    ----------
    shell, tissue : float
        Carbon in the landed shell and tissue, t C.
    psi, respired_per_shell : float
        CO2 of calcification and of respiration per shell carbon.
    crop : float
        Other inputs of the crop.
    """
    # One dry tonne per unit of carbon on either side, so that contents of 12 % and 40 % give the masses asked for.
    shell_mass, tissue_mass = shell / 0.12, tissue / 0.40
    dry = shell_mass + tissue_mass
    values = {
        "harvest_t": dry / 0.5,
        "dry_fraction": 0.5,
        "shell_share": shell_mass / dry,
        "shell_carbon": 0.12,
        "tissue_carbon": 0.40,
        "shell_organic_share": 0.0,
        "stocked_t": 0.0,
        "fouling_ratio": 0.0,
        "calcification_ratio": psi,
        "respiration_ratio": respired_per_shell,
    }
    return point(values | crop)
