"""Emissions of running the farm."""

from __future__ import annotations

from bayescarbon.accounting.constants import CO2E_PER_C
from bayescarbon.accounting.named import Named


def operations_carbon(operations_emission: Named, harvest_t: Named) -> Named:
    """Return the emissions of gear, fuel, seed and landing as carbon, e H 1e-3 x 12/44, t C.

    Parameters
    ----------
    operations_emission : Named
        Emission per live tonne, kg CO2e / t live (1e-3 is t per kg).
    harvest_t : Named
        Live harvest, t.
    """
    return operations_emission * harvest_t * 1e-3 / CO2E_PER_C


def carbon_of_co2e(co2e: Named) -> Named:
    """Return the carbon of a mass of CO2e, by the programme convention 12/44.

    Parameters
    ----------
    co2e : Named
        Mass, t CO2e.
    """
    return co2e / CO2E_PER_C
