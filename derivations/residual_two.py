"""The linear residual network with two layers, `1/2 |(I + A2) (I + A1) X - Y|_F^2`.

Source: Hardt and Ma, Identity matters in deep learning, 2017; by Theorem 4.1 after Zhou and Liang (arXiv:1710.06910)
with W_l = I + A_l, since D W_l = D A_l.
"""

import symland as sl
from symland.language.terms import Commutation, Identity, Kronecker

d, m = sl.dims("d m")
A1, A2 = sl.matrix("A1", d, d), sl.matrix("A2", d, d)
X, Y = sl.matrix("X", d, m), sl.matrix("Y", d, m)
W1, W2 = Identity(d) + A1, Identity(d) + A2
E = W2 * W1 * X - Y

PROBLEM = sl.Problem(
    "two residual layers",
    sl.number(1, 2) * sl.norm2(E),
    (A1, A2),
    data=(X, Y),
    definitions={"E": E, "W1": W1, "W2": W2},
    source="Hardt and Ma 2017",
)

EXPECTED = {
    "gradient": {A1: W2.T * E * X.T, A2: E * X.T * W1.T},
    "hessian": {
        (A1, A1): Kronecker(X * X.T, W2.T * W2),
        (A2, A2): Kronecker(W1 * X * X.T * W1.T, Identity(d)),
        (A2, A1): Kronecker(W1 * X * X.T, W2) + Commutation(d, d) * Kronecker(E * X.T, Identity(d)),
    },
}
