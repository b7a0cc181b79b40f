"""The squared Mahalanobis distance, `(x - u)^T S^-1 (x - u)`.

Source: Mahalanobis 1936; Petersen and Pedersen, The Matrix Cookbook, (61), (85) and (86). With e = x - u and symmetric
S: 2 S^-1 e in x, -2 S^-1 e in u.
"""

import symland as sl
from symland.language.terms import Inverse, Trace

n = sl.Dim.of("n")
x, u = sl.matrix("x", n, 1), sl.matrix("u", n, 1)
S = sl.matrix("S", n, n, "symmetric", "invertible")
e = x - u

PROBLEM = sl.Problem(
    "Mahalanobis distance",
    Trace(e.T * Inverse(S) * e),
    (x, u),
    data=(S,),
    definitions={"e": e},
    source="Mahalanobis 1936",
)

EXPECTED = {
    "gradient": {x: 2 * Inverse(S) * e, u: -2 * Inverse(S) * e},
    "hessian": {(x, x): 2 * Inverse(S), (u, u): 2 * Inverse(S), (x, u): -2 * Inverse(S)},
}
