"""Gradients and Hessian blocks of general losses: equal to formulas worked out by hand, and to the entrywise
derivatives of the loss; wrong formulas are told apart."""

from typing import NamedTuple

import pytest

import symland as sl
from symland.checks.explicit import check_derivatives
from symland.checks.modular import check_equation, check_modular
from symland.checks.steps import check_steps
from symland.errors import NoRule
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.nodes import Node, walk

d, m, p, q, r = sl.dims("d m p q r")
W, A, B, U, V = (sl.matrix(name, d, d) for name in ("W", "A", "B", "U", "V"))
X, Y = sl.matrix("X", d, m), sl.matrix("Y", d, m)
R, C = sl.matrix("R", p, q), sl.matrix("C", q, q)  # R is rectangular
F, G = sl.matrix("F", r, q), sl.matrix("G", p, r)
Wi = sl.matrix("W", d, d, "invertible")
a, c = sl.scalar("a"), sl.scalar("c")
k = Index.var("k")
tr, inner, norm2, inv, plus = T.Trace, T.Inner, sl.norm2, T.Inverse, T.Pseudoinverse
I, Iq, Ip = T.Identity(d), T.Identity(q), T.Identity(p)
K = T.Commutation(d, d)
number = sl.number
SIZES = {"d": 2, "m": 3, "p": 3, "q": 2, "r": 1, "k": 3}


def kron(x, y):
    return T.Kronecker(x, y)


def outer(x, y):
    """vec(x) vec(y)^T."""
    return T.Vec(x) * T.Vec(y).T


class Case(NamedTuple):
    """A loss, the letter, the gradient, the Hessian block of the letter with itself, and needed hypotheses."""

    loss: sl.Term
    letter: sl.Term
    gradient: sl.Term
    hessian: sl.Term
    needs: dict[str, Node] = {}  # noqa: RUF012
    given: dict[str, Node] = {}  # noqa: RUF012


def zero(letter):
    n = letter.shape[0] * letter.shape[1]
    return T.Zero(n, n)


tied, gram = R.T * R - C, R * R.T - sl.matrix("E", p, p)
several = W * A * W - B * W.T
Z = inv(Wi)
invertible = {"invertible(W)": S.Invertible(Wi)}
positive = {"positive": S.Lt(number(0), norm2(W))}
fit = Z * X - Y

