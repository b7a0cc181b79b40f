"""Explicit matrices that people can read: entries in their shortest form, and names for entries that recur."""

from __future__ import annotations

from typing import Any

from symland.errors import ReportError
from symland.report.measure import columns, width
from symland.write.layout import Layout, Matrix, Numeral, sub

WIDE = 36.0  # em: a wider matrix gets names for entries that recur
LONG = 8.0  # em: shorter entries keep their place
MOST = 6  # names for the entries of one matrix


def as_matrix(entries: Any) -> Matrix:
    """The layout of a SymPy matrix, or of rows of entries."""
    from symland.write.entries import set_matrix

    layout = set_matrix(entries)
    if not isinstance(layout, Matrix):
        raise ReportError(f"not a matrix: {entries!r}")
    return layout


def shortest(entry: Any) -> Any:
    """The SymPy expression with one common factor of some of its terms taken out, where that is shorter.

    >>> import sympy
    >>> a, b, c, d = sympy.symbols("a_11 b_11 c_11 d_11")
    >>> shortest(a * b + a * c + d)
    a_11*(b_11 + c_11) + d_11
    """
    import sympy

    from symland.write.entries import set_entry

    if not isinstance(entry, sympy.Add):
        return entry
    tries = [entry]
    for s in sorted(entry.free_symbols, key=str):
        inside = [t for t in entry.args if t.has(s)]
        if len(inside) > 1:
            rest = [t for t in entry.args if not t.has(s)]
            tries.append(sympy.Add(sympy.Mul(s, sympy.Add(*(t / s for t in inside)), evaluate=False), *rest))
    best = min(tries, key=lambda e: width(set_entry(e)))
    return best if width(set_entry(best)) < 0.96 * width(set_entry(entry)) else entry


def abridged(matrix: Matrix, letter: str) -> tuple[Matrix, list[tuple[Layout, Layout]]]:
    """A wide matrix with names for long entries that recur, and the meanings of the names; others as they are."""
    cells = [c for row in matrix.rows for c in row]
    recurring = [c for c in dict.fromkeys(cells) if cells.count(c) > 1 and width(c) > LONG]
    if (
        sum(columns(matrix)) <= WIDE
        or not 0 < len(recurring) <= MOST
        or 2 * len(set(cells) - {Numeral("0")}) > len(cells)
    ):
        return matrix, []
    names = {c: sub(letter, k) for k, c in enumerate(recurring, 1)}
    rows = tuple(tuple(names.get(c, c) for c in row) for row in matrix.rows)
    return Matrix(rows), [(name, meaning) for meaning, name in names.items()]
