"""The linear network with two layers and a bottleneck, `1/2 |B A X - Y|_F^2`.

Source: Baldi and Hornik, Neural networks and principal component analysis, 1989; the formulas are Theorem 4.1 after
Zhou and Liang (arXiv:1710.06910) for L = 2, with rectangular layers.
"""

import symland as sl
from symland.language.terms import Commutation, Identity, Kronecker

k, q, n, m = sl.dims("k q n m")
A, B = sl.matrix("A", q, n), sl.matrix("B", k, q)
X, Y = sl.matrix("X", n, m), sl.matrix("Y", k, m)
E = B * A * X - Y

PROBLEM = sl.Problem(
    "two linear layers",
    sl.number(1, 2) * sl.norm2(E),
    (A, B),
    data=(X, Y),
    definitions={"E": E},
    source="Baldi and Hornik 1989",
)

EXPECTED = {
    "gradient": {A: B.T * E * X.T, B: E * X.T * A.T},
    "hessian": {
        (A, A): Kronecker(X * X.T, B.T * B),
        (B, B): Kronecker(A * X * X.T * A.T, Identity(k)),
        (B, A): Kronecker(A * X * X.T, B) + Commutation(k, q).T * Kronecker(E * X.T, Identity(q)),
    },
}
