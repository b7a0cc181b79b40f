"""The deep linear network `1/2 |W_L ... W_1 X - Y|_F^2` for every depth, rectangular layers.

Source: Theorem 4.1 after Zhou and Liang, arXiv:1710.06910; with B_l = W_L ... W_(l+1) and U_l = W_(l-1) ... W_1 X the
gradient is B_l^T E U_l^T, and the Hessian blocks are U_l U_k^T (x) B_l^T B_k, for l > k plus
K^T (B_l^T E U_k^T (x) W_(l-1) ... W_(k+1)).
"""

import symland as sl
from symland.language.terms import Chain, Commutation, Kronecker

L, l, k = (sl.Index.var(name) for name in "Llk")
PROBLEM = sl.network("linear", rectangular=True)
((W, _, _),) = PROBLEM.variables
X, _Y = PROBLEM.data
E = PROBLEM.definitions["E"]


def below(i):
    """U_i."""
    return Chain(W, i - 1, sl.Index.of(1)) * X


def above(i):
    """B_i."""
    return Chain(W, L, i + 1)


def dimension(i):
    """n[i], the width of layer i."""
    return sl.Dim.member("n", i)


def curvature(i, j):
    """The part of a block that does not depend on the residual."""
    return Kronecker(below(i) * below(j).T, above(i).T * above(j))


EXPECTED = {
    "gradient": {W[l]: above(l).T * E * below(l).T},
    "hessian": {
        (W[l], W[l]): curvature(l, l),
        (W[l], W[k]): curvature(l, k)
        + Commutation(dimension(l), dimension(l - 1)).T
        * Kronecker(above(l).T * E * below(k).T, Chain(W, l - 1, k + 1)),
    },
}
ASSUMING = {"l > k": sl.at_least(l, k + 1)}  # of the Hessian block (l, k)
