"""Products of matrices in the cheapest order, and matrices applied to columns without forming Kronecker products.

(A (x) B) vec(U) = vec(B U A^T), so a Hessian block of d^2 rows costs a few products of d x d matrices. Inverses are
solved for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce, singledispatch
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from symland.errors import UndefinedHere
from symland.language import terms as T
from symland.language.nodes import Node

if TYPE_CHECKING:
    from symland.write.numpy_values import Values

Value = Any  # a float64 array with two dimensions
MANY_FACTORS = 20  # products of more factors are not searched for the cheapest order
LARGE = (T.Kronecker, T.Commutation, T.DiagonalMatrix, T.DiagonalSelection, T.Block)
LIGHT = (*LARGE, T.Inverse, T.Identity, T.Zero, T.Ones, T.UnitVector)
COMBINED = (T.Sum, T.Product, T.Scale, T.Transpose, T.MatrixPower, T.BoundedSum, T.OrderedProduct)


def is_light(term: Node, at: Values) -> bool:
    """Whether applying the term costs less than forming it. A sum or product is formed, and its value kept, unless
    something large is in it."""
    if isinstance(term, (T.Transpose, T.Scale)):
        return is_light(term.args[-1], at)
    return isinstance(term, LIGHT) or _has_large(term, at.large)


def _has_large(term: Node, known: dict[Node, bool]) -> bool:
    found = known.get(term)
    if found is None:
        inside = isinstance(term, COMBINED) and any(_has_large(t, known) for t in term.children)
        found = known[term] = inside or isinstance(term, LARGE)
    return found


def product_of(factors: Sequence[Node], at: Values) -> Value:
    """The product of matrices, in the order of least cost; structured factors are applied, not formed."""
    sizes = [at.size(f, formed=False) for f in factors]
    n = len(factors)
    if n > MANY_FACTORS:
        if sizes[0][0] < sizes[-1][1]:
            return product_of([_transposed(f) for f in reversed(factors)], at).T
        return reduce(lambda x, f: _times(f, x, at), reversed(factors[:-1]), at.value(factors[-1]))
    light = [is_light(f, at) for f in factors]
    per_column = [_cost(f, *size) for f, size in zip(factors, sizes, strict=True)]
    cost = {(i, i): 0 for i in range(n)}
    split: dict[tuple[int, int], int] = {}
    for width in range(1, n):
        for i in range(n - width):
            j = i + width
            rows, columns = sizes[i][0], sizes[j][1]
            options = []
            for k in range(i, j):
                own = rows * sizes[k][1] * columns
                if k == i and light[i]:
                    own = per_column[i] * columns
                elif k + 1 == j and light[j]:
                    own = per_column[j] * rows
                options.append((cost[i, k] + cost[k + 1, j] + own, k))
            cost[i, j], split[i, j] = min(options)

    def part(i: int, j: int) -> Value:
        if i == j:
            return at.value(factors[i])
        k = split[i, j]
        if k == i and light[i]:
            return _applied(factors[i], part(k + 1, j), at, False)
        if k + 1 == j and light[j]:
            return _applied(factors[j], part(i, k).T, at, True).T
        return part(i, k) @ part(k + 1, j)

    return part(0, n - 1)


def _transposed(term: Node) -> Node:
    return cast(Node, term.args[0] if isinstance(term, T.Transpose) else T.Transpose(term))


def _cost(term: Node, rows: int, columns: int) -> int:
    """About how many operations applying the term to one column takes."""
    if isinstance(term, (T.Kronecker, T.Block)):
        return int((rows * columns) ** 0.75)
    return rows * columns if isinstance(term, (T.Inverse, *COMBINED)) else rows + columns


def _times(term: Node, x: Value, at: Values, transposed: bool = False) -> Value:
    """The term, or its transpose, times a matrix: applied if that is cheaper, else by its value, which is kept."""
    if is_light(term, at):
        return _applied(term, x, at, transposed)
    a = at.value(term)
    return (a.T if transposed else a) @ x


def column(a: Value) -> Value:
    """vec of a matrix or number."""
    return np.reshape(a, (-1, 1), order="F")


def applied(term: Node, x: Value, at: Values, transposed: bool = False) -> Value:
    """The value of `term * x`, or of `term^T * x`, for a matrix x, without forming the term."""
    return _applied(term, x, at, transposed)


@singledispatch
def _applied(term: Node, x: Value, at: Values, transposed: bool) -> Any:
    a = at.value(term)
    return (a.T if transposed else a) @ x


def _total(parts: Iterable[Value], term: Node, x: Value, at: Values, transposed: bool) -> Value:
    start = np.zeros((at.size(term, formed=False)[1 if transposed else 0], x.shape[1]))
    return reduce(np.add, parts, start)


@_applied.register(T.Sum)
def _(term: T.Sum, x: Value, at: Values, transposed: bool) -> Any:
    return reduce(np.add, (_applied(t, x, at, transposed) for t in term.args))


@_applied.register(T.BoundedSum)
def _(term: T.BoundedSum, x: Value, at: Values, transposed: bool) -> Any:
    bodies = (_applied(term.args[2], x, inner, transposed) for inner in at.over(term))
    return _total(bodies, term, x, at, transposed)


@_applied.register(T.Product)
def _(term: T.Product, x: Value, at: Values, transposed: bool) -> Any:
    for factor in term.args if transposed else reversed(term.args):
        x = _times(factor, x, at, transposed)
    return x


@_applied.register(T.OrderedProduct)
def _(term: T.OrderedProduct, x: Value, at: Values, transposed: bool) -> Any:
    inner = at.over(term)
    for here in reversed(inner) if transposed else inner:
        x = _applied(term.args[2], x, here, transposed)
    return x


@_applied.register(T.MatrixPower)
def _(term: T.MatrixPower, x: Value, at: Values, transposed: bool) -> Any:
    k = at.exponent(term.args[1])
    if k * x.shape[1] > x.shape[0] * k.bit_length():
        a = at.value(term)
        return (a.T if transposed else a) @ x
    for _ in range(k):
        x = _applied(term.args[0], x, at, transposed)
    return x


@_applied.register(T.Scale)
def _(term: T.Scale, x: Value, at: Values, transposed: bool) -> Any:
    return at.value(term.args[0]) * _applied(term.args[1], x, at, transposed)


@_applied.register(T.Transpose)
def _(term: T.Transpose, x: Value, at: Values, transposed: bool) -> Any:
    return _applied(term.args[0], x, at, not transposed)


@_applied.register(T.Inverse)
def _(term: T.Inverse, x: Value, at: Values, transposed: bool) -> Any:
    a = at.regular(term)
    return np.linalg.solve(a.T if transposed else a, x)


@_applied.register(T.Identity)
def _(term: T.Identity, x: Value, at: Values, transposed: bool) -> Any:
    return x


@_applied.register(T.Zero)
def _(term: T.Zero, x: Value, at: Values, transposed: bool) -> Any:
    return _total((), term, x, at, transposed)


@_applied.register(T.Ones)
def _(term: T.Ones, x: Value, at: Values, transposed: bool) -> Any:
    rows = at.size(term, formed=False)[1 if transposed else 0]
    return np.repeat(x.sum(axis=0, keepdims=True), rows, axis=0)


@_applied.register(T.UnitVector)
def _(term: T.UnitVector, x: Value, at: Values, transposed: bool) -> Any:
    (n, _), i = at.size(term, formed=False), at.index(term.args[1])
    if not 1 <= i <= n:
        raise UndefinedHere(f"there is no entry number {i} among {n}")
    if transposed:
        return x[i - 1 : i]
    out = np.zeros((n, x.shape[1]))
    out[i - 1] = x[0]
    return out


@_applied.register(T.Kronecker)
def _(term: T.Kronecker, x: Value, at: Values, transposed: bool) -> Any:
    """(A (x) B) vec(U) = vec(B U A^T), for every column of x; the smaller of the two orders."""
    (a, b), w = term.args, x.shape[1]
    rows_a, columns_a = at.size(a, formed=False)[:: -1 if transposed else 1]
    rows_b, columns_b = at.size(b, formed=False)[:: -1 if transposed else 1]

    def by_a(x: Value, inner: int) -> Value:
        return _times(a, x.reshape(columns_a, inner * w), at, transposed).reshape(rows_a * inner, w)

    def by_b(x: Value, outer: int) -> Value:
        u = x.reshape(outer, columns_b, w).transpose(1, 0, 2).reshape(columns_b, outer * w)
        v = _times(b, u, at, transposed).reshape(rows_b, outer, w)
        return v.transpose(1, 0, 2).reshape(outer * rows_b, w)

    if rows_a * columns_b * (columns_a + rows_b) <= rows_b * columns_a * (columns_b + rows_a):
        return by_b(by_a(x, columns_b), rows_a)
    return by_a(by_b(x, columns_a), rows_b)


@_applied.register(T.Commutation)
def _(term: T.Commutation, x: Value, at: Values, transposed: bool) -> Any:
    m, n = map(at.dim, term.args)
    shape = (m, n, -1) if transposed else (n, m, -1)
    return x.reshape(shape).transpose(1, 0, 2).reshape(m * n, -1)


@_applied.register(T.DiagonalMatrix)
def _(term: T.DiagonalMatrix, x: Value, at: Values, transposed: bool) -> Any:
    return at.value(term.args[0]) * x


@_applied.register(T.DiagonalSelection)
def _(term: T.DiagonalSelection, x: Value, at: Values, transposed: bool) -> Any:
    n = at.dim(term.args[0])
    if not transposed:
        return x[:: n + 1]
    out = np.zeros((n * n, x.shape[1]))
    out[:: n + 1] = x
    return out


@_applied.register(T.Block)
def _(term: T.Block, x: Value, at: Values, transposed: bool) -> Any:
    grid = list(zip(*term.grid, strict=True)) if transposed else term.grid
    ends = np.cumsum([at.size(b, formed=False)[0 if transposed else 1] for b in grid[0]])
    parts = np.split(x, ends[:-1])
    rows = [[_applied(b, part, at, transposed) for b, part in zip(row, parts, strict=True)] for row in grid]
    return np.vstack([reduce(np.add, row) for row in rows])
