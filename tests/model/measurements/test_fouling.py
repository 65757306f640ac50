"""Gears: the share of foulers is a sample of the fouling ratio, their kinds a Dirichlet with censored zeros."""

from __future__ import annotations

from itertools import pairwise
from math import lgamma
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import dblquad
from scipy.special import betainc

from bayescarbon.model.build import Specification
from bayescarbon.model.layout import TAXA
from bayescarbon.model.measurements.fouling import RESOLVED_SHARE, FoulerMix, resolved
from tests.fit.worlds import OYSTER, SCALLOP, Row
from tests.model.measurements.support import (
    cell,
    density_of,
    drawn,
    prior_of,
    slopes_agree,
    specified,
    term_of,
)

MIX = {"east": np.array([0.5, 0.2, 0.25, 0.05]), "west": np.array([0.1, 0.1, 0.6, 0.2])}


def gear(label: str, site: str, masses: tuple[float, ...], host: float = 10.0) -> list[Row]:
    """Return the rows of one gear; a taxon that was not found is left out, as on a field sheet."""
    species = SCALLOP if site == "east" else OYSTER
    common = {"gear": label, "site": site, "species": species}
    found = [(taxon, mass) for taxon, mass in zip(TAXA, masses, strict=True) if mass > 0]
    return [{"taxon": taxon, "fresh_mass_kg": mass} | common for taxon, mass in [("host", host), *found]]


def mix_of(folder: Path, rows: list[Row]) -> tuple[Specification, FoulerMix]:
    specification = specified(folder, {"fouling": rows})
    term = term_of(specification, "fouling")
    assert isinstance(term, FoulerMix)
    return specification, term


def eta(specification: Specification, term: FoulerMix, shift: float = 0.0) -> np.ndarray:
    """Return links whose softmax is MIX; a shift common to all four changes nothing."""
    values = {
        cell(specification.layout, f"fouler_mix[{taxon}]", site): np.log(share) + shift
        for site in MIX
        for taxon, share in zip(TAXA, MIX[site], strict=True)
        if any(key[3] == f"farm:{site}" for key in np.array(specification.layout.keys)[term.nodes])
    }
    assert set(term.nodes) == set(values)
    return np.array([values[node] for node in term.nodes])


def at(concentration: float) -> dict[str, float]:
    return {"fouler_mix_concentration": concentration}


# --- the density --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("concentration", [0.8, 6.0, 60.0])
def test_without_zeros_the_kinds_are_dirichlet(tmp_path: Path, concentration: float) -> None:
    gears = {"G1": ("east", (1.0, 0.6, 0.3, 0.1)), "G2": ("west", (0.2, 0.3, 0.9, 0.4))}
    gears["G3"] = ("east", (0.4, 0.9, 0.5, 0.02))
    rows = [one for label, (site, masses) in gears.items() for one in gear(label, site, masses)]
    specification, term = mix_of(tmp_path, rows)
    wanted = sum(
        stats.dirichlet.logpdf(np.array(masses) / sum(masses), concentration * MIX[site])
        for site, masses in gears.values()
    )
    density = density_of(term)
    for shift in (0.0, 1.3):
        found = density(eta(specification, term, shift), at(concentration))[0]
        assert found == pytest.approx(wanted, rel=1e-10)


def test_what_is_assumed_of_the_concentration(tmp_path: Path) -> None:
    _, term = mix_of(tmp_path, gear("G1", "east", (1.0, 0.6, 0.3, 0.1)))
    at = np.array([0.8, 6.0, 60.0])
    prior = prior_of(term, "fouler_mix_concentration")
    assert [prior(x) for x in at] == pytest.approx(stats.lognorm.logpdf(at, 0.8, scale=6.0))


@pytest.mark.parametrize("concentration", [0.8, 3.0, 6.0, 20.0])
@pytest.mark.parametrize("absent", range(4))
def test_a_zero_is_a_share_below_what_can_be_resolved(
    tmp_path: Path, concentration: float, absent: int
) -> None:
    """A Dirichlet's component is a Beta, and what is left of it, rescaled, a Dirichlet independent of that Beta."""
    masses = np.array([1.0, 0.6, 0.3, 0.1])
    masses[absent] = 0.0
    specification, term = mix_of(tmp_path, gear("G1", "east", tuple(masses)))
    alpha = concentration * MIX["east"]
    seen = np.arange(4) != absent
    exact = np.log(betainc(alpha[absent], alpha[seen].sum(), RESOLVED_SHARE))
    exact += stats.dirichlet.logpdf(masses[seen] / masses.sum(), alpha[seen])
    found = density_of(term)(eta(specification, term), at(concentration))[0]
    # To first order in the resolution: what is left out is of the order of resolution times concentration.
    assert found == pytest.approx(exact, abs=RESOLVED_SHARE * (concentration + 1))


