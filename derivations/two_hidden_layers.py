"""Two hidden layers with biases, `1/2 |W3 sigma(W2 sigma(W1 X + b1 1^T) + b2 1^T) - Y|_F^2`.

By hand (backpropagation, Rumelhart, Hinton and Williams 1986; the Hessian after Bishop 1992). With Z1, Z2 the arguments
of sigma, S1 = sigma(Z1), S2 = sigma(Z2), E = W3 S2 - Y: the gradients in Z2 and Z1 are G2 = sigma'(Z2) .* (W3^T E) and
G1 = sigma'(Z1) .* (W2^T G2). The Hessian in Z2 is M2 = D2 (I (x) W3^T W3) D2 + Diag(vec(sigma''(Z2) .* (W3^T E))), D2 =
Diag(vec sigma'(Z2)); that in Z1 is M1 = D1 (I (x) W2^T) M2 (I (x) W2) D1 + Diag(vec(sigma''(Z1) .* (W2^T G2))).
"""

import symland as sl
from symland.language.terms import Commutation, DiagonalMatrix, Elementwise, Identity, Kronecker, Ones, Vec, hadamard

k, q, p, n, m = sl.dims("k q p n m")
W1, W2, W3 = sl.matrix("W1", p, n), sl.matrix("W2", q, p), sl.matrix("W3", k, q)
b1, b2 = sl.matrix("b1", p, 1), sl.matrix("b2", q, 1)
X, Y = sl.matrix("X", n, m), sl.matrix("Y", k, m)
ones = Ones(m, sl.Dim.of(1))


def sigma(z, primes=""):
    """sigma, or a derivative of it, of the entries."""
    return Elementwise("sigma" + primes, z)


Z1 = W1 * X + b1 * ones.T
Z2 = W2 * sigma(Z1) + b2 * ones.T
E = W3 * sigma(Z2) - Y
F2 = W3.T * E
G2 = hadamard(sigma(Z2, "'"), F2)
F1 = W2.T * G2
G1 = hadamard(sigma(Z1, "'"), F1)

PROBLEM = sl.Problem(
    "two hidden layers with biases",
    sl.number(1, 2) * sl.norm2(E),
    (W1, b1, W2, b2, W3),
    data=(X, Y),
    definitions={"Z1": Z1, "Z2": Z2, "E": E},
    source="Rumelhart, Hinton and Williams 1986",
)

D1, D2 = DiagonalMatrix(Vec(sigma(Z1, "'"))), DiagonalMatrix(Vec(sigma(Z2, "'")))
M2 = D2 * Kronecker(Identity(m), W3.T * W3) * D2 + DiagonalMatrix(Vec(hadamard(sigma(Z2, "''"), F2)))
down = Kronecker(Identity(m), W2) * D1
M1 = down.T * M2 * down + DiagonalMatrix(Vec(hadamard(sigma(Z1, "''"), F1)))
in1, in2 = Kronecker(X.T, Identity(p)), Kronecker(sigma(Z1).T, Identity(q))
top = (Kronecker(sigma(Z2), W3) + Kronecker(Identity(q), E) * Commutation(q, m)) * D2
EXPECTED = {
    "gradient": {W1: G1 * X.T, b1: G1 * ones, W2: G2 * sigma(Z1).T, b2: G2 * ones, W3: E * sigma(Z2).T},
    "hessian": {
        (W1, W1): in1.T * M1 * in1,
        (W2, W2): in2.T * M2 * in2,
        (W3, W3): Kronecker(sigma(Z2) * sigma(Z2).T, Identity(k)),
        (W2, W1): (in2.T * M2 * down + Kronecker(Identity(p), G2) * Commutation(p, m) * D1) * in1,
        (W3, W2): top * in2,
        (W3, W1): top * down * in1,
    },
}
