"""Gaussian negative log-likelihood in the covariance among symmetric matrices, `1/2 (c log det S + tr(S^-1 C))`.

Source: Anderson, An Introduction to Multivariate Statistical Analysis, lemma 3.2.2. The gradient is the projection of
the unconstrained one: 1/2 (c S^-1 - S^-1 C S^-1), zero at S = C / c.
"""

import symland as sl
from symland.language.terms import Inverse, LogDeterminant, Trace

n = sl.Dim.of("n")
S = sl.matrix("S", n, n, "symmetric", "invertible")
C, c = sl.matrix("C", n, n, "symmetric"), sl.scalar("c")
half = sl.number(1, 2)

PROBLEM = sl.Problem(
    "Gaussian likelihood, symmetric covariance",
    half * (c * LogDeterminant(S) + Trace(Inverse(S) * C)),
    (S,),
    data=(C, c),
    source="Anderson, An Introduction to Multivariate Statistical Analysis, lemma 3.2.2",
)

EXPECTED = {
    "gradient": {S: half * (c * Inverse(S) - Inverse(S) * C * Inverse(S))},
    "hessian": {},
}
