"""Starting fast: what must not be imported by what people type most."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "pymc",
    "pytensor",
    "nutpie",
    "numba",
    "arviz",
    "arviz_base",
    "arviz_stats",
    "matplotlib",
    "scipy.stats",
)


def loaded(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter holds after a statement."""
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines())


@pytest.mark.parametrize(
    "module",
    ["bayescarbon", "bayescarbon.cli", "bayescarbon.evidence", "bayescarbon.study", "bayescarbon.resources"],
)
def test_import_loads_nothing_heavy(module: str) -> None:
    modules = loaded(f"import {module}")
    assert module in modules
    assert modules & {*HEAVY, "xarray"} == set()


@pytest.mark.parametrize("module", ["bayescarbon", "bayescarbon.cli"])
def test_help_needs_no_tables(module: str) -> None:
    assert loaded(f"import {module}") & {"pandas", "numpy", "pint", "pydantic"} == set()


def test_accounting_needs_no_sampler() -> None:
    assert loaded("import bayescarbon.accounting") & set(HEAVY) == set()
