"""Degree bounds of terms as rational functions of the entries of their letters, for the Schwartz-Zippel lemma.

A bound is a pair (p, q): every entry is a polynomial of degree at most p over a common one of degree at most q.
"""

from __future__ import annotations

from functools import reduce, singledispatch
from math import prod
from typing import Any

from symland.errors import NoRule
from symland.evaluate.terms import Evaluation
from symland.language import terms as T
from symland.language.nodes import Node

Bound = tuple[int, int]


def degree(term: Node, at: Evaluation) -> Bound:
    """The bound (p, q) of a term at the dimensions and index variables of an evaluation.

    >>> from symland.evaluate.point import point
    >>> from symland.evaluate.rings import PrimeField
    >>> A = T.matrix("A", "d", "d")
    >>> degree(T.Inverse(A * A.T), Evaluation(point({"d": 3}), PrimeField(7)))
    (4, 6)
    """
    out: Bound = _degree(term, at)
    return out


def difference(a: Bound, b: Bound) -> int:
    """The degree of the numerator of a - b, brought over the product of the denominators."""
    return add(a, b)[0]


def add(a: Bound, b: Bound) -> Bound:
    """The bound of a sum."""
    return (max(a[0] + b[1], b[0] + a[1]), a[1] + b[1]) if a[1] or b[1] else (max(a[0], b[0]), 0)


def multiply(a: Bound, b: Bound) -> Bound:
    """The bound of a product, also of a Kronecker product or an inner product."""
    return (a[0] + b[0], a[1] + b[1])


def invert(a: Bound, n: int) -> Bound:
    """The bound of the inverse of an n x n matrix P/q, which is q adj(P) / det(P)."""
    return ((n - 1) * a[0] + a[1], n * a[0])


def potential_degree(term: Node, at: Evaluation) -> Bound:
    """A bound (p, q) such that the derivatives of a scalar have those of a P/q: also for logarithms that are only added
    up and multiplied by numbers, since D log(P/Q) = (P' Q - P Q') / (P Q).

    >>> from symland.evaluate.point import point
    >>> from symland.evaluate.rings import PrimeField
    >>> A = T.matrix("A", "d", "d")
    >>> potential_degree(3 * T.LogDeterminant(A) + T.Trace(A), Evaluation(point({"d": 3}), PrimeField(7)))
    (4, 3)
    """
    if isinstance(term, T.Sum):
        return reduce(add, [potential_degree(t, at) for t in term.args])
    if isinstance(term, T.Product) and term.is_scalar:
        varying = [t for t in term.args if not isinstance(t, (T.Number, T.IndexScalar, T.DimScalar))]
        if len(varying) == 1:
            return potential_degree(varying[0], at)
    if isinstance(term, T.LogDeterminant):
        return (sum(_degree(T.Determinant(*term.args), at)),) * 2
    if isinstance(term, T.Elementwise) and term.function == "log" and term.is_scalar:
        return (sum(_degree(term.argument, at)),) * 2
    return degree(term, at)


@singledispatch
def _degree(term: Node, at: Evaluation) -> Any:
    raise NoRule(f"no degree bound for {type(term).__name__}", node=term, module="symland.checks.degrees")


@_degree.register(T.Symbol)
@_degree.register(T.Member)
def _(term: Any, at: Evaluation) -> Any:
    """Letters are drawn linearly in free entries; orthogonal ones as (I - S)(I + S)^{-1} with S skew."""
    if "orthogonal" in (term.facts if isinstance(term, T.Symbol) else term.family.facts):
        return multiply((1, 0), invert((1, 0), at.size(term)[0]))
    return (1, 0)


@_degree.register
def _(term: T.Chain, at: Evaluation) -> Any:
    length = len(at.span(term.bottom, term.top))
    p, q = _degree(T.Member(term.family, term.bottom), at) if length else (0, 0)
    return (length * p, length * q)


@_degree.register(T.Zero)
@_degree.register(T.Identity)
@_degree.register(T.Number)
@_degree.register(T.IndexScalar)
@_degree.register(T.DimScalar)
@_degree.register(T.Commutation)
@_degree.register(T.Ones)
@_degree.register(T.UnitVector)
@_degree.register(T.DiagonalSelection)
def _(term: Node, at: Evaluation) -> Any:
    return (0, 0)


