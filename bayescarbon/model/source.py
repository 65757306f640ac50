"""The finished graph of a log density as the source of one function for numba.

PyTensor would compile a function for each operation, made for arrays of any dimension, strides and broadcasting, with
messages for what does not fit: most of the machine code of a model was theirs. A log density of ours has vectors and
single numbers, all of known length, so that elementwise operations are plain loops, and what `compiled_ops` knows is
called as it is. Only what is neither is left to PyTensor.

The numbers of a study are no part of the text, or the code would have to be compiled anew for each number that a user
changes. They lie in one block of memory that the function reads: words of eight bytes, how many there are, then each
whole number, and of each array where it begins and its shape, then all arrays' numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.link.numba.dispatch.basic import (
    cache_key_for_constant,
    numba_funcify_and_cache_key,
    numba_funcify_ensure_cache,
    numba_typify,
)
from pytensor.scalar.basic import Add, ScalarType, get_scalar_type
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.subtensor import Subtensor

from bayescarbon.model.compiled_ops import called_by, compiled, version

# The block seen as numbers of each kind.
_KINDS = {"int64": "words", "float64": "numbers", "bool": "flags"}
_INDENT = " " * 4


@compiled
def _vector(numbers: np.ndarray, words: np.ndarray, at: int) -> np.ndarray:
    return numbers[words[at] : words[at] + words[at + 1]]


@compiled
def _matrix(numbers: np.ndarray, words: np.ndarray, at: int) -> np.ndarray:
    shape = (words[at + 1], words[at + 2])
    return numbers[words[at] : words[at] + shape[0] * shape[1]].reshape(shape)


class Source(NamedTuple):
    """A function's body, and what it needs to run.

    Attributes
    ----------
    lines : list of str
        Of the body. They read ``words``, ``numbers`` and ``flags``: the block as int64, float64 and bool.
    results : list of str
        Names of the outputs.
    names : dict
        What else the lines name.
    key : str or None
        Changes with anything that the compiled code depends on; None if something in it cannot be kept on disk.
    block : array of int64
    """

    lines: list[str]
    results: list[str]
    names: dict[str, Any]
    key: str | None
    block: np.ndarray


def source(graph: FunctionGraph, order: Sequence[Apply], inputs: Sequence[str]) -> Source:
    """Write a graph as lines of Python.

    Parameters
    ----------
    graph : FunctionGraph
        After all rewriting: constants that are read would no longer be folded.
    order : sequence of Apply
        Its nodes as they are to be run.
    inputs : sequence of str
        Names of its inputs.
    """
    writer = _Writer(dict(zip(graph.inputs, inputs, strict=True)))
    needed = set(graph.outputs)
    run = []
    for node in reversed(order):
        if not needed.isdisjoint(node.outputs):
            run.append(node)
            needed.update(_read(node))
    for node in reversed(run):
        writer.write(node)
    results = [writer.name(one) for one in graph.outputs]
    key = None
    if None not in writer.keys:
        key = sha256(repr((writer.lines, results, writer.keys)).encode()).hexdigest()
    return Source(writer.lines, results, writer.names, key, _packed(writer.outside))


def _looped(node: Apply) -> bool:
    return isinstance(node.op, Elemwise) and node.outputs[0].type.ndim <= 1


def _read(node: Apply) -> list[Variable]:
    """What a node reads: a loop takes the number itself that was made a vector to go with others."""
    if not _looped(node):
        return list(node.inputs)
    return [
        one.owner.inputs[0]
        if one.owner and isinstance(one.owner.op, DimShuffle) and one.owner.op.is_expand_dims
        else one
        for one in node.inputs
    ]


class _Writer:
    """Lines written so far, and what they name."""

    def __init__(self, known: dict[Variable, str]) -> None:
        self.known = known
        self.lines: list[str] = []
        self.names: dict[str, Any] = {
            "empty": np.empty,
            "int64": np.int64,
            "vector": _vector,
            "matrix": _matrix,
        }
        self.keys: list[Any] = [version(_vector), version(_matrix)]
        self.outside: list[np.ndarray] = []
        self.words = 1

    def name(self, variable: Variable) -> str:
        """Return the name of a variable that was written; a constant is written where it is first asked for."""
        if variable not in self.known:
            assert isinstance(variable, Constant)
            data = np.asarray(variable.data)
            known = f"v{len(self.known)}"
            self.known[variable] = known
            if data.dtype.name in _KINDS and data.ndim in (1, 2):
                self.lines.append(f"{known} = {self._array(data)}")
            elif isinstance(variable.type, ScalarType) and data.dtype.kind == "i":
                self.lines.append(f"{known} = words[{self._placed(data)}]")
            else:
                self.names[known] = numba_typify(variable.data)
                self.keys.append(cache_key_for_constant(variable.data))
        return self.known[variable]

    def _array(self, data: np.ndarray) -> str:
        at = self._placed(data)
        view = _KINDS[data.dtype.name]
        read = "vector" if data.ndim == 1 else "matrix"
        # A literal number would be compiled for apart.
        return f"{read}({view}, words, int64({at}))"

    def _placed(self, data: np.ndarray) -> int:
        at = self.words
        self.outside.append(data)
        self.words += 1 + data.ndim
        return at

    def write(self, node: Apply) -> None:
        """Write the lines that compute the outputs of a node."""
        given = [self.name(one) for one in _read(node)]
        found = []
        for one in node.outputs:
            found.append(f"v{len(self.known)}")
            self.known[one] = found[-1]
        if _looped(node):
            self._loop(node, given, found)
        elif _is_total(node):
            self._total(given[0], found[0])
        elif (part := _part(node)) is not None:
            begin, end = (given[i] if i else "" for i in part)
            self.lines.append(f"{found[0]} = {given[0]}[{begin}:{end}]")
        else:
            function = self._called(*(called_by(node.op) or numba_funcify_ensure_cache(node.op, node=node)))
            self.lines.append(f"{', '.join(found)} = {function}({', '.join(given)})")

    def _called(self, function: Any, key: Any) -> str:
        name = f"f{len(self.names)}"
        self.names[name] = function
        self.keys.append(key)
        return name

    def _loop(self, node: Apply, given: list[str], found: list[str]) -> None:
        read, vector = _read(node), node.outputs[0].type.ndim == 1
        alone = node.op.scalar_op.make_node(*(get_scalar_type(one.type.dtype)() for one in read))
        function = self._called(*numba_funcify_and_cache_key(node.op.scalar_op, node=alone))
        entries, length = [], "1"
        for name, one in zip(given, read, strict=True):
            single = one.type.ndim == 0
            along = not single and not one.type.broadcastable[0]
            entries.append(f"{name}[()]" if single else f"{name}[i]" if along else f"{name}[0]")
            length = f"len({name})" if along else length
        for name, one in zip(found, node.outputs, strict=True):
            kind = one.type.dtype
            self.names[kind] = np.dtype(kind).type
            self.lines.append(f"{name} = empty({f'({length},)' if vector else '()'}, {kind})")
        results = ", ".join(f"{name}[i]" if vector else f"{name}[()]" for name in found)
        line = f"{results} = {function}({', '.join(entries)})"
        self.lines += [f"for i in range({length}):", _INDENT + line] if vector else [line]

    def _total(self, given: str, found: str) -> None:
        self.names["float64"] = np.float64
        self.lines += [
            f"{found} = empty((), float64)",
            f"{found}[()] = 0.0",
            f"for i in range(len({given})):",
            f"{_INDENT}{found}[()] += {given}[i]",
        ]


def _is_total(node: Apply) -> bool:
    if not (isinstance(node.op, CAReduce) and isinstance(node.op.scalar_op, Add)):
        return False
    return (
        node.inputs[0].type.ndim == 1 and node.inputs[0].type.dtype == "float64" == node.outputs[0].type.dtype
    )


def _part(node: Apply) -> tuple[int, int] | None:
    """Which inputs say where a part of a vector begins and ends, 0 for none; None if the node is no such part."""
    if not isinstance(node.op, Subtensor) or node.inputs[0].type.ndim != 1 or len(node.op.idx_list) != 1:
        return None
    [asked] = node.op.idx_list
    if not isinstance(asked, slice) or asked.step is not None:
        return None
    ends = [0 if one is None else 1 + one for one in (asked.start, asked.stop)]
    return ends[0], ends[1]


def _packed(outside: Sequence[np.ndarray]) -> np.ndarray:
    """Return the block of whole numbers and arrays."""
    start = 1 + sum(1 + one.ndim for one in outside)
    head, numbers = [0], []
    for one in outside:
        if one.ndim == 0:
            head.append(int(one))
            continue
        head += [start * (8 // one.itemsize), *one.shape]
        numbers.append(_words(one))
        start += len(numbers[-1])
    head[0] = start
    return np.concatenate([np.array(head, dtype=np.int64), *numbers])


def _words(array: np.ndarray) -> np.ndarray:
    """Return an array's numbers as whole words."""
    raw = np.ascontiguousarray(array).ravel().view(np.uint8)
    return np.concatenate([raw, np.zeros(-len(raw) % 8, dtype=np.uint8)]).view(np.int64)