@pytest.mark.parametrize("concentration", [1.0, 6.0, 15.0])
def test_two_zeros_against_numerical_integration(tmp_path: Path, concentration: float) -> None:
    specification, term = mix_of(tmp_path, gear("G1", "east", (1.0, 0.0, 0.5, 0.0)))
    alpha = concentration * MIX["east"]
    gone, seen = alpha[[1, 3]], alpha[[0, 2]]
    share = np.array([2 / 3, 1 / 3])

    # Substituting u = (x / resolution)^alpha takes the poles at zero out of the integrand.
    def integrand(v: float, u: float) -> float:
        left = 1 - RESOLVED_SHARE * (u ** (1 / gone[0]) + v ** (1 / gone[1]))
        return left ** (seen.sum() - 1)

    inside, error = dblquad(integrand, 0, 1, 0, 1)
    assert error < 1e-4 * inside
    inside *= (RESOLVED_SHARE**gone / gone).prod()
    exact = np.log(inside) + lgamma(concentration) - sum(lgamma(a) for a in alpha)
    exact += ((seen - 1) * np.log(share)).sum()
    found = density_of(term)(eta(specification, term), at(concentration))[0]
    assert found == pytest.approx(exact, abs=2 * RESOLVED_SHARE * (concentration + 1))


def test_a_single_kind_is_allowed(tmp_path: Path) -> None:
    specification, term = mix_of(tmp_path, gear("G1", "east", (0.0, 0.0, 0.7, 0.0)))
    assert term.shares.tolist() == [[0, 0, 1, 0]]
    alpha = 6 * MIX["east"]
    # The three others each below the resolution is less than their sum below three times that.
    most = np.log(betainc(6 - alpha[2], alpha[2], 3 * RESOLVED_SHARE))
    least = np.log(betainc(6 - alpha[2], alpha[2], RESOLVED_SHARE))
    found = density_of(term)(eta(specification, term), at(6.0))[0]
    assert least < found < most


def test_gradients(tmp_path: Path) -> None:
    rows = [*gear("G1", "east", (1.0, 0.0, 0.5, 0.1)), *gear("G2", "west", (0.2, 0.3, 0.0, 0.0))]
    specification, term = mix_of(tmp_path, rows)
    assert slopes_agree(term, eta(specification, term), at(5.0)) < 1e-7


# --- simulation ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("concentration", [2.0, 12.0])
def test_simulated_kinds_follow_the_density(tmp_path: Path, concentration: float) -> None:
    specification, term = mix_of(tmp_path, gear("G1", "east", (1.0, 0.6, 0.3, 0.1)))
    size = 20_000
    found = term.simulate(
        np.tile(eta(specification, term), (size, 1)),
        {"fouler_mix_concentration": np.full(size, concentration)},
        np.random.default_rng(6),
    )
    assert set(found) == {"fouling_shares"}
    shares = found["fouling_shares"][:, 0]
    assert shares.sum(axis=1) == pytest.approx(1)
    assert not ((shares > 0) & (shares < RESOLVED_SHARE)).any()
    alpha = concentration * MIX["east"]
    for i, a in enumerate(alpha):
        law = stats.beta(a, concentration - a)
        absent = np.mean(shares[:, i] == 0)
        p = law.cdf(RESOLVED_SHARE)
        assert absent == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / size) + 1e-3)
        # Lifted shares are off by twice the resolution at most.
        kept = shares[shares[:, i] > 0.02, i]
        uniform = (law.cdf(kept) - law.cdf(0.02)) / law.sf(0.02)
        assert stats.kstest(uniform, "uniform").statistic < 1.95 / np.sqrt(len(kept)) + 0.01


def test_what_is_simulated_is_as_likely_as_its_density_says(tmp_path: Path) -> None:
    """Probabilities of the patterns of zeros and of ordered bins of one share, both ways."""
    specification, term = mix_of(tmp_path, gear("G1", "east", (1.0, 0.0, 0.0, 0.0)))
    size, concentration = 100_000, 3.0
    alpha = concentration * np.array([0.6, 0.4 - 1e-3, 5e-4, 5e-4])
    # The other two kinds are all but impossible, so a share of mussel above the resolution has one density left.
    links = np.log(alpha / concentration)
    order = [list(term.nodes).index(cell(specification.layout, f"fouler_mix[{t}]", "east")) for t in TAXA]
    point = np.empty(4)
    point[order] = links
    shares = term.simulate(
        np.tile(point, (size, 1)),
        {"fouler_mix_concentration": np.full(size, concentration)},
        np.random.default_rng(7),
    )["fouling_shares"][:, 0]
    only_two = shares[(shares[:, 2] == 0) & (shares[:, 3] == 0) & (shares[:, 0] > 0) & (shares[:, 1] > 0), 0]
    edges = [0.05, 0.3, 0.6, 0.8, 0.95]
    for low, high in pairwise(edges):
        middle = np.linspace(low, high, 21)
        values = []
        for share in middle:
            told = FoulerMix(
                term.nodes,
                term.information,
                np.array([0]),
                np.array([[share, 1 - share, 0.0, 0.0]]),
                term.bears_on,
            )
            values.append(np.exp(density_at(told, point, concentration)))
        expected = np.trapezoid(values, middle)
        count = np.sum((only_two > low) & (only_two < high))
        assert count / size == pytest.approx(expected, abs=4 * np.sqrt(expected / size) + 0.005 * expected)


