"""Weighted low-rank approximation, `1/2 |S .* (U V^T - M)|_F^2`.

Source: Srebro and Jaakkola, Weighted low-rank approximations, 2003. By hand, with G = S.^2 .* (U V^T - M): the
gradients are G V and G^T U; with D = Diag(vec(S.^2)) and vec(Z V^T) = (V (x) I) vec(Z), vec(U Z^T) = (I (x) U) K
vec(Z).
"""

import symland as sl
from symland.language.terms import Commutation, DiagonalMatrix, HadamardPower, Identity, Kronecker, Vec, hadamard

m, n, r = sl.dims("m n r")
U, V = sl.matrix("U", m, r), sl.matrix("V", n, r)
M, S = sl.matrix("M", m, n), sl.matrix("S", m, n)
R = U * V.T - M
weights = HadamardPower(S, sl.Index.of(2))
G = hadamard(weights, R)

PROBLEM = sl.Problem(
    "weighted low rank",
    sl.number(1, 2) * sl.norm2(hadamard(S, R)),
    (U, V),
    data=(M, S),
    definitions={"R": R},
    source="Srebro and Jaakkola 2003",
)

D = DiagonalMatrix(Vec(weights))
left, right = Kronecker(V, Identity(m)), Kronecker(Identity(n), U) * Commutation(n, r)
EXPECTED = {
    "gradient": {U: G * V, V: G.T * U},
    "hessian": {
        (U, U): left.T * D * left,
        (V, V): right.T * D * right,
        (U, V): left.T * D * right + Kronecker(Identity(r), G),
    },
}
