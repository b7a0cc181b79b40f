"""Logistic regression with labels -1 and 1, `sum log(1 + exp(-y_i x_i^T w))`, rows x_i of X.

Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, section 4.4, in the margin form of
section 10.6. By hand, with z = -y .* (X w) and s = sigmoid(z): the gradient is -X^T (y .* s), and since
sigmoid' = s .* (1 - s) the Hessian is X^T Diag(y.^2 .* s .* (1 - s)) X; y.^2 = 1 for labels that are signs.
"""

import symland as sl
from symland.language.terms import DiagonalMatrix, Elementwise, HadamardPower, Ones, entries_sum, hadamard

m, n = sl.dims("m n")
X, y, w = sl.matrix("X", m, n), sl.matrix("y", m, 1), sl.matrix("w", n, 1)
z = -hadamard(y, X * w)
s = Elementwise("sigmoid", z)

PROBLEM = sl.Problem(
    "logistic regression, labels -1 and 1",
    entries_sum(Elementwise("softplus", z)),
    (w,),
    data=(X, y),
    definitions={"z": z},
    source="Hastie, Tibshirani and Friedman, section 10.6",
)

EXPECTED = {
    "gradient": {w: -X.T * hadamard(y, s)},
    "hessian": {
        (w, w): X.T * DiagonalMatrix(hadamard(HadamardPower(y, sl.Index.of(2)), s, Ones(m, sl.Dim.of(1)) - s)) * X
    },
}
