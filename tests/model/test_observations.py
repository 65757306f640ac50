"""What each row observes: which mean, computed by which equation, in which season."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from scipy.optimize import brentq

from bayescarbon.accounting.biodeposits import apparent_burial, carbon_deposition_rate
from bayescarbon.accounting.bounds import bounded_organic_share
from bayescarbon.accounting.composition import carbon_per_live, whole_body_carbon
from bayescarbon.evidence.literature import CLAIM, beside, library, literature
from bayescarbon.evidence.quantities import inverse_link, link, quantities
from bayescarbon.evidence.table import SEASONS, evidence_table
from bayescarbon.model.build import Specification, evidence_for, model_of, specify
from bayescarbon.model.composites import composed
from bayescarbon.model.observations import seasonal_items
from bayescarbon.model.predict import complete, quantity_draws
from tests.fit.worlds import CLAM, OYSTER, SCALLOP, Row, batch, row, samples, write_study

HARVEST = [batch("a", "east"), batch("b", "west"), batch("c", "west", OYSTER)]
DRAWS = 4
MUSSEL = "Mytilus galloprovincialis"


def specified(folder: Path, evidence: list[Row], literature: bool = False) -> Specification:
    return specify(write_study(folder, HARVEST, evidence), literature)


@dataclasses.dataclass(frozen=True)
class World:
    """A few draws of a study's prior with the means that its rows observe in them."""

    specification: Specification
    sampled: dict[str, np.ndarray]

    def observed(
        self, name: str, site: str, species: str = SCALLOP, season: str = "", method: str = ""
    ) -> np.ndarray:
        """Return the mean (draw,) that a row of the evidence observes."""
        rows = self.specification.observations.rows
        here = (rows["quantity"] == name) & (rows["site"] == site) & (rows["season"] == season)
        here &= rows["species"].isin(["", species]) & (rows["method"] == method)
        targets = rows.loc[here, "target"].unique()
        assert len(targets) == 1, (name, site, season, method)
        return self.sampled["observed_mean"][:, targets[0]]

    def link_value(self, name: str, site: str, group: str = "scallop", species: str = SCALLOP) -> np.ndarray:
        """Return eta (draw,) of a cell."""
        layout, informed = self.specification.layout, self.specification.informed
        node = layout.cell(name, group, species, f"farm:{site}")
        return self.sampled["eta"][:, informed.nodes.tolist().index(node)]


def drawn(specification: Specification) -> World:
    model = model_of(specification)
    names = [n for n in ("eta", "level_sd", "season_effect", "observed_mean") if n in model.named_vars]
    values = pm.draw([model[name] for name in names], DRAWS, mode="FAST_COMPILE", random_seed=12)
    return World(specification, dict(zip(names, values, strict=True)))


def every_season(name: str, site: str, value: float, **other: object) -> list[Row]:
    """Return a row of the year and one of each season."""
    return [row(name, site, value=value, season=season, **other) for season in ("", *SEASONS)]


# --- targets ------------------------------------------------------------------------------------------------


def test_rows_see_the_mean_of_their_own_place(tmp_path: Path) -> None:
    world = drawn(
        specified(
            tmp_path,
            [
                row("tissue_carbon", "east", value=0.40),
                row("tissue_carbon", "west", value=0.41),
                row("live_weight", "west", OYSTER, value=80),
                row("burial_fraction", "west", value=0.07, method="core"),
            ],
        )
    )
    for name, place in (
        ("tissue_carbon", ("east", "scallop", SCALLOP)),
        ("tissue_carbon", ("west", "scallop", SCALLOP)),
        ("live_weight", ("west", "oyster", OYSTER)),
        ("burial_fraction", ("west", "scallop", SCALLOP)),
    ):
        site, _, species = place
        seen = world.observed(name, site, species, method="core" if name == "burial_fraction" else "")
        assert seen == pytest.approx(
            inverse_link(quantities()[name].support, world.link_value(name, *place)), rel=1e-12
        )


