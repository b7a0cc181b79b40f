"""Consequences of equations: what follows is proved by the kernel with the cofactors found, what does not is not."""

import pytest

import symland as sl
from symland.calculus.equations import Equations
from symland.calculus.prover import Prover
from symland.language import statements as S
from symland.language import terms as T

n, m, q = sl.dims("n m q")
A, B, C, M, X, Y = (
    sl.matrix(name, *shape)
    for name, shape in {
        "A": (n, n), "B": (n, n), "C": (n, n), "M": (m, n), "X": (n, q), "Y": (m, q),
    }.items()
)  # fmt: skip
c = sl.scalar("c")
eye, zero = T.Identity(n), T.Zero(n, n)
inv, pinv, tr = T.Inverse, T.Pseudoinverse, T.Trace
NORMAL = S.Eq(Y * X.T, M * X * X.T)

# hypotheses, what follows from them, and what does not
FOLLOWS = [
    ([], A * B - A * B, zero, A * B),
    ([S.Eq(A * B, B * A)], A * A * B, B * A * A, B * A * B),
    ([S.Eq(A.T, A), S.Eq(B.T, B), S.Eq(A * B, B * A)], (A * B).T, A * B, A + B),
    ([S.Eq(A * A, A)], A * A * A * A, A, eye),
    ([S.Invertible(A)], inv(A) * A * B, B, A),
    ([S.Invertible(A), S.Eq(A * B, A * C)], B, C, zero),
    ([NORMAL], M * X * X.T * A, Y * X.T * A, Y * X.T),
    ([], X * pinv(X) * X, X, 2 * X),
    ([], X.T * X * pinv(X), X.T, T.Zero(q, n)),
    ([NORMAL], tr(X * X.T * M.T * M), T.Inner(Y * X.T, M), tr(A)),
    ([S.Eq(A.T, A), S.Eq(B.T, B)], tr(A * B * C), tr(C.T * B * A), tr(A * C * B)),
    ([S.Eq(tr(A), tr(B))], 2 * tr(A) - tr(B), tr(A), tr(C)),
    ([S.Eq(A.T * A, eye)], B * A * A.T, B, B * A),
    ([S.Eq(A * B, eye)], B * A, eye, A),
    ([S.Psd(A)], tr(A.T * B), tr(A * B), tr(B)),
    ([S.Psd(A)], A.T * B, A * B, B * A),
    ([S.Lt(sl.number(0), c)], c * T.Reciprocal(c) * A, A, c * A),
    ([S.Nonzero(c), S.Nonzero(2 * c)], 2 * T.Reciprocal(2 * c) * A, T.Reciprocal(c) * A, T.Reciprocal(2 * c) * A),
    ([S.Nonzero(c)], c * c * T.Reciprocal(c), c, T.Reciprocal(c)),
]


def equations(hypotheses, terms):
    prover = Prover({str(k): h for k, h in enumerate(hypotheses)})
    ids = [prover.hyp(name) for name, h in prover.hypotheses.items() if not isinstance(h, S.Invertible)]
    return prover, Equations(prover, ids, terms)


@pytest.mark.parametrize(("hypotheses", "left", "right", "wrong"), FOLLOWS, ids=str)
def test_what_follows_is_proved(hypotheses, left, right, wrong):
    prover, found = equations(hypotheses, [left, right])
    assert prover.statement(found.prove(left, right)) is S.Eq(left, right)
    if wrong.shape == left.shape:
        assert found.prove(left, wrong) is None


def test_an_assumption_dropped():
    _, found = equations([], [])
    assert found.prove(M * X * X.T, Y * X.T) is None
    assert found.prove(inv(A) * A, eye) is None


def test_simplify_looks_inside():
    """Inside functions, entrywise and Kronecker products and norms."""
    prover, found = equations([S.Invertible(A), NORMAL], [inv(A)])
    cases = {
        T.Kronecker(M * X * X.T - Y * X.T, B): T.Zero(m * n, n * n),
        T.hadamard(inv(A) * A * B, C): T.hadamard(B, C),
        T.Elementwise("tanh", inv(A) * A * B): T.Elementwise("tanh", B),
        sl.norm2(M * A * inv(A) * X - Y): sl.norm2(M * X - Y),
        sl.norm2(M * X * X.T - Y * X.T): sl.number(0),
        sl.norm2(-A): sl.norm2(A),
    }
    for term, simple in cases.items():
        step = found.simplify(prover.refl(term), (1,))
        assert prover.statement(step) is S.Eq(term, simple)


def test_contradiction():
    prover, found = equations([S.Invertible(A), S.Eq(A, zero)], [inv(A)])
    assert prover.statement(found.prove_contradiction()) is S.Eq(eye, zero)
    _, fine = equations([S.Invertible(A), S.Eq(A * B, zero)], [inv(A)])
    assert fine.prove_contradiction() is None


def test_the_symmetric_inverse_is_symmetric():
    """inv(A'*A)' = inv(A'*A), though the two are different letters to the normal form."""
    gram = inv(A.T * A)
    prover, found = equations([S.Invertible(A.T * A)], [gram])
    assert prover.statement(found.prove(gram.T, gram)) is S.Eq(gram.T, gram)


def test_one_side_of_an_inverse_is_not_the_other_where_the_matrix_is_not_square():
    """A'*A = I for a tall A: A*A' is a projection, and not I; nor does a divisor cancel that may be zero."""
    tall = sl.matrix("Z", m, n)
    _, found = equations([S.Eq(tall.T * tall, eye)], [])
    assert found.prove(tall * tall.T, T.Identity(m)) is None
    _, free = equations([], [c * T.Reciprocal(c)])
    assert free.prove(c * T.Reciprocal(c), sl.number(1)) is None


def test_values_of_functions():
    prover, found = equations([], [])
    ones, none = T.Ones(n, q), T.Zero(n, q)
    for name, at, value in (("tanh", none, none), ("cosh", none, ones), ("log", ones, none), ("sqrt", ones, ones)):
        step = found.simplify(prover.refl(A * T.Elementwise(name, at)), (1,))
        assert prover.statement(step).args[1] is (zero_of(A * value) if value is none else A * value)
    for name in ("tanh", "softplus", "F"):
        at = ones if name == "tanh" else none
        step = found.simplify(prover.refl(A * T.Elementwise(name, at)), (1,))
        assert prover.statement(step).args[1] is A * T.Elementwise(name, at)


def zero_of(term):
    return T.Zero(*term.shape)
