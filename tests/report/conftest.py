from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tests.report.constructed import (
    BATCHES,
    CHAINS,
    DRAWS,
    Constructed,
    draws_by_line,
    make_economics,
    make_ledger,
)


@pytest.fixture
def draws() -> dict[str, np.ndarray]:
    return draws_by_line()


@pytest.fixture
def ledger(draws: dict[str, np.ndarray]) -> xr.Dataset:
    return make_ledger(draws)


@pytest.fixture
def fitted() -> Constructed:
    rng = np.random.default_rng(5)
    gap = rng.normal(1000.0, 900.0, (len(BATCHES), CHAINS, DRAWS))
    return Constructed(make_economics(gap, rng.uniform(0.01, 0.2, (CHAINS, DRAWS))))
