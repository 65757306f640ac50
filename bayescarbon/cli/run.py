"""``bayescarbon run``: from a study to sinks, credits, pools and prices."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayescarbon.cli.console import Console
from bayescarbon.cli.progress import progress
from bayescarbon.report.folder import replacing
from bayescarbon.report.headline import headline_lines, read_headline
from bayescarbon.report.language import text
from bayescarbon.report.rewording import reworded_all
from bayescarbon.study import read_study
from bayescarbon.translation import _

if TYPE_CHECKING:
    from bayescarbon.report.results import RunInfo
    from bayescarbon.study import Study


def default_out(study: Path) -> Path:
    """Return where results go if nothing else is said: inside a study folder, beside a workbook."""
    return study / "results" if study.is_dir() else study.with_name(f"{study.stem}_results")


def _info(study: Study, options: argparse.Namespace, sampler: dict[str, Any]) -> RunInfo:
    from bayescarbon.report.issuance import credit_terms
    from bayescarbon.report.results import RunInfo

    currency = study.currency if not study.economics.empty else None
    return RunInfo(
        title=study.title,
        study=options.study.resolve().name,
        headline_framework=study.headline_framework,
        currency=None if currency is None else currency.code,
        inputs=study.inputs,
        warnings=study.warnings,
        settings={"seed": options.seed, "sampler": {"name": "nutpie", **sampler}},
        command=["bayescarbon", *sys.argv[1:]],
        language=options.language,
        harvest=study.harvest,
        priors=study.priors,
        credits=credit_terms(study),
        allow_unconverged=options.allow_unconverged,
    )


def command(options: argparse.Namespace, console: Console) -> int:
    """Fit a study, write its results and print their headline."""
    started = time.perf_counter()
    language = options.language
    target = options.out or default_out(options.study)
    with progress(console, language) as steps:
        steps.begin(text("reading", language))
        study = read_study(options.study)
        seconds = {"read": time.perf_counter() - started}
        for warning in study.warnings:
            said = " ".join(warning.said(language).split())
            console.note(_("warning: {said}", said=said))
        # The folder comes before the fit: one that cannot be written should not be found out a minute later.
        with replacing(target) as folder:
            steps.begin(text("fitting", language))
            before = time.perf_counter()
            # Imported here: what is refused must not wait for PyMC.
            from bayescarbon.accounting.ledger import account
            from bayescarbon.fit import fit
            from bayescarbon.report.results import write_results

            seconds["import"] = time.perf_counter() - before
            before = time.perf_counter()
            fitted = fit(
                study, seed=options.seed, draws=options.draws, chains=options.chains, progress=steps.advance
            )
            seconds["fit"] = time.perf_counter() - before
            steps.begin(text("accounting", language))
            before = time.perf_counter()
            ledger = account(fitted)
            seconds["account"] = time.perf_counter() - before
            steps.begin(text("writing", language))
            info = _info(study, options, json.loads(fitted.data.attrs["settings"]))
            write_results(folder, fitted, ledger, info, seconds)
    headline = read_headline(target)
    console.summary(headline_lines(headline, language))
    status = 3 if not headline.converged and not options.allow_unconverged else 0
    console.answer({"status": status, **headline.record()})
    if not headline.converged and (console.quiet or console.json):
        reasons = reworded_all(headline.diagnostics["reasons"], language)
        console.alarm(text("unconverged", language, {"reasons": reasons}))
    return status
