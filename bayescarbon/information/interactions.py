"""Which products of two or three parameters' features matter: screens over all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from bayescarbon.information.regression import fitted
from bayescarbon.issuance.statistics import Floats

#: Features of each parameter in the first look at a pair, in the second, and where a third parameter joins a pair.
_FIRST, _SECOND, _THIRD = 4, 8, 2
#: Pairs that a third parameter may join: the most convincing ones.
_JOINED = 40
#: Probability that pure noise lets any product through a screen.
_FALSE = 0.01

#: A product: the parameters, rising, and the feature of each.
type Product = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Products:
    """Products of features, those of two parameters first, the most convincing first.

    Attributes
    ----------
    features : array (n, c)
        The products.
    owners : tuple of tuple of int
        The parameters of each.
    """

    features: Floats
    owners: tuple[tuple[int, ...], ...]


def products(mains: Sequence[Floats], target: Floats, inefficiency: float, most: int) -> Products:
    """Return the products of features that explain what the parameters by themselves do not.

    Parameters
    ----------
    mains : sequence of array (n, m)
        Features of each parameter.
    target : array (n,)
        To predict.
    inefficiency : float
        Draws that are worth one independent draw.
    most : int
        Number of products of two kept, at most, and of products of three.

    Notes
    -----
    Each product of two is held by itself against the residual of the additive regression, with an error that allows
    for heavy tails (White 1980). Not against what the other products leave: where parameters are correlated, the
    product with one of them speaks for the other as well, and the subset that has only this one needs it. Products
    of three are made of the most convincing products of two, and held against what these leave.
    """
    additive = np.hstack(list(mains))
    pairs = _pairs(mains, _residual(additive, target, inefficiency), inefficiency)[:most]
    made = _made(mains, pairs)
    triples: list[Product] = []
    if len(mains) > 2 and pairs:
        residual = _residual(np.hstack([additive, made]), target, inefficiency)
        triples = _triples(mains, pairs[:_JOINED], made[:, :_JOINED], residual, inefficiency)[:most]
        made = np.hstack([made, _made(mains, triples)])
    return Products(made, tuple(tuple(i for i, _ in one) for one in (*pairs, *triples)))


def _residual(features: Floats, target: Floats, inefficiency: float) -> Floats:
    """Return what a regression leaves; nothing where it leaves no more than rounding."""
    residual = target - fitted(features, target, inefficiency)[1]
    return residual if residual.var() > 1e-12 * target.var() else np.zeros_like(target)


def _pairs(mains: Sequence[Floats], residual: Floats, inefficiency: float) -> list[Product]:
    looks = [main[:, :_FIRST] for main in mains]
    owner = np.repeat(np.arange(len(mains)), [look.shape[1] for look in looks])
    first, second = np.triu_indices(len(owner), 1)
    apart = owner[first] != owner[second]
    first, second = first[apart], second[apart]
    if not len(first):
        return []
    every = np.hstack(looks)
    needed = _needed(len(first), inefficiency)
    hit = np.abs(_t_values(every, every, residual)[first, second]) > needed
    found = []
    for i, j in sorted(set(zip(owner[first[hit]].tolist(), owner[second[hit]].tolist(), strict=True))):
        t = np.abs(_t_values(mains[i][:, :_SECOND], mains[j][:, :_SECOND], residual))
        # The pair has been found, so its other products need to convince less.
        for a, b in np.argwhere(t > needed - np.sqrt(inefficiency)).tolist():
            found.append((-t[a, b], ((i, a), (j, b))))
    return [product for _, product in sorted(found)]


def _triples(
    mains: Sequence[Floats], pairs: Sequence[Product], made: Floats, residual: Floats, inefficiency: float
) -> list[Product]:
    names = [(i, a) for i, main in enumerate(mains) for a in range(min(_THIRD, main.shape[1]))]
    thirds = np.stack([mains[i][:, a] for i, a in names], axis=1)
    t = np.abs(_t_values(made, thirds, residual))
    needed = _needed(t.size, inefficiency)
    found = {}
    for row, column in np.argwhere(t > needed).tolist():
        if names[column][0] not in (i for i, _ in pairs[row]):
            # The same product can be made of three pairs.
            found[tuple(sorted((*pairs[row], names[column])))] = -t[row, column]
    return sorted(found, key=lambda product: (found[product], product))


def _made(mains: Sequence[Floats], wanted: Sequence[Product]) -> Floats:
    columns = [np.prod([mains[i][:, a] for i, a in product], axis=0) for product in wanted]
    return np.stack(columns, axis=1) if columns else np.zeros((len(mains[0]), 0))


def _needed(candidates: int, inefficiency: float) -> float:
    return float(-ndtri(0.5 * _FALSE / candidates) * np.sqrt(inefficiency))


def _t_values(left: Floats, right: Floats, residual: Floats) -> Floats:
    """Return the t-values of all products of two sets of features, without making them."""
    scaled, squared = right * residual[:, None], np.square(residual)[:, None]
    length = np.sqrt(np.square(left).T @ (np.square(right) * squared))
    return np.asarray((left.T @ scaled) / np.maximum(length, np.finfo(float).tiny))
