"""Notebooks: each says what it is, checks its claims, and its page shows results of its present text or none."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import pytest

from tests.scripts import ROOT

sys.path.insert(0, str(ROOT / "docs"))
from definitions import notebooks

SOURCES = sorted((ROOT / "notebooks").glob("*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_has_a_title_and_checks_its_claims(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    assert re.search(r"^# %% \[markdown\]\n# # \S", text, re.MULTILINE)
    assert sum(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(text))) >= 3
    # A figure that is made without pyplot shows only where the notebook asks for it.
    assert "figures." not in text or "# %matplotlib inline" in text


def page(folder: Path, source: Path) -> Path:
    """Write what an executed page looks like from here: its digest, and an output."""
    made = folder / f"{source.stem}.ipynb"
    folder.mkdir(exist_ok=True)
    made.write_text(
        json.dumps({"metadata": {notebooks.MARK: notebooks.digest(source)}, "cells": ["executed"]}), "utf-8"
    )
    return made


def test_an_executed_page_stays_as_long_as_its_text_does(tmp_path: Path) -> None:
    sources, folder = tmp_path / "notebooks", tmp_path / "pages"
    sources.mkdir()
    for name in ("one", "two"):
        (sources / f"{name}.py").write_text(f"# %%\n{name} = 1\n", encoding="utf-8")
    kept, changed = page(folder, sources / "one.py"), page(folder, sources / "two.py")
    (folder / "gone.ipynb").write_text("{}", encoding="utf-8")
    (sources / "two.py").write_text("# %%\ntwo = 2\n", encoding="utf-8")

    def convert(source: Path, target: Path) -> None:
        target.write_text(f"as written: {source.stem}", encoding="utf-8")

    assert notebooks.prepare(sources, folder, convert) == ["two"]
    assert "executed" in kept.read_text(encoding="utf-8")
    assert changed.read_text(encoding="utf-8") == "as written: two"
    assert sorted(path.name for path in folder.iterdir()) == ["one.ipynb", "two.ipynb"]
