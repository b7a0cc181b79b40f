"""Proposed minimizers: every claim with its label; a wrong point is refused with the right witness.

Expected values are by hand, or from test vectors of the specification (CE12, CE13, 12.1).
"""

import pytest

import symland as sl
from symland.checks.steps import check_steps
from symland.evaluate.derivatives import gradient_at
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import Evaluation
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T

TWO = "1/2*norm2(W2*W1*X - Y)^2"
AT, NORMAL = "W1 = C, W2 = M*inv(C)", "Y*X' = M*X*X'"
ring = Rationals()


def labels(found):
    return {c.name: c.evidence.label.value for c in found.claims}


# -- what holds ------------------------------------------------------------------------------------------------------
GOOD = {
    "two layers": (TWO, AT, NORMAL, "1/2*norm2(M*X - Y)^2"),
    "least squares": ("norm2(A*x - b)^2", "x = pinv(A)*b", (), "norm2(A*pinv(A)*b - b)^2"),
    "ridge": (
        "norm2(A*x - b)^2 + lambda*norm2(x)^2", "x = inv(A'*A + lambda*eye(n))*A'*b", "0 < lambda",
        "-tr(inv(A'*A + lambda*I(n))*A'*b*b'*A) + norm2(b)^2",
    ),
    "autoencoder": ("1/2*norm2(W'*W*X - X)^2", "W = Q", "Q'*Q = eye(n)", "0"),
    "scalars": ("1/2*(w2*w1*x - y)^2", "w1 = c, w2 = e", "e*c*x = y", "0"),
    "interpolating network": ("norm2(W2*tanh(W1*X) - Y)^2", "W1 = C, W2 = M", "M*tanh(C*X) = Y", "0"),
    "leaky": ("norm2(W2*leaky_relu(W1*X, a) - Y)^2", "W1 = C, W2 = M", "M*leaky_relu(C*X, a) = Y", "0"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_minimizer(name):
    loss, at, assuming, value = GOOD[name]
    found = sl.candidate(loss, at=at, assuming=assuming)
    assert labels(found) | {"stationary": "PROVED", "value": "PROVED", "global minimum": "PROVED"} == labels(found)
    assert found.label is Label.PROVED and found.check() is found
    assert repr(found.value) == value
    for result in found.claim("stationary").results:
        assert repr(result.theorem.statement.args[2]) == "0"


@pytest.mark.parametrize("name", ["two layers", "least squares", "ridge", "autoencoder"])
def test_theorems_are_exercised(name):
    loss, at, assuming, _ = GOOD[name]
    found = sl.candidate(loss, at=at, assuming=assuming)
    assert check_steps(found.trace, trials=60).label is Label.CERTIFIED
    assert sl.check(found.trace, methods=["kernel"]).label is Label.PROVED


def test_symmetric_variables():
    """Only symmetric directions count: the symmetric part of M is the nearest symmetric matrix."""
    found = sl.candidate("norm2(S - M)^2", ["S"], at="S = 1/2*(M + M')", shapes="S: n x n symmetric")
    assert labels(found) == {
        "stationary": "PROVED", "value": "PROVED", "global minimum": "PROVED", "Hessian": "UNDECIDED",
        "curvature": "UNDECIDED",
    }  # fmt: skip
    wrong = sl.candidate("norm2(S - M)^2", ["S"], at="S = 0", shapes="S: n x n symmetric")
    assert labels(wrong)["stationary"] == "UNDECIDED" and labels(wrong)["global minimum"] == "REFUTED"
    for name in ("S",):
        direction = wrong.claim("global minimum").evidence.witness.point[f"direction {name}"]
        assert direction == direction.transpose()


def test_facts_of_a_variable_at_the_point():
    """invertible(S) says at S = inv(A) that inv(A) is invertible, so that its inverse is A."""
    shapes = "S: n x n invertible, A: n x n symmetric invertible"
    found = sl.candidate("tr(S*A) - logdet(S)", ["S"], at="S = inv(A)", shapes=shapes)
    assert labels(found)["stationary"] == "PROVED"
    wrong = sl.candidate("tr(S*A) - logdet(S)", ["S"], at="S = A", shapes=shapes)
    assert labels(wrong)["stationary"] == "REFUTED"


def test_the_hessian_and_its_factor():
    found = sl.candidate(TWO, at=AT, assuming=NORMAL)
    shown = {r.theorem.statement.args[1:3]: repr(r.theorem.statement.args[3]) for r in found.claim("Hessian").results}
    assert sorted(shown.values()) == sorted(
        ["(X*X') (x) (inv(C)'*M'*M*inv(C))", "(C*X*X') (x) (M*inv(C))", "(C*X*X'*C') (x) I(m)"]
    )
    assert repr(found.factor) == "[X' (x) (M*inv(C)), (X'*C') (x) I(m)]"
    assert found.claim("curvature").evidence.label is Label.CERTIFIED
    assert found.claim("stationary").evidence.model.startswith("verified at")


def test_all_opinions():
    evidence = sl.check(sl.candidate(TWO, at=AT, assuming=NORMAL), methods=["kernel", "steps"], budget_s=3)
    assert {p.label for p in evidence.parts} == {Label.PROVED, Label.CERTIFIED}


def test_instances_need_rational_assumptions():
    """tanh is free in exact arithmetic: an instance of an assumption about it refutes nothing."""
    found = sl.candidate("norm2(A*X - Y)^2", ["A"], at="A = M", assuming="tanh(M) = M")
    assert labels(found)["stationary"] == "UNDECIDED" and labels(found)["global minimum"] == "UNDECIDED"


def test_terms_and_problems():
    n, m, q = sl.dims("n m q")
    A, M, X, Y = sl.matrix("A", m, n), sl.matrix("M", m, n), sl.matrix("X", n, q), sl.matrix("Y", m, q)
    loss, normal = sl.norm2(A * X - Y), S.Eq(Y * X.T, M * X * X.T)
    assert sl.candidate(loss, [A], {A: M}, normal).label is Label.PROVED
    family = sl.PointFamily("normal", "least squares", {A: M}, (M,), {"normal": normal})
    problem = sl.Problem("least squares", loss, (A,), (X, Y), minimizers=family)
    assert sl.candidate(problem).label is Label.PROVED
    assert sl.candidate(problem, at="A = 0").label is Label.REFUTED
    assert sl.candidate(problem, at="A = N", assuming="Y*X' = N*X*X'").label is Label.PROVED
    assert sl.candidate(loss, [A], "A = N", [S.Eq(Y * X.T, T.Zero(m, n)), "N*X*X' = 0"]).label is Label.PROVED
    with pytest.raises(sl.UsageError, match="no point"):
        sl.candidate(sl.Problem("p", loss, (A,)))


def test_a_network():
    """Theorem 4.2.4 for two layers, and for the residual network."""
    two, residual = sl.network("linear", layers=2), sl.network("residual", layers=2)
    assert sl.candidate(two, at=AT, assuming=NORMAL).label is Label.PROVED
    assert sl.candidate(two, at=AT).label is Label.REFUTED
    at = "A1 = C - eye(d), A2 = M*inv(C) - eye(d)"
    assert sl.candidate(residual, at=at, assuming=NORMAL).label is Label.PROVED


def test_assumptions_about_variables_hold_at_the_point():
    found = sl.candidate(TWO, at=AT, assuming=[NORMAL, "invertible(W1)"])
    assert "invertible(C)" in {repr(h) for h in found.point.given.values()}
    assert found.label is Label.PROVED


# -- what does not ---------------------------------------------------------------------------------------------------
def value_at(loss, names, dims, letters):
    term = sl.parse(loss, names)
    return Evaluation(point(dims, letters), ring).value(term)


SHAPES = {"W1": "n n", "W2": "m n", "X": "n p", "Y": "m p"}


@pytest.mark.parametrize(("at", "assuming"), [("W1 = C, W2 = M", NORMAL), (AT, ())], ids=["wrong", "dropped"])
def test_not_stationary(at, assuming):
    """The negative gradient is a descent direction: both values of the loss, computed anew from the witness."""
    found = sl.candidate(TWO, at=at, assuming=assuming)
    with pytest.raises(sl.NotAMinimizer, match="descent direction") as e:
        found.check()
    w = e.value.witness
    letters = {name: w.point[name] for name in ("W1", "W2", "X", "Y")}
    assert value_at(TWO, SHAPES, w.dims, letters) == w.left > w.right
    term = sl.parse(TWO, SHAPES)
    before = Evaluation(point(w.dims, letters), ring)
    step = None
    for name in ("W1", "W2"):
        (letter,) = {n for n in sl.parse(TWO, SHAPES).args[1].args[0].args[0].args if repr(n) == name}
        gradient = gradient_at(term, letter, before)
        assert w.point[f"direction {name}"] == -1 * gradient
    step = ring.number(_step(w.note))
    moved = {n: letters[n] + step * w.point[f"direction {n}"] if n in ("W1", "W2") else v for n, v in letters.items()}
    assert value_at(TWO, SHAPES, w.dims, moved) == w.right
    assert labels(found)["global minimum"] == "REFUTED" and found.label is Label.REFUTED


def _step(note):
    from fractions import Fraction

    return Fraction(note.split("a step of ")[1].split(" ")[0])


def test_a_saddle_with_negative_curvature():
    found = sl.candidate(TWO, at="W1 = 0, W2 = 0")
    assert labels(found) == {
        "stationary": "PROVED", "value": "PROVED", "global minimum": "REFUTED", "Hessian": "PROVED",
        "H^T H": "REFUTED", "curvature": "REFUTED",
    }  # fmt: skip
    with pytest.raises(sl.NotAMinimizer, match="negative curvature"):
        found.check()
    assert repr(found.value) == "1/2*norm2(Y)^2"


def test_a_deep_saddle_has_neither():
    """CE13: gradient and Hessian are zero, and nearby points have a smaller loss."""
    found = sl.candidate("1/2*norm2(W3*W2*W1*X - Y)^2", at="W1 = 0, W2 = 0, W3 = 0")
    assert labels(found)["stationary"] == "PROVED" and labels(found)["curvature"] == "CERTIFIED"
    assert all(isinstance(r.theorem.statement.args[3], T.Zero) for r in found.claim("Hessian").results)
    with pytest.raises(sl.NotAMinimizer, match="smaller loss") as e:
        found.check()
    w = e.value.witness
    letters = {name: w.point[name] for name in ("W1", "W2", "W3", "X", "Y")}
    step = ring.number(_step(w.note))
    moved = {n: v + step * w.point[f"direction {n}"] if n[0] == "W" else v for n, v in letters.items()}
    loss, shapes = "1/2*norm2(W3*W2*W1*X - Y)^2", {"W1": "n p", "W2": "m n", "W3": "k m", "X": "p q", "Y": "k q"}
    sizes = dict(zip("np", ring.size(letters["W1"]), strict=True)) | {
        "m": ring.size(letters["W2"])[0], "k": ring.size(letters["W3"])[0], "q": ring.size(letters["X"])[1],
    }  # fmt: skip
    assert value_at(loss, shapes, sizes, letters) == w.left
    assert value_at(loss, shapes, sizes, moved) == w.right < w.left


def test_a_strict_saddle_of_the_bottleneck():
    """12.1 with X = I, Y = diag(2, 1) and the second eigenvector: -1 is an eigenvalue of the Hessian, by hand."""
    one = T.Identity(sl.Dim.of(1))
    u = T.UnitVector(sl.Dim.of(2), sl.Index.of(2))
    first = T.UnitVector(sl.Dim.of(2), sl.Index.of(1))
    Y = 2 * (first * first.T) + u * u.T
    A, B = sl.matrix("A", 1, 2), sl.matrix("B", 2, 1)
    found = sl.candidate(sl.number(1, 2) * sl.norm2(B * A - Y), [A, B], {A: u.T * Y, B: u * one})
    assert labels(found)["global minimum"] == "REFUTED" and labels(found)["curvature"] == "REFUTED"
    with pytest.raises(sl.NotAMinimizer, match="negative curvature"):
        found.check()


def test_functions_that_are_not_rational():
    found = sl.candidate("norm2(W2*tanh(W1*X) - Y)^2", at="W1 = C, W2 = M")
    assert labels(found)["stationary"] == "REFUTED"
    good = sl.candidate("norm2(W2*tanh(W1*X) - Y)^2", at="W1 = C, W2 = M", assuming="M*tanh(C*X) = Y")
    assert labels(good)["curvature"] == "UNDECIDED"
    assert "not rational" in good.claim("curvature").evidence.details


def test_a_kink():
    """CE12, in one letter: no derivative where abs has its kink; the value is still decided."""
    found = sl.candidate("norm2(abs(w) - 1)^2", ["w"], at="w = 0", shapes={"w": "n"})
    assert labels(found)["stationary"] == labels(found)["Hessian"] == "UNDECIDED"
    assert "kink" in found.claim("stationary").evidence.details
    zero = sl.candidate("norm2(abs(w))^2", ["w"], at="w = 0", shapes={"w": "n"})
    assert labels(zero)["stationary"] == "UNDECIDED"


def test_a_bound_that_is_not_found_is_not_claimed():
    """Logistic loss at a stationary point: no sum of squares, so the global claim stays open."""
    found = sl.candidate("sum(log(1 + exp(A*x))) - b'*A*x", ["x"], at="x = v", assuming="A'*sigmoid(A*v) = A'*b")
    assert labels(found)["global minimum"] == "UNDECIDED"
    assert found.label is not Label.PROVED


# -- bad input -------------------------------------------------------------------------------------------------------
BAD = [
    ("W1 = C, W2 = M*inv(C", (), sl.ParseError, r"not closed(.|\n)*\^"),
    ("W1 = C; W1 = M", (), sl.ParseError, r"set twice(.|\n)*\^\^"),
    ("W1 = C = M, W2 = 0", (), sl.ParseError, r"two equals signs(.|\n)*\^"),
    ("W1, W2 = 0", (), sl.ParseError, "letter = expression"),
    ("W1 = , W2 = 0", (), sl.ParseError, "given no value"),
    ("W1 = C + , W2 = 0", (), sl.ParseError, r"(.|\n)*\^"),
    ("", (), sl.ParseError, "no letter here"),
    ("W1 = C", (), sl.UsageError, "does not say what W2 is"),
    ("W1 = C, W2 = M, X = N", (), sl.UsageError, "not one of the variables"),
    ("W1 = C, W2 = M*W1", (), sl.UsageError, "depends on the variable W1"),
    ("W1 = X', W2 = 0", ("Y*X' = 2*X",), sl.ShapeError, "does not fit"),
    ("W1 = C, Q = M", (), sl.UsageError, "not one of the variables"),
]


@pytest.mark.parametrize(("at", "assuming", "error", "text"), BAD, ids=str)
def test_bad_points(at, assuming, error, text):
    with pytest.raises(error, match=text):
        sl.candidate(TWO, ["W1", "W2"], at, list(assuming), shapes={"X": "n 7", "Y": "3 7"})


def test_shapes_are_named():
    n, m, q = sl.dims("n m q")
    A, X = sl.matrix("A", m, n), sl.matrix("X", n, q)
    with pytest.raises(sl.ShapeError, match="A is m x n, and its value X is n x q"):
        sl.candidate(sl.norm2(A * X), [A], {A: X})


def test_contradictory_assumptions_are_proved_to_be():
    with pytest.raises(sl.UsageError, match="contradict each other: they give I"):
        _ = sl.candidate(TWO, at=AT, assuming=[NORMAL, "C = 0"]).claims


def test_large_dimensions_are_proved_and_not_sampled():
    found = sl.candidate(TWO, at=AT, assuming=NORMAL, shapes="X: 300 x 1000, Y: 200 x 1000")
    assert found.label is Label.PROVED
    assert labels(found)["curvature"] == "UNDECIDED" and "few enough" in found.claim("curvature").evidence.details


def test_no_model_is_not_a_contradiction():
    """x'*x = -1 has no solution, which the equations alone do not show: nothing is claimed at instances."""
    found = sl.candidate("norm2(A*x)^2", ["A"], at="A = 0", assuming="x'*x = -1")
    assert "does not say that they contradict" in found.claim("curvature").evidence.details
    assert found.claim("stationary").evidence.model == "" or "not known" in found.model


KINKS = [
    ("norm2(relu(W) - Y)^2", "W = 0", ["Y = 0"], None),
    ("norm2(relu(W) - Y)^2", "W = 0", (), None),
    ("c - norm2(W)", "W = 0", ["c = 1"], None),  # a cusp, the strict maximum
    ("(c/s + 1/s)^2 + s^2", "s = 0", ["c = -1"], None),  # a pole
    ("(log(s) - log(s))^2 + s^2", "s = 0", (), None),
    ("det(S)^2", "S = 0", (), "S: n x n"),  # smooth there, but not by the rules used
    ("norm2(inv(S))^2", "S = 0", (), "S: n x n"),
]


@pytest.mark.parametrize(("loss", "at", "assuming", "shapes"), KINKS)
def test_nothing_about_derivatives_is_proved_where_their_conditions_cannot_hold(loss, at, assuming, shapes):
    made = sl.candidate(loss, [at[0]], at=at, assuming=assuming, shapes=shapes)
    assert made.label is Label.UNDECIDED
    derivatives = {"stationary", "Hessian", "H^T H", "curvature"}
    assert {c.evidence.label for c in made.claims if c.name in derivatives} == {Label.UNDECIDED}


@pytest.mark.parametrize("loss", ["(1/s - 1/s)^2 + s^2", "(0*log(s))^2 + s^2", "(sqrt(s)*0)^2 + s^2"])
def test_no_minimum_is_claimed_where_the_loss_has_no_value(loss):
    made = sl.candidate(loss, ["s"], at="s = 0")
    assert {made.claim(name).evidence.label for name in ("value", "global minimum")} == {Label.UNDECIDED}


def test_a_gradient_is_not_zero_by_a_condition_that_contradicts_an_assumption():
    """At a singular C of rank d - 1 the gradient of det is not zero, though det(C) = 0."""
    shapes = {"S": ("d", "d"), "C": ("d", "d")}
    made = sl.candidate("det(S)", ["S"], at="S = C", assuming=["det(C) = 0"], shapes=shapes)
    assert made.claim("stationary").evidence.label is Label.UNDECIDED
    assert made.label is Label.REFUTED


# -- points of the problem -------------------------------------------------------------------------------------------
OUTSIDE = [
    ("norm2(S + I(n))^2", "S = -I(n)", "S: n x n psd", r"psd\(-I\(n\)\) is false"),  # the true minimum is at S = 0
    ("norm2(W)^2", "W = 0", "W: n x n invertible", r"invertible\(0\) is false"),
    ("norm2(S - A)^2", "S = -A'*A - I(n)", "S: n x n psd, A: n x n", "holds at no sample"),
    ("norm2(W - B)^2", "W = B", "W: n x n invertible", "holds at no sample"),
]


@pytest.mark.parametrize(("loss", "at", "shapes", "text"), OUTSIDE)
def test_a_point_that_is_none_of_the_problem(loss, at, shapes, text):
    assuming = ["B*v = 0", "v'*v = 1"] if "B" in at else ()
    with pytest.raises(sl.NotAMinimizer if "false" in text else sl.UsageError, match=text):
        _ = sl.candidate(loss, [at[0]], at=at, assuming=assuming, shapes=shapes).claims


@pytest.mark.parametrize("shapes", ["S: n x n symmetric", "S: 3 x 3 symmetric"])
def test_what_makes_it_a_point_of_the_problem_is_a_hypothesis(shapes):
    """S = M needs M' = M, which no step proves: a hypothesis of the claims, which holds at the instances."""
    found = sl.candidate("norm2(S - M)^2", ["S"], at="S = M", shapes=shapes)
    assert {repr(h) for h in found.point.membership.values()} == {"M' = M"} and found.label is Label.PROVED
    for name in ("stationary", "value", "global minimum"):
        assert "symmetric(S) at the point: M' = M" in found.claim(name).evidence.hypotheses
    assert found.claim("stationary").says == "the gradient is zero, in symmetric directions of S"
    for i in found._instances.found:
        (matrix,) = (v for name, v in i.shown().items() if name == "M")
        assert matrix == matrix.transpose()


@pytest.mark.parametrize(
    ("at", "shapes", "assuming"),
    [
        ("S = M + M'", "S: n x n symmetric", ()),
        ("S = M", "S: n x n symmetric", "M' = M"),
        ("S = M", "S: n x n symmetric, M: n x n psd", ()),
        ("S = inv(M)*N", "S: n x n invertible, N: n x n invertible", ()),
        ("S = M", "S: n x n diagonal, M: n x n diagonal", ()),
    ],
)
def test_what_the_assumptions_say_of_the_point_is_no_further_hypothesis(at, shapes, assuming):
    found = sl.candidate("norm2(S)^2", ["S"], at=at, shapes=shapes, assuming=assuming)
    assert not found.point.membership and "at the point" not in "".join(found.point.given)


def test_hypotheses_that_hold_at_no_instance_prove_nothing():
    """A symmetric S that is skew and not zero: no instance, so no claim."""
    assuming = ["B' = -B", "norm2(B)^2 = 2"]
    found = sl.candidate("norm2(S - B)^2", ["S"], at="S = B", assuming=assuming, shapes="S: n x n symmetric, B: n x n")
    assert {c.evidence.label for c in found.claims} == {Label.UNDECIDED}


@pytest.mark.parametrize(("loss", "assuming"), [("a^2 + b/b", "b = 0"), ("a^2 + log(b) - log(b)", "b < 0")])
def test_nothing_is_proved_where_the_loss_has_no_value(loss, assuming):
    found = sl.candidate(loss, ["a"], at="a = 0", assuming=assuming)
    assert {c.evidence.label for c in found.claims} == {Label.UNDECIDED}
    assert "PROVED" in labels(sl.candidate(loss, ["a"], at="a = 0")).values()


# -- bounds, reciprocals, facts of data, values of functions ---------------------------------------------------------
MINIMA = {
    "phase retrieval": ("norm2((A*x) .* (A*x) - y)^2", "x = c", "y = (A*c) .* (A*c)", None, "0"),
    "even powers": ("a^4 + b^4", "a = 0, b = 0", (), None, "0"),
    "product of squares": ("a^2*(a^2 + b^2)^3", "a = 0, b = e", (), None, "0"),
    "fourth powers": ("sum(x.^4)", "x = 0", (), "x: n", "0"),
    "mean squared error": (
        "norm2(W*X - Y)^2/m", "W = Y*pinv(X)", (), "X: d x m", "norm2(Y*pinv(X)*X - Y)^2/m",
    ),
    "ridge, averaged": ("norm2(W*X - Y)^2/(2*m) + a*norm2(W)^2/m", "W = 0", ["Y = 0", "0 < a"], "X: d x m", "0"),
    "a constant": ("norm2(W - A)^2 - norm2(A)^2 + 3", "W = A", (), "A: m x n", "-norm2(A)^2 + 3"),
    "a trace": ("tr((W*X - Y)'*(W*X - Y))", "W = Z", "Z*X = Y", None, "0"),
    "two divisors": (
        "norm2(X*w - y)^2/(2*n) + 1/2*c*norm2(w)^2", "w = v", ["1/n*X'*(X*v - y) + c*v = 0", "0 < c"], "X: n x d",
        "-tr(X*v*y')/(2*n) + norm2(y)^2/(2*n)",
    ),
    "entries": ("sum(x .* x)", "x = 0", (), "x: n", "0"),
    "scalars": ("(a*b - c)^2", "a = t, b = c/t", "0 < t", None, "0"),
    "orthogonal data": ("norm2(A*Q*Q'*A' - Y)^2", "A = M", "Y = M*M'", "A: m x n, Q: n x n orthogonal", "0"),
    "semidefinite data": ("norm2(W - A')^2", "W = A", (), "A: n x n psd", "0"),
    "tanh(0)": ("norm2(W*tanh(X) - Y)^2", "W = M", ["X = 0", "Y = 0"], None, "0"),
    "exp(0)": ("norm2(exp(W) - ones(n, m))^2", "W = 0", (), "W: n x m", "0"),
    "sigmoid(0)": ("(sigmoid(a) - 1/2)^2", "a = 0", (), None, "0"),
    "log(1), sqrt(1)": ("log(a)^2 + (sqrt(a) - 1)^2", "a = 1", (), None, "0"),
}  # fmt: skip


@pytest.mark.parametrize("name", MINIMA)
def test_a_minimum(name):
    loss, at, assuming, shapes, value = MINIMA[name]
    variables = [part.split(" = ")[0] for part in at.split(", ")]
    found = sl.candidate(loss, variables, at=at, assuming=assuming, shapes=shapes)
    assert labels(found) | {"stationary": "PROVED", "value": "PROVED", "global minimum": "PROVED"} == labels(found)
    assert repr(found.value) == value
    assert check_steps(found.trace, trials=60).label is Label.CERTIFIED


NO_MINIMA = [
    ("norm2((A*x) .* (A*x) - y)^2", "x = c", "y = 2*((A*c) .* (A*c))", None),
    ("a^4 - b^4", "a = 0, b = 0", (), None),
    ("a^3*b^3", "a = 0, b = 0", (), None),
    ("norm2(W*X - Y)^2/m", "W = 2*Y*pinv(X)", (), "X: d x m"),
    ("-norm2(W*X)^2/m", "W = 0", (), "X: d x m"),
    ("tr(W*W)", "W = 0", (), "W: n x n"),
    ("norm2(W)^2 - norm2(W*X)^2", "W = 0", (), "W: m x n"),
    ("sum(x .* y)", "x = 0", "y = 0", "x: n"),
    ("(a*b - c)^2", "a = t, b = 2*c/t", "0 < t", None),
    ("norm2(A*Q*A' - Y)^2", "A = M", "Y = M*M'", "A: m x n, Q: n x n orthogonal"),
    ("norm2(W - A')^2", "W = A", (), "A: n x n invertible"),
    ("norm2(cos(W) - 2*ones(n, m))^2 - norm2(W)^2", "W = 0", (), "W: n x m"),
]


@pytest.mark.parametrize(("loss", "at", "assuming", "shapes"), NO_MINIMA)
def test_no_minimum(loss, at, assuming, shapes):
    variables = [part.split(" = ")[0] for part in at.split(", ")]
    found = sl.candidate(loss, variables, at=at, assuming=assuming, shapes=shapes)
    assert found.label is not Label.PROVED and labels(found)["global minimum"] != "PROVED"


def test_the_quotient_of_rayleigh():
    """Stationary at an eigenvector with the eigenvalue as its value; not at any other vector."""
    quotient, shapes = "(x'*A*x)/(x'*x)", "A: n x n symmetric"
    found = sl.candidate(quotient, ["x"], at="x = v", assuming=["A*v = c*v", "0 < v'*v"], shapes=shapes)
    assert labels(found)["stationary"] == labels(found)["value"] == "PROVED" and repr(found.value) == "c"
    other = sl.candidate(quotient, ["x"], at="x = v", assuming="0 < v'*v", shapes=shapes)
    assert labels(other)["stationary"] == "REFUTED"


def test_a_divisor_is_not_zero_by_hypothesis():
    found = sl.candidate("(a*b - c)^2", ["a", "b"], at="a = t, b = c/t")
    assert repr(found.point.given["nonzero(t)"]) == "nonzero(t)" and found.label is Label.PROVED
    assert "nonzero(t): nonzero(t)" in found.claim("value").evidence.hypotheses


def test_that_no_bound_was_found_is_all_that_is_said():
    found = sl.candidate("a^4 - 2*a^2", ["a"], at="a = 1")  # its minimum is here, with the value -1
    claim = found.claim("global minimum").evidence
    assert claim.label is Label.UNDECIDED and claim.details.startswith("no lower bound was found")


def test_the_square_of_the_jacobian_at_an_orthogonal_matrix():
    """Q*Q' = I inside Kronecker products, which appear when the square is written out."""
    found = sl.candidate("1/2*norm2(X - W'*W*X)^2", ["W"], at="W = Q", shapes="W: d x d, Q: d x d orthogonal")
    assert labels(found)["H^T H"] == "PROVED" and found.label is Label.PROVED
    other = sl.candidate("1/2*norm2(X - W'*W*X)^2", ["W"], at="W = Q", shapes="W: d x d, Q: d x d symmetric")
    assert other.label is Label.REFUTED


@pytest.mark.parametrize("loss", ["-norm2(W)^2", "c*norm2(W)^2", "1/2*norm2(A*W)^2 - 1/2*norm2(W)^2"])
def test_the_hessian_is_not_called_a_square_where_a_weight_may_be_negative(loss):
    made = sl.candidate(loss, ["W"], at="W = 0")
    assert "H^T H" not in {c.name for c in made.claims} and made.factor is None
    assert made.claim("Gauss-Newton").evidence.label is Label.PROVED


def test_a_square_has_the_root_of_twice_its_weight_in_the_factor():
    assert "root of 2 c" in sl.candidate("norm2(W)^2", ["W"], at="W = 0").claim("H^T H").says
