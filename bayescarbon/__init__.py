"""Posterior distributions for the carbon sinks and carbon prices of farmed filter-feeding shellfish.

The public verbs are imported when they are first used, so that ``import bayescarbon`` and the command line
start without PyMC, ArviZ, xarray or pandas.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bayescarbon.accounting.frameworks import frameworks, net_sink
    from bayescarbon.accounting.ledger import account
    from bayescarbon.accounting.pools import pools
    from bayescarbon.accounting.price import carbon_price
    from bayescarbon.errors import StudyError
    from bayescarbon.fit import Fit, fit, load_fit
    from bayescarbon.information.verbs import plan_measurements, rank_measurements
    from bayescarbon.issuance.issue import issue
    from bayescarbon.model.build import build_model
    from bayescarbon.study import Study, read_study

__version__ = "0.1.0"

_HOMES = {
    "Fit": "bayescarbon.fit",
    "Study": "bayescarbon.study",
    "StudyError": "bayescarbon.errors",
    "account": "bayescarbon.accounting.ledger",
    "build_model": "bayescarbon.model.build",
    "carbon_price": "bayescarbon.accounting.price",
    "fit": "bayescarbon.fit",
    "frameworks": "bayescarbon.accounting.frameworks",
    "issue": "bayescarbon.issuance.issue",
    "load_fit": "bayescarbon.fit",
    "net_sink": "bayescarbon.accounting.frameworks",
    "plan_measurements": "bayescarbon.information.verbs",
    "pools": "bayescarbon.accounting.pools",
    "rank_measurements": "bayescarbon.information.verbs",
    "read_study": "bayescarbon.study",
}

__all__ = [
    "Fit",
    "Study",
    "StudyError",
    "__version__",
    "account",
    "build_model",
    "carbon_price",
    "fit",
    "frameworks",
    "issue",
    "load_fit",
    "net_sink",
    "plan_measurements",
    "pools",
    "rank_measurements",
    "read_study",
]


def __getattr__(name: str) -> object:
    """Import a public verb from the module that defines it, the first time that it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return list(__all__)


class _Package(ModuleType):
    """The package itself, whose `fit` is always the verb.

    Importing the submodule ``bayescarbon.fit`` makes Python bind the *module* to the attribute ``fit`` of the
    package, and ``bayescarbon.fit(study)`` would then fail. The module stays importable under its full name.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name in _HOMES and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
