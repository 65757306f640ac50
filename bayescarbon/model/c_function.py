"""The log density of a model with its gradient, as one C function, compiled once and kept on disk.

nutpie compiles the same function, and a second one that computes what is stored of each draw, but wraps them anew in
every process, where no cache serves them: 9 s of each run. Here the wrapper is part of the code that PyTensor's cache
keeps, and a draw is stored as it is: `derived` computes from it what is wanted. The numbers of a study are no part of
the code, so that a study with one value more or another one needs no new code.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numba
import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numba import carray  # type: ignore[attr-defined]
from numba.core.ccallback import CFunc
from nutpie.compile_pymc import CompiledPyMCModel
from pymc.initial_point import make_initial_point_fn
from pymc.model.transform.optimization import freeze_dims_and_data
from pytensor.compile.mode import NUMBA, Mode
from pytensor.graph.basic import Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.replace import clone_replace
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.link.numba.cache import compile_numba_function_src
from pytensor.link.numba.linker import NumbaLinker

from bayescarbon.model.source import Source, source

_PLACES = numba.types.CPointer(numba.types.double)
_LOG_DENSITY = numba.types.int64(numba.types.uint64, _PLACES, _PLACES, _PLACES, numba.types.voidptr)
_STORED = numba.types.int64(numba.types.uint64, numba.types.uint64, _PLACES, _PLACES, numba.types.voidptr)
# What nutpie calls: status 0 is a point, any other one makes the step a divergence. `source` made the block. Nothing is
# caught, or numba would follow a way out of every line: after an exception, which only a bound that is checked can
# raise, numba returns 0, and the density is no number, a divergence as well.
_TEXT = """
def log_density(dim, point, gradient, density, data):
    density[0] = nan
    size = carray(data, (1,), int64)[0]
    words, numbers = carray(data, (size,), int64), carray(data, (size,), float64)
    flags = carray(data, (8 * size,), boolean)
    point, gradient = carray(point, (dim,)), carray(gradient, (dim,))
    {lines}
    at = 0
{copies}
    finite = isfinite({total}[()])
    for i in range(dim):
        finite = finite and isfinite(gradient[i])
    density[0] = {total}[()]
    return 0 if finite else 2
"""
_COPY = """
    for i in range(len({slopes})):
        gradient[at + i] = {slopes}[i]
    at += len({slopes})
"""
_NAMES = {
    "__name__": __name__,
    "carray": carray,
    "isfinite": np.isfinite,
    "nan": np.nan,
    "int64": np.int64,
    "float64": np.float64,
    "boolean": np.bool_,
}
# Loops are written afterwards, of what these would fuse into operations of their own.
_REWRITES = NUMBA.provided_optimizer.excluding("fuse_indexed_into_elemwise")


class _Code(NamedTuple):
    """A C function and the memory that it reads."""

    function: CFunc
    data: np.ndarray


class _CFunctionLinker(NumbaLinker):
    """Turns a graph from a vector to a scalar and vectors, the parts of its gradient, into a C function."""

    def fgraph_convert(
        self, fgraph: FunctionGraph, order: Any, input_storage: Any, output_storage: Any, storage_map: Any
    ) -> Source:
        """Return the graph as the source of a function."""
        return source(fgraph, order, ["point"])

    def jit_compile(self, written: Source) -> _Code:
        """Compile the C function, or load it."""
        total, *slopes = written.results
        copies = "".join(_COPY.format(slopes=one) for one in slopes)
        text = _TEXT.format(lines="\n    ".join(written.lines), copies=copies, total=total)
        # The key knows the graph; what is written around it here is part of the code too.
        key = None if written.key is None else f"{written.key}_{zlib.crc32(text.encode())}"
        function = compile_numba_function_src(text, "log_density", _NAMES | written.names, cache_key=key)
        compiled = numba.cfunc(_LOG_DENSITY, cache=key is not None, error_model="numpy")
        return _Code(compiled(function), written.block)


def _stored(dim: int, size: int, point: Any, stored: Any, unused: Any) -> int:
    for i in range(dim):
        stored[i] = point[i]
    return 0


def compiled_model(model: pm.Model) -> CompiledPyMCModel:
    """Compile a model for nutpie.

    Parameters
    ----------
    model : pymc.Model
        Its data and dims are frozen: with every shape known the compiler has fewer operations to build.

    Returns
    -------
    nutpie.compile_pymc.CompiledPyMCModel
        For `nutpie.sample`. Of each draw it stores the values on the unconstrained scale, under the names of
        the model's value variables; `derived` takes them from there.
    """
    frozen = freeze_dims_and_data(model)
    frozen.check_bounds = model.check_bounds  # freezing forgets it
    values = [frozen.rvs_to_values[rv] for rv in frozen.free_RVs]
    start = frozen.initial_point()
    shapes = [start[value.name].shape for value in values]
    ends = np.cumsum([0, *(start[value.name].size for value in values)])
    slices = [slice(int(a), int(b)) for a, b in pairwise(ends)]
    # Without fast-math: it lets the compiler reorder sums, and the same seed would give other draws wherever the
    # compiler decides otherwise.
    with pytensor.config.change_flags(numba__fastmath=False):
        point, outputs = _flat(frozen, values, shapes, slices)
        mode = Mode(linker=_CFunctionLinker(), optimizer=_REWRITES)
        code: _Code = pytensor.function([point], outputs, mode=mode).vm.jit_fn
    names = [value.name for value in values]
    return CompiledPyMCModel(
        dims={},
        _n_dim=int(ends[-1]),
        n_expanded=int(ends[-1]),
        _shapes=dict(zip(names, shapes, strict=True)),
        shape_info=(names, slices, shapes),
        _coords={},
        compiled_logp_func=code.function,
        compiled_expand_func=numba.cfunc(_STORED, cache=True)(_stored),
        initial_point_func=_initial_points(frozen),
        shared_data={},
        shared_var_keys={},
        user_data=code.data,
        logp_func=None,
        expand_func=None,
        reparameterized_names=None,
    )


def _initial_points(model: pm.Model) -> Callable[[int], np.ndarray]:
    """Return a function from a seed to a point within one unit of the prior's middle."""
    drawn = make_initial_point_fn(
        model=model,
        jitter_rvs=set(model.free_RVs),
        default_strategy="support_point",
        return_transformed=True,
    )
    # Chains ask for their points at the same time, and what draws them is one function with a state.
    lock = threading.Lock()

    def initial_point(seed: int) -> np.ndarray:
        with lock:
            found = drawn(seed)
        return np.concatenate([np.ravel(found[value.name]) for value in model.value_vars])

    return initial_point


def _flat(
    model: pm.Model, values: list[Variable], shapes: list[tuple[int, ...]], slices: list[slice]
) -> tuple[Variable, list[Variable]]:
    """Return a vector of all values, and as functions of it the log density and its gradient by each value."""
    simplified = ["canonicalize", "stabilize"]
    if not model.check_bounds:
        simplified.append("local_remove_check_parameter")
    density = rewrite_graph(model.logp(), include=simplified)
    gradient = [one.ravel() for one in pt.grad(density, values)]
    point = pt.tensor("point", dtype="float64", shape=(slices[-1].stop,))
    parts = {
        value: point[part].reshape(shape) for value, part, shape in zip(values, slices, shapes, strict=True)
    }
    return point, clone_replace([density, *gradient], parts)
