"""Pages of the documents that are made from `priors/`, `data/` and the code whenever the documents are built.

What a definition says is written once, in its TOML table, CSV row or docstring. Here all of them become Markdown and
figures below ``docs/generated``, which git ignores; the pages in ``docs/`` hold the prose and include them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any

from definitions import notebooks
from definitions.counting import framework_pages, rule_pages
from definitions.modules import module_pages
from definitions.quantities import quantity_pages
from definitions.sources import source_pages

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "generated"


def pages() -> Iterator[tuple[str, str]]:
    """Yield every generated file: its path below the folder of generated pages, and its text."""
    yield from quantity_pages()
    yield from framework_pages()
    yield from rule_pages()
    yield from source_pages()
    yield from module_pages()


def write_pages(folder: Path, made: Mapping[str, str]) -> None:
    """Write generated files, and take away what a former build left and no definition makes now.

    Parameters
    ----------
    folder : Path
        The folder of generated files; nothing else may lie in it.
    made : mapping of str to str
        Path below the folder -> text.
    """
    for relative, text in made.items():
        path = folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        # A file that stays as it is keeps its date, so that Sphinx does not read it again.
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in made:
            path.unlink()


def _make(app: Sphinx) -> None:
    docs = Path(app.srcdir)
    write_pages(docs / FOLDER, dict(pages()))
    as_written = notebooks.prepare(docs.parent / "notebooks", docs / notebooks.FOLDER)
    if as_written:
        names = ", ".join(as_written)
        getLogger(__name__).info(
            "shown without results, as .ci/notebooks.py has not executed them: %s", names
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the pages before Sphinx looks for its documents."""
    app.connect("builder-inited", _make)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
