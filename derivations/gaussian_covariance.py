"""Gaussian negative log-likelihood in the covariance, `1/2 (c log det S + tr(S^-1 C))`: c examples with scatter C.

Source: Magnus and Neudecker, Matrix Differential Calculus, ch. 15, for any square S and C: the gradient is
1/2 (c S^-T - S^-T C^T S^-T). By hand: D (S^-T) = -S^-T V^T S^-T, and vec(A V^T B) = (B^T (x) A) K vec(V) turn
its derivative into the Hessian.
"""

import symland as sl
from symland.language.terms import Commutation, Inverse, Kronecker, LogDeterminant, Trace

n = sl.Dim.of("n")
S, C, c = sl.matrix("S", n, n), sl.matrix("C", n, n), sl.scalar("c")
T = Inverse(S)
half = sl.number(1, 2)

PROBLEM = sl.Problem(
    "Gaussian likelihood, covariance",
    half * (c * LogDeterminant(S) + Trace(T * C)),
    (S,),
    data=(C, c),
    source="Magnus and Neudecker, Matrix Differential Calculus, ch. 15",
)

EXPECTED = {
    "gradient": {S: half * (c * T.T - T.T * C.T * T.T)},
    "hessian": {
        (S, S): half
        * (Kronecker(T * C * T, T.T) + Kronecker(T, T.T * C.T * T.T) - c * Kronecker(T, T.T))
        * Commutation(n, n)
    },
}
