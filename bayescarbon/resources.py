"""Find `priors/` and `data/`: beside the package in the repository, inside it in an installed wheel."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@cache
def root() -> Path:
    """Return the folder that holds ``priors/`` and ``data/``.

    Raises
    ------
    FileNotFoundError
        If neither the installed nor the repository layout is there: the installation is broken.
    """
    package = Path(__file__).resolve().parent
    for candidate in (package, package.parent):
        if (candidate / "priors").is_dir() and (candidate / "data").is_dir():
            return candidate
    raise FileNotFoundError(f"priors/ and data/ are missing beside {package}; install bayescarbon again")


def read_text(relative: str) -> str:
    """Return the text of a shipped file, given relative to the root."""
    return (root() / relative).read_text(encoding="utf-8")


def read_toml(relative: str) -> dict[str, Any]:
    """Return a shipped TOML file as nested dictionaries."""
    return tomllib.loads(read_text(relative))


def read_csv(relative: str) -> pd.DataFrame:
    """Return a shipped CSV file as text columns; empty cells are empty strings."""
    import pandas as pd

    return pd.read_csv(root() / relative, dtype=str, keep_default_na=False)


def listdir(relative: str, suffix: str) -> list[str]:
    """Return the shipped files of a folder that end in `suffix`, sorted, relative to the root."""
    return sorted(f"{relative}/{path.name}" for path in (root() / relative).glob(f"*{suffix}"))
