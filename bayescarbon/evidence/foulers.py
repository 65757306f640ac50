"""Which quantity defines what stands in the results under the name of a fouler's.

The composition of foulers is that of their group, so that rows on crops tell of it; ascidians have quantities of their
own. Nothing heavy is imported here: names are said by commands that must start at once.
"""

from __future__ import annotations

_FOULER, _ASCIDIAN = "fouler_", "ascidian"


def base_quantity(name: str) -> str:
    """Return the quantity whose definition, prior and rows stand behind a name of ``quantities.csv`` or of an equation.

    Parameters
    ----------
    name : str
        For example ``fouler_dry_fraction[mussel]``, which is ``dry_fraction`` of a fouler, or
        ``fouler_dry_fraction[ascidian]``, which is ``ascidian_dry_fraction``.
    """
    bare, _, part = name.removesuffix("]").partition("[")
    if bare == "fouler_mix" or not bare.startswith(_FOULER):
        return bare
    quantity = bare.removeprefix(_FOULER)
    return f"{_ASCIDIAN}_{quantity}" if part == _ASCIDIAN else quantity


def is_of_crops(name: str) -> bool:
    """Say whether a name is a fouler's, told by rows that are on crops.

    Parameters
    ----------
    name : str
        As for `base_quantity`.
    """
    return name.startswith(f"{_FOULER}{base_quantity(name)}")
