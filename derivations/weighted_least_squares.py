"""Weighted least squares, `1/2 (X w - y)^T Diag(s) (X w - y)`.

Source: Bishop, Pattern Recognition and Machine Learning, exercise 3.3. Gradient X^T (s .* (X w - y)), Hessian
X^T Diag(s) X.
"""

import symland as sl
from symland.language.terms import DiagonalMatrix, Trace, hadamard

m, n = sl.dims("m n")
X, y, s, w = sl.matrix("X", m, n), sl.matrix("y", m, 1), sl.matrix("s", m, 1), sl.matrix("w", n, 1)
r = X * w - y

PROBLEM = sl.Problem(
    "weighted least squares",
    sl.number(1, 2) * Trace(r.T * DiagonalMatrix(s) * r),
    (w,),
    data=(X, y, s),
    definitions={"r": r},
    source="Bishop, Pattern Recognition and Machine Learning, exercise 3.3",
)

EXPECTED = {
    "gradient": {w: X.T * hadamard(s, r)},
    "hessian": {(w, w): X.T * DiagonalMatrix(s) * X},
}
