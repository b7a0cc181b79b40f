"""Laws that hold for every expression: jets against polynomial derivatives, vec and Kronecker, statements in rings."""

from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from symland.checks.expansion import Expansion
from symland.evaluate.application import applied
from symland.evaluate.derivatives import gradient_at, hessian_block_at
from symland.evaluate.point import Point, point
from symland.evaluate.rings import PrimeField, Rationals
from symland.evaluate.terms import Evaluation, evaluate
from symland.language import terms as T
from symland.language.index import Dim, Index
from tests.expressions import LETTERS, SIZES, matrices, scalars

QQ = Rationals()
LETTER = T.matrix("App", "p", "p")


def random_point(ring, seed=0):
    rng = Random(seed)
    letters = {}
    for (a, b), pair in LETTERS.items():
        for letter in pair:
            rows = [[Fraction(rng.randint(-3, 3), rng.randint(1, 2)) for _ in range(SIZES[b])] for _ in range(SIZES[a])]
            letters[letter.name] = ring.from_rows(rows)
    return point(SIZES, letters)


def rational(polynomial, values):
    return QQ.number(Fraction(int(polynomial.numerators(*values)), polynomial.denominator))


@settings(max_examples=60)
@given(scalars(), st.integers(0, 10**6))
def test_jets_are_derivatives_of_polynomials(loss, seed):
    expansion = Expansion([loss, LETTER], SIZES)
    rng = Random(seed)
    values = [rng.randint(-3, 3) for _ in expansion.ring.variables]
    at = Evaluation(Point(SIZES, {}, {(k, None): v for k, v in expansion.letters_at(values).items()}), QQ)
    polynomial = expansion.free.value(loss)
    assert at.value(loss) == rational(polynomial, values)
    places = expansion.places(LETTER)
    parts = [type(polynomial)(polynomial.numerators.derivative(i), polynomial.denominator) for i in places]
    assert list(QQ.vec(gradient_at(loss, LETTER, at)).entries()) == [rational(p, values) for p in parts]
    second = [[type(p)(p.numerators.derivative(j), p.denominator) for j in places] for p in parts]
    expected = QQ.matrix(4, 4, [rational(p, values) for row in second for p in row])
    assert hessian_block_at(loss, LETTER, LETTER, at) == expected


@settings(max_examples=40)
@given(scalars())
def test_second_derivatives_commute(loss):
    b, v, u = T.matrix("Bqp", "q", "p"), T.matrix("V", "p", "p"), T.matrix("U", "q", "p")
    where = random_point(QQ)
    more = {("V", None): QQ.from_rows([[1, -2], [3, 1]]), ("U", None): QQ.from_rows([[1, 0], [2, -1], [0, 5]])}
    at = Evaluation(Point(where.dims, {}, {**where.letters, **more}), QQ)
    assert at.value(T.D(T.D(loss, LETTER, v), b, u)) == at.value(T.D(T.D(loss, b, u), LETTER, v))


@settings(max_examples=60)
@given(matrices("p", "q"), matrices("q", "r"), matrices("r", "p"))
def test_vec_kronecker_and_commutation(a, x, b):
    at = Evaluation(random_point(QQ, 1), QQ)

    def same(left, right):
        assert at.value(left) == at.value(right)

    kron, vec, k = T.Kronecker, T.Vec, T.Commutation
    p, q, r = (Dim.of(n) for n in "pqr")
    same(vec(a * x * b), kron(b.T, a) * vec(x))  # VEC
    same(kron(a, x) * kron(x, b), kron(a * x, x * b))  # MIX
    same(kron(a, x).T, kron(a.T, x.T))
    same(k(p, q) * vec(a), vec(a.T))
    same(k(q, p) * kron(a, x), kron(x, a) * k(r, q))  # COMM, A p x q and B q x r
    same(k(p, q).T, k(q, p))
    same(k(p, q) * k(q, p), T.Identity(p * q))
    same(T.Inner(a * x, b.T), T.Trace(b * a * x))  # ADJ


