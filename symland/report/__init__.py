"""Reports: a document without a format, written as LaTeX, as HTML, and as PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symland.report.build import report
    from symland.report.linear import linear_report

__all__ = ["linear_report", "report"]


def __getattr__(name: str) -> Any:
    if name == "report":
        from symland.report.build import report

        return report
    if name == "linear_report":
        from symland.report.linear import linear_report

        return linear_report
    raise AttributeError(name)
