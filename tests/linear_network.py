"""The deep linear network, its gradient and its Hessian, written by hand from Theorem 4.1 of the specification."""

from fractions import Fraction

from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.terms import Chain, Commutation, Kronecker, Member, Number, SquaredNorm, Term, family, matrix

W = family("W", Dim.member("n", Index.var("_")), Dim.member("n", Index.var("_") - 1))


def n(i):
    return Dim.member("n", i)


def loss(L) -> Term:
    X, Y = data(L)
    return Number(Fraction(1, 2)) * SquaredNorm(Chain(W, Index.of(L), Index.of(1)) * X - Y)


def data(L) -> tuple[Term, Term]:
    return matrix("X", n(0), "m"), matrix("Y", n(L), "m")


def layer(i) -> Term:
    return Member(W, Index.of(i))


def layers(L: int) -> list[Term]:
    return [layer(i) for i in range(1, L + 1)]


def chain(top, bottom) -> Term:
    return Chain(W, Index.of(top), Index.of(bottom))


def error(L) -> Term:
    X, Y = data(L)
    return chain(L, 1) * X - Y


def gradient(L, l) -> Term:
    l = Index.of(l)
    return chain(L, l + 1).T * error(L) * data(L)[0].T * chain(l - 1, 1).T


def gauss_newton(L, l, k) -> Term:
    l, k = Index.of(l), Index.of(k)
    u = [chain(i - 1, 1) * data(L)[0] for i in (l, k)]
    return Kronecker(u[0] * u[1].T, chain(L, l + 1).T * chain(L, k + 1))


def lower_block(L, l, k, commutation=True) -> Term:
    """The block of l > k."""
    l, k = Index.of(l), Index.of(k)
    curvature = Kronecker(chain(L, l + 1).T * error(L) * (chain(k - 1, 1) * data(L)[0]).T, chain(l - 1, k + 1))
    if commutation:
        return gauss_newton(L, l, k) + Commutation(n(l), n(l - 1)).T * curvature
    return gauss_newton(L, l, k) + curvature


def block(L: int, l: int, k: int) -> Term:
    if l == k:
        return gauss_newton(L, l, k)
    return lower_block(L, l, k) if l > k else lower_block(L, k, l).T


def gradients(L: int) -> dict[Term, Term]:
    return {layer(l): gradient(L, l) for l in range(1, L + 1)}


def blocks(L: int) -> dict[tuple[Term, Term], Term]:
    layers = range(1, L + 1)
    return {(layer(l), layer(k)): block(L, l, k) for l in layers for k in layers}


def hessian(L: int) -> Term:
    return T.block([[block(L, l, k) for k in range(1, L + 1)] for l in range(1, L + 1)])


def hessian_at_minimizer(L: int) -> Term:
    """H^T H of Theorem 4.3."""
    layers = range(1, L + 1)
    return T.block([[gauss_newton(L, l, k) for k in layers] for l in layers])
