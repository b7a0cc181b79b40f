"""Terms applied to a column, without forming Kronecker products or diagonal matrices: (A (x) B) vec(U) = vec(B U A^T).

With it a Hessian block of d^2 rows costs a few products of d x d matrices instead of d^4 entries.
"""

from __future__ import annotations

from functools import reduce, singledispatch
from typing import Any

from symland.evaluate.rings import Value, commuted
from symland.evaluate.terms import Evaluation
from symland.language import terms as T
from symland.language.nodes import Node


def applied(term: Node, column: Value, at: Evaluation, transposed: bool = False) -> Value:
    """The value of `term * column`, or of `term^T * column`; the column is a matrix with one column.

    >>> from symland.evaluate.point import point
    >>> from symland.evaluate.rings import Rationals
    >>> a = T.matrix("A", 2, 2)
    >>> at = Evaluation(point(letters={"A": Rationals().from_rows([[1, 2], [3, 4]])}), Rationals())
    >>> applied(T.Kronecker(a, a), Rationals().from_rows([[1], [0], [0], [0]]), at).entries()
    [1, 3, 3, 9]
    """
    return _applied(term, column, at, transposed)


@singledispatch
def _applied(term: Node, x: Value, at: Evaluation, transposed: bool) -> Any:
    a = at.value(term)
    return at.ring.multiply(at.ring.transpose(a) if transposed else a, x)


@_applied.register
def _(term: T.Sum, x: Value, at: Evaluation, transposed: bool) -> Any:
    return reduce(at.ring.add, [_applied(t, x, at, transposed) for t in term.args])


@_applied.register
def _(term: T.Product, x: Value, at: Evaluation, transposed: bool) -> Any:
    for factor in term.args if transposed else reversed(term.args):
        x = _applied(factor, x, at, transposed)
    return x


@_applied.register
def _(term: T.Scale, x: Value, at: Evaluation, transposed: bool) -> Any:
    return at.ring.scale(at.value(term.args[0]), _applied(term.args[1], x, at, transposed))


@_applied.register
def _(term: T.Transpose, x: Value, at: Evaluation, transposed: bool) -> Any:
    return _applied(term.args[0], x, at, not transposed)


@_applied.register
def _(term: T.Identity, x: Value, at: Evaluation, transposed: bool) -> Any:
    return x


@_applied.register
def _(term: T.Kronecker, x: Value, at: Evaluation, transposed: bool) -> Any:
    ring = at.ring
    a, b = (at.value(t) if not transposed else ring.transpose(at.value(t)) for t in term.args)
    u = ring.unvec(x, ring.size(b)[1], ring.size(a)[1])
    return ring.vec(ring.multiply(ring.multiply(b, u), ring.transpose(a)))


@_applied.register
def _(term: T.Commutation, x: Value, at: Evaluation, transposed: bool) -> Any:
    m, n = map(at.dim, term.args)
    parts = at.ring.entries(x)
    return at.ring.matrix(m * n, 1, [parts[j] for j in (commuted(n, m) if transposed else commuted(m, n))])


@_applied.register
def _(term: T.DiagonalMatrix, x: Value, at: Evaluation, transposed: bool) -> Any:
    return at.ring.hadamard(at.value(term.args[0]), x)


@_applied.register
def _(term: T.DiagonalSelection, x: Value, at: Evaluation, transposed: bool) -> Any:
    ring, n = at.ring, at.dim(term.args[0])
    parts, nil = ring.entries(x), ring.number(0)
    if not transposed:
        return ring.matrix(n, 1, parts[:: n + 1])
    return ring.matrix(n * n, 1, [parts[k // n] if k % (n + 1) == 0 else nil for k in range(n * n)])


@_applied.register
def _(term: T.BoundedSum, x: Value, at: Evaluation, transposed: bool) -> Any:
    start = at.ring.zero(at.size(term)[1 if transposed else 0], 1)
    bodies = [_applied(term.args[2], x, at.bind(term.var, i), transposed) for i in at.span(term.lo, term.hi)]
    return reduce(at.ring.add, bodies, start)


@_applied.register
def _(term: T.Block, x: Value, at: Evaluation, transposed: bool) -> Any:
    ring, parts = at.ring, at.ring.entries(x)
    grid = [list(column) for column in zip(*term.grid, strict=True)] if transposed else term.grid
    out: list[Any] = []
    widths = [at.size(b)[0 if transposed else 1] for b in grid[0]]
    starts = [sum(widths[:j]) for j in range(len(widths))]
    columns = [ring.matrix(w, 1, parts[s : s + w]) for s, w in zip(starts, widths, strict=True)]
    for row in grid:
        blocks = [_applied(b, c, at, transposed) for b, c in zip(row, columns, strict=True)]
        out.extend(ring.entries(reduce(ring.add, blocks)))
    return ring.matrix(len(out), 1, out)
