"""Ridge regression, `1/2 |X w - y|^2 + c/2 |w|^2`.

Source: Hoerl and Kennard, Ridge regression, 1970; Hastie, Tibshirani and Friedman, The Elements of Statistical
Learning, section 3.4.1. Gradient X^T (X w - y) + c w, Hessian X^T X + c I.
"""

import symland as sl
from symland.language.terms import Identity

m, n = sl.dims("m n")
X, y, w, c = sl.matrix("X", m, n), sl.matrix("y", m, 1), sl.matrix("w", n, 1), sl.scalar("c")
half = sl.number(1, 2)

PROBLEM = sl.Problem(
    "ridge regression",
    half * sl.norm2(X * w - y) + half * c * sl.norm2(w),
    (w,),
    data=(X, y, c),
    definitions={"r": X * w - y},
    source="Hoerl and Kennard 1970",
)

EXPECTED = {
    "gradient": {w: X.T * (X * w - y) + c * w},
    "hessian": {(w, w): X.T * X + c * Identity(n)},
}
