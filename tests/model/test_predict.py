"""From draws of the hierarchy to the quantities of a study: every place, every bound, replicated rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayescarbon.accounting.constants import CARBONATE_CARBON
from bayescarbon.evidence.quantities import inverse_link, quantities
from bayescarbon.model.build import Specification, specify
from bayescarbon.model.layout import FOULER_QUANTITIES, TAXA
from bayescarbon.model.observations import Observations
from bayescarbon.model.predict import complete, quantity_draws
from bayescarbon.model.predictive import replicate
from bayescarbon.model.tables import bearing_rows, outlier_table, quantity_table
from tests.fit.worlds import CLAM, OYSTER, SCALLOP, batch, row, samples, write_study

HARVEST = [
    batch("first", "east", SCALLOP),
    batch("second", "east", SCALLOP),
    batch("other", "east", OYSTER),
    batch("far", "west", CLAM),
]
CHAINS, DRAWS = 2, 3000


@pytest.fixture(scope="module")
def specification(tmp_path_factory: pytest.TempPathFactory) -> Specification:
    return specify(write_study(tmp_path_factory.mktemp("predict"), HARVEST), literature=False)


@pytest.fixture(scope="module")
def nodes(specification: Specification) -> np.ndarray:
    size = CHAINS * DRAWS
    nothing = {"eta": np.empty((size, 0)), "level_sd": np.empty((size, 0))}
    return complete(specification, nothing, np.random.default_rng(1))[0]


@pytest.fixture(scope="module")
def drawn(specification: Specification, nodes: np.ndarray) -> xr.Dataset:
    return quantity_draws(specification, nodes, CHAINS)


def test_every_quantity_is_there_with_its_places_and_unit(drawn: xr.Dataset) -> None:
    assert drawn.sizes["stock"] == 3
    assert drawn["stock_species"].values.tolist() == [SCALLOP, OYSTER, CLAM]
    assert drawn["stock_site"].values.tolist() == ["east", "east", "west"]
    for name, quantity in quantities().items():
        if name.startswith("ascidian_"):
            continue
        place = ("stock",) if "species" in quantity.levels else ("site",) if "site" in quantity.levels else ()
        place = {"fouler_mix": ("site", "taxon"), "isotope_enrichment": ("mineral",)}.get(name, place)
        assert drawn[name].dims == ("chain", "draw", *place), name
        assert drawn[name].attrs["units"] == quantity.unit
    assert drawn.sizes["chain"] == CHAINS and drawn.sizes["draw"] == DRAWS
    assert not any(bool(values.isnull().any()) for values in drawn.values())


def test_chains_are_not_mixed_up(specification: Specification, nodes: np.ndarray, drawn: xr.Dataset) -> None:
    node = specification.cells.by_stock["live_weight"][1]
    flat = np.exp(nodes[:, node])
    assert drawn["live_weight"].values[:, :, 1] == pytest.approx(flat.reshape(CHAINS, DRAWS), rel=1e-12)


def test_no_shell_holds_more_carbon_than_chalk(drawn: xr.Dataset) -> None:
    for prefix in ("", "fouler_"):
        mineral = (1 - drawn[f"{prefix}shell_organic_share"]) * drawn[f"{prefix}shell_carbon"]
        assert float(mineral.max()) <= CARBONATE_CARBON + 1e-12
        share = drawn[f"{prefix}shell_organic_share"]
        assert float(share.min()) >= 0.0 and float(share.max()) < 1.0


def test_no_shell_holds_more_respired_carbon_than_was_respired(drawn: xr.Dataset) -> None:
    for prefix in ("", "fouler_"):
        fraction, share = drawn[f"{prefix}respired_shell_fraction"], drawn[f"{prefix}shell_organic_share"]
        assert float((fraction * (1 - share) - drawn[f"{prefix}respiration_ratio"]).max()) <= 0.0


def test_bounds_leave_nearly_all_draws_where_the_prior_put_them(
    specification: Specification, nodes: np.ndarray, drawn: xr.Dataset
) -> None:
    free = inverse_link("fraction", nodes[:, specification.cells.by_stock["shell_organic_share"][0]])
    bounded = drawn["shell_organic_share"].isel(stock=0).values.ravel()
    carbon = drawn["shell_carbon"].isel(stock=0).values.ravel()
    poor = carbon < 0.119  # clear of the 0.1200 at which the bound takes hold
    assert poor.mean() > 0.5
    assert np.all(bounded >= free)
    assert np.median(bounded[poor] - free[poor]) < 0.001


def test_foulers_of_a_study_are_the_same_everywhere_and_ascidians_have_no_shell(drawn: xr.Dataset) -> None:
    assert drawn["taxon"].values.tolist() == list(TAXA)
    for name in FOULER_QUANTITIES:
        values = drawn[f"fouler_{name}"]
        assert values.dims == ("chain", "draw", "taxon")
        for i, taxon in enumerate(TAXA):
            other = values.isel(taxon=i)
            assert (float(other.std()) > 0) == (taxon != "ascidian" or f"ascidian_{name}" in quantities()), (
                name
            )
    for name in ("shell_share", "shell_carbon", "shell_organic_share", "respired_shell_fraction"):
        assert not drawn[f"fouler_{name}"].sel(taxon="ascidian").any()
    assert float(drawn["fouler_dry_fraction"].sel(taxon="ascidian").mean()) < 0.2


def test_shares_of_foulers_add_up_and_keep_their_stated_quantiles(drawn: xr.Dataset) -> None:
    mix = drawn["fouler_mix"]
    assert mix.sum("taxon").values == pytest.approx(1.0, abs=1e-12)
    assert not np.allclose(mix.sel(site="east"), mix.sel(site="west"))
    for taxon, stated in quantities()["fouler_mix"].by.items():
        share = mix.sel(site="east", taxon=taxon).values
        # The four statements hold together only to a fifth of a width, so tails of 5 % may be 2 % to 10 %.
        assert 0.02 < np.mean(share < stated.q05) < 0.10
        assert 0.02 < np.mean(share > stated.q95) < 0.10


def test_enrichment_of_each_mineral_is_its_own(drawn: xr.Dataset) -> None:
    error = 4 * 0.4 / np.sqrt(CHAINS * DRAWS)
    enrichment = drawn["isotope_enrichment"]
    assert float(enrichment.sel(mineral="aragonite").mean()) == pytest.approx(2.7, abs=error)
    assert float(enrichment.sel(mineral="calcite").mean()) == pytest.approx(1.0, abs=error)


# --- replicated rows ----------------------------------------------------------------------------------------


def evidence_of(folder: Path) -> Observations:
    rows = [
        *samples("live_weight", "east", [22, 25, 30]),
        row("live_weight", "east", value=26, n=16),
        row("live_weight", "east", low=15, high=40),
        row("dry_fraction", "east", value=0.55, n=4),
        row("burial_fraction", "east", value=0.4, method="oxygen"),
    ]
    return specify(write_study(folder, HARVEST, rows), literature=False).observations


def test_replicated_rows_have_the_mean_and_the_spread_of_what_they_repeat(tmp_path: Path) -> None:
    observations = evidence_of(tmp_path)
    rows = observations.rows
    targets = len(observations.targets.node) + len(observations.targets.composite)
    mean, cv = np.full((500, targets), 0.5), np.full((500, len(observations.scatter)), 0.2)
    mean[:, rows["target"].iloc[0]] = 25.0
    dry, loss = rows["target"].iloc[5], rows["target"].iloc[6]
    mean[:, dry], mean[:, loss] = 0.55, 0.7
    got = replicate(observations, mean, cv, np.random.default_rng(2))["value"].isel(chain=0)
    # A range has no single value.
    assert got["row"].values.tolist() == rows["id"].drop(4).tolist()
    values = got.values
    assert values[:, 0].mean() == pytest.approx(25, abs=4 * 5 / np.sqrt(500))
    assert values[:, 0].std() == pytest.approx(5, rel=0.15)
    assert values[:, 3].mean() == pytest.approx(26, abs=1 + 4 * 5 / 4 / np.sqrt(500))
    assert values[:, 3].std() == pytest.approx(5 / 4, rel=0.15)
    at = quantities()["dry_fraction"].prior.q50
    assert values[:, 4].std() == pytest.approx(0.2 * at * np.sqrt(0.55 * 0.45 / (at * (1 - at))) / 2, rel=0.2)
    # An oxygen row is replicated as the efficiency that it printed: 1 - loss.
    assert values[:, 5].mean() == pytest.approx(0.3, abs=4 * 0.14 / np.sqrt(500))


# --- tables -------------------------------------------------------------------------------------------------


def test_table_of_quantities_counts_the_rows_behind_each(tmp_path: Path) -> None:
    rows = [
        *samples("dry_fraction", "east", [0.5, 0.6]),
        *samples("carbon_per_live", "east", [0.08]),
        *samples("dry_fraction", "west", [0.4], CLAM),
        row("burial_fraction", "west", value=0.4, method="oxygen"),
        row("baseline_share", "west", value=0.1),
        row("ascidian_dry_fraction", "east", value=0.07),
        row("ascidian_dry_fraction", "west", value=0.09),
    ]
    found = specify(write_study(tmp_path, HARVEST, rows), literature=False)
    rng = np.random.default_rng(3)
    informed = found.informed
    sampled = {
        "eta": rng.normal(-1, 0.1, (40, len(informed.nodes))),
        "level_sd": np.full((40, len(informed.sds)), 0.2),
    }
    quantity = quantity_draws(found, complete(found, sampled, rng)[0], 2)
    none = pd.DataFrame({"quantity": [], "position": [], "r_hat": [], "ess_bulk": []})
    table = quantity_table(quantity, none, bearing_rows(found.observations, found.terms)).set_index(
        ["quantity", "species", "site"]
    )
    counts = table[["n_rows", "n_own"]].apply(tuple, axis=1)
    assert counts["dry_fraction", SCALLOP, "east"] == (4, 3)
    assert counts["dry_fraction", OYSTER, "east"] == (4, 0)
    assert counts["dry_fraction", CLAM, "west"] == (4, 1)
    assert counts["tissue_carbon", SCALLOP, "east"] == (1, 1)
    assert counts["burial_fraction", "", "west"] == (1, 1)
    assert counts["oxygen_visible_share", "", "west"] == (1, 1)
    assert counts["burial_fraction", "", "east"] == (1, 0)
    # One for all sites: a row of any site is of it.
    assert counts["baseline_share", "", ""] == (1, 1)
    # Foulers of a group are told by rows on its crops, ascidians by rows of their own only.
    assert counts["fouler_dry_fraction[mussel]", "", ""] == (4, 0)
    assert counts["fouler_dry_fraction[ascidian]", "", ""] == (2, 2)
    assert counts["fouler_tissue_carbon[ascidian]", "", ""] == (0, 0)
    values = quantity["dry_fraction"].isel(stock=0).values.ravel()
    one = table.loc[("dry_fraction", SCALLOP, "east")]
    wanted = [values.mean(), values.std(ddof=1), *np.quantile(values, [0.05, 0.5, 0.95])]
    assert one[["mean", "sd", "q05", "median", "q95"]].tolist() == pytest.approx(wanted, rel=1e-12)


def test_probability_of_a_slip_is_the_share_of_the_wide_component(tmp_path: Path) -> None:
    values = [21, 22, 24, 25, 26, 28, 30, 240]
    found = specify(write_study(tmp_path, HARVEST, samples("live_weight", "east", values)), literature=False)
    observations = found.observations
    near = outlier_table(observations, np.full((5, 1), 25.0), np.full((5, 1), 0.15))
    far = outlier_table(observations, np.full((5, 1), 240.0), np.full((5, 1), 0.15))
    assert near["value"].tolist() == [240]
    assert near["id"].tolist() == ["evidence:9"]
    assert near["p_outlier"].iloc[0] > 0.999
    assert far["p_outlier"].iloc[0] < 0.02
    mixed = outlier_table(observations, np.array([[25.0], [240.0]]), np.full((2, 1), 0.15))
    assert mixed["p_outlier"].iloc[0] == pytest.approx(
        (near["p_outlier"].iloc[0] + far["p_outlier"].iloc[0]) / 2
    )
