"""A wide hidden layer in mean-field scaling, `1/2 |c W2 tanh(W1 X) - Y|_F^2`, c = 1/width.

Source: Mei, Montanari and Nguyen, A mean field view of the landscape of two-layer neural networks, 2018. By hand from
`hidden_layer`, with T = tanh(W1 X), tanh' = 1 - T.^2, tanh'' = -2 T .* (1 - T.^2) and E = c W2 T - Y. Weights that
interpolate, which a layer at least as wide as there are data has (12.5 of the specification), are minimizers.
"""

import symland as sl
from symland.language.statements import Eq
from symland.language.terms import (
    Commutation,
    DiagonalMatrix,
    Elementwise,
    HadamardPower,
    Identity,
    Kronecker,
    Ones,
    Vec,
    hadamard,
)

k, q, n, m = sl.dims("k q n m")
W1, W2, c = sl.matrix("W1", q, n), sl.matrix("W2", k, q), sl.scalar("c")
X, Y = sl.matrix("X", n, m), sl.matrix("Y", k, m)
T = Elementwise("tanh", W1 * X)
slopes = Ones(q, m) - HadamardPower(T, sl.Index.of(2))
E = c * (W2 * T) - Y
C, M0 = sl.matrix("C", q, n), sl.matrix("M", k, q)
T0 = Elementwise("tanh", C * X)
F = W2.T * E

PROBLEM = sl.Problem(
    "wide hidden layer",
    sl.number(1, 2) * sl.norm2(E),
    (W1, W2),
    data=(X, Y, c),
    definitions={"E": E},
    minimizers=sl.PointFamily(
        "interpolating", "weights that interpolate", {W1: C, W2: M0}, (C, M0), {"fit": Eq(c * (M0 * T0), Y)}
    ),
    source="Mei, Montanari and Nguyen 2018",
)

D, inputs = DiagonalMatrix(Vec(slopes)), Kronecker(X.T, Identity(q))
M = c**2 * (D * Kronecker(Identity(m), W2.T * W2) * D) - 2 * c * DiagonalMatrix(Vec(hadamard(T, slopes, F)))
EXPECTED = {
    "gradient": {W1: c * (hadamard(slopes, F) * X.T), W2: c * (E * T.T)},
    "hessian": {
        (W1, W1): inputs.T * M * inputs,
        (W2, W2): c**2 * Kronecker(T * T.T, Identity(k)),
        (W2, W1): (c**2 * Kronecker(T, W2) + c * (Kronecker(Identity(q), E) * Commutation(q, m))) * D * inputs,
    },
    "points": {
        "interpolating": {
            "claims": {"stationary": "PROVED", "global minimum": "PROVED", "H^T H": "PROVED", "curvature": "UNDECIDED"},
            "value": sl.number(0),
            "hessian": {(W2, W2): c**2 * Kronecker(T0 * T0.T, Identity(k))},
        }
    },
}
