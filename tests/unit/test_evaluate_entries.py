"""Terms about entries, determinants and powers: textbook values in every ring, derivatives, application to a column."""

from fractions import Fraction
from functools import reduce
from itertools import permutations
from random import Random

import pytest

from symland.errors import NoRule, UndefinedHere
from symland.evaluate.application import applied
from symland.evaluate.dense import Cleared, Polynomials, Reals
from symland.evaluate.jets import Jets
from symland.evaluate.point import point
from symland.evaluate.rings import Balls, PrimeField, Rationals, Ring
from symland.evaluate.terms import Evaluation, evaluate
from symland.language import terms as T
from symland.language.catalog import NODE_CLASSES
from symland.language.index import Dim, Index
from symland.language.nodes import walk
from symland.language.terms import Elementwise
from tests.unit import test_evaluate_terms
from tests.unit.test_evaluate_terms import VALUES

QQ, FIELD = Rationals(), PrimeField(10007)
RINGS = [QQ, FIELD, Reals(30), Balls(100)]
A, B, SQUARE, v = T.matrix("A", 2, 3), T.matrix("B", 2, 3), T.matrix("S", 2, 2), T.matrix("v", 2, 1)
s = T.scalar("s")
ROWS = {"A": [[1, 2, 3], [4, 5, 7]], "B": [[1, 0, -1], [2, 1, 3]], "S": [[1, 2], [3, 5]], "v": [[2], [-3]]}
I2, two, three, one = T.Identity(Dim.of(2)), Dim.of(2), Dim.of(3), Dim.of(1)
k = Index.of("k")


def setting(ring, **indices):
    letters = {name: ring.from_rows(rows) for name, rows in ROWS.items()}
    return point({"n": 2}, {**letters, "s": ring.number(Fraction(2, 3))}, indices)


def value(term, ring=QQ, **indices):
    with ring.precision():
        return evaluate(term, setting(ring, **indices), ring)


LAYER = T.IndexScalar(Index.of("i")) * SQUARE + T.IndexScalar(2 - Index.of("i")) * T.Ones(two, two)

MATRICES = [
    (T.Ones(two, three), [[1, 1, 1], [1, 1, 1]]),
    (T.UnitVector(two, Index.of(2)), [[0], [1]]),
    (T.hadamard(A, B), [[1, 0, -3], [8, 5, 21]]),
    (T.hadamard(A, B, A), [[1, 0, -9], [32, 25, 147]]),
    (T.HadamardPower(A, k), [[1, 8, 27], [64, 125, 343]]),
    (T.HadamardPower(B, Index.of(0)), [[1, 1, 1], [1, 1, 1]]),
    (T.MatrixPower(SQUARE, k), [[43, 74], [111, 191]]),
    (T.MatrixPower(SQUARE, Index.of(0)), [[1, 0], [0, 1]]),
    (T.Diagonal(SQUARE), [[1], [5]]),
    (T.DiagonalMatrix(v), [[2, 0], [0, -3]]),
    (T.DiagonalSelection(two), [[1, 0, 0, 0], [0, 0, 0, 1]]),
    (T.DiagonalSelection(two) * T.Vec(SQUARE), [[1], [5]]),
    (T.Unvec(two, three, T.Vec(A)), [[1, 2, 3], [4, 5, 7]]),
    (T.Unvec(three, two, T.Vec(A)), [[1, 5], [4, 3], [2, 7]]),
    (T.Vec(2 * s), [[Fraction(4, 3)]]),
    (Elementwise("reciprocal", A), [[Fraction(1, q) for q in row] for row in ROWS["A"]]),
    (T.BoundedSum.over("j", 1, k, T.IndexScalar(Index.of("j")) * SQUARE), [[6, 12], [18, 30]]),
    (T.BoundedSum.over("j", 4, k, SQUARE), [[0, 0], [0, 0]]),
    # with factors i S + (2 - i) J: 2 S (S + J), the larger index on the left
    (T.OrderedProduct.over("i", 1, 2, LAYER), [[20, 30], [52, 78]]),
    (T.OrderedProduct.over("i", 4, k, LAYER), [[1, 0], [0, 1]]),
    (T.D(T.HadamardPower(A, Index.of(2)), A, B), [[2, 0, -6], [16, 10, 42]]),
    (T.D(T.DiagonalMatrix(T.Diagonal(SQUARE * SQUARE)), SQUARE, I2), [[2, 0], [0, 10]]),
]  # fmt: skip
SCALARS = [
    (T.Determinant(SQUARE), -1),
    (T.Determinant(A * B.T), -29),  # of [[-2, 13], [-3, 34]]
    (T.entries_sum(A), 22),
    (T.entry(A, Index.of(2), k), 7),
    (T.D(T.Determinant(SQUARE), SQUARE, I2), 6),
    (T.D(T.LogDeterminant(SQUARE), SQUARE, I2), -6),
    (Elementwise("pow", s, T.number(-2)), Fraction(9, 4)),
]


