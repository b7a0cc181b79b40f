"""What is not covered is refused, with the node, the reason and what to try: never zero, never silent."""

from typing import cast

import pytest

import symland as sl
from symland.calculus.gradient import gradient as gradient_of_terms
from symland.errors import AssumptionMissing, NoRule, ShapeError, UsageError
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from tests import linear_network as net
from tests.deep_linear import SQUARE, L, k, l

d, m = sl.dims("d m")
W, A, B = (sl.matrix(name, d, d) for name in "WAB")
X = sl.matrix("X", d, m)
tr, norm2 = T.Trace, sl.norm2
c = sl.scalar("c")

NO_RULE = {
    "Pseudoinverse": (tr(T.Pseudoinverse(W)), "pinv(W)"),
    "Pseudoinverse inside": (norm2(T.Pseudoinverse(W * X)), "pinv(W*X)"),
    "OperatorNorm": (cast(T.Term, T.OperatorNorm(W)), "opnorm(W)"),
    "Block": (norm2(T.block([[W, A, A, A]])), "[W, A, A, A]"),
    "BoundedProduct": (T.BoundedProduct.over("i", 1, 3, norm2(W)), "prod(i, 1..3, norm2(W)^2)"),
}


@pytest.mark.parametrize("name", NO_RULE)
@pytest.mark.parametrize("ask", [sl.gradient, lambda f, w: sl.hessian_block(f, w, w)], ids=["gradient", "hessian"])
def test_a_node_without_a_rule(name, ask):
    loss, node = NO_RULE[name]
    with pytest.raises(NoRule) as e:
        ask(loss, W)
    assert node in str(e.value) and e.value.node is not None


def test_a_node_without_a_rule_says_where_a_rule_would_go():
    with pytest.raises(NoRule, match="no rule for the derivative of Block") as e:
        sl.gradient(norm2(T.block([[W, A, A, A]])), W)
    assert e.value.module == "symland.proof.rules" and e.value.module in e.value.hint
    assert e.value.node is T.block([[W, A, A, A]])


def test_the_same_nodes_are_no_obstacle_in_data():
    for constant in (T.Pseudoinverse(A), T.Kronecker(A, B), T.Vec(A), T.block([[A, B]]), T.Commutation(d, d)):
        assert sl.gradient(norm2(constant) * tr(W), W).result.shape == W.shape


@pytest.mark.parametrize("fact", ["symmetric", "psd", "diagonal", "orthogonal"])
def test_restricted_letters(fact):
    """The gradient over a thin set is a projection of the unconstrained one: where that is not covered, it is not
    confused with it."""
    w = sl.matrix("W", d, d, fact)
    member = sl.family("F", d, d, facts=(fact,))[1]
    asked = [lambda f, v: sl.hessian_block(f, v, v), lambda f, v: sl.hessian(f, [v])]
    for letter in (w, member):
        for ask in [*asked, sl.gradient] if fact == "orthogonal" else asked:
            with pytest.raises(NoRule) as e:
                ask(norm2(letter - A), letter)
            assert e.value.node is letter and "unconstrained" in e.value.hint
    # as data, and with facts that hold in a neighborhood, letters are free
    assert sl.gradient(norm2(w * A), A).result.shape == A.shape
    v = sl.matrix("W", d, d, "invertible")
    assert sl.gradient(norm2(v), v).result is 2 * v


def other(*facts, shape=(d, d)):
    return sl.matrix("W", *shape, *facts)


@pytest.mark.parametrize("letter", [other("invertible"), other(shape=(d, m)), other(shape=(d, 2))], ids=repr)
def test_a_letter_that_is_not_in_the_loss(letter):
    """The same name with another shape or other facts is a conflict."""
    with pytest.raises(UsageError, match="W is declared as") as e:
        sl.gradient(norm2(W), letter)
    assert "declare every letter once" in e.value.hint
    with pytest.raises(UsageError, match="W is declared as"):
        sl.hessian_block(norm2(W), W, letter)