@settings(max_examples=40)
@given(matrices("p", "q"), matrices("p", "q"), matrices("p", "q"), matrices(), matrices())
def test_entries_and_diagonals(a, b, c, m, n):
    at = Evaluation(random_point(QQ, 4), QQ)

    def same(left, right):
        assert at.value(left) == at.value(right)

    p, q = Dim.of("p"), Dim.of("q")
    selection, diag, had = T.DiagonalSelection(p), T.Diagonal, T.hadamard
    same(T.Vec(had(a, b)), T.DiagonalMatrix(T.Vec(a)) * T.Vec(b))
    same(T.Inner(had(a, b), c), T.Inner(b, had(a, c)))
    same(selection * T.Kronecker(m, n) * selection.T, had(m, n))
    same(selection * T.Vec(m), diag(m))
    same(selection.T * diag(m), T.Vec(T.DiagonalMatrix(diag(m))))
    same(diag(a * b.T), had(a, b) * T.Ones(q, Dim.of(1)))
    same(T.HadamardPower(a, Index.of(3)), had(a, a, a))
    same(T.MatrixPower(m, Index.of(3)), m * m * m)
    same(T.Unvec(p, q, T.Vec(a)), a)
    same(T.entries_sum(a), T.Trace(T.Ones(q, p) * a))
    same(T.Determinant(m * n), T.Determinant(m) * T.Determinant(n))
    same(T.Determinant(T.Identity(p) + a * b.T), T.Determinant(T.Identity(q) + b.T * a))


@settings(max_examples=30)
@given(matrices("q", "q", depth=2), scalars(depth=2))
def test_functions_of_expressions(m, t):
    """The chain rule, by the derivative of the argument; second derivatives commute."""
    at = Evaluation(random_point(QQ, 5), QQ)
    v, u = T.matrix("Bpp", "p", "p"), T.matrix("Aqp", "q", "p")
    for a in (m, t):
        slope, inner = T.Elementwise("sigma'", a), T.D(a, LETTER, v)
        chain = T.hadamard(slope, inner) if a.is_matrix else slope * inner
        assert at.value(T.D(T.Elementwise("sigma", a), LETTER, v)) == at.value(chain)
        f, w = T.Elementwise("tanh", a), T.matrix("Bqp", "q", "p")
        assert at.value(T.D(T.D(f, LETTER, v), w, u)) == at.value(T.D(T.D(f, w, u), LETTER, v))


@settings(max_examples=30)
@given(matrices("q", "q", depth=2))
def test_determinants_are_differentiated_as_polynomials(m):
    loss = T.Determinant(m)
    expansion = Expansion([loss, LETTER], SIZES)
    rng = Random(6)
    values = [rng.randint(-3, 3) for _ in expansion.ring.variables]
    at = Evaluation(Point(SIZES, {}, {(k, None): v for k, v in expansion.letters_at(values).items()}), QQ)
    polynomial = expansion.free.value(loss)
    parts = [polynomial.numerators.derivative(i) for i in expansion.places(LETTER)]
    expected = [rational(type(polynomial)(part, polynomial.denominator), values) for part in parts]
    assert list(QQ.vec(gradient_at(loss, LETTER, at)).entries()) == expected


@settings(max_examples=60)
@given(matrices("p", "q"), matrices("q", "r"), st.booleans())
def test_application_is_multiplication(a, b, transposed):
    at = Evaluation(random_point(QQ, 2), QQ)
    term = T.Kronecker(b, a) * T.Commutation(Dim.of("r"), Dim.of("q")).T + 2 * T.Kronecker(b, a)
    value = at.value(term)
    value = value.transpose() if transposed else value
    column = QQ.from_rows([[i * i - 3] for i in range(value.ncols())])
    assert applied(term, column, at, transposed) == value * column


@settings(max_examples=40)
@given(scalars())
def test_a_prime_field_is_a_quotient_of_the_rationals(term):
    field = PrimeField(2**61 - 1)
    exact = evaluate(term, random_point(QQ, 3), QQ)
    assert evaluate(term, random_point(field, 3), field) == field.number(Fraction(int(exact.p), int(exact.q)))
