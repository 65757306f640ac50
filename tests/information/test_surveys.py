"""Surveys of each measurement model: unbiased, with the errors that more samples take away and those that stay."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayescarbon.evidence.quantities import Z95, composites, instruments, quantities
from bayescarbon.information import evppi
from bayescarbon.information.curves import curve
from bayescarbon.information.studies import StudyDraws, label
from bayescarbon.information.surveys import (
    RESPIRED_LESS_DIC,
    TRAP_INDIVIDUALS,
    Survey,
    can_be_simulated,
    known_by,
    simulated,
)
from bayescarbon.study.isotopes import DEFAULT_SD
from tests.information.constructed import SITE, SPECIES, terms

DRAWS, MANY = 4000, 10_000
VALUES = {
    "biodeposition_rate": (SPECIES, SITE, 75.0),
    "fouling_ratio": (SPECIES, SITE, 0.12),
    "respired_shell_fraction": (SPECIES, SITE, 0.11),
    "burial_fraction": ("", SITE, 0.08),
    "oxygen_visible_share": ("", SITE, 0.6),
    "respiratory_quotient": ("", SITE, 0.9),
    "isotope_enrichment[calcite]": ("", "", 1.0),
    "shell_share": (SPECIES, SITE, 0.9),
    "shell_carbon": (SPECIES, SITE, 0.115),
    "tissue_carbon": (SPECIES, SITE, 0.43),
    "dry_fraction": (SPECIES, SITE, 0.58),
}
MIX = {"mussel": 0.4, "oyster": 0.3, "ascidian": 0.2, "other": 0.1}


@pytest.fixture(scope="module")
def told() -> StudyDraws:
    """Return draws that differ by a tenth each, and a sink that depends on all of them a little."""
    rng = np.random.default_rng(7)
    columns, rows = {}, {}
    for name, (species, site, value) in VALUES.items():
        key = label(name, species, site)
        columns[key] = value * np.exp(0.02 * rng.normal(size=DRAWS))
        rows[key] = (name, species, site, "")
    shares = rng.dirichlet(200 * np.array(list(MIX.values())), size=DRAWS)
    for taxon, share in zip(MIX, shares.T, strict=True):
        key = label(f"fouler_mix[{taxon}]", "", SITE)
        columns[key] = share
        rows[key] = (f"fouler_mix[{taxon}]", "", SITE, "")
    scores = {name: (draws - draws.mean()) / draws.std() for name, draws in columns.items()}
    sink = 100 + sum(scores.values()) + rng.normal(size=DRAWS)
    places = pd.DataFrame(rows, index=["quantity", "species", "site", "unit"]).T
    outcome = xr.DataArray(np.asarray(sink).reshape(4, -1), dims=("chain", "draw"))
    return StudyDraws(outcome, pd.DataFrame(columns), places, xr.Dataset())


def at(quantity: str) -> Survey:
    species, site, _ = VALUES.get(quantity, ("", SITE, 0.0))
    return Survey(quantity, species, site, most=20)


@pytest.mark.parametrize(
    ("quantity", "kind"),
    [
        ("burial_fraction", "cores"),
        ("oxygen_visible_share", "incubations"),
        ("respired_shell_fraction", "shells"),
        ("biodeposition_rate", "traps"),
        ("fouling_ratio", "gears"),
        ("fouler_mix", "gears"),
        ("dry_fraction", "samples"),
    ],
)
def test_samples_are_worth_less_than_knowing(told: StudyDraws, quantity: str, kind: str) -> None:
    survey = at(quantity)
    assert survey.kind == kind
    known = known_by(told, survey)
    assert known
    perfect = evppi(told.outcome, told.parameters, groups={"all": known}).loc["all", "evppi"]
    found = curve(told, survey, terms(), grid=(2, 20)).table["evsi"]
    assert 0.0 <= found[2] <= found[20] <= perfect + 1e-9


@pytest.mark.parametrize("quantity", ["burial_fraction", "dry_fraction", "shell_share"])
def test_many_samples_tell_the_quantity_itself(told: StudyDraws, quantity: str) -> None:
    data = simulated(told, at(quantity), (MANY,), seed=1)[MANY].iloc[:, 0]
    truth = told.parameters[known_by(told, at(quantity))[0]]
    np.testing.assert_allclose(data, truth, rtol=0.2)
    assert np.corrcoef(data, truth)[0, 1] > 0.9


def test_the_carbon_flux_error_stays_with_all_cores(told: StudyDraws) -> None:
    data = simulated(told, at("oxygen_visible_share"), (MANY,), seed=1)[MANY].iloc[:, 0]
    parts = told.parameters
    lost = (
        parts[label("oxygen_visible_share", "", SITE)] * (1 - parts[label("burial_fraction", "", SITE)])
    ) / parts[label("respiratory_quotient", "", SITE)]
    stated = instruments()["carbon_flux_error"].prior
    kept = np.log(stated.q95 / stated.q05) / (2 * Z95)
    assert np.std(np.log(data / lost)) == pytest.approx(kept, rel=0.1)


def test_water_and_tissue_stay_with_all_shells(told: StudyDraws) -> None:
    found = simulated(told, at("respired_shell_fraction"), (1, MANY), seed=1)
    fraction = told.parameters[label("respired_shell_fraction", SPECIES, SITE)].to_numpy()
    enrichment = told.parameters["isotope_enrichment[calcite]"].to_numpy()
    # d13C of shell = f x respired + (1 - f) x water + enrichment, with water at zero.
    expected = fraction * RESPIRED_LESS_DIC + enrichment
    rest = {n: np.std(found[n].iloc[:, 0] - expected) for n in found}
    assert rest[MANY] > 0.9 * (1 - 0.11) * DEFAULT_SD["d13c_dic"]
    assert rest[1] > 1.2 * rest[MANY]


def test_controls_take_the_background_off(told: StudyDraws) -> None:
    data = simulated(told, at("biodeposition_rate"), (MANY,), seed=1)[MANY]
    truth = told.parameters[label("biodeposition_rate", SPECIES, SITE)]
    clean, under = (data.iloc[:, i].to_numpy() for i in range(2))
    assert np.median(clean / truth) == pytest.approx(1.0, abs=0.03)
    assert (under > TRAP_INDIVIDUALS * truth * 0.5).all()
    assert np.std(under / TRAP_INDIVIDUALS) > np.std(clean)


def test_gears_show_who_fouls(told: StudyDraws) -> None:
    data = simulated(told, at("fouler_mix"), (MANY,), seed=1)[MANY].to_numpy()
    truth = told.parameters[[label(f"fouler_mix[{taxon}]", "", SITE) for taxon in list(MIX)[:3]]].to_numpy()
    np.testing.assert_allclose(data, truth, atol=0.03)
    both = simulated(told, at("fouling_ratio"), (3,), seed=1)[3]
    assert both.shape[1] == 4
    assert both.iloc[:, 0].mean() == pytest.approx(0.12, rel=0.05)
    assert (both.iloc[:, 1:].sum(axis=1) < 1.0).all()


def test_composites_are_made_of_their_parts(told: StudyDraws) -> None:
    survey = Survey("carbon_per_live", SPECIES, SITE)
    known = known_by(told, survey)
    assert [name.split(" | ")[0] for name in known] == list(composites()["carbon_per_live"].composite_of)
    data = simulated(told, survey, (MANY,), seed=1)[MANY].iloc[:, 0].mean()
    by_hand = 0.58 * (0.9 * 0.115 + 0.1 * 0.43)
    assert data == pytest.approx(by_hand, rel=0.02)


def test_which_quantities_can_be_sampled() -> None:
    # A difference of isotopes between minerals is a constant of nature, not of a farm.
    assert [name for name in quantities() if not can_be_simulated(name)] == ["isotope_enrichment"]


def test_the_seed_is_the_only_source_of_randomness(told: StudyDraws) -> None:
    for quantity in ("fouling_ratio", "biodeposition_rate", "dry_fraction"):
        first, again, other = (simulated(told, at(quantity), (4,), seed=seed)[4] for seed in (1, 1, 2))
        pd.testing.assert_frame_equal(first, again)
        assert not np.allclose(first, other)
