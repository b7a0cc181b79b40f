"""Layouts of explicit matrices: numbers and SymPy expressions, entry by entry."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction as Rational
from functools import singledispatch
from typing import Any

import sympy

from symland.errors import NoRule
from symland.write.layout import (
    Function,
    Layout,
    Root,
    Sign,
    apply,
    fence,
    frac,
    juxtapose,
    matrix,
    name,
    number,
    row,
    signed_sum,
    sub,
    sup,
)


def set_entry(value: Any) -> Layout:
    """The layout of a number or a scalar SymPy expression: sums, products, powers, square roots and functions.

    Raises NoRule for any other value; a float is not a formula.

    >>> x, y = sympy.symbols("x y")
    >>> set_entry(x - 2 * y) == row("x", "-", juxtapose(number(2), name("y")))
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
@_rule.register(Rational)
def _(value: int | Rational) -> Layout:
    return number(value)


@_rule.register
def _(value: sympy.Rational) -> Layout:
    return number(Rational(value.p, value.q))


@_rule.register
def _(value: sympy.Symbol) -> Layout:
    return name(value.name)


@_rule.register
def _(value: sympy.Add) -> Layout:
    return signed_sum([_signed(t) for t in value.as_ordered_terms()])


def _signed(term: Any) -> tuple[bool, Layout]:
    negative = bool(term.as_coeff_Mul()[0] < 0)
    return negative, _factor(-term if negative else term) if isinstance(term, sympy.Add) else set_entry(abs_(term))
