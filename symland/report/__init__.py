"""Reports: a document without a format, written as LaTeX, as HTML, and as PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symland.report.build import report

__all__ = ["report"]


def __getattr__(name: str) -> Any:
    if name == "report":
        from symland.report.build import report

        return report
    raise AttributeError(name)
