"""Carbon in an animal, from its dry fraction, the shell's share and the carbon contents."""

from __future__ import annotations

from bayescarbon.accounting.named import Named


def whole_body_carbon(shell_share: Named, shell_carbon: Named, tissue_carbon: Named) -> Named:
    """Return the carbon content of the dry animal, shell and tissue together, t C / t dry.

    Parameters
    ----------
    shell_share : Named
        Shell share of dry mass, t/t.
    shell_carbon, tissue_carbon : Named
        Carbon content of dry shell and of dry tissue, t C / t.

    Notes
    -----
    s c_sh + (1 - s) c_ti, over the common dims of the arguments.
    """
    return shell_share * shell_carbon + (1.0 - shell_share) * tissue_carbon


def carbon_per_live(
    dry_fraction: Named, shell_share: Named, shell_carbon: Named, tissue_carbon: Named
) -> Named:
    """Return the carbon of one tonne of live animals, t C / t live.

    Parameters
    ----------
    dry_fraction : Named
        Dry mass per live mass, t/t.
    shell_share : Named
        Shell share of dry mass, t/t.
    shell_carbon, tissue_carbon : Named
        Carbon content of dry shell and of dry tissue, t C / t.

    Notes
    -----
    d (s c_sh + (1 - s) c_ti), over the common dims of the arguments.
    """
    return dry_fraction * whole_body_carbon(shell_share, shell_carbon, tissue_carbon)


def shell_mass_carbon(
    live_mass: Named, dry_fraction: Named, shell_share: Named, shell_carbon: Named
) -> Named:
    """Return the carbon in the shells of a live mass, H d s c_sh, t C.

    Parameters
    ----------
    live_mass : Named
        Live mass, t.
    dry_fraction : Named
        Dry mass per live mass, t/t.
    shell_share : Named
        Shell share of dry mass, t/t.
    shell_carbon : Named
        Carbon content of dry shell, t C / t.
    """
    return live_mass * dry_fraction * shell_share * shell_carbon


def tissue_mass_carbon(
    live_mass: Named, dry_fraction: Named, shell_share: Named, tissue_carbon: Named
) -> Named:
    """Return the carbon in the soft tissue of a live mass, H d (1 - s) c_ti, t C.

    Parameters
    ----------
    live_mass : Named
        Live mass, t.
    dry_fraction : Named
        Dry mass per live mass, t/t.
    shell_share : Named
        Shell share of dry mass, t/t.
    tissue_carbon : Named
        Carbon content of dry tissue, t C / t.
    """
    return live_mass * dry_fraction * (1.0 - shell_share) * tissue_carbon
