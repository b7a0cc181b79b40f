"""Theorem 4.1: gradient and Hessian of the deep linear loss for symbolic depth, and their instances."""

from functools import cache

import pytest

import symland as sl
from symland.checks.explicit import check_derivatives
from symland.checks.modular import check_equation, check_modular
from symland.checks.steps import check_steps
from symland.errors import AssumptionMissing, UsageError
from symland.evidence import Label
from symland.landscape.products.derivatives import Derivatives
from symland.language import statements as S
from symland.language import terms as T
from symland.proof.kernel import replay
from tests import linear_network as net
from tests.deep_linear import RECTANGULAR, SQUARE, L, k, l

NETWORKS = {"square": SQUARE, "rectangular": RECTANGULAR}
CASES = {"l > k": S.at_least(l, k + 1), "l = k": None, "l < k": S.at_least(k, l + 1)}
WIDTHS = {"square": {"d": 2, "m": 3}, "rectangular": {"n": {0: 3, 1: 2, 2: 4, 3: 1, 4: 2}, "m": 2}}
PLACES = {
    "l > k": [(2, 2, 1), (3, 3, 1), (3, 2, 1), (3, 3, 2), (4, 3, 2)],
    "l = k": [(1, 1, 1), (2, 1, 1), (3, 2, 2), (4, 4, 4)],
    "l < k": [(2, 1, 2), (3, 1, 3), (3, 1, 2), (3, 2, 3), (4, 2, 3)],
}


@cache
def derivatives(shape, layers=None):
    return Derivatives(sl.minimizers(sl.network("linear", layers=layers, rectangular=shape == "rectangular")).network)


def gauss_newton(n):
    """U_l U_k^T (x) B_l^T B_k."""
    u = [n.chain(i - 1, 1) * n.X for i in (l, k)]
    return T.Kronecker(u[0] * u[1].T, n.chain(L, l + 1).T * n.chain(L, k + 1))


def theorem(n, case, transposed_k=True):
    """The block of Theorem 4.1; that of l < k is the transpose of the other with l and k exchanged."""
    if case == "l = k":
        u, b = n.chain(l - 1, 1) * n.X, n.chain(L, l + 1)
        return T.Kronecker(u * u.T, b.T * b)
    low, high = (k, l) if case == "l > k" else (l, k)
    commutation = T.Commutation(n.width(high), n.width(high - 1))
    residual = T.Kronecker(n.chain(L, high + 1).T * n.E * (n.chain(low - 1, 1) * n.X).T, n.chain(high - 1, low + 1))
    block = (commutation.T if transposed_k else commutation) * residual
    return gauss_newton(n) + (block if case == "l > k" else block.T)


def at(shape, depth, row, column):
    return {**WIDTHS[shape], "L": depth, "l": row, "k": column}


# -- symbolic depth ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", NETWORKS)
def test_the_gradient_is_the_term_of_the_theorem(shape):
    n, made = NETWORKS[shape], derivatives(shape).gradient
    assert made.result is n.gradient(l)
    assert made.theorem.statement is S.Grad(n.loss, n.layer(l), n.gradient(l))
    assert set(made.theorem.hypotheses.values()) == set(n.inside.values()) and made.theorem.analysis == ()
    assert repr(made) == "gradient with respect to W[l]: W[L..l+1]'*E*X'*W[l-1..1]'  [PROVED, 17 steps]"
    again = sl.gradient(n.loss, n.layer(l))
    assert again.result is made.result and repr(again.result) == "W[L..l+1]'*(W[L..1]*X - Y)*X'*W[l-1..1]'"


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("shape", NETWORKS)
def test_the_blocks_are_those_of_the_theorem(shape, case):
    n, made = NETWORKS[shape], derivatives(shape).blocks[case]
    for place in PLACES[case]:
        assert check_equation(made.result, theorem(n, case), at(shape, *place), trials=1).label is Label.SAMPLED
    order, column = CASES[case], l if case == "l = k" else k
    assert made.theorem.statement is S.Hess(n.loss, n.layer(l), n.layer(column), made.result)
    needed = {*n.inside.values()} if order is None else {order, *n.both_inside.values()}
    assert set(made.theorem.hypotheses.values()) == needed and made.theorem.analysis == ()


