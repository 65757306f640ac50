"""The notebooks as pages: executed where .ci/notebooks.py has done so, else as they are written.

An executed notebook carries the digest of the source that it was made from, so that a page never shows the results of
another text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = "notebooks"
MARK = "bayescarbon_source"


def digest(source: Path) -> str:
    """Return what identifies the text of a notebook."""
    return hashlib.sha256(source.read_bytes()).hexdigest()


def read(source: Path) -> Any:
    """Return a notebook written in py:percent as an nbformat notebook without outputs, marked with its digest."""
    import jupytext

    notebook = jupytext.read(source)
    notebook.metadata[MARK] = digest(source)
    return notebook


def write(notebook: Any, target: Path) -> None:
    """Write a notebook, or leave the file alone if it holds the same text."""
    import nbformat

    text = nbformat.writes(notebook)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")


def is_current(target: Path, source: Path) -> bool:
    """Return whether a page was made from the source as it is now."""
    if not target.exists():
        return False
    made_from: object = json.loads(target.read_text(encoding="utf-8"))["metadata"].get(MARK)
    return made_from == digest(source)


def prepare(
    sources: Path,
    folder: Path,
    convert: Callable[[Path, Path], None] = lambda source, target: write(read(source), target),
) -> list[str]:
    """Make a page of every notebook that has none of its present text; drop pages without a notebook.

    Parameters
    ----------
    sources : Path
        Folder of the notebooks, py:percent.
    folder : Path
        Folder of the pages, .ipynb; nothing else may lie in it.
    convert : callable
        Writes the page of a source without executing it.

    Returns
    -------
    list of str
        Names of the notebooks whose pages are not executed.
    """
    names = {source.stem: source for source in sorted(sources.glob("*.py"))}
    for page in folder.glob("*.ipynb"):
        if page.stem not in names:
            page.unlink()
    stale = [name for name, source in names.items() if not is_current(folder / f"{name}.ipynb", source)]
    for name in stale:
        convert(names[name], folder / f"{name}.ipynb")
    return stale
