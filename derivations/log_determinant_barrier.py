"""A linear objective with the log-determinant barrier, `<C, X> - c log det X`.

Source: Boyd and Vandenberghe, Convex Optimization, section 11.6 and A.4.1, A.4.3, without the assumption that X is
symmetric: the gradient is C - c X^-T, and D (X^-T) = -X^-T V^T X^-T.
"""

import symland as sl
from symland.language.terms import Commutation, Inner, Inverse, Kronecker, LogDeterminant

n = sl.Dim.of("n")
C, X, c = sl.matrix("C", n, n), sl.matrix("X", n, n), sl.scalar("c")

PROBLEM = sl.Problem(
    "log-determinant barrier",
    Inner(C, X) - c * LogDeterminant(X),
    (X,),
    data=(C, c),
    source="Boyd and Vandenberghe, Convex Optimization, section 11.6",
)

EXPECTED = {
    "gradient": {X: C - c * Inverse(X).T},
    "hessian": {(X, X): c * Kronecker(Inverse(X), Inverse(X).T) * Commutation(n, n)},
}
