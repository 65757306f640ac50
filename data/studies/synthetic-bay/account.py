"""The carbon account once more, from the equations: an independent route to the truth of the synthetic bay.

Nothing here comes from the package. Masses are in t, carbon in t C, sinks in t CO2e.
"""

from __future__ import annotations

import math

FOULER_GROUPS = ("mussel", "oyster", "other")
PARTS = ("shell_dic", "shell_respired", "shell_organic", "tissue")


def body(mass: float, animal: dict[str, float]) -> dict[str, float]:
    """Return the carbon in a live mass by part, t C.

    Parameters
    ----------
    mass : float
        Live mass, t.
    animal : dict
        Its composition: dry_fraction, shell_share, shell_carbon, tissue_carbon, shell_organic_share and
        respired_shell_fraction.
    """
    shell = mass * animal["dry_fraction"] * animal["shell_share"] * animal["shell_carbon"]
    organic, respired = animal["shell_organic_share"], animal["respired_shell_fraction"]
    return {
        "shell_dic": shell * (1 - organic) * (1 - respired),
        "shell_respired": shell * (1 - organic) * respired,
        "shell_organic": shell * organic,
        "tissue": mass * animal["dry_fraction"] * (1 - animal["shell_share"]) * animal["tissue_carbon"],
    }


def ledger(
    at: dict[str, float], foulers: dict[str, dict[str, float]], batch: dict[str, float]
) -> dict[str, float]:
    """Return the carbon lines of a batch, t C.

    Parameters
    ----------
    at : dict
        Theta of every quantity at the batch's species and site.
    foulers : dict
        Composition and respiration of the fouling mussels, oysters and others.
    batch : dict
        harvest_t, stocked_t, days, individuals and emissions (t CO2e).
    """
    own, seed = body(batch["harvest_t"], at), body(batch["stocked_t"], at)
    foulers_t = batch["harvest_t"] * at["fouling_ratio"] / (1 - at["fouling_ratio"])
    fouling, fouling_respired = dict.fromkeys(PARTS, 0.0), 0.0
    for group in FOULER_GROUPS:
        part = body(foulers_t * at[f"fouler_mix[{group}]"], foulers[group])
        fouling = {name: fouling[name] + part[name] for name in PARTS}
        fouling_respired += foulers[group]["respiration_ratio"] * _shell(part)
    squirts = (
        foulers_t * at["fouler_mix[ascidian]"] * at["ascidian_dry_fraction"] * at["ascidian_tissue_carbon"]
    )
    fouling["tissue"] += squirts
    fouling_respired += at["ascidian_respiration_ratio"] * squirts
    deposited = (
        1e-9 * at["biodeposition_rate"] * at["biodeposit_carbon"] * batch["individuals"] * batch["days"]
    )
    mineral = [_shell(each) - each["shell_organic"] for each in (own, seed, fouling)]
    return {
        **own,
        **{f"seed_{name}": value for name, value in seed.items()},
        **{f"fouling_{name}": value for name, value in fouling.items()},
        "deposited": deposited,
        "buried": at["burial_fraction"] * deposited,
        "calcification_co2": at["calcification_ratio"] * (mineral[0] - mineral[1]),
        "fouling_calcification_co2": at["calcification_ratio"] * mineral[2],
        "respired": at["respiration_ratio"] * (_shell(own) - _shell(seed)),
        "fouling_respired": fouling_respired,
        "operations": batch["emissions"] * 12 / 44,
    }


def sinks(line: dict[str, float]) -> dict[str, float]:
    """Return the net sinks of a batch by framework, t CO2e.

    Parameters
    ----------
    line : dict
        Its carbon lines, t C.
    """
    own, seed, fouling = ({name: line[pre + name] for name in PARTS} for pre in ("", "seed_", "fouling_"))
    shell = _shell(own) - _shell(seed)
    mineral = shell - own["shell_organic"] + seed["shell_organic"]
    stock = sum(own.values()) - sum(seed.values())
    carbon = {
        "stock_change": stock,
        "improved_stock_change": stock + sum(fouling.values()) + line["buried"],
        "shell_only": shell,
        "shell_dic_only": own["shell_dic"] - seed["shell_dic"],
        "shell_net_calcification": shell - line["calcification_co2"],
        "individual_budget": mineral - line["calcification_co2"] - line["respired"],
        "respiration_and_calcification": -line["calcification_co2"] - line["respired"],
        "air_sea_calcification": -line["calcification_co2"],
    }
    return {name: value * 44 / 12 for name, value in carbon.items()}


def _shell(part: dict[str, float]) -> float:
    return part["shell_dic"] + part["shell_respired"] + part["shell_organic"]


def psi_of_water(temperature_c: float, salinity: float, alkalinity_umol_kg: float, pco2_uatm: float) -> float:
    """Return CO2 released per CaCO3 formed at constant pCO2, by a numerical derivative of the carbonate system.

    Parameters
    ----------
    temperature_c, salinity, alkalinity_umol_kg, pco2_uatm : float
        The water.

    Notes
    -----
    Lueker et al. 2000 (K1, K2), Dickson 1990 (KB), Weiss 1974 (K0), Millero 1995 (KW), Lee et al. 2010 (boron);
    psi = 2/Q - 1 with Q = dTA/dDIC at constant pCO2.
    """
    t, s = temperature_c + 273.15, salinity
    log_t, root_s, t100 = math.log(t), math.sqrt(s), t / 100
    k0 = math.exp(
        -60.2409
        + 93.4517 / t100
        + 23.3585 * math.log(t100)
        + s * (0.023517 - 0.023656 * t100 + 0.0047036 * t100**2)
    )
    k1 = 10 ** -(3633.86 / t - 61.2172 + 9.6777 * log_t - 0.011555 * s + 0.0001152 * s**2)
    k2 = 10 ** -(471.78 / t + 25.929 - 3.16967 * log_t - 0.01781 * s + 0.0001122 * s**2)
    kb = math.exp(
        (-8966.90 - 2890.53 * root_s - 77.942 * s + 1.728 * s * root_s - 0.0996 * s**2) / t
        + 148.0248 + 137.1942 * root_s + 1.62142 * s
        - (24.4344 + 25.085 * root_s + 0.2474 * s) * log_t + 0.053105 * root_s * t
    )  # fmt: skip
    kw = math.exp(
        148.9652
        - 13847.26 / t
        - 23.6521 * log_t
        + (118.67 / t - 5.977 + 1.0495 * log_t) * root_s
        - 0.01615 * s
    )
    boron, co2 = 0.0004326 * s / 35, k0 * pco2_uatm * 1e-6

    def state(ph: float) -> tuple[float, float]:
        h = 10**-ph
        bicarbonate, carbonate = co2 * k1 / h, co2 * k1 * k2 / h**2
        return bicarbonate + 2 * carbonate + boron * kb / (kb + h) + kw / h - h, co2 + bicarbonate + carbonate

    low, high = 5.0, 10.0
    for _ in range(100):
        ph = (low + high) / 2
        low, high = (ph, high) if state(ph)[0] < alkalinity_umol_kg * 1e-6 else (low, ph)
    (alkalinity_up, dic_up), (alkalinity_down, dic_down) = state(ph + 1e-4), state(ph - 1e-4)
    return 2 * (dic_up - dic_down) / (alkalinity_up - alkalinity_down) - 1
