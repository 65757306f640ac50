"""Shares of several sources in a mixture, from isotopes: posterior by importance resampling from the prior.

Shares are uniform over all mixtures, end-members are normal, samples scatter normally around the mixture. Given shares
and scatter the end-members integrate out in closed form, and the scatter is one dimension per tracer, integrated on a
grid; so only the shares are sampled, and no Markov chain has to converge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

type Floats = npt.NDArray[np.float64]

# Scatter among samples of one site, permil: log-normal, 90 % between 0.2 and 2.2. Published surveys of one bay spread
# over 1.5 permil (Xia et al. 2014) to 8.6 permil (Sui et al. 2019), standard deviations of about 0.4 and 2.
SCATTER_MEDIAN = 0.7
SCATTER_LOG_SD = 0.7

WANTED_ESS = 400
FIRST_BLOCK = 2**14
MOST_PROPOSALS = 2**20

_GRID = 49
# Grid points whose density is e^-30 of the highest add nothing that a double would show in a share.
_NEGLIGIBLE = 30.0


@dataclass(frozen=True)
class Samples:
    """The measurements of one tracer at one site, as far as the likelihood needs them.

    Attributes
    ----------
    n : int
        Number of samples, at least 1.
    mean : float
        Their mean, permil.
    squares : float
        Sum of squared deviations from the mean, permil^2.
    """

    n: int
    mean: float
    squares: float


@dataclass(frozen=True)
class Mixture:
    """Posterior of the shares of one mixture.

    Attributes
    ----------
    share : array of float, shape (draws, sources)
        Draws; each row sums to 1.
    ess : float
        Effective number of proposals behind them.
    proposals : int
        Number of proposals made.
    misfit : float
        Distance of the samples from the nearest possible mixture, in standard errors; above 2 a source is missing
        or an end-member wrong.
    """

    share: Floats
    ess: float
    proposals: int
    misfit: float


def _scatter_grid(samples: Samples) -> tuple[Floats, Floats]:
    """Return normalised log-weights and variances of a grid over the scatter, given the spread of the samples."""

    def log_density(u: Floats) -> Floats:
        residual: Floats = -(samples.n - 1) * u - 0.5 * samples.squares * np.exp(-2.0 * u)
        return residual - 0.5 * ((u - np.log(SCATTER_MEDIAN)) / SCATTER_LOG_SD) ** 2

    wide = np.log(SCATTER_MEDIAN) + SCATTER_LOG_SD * np.linspace(-10.0, 10.0, 20_001)
    density = log_density(wide)
    kept = wide[density > density.max() - _NEGLIGIBLE]
    u = np.linspace(kept[0], kept[-1], _GRID)
    weights = log_density(u)
    return weights - np.logaddexp.reduce(weights), np.exp(2.0 * u)


def _log_likelihood(
    shares: Floats, samples: list[Samples], grids: list[tuple[Floats, Floats]], mean: Floats, sd: Floats
) -> Floats:
    total = np.zeros(len(shares))
    for tracer, (one, (log_weight, variance)) in enumerate(zip(samples, grids, strict=True)):
        expected = shares @ mean[:, tracer]
        spread = (shares**2 @ sd[:, tracer] ** 2)[:, None] + variance / one.n
        log_density = log_weight - 0.5 * np.log(spread) - 0.5 * (one.mean - expected)[:, None] ** 2 / spread
        total += np.logaddexp.reduce(log_density, axis=1)
    return total


def _misfit(samples: list[Samples], grids: list[tuple[Floats, Floats]], mean: Floats, sd: Floats) -> float:
    """Return how many standard errors the samples lie off the nearest mixture of the end-members."""
    observed = np.array([one.mean for one in samples])
    scatter = np.array([np.exp(w) @ v / one.n for one, (w, v) in zip(samples, grids, strict=True)])
    share = np.full(len(mean), 1.0 / len(mean))
    distance = np.inf
    for _ in range(5):  # the error of a mixture depends on its shares, so weight anew and solve again
        error = np.sqrt(share**2 @ sd**2 + scatter)
        # A heavy last row makes the shares sum to 1 in a solver that only knows that they are not negative.
        heavy = 1e4 * max(1.0, float(np.abs(mean / error).max()))
        design = np.vstack([(mean / error).T, np.full(len(mean), heavy)])
        solution, _ = nnls(design, np.append(observed / error, heavy))
        share = solution / solution.sum()
        error = np.sqrt(share**2 @ sd**2 + scatter)
        distance = min(distance, float(np.linalg.norm((observed - share @ mean) / error)))
    return distance


def _resample(weights: Floats, draws: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return indices in proportion to the weights: systematic, then shuffled so that the draws are exchangeable."""
    edges = np.cumsum(weights)
    points = (rng.random() + np.arange(draws)) / draws * edges[-1]
    return rng.permutation(np.searchsorted(edges, points).clip(max=len(weights) - 1))


def mixture(
    samples: list[Samples], mean: Floats, sd: Floats, draws: int, rng: np.random.Generator
) -> Mixture:
    """Return the posterior of the shares of the sources in one mixture.

    Parameters
    ----------
    samples : list of Samples
        One per tracer.
    mean, sd : array of float, shape (sources, tracers)
        End-members and their standard deviations, permil; a standard deviation of 0 is an exact end-member.
    draws : int
        Number of draws wanted.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Mixture
        If its `ess` is below `WANTED_ESS` in spite of `MOST_PROPOSALS` proposals, draws repeat.

    Notes
    -----
    Proposals double until the effective sample size (sum w)^2 / sum w^2 reaches `WANTED_ESS`.
    """
    grids = [_scatter_grid(one) for one in samples]
    shares = np.empty((0, len(mean)))
    log_weight = np.empty(0)
    ess = 0.0
    while ess < WANTED_ESS and len(shares) < MOST_PROPOSALS:
        for _ in range(max(1, len(shares) // FIRST_BLOCK)):
            block = rng.dirichlet(np.ones(len(mean)), FIRST_BLOCK)
            shares = np.vstack([shares, block])
            log_weight = np.append(log_weight, _log_likelihood(block, samples, grids, mean, sd))
        weight = np.exp(log_weight - log_weight.max())
        ess = float(weight.sum() ** 2 / (weight**2).sum())
    kept = _resample(weight, draws, rng)
    return Mixture(shares[kept], ess, len(shares), _misfit(samples, grids, mean, sd))
