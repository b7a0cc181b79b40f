"""The factorization P Q P^T = L D L^T of a rational symmetric matrix, exactly: inertia by Sylvester's law.

Elimination without fractions (Bareiss, *Math. Comp.* 22 (1968)) with symmetric pivots. A pivot is a diagonal entry;
where the whole diagonal is zero, a block [[0, b], [b, 0]] (Bunch and Parlett, *SIAM J. Numer. Anal.* 8 (1971)). Where
the pivots are the leading entries in their order, FLINT's elimination is the same and faster. The factorization shares
nothing with the characteristic polynomial of `checks.inertia`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import flint

from symland.evaluate.rational import Rows, symmetric_rows
from symland.evaluate.rings import Rationals, Value

Triangle = list[list[int]]  # of a symmetric matrix: row i has the entries 0, ..., i


class Pivot(NamedTuple):
    """A block of D with its columns of L: [numerator/denominator] for one column, and for two columns
    [[0, q], [q, 0]] with that q. The entries of the columns below the block are integers over `numerator`."""

    numerator: int
    denominator: int
    columns: tuple[list[int], ...]


@dataclass(frozen=True)
class LDL:
    """P Q P^T = L D L^T: row i of P Q P^T is row `order[i]` of Q. L is unit lower triangular; D has the pivots on its
    diagonal, followed by zeros."""

    order: tuple[int, ...]
    pivots: tuple[Pivot, ...]

    def __repr__(self) -> str:
        positive, negative, zero = self.signs
        return f"LDL(of {len(self.order)} rows: {positive} positive, {negative} negative, {zero} zero)"

    @property
    def signs(self) -> tuple[int, int, int]:
        """The numbers of positive, negative and zero eigenvalues."""
        single = [p.numerator * p.denominator > 0 for p in self.pivots if len(p.columns) == 1]
        pairs = len(self.pivots) - len(single)
        positive = sum(single) + pairs
        negative = len(single) - sum(single) + pairs
        return positive, negative, len(self.order) - positive - negative

    @property
    def lower(self) -> Value:
        """L."""
        out, at = Rationals().identity(len(self.order)), 0
        for p in self.pivots:
            below = at + len(p.columns)
            for j, column in enumerate(p.columns):
                for i, x in enumerate(column):
                    out[below + i, at + j] = flint.fmpq(x, p.numerator)
            at = below
        return out

    @property
    def diagonal(self) -> Value:
        """D."""
        n = len(self.order)
        out, at = Rationals().zero(n, n), 0
        for p in self.pivots:
            last = at + len(p.columns) - 1
            out[at, last] = out[last, at] = flint.fmpq(p.numerator, p.denominator)
            at = last + 1
        return out


def ldl(matrix: Rows) -> LDL:
    """The factorization of a symmetric rational matrix. Raises UsageError for any other matrix.

    >>> ldl([[4, 2], [2, 0]]).diagonal
    [4,  0]
    [0, -1]
    >>> ldl([[0, 1], [1, 0]]).signs
    (1, 1, 0)
    """
    integers, common = symmetric_rows(matrix).numer_denom()
    return _in_order(integers, int(common)) or _with_exchanges(integers, int(common))


def _in_order(integers: Value, common: int) -> LDL | None:
    """The factorization of `integers` / `common` without exchanges, by FLINT's P A = L inv(D) U; None where it needs
    some: a pivot is zero while a row below it is not."""
    n = integers.nrows()
    permutation, _, _, upper = integers.fflu()
    rows: list[list[int]] = [[int(x) for x in row] for row in upper.tolist()]
    rank = next((i for i in range(n) if not rows[i][i]), n)
    if not permutation.is_one() or any(map(any, rows[rank:])):
        return None
    minors = [1, *(rows[i][i] for i in range(rank))]
    pivots = [Pivot(rows[i][i], minors[i] * common, (rows[i][i + 1 :],)) for i in range(rank)]
    return LDL(tuple(range(n)), tuple(pivots))


def _with_exchanges(integers: Value, common: int) -> LDL:
    """The factorization of `integers` / `common`, each pivot the first diagonal entry left that is not zero."""
    rest: Triangle = [[int(x) for x in row[: i + 1]] for i, row in enumerate(integers.tolist())]
    order, left = list[int](), list(range(len(rest)))
    found: list[tuple[Pivot, list[int]]] = []  # pivots, with the rows of their columns
    minor = 1  # the determinant of the pivots taken: `rest` is the Schur complement times it
    while left:
        k = next((i for i, row in enumerate(rest) if row[i]), None)
        if k is not None:
            c = _taken(rest, k)
            p = c.pop(k)
            order.append(left.pop(k))
            rest = [
                [(p * x - ci * cj) // minor for x, cj in zip(row, c, strict=False)]
                for row, ci in zip(rest, c, strict=True)
            ]
            pivot = Pivot(p, minor * common, (c,))
            minor = p
        else:
            i, j = next(((i, j) for i, row in enumerate(rest) for j, x in enumerate(row) if x), (0, 0))
            if i == j:  # nothing but zeros is left
                break
            u = _taken(rest, i)
            u.pop(i)
            b = u.pop(j)
            v = _taken(rest, j)
            v.pop(j)
            order += [left.pop(i), left.pop(j)]
            square = minor * minor
            rest = [
                [b * (ui * vj + vi * uj - b * x) // square for x, uj, vj in zip(row, u, v, strict=False)]
                for row, ui, vi in zip(rest, u, v, strict=True)
            ]
            pivot = Pivot(b, minor * common, (v, u))
            minor = -b * b // minor
        found.append((pivot, list(left)))
    order += left
    return LDL(tuple(order), tuple(_sorted(pivot, rows, order) for pivot, rows in found))


def _taken(rest: Triangle, k: int) -> list[int]:
    """Column k of the symmetric matrix, whose row and column k are then removed."""
    row = rest.pop(k)
    return row + [below.pop(k) for below in rest[k:]]


def _sorted(pivot: Pivot, rows: list[int], order: list[int]) -> Pivot:
    """The columns in the final order of the rows."""
    place = {row: i for i, row in enumerate(rows)}
    below = [place[row] for row in order[len(order) - len(rows) :]]
    return pivot._replace(columns=tuple([column[i] for i in below] for column in pivot.columns))
