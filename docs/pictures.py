"""Make the pictures of the README from a results folder: the report in a browser, and the headline figure.

``uv run python docs/pictures.py [RESULTS]``; without RESULTS those of ``bayescarbon run data/studies/yunxi``. Needs a
Chromium on the path.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib as mpl

from bayescarbon.fit import load_fit
from bayescarbon.report import figures

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "figures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The headline, the sinks and the beginning of the ledger.
_WINDOW = "1280,1720"
_MOST_BYTES = 300_000


def headline(results: Path, target: Path) -> None:
    """Write the headline figure of saved results."""
    framework = json.loads((results / "manifest.json").read_text(encoding="utf-8"))["headline_framework"]
    ledger = load_fit(results / "posterior.nc").data["accounting"].to_dataset()
    with mpl.rc_context({"svg.hashsalt": "headline"}):
        figures.total_sink(ledger, framework).savefig(target, metadata={"Date": None})


def screenshot(page: Path, target: Path) -> None:
    """Write what a browser shows of a page."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        raise SystemExit(f"No browser on the path; install one of {', '.join(BROWSERS)}.")
    with tempfile.TemporaryDirectory() as profile:
        options = [
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--hide-scrollbars", f"--user-data-dir={profile}",
            f"--window-size={_WINDOW}", f"--screenshot={target}",
        ]  # fmt: skip
        subprocess.run(
            [browser, *options, page.resolve().as_uri()], check=True, capture_output=True, timeout=300
        )


def main(arguments: list[str]) -> None:
    """Make both pictures and hold them against the size that a README bears."""
    results = Path(arguments[0]) if arguments else ROOT / "data" / "studies" / "yunxi" / "results"
    if not (results / "report.html").is_file():
        raise SystemExit(
            f"{results} holds no report; run the study first: bayescarbon run data/studies/yunxi"
        )
    targets = (FIGURES / "report.png", FIGURES / "headline.svg")
    screenshot(results / "report.html", targets[0])
    headline(results, targets[1])
    for target in targets:
        size = target.stat().st_size
        sys.stdout.write(f"{target.relative_to(ROOT)}: {size / 1000:.0f} kB\n")
        if size > _MOST_BYTES:
            raise SystemExit(f"{target.name} is larger than {_MOST_BYTES / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
