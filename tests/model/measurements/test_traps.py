"""What a trap's rows observe, in numbers and in a model: background, deposits, sizes and seasons."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

from bayescarbon.model.build import Specification
from bayescarbon.model.likelihood import direct_log_likelihood
from bayescarbon.model.measurements.traps import trap_rows
from bayescarbon.model.observations import Observations
from bayescarbon.study import Study
from tests.fit.worlds import OYSTER, SCALLOP, Row, row, write_study
from tests.model.measurements.support import HARVEST, drawn, specified

AREA = 0.05
FARM = {"site": "east", "kind": "farm", "days": 2, "species": SCALLOP, "individuals": 40, "area_m2": AREA}
CONTROL = {"site": "east", "kind": "control", "days": 3, "area_m2": AREA}
TRAPS: list[Row] = [
    {"trap": "F1", "dry_mass_mg": 7400, "carbon_fraction": 0.05} | FARM,
    {"trap": "F2", "dry_mass_mg": 8200, "individuals": 30}
    | {k: v for k, v in FARM.items() if k != "individuals"},
    {"trap": "C1", "dry_mass_mg": 1500, "carbon_fraction": 0.02} | CONTROL,
    {"trap": "C2", "dry_mass_mg": 1200} | CONTROL,
]


def changed(rows: list[Row], **other: object) -> list[Row]:
    """Return rows with columns replaced; None leaves one out."""
    return [{k: v for k, v in (dict(one) | other).items() if v is not None} for one in rows]


def told(folder: Path, traps: list[Row]) -> pd.DataFrame:
    study: Study = write_study(folder, HARVEST, tables={"traps": traps})
    return trap_rows(study).set_index("id")


# --- the rows -----------------------------------------------------------------------------------------------


def test_catches_are_per_day_and_backgrounds_per_area(tmp_path: Path) -> None:
    rows = told(tmp_path, TRAPS)
    assert rows["value"].to_dict() == pytest.approx(
        {
            "traps:F1": 3700.0, "traps:F1, carbon": 0.05, "traps:F2": 4100.0,
            "traps:C1": 10_000.0, "traps:C1, carbon": 0.02, "traps:C2": 8000.0,
        }
    )  # fmt: skip
    assert rows.loc["traps:F1", "constants"] == (AREA, 40.0)
    assert rows.loc["traps:F2", "constants"] == (AREA, 30.0)
    assert rows.loc["traps:F1", "parts"] == ("background_deposition", "biodeposition_rate")
    assert rows.loc["traps:C1", "quantity"] == "background_deposition"
    assert rows.loc["traps:C1, carbon", "quantity"] == "background_carbon"
    # Each is one catch, whatever the number of animals above it.
    assert set(rows["kind"]) == {"sample"}
    assert set(rows["n"]) == {1.0}


def test_a_control_is_beside_the_farm_and_of_no_species(tmp_path: Path) -> None:
    rows = told(tmp_path, [*TRAPS[:2], *changed(TRAPS[2:], species=SCALLOP)])
    assert rows.loc[["traps:C1", "traps:C1, carbon", "traps:C2"], "species"].tolist() == ["", "", ""]
    assert rows.loc["traps:F1", "species"] == SCALLOP


def test_without_areas_the_background_is_that_of_a_trap(tmp_path: Path) -> None:
    rows = told(tmp_path, changed(TRAPS, area_m2=None))
    assert rows.loc["traps:C1", "quantity"] == "background_catch"
    assert rows.loc["traps:C1", "value"] == pytest.approx(500.0)
    assert rows.loc["traps:F1", "parts"][0] == "background_catch"
    assert rows.loc["traps:F1", "constants"] == (1.0, 40.0)


def test_sizes(tmp_path: Path) -> None:
    by_weight = changed(TRAPS[:1], trap="W", dry_weight_g=27.5)
    by_length = changed(TRAPS[:1], trap="L", shell_length_mm=70, carbon_fraction=None)
    by_both = changed(TRAPS[:1], trap="B", shell_length_mm=70, dry_weight_g=27.5, carbon_fraction=None)
    rows = told(tmp_path, [*by_weight, *by_length, *by_both, *TRAPS[2:]])
    assert set(rows.loc[["traps:W", "traps:L", "traps:B"], "quantity"]) == {"sized_trap_catch"}
    assert rows.loc["traps:W", "constants"] == (AREA, 40.0, 27.5, 0.0)
    assert rows.loc["traps:L", "constants"] == pytest.approx((AREA, 40.0, 0.0, 343.0))
    assert rows.loc["traps:B", "constants"] == rows.loc["traps:W", "constants"]
    assert rows.loc["traps:W, carbon", "quantity"] == "sized_trap_carbon"
    assert rows.loc["traps:W, carbon", "constants"] == rows.loc["traps:W", "constants"]


def test_a_farm_trap_needs_its_control(tmp_path: Path) -> None:
    """A catch alone is background and deposits in unknown parts; the door is where that is said."""
    with pytest.raises(ValueError, match="control"):
        told(tmp_path, TRAPS[:2])


# --- what they observe --------------------------------------------------------------------------------------


def test_catches_are_the_sum_of_what_sinks_and_what_is_dropped(tmp_path: Path) -> None:
    world = drawn(specified(tmp_path, {"traps": TRAPS}))
    b, o = (world.value(name, "east") for name in ("biodeposition_rate", "biodeposit_carbon"))
    sunk, plain = (world.value(name, "east") for name in ("background_deposition", "background_carbon"))
    assert world.observed("traps:C1") == pytest.approx(sunk)
    assert world.observed("traps:C1, carbon") == pytest.approx(plain)
    assert world.observed("traps:F1") == pytest.approx(0.05 * sunk + 40 * b)
    assert world.observed("traps:F2") == pytest.approx(0.05 * sunk + 30 * b)
    mixed = (0.05 * sunk * plain + 40 * b * o) / (0.05 * sunk + 40 * b)
    assert world.observed("traps:F1, carbon") == pytest.approx(mixed)


def test_a_trap_under_large_animals_sees_more_than_their_mean_rate(tmp_path: Path) -> None:
    sized = changed(TRAPS[:1], trap="W", dry_weight_g=27.5)
    sized += changed(TRAPS[:1], trap="L", shell_length_mm=70)
    world = drawn(specified(tmp_path, {"traps": [*sized, *TRAPS[2:]]}))
    b, g, d = (world.value(n, "east") for n in ("biodeposition_rate", "live_weight", "dry_fraction"))
    beta, shape = (world.value(name, "east") for name in ("size_exponent", "shape_factor"))
    sunk, plain = (world.value(name, "east") for name in ("background_deposition", "background_carbon"))
    o = world.value("biodeposit_carbon", "east")
    for label, mass in (("W", 27.5 / d), ("L", shape * 7.0**3)):
        dropped = 40 * (1 + beta) * b * (mass / g) ** beta
        assert world.observed(f"traps:{label}") == pytest.approx(0.05 * sunk + dropped, rel=1e-9)
        mixed = (0.05 * sunk * plain + dropped * o) / (0.05 * sunk + dropped)
        assert world.observed(f"traps:{label}, carbon") == pytest.approx(mixed, rel=1e-9)


def test_a_trap_of_a_season_sees_that_season(tmp_path: Path) -> None:
    summer = [
        *changed(TRAPS[:1], trap="SF", season="summer"),
        *changed(TRAPS[2:3], trap="SC", season="July"),
    ]
    world = drawn(specified(tmp_path, {"traps": [*TRAPS, *summer]}))
    for season, (farm, control) in {"": ("F1", "C1"), "summer": ("SF", "SC")}.items():
        b, o = (world.value(n, "east", season) for n in ("biodeposition_rate", "biodeposit_carbon"))
        sunk, plain = (world.value(n, "east", season) for n in ("background_deposition", "background_carbon"))
        assert world.observed(f"traps:{control}") == pytest.approx(sunk)
        assert world.observed(f"traps:{farm}") == pytest.approx(0.05 * sunk + 40 * b)
        mixed = (0.05 * sunk * plain + 40 * b * o) / (0.05 * sunk + 40 * b)
        assert world.observed(f"traps:{farm}, carbon") == pytest.approx(mixed)
    assert np.abs(world.observed("traps:SF") / world.observed("traps:F1") - 1).max() > 0.05


SUMMER: list[Row] = [
    *changed(TRAPS[:1], trap="W", dry_weight_g=27.5, season="summer", carbon_fraction=None),
    *TRAPS[2:],
]


def test_a_season_tells_nothing_of_how_large_animals_are(tmp_path: Path) -> None:
    seasonal = specified(tmp_path, {"traps": SUMMER}).layout.seasonal
    assert set(seasonal) == {"biodeposition_rate", "background_deposition"}


def test_a_size_is_held_against_the_weight_at_harvest_in_whatever_season(tmp_path: Path) -> None:
    """Also where other rows weigh animals season by season."""
    weighed = [row("live_weight", "east", value=40, season="summer"), row("live_weight", "east", value=30)]
    world = drawn(specified(tmp_path, {"traps": SUMMER}, weighed))
    beta, d = world.value("size_exponent", "east"), world.value("dry_fraction", "east")
    b = world.value("biodeposition_rate", "east", "summer")
    sunk = world.value("background_deposition", "east", "summer")
    mass = 27.5 / d / world.value("live_weight", "east")
    assert world.observed("traps:W") == pytest.approx(
        0.05 * sunk + 40 * (1 + beta) * b * mass**beta, rel=1e-9
    )


def test_two_species_over_one_bed_share_its_background(tmp_path: Path) -> None:
    harvest = [*TRAPS, *changed(TRAPS[:1], trap="O1", species=OYSTER)]
    world = drawn(specified(tmp_path, {"traps": harvest}))
    sunk = world.value("background_deposition", "east")
    b = world.value("biodeposition_rate", "east", group="oyster", species=OYSTER)
    assert world.observed("traps:O1") == pytest.approx(0.05 * sunk + 40 * b)


# --- their likelihood ---------------------------------------------------------------------------------------


def likelihood(observations: Observations, mean: np.ndarray, cv: np.ndarray) -> float:
    """Return the log-likelihood of direct rows."""
    means, scatter = pt.dvector("mean"), pt.dvector("cv")
    with pm.Model():
        total = direct_log_likelihood(observations, means, scatter)
    return float(pytensor.function([means, scatter], total, mode="FAST_COMPILE")(mean, cv))


def at_targets(specification: Specification, means: Mapping[str, float]) -> np.ndarray:
    """Return the means of all targets from those of rows; nothing observes the others."""
    found = specification.observations
    mean = np.full(len(found.targets.node) + len(found.targets.composite), 0.5)
    for label, target in zip(found.rows["id"], found.rows["target"], strict=True):
        mean[target] = means[label]
    return mean


def test_the_likelihood_is_gamma_for_masses_and_beta_for_carbon(tmp_path: Path) -> None:
    specification = specified(tmp_path, {"traps": TRAPS})
    found = specification.observations
    cv = dict(zip(found.scatter_names, (0.2, 0.3, 0.25, 0.15), strict=True))
    means = {"traps:F1": 4000.0, "traps:F2": 3900.0, "traps:C1": 9000.0, "traps:C2": 9000.0}
    means |= {"traps:F1, carbon": 0.06, "traps:C1, carbon": 0.025}
    level = {"trap_carbon": 0.05, "background_carbon": 0.025}
    wanted = 0.0
    for label, reading, x in found.rows[["id", "reading", "value"]].itertuples(index=False):
        theta, spread = means[label], cv[reading]
        if reading in level:
            k = (1 - level[reading]) / level[reading] / spread**2
            wanted += stats.beta.logpdf(x, theta * k, (1 - theta) * k)
        else:
            wanted += stats.gamma.logpdf(x, spread**-2, scale=theta * spread**2)
    got = likelihood(found, at_targets(specification, means), np.array(list(cv.values())))
    assert got == pytest.approx(wanted, rel=1e-10)


def test_traps_that_are_all_alike_need_no_area(tmp_path: Path) -> None:
    """With and without an area the likelihood of b and o is the same function: the background is only renamed."""
    traps = [
        *TRAPS,
        *changed(TRAPS[:1], trap="SF", season="summer"),
        *changed(TRAPS[2:3], trap="SC", season="summer"),
    ]
    areas = specified(tmp_path / "areas", {"traps": traps})
    alike = specified(tmp_path / "alike", {"traps": changed(traps, area_m2=None)})
    renamed = {"background_deposition": "background_catch"}
    names = [renamed.get(name, name) for name in areas.observations.scatter_names]
    assert names == alike.observations.scatter_names
    rng = np.random.default_rng(9)
    controls = {"traps:C1", "traps:C2", "traps:SC"}
    gaps = []
    for _ in range(5):
        b, sunk = np.exp(rng.normal([4.5, 9.0], 0.4))
        # Of the year, and of a summer with other rates.
        means = {"traps:F1": 40 * b + AREA * sunk, "traps:F2": 30 * b + AREA * sunk}
        means |= {
            "traps:SF": 70 * b + 2 * AREA * sunk,
            "traps:C1": sunk,
            "traps:C2": sunk,
            "traps:SC": 2 * sunk,
        }
        means |= {f"traps:{label}, carbon": rng.uniform(0.02, 0.08) for label in ("F1", "SF", "C1", "SC")}
        cv = rng.uniform(0.1, 0.5, len(names))
        per_trap = {label: value * AREA if label in controls else value for label, value in means.items()}
        both = [
            likelihood(one.observations, at_targets(one, values), cv)
            for one, values in ((areas, means), (alike, per_trap))
        ]
        gaps.append(both[0] - both[1])
    # Three backgrounds are stated per m2 instead of per trap, which is a constant.
    assert gaps == pytest.approx([3 * np.log(AREA)] * 5, abs=1e-8)


def test_controls_alone_inform_nothing_of_the_farm(tmp_path: Path) -> None:
    found = specified(tmp_path, {"traps": TRAPS[2:]})
    items = {found.layout.items[i].name for i in found.informed.items}
    assert items == {"background_deposition", "background_carbon"}
