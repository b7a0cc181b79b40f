"""Scalar and structured letters, Jacobians, bilinear forms, blocks, cancellation: against formulas worked out by hand,
proved equal by the kernel; and wrong ones, which it refuses."""

import pytest

import symland as sl
from symland.calculus.cancel import cancelled
from symland.calculus.factoring import polished
from symland.calculus.naming import named_parts
from symland.calculus.positivity import shown_to_hold
from symland.calculus.prover import RIGHT, Prover
from symland.checks.steps import check_steps
from symland.errors import StepRejected
from symland.evidence import Label
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index

m, n, p = sl.dims("m n p")
ONE = Dim.of(1)
A, B, X, Y = sl.matrix("A", m, n), sl.matrix("B", n, p), sl.matrix("X", n, n), sl.matrix("Y", n, n)
x, y, b = sl.matrix("x", n, 1), sl.matrix("y", n, 1), sl.matrix("b", m, 1)
c, s = sl.scalar("c"), sl.scalar("s")
tr, norm2, inv, kron = T.Trace, sl.norm2, T.Inverse, T.Kronecker
K = T.Commutation(n, n)


def f(name, a, *parameters):
    return T.Elementwise(name, a, *parameters)


def equal(a, b):
    """Whether the kernel proves a = b."""
    prover = Prover({})
    try:
        return prover.statement(prover.equate(a, b)) is S.Eq(a, b)
    except StepRejected:
        return False


# -- scalar letters ----------------------------------------------------------------------------------------------
def test_a_scalar_letter():
    loss = c * norm2(A * x - b) + c**2
    made = sl.gradient(loss, c)
    assert made.theorem.statement is S.Grad(loss, c, made.result)
    assert equal(made.result, norm2(A * x - b) + 2 * c) and not equal(made.result, norm2(A * x - b) + c)


