"""Terms evaluated at points of every ring: each node class has decided, and the values are the textbook ones."""

from fractions import Fraction
from random import Random

import pytest

from symland.checks import degrees
from symland.errors import NoRule, ShapeError, UndefinedHere, UsageError
from symland.evaluate import statements, terms
from symland.evaluate.application import applied
from symland.evaluate.dense import Polynomials, Reals
from symland.evaluate.jets import Jets
from symland.evaluate.point import point
from symland.evaluate.rings import Balls, PrimeField, Rationals
from symland.evaluate.terms import Evaluation, evaluate
from symland.language import terms as T
from symland.language.catalog import NODE_CLASSES
from symland.language.index import Dim, Index

QQ = Rationals()
A, B = T.matrix("A", 2, 3), T.matrix("B", 3, 2)
SQUARE = T.matrix("S", 2, 2)
W = T.family("W", 2, 2)
ROWS = {"A": [[1, 2, 3], [4, 5, 7]], "B": [[1, 0], [2, 1], [0, 3]], "S": [[1, 2], [3, 5]]}
MEMBERS = {0: [[1, 1], [0, 1]], 1: [[2, 0], [1, 1]], 2: [[0, 1], [1, 0]]}
s = T.scalar("s")


def at(ring, dims=None, **indices):
    letters = {name: ring.from_rows(rows) for name, rows in ROWS.items()}
    letters["W"] = {i: ring.from_rows(rows) for i, rows in MEMBERS.items()}
    letters["s"] = ring.number(Fraction(2, 3))
    return point(dims, letters, indices)


def value(term, ring=QQ, **indices):
    return evaluate(term, at(ring, **indices), ring)


@pytest.mark.parametrize("cls", NODE_CLASSES.values(), ids=lambda c: c.__name__)
def test_every_node_class_has_decided(cls):
    operation = terms._value if issubclass(cls, T.Term) else statements._judge
    assert operation.dispatch(cls) is not operation.dispatch(object)
    if issubclass(cls, T.Term):
        assert degrees._degree.dispatch(cls) is not degrees._degree.dispatch(object)


I2, two = T.Identity(Dim.of(2)), Dim.of(2)
VALUES = [
    (A * B, [[5, 11], [14, 26]]),
    (A + 2 * A, [[3, 6, 9], [12, 15, 21]]),
    (A.T, [[1, 4], [2, 5], [3, 7]]),
    (T.Zero(two, Dim.of(1)), [[0], [0]]),
    (I2, [[1, 0], [0, 1]]),
    (T.Inverse(SQUARE), [[-5, 2], [3, -1]]),
    (T.Kronecker(SQUARE, I2), [[1, 0, 2, 0], [0, 1, 0, 2], [3, 0, 5, 0], [0, 3, 0, 5]]),
    (T.Vec(A), [[1], [4], [2], [5], [3], [7]]),
    # K_{2,3} maps (a11, a21, a12, a22, a13, a23) to (a11, a12, a13, a21, a22, a23)
    (T.Commutation(two, Dim.of(3)) * T.Vec(A), [[1], [2], [3], [4], [5], [7]]),
    (T.block([[SQUARE, A], [I2, A]]), [[1, 2, 1, 2, 3], [3, 5, 4, 5, 7], [1, 0, 1, 2, 3], [0, 1, 4, 5, 7]]),
    (T.Member(W, Index.of(2)), [[0, 1], [1, 0]]),
    (T.Chain(W, Index.of(2), Index.of(0)), [[1, 2], [2, 2]]),
    (T.Chain(W, Index.of(0), Index.of(1)), [[1, 0], [0, 1]]),
    (T.D(SQUARE * SQUARE, SQUARE, I2), [[2, 4], [6, 10]]),
    (T.D(T.Inverse(SQUARE), SQUARE, I2), [[-31, 12], [18, -7]]),
]
SCALARS = [
    (T.Trace(SQUARE), 6),
    (T.SquaredNorm(A), 104),
    (T.Inner(A, B.T), 31),
    (T.DimScalar(Dim.of("d") + 1), 6),
    (T.IndexScalar(Index.of("i") - 7), -4),
    (s**3, Fraction(8, 27)),
    (T.Reciprocal(s), Fraction(3, 2)),
    (T.BoundedSum.over("j", 1, "i", T.IndexScalar(Index.of("j")) * s), 4),
    (T.BoundedProduct.over("j", 1, "i", T.IndexScalar(Index.of("j"))), 6),
    (T.BoundedProduct.over("j", 4, "i", s), 1),
    (T.D(s**3, s, T.number(1)), Fraction(4, 3)),
    (T.D(T.D(s**3, s, T.number(1)), s, s), Fraction(8, 3)),
    (T.D(T.Reciprocal(s), s, T.number(2)), Fraction(-9, 2)),
]


