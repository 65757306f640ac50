"""Tables against numbers computed here with plain numpy from the same draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayescarbon.accounting.frameworks import frameworks
from bayescarbon.accounting.lines import LINES
from bayescarbon.report.tables import (
    LEDGER,
    POOLS,
    PRICES,
    QUANTITIES,
    SINKS,
    ledger_table,
    pools_table,
    prices_table,
    sinks_table,
    tables,
)
from tests.report.constructed import (
    BATCHES,
    CHAINS,
    DRAWS,
    Constructed,
    draws_by_line,
    make_economics,
    make_ledger,
)

BODY = ("shell_dic", "shell_respired", "shell_organic", "tissue")


def improved_stock_change(draws: dict[str, np.ndarray]) -> np.ndarray:
    """The seed paper's total sink in t CO2e, written out."""
    own = sum(draws[line] for line in BODY)
    fouling = sum(draws[f"fouling_{line}"] for line in BODY)
    seed = sum(draws[f"seed_{line}"] for line in BODY)
    return (own + fouling - seed + draws["buried"]) * 44 / 12


def one(frame: pd.DataFrame, **where: str) -> pd.Series:
    for column, value in where.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def assert_summary(row: pd.Series, flat: np.ndarray) -> None:
    assert row["mean"] == pytest.approx(flat.mean(), rel=1e-12)
    assert row["sd"] == pytest.approx(np.sqrt(((flat - flat.mean()) ** 2).sum() / (flat.size - 1)), rel=1e-12)
    expected = np.quantile(flat, [0.05, 0.5, 0.95])
    np.testing.assert_allclose(row[["q05", "median", "q95"]].astype(float), expected, rtol=1e-12)


def test_columns_are_those_of_the_contract(fitted: Constructed, ledger: xr.Dataset) -> None:
    made = tables(fitted, ledger, "CNY")
    assert list(made) == ["quantities", "ledger", "sinks", "pools", "prices"]
    stats = ["mean", "sd", "q05", "median", "q95"]
    checks = ["n_rows", "n_own", "r_hat", "ess_bulk"]
    assert (
        list(made["quantities"])
        == ["quantity", "species", "site", "unit", *stats, *checks]
        == list(QUANTITIES)
    )
    assert list(made["ledger"]) == ["batch", "line", "unit", *stats] == list(LEDGER)
    assert list(made["sinks"]) == ["scope", "framework", "unit", *stats, "p_positive"] == list(SINKS)
    assert list(made["pools"]) == ["scope", "pool", "unit", *stats] == list(POOLS)
    priced = ["batch", "unit", "median", "q05", "q95", "p_negative", "p_undefined"]
    assert list(made["prices"]) == priced == list(PRICES)
    for frame in made.values():
        assert frame["unit"].str.len().gt(0).all()


def test_ledger_rows(draws: dict[str, np.ndarray], ledger: xr.Dataset) -> None:
    frame = ledger_table(ledger)
    assert len(frame) == len(BATCHES) * len(LINES)
    assert frame["batch"].tolist() == [b for b in BATCHES for _ in LINES]
    assert set(frame["unit"]) == {"t C"}
    for position, batch in enumerate(BATCHES):
        assert_summary(one(frame, batch=batch, line="buried"), draws["buried"][position].ravel())


def test_sinks_of_each_batch_and_of_all(draws: dict[str, np.ndarray], ledger: xr.Dataset) -> None:
    frame = sinks_table(ledger)
    assert frame["scope"].drop_duplicates().tolist() == [*BATCHES, "total"]
    assert (
        frame.groupby("scope")["framework"].apply(list).map(lambda names: names == list(frameworks())).all()
    )
    assert set(frame["unit"]) == {"t CO2e"}
    expected = improved_stock_change(draws)
    rows = [one(frame, scope=scope, framework="improved_stock_change") for scope in (*BATCHES, "total")]
    for row, flat in zip(
        rows, [expected[0].ravel(), expected[1].ravel(), expected.sum(axis=0).ravel()], strict=True
    ):
        assert_summary(row, flat)
        assert row["p_positive"] == (flat > 0).mean()


def test_total_is_summarised_from_summed_draws_not_from_summed_quantiles(ledger: xr.Dataset) -> None:
    frame = sinks_table(ledger)
    rows = [one(frame, scope=s, framework="improved_stock_change") for s in (*BATCHES, "total")]
    assert rows[2]["mean"] == pytest.approx(rows[0]["mean"] + rows[1]["mean"], rel=1e-12)
    # Two independent batches partly cancel: adding their quantiles would overstate the interval.
    width = [row["q95"] - row["q05"] for row in rows]
    assert width[2] < 0.95 * (width[0] + width[1])


