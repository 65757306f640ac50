"""Replace a results folder as a whole: a run that is killed leaves the previous results as they were."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bayescarbon.errors import Problem, StudyError
from bayescarbon.translation import _

MANIFEST = "manifest.json"

# What file managers leave behind in any folder that is looked at.
_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
_STALE_SECONDS = 24 * 3600.0


def _refuse(target: Path, message: str) -> StudyError:
    return StudyError([Problem(table="--out", value=str(target), message=message)])


def written_before(folder: Path) -> set[str]:
    """Return the names of the files that an earlier run wrote into a folder, by its manifest.

    Parameters
    ----------
    folder : Path
        A results folder; without a readable manifest nothing in it is ours.
    """
    try:
        recorded = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    if not isinstance(recorded, dict) or not isinstance(recorded.get("files"), dict):
        return set()
    return {MANIFEST, *recorded["files"]}


def _check_replaceable(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise _refuse(target, _("this is a file; name a folder for the results with --out."))
    if target.is_mount():
        raise _refuse(
            target, _("this folder is a mount point and cannot be replaced; name a folder inside it.")
        )
    foreign = sorted({entry.name for entry in target.iterdir()} - written_before(target) - _LITTER)
    if foreign:
        shown = ", ".join(foreign[:5])
        if len(foreign) > 5:
            shown = _("{names} and {n} more", names=shown, n=len(foreign) - 5)
        raise _refuse(
            target,
            _(
                "a run replaces this folder as a whole, and it holds what no run of bayescarbon wrote "
                "({shown}). Move that away, or name another folder with --out.",
                shown=shown,
            ),
        )


def _token() -> str:
    host = re.sub(r"[^A-Za-z0-9]+", "", socket.gethostname()) or "host"
    return f"{host}-{os.getpid()}"


def _abandoned(path: Path, token: str) -> bool:
    """Say whether the run that made a temporary folder is gone: its process, or a day without a change."""
    host, _dash, process = token.rpartition("-")
    own_host, _dash, own_process = _token().rpartition("-")
    if host == own_host and process == own_process:
        return True  # the folder is older than this run: its number was given out again
    if host == own_host and os.name == "posix":
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False
    return time.time() - path.stat().st_mtime > _STALE_SECONDS


def _leftovers(target: Path, kind: str) -> list[Path]:
    pattern = re.compile(rf"\.{re.escape(target.name)}\.{kind}\.([A-Za-z0-9]+-\d+)")
    found = []
    for path in sorted(target.parent.iterdir()):
        match = pattern.fullmatch(path.name)
        if match and path.is_dir() and _abandoned(path, match.group(1)):
            found.append(path)
    return found


def recover(target: Path) -> None:
    """Tidy up after runs that were killed: put set-aside results back, remove half-written ones.

    Parameters
    ----------
    target : Path
        The results folder that such a run was writing.

    Raises
    ------
    OSError
        If the folder around it cannot be read or changed.
    """
    if not target.parent.is_dir():
        return
    for aside in _leftovers(target, "old"):
        # The run was killed between its two renames, or after them but before it removed the old results.
        if target.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(target)
    for half in _leftovers(target, "writing"):
        shutil.rmtree(half)


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a temporary folder beside `target` to write into, and move it into place at the end.

    If the body raises, the temporary folder is removed and the previous results stay.

    Parameters
    ----------
    target : Path
        The results folder, new or from an earlier run.

    Yields
    ------
    Path
        An empty folder on the same file system.

    Raises
    ------
    StudyError
        If `target` is a file, a mount point or a folder that holds files no run wrote.
    OSError
        If the folders cannot be made, moved or removed.
    """
    target = target.resolve()  # a symbolic link stays; the folder that it points to is replaced
    target.parent.mkdir(parents=True, exist_ok=True)
    recover(target)
    _check_replaceable(target)
    staging = target.with_name(f".{target.name}.writing.{_token()}")
    aside = target.with_name(f".{target.name}.old.{_token()}")
    staging.mkdir()
    try:
        yield staging
        _check_replaceable(target)  # a fit takes a while: someone may have put a file there meanwhile
        if target.exists():
            target.rename(aside)
        try:
            staging.rename(target)
        except OSError:
            if aside.exists():
                aside.rename(target)
            raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    shutil.rmtree(aside, ignore_errors=True)  # what stays behind is removed by the next run's `recover`
