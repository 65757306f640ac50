"""The gate speaks of every posterior that it is shown, also where a criterion cannot be computed."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from bayescarbon.diagnostics import convergence, judge


def drawn(chains: int, draws: int) -> xr.Dataset:
    """Return independent draws of two quantities."""
    values = np.random.default_rng(20261127).standard_normal((chains, draws, 2))
    return xr.Dataset(
        {
            "dry_fraction": (("chain", "draw"), values[..., 0]),
            "live_weight": (("chain", "draw"), values[..., 1]),
        }
    )


def test_independent_draws_pass() -> None:
    verdict = judge(convergence(drawn(4, 500)), None, refitted=False)
    assert (verdict.passed, verdict.reasons) == (True, ())
    assert verdict.max_rhat < 1.01


def test_a_chain_alone_fails_for_that_reason_only() -> None:
    verdict = judge(convergence(drawn(1, 2000)), None, refitted=False)
    assert not verdict.passed
    assert verdict.reasons == ("no R-hat at all, which takes at least two chains",)
    assert np.isnan(verdict.max_rhat)
    assert verdict.min_ess_bulk > 1000


@pytest.mark.parametrize(("column", "value"), [("r_hat", 1.5), ("ess_bulk", 12.0), ("ess_tail", 12.0)])
def test_the_worst_quantity_is_named(column: str, value: float) -> None:
    table = convergence(drawn(4, 500))
    table.loc[table["quantity"] == "live_weight", column] = value
    (reason,) = judge(table, None, refitted=False).reasons
    assert f"{value:g} of live_weight" in reason


def test_what_cannot_be_computed_of_one_quantity_is_named() -> None:
    table = convergence(drawn(4, 500))
    table.loc[table["quantity"] == "live_weight", "ess_tail"] = np.nan
    (reason,) = judge(table, None, refitted=False).reasons
    assert "no R-hat or effective sample size for live_weight" in reason
