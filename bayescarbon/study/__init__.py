"""Read a study from a folder or a workbook, check it whole, and make a template to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bayescarbon.study.study import Study as Study
    from bayescarbon.study.study import read_study as read_study
    from bayescarbon.study.template import write_template as write_template

__all__ = ["Study", "read_study", "write_template"]


def __getattr__(name: str) -> Any:
    # Names of rules are wanted without pandas, so the rest loads at its first use.
    if name in ("Study", "read_study"):
        from bayescarbon.study import study

        return getattr(study, name)
    if name == "write_template":
        from bayescarbon.study.template import write_template

        return write_template
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
