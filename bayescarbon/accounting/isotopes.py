"""Where the carbon of a shell came from, read from its 13C."""

from __future__ import annotations

from bayescarbon.accounting.named import Named


def shell_isotopes(
    respired_shell_fraction: Named, d13c_respired: Named, d13c_dic: Named, enrichment: Named
) -> Named:
    """Return d13C of the shell carbonate, f d_resp + (1-f) d_DIC + eps, permil.

    Parameters
    ----------
    respired_shell_fraction : Named
        f, share of the carbonate's carbon that came from respired CO2, t C / t C.
    d13c_respired : Named
        d13C of the respired CO2, permil; that of the tissue or of the food stands for it.
    d13c_dic : Named
        d13C of the dissolved inorganic carbon of the water, permil.
    enrichment : Named
        eps, carbonate minus bicarbonate, permil: 2.7 for aragonite, 1.0 for calcite.

    Returns
    -------
    Named
        Over the common dims of the arguments, permil.

    Notes
    -----
    The mass balance of McConnaughey & Gillikin (2008), Geo-Marine Letters 28:287-299; eps of Romanek, Grossman &
    Morse (1992), Geochimica et Cosmochimica Acta 56:419-430. Delta values are mixed linearly, which errs by less
    than 0.001 permil here.
    """
    return respired_shell_fraction * d13c_respired + (1.0 - respired_shell_fraction) * d13c_dic + enrichment


def respired_fraction_of(
    d13c_shell: Named, d13c_respired: Named, d13c_dic: Named, enrichment: Named
) -> Named:
    """Return f, the share of a shell's carbonate that came from respired CO2, from its isotopes, t C / t C.

    Parameters
    ----------
    d13c_shell : Named
        d13C of the shell carbonate, permil.
    d13c_respired : Named
        d13C of the respired CO2, permil.
    d13c_dic : Named
        d13C of the dissolved inorganic carbon, permil; not equal to `d13c_respired`.
    enrichment : Named
        eps, carbonate minus bicarbonate, permil.

    Returns
    -------
    Named
        f over the common dims of the arguments. It is not held between 0 and 1: a value outside says that the
        four numbers do not belong together.

    Notes
    -----
    The inverse of `shell_isotopes`. An error of 1 permil in shell, water or eps is one of 0.05 in f where respired
    carbon is 20 permil lighter than the water's.
    """
    return (d13c_shell - enrichment - d13c_dic) / (d13c_respired - d13c_dic)
