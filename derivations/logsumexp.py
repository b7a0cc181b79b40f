"""Log-sum-exp of affine functions, `log sum exp(A x + b)`.

Source: Boyd and Vandenberghe, Convex Optimization, sections 3.1.5 and A.4.4: with e = exp(A x + b) and s the sum of its
entries, the gradient is A^T e / s and the Hessian A^T (Diag(e) / s - e e^T / s^2) A.
"""

import symland as sl
from symland.language.terms import DiagonalMatrix, Elementwise, Reciprocal, entries_sum

m, n = sl.dims("m n")
A, b, x = sl.matrix("A", m, n), sl.matrix("b", m, 1), sl.matrix("x", n, 1)
e = Elementwise("exp", A * x + b)
s = entries_sum(e)

PROBLEM = sl.Problem(
    "log-sum-exp",
    Elementwise("log", s),
    (x,),
    data=(A, b),
    definitions={"e": e},
    source="Boyd and Vandenberghe, Convex Optimization, section A.4.4",
)

EXPECTED = {
    "gradient": {x: Reciprocal(s) * (A.T * e)},
    "hessian": {(x, x): A.T * (Reciprocal(s) * DiagonalMatrix(e) - Reciprocal(s) ** 2 * (e * e.T)) * A},
}
