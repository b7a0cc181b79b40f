"""Gradients and Hessians of a scalar term and Jacobians of any, at a point, by jets in every basis direction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from symland.evaluate.jets import Jets
from symland.evaluate.rings import Value
from symland.evaluate.terms import Evaluation
from symland.language.nodes import Node


def basis(letter: Node, at: Evaluation) -> list[Value]:
    """The directions of a letter: 1 for a scalar, else the matrices with a single one, in the order of vec."""
    ring, size = at.ring, at.size(letter)
    if not size:
        return [ring.number(1)]
    m, n = size
    nil, one = ring.number(0), ring.number(1)
    places = [(i, j) for j in range(n) for i in range(m)]
    return [ring.matrix(m, n, [one if k == i * n + j else nil for k in range(m * n)]) for i, j in places]


def gradient_at(loss: Node, letter: Node, at: Evaluation) -> Value:
    """The gradient of a scalar term: a value of the shape of the letter.

    >>> from symland.evaluate.point import point
    >>> from symland.evaluate.rings import Rationals
    >>> from symland.language.terms import SquaredNorm, matrix
    >>> a, ring = matrix("A", "d", "d"), Rationals()
    >>> at = Evaluation(point({"d": 2}, {"A": ring.from_rows([[1, 2], [3, 4]])}), ring)
    >>> gradient_at(SquaredNorm(a), a, at)
    [2, 4]
    [6, 8]
    """
    found = [at.derivative(loss, letter, v) for v in basis(letter, at)]
    if letter.is_scalar:
        return found[0]
    m, n = at.size(letter)
    return at.ring.unvec(at.ring.matrix(m * n, 1, found), m, n)


def jacobian_at(term: Node, letter: Node, at: Evaluation) -> Value:
    """The derivatives of the entries of a term: one row for each of them and one column for each entry of the letter,
    in the order of vec.

    >>> from symland.evaluate.point import point
    >>> from symland.evaluate.rings import Rationals
    >>> from symland.language.terms import matrix
    >>> a, b, ring = matrix("A", 1, 2), matrix("B", 2, 1), Rationals()
    >>> at = Evaluation(point(letters={"A": ring.from_rows([[3, 4]]), "B": ring.from_rows([[5], [6]])}), ring)
    >>> jacobian_at(a * b, a, at)
    [5, 6]
    """
    ring = at.ring
    columns = [ring.entries(ring.vec(at.derivative(term, letter, v))) for v in basis(letter, at)]
    return ring.matrix(len(columns[0]), len(columns), [x for line in zip(*columns, strict=True) for x in line])


def hessian_block_at(loss: Node, row: Node, column: Node, at: Evaluation) -> Value:
    """The block of second derivatives of a scalar term, with one row for each entry of the first letter and one column
    for each entry of the second, in the order of vec."""
    columns: list[list[Value]] = []
    for k, u in enumerate(basis(column, at)):
        moved = at.perturb(column, u)
        jets = cast(Jets, moved.ring)
        above = [c[k] for c in columns] if row is column else []  # second derivatives commute
        left = list(basis(row, moved))[len(above) :]
        columns.append([*above, *(jets.coefficient(moved.derivative(loss, row, v), at.ring) for v in left)])
    return at.ring.matrix(len(columns[0]), len(columns), [x for line in zip(*columns, strict=True) for x in line])


def hessian_at(loss: Node, letters: Sequence[Node], at: Evaluation) -> Value:
    """The Hessian of a scalar term with respect to the letters in this order, each stacked column by column.

    >>> from symland.evaluate.point import point
    >>> from symland.evaluate.rings import Rationals
    >>> from symland.language.terms import SquaredNorm, matrix
    >>> u, v = (matrix(name, 1, 1) for name in "uv")
    >>> one = Rationals().from_rows([[1]])
    >>> hessian_at(SquaredNorm(u * v), [u, v], Evaluation(point(letters={"u": one, "v": one}), Rationals()))
    [2, 4]
    [4, 2]
    """
    return at.ring.block([[hessian_block_at(loss, w, u, at) for u in letters] for w in letters])
