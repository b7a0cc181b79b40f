"""Nonnegative matrix factorization with the Kullback-Leibler divergence, `sum(W H - M .* log(W H))`.

Source: Lee and Seung, Algorithms for non-negative matrix factorization, 2001 (without the terms of M alone). By hand,
with P = W H and G = 1 1^T - M ./ P: the gradients are G H^T and W^T G, and D G = (M ./ P.^2) .* D P.
"""

import symland as sl
from symland.language.terms import (
    Commutation,
    DiagonalMatrix,
    Elementwise,
    HadamardPower,
    Identity,
    Kronecker,
    Ones,
    Vec,
    entries_sum,
    hadamard,
)

m, n, r = sl.dims("m n r")
W, H, M = sl.matrix("W", m, r), sl.matrix("H", r, n), sl.matrix("M", m, n)
P = W * H
over = Elementwise("reciprocal", P)
G = Ones(m, n) - hadamard(M, over)

PROBLEM = sl.Problem(
    "factorization with the Kullback-Leibler divergence",
    entries_sum(P - hadamard(M, Elementwise("log", P))),
    (W, H),
    data=(M,),
    source="Lee and Seung 2001",
)

D = DiagonalMatrix(Vec(hadamard(M, HadamardPower(over, sl.Index.of(2)))))
left, right = Kronecker(H.T, Identity(m)), Kronecker(Identity(n), W)
EXPECTED = {
    "gradient": {W: G * H.T, H: W.T * G},
    "hessian": {
        (W, W): left.T * D * left,
        (H, H): right.T * D * right,
        (W, H): left.T * D * right + Kronecker(Identity(r), G) * Commutation(r, n),
    },
}
