"""Names for parts of formulas: only what means the same is replaced."""

import pytest

from symland.checks.modular import check_equation
from symland.evidence import Label
from symland.landscape.products.derivatives import Derivatives
from symland.landscape.products.networks import linear_network
from symland.language import terms as T
from symland.language.index import Index
from symland.report.abbreviate import Abbreviation, Abbreviator, ProductName
from symland.report.network_notation import full

A, B, C, P = (T.matrix(x, "d", "d") for x in "ABCP")
L, l = Index.var("L"), Index.var("l")
W = T.family("W", "d", "d")


def short(*abbreviations, indices=()):
    return Abbreviator(abbreviations, indices)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (A * B * C, P * C),
        (C * A * B, C * P),
        (B * A, B * A),
        ((A * B).T, P.T),
        (B.T * A.T * C, P.T * C),
        (T.SquaredNorm(A * B - C), T.SquaredNorm(P - C)),
        (T.number(2) * (A * B), T.number(2) * P),
    ],
)
def test_segments_of_products(term, expected):
    assert short(Abbreviation(P, A * B)).node(term) is expected


def test_scalar_products_have_segments_too():
    h = T.scalar("h")
    loss = T.number(1, 2) * T.SquaredNorm(A)
    assert short(Abbreviation(h, loss)).node(T.SquaredNorm(B) - loss) is T.SquaredNorm(B) - h


def test_families_of_names_at_each_index():
    left = T.family("B", "d", "d")
    names = short(Abbreviation(left["l"], T.Chain(W, L, l + 1), "l"), indices=("k", "l"))
    k = Index.var("k")
    assert names.node(T.Chain(W, L, k + 1) * A) is left["k"] * A
    assert names.node(T.Chain(W, L, Index.of(1))) is T.Chain(W, L, Index.of(1))


def test_bound_variables_have_names():
    left = T.family("B", "d", "d")
    names = short(Abbreviation(left["l"], T.Chain(W, L, l + 1), "l"))
    before = T.BoundedSum.over("l", 1, L, T.SquaredNorm(T.Chain(W, L, l + 1)))
    assert names.node(before) is T.BoundedSum.over("l", 1, L, T.SquaredNorm(left["l"]))


def test_products_of_factors_have_names():
    product = ProductName(T.family("P", "d", "d"), T.Identity(A.shape[0]) + W[Index.var("_")])
    names = Abbreviator((), ("l",), (product,))
    ordered = T.OrderedProduct.over("i", 1, L, T.Identity(A.shape[0]) + W["i"])
    assert names.node(ordered * A) is T.Chain(product.family, L, Index.of(1)) * A
    other = T.OrderedProduct.over("i", 1, L, A + W["i"])
    assert names.node(other) is other
    assert product.of(A) is None


@pytest.mark.parametrize("rectangular", [False, True])
def test_names_mean_what_they_replace(rectangular):
    """With the meanings put back, the formulas have the same entries as those of the theorems."""
    made = Derivatives(linear_network(rectangular=rectangular))
    notation = full(made.general)
    at = {"l": 2, "k": 1, "L": 3, "m": 2, **({"n": {0: 2, 1: 1, 2: 2, 3: 1}} if rectangular else {"d": 2})}
    for d in (made.gradient, made.blocks["l > k"], made.blocks["l = k"]):
        written = notation.abbreviated(d.result)
        assert written is not d.result
        assert check_equation(meaning(written, notation), d.result, at).label is Label.SAMPLED


def meaning(term, notation):
    """The term with the meaning of every name in its place."""
    for a in notation.abbreviations:
        names = [a.at(Index.var(v)) for v in ("l", "k")] if a.variable else [(a.meaning, a.name)]
        term = short(*(Abbreviation(m, name) for m, name in names)).node(term)
    return term
