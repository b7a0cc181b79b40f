"""The deep linear network `1/2 |W_L ... W_1 X - Y|_F^2` for every depth, rectangular layers.

Source: Theorem 4.1 after Zhou and Liang, arXiv:1710.06910; with B_l = W_L ... W_(l+1) and U_l = W_(l-1) ... W_1 X the
gradient is B_l^T E U_l^T, and the Hessian blocks are U_l U_k^T (x) B_l^T B_k, for l > k plus
K^T (B_l^T E U_k^T (x) W_(l-1) ... W_(k+1)). Theorem 4.2: the minimum is 1/2 |Y X^+ X - Y|^2, taken where the product P
satisfies the normal equation P X X^T = Y X^T. Theorem 4.3: there the Hessian is H^T H with H_l = U_l^T (x) B_l.
Theorems 4.5 and 4.6, for square layers: gradient dominance with 1/lambda = 2 s^2 sum_l prod_(k != l) t_k^2, t_k a lower
bound of sigma_min(W_k), or tau_k - r_k in a ball; and the classical 1/lambda = 2 L (tau/2)^(2(L-1)) s^2.
"""

import symland as sl
from symland.language.statements import Eq
from symland.language.terms import (
    BoundedProduct,
    BoundedSum,
    Chain,
    Commutation,
    IndexScalar,
    Kronecker,
    Pseudoinverse,
    Reciprocal,
    product,
)

L, l, k, j = (sl.Index.var(name) for name in "Llkj")
PROBLEM = sl.network("linear", rectangular=True)
((W, _, _),) = PROBLEM.variables
SQUARE = sl.network("linear")
X, Y = PROBLEM.data
P = Chain(W, L, sl.Index.of(1))
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


def factor(i):
    """H_i."""
    return Kronecker(X.T * Chain(W, i - 1, sl.Index.of(1)).T, above(i))


def one_over(bound):
    """2 s^2 sum_l prod_(k != l) bound(k)^2."""
    rest = BoundedProduct.over("j", l + 1, L, bound(j) ** 2) * BoundedProduct.over("j", 1, l - 1, bound(j) ** 2)
    return sl.number(2) * s**2 * BoundedSum.over("l", 1, L, rest)


s, tau = sl.scalar("s"), sl.scalar("tau")
t, taus, radii = sl.family("t"), sl.family("tau"), sl.family("r")
half_tau = sl.number(1, 2) * tau

EXPECTED = {
    "gradient": {W[l]: above(l).T * E * below(l).T},
    "hessian": {
        (W[l], W[l]): curvature(l, l),
        (W[l], W[k]): curvature(l, k)
        + Commutation(dimension(l), dimension(l - 1)).T
        * Kronecker(above(l).T * E * below(k).T, Chain(W, l - 1, k + 1)),
    },
    "minimum": sl.number(1, 2) * sl.norm2(Y * Pseudoinverse(X) * X - Y),
    "normal equation": Eq(P * X * X.T, Y * X.T),
    "factors": {W[l]: factor(l), W[k]: factor(k)},
    "lambda": {  # region -> constant
        "singular values": Reciprocal(one_over(lambda i: t[i])),
        "ball": Reciprocal(one_over(lambda i: taus[i] - radii[i])),
        "half ball": Reciprocal(product(sl.number(2), IndexScalar(L), half_tau ** (L + L - 2), s**2)),
    },
}
ASSUMING = {"l > k": sl.at_least(l, k + 1)}  # of the Hessian block (l, k)
