"""Rows about products, chains, bounded sums and products, inverses and pseudoinverses, and positive scalars."""

from __future__ import annotations

from symland.language.index import Index
from symland.language.statements import Eq, Invertible, Le, Lt, NonNeg, Nonzero, Psd
from symland.language.terms import (
    BoundedProduct,
    BoundedSum,
    Elementwise,
    HadamardPower,
    Identity,
    IndexScalar,
    Inner,
    Inverse,
    Ones,
    Power,
    Pseudoinverse,
    Reciprocal,
    SquaredNorm,
    Term,
    Unvec,
    Zero,
    family,
    hadamard,
    matrix,
    number,
)
from symland.language.trace import Assignment
from symland.proof.rules.letters import (
    AFTER,
    ALIKE,
    SQUARE,
    A,
    F,
    M,
    X,
    a,
    b,
    c,
    chain,
    i,
    ia,
    ib,
    identity,
    il,
    n,
    ordered,
    p,
    q,
    r,
)
from symland.proof.rules.row import Row, rows

PINV = Pseudoinverse(A)
PENROSE = "Penrose, A generalized inverse for matrices, 1955"
ZERO, ONE = number(0), number(1)


def _sum(body: Term, lo: Index = ia, hi: Index = ib) -> Term:
    out: Term = BoundedSum.over("i", lo, hi, body)
    return out


def _product(body: Term, lo: Index = ia, hi: Index = ib) -> Term:
    out: Term = BoundedProduct.over("i", lo, hi, body)
    return out


COLUMNS, COLUMN = family("M", q * p, r), matrix("B", r, 1)  # linear maps to p x q matrices, by their matrices
BEHIND = family("M", q, r)
INSIDE = (NonNeg(ib - il), NonNeg(il - ia))


