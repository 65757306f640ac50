"""What is refused, and that the message says which column and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayescarbon.information import evppi, evsi, variance_shares
from tests.information.closed_forms import named

RNG = np.random.default_rng(0)
OUTCOME = RNG.normal(size=60)
TABLE = named(RNG.normal(size=(60, 2)))


def broken(value: float) -> pd.DataFrame:
    """Return the table with one value replaced."""
    table = TABLE.copy()
    table.loc[7, "x1"] = value
    return table


@pytest.mark.parametrize("call", [evppi, variance_shares, evsi])
@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (np.where(np.arange(60) == 3, np.nan, OUTCOME), "outcome: 1 of 60 draws .* the first is draw 3"),
        (np.where(np.arange(60) > 57, np.inf, OUTCOME), "outcome: 2 of 60 draws"),
        (OUTCOME[:20], "at least 50 draws are needed, there are 20"),
        (OUTCOME.reshape(30, 2), "one dimension, this one has 2"),
        (["high"] * 60, "outcome: the draws must be numbers"),
        ([str(one) for one in OUTCOME], "outcome: the draws must be numbers"),
        (OUTCOME + 1j, "outcome: the draws must be numbers, real"),
        (np.ma.masked_less(OUTCOME, 0), "none of them masked"),
        (
            xr.DataArray(OUTCOME.reshape(2, 5, 6), dims=("batch", "chain", "draw")),
            "must be chain and draw: sum over the others",
        ),
    ],
)
def test_outcomes(call: Callable[..., Any], outcome: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(outcome, TABLE)


@pytest.mark.parametrize("call", [evppi, variance_shares, evsi])
@pytest.mark.parametrize(
    ("table", "message"),
    [
        (TABLE.iloc[:40], "40 rows, but the outcome has 60 draws"),
        (broken(np.nan), "column 'x1': 1 of 60 draws are not finite numbers, the first is draw 7"),
        (broken(-np.inf), "column 'x1': 1 of 60 draws"),
        (TABLE.set_axis(["a", "a"], axis=1), "column 'a' is there twice"),
        (TABLE.assign(site="A"), "column 'site': the draws must be numbers"),
        (TABLE[[]], "there is no column"),
    ],
)
def test_tables(call: Callable[..., Any], table: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(OUTCOME, table)


@pytest.mark.parametrize("call", [evppi, variance_shares])
@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({}, "groups: there is none"),
        ({"g": []}, "groups, 'g': no column is in it"),
        ({"g": "x0"}, r"give a list of columns, such as \['x0'\]"),
        ({"g": ["x0", "x11"]}, "no column 'x11'. Did you mean 'x1'"),
    ],
)
def test_groups(call: Callable[..., Any], groups: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(OUTCOME, TABLE, groups=groups)


@pytest.mark.parametrize("call", [evppi, variance_shares])
def test_parameters_are_a_table(call: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="parameters: give a DataFrame with one row per draw"):
        call(OUTCOME, TABLE.to_numpy())


@pytest.mark.parametrize("call", [evppi, evsi])
@pytest.mark.parametrize("p", [0, 1, -0.1, 1.5, np.nan, "0.1", True])
def test_levels(call: Callable[..., Any], p: Any) -> None:
    with pytest.raises(ValueError, match="it must be a number above 0 and below 1"):
        call(OUTCOME, TABLE, p=p)


@pytest.mark.parametrize("call", [evppi, evsi])
def test_rules(call: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="no deduction rule 'posterior_q11'"):
        call(OUTCOME, TABLE, rule="posterior_q11")
    with pytest.raises(ValueError, match="'vmd0017': its formula is not verified"):
        call(OUTCOME, TABLE, rule="vmd0017")
    with pytest.raises(ValueError, match="floor is nan"):
        call(OUTCOME, TABLE, floor=float("nan"))


def test_a_variance_is_shared_out_once_and_must_be_there() -> None:
    with pytest.raises(ValueError, match="'x0' is in 'a' and 'b'; a variance is shared out only once"):
        variance_shares(OUTCOME, TABLE, groups={"a": ["x0"], "b": ["x1", "x0"]})
    with pytest.raises(ValueError, match="'x1' is a group and, in no group, a column"):
        variance_shares(OUTCOME, TABLE, groups={"x1": ["x0"]})
    with pytest.raises(ValueError, match="all draws are equal, so there is no variance"):
        variance_shares(np.ones(60), TABLE)


def test_statistics() -> None:
    with pytest.raises(ValueError, match="statistic: there is no design"):
        evsi(OUTCOME, {})
    with pytest.raises(ValueError, match="draws x designs have one or two dimensions, these have 3"):
        evsi(OUTCOME, np.zeros((60, 2, 2)))
    with pytest.raises(ValueError, match="beside those of the draws there may be one, the designs"):
        evsi(OUTCOME, xr.DataArray(np.zeros((6, 10, 2, 2)), dims=("chain", "draw", "n", "site")))
    with pytest.raises(ValueError, match="statistic, design 'traps': give a DataFrame"):
        evsi(OUTCOME, {"traps": OUTCOME})
    with pytest.raises(ValueError, match="quantity: 5 rows, but the outcome has 60 draws"):
        evsi(OUTCOME, TABLE, quantity=np.zeros(5))