@pytest.mark.parametrize(("term", "rows"), VALUES, ids=lambda v: repr(v) if isinstance(v, T.Term) else "")
def test_matrices(term, rows):
    assert value(term) == QQ.from_rows(rows)
    reals = Reals(30)
    found = value(term, reals)
    gap = reals.add(found, reals.scale(reals.number(-1), reals.from_rows(rows)))
    assert all(abs(x) < Fraction(1, 10**25) for x in map(float, gap.entries))
    field = PrimeField(10007)
    assert value(term, field) == field.from_rows(rows)
    balls = Balls(100)
    assert value(term, balls).contains(balls.from_rows(rows))


@pytest.mark.parametrize(("term", "number"), SCALARS, ids=lambda v: repr(v) if isinstance(v, T.Term) else "")
def test_scalars(term, number):
    setting = at(QQ, {"d": 5}, i=3)
    assert evaluate(term, setting, QQ) == QQ.number(Fraction(number))


def test_pseudoinverse_satisfies_penrose_at_low_rank():
    low = T.matrix("L", 3, 3)
    a = QQ.from_rows([[1, 2, 3], [2, 4, 6], [1, 0, 1]])
    p = evaluate(T.Pseudoinverse(low), point(letters={"L": a}), QQ)
    assert a * p * a == a and p * a * p == p
    assert (a * p).transpose() == a * p and (p * a).transpose() == p * a
    reals = Reals(40)
    q = evaluate(T.Pseudoinverse(low), point(letters={"L": reals.from_rows([[1, 2, 3], [2, 4, 6], [1, 0, 1]])}), reals)
    assert all(
        abs(x - reals.number(Fraction(int(y.p), int(y.q)))) < 1e-35 for x, y in zip(q.entries, p.entries(), strict=True)
    )
    assert evaluate(T.Pseudoinverse(low), point(letters={"L": QQ.zero(3, 3)}), QQ) == QQ.zero(3, 3)


def test_derivative_of_a_pseudoinverse_is_of_a_neighborhood():
    x, direction = T.matrix("X", 1, 2), QQ.from_rows([[1, 0]])
    term = T.Pseudoinverse(x)
    # X^T / |X|^2 at (1 + eps, 2) has the derivative (1, 0)/5 - (1, 2) 2/25
    where = Evaluation(point(letters={"X": QQ.from_rows([[1, 2]])}), QQ)
    assert where.derivative(term, x, direction) == QQ.from_rows([[Fraction(3, 25)], [Fraction(-4, 25)]])
    # at low rank the pseudoinverse jumps, so there is none
    with pytest.raises(UndefinedHere, match="full rank"):
        Evaluation(point(letters={"X": QQ.from_rows([[0, 0]])}), QQ).derivative(term, x, direction)


@pytest.mark.parametrize(
    ("term", "why"),
    [
        (T.Inverse(T.matrix("A", 2, 3) * T.matrix("A", 2, 3).T * 0), "singular"),
        (T.Chain(W, Index.of("i"), Index.of(2)), "negative length"),
        (T.Reciprocal(s - s), "zero"),
        (s ** (Index.of("i") - 1), "negative length"),
        (T.BoundedSum.over("j", 2, "i", s), "negative length"),
    ],
)
@pytest.mark.parametrize("ring", [QQ, PrimeField(10007), Reals(30)], ids=lambda r: r.name)
def test_undefined_here(term, why, ring):
    with pytest.raises(UndefinedHere, match=why):
        value(term, ring, i=0)


