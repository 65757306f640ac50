"""The carbon that one animal uses over its life in culture, by what becomes of it."""

from __future__ import annotations

from typing import NamedTuple

from bayescarbon.accounting.biodeposits import carbon_deposition_rate
from bayescarbon.accounting.calcification import calcification_co2
from bayescarbon.accounting.composition import shell_mass_carbon, tissue_mass_carbon
from bayescarbon.accounting.named import Named
from bayescarbon.accounting.respiration import respired

#: Quantities that the carbon of an animal follows from, as `animal_carbon` names them.
ANIMAL_INPUTS: tuple[str, ...] = (
    "live_weight", "dry_fraction", "shell_share", "shell_carbon", "tissue_carbon", "shell_organic_share",
    "biodeposition_rate", "biodeposit_carbon", "respiration_ratio", "calcification_ratio",
)  # fmt: skip
_MG_PER_G = 1e3


class AnimalCarbon(NamedTuple):
    """Carbon of one animal by what becomes of it, mg C / individual."""

    tissue: Named
    carbonate: Named
    shell_organic: Named
    deposited: Named
    respired: Named
    calcification_co2: Named

    def shell(self) -> Named:
        """Return all of the shell's carbon, carbonate and organic matrix."""
        return self.carbonate + self.shell_organic

    def harvested(self) -> Named:
        """Return what leaves the water with the animal: shell and tissue."""
        return self.shell() + self.tissue

    def released(self) -> Named:
        """Return what the animal gives off as CO2: respired, and driven out by calcification."""
        return self.respired + self.calcification_co2

    def used(self) -> Named:
        """Return all that the animal took: harvested, deposited and released."""
        return self.harvested() + self.deposited + self.released()

    def ingested(self) -> Named:
        """Return what it took as particles: all but the carbonate and the CO2 of forming it, which are of the water."""
        return self.tissue + self.shell_organic + self.deposited + self.respired


def animal_carbon(
    live_weight: Named,
    dry_fraction: Named,
    shell_share: Named,
    shell_carbon: Named,
    tissue_carbon: Named,
    shell_organic_share: Named,
    biodeposition_rate: Named,
    biodeposit_carbon: Named,
    respiration_ratio: Named,
    calcification_ratio: Named,
    days: Named,
) -> AnimalCarbon:
    """Return the carbon that one animal used over some days, by what became of it.

    Parameters
    ----------
    live_weight : Named
        g, at the end of the days, g / individual.
    dry_fraction : Named
        d, dry mass per live mass of the whole animal, g/g.
    shell_share : Named
        s, shell share of dry mass, g/g.
    shell_carbon, tissue_carbon : Named
        c_sh and c_ti, carbon content of dry shell and of dry tissue, g C / g.
    shell_organic_share : Named
        phi, share of shell carbon that is organic matrix, g C / g C; taken as given, so bound it before
        (`bounds.bounded_organic_share`) where the prior does not.
    biodeposition_rate : Named
        b, faeces and pseudofaeces, mean over the days, mg dry / individual / d.
    biodeposit_carbon : Named
        o, organic carbon content of the biodeposits, g C / g dry.
    respiration_ratio : Named
        rho, gross respiration per shell carbon formed, g C / g C.
    calcification_ratio : Named
        psi, mol CO2 per mol CaCO3.
    days : Named
        T, length of the budget, d.

    Returns
    -------
    AnimalCarbon
        Over the common dims of the arguments, mg C / individual.

    Notes
    -----
    The ledger's lines (docs/equations.md) for one animal without foulers or seed: shell g d s c_sh, of which phi is
    organic; tissue g d (1 - s) c_ti; deposited b o T; respired rho x shell; CO2 of calcification psi x carbonate.
    """
    shell = _MG_PER_G * shell_mass_carbon(live_weight, dry_fraction, shell_share, shell_carbon)
    carbonate = (1.0 - shell_organic_share) * shell
    return AnimalCarbon(
        tissue=_MG_PER_G * tissue_mass_carbon(live_weight, dry_fraction, shell_share, tissue_carbon),
        carbonate=carbonate,
        shell_organic=shell_organic_share * shell,
        deposited=carbon_deposition_rate(biodeposition_rate, biodeposit_carbon) * days,
        respired=respired(respiration_ratio, shell),
        calcification_co2=calcification_co2(calcification_ratio, carbonate),
    )
