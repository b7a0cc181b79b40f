"""Softmax regression, `sum log(1^T exp(W X)) - <Y, W X>`, a column of X for each example, one-hot columns of Y.

Source: Bishop, Pattern Recognition and Machine Learning, (4.109) and (4.110); Boehning, Multinomial logistic regression
algorithm, 1992, where the Hessian is the sum over examples of x x^T (x) (Diag(p) - p p^T). By hand, with
P = exp(W X) Diag(1 ./ column sums): the gradient is (P - Y) X^T; D P = P .* (V X) - P Diag(1^T (P .* (V X))), and
stacked columns give (X (x) I) (D - D (I (x) 1 1^T) D) (X^T (x) I) for D = Diag(vec P).
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
W, X, Y = sl.matrix("W", k, n), sl.matrix("X", n, m), sl.matrix("Y", k, m)
exps = Elementwise("exp", W * X)
sums = Ones(k, sl.Dim.of(1)).T * exps

PROBLEM = sl.Problem(
    "softmax regression",
    entries_sum(Elementwise("log", sums)) - Inner(Y, W * X),
    (W,),
    data=(X, Y),
    source="Bishop, Pattern Recognition and Machine Learning, section 4.3.4",
)

P = exps * DiagonalMatrix(Elementwise("reciprocal", sums.T))
spread = DiagonalMatrix(Vec(P))
EXPECTED = {
    "gradient": {W: (P - Y) * X.T},
    "hessian": {
        (W, W): Kronecker(X, Identity(k))
        * (spread - spread * Kronecker(Identity(m), Ones(k, k)) * spread)
        * Kronecker(X.T, Identity(k))
    },
}