def test_sources_and_nothing(ledger: xr.Dataset) -> None:
    frame = sinks_table(ledger)
    released = one(frame, scope="total", framework="respiration_and_calcification")
    assert released["q95"] < 0
    assert released["p_positive"] == 0
    nothing = one(frame, scope="total", framework="none")
    assert (nothing[["mean", "sd", "q05", "median", "q95", "p_positive"]] == 0).all()


def test_pools_add_up_and_match(draws: dict[str, np.ndarray], ledger: xr.Dataset) -> None:
    frame = pools_table(ledger)
    assert (
        frame.groupby("scope")["pool"]
        .apply(set)
        .map(lambda p: p == {"used", "removed", "stored", "released"})
        .all()
    )
    assert set(frame["unit"]) == {"t C"}
    for scope in (*BATCHES, "total"):
        mean = {
            pool: one(frame, scope=scope, pool=pool)["mean"]
            for pool in ("used", "removed", "stored", "released")
        }
        assert mean["used"] == pytest.approx(mean["removed"] + mean["stored"] + mean["released"], rel=1e-12)
    assert_summary(one(frame, scope="total", pool="stored"), draws["buried"].sum(axis=0).ravel())


def priced_by_hand() -> tuple[Constructed, xr.Dataset]:
    """East: a gap of 950 over 10 t C less 5 %; west: half of the draws fix nothing, a quarter has a negative gap."""
    draws = {line: np.zeros((2, CHAINS, DRAWS)) for line in draws_by_line()}
    draws["tissue"][0] = 10.0
    draws["tissue"][1, 0] = 4.0
    gap = np.full((2, CHAINS, DRAWS), 950.0)
    gap[1] = 380.0
    gap[1, 0, : DRAWS // 2] = -380.0
    return Constructed(make_economics(gap, np.full((CHAINS, DRAWS), 0.05))), make_ledger(draws)


def test_prices_by_hand() -> None:
    fit, ledger = priced_by_hand()
    frame = tables(fit, ledger, "CNY")["prices"]
    assert frame["unit"].tolist() == ["CNY/t C", "CNY/t CO2e"] * 2
    east = one(frame, batch="east", unit="CNY/t C")
    assert east["median"] == pytest.approx(100.0)
    assert east["q05"] == pytest.approx(100.0)
    assert one(frame, batch="east", unit="CNY/t CO2e")["median"] == pytest.approx(100.0 * 12 / 44)
    assert east["p_negative"] == 0
    assert east["p_undefined"] == 0
    west = one(frame, batch="west", unit="CNY/t C")
    assert west["p_undefined"] == 0.5
    assert west["p_negative"] == 0.25  # of all draws: the three shares add up to one
    assert west["q05"] == pytest.approx(-100.0)
    assert west["q95"] == pytest.approx(100.0)
    assert west["median"] == pytest.approx(0.0)  # of the draws that have a price, half are -100 and half +100


def test_a_price_never_has_a_mean(fitted: Constructed, ledger: xr.Dataset) -> None:
    assert not {"mean", "sd"} & set(tables(fitted, ledger, "CNY")["prices"])


def test_no_draw_with_a_price_leaves_the_quantiles_empty() -> None:
    price = xr.DataArray(np.full((1, 2, 3), np.nan), dims=("batch", "chain", "draw"), coords={"batch": ["b"]})
    frame = prices_table(price, "EUR")
    assert frame[["median", "q05", "q95"]].isna().all(axis=None)
    assert frame["p_undefined"].tolist() == [1.0, 1.0]


def test_without_economics_prices_are_empty_but_there(fitted: Constructed, ledger: xr.Dataset) -> None:
    frame = tables(fitted, ledger, None)["prices"]
    assert frame.empty
    assert list(frame) == list(PRICES)


def test_the_order_of_dims_does_not_matter(ledger: xr.Dataset) -> None:
    turned = ledger.transpose("draw", "batch", "chain")
    pd.testing.assert_frame_equal(ledger_table(ledger), ledger_table(turned))


def test_a_gap_in_the_draws_is_refused(ledger: xr.Dataset) -> None:
    ledger["buried"][1, 0, 3] = np.nan
    with pytest.raises(ValueError, match=r"buried: 1 draws are not finite numbers, first in batch west"):
        ledger_table(ledger)
    with pytest.raises(ValueError, match="improved_stock_change"):
        sinks_table(ledger)