def test_a_loss_that_does_not_depend_on_the_letter():
    """Then the derivatives are zero, which is proved, and said."""
    made = sl.gradient(norm2(W), A)
    assert made.result is T.Zero(d, d)
    assert made.notes == ("the loss does not depend on A: its derivative is zero",)
    assert made.theorem.statement is S.Grad(norm2(W), A, T.Zero(d, d))
    assert sl.gradient(norm2(W), W).notes == ()
    assert sl.hessian_block(norm2(W), W, A).result is T.Zero(d * d, d * d)
    assert sl.gradient(norm2(W), c).result is T.number(0)


@pytest.mark.parametrize("layer", [0, 4, -1])
def test_a_layer_that_is_not_in_the_loss(layer):
    """Layers 1, 2, 3: the derivative with respect to another one is a slip, not zero."""
    with pytest.raises(UsageError, match="does not occur in"):
        sl.gradient(net.loss(3), net.layer(layer))
    with pytest.raises(UsageError, match="does not occur in"):
        sl.hessian_block(net.loss(3), net.layer(2), net.layer(layer))


WRONG_CALLS = {
    "a matrix for the loss": (lambda: sl.gradient(W * A, W), "a loss is a scalar term"),
    "nothing for the loss": (lambda: sl.gradient(None, W), "None is not an expression"),
    "a statement for the loss": (lambda: sl.gradient(S.Le(c, c), W), "is not an expression"),
    "a product for the letter": (lambda: sl.gradient(norm2(W * A), W * A), "not a letter"),
    "a transpose for the letter": (lambda: sl.gradient(norm2(W), W.T), "not a letter"),
    "a letter that is not there": (lambda: sl.gradient(norm2(W), "Q"), "has no letter Q"),
    "nothing for the letter": (lambda: sl.gradient(norm2(W), None), "not a letter"),
    "a chain for the letter": (lambda: sl.gradient(SQUARE.loss, SQUARE.P), "not a letter"),
    "a family for the letter": (lambda: sl.gradient(SQUARE.loss, SQUARE.W), "not a letter"),
    "another form": (lambda: sl.hessian(norm2(W), [W], form="tensor"), "'tensor' is not available"),
    "no variables": (lambda: sl.hessian(norm2(W), []), "at least one variable"),
    "a variable twice": (lambda: sl.hessian(norm2(W), [W, W]), "twice"),
    "one wrong variable": (lambda: sl.hessian(norm2(W), [W, other(shape=(d, m))]), "W is declared as"),
    "an unknown fact": (lambda: sl.gradient(norm2(sl.matrix("Z", d, d, "nice") * W), W), "not a known fact"),
    "a float": (lambda: 0.5 * norm2(W), "not a term"),
    "a float dimension": (lambda: sl.matrix("W", 2.0, 2), "not a dimension"),
    "no dimension": (lambda: sl.matrix("W", 0, 2), "at least 1"),
    "no name": (lambda: sl.matrix("", d, d), "not a name"),
    "a problem without its letter": (lambda: sl.Problem("p", norm2(W), (A,)), "A does not occur in the loss"),
    "a problem that is no scalar": (lambda: sl.Problem("p", W, (W,)), "is not a scalar"),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_usage(name):
    call, text = WRONG_CALLS[name]
    with pytest.raises(UsageError, match=text):
        call()


# -- what has to be assumed ---------------------------------------------------------------------------------------
NEEDED = {
    "the inverse of a free letter": (tr(T.Inverse(W)), W, S.Invertible(W)),
    "the inverse of a sum": (tr(T.Inverse(W * W.T + T.Identity(d))), W, S.Invertible(W * W.T + T.Identity(d))),
    "a reciprocal": (sl.number(1) / norm2(W), W, S.Nonzero(norm2(W))),
    "a power of unknown degree": (tr(W) ** Index.var("p"), W, S.at_least("p", 1)),
    "a norm": (T.norm(W), W, S.Lt(sl.number(0), norm2(W))),
    "an entrywise logarithm": (T.entries_sum(T.Elementwise("log", W)), W, S.Positive(W)),
    "a kink": (T.entries_sum(T.Elementwise("relu", W * X)), W, S.Nonzero(W * X)),
}


@pytest.mark.parametrize("name", NEEDED)
def test_what_a_derivative_needs_is_a_named_hypothesis(name):
    loss, letter, wanted = NEEDED[name]
    made = sl.gradient(loss, letter)
    assert list(made.theorem.hypotheses.values()) == [wanted]
    assert list(made.theorem.hypotheses) == [repr(wanted)]
    # given by the user, it has the name that the user gives it
    assert list(sl.gradient(loss, letter, {"given": wanted}).theorem.hypotheses) == ["given"]


def test_a_positive_number_is_not_zero():
    """What a hypothesis gives is not assumed again."""
    positive = S.Lt(sl.number(0), norm2(W))
    made = sl.gradient(sl.number(1) / norm2(W), W, {"given": positive})
    assert dict(made.theorem.hypotheses) == {"given": positive}


def test_a_member_needs_its_place_in_the_range():
    """W[2] in a network of symbolic depth: 2 <= L is needed and not known."""
    w = SQUARE.layer(2)
    with pytest.raises(AssumptionMissing, match="L >= 2"):
        sl.gradient(SQUARE.loss, w)
    made = sl.gradient(SQUARE.loss, w, {"deep": S.at_least(L, 3)})
    assert repr(made.result) == "W[L..3]'*(W[L..1]*X - Y)*X'*W1'"


def test_the_order_of_two_layers():
    with pytest.raises(AssumptionMissing) as e:
        sl.hessian_block(SQUARE.loss, SQUARE.layer(l), SQUARE.layer(k))
    assert "l" in str(e.value.expected) and "k" in str(e.value.expected)


def test_two_hypotheses_of_one_name():
    s = sl.matrix("S", d, d, "symmetric")
    with pytest.raises(AssumptionMissing, match=r"two hypotheses are named symmetric\(S\)"):
        sl.gradient(norm2(W * s), W, {"symmetric(S)": S.Invertible(s)})


def test_facts_are_no_assumptions_of_what_does_not_use_them():
    s = sl.matrix("S", d, d, "symmetric", "invertible")
    assert sl.gradient(norm2(W * s - A), A).theorem.hypotheses == {}
    assert list(sl.gradient(norm2(s * W), W).theorem.hypotheses) == ["symmetric(S)"]  # S for S'


# -- shapes -------------------------------------------------------------------------------------------------------
SHAPES = {
    "product": (lambda: X * W, ("d x m", "d x d")),
    "sum": (lambda: W + X, ("d x d", "d x m")),
    "inner product": (lambda: T.Inner(W, X), ("d x d", "d x m")),
    "trace": (lambda: tr(X), ("d x m",)),
    "inverse": (lambda: T.Inverse(X), ("d x m",)),
    "norm of a scalar": (lambda: norm2(c), ("scalar",)),
    "power of a matrix": (lambda: W**2, ("d x d",)),
    "a scalar plus a matrix": (lambda: W + 1, ("d x d", "scalar")),
    "a direction": (lambda: T.D(norm2(W), W, X), ("d x d", "d x m")),
    "an equation": (lambda: S.Eq(W, X), ("d x d", "d x m")),
    "a gradient": (lambda: S.Grad(norm2(W), W, X), ("d x d", "d x m")),
    "a block": (lambda: S.Hess(norm2(W), W, W, W), ("d x d",)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shape_errors_show_the_shapes_and_the_parts(name):
    call, shapes = SHAPES[name]
    with pytest.raises(ShapeError) as e:
        call()
    text = str(e.value)
    assert all(f"has shape {s}" in text for s in shapes), text
    assert len(e.value.parts) == len(e.value.shapes) >= len(shapes)
    assert all(repr(p) in text for p in e.value.parts)


def test_a_one_by_one_matrix_is_not_a_scalar():
    one = sl.matrix("o", 1, 1)
    with pytest.raises(UsageError, match="scalar"):
        gradient_of_terms(one * one, one)
    assert sl.gradient(one * one, one).theorem.statement.args[0] is tr(one * one)  # the public function says so
    with pytest.raises(ShapeError):
        one + 1
