"""Definiteness of rational symmetric matrices, decided exactly by congruence (LDL^T with symmetric pivots)."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from symland.evaluate.rings import Rationals, Value


def is_symmetric(q: Value) -> bool:
    """Whether the rational matrix is symmetric."""
    return bool(q == q.transpose())


def negative_direction(q: Value) -> Value | None:
    """A rational column v with v^T Q v < 0, or None if the symmetric rational matrix Q is positive semidefinite.

    While a pivot is positive, Q is replaced by its Schur complement. A negative diagonal entry is a direction; so is a
    zero one with a nonzero entry in its row.

    >>> negative_direction(Rationals().from_rows([[1, 2], [2, 1]]))
    [-2]
    [ 1]
    """
    n = q.nrows()
    rows = [list(row) for row in q.tolist()]
    eliminated: list[tuple[int, list[Any]]] = []  # pivot, and its row divided by the pivot entry
    left = list(range(n))
    while left:
        bad = next((i for i in left if rows[i][i] < 0), None)
        if bad is not None:
            return _lifted({bad: 1}, eliminated, n)
        pivot = next((i for i in left if rows[i][i] > 0), None)
        if pivot is None:
            for i, j in combinations(left, 2):
                if rows[i][j] != 0:
                    return _lifted({i: 1, j: -1 if rows[i][j] > 0 else 1}, eliminated, n)
            return None
        left.remove(pivot)
        row = [x / rows[pivot][pivot] for x in rows[pivot]]
        for i in left:
            c = rows[i][pivot]
            if c != 0:
                rows[i] = [x - c * y for x, y in zip(rows[i], row, strict=True)]
        eliminated.append((pivot, row))
    return None


def _lifted(v: dict[int, Any], eliminated: list[tuple[int, list[Any]]], n: int) -> Value:
    """The direction of the whole matrix whose quadratic form equals that of v in the last Schur complement."""
    for pivot, row in reversed(eliminated):
        v[pivot] = -sum((row[j] * x for j, x in v.items()), Rationals().number(0))
    return Rationals().matrix(n, 1, [v.get(i, 0) for i in range(n)])
