"""What it takes to put a compiled function into a model's graph."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

_FUNCTIONS: dict[type[Op], Callable[..., Any]] = {}

#: Compile a function of scalars and arrays. Without fast-math the same seed gives the same draws whether a function
#: was just compiled or comes from the cache. Constants become part of the code, and the caches of numba and PyTensor
#: look for changes in the function's own file only: a constant stands in that file, or comes in as an argument.
#: PyTensor's decorator, because it makes no wrapper for C, which nobody would call.
compiled = numba_njit(cache=True, error_model="numpy", fastmath=False, no_cpython_wrapper=False)


class CompiledOp(Op):
    """An operation whose one output is what a compiled function returns."""

    __props__ = ()
    function: Callable[..., np.ndarray]

    def perform(self, node: Apply, inputs: Sequence[Any], output_storage: list[list[Any]]) -> None:
        """Evaluate outside a compiled graph."""
        output_storage[0][0] = self.function(*plain(inputs))


def plain(arrays: Sequence[Any]) -> list[np.ndarray]:
    """Return arrays as a compiled graph passes them to its functions.

    Parameters
    ----------
    arrays : sequence of array
        For ones that are read-only, or whose entries lie apart in memory, numba would compile the function once more.
    """
    return [np.require(one, requirements=["C", "W"]) for one in arrays]


def calls(op: type[Op], function: Callable[..., Any]) -> None:
    """Let a compiled graph call a compiled function where it has an operation.

    Parameters
    ----------
    op : type of Op
        The operation; its inputs and outputs are those of the function.
    function : callable
        Compiled with `compiled`.
    """
    _FUNCTIONS[op] = function
    register_funcify_default_op_cache_key(op)(lambda op, node, **_: (function, version(function)))


def called_by(op: Op) -> tuple[Callable[..., Any], str] | None:
    """Return the function that an operation was given by `calls`, and a key that changes with its code."""
    function = _FUNCTIONS.get(type(op))
    return function and (function, f"{function.__module__}.{function.__qualname__} {version(function)}")


def version(function: Callable[..., Any]) -> int:
    """Return a number that changes with the file of a compiled function.

    PyTensor's cache knows an operation by its name only: without this an upgraded package would run yesterday's code.
    """
    return zlib.crc32(Path(function.__code__.co_filename).read_bytes())