@pytest.mark.parametrize("ring", RINGS, ids=lambda r: r.name)
@pytest.mark.parametrize(("term", "rows"), MATRICES, ids=lambda x: repr(x) if isinstance(x, T.Term) else "")
def test_matrices(term, rows, ring):
    same(ring, value(term, ring, k=3), rows)


@pytest.mark.parametrize("ring", RINGS, ids=lambda r: r.name)
@pytest.mark.parametrize(("term", "number"), SCALARS, ids=lambda x: repr(x) if isinstance(x, T.Term) else "")
def test_scalars(term, number, ring):
    same(ring, value(T.Vec(term), ring, k=3), [[number]])


def test_no_kind_of_term_is_left_out():
    tables = [term for table in (MATRICES, SCALARS, VALUES, test_evaluate_terms.SCALARS) for term, _ in table]
    seen = {type(n) for term in tables for n in walk(term)}
    elsewhere = {T.Pseudoinverse, T.OperatorNorm}
    assert {c for c in NODE_CLASSES.values() if issubclass(c, T.Term)} - seen == elsewhere


def same(ring, found, rows):
    assert ring.size(found) == (len(rows), len(rows[0]))
    with ring.precision():
        for x, q in zip(ring.entries(found), [q for row in rows for q in row], strict=True):
            if isinstance(ring, Reals):
                assert abs(x - ring.number(q)) < 1e-25
            elif isinstance(ring, Balls):
                assert x.contains(QQ.number(q)) and x.rad() < 1e-20
            else:
                assert x == ring.number(q)


@pytest.mark.parametrize(
    ("term", "why"),
    [
        (T.UnitVector(Dim.of("n"), k), "no entry number 3 among 2"),
        (T.MatrixPower(SQUARE, k - 5), "negative length"),
        (T.HadamardPower(A, k - 5), "negative length"),
        (T.LogDeterminant(T.Ones(two, two)), "no value"),
        (Elementwise("reciprocal", B), "no value"),
    ],
)
@pytest.mark.parametrize("ring", RINGS, ids=lambda r: r.name)
def test_undefined_here(term, why, ring):
    with pytest.raises(UndefinedHere, match=why):
        value(term, ring, k=3)


def test_the_operator_norm_is_a_real_number():
    found = value(T.OperatorNorm(SQUARE), Reals(30))
    # the largest eigenvalue of S'S = [[10, 17], [17, 29]] is (39 + sqrt(39^2 - 4)) / 2
    mp = Reals(30).mp
    assert abs(found - mp.sqrt((39 + mp.sqrt(1517)) / 2)) < 1e-25
    with pytest.raises(NoRule, match="no operator norms"):
        value(T.OperatorNorm(SQUARE))


# -- determinants -------------------------------------------------------------------------------------------
def by_permutations(ring, a):
    """The determinant by the formula of Leibniz."""
    n, entries = ring.size(a)[0], ring.entries(a)
    terms = []
    for p in permutations(range(n)):
        sign = (-1) ** sum(p[i] > p[j] for i in range(n) for j in range(i + 1, n))
        terms.append(reduce(ring.multiply, [entries[i * n + j] for i, j in enumerate(p)], ring.number(sign)))
    return reduce(ring.add, terms)