@pytest.mark.parametrize(("name", "value"), [("tissue_carbon", 0.42), ("biodeposition_rate", 80.0)])
def test_the_year_is_the_arithmetic_mean_of_its_seasons(tmp_path: Path, name: str, value: float) -> None:
    found = specified(tmp_path, every_season(name, "east", value) + every_season(name, "west", value))
    world = drawn(found)
    support = quantities()[name].support
    item = found.layout.seasonal[name]
    effects = world.sampled["season_effect"][:, :, item]
    assert np.abs(effects.sum(axis=1)).max() < 1e-9
    for site in ("east", "west"):
        seasons = np.stack([world.observed(name, site, season=season) for season in SEASONS], axis=1)
        year = world.observed(name, site)
        assert year == pytest.approx(seasons.mean(axis=1), rel=1e-9)
        # Not the mean of the link, which lies off it wherever there is a swing.
        assert np.abs(inverse_link(support, link(support, seasons).mean(axis=1)) / year - 1).max() > 1e-6
        # Seasons are the same at every site: they differ by the effects, on the link.
        linked = link(support, seasons)
        assert linked - linked.mean(axis=1, keepdims=True) == pytest.approx(effects, abs=1e-9)


def test_burial_is_averaged_over_the_deposition_where_that_is_known(tmp_path: Path) -> None:
    """What stays of a year's fall: each season's share times its part of the fall."""
    rows = every_season("burial_fraction", "east", 0.07, method="core")
    falling = every_season("biodeposition_rate", "east", 80.0)
    world = drawn(specified(tmp_path / "both", rows + falling))
    burial, fall = (
        np.stack([world.observed(name, "east", season=s, method=method) for s in SEASONS], axis=1)
        for name, method in (("burial_fraction", "core"), ("biodeposition_rate", ""))
    )
    year = world.observed("burial_fraction", "east", method="core")
    assert year == pytest.approx((burial * fall).sum(axis=1) / fall.sum(axis=1), rel=1e-9)
    assert np.abs(year / burial.mean(axis=1) - 1).max() > 1e-3
    # Where nothing tells how the fall varies, the seasons count alike.
    world = drawn(specified(tmp_path / "alone", rows))
    burial = np.stack(
        [world.observed("burial_fraction", "east", season=s, method="core") for s in SEASONS], axis=1
    )
    assert world.observed("burial_fraction", "east", method="core") == pytest.approx(
        burial.mean(axis=1), rel=1e-9
    )


def seasonal_mean(support: str, year: float, effects: np.ndarray, weight: np.ndarray, season: int) -> float:
    """Return the mean of one season by root finding: links differ by the effects, the weighted mean is the year's."""

    def excess(shift: float) -> float:
        return float(weight @ inverse_link(support, effects + shift)) - year

    middle = float(link(support, year))
    return float(
        inverse_link(support, effects[season] + brentq(excess, middle - 20, middle + 20, xtol=1e-13))
    )


def test_every_mean_that_the_literature_observes_is_computed_right(tmp_path: Path) -> None:
    """All targets at once, whatever their order: what the compiler makes of the model against plain arithmetic."""
    found = specified(tmp_path, every_season("biodeposition_rate", "west", 80.0), literature=True)
    layout, targets = found.layout, found.observations.targets
    world = drawn(found)
    assert {
        layout.items[layout.item[n]].name for n, s in zip(targets.node, targets.season, strict=True) if s >= 0
    } > {
        "biodeposition_rate",
        "burial_fraction",
        "tissue_carbon",
    }
    place = {node: i for i, node in enumerate(found.informed.nodes)}
    for draw in range(DRAWS):
        effects = world.sampled["season_effect"][draw]
        fall = np.exp(effects[:, layout.seasonal["biodeposition_rate"]])
        wanted = []
        for node, season in zip(targets.node, targets.season, strict=True):
            item = layout.items[layout.item[node]]
            support = item.quantity.support
            year = float(inverse_link(support, world.sampled["eta"][draw, place[node]]))
            weight = fall / fall.sum() if item.name == "burial_fraction" else np.full(4, 0.25)
            own = effects[:, layout.seasonal[item.name]] if season >= 0 else np.zeros(4)
            wanted.append(year if season < 0 else seasonal_mean(support, year, own, weight, season))
        for name, parts, stated in zip(targets.composite, targets.parts, targets.constants, strict=True):
            wanted.append(float(composed(name, [wanted[part] for part in parts], stated)))
        assert world.sampled["observed_mean"][draw] == pytest.approx(np.array(wanted), rel=1e-6)