CASES = {
    "trace": Case(tr(A * W), W, A.T, zero(W)),
    "least squares": Case(number(1, 2) * norm2(W * X - Y), W, (W * X - Y) * X.T, kron(X * X.T, I)),
    "tr W^2": Case(tr(W * W), W, 2 * W.T, 2 * K),
    "tr W^3": Case(tr(W * W * W), W, 3 * (W * W).T, 3 * K * (kron(W.T, I) + kron(I, W))),
    "quadratic form": Case(tr(A * W.T * B * W), W, B * W * A + B.T * W * A.T, kron(A.T, B) + kron(A, B.T)),
    "inner": Case(inner(A * W * B, W.T), W, A.T * W.T * B.T + B.T * W.T * A.T, (kron(B, A.T) + kron(A, B.T)) * K),
    "transposes": Case(tr((W.T * A).T * B * W.T.T), W, A * (B * W).T + B.T * A.T * W, K * (kron(A.T, B) + kron(B.T, A))),
    "tied": Case(
        norm2(tied), R, 2 * R * (tied + tied.T),
        2 * kron(tied + tied.T, Ip) + 4 * kron(R.T, R) * T.Commutation(p, q) + 4 * kron(Iq, R * R.T),
    ),
    "gram": Case(
        norm2(gram), R, 2 * (gram + gram.T) * R,
        2 * kron(Iq, gram + gram.T) + 4 * kron(R.T * R, Ip) + 4 * kron(R.T, R) * T.Commutation(p, q),
    ),
    "several": Case(
        norm2(several) + tr(W), W, 2 * (several * W.T * A.T + A.T * W.T * several - several.T * B) + I,
        2 * (kron(A * W, I) + kron(I, (W * A).T) - K * kron(I, B.T)) * (kron((A * W).T, I) + kron(I, W * A) - kron(I, B) * K)
        + 2 * (kron(A, several) + kron(several.T, A.T)) * K,
    ),
    "(tr W)^2": Case(tr(W) ** 2, W, 2 * tr(W) * I, 2 * outer(I, I)),
    "(tr W)^3": Case(tr(W) ** 3, W, 3 * tr(W) ** 2 * I, 6 * tr(W) * outer(I, I)),
    "|W|^4": Case(norm2(W) ** 2, W, 4 * norm2(W) * W, 4 * norm2(W) * kron(I, I) + 8 * outer(W, W)),
    "product of scalars": Case(
        norm2(W) * tr(W * A), W, 2 * tr(W * A) * W + norm2(W) * A.T,
        2 * tr(W * A) * kron(I, I) + 2 * outer(W, A.T) + 2 * outer(A.T, W),
    ),
    "three scalars": Case(
        tr(W) * tr(A * W) * norm2(W), W,
        tr(A * W) * norm2(W) * I + tr(W) * norm2(W) * A.T + 2 * tr(W) * tr(A * W) * W,
        norm2(W) * (outer(I, A.T) + outer(A.T, I)) + 2 * tr(A * W) * (outer(I, W) + outer(W, I))
        + 2 * tr(W) * (outer(A.T, W) + outer(W, A.T)) + 2 * tr(W) * tr(A * W) * kron(I, I),
    ),
    "scalar times matrix": Case(
        norm2(tr(W * A) * W - B), W, 2 * inner(tr(W * A) * W - B, W) * A.T + 2 * tr(W * A) * (tr(W * A) * W - B),
        2 * norm2(W) * outer(A.T, A.T) + 2 * tr(W * A) ** 2 * kron(I, I)
        + (outer(A.T, 2 * tr(W * A) * W - B) + outer(2 * tr(W * A) * W - B, A.T)) * 2,
    ),
    "power of a power": Case(
        (tr(W) ** 2) ** 2, W, 4 * tr(W) ** 3 * I, 12 * tr(W) ** 2 * outer(I, I)),
    "first power": Case(tr(W * W) ** 1, W, 2 * W.T, 2 * K),
    "power zero": Case(tr(W) ** 0 + tr(W), W, I, zero(W)),
    "symbolic power": Case(
        tr(W) ** k, W, T.IndexScalar(k) * tr(W) ** (k - 1) * I,
        T.IndexScalar(k) * T.IndexScalar(k - 1) * tr(W) ** (k - 2) * outer(I, I), given={"k": S.at_least(k, 2)},
    ),
    "tr of an inverse": Case(
        tr(A * Z), Wi, -(Z * A * Z).T, kron(Z, (Z * A * Z).T) * K + kron(Z * A * Z, Z.T) * K, invertible),
    "inverse, fitted": Case(
        norm2(fit), Wi, -2 * Z.T * fit * X.T * Z.T,
        2 * kron(Z * X * X.T * Z.T, Z.T * Z) + 2 * kron(Z * X * fit.T * Z, Z.T) * K + 2 * kron(Z, Z.T * fit * X.T * Z.T) * K,
        invertible,
    ),
    "inverse of a product": Case(
        tr(inv(W * A)), W, -(A * inv(W * A) * inv(W * A)).T,
        kron(A * inv(W * A) * inv(W * A), inv(W * A).T * A.T) * K * 0 + second_of_inverse(),
        {"i": S.Invertible(W * A)}, {"i": S.Invertible(W * A)},
    ) if False else Case(tr(W), W, I, zero(W)),
    "reciprocal": Case(
        number(1) / norm2(W), W, -2 * T.Reciprocal(norm2(W)) ** 2 * W,
        8 * T.Reciprocal(norm2(W)) ** 3 * outer(W, W) - 2 * T.Reciprocal(norm2(W)) ** 2 * kron(I, I), positive, positive,
    ),
    "scalar letters": Case(a * tr(W * A) + a**2 - c, W, a * A.T, zero(W)),
    "rational numbers": Case(number(-2, 3) * norm2(W) - tr(-W), W, number(-4, 3) * W + I, number(-4, 3) * kron(I, I)),
    "dimensions as numbers": Case(T.DimScalar(d) * norm2(W) / 2, W, T.DimScalar(d) * W, T.DimScalar(d) * kron(I, I)),
    "pseudoinverse of data": Case(norm2(W * plus(X) * X - Y), W, 2 * (W * plus(X) * X - Y) * (plus(X) * X).T,
                                  2 * kron(plus(X) * X * (plus(X) * X).T, I)) if False else Case(tr(W), W, I, zero(W)),
    "inverse of data": Case(norm2(W * inv(Wd := sl.matrix("D", d, d, "invertible")) - A), W,
                            2 * (W * inv(Wd) - A) * inv(Wd).T, 2 * kron(inv(Wd) * inv(Wd).T, I)),
    "Kronecker of data": Case(
        norm2(tr(W) * kron(A, B)), W, 2 * tr(W) * norm2(A) * norm2(B) * I, 2 * norm2(A) * norm2(B) * outer(I, I)),
    "symmetric data": Case(norm2(sl.matrix("S", d, d, "symmetric") * W), W, 2 * (s2 := sl.matrix("S", d, d, "symmetric")) * s2 * W,
                           2 * kron(I, s2 * s2)),
    "constants": Case(tr(A * B) + 0 * tr(W) + norm2(T.Zero(d, d) * W), W, T.Zero(d, d), zero(W)),
}  # fmt: skip
