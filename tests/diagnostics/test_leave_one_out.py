"""Leave-one-out PITs against exact posteriors on a grid."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bayescarbon.evidence.quantities import inverse_link, link, quantities
from bayescarbon.evidence.table import EVIDENCE_COLUMNS
from bayescarbon.leave_one_out import loo_pit, loo_summary
from bayescarbon.model.families import FAMILIES
from bayescarbon.model.layout import Item, Layout
from bayescarbon.model.likelihood import scatter_levels
from bayescarbon.model.observations import Observations, observe
from bayescarbon.model.outliers import CONTAMINATION
from bayescarbon.model.priors import LinkPrior

SIZE = 4000
# mu is known all but exactly, so that every site is a posterior of one number, exact on a grid.
KNOWN, SITE_SD = 1e-6, 0.4
NAMES = {"fraction": "burial_fraction", "positive": "respiratory_quotient"}


@dataclasses.dataclass(frozen=True)
class World:
    """Sites of one quantity with known overall mean, site sd and scatter, and draws of each site's exact posterior."""

    layout: Layout
    observations: Observations
    centre: float
    cv: float
    nodes: np.ndarray

    def pits(self) -> pd.DataFrame:
        targets = self.observations.targets.node
        support = self.layout.items[0].quantity.support
        size = len(self.nodes)
        return loo_pit(
            self.layout,
            self.observations,
            self.nodes,
            np.full((size, 1), SITE_SD),
            inverse_link(support, self.nodes[:, targets]),
            np.full((size, len(self.observations.scatter)), self.cv),
            draws=SIZE,
        )


def grid_posterior(support: str, rows: np.ndarray, centre: float, k: float) -> tuple[np.ndarray, np.ndarray]:
    eta = np.linspace(centre - 6 * SITE_SD, centre + 6 * SITE_SD, 4001)
    log_density = stats.norm.logpdf(eta, centre, SITE_SD)
    mean = inverse_link(support, eta)
    for x in rows:
        log_density = log_density + FAMILIES[support].log_pdf(x, mean, k)
    density = np.exp(log_density - log_density.max())
    return eta, density / density.sum()


def world(
    support: str, per_site: list[int], *, scatter: float = 1.0, seed: int = 1, slip: float = 1.0
) -> World:
    """Draw sites and rows. The rows scatter `scatter` times as much as believed; the first is off by `slip`."""
    rng = np.random.default_rng(seed)
    quantity = dataclasses.replace(quantities()[NAMES[support]], levels=("site",))
    layout = Layout()
    centre = float(link(support, np.array(quantity.prior.q50)))
    layout.add_item(Item(quantity.name, quantity, LinkPrior(centre, KNOWN, (SITE_SD,)), quantity.prior))
    cv = 0.15
    k = float(FAMILIES[support].precision(np.array(cv), scatter_levels([quantity])[0]))
    true_k = float(FAMILIES[support].precision(np.array(cv * scatter), scatter_levels([quantity])[0]))
    records = []
    for i, count in enumerate(per_site):
        theta = inverse_link(support, centre + SITE_SD * rng.standard_normal())
        for x in np.atleast_1d(
            FAMILIES[support].simulate(rng, np.full(count, theta), np.full(count, true_k))
        ):
            records.append({"quantity": quantity.name, "site": f"site {i}", "value": float(x)})
    records[0]["value"] *= slip
    blank = dict.fromkeys(EVIDENCE_COLUMNS, "") | dict.fromkeys(("sd", "low", "high"), np.nan)
    given = {"origin": "farm", "kind": "sample", "n": 1.0}
    told = [blank | given | one | {"id": f"r{i}"} for i, one in enumerate(records)]
    evidence = pd.DataFrame(told, columns=list(EVIDENCE_COLUMNS))
    observations = observe(layout, evidence)
    nodes = np.full((SIZE, layout.n_nodes), centre)
    for site, rows in evidence.groupby("site", sort=False):
        node = layout.cell(quantity.name, "", "", f"farm:{site}")
        eta, density = grid_posterior(support, rows["value"].to_numpy(), centre, k)
        quantile = (rng.permutation(SIZE) + 0.5) / SIZE
        nodes[:, node] = np.interp(quantile, np.cumsum(density), eta)
    return World(layout, observations, centre, cv, nodes)


def exact_pits(made: World) -> np.ndarray:
    support = made.layout.items[0].quantity.support
    k = float(FAMILIES[support].precision(np.array(made.cv), scatter_levels(made.observations.scatter)[0]))
    rows = made.observations.rows
    found = []
    for position, (site, x) in enumerate(zip(rows["site"], rows["x"], strict=True)):
        others = rows[(rows["site"] == site) & (np.arange(len(rows)) != position)]["x"].to_numpy()
        eta, density = grid_posterior(support, others, made.centre, k)
        mean = inverse_link(support, eta)
        if support == "fraction":
            below = stats.beta.cdf(x, mean * k, (1 - mean) * k)
        else:
            below = stats.gamma.cdf(x, k, scale=mean / k)
        found.append(density @ below)
    return np.array(found)


@pytest.mark.parametrize("support", ["fraction", "positive"])
def test_loo_pits_are_those_of_the_exact_posterior_without_the_row(support: str) -> None:
    made = world(support, [1] * 12 + [2] * 6 + [5] * 4)
    found = made.pits()
    assert found["id"].tolist() == made.observations.rows["id"].tolist()
    assert not found["suspect"].any()
    # 0.02: the error of 4000 draws, reweighted. Where the row is alone at its site nothing is left of the posterior
    # with it, so draws that were not redrawn would be off by tenths.
    np.testing.assert_allclose(found["pit"], exact_pits(made), atol=0.02)
    assert (found["pareto_k"] < 0.7).all()


@pytest.mark.parametrize("support", ["fraction", "positive"])
def test_a_true_model_passes_and_a_wrong_one_fails(support: str) -> None:
    per_site = [1] * 30 + [3] * 30 + [8] * 10
    good = loo_summary(world(support, per_site, seed=2).pits())
    assert good["n_loo"].tolist() == [200]
    assert good.loc[0, "loo_p"] > 0.05
    for scatter in (2.0, 0.4):
        wrong = world(support, per_site, scatter=scatter, seed=2)
        assert loo_summary(wrong.pits()).loc[0, "loo_p_holm"] < 0.01


def test_a_suspect_is_held_against_the_mixture() -> None:
    made = world("positive", [12, 12], seed=3, slip=10.0)
    found = made.pits()
    assert found.loc[0, "suspect"] and not found.loc[1:, "suspect"].any()
    # All the clean mass lies below; of the wide component, which reaches a factor ten or more up, not all.
    assert 1 - CONTAMINATION < found.loc[0, "pit"] < 1.0


def test_few_rows_and_draws_are_spread_over_all() -> None:
    made = world("positive", [4] * 10)
    targets = made.observations.targets.node
    found = loo_pit(
        made.layout,
        made.observations,
        made.nodes,
        np.full((SIZE, 1), SITE_SD),
        np.exp(made.nodes[:, targets]),
        np.full((SIZE, 1), made.cv),
        draws=500,
        rows=5,
    )
    assert len(found) == 5 and found["site"].nunique() == 5
