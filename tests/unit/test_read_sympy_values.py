"""SymPy expressions as terms: SymPy's value of the expression is symland's value of the term."""

import random
from fractions import Fraction

import pytest
import sympy
from sympy import (
    Abs,
    Add,
    BlockMatrix,
    Determinant,
    HadamardPower,
    HadamardProduct,
    Identity,
    Integer,
    Inverse,
    KroneckerProduct,
    MatrixSymbol,
    Max,
    Min,
    OneMatrix,
    Piecewise,
    Rational,
    Sum,
    Trace,
    cos,
    exp,
    log,
    sin,
    sqrt,
    symbols,
    tanh,
)
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixElement

from symland.evaluate.dense import Reals
from symland.evaluate.point import point
from symland.evaluate.terms import evaluate
from symland.read.sympy import from_sympy
from symland.write import sympy_matrices as own

n, m, i, j, k, a, b, p = symbols("n m i j k a b p")
X, Y, A, C = MatrixSymbol("X", n, m), MatrixSymbol("Y", n, m), MatrixSymbol("A", n, n), MatrixSymbol("C", n, n)
x, y, w = (MatrixSymbol(name, size, 1) for name, size in (("x", n), ("y", n), ("w", m)))
rows, columns = (i, 0, n - 1), (j, 0, m - 1)
square = (j, 0, n - 1)

REALS = Reals(30)
draw = random.Random(11)
SIZES = {n: 3, m: 2}
VALUES = {
    s: sympy.ImmutableMatrix(*(int(d.subs(SIZES)) for d in s.shape), lambda r, c: Rational(draw.randint(1, 9), 5))
    for s in (X, Y, A, C, x, y, w)
}
NUMBERS = {a: Rational(7, 4), b: Rational(3, 5), p: Rational(2, 3)}
SHIFTED = (X - OneMatrix(n, m)).applyfunc(lambda e: e * e - e)

NUMERIC = [
    exp(sin(a) * b) / (1 + a**2) - sqrt(a) * log(b) + p ** Rational(5, 3),
    a**b * tanh(a) - sympy.atan(b) + sympy.asin(b) * sympy.acos(b) + sympy.tan(a),
    sympy.cot(a) + sympy.csc(b) + sympy.sinh(a) * sympy.cosh(b),
    Max(0, a - 2) + Min(0, b - 1) + Abs(b - 1) + sympy.sign(a - 2),
    Piecewise((b - 1, b - 1 > 0), (p * (b - 1), True)),
    1 / (1 + exp(a)) + log(1 + exp(a + b)),
    Trace(A.T * C * A) * Determinant(A) + log(Determinant(A.T * A)),
    Trace(A**3) - Trace(A**-2) + Trace(Inverse(A + C)),
    Trace(X.applyfunc(exp).T * HadamardProduct(X, Y)),
    Sum(SHIFTED[i, j], rows, columns),
    Sum(exp(X[i, j]) * x[i, 0] * w[j, 0] / (1 + Y[i, j]), rows, columns),
    Sum(sin(x[i, 0] - y[j, 0]) * A[j, i], rows, square),
    Sum(A[i, i] * exp(x[i, 0]), rows),
    Sum(X[i, 1] * X[2, j] * Y[i, j], rows, columns),
    Sum(X[1, j] ** 2 * w[j, 0], columns),
    Sum(cos(X[1, j]) * w[j, 0], columns),
    Sum((X * w - y)[i, 0] ** 2 * x[i, 0], rows),
    Sum(((X + Y) * w)[i, 0] * (A * x)[i, 0], rows),
    Sum(exp((X * Y.T)[i, j]) * A[i, j], rows, square),
    Sum((X * Y.T)[i, j], rows, square),
    Sum(log(1 + exp(-y[i, 0] * ((X * w)[i, 0] + b))), rows),
    Sum(Y[i, j] * log(exp(X[i, j]) / Sum(exp(X[i, k]), (k, 0, m - 1))), rows, columns),
    Sum(log(Sum(exp((X * Y.T)[i, j]) * y[j, 0], square)) * x[i, 0], rows),
    Sum(exp(Sum(sin(X[k, j]) * x[k, 0] - 1, (k, 0, n - 1))) * w[j, 0], columns),
    # one variable in two sums
    Sum(Sum(x[i, 0], rows), rows),
    Sum(x[i, 0] * Sum(exp(y[i, 0]), rows) ** 2, rows),
    Sum(Sum(sin(x[i, 0] * a), (i, 0, 1)) * x[i, 0], rows),
    (x.T * A * C * y)[0, 0] / (x.T * x)[0, 0],
    (A * C)[1, 2] + A[0, 0] * X[2, 1],
    Sum(2 * a + x[i, 0], rows) * n,
    Sum(x[i, 0] * x[i + 1, 0], (i, 0, 1)),
    Trace(DiagMatrix(x) * A) + (DiagonalOf(A).T * y)[0, 0],
    Trace(KroneckerProduct(A, C)) + Trace(BlockMatrix([[A, X], [X.T, Identity(m)]])),
    Trace(HadamardPower(X, Rational(3, 2)).T * HadamardPower(Y, -1)),
    Trace(X.applyfunc(lambda e: 2**e * e ** Rational(1, 3) / (e + a)).T * Y),
    Trace(own.CommutationMatrix(n, m) * own.Vec(X) * own.Vec(Y.T).T),
    Trace(own.DiagonalSelectionMatrix(n) * own.Vec(A) * x.T) + Trace(own.UnitVector(n, 1) * own.UnitVector(n, 2).T * A),
    Trace(own.Unvec(m, n, own.Vec(X.T)) * Y),
]


