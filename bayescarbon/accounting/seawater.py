"""Carbonate chemistry of seawater, as far as the CO2 released by calcification needs it.

Everything is at one atmosphere, on the total hydrogen ion scale, in mol per kg of seawater. Alkalinity is
carbonate + borate + water alkalinity; the hydrogen ion enters it on the total scale, where the strict
definition wants free hydrogen and hydrogen fluoride: at pH 7 to 9 the difference is below 0.02 umol/kg.

Notes
-----
Sources of the constants.

K0: Weiss (1974), Marine Chemistry 2:203-215. Fugacity: Weiss (1974), virial coefficients at 1 atm.
K1, K2: Lueker, Dickson & Keeling (2000), Marine Chemistry 70:105-119.
KB: Dickson (1990), Deep-Sea Research 37:755-766.
KW: Millero (1995), Geochimica et Cosmochimica Acta 59:661-677, moved to the total scale as in Dickson, Sabine &
Christian (2007), PICES Special Publication 3, chapter 5.
Total boron: Lee et al. (2010), Geochimica et Cosmochimica Acta 74:1801-1811.
Isocapnic quotient: Humphreys et al. (2018), Marine Chemistry 202:1-15; psi at constant pCO2 equals that of
Frankignoulle, Canon & Gattuso (1994), Limnology and Oceanography 39:458-462.
"""

from __future__ import annotations

from typing import NamedTuple

from bayescarbon.accounting.named import Named, exp, log

# Newton's steps on ln[H+]. The start already has carbonate alkalinity right, so the error is that of borate and
# water: over -2 to 40 C, salinity 1 to 42 and 10 to 10 000 uatm 6 steps leave less than 1e-12. A fixed
# number keeps the solution plain arithmetic, which a model can differentiate.
NEWTON_STEPS = 6

_ZERO_CELSIUS = 273.15
_ATMOSPHERE_BAR = 1.01325
_GAS_CONSTANT = 83.14462618  # cm3 bar / (mol K)


class Constants(NamedTuple):
    """Natural logarithms of the constants (mol/kg, total scale; K0 in mol/kg/atm), and total boron (mol/kg)."""

    ln_k0: Named
    ln_k1: Named
    ln_k2: Named
    ln_kb: Named
    ln_kw: Named
    boron: Named


class Carbonate(NamedTuple):
    """A seawater: ln[H+], ln[CO2] (dissolved), DIC (mol/kg) and its constants."""

    ln_hydrogen: Named
    ln_co2: Named
    dic: Named
    constants: Constants


def constants(temperature_c: Named, salinity: Named) -> Constants:
    """Return the constants of the carbonate system at one atmosphere, as natural logarithms.

    Parameters
    ----------
    temperature_c : Named
        Temperature, degrees Celsius.
    salinity : Named
        Practical salinity.
    """
    t = temperature_c + _ZERO_CELSIUS
    ln_t = log(t)
    s = salinity
    root_s = s**0.5
    ln_k0 = (
        -60.2409
        + 93.4517 * (100.0 / t)
        + 23.3585 * (ln_t - 4.605170185988092)  # ln 100
        + s * (0.023517 - 0.023656 * (t / 100.0) + 0.0047036 * (t / 100.0) ** 2)
    )
    pk1 = 3633.86 / t - 61.2172 + 9.67770 * ln_t - 0.011555 * s + 0.0001152 * s**2
    pk2 = 471.78 / t + 25.9290 - 3.16967 * ln_t - 0.01781 * s + 0.0001122 * s**2
    ln_kb = (
        (-8966.90 - 2890.53 * root_s - 77.942 * s + 1.728 * s * root_s - 0.0996 * s**2) / t
        + 148.0248
        + 137.1942 * root_s
        + 1.62142 * s
        + (-24.4344 - 25.085 * root_s - 0.2474 * s) * ln_t
        + 0.053105 * root_s * t
    )
    ln_kw = (
        148.9652 - 13847.26 / t - 23.6521 * ln_t + (118.67 / t - 5.977 + 1.0495 * ln_t) * root_s - 0.01615 * s
    )
    ln_10 = 2.302585092994046
    return Constants(
        ln_k0=ln_k0,
        ln_k1=-ln_10 * pk1,
        ln_k2=-ln_10 * pk2,
        ln_kb=ln_kb,
        ln_kw=ln_kw,
        boron=0.0004326 / 35.0 * s,
    )


def ln_fugacity_coefficient(temperature_c: Named) -> Named:
    """Return ln(fCO2 / pCO2) in air at one atmosphere (Weiss 1974), about -0.003.

    Parameters
    ----------
    temperature_c : Named
        Temperature, degrees Celsius.
    """
    t = temperature_c + _ZERO_CELSIUS
    second_virial = -1636.75 + 12.0408 * t - 0.0327957 * t**2 + 3.16528e-5 * t**3
    cross_virial = 57.7 - 0.118 * t
    return (second_virial + 2.0 * cross_virial) * (_ATMOSPHERE_BAR / _GAS_CONSTANT) / t


