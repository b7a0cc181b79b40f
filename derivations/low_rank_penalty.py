"""Low rank with a penalty on the factors, `1/2 |U V^T - M|_F^2 + c/2 (|U|_F^2 + |V|_F^2)`.

Source: Srebro, Rennie and Jaakkola, Maximum-margin matrix factorization, 2004 (the penalty is c times the nuclear norm
of U V^T at its least). By hand from `matrix_factorization`: c U, c V and c I are added.
"""

import symland as sl
from symland.language.terms import Commutation, Identity, Kronecker

m, n, r = sl.dims("m n r")
U, V, M, c = sl.matrix("U", m, r), sl.matrix("V", n, r), sl.matrix("M", m, n), sl.scalar("c")
R = U * V.T - M
half = sl.number(1, 2)

PROBLEM = sl.Problem(
    "low rank with a penalty",
    half * sl.norm2(R) + half * c * (sl.norm2(U) + sl.norm2(V)),
    (U, V),
    data=(M, c),
    definitions={"R": R},
    source="Srebro, Rennie and Jaakkola 2004",
)

EXPECTED = {
    "gradient": {U: R * V + c * U, V: R.T * U + c * V},
    "hessian": {
        (U, U): Kronecker(V.T * V + c * Identity(r), Identity(m)),
        (V, V): Kronecker(U.T * U + c * Identity(r), Identity(n)),
        (U, V): Kronecker(V.T, U) * Commutation(n, r) + Kronecker(Identity(r), R),
    },
}
