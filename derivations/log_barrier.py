"""The logarithmic barrier of linear inequalities, `-sum log(b - A x)`.

Source: Boyd and Vandenberghe, Convex Optimization, section 9.3 and 11.2: with d = 1 ./ (b - A x) the gradient is A^T d
and the Hessian A^T Diag(d)^2 A.
"""

import symland as sl
from symland.language.terms import DiagonalMatrix, Elementwise, HadamardPower, entries_sum

m, n = sl.dims("m n")
A, b, x = sl.matrix("A", m, n), sl.matrix("b", m, 1), sl.matrix("x", n, 1)
d = Elementwise("reciprocal", b - A * x)

PROBLEM = sl.Problem(
    "logarithmic barrier",
    -entries_sum(Elementwise("log", b - A * x)),
    (x,),
    data=(A, b),
    source="Boyd and Vandenberghe, Convex Optimization, section 11.2",
)

EXPECTED = {
    "gradient": {x: A.T * d},
    "hessian": {(x, x): A.T * DiagonalMatrix(HadamardPower(d, sl.Index.of(2))) * A},
}
