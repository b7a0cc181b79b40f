"""Rows about functions of the entries of a matrix: values at 0 and 1, inverses, positive derivatives, pieces beside a
kink."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from symland.language.index import Dim, Index
from symland.language.statements import Eq, Lt, Nonzero, Positive, Statement
from symland.language.terms import (
    DiagonalMatrix,
    Elementwise,
    HadamardPower,
    Ones,
    Reciprocal,
    Scale,
    Term,
    Zero,
    hadamard,
    matrix,
    number,
)
from symland.language.trace import Assignment
from symland.proof.rules.letters import ALIKE, A, a, b, c, e, p, q
from symland.proof.rules.row import Row, rows

OLVER = "Olver et al., NIST Handbook of Mathematical Functions, ch. 4"
ZERO, ONE, TWO, THREE = number(0), number(1), Index.of(2), Index.of(3)
INCREASING = ("sinh", "tanh", "sigmoid", "softplus")  # strictly, on all real numbers
# Values at 0, and at 1.
AT_ZERO = {
    **dict.fromkeys(("sin", "tan", "arcsin", "arctan", "sinh", "tanh"), ZERO),
    **dict.fromkeys(("exp", "cos", "cosh"), ONE),
    "sigmoid": number(1, 2),
}
AT_ONE = {"log": ZERO, "sqrt": ONE}
COLUMN, ONCE = matrix("B", "p", 1), Dim.of(1)
POSITIVE_C = Assignment("set", c, a * a + 1)


def _of(name: str, x: Term, *parameters: Term) -> Term:
    out: Term = Elementwise(name, x, *parameters)
    return out


def _leaky(x: Term, slope: Term) -> Term:
    return _of("leaky_relu", x, slope)


def _leaky_slope(x: Term) -> Term:
    """c for negative entries, 1 for positive ones."""
    out: Term = Scale(c, Ones(p, q)) + Scale(ONE - c, _of("step", x))
    return out


def _pattern(x: Term, y: Term) -> Term:
    """x where A is 1, y where it is 0."""
    out: Term = Scale(x, A) + Scale(y, Ones(p, q) - A)
    return out


def _pattern_row(name: str, of: Callable[[Term], Term], *more: Statement) -> Row:
    """f of a matrix with two values, f entry by entry."""
    return Row(
        f"{name}_pattern",
        Eq(of(_pattern(c, e)), _pattern(of(c), of(e))),
        premises=(Eq(hadamard(A, A), A), *more),
        reason="a function of a matrix with two values has two values",
        model=(Assignment("set", A, _of("step", A)),),
    )


def _constant(value: Term) -> Term:
    """The matrix with this number in every entry."""
    out: Term = Zero(p, q) if value is ZERO else Ones(p, q) if value is ONE else Scale(value, Ones(p, q))
    return out


def _value_rows(name: str, at: Term, value: Term) -> tuple[Row, Row]:
    """f(0) = 0 and the like, of a matrix and of a scalar."""
    row, reason = f"{name}_at_{'zero' if at is ZERO else 'one'}", f"{name}({at}) = {value}"
    return (
        Row(row, Eq(_of(name, _constant(at)), _constant(value)), reason=reason, citation=OLVER),
        Row(f"{row}_scalar", Eq(_of(name, at), value), reason=reason, citation=OLVER),
    )


TABLE = rows(
    *(row for name, value in AT_ZERO.items() for row in _value_rows(name, ZERO, value)),
    *(row for name, value in AT_ONE.items() for row in _value_rows(name, ONE, value)),
    *(_pattern_row(f, partial(_of, f)) for f in INCREASING),
    _pattern_row("function", partial(_of, "F")),
    _pattern_row("leaky_relu", lambda x: _leaky(x, b), Nonzero(c), Nonzero(e)),
    _pattern_row("cube", lambda x: HadamardPower(x, THREE) if x.is_matrix else x**3),
    *(
        Row(
            f"{f}_injective",
            Eq(A, ALIKE),
            premises=(Eq(_of(f, A), _of(f, ALIKE)),),
            reason=f"{f} is strictly increasing",
            citation=OLVER,
            model=(Assignment("set", ALIKE, A),),
        )
        for f in INCREASING
    ),
    Row(
        "tanh_slope_positive",
        Positive(Ones(p, q) - HadamardPower(_of("tanh", A), TWO)),
        reason="the derivative of tanh is positive",
        citation=OLVER,
    ),
    Row(
        "sigmoid_slope_positive",
        Positive(hadamard(_of("sigmoid", A), Ones(p, q) - _of("sigmoid", A))),
        reason="the derivative of the sigmoid is positive",
        citation=OLVER,
    ),
    Row(
        "one_plus_square_positive",
        Positive(Ones(p, q) + Scale(c, HadamardPower(A, TWO))),
        premises=(Lt(ZERO, c),),
        reason="one plus a positive multiple of a square is positive",
        model=(POSITIVE_C,),
    ),
    Row(
        "leaky_relu_slope_positive",
        Positive(_leaky_slope(A)),
        premises=(Lt(ZERO, c), Nonzero(A)),
        reason="both slopes are positive",
        model=(POSITIVE_C,),
    ),
    Row(
        "leaky_relu_inverse",
        Eq(_leaky(_leaky(A, c), Reciprocal(c)), A),
        premises=(Lt(ZERO, c), Nonzero(A)),
        reason="leaky ReLUs with reciprocal slopes undo each other",
        model=(POSITIVE_C,),
    ),
    Row(
        "leaky_relu_outside",
        Eq(_leaky(_leaky(A, Reciprocal(c)), c), A),
        premises=(Lt(ZERO, c), Nonzero(A)),
        reason="leaky ReLUs with reciprocal slopes undo each other",
        model=(POSITIVE_C,),
    ),
    Row(
        "leaky_relu_rows",
        Eq(_leaky(DiagonalMatrix(COLUMN) * A, c), DiagonalMatrix(COLUMN) * _leaky(A, c)),
        premises=(Positive(COLUMN), Nonzero(A)),
        reason="positive factors of the rows come out",
        model=(Assignment("set", COLUMN, HadamardPower(COLUMN, TWO) + Ones(p, ONCE)),),
    ),
    Row(
        "leaky_relu_pieces",
        Eq(_leaky(A, c), hadamard(_leaky_slope(A), A)),
        premises=(Nonzero(A),),
        reason="piecewise linear",
    ),
)
