"""Symmetric matrix factorization, `1/2 |U U^T - M|_F^2` for any square M.

By hand, with R = U U^T - M: d f = <R, V U^T + U V^T> = <(R + R^T) U, V>, and the Hessian applied to V is
(R + R^T) V + (V U^T + U V^T + (V U^T + U V^T)^T) U = (R + R^T) V + 2 V U^T U + 2 U V^T U.
Neighbor of section 12.6 of the specification, where M is symmetric.
"""

import symland as sl
from symland.language.terms import Commutation, Identity, Kronecker

n, r = sl.dims("n r")
U, M = sl.matrix("U", n, r), sl.matrix("M", n, n)
R = U * U.T - M

PROBLEM = sl.Problem(
    "symmetric factorization", sl.number(1, 2) * sl.norm2(R), (U,), data=(M,), definitions={"R": R}, source="by hand"
)

EXPECTED = {
    "gradient": {U: (R + R.T) * U},
    "hessian": {
        (U, U): Kronecker(Identity(r), R + R.T)
        + 2 * Kronecker(U.T * U, Identity(n))
        + 2 * Kronecker(U.T, U) * Commutation(n, r)
    },
}
