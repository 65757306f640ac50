"""The place of measurement models: each declares the table that it reads and the quantities that it informs.

A table that is not listed here has no likelihood yet, and a study that holds it is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from bayescarbon.evidence.quantities import quantities
from bayescarbon.model.families import FAMILIES, Tensor
from bayescarbon.model.layout import Layout
from bayescarbon.model.likelihood import direct_log_likelihood
from bayescarbon.model.observations import Observations, observe


@dataclass(frozen=True)
class MeasurementModel:
    """How the rows of one table bear on the quantities.

    Attributes
    ----------
    table : str
        Table of the study that it reads.
    informs : tuple of str
        Quantities on which its rows bear.
    observe : callable
        From the layout, which it grows by the cells it needs, and the rows to targets and statistics.
    log_likelihood : callable
        From those, the observed means and the scatter to a scalar tensor, inside a model context.
    """

    table: str
    informs: tuple[str, ...]
    observe: Callable[[Layout, pd.DataFrame], Observations]
    log_likelihood: Callable[[Observations, Tensor, Tensor], Tensor]


DIRECT = MeasurementModel(
    table="evidence",
    informs=tuple(name for name, quantity in quantities().items() if quantity.support in FAMILIES),
    observe=observe,
    log_likelihood=direct_log_likelihood,
)
MEASUREMENT_MODELS = (DIRECT,)
