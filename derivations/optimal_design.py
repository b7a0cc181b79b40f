"""D-optimal experiment design, `-log det(A Diag(x) A^T)`.

Source: Boyd and Vandenberghe, Convex Optimization, section 7.5: with G = A^T (A Diag(x) A^T)^-1 A the gradient is
-diag(G) and the Hessian G .^ 2.
"""

import symland as sl
from symland.language.terms import Diagonal, DiagonalMatrix, HadamardPower, Inverse, LogDeterminant

n, m = sl.dims("n m")
A, x = sl.matrix("A", n, m), sl.matrix("x", m, 1)
M = A * DiagonalMatrix(x) * A.T
G = A.T * Inverse(M) * A

PROBLEM = sl.Problem(
    "D-optimal design",
    -LogDeterminant(M),
    (x,),
    data=(A,),
    source="Boyd and Vandenberghe, Convex Optimization, section 7.5",
)

EXPECTED = {
    "gradient": {x: -Diagonal(G)},
    "hessian": {(x, x): HadamardPower(G, sl.Index.of(2))},
}