def density_at(term: FoulerMix, eta: np.ndarray, concentration: float) -> float:
    """Return the density with NumPy, which the tests above have held against SciPy's Dirichlet."""
    alpha = concentration * np.exp(eta) / np.exp(eta).sum()
    (shares,) = term.shares
    total = lgamma(concentration)
    for share, a in zip(shares, alpha, strict=True):
        total += (
            (a - 1) * np.log(share) - lgamma(a) if share > 0 else a * np.log(RESOLVED_SHARE) - lgamma(a + 1)
        )
    return total


# --- the rows -----------------------------------------------------------------------------------------------


def test_the_share_of_foulers_is_a_sample_of_the_fouling_ratio(tmp_path: Path) -> None:
    rows = [*gear("G1", "east", (1.0, 0.5, 0.5, 0.0)), *gear("G2", "east", (0.0, 0.0, 0.6, 0.0), host=5.4)]
    told = specified(tmp_path, {"fouling": rows}).observations.rows.set_index("id")
    assert told.loc["fouling:G1", "value"] == pytest.approx(2 / 12)
    assert told.loc["fouling:G2", "value"] == pytest.approx(0.1)
    assert set(told["reading"]) == {"fouling_ratio"} and set(told["form"]) == {"sample"}


def test_a_clean_gear_counts_and_tells_nothing_of_the_kinds(tmp_path: Path) -> None:
    rows = [
        *gear("G1", "east", (1.0, 0.0, 0.5, 0.0)),
        *gear("G2", "east", (0.0, 0.0, 0.0, 0.0)),
        *gear("G3", "east", (0.01, 0.0, 0.0, 0.0)),
    ]
    specification, term = mix_of(tmp_path, rows)
    told = specification.observations.rows.set_index("id")
    for label in ("G2", "G3"):
        assert told.loc[f"fouling:{label}", "form"] == "below"
        assert told.loc[f"fouling:{label}", "high"] == RESOLVED_SHARE
    assert term.shares.tolist() == [[pytest.approx(2 / 3), 0, pytest.approx(1 / 3), 0]]
    assert len(term.bears_on) == 1
    # Gears that are all clean leave the kinds to their prior, and say that there is next to nothing of them.
    clean = specified(tmp_path / "clean", {"fouling": gear("G1", "east", (0.0, 0.0, 0.0, 0.0))})
    assert clean.terms == ()
    assert clean.observations.bounds["bound"].tolist() == [RESOLVED_SHARE]


def test_kinds_of_two_sites_are_told_apart(tmp_path: Path) -> None:
    rows = [
        *gear("G1", "west", (0.1, 0.1, 1.0, 0.1)),
        *gear("G2", "east", (1.0, 0.1, 0.1, 0.1)),
        *gear("G3", "west", (0.2, 0.1, 2.0, 0.1)),
    ]
    specification, term = mix_of(tmp_path, rows)
    keys = [specification.layout.keys[node] for node in term.nodes]
    sites = [key[3] for key in keys[:: len(TAXA)]]
    assert [key[0] for key in keys[: len(TAXA)]] == [f"fouler_mix[{taxon}]" for taxon in TAXA]
    assert [sites[i] for i in term.site] == ["farm:west", "farm:east", "farm:west"]


def test_the_season_of_a_gear_is_that_of_the_ratio(tmp_path: Path) -> None:
    rows = [dict(one) | {"season": "summer"} for one in gear("G1", "east", (1.0, 0.5, 0.5, 0.0))]
    rows += gear("G2", "east", (0.5, 0.2, 0.5, 0.0))
    world = drawn(specified(tmp_path, {"fouling": rows}))
    summer, year = world.observed("fouling:G1"), world.observed("fouling:G2")
    assert summer == pytest.approx(world.value("fouling_ratio", "east", "summer"))
    assert year == pytest.approx(world.value("fouling_ratio", "east"))
    assert np.abs(summer / year - 1).max() > 0.01


def test_resolution() -> None:
    assert resolved(np.array([[1.0, 0.999, 0.001, 0.0]])).tolist() == [
        [pytest.approx(1 / 1.999), pytest.approx(0.999 / 1.999), 0, 0]
    ]
