"""How much of an outcome's variance each subset of its parameters explains, from one set of features for all subsets.

Var(E[S | X_A]) is the variance of the regression of S on the features of the subset A. All subsets share the features'
moments, and the Cholesky factor of their covariance holds the regressions on every leading set of features at once:
with the features in the order in which parameters become known, one factor gives the regressions after each of them.

Each draw is predicted by regressions on the other folds. The variance explained is the covariance of outcome and
prediction: least squares errs without bias, and so does this, where the mean square of the predictions would be too
large and the reduction of the squared error too small. The draws' own reduction of the squared error is its
influence.

A product of many factors has interactions of all orders, but its logarithm has none. So an outcome may be regressed on
a logarithmic scale; what is shared out is the variance of the outcome itself either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from scipy.linalg import solve_triangular

from bayescarbon.information.interactions import products
from bayescarbon.information.regression import Design, Indices, bar, design, fitted, forward
from bayescarbon.information.sample import Sample
from bayescarbon.information.scales import Scale
from bayescarbon.issuance.statistics import Floats

#: Products of features kept, at most.
_MOST_PRODUCTS = 150
#: A ridge, as a share of a feature's variance: features may be combinations of each other.
_RIDGE = 1e-9
#: Players up to which the Shapley effects are summed over all subsets.
_ALL_SUBSETS = 7
#: Orders in which more players are let in, half of them drawn and each followed by its reverse.
ORDERS = 200


@dataclass(frozen=True)
class Explained:
    """Variance explained, per player.

    Attributes
    ----------
    amount : array (player,)
        In squared units of the outcome.
    influence : array (n, player)
        What each draw contributes.
    ordering_se : array (player,)
        Standard error of the amount from the choice of orders; 0 where all subsets were summed.
    """

    amount: Floats
    influence: Floats
    ordering_se: Floats


class Subsets:
    """Regressions on subsets of players.

    Parameters
    ----------
    sample : Sample
        The outcome.
    scale : Scale
        On which it is regressed: itself, or a logarithm of it.
    mains : sequence of array (n, m)
        Features of each parameter, fold by fold.
    player : sequence of int
        Which player each parameter belongs to.
    """

    def __init__(self, sample: Sample, scale: Scale, mains: Sequence[Floats], player: Sequence[int]) -> None:
        self.folds = sample.folds
        self.count = max(player) + 1
        mean = sample.values.mean()
        #: The outcome less its mean, fold by fold.
        self.outcome = sample.values - mean
        self._growth, self._height = scale.growth, mean - scale.asymptote
        features, self._owners = _features(scale.values, mains, player, sample.inefficiency)
        self._design: Design = design(features, self.folds)
        self._means, self._crosses = self._design.crosses(scale.values)
        own, overall = np.einsum("kii->ki", self._design.grams), features.var(axis=0)
        # A feature of few draws may be constant where they are left out.
        ridge = np.where(own > _RIDGE * overall, _RIDGE * own, overall)
        self._grams = self._design.grams + ridge[:, :, None] * np.eye(features.shape[1])
        #: Players that have features at all; knowing the others changes nothing.
        self.active = np.unique(self._owners).tolist()

    def after(self, order: Sequence[int]) -> Floats:
        """Return what is predicted for each draw (n, len(order)) after each player of an order has become known."""
        arrival = np.full(self.count, len(order))
        arrival[list(order)] = np.arange(len(order))
        # A product is known with the last of its owners.
        known = arrival[self._owners].max(axis=1)
        chosen = np.argsort(known, kind="stable")
        chosen = chosen[: int((known < len(order)).sum())]
        counts = np.searchsorted(known[chosen], np.arange(len(order)), side="right")
        predicted = np.empty((len(self.outcome), len(order)))
        for k, fold in enumerate(self.folds):
            factor = np.linalg.cholesky(self._grams[k][np.ix_(chosen, chosen)])
            scores = solve_triangular(factor, self._crosses[k][chosen], lower=True)
            leading = np.where(np.arange(len(chosen))[:, None] < counts, scores[:, None], 0.0)
            slopes = solve_triangular(factor, leading, lower=True, trans="T")
            centred = self._design.features[fold][:, chosen] - self._design.means[k][chosen]
            predicted[fold] = self._means[k] + centred @ slopes
        if not self._growth:
            return predicted - self._means.mean()
        # The mean of a logarithm grows to the mean of what it is the logarithm of, up to a factor that makes the
        # predictions right on average (Duan 1983).
        grown = np.exp(self._growth * (predicted - self._means.mean()))
        return self._height * (grown / grown.mean(axis=0) - 1.0)

    def left(self) -> float:
        """Return the mean squared error of the prediction from all players."""
        if not self.active:
            return float(np.mean(np.square(self.outcome)))
        return float(np.mean(np.square(self.outcome - self.after(self.active)[:, -1])))

    def alone(self) -> Explained:
        """Return what each player explains when only it is known."""
        found = self._none()
        for j in self.active:
            _add(found, [j], self._steps(self.after([j])), 1.0)
        return found

    def last(self) -> Explained:
        """Return what each player adds when all others are known."""
        found = self._none()
        for j in self.active:
            others = [other for other in self.active if other != j]
            steps = self._steps(self.after([*others, j]))
            _add(found, [j], (steps[0][-1:], steps[1][:, -1:]), 1.0)
        return found

    def shapley(self, seed: int) -> Explained:
        """Return what each player adds on average over the orders in which the players may become known.

        Parameters
        ----------
        seed : int
            Of the orders, where there are too many players to sum over all subsets.

        Notes
        -----
        Song, Nelson and Staum (2016), SIAM/ASA Journal on Uncertainty Quantification 4, 1060, eq. 6 and 10.
        """
        if len(self.active) <= _ALL_SUBSETS:
            return self._over_all_subsets()
        found = self._none()
        rng = np.random.default_rng(seed)
        means = np.zeros((ORDERS // 2, self.count))
        for pair in means:
            order = rng.permutation(self.active)
            for one in (order, order[::-1]):
                amounts, influence = self._steps(self.after(one.tolist()))
                _add(found, one, (amounts, influence), 1.0 / ORDERS)
                pair[one] += 0.5 * amounts
        ordering_se = means.std(axis=0, ddof=1) / np.sqrt(len(means))
        return Explained(found.amount, found.influence, ordering_se)

    def _over_all_subsets(self) -> Explained:
        """Return the Shapley effects: each subset counts for the players in it, and against those that are not."""
        found, k = self._none(), len(self.active)
        for size in range(k + 1):
            # Shares of the orders in which a given subset of this size is what precedes, or includes, a given player.
            including, preceding = (
                1.0 / (k * comb(k - 1, s)) if 0 <= s < k else 0.0 for s in (size - 1, size)
            )
            for subset in combinations(self.active, size):
                if not subset:
                    continue
                amounts, influence = self._steps(self.after(subset)[:, -1:])
                weights = np.zeros(self.count)
                weights[self.active] = -preceding
                weights[list(subset)] = including
                found.amount[:] += weights * amounts
                found.influence[:] += weights * influence
        return found

    def _none(self) -> Explained:
        return Explained(
            np.zeros(self.count), np.zeros((len(self.outcome), self.count)), np.zeros(self.count)
        )

    def _steps(self, predicted: Floats) -> tuple[Floats, Floats]:
        """Return how much each prediction explains more than the one before it, and the draws' influence."""
        before = np.pad(predicted, ((0, 0), (1, 0)))
        influence = -np.diff(np.square(self.outcome[:, None] - before), axis=1)
        if self._growth:
            return influence.mean(axis=0), influence
        return self.outcome @ np.diff(before, axis=1) / len(self.outcome), influence


