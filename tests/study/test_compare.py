"""How far is too far: four standard deviations, of the literature or, without any, of the shipped prior."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from bayescarbon.evidence.quantities import inverse_link, link, quantities
from bayescarbon.evidence.table import evidence_table
from bayescarbon.study.compare import DEVIATIONS, unusual

NOTHING = evidence_table([])


def told(name: str, value: float) -> bool:
    """Return whether a value is told of, where nothing was published."""
    row = {"id": "evidence:2", "origin": "farm", "quantity": name, "kind": "sample", "value": value}
    return bool(unusual(evidence_table([row]), NOTHING))


@pytest.mark.parametrize("name", ["live_weight", "tissue_carbon", "biodeposition_rate"])
@pytest.mark.parametrize("side", [1, -1])
def test_without_literature_the_shipped_prior_says_what_is_far(name: str, side: int) -> None:
    """Its standard deviation on the link is its 90 % width over that of a standard normal."""
    quantity = quantities()[name]
    low, middle, high = link(quantity.support, quantity.prior.as_tuple())
    sd = (high - low) / np.diff(stats.norm.ppf([0.05, 0.95])).item()
    near, far = (
        float(inverse_link(quantity.support, middle + side * share * DEVIATIONS * sd))
        for share in (0.99, 1.01)
    )
    assert not told(name, near)
    assert told(name, far)


def test_four_deviations_of_a_live_weight_by_hand() -> None:
    # 5 to 90 g at 90 % is a factor 18: log 18 / (2 x 1.645) = 0.8786, and 20 g x exp(4 x 0.8786) = 672 g.
    assert not told("live_weight", 660.0)
    assert told("live_weight", 685.0)