BLOCKS = {
    "scalar, scalar": (c, c, T.Vec(T.number(2))),
    "scalar, column": (c, x, 2 * ((A * x - b).T * A)),
    "column, scalar": (x, c, 2 * (A.T * (A * x - b))),
    "column, column": (x, x, 2 * c * (A.T * A)),
    "scalar, matrix": (c, A, T.Vec(2 * ((A * x - b) * x.T)).T),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_blocks_with_a_scalar_letter(name):
    w, u, expected = BLOCKS[name]
    made = sl.hessian_block(c * norm2(A * x - b) + c**2, w, u)
    assert made.result.shape == (S.entries_of(w), S.entries_of(u))
    assert equal(made.result, expected) and not equal(made.result, 3 * expected)
    assert check_steps(made.trace, trials=30).label is Label.CERTIFIED


def test_exponents_and_slopes_are_letters_too():
    a = sl.matrix("a", n, 1, "positive")
    made = sl.gradient(T.entries_sum(f("pow", a, c)), c)
    assert equal(made.result, T.Inner(f("pow", a, c), f("log", a)))
    made = sl.gradient(T.entries_sum(f("leaky_relu", x, c)), c)
    assert equal(made.result, T.Inner(x, T.Ones(n, ONE) - f("step", x)))
    assert list(made.theorem.hypotheses.values()) == [S.Nonzero(x)]


# -- structured letters ------------------------------------------------------------------------------------------
SYMMETRIC = sl.matrix("S", n, n, "symmetric")
DIAGONAL = sl.matrix("D", n, n, "diagonal")
HALF = sl.number(1, 2)
PROJECTED = {  # the letter, the loss, the projection of the gradient
    "linear": (SYMMETRIC, tr(SYMMETRIC * X), HALF * (X + X.T)),
    "quadratic": (SYMMETRIC, norm2(SYMMETRIC), 2 * SYMMETRIC),
    "log-determinant": (SYMMETRIC, T.LogDeterminant(SYMMETRIC), inv(SYMMETRIC)),
    "diagonal, linear": (DIAGONAL, tr(DIAGONAL * X), T.DiagonalMatrix(T.Diagonal(X))),
}


@pytest.mark.parametrize("name", PROJECTED)
def test_gradients_are_projected(name):
    letter, loss, expected = PROJECTED[name]
    made = sl.gradient(loss, letter)
    left, right = made.theorem.statement.args
    assert left.args[:2] == (loss, letter) and right.args[1] is left.args[2]  # D(loss; S, V) = <G, V>
    (fact,) = letter.facts
    assert f"{fact}(V)" in made.theorem.hypotheses
    assert equal(made.result, expected) and not equal(made.result, 2 * expected)
    assert any("projection" in note for note in made.notes)
    assert check_steps(made.trace, trials=40).label is Label.CERTIFIED


def test_the_unconstrained_gradient_is_another_one():
    free = sl.matrix("S", n, n)
    assert equal(sl.gradient(tr(free * X), free).result, X.T)
    assert not equal(X.T, HALF * (X + X.T))


# -- Jacobians ---------------------------------------------------------------------------------------------------
JACOBIANS = {
    "two sides": (A * X * B, X, kron(B.T, A)),
    "inverse": (inv(X), X, -kron(inv(X).T, inv(X))),
    "transpose": (X.T, X, T.Commutation(n, n)),
    "square": (X * X, X, kron(X.T, T.Identity(n)) + kron(T.Identity(n), X)),
    "entrywise": (
        f("tanh", A * X), X,
        T.DiagonalMatrix(T.Vec(T.Ones(m, n) - T.HadamardPower(f("tanh", A * X), Index.of(2)))) * kron(T.Identity(n), A),
    ),
    "a scalar": (norm2(X), X, 2 * T.Vec(X).T),
    "by a scalar": (c * X, c, T.Vec(X)),
    "a column": (A * x, x, A),
    "diagonal": (T.Diagonal(X * Y), X, T.DiagonalSelection(n) * kron(Y.T, T.Identity(n))),
    "Kronecker": (
        kron(x, X), X, kron(T.Commutation(n, n), T.Identity(n)) * kron(T.Identity(n), kron(x, T.Identity(n))),
    ),
    "constant": (A, X, T.Zero(m * n, n * n)),
}  # fmt: skip


@pytest.mark.parametrize("name", JACOBIANS)
def test_jacobians(name):
    function, letter, expected = JACOBIANS[name]
    made = sl.jacobian(function, letter)
    assert made.theorem.statement is S.Jac(function, letter, made.result)
    if name != "Kronecker":  # one of several forms; it is checked by evaluation
        assert equal(made.result, expected)
    assert not equal(made.result, expected + expected) or isinstance(expected, T.Zero)
    assert sl.check(made, methods=["kernel", "modular", "highprec"]).label is Label.PROVED


# -- Hessians ----------------------------------------------------------------------------------------------------
def test_the_bilinear_form():
    W1, W2 = sl.matrix("W1", n, n), sl.matrix("W2", n, n)
    loss = HALF * norm2(W2 * W1 * X - Y)
    made = sl.hessian(loss, [W1, W2], form="bilinear")
    v1, v2, u1, u2 = (sl.matrix(name, n, n) for name in ("V1", "V2", "U1", "U2"))
    gap = W2 * W1 * X - Y
    first, second = W2 * v1 * X + v2 * W1 * X, W2 * u1 * X + u2 * W1 * X
    assert equal(made.result, T.Inner(first, second) + T.Inner(gap, v2 * u1 * X + u2 * v1 * X))
    assert not equal(made.result, T.Inner(first, second) + T.Inner(gap, v2 * u1 * X))
    with pytest.raises(sl.UsageError, match="directions"):
        made.to_numpy()


def test_hidden_layer_as_in_the_specification():
    """Theorem 6.1 of the specification, for rectangular layers: W1 n x d0, W2 k x n."""
    k, h, d0, points = sl.dims("k h d points")
    W1, W2 = sl.matrix("W1", h, d0), sl.matrix("W2", k, h)
    data, labels = sl.matrix("X", d0, points), sl.matrix("Y", k, points)
    Z = W1 * data
    E = W2 * f("sigma", Z) - labels
    d1, d2 = f("sigma'", Z), f("sigma''", Z)
    eye = T.Identity
    j1 = kron(eye(points), W2) * T.DiagonalMatrix(T.Vec(d1)) * kron(data.T, eye(h))
    j2 = kron(f("sigma", Z).T, eye(k))
    made = sl.hessian(HALF * norm2(E), [W1, W2])
    curved = kron(data, eye(h)) * T.DiagonalMatrix(T.Vec(T.hadamard(d2, W2.T * E))) * kron(data.T, eye(h))
    mixed = j2.T * j1 + T.Commutation(k, h).T * kron(E, eye(h)) * T.DiagonalMatrix(T.Vec(d1)) * kron(data.T, eye(h))
    expected = {(0, 0): j1.T * j1 + curved, (1, 1): j2.T * j2, (1, 0): mixed, (0, 1): mixed.T}
    for place, block in expected.items():
        assert equal(made.blocks[place].result, block)
    assert not equal(made.blocks[0, 0].result, j1.T * j1)  # the curvature is there
    assert not equal(made.blocks[1, 0].result, j2.T * j1)


def test_blocks_of_a_matrix():
    data, labels = sl.matrix("X", n, p), sl.matrix("Y", m, p)
    W, ones = sl.matrix("W", m, n), T.Ones(ONE, p)
    gap = T.block([[W, b]]) * T.block([[data], [ones]]) - labels
    plain = W * data + b * ones - labels
    assert equal(sl.gradient(norm2(gap), W).result, 2 * (plain * data.T))
    assert equal(sl.gradient(norm2(gap), b).result, 2 * (plain * ones.T))
    made = sl.hessian_block(norm2(gap), W, b)
    assert equal(made.result, 2 * kron(data * ones.T, T.Identity(m)))
    assert check_steps(made.trace, trials=30).label is Label.CERTIFIED


# -- what authors would write ------------------------------------------------------------------------------------
def test_cross_entropy_cancels():
    t, z = sl.matrix("t", m, 1), A * x
    one = T.Ones(m, ONE)
    loss = -T.Inner(t, f("log", f("sigmoid", z))) - T.Inner(one - t, f("log", one - f("sigmoid", z)))
    made = sl.gradient(loss, x)
    assert equal(made.result, A.T * (f("sigmoid", z) - t))
    assert len(repr(made.result)) <= len(repr(A.T * (one - t - f("sigmoid", z) + f("sigmoid", z)))) + 40


def test_nothing_is_cancelled_that_may_be_zero():
    prover = Prover({})
    quotient = T.product(c, T.Reciprocal(c), s)
    assert cancelled(prover, prover.refl(quotient), RIGHT) == prover.refl(quotient)
    known = Prover({"given": S.Nonzero(c)})
    id = cancelled(known, known.refl(quotient), RIGHT)
    assert known.statement(id) is S.Eq(quotient, s) and known.deps(id) == {"given"}


@pytest.mark.parametrize(
    ("untidy", "tidy"),
    [
        (X.T * x - X.T * y, X.T * (x - y)),
        (2 * (X * x) + 2 * (X * y), 2 * (X * (x + y))),
        (X * x * y.T + X * y * x.T, X * (x * y.T + y * x.T)),
        (x * y.T + y * x.T, x * y.T + y * x.T),  # stays symmetric
        (T.DiagonalMatrix(x) + T.DiagonalMatrix(y), T.DiagonalMatrix(x + y)),
        (T.hadamard(x * T.Ones(ONE, n), X), T.DiagonalMatrix(x) * X),
        (T.hadamard(x, y) + T.hadamard(x, X * y), T.hadamard(x, y + X * y)),
    ],
    ids=str,
)
def test_common_factors(untidy, tidy):
    assert polished(untidy) is tidy
    assert equal(untidy, tidy)


def test_names_for_repeated_parts():
    E = A * x - b
    parts = named_parts([A.T * E * E.T * A, E * E.T, f("tanh", E)])
    assert parts == {"E": E}
    assert named_parts([A.T * E]) == {}
    taken = sl.matrix("E", m, 1)
    assert set(named_parts([taken * E.T, E * E.T, E + taken])) == {"F"}


POSITIVE = [
    S.Positive(f("exp", A)),
    S.Positive(T.Ones(m, n) + f("exp", A)),
    S.Positive(T.Ones(m, n) + T.HadamardPower(A, Index.of(2))),
    S.Positive(sl.number(3, 2) * f("exp", A)),
    S.Lt(T.number(0), T.entries_sum(f("exp", A))),
    S.Lt(T.number(0), 1 + s**2),
    S.Lt(T.number(0), sl.number(2, 3) + norm2(A)),
    S.Nonzero(f("sigmoid", A)),
    S.Nonzero(T.entries_sum(f("softplus", A))),
]
NOT_KNOWN = [
    S.Positive(A),
    S.Positive(-f("exp", A)),
    S.Positive(f("exp", A) - T.Ones(m, n)),
    S.Positive(f("tanh", A)),
    S.Positive(f("sigma", A)),
    S.Lt(T.number(0), norm2(A)),
    S.Lt(T.number(0), T.number(0)),
    S.Lt(T.number(0), sl.number(-1)),
    S.Lt(T.number(0), s**2),
    S.Nonzero(s),
]


@pytest.mark.parametrize("statement", POSITIVE, ids=str)
def test_conditions_that_hold_by_themselves(statement):
    prover = Prover({})
    step = shown_to_hold(prover, statement)
    assert step is not None and prover.statement(step) is statement and prover.deps(step) == frozenset()


@pytest.mark.parametrize("statement", NOT_KNOWN, ids=str)
def test_conditions_that_do_not(statement):
    assert shown_to_hold(Prover({}), statement) is None
