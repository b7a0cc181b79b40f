"""Matrix factorization, `1/2 |U V^T - M|_F^2`.

Source: Koren, Bell and Volinsky, Matrix factorization techniques for recommender systems, 2009 (without weights);
by hand, with R = U V^T - M: the gradients are R V and R^T U; D (R V) in a direction Z of V is U Z^T V + R Z.
"""

import symland as sl
from symland.language.terms import Commutation, Identity, Kronecker

m, n, r = sl.dims("m n r")
U, V, M = sl.matrix("U", m, r), sl.matrix("V", n, r), sl.matrix("M", m, n)
R = U * V.T - M

PROBLEM = sl.Problem(
    "matrix factorization",
    sl.number(1, 2) * sl.norm2(R),
    (U, V),
    data=(M,),
    definitions={"R": R},
    source="Koren, Bell and Volinsky 2009",
)

EXPECTED = {
    "gradient": {U: R * V, V: R.T * U},
    "hessian": {
        (U, U): Kronecker(V.T * V, Identity(m)),
        (V, V): Kronecker(U.T * U, Identity(n)),
        (U, V): Kronecker(V.T, U) * Commutation(n, r) + Kronecker(Identity(r), R),
    },
}
