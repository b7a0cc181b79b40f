"""Poisson regression, `sum exp(X w) - y^T X w`.

Source: McCullagh and Nelder, Generalized Linear Models, ch. 6: the gradient is X^T (exp(X w) - y), the Hessian
X^T Diag(exp(X w)) X.
"""

import symland as sl
from symland.language.terms import DiagonalMatrix, Elementwise, Inner, entries_sum

m, n = sl.dims("m n")
X, y, w = sl.matrix("X", m, n), sl.matrix("y", m, 1), sl.matrix("w", n, 1)
rate = Elementwise("exp", X * w)

PROBLEM = sl.Problem(
    "Poisson regression",
    entries_sum(rate) - Inner(y, X * w),
    (w,),
    data=(X, y),
    source="McCullagh and Nelder, Generalized Linear Models, ch. 6",
)

EXPECTED = {
    "gradient": {w: X.T * (rate - y)},
    "hessian": {(w, w): X.T * DiagonalMatrix(rate) * X},
}
