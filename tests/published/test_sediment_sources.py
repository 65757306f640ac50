"""The two published sources of Sanggou Bay's sediment, 67.5 and 23.8 % shellfish: what can be computed again.

Both abstracts give shares and neither gives end-members. So the tests show two things: with end-members known, the
model returns the published shares; without them, what is published fixes neither number. See docs/evidence.md.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bayescarbon.checks.sediment import sediment_sources
from bayescarbon.evidence.literature import library
from bayescarbon.report.remarks import sediment_remarks

# Nie et al. 2022, a mixing model of three end-members with two tracers.
NIE = {"biodeposit": 0.6752, "soil": 0.2647, "kelp": 0.0597}
# Sui et al. 2019, a mixing model on d13C alone; d13C of the samples from -21.76 to -13.14 permil.
SUI = {"kelp": 0.366, "plankton": 0.287, "biodeposit": 0.238, "soil": 0.109}
SUI_RANGE = (-21.76, -13.14)
# Wide on purpose, permil: every coastal study puts its end-members somewhere in here.
POSSIBLE = {
    "kelp": (-18.0, -11.0),
    "plankton": (-24.0, -18.0),
    "biodeposit": (-24.0, -18.0),
    "soil": (-28.0, -23.0),
}


def test_the_published_shares_are_those_of_the_library() -> None:
    rows = library().set_index("id")
    assert rows.loc["P028", "value"] == NIE["biodeposit"]
    assert rows.loc["P138", "value"] == SUI["biodeposit"]
    assert sum(NIE.values()) == pytest.approx(1.0, abs=5e-4)
    assert sum(SUI.values()) == pytest.approx(1.0, abs=1e-9)


def _samples(d13c: float, d15n: float, n: int = 60) -> pd.DataFrame:
    """Return samples whose mean is exactly as asked, with a scatter of 0.2 permil."""
    noise = np.random.default_rng(2).standard_normal((2, n))
    noise = 0.2 * (noise - noise.mean(axis=1, keepdims=True))
    return pd.DataFrame(
        {"sample": range(n), "site": "Sanggou Bay", "d13c": d13c + noise[0], "d15n": d15n + noise[1]}
    )


@pytest.mark.parametrize("seed", range(5))
def test_with_three_end_members_and_two_tracers_the_published_shares_come_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    d13c = [rng.uniform(*POSSIBLE[name]) for name in NIE]
    d15n = np.array([8.0, 4.0, 6.5]) + rng.uniform(-0.5, 0.5, 3)
    share = np.array(list(NIE.values())) / sum(NIE.values())
    ends = pd.DataFrame({"source": list(NIE), "d13c": d13c, "d13c_sd": 0.1, "d15n": d15n, "d15n_sd": 0.1})
    found = sediment_sources(_samples(float(share @ d13c), float(share @ d15n)), ends)
    assert sediment_remarks(found, "en") == []
    posterior = found["share"].sel(site="Sanggou Bay")
    assert float(posterior.sel(source="biodeposit").mean()) == pytest.approx(share[0], abs=0.03)
    assert float(posterior.sel(source="kelp").mean()) == pytest.approx(share[2], abs=0.03)


def _extremes(ends: np.ndarray, mixed: float, source: int) -> tuple[float, float]:
    """Return the least and most share of one source in mixtures of the same d13C: they lie at pairs of sources."""
    shares = []
    for i in range(len(ends)):
        for j in range(i):
            if (ends[i] - mixed) * (ends[j] - mixed) <= 0:
                of_i = (mixed - ends[j]) / (ends[i] - ends[j])
                shares.append(of_i if source == i else 1.0 - of_i if source == j else 0.0)
    return min(shares), max(shares)


def test_one_tracer_and_four_sources_fix_nothing_whatever_the_end_members() -> None:
    rng = np.random.default_rng(1)
    share = np.array(list(SUI.values()))
    farm = list(SUI).index("biodeposit")
    found = []
    while len(found) < 500:
        ends = np.array([rng.uniform(*POSSIBLE[name]) for name in SUI])
        mixed = float(share @ ends)
        if SUI_RANGE[0] <= mixed <= SUI_RANGE[1]:
            found.append(_extremes(ends, mixed, farm))
    least, most = np.array(found).T
    # The very d13C that 23.8 % gives is also given by no biodeposit at all, and by much more of it: with more than half
    # of the end-members by the 67.5 % of the other study.
    assert least.max() == 0.0
    assert most.min() > SUI["biodeposit"] + 0.1
    assert (most > NIE["biodeposit"]).mean() > 0.5


def test_the_posterior_says_so_too() -> None:
    middle = {name: np.mean(POSSIBLE[name]) for name in SUI}
    # Biodeposit and plankton a little apart: where they are equal nothing could tell them apart.
    middle["biodeposit"] += 0.5
    mixed = sum(SUI[name] * middle[name] for name in SUI)
    ends = pd.DataFrame({"source": list(middle), "d13c": list(middle.values()), "d13c_sd": 0.5})
    found = sediment_sources(_samples(mixed, 6.0, 200), ends)
    low, high = found["share"].sel(source="biodeposit", site="Sanggou Bay").quantile([0.025, 0.975])
    assert float(low) < SUI["biodeposit"] < NIE["biodeposit"] < float(high) + 0.05
    assert "lean" in sediment_remarks(found, "en")[0]


def test_nie_depends_on_end_members_that_are_not_published() -> None:
    # Three sources and two tracers have one solution, but it moves with the end-members: for a sediment that gives
    # 67.52 % with one table of them, others from the same ranges give less than a third to more than three quarters.
    possible = [POSSIBLE[name] for name in NIE], [(6.0, 9.0), (2.0, 5.0), (5.0, 8.0)]  # d13C, d15N
    share = np.array(list(NIE.values())) / sum(NIE.values())
    middle = np.array([[np.mean(span) for span in tracer] for tracer in possible])
    mixed = np.append(middle @ share, 1.0)
    assert np.linalg.solve(np.vstack([middle, np.ones(3)]), mixed) == pytest.approx(share)
    rng = np.random.default_rng(4)
    found = []
    for _ in range(2000):
        ends = [[rng.uniform(*span) for span in tracer] for tracer in possible]
        solved = np.linalg.solve(np.vstack([ends, np.ones(3)]), mixed)
        if (solved >= 0).all():
            found.append(solved[0])
    assert len(found) > 200
    low, high = np.quantile(found, [0.05, 0.95])
    assert low < 1 / 3 and high > 3 / 4


def test_no_end_members_of_these_studies_are_at_hand() -> None:
    # If this fails, somebody found them: reproduce 67.52 and 23.8 % from them here, and mend docs/evidence.md.
    rows = library()
    sanggou = rows["site"].str.contains("Sanggou")
    assert not rows[sanggou]["quantity"].str.contains("d13c|d15n|end_member").any()
