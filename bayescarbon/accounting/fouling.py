"""Animals that grow on the gear beside the crop and are landed with it."""

from __future__ import annotations

from bayescarbon.accounting.named import Named
from bayescarbon.accounting.stock import Body


def fouling_mass(harvest_t: Named, fouling_ratio: Named) -> Named:
    """Return the live mass of foulers landed with a harvest, F = H w / (1 - w), t.

    Parameters
    ----------
    harvest_t : Named
        Live harvest without foulers, t.
    fouling_ratio : Named
        Foulers' share of the live mass on the gear, foulers / (foulers + shellfish), below 1.
    """
    return harvest_t * fouling_ratio / (1.0 - fouling_ratio)


def ratio_of_total(ratio_of_shellfish: Named) -> Named:
    """Return foulers / (foulers + shellfish) from foulers / shellfish: w = r / (1 + r).

    Parameters
    ----------
    ratio_of_shellfish : Named
        Live mass of foulers per live mass of shellfish, kg/kg.
    """
    return ratio_of_shellfish / (1.0 + ratio_of_shellfish)


def mixed(fouler_mix: Named, per_taxon: Named) -> Named:
    """Return the mean of a per-taxon figure over the mix of foulers.

    Parameters
    ----------
    fouler_mix : Named
        Shares of fouler live mass, dims with ``taxon``, summing to 1 along it.
    per_taxon : Named
        The figure for each taxon (for carbon: t C per live tonne), dims with ``taxon``.

    Returns
    -------
    Named
        Over the common dims without ``taxon``. A contraction, never the product over all dims, because
        batches x taxa x draws would be the largest array of the whole account.
    """
    return fouler_mix.dot(per_taxon, dim="taxon")


def fouling_body(fouler_t: Named, fouler_mix: Named, per_live_tonne: Body) -> Body:
    """Return the carbon of a mass of mixed foulers by part and source, t C.

    Parameters
    ----------
    fouler_t : Named
        Live mass of foulers, t.
    fouler_mix : Named
        Shares of fouler live mass, dims with ``taxon``.
    per_live_tonne : Body
        Carbon of one live tonne of each taxon, dims with ``taxon``.
    """
    return Body(*(fouler_t * mixed(fouler_mix, part) for part in per_live_tonne))


def fouling_respired(
    fouler_t: Named,
    fouler_mix: Named,
    per_live_tonne: Body,
    shell_share: Named,
    respiration_ratio: Named,
) -> Named:
    """Return the carbon respired by the foulers, t C.

    Parameters
    ----------
    fouler_t : Named
        Live mass of foulers, t.
    fouler_mix : Named
        Shares of fouler live mass, dims with ``taxon``.
    per_live_tonne : Body
        Carbon of one live tonne of each taxon, dims with ``taxon``.
    shell_share : Named
        Shell share of each taxon's dry mass; exactly 0 marks a taxon without a shell.
    respiration_ratio : Named
        Carbon respired per shell carbon formed or, where there is no shell, per tissue carbon formed; dims
        with ``taxon``.
    """
    formed = per_live_tonne.shell().where(shell_share > 0.0, per_live_tonne.tissue)
    return fouler_t * mixed(fouler_mix, respiration_ratio * formed)
