"""Gaussian negative log-likelihood in the mean, `1/2 tr((X - u 1^T)^T P (X - u 1^T))`, P the precision.

Source: Anderson, An Introduction to Multivariate Statistical Analysis, section 3.2. By hand: the gradient is
-P (X - u 1^T) 1, zero at the sample mean, and the Hessian is N P for N examples.
"""

import symland as sl
from symland.language.terms import DimScalar, Ones, Trace

n, N = sl.dims("n N")
X, P, u = sl.matrix("X", n, N), sl.matrix("P", n, n, "symmetric"), sl.matrix("u", n, 1)
ones = Ones(N, sl.Dim.of(1))
R = X - u * ones.T

PROBLEM = sl.Problem(
    "Gaussian likelihood, mean",
    sl.number(1, 2) * Trace(R.T * P * R),
    (u,),
    data=(X, P),
    definitions={"R": R},
    source="Anderson, An Introduction to Multivariate Statistical Analysis, section 3.2",
)

EXPECTED = {
    "gradient": {u: -P * R * ones},
    "hessian": {(u, u): DimScalar(N) * P},
}
