"""Execute the notebooks into docs/notebooks, where the documents show them; one process of its own for each."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "docs"))
from definitions import notebooks  # noqa: E402


def main(names: list[str]) -> int:
    """Execute the named notebooks, or all; return how many failed."""
    failed = 0
    for source in sorted((ROOT / "notebooks").glob("*.py")):
        if names and source.stem not in names:
            continue
        started = time.perf_counter()
        notebook = notebooks.read(source)
        # Over pipes rather than ports: nothing on the machine can listen, and no kernel warns that something could.
        kernel = KernelManager(kernel_name="python3", transport="ipc")
        try:
            NotebookClient(notebook, timeout=600, km=kernel).execute()
        except CellExecutionError as error:
            failed += 1
            print(f"{source.name}: {error}", file=sys.stderr)
            continue
        finally:
            kernel.shutdown_kernel(now=True)
        notebooks.write(notebook, ROOT / "docs" / notebooks.FOLDER / f"{source.stem}.ipynb")
        print(f"{source.name}: {time.perf_counter() - started:.0f} s")
    return failed


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