def test_the_blocks_as_people_read_them():
    text = {case: repr(b).partition(": ")[2] for case, b in derivatives("rectangular").blocks.items()}
    first = "(W[l-1..1]*X*X'*W[k-1..1]') (x) (W[L..l+1]'*W[L..k+1])"
    assert text["l = k"].startswith("(W[l-1..1]*X*X'*W[l-1..1]') (x) (W[L..l+1]'*W[L..l+1])  [PROVED, ")
    assert text["l > k"].startswith(first + " + K(n[l-1], n[l])*((W[L..l+1]'*E*X'*W[k-1..1]') (x) W[l-1..k+1])  [")
    assert text["l < k"].startswith(first + " + ((W[l-1..1]*X*E'*W[L..k+1]) (x) W[k-1..l+1]')*K(n[k], n[k-1])  [")


@pytest.mark.parametrize("shape", NETWORKS)
def test_wrong_blocks_are_refuted(shape):
    """K lost, K not transposed (the same for square layers), the residual dropped, layers or factors exchanged."""
    n, computed = NETWORKS[shape], derivatives(shape).blocks["l > k"].result
    place = {"square": (3, 3, 1), "rectangular": (3, 2, 1)}[shape]
    right = theorem(n, "l > k")
    no_k = T.total(right.args[0], right.args[1].args[1])
    wrong = {"residual": gauss_newton(n), "double": 2 * right, "sign": right.args[0] - right.args[1]}
    if shape == "square":
        wrong |= {"K": no_k, "factors": T.Kronecker(*reversed(right.args[0].args)) + right.args[1]}
        assert check_equation(computed, theorem(n, "l > k", False), at(shape, *place)).label is Label.SAMPLED
    else:
        wrong["K not transposed"] = theorem(n, "l > k", False)
    for name, formula in wrong.items():
        assert check_equation(computed, formula, at(shape, *place)).label is Label.REFUTED, name


@pytest.mark.parametrize("shape", NETWORKS)
def test_the_hessian_is_symmetric(shape):
    """The block of l < k is the transpose of the block of l > k with the layers exchanged."""
    n = NETWORKS[shape]
    upper = derivatives(shape).blocks["l < k"].result
    exchanged = sl.hessian_block(n.loss, n.layer(k), n.layer(l), {"o": CASES["l < k"]}).result
    for place in PLACES["l < k"]:
        here = at(shape, *place)
        assert check_equation(upper.T, exchanged, here, trials=1).label is Label.SAMPLED
        assert check_equation(upper.T, 2 * exchanged, here, trials=1).label is Label.REFUTED


def test_conservation():
    """4.1a: W_{l+1}^T grad_{l+1} = grad_l W_l^T."""
    made = derivatives("square").gradient.result
    up = SQUARE.gradient(l + 1)
    for depth, row in ((2, 1), (4, 2)):
        left, right = SQUARE.layer(l + 1).T * up, made * SQUARE.layer(l).T
        assert check_equation(left, right, at("square", depth, row, 1)).label is Label.SAMPLED


@pytest.mark.parametrize("shape", NETWORKS)
def test_the_second_checker_accepts_every_step(shape):
    trace = derivatives(shape).proof
    assert set(trace.theorems) == {"gradient", *CASES} and set(replay(trace)) == set(trace.theorems)
    for made in (derivatives(shape).gradient, *derivatives(shape).blocks.values()):
        evidence = check_steps(made.trace, trials=24)
        assert evidence.label is Label.CERTIFIED, evidence


def test_the_order_of_the_layers_has_to_be_known():
    for known in ({}, {"o": S.at_least(l, k)}, {"o": S.at_least(l + 1, k)}):
        with pytest.raises(AssumptionMissing, match="order facts do not give") as e:
            sl.hessian_block(SQUARE.loss, SQUARE.layer(l), SQUARE.layer(k), known)
        assert isinstance(e.value.expected, S.NonNeg) and {"l", "k"} <= e.value.expected.free_indices
    # the two orders give the two blocks; equal layers are one letter
    for case in ("l > k", "l < k"):
        made = sl.hessian_block(SQUARE.loss, SQUARE.layer(l), SQUARE.layer(k), {case: CASES[case]})
        assert check_equation(made.result, theorem(SQUARE, case), at("square", *PLACES[case][1])).label is Label.SAMPLED


