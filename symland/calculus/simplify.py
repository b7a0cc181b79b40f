"""Tidying terms for people: identities and zeros dropped, numbers collected, transposes pushed to the letters,
explicit chains unfolded. Every use is followed by a `ring` step that proves the tidy term equal."""

from __future__ import annotations

from fractions import Fraction
from functools import singledispatch
from typing import cast

from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Node
from symland.language.terms import Term

ONE = T.number(1)
MINUS_ONE = T.number(-1)


def multiply(*factors: Term) -> Term:
    """A product without identity factors, with scalars and signs in front, and zero if a factor is zero."""
    rows, columns = factors[0].shape[0], factors[-1].shape[1]
    flat: list[Term] = []
    coefficient = ONE
    for f in factors:
        parts: list[Term] = [f]
        while parts:
            g = parts.pop(0)
            if isinstance(g, T.Product):
                parts[:0] = g.args
            elif isinstance(g, T.Scale):
                coefficient = scalar_product(coefficient, g.args[0])
                parts.insert(0, g.args[1])
            elif isinstance(g, T.Zero):
                return cast(Term, T.Zero(rows, columns))
            elif not isinstance(g, T.Identity):
                flat.append(g)
    body = T.product(*flat) if flat else cast(Term, T.Identity(rows))
    return scale(coefficient, body)


def scale(c: Term, a: Term) -> Term:
    """c times the matrix a."""
    if isinstance(a, T.Scale):
        c, a = scalar_product(c, a.args[0]), a.args[1]
    if isinstance(a, T.Zero) or c is T.number(0):
        return cast(Term, T.Zero(*a.shape))
    return a if c is ONE else cast(Term, T.Scale(c, a))


def scalar_product(*factors: Term) -> Term:
    """A product of scalars with the numbers collected in front."""
    value = Fraction(1)
    rest: list[Term] = []
    for f in factors:
        for g in f.args if isinstance(f, T.Product) else (f,):
            if isinstance(g, T.Number):
                value *= g.value
            else:
                rest.append(g)
    if not value or not rest:
        return cast(Term, T.Number(value))
    return T.product(*rest) if value == 1 else T.product(cast(Term, T.Number(value)), *rest)


def add(*terms: Term) -> Term:
    """A sum without zeros; terms that differ in a number only are collected where the first of them stands."""
    shape = terms[0].shape
    collected: dict[Term, Fraction] = {}
    for t in terms:
        for s in t.args if isinstance(t, T.Sum) else (t,):
            if not isinstance(s, T.Zero):
                value, rest = split_number(s)
                collected[rest] = collected.get(rest, Fraction(0)) + value
    constant = collected.pop(ONE, Fraction(0))
    kept = [times_number(value, rest) for rest, value in collected.items() if value]
    if constant:
        kept.append(cast(Term, T.Number(constant)))
    if kept:
        return T.total(*kept)
    return cast(Term, T.Zero(*shape)) if shape else T.number(0)


def split_number(t: Term) -> tuple[Fraction, Term]:
    """A term as a number times the rest."""
    if isinstance(t, T.Number):
        return t.value, ONE
    if isinstance(t, T.Product) and isinstance(t.args[0], T.Number):
        return t.args[0].value, T.product(*t.args[1:])
    if isinstance(t, T.Scale):
        value, rest = split_number(t.args[0])
        return value, scale(rest, t.args[1])
    return Fraction(1), t


def times_number(value: Fraction, t: Term) -> Term:
    """The number times the term."""
    c = cast(Term, T.Number(value))
    return scale(c, t) if t.is_matrix else scalar_product(c, t)


def transpose(a: Term) -> Term:
    """The transpose, pushed through products, multiples and transposes; a sum keeps its bracket, and a sum that is its
    own transpose stays."""
    if isinstance(a, T.Transpose):
        return cast(Term, a.args[0])
    if isinstance(a, T.Product):
        return T.product(*(transpose(f) for f in reversed(a.args)))
    if isinstance(a, T.Scale):
        return cast(Term, T.Scale(a.args[0], transpose(a.args[1])))
    if isinstance(a, T.Identity):
        return a
    if isinstance(a, T.Zero):
        return cast(Term, T.Zero(*a.shape[::-1]))
    if isinstance(a, T.Sum) and {transpose(t) for t in a.args} == set(a.args):
        return a
    return a.T