def test_the_account_multiplies_what_the_rows_of_the_year_observe(tmp_path: Path) -> None:
    rows = [
        *every_season("burial_fraction", "east", 0.07, method="core"),
        *every_season("biodeposition_rate", "east", 80.0),
        *every_season("tissue_carbon", "west", 0.42),
        row("dry_fraction", "west", value=0.5),
    ]
    found = specified(tmp_path, rows)
    world = drawn(found)
    drawn_quantities = quantity_draws(found, complete(found, world.sampled, np.random.default_rng(1))[0], 1)
    stock = {"east": 0, "west": 1}
    for name, site, method in (
        ("burial_fraction", "east", "core"),
        ("biodeposition_rate", "east", ""),
        ("tissue_carbon", "west", ""),
        ("dry_fraction", "west", ""),
    ):
        values = drawn_quantities[name].isel(chain=0)
        values = values.sel(site=site) if "site" in values.dims else values.isel(stock=stock[site])
        assert values.values == pytest.approx(world.observed(name, site, method=method), rel=1e-9), name


def test_composites_are_the_accounting_of_their_parts(tmp_path: Path) -> None:
    body = ("shell_share", "shell_carbon", "tissue_carbon")
    deposits = ("biodeposition_rate", "biodeposit_carbon")
    values = {"dry_fraction": 0.6, "shell_share": 0.9, "shell_carbon": 0.115, "tissue_carbon": 0.42}
    values |= {"biodeposition_rate": 80.0, "biodeposit_carbon": 0.05}
    rows: list[Row] = [
        row("whole_body_carbon", "east", value=0.15),
        row("carbon_per_live", "west", OYSTER, value=0.08),
        row("carbon_deposition_rate", "east", value=4.0),
        row("carbon_deposition_rate", "east", value=4.0, season="summer"),
        row("shell_organic_share", "east", value=0.02),
    ]
    rows += [row(name, "east", value=values[name]) for name in (*body, *deposits)]
    rows += [row(name, "east", value=values[name], season="summer") for name in deposits]
    rows += [row(name, "west", OYSTER, value=values[name]) for name in ("dry_fraction", *body)]
    world = drawn(specified(tmp_path, rows))
    here = [world.observed(name, "east") for name in body]
    assert world.observed("whole_body_carbon", "east") == pytest.approx(whole_body_carbon(*here), rel=1e-12)
    s, shell, tissue = here
    assert world.observed("whole_body_carbon", "east") == pytest.approx(
        s * shell + (1 - s) * tissue, rel=1e-12
    )
    there = [world.observed(name, "west", OYSTER) for name in ("dry_fraction", *body)]
    assert world.observed("carbon_per_live", "west", OYSTER) == pytest.approx(
        carbon_per_live(*there), rel=1e-12
    )
    for season in ("", "summer"):
        parts = [world.observed(name, "east", season=season) for name in deposits]
        seen = world.observed("carbon_deposition_rate", "east", season=season)
        assert seen == pytest.approx(carbon_deposition_rate(*parts), rel=1e-12)
        assert seen == pytest.approx(parts[0] * parts[1], rel=1e-12)
    free = inverse_link("fraction", world.link_value("shell_organic_share", "east"))
    wanted = bounded_organic_share(free, world.observed("shell_carbon", "east"))
    assert world.observed("shell_organic_share", "east") == pytest.approx(wanted, rel=1e-12)


def test_an_oxygen_row_sees_one_minus_the_visible_loss(tmp_path: Path) -> None:
    found = specified(
        tmp_path,
        [
            row("burial_fraction", "east", value=0.4, method="oxygen"),
            row("burial_fraction", "east", value=0.06, method="core"),
            row("burial_fraction", "west", low=0.2, high=0.35, method="oxygen"),
        ],
    )
    world = drawn(found)
    loss, burial = (world.observed("burial_fraction", "east", method=method) for method in ("oxygen", "core"))
    visible = np.exp(world.link_value("oxygen_visible_share", "east"))
    assert loss == pytest.approx(visible * (1 - burial), rel=1e-12)
    assert 1 - loss == pytest.approx(apparent_burial(burial, visible), rel=1e-12)
    # What the row is compared with is turned round the same way, and so are its bounds.
    rows = found.observations.rows
    assert rows["x"].tolist()[:2] == pytest.approx([0.6, 0.06])
    assert rows["family"].tolist() == ["positive", "fraction", "positive"]
    assert rows[["x_low", "x_high"]].iloc[2].tolist() == pytest.approx([0.65, 0.8])


