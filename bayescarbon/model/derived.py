"""Values of a model's deterministic variables on draws of its free ones.

The sampler keeps only the free variables: compiling the others into it costs seconds, while evaluating them here,
interpreted and on many draws at once, costs tenths of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.graph.replace import vectorize_graph

# Draws evaluated at once: large enough that the interpreter does not show, small enough for a thousand sites.
CHUNK = 500


def evaluator(model: pm.Model, names: Sequence[str]) -> Callable[..., list[np.ndarray]]:
    """Return a function from draws of every free variable, in the model's order, to deterministic variables.

    Parameters
    ----------
    model : pymc.Model
        Where they are defined.
    names : sequence of str
        Deterministic variables wanted.

    Returns
    -------
    callable
        Of arrays (sample, ...), one per free variable; it returns arrays (sample, ...) in the order of `names`.
    """
    free = model.free_RVs
    batched = [pt.tensor(rv.name, shape=(None, *rv.type.shape), dtype=rv.dtype) for rv in free]
    outputs = vectorize_graph([model[name] for name in names], dict(zip(free, batched, strict=True)))
    # Some outputs may not depend on every free variable.
    return pytensor.function(batched, outputs, mode="FAST_COMPILE", on_unused_input="ignore")


def derived(model: pm.Model, draws: Mapping[str, np.ndarray], names: Sequence[str]) -> dict[str, np.ndarray]:
    """Evaluate deterministic variables.

    Parameters
    ----------
    model : pymc.Model
        Where they are defined.
    draws : mapping of str to array (sample, ...)
        Draws of every free variable.
    names : sequence of str
        Deterministic variables wanted.

    Returns
    -------
    dict of str to array (sample, ...)
    """
    evaluate = evaluator(model, names)
    values = [draws[rv.name] for rv in model.free_RVs]
    size = len(values[0])
    pieces = [
        evaluate(*(value[start : start + CHUNK] for value in values)) for start in range(0, size, CHUNK)
    ]
    return {name: np.concatenate(parts) for name, parts in zip(names, zip(*pieces, strict=True), strict=True)}
