"""Formulas against entrywise derivatives: identities are EXACT, classic wrong formulas get a rational witness."""

from fractions import Fraction

import pytest
import sympy

from symland.checks.entries import explicit_gradient, explicit_hessian, explicit_matrix
from symland.checks.expansion import Expansion, entry_names
from symland.checks.explicit import (
    check_at_minimizer,
    check_derivatives,
    check_gradient,
    check_hessian_block,
    residual_data,
)
from symland.errors import NoRule, ShapeError, UsageError
from symland.evaluate.derivatives import gradient_at
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import Evaluation
from symland.evidence import Label
from symland.language import terms as T
from symland.language.index import Dim, Index
from tests import linear_network as net

A, S = T.matrix("A", "d", "d"), T.matrix("S", "d", "d", "symmetric")
SIZES = [{"n": 2, "m": 2}, {"n": 2, "m": 3}, {"n": {0: 3, 1: 1, 2: 2}, "m": 2}]


@pytest.mark.parametrize("dims", SIZES)
def test_the_linear_network(dims):
    evidence = check_derivatives(net.loss(2), net.layers(2), net.gradients(2), net.blocks(2), dims)
    assert evidence.label is Label.EXACT and evidence.scope.startswith("n = ")


def test_symbolic_depth_is_an_index_variable():
    L, l = Index.var("L"), Index.var("l")
    dims = {"n": 2, "m": 2, "L": 3, "l": 2}
    assert check_gradient(net.loss(L), net.layer(l), net.gradient(L, l), dims).label is Label.EXACT


@pytest.mark.parametrize(
    "wrong",
    [
        lambda g: 2 * g,
        lambda g: -g,
        lambda g: g.T,
        lambda g: g + T.matrix("Y", 2, 2),
        lambda g: T.number(1000001, 1000000) * g,
    ],
)
def test_wrong_gradients(wrong):
    dims = {"n": 2, "m": 2}
    X, Y, w = T.matrix("X", 2, 2), T.matrix("Y", 2, 2), T.matrix("W", 2, 2)
    loss = T.number(1, 2) * T.SquaredNorm(w * X - Y)
    right = (w * X - Y) * X.T
    assert check_gradient(loss, w, right, dims).label is Label.EXACT
    evidence = check_gradient(loss, w, wrong(right), dims)
    assert evidence.label is Label.REFUTED
    # the witness is a point where the two really differ
    letters = evidence.witness.point
    at = Evaluation(point(dims, letters), Rationals())
    found = (at.value(wrong(right)), gradient_at(loss, w, at))
    i, j = (int(c) - 1 for c in evidence.witness.note.rpartition("(")[2].rstrip(")").split(", "))
    left, true = (Fraction(int(m[i, j].p), int(m[i, j].q)) for m in found)
    assert (left, true) == (evidence.witness.left, evidence.witness.right) and left != true


def test_wrong_hessian_blocks():
    dims, loss = {"n": 2, "m": 2}, net.loss(2)
    w1, w2 = net.layers(2)
    assert check_hessian_block(loss, w2, w1, net.lower_block(2, 2, 1), dims).label is Label.EXACT
    assert check_hessian_block(loss, w2, w1, net.lower_block(2, 2, 1, False), dims).label is Label.REFUTED  # K is lost
    assert check_hessian_block(loss, w1, w2, net.lower_block(2, 2, 1), dims).label is Label.REFUTED  # transposed
    swapped = T.Kronecker(*net.gauss_newton(2, 1, 1).args[::-1])  # the factors of a row-major vec
    assert check_hessian_block(loss, w1, w1, swapped, dims).label is Label.REFUTED
    with pytest.raises(ShapeError, match="second derivatives"):
        check_hessian_block(loss, w1, w1, T.Identity(Dim.of(3)), dims)


def test_the_hessian_at_a_minimizer():
    for L, d in ((2, 2), (3, 2)):
        X, Y = net.data(L)
        loss, layers, formula, dims = net.loss(L), net.layers(L), net.hessian_at_minimizer(L), {"n": d, "m": d}
        exact = [(Y, net.chain(L, 1) * X)]
        assert check_at_minimizer(loss, layers, formula, dims, exact).label is Label.EXACT
        # with a residual that does not vanish, E X^T = 0 identically
        residual = residual_data(X, Y, net.chain(L, 1))
        evidence = check_at_minimizer(loss, layers, formula, {"n": d, "m": d + 1, "q": 1}, residual)
        assert evidence.label is Label.EXACT and "after the substitution" in evidence.claim
        # away from minimizers it is false: the gradient does not vanish, and curvature survives
        assert check_at_minimizer(loss, layers, formula, dims, []).label is Label.REFUTED
        assert check_derivatives(loss, layers, {}, formula, dims).label is Label.REFUTED


