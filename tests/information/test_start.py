"""Information is read off draws, so it starts without a sampler."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"pymc", "pytensor", "nutpie", "numba", "arviz_base", "arviz_stats", "matplotlib", "scipy.stats"}


def test_import_loads_no_sampler() -> None:
    code = "import bayescarbon.information, sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.splitlines()) & HEAVY == set()
