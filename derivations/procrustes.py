"""Procrustes with a penalty, `|A Q - B|_F^2 + c |Q^T Q - I|_F^2`.

Source: Schoenemann, A generalized solution of the orthogonal Procrustes problem, 1966, with the constraint as a
penalty. By hand, with G = Q^T Q - I: the gradient is 2 A^T (A Q - B) + 4 c Q G; D (Q G) = V G + Q V^T Q + Q Q^T V.
"""

import symland as sl
from symland.language.terms import Commutation, Identity, Kronecker

m, n, p = sl.dims("m n p")
A, B, Q, c = sl.matrix("A", m, n), sl.matrix("B", m, p), sl.matrix("Q", n, p), sl.scalar("c")
G = Q.T * Q - Identity(p)

PROBLEM = sl.Problem(
    "Procrustes with a penalty",
    sl.norm2(A * Q - B) + c * sl.norm2(G),
    (Q,),
    data=(A, B, c),
    definitions={"G": G},
    source="Schoenemann 1966",
)

EXPECTED = {
    "gradient": {Q: 2 * A.T * (A * Q - B) + 4 * c * Q * G},
    "hessian": {
        (Q, Q): 2 * Kronecker(Identity(p), A.T * A)
        + 4 * c * (Kronecker(G, Identity(n)) + Kronecker(Identity(p), Q * Q.T) + Kronecker(Q.T, Q) * Commutation(n, p)),
    },
}