def _add(
    found: Explained, players: Sequence[int] | Indices, steps: tuple[Floats, Floats], weight: float | Floats
) -> None:
    found.amount[players] += weight * steps[0]
    found.influence[:, players] += weight * steps[1]


def _features(
    target: Floats, mains: Sequence[Floats], player: Sequence[int], inefficiency: float
) -> tuple[Floats, Indices]:
    """Return the features that matter for any subset, and the players of each, the last repeated to make three.

    Those that matter for all parameters together, those that matter for a parameter alone, which it may owe to others
    that it is correlated with, and products.
    """
    made = products(mains, target, inefficiency, _MOST_PRODUCTS)
    every = np.hstack([*mains, made.features])
    widths = [main.shape[1] for main in mains]
    starts = np.cumsum([0, *widths])
    wanted = set(fitted(every, target, inefficiency)[0].tolist())
    for start, main in zip(starts, mains, strict=False):
        # The features of one parameter are orthonormal over all draws.
        cross = main.T @ target / len(target)
        alone, _ = forward(
            np.eye(main.shape[1]),
            cross[:, None],
            np.array([target.var()]),
            len(target),
            bar(main.shape[1], inefficiency),
        )
        wanted |= set((alone + start).tolist())
    wanted |= set(range(int(starts[-1]), every.shape[1]))
    owner = np.repeat(np.asarray(player, dtype=np.intp), widths)
    owners: list[tuple[int, int, int]] = [(j, j, j) for j in owner.tolist()]
    owners += [(player[one[0]], player[one[1]], player[one[-1]]) for one in made.owners]
    kept = np.array(sorted(wanted), dtype=np.intp)
    return every[:, kept], np.array(owners, dtype=np.intp).reshape(-1, 3)[kept]
