"""One hidden layer with any smooth activation and a bias, `1/2 |W2 sigma(W1 X + b 1^T) - Y|_F^2`.

By hand (backpropagation, Rumelhart, Hinton and Williams 1986; the Hessian after Bishop 1992). With Z = W1 X + b 1^T,
S = sigma(Z), E = W2 S - Y and F = W2^T E: D S = sigma'(Z) .* (D Z), so D E = W2 D S for the first layer, and
M = Diag(vec sigma'(Z)) (I (x) W2^T W2) Diag(vec sigma'(Z)) + Diag(vec(sigma''(Z) .* F)) is the Hessian in Z.
vec(V X) = (X^T (x) I) vec(V), vec(v 1^T) = (1 (x) I) vec(v), vec(E D S^T) = (I (x) E) K vec(D S).
"""

import symland as sl
from symland.language.terms import Commutation, DiagonalMatrix, Elementwise, Identity, Kronecker, Ones, Vec, hadamard

k, q, n, m = sl.dims("k q n m")
W1, W2, b = sl.matrix("W1", q, n), sl.matrix("W2", k, q), sl.matrix("b", q, 1)
X, Y = sl.matrix("X", n, m), sl.matrix("Y", k, m)
ones = Ones(m, sl.Dim.of(1))
Z = W1 * X + b * ones.T
S, S1, S2 = (Elementwise(name, Z) for name in ("sigma", "sigma'", "sigma''"))
E = W2 * S - Y
F = W2.T * E

PROBLEM = sl.Problem(
    "one hidden layer with bias",
    sl.number(1, 2) * sl.norm2(E),
    (W1, b, W2),
    data=(X, Y),
    definitions={"Z": Z, "E": E},
    source="Rumelhart, Hinton and Williams 1986",
)

slope = DiagonalMatrix(Vec(S1))
M = slope * Kronecker(Identity(m), W2.T * W2) * slope + DiagonalMatrix(Vec(hadamard(S2, F)))
inputs, biases = Kronecker(X.T, Identity(q)), Kronecker(ones, Identity(q))
mixed = (Kronecker(S, W2) + Kronecker(Identity(q), E) * Commutation(q, m)) * slope
EXPECTED = {
    "gradient": {W1: hadamard(S1, F) * X.T, b: hadamard(S1, F) * ones, W2: E * S.T},
    "hessian": {
        (W1, W1): inputs.T * M * inputs,
        (b, b): biases.T * M * biases,
        (W2, W2): Kronecker(S * S.T, Identity(k)),
        (W1, b): inputs.T * M * biases,
        (W2, W1): mixed * inputs,
        (W2, b): mixed * biases,
    },
}
