"""How each table of a study bears on the quantities: one module per table, listed here.

Most tables are read as rows of the same kind as `evidence`: a trap's catch or a core's uptake has a mean that the
accounting's own equations give from the quantities, and scatters around it. Isotopes, mixes of foulers and budgets of
animals have likelihoods of their own (`Term`).
"""

from __future__ import annotations

from bayescarbon.model.measurements import budget, fouling, isotopes, oxygen, traps
from bayescarbon.model.measurements.model import MeasurementModel, Term

MEASUREMENT_MODELS: tuple[MeasurementModel, ...] = (
    traps.MODEL,
    oxygen.MODEL,
    fouling.MODEL,
    isotopes.MODEL,
    budget.MODEL,
)

__all__ = ["MEASUREMENT_MODELS", "MeasurementModel", "Term"]
