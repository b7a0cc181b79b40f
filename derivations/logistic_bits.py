"""Logistic regression with labels 0 and 1, `sum(softplus(X w)) - y^T X w`.

Source: Bishop, Pattern Recognition and Machine Learning, (4.90), (4.91) and (4.97): the gradient is X^T (s - y) and
the Hessian X^T Diag(s .* (1 - s)) X, with s = sigmoid(X w).
"""

import symland as sl
from symland.language.terms import DiagonalMatrix, Elementwise, Ones, Trace, entries_sum, hadamard

m, n = sl.dims("m n")
X, y, w = sl.matrix("X", m, n), sl.matrix("y", m, 1), sl.matrix("w", n, 1)
s = Elementwise("sigmoid", X * w)

PROBLEM = sl.Problem(
    "logistic regression, labels 0 and 1",
    entries_sum(Elementwise("softplus", X * w)) - Trace(y.T * X * w),
    (w,),
    data=(X, y),
    source="Bishop, Pattern Recognition and Machine Learning, section 4.3",
)

EXPECTED = {
    "gradient": {w: X.T * (s - y)},
    "hessian": {(w, w): X.T * DiagonalMatrix(hadamard(s, Ones(m, sl.Dim.of(1)) - s)) * X},
}
