"""The linear network with three layers, `1/2 |W3 W2 W1 X - Y|_F^2`, each width of its own.

Source: Theorem 4.1 after Zhou and Liang, arXiv:1710.06910, for L = 3, with B1 = W3 W2, B2 = W3, B3 = I and U1 = X, U2 =
W1 X, U3 = W2 W1 X. Block (l, k) for l > k is U_l U_k^T (x) B_l^T B_k + K^T (B_l^T E U_k^T (x) W_(l-1) ... W_(k+1)).
At W = 0 every factor of at most one missing layer vanishes: gradient and Hessian are zero at a point of value |Y|^2/2,
a saddle that no second derivative shows (Kawaguchi, Deep learning without poor local minima, 2016).
"""

import symland as sl
from symland.language.terms import Commutation, Identity, Kronecker, Zero

n0, n1, n2, n3, m = sl.dims("n0 n1 n2 n3 m")
W1, W2, W3 = sl.matrix("W1", n1, n0), sl.matrix("W2", n2, n1), sl.matrix("W3", n3, n2)
X, Y = sl.matrix("X", n0, m), sl.matrix("Y", n3, m)
E = W3 * W2 * W1 * X - Y

PROBLEM = sl.Problem(
    "three linear layers",
    sl.number(1, 2) * sl.norm2(E),
    (W1, W2, W3),
    data=(X, Y),
    definitions={"E": E},
    source="Zhou and Liang, arXiv:1710.06910",
)

POINTS = (sl.PointFamily("zero", "all layers zero", {W1: Zero(n1, n0), W2: Zero(n2, n1), W3: Zero(n3, n2)}),)

EXPECTED = {
    "gradient": {W1: W2.T * W3.T * E * X.T, W2: W3.T * E * X.T * W1.T, W3: E * X.T * W1.T * W2.T},
    "hessian": {
        (W1, W1): Kronecker(X * X.T, W2.T * W3.T * W3 * W2),
        (W2, W2): Kronecker(W1 * X * X.T * W1.T, W3.T * W3),
        (W3, W3): Kronecker(W2 * W1 * X * X.T * W1.T * W2.T, Identity(n3)),
        (W2, W1): Kronecker(W1 * X * X.T, W3.T * W3 * W2)
        + Commutation(n2, n1).T * Kronecker(W3.T * E * X.T, Identity(n1)),
        (W3, W2): Kronecker(W2 * W1 * X * X.T * W1.T, W3)
        + Commutation(n3, n2).T * Kronecker(E * X.T * W1.T, Identity(n2)),
        (W3, W1): Kronecker(W2 * W1 * X * X.T, W3 * W2) + Commutation(n3, n2).T * Kronecker(E * X.T, W2),
    },
    "points": {
        "zero": {
            "claims": {
                "stationary": "PROVED",
                "global minimum": "REFUTED",
                "H^T H": "PROVED",
                "curvature": "CERTIFIED",
            },
            "value": sl.number(1, 2) * sl.norm2(Y),
            "hessian": {
                (W1, W1): Zero(n1 * n0, n1 * n0),
                (W2, W1): Zero(n2 * n1, n1 * n0),
                (W2, W2): Zero(n2 * n1, n2 * n1),
                (W3, W1): Zero(n3 * n2, n1 * n0),
                (W3, W2): Zero(n3 * n2, n2 * n1),
                (W3, W3): Zero(n3 * n2, n3 * n2),
            },
            "spectrum": ({"W1": [[0]], "W2": [[0]], "W3": [[0]], "X": [[1]], "Y": [[1]]}, {0: 3}),
        }
    },
}