def test_a_minimizer_that_is_not_one():
    X, Y = net.data(2)
    off = [(Y, net.chain(2, 1) * X + Y)]
    evidence = check_at_minimizer(net.loss(2), net.layers(2), net.hessian_at_minimizer(2), {"n": 2, "m": 2}, off)
    assert evidence.label is Label.REFUTED and "gradient" in evidence.claim
    assert set(evidence.witness.point) == {"W1", "W2", "X", "Y"}


def test_a_substitution_has_integer_coefficients():
    X, Y = net.data(2)
    with pytest.raises(UsageError, match="denominators"):
        Expansion([net.loss(2)], {"n": 1, "m": 1}, [(Y, T.number(1, 2) * X)])


def test_letters_that_do_not_vary_freely():
    trace = T.Trace(A * S * A.T)
    assert check_gradient(trace, A, 2 * A * S, {"d": 3}).label is Label.EXACT  # uses S^T = S
    with pytest.raises(NoRule, match="vary freely"):
        check_gradient(trace, S, A.T * A, {"d": 2})
    with pytest.raises(NoRule, match="orthogonal"):
        explicit_matrix(T.matrix("Q", "d", "d", "orthogonal"), {"d": 2})


def test_names_of_entries():
    assert entry_names(("W", 2), (1, 2)) == ["W2_11", "W2_12"]
    assert entry_names(("X", None), (1, 10))[-1] == "X_1_10"
    assert entry_names(("c", None), ()) == ["c"]
    assert entry_names(("S", None), (2, 2), frozenset({"symmetric"})) == ["S_11", "S_12", "S_12", "S_22"]
    with pytest.raises(UsageError, match="one name"):
        Expansion([T.matrix("W1", 1, 1), net.layer(1)], {"n": 1})


# -- entries for people ---------------------------------------------------------------------------------------
def sympy_network(L, d, m):
    def letter(name, rows, columns):
        return sympy.Matrix(rows, columns, lambda i, j: sympy.Symbol(f"{name}_{i + 1}{j + 1}"))

    W = {l: letter(f"W{l}", d, d) for l in range(1, L + 1)}
    X, Y = letter("X", d, m), letter("Y", d, m)
    product = sympy.eye(d)
    for l in range(1, L + 1):
        product = W[l] * product
    error = product * X - Y
    variables = [W[l][i, j] for l in range(1, L + 1) for j in range(d) for i in range(d)]
    return sum(e**2 for e in error) / 2, variables, {y: v for y, v in zip(Y, product * X, strict=True)}


@pytest.mark.parametrize(("L", "d", "m"), [(1, 2, 3), (2, 2, 1), (3, 1, 2), (2, 2, 2)])
def test_entries_are_those_of_sympy(L, d, m):
    loss, variables, minimizer = sympy_network(L, d, m)
    dims = {"n": d, "m": m}
    hessian, evidence = explicit_hessian(net.loss(L), net.layers(L), net.hessian(L), dims)
    assert evidence.label is Label.EXACT
    expected = sympy.hessian(loss, variables)
    assert (hessian - expected).expand() == sympy.zeros(*hessian.shape)
    gradient, evidence = explicit_gradient(net.loss(L), net.layer(1), net.gradient(L, 1), dims)
    assert evidence.label is Label.EXACT
    column = [gradient[i, j] for j in range(d) for i in range(d)]
    assert all(sympy.expand(g - sympy.diff(loss, v)) == 0 for g, v in zip(column, variables, strict=False))
    X, Y = net.data(L)
    at = [(Y, net.chain(L, 1) * X)]
    there, evidence = explicit_hessian(net.loss(L), net.layers(L), net.hessian_at_minimizer(L), dims, at)
    assert evidence.label is Label.EXACT
    assert (there - expected.subs(minimizer)).expand() == sympy.zeros(*there.shape)


def test_entries_are_factored_where_that_is_shorter():
    X, Y = net.data(2)
    dims, at = {"n": 2, "m": 2}, [(Y, net.chain(2, 1) * X)]
    first = explicit_matrix(net.hessian_at_minimizer(2), dims, at)[0, 0]
    w, x = sympy.symbols("W2_11 W2_21"), sympy.symbols("X_11 X_12")
    assert first == (w[0] ** 2 + w[1] ** 2) * (x[0] ** 2 + x[1] ** 2)


def test_expressions_are_in_canonical_form():
    written = explicit_matrix(net.hessian(2), {"n": 2, "m": 2})
    assert all(e == e.func(*e.args) for entry in written for e in sympy.preorder_traversal(entry) if e.args)


def test_a_wrong_formula_is_shown_with_its_evidence():
    dims = {"d": 2}
    shown, evidence = explicit_gradient(T.SquaredNorm(A), A, A, dims)
    assert evidence.label is Label.REFUTED and shown[0, 1] == sympy.Symbol("A_12")


def test_a_scalar_term_has_one_entry():
    c, symbol = T.scalar("c"), sympy.Symbol("c")
    assert explicit_matrix(T.number(1, 3) * c**2 - c, {}) == sympy.Matrix([[symbol * (symbol - 3) / 3]])