def test_missing_and_misshapen_values():
    with pytest.raises(UsageError, match="no value for the letter M"):
        value(T.matrix("M", 2, 2))
    with pytest.raises(UsageError, match="dimension d"):
        value(T.matrix("M", "d", 2))
    with pytest.raises(UsageError, match="index variable k"):
        value(T.Member(W, Index.of("k")))
    with pytest.raises(ShapeError, match="A is"):
        value(T.matrix("A", 3, 3))
    with pytest.raises(NoRule, match="not a polynomial"):
        ring = Polynomials(["x"])
        evaluate(T.Reciprocal(s), point(letters={"s": ring.variable("x")}), ring)


def test_families_of_dimensions():
    n = T.family("W", Dim.member("n", Index.var("_")), Dim.member("n", Index.var("_") - 1))
    term = T.Chain(n, Index.of(2), Index.of(1))
    letters = {"W": {1: QQ.from_rows([[1], [2], [3]]), 2: QQ.from_rows([[1, 1, 1]])}}
    for sizes in ({0: 1, 1: 3, 2: 1}, lambda i: 3 if i == 1 else 1):
        assert evaluate(term, point({"n": sizes}, letters), QQ) == QQ.from_rows([[6]])
    with pytest.raises(ShapeError):
        evaluate(term, point({"n": 2}, letters), QQ)


def test_polynomials_clear_denominators():
    ring = Polynomials(["x", "y"])
    x, y = (ring.variable(v) for v in "xy")
    half = ring.number(Fraction(1, 2))
    total = ring.add(ring.multiply(half, ring.multiply(x, x)), ring.multiply(ring.number(Fraction(1, 3)), y))
    assert total.denominator == 6
    assert str(total.numerators) == "3*x^2 + 2*y"
    assert ring.reciprocal(ring.number(Fraction(-2, 3))).equals(ring.number(Fraction(-3, 2)))


def test_application_agrees_with_the_matrix():
    rng = Random(1)
    q = T.matrix("Q", 6, 6)
    k = T.Commutation(two, Dim.of(3))
    pieces = [T.Kronecker(B * A, SQUARE), k * q.T, k.T * T.Kronecker(SQUARE, T.Identity(Dim.of(3))), 3 * q]
    term = T.block([[T.total(*pieces), q], [T.Zero(Dim.of(6), Dim.of(6)), T.Identity(Dim.of(6))]])
    letters = {name: QQ.from_rows(rows) for name, rows in ROWS.items()}
    letters["Q"] = QQ.from_rows([[rng.randint(-3, 3) for _ in range(6)] for _ in range(6)])
    e = Evaluation(point(letters=letters), QQ)
    x = QQ.from_rows([[rng.randint(-5, 5)] for _ in range(12)])
    assert applied(term, x, e) == e.value(term) * x
    assert applied(term, x, e, transposed=True) == e.value(term).transpose() * x
    assert applied(T.Transpose(term), x, e) == e.value(term).transpose() * x


def test_prime_fields():
    with pytest.raises(UsageError, match="not a prime"):
        PrimeField(91)
    with pytest.raises(UndefinedHere):
        PrimeField(7).number(Fraction(1, 7))
    assert 2**60 < PrimeField.drawn(Random(0)).prime < 2**61 + 10**4


def test_balls_refuse_what_they_cannot_separate_from_zero():
    ring = Balls(64)
    with pytest.raises(UndefinedHere):
        ring.reciprocal(ring.number(Fraction(1, 3)) - ring.number(Fraction(1, 3)))
    with pytest.raises(UndefinedHere):
        ring.inverse(ring.from_rows([[Fraction(1, 3), 1], [Fraction(1, 3), 1]]))


def test_a_jet_is_lifted_once():
    jets = Jets.above(Jets(QQ, 1))
    assert (jets.base, jets.count) == (QQ, 2)
    one = QQ.number(1)
    assert jets.lift({0: one}) == {0: one} and jets.lift(one) == {0: one}
