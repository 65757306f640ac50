"""The package as a stranger gets it: a wheel, in an empty environment, in a folder that is not the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

TABLES = ("quantities.csv", "ledger.csv", "sinks.csv", "pools.csv", "prices.csv")
FILES = (*TABLES, "posterior.nc", "manifest.json", "results.xlsx")


def uv() -> str:
    """Return the uv that runs these tests, or the one on the path."""
    found = os.environ.get("UV") or shutil.which("uv")
    assert found, "building a wheel needs uv: pip install uv"
    return found


def clean_environment() -> dict[str, str]:
    """Return the environment without what would lead Python back to the repository."""
    hidden = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


def call(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command elsewhere and show all it said if it failed."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=clean_environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    call([uv(), "build", "--quiet", "--wheel", "--out-dir", str(out), str(repository)], cwd=out)
    (built,) = out.glob("*.whl")
    return built


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel and nothing of the repository."""

    python: Path
    command: Path
    elsewhere: Path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    environment = elsewhere / "venv"
    call([uv(), "venv", "--quiet", "--python", sys.executable, str(environment)], cwd=elsewhere)
    folder = environment / ("Scripts" if os.name == "nt" else "bin")
    python = folder / ("python.exe" if os.name == "nt" else "python")
    call([uv(), "pip", "install", "--quiet", "--python", str(python), str(wheel)], cwd=elsewhere)
    return Installed(python, folder / "bayescarbon", elsewhere)


def test_wheel_holds_every_prior_and_data_file_once(wheel: Path, repository: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert len(names) == len(set(names))
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "priors", "data"],
        cwd=repository,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git working copy, so there is no list of what belongs to it")
    wanted = {
        f"bayescarbon/{name}" for name in listed.stdout.split("\0") if name and (repository / name).exists()
    }
    assert "bayescarbon/data/taxa.csv" in wanted
    assert wanted == {name for name in names if name.startswith(("bayescarbon/priors/", "bayescarbon/data/"))}


def test_wheel_holds_no_results_tests_or_caches(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"bayescarbon", next(top for top in tops if top.endswith(".dist-info"))}
    assert not [
        n for n in names if "/results/" in n or "__pycache__" in n or n.endswith((".pyc", ".nc", ".lock"))
    ]


def test_wheel_holds_the_compiled_catalogue(wheel: Path, repository: Path) -> None:
    name = "bayescarbon/locale/zh/LC_MESSAGES/bayescarbon.mo"
    assert zipfile.ZipFile(wheel).read(name) == (repository / name).read_bytes()


def test_resources_come_from_the_installed_package(installed: Installed, repository: Path) -> None:
    code = "from bayescarbon import resources; print(resources.root())"
    root = Path(call([str(installed.python), "-c", code], cwd=installed.elsewhere).stdout.strip())
    assert root.is_relative_to(installed.elsewhere.resolve())
    assert not root.is_relative_to(repository)


def test_main_job_on_a_copy_of_the_study(installed: Installed) -> None:
    code = "from bayescarbon import resources; print(resources.root())"
    root = Path(call([str(installed.python), "-c", code], cwd=installed.elsewhere).stdout.strip())
    study = installed.elsewhere / "a farm" / "yunxi"
    shutil.copytree(root / "data" / "studies" / "yunxi", study)

    call([str(installed.command), "check", str(study)], cwd=installed.elsewhere)
    assert not (study / "results").exists(), "check must write nothing"

    run = [str(installed.command), "run", str(study), "--draws", "500", "--allow-unconverged", "--quiet"]
    call(run, cwd=installed.elsewhere)
    results = study / "results"
    assert [name for name in FILES if not (results / name).is_file()] == []
    for name in TABLES:
        assert len(pd.read_csv(results / name)) > 0, f"{name} is empty"
    batches = set(pd.read_csv(study / "harvest.csv")["batch"])
    sinks = pd.read_csv(results / "sinks.csv")
    assert set(sinks["scope"]) == batches | {"total"}
    assert (sinks["q05"] <= sinks["median"]).all()
    assert (sinks["median"] <= sinks["q95"]).all()
    assert json.loads((results / "manifest.json").read_text(encoding="utf-8"))["seed"] == 1

    shown = call([str(installed.command), "show", str(results)], cwd=installed.elsewhere)
    assert "improved_stock_change" in shown.stdout
