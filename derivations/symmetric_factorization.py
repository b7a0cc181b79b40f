"""Symmetric matrix factorization, `1/2 |U U^T - M|_F^2` for any square M.

By hand, with R = U U^T - M: d f = <R, V U^T + U V^T> = <(R + R^T) U, V>, and the Hessian applied to V is
(R + R^T) V + (V U^T + U V^T + (V U^T + U V^T)^T) U = (R + R^T) V + 2 V U^T U + 2 U V^T U.
Neighbor of section 12.6 of the specification, where M is symmetric: there, for M = V V^T with eigenvalues l_1, ..., l_r
that are not zero, the Hessian at V has the eigenvalues 2 (l_i + l_j) for i <= j, 2 l_j, each n - r times, and zeros.
"""

import symland as sl
from symland.language.statements import Eq
from symland.language.terms import Commutation, Identity, Kronecker

n, r = sl.dims("n r")
U, M = sl.matrix("U", n, r), sl.matrix("M", n, n)
V = sl.matrix("V", n, r)
R = U * U.T - M

PROBLEM = sl.Problem(
    "symmetric factorization",
    sl.number(1, 2) * sl.norm2(R),
    (U,),
    data=(M,),
    definitions={"R": R},
    minimizers=sl.PointFamily("factors", "every factor of M", {U: V}, (V,), {"factors": Eq(V * V.T, M)}),
    source="by hand",
)

EXPECTED = {
    "gradient": {U: (R + R.T) * U},
    "hessian": {
        (U, U): Kronecker(Identity(r), R + R.T)
        + 2 * Kronecker(U.T * U, Identity(n))
        + 2 * Kronecker(U.T, U) * Commutation(n, r)
    },
    "points": {
        "factors": {
            "claims": {"stationary": "PROVED", "global minimum": "PROVED", "H^T H": "PROVED", "curvature": "CERTIFIED"},
            "value": sl.number(0),
            "hessian": {(U, U): 2 * Kronecker(V.T * V, Identity(n)) + 2 * Kronecker(V.T, V) * Commutation(n, r)},
            # V has the columns 2 e_1 and e_2 in three dimensions, so that l = 4, 1
            "spectrum": (
                {"U": [[2, 0], [0, 1], [0, 0]], "M": [[4, 0, 0], [0, 1, 0], [0, 0, 0]]},
                {16: 1, 10: 1, 8: 1, 4: 1, 2: 1, 0: 1},
            ),
        }
    },
}
