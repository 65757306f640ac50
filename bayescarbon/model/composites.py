"""Means that rows observe without being quantities: the accounting's own equations inside the model.

The same functions run on floats, on draws and on named variables of the model's graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bayescarbon.accounting.biodeposits import apparent_burial, carbon_deposition_rate
from bayescarbon.accounting.bounds import bounded_organic_share
from bayescarbon.accounting.composition import carbon_per_live, whole_body_carbon
from bayescarbon.accounting.instruments import (
    biodeposition_at_size,
    carbon_deposition_at_size,
    oxygen_per_flux,
    sized_trap_carbon,
    sized_trap_catch,
    trap_carbon,
    trap_catch,
)
from bayescarbon.accounting.named import Named

#: What an oxygen incubation loses: 1 - apparent burial = a (1 - B).
OXYGEN_LOSS = "oxygen_loss"

#: What an analysis of the organic matrix sees: the share, lifted where the shell has more carbon than CaCO3.
LIFTED_SHARE = "shell_organic_share"


def _oxygen_loss(oxygen_visible_share: Named, burial_fraction: Named) -> Named:
    return 1.0 - apparent_burial(burial_fraction, oxygen_visible_share)


_FUNCTIONS: dict[str, Callable[..., Named]] = {
    "carbon_per_live": carbon_per_live,
    "whole_body_carbon": whole_body_carbon,
    "carbon_deposition_rate": carbon_deposition_rate,
    LIFTED_SHARE: bounded_organic_share,
    "sized_biodeposition": biodeposition_at_size,
    "sized_carbon_deposition": carbon_deposition_at_size,
    "trap_catch": trap_catch,
    "sized_trap_catch": sized_trap_catch,
    "trap_carbon": trap_carbon,
    "sized_trap_carbon": sized_trap_carbon,
    "oxygen_per_flux": oxygen_per_flux,
    OXYGEN_LOSS: _oxygen_loss,
}


def composed(name: str, parts: Sequence[Named], constants: Sequence[Named] = ()) -> Named:
    """Return the mean of a composite from the means of its parts, in the order of its ``composite_of``.

    Parameters
    ----------
    name : str
        Name of the composite.
    parts : sequence of Named
        Means of the parts, canonical units, any kind and dims.
    constants : sequence of Named
        What the measurement itself states: mouth areas, counts of animals, sizes.

    Raises
    ------
    KeyError
        If no equation is registered under the name.
    """
    return _FUNCTIONS[name](*parts, *constants)
