"""What a set of results was made from: versions, settings, hashes of every input, diagnostics, times."""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import bayescarbon
from bayescarbon import resources
from bayescarbon.translation import Language, said

if TYPE_CHECKING:
    import pandas as pd

    from bayescarbon.errors import Problem

PACKAGES = ("pymc", "nutpie", "numpy", "xarray", "arviz-base", "arviz-stats", "pandas", "pint")


class Diagnostics(Protocol):
    """What the manifest needs of a fit's diagnostics."""

    @property
    def passed(self) -> bool:
        """Whether the gate was passed."""
        ...

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why not."""
        ...

    @property
    def divergences(self) -> int:
        """Divergent transitions after warm-up."""
        ...

    @property
    def max_rhat(self) -> float:
        """Largest rank-normalised R-hat."""
        ...

    @property
    def min_ess_bulk(self) -> float:
        """Smallest bulk effective sample size."""
        ...

    @property
    def min_ess_tail(self) -> float:
        """Smallest tail effective sample size."""
        ...

    @property
    def min_bfmi(self) -> float:
        """Smallest energy Bayesian fraction of missing information."""
        ...

    @property
    def refitted(self) -> bool:
        """Whether a second, safer fit was needed."""
        ...


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def shipped_hashes() -> dict[str, str]:
    """Return the SHA-256 of every prior and data file that ships with bayescarbon, by its relative name.

    The example studies under ``data/studies`` are left out: nothing reads them unless they are the input.
    """
    root = resources.root()
    names = sorted(
        path.relative_to(root).as_posix()
        for folder in ("priors", "data")
        for path in (root / folder).rglob("*")
        if path.is_file()
    )
    return {name: file_hash(root / name) for name in names if not name.startswith("data/studies/")}


def versions() -> dict[str, str]:
    """Return the versions of bayescarbon, Python and the packages that numbers depend on."""
    return {
        "bayescarbon": bayescarbon.__version__,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in PACKAGES},
    }


def plain(value: object) -> Any:
    """Return a value as JSON can hold it: numpy scalars as numbers, numbers that are not finite as None."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    item = getattr(value, "item", None)
    if callable(item) and not isinstance(value, (str, bytes)):
        value = item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def problem_record(problem: Problem, language: Language = "en") -> dict[str, Any]:
    """Return one problem or warning as a JSON object, without its empty fields, its message in a language."""
    fields = ("table", "row", "column", "value")
    record = {name: getattr(problem, name) for name in fields if getattr(problem, name) is not None}
    return record | {"message": said(problem.message, language)}


def diagnostics_record(diagnostics: Diagnostics) -> dict[str, Any]:
    """Return the diagnostics of a fit as a JSON object."""
    names = ("divergences", "max_rhat", "min_ess_bulk", "min_ess_tail", "min_bfmi", "refitted")
    record = {name: plain(getattr(diagnostics, name)) for name in names}
    return {"passed": bool(diagnostics.passed), "reasons": list(diagnostics.reasons), **record}


def manifest(
    about: Mapping[str, Any],
    inputs: Mapping[str, str],
    diagnostics: Diagnostics,
    warnings: Sequence[Problem],
    outliers: pd.DataFrame,
    timings: Mapping[str, float],
    language: Language = "en",
) -> dict[str, Any]:
    """Return the manifest of a run, all but the list of its files.

    Parameters
    ----------
    about : mapping
        What identifies the run: title, headline framework, language, seed, sampler settings, command.
    inputs : mapping of str to str
        SHA-256 of each input file of the study, by name.
    diagnostics : Diagnostics
        Of the fit.
    warnings : sequence of Problem
        What was odd in the study.
    outliers : DataFrame
        Values that the fit set aside, one row each.
    timings : mapping of str to float
        Wall time of each step, in seconds.
    language : {"en", "zh"}
        Of the warnings' messages.

    Returns
    -------
    dict
        Only what JSON can hold.
    """
    return {
        **plain(about),
        "converged": bool(diagnostics.passed),
        "diagnostics": diagnostics_record(diagnostics),
        "intervals": {"kind": "equal-tailed", "q05": 0.05, "median": 0.5, "q95": 0.95},
        "warnings": [problem_record(problem, language) for problem in warnings],
        "outliers": plain(outliers.to_dict("records")),
        "versions": versions(),
        "inputs": dict(inputs),
        "shipped": shipped_hashes(),
        "seconds": {name: round(float(value), 3) for name, value in timings.items()},
    }


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file that people can read too: UTF-8, indented, never NaN."""
    written = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(written + "\n", encoding="utf-8", newline="\n")
