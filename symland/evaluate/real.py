"""What is certain of the real functions: statements in balls, at rational points.

In exact arithmetic a transcendental function is free (`evaluate.functions_exact`), and a statement may fail for free
functions only. Here the functions are the real ones, and generic functions have a concrete form; every answer is
proved by enclosures. An equation between them is never certainly true, but it may certainly fail.
"""

from __future__ import annotations

from fractions import Fraction
from functools import singledispatch
from typing import Any

from symland.errors import NoRule, Undecided, UndefinedHere
from symland.evaluate.derivatives import gradient_at, hessian_block_at, jacobian_at
from symland.evaluate.functions_exact import RATIONAL
from symland.evaluate.point import Key, Setting
from symland.evaluate.rings import Balls, Ring, Size, Value
from symland.evaluate.statements import Judgement
from symland.evaluate.terms import Evaluation
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import Node, walk

BITS = 300
SILENT = (UndefinedHere, NoRule, Undecided, RecursionError)
Answer = tuple[bool | None, Value, Value]  # certainly true, certainly false, or neither; and what was compared


def has_free_functions(node: Node) -> bool:
    """Whether something in the node is free in exact arithmetic, so that the real value differs."""
    return any(
        isinstance(n, T.LogDeterminant) or (isinstance(n, T.Elementwise) and n.function not in RATIONAL)
        for n in walk(node)
    )


class InRing:
    """A setting with rational letters, seen in another ring."""

    def __init__(self, below: Setting, ring: Ring) -> None:
        self.below, self.ring = below, ring
        self.dim, self.index = below.dim, below.index

    def letter(self, key: Key, size: Size) -> Value:
        return in_ring(self.ring, self.below.letter(key, size), size)


def in_ring(ring: Ring, value: Value, size: Size) -> Value:
    """A rational scalar or matrix as a value of another ring."""
    if not size:
        return ring.number(Fraction(int(value.p), int(value.q)))
    return ring.matrix(size[0], size[1], [ring.number(Fraction(int(x.p), int(x.q))) for x in value.entries()])


def certain(statement: Node, setting: Setting) -> bool | None:
    """True or False where the statement certainly holds or fails for the real functions, else None."""
    return _answer(statement, setting)[0]


def in_real_numbers(statement: Node, setting: Setting) -> Judgement | None:
    """The judgement of a statement for the real functions with the two values as balls, or None for no certainty."""
    holds, left, right = _answer(statement, setting)
    return None if holds is None else Judgement(holds, left, right, "in real numbers")


def is_equation(statement: Node) -> bool:
    """Whether the statement says that values are equal, and nothing of their order or rank."""
    if isinstance(statement, S.ForAll):
        return is_equation(statement.args[2])
    return isinstance(statement, (S.Eq, S.Grad, S.Jac, S.Hess))


def _answer(statement: Node, setting: Setting) -> Answer:
    ring = Balls(BITS)
    try:
        with ring.precision():
            out: Answer = _certain(statement, Evaluation(InRing(setting, ring), ring))
        return out
    except SILENT:
        return None, None, None


@singledispatch
def _certain(node: Node, at: Evaluation) -> Any:
    return None, None, None


def _equal(at: Evaluation, a: Value, b: Value) -> Answer:
    for x, y in zip(_parts(at, a), _parts(at, b), strict=True):
        if not x.overlaps(y):
            return False, a, b
    return None, a, b


def _parts(at: Evaluation, a: Value) -> list[Value]:
    return at.ring.entries(a) if at.ring.size(a) else [a]


def _all(answers: list[Answer]) -> Answer:
    """Certainly true if all are, certainly false if one is."""
    for answer in answers:
        if answer[0] is False:
            return answer
    return (True if all(a[0] for a in answers) else None), None, None


def _less(a: Value, b: Value) -> Answer:
    return (True if a < b else False if a >= b else None), a, b


def _at_most(a: Value, b: Value) -> Answer:
    return (True if a <= b else False if a > b else None), a, b


@_certain.register
def _(node: S.Eq, at: Evaluation) -> Any:
    return _equal(at, *map(at.value, node.args))


@_certain.register
def _(node: S.Lt, at: Evaluation) -> Any:
    return _less(*map(at.value, node.args))


@_certain.register
def _(node: S.Le, at: Evaluation) -> Any:
    return _at_most(*map(at.value, node.args))


@_certain.register
def _(node: S.Positive, at: Evaluation) -> Any:
    nil = at.ring.number(0)
    return _all([_less(nil, x) for x in _parts(at, at.value(node.args[0]))])


@_certain.register
def _(node: S.Nonzero, at: Evaluation) -> Any:
    parts, nil = _parts(at, at.value(node.args[0])), at.ring.number(0)
    return _all([(not x.contains(0) or (False if x == nil else None), x, nil) for x in parts])


@_certain.register
def _(node: S.Invertible, at: Evaluation) -> Any:
    det = at.ring.determinant(at.value(node.args[0]))
    return (None if det.contains(0) else True), det, None


@_certain.register
def _(node: S.Entries, at: Evaluation) -> Any:
    lo, a, hi = map(at.value, node.args)
    return _all([answer for x in _parts(at, a) for answer in (_at_most(lo, x), _at_most(x, hi))])


@_certain.register
def _(node: S.NonNeg, at: Evaluation) -> Any:
    e = at.index(node.index)
    return e >= 0, 0, e


@_certain.register
def _(node: S.ForAll, at: Evaluation) -> Any:
    return _all([_certain(node.args[2], at.bind(node.var, i)) for i in at.span(node.lo, node.hi)])


@_certain.register
def _(node: S.Grad, at: Evaluation) -> Any:
    loss, letter, formula = node.args
    return _equal(at, gradient_at(loss, letter, at), at.value(formula))


@_certain.register
def _(node: S.Jac, at: Evaluation) -> Any:
    term, letter, formula = node.args
    return _equal(at, jacobian_at(term, letter, at), at.value(formula))


@_certain.register
def _(node: S.Hess, at: Evaluation) -> Any:
    loss, row, column, formula = node.args
    return _equal(at, hessian_block_at(loss, row, column, at), at.value(formula))
