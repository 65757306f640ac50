"""Results are replaced as a whole or not at all, and nothing that a person put there is deleted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bayescarbon.errors import StudyError
from bayescarbon.report.folder import recover, replacing


def write(folder: Path, content: str) -> None:
    """Write what counts as results: one table and the manifest that names it."""
    (folder / "sinks.csv").write_text(content, encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"files": {"sinks.csv": "0"}}), encoding="utf-8")


def finished(target: Path, content: str) -> None:
    with replacing(target) as folder:
        write(folder, content)


def beside(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


def test_new_then_replaced(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "results"
    finished(target, "first")
    finished(target, "second")
    assert (target / "sinks.csv").read_text() == "second"
    assert beside(target) == ["results"]


def test_a_failing_run_leaves_the_previous_results(tmp_path: Path) -> None:
    target = tmp_path / "results"
    finished(target, "first")

    def fail() -> None:
        with replacing(target) as folder:
            (folder / "sinks.csv").write_text("second")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    assert (target / "sinks.csv").read_text() == "first"
    assert beside(target) == ["results"]


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from bayescarbon.report.folder import replacing
with replacing(Path(sys.argv[1])) as folder:
    (folder / "sinks.csv").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""

KILLED_BETWEEN_RENAMES = """
import os, signal, sys
from pathlib import Path
from bayescarbon.report import folder
def rename(self, other, before=Path.rename):
    if ".writing." in self.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return before(self, other)
Path.rename = rename
with folder.replacing(Path(sys.argv[1])) as staging:
    (staging / "sinks.csv").write_text("second")
"""

KILLED_BEFORE_CLEANING = """
import os, signal, sys, shutil, json
from pathlib import Path
from bayescarbon.report import folder
def rmtree(path, **options):
    if ".old." in path.name:
        os.kill(os.getpid(), signal.SIGKILL)
shutil.rmtree = rmtree
with folder.replacing(Path(sys.argv[1])) as staging:
    (staging / "sinks.csv").write_text("second")
    (staging / "manifest.json").write_text(json.dumps({"files": {"sinks.csv": "0"}}))
"""


def killed(script: str, target: Path) -> None:
    done = subprocess.run([sys.executable, "-c", script, str(target)], capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_killed_while_writing(tmp_path: Path) -> None:
    target = tmp_path / "results"
    finished(target, "first")
    killed(KILLED_WHILE_WRITING, target)
    assert (target / "sinks.csv").read_text() == "first"
    assert len(beside(target)) == 2  # the half-written folder is left by the killed run ...
    finished(target, "third")
    assert (target / "sinks.csv").read_text() == "third"
    assert beside(target) == ["results"]  # ... and removed by the next


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_killed_between_the_two_renames(tmp_path: Path) -> None:
    target = tmp_path / "results"
    finished(target, "first")
    killed(KILLED_BETWEEN_RENAMES, target)
    assert not target.exists()
    recover(target)
    assert (target / "sinks.csv").read_text() == "first"
    assert beside(target) == ["results"]


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_killed_before_the_old_results_were_removed(tmp_path: Path) -> None:
    target = tmp_path / "results"
    finished(target, "first")
    killed(KILLED_BEFORE_CLEANING, target)
    assert (target / "sinks.csv").read_text() == "second"
    recover(target)
    assert (target / "sinks.csv").read_text() == "second"
    assert beside(target) == ["results"]


@pytest.mark.skipif(os.name != "posix", reason="asks whether a process lives")
def test_the_folder_of_a_living_run_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "results"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        import socket

        host = "".join(c for c in socket.gethostname() if c.isalnum() and c.isascii()) or "host"
        living = tmp_path / f".results.writing.{host}-{other.pid}"
        living.mkdir()
        finished(target, "mine")
        assert living.is_dir()
        other.communicate(b"\n")
    recover(target)
    assert not living.exists()


def test_a_file_that_no_run_wrote_is_never_deleted(tmp_path: Path) -> None:
    target = tmp_path / "results"
    finished(target, "first")
    (target / "my notes.docx").write_text("months of work")
    with pytest.raises(StudyError, match=r"my notes\.docx.*--out"), replacing(target) as folder:
        write(folder, "second")
    assert (target / "my notes.docx").read_text() == "months of work"
    assert (target / "sinks.csv").read_text() == "first"
    assert beside(target) == ["results"]


def test_a_file_added_during_the_run_is_not_deleted_either(tmp_path: Path) -> None:
    target = tmp_path / "results"
    finished(target, "first")

    def interrupted_by_a_colleague() -> None:
        with replacing(target) as folder:
            write(folder, "second")
            (target / "late.txt").write_text("came while sampling")

    with pytest.raises(StudyError, match="late"):
        interrupted_by_a_colleague()
    assert (target / "late.txt").exists()
    assert beside(target) == ["results"]


@pytest.mark.parametrize("manifest", [None, "not json", "[]", '{"files": ["sinks.csv"]}'])
def test_a_folder_without_our_manifest_is_not_ours(tmp_path: Path, manifest: str | None) -> None:
    target = tmp_path / "results"
    target.mkdir()
    (target / "sinks.csv").write_text("someone else's")
    if manifest is not None:
        (target / "manifest.json").write_text(manifest)
    with pytest.raises(StudyError, match="no run of bayescarbon wrote"), replacing(target):
        raise AssertionError("must not start")
    assert (target / "sinks.csv").read_text() == "someone else's"


def test_an_empty_folder_and_what_file_managers_leave_are_fine(tmp_path: Path) -> None:
    target = tmp_path / "results"
    target.mkdir()
    (target / ".DS_Store").write_text("")
    finished(target, "first")
    assert (target / "sinks.csv").read_text() == "first"


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    target = tmp_path / "results"
    target.write_text("a file")
    with pytest.raises(StudyError, match="this is a file"), replacing(target):
        raise AssertionError("must not start")


def test_a_link_keeps_pointing_where_it_did(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    link = tmp_path / "results"
    link.symlink_to(tmp_path / "disk" / "results")
    finished(link, "first")
    finished(link, "second")
    assert link.is_symlink()
    assert (tmp_path / "disk" / "results" / "sinks.csv").read_text() == "second"
