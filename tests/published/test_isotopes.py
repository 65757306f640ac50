"""Published shares of respired carbon in shells, as far as what is published lets them be computed again.

docs/evidence.md says for each study what is missing; the last test fails as soon as that is no longer true.
"""

from __future__ import annotations

import numpy as np
import pytest

from bayescarbon.accounting.isotopes import respired_fraction_of, shell_isotopes
from bayescarbon.evidence.literature import library
from bayescarbon.evidence.quantities import Quantiles, quantities

# Aragonite shell of Arctica islandica: 1.0 permil above the water's DIC, give or take 0.3, and "at most 10 %" respired
# carbon by three proxies of its isotopes (abstract of Beirne et al. 2012).
ARCTICA_OFFSET, ARCTICA_ERROR, ARCTICA_BOUND = 1.0, 0.3, 0.10
SURFACE_DIC = 0.0  # permil, within 2 of every open coast


def enrichment(mineral: str) -> Quantiles:
    return quantities()["isotope_enrichment"].by[mineral]


def tissue() -> np.ndarray:
    """Return d13C of bivalve soft tissue in the library, permil: what respired carbon looks like."""
    rows = library()
    values = rows[rows["quantity"] == "soft_tissue_d13c"]["value"].to_numpy(dtype=float)
    assert len(values) == 2
    return values


def test_arctica_is_below_its_published_bound() -> None:
    eps = enrichment("aragonite")
    f = respired_fraction_of(SURFACE_DIC + ARCTICA_OFFSET, tissue(), SURFACE_DIC, eps.q50)
    assert (f > 0.05).all() and (f <= ARCTICA_BOUND).all()
    # The error stated for the offset leaves it there: one standard error up or down is 0.015.
    heavier, lighter = (
        respired_fraction_of(ARCTICA_OFFSET + step * ARCTICA_ERROR, tissue(), SURFACE_DIC, eps.q50)
        for step in (1.0, -1.0)
    )
    assert (heavier > 0.05).all() and (lighter < ARCTICA_BOUND + 0.01).all()


def test_the_mineral_decides() -> None:
    # Read as calcite the same shells would hold no respired carbon at all.
    eps = enrichment("calcite").q50
    assert respired_fraction_of(SURFACE_DIC + ARCTICA_OFFSET, tissue(), SURFACE_DIC, eps) == pytest.approx(
        0.0
    )


@pytest.mark.parametrize(
    ("evidence_id", "published", "mineral", "offsets"),
    # d13C of shell minus DIC that each published share needs, where respired carbon is 16, 20 and 24 permil lighter.
    # The table of docs/evidence.md.
    [
        ("P185", 0.10, "calcite", (-0.6, -1.0, -1.4)),
        ("P022", 0.27, "aragonite", (-1.6, -2.7, -3.8)),
        ("P023", 0.45, "aragonite", (-4.5, -6.3, -8.1)),
        ("P024", 0.61, "aragonite", (-7.1, -9.5, -11.9)),
    ],
)
def test_what_the_published_shares_need(
    evidence_id: str, published: float, mineral: str, offsets: tuple[float, ...]
) -> None:
    row = library().set_index("id").loc[evidence_id]
    assert row["value"] == published
    found = shell_isotopes(published, -np.array([16.0, 20.0, 24.0]), 0.0, enrichment(mineral).q50)
    assert found == pytest.approx(offsets, abs=0.06)


def test_shares_this_far_apart_can_be_told_apart() -> None:
    # With 0.3 permil on shell and water, 1 permil on tissue and the enrichment's own spread, f of a clam is known
    # to about 0.03: 27, 45 and 61 % differ by more than that, if their end-members are right.
    rng = np.random.default_rng(1)
    eps = enrichment("aragonite")
    n = 20_000
    for published in (0.27, 0.45, 0.61):
        shell = shell_isotopes(published, -20.0, 0.0, eps.q50) + 0.3 * rng.standard_normal(n)
        f = respired_fraction_of(
            shell,
            -20.0 + rng.standard_normal(n),
            0.3 * rng.standard_normal(n),
            eps.q50 + (eps.q95 - eps.q05) / 3.29 * rng.standard_normal(n),
        )
        assert np.median(f) == pytest.approx(published, abs=0.01)
        assert f.std() < 0.045


def test_no_shell_or_water_isotopes_of_these_studies_are_at_hand() -> None:
    # If this fails, somebody found them: compute 10, 27, 45 and 61 % from them here, and mend docs/evidence.md.
    rows = library()
    named = rows["quantity"].str.contains("d13c")
    assert set(rows[named]["quantity"]) == {"soft_tissue_d13c", "conchiolin_minus_soft_tissue_d13c"}
    assert not set(rows[named]["species"]) & {"Pecten maximus", "Ruditapes philippinarum"}
