"""Linear least squares, `1/2 |W X - Y|_F^2`: the deep linear network with one layer.

Source: Magnus and Neudecker, Matrix Differential Calculus, ch. 13. By hand: the gradient is the residual times X^T, and
the Hessian X X^T (x) I does not depend on W.
"""

import symland as sl
from symland.language.terms import Identity, Kronecker

p, n, m = sl.dims("p n m")
W, X, Y = sl.matrix("W", p, n), sl.matrix("X", n, m), sl.matrix("Y", p, m)

PROBLEM = sl.Problem(
    "least squares",
    sl.number(1, 2) * sl.norm2(W * X - Y),
    (W,),
    data=(X, Y),
    definitions={"E": W * X - Y},
    source="Magnus and Neudecker, Matrix Differential Calculus, ch. 13",
)

EXPECTED = {
    "gradient": {W: (W * X - Y) * X.T},
    "hessian": {(W, W): Kronecker(X * X.T, Identity(p))},
}
