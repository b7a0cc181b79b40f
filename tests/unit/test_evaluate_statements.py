"""Statements decided exactly at rational points: each accepts a true case and rejects a false one."""

from fractions import Fraction

import pytest

from symland.evaluate.definite import negative_direction
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.statements import holds, judge
from symland.evaluate.terms import Evaluation
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Dim, Index

QQ = Rationals()
A, I = T.matrix("A", 2, 2), T.Identity(Dim.of(2))
X = T.matrix("X", 2, 3)
t = T.family("t")
V = T.matrix("V", 2, 2)
n = T.number
half = T.number(1, 2)
letters = {
    "A": QQ.from_rows([[2, 1], [1, 2]]),  # eigenvalues 1 and 3
    "X": QQ.from_rows([[1, 2, 3], [2, 4, 6]]),
    "t": {i: QQ.number(i) for i in range(6)},
}
AT = point({"d": 2}, letters, {"L": 3, "l": 5})
loss = half * T.SquaredNorm(A * X)

CASES = [  # true, false
    (S.Eq(A * A, 4 * A - 3 * I), S.Eq(A * A, 4 * A - 2 * I)),
    (S.Eq(T.Trace(A), n(4)), S.Eq(T.Trace(A), n(5))),
    (S.Le(n(4), T.Trace(A)), S.Le(n(4001, 1000), T.Trace(A))),
    (S.Lt(n(3999, 1000), T.Trace(A)), S.Lt(n(4), T.Trace(A))),
    (S.LB(A, I, n(1)), S.LB(A, I, n(1001, 1000))),
    (S.LB(X.T, A, n(0)), S.LB(X.T, A, n(1, 10**9))),
    (S.LB(X * X.T, X.T, n(70)), S.LB(X * X.T, X.T, n(7001, 100))),  # sigma_+(X)^2 = 70
    (S.UB(A, n(9)), S.UB(A, n(8999, 1000))),
    (S.Psd(A - I), S.Psd(A - n(1001, 1000) * I)),
    (S.Invertible(A), S.Invertible(X * X.T)),
    (S.Rank(X, n(1)), S.Rank(X, T.DimScalar(Dim.of("d")))),
    (S.Entries(n(1), A, n(2)), S.Entries(n(1), A, n(19, 10))),
    (S.NonNeg(Index.of("l") - "L"), S.NonNeg(Index.of("L") - "l")),
    (
        S.ForAll.over("k", 1, "L", S.Le(T.Member(t, Index.of("k")), n(3))),
        S.ForAll.over("k", 1, "l", S.Le(T.Member(t, Index.of("k")), n(3))),
    ),
    (S.Grad(loss, A, A * X * X.T), S.Grad(loss, A, 2 * A * X * X.T)),
    (S.Hess(loss, A, A, T.Kronecker(X * X.T, I)), S.Hess(loss, A, A, T.Kronecker(I, X * X.T))),
]


@pytest.mark.parametrize(("true", "false"), CASES, ids=lambda v: repr(v)[:60])
def test_decides(true, false):
    assert holds(true, AT)
    assert not holds(false, AT)


def test_an_unsymmetric_matrix_is_not_psd():
    at = point(letters={"A": QQ.from_rows([[2, 1], [0, 2]])})
    assert not holds(S.Psd(A), at)


def test_an_empty_range_is_true():
    assert holds(S.ForAll.over("k", Index.of("L") + 1, "L", S.Lt(n(1), n(0))), AT)


def test_derivatives_are_taken_in_a_neighborhood():
    # A X = 0 at the point, but its derivative there is not 0: an equation at a point says nothing under D
    at = point(letters={"A": QQ.zero(2, 2), "X": letters["X"], "V": QQ.from_rows([[1, 0], [0, 1]])})
    assert holds(S.Eq(A * X, T.Zero(Dim.of(2), Dim.of(3))), at)
    assert not holds(S.Eq(T.D(A * X, A, V), T.Zero(Dim.of(2), Dim.of(3))), at)


def test_a_false_bound_comes_with_a_vector():
    found = judge(S.LB(A, I, n(2)), Evaluation(AT, QQ))
    assert not found.holds and found.note.startswith("at v = (")
    assert found.left > found.right  # c |v|^2 > |A v|^2


@pytest.mark.parametrize(
    ("rows", "negative"),
    [
        ([[0, 0], [0, 0]], False),
        ([[0, 1], [1, 0]], True),
        ([[0, 1], [1, 5]], True),
        ([[1, 1], [1, 1]], False),
        ([[1, 2], [2, 1]], True),
        ([[1, 2, 0], [2, 4, 1], [0, 1, 9]], True),
        ([[2, -1, 0], [-1, 2, -1], [0, -1, 2]], False),
        ([[1, 1, 1], [1, 1, 1], [1, 1, Fraction(999, 1000)]], True),
    ],
)
def test_negative_direction(rows, negative):
    q = QQ.from_rows(rows)
    v = negative_direction(q)
    assert (v is not None) == negative
    if v is not None:
        assert (v.transpose() * q * v)[0, 0] < 0
