"""Which means stand behind a row: the quantity itself, or several quantities and what the measurement states."""

from __future__ import annotations

import pandas as pd

from bayescarbon.evidence.quantities import composites, readings
from bayescarbon.model.composites import OXYGEN_LOSS

# Apparent burial of an oxygen incubation: 1 - x = a (1 - B). The loss 1 - x is what scatters, and it is positive.
_OXYGEN_PARTS = ("oxygen_visible_share", "burial_fraction")
# The organic share is bounded below by the chemistry of the shell it is part of, so rows on it see both cells.
_ORGANIC_PARTS = ("shell_organic_share", "shell_carbon")
# The deposits of an animal of stated size, and what its size is held against.
_SIZE_PARTS = ("biodeposition_rate", "live_weight", "dry_fraction", "shape_factor", "size_exponent")
_SIZED = {
    "biodeposition_rate": ("sized_biodeposition", _SIZE_PARTS),
    "carbon_deposition_rate": ("sized_carbon_deposition", (*_SIZE_PARTS, "biodeposit_carbon")),
}
# What the season of a reading tells nothing about: an animal's size is what it was measured against, not for.
_STATED_ONCE = {"live_weight", "dry_fraction", "shape_factor", "size_exponent", "carbon_flux_error"}


def seasonal_parts(reading: str, parts: tuple[str, ...]) -> set[str]:
    """Return the quantities that vary over the year in what a row with a season reads.

    Parameters
    ----------
    reading, parts
        As `with_equations` gives them.
    """
    return set(parts) - _STATED_ONCE if reading in readings() else set(parts)


def cubed_cm(length_mm: float) -> float:
    """Return the cube of a shell length, cm3; 0 where it is not given."""
    return (length_mm / 10.0) ** 3 if length_mm == length_mm else 0.0


def size_constants(dry_weight_g: float, shell_length_mm: float) -> tuple[float, float]:
    """Return dry weight and cubed length of measured animals as the equations read them: one of the two.

    Parameters
    ----------
    dry_weight_g, shell_length_mm : float
        NaN where not given; where both are, the weight counts.
    """
    if dry_weight_g == dry_weight_g:
        return dry_weight_g, 0.0
    return 0.0, cubed_cm(shell_length_mm)


def with_equations(evidence: pd.DataFrame) -> pd.DataFrame:
    """Add what each row reads, the means behind it and what the measurement states.

    Parameters
    ----------
    evidence : DataFrame
        Tidy evidence table; rows of instruments have their ``parts`` and ``constants`` already.

    Returns
    -------
    DataFrame
        With ``reading`` (a quantity or the name of an equation), ``parts`` (tuple of quantities) and ``constants``
        (tuple of float).
    """
    found: dict[str, list[object]] = {"reading": [], "parts": [], "constants": []}
    own = "parts" in evidence
    for row in evidence.to_dict("records"):
        if own and isinstance(row["parts"], tuple):
            reading, parts, constants = row["quantity"], row["parts"], row["constants"]
        else:
            reading, parts, constants = _equation(
                row["quantity"], row["method"], row["dry_weight_g"], row["shell_length_mm"]
            )
        found["reading"].append(reading)
        found["parts"].append(parts)
        found["constants"].append(constants)
    return evidence.assign(**{name: pd.Series(values, dtype=object) for name, values in found.items()})


def _equation(
    name: str, method: str, dry_weight_g: float, shell_length_mm: float
) -> tuple[str, tuple[str, ...], tuple[float, ...]]:
    if method == "oxygen":
        return OXYGEN_LOSS, _OXYGEN_PARTS, ()
    if name == "shell_organic_share":
        return name, _ORGANIC_PARTS, ()
    size = size_constants(dry_weight_g, shell_length_mm)
    if name in _SIZED and size != (0.0, 0.0):
        return *_SIZED[name], size
    return name, (composites()[name].composite_of if name in composites() else (name,)), ()
