"""The exact test vectors of section 10 of the specification, evaluated by jets of the loss alone."""

from fractions import Fraction

import flint
import pytest

from symland.evaluate.derivatives import gradient_at, hessian_at
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import Evaluation, evaluate
from symland.language import terms as T
from tests import linear_network as net

QQ = Rationals()


def at(X, Y, *W):
    d, m = len(X), len(X[0])
    letters = {"X": QQ.from_rows(X), "Y": QQ.from_rows(Y), "W": {i: QQ.from_rows(w) for i, w in enumerate(W, 1)}}
    return Evaluation(point({"n": d, "m": m}, letters), QQ)


def diag(*entries):
    return [[e if i == j else 0 for j in range(len(entries))] for i, e in enumerate(entries)]


def with_eigenvalues(values):
    """The monic polynomial with these roots."""
    p = flint.fmpq_poly([1])
    for v in values:
        p *= flint.fmpq_poly([-flint.fmpq(Fraction(v).numerator, Fraction(v).denominator), 1])
    return p


X3, Y3 = [[1, 0, 0], [0, 1, 0]], [[2, 0, 1], [0, 3, -1]]
I2 = diag(1, 1)
D21 = diag(2, 1)
CASES = {  # point; loss, gradient (layer 1 first, column-major), Hessian eigenvalues
    "T1a": (at([[1]], [[6]], [[2]], [[3]]), 0, [0, 0], [13, 0]),
    "T1b": (at([[1]], [[6]], [[1]], [[2]]), 8, [-8, -4], None),
    "T2a": (at([[1]], [[8]], [[2]], [[2]], [[2]]), 0, [0] * 3, [48, 0, 0]),
    "T2b": (at([[1]], [[8]], [[1]], [[1]], [[1]]), Fraction(49, 2), [-7] * 3, [7, 7, -11]),
    "T3a": (at(X3, Y3, I2, diag(2, 3)), 1, [0] * 8, [5, 5, 10, 10, 0, 0, 0, 0]),
    "T3b": (at(X3, Y3, [[1, 1], [0, 1]], [[1, 0], [2, 1]]), 4, [3, 2, 1, 0, 0, 2, 1, 0], None),
    "T5": (at(I2, diag(8, 1), D21, D21, D21), 0, [0] * 12, [48, 21, 21, 3] + [0] * 8),
    "T6": (at(D21, diag(8, 1), D21, D21), 0, [0] * 8, [32, 20, 5, 2] + [0] * 4),
}
HESSIANS = {
    "T1a": [[9, 6], [6, 4]],
    "T1b": [[4, -2], [-2, 1]],
    "T2a": [[16] * 3] * 3,
    "T2b": [[1, -6, -6], [-6, 1, -6], [-6, -6, 1]],
    "T3b": [
        [5, 2, 0, 0, 0, 4, 0, 0],
        [2, 1, 0, 0, 0, 1, -1, 2],
        [0, 0, 5, 2, 2, 2, 1, 2],
        [0, 0, 2, 1, 0, 1, 1, 1],
        [0, 0, 2, 0, 2, 0, 1, 0],
        [4, 1, 2, 1, 0, 2, 0, 1],
        [0, -1, 1, 1, 1, 0, 1, 0],
        [0, 2, 2, 1, 0, 1, 0, 1],
    ],
}


def depth(name):
    return 3 if name[:2] in ("T2", "T5") else 2


@pytest.mark.parametrize("name", CASES)
def test_loss_and_gradient(name):
    where, h, gradient, _ = CASES[name]
    L = depth(name)
    assert where.value(net.loss(L)) == QQ.number(Fraction(h))
    found = [x for w in net.layers(L) for x in QQ.vec(gradient_at(net.loss(L), w, where)).entries()]
    assert found == [QQ.number(g) for g in gradient]
    # the formula of Theorem 4.1 too
    found = [x for l in range(1, L + 1) for x in QQ.vec(where.value(net.gradient(L, l))).entries()]
    assert found == [QQ.number(g) for g in gradient]


@pytest.mark.parametrize("name", CASES)
def test_hessian(name):
    where, _, _, eigenvalues = CASES[name]
    L = depth(name)
    hessian = hessian_at(net.loss(L), net.layers(L), where)
    if name in HESSIANS:
        assert hessian == QQ.from_rows(HESSIANS[name])
    if eigenvalues is not None:
        assert hessian.charpoly() == with_eigenvalues(eigenvalues)
    assert hessian == where.value(net.hessian(L))


def test_T3b_characteristic_polynomial():
    where = CASES["T3b"][0]
    expected = [-292, -66, 952, 115, -569, 34, 83, -18, 1]
    assert hessian_at(net.loss(2), net.layers(2), where).charpoly() == flint.fmpq_poly(expected)


@pytest.mark.parametrize("name", ["T1a", "T2a", "T3a", "T5", "T6"])
def test_hessian_at_a_minimizer_is_a_square(name):
    where, L = CASES[name][0], depth(name)
    assert hessian_at(net.loss(L), net.layers(L), where) == where.value(net.hessian_at_minimizer(L))


def test_T1b_and_T2b_are_equality_cases():
    # h = lambda_w(1) |grad h|^2 with lambda_w(1) = 1/10 at T1b, and h = lambda_h |grad h|^2 with 1/6 at T2b
    for name, ratio in (("T1b", Fraction(1, 10)), ("T2b", Fraction(1, 6))):
        where, h, gradient, _ = CASES[name]
        assert Fraction(h) == ratio * sum(Fraction(g) ** 2 for g in gradient)
        L = depth(name)
        squares = T.total(*(T.SquaredNorm(net.gradient(L, l)) for l in range(1, L + 1)))
        assert where.value(net.loss(L)) == where.value(T.number(ratio.numerator, ratio.denominator) * squares)


def test_commutation_matrices():
    d2, d3 = T.Dim.of(2), T.Dim.of(3)
    swap = evaluate(T.Commutation(d2, d2), point(), QQ)
    assert swap == QQ.from_rows([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
    k = evaluate(T.Commutation(d2, d3), point(), QQ)
    assert list((k * QQ.from_rows([[11], [21], [12], [22], [13], [23]])).entries()) == [11, 12, 13, 21, 22, 23]
