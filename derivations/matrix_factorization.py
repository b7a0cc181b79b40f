"""Matrix factorization, `1/2 |U V^T - M|_F^2`.

Source: Koren, Bell and Volinsky, Matrix factorization techniques for recommender systems, 2009 (without weights);
by hand, with R = U V^T - M: the gradients are R V and R^T U; D (R V) in a direction Z of V is U Z^T V + R Z.
At a factorization M = C F^T the terms with R vanish; for C = F = diag(2, 1) Theorem 4.4 of the specification with L = 2
and X = I gives the eigenvalues s_i + s_j for s = 4, 1, and four zeros.
"""

import symland as sl
from symland.language.statements import Eq
from symland.language.terms import Commutation, Identity, Kronecker

m, n, r = sl.dims("m n r")
U, V, M = sl.matrix("U", m, r), sl.matrix("V", n, r), sl.matrix("M", m, n)
C, F = sl.matrix("C", m, r), sl.matrix("F", n, r)
R = U * V.T - M

PROBLEM = sl.Problem(
    "matrix factorization",
    sl.number(1, 2) * sl.norm2(R),
    (U, V),
    data=(M,),
    definitions={"R": R},
    minimizers=sl.PointFamily("factors", "every factorization", {U: C, V: F}, (C, F), {"factors": Eq(C * F.T, M)}),
    source="Koren, Bell and Volinsky 2009",
)

EXPECTED = {
    "gradient": {U: R * V, V: R.T * U},
    "hessian": {
        (U, U): Kronecker(V.T * V, Identity(m)),
        (V, V): Kronecker(U.T * U, Identity(n)),
        (U, V): Kronecker(V.T, U) * Commutation(n, r) + Kronecker(Identity(r), R),
    },
    "points": {
        "factors": {
            "claims": {"stationary": "PROVED", "global minimum": "PROVED", "H^T H": "PROVED", "curvature": "CERTIFIED"},
            "value": sl.number(0),
            "hessian": {
                (U, U): Kronecker(F.T * F, Identity(m)),
                (V, U): Kronecker(C.T, F) * Commutation(m, r),
                (V, V): Kronecker(C.T * C, Identity(n)),
            },
            "spectrum": (
                {"U": [[2, 0], [0, 1]], "V": [[2, 0], [0, 1]], "M": [[4, 0], [0, 1]]},
                {8: 1, 5: 2, 2: 1, 0: 4},
            ),
        }
    },
}
