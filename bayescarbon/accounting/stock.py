"""Carbon standing in a mass of animals: the harvest, the stocked seed, or one tonne of a fouler."""

from __future__ import annotations

from typing import NamedTuple

from bayescarbon.accounting.composition import shell_mass_carbon, tissue_mass_carbon
from bayescarbon.accounting.named import Named


class Body(NamedTuple):
    """Carbon of a mass of animals by part and source, t C."""

    shell_dic: Named
    shell_respired: Named
    shell_organic: Named
    tissue: Named

    def inorganic_shell(self) -> Named:
        """Return the shell's carbonate carbon, whichever its source, t C."""
        return self.shell_dic + self.shell_respired

    def shell(self) -> Named:
        """Return all of the shell's carbon, carbonate and organic matrix, t C."""
        return self.shell_dic + self.shell_respired + self.shell_organic


def body(
    live_mass: Named,
    dry_fraction: Named,
    shell_share: Named,
    shell_carbon: Named,
    tissue_carbon: Named,
    shell_organic_share: Named,
    respired_shell_fraction: Named,
) -> Body:
    """Return the carbon of a live mass by part and source.

    Parameters
    ----------
    live_mass : Named
        Live mass, t. With 1 the result is carbon per live tonne.
    dry_fraction : Named
        Dry mass per live mass, t/t.
    shell_share : Named
        Shell share of dry mass, t/t; 0 for animals without a shell.
    shell_carbon, tissue_carbon : Named
        Carbon content of dry shell and of dry tissue, t C / t.
    shell_organic_share : Named
        Share of shell carbon that is organic matrix, t C / t C.
    respired_shell_fraction : Named
        Share of the shell's inorganic carbon that came from respired CO2, t C / t C.

    Returns
    -------
    Body
        Over the common dims of the arguments; the three shell parts add to H d s c_sh.
    """
    shell = shell_mass_carbon(live_mass, dry_fraction, shell_share, shell_carbon)
    inorganic = (1.0 - shell_organic_share) * shell
    return Body(
        shell_dic=(1.0 - respired_shell_fraction) * inorganic,
        shell_respired=respired_shell_fraction * inorganic,
        shell_organic=shell_organic_share * shell,
        tissue=tissue_mass_carbon(live_mass, dry_fraction, shell_share, tissue_carbon),
    )
