"""The headline of a results folder, read from what was saved: needs neither a fit nor PyMC."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bayescarbon.errors import Problem, StudyError
from bayescarbon.report.cells import shown
from bayescarbon.report.credit_lines import credit_lines
from bayescarbon.report.credits import Credits, read_credits
from bayescarbon.report.language import LANGUAGES, Language, text
from bayescarbon.report.names import called
from bayescarbon.report.rewording import reworded_all, reworded_remark
from bayescarbon.report.sensitivity import sensitivity_sentence, total_outcome
from bayescarbon.report.terminal import Line, aligned, number, probability
from bayescarbon.translation import _

_SHOWN_BATCHES = 10
_SHOWN_REMARKS = 3


@dataclass(frozen=True)
class Headline:
    """What a person wants to know first about a set of results.

    Attributes
    ----------
    title : str
        Title of the study.
    path : str
        The results folder.
    framework : str
        The headline framework.
    language : {"en", "zh"}
        Language that the run was asked for.
    converged : bool
        Whether the fit passed its diagnostics.
    diagnostics : dict
        As in the manifest.
    sinks, prices : list of dict
        Rows of ``sinks.csv`` and ``prices.csv``, numbers as floats (None where the table is empty).
    warnings, outliers : int
        How many the manifest lists.
    sensitivity : list of dict
        Rows of ``sensitivity.csv`` about the headline number; empty where there is no such file.
    remarks : list of dict
        What the checks found: ``table`` and ``text``.
    credits : Credits, optional
        None if the run issued none: its fit failed its diagnostics, or it is older than credits.
    """

    title: str
    path: str
    framework: str
    language: Language
    converged: bool
    diagnostics: dict[str, Any]
    sinks: list[dict[str, Any]]
    prices: list[dict[str, Any]]
    warnings: int
    outliers: int
    sensitivity: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[dict[str, str]] = field(default_factory=list)
    credits: Credits | None = None

    def record(self) -> dict[str, Any]:
        """Return the headline as a JSON object."""
        (total,) = [r for r in self.sinks if r["scope"] == "total" and r["framework"] == self.framework]
        return {
            "title": self.title,
            "results": self.path,
            "converged": self.converged,
            "framework": self.framework,
            "total": total,
            "sinks": self.sinks,
            "credits": None if self.credits is None else self.credits.record(),
            "prices": self.prices,
            "diagnostics": self.diagnostics,
            "warnings": self.warnings,
            "outliers": self.outliers,
            "sensitivity": self.sensitivity,
            "remarks": self.remarks,
        }


_WORDS = {"scope", "framework", "batch", "unit", "outcome", "quantity", "note"}


def _number(cell: str) -> float | None:
    # JSON has no infinity, which a Pareto k of very few draws is.
    value = float(cell) if cell else math.nan
    return value if math.isfinite(value) else None


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            {name: cell if name in _WORDS else _number(cell) for name, cell in row.items()}
            for row in csv.DictReader(stream)
        ]


def _sensitivity(folder: Path, framework: str) -> list[dict[str, Any]]:
    path = folder / "sensitivity.csv"
    # A fit without weights of its priors leaves no such file; nor did runs before there was one.
    rows = _rows(path) if path.is_file() else []
    own = total_outcome(framework)
    return [row for row in rows if row["outcome"] == own and row["psense"] is not None]


def _not_results(folder: Path, message: str) -> StudyError:
    return StudyError([Problem(table="RESULTS", value=str(folder), message=message)])


def read_headline(folder: Path) -> Headline:
    """Read the headline of a results folder.

    Parameters
    ----------
    folder : Path
        A folder that a run wrote, or a study folder with ``results`` in it.

    Raises
    ------
    StudyError
        If the folder is not there or holds no complete results.
    """
    if not (folder / "manifest.json").is_file() and (folder / "results" / "manifest.json").is_file():
        folder = folder / "results"
    if not folder.is_dir():
        raise _not_results(folder, _("there is no such folder; name one that `bayescarbon run` wrote."))
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        language, framework = manifest["language"], manifest["headline_framework"]
        return Headline(
            title=manifest["title"],
            path=str(folder),
            framework=framework,
            language=language if language in LANGUAGES else "en",
            converged=manifest["converged"],
            diagnostics=manifest["diagnostics"],
            sinks=_rows(folder / "sinks.csv"),
            prices=_rows(folder / "prices.csv"),
            warnings=len(manifest["warnings"]),
            outliers=len(manifest["outliers"]),
            sensitivity=_sensitivity(folder, framework),
            remarks=list(manifest.get("remarks", [])),
            credits=read_credits(folder, manifest),
        )
    except FileNotFoundError as error:
        name = Path(error.filename).name
        raise _not_results(
            folder, _("{name} is missing: these are not the results of a run.", name=name)
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise _not_results(folder, _("its files are damaged; run the study again.")) from error


def _interval(row: dict[str, Any]) -> list[str]:
    return [number(row[name]) for name in ("median", "q05", "q95")]


def _sink_lines(headline: Headline, language: Language) -> list[Line]:
    own = [row for row in headline.sinks if row["framework"] == headline.framework]
    batches = [row for row in own if row["scope"] != "total"]
    totals = [row for row in headline.sinks if row["scope"] == "total"]
    (total,) = [row for row in own if row["scope"] == "total"]
    values = dict(zip(("median", "q05", "q95"), _interval(total), strict=True))
    values["p"] = probability(total["p_positive"])
    framework = called("framework", headline.framework, language)
    lines = [
        Line(text("total", language, {"framework": framework})),
        Line("  " + text("sink", language, values), bold=True),
    ]

    def table(rows: list[dict[str, Any]], name: str, issued: Mapping[str, float]) -> list[Line]:
        words = ["median", "q05", "q95", "p_positive", *(["credits"] if issued else [])]
        header = ("", *(text(f"head {word}", language) for word in words))
        body = [
            (
                shown(name, row[name], language),
                *_interval(row),
                probability(row["p_positive"]),
                *([number(issued[row[name]])] if issued else []),
            )
            for row in rows
        ]
        return [Line("  " + line) for line in aligned([header, *body], right=(1, 2, 3, 4, 5))]

    if len(batches) > 1:
        lines += [Line(""), Line(text("batches", language, {"framework": framework}))]
        lines += table(batches[:_SHOWN_BATCHES], "scope", {})
        if len(batches) > _SHOWN_BATCHES:
            lines.append(Line("  " + text("more_batches", language, {"n": len(batches) - _SHOWN_BATCHES})))
    credits = headline.credits
    issued = {} if credits is None else {row["framework"]: row["issued"] for row in credits.by_framework()}
    title = "others" if credits is None else "others_credited"
    lines += [
        Line(""),
        Line(text(title, language, {"rule": called("rule", credits.rule, language) if credits else ""})),
    ]
    return [*lines, *table(totals, "framework", issued)]


def _price_lines(headline: Headline, language: Language) -> list[Line]:
    if not headline.prices:
        return []
    words = ("median", "q05", "q95", "p_negative", "p_undefined")
    header = ("", "", *(text(f"head {word}", language) for word in words))
    rows = [
        (row["batch"], row["unit"], *_interval(row), *(probability(row[word]) for word in words[3:]))
        for row in headline.prices[: 2 * _SHOWN_BATCHES]
    ]
    lines = [Line(""), Line(text("price_title", language))]
    lines += [Line("  " + line) for line in aligned([header, *rows], right=(2, 3, 4, 5, 6))]
    hidden = len(headline.prices) // 2 - _SHOWN_BATCHES
    if hidden > 0:
        lines.append(Line("  " + text("more_prices", language, {"n": hidden})))
    return lines


def _check_lines(headline: Headline, language: Language) -> list[Line]:
    moved = sensitivity_sentence(headline.sensitivity, total_outcome(headline.framework), language)
    lines = [Line(""), Line(moved)] if moved else []
    if headline.remarks:
        lines += [Line(""), Line(text("remarks", language, {"n": len(headline.remarks)}))]
        lines += [
            Line(f"  {said['table']}: {reworded_remark(said, language)}")
            for said in headline.remarks[:_SHOWN_REMARKS]
        ]
    hidden = len(headline.remarks) - _SHOWN_REMARKS
    if hidden > 0:
        lines.append(Line("  " + text("more_remarks", language, {"n": hidden})))
    return lines


def headline_lines(headline: Headline, language: Language) -> list[Line]:
    """Return the headline as lines of text.

    Parameters
    ----------
    headline : Headline
        What to say.
    language : {"en", "zh"}
        In which language.
    """
    found = headline.diagnostics
    checks = {
        "divergences": found["divergences"],
        "rhat": "-" if found["max_rhat"] is None else f"{found['max_rhat']:.3f}",
        "ess": "-" if found["min_ess_bulk"] is None else f"{found['min_ess_bulk']:.0f}",
    }
    if headline.converged:
        diagnosis = Line(text("converged", language, checks))
    else:
        reasons = reworded_all(found["reasons"], language)
        diagnosis = Line(text("unconverged", language, {"reasons": reasons}), bold=True, red=True)
    lines = [Line(headline.title, bold=True)]
    if not headline.converged:
        lines.append(diagnosis)  # before any number, so that nobody reads the numbers first
    lines += [Line(""), *_sink_lines(headline, language), Line("")]
    lines += [*credit_lines(headline.credits, language, converged=headline.converged)]
    lines += _price_lines(headline, language)
    lines += [*_check_lines(headline, language), Line("")]
    lines += [Line(text("interval", language)), Line(text("gross", language))]
    if headline.converged:
        lines.append(diagnosis)
    if headline.outliers:
        lines.append(Line(text("outliers", language, {"n": headline.outliers})))
    if headline.warnings:
        lines.append(Line(text("warnings", language, {"n": headline.warnings})))
    return [*lines, Line(text("files", language, {"path": headline.path}))]
