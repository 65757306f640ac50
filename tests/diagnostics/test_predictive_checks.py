"""Predictive checks against counted replicates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from bayescarbon.predictive_checks import CHECK_COLUMNS, checks_table, predictive_table


def groups(values: dict[str, list[float]], spread: float, seed: int) -> tuple[xr.Dataset, xr.Dataset]:
    names = [name for name, rows in values.items() for _ in rows]
    ids = [f"row {i}" for i in range(len(names))]
    seen = np.concatenate([np.array(rows) for rows in values.values()])
    rng = np.random.default_rng(seed)
    observed = xr.Dataset(
        {
            "value": ("row", np.append(seen, np.nan)),
            "quantity": ("row", np.array([*names, "bound"], dtype=object)),
        },
        coords={"row": np.array([*ids, "a bound"], dtype=object)},
    )
    replicated = 10 + spread * rng.standard_normal((1, 4000, len(names)))
    return observed, xr.Dataset(
        {"value": (("chain", "draw", "row"), replicated)}, coords={"row": np.array(ids, dtype=object)}
    )


def test_predictive_checks_count_what_they_say() -> None:
    observed, replicated = groups({"a": [10.0, 11.0, 13.0], "b": [10.0]}, 1.0, 1)
    table = predictive_table(observed, replicated, "posterior").set_index("quantity")
    assert table.index.tolist() == ["a", "b"] and table["n_rows"].tolist() == [3, 1]
    # 13 lies three standard deviations out, the others within 1.645 of them.
    assert table.loc["a", "outside_90"] == pytest.approx(1 / 3)
    mean = stats.norm.sf((34 / 3 - 10) * np.sqrt(3))
    assert table.loc["a", "p_mean"] == pytest.approx(mean, abs=0.01)
    spread = stats.chi2.sf(np.var([10, 11, 13], ddof=1) * 2, 2)
    assert table.loc["a", "p_sd"] == pytest.approx(spread, abs=0.03)
    assert table.loc["b", "p_mean"] == pytest.approx(0.5, abs=0.03) and np.isnan(table.loc["b", "p_sd"])


def test_checks_table_and_its_words() -> None:
    rng = np.random.default_rng(2)
    values = {"good": list(10 + rng.standard_normal(40)), "bad": list(13 + 0.1 * rng.standard_normal(40))}
    observed, posterior = groups(values, 1.0, 3)
    _, prior = groups(values, 4.0, 4)
    pit = pd.DataFrame(
        {"quantity": "good", "pit": (np.arange(40) + 0.5) / 40, "pareto_k": np.append(np.zeros(39), 0.9)}
    )
    table = checks_table(observed, prior, posterior, pit)
    assert table.columns.tolist() == list(CHECK_COLUMNS)
    by = table.set_index(["quantity", "stage"])
    assert by.loc[("good", "posterior"), "note"] == ""
    assert by.loc[("good", "posterior"), ["n_loo", "n_unreliable"]].tolist() == [40, 1]
    assert np.isnan(by.loc[("bad", "posterior"), "loo_p"]) and by.loc[("bad", "posterior"), "n_loo"] == 0
    assert by.loc[("bad", "posterior"), "note"] == (
        "more rows outside their intervals than chance allows; mean of the rows larger than predicted;"
        " spread of the rows smaller than predicted"
    )