Memo = dict[Node, Term]


def tidy(t: Node, memo: Memo | None = None) -> Term:
    """The term with every sum and product inside tidied; `memo` keeps results between calls."""
    memo = {} if memo is None else memo
    out = memo.get(t)
    if out is None:
        out = memo[t] = _tidy(t, memo)
    return out


@singledispatch
def _tidy(t: Node, memo: Memo) -> Term:
    return cast(Term, t.make(*(tidy(a, memo) if isinstance(a, Node) else a for a in t.args)))


@_tidy.register(T.Sum)
def _(t: Node, memo: Memo) -> Term:
    return add(*(tidy(a, memo) for a in t.args))


@_tidy.register(T.Product)
def _(t: Node, memo: Memo) -> Term:
    args = [tidy(a, memo) for a in t.args]
    return scalar_product(*args) if t.is_scalar else multiply(*args)


@_tidy.register(T.Scale)
def _(t: Node, memo: Memo) -> Term:
    return scale(tidy(t.args[0], memo), tidy(t.args[1], memo))


@_tidy.register(T.Transpose)
def _(t: Node, memo: Memo) -> Term:
    return transpose(tidy(t.args[0], memo))


@_tidy.register(T.Inner)
def _(t: Node, memo: Memo) -> Term:
    a, b = tidy(t.args[0], memo), tidy(t.args[1], memo)
    if isinstance(a, T.Zero) or isinstance(b, T.Zero):
        return T.number(0)
    return cast(Term, T.Inner(a, b))


@_tidy.register(T.Chain)
def _(t: T.Chain, memo: Memo) -> Term:
    length = t.length.value
    if length is None:
        return t
    if length == 0:
        return cast(Term, T.Identity(t.shape[0]))
    return T.product(*(cast(Term, T.Member(t.family, t.top - i)) for i in range(length)))


@_tidy.register(T.IndexScalar)
def _(t: Node, memo: Memo) -> Term:
    value = cast(Index, t.args[0]).value
    return cast(Term, t) if value is None else T.number(value)


@_tidy.register(T.Power)
def _(t: Node, memo: Memo) -> Term:
    exponent = t.args[1]
    if exponent.value is None:
        return cast(Term, t)
    base = tidy(t.args[0], memo)
    if exponent.value in (0, 1):
        return base if exponent.value else ONE
    return cast(Term, T.Power(base, exponent))


@_tidy.register(T.Vec)
def _(t: Node, memo: Memo) -> Term:
    a = tidy(t.args[0], memo)
    if isinstance(a, T.Scale):
        return scale(a.args[0], cast(Term, T.Vec(a.args[1])))
    return cast(Term, T.Vec(a))


@_tidy.register(T.Kronecker)
def _(t: Node, memo: Memo) -> Term:
    a, b = tidy(t.args[0], memo), tidy(t.args[1], memo)
    coefficient = ONE
    if isinstance(a, T.Scale):
        coefficient, a = scalar_product(coefficient, a.args[0]), a.args[1]
    if isinstance(b, T.Scale):
        coefficient, b = scalar_product(coefficient, b.args[0]), b.args[1]
    both = isinstance(a, T.Identity) and isinstance(b, T.Identity)
    return scale(coefficient, cast(Term, T.Identity(a.shape[0] * b.shape[0]) if both else T.Kronecker(a, b)))


# Letters, and terms that are atoms of the normal form: a change inside could not be proved by `ring`.
@_tidy.register(T.Symbol)
@_tidy.register(T.Member)
@_tidy.register(T.Number)
@_tidy.register(T.Reciprocal)
@_tidy.register(T.Inverse)
@_tidy.register(T.Pseudoinverse)
@_tidy.register(T.BoundedSum)
@_tidy.register(T.BoundedProduct)
def _(t: Node, memo: Memo) -> Term:
    return cast(Term, t)
