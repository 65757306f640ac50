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


def respired_shell_room(
    respiration_ratio: Named, respired_shell_fraction: Named, shell_organic_share: Named
) -> Named:
    """Return respired carbon less the respired carbon in the shell, per shell carbon formed.

    Parameters
    ----------
    respiration_ratio : Named
        Gross respiration per shell carbon formed, rho.
    respired_shell_fraction : Named
        Share of the shell's inorganic carbon that came from respired CO2, f.
    shell_organic_share : Named
        Share of shell carbon that is organic matrix, phi.

    Returns
    -------
    Named
        rho - f (1 - phi), t C / t C. Below 0 the shell would hold more respired carbon than was respired:
        the model must exclude that.
    """
    return respiration_ratio - respired_shell_fraction * (1.0 - shell_organic_share)
