"""Values of a model's variables on draws of its free ones.

The sampler keeps its draws as they are: compiling what follows from them into it costs seconds, while evaluating it
here, interpreted and on many draws at once, costs tenths of one.
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


def evaluator(
    model: pm.Model, names: Sequence[str], *, unconstrained: bool = False
) -> Callable[..., list[np.ndarray]]:
    """Return a function from draws of every free variable, in the model's order, to variables of the model.

    Parameters
    ----------
    model : pymc.Model
        Where they are defined.
    names : sequence of str
        Variables wanted.
    unconstrained : bool
        Whether the function takes the free variables on the scale that NUTS moves on.

    Returns
    -------
    callable
        Of arrays (sample, ...), one per free variable; it returns arrays (sample, ...) in the order of `names`.
    """
    given, wanted = model.free_RVs, [model[name] for name in names]
    if unconstrained:
        given, wanted = model.value_vars, model.replace_rvs_by_values(wanted)
    batched = [pt.tensor(one.name, shape=(None, *one.type.shape), dtype=one.dtype) for one in given]
    outputs = vectorize_graph(wanted, dict(zip(given, batched, strict=True)))
    # Some outputs may not depend on every free variable.
    return pytensor.function(batched, outputs, mode="FAST_COMPILE", on_unused_input="ignore")


def derived(
    model: pm.Model, draws: Mapping[str, np.ndarray], names: Sequence[str], *, unconstrained: bool = False
) -> dict[str, np.ndarray]:
    """Evaluate variables of a model.

    Parameters
    ----------
    model : pymc.Model
        Where they are defined.
    draws : mapping of str to array (sample, ...)
        Draws of every free variable; by the names of the model's value variables if they are `unconstrained`.
    names : sequence of str
        Variables wanted.
    unconstrained : bool
        Whether the draws are on the scale that NUTS moves on.

    Returns
    -------
    dict of str to array (sample, ...)
    """
    evaluate = evaluator(model, names, unconstrained=unconstrained)
    values = [draws[one.name] for one in (model.value_vars if unconstrained else model.free_RVs)]
    size = len(values[0])
    pieces = [
        evaluate(*(value[start : start + CHUNK] for value in values)) for start in range(0, size, CHUNK)
    ]
    return {name: np.concatenate(parts) for name, parts in zip(names, zip(*pieces, strict=True), strict=True)}
