"""CO2 that the animals respire."""

from __future__ import annotations

from bayescarbon.accounting.named import Named


def respired(respiration_ratio: Named, shell_formed: Named) -> Named:
    """Return the carbon respired over the culture period, rho x shell carbon formed, t C, gross.

    Parameters
    ----------
    respiration_ratio : Named
        Gross respiration per shell carbon formed, t C / t C.
    shell_formed : Named
        Shell carbon formed (harvested less stocked; carbonate and matrix), t C.
    """
    return respiration_ratio * shell_formed
