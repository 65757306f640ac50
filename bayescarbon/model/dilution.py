"""Where the water is full of mineral particles, animals drop more and what they drop holds less carbon.

So rate and carbon content of biodeposits do not vary independently from site to site: their site effects, in units of
their own spread, have a correlation of `DILUTION`. The spread of each alone stays as its prior states it.
"""

from __future__ import annotations

import numpy as np

from bayescarbon.model.layout import LEVELS, Layout

#: Correlation of the two site effects (assumed: resuspended mud varies tenfold between sites and holds a tenth of the
#: carbon of plankton, while clearance and selection before ingestion vary as well).
DILUTION = -0.5
_RATE, _CONTENT = "biodeposition_rate", "biodeposit_carbon"


def diluted_by(layout: Layout) -> np.ndarray:
    """Return, per node, the node whose site effect its own follows in part, or -1.

    Parameters
    ----------
    layout : Layout
        Its site nodes of carbon content follow those of the rate at the same group, species and site, where there is
        one.
    """
    site = LEVELS.index("site")
    rates = {
        key[1:]: node
        for node, key in enumerate(layout.keys)
        if key[0] == _RATE and layout.level[node] == site
    }
    found = np.full(layout.n_nodes, -1)
    for node, key in enumerate(layout.keys):
        if key[0] == _CONTENT and layout.level[node] == site:
            found[node] = rates.get(key[1:], -1)
    return found
