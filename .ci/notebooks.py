"""Execute the notebooks into docs/notebooks, where the documents show them; one process of its own for each."""

from __future__ import annotations

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "docs"))
from definitions import notebooks  # noqa: E402


def execute(source: Path) -> str:
    """Execute one notebook and keep its results; return what went wrong, if anything."""
    started = time.perf_counter()
    notebook = notebooks.read(source)
    with tempfile.TemporaryDirectory() as sockets:
        # Over pipes rather than ports: nothing on the machine can listen, and no kernel warns that something could.
        kernel = KernelManager(kernel_name="python3", transport="ipc", ip=f"{sockets}/kernel")
        try:
            NotebookClient(notebook, timeout=600, km=kernel).execute()
        except CellExecutionError as error:
            return f"{source.name}: {error}"
        finally:
            kernel.shutdown_kernel(now=True)
    notebooks.write(notebook, ROOT / "docs" / notebooks.FOLDER / f"{source.stem}.ipynb")
    print(f"{source.name}: {time.perf_counter() - started:.0f} s", flush=True)
    return ""


def main(names: list[str]) -> int:
    """Execute the named notebooks, or all, two at a time; return how many failed."""
    # The last ones take longest: they start first.
    found = sorted((ROOT / "notebooks").glob("*.py"), reverse=True)
    sources = [one for one in found if not names or one.stem in names]
    # Most of a notebook's time goes into compiling, which keeps one core busy.
    with ThreadPoolExecutor(2) as pool:
        faults = [fault for fault in pool.map(execute, sources) if fault]
    for fault in faults:
        print(fault, file=sys.stderr)
    return len(faults)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
