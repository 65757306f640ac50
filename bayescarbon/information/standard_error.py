"""The error that an average over draws has because they are finitely many, and in chains correlated."""

from __future__ import annotations

import numpy as np

from bayescarbon.issuance.statistics import Floats


def standard_error(influence: Floats, chains: int) -> Floats:
    """Return the standard error of averages over draws.

    Parameters
    ----------
    influence : array (n, ...)
        What each draw contributes to the average, in the order of the chains, one chain after the other.
    chains : int
        Number of equally long chains; 0 for independent draws.

    Returns
    -------
    array (...)
        From averages over stretches of about the square root of a chain's length (batch means), but at least that of
        independent draws: chains that alternate are not given credit for it.
    """
    n = len(influence)
    independent = influence.std(axis=0, ddof=1) / np.sqrt(n)
    if not chains:
        return np.asarray(independent)
    length = n // chains
    size = max(1, round(length**0.5))
    batches = length // size
    # The first draws of a chain, that fill no batch, are left out.
    cut = influence.reshape(chains, length, *influence.shape[1:])[:, length - batches * size :]
    means = cut.reshape(chains * batches, size, *influence.shape[1:]).mean(axis=1)
    return np.maximum(independent, means.std(axis=0, ddof=1) / np.sqrt(chains * batches))


def inefficiency(values: Floats, chains: int) -> float:
    """Return how many draws are worth one independent draw, 1 or more.

    Parameters
    ----------
    values : array (n,)
        Draws, one chain after the other.
    chains : int
        As in `standard_error`.
    """
    independent = float(standard_error(values, 0))
    return (float(standard_error(values, chains)) / independent) ** 2 if independent > 0 else 1.0
