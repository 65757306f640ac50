"""Oxygen rows without cores leave burial open, and the report says so in words."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from bayescarbon.report.language import LANGUAGES
from bayescarbon.report.remarks import ABOUT_AS_WIDE, burial_remark, burial_remarks


def test_oxygen_alone_is_said_in_both_languages() -> None:
    english, chinese = (burial_remark("North", 30, 0, 3.0, 2.73, language) for language in LANGUAGES)
    assert english is not None and chinese is not None
    for said in (english, chinese):
        assert "North" in said and "30" in said and "91" in said and "burial_fraction" in said
        assert "{" not in said
    assert english.isascii()
    assert "mostly prior" in english and "先验" in chinese


def test_one_row_is_one_row() -> None:
    said = burial_remark("North", 1, 0, 3.0, 3.0, "en")
    assert said is not None and "1 row of" in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("oxygen", "cores"), [(0, 0), (0, 3), (30, 1)])
def test_nothing_to_say(oxygen: int, cores: int, language: str) -> None:
    assert burial_remark("North", oxygen, cores, 3.0, 3.0, language) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_narrow_interval_without_cores_is_no_merit_of_the_rows(language: str) -> None:
    wide = burial_remark("North", 30, 0, 1.0, ABOUT_AS_WIDE, language)  # type: ignore[arg-type]
    narrow = burial_remark("North", 30, 0, 1.0, ABOUT_AS_WIDE - 0.01, language)  # type: ignore[arg-type]
    assert wide is not None and narrow is not None
    assert wide != narrow and "79" in narrow and "North" in narrow


def test_rows_and_widths_are_read_off_the_fit() -> None:
    """Four sites: oxygen alone (two kinds of rows), oxygen with a core, cores alone, and nothing of its own."""
    rng = np.random.default_rng(1)
    sites = ["oxygen", "both", "cores", "bare"]
    logit = rng.standard_normal((1, 4000, 4))
    prior, posterior = (1 / (1 + np.exp(2.4 - factor * logit)) for factor in (1.0, 0.9))
    dims = ("chain", "draw", "site")
    rows = [
        ("oxygen_per_flux", "", "oxygen", "farm"),
        ("burial_fraction", "oxygen", "oxygen", "farm"),
        ("burial_fraction", "oxygen", "both", "farm"),
        ("burial_fraction", "core", "both", "farm"),
        ("burial_fraction", "core", "cores", "farm"),
        # Of the same name, but another place: it is no row of the farm.
        ("burial_fraction", "core", "oxygen", "literature"),
    ]
    names = ("quantity", "method", "site", "origin")
    columns = {n: ("row", np.array([r[i] for r in rows], dtype=object)) for i, n in enumerate(names)}
    data = xr.DataTree.from_dict(
        {
            "prior": xr.Dataset({"burial_fraction": (dims, prior)}, coords={"site": sites}),
            "posterior": xr.Dataset({"burial_fraction": (dims, posterior)}, coords={"site": sites}),
            "observed_data": xr.Dataset(columns),
        }
    )
    (said,) = burial_remarks(SimpleNamespace(data=data), "en")
    assert said.startswith("Burial at oxygen: 2 rows")
    assert "(90 % of the width" in said