def test_published_oxygen_efficiencies_that_divided_by_the_quotient_are_recalculated(tmp_path: Path) -> None:
    printed = {"method": "oxygen", "rq_convention": "divided"}
    found = specified(tmp_path, [row("burial_fraction", "east", value=0.4, **printed)])
    assert found.observations.rows["x"].tolist() == pytest.approx([0.6 * 0.85**2])


# --- kinds of rows ------------------------------------------------------------------------------------------


def test_rows_are_sorted_by_what_they_say(tmp_path: Path) -> None:
    found = specified(
        tmp_path,
        [
            *samples("live_weight", "east", [20, 25, 30]),
            row("live_weight", "east", value=26, sd=5, n=8),
            row("live_weight", "east", value=27, n=4),
            row("live_weight", "east", low=15, high=40, n=6),
            row("live_weight", "east", low=16, high=41),
            row("live_weight", "east", low=10),
            row("live_weight", "east", value=0, low=12),
        ],
    ).observations
    means = found.means.sort_values(["averaged", "count"]).reset_index(drop=True)
    # Three samples and the ends of two ranges; the two summaries.
    assert means["count"].tolist() == [7, 1, 1]
    assert means["averaged"].tolist() == [1, 4, 8]
    assert means["s1"].tolist() == pytest.approx([20 + 25 + 30 + 15 + 40 + 16 + 41, 27, 26])
    assert means["s2"].tolist() == pytest.approx(
        [np.log([20, 25, 30, 15, 40, 16, 41]).sum(), np.log(27), np.log(26)]
    )
    assert found.spreads[["n", "u"]].values.tolist() == [[8, pytest.approx((5 / 26) ** 2)]]
    assert found.extents[["n", "lower", "upper"]].values.tolist() == [[6, 15, 40]]
    assert found.bounds[["bound", "below", "n"]].values.tolist() == [[10, False, 1], [12, True, 1]]
    assert len(found.doubtful) == 0


def test_bounds_on_an_oxygen_efficiency_turn_round(tmp_path: Path) -> None:
    found = specified(
        tmp_path,
        [
            row("burial_fraction", "east", low=0.5, method="oxygen"),
            row("burial_fraction", "east", value=0, low=0.02, method="oxygen"),
            row("burial_fraction", "east", low=0.3, high=0.8, n=4, method="oxygen"),
        ],
    ).observations
    # Of the loss: at most 0.5, at least 0.98.
    assert found.bounds[["bound", "below"]].values.tolist() == [
        [pytest.approx(0.5), True],
        [pytest.approx(0.98), False],
    ]
    assert found.extents[["lower", "upper"]].values.tolist() == [[pytest.approx(0.2), pytest.approx(0.7)]]
    assert found.means["s1"].tolist() == pytest.approx([0.9])


def test_a_suspect_is_kept_out_of_the_sums_and_in_the_likelihood(tmp_path: Path) -> None:
    values = [21, 22, 24, 25, 26, 28, 30, 240]
    found = specified(tmp_path, samples("live_weight", "east", values)).observations
    assert found.doubtful["x"].tolist() == [240]
    assert found.means["count"].tolist() == [7]
    assert found.means["s1"].tolist() == [sum(values[:-1])]


def test_scatter_is_one_number_per_quantity(tmp_path: Path) -> None:
    found = specified(
        tmp_path,
        [
            *samples("live_weight", "east", [20, 25]),
            *samples("live_weight", "west", [90], OYSTER),
            row("burial_fraction", "east", value=0.06, method="core"),
            row("burial_fraction", "east", value=0.5, method="oxygen"),
        ],
    ).observations
    assert found.scatter_names == ["live_weight", "burial_fraction", "oxygen_loss"]
    assert found.rows["scatter"].tolist() == [0, 0, 0, 1, 2]


# --- which rows enter ---------------------------------------------------------------------------------------


