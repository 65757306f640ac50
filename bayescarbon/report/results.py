"""Write a run's results into a folder: tables, workbook, posterior and, last, the manifest of them all."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import bayescarbon
from bayescarbon.report.checks import Kept, checked
from bayescarbon.report.evidence import evidence_table
from bayescarbon.report.folder import MANIFEST
from bayescarbon.report.issuance import Creditable, Credited, CreditTerms, credited, credits_record
from bayescarbon.report.language import Language, text
from bayescarbon.report.manifest import file_hash, manifest, plain, write_json
from bayescarbon.report.measuring import measured
from bayescarbon.report.page import write_page
from bayescarbon.report.rewording import reworded
from bayescarbon.report.saved import Saved, read_tables
from bayescarbon.report.tables import Summarised, tables
from bayescarbon.report.workbook import write_workbook

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from bayescarbon.errors import Problem
    from bayescarbon.study.settings import StatedPrior

POSTERIOR = "posterior.nc"
WORKBOOK = "results.xlsx"
PAGE = "report.html"
UNCONVERGED = "UNCONVERGED.txt"


class Fitted(Summarised, Kept, Creditable, Protocol):
    """What the results need of a fit."""

    @property
    def outliers(self) -> pd.DataFrame:
        """Values that it set aside."""
        ...

    @property
    def timings(self) -> Mapping[str, float]:
        """Seconds taken by each of its steps."""
        ...

    def save(self, path: Path) -> None:
        """Write the posterior as one file."""
        ...


@dataclass(frozen=True)
class RunInfo:
    """How a run was asked for.

    Attributes
    ----------
    title : str
        Title of the study.
    study : str
        Name of the study's folder or workbook.
    headline_framework : str
        The framework of the headline.
    currency : str or None
        Code of the study's currency; None if the study has no economics.
    inputs : mapping of str to str
        SHA-256 of each input file.
    warnings : sequence of Problem
        What was odd in the study.
    settings : mapping
        Seed and sampler settings.
    command : sequence of str
        The command line.
    language : {"en", "zh"}
        Language of the workbook, the page and the headline; the remarks are stored in English.
    harvest : DataFrame, optional
        The study's table of that name. Without it what is measured per site and year is compared with nothing, and
        credits have neither farms nor years.
    priors : mapping of str to StatedPrior
        Priors that the study states in place of shipped ones.
    credits : CreditTerms, optional
        Rules and market price of the study's credits. Without them nothing is credited.
    allow_unconverged : bool
        Credit the draws of a fit that failed its diagnostics too.
    """

    title: str
    study: str
    headline_framework: str
    currency: str | None
    inputs: Mapping[str, str]
    warnings: Sequence[Problem]
    settings: Mapping[str, Any]
    command: Sequence[str]
    language: Language = "en"
    harvest: pd.DataFrame | None = None
    priors: Mapping[str, StatedPrior] = field(default_factory=dict)
    credits: CreditTerms | None = None
    allow_unconverged: bool = False


def save_posterior(path: Path, fit: Fitted, ledger: xr.Dataset) -> None:
    """Save the fit and, as the group ``accounting`` of the same file, the ledger.

    The ledger is stored in single precision: its seven digits are more than any draw is worth, and it is the
    largest part of the file after the posterior.

    Parameters
    ----------
    path : Path
        The file.
    fit : Fitted
        The fit.
    ledger : xarray.Dataset
        Its ledger, t C.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    fit.save(path)
    single = ledger.astype("float32", keep_attrs=True)
    single.to_netcdf(path, mode="a", group="accounting", engine="netcdf4")


def _credits(fit: Fitted, ledger: xr.Dataset, run: RunInfo) -> Credited:
    if run.credits is None:
        return Credited({})
    return credited(
        fit,
        ledger,
        run.headline_framework,
        run.credits,
        run.harvest,
        priced=run.currency is not None,
        allow_unconverged=run.allow_unconverged,
    )


def _stated(prior: StatedPrior) -> dict[str, Any]:
    """Return a prior of the study as the manifest holds it."""
    return asdict(prior.quantiles) | {"reason": prior.reason, "source": prior.source}


def write_results(
    folder: Path, fit: Fitted, ledger: xr.Dataset, run: RunInfo, seconds: Mapping[str, float]
) -> None:
    """Write everything a run leaves behind.

    Parameters
    ----------
    folder : Path
        An empty folder.
    fit : Fitted
        The fit.
    ledger : xarray.Dataset
        The carbon ledger made from it, t C.
    run : RunInfo
        How the run was asked for.
    seconds : mapping of str to float
        Wall time of the steps before this one. Writing, the total and the fit's own steps are added.

    Raises
    ------
    OSError
        If a file cannot be written.
    ValueError
        If a draw of the ledger is not a finite number.
    """
    started = time.perf_counter()
    found_by_checks = checked(fit, ledger, run.currency, run.harvest, seed=int(run.settings["seed"]))
    issued = _credits(fit, ledger, run)
    before_measuring = time.perf_counter()
    worth = measured(
        fit,
        ledger,
        run.headline_framework,
        run.credits,
        seed=int(run.settings["seed"]),
        allow_unconverged=run.allow_unconverged,
    )
    measuring = time.perf_counter() - before_measuring
    frames = tables(fit, ledger, run.currency) | issued.frames | worth | found_by_checks.frames
    rows = evidence_table(fit)
    if rows is not None:
        frames["evidence"] = rows
    for name, frame in frames.items():
        # Plain UTF-8 without a byte order mark: the next program to read this is more often not Excel.
        frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
    found = fit.diagnostics
    reasons = () if found.passed else tuple(found.reasons)
    if not found.passed:
        listed = "\n".join(f"- {reworded(reason, run.language)}" for reason in reasons)
        (folder / UNCONVERGED).write_text(
            text("unconverged_file", run.language, {"reasons": listed}), encoding="utf-8"
        )
    about = {"version": bayescarbon.__version__, "title": run.title, "framework": run.headline_framework}
    write_workbook(folder / WORKBOOK, frames, about, reasons, run.language)
    save_posterior(folder / POSTERIOR, fit, ledger)
    written = manifest(
        {
            "title": run.title,
            "study": run.study,
            "headline_framework": run.headline_framework,
            "currency": run.currency,
            "language": run.language,
            "command": list(run.command),
            **run.settings,
        },
        run.inputs,
        found,
        run.warnings,
        fit.outliers,
        {**seconds, **{f"fit_{k}": v for k, v in fit.timings.items()}},
        run.language,
    )
    if run.credits is not None:
        written |= plain(credits_record(run.credits, issued))
    written["remarks"] = [{"table": name, "text": said} for name, said in found_by_checks.remarks]
    written["own_priors"] = {name: _stated(prior) for name, prior in run.priors.items()}
    write_page(folder / PAGE, Saved(read_tables(folder), written), ledger, run.language)
    written_in = time.perf_counter() - started
    spent = {
        "measure": measuring,
        "write": written_in - measuring,
        "total": sum(seconds.values()) + written_in,
    }
    written["seconds"] |= {name: round(value, 3) for name, value in spent.items()}
    written["files"] = {path.name: file_hash(path) for path in sorted(folder.iterdir())}
    write_json(folder / MANIFEST, written)
