"""Matrix sensing in factored form, `1/2 |A vec(U V^T) - b|^2`.

Source: Bhojanapalli, Neyshabur and Srebro, Global optimality of local search for low rank matrix recovery, 2016.
By hand, with S = unvec(A^T (A vec(U V^T) - b)): the gradients are S V and S^T U; vec(Z V^T) = (V (x) I) vec(Z) and
vec(U Z^T) = (I (x) U) K vec(Z) give the Hessian.
"""

import symland as sl
from symland.language.terms import Commutation, Identity, Kronecker, Unvec, Vec

p, m, n, r = sl.dims("p m n r")
A, b = sl.matrix("A", p, n * m), sl.matrix("b", p, 1)
U, V = sl.matrix("U", m, r), sl.matrix("V", n, r)
residual = A * Vec(U * V.T) - b
S = Unvec(m, n, A.T * residual)
left, right = Kronecker(V, Identity(m)), Kronecker(Identity(n), U) * Commutation(n, r)

PROBLEM = sl.Problem(
    "matrix sensing",
    sl.number(1, 2) * sl.norm2(residual),
    (U, V),
    data=(A, b),
    source="Bhojanapalli, Neyshabur and Srebro 2016",
)

EXPECTED = {
    "gradient": {U: S * V, V: S.T * U},
    "hessian": {
        (U, U): left.T * A.T * A * left,
        (V, V): right.T * A.T * A * right,
        (U, V): left.T * A.T * A * right + Kronecker(Identity(r), S),
    },
}
