from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tests.report.constructed import (
    Constructed,
    constructed,
    draws_by_line,
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
    return constructed()