TABLE = rows(
    # chains
    Row(
        "chain_split",
        Eq(chain(ib, ia), chain(ib, il + 1) * X[il] * chain(il - 1, ia)),
        side=(NonNeg(ib - il), NonNeg(il - ia)),
        reason="split the product at one factor",
    ),
    Row(
        "chain_top",
        Eq(chain(ib, ia), X[ib] * chain(ib - 1, ia)),
        side=(NonNeg(ib - ia),),
        reason="take off the leftmost factor",
    ),
    Row(
        "chain_bottom",
        Eq(chain(ib, ia), chain(ib, ia + 1) * X[ia]),
        side=(NonNeg(ib - ia),),
        reason="take off the rightmost factor",
    ),
    Row(
        "chain_empty",
        Eq(chain(ia - 1, ia), identity(n.substitute({}, {"_": ia - 1}))),
        reason="an empty product is the identity",
    ),
    # ordered products: X[i] stands for any matrix that depends on i
    Row(
        "ordered_split",
        Eq(ordered(ib, ia), ordered(ib, il + 1) * X[il] * ordered(il - 1, ia)),
        side=INSIDE,
        reason="split the product at one factor",
    ),
    Row(
        "ordered_top",
        Eq(ordered(ib, ia), X[ib] * ordered(ib - 1, ia)),
        side=(NonNeg(ib - ia),),
        reason="take off the leftmost factor",
    ),
    Row(
        "ordered_bottom",
        Eq(ordered(ib, ia), ordered(ib, ia + 1) * X[ia]),
        side=(NonNeg(ib - ia),),
        reason="take off the rightmost factor",
    ),
    Row(
        "ordered_empty",
        Eq(ordered(ia - 1, ia), identity(n.substitute({}, {"_": ia - 1}))),
        reason="an empty product is the identity",
    ),
    # bounded sums and products
    Row("sum_empty", Eq(BoundedSum.over("i", ia, ia - 1, F[i]), ZERO), reason="an empty sum is zero"),
    Row(
        "sum_top",
        Eq(_sum(F[i]), F[ib] + BoundedSum.over("i", ia, ib - 1, F[i])),
        side=(NonNeg(ib - ia),),
        reason="take off the last term",
    ),
    Row(
        "sum_split",
        Eq(_sum(F[i]), _sum(F[i], ia, il - 1) + F[il] + _sum(F[i], il + 1)),
        side=INSIDE,
        reason="split the sum at one term",
    ),
    Row(
        "sum_split_matrix",
        Eq(_sum(M[i]), _sum(M[i], ia, il - 1) + M[il] + _sum(M[i], il + 1)),
        side=INSIDE,
        reason="split the sum at one term",
    ),
    Row(
        "inner_sum",
        Eq(Inner(A, _sum(M[i])), _sum(Inner(A, M[i]))),
        side=(NonNeg(ib - ia + 1),),
        reason="the inner product is linear",
    ),
    Row(
        "sum_inner",
        Eq(_sum(Inner(M[i], ALIKE)), Inner(_sum(M[i]), ALIKE)),
        side=(NonNeg(ib - ia + 1),),
        reason="the inner product is linear",
    ),
    Row(
        "sum_factor_matrix",
        Eq(_sum(c * M[i]), c * _sum(M[i])),
        side=(NonNeg(ib - ia + 1),),
        reason="take a constant factor out of the sum",
    ),
    Row(
        "sum_factor_right",
        Eq(_sum(M[i] * AFTER), _sum(M[i]) * AFTER),
        side=(NonNeg(ib - ia + 1),),
        reason="take a constant factor out of the sum",
    ),
    Row(
        "sum_factor_left",
        Eq(_sum(A * BEHIND[i]), A * _sum(BEHIND[i])),
        side=(NonNeg(ib - ia + 1),),
        reason="take a constant factor out of the sum",
    ),
    Row(
        "sum_linear_map",
        Eq(_sum(Unvec(p, q, COLUMNS[i] * COLUMN)), Unvec(p, q, _sum(COLUMNS[i]) * COLUMN)),
        side=(NonNeg(ib - ia + 1),),
        reason="add up linear maps",
    ),
    Row(
        "sum_factor",
        Eq(_sum(c * F[i]), c * _sum(F[i])),
        side=(NonNeg(ib - ia + 1),),
        reason="take a constant factor out of the sum",
    ),
    Row(
        "sum_constant",
        Eq(_sum(c), IndexScalar(ib - ia + 1) * c),
        side=(NonNeg(ib - ia + 1),),
        reason="a sum of equal terms",
    ),
    Row("product_empty", Eq(BoundedProduct.over("i", ia, ia - 1, F[i]), ONE), reason="an empty product is one"),
    Row(
        "product_top",
        Eq(_product(F[i]), F[ib] * BoundedProduct.over("i", ia, ib - 1, F[i])),
        side=(NonNeg(ib - ia),),
        reason="take off the last factor",
    ),
    Row(
        "product_split",
        Eq(_product(F[i]), _product(F[i], ia, il - 1) * F[il] * _product(F[i], il + 1)),
        side=INSIDE,
        reason="split the product at one factor",
    ),
    Row(
        "product_constant",
        Eq(_product(c), Power(c, ib - ia + 1)),
        side=(NonNeg(ib - ia + 1),),
        reason="a product of equal factors",
    ),
    Row(
        "power_add",
        Eq(Power(c, ia) * Power(c, ib), Power(c, ia + ib)),
        side=(NonNeg(ia), NonNeg(ib)),
        reason="add exponents",
    ),
    Row(
        "power_square",
        Eq(Power(Power(c, Index.of(2)), ia), Power(c, ia + ia)),
        side=(NonNeg(ia),),
        reason="a power of a square",
    ),
    Row(
        "psd_symmetric",
        Eq(SQUARE.T, SQUARE),
        premises=(Psd(SQUARE),),
        reason="a positive semidefinite matrix is symmetric",
        model=(Assignment("set", SQUARE, SQUARE.T * SQUARE),),
    ),
    # inverses
    Row(
        "inverse_left",
        Eq(Inverse(SQUARE) * SQUARE, Identity(p)),
        premises=(Invertible(SQUARE),),
        reason="an inverse cancels",
    ),
    Row(
        "inverse_right",
        Eq(SQUARE * Inverse(SQUARE), Identity(p)),
        premises=(Invertible(SQUARE),),
        reason="an inverse cancels",
    ),
    Row("penrose_outer", Eq(A * PINV * A, A), reason="Penrose equation", citation=PENROSE),
    Row("penrose_inner", Eq(PINV * A * PINV, PINV), reason="Penrose equation", citation=PENROSE),
    Row("penrose_left", Eq((A * PINV).T, A * PINV), reason="Penrose equation", citation=PENROSE),
    Row("penrose_right", Eq((PINV * A).T, PINV * A), reason="Penrose equation", citation=PENROSE),
    # positive scalars and norms
    Row(
        "norm_zero",
        Eq(A, Zero(p, q)),
        premises=(Eq(SquaredNorm(A), ZERO),),
        reason="only zero has norm zero",
        model=(Assignment("set", A, Zero(p, q)),),
    ),
    Row(
        "index_positive",
        Lt(ZERO, IndexScalar(ia)),
        side=(NonNeg(ia - 1),),
        reason="an index of at least one is positive",
    ),
    Row(
        "product_positive",
        Lt(ZERO, a * b),
        premises=(Lt(ZERO, a), Lt(ZERO, b)),
        reason="a product of positive numbers is positive",
    ),
    Row(
        "sum_positive",
        Lt(ZERO, a + b),
        premises=(Lt(ZERO, a), Le(ZERO, b)),
        reason="positive plus nonnegative is positive",
    ),
    Row(
        "power_positive",
        Lt(ZERO, Power(c, ia)),
        premises=(Lt(ZERO, c),),
        side=(NonNeg(ia),),
        reason="a power of a positive number is positive",
    ),
    Row(
        "le_antisymmetric",
        Eq(a, b),
        premises=(Le(a, b), Le(b, a)),
        reason="numbers that are at most each other are equal",
        model=(Assignment("set", b, a),),
    ),
    Row(
        "nonzero_positive",
        Nonzero(c),
        premises=(Lt(ZERO, c),),
        reason="a positive number is not zero",
        model=(Assignment("set", c, a * a + 1),),
    ),
    Row("reciprocal", Eq(c * Reciprocal(c), ONE), premises=(Lt(ZERO, c),), reason="a number times its reciprocal"),
    Row(
        "reciprocal_nonzero",
        Eq(c * Reciprocal(c), ONE),
        premises=(Nonzero(c),),
        reason="a number times its reciprocal",
        model=(Assignment("set", c, a * a + 1),),
    ),
    Row(
        "reciprocal_twice",
        Eq(Reciprocal(Reciprocal(c)), c),
        premises=(Nonzero(c),),
        reason="the reciprocal of a reciprocal",
        model=(Assignment("set", c, a * a + 1),),
    ),
    Row(
        "entrywise_reciprocal",
        Eq(hadamard(A, Elementwise("reciprocal", A)), Ones(p, q)),
        premises=(Nonzero(A),),
        reason="numbers times their reciprocals",
        model=(Assignment("set", A, HadamardPower(A, Index.of(2)) + Ones(p, q)),),
    ),
    Row(
        "reciprocal_positive",
        Lt(ZERO, Reciprocal(c)),
        premises=(Lt(ZERO, c),),
        reason="the reciprocal of a positive number is positive",
    ),
)
