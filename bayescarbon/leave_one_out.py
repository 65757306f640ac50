"""Where each sample lies in its predictive distribution given all other rows: leave-one-out by importance weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from arviz_stats.base import array_stats
from scipy.special import betainc, gammainc, logsumexp, ndtr, ndtri, roots_hermitenorm

from bayescarbon.evidence.quantities import inverse_link, link
from bayescarbon.importance import MAX_PARETO_K, smoothed_weights
from bayescarbon.model.families import FAMILIES, Family
from bayescarbon.model.likelihood import WIDE_LOG_SD, scatter_levels, wide_log_density
from bayescarbon.model.outliers import CONTAMINATION
from bayescarbon.uniformity import holm

if TYPE_CHECKING:
    from bayescarbon.model.layout import Layout
    from bayescarbon.model.observations import Observations

#: Draws that leave-one-out is computed from, and rows it is computed for: spread evenly over what there is.
LOO_DRAWS, LOO_ROWS = 2000, 500
_QUADRATURE = 15


def loo_pit(
    layout: Layout,
    observations: Observations,
    nodes: np.ndarray,
    level_sd: np.ndarray,
    mean: np.ndarray,
    cv: np.ndarray,
    *,
    draws: int = LOO_DRAWS,
    rows: int = LOO_ROWS,
) -> pd.DataFrame:
    """Return where each sample lies in its predictive distribution given all other rows.

    Parameters
    ----------
    layout : Layout
        The hierarchy.
    observations : Observations
        Rows and the targets that they observe.
    nodes : array (sample, node)
        Link of the annual mean at every node of the layout.
    level_sd : array (sample, scale)
        Standard deviations along ``layout.sd_median``.
    mean : array (sample, target)
        Arithmetic means on the natural scale.
    cv : array (sample, scatter)
        Coefficients of variation of single samples.
    draws, rows : int
        At most so many draws and sample rows are used.

    Returns
    -------
    DataFrame
        id, quantity, species, site, suspect, pit (probability of a smaller value, 0 to 1), pareto_k. One row per
        sample; summaries, ranges and bounds have no single value and are left out.

    Notes
    -----
    PIT of row i is the average of F(y_i | draw) with Pareto-smoothed weights 1 / p(y_i | draw), by the exact
    distribution function of the family. Where a row is the only one at its site (or species, or group), its effect
    is integrated out of the density and drawn anew about the lowest ancestor that other rows inform: without this
    the draws, which all know the row, cannot speak for a posterior that does not. A suspect has the density and the
    distribution function of the contaminated mixture, as in the likelihood.
    """
    table = observations.rows.reset_index(drop=True)
    lonely = _lonely_chains(layout, observations)
    table = table[table["form"] == "sample"]
    table = table.iloc[_spread_evenly(len(table), rows)]
    picked = _spread_evenly(len(mean), draws)
    log_likelihood, below = (np.empty((len(table), len(picked))) for _ in range(2))
    at = scatter_levels(observations.scatter)
    for name, family in FAMILIES.items():
        here = np.flatnonzero((table["family"] == name).to_numpy())
        if not len(here):
            continue
        part = table.iloc[here]
        scatter = part["scatter"].to_numpy()
        x = part["x"].to_numpy(dtype=float)[:, None]
        theta = mean[np.ix_(picked, part["target"])].T
        precision = family.precision(cv[np.ix_(picked, scatter)], at[scatter]).T
        log_likelihood[here] = family.log_pdf(x, theta, precision)
        below[here] = _DISTRIBUTION[name](x, theta, precision)
        for place, row, value, k in zip(here, part.index, x[:, 0], precision, strict=True):
            if row in lonely:
                chain = lonely[row]
                centre, variance = _above(layout, chain, nodes[picked], level_sd[picked])
                log_likelihood[place] = _integrated(family, value, centre, variance, k)
                # Seeded by the row, so that the same fit gives the same numbers.
                order = np.random.default_rng(row).permutation(len(picked))
                fresh = ndtri((order + 0.5) / len(picked))
                again = inverse_link(name, centre + np.sqrt(variance) * fresh)
                below[place] = _DISTRIBUTION[name](value, again, k)
    table = table.reset_index(drop=True)
    doubtful = np.flatnonzero(table["suspect"].to_numpy(dtype=bool))
    if len(doubtful):
        wide = _wide_component(observations, table.loc[doubtful, "id"])
        log_likelihood[doubtful] = np.logaddexp(
            np.log1p(-CONTAMINATION) + log_likelihood[doubtful],
            np.log(CONTAMINATION) + wide["log_density"].to_numpy()[:, None],
        )
        below[doubtful] *= 1 - CONTAMINATION
        below[doubtful] += CONTAMINATION * wide["below"].to_numpy()[:, None]
    weights, pareto_k = smoothed_weights(-log_likelihood)
    pit = np.clip((weights * below).sum(axis=1), 0.0, 1.0)
    # Rows of oxygen incubations are held as the loss 1 - value.
    pit = np.where(table["method"] == "oxygen", 1 - pit, pit)
    found = table[["id", "quantity", "species", "site", "suspect"]].copy()
    return found.assign(pit=pit, pareto_k=pareto_k)


_DISTRIBUTION = {
    "fraction": lambda x, mean, k: betainc(mean * k, (1 - mean) * k, x),
    "positive": lambda x, mean, k: gammainc(k, x * k / mean),
}


def _spread_evenly(size: int, at_most: int) -> np.ndarray:
    return np.linspace(0, size - 1, min(size, at_most)).astype(int) if size else np.empty(0, dtype=int)


def _lonely_chains(layout: Layout, observations: Observations) -> dict[int, list[int]]:
    """Nodes that one row alone informs, from its cell upwards, by the row's position; annual simple targets only."""
    targets, simple = observations.targets, len(observations.targets.node)
    count = np.zeros(layout.n_nodes, dtype=int)
    seen = []
    for target in observations.rows["target"]:
        above: set[int] = set()
        for part in (target,) if target < simple else targets.parts[target - simple]:
            above.update(_upwards(layout, targets.node[part]))
        count[list(above)] += 1
        seen.append(target)
    found = {}
    for row, target in enumerate(seen):
        if target < simple and targets.season[target] < 0:
            chain = [node for node in _upwards(layout, targets.node[target]) if count[node] == 1]
            if chain:
                found[row] = chain
    return found


