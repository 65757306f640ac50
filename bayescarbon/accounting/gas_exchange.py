"""Exchange of CO2 between sea and air from the difference of partial pressures and the wind."""

from __future__ import annotations

from bayescarbon.accounting.named import Named, exp, log
from bayescarbon.accounting.seawater import ln_fugacity_coefficient

# Wanninkhof (2014): cm/h per (m/s)^2 at a Schmidt number of 660, and the relative uncertainty given with it.
TRANSFER_COEFFICIENT = 0.251
TRANSFER_UNCERTAINTY = 0.20

_ZERO_CELSIUS = 273.15
_METRES_PER_DAY = 0.24  # in 1 cm/h


def schmidt_number(temperature_c: Named) -> Named:
    """Return the Schmidt number of CO2 in sea water of salinity 35: 668 at 20 C.

    Parameters
    ----------
    temperature_c : Named
        Temperature, degrees Celsius, -2 to 40.

    Notes
    -----
    Table 1 of Wanninkhof (2014), Limnology and Oceanography: Methods 12:351-362.
    """
    t = temperature_c
    return 2116.8 - 136.25 * t + 4.7353 * t**2 - 0.092307 * t**3 + 0.0007555 * t**4


def transfer_velocity(
    wind_m_s: Named, temperature_c: Named, coefficient: Named = TRANSFER_COEFFICIENT
) -> Named:
    """Return the gas transfer velocity of CO2, k = a U^2 (Sc/660)^-0.5, cm/h.

    Parameters
    ----------
    wind_m_s : Named
        Wind at 10 m, m/s. The law is for the mean of U^2: a mean wind U over weeks understates k, by 27 % where
        winds are Rayleigh distributed.
    temperature_c : Named
        Temperature of the water, degrees Celsius.
    coefficient : Named
        a, cm/h per (m/s)^2.

    Notes
    -----
    Wanninkhof (2014), Limnology and Oceanography: Methods 12:351-362; a = 0.251, good to 20 %.
    """
    return coefficient * wind_m_s**2 * (schmidt_number(temperature_c) / 660.0) ** -0.5


def solubility_per_volume(temperature_c: Named, salinity: Named) -> Named:
    """Return the solubility of CO2 in sea water per volume, K0, mol / (L atm).

    Parameters
    ----------
    temperature_c : Named
        Temperature, degrees Celsius.
    salinity : Named
        Practical salinity.

    Notes
    -----
    Weiss (1974), Marine Chemistry 2:203-215, the volumetric form: a flux needs moles per cubic metre, and this saves
    an equation for the density. `bayescarbon.accounting.seawater` has the form per kilogram.
    """
    t = (temperature_c + _ZERO_CELSIUS) / 100.0
    by_salinity = 0.027766 - 0.025888 * t + 0.0050578 * t**2
    return exp(-58.0931 + 90.5069 / t + 22.2940 * log(t) + salinity * by_salinity)


def co2_flux(
    delta_pco2_uatm: Named,
    wind_m_s: Named,
    temperature_c: Named,
    salinity: Named,
    coefficient: Named = TRANSFER_COEFFICIENT,
) -> Named:
    """Return the flux of CO2 out of the sea, F = k K0 (pCO2 sea - pCO2 air), mmol m-2 d-1.

    Parameters
    ----------
    delta_pco2_uatm : Named
        pCO2 of the sea minus that of the air, microatmospheres.
    wind_m_s : Named
        Wind at 10 m, m/s.
    temperature_c : Named
        Temperature of the water, degrees Celsius.
    salinity : Named
        Practical salinity.
    coefficient : Named
        Transfer coefficient a, cm/h per (m/s)^2.

    Returns
    -------
    Named
        Positive out of the sea, over the common dims of the arguments.

    Notes
    -----
    Wanninkhof (2014) with the solubility and the fugacity of Weiss (1974). 1 cm/h is 0.24 m/d, and
    mol/(L atm) x uatm is mmol/m3.
    """
    k = transfer_velocity(wind_m_s, temperature_c, coefficient) * _METRES_PER_DAY
    solubility = solubility_per_volume(temperature_c, salinity) * exp(ln_fugacity_coefficient(temperature_c))
    return k * solubility * delta_pco2_uatm
