"""The modules of the package with the first line of what each says about itself, one table per folder."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import bayescarbon
from definitions.markdown import code, table

ROOT = Path(bayescarbon.__file__).parent


def folders() -> dict[str, list[Path]]:
    """Return the modules of each folder of the package, by the folder's path below it; ``""`` for the top."""
    found: dict[str, list[Path]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        found.setdefault(path.relative_to(ROOT).parent.as_posix().removeprefix("."), []).append(path)
    return found


def summary(path: Path) -> str:
    """Return the first line of a module's docstring, as Markdown that may hold code."""
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return told.partition("\n")[0].replace("``", "`").replace("|", r"\|")


def module_pages() -> Iterator[tuple[str, str]]:
    """Yield one table per folder: its modules and what each is for."""
    for folder, paths in folders().items():
        rows = [(code(path.stem), summary(path)) for path in paths if path.stem != "__init__"]
        name = folder.replace("/", ".") or "top"
        yield f"parts/modules/{name}.md", table(("module", "what it is for"), rows)
