"""Check the docstrings of the public verbs with numpydoc: every parameter, return and section, not only form."""

from __future__ import annotations

import sys

from numpydoc.validate import validate

import bayescarbon

# Extended summaries, "see also" and examples are welcome but not demanded; layout is ruff's and the reader's.
WAIVED = {"ES01", "SA01", "EX01", "GL01", "GL02", "GL03", "SS05", "SS06", "PR08", "PR09", "RT04", "RT05"}


def main() -> int:
    """Print every finding and return the number of them."""
    found = 0
    for name in sorted(bayescarbon.__all__):
        if name.startswith("_"):
            continue
        # By the place of definition: numpydoc would take `bayescarbon.fit` for the module of that name.
        verb = getattr(bayescarbon, name)
        for code, message in validate(f"{verb.__module__}.{verb.__qualname__}")["errors"]:
            # A class of values documents its fields as Attributes; numpydoc would ask for them twice.
            if code in WAIVED or (code == "PR01" and isinstance(verb, type)):
                continue
            print(f"bayescarbon.{name}: {code} {message}")
            found += 1
    return found


if __name__ == "__main__":
    sys.exit(min(main(), 1))