class _Terms(NamedTuple):
    """The parts of alkalinity, mol/kg, and the share of boron that is borate."""

    bicarbonate: Named
    carbonate: Named
    borate: Named
    borate_share: Named
    hydroxide: Named
    hydrogen: Named


def _terms(y: Named, ln_co2: Named, k: Constants) -> _Terms:
    # Each part is one exponential of a sum. Written as products and quotients of [H+] instead, the same graph
    # makes PyTensor's simplifier multiply everything out: minutes of compiling instead of a second.
    borate_share = 1.0 / (1.0 + exp(y - k.ln_kb))
    return _Terms(
        bicarbonate=exp(ln_co2 + k.ln_k1 - y),
        carbonate=exp(ln_co2 + k.ln_k1 + k.ln_k2 - 2.0 * y),
        borate=k.boron * borate_share,
        borate_share=borate_share,
        hydroxide=exp(k.ln_kw - y),
        hydrogen=exp(y),
    )


def _alkalinity(part: _Terms) -> Named:
    return part.bicarbonate + 2.0 * part.carbonate + part.borate + part.hydroxide - part.hydrogen


def _alkalinity_slope(part: _Terms) -> Named:
    """Return minus d(alkalinity) / d ln[H+] at constant CO2: a sum of positive terms."""
    borate = part.borate * (1.0 - part.borate_share)
    return part.bicarbonate + 4.0 * part.carbonate + borate + part.hydroxide + part.hydrogen


def carbonate_system(
    temperature_c: Named, salinity: Named, alkalinity_umol_kg: Named, pco2_uatm: Named
) -> Carbonate:
    """Solve the carbonate system for alkalinity and pCO2.

    Parameters
    ----------
    temperature_c : Named
        Temperature, degrees Celsius.
    salinity : Named
        Practical salinity, above 0.
    alkalinity_umol_kg : Named
        Total alkalinity, umol/kg, above 0.
    pco2_uatm : Named
        Partial pressure of CO2, microatmospheres, above 0.

    Returns
    -------
    Carbonate
        Over the common dims of the arguments, in mol/kg.

    Notes
    -----
    At constant CO2 alkalinity falls monotonically with ln[H+]. The start is the exact solution without borate
    and water.
    """
    k = constants(temperature_c, salinity)
    ln_co2 = k.ln_k0 + ln_fugacity_coefficient(temperature_c) + log(pco2_uatm * 1e-6)
    alkalinity = alkalinity_umol_kg * 1e-6
    # x = bicarbonate / alkalinity without borate and water solves x + 2 r x^2 = 1.
    r = exp(k.ln_k2 - k.ln_k1 - ln_co2 + log(alkalinity))
    y = ln_co2 + k.ln_k1 - log(alkalinity) - log(2.0 / (1.0 + (1.0 + 8.0 * r) ** 0.5))
    for _ in range(NEWTON_STEPS):
        part = _terms(y, ln_co2, k)
        y = y + (_alkalinity(part) - alkalinity) / _alkalinity_slope(part)
    part = _terms(y, ln_co2, k)
    dic = exp(ln_co2) + part.bicarbonate + part.carbonate
    return Carbonate(ln_hydrogen=y, ln_co2=ln_co2, dic=dic, constants=k)


def isocapnic_quotient(state: Carbonate) -> Named:
    """Return Q = d(alkalinity) / d(DIC) along constant pCO2 (Humphreys et al. 2018), mol/mol.

    Parameters
    ----------
    state : Carbonate
        A solved carbonate system.

    Notes
    -----
    Both depend on [H+] alone once CO2 is held, so Q is the ratio of the two derivatives by ln[H+].
    """
    part = _terms(state.ln_hydrogen, state.ln_co2, state.constants)
    return _alkalinity_slope(part) / (part.bicarbonate + 2.0 * part.carbonate)


def calcification_ratio(
    temperature_c: Named, salinity: Named, alkalinity_umol_kg: Named, pco2_uatm: Named
) -> Named:
    """Return psi, the CO2 released to the air per CaCO3 formed, at constant pCO2, mol/mol.

    Parameters
    ----------
    temperature_c : Named
        Temperature, degrees Celsius.
    salinity : Named
        Practical salinity, above 0.
    alkalinity_umol_kg : Named
        Total alkalinity, umol/kg, above 0.
    pco2_uatm : Named
        Partial pressure of CO2, microatmospheres, above 0.

    Returns
    -------
    Named
        psi over the common dims of the arguments; floats, arrays, DataArrays and xtensor variables all work.

    Notes
    -----
    One CaCO3 takes 2 of alkalinity, so at constant pCO2 it takes 2/Q of DIC, of which 1 is the CaCO3 itself and
    the rest leaves as CO2: psi = 2/Q - 1.
    """
    state = carbonate_system(temperature_c, salinity, alkalinity_umol_kg, pco2_uatm)
    return 2.0 / isocapnic_quotient(state) - 1.0
