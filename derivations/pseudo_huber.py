"""Regression with a smooth robust loss and a ridge, `sum sqrt(1 + (A x - b).^2) + c/2 |x|^2`.

Source: Charbonnier, Blanc-Feraud, Aubert and Barlaud, Two deterministic half-quadratic regularization algorithms, 1994.
By hand, with r = A x - b and q = sqrt(1 + r.^2): the gradient is A^T (r ./ q) + c x, and r ./ q has derivative
1 ./ q - r.^2 ./ q.^3, which is 1 ./ q.^3.
"""

import symland as sl
from symland.language.terms import (
    DiagonalMatrix,
    Elementwise,
    HadamardPower,
    Identity,
    Ones,
    entries_sum,
    hadamard,
)

m, n = sl.dims("m n")
A, b, x, c = sl.matrix("A", m, n), sl.matrix("b", m, 1), sl.matrix("x", n, 1), sl.scalar("c")
r = A * x - b
square = HadamardPower(r, sl.Index.of(2))
q = Elementwise("sqrt", Ones(m, sl.Dim.of(1)) + square)
over = Elementwise("reciprocal", q)

PROBLEM = sl.Problem(
    "smooth robust regression",
    entries_sum(q) + sl.number(1, 2) * c * sl.norm2(x),
    (x,),
    data=(A, b, c),
    definitions={"r": r},
    source="Charbonnier et al. 1994",
)

EXPECTED = {
    "gradient": {x: A.T * hadamard(r, over) + c * x},
    "hessian": {
        (x, x): A.T * DiagonalMatrix(over - hadamard(square, HadamardPower(over, sl.Index.of(3)))) * A + c * Identity(n)
    },
}
