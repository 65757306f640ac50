"""The density of shells is that of the mixing equation with normal errors, some of them shared between shells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.special import logit

from bayescarbon.model.build import Specification
from bayescarbon.model.measurements import Term
from bayescarbon.model.measurements.isotopes import OFFSET_SD, ShellIsotopes
from bayescarbon.study.isotopes import DEFAULT_SD
from tests.fit.worlds import OYSTER, SCALLOP
from tests.model.measurements.support import cell, density_of, prior_of, slopes_agree, specified, term_of

EAST = {"site": "east", "species": SCALLOP, "mineral": "calcite", "d13c_dic": 0.4, "d13c_tissue": -18.0}
WEST = {"site": "west", "species": OYSTER, "mineral": "aragonite", "d13c_dic": 0.6, "d13c_tissue": -20.0}
# Two shells of one animal's tissue and water, one of another tissue, measured by itself, in that
# water, one elsewhere with errors stated.
SHELLS = [
    {"sample": "S1", "d13c_shell": -2.4} | EAST,
    {"sample": "S2", "d13c_shell": -1.9, "d13c_shell_sd": 0.3} | EAST,
    {"sample": "S3", "d13c_shell": -2.6} | EAST | {"d13c_tissue": -17.5, "d13c_tissue_sd": 0.7},
    {"sample": "S4", "d13c_shell": 0.2} | WEST | {"d13c_dic_sd": 0.2, "d13c_tissue_sd": 0.4},
]
F = {"east": 0.12, "west": 0.25}
EPS = {"calcite": 1.1, "aragonite": 2.5}
SCATTER = 0.6
# Which error each shell shares: waters (two), tissues (three).
WATER, TISSUE = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 2])
WATER_SD, TISSUE_SD = np.array([0.5, 0.2]), np.array([0.7, 0.7, 0.4])
SHELL = np.array([row["d13c_shell"] for row in SHELLS], dtype=float)
SHELL_SD = np.array([0.1, 0.3, 0.1, 0.1])
FRACTION = np.array([F["east"]] * 3 + [F["west"]])
DIC, LIGHT = np.array([0.4, 0.4, 0.4, 0.6]), np.array([-18.0, -18.0, -17.5, -20.0])
ENRICHED = np.array([EPS["calcite"]] * 3 + [EPS["aragonite"]])


@pytest.fixture(scope="module")
def specification(tmp_path_factory: pytest.TempPathFactory) -> Specification:
    return specified(tmp_path_factory.mktemp("shells"), {"isotopes": SHELLS})


@pytest.fixture(scope="module")
def term(specification: Specification) -> ShellIsotopes:
    found = term_of(specification, "isotopes")
    assert isinstance(found, ShellIsotopes)
    return found


def eta(specification: Specification, term: Term) -> np.ndarray:
    layout = specification.layout
    values = {
        cell(layout, "respired_shell_fraction", "east"): logit(F["east"]),
        cell(layout, "respired_shell_fraction", "west", "oyster", OYSTER): logit(F["west"]),
        **{layout.item_index(f"isotope_enrichment[{name}]"): value for name, value in EPS.items()},
    }
    assert set(term.nodes) == set(values)
    return np.array([values[node] for node in term.nodes])


def parameters(rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        "isotope_scatter": np.asarray(SCATTER),
        "isotope_offset": np.asarray(rng.standard_normal()),
        "isotope_water_error": rng.standard_normal(2),
        "isotope_tissue_error": rng.standard_normal(3),
    }


def mean_given(errors: dict[str, np.ndarray]) -> np.ndarray:
    """Return the expected shells by hand."""
    respired = LIGHT + (TISSUE_SD * errors["isotope_tissue_error"])[TISSUE] + errors["isotope_offset"]
    water = DIC + (WATER_SD * errors["isotope_water_error"])[WATER]
    return FRACTION * respired + (1 - FRACTION) * water + ENRICHED


def loadings() -> np.ndarray:
    """Return how much each standard error (offset, two waters, three tissues) moves each shell."""
    offset = FRACTION[:, None] * OFFSET_SD
    waters = ((1 - FRACTION) * WATER_SD[WATER])[:, None] * np.eye(2)[WATER]
    tissues = (FRACTION * TISSUE_SD[TISSUE])[:, None] * np.eye(3)[TISSUE]
    return np.hstack([offset, waters, tissues])


def test_what_is_shared_is_found(term: ShellIsotopes) -> None:
    assert term.water.tolist() == WATER.tolist()
    assert term.tissue.tolist() == TISSUE.tolist()
    assert term.dic_sd.tolist() == WATER_SD.tolist()
    assert term.tissue_sd.tolist() == TISSUE_SD.tolist()
    assert term.shell_sd.tolist() == SHELL_SD.tolist()
    assert (DEFAULT_SD["d13c_shell"], DEFAULT_SD["d13c_dic"], DEFAULT_SD["d13c_tissue"]) == (0.1, 0.5, 0.7)


def test_waters_are_shared_within_a_site_and_tissues_within_a_species_there(tmp_path: Path) -> None:
    """Equal numbers of another place, or of another species, are another measurement."""
    rows = [
        {"sample": "S1", "d13c_shell": -2.4} | EAST,
        {"sample": "S2", "d13c_shell": -2.0} | EAST,
        {"sample": "S3", "d13c_shell": -2.2} | EAST | {"species": OYSTER},
        {"sample": "S4", "d13c_shell": -2.1} | EAST | {"site": "west"},
    ]
    found = term_of(specified(tmp_path, {"isotopes": rows}), "isotopes")
    assert isinstance(found, ShellIsotopes)
    assert found.water.tolist() == [0, 0, 0, 1]
    assert found.tissue.tolist() == [0, 0, 1, 2]


def test_an_error_that_is_assumed_is_shared_to_whatever_digit_values_are_written(tmp_path: Path) -> None:
    """It is of what the animals lived in; only a determination whose error is stated has one of its own."""
    rows = [
        {"sample": "S1", "d13c_shell": -2.4} | EAST,
        {"sample": "S2", "d13c_shell": -2.0} | EAST | {"d13c_dic": 0.401, "d13c_tissue": -18.02},
        {"sample": "S3", "d13c_shell": -2.2} | EAST | {"d13c_dic": 0.5, "d13c_dic_sd": 0.5},
        {"sample": "S4", "d13c_shell": -2.2} | EAST | {"d13c_dic": 0.6, "d13c_dic_sd": 0.5},
        {"sample": "S5", "d13c_shell": -2.2} | EAST | {"d13c_dic": 0.6, "d13c_dic_sd": 0.5},
    ]
    found = term_of(specified(tmp_path, {"isotopes": rows}), "isotopes")
    assert isinstance(found, ShellIsotopes)
    assert found.dic.tolist() == [0.4, 0.401, 0.5, 0.6, 0.6]
    assert found.water.tolist() == [0, 0, 1, 2, 2]
    assert found.tissue.tolist() == [0, 0, 0, 0, 0]
    assert found.tissue_value.tolist() == [-18.0, -18.02, -18.0, -18.0, -18.0]


def test_what_is_assumed_of_the_errors(term: ShellIsotopes) -> None:
    """A scatter of median 0.5 permil, an offset of 0 +- 1 permil, and a standard normal error of each measurement."""
    at = np.array([0.2, 0.5, 1.7])
    scatter, offset = (prior_of(term, name) for name in ("isotope_scatter", "isotope_offset"))
    assert [scatter(x) for x in at] == pytest.approx(stats.lognorm.logpdf(at, 0.5, scale=0.5))
    assert [offset(x) for x in at] == pytest.approx(stats.norm.logpdf(at))
    for name, errors in (("isotope_water_error", at[:2]), ("isotope_tissue_error", at)):
        assert prior_of(term, name)(errors) == pytest.approx(stats.norm.logpdf(errors))


def test_given_the_errors_shells_are_normal(specification: Specification, term: ShellIsotopes) -> None:
    density = density_of(term)
    for seed in range(3):
        errors = parameters(np.random.default_rng(seed))
        wanted = stats.norm(mean_given(errors), np.hypot(SCATTER, SHELL_SD)).logpdf(SHELL).sum()
        assert density(eta(specification, term), errors)[0] == pytest.approx(wanted, rel=1e-12)


def test_with_the_errors_integrated_out_shells_are_jointly_normal(
    specification: Specification, term: ShellIsotopes
) -> None:
    """p(shell) = p(shell | z) p(z) / p(z | shell) for whatever errors z, and all but p(shell | z) are known normals."""
    density = density_of(term)
    w, noise = loadings(), np.diag(SCATTER**2 + SHELL_SD**2)
    middle = FRACTION * LIGHT + (1 - FRACTION) * DIC + ENRICHED
    joint = stats.multivariate_normal(middle, noise + w @ w.T).logpdf(SHELL)
    # The density of shells with independent errors is another one, by far more than the tolerance.
    apart = stats.norm(middle, np.sqrt(np.diag(noise + w @ w.T))).logpdf(SHELL).sum()
    assert abs(joint - apart) > 0.1
    precision = np.eye(6) + w.T @ np.linalg.inv(noise) @ w
    given = np.linalg.solve(precision, w.T @ np.linalg.inv(noise) @ (SHELL - middle))
    for seed in range(3):
        z = np.random.default_rng(seed).standard_normal(6)
        errors = {
            "isotope_scatter": np.asarray(SCATTER),
            "isotope_offset": np.asarray(OFFSET_SD * z[0]),
            "isotope_water_error": z[1:3],
            "isotope_tissue_error": z[3:],
        }
        value = density(eta(specification, term), errors)[0]
        value += stats.norm.logpdf(z).sum()
        value -= stats.multivariate_normal(given, np.linalg.inv(precision)).logpdf(z)
        assert value == pytest.approx(joint, rel=1e-9)


def test_gradients(specification: Specification, term: ShellIsotopes) -> None:
    errors = parameters(np.random.default_rng(4))
    assert slopes_agree(term, eta(specification, term), errors) < 1e-7


def test_simulated_shells_follow_the_density(specification: Specification, term: ShellIsotopes) -> None:
    rng = np.random.default_rng(5)
    size = 20_000
    errors = {
        "isotope_scatter": np.full(size, SCATTER),
        "isotope_offset": OFFSET_SD * rng.standard_normal(size),
        "isotope_water_error": rng.standard_normal((size, 2)),
        "isotope_tissue_error": rng.standard_normal((size, 3)),
    }
    simulated = term.simulate(np.tile(eta(specification, term), (size, 1)), errors, rng)
    assert set(simulated) == {"isotopes_shell"}
    shells = simulated["isotopes_shell"]
    w = loadings()
    middle = FRACTION * LIGHT + (1 - FRACTION) * DIC + ENRICHED
    spread = np.diag(SCATTER**2 + SHELL_SD**2) + w @ w.T
    assert np.cov(shells.T) == pytest.approx(spread, abs=0.03)
    for one, mean, sd in zip(shells.T, middle, np.sqrt(np.diag(spread)), strict=True):
        assert stats.kstest(stats.norm.cdf(one, mean, sd), "uniform").pvalue > 1e-3


def test_a_shell_bears_on_its_fraction_and_on_its_mineral(term: ShellIsotopes) -> None:
    told = term.bears_on.value_counts(["quantity", "species", "site"])
    assert told["respired_shell_fraction", SCALLOP, "east"] == 3
    assert told["respired_shell_fraction", OYSTER, "west"] == 1
    assert told["isotope_enrichment", "", ""] == 4
    assert (term.information > 0).all()


def test_without_shells_there_is_no_likelihood(tmp_path: Path) -> None:
    assert specified(tmp_path, {}).terms == ()