def test_farm_and_literature_enter_once(tmp_path: Path) -> None:
    study = write_study(tmp_path, HARVEST, samples("tissue_carbon", "east", [0.41, 0.43]))
    together = evidence_for(study)
    assert together["id"].is_unique
    assert (together["origin"] == "farm").sum() == 2
    assert (together["origin"] == "literature").sum() == len(literature())
    assert len(evidence_for(study, literature=False)) == 2


def test_a_farm_that_cites_a_published_study_does_not_count_it_twice(tmp_path: Path) -> None:
    """The library's rows of that source give way, for the quantity and the species that the farm took from it."""
    published = literature()
    mine = (published["quantity"] == "biodeposition_rate") & (published["species"] == SCALLOP)
    source = str(published.loc[mine, "source"].iloc[0])
    cited = published[mine & (published["source"] == source)]
    same = {"value": 100.0, "source": source}
    for name, species, lost in (("scallop", SCALLOP, set(cited["id"])), ("oyster", OYSTER, set())):
        site = "east" if species == SCALLOP else "west"
        study = write_study(tmp_path / name, HARVEST, [row("biodeposition_rate", site, species, **same)])
        together = evidence_for(study)
        kept = set(together.loc[together["origin"] == "literature", "id"])
        assert set(published["id"]) - kept == lost


def test_what_a_cited_budget_informs_does_not_count_twice(tmp_path: Path) -> None:
    """Its source's rows of the parts give way: of its own species, of a composite, and what has no species at all."""
    parts = {
        "tissue_mgc": 100,
        "shell_mgc": 200,
        "deposited_mgc": 400,
        "released_mgc": 300,
        "cycle_days": 365,
    }
    clam = {"individual": "A1", "species": CLAM, "site": "south", **parts}
    harvest = [*HARVEST, batch("d", "south", CLAM), batch("e", "south", MUSSEL)]
    published = literature()
    lost = {
        (CLAM, "jiaozhou_clam_carbon_2009"): {"shell_carbon", "tissue_carbon", "whole_body_carbon"},
        (MUSSEL, "munari_2013"): {"respiration_ratio", "calcification_ratio"},
        # Another species of a source that did not put this one on a balance; and a budget without a source.
        (OYSTER, "munari_2013"): {"calcification_ratio"},
        (CLAM, ""): set(),
    }
    for (species, source), names in lost.items():
        budget = clam | {"species": species, "source": source}
        study = write_study(tmp_path / f"{species} {source}", harvest, tables={"budget": [budget]})
        together = evidence_for(study)
        gone = published[~published["id"].isin(together["id"])]
        assert set(gone["source"]) <= {source}
        assert set(gone["quantity"]) == names
        assert len(gone) == len(names)


def test_a_farm_that_cites_what_a_review_reports_does_not_count_it_twice(tmp_path: Path) -> None:
    """A row of the library that only passes on another study's observation is that study's word."""
    second_hand = library().query("role == 'direct' and cites != ''")
    second_hand = second_hand[second_hand["id"].isin(literature()["id"])]
    assert len(second_hand)
    for told in second_hand.to_dict("records"):
        own = pd.DataFrame([{name: told[name] for name in CLAIM} | {"source": told["cites"]}])
        assert set(literature()["id"]) - set(beside(own)["id"]) == {told["id"]}


def test_reported_means_scatter_by_themselves(tmp_path: Path) -> None:
    """A printed figure without n is a mean of who knows how many: it says nothing of how single animals differ."""
    evidence = [*samples("dry_fraction", "east", [0.5, 0.55]), row("dry_fraction", "west", OYSTER, value=0.6)]
    found = specified(tmp_path, evidence, literature=True).observations
    rows = found.rows[found.rows["quantity"] == "dry_fraction"]
    names = {origin: set(group["scatter"]) for origin, group in rows.groupby("origin")}
    assert names["farm"].isdisjoint(names["literature"])
    assert {len(group) for group in names.values()} == {1}


def test_seasons_reach_through_composites() -> None:
    table = evidence_table(
        [
            {"quantity": "tissue_carbon"},
            {"quantity": "carbon_deposition_rate", "season": "summer"},
            {"quantity": "burial_fraction", "season": "spring", "method": "oxygen"},
        ]
    )
    assert seasonal_items(table) == {
        "biodeposition_rate",
        "biodeposit_carbon",
        "oxygen_visible_share",
        "burial_fraction",
    }
