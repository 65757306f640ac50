"""What every test shares: where the repository is, and settings that make a failure happen again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No window, whatever the machine; has to be set before anything imports matplotlib.
os.environ.setdefault("MPLBACKEND", "Agg")
# English, whatever the machine speaks: the commands take their language from the locale.
os.environ["LC_ALL"] = "C.UTF-8"
# Bytecode is kept, as the command line keeps it: each of the many processes would compile PyMC and pandas again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The same examples on each run, and no deadline: the first example pays for imports and compilation.
settings.register_profile(
    "bayescarbon",
    max_examples=50,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("bayescarbon")


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the folder that holds pyproject.toml."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def studies(repository: Path) -> Path:
    """Return the folder of the studies that ship with the package."""
    return repository / "data" / "studies"


#: Files that take a minute or more. They start first: at the end, one of them would keep one worker busy alone.
LONG = ("packaging/test_wheel.py", "cli/test_run.py", "fit/test_measurements.py", "fit/test_fit.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start long files first; the order is otherwise as it was."""
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONG))
