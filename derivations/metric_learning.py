"""Metric learning, the squared distance `|L (x - z)|^2` in the factor L of the metric L^T L and in the points.

Source: Goldberger, Roweis, Hinton and Salakhutdinov, Neighbourhood components analysis, 2005, (4). With e = x - z:
2 L e e^T in L, 2 L^T L e in x. By hand: D (L^T L e) in a direction V of L is V^T L e + L^T V e.
"""

import symland as sl
from symland.language.terms import Identity, Kronecker

p, n = sl.dims("p n")
L, x, z = sl.matrix("L", p, n), sl.matrix("x", n, 1), sl.matrix("z", n, 1)
e = x - z

PROBLEM = sl.Problem(
    "metric learning", sl.norm2(L * e), (L, x), data=(z,), definitions={"e": e}, source="Goldberger et al. 2005"
)

EXPECTED = {
    "gradient": {L: 2 * L * e * e.T, x: 2 * L.T * L * e},
    "hessian": {
        (L, L): 2 * Kronecker(e * e.T, Identity(p)),
        (x, x): 2 * L.T * L,
        (x, L): 2 * Kronecker(e.T, L.T) + 2 * Kronecker(Identity(n), (L * e).T),
    },
}
