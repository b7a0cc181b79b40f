"""The linear residual network with three layers, `1/2 |(I + A3) (I + A2) (I + A1) X - Y|_F^2`.

Source: Hardt and Ma, Identity matters in deep learning, 2017; by Theorem 4.1 after Zhou and Liang (arXiv:1710.06910)
with W_l = I + A_l, since D W_l = D A_l.
"""

import symland as sl
from symland.language.terms import Commutation, Identity, Kronecker

d, m = sl.dims("d m")
A1, A2, A3 = (sl.matrix(f"A{i}", d, d) for i in (1, 2, 3))
X, Y = sl.matrix("X", d, m), sl.matrix("Y", d, m)
W1, W2, W3 = (Identity(d) + a for a in (A1, A2, A3))
E = W3 * W2 * W1 * X - Y

PROBLEM = sl.Problem(
    "three residual layers",
    sl.number(1, 2) * sl.norm2(E),
    (A1, A2, A3),
    data=(X, Y),
    definitions={"E": E, "W1": W1, "W2": W2, "W3": W3},
    source="Hardt and Ma 2017",
)

EXPECTED = {
    "gradient": {A1: W2.T * W3.T * E * X.T, A2: W3.T * E * X.T * W1.T, A3: E * X.T * W1.T * W2.T},
    "hessian": {
        (A1, A1): Kronecker(X * X.T, W2.T * W3.T * W3 * W2),
        (A2, A2): Kronecker(W1 * X * X.T * W1.T, W3.T * W3),
        (A3, A3): Kronecker(W2 * W1 * X * X.T * W1.T * W2.T, Identity(d)),
        (A2, A1): Kronecker(W1 * X * X.T, W3.T * W3 * W2) + Commutation(d, d) * Kronecker(W3.T * E * X.T, Identity(d)),
        (A3, A2): Kronecker(W2 * W1 * X * X.T * W1.T, W3) + Commutation(d, d) * Kronecker(E * X.T * W1.T, Identity(d)),
        (A3, A1): Kronecker(W2 * W1 * X * X.T, W3 * W2) + Commutation(d, d) * Kronecker(E * X.T, W2),
    },
}
