"""What knowing something would be worth, and how many credits it would free.

The decision is how many credits Q to issue while the sink S is uncertain. Issuing too many costs 1 - p for each, too
few p, and the p-quantile costs least. Knowing theta before deciding saves

    EVPPI = min_Q E[L(Q, S)] - E[ min_Q E[L(Q, S) | theta] ].

Each draw is decided on by a conditional quantile that was estimated without it, and the saving is averaged over the
draws. A conditional quantile that is off costs more than the right one, never less, so the average errs low, and only
in the second order. For the same reason the standard error is that of an average of known numbers (envelope theorem):
it carries the error of the draws and needs no repetition of the regressions. Of several estimates of the conditional
quantile, on two scales of the outcome and from the parameters of a group alone or together, the one that saves most is
taken: knowing less can be had from knowing more by not looking.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.special import chdtrc, ndtri

from bayescarbon.information.conditional import LEVELS, conditional
from bayescarbon.information.decision import as_rule, at_least, given, overall, pinball
from bayescarbon.information.features import main_features, midranks
from bayescarbon.information.interactions import products
from bayescarbon.information.regression import bar, design
from bayescarbon.information.sample import (
    Columns,
    Sample,
    check_level,
    cut,
)
from bayescarbon.information.scales import Scale, scales
from bayescarbon.information.standard_error import standard_error
from bayescarbon.issuance.families import needed_levels
from bayescarbon.issuance.statistics import Floats
from bayescarbon.study.rules import Rule

#: Features of a group: all of its parameters together, and products of two.
_MOST_FEATURES, _MOST_PRODUCTS = 800, 300
#: Features per parameter of a group from which spread and shape may choose, and fewest that the location may.
_FEW = 4
#: Groups of up to this many parameters are held against all of their parts, larger ones against single parameters.
_ALL_PARTS = 3
#: Parts of a parameter's range in which a conditional quantile is checked.
_BINS = 20
#: Share of the present loss below which nothing is left that a regression could have missed.
_LITTLE = 0.05
#: Share of draws that may equal their quantile; of more, as of an outcome that is often 0, a check can say nothing.
_TIED = 0.01


@dataclass(frozen=True)
class Value:
    """What knowing some parameters is worth; as the columns of `evppi`."""

    evppi: float
    evppi_se: float
    issuance_gain: float
    issuance_gain_se: float
    residual_check: float


_NOTHING = Value(0.0, 0.0, 0.0, 0.0, 1.0)


class Valuer:
    """Values sets of parameters for one outcome; what is asked for twice is computed once.

    Parameters
    ----------
    sample : Sample
        The outcome.
    columns : dict of array (n,)
        The parameters' draws, as given.
    p : float
        Level of the quantile that costs least.
    rule : Rule or None
        Whose credits are meant by the gain; None for the p-quantile.
    floor : float or None
        Least amount that can be issued.
    """

    def __init__(
        self, sample: Sample, columns: Columns, p: float, rule: Rule | None, floor: float | None
    ) -> None:
        outcome = sample.values
        self._sample, self._columns = sample, columns
        self._p, self._rule, self._floor = p, rule, floor
        self._scales: tuple[Scale, ...] = scales(outcome) if np.ptp(outcome) > 0 else ()
        self._now = overall(outcome, p, rule, floor)
        self._loss = pinball(at_least(np.asarray(np.quantile(outcome, p)), floor), outcome, p)
        asked = needed_levels([rule]) if rule is not None else ()
        self._levels = np.array(sorted({*LEVELS, p, *asked}))
        self._known: dict[frozenset[Hashable], Value] = {}
        self._stand_ins: dict[bytes, Hashable] = {}
        self._meant: dict[Hashable, Hashable | None] = {}

    def value(
        self, names: Sequence[Hashable], parts: Sequence[Sequence[Hashable]] = (), *, alone: bool = True
    ) -> Value:
        """Return what knowing some parameters is worth.

        Parameters
        ----------
        names : sequence
            Columns.
        parts : sequence of sequence
            Sets of columns; those within `names` are worth no more than `names`.
        alone : bool
            Whether a large group is held against its single columns too.
        """
        wanted = self._different(names)
        if not wanted:
            return Value(0.0, self._least_se(1), 0.0, self._least_gain_se(1), 1.0)
        inside = [part for part in map(self._different, parts) if part and set(part) < set(wanted)]
        small = alone or len(wanted) <= _ALL_PARTS
        found = [self._cached(part) for part in (*(_parts(wanted) if small else ()), *inside)]
        # The joint estimate comes last: of equal ones the first is kept, which is simpler.
        return max([*found, self._cached(wanted)], key=lambda value: value.evppi)

    def _different(self, names: Sequence[Hashable]) -> tuple[Hashable, ...]:
        """Return one column of those that order the draws alike, forwards or backwards, and none that is constant."""
        kept: dict[Hashable, None] = {}
        for name in names:
            if name not in self._meant:
                self._meant[name] = self._stand_in(name)
            if (meant := self._meant[name]) is not None:
                kept[meant] = None
        return tuple(kept)

    def _stand_in(self, name: Hashable) -> Hashable | None:
        """Return the first column that orders the draws as this one does, None for a constant."""
        if not np.ptp(self._columns[name]) > 0:
            return None
        ranks = midranks(self._columns[name]) - 0.5 * (self._sample.size - 1)
        alike = max(ranks.tobytes(), (0.0 - ranks).tobytes())
        return self._stand_ins.setdefault(alike, name)

    def _cached(self, names: tuple[Hashable, ...]) -> Value:
        key = frozenset(names)
        if key not in self._known:
            self._known[key] = max(self._estimates(names), key=lambda value: value.evppi, default=_NOTHING)
        return self._known[key]

    def _estimates(self, names: tuple[Hashable, ...]) -> Iterator[Value]:
        """Yield the estimate on each scale; where ranks of the outcome show nothing at all, no other scale is tried."""
        for scale in reversed(self._scales):
            value, informative = self._estimate(names, scale)
            yield value
            if not informative:
                return

    def _estimate(self, names: tuple[Hashable, ...], scale: Scale) -> tuple[Value, bool]:
        """Return the value on one scale, and whether the regressions found anything."""
        sample = self._sample
        each = int(np.clip(_MOST_FEATURES // len(names), _FEW, None))
        mains = [main_features(self._columns[name])[sample.order, :each] for name in names]
        widths = [main.shape[1] for main in mains]
        starts = np.cumsum([0, *widths[:-1]])
        few = widths if len(names) == 1 else [min(_FEW, width) for width in widths]
        low = np.concatenate([np.arange(a, a + b) for a, b in zip(starts, few, strict=True)])
        made = products(mains, scale.values, sample.inefficiency, _MOST_PRODUCTS).features
        seen = design(np.hstack([*mains, made]), sample.folds)
        distribution = conditional(sample, scale, seen, low, self._levels)
        candidates = seen.features.shape[1]
        quantile = distribution.quantile(self._p)
        saved = self._loss - pinball(at_least(quantile, self._floor), sample.values, self._p)
        least, least_gain = self._least_se(candidates), self._least_gain_se(candidates)
        check = self._check(names, quantile)
        if not distribution.informative:
            return Value(0.0, least, 0.0, least_gain, check), False
        issued = given(sample.values, distribution, self._p, self._rule, self._floor)
        # One-step correction: what the regressions miss on average, in the first order.
        gain = issued.amount + issued.influence - self._now.amount
        influence = np.stack([saved, gain - self._now.influence], axis=1)
        errors = np.hypot(standard_error(sample.as_given(influence), sample.chains), (least, least_gain))
        useful = bool(saved.mean() > 0.0)
        # What costs more than it saves is not acted upon, so the credits stay as they are.
        value = Value(
            float(saved.mean()) if useful else 0.0,
            float(errors[0]),
            float(gain.mean()) if useful else 0.0,
            float(errors[1]),
            check,
        )
        return value, True

    def _least_se(self, candidates: int) -> float:
        """Return the value of the largest effect that the regressions are likely to overlook."""
        return float(self._overlooked(candidates) * self._loss.mean())

    def _least_gain_se(self, candidates: int) -> float:
        deviations = max(1.0, abs(float(ndtri(self._p))))
        return float(self._overlooked(candidates) * deviations * self._sample.values.std())

    def _overlooked(self, candidates: int) -> float:
        """Return the share of a spread that an effect takes away whose t-value noise may have kept below the bar."""
        inefficiency = self._sample.inefficiency
        t = np.sqrt(bar(candidates, inefficiency)) + np.sqrt(inefficiency)
        # A share r2 of the variance lowers the spread, and with it the loss, by the share r2 / 2.
        return float(0.5 * t**2 / self._sample.size)

    def _check(self, names: tuple[Hashable, ...], quantile: Floats) -> float:
        """Return the p-value of the hypothesis that the outcome is below its quantile equally often everywhere."""
        values = self._sample.values
        tied = np.mean(values == quantile) > _TIED
        if tied or pinball(quantile, values, self._p).mean() < _LITTLE * self._loss.mean():
            return 1.0
        below = self._sample.as_given((values < quantile).astype(float))
        share = float(np.clip(below.mean(), 1.0 / len(below), 1.0 - 1.0 / len(below)))
        smallest = 1.0
        for name in names:
            bins = (midranks(self._columns[name]) * _BINS / self._sample.size).astype(int)
            counts, hits = np.bincount(bins), np.bincount(bins, weights=below)
            used = counts > 0
            squares = np.square(hits - counts * share)[used] / (counts[used] * share * (1.0 - share))
            freedom = max(int(used.sum()) - 1, 1)
            statistic = float(squares.sum()) / self._sample.inefficiency
            smallest = min(smallest, float(chdtrc(freedom, statistic)))
        return min(1.0, len(names) * smallest)


def _parts(names: tuple[Hashable, ...]) -> Iterator[tuple[Hashable, ...]]:
    """Yield sets of fewer parameters: all of them, or the single ones where there would be too many."""
    sizes = range(1, len(names)) if len(names) <= _ALL_PARTS else range(1, 2)
    for size in sizes:
        yield from combinations(names, size)


def make_valuer(
    outcome: Floats,
    chains: int,
    columns: Columns,
    p: float,
    rule: Rule | str | None,
    floor: float | None,
    seed: int,
) -> Valuer:
    """Return a valuer of checked draws; parameters and errors as in `evppi`."""
    level, meant = check_level(p), as_rule(rule)
    if floor is not None and not np.isfinite(floor):
        raise ValueError(f"floor is {floor!r}; it must be a finite number, or None for none")
    return Valuer(cut(outcome, chains, columns, seed), columns, level, meant, floor)
