"""House rules of the code that a reader can rely on, checked over the syntax of every module."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bayescarbon

PACKAGE = Path(bayescarbon.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_MODULE = 500
LONGEST_CLASS = 300
#: The values of a sentence's placeholders are as many as it has; .ci/words.py holds each call against its sentence.
OPEN = {("translation.py", "_")}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
class TestModule:
    def test_every_signature_is_typed_and_closed(self, path: Path) -> None:
        wrong = []
        for function in functions(path):
            arguments = function.args
            named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            untyped = [a.arg for a in named if a.annotation is None and a.arg not in {"self", "cls"}]
            opened = arguments.vararg or arguments.kwarg
            if opened and (str(path.relative_to(PACKAGE)), function.name) not in OPEN:
                wrong.append(f"line {function.lineno}: {function.name} takes *args or **kwargs")
            if untyped or function.returns is None:
                wrong.append(
                    f"line {function.lineno}: {function.name} lacks types for {untyped or 'its return'}"
                )
        assert wrong == []

    def test_modules_and_classes_are_short(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= LONGEST_MODULE
        classes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
        assert [c.name for c in classes if (c.end_lineno or c.lineno) - c.lineno > LONGEST_CLASS] == []


def test_every_public_name_is_there() -> None:
    assert [name for name in bayescarbon.__all__ if not hasattr(bayescarbon, name)] == []
    assert set(bayescarbon.__all__) <= set(dir(bayescarbon))


def test_a_misspelt_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="read_studdy"):
        bayescarbon.read_studdy  # noqa: B018


def test_version_is_that_of_the_changelog_and_citation(repository: Path) -> None:
    code = "import bayescarbon, importlib.metadata as m; print(m.version('bayescarbon'), bayescarbon.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    distribution, package = done.stdout.split()
    assert distribution == package
    assert f"\nversion: {distribution}\n" in (repository / "CITATION.cff").read_text(encoding="utf-8")
