"""Short formulas side by side."""

from __future__ import annotations

from collections.abc import Iterable

from symland.report.document import Display
from symland.report.measure import width
from symland.write.layout import Layout, Space, row

WIDE = 40.0  # em


def side_by_side(formulas: Iterable[Layout]) -> list[Display]:
    """The formulas in as few displays as they fit into."""
    lines: list[list[Layout]] = []
    for f in formulas:
        if lines and sum(width(x) + 2 for x in lines[-1]) + width(f) <= WIDE:
            lines[-1].append(f)
        else:
            lines.append([f])
    return [Display(_joined(line)) for line in lines]


def _joined(line: list[Layout]) -> Layout:
    return row(*(x for k, f in enumerate(line) for x in ((",", Space(18), f) if k else (f,))))