def cleaned(jet):
    return {mask: v for mask, v in jet.items() if v != 0}


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("rank", ["full", "low", "none"])
@pytest.mark.parametrize("base", [QQ, FIELD], ids=lambda r: r.name)
def test_determinants_of_jets(n, rank, base):
    jets, rng = Jets(base, 3), Random(n)
    rows = [[rng.randint(-4, 4) for _ in range(n)] for _ in range(n)]
    if rank != "full":
        rows[-1] = [0] * n if rank == "low" else rows[-1]
        rows = [[0] * n for _ in rows] if rank == "none" else rows
    a = {0: base.from_rows(rows)}
    for mask in range(1, 8):
        a[mask] = base.from_rows([[rng.randint(-4, 4) for _ in range(n)] for _ in range(n)])
    assert cleaned(jets.determinant(a)) == cleaned(by_permutations(jets, a))
    assert cleaned(Ring.determinant(jets, a)) == cleaned(by_permutations(jets, a))
    assert jets.determinant({0: a[0]}) == {0: a[0].det()}


def test_determinants_of_polynomials():
    ring = Polynomials([f"x{i}{j}" for i in range(3) for j in range(3)])
    a = ring.matrix(3, 3, [ring.variable(x) for x in ring.variables])
    assert ring.determinant(a).equals(by_permutations(ring, a))
    half = ring.multiply(ring.number(Fraction(1, 2)), ring.number(1))
    assert isinstance(half, Cleared) and ring.determinant(ring.scale(half, a)).denominator == 8


def test_derivatives_of_log_determinants_are_exact():
    a = T.matrix("M", 3, 3)
    m, d = QQ.from_rows([[1, 2, 0], [3, -1, 1], [0, 1, 4]]), QQ.from_rows([[1, 0, 2], [1, 1, 0], [-1, 0, 3]])
    e = Evaluation(point(letters={"M": m, "V": d}), QQ)
    direction = T.matrix("V", 3, 3)
    assert e.value(T.D(T.LogDeterminant(a), a, direction)) == QQ.trace(m.inv() * d)
    second = e.value(T.D(T.D(T.LogDeterminant(a), a, direction), a, direction))
    assert second == -QQ.trace(m.inv() * d * m.inv() * d)


# -- application --------------------------------------------------------------------------------------------
PIECES = [
    T.DiagonalMatrix(T.Vec(SQUARE)),
    T.DiagonalSelection(two).T * T.DiagonalMatrix(v) * T.DiagonalSelection(two),
    T.hadamard(T.Kronecker(SQUARE, I2), T.Ones(Dim.of(4), Dim.of(4))),
    T.BoundedSum.over("j", 1, 3, T.IndexScalar(Index.of("j")) * T.Kronecker(I2, SQUARE)),
    T.MatrixPower(T.Kronecker(SQUARE, I2), Index.of(2)),
    T.Vec(SQUARE) * T.Vec(I2).T,
]


@pytest.mark.parametrize("term", [*PIECES, T.total(*PIECES)], ids=repr)
@pytest.mark.parametrize("transposed", [False, True])
def test_application_agrees_with_the_matrix(term, transposed):
    e = Evaluation(setting(QQ), QQ)
    matrix = e.value(term).transpose() if transposed else e.value(term)
    x = QQ.from_rows([[3], [-1], [5], [7]])
    assert applied(term, x, e, transposed) == matrix * x


def test_application_forms_no_large_matrix():
    n = 2000  # a diagonal matrix of 4 million entries, a selection of 8 billion
    d = T.matrix("d", n, 1)
    rng = Random(0)
    column = FIELD.from_rows([[rng.randint(-9, 9)] for _ in range(n)])
    e = Evaluation(point(letters={"d": column}), FIELD)
    assert applied(T.DiagonalMatrix(d), column, e) == FIELD.hadamard(column, column)
    chosen = applied(T.DiagonalSelection(Dim.of(300)), FIELD.from_rows([[i] for i in range(90000)]), e)
    assert chosen == FIELD.from_rows([[301 * i] for i in range(300)])
