"""Layouts of explicit matrices: numbers and SymPy expressions, entry by entry."""

from __future__ import annotations

import fractions
from collections.abc import Iterable
from functools import singledispatch
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixElement

from symland.errors import NoRule
from symland.write.layout import (
    Function,
    Layout,
    Root,
    apply,
    comma,
    fence,
    frac,
    is_decorated,
    juxtapose,
    matrix,
    name,
    number,
    signed_sum,
    sub,
    sup,
)


def set_entry(value: Any) -> Layout:
    """The layout of a number or a scalar SymPy expression: sums, products, powers, square roots and functions.

    Raises NoRule for any other value; a float is not a formula.

    >>> x, y = sympy.symbols("x y")
    >>> set_entry(x - 2 * y) == signed_sum([(False, name("x")), (True, juxtapose(number(2), name("y")))])
    True
    """
    return _rule(value)


def set_matrix(entries: Any) -> Layout:
    """The layout of an explicit matrix: a SymPy matrix, or rows of entries.

    >>> set_matrix([[1, 0]]) == matrix([[1, 0]])
    True
    """
    rows: Iterable[Iterable[Any]] = entries.tolist() if isinstance(entries, sympy.MatrixBase) else entries
    return matrix([[set_entry(e) for e in cells] for cells in rows])


@singledispatch
def _rule(value: Any) -> Layout:
    raise NoRule(f"no layout for {value!r} of type {type(value).__name__}", node=value, module=__name__)


@_rule.register(int)
@_rule.register(fractions.Fraction)
def _(value: int | fractions.Fraction) -> Layout:
    return number(value)


@_rule.register
def _(value: sympy.Rational) -> Layout:
    return number(fractions.Fraction(value.p, value.q))


@_rule.register
def _(value: sympy.Symbol) -> Layout:
    return name(value.name)


@_rule.register
def _(value: sympy.Indexed) -> Layout:
    return sub(name(value.base.label.name), comma(*map(set_entry, value.indices)))


@_rule.register
def _(value: MatrixElement) -> Layout:
    """SymPy counts rows and columns from 0, the formula from 1."""
    return sub(set_entry(sympy.Symbol(value.parent.name)), comma(*(set_entry(i + 1) for i in value.indices)))


@_rule.register
def _(value: sympy.Add) -> Layout:
    return signed_sum([_signed(t) for t in value.as_ordered_terms()])


def _signed(term: Any) -> tuple[bool, Layout]:
    negative = bool(term.as_coeff_Mul()[0] < 0)
    return negative, set_entry(-term if negative else term)


@_rule.register
def _(value: sympy.Mul) -> Layout:
    coefficient, rest = value.as_coeff_Mul()
    if coefficient < 0:
        return signed_sum([_signed(value)])
    top, bottom = sympy.fraction(value)
    if not bottom.is_Integer:
        return frac(set_entry(top), set_entry(bottom))
    factors = [_factor(f) for f in rest.as_ordered_factors()]
    return juxtapose(*([] if coefficient == 1 else [set_entry(coefficient)]), *factors)


def _factor(value: Any) -> Layout:
    return fence(set_entry(value)) if isinstance(value, sympy.Add) else set_entry(value)


@_rule.register
def _(value: sympy.Pow) -> Layout:
    base, exponent = value.args
    if exponent == sympy.Rational(1, 2):
        return Root(set_entry(base))
    if exponent.could_extract_minus_sign():
        return frac(1, set_entry(1 / value))
    layout = set_entry(base)
    plain = isinstance(base, (sympy.Symbol, sympy.Indexed, MatrixElement, sympy.Function)) and not is_decorated(layout)
    plain = plain or bool(base.is_Integer and base.is_nonnegative)
    return sup(layout if plain else fence(layout), set_entry(exponent))


@_rule.register
def _(value: sympy.Function) -> Layout:
    """An undefined function is set as a symbol, a known one upright."""
    head = value.func.__name__
    return apply(name(head) if isinstance(value, AppliedUndef) else Function(head), *map(set_entry, value.args))
