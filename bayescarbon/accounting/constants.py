"""Numbers that the equations share."""

from __future__ import annotations

# Convention of the crediting programmes: molar masses rounded to whole numbers.
CO2E_PER_C = 44.0 / 12.0

# g/mol, for converting laboratory figures (never for CO2e).
MOLAR_C = 12.011
MOLAR_CACO3 = 100.09

# No shell can hold more inorganic carbon than pure CaCO3 does, t C / t shell.
CARBONATE_CARBON = MOLAR_C / MOLAR_CACO3
