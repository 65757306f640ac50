"""What traps, oxygen cores and animals of one size read, given the quantities that they are about."""

from __future__ import annotations

from bayescarbon.accounting.biodeposits import carbon_deposition_rate
from bayescarbon.accounting.named import Named, exp, log


def biodeposition_at_size(
    biodeposition_rate: Named,
    live_weight: Named,
    dry_fraction: Named,
    shape_factor: Named,
    size_exponent: Named,
    dry_weight: Named,
    cubed_length: Named,
) -> Named:
    """Return the biodeposition of animals of one size, (1 + beta) b (W / g)^beta, mg dry / individual / d.

    Parameters
    ----------
    biodeposition_rate : Named
        b, mean over the culture period, mg dry / individual / d.
    live_weight : Named
        g, mean live weight at harvest, g.
    dry_fraction : Named
        Dry mass per live mass of the whole animal.
    shape_factor : Named
        Live mass over cubed shell length, g/cm3.
    size_exponent : Named
        beta, of live mass.
    dry_weight : Named
        Dry weight of the measured animals, g; 0 where their length is given instead.
    cubed_length : Named
        Cube of the shell length of the measured animals, cm3; 0 where their dry weight is given instead.

    Notes
    -----
    An animal that grows evenly from nothing to g deposits on average 1 / (1 + beta) of what it deposits at g, which
    is why the rate of a market-sized animal is not the mean of its life.
    """
    live_mass = dry_weight / dry_fraction + shape_factor * cubed_length
    return (1.0 + size_exponent) * biodeposition_rate * exp(size_exponent * log(live_mass / live_weight))


def carbon_deposition_at_size(
    biodeposition_rate: Named,
    live_weight: Named,
    dry_fraction: Named,
    shape_factor: Named,
    size_exponent: Named,
    biodeposit_carbon: Named,
    dry_weight: Named,
    cubed_length: Named,
) -> Named:
    """Return the carbon that animals of one size deposit, mg C / individual / d.

    Parameters
    ----------
    biodeposition_rate, live_weight, dry_fraction, shape_factor, size_exponent : Named
        As for `biodeposition_at_size`.
    biodeposit_carbon : Named
        Organic carbon content of the biodeposits, g C / g dry.
    dry_weight, cubed_length : Named
        As for `biodeposition_at_size`.
    """
    rate = biodeposition_at_size(
        biodeposition_rate, live_weight, dry_fraction, shape_factor, size_exponent, dry_weight, cubed_length
    )
    return carbon_deposition_rate(rate, biodeposit_carbon)


def trap_catch(background: Named, biodeposition_rate: Named, area: Named, individuals: Named) -> Named:
    """Return what a trap catches a day, background x area + b x individuals, mg dry / d.

    Parameters
    ----------
    background : Named
        What sinks without any farm, mg dry / m2 / d (mg dry / trap / d where the area is 1).
    biodeposition_rate : Named
        Of the animals above the trap, mg dry / individual / d.
    area : Named
        Mouth area, m2.
    individuals : Named
        Animals whose deposits the trap intercepts.
    """
    return background * area + biodeposition_rate * individuals


def sized_trap_catch(
    background: Named,
    biodeposition_rate: Named,
    live_weight: Named,
    dry_fraction: Named,
    shape_factor: Named,
    size_exponent: Named,
    area: Named,
    individuals: Named,
    dry_weight: Named,
    cubed_length: Named,
) -> Named:
    """Return what a trap catches a day under animals of one size, mg dry / d.

    Parameters
    ----------
    background : Named
        As for `trap_catch`.
    biodeposition_rate, live_weight, dry_fraction, shape_factor, size_exponent : Named
        As for `biodeposition_at_size`.
    area, individuals : Named
        As for `trap_catch`.
    dry_weight, cubed_length : Named
        As for `biodeposition_at_size`.
    """
    rate = biodeposition_at_size(
        biodeposition_rate, live_weight, dry_fraction, shape_factor, size_exponent, dry_weight, cubed_length
    )
    return trap_catch(background, rate, area, individuals)


def trap_carbon(
    background: Named,
    background_carbon: Named,
    biodeposition_rate: Named,
    biodeposit_carbon: Named,
    area: Named,
    individuals: Named,
) -> Named:
    """Return the organic carbon content of a catch: background and deposits, weighted by their masses, g C / g dry.

    Parameters
    ----------
    background : Named
        As for `trap_catch`.
    background_carbon : Named
        Organic carbon content of what sinks anyway, g C / g dry.
    biodeposition_rate : Named
        As for `trap_catch`.
    biodeposit_carbon : Named
        Organic carbon content of the animals' deposits, g C / g dry.
    area, individuals : Named
        As for `trap_catch`.
    """
    sunk, dropped = background * area, biodeposition_rate * individuals
    return (sunk * background_carbon + dropped * biodeposit_carbon) / (sunk + dropped)


def sized_trap_carbon(
    background: Named,
    background_carbon: Named,
    biodeposition_rate: Named,
    biodeposit_carbon: Named,
    live_weight: Named,
    dry_fraction: Named,
    shape_factor: Named,
    size_exponent: Named,
    area: Named,
    individuals: Named,
    dry_weight: Named,
    cubed_length: Named,
) -> Named:
    """Return the organic carbon content of a catch under animals of one size, g C / g dry.

    Parameters
    ----------
    background, background_carbon, biodeposition_rate, biodeposit_carbon : Named
        As for `trap_carbon`.
    live_weight, dry_fraction, shape_factor, size_exponent : Named
        As for `biodeposition_at_size`.
    area, individuals : Named
        As for `trap_catch`.
    dry_weight, cubed_length : Named
        As for `biodeposition_at_size`.
    """
    rate = biodeposition_at_size(
        biodeposition_rate, live_weight, dry_fraction, shape_factor, size_exponent, dry_weight, cubed_length
    )
    return trap_carbon(background, background_carbon, rate, biodeposit_carbon, area, individuals)


def oxygen_per_flux(
    oxygen_visible_share: Named,
    burial_fraction: Named,
    respiratory_quotient: Named,
    carbon_flux_error: Named,
    flux_log_sd: Named,
) -> Named:
    """Return oxygen uptake as carbon at a respiratory quotient of one, per stated carbon flux, a (1 - B) h / RQ.

    Parameters
    ----------
    oxygen_visible_share : Named
        a, carbon loss seen by oxygen per unit of true mineralisation.
    burial_fraction : Named
        B, long-term buried share of deposited organic carbon.
    respiratory_quotient : Named
        CO2 given off per O2 taken up, mol/mol.
    carbon_flux_error : Named
        h, true over stated carbon flux, at the spread of its prior.
    flux_log_sd : Named
        Spread of the stated flux, as a multiple of that of the prior of h.
    """
    error = exp(flux_log_sd * log(carbon_flux_error))
    return oxygen_visible_share * (1.0 - burial_fraction) * error / respiratory_quotient