def _upwards(layout: Layout, node: int) -> list[int]:
    path = [node]
    while layout.level[path[-1]] >= 0:
        path.append(layout.parent[path[-1]])
    return path


def _above(
    layout: Layout, chain: list[int], nodes: np.ndarray, level_sd: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance, per draw, of the link at the foot of a chain of nodes given what stands above the chain."""
    top = chain[-1]
    variance = sum(
        (np.square(level_sd[:, layout.sd[n]]) for n in chain if layout.level[n] >= 0), np.zeros(len(nodes))
    )
    if layout.level[top] >= 0:
        return nodes[:, layout.parent[top]], variance
    prior = layout.items[layout.item[top]].prior
    return np.full(len(nodes), prior.location), variance + prior.sd_mu**2


def _integrated(
    family: Family, x: float, centre: np.ndarray, variance: np.ndarray, precision: np.ndarray
) -> np.ndarray:
    """Log density of a sample with its mean's link integrated over N(centre, variance), per draw.

    Gauss-Hermite nodes stand where prior times likelihood is, by a normal approximation of the likelihood on the link.
    """
    fraction = family.support == "fraction"
    # Variance of the sample on the link: of a Beta by the delta method, of a Gamma that of its logarithm nearly.
    width = 1 / (x * (1 - x) * (precision + 1)) if fraction else 1 / precision
    spread = 1 / (1 / variance + 1 / width)
    middle = spread * (centre / variance + float(link(family.support, np.array(x))) / width)
    # Wider than the approximation says: its tails must be covered, not only its top.
    scale = np.sqrt(2.0 * spread)
    z, weight = roots_hermitenorm(_QUADRATURE)
    value = middle[:, None] + scale[:, None] * z
    log_prior = -0.5 * (value - centre[:, None]) ** 2 / variance[:, None] - 0.5 * np.log(variance)[:, None]
    log_density = family.log_pdf(x, inverse_link(family.support, value), precision[:, None])
    log_terms = log_density + log_prior + 0.5 * z**2 + np.log(scale)[:, None]
    return logsumexp(log_terms, axis=1, b=weight / np.sqrt(2 * np.pi))


def _wide_component(observations: Observations, ids: pd.Series) -> pd.DataFrame:
    """Log density and distribution function of the wide component at suspects, in the order of `ids`."""
    part = observations.doubtful
    z = (np.log(part["x"]) - part["location"]) / np.hypot(part["sd"], WIDE_LOG_SD)
    below = np.where(part["family"] == "positive", ndtr(z.to_numpy(dtype=float)), part["x"])
    table = pd.DataFrame({"log_density": wide_log_density(part), "below": below})
    suspects = observations.rows["suspect"].to_numpy(dtype=bool)
    table.index = pd.Index(observations.rows.loc[suspects, "id"])
    return table.loc[ids.to_numpy()]


def loo_summary(pit: pd.DataFrame) -> pd.DataFrame:
    """Test by quantity whether the leave-one-out PITs are uniform.

    Parameters
    ----------
    pit : DataFrame
        As `loo_pit` returns it.

    Returns
    -------
    DataFrame
        quantity, n_loo, n_unreliable (Pareto k too large), loo_p, loo_p_holm. Rows with unreliable weights are
        counted and left in: to drop them would drop the most influential rows.

    Notes
    -----
    PITs of rows that share a mean depend on each other, so the bands of independent values do not apply: a
    leave-one-out mean makes them repel one another and those bands would rarely be left. The test combines pointwise
    order-statistic tests in a way that holds under dependence (Tesso and Vehtari 2026, the default in ArviZ).
    """
    grouped = pit.groupby("quantity", sort=False)
    table = grouped.agg(
        n_loo=("pit", "size"), n_unreliable=("pareto_k", lambda k: int((~(k <= MAX_PARETO_K)).sum()))
    )
    p_values = [float(array_stats.uniformity_test(g["pit"].to_numpy())[0]) for _, g in grouped]
    return table.assign(loo_p=p_values, loo_p_holm=holm(np.array(p_values))).reset_index()
