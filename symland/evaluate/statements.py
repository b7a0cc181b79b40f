"""Statements, decided exactly at a rational point: one function for each kind of node.

`judge` returns whether the statement holds together with the two values that were compared. Where a statement speaks of
all vectors, positive semidefiniteness is decided by exact congruence; where it speaks of all directions, it is decided
on a basis of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any, NamedTuple

from symland.errors import NoRule
from symland.evaluate.definite import is_symmetric, negative_direction
from symland.evaluate.derivatives import gradient_at, hessian_block_at, jacobian_at
from symland.evaluate.point import Setting
from symland.evaluate.rings import Rationals, Value
from symland.evaluate.terms import Evaluation
from symland.language import statements as S
from symland.language.nodes import Node


class Judgement(NamedTuple):
    """Whether a statement holds, the two values compared, and at which index, vector or direction."""

    holds: bool
    left: Value
    right: Value
    note: str = ""


def holds(statement: Node, point: Setting, ring: Rationals | None = None) -> bool:
    """Whether the statement holds exactly at the rational point. Raises what `evaluate` raises.

    >>> from symland.evaluate.point import point
    >>> from symland.language.statements import LB
    >>> from symland.language.terms import Identity, matrix, number
    >>> from symland.language.index import Dim
    >>> at = point({"d": 2}, {"A": Rationals().from_rows([[2, 0], [0, 3]])})
    >>> [holds(LB(matrix("A", "d", "d"), Identity(Dim.of("d")), number(c)), at) for c in (4, 5)]
    [True, False]
    """
    return judge(statement, Evaluation(point, ring or Rationals())).holds


def judge(statement: Node, at: Evaluation) -> Judgement:
    """The judgement of a statement, in an evaluation over the rationals."""
    out: Judgement = _judge(statement, at)
    return out


@singledispatch
def _judge(node: Node, at: Evaluation) -> Any:
    raise NoRule(f"{type(node).__name__} cannot be decided", node=node, module="symland.evaluate.statements")


@_judge.register
def _(node: S.Eq, at: Evaluation) -> Any:
    a, b = map(at.value, node.args)
    return Judgement(bool(a == b), a, b)


@_judge.register
def _(node: S.Le, at: Evaluation) -> Any:
    a, b = map(at.value, node.args)
    return Judgement(bool(a <= b), a, b)


@_judge.register
def _(node: S.Lt, at: Evaluation) -> Any:
    a, b = map(at.value, node.args)
    return Judgement(bool(a < b), a, b)


def _dominates(upper: Value, lower: Value) -> Judgement:
    """v^T lower v <= v^T upper v for all v, both matrices symmetric."""
    v = negative_direction(upper - lower)
    if v is None:
        return Judgement(True, lower, upper)
    t = v.transpose()
    return Judgement(False, (t * lower * v)[0, 0], (t * upper * v)[0, 0], f"at v = {_column(v)}")


def _column(v: Value) -> str:
    return "(" + ", ".join(map(str, v.entries())) + ")"


@_judge.register
def _(node: S.LB, at: Evaluation) -> Any:
    a, b, c = map(at.value, node.args)
    return _dominates(a.transpose() * a, c * (b.transpose() * b))


@_judge.register
def _(node: S.UB, at: Evaluation) -> Any:
    a, c = map(at.value, node.args)
    return _dominates(c * at.ring.identity(a.ncols()), a.transpose() * a)


@_judge.register
def _(node: S.Psd, at: Evaluation) -> Any:
    a = at.value(node.args[0])
    if not is_symmetric(a):
        return Judgement(False, a, a.transpose(), "not symmetric")
    return _dominates(a, at.ring.zero(a.nrows(), a.ncols()))


@_judge.register
def _(node: S.Invertible, at: Evaluation) -> Any:
    a = at.value(node.args[0])
    return Judgement(a.rank() == a.nrows(), a.rank(), a.nrows(), "rank and size")


@_judge.register
def _(node: S.Rank, at: Evaluation) -> Any:
    a, r = map(at.value, node.args)
    return Judgement(bool(r == a.rank()), a.rank(), r)


@_judge.register
def _(node: S.Entries, at: Evaluation) -> Any:
    lo, a, hi = map(at.value, node.args)
    for i, x in enumerate(a.entries()):
        if not lo <= x <= hi:
            place = f"entry ({i // a.ncols() + 1}, {i % a.ncols() + 1}) = {x}"
            return Judgement(False, lo, hi, place)
    return Judgement(True, lo, hi)


@_judge.register
def _(node: S.NonNeg, at: Evaluation) -> Any:
    e = at.index(node.index)
    return Judgement(e >= 0, 0, e)


@_judge.register
def _(node: S.ForAll, at: Evaluation) -> Any:
    found = Judgement(True, None, None)
    for i in at.span(node.lo, node.hi):
        found = judge(node.args[2], at.bind(node.var, i))
        if not found.holds:
            return found._replace(note=f"at index {i} {found.note}".rstrip())
    return found


@_judge.register
def _(node: S.Grad, at: Evaluation) -> Any:
    loss, letter, formula = node.args
    a, b = gradient_at(loss, letter, at), at.value(formula)
    return Judgement(bool(a == b), a, b)


@_judge.register
def _(node: S.Positive, at: Evaluation) -> Any:
    a = at.value(node.args[0])
    return _every(a.entries(), a.ncols(), lambda x: bool(x > 0))


@_judge.register
def _(node: S.Nonzero, at: Evaluation) -> Any:
    a = at.value(node.args[0])
    if node.args[0].is_scalar:
        return Judgement(bool(a != 0), a, 0)
    return _every(a.entries(), a.ncols(), lambda x: bool(x != 0))


def _every(entries: list[Value], columns: int, good: Callable[[Value], bool]) -> Judgement:
    bad = next((i for i, x in enumerate(entries) if not good(x)), None)
    if bad is None:
        return Judgement(True, None, None)
    return Judgement(False, entries[bad], 0, f"at entry ({bad // columns + 1}, {bad % columns + 1})")


@_judge.register
def _(node: S.Jac, at: Evaluation) -> Any:
    term, letter, formula = node.args
    a, b = jacobian_at(term, letter, at), at.value(formula)
    return Judgement(bool(a == b), a, b)


@_judge.register
def _(node: S.Hess, at: Evaluation) -> Any:
    loss, row, column, formula = node.args
    a, b = hessian_block_at(loss, row, column, at), at.value(formula)
    return Judgement(bool(a == b), a, b)
