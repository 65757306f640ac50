"""Values of a model's deterministic variables on draws of its free ones.

The sampler keeps only the free variables: compiling the others into it costs seconds, while evaluating them here,
interpreted and on many draws at once, costs tenths of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.graph.replace import vectorize_graph

# Draws evaluated at once: large enough that the interpreter does not show, small enough for a thousand sites.
CHUNK = 500


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
    free = model.free_RVs
    batched = [pt.tensor(rv.name, shape=(None, *rv.type.shape), dtype=rv.dtype) for rv in free]
    outputs = vectorize_graph([model[name] for name in names], dict(zip(free, batched, strict=True)))
    # Some outputs may not depend on every free variable.
    evaluate = pytensor.function(batched, outputs, mode="FAST_COMPILE", on_unused_input="ignore")
    values = [draws[rv.name] for rv in free]
    size = len(values[0])
    pieces = [
        evaluate(*(value[start : start + CHUNK] for value in values)) for start in range(0, size, CHUNK)
    ]
    return {name: np.concatenate(parts) for name, parts in zip(names, zip(*pieces, strict=True), strict=True)}
