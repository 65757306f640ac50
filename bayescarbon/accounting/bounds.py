"""What chemistry and mass balance forbid, as smooth maps that no draw can step over.

A prior states each quantity on its own; together they can claim a shell with more mineral carbon than calcium
carbonate holds, or a shell built from more respired carbon than the animal respired. These maps lift the quantity
that gives way just far enough, and leave it alone elsewhere.
"""

from __future__ import annotations

from bayescarbon.accounting.constants import CARBONATE_CARBON
from bayescarbon.accounting.named import Named

# Half-widths of the smooth corner: small against the spread of each quantity, so that its prior stays as stated.
CARBON_CORNER = 0.0005
_RESPIRATION_CORNER = 0.02


def larger(first: Named, second: Named, corner: float) -> Named:
    """Return a smooth upper bound of the larger of two values; it exceeds it by corner/2 where they meet.

    Parameters
    ----------
    first, second : Named
        Values in one unit, any dims.
    corner : float
        Width over which the two branches blend, in that unit.
    """
    gap = first - second
    return 0.5 * (first + second + (gap * gap + corner * corner) ** 0.5)


def bounded_organic_share(shell_organic_share: Named, shell_carbon: Named) -> Named:
    """Return the organic share of shell carbon, lifted where the mineral could not hold the rest.

    Parameters
    ----------
    shell_organic_share : Named
        Share of shell carbon that is organic matrix, t C / t C, before the bound.
    shell_carbon : Named
        Carbon content of dry shell, t C / t shell.

    Returns
    -------
    Named
        phi with (1 - phi) shell_carbon <= 0.1200 (pure CaCO3, 12.011/100.09) on every draw.
    """
    excess = larger(shell_carbon - CARBONATE_CARBON, 0.0, CARBON_CORNER)
    least = excess / shell_carbon
    return least + (1.0 - least) * shell_organic_share


def bounded_respiration_ratio(
    respiration_ratio: Named, respired_shell_fraction: Named, shell_organic_share: Named
) -> Named:
    """Return the respiration ratio, lifted where the shell holds more respired carbon than was respired.

    Parameters
    ----------
    respiration_ratio : Named
        Gross respiration per shell carbon formed, t C / t C, before the bound.
    respired_shell_fraction : Named
        Share of inorganic shell carbon that came from respired CO2.
    shell_organic_share : Named
        Share of shell carbon that is organic matrix.

    Returns
    -------
    Named
        rho >= f (1 - phi), so that shell_respired <= respired on every draw.
    """
    needed = respired_shell_fraction * (1.0 - shell_organic_share)
    return larger(respiration_ratio, needed, _RESPIRATION_CORNER)
