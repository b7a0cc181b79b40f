"""The Rayleigh quotient `x^T A x / x^T x`, A symmetric.

Source: Absil, Mahony and Sepulchre, Optimization Algorithms on Matrix Manifolds, section 2.1. By hand, with f the
quotient: the gradient is g = 2/(x^T x) (A x - f x), the Hessian 2/(x^T x) (A - f I - g x^T - x g^T).
"""

import symland as sl
from symland.language.terms import Identity, Reciprocal, Trace

n = sl.Dim.of("n")
A, x = sl.matrix("A", n, n, "symmetric"), sl.matrix("x", n, 1)
b = Trace(x.T * x)
f = Trace(x.T * A * x) / b
g = (2 * Reciprocal(b)) * (A * x - f * x)

PROBLEM = sl.Problem("Rayleigh quotient", f, (x,), data=(A,), source="Absil, Mahony and Sepulchre, section 2.1")

EXPECTED = {
    "gradient": {x: g},
    "hessian": {(x, x): (2 * Reciprocal(b)) * (A - f * Identity(n) - g * x.T - x * g.T)},
}
