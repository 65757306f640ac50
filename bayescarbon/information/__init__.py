"""What to measure next: shares of the variance, and the value of information for the decision how much to issue.

Everything is read off joint draws of an outcome and of the quantities that it depends on, which may be correlated.
`evppi`, `evsi` and `variance_shares` take any draws. `rank_measurements`, `study_evsi` and `plan_measurements` take a
fit, simulate its measurement models, and are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from bayescarbon.information.perfect_information import evppi
from bayescarbon.information.sample_information import evsi
from bayescarbon.information.variance import variance_shares

if TYPE_CHECKING:
    from bayescarbon.information.plan import Plan
    from bayescarbon.information.verbs import plan_measurements, rank_measurements, study_evsi

_HOMES = {
    "Plan": "bayescarbon.information.plan",
    "plan_measurements": "bayescarbon.information.verbs",
    "rank_measurements": "bayescarbon.information.verbs",
    "study_evsi": "bayescarbon.information.verbs",
}

__all__ = [
    "Plan",
    "evppi",
    "evsi",
    "plan_measurements",
    "rank_measurements",
    "study_evsi",
    "variance_shares",
]


def __getattr__(name: str) -> object:
    """Import what takes a fit from the module that defines it, the first time that it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
