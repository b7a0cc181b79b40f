"""Tied linear autoencoder, `1/2 |W^T W X - X|_F^2`.

Source: section 12.7 of the mathematics of symland, for any p x n weight: with G = W^T W - I and S = X X^T the gradient
is W (G S + S G). By hand, with D G = V^T W + W^T V, the four terms of W (D G S + S D G) give the Hessian.
Every Q with Q^T Q = I is a minimizer; for S = diag(x_i) and square Q the eigenvalues there are 2 (x_i + x_j) for
i <= j, and zeros.
"""

import symland as sl
from symland.language.statements import Eq
from symland.language.terms import Commutation, Identity, Kronecker

p, n, m = sl.dims("p n m")
W, X = sl.matrix("W", p, n), sl.matrix("X", n, m)
Q = sl.matrix("Q", p, n)
G, S = W.T * W - Identity(n), X * X.T

PROBLEM = sl.Problem(
    "tied linear autoencoder",
    sl.number(1, 2) * sl.norm2(W.T * W * X - X),
    (W,),
    data=(X,),
    minimizers=sl.PointFamily(
        "orthonormal", "orthonormal columns", {W: Q}, (Q,), {"orthonormal": Eq(Q.T * Q, Identity(n))}, symmetry="O(p)"
    ),
    source="Baldi and Hornik 1989, with tied weights",
)

EXPECTED = {
    "gradient": {W: W * (G * S + S * G)},
    "hessian": {
        (W, W): Kronecker(G * S + S * G, Identity(p))
        + Kronecker(S, W * W.T)
        + Kronecker(Identity(n), W * S * W.T)
        + (Kronecker(S * W.T, W) + Kronecker(W.T, W * S)) * Commutation(p, n)
    },
    "points": {
        "orthonormal": {
            "claims": {"stationary": "PROVED", "global minimum": "PROVED", "H^T H": "PROVED", "curvature": "CERTIFIED"},
            "value": sl.number(0),
            "hessian": {
                (W, W): Kronecker(S, Q * Q.T)
                + Kronecker(Identity(n), Q * S * Q.T)
                + (Kronecker(S * Q.T, Q) + Kronecker(Q.T, Q * S)) * Commutation(p, n)
            },
            "spectrum": ({"W": [[0, 1], [-1, 0]], "X": [[2, 0], [0, 1]]}, {16: 1, 10: 1, 4: 1, 0: 1}),
        }
    },
}
