"""The linear network with two layers and a bottleneck, `1/2 |B A X - Y|_F^2`.

Source: Baldi and Hornik, Neural networks and principal component analysis, 1989; the formulas are Theorem 4.1 after
Zhou and Liang (arXiv:1710.06910) for L = 2, with rectangular layers. Where the normal equation has a solution of rank
at most q it gives the minimizers. An orthonormal basis U of an invariant subspace of Y X^+ X Y^T gives a critical
point: a saddle unless the eigenvalues are the largest. For X = I, Y = diag(2, 1), U = e_2 by hand: E = diag(-2, 0), so
that the second differential is a^2 + b^2 - 4 a b + (c + d)^2 in the entries of the directions, with the eigenvalues 3,
-1, 2, 0.
"""

import symland as sl
from symland.landscape.products.bottleneck import CriticalPoints
from symland.language.statements import Eq
from symland.language.terms import Commutation, Identity, Kronecker, Pseudoinverse, Trace
from symland.language.trace import Assignment

k, q, n, m = sl.dims("k q n m")
A, B = sl.matrix("A", q, n), sl.matrix("B", k, q)
X, Y = sl.matrix("X", n, m), sl.matrix("Y", k, m)
E = B * A * X - Y
F, G = sl.matrix("F", q, n), sl.matrix("G", k, q)
U, D = sl.matrix("U", k, q), sl.matrix("D", q, q)
SIGMA = Y * Pseudoinverse(X) * X * Y.T

PROBLEM = sl.Problem(
    "two linear layers",
    sl.number(1, 2) * sl.norm2(E),
    (A, B),
    data=(X, Y),
    definitions={"E": E},
    minimizers=sl.PointFamily(
        "normal equation", "the normal equation", {A: F, B: G}, (F, G), {"normal": Eq(G * F * X * X.T, Y * X.T)}
    ),
    source="Baldi and Hornik 1989",
)

POINTS = (
    sl.PointFamily(
        "invariant subspace",
        "critical points from an invariant subspace",
        {A: U.T * Y * Pseudoinverse(X), B: U},
        (U,),
        {"orthonormal": Eq(U.T * U, Identity(q)), "invariant": Eq(SIGMA * U, U * D)},
        symmetry="GL_q",
        model=(*CriticalPoints(A, B, X, Y).data_for(U * U.T), Assignment("set", D, U.T * SIGMA * U)),
    ),
)

EXPECTED = {
    "gradient": {A: B.T * E * X.T, B: E * X.T * A.T},
    "hessian": {
        (A, A): Kronecker(X * X.T, B.T * B),
        (B, B): Kronecker(A * X * X.T * A.T, Identity(k)),
        (B, A): Kronecker(A * X * X.T, B) + Commutation(k, q).T * Kronecker(E * X.T, Identity(q)),
    },
    "points": {
        "normal equation": {
            "claims": {"stationary": "PROVED", "global minimum": "PROVED", "H^T H": "PROVED", "curvature": "CERTIFIED"},
            "value": sl.number(1, 2) * sl.norm2(G * F * X - Y),
            "hessian": {
                (A, A): Kronecker(X * X.T, G.T * G),
                (B, A): Kronecker(F * X * X.T, G),
                (B, B): Kronecker(F * X * X.T * F.T, Identity(k)),
            },
            # T3a of the specification: a residual that is not zero
            "spectrum": (
                {
                    "A": [[1, 0], [0, 1]],
                    "B": [[2, 0], [0, 3]],
                    "X": [[1, 0, 0], [0, 1, 0]],
                    "Y": [[2, 0, 1], [0, 3, -1]],
                },
                {10: 2, 5: 2, 0: 4},
            ),
        },
        "invariant subspace": {
            "claims": {"stationary": "PROVED"},
            "value": sl.number(1, 2) * (sl.norm2(Y) - Trace(D)),
            "hessian": {},
            "spectrum": (
                {"A": [[0, 1]], "B": [[0], [1]], "X": [[1, 0], [0, 1]], "Y": [[2, 0], [0, 1]]},
                {3: 1, 2: 1, 0: 1, -1: 1},
            ),
        },
    },
}