def sympy_value(expression):
    """SymPy's own value at the sizes and matrices; sums, traces and entries are written out, entry by entry."""
    e = expression.subs(SIZES)
    while e.has(Sum):
        e = e.replace(lambda s: isinstance(s, Sum) and not s.function.has(Sum), written_out)
    e = e.replace(lambda s: isinstance(s, MatrixElement) and s.parent.is_symbol, lambda s: named(s.parent)[s.i, s.j])
    e = e.xreplace({s.subs(SIZES): value for s, value in VALUES.items()} | NUMBERS)
    e = e.replace(lambda s: isinstance(s, Trace), lambda s: s.arg.doit().as_explicit().trace())
    e = e.replace(lambda s: isinstance(s, Determinant), lambda s: s.arg.doit().as_explicit().det())
    return sympy.N(e.doit(), 25)


def named(symbol):
    return next(value for s, value in VALUES.items() if s.name == symbol.name)


def written_out(s):
    terms = [s.function]
    for variable, low, high in s.limits:
        terms = [e.xreplace({variable: Integer(c)}) for e in terms for c in range(int(low), int(high) + 1)]
    return Add(*terms)


def symland_value(term):
    letters = {str(s): matrix_value(value) for s, value in VALUES.items()}
    letters |= {str(s): REALS.number(Fraction(value.p, value.q)) for s, value in NUMBERS.items()}
    return evaluate(term, point({str(s): d for s, d in SIZES.items()}, letters), REALS)


def matrix_value(value):
    return REALS.matrix(*value.shape, [REALS.number(Fraction(e.p, e.q)) for e in value])


@pytest.mark.parametrize("expression", NUMERIC, ids=str)
def test_value(expression):
    expected = sympy_value(expression)
    found = symland_value(from_sympy(expression))
    assert abs(sympy.Float(str(found), 25) - expected) < 1e-18 * (1 + abs(expected))


def test_the_comparison_of_values_sees_a_difference():
    assert abs(sympy.Float(str(symland_value(from_sympy(Trace(A * C)))), 25) - sympy_value(Trace(A.T * C))) > 1e-3
