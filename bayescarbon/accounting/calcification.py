"""CO2 that forming CaCO3 drives out of seawater at constant pCO2."""

from __future__ import annotations

from bayescarbon.accounting.named import Named


def calcification_co2(calcification_ratio: Named, inorganic_shell: Named) -> Named:
    """Return the CO2 released to the air by calcification, psi G, t C.

    Parameters
    ----------
    calcification_ratio : Named
        psi, mol CO2 per mol CaCO3.
    inorganic_shell : Named
        Inorganic shell carbon formed, G, t C: all of it. Where the carbon atoms came from does not change the
        alkalinity that the shell took, so the respired fraction plays no part.
    """
    return calcification_ratio * inorganic_shell


def dic_drawn_down(calcification_ratio: Named, inorganic_shell: Named) -> Named:
    """Return the DIC that calcification takes from the water, (1 + psi) G, t C.

    Parameters
    ----------
    calcification_ratio : Named
        psi, mol CO2 per mol CaCO3.
    inorganic_shell : Named
        Inorganic shell carbon formed, G, t C.
    """
    return (1.0 + calcification_ratio) * inorganic_shell