def test_a_symbolic_depth_has_no_instances():
    for ask in ("gradients", "hessian"):
        with pytest.raises(UsageError, match="the depth is symbolic"):
            getattr(derivatives("square"), ask)


# -- explicit depth ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", NETWORKS)
@pytest.mark.parametrize("layers", [1, 2, 3, 4, 5, 6])
def test_instances_equal_the_direct_derivation(layers, shape):
    made, problem = derivatives(shape, layers), sl.network("linear", layers=layers, rectangular=shape == "rectangular")
    dims = {"d": 2, "m": 3} if shape == "square" else {"n": lambda i: 1 + i * i % 4, "m": 2}
    letters = problem.letters
    formulas = {w: g.result for w, g in zip(letters, made.gradients, strict=True)}
    blocks = {(letters[i], letters[j]): b.result for (i, j), b in made.hessian.blocks.items()}
    assert len(blocks) == layers**2
    assert check_modular(problem.loss, formulas, blocks, dims).label is Label.SAMPLED
    for w in letters:
        direct = sl.gradient(problem.loss, w).result
        assert check_equation(direct, formulas[w], dims, trials=1).label is Label.SAMPLED
    if layers <= 4:
        direct = sl.hessian(problem.loss, letters)
        for (i, j), b in direct.blocks.items():
            found = check_equation(b.result, blocks[letters[i], letters[j]], dims, trials=1)
            assert found.label is Label.SAMPLED, (i, j)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_instances_equal_the_terms_of_the_theorem(layers):
    made, dims = derivatives("rectangular", layers), {"n": {0: 2, 1: 3, 2: 1, 3: 2}, "m": 2}
    for row in range(1, layers + 1):
        found = made.gradients[row - 1].result
        assert check_equation(found, net.gradient(layers, row), dims, trials=1).label is Label.SAMPLED
        for column in range(1, layers + 1):
            found = made.hessian.blocks[row - 1, column - 1].result
            assert check_equation(found, net.block(layers, row, column), dims, trials=1).label is Label.SAMPLED


def test_instances_are_identities_of_polynomials():
    made, problem = derivatives("square", 2), sl.network("linear", layers=2)
    letters = problem.letters
    formulas = {w: g.result for w, g in zip(letters, made.gradients, strict=True)}
    for dims in ({"d": 1, "m": 1}, {"d": 2, "m": 2}):
        found = check_derivatives(problem.loss, letters, formulas, made.hessian.result, dims)
        assert found.label is Label.EXACT
    wrong = made.hessian.result.T * T.Identity(made.hessian.result.shape[0]) * 2
    assert check_derivatives(problem.loss, letters, {}, wrong, {"d": 2, "m": 2}).label is Label.REFUTED


def test_instances_as_people_read_them():
    made = derivatives("square", 3)
    assert [repr(g.result) for g in made.gradients] == [
        "W2'*W3'*(W3*W2*W1*X - Y)*X'", "W3'*(W3*W2*W1*X - Y)*X'*W1'", "(W3*W2*W1*X - Y)*X'*W1'*W2'",
    ]  # fmt: skip
    assert repr(made.gradients[1]).startswith("gradient 2: W3'*E*X'*W1'  [PROVED, ")
    assert repr(made.hessian.blocks[0, 0].result) == "(X*X') (x) (W2'*W3'*W3*W2)"
    assert all(not g.theorem.hypotheses and g.theorem.analysis == () for g in made.gradients)
    assert all(not b.theorem.hypotheses for b in made.hessian.blocks.values())


def test_twelve_layers():
    problem = sl.network("linear", layers=12)
    made, letters = derivatives("square", 12), problem.letters
    assert len(made.gradients) == 12 and len(made.hessian.blocks) == 144
    formulas = {w: g.result for w, g in zip(letters, made.gradients, strict=True)}
    blocks = {(letters[i], letters[j]): b.result for (i, j), b in made.hessian.blocks.items()}
    assert check_modular(problem.loss, formulas, blocks, {"d": 3, "m": 4}, trials=1).label is Label.SAMPLED
    blocks[letters[11], letters[0]] = -blocks[letters[11], letters[0]]
    assert check_modular(problem.loss, {}, blocks, {"d": 3, "m": 4}, trials=1).label is Label.REFUTED