@_degree.register(T.Sum)
@_degree.register(T.Block)
def _(term: Node, at: Evaluation) -> Any:
    return reduce(add, [_degree(t, at) for t in term.children])


@_degree.register(T.Product)
@_degree.register(T.Scale)
@_degree.register(T.Kronecker)
@_degree.register(T.Inner)
@_degree.register(T.Hadamard)
def _(term: Node, at: Evaluation) -> Any:
    return reduce(multiply, [_degree(t, at) for t in term.children])


@_degree.register(T.Transpose)
@_degree.register(T.Vec)
@_degree.register(T.Unvec)
@_degree.register(T.Diagonal)
@_degree.register(T.DiagonalMatrix)
def _(term: Node, at: Evaluation) -> Any:
    return _degree(term.children[0], at)


@_degree.register
def _(term: T.Trace, at: Evaluation) -> Any:
    return _degree(term.args[0], at)


@_degree.register
def _(term: T.SquaredNorm, at: Evaluation) -> Any:
    a = _degree(term.args[0], at)
    return multiply(a, a)


@_degree.register(T.Power)
@_degree.register(T.MatrixPower)
@_degree.register(T.HadamardPower)
def _(term: Node, at: Evaluation) -> Any:
    a, e = _degree(term.args[0], at), at.index(term.args[1])
    return (e * a[0], e * a[1])


@_degree.register(T.BoundedSum)
@_degree.register(T.BoundedProduct)
@_degree.register(T.OrderedProduct)
def _(term: Any, at: Evaluation) -> Any:
    join = add if isinstance(term, T.BoundedSum) else multiply
    bodies = [_degree(term.args[2], at.bind(term.var, i)) for i in at.span(term.lo, term.hi)]
    return reduce(join, bodies, (0, 0))


@_degree.register
def _(term: T.Reciprocal, at: Evaluation) -> Any:
    return _degree(term.args[0], at)[::-1]


@_degree.register
def _(term: T.Inverse, at: Evaluation) -> Any:
    return invert(_degree(term.args[0], at), at.size(term)[0])


@_degree.register
def _(term: T.Determinant, at: Evaluation) -> Any:
    (p, q), n = _degree(term.args[0], at), at.size(term.args[0])[0]
    return (n * p, n * q)


@_degree.register
def _(term: T.Elementwise, at: Evaluation) -> Any:
    """Of the functions, reciprocals and powers with a whole number as exponent are rational."""
    exponent = term.parameters[0] if term.function == "pow" else T.number(-1)
    if term.function not in ("pow", "reciprocal") or not isinstance(exponent, T.Number) or exponent.value % 1:
        raise NoRule(f"{term!r} is not a rational function", node=term, module="symland.checks.degrees")
    a, e = _degree(term.argument, at), int(exponent.value)
    if e >= 0:
        return (e * a[0], e * a[1])
    p, q = reciprocals(a, prod(at.size(term)))
    return (-e * p, -e * q)


def reciprocals(a: Bound, entries: int) -> Bound:
    """The bound of the entries q/P of a matrix over their common denominator, the product of all P."""
    return (a[1] + (entries - 1) * a[0], entries * a[0])


@_degree.register(T.LogDeterminant)
@_degree.register(T.OperatorNorm)
def _(term: Node, at: Evaluation) -> Any:
    raise NoRule(f"{term!r} is not a rational function", node=term, module="symland.checks.degrees")


@_degree.register
def _(term: T.Pseudoinverse, at: Evaluation) -> Any:
    """At full rank A^+ = A^T (A A^T)^{-1} or (A^T A)^{-1} A^T."""
    a = _degree(term.args[0], at)
    return multiply(a, invert(multiply(a, a), min(at.size(term))))


@_degree.register
def _(term: T.D, at: Evaluation) -> Any:
    """The derivative of P/q is (P' q - P q') / q^2, linear in the direction."""
    return derived(_degree(term.args[0], at), _degree(term.args[2], at))


def derived(a: Bound, direction: Bound) -> Bound:
    """The bound of a directional derivative."""
    p, q = (a[0] + a[1], 2 * a[1]) if a[1] else a
    return multiply((max(p - 1, 0), q), direction)
