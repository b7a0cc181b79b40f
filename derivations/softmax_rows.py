"""Softmax regression with an example in each row of X, `sum log(exp(X W) 1) - <Y, X W>`.

Source: as `softmax_regression`, transposed. By hand, with P = Diag(1 ./ row sums) exp(X W): the gradient is
X^T (P - Y), and with D = Diag(vec P) the Hessian is (I (x) X^T) (D - D (1 1^T (x) I) D) (I (x) X).
"""

import symland as sl
from symland.language.terms import (
    DiagonalMatrix,
    Elementwise,
    Identity,
    Inner,
    Kronecker,
    Ones,
    Vec,
    entries_sum,
)

k, n, m = sl.dims("k n m")
X, W, Y = sl.matrix("X", m, n), sl.matrix("W", n, k), sl.matrix("Y", m, k)
exps = Elementwise("exp", X * W)
sums = exps * Ones(k, sl.Dim.of(1))

PROBLEM = sl.Problem(
    "softmax regression, examples in rows",
    entries_sum(Elementwise("log", sums)) - Inner(Y, X * W),
    (W,),
    data=(X, Y),
    source="Bishop, Pattern Recognition and Machine Learning, section 4.3.4",
)

P = DiagonalMatrix(Elementwise("reciprocal", sums)) * exps
spread = DiagonalMatrix(Vec(P))
EXPECTED = {
    "gradient": {W: X.T * (P - Y)},
    "hessian": {
        (W, W): Kronecker(Identity(k), X.T)
        * (spread - spread * Kronecker(Ones(k, k), Identity(m)) * spread)
        * Kronecker(Identity(k), X)
    },
}
