"""Explicit matrices and their entries in LaTeX, written by hand."""

from fractions import Fraction

import pytest
import sympy

from symland.errors import NoRule
from symland.write.entries import set_entry, set_matrix
from symland.write.latex import to_latex

x, y, w = sympy.symbols("x y w_1_2")
s = sympy.Function("s")

ENTRIES = [
    (0, "0"),
    (-3, "-3"),
    (Fraction(-2, 3), r"-\tfrac{2}{3}"),
    (sympy.Rational(1, 2), r"\tfrac{1}{2}"),
    (w, "w_{1,2}"),
    (sympy.Symbol("W*") ** 2, r"(W^{\ast})^{2}"),
    (x - 2 * y, "x - 2 y"),
    (x**2 * y - 3, "x^{2} y - 3"),
    (-x * y, "-x y"),
    (x * (x + y), "x (x + y)"),
    ((x + y) ** 2, "(x + y)^{2}"),
    (x / 2, r"\tfrac{1}{2} x"),
    (x / y, r"\frac{x}{y}"),
    (2 / (x + 1), r"\frac{2}{x + 1}"),
    (1 / x**2, r"\frac{1}{x^{2}}"),
    (sympy.sqrt(x), r"\sqrt{x}"),
    (2 * sympy.sqrt(3), r"2 \sqrt{3}"),
    (1 / sympy.sqrt(x), r"\frac{1}{\sqrt{x}}"),
    (x ** sympy.Rational(3, 2), r"x^{\tfrac{3}{2}}"),
    (2**x, "2^{x}"),
    (s(x + y) * y, r"y s(x + y)"),
    (sympy.tanh(x), r"\tanh(x)"),
    (sympy.IndexedBase("t")[3], "t_{3}"),
    (sympy.MatrixSymbol("X", 2, 2)[0, 1], "X_{1,2}"),
]


@pytest.mark.parametrize(("value", "expected"), ENTRIES, ids=[expected for _, expected in ENTRIES])
def test_entry(value, expected):
    assert to_latex(set_entry(value)) == expected


def test_matrix():
    expected = r"\begin{pmatrix} x & -1 \\ 0 & \tfrac{1}{2} \end{pmatrix}"
    assert to_latex(set_matrix(sympy.Matrix([[x, -1], [0, sympy.Rational(1, 2)]]))) == expected
    assert to_latex(set_matrix([[x, -1], [0, Fraction(1, 2)]])) == expected


@pytest.mark.parametrize("value", [0.5, sympy.Float(0.5), "x", sympy.I, None], ids=repr)
def test_refused(value):
    with pytest.raises(NoRule, match="no layout for"):
        set_entry(value)
