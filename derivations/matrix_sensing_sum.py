"""Matrix sensing with p measurements, `1/2 sum_i (<A_i, X> - b_i)^2`.

Source: Recht, Fazel and Parrilo, Guaranteed minimum-rank solutions of linear matrix equations, 2010. By hand: the
gradient is sum_i (<A_i, X> - b_i) A_i, the Hessian sum_i vec(A_i) vec(A_i)^T.
"""

import symland as sl
from symland.language.terms import BoundedSum, Inner, Vec

m, n = sl.dims("m n")
i, p = sl.Index.var("i"), sl.Index.var("p")
A, b, X = sl.family("A", m, n), sl.family("b"), sl.matrix("X", m, n)
gap = Inner(A[i], X) - b[i]

PROBLEM = sl.Problem(
    "matrix sensing as a sum",
    sl.number(1, 2) * BoundedSum.over("i", 1, p, gap**2),
    (X,),
    source="Recht, Fazel and Parrilo 2010",
)

EXPECTED = {
    "gradient": {X: BoundedSum.over("i", 1, p, gap * A[i])},
    "hessian": {(X, X): BoundedSum.over("i", 1, p, Vec(A[i]) * Vec(A[i]).T)},
}
