"""Compiled code is cached by the text of its own file: what it is made of has to stand there."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path
from typing import Any, TypeAliasType

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.graph.op import Op

import bayescarbon
from bayescarbon.model import compiled_ops
from bayescarbon.model.places import Pick, pick

ROOT = Path(bayescarbon.__file__).parent
OURS = "bayescarbon"


def is_compiled(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(one, ast.Name) and one.id == "compiled" for one in node.decorator_list
    )


def compiled_modules() -> list[str]:
    """Return the names of the modules that hold a compiled function."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        if any(is_compiled(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))):
            found.append(".".join((OURS, *path.relative_to(ROOT).with_suffix("").parts)))
    return found


def borrowed(source: str) -> list[str]:
    """Return the values that a source takes from other modules of ours: all but classes, types and plain functions.

    A compiled function of another file is a value too: its code goes into that of its callers.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names if one.name.split(".")[0] == OURS]
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] == OURS):
            module = importlib.import_module(node.module or OURS)
            for one in node.names:
                value = getattr(module, one.name)
                code = inspect.isclass(value) or inspect.isfunction(value) or isinstance(value, TypeAliasType)
                if not code:
                    found.append(one.name)
    return found


def test_which_modules_compile() -> None:
    assert compiled_modules() == [
        f"bayescarbon.model.{name}"
        for name in ("effect_loops", "places", "row_densities", "seasons", "source")
    ]


@pytest.mark.parametrize("name", compiled_modules())
def test_compiled_code_takes_no_constant_from_another_file(name: str) -> None:
    """Else a change of the constant there would go on running yesterday's code."""
    assert borrowed(inspect.getsource(importlib.import_module(name))) == []


@pytest.mark.parametrize("name", compiled_modules())
def test_what_compiled_code_names_stands_in_its_own_file(name: str) -> None:
    """Nor by way of a plain function of another file, called when the module is imported."""
    tree = ast.parse(inspect.getsource(importlib.import_module(name)))
    ours = {
        one.asname or one.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(OURS)
        for one in node.names
    }
    inside = {
        used.id
        for node in tree.body
        if is_compiled(node) or isinstance(node, ast.Assign)
        for part in (node.body if isinstance(node, ast.FunctionDef) else [node])
        for used in ast.walk(part)
        if isinstance(used, ast.Name)
    }
    assert inside & ours == set()


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("from bayescarbon.model.outliers import CONTAMINATION, suspects", ["CONTAMINATION"]),
        ("from bayescarbon.evidence.table import SEASONS", ["SEASONS"]),
        ("from bayescarbon.model.seasons import CONTRASTS, effects_and_weights, in_season",
         ["CONTRASTS", "effects_and_weights"]),
        ("from bayescarbon.model import priors", ["priors"]),
        ("import bayescarbon.model.priors", ["bayescarbon.model.priors"]),
        ("from bayescarbon.model.compiled_ops import calls, compiled", []),
        ("from bayescarbon.model.families import Tensor\nfrom bayescarbon.model.layout import Layout", []),
        ("import math\nfrom numpy import pi", []),
    ],
)  # fmt: skip
def test_what_counts_as_a_constant(source: str, names: list[str]) -> None:
    assert borrowed(source) == names


def test_code_of_another_text_has_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTensor's cache knows an operation by its name; the text of the file is what tells it of a change."""
    registered = []
    monkeypatch.setattr(compiled_ops, "register_funcify_default_op_cache_key", lambda op: registered.append)
    path = tmp_path / "one.py"
    keys = []
    for constant in (1, 1, 2):
        path.write_text(f"def f(x):\n    return x + {constant}\n", encoding="utf-8")
        space: dict[str, Any] = {}
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), space)
        compiled_ops.calls(Op, space["f"])
        keys.append(registered[-1](None, None)[1])
    assert keys[0] == keys[1] != keys[2]


def test_interpreted_evaluation_compiles_nothing_of_its_own() -> None:
    """Constants of a graph are read-only, and parts of draws lie apart: numba would compile for both once more."""
    spaced, index = np.arange(6.0)[::2], np.array([2, 0, 2])
    spaced.flags.writeable = index.flags.writeable = False
    plainly = Pick.function(np.arange(0.0, 6.0, 2.0), np.array([2, 0, 2]))
    known = list(Pick.function.signatures)
    found = pick(pt.constant(spaced), index).eval(mode="FAST_COMPILE")
    assert found.tolist() == plainly.tolist() == [4.0, 0.0, 4.0]
    given = compiled_ops.plain([spaced, index, plainly])
    assert [one.tolist() for one in given] == [[0.0, 2.0, 4.0], [2, 0, 2], [4.0, 0.0, 4.0]]
    assert all(one.flags.writeable and one.flags.c_contiguous for one in given)
    assert given[2] is plainly
    Pick().perform(None, [spaced, index], [storage := [None]])
    assert storage[0].tolist() == found.tolist()
    assert list(Pick.function.signatures) == known
