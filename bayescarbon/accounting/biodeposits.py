"""Faeces and pseudofaeces: how much carbon reaches the bed, and how much of it stays."""

from __future__ import annotations

from bayescarbon.accounting.constants import MOLAR_C
from bayescarbon.accounting.named import Named


def individuals_alive(harvest_t: Named, live_weight: Named, alive_to_harvested: Named) -> Named:
    """Return the mean number of animals alive over the cycle, N = m 1e6 H / g.

    Parameters
    ----------
    harvest_t : Named
        Live harvest, t.
    live_weight : Named
        Mean live weight at harvest, g per individual.
    alive_to_harvested : Named
        Mean number alive over the cycle per animal harvested.
    """
    return alive_to_harvested * 1e6 * harvest_t / live_weight


def carbon_deposition_rate(biodeposition_rate: Named, biodeposit_carbon: Named) -> Named:
    """Return the carbon that one animal deposits a day, b o, mg C / individual / d.

    Parameters
    ----------
    biodeposition_rate : Named
        Faeces and pseudofaeces, mg dry / individual / d, mean over the animal's culture period.
    biodeposit_carbon : Named
        Organic carbon content of the biodeposits, g C / g dry.
    """
    return biodeposition_rate * biodeposit_carbon


def deposited(
    biodeposition_rate: Named, biodeposit_carbon: Named, individuals: Named, cycle_days: Named
) -> Named:
    """Return the carbon deposited over a cycle, 1e-9 b o N T, t C (1e-9 is t per mg).

    Parameters
    ----------
    biodeposition_rate : Named
        Faeces and pseudofaeces, mg dry / individual / d.
    biodeposit_carbon : Named
        Organic carbon content of the biodeposits, g C / g dry.
    individuals : Named
        Mean number alive over the cycle.
    cycle_days : Named
        Length of the cycle, d.
    """
    return 1e-9 * carbon_deposition_rate(biodeposition_rate, biodeposit_carbon) * individuals * cycle_days


def buried(burial_fraction: Named, deposited_c: Named) -> Named:
    """Return the deposited carbon that is still buried in the long term, B x deposited, t C.

    Parameters
    ----------
    burial_fraction : Named
        Long-term buried share of deposited organic carbon.
    deposited_c : Named
        Carbon deposited, t C.
    """
    return burial_fraction * deposited_c


def mineralised_carbon(oxygen_uptake: Named, respiratory_quotient: Named) -> Named:
    """Return the carbon that a sediment mineralises, from its oxygen uptake, mg C m-2 d-1.

    Parameters
    ----------
    oxygen_uptake : Named
        Sediment oxygen uptake, mmol O2 m-2 d-1.
    respiratory_quotient : Named
        CO2 given off per O2 taken up, mol/mol.

    Notes
    -----
    The quotient is CO2 out per O2 in, so it multiplies. Papers that print uptake / 0.85 overstate
    mineralisation 1 / 0.85^2 = 1.38 times.
    """
    return oxygen_uptake * respiratory_quotient * MOLAR_C


def apparent_burial(burial_fraction: Named, oxygen_visible_share: Named) -> Named:
    """Return what an oxygen incubation reads as burial, 1 - a (1 - B).

    Parameters
    ----------
    burial_fraction : Named
        Long-term buried share of deposited organic carbon, B.
    oxygen_visible_share : Named
        Carbon loss seen by oxygen per unit of true mineralisation, a.
    """
    return 1.0 - oxygen_visible_share * (1.0 - burial_fraction)
