"""Gaussian negative log-likelihood in the precision, `1/2 (tr(P C) - c log det P)`: c examples with scatter C.

Source: Boyd and Vandenberghe, Convex Optimization, section 7.1.1. Gradient 1/2 (C^T - c P^-T); the Hessian is
c/2 (P^-1 (x) P^-T) K for any square P, since D (P^-T) = -P^-T V^T P^-T.
"""

import symland as sl
from symland.language.terms import Commutation, Inverse, Kronecker, LogDeterminant, Trace

n = sl.Dim.of("n")
P, C, c = sl.matrix("P", n, n), sl.matrix("C", n, n), sl.scalar("c")
half = sl.number(1, 2)

PROBLEM = sl.Problem(
    "Gaussian likelihood, precision",
    half * (Trace(P * C) - c * LogDeterminant(P)),
    (P,),
    data=(C, c),
    source="Boyd and Vandenberghe, Convex Optimization, section 7.1.1",
)

EXPECTED = {
    "gradient": {P: half * (C.T - c * Inverse(P).T)},
    "hessian": {(P, P): half * c * Kronecker(Inverse(P), Inverse(P).T) * Commutation(n, n)},
}
