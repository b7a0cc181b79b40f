"""Terms as numpy functions: every kind of term has decided, values are the textbook ones, matrices are applied without
being formed, and arrays that do not fit are refused."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings

import symland as sl
from symland.errors import NoRule, ShapeError, UndefinedHere, UsageError
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import evaluate
from symland.language import terms as T
from symland.language.catalog import NODE_CLASSES
from symland.language.index import Dim, Index
from symland.write import numpy_values
from symland.write.numpy import hessian_product, to_numpy
from symland.write.numpy_functions import FUNCTIONS
from tests.expressions import LETTERS, SIZES, matrices

p, q, n = sl.dims("p q n")
A, B, M = sl.matrix("A", p, q), sl.matrix("B", q, p), sl.matrix("M", p, p)
x, y, s = sl.matrix("x", q, 1), sl.matrix("y", 1, q), sl.scalar("s")
a = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
b = np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]])
mm = np.array([[1.0, 2.0], [3.0, 5.0]])
W = T.family("W", p, p)
two, i, j = Dim.of(2), Index.var("i"), Index.var("j")
EVERYTHING = {"A": a, "B": b, "M": mm, "x": [1, 2, 3], "y": [4, 5, 6], "s": 0.5, "W": {1: mm, 2: mm + 1, 3: np.eye(2)}}
K23 = np.array([[1, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 0],
                [0, 1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 1]])  # fmt: skip


def f(name, *args):
    return T.Elementwise(name, *args)


def asked(term):
    """The arrays that the term asks for."""
    names = to_numpy(term, SINES).names
    return {k: v for k, v in EVERYTHING.items() if k in {*names.symbols, *names.families}}


SINES = {"sigma": (np.sin, np.cos)}
VALUES = [
    (A * B, a @ b),
    (A.T, a.T),
    (A + 2 * A, 3 * a),
    (s * A, 0.5 * a),
    (A * x, a @ [1, 2, 3]),
    (x.T * B * M * A * x, [[np.array([1, 2, 3]) @ b @ mm @ a @ [1, 2, 3]]]),
    (T.Zero(two, Dim.of(3)), np.zeros((2, 3))),
    (T.Identity(two), np.eye(2)),
    (T.Ones(two, Dim.of(3)), np.ones((2, 3))),
    (T.UnitVector(Dim.of(3), Index.of(2)), [[0], [1], [0]]),
    (sl.number(2, 3), 2 / 3),
    (T.IndexScalar(Index.of(4)) * s, 2.0),
    (T.DimScalar(q * p) * T.Trace(A * B), 6 * np.trace(a @ b)),
    (W[2] * M, (mm + 1) @ mm),
    (T.Chain(W, Index.of(3), Index.of(1)), (mm + 1) @ mm),
    (T.Chain(W, Index.of(2), Index.of(1)) * T.Chain(W, Index.of(3), Index.of(1)), (mm + 1) @ mm @ (mm + 1) @ mm),
    (T.Chain(W, Index.of(1), Index.of(2)) * W[1], mm),
    (T.BoundedSum.over("i", 1, 3, W[i] * M), (mm + mm + 1 + np.eye(2)) @ mm),
    (T.BoundedSum.over("i", 1, 3, T.IndexScalar(i)), 6.0),
    (T.BoundedProduct.over("i", 1, 3, T.IndexScalar(i) * s), 6 / 8),
    (T.BoundedSum.over("i", 1, 2, T.BoundedSum.over("j", 1, i, T.IndexScalar(j) * W[i])), mm + 3 * (mm + 1)),
    (T.OrderedProduct.over("i", 1, 2, W[i] + M), (2 * mm + 1) @ (2 * mm)),
    (s**3, 0.125),
    (T.Reciprocal(s), 2.0),
    (T.Inverse(M), [[-5, 2], [3, -1]]),
    (T.Inverse(M) * A, np.array([[-5, 2], [3, -1]]) @ a),
    (A.T * T.Inverse(M), a.T @ [[-5, 2], [3, -1]]),
    (T.Pseudoinverse(A) * A * x, np.linalg.lstsq(a, a @ [1, 2, 3], rcond=None)[0]),
    (T.Trace(A * B), np.trace(a @ b)),
    (T.Trace(M), 6.0),
    (T.Trace(T.Inverse(M) * M * M), 6.0),
    (T.Trace(T.Kronecker(M, A * B)), 6 * np.trace(a @ b)),
    (T.entry(A * B, Index.of(2), Index.of(1)), (a @ b)[1, 0]),
    (T.SquaredNorm(A), 104.0),
    (T.SquaredNorm(T.Kronecker(A, M)), 104.0 * 39),
    (T.norm(M), np.sqrt(39)),
    (T.Inner(A, B.T), np.sum(a * b.T)),
    (T.entries_sum(A), 22.0),
    (T.OperatorNorm(T.Identity(two) + T.Identity(two)), 2.0),
    (T.Determinant(M), -1.0),
    (T.LogDeterminant(3 * M), np.log(9)),
    (f("log", T.Determinant(-T.Identity(p) * M * M)), 0.0),
    (T.MatrixPower(M, Index.of(3)), mm @ mm @ mm),
    (T.MatrixPower(M, Index.of(0)), np.eye(2)),
    (T.Kronecker(M, A), np.kron(mm, a)),
    (T.Vec(A), np.array([[1, 4, 2, 5, 3, 7]]).T),
    (T.Vec(s), [[0.5]]),
    (T.Unvec(q, p, T.Vec(B)), b),
    (T.Commutation(two, Dim.of(3)), K23),
    (T.Commutation(p, q) * T.Vec(A), np.array([[1, 2, 3, 4, 5, 7]]).T),
    (T.Block(2, A, M, T.Zero(q, q), B), np.block([[a, mm], [np.zeros((3, 3)), b]])),
    (T.hadamard(A, A, B.T), a * a * b.T),
    (T.HadamardPower(A, Index.of(3)), a**3),
    (f("sigma", A), np.sin(a)),
    (f("sigma'", s), np.cos(0.5)),
    (T.Diagonal(M), [1, 5]),
    (T.Diagonal(A * B), np.diag(a @ b)),
    (T.DiagonalMatrix(x), np.diag([1, 2, 3])),
    (T.DiagonalMatrix(A * x) * A, np.diag(a @ [1, 2, 3]) @ a),
    (T.DiagonalSelection(two), [[1, 0, 0, 0], [0, 0, 0, 1]]),
    (T.DiagonalSelection(p) * T.Vec(M), [1, 5]),
    (y * x, [[32]]),
    (y * B, np.array([4, 5, 6]) @ b),
]


@pytest.mark.parametrize("cls", [c for c in NODE_CLASSES.values() if issubclass(c, T.Term)], ids=lambda c: c.__name__)
def test_every_term_has_decided(cls):
    assert numpy_values._value.dispatch(cls) is not numpy_values._value.dispatch(object)


@pytest.mark.parametrize(("term", "expected"), VALUES, ids=lambda v: repr(v)[:40] if isinstance(v, T.Term) else "")
def test_values(term, expected):
    found = to_numpy(term, SINES)(asked(term))
    assert isinstance(found, float if term.is_scalar else np.ndarray)
    expected = np.asarray(expected)
    assert np.shape(found) == expected.shape or (expected.ndim == 1 and np.shape(found) == (expected.size, 1))
    assert np.allclose(np.ravel(found), np.ravel(expected), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("term", [t for t, _ in VALUES if t.is_matrix], ids=lambda t: repr(t)[:40])
def test_products_with_a_matrix_and_its_transpose(term):
    at = to_numpy(term, SINES).at(asked(term))
    dense = np.reshape(at.value(), at.shape)
    v, w = (np.random.default_rng(k).standard_normal((size, 3)) for k, size in enumerate(dense.shape))
    assert np.allclose(at.rmatvec(v), dense.T @ v) and np.allclose(at.matvec(w), dense @ w)
    assert np.allclose(at.matvec(w[:, 0]), dense @ w[:, 0]) and at.matvec(w[:, 0]).ndim == 1


def test_the_tables_of_values_are_compared():
    with pytest.raises(AssertionError):
        test_values(A * B, b @ a)
    with pytest.raises(AssertionError):
        test_values(T.Commutation(two, Dim.of(3)), K23.T)


@given(matrices("p", "q"))
@settings(max_examples=60)
def test_random_terms_agree_with_exact_evaluation(term):
    rng, ring = Random(1), Rationals()
    rows = {w.name: [[rng.randint(-3, 3) for _ in range(SIZES[c])] for _ in range(SIZES[r])] for (r, c), pair in
            LETTERS.items() for w in pair}  # fmt: skip
    value = evaluate(term, point(SIZES, {name: ring.from_rows(r) for name, r in rows.items()}), ring)
    exact = np.array([[float(entry) for entry in row] for row in value.tolist()])
    at = to_numpy(term, letters=[w for pair in LETTERS.values() for w in pair]).at(rows)
    close = {"rtol": 1e-10, "atol": 1e-10 * (1 + np.abs(exact).max())}
    assert np.allclose(at.value(), exact, **close)
    assert np.allclose(at.matvec(np.eye(3)), exact, **close) and np.allclose(at.rmatvec(np.eye(2)), exact.T, **close)


# -- functions ----------------------------------------------------------------------------------------------
STABLE = [
    ("sigmoid", -800.0, 0.0), ("sigmoid", -40.0, 4.248354255291589e-18), ("sigmoid", 800.0, 1.0),
    ("softplus", 800.0, 800.0), ("softplus", -40.0, 4.248354255291589e-18),
    ("relu", 0.0, 0.0), ("step", 0.0, 0.0), ("sign", 0.0, 0.0), ("abs", 0.0, 0.0), ("sqrt", 0.0, 0.0),
    ("relu", -2.0, 0.0), ("relu", 3.0, 3.0), ("step", 3.0, 1.0), ("step", -3.0, 0.0), ("sign", -3.0, -1.0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "at", "expected"), STABLE)
def test_functions_are_stable_and_have_values_at_kinks(name, at, expected):
    assert to_numpy(f(name, s))(s=at) == pytest.approx(expected, rel=1e-14, abs=0)
    assert np.allclose(to_numpy(f(name, A))(A=[[at, at]]), [[expected] * 2], rtol=1e-14, atol=0)


def test_every_function_of_the_language_is_there():
    from symland.language.functions import FUNCTIONS as NAMES

    assert set(FUNCTIONS) == set(NAMES)


def test_parameters():
    assert to_numpy(f("leaky_relu", s, sl.number(1, 4)))(s=-2) == -0.5
    assert to_numpy(f("leaky_relu", s, sl.number(1, 4)))(s=2) == 2
    assert to_numpy(f("pow", s, sl.number(3, 2)))(s=4) == 8
    assert to_numpy(f("pow", s, sl.number(2)))(s=-3) == 9
    assert to_numpy(f("pow", s, sl.number(1, 2)))(s=0) == 0


@pytest.mark.parametrize(
    ("term", "arrays", "says"),
    [
        (f("log", A), {"A": [[1, -1]]}, "log has no value at -1"),
        (f("log", s), {"s": 0}, "log has no value at 0"),
        (f("sqrt", s), {"s": -1}, "sqrt"),
        (f("reciprocal", A), {"A": [[1, 0]]}, "reciprocal"),
        (T.Reciprocal(s), {"s": 0}, "reciprocal"),
        (f("arcsin", s), {"s": 2}, "arcsin"),
        (f("pow", s, sl.number(1, 2)), {"s": -1}, "pow"),
        (f("pow", s, sl.number(-1)), {"s": 0}, "pow"),
        (f("log", T.Determinant(M)), {"M": mm}, "log has no value at -1"),
        (T.LogDeterminant(M), {"M": [[1, 2], [2, 4]]}, "no logarithm"),
        (T.Inverse(M), {"M": [[1, 2], [2, 4]]}, "M is singular"),
        (T.Inverse(M) * M, {"M": [[1, 2, 3], [4, 5, 6], [7, 8, 9]]}, "M is singular"),
        (f("exp", s) - f("exp", 2 * s), {"s": 800}, r"exp\(s\) leaves the range"),
        (sl.number(10**400) * s, {"s": 1}, "too large"),
        (T.entry(A, Index.of(3), Index.of(1)), {"A": a}, "no entry 3, 1"),
        (T.UnitVector(p, Index.of(3)).T * A, {"A": a}, "no entry number 3"),
    ],
)
def test_no_value(term, arrays, says):
    with pytest.raises(UndefinedHere, match=says):
        to_numpy(term)(arrays)


def test_a_badly_scaled_matrix_is_not_singular():
    assert np.allclose(to_numpy(T.Inverse(M))(M=[[1e-20, 0], [0, 1]]), [[1e20, 0], [0, 1]], rtol=1e-14)


def test_an_overflow_inside_may_have_a_limit():
    assert to_numpy(T.Reciprocal(1 + f("exp", s)))(s=800) == 0


# -- arrays -------------------------------------------------------------------------------------------------
def test_columns_and_rows_keep_the_number_of_dimensions():
    assert to_numpy(A * x)(A=a, x=[1, 0, 0]).shape == (2,)
    assert to_numpy(A * x)(A=a, x=[[1], [0], [0]]).shape == (2, 1)
    assert to_numpy(T.Vec(A))(A=a).shape == (6, 1)
    assert to_numpy(y * B)(B=b, y=[1, 0, 0]).shape == (2,)
    assert to_numpy(y * B)(B=b, y=[[1, 0, 0]]).shape == (1, 2)
    assert to_numpy(x * x.T)(x=[1, 2]).shape == (2, 2)


def test_the_value_shares_no_memory_with_the_arrays():
    mine = a.copy()
    found = to_numpy(A.T.T + T.Zero(p, q))(A=mine)
    same = to_numpy(A)(A=mine)
    found[0, 0] = same[0, 0] = 100
    assert mine[0, 0] == 1


def test_ints_floats_and_booleans():
    for kind in (np.int32, np.uint8, np.float32, bool):
        assert to_numpy(A + A)(A=np.ones((2, 2), dtype=kind)).dtype == np.float64


def test_dimensions_are_read_off_kronecker_shapes_and_further_letters():
    C = sl.matrix("C", p * q, n)
    f_c = to_numpy(T.Trace(T.Identity(n)) * A, letters=[C])
    assert np.allclose(f_c(A=a, C=np.ones((6, 5))), 5 * a)
    with pytest.raises(ShapeError, match="7"):
        f_c(A=a, C=np.ones((7, 5)))
    with pytest.raises(UsageError, match="no value for the dimension n"):
        f_c(A=a)
    assert np.allclose(f_c(A=a, n=5), 5 * a)


def test_index_variables_by_keyword():
    k, top = Index.var("k"), Index.var("L")
    assert np.allclose(to_numpy(T.MatrixPower(M, k))(M=mm, k=2), mm @ mm)
    assert to_numpy(T.entry(A, k, Index.of(1)))(A=a, k=2) == 4
    chain = to_numpy(T.Chain(W, top, Index.of(1)))
    assert np.allclose(chain(W1=mm, W2=mm + 1, L=2), (mm + 1) @ mm)
    assert np.allclose(chain({"W": {1: mm, 2: mm + 1}, "L": 2}), (mm + 1) @ mm)
    with pytest.raises(UsageError, match="no value for L"):
        chain(W1=mm)
    with pytest.raises(UsageError, match="W3"):
        chain(W1=mm, W2=mm, L=3)
    with pytest.raises(UndefinedHere, match="negative"):
        to_numpy(T.MatrixPower(M, k))(M=mm, k=-1)
    with pytest.raises(UsageError, match="an integer"):
        to_numpy(T.MatrixPower(M, k))(M=mm, k=1.5)


def test_members_of_different_shapes():
    V = T.family("V", Dim.member("h", Index.var("_")), Dim.member("h", Index.var("_") - 1))
    first, second = np.ones((4, 3)), np.ones((2, 4))
    chain = to_numpy(T.Chain(V, Index.of(2), Index.of(1)))
    assert np.allclose(chain(V1=first, V2=second), second @ first)
    with pytest.raises(ShapeError, match=r"V2 is h\[2\] x h\[1\] with h1 = 4 by V1; the array given has 5"):
        chain(V1=first, V2=np.ones((2, 5)))


BAD = [
    ({}, UsageError, "no value for A, B"),
    ({"A": a}, UsageError, "no value for B"),
    ({"A": a, "B": b, "C": b}, UsageError, "no letter 'C'"),
    ({"A": a, "B": b.T}, ShapeError, "B is q x p with q = 3 by A; the array given has 2 where q is expected"),
    ({"A": [1, 2], "B": b}, ShapeError, "A is p x q; the array given is of length 2"),
    ({"A": 3.0, "B": b}, ShapeError, "A is p x q; the array given is a number"),
    ({"A": np.ones((1, 2, 3)), "B": b}, ShapeError, "A has 3 dimensions"),
    ({"A": np.ones((0, 3)), "B": b}, ShapeError, "A has no entries"),
    ({"A": [[1, np.nan, 2]] * 2, "B": b}, UsageError, "A has entries that are not finite"),
    ({"A": [[1, np.inf, 2]] * 2, "B": b}, UsageError, "A has entries that are not finite"),
    ({"A": a * 1j, "B": b}, UsageError, "A holds complex128"),
    ({"A": np.array([[None, 1, 2]] * 2), "B": b}, UsageError, "A holds object"),
    ({"A": [["1", "2", "3"]], "B": b}, UsageError, "A holds <U1"),
    ({"A": [[1, 2], [3]], "B": b}, UsageError, "A is not an array"),
    ({"A": np.ma.masked_array(a, a > 3), "B": b}, UsageError, "A is a masked array"),
    ({"A": a, "B": b, "p": 4}, ShapeError, "p = 4 by itself"),
    ({"A": a, "B": b, "p": 0}, UsageError, "at least 1"),
    ({"A": a, "B": b, "p": True}, UsageError, "an integer"),
    ({"A": a, "B": b, 3: b}, UsageError, "no letter 3"),
]


@pytest.mark.parametrize(("arrays", "error", "says"), BAD, ids=lambda v: v if isinstance(v, str) else "")
def test_arrays_that_do_not_fit_are_refused(arrays, error, says):
    with pytest.raises(error, match=says.replace("[", r"\[")):
        to_numpy(A * B)(arrays)


def test_calls_that_are_refused():
    product = to_numpy(A * B)
    with pytest.raises(UsageError, match="given by name"):
        product(a)
    with pytest.raises(UsageError, match="given twice"):
        product({"A": a}, A=a, B=b)
    with pytest.raises(ShapeError, match="size 2 x 2; v is of length 3"):
        product.matvec({"A": a, "B": b}, [1, 2, 3])
    with pytest.raises(UsageError, match="scalar"):
        to_numpy(s).matvec({"s": 1}, [1])
    with pytest.raises(ShapeError, match="s is scalar; the array given is of length 1"):
        to_numpy(s)(s=[1])
    with pytest.raises(UsageError, match="is not a term"):
        to_numpy(sl.Lt(s, s))
    with pytest.raises(UsageError, match="two letters A"):
        to_numpy(T.Trace(A * B) + T.Trace(sl.matrix("A", n, n)))
    with pytest.raises(UsageError, match="family of letters"):
        to_numpy(W[1])(W=mm)
    with pytest.raises(NoRule, match="derivative"):
        to_numpy(T.D(A, A, A))


FACTS = [
    ("symmetric", [[1, 2], [3, 4]], [[1, 2], [2, 4]]),
    ("psd", [[1, 2], [2, 1]], [[2, 1], [1, 2]]),
    ("diagonal", [[1, 2], [0, 1]], [[1, 0], [0, 2]]),
    ("orthogonal", [[1, 1], [0, 1]], [[0, 1], [1, 0]]),
    ("positive", [[1, 0], [1, 1]], [[1, 1], [1, 1]]),
]


@pytest.mark.parametrize(("fact", "bad", "good"), FACTS)
def test_declared_facts_hold_for_the_arrays(fact, bad, good):
    trace = to_numpy(T.Trace(sl.matrix("S", p, p, fact)))
    assert trace(S=good) == np.trace(good)
    with pytest.raises(UsageError, match=f"S is declared {fact}"):
        trace(S=bad)


# -- generic functions --------------------------------------------------------------------------------------
def test_generic_functions_need_an_implementation():
    term = T.entries_sum(f("sigma''", A))
    for functions in (None, {"tau": np.sin}, {"sigma": np.sin}, {"sigma": (np.sin, np.cos)}):
        with pytest.raises(UsageError, match="sigma'' has no implementation"):
            to_numpy(term, functions)
    assert to_numpy(term, {"sigma": (np.sin, np.cos, lambda z: -np.sin(z))})(A=a) == pytest.approx(-np.sin(a).sum())
    with pytest.raises(UsageError, match="not callable"):
        to_numpy(f("sigma", A), {"sigma": (1,)})


SPOILED = [(np.sum, "gives shape"), (lambda z: z * 1j, "complex"), (lambda z: z + "1", "fails")]


@pytest.mark.parametrize(("function", "says"), SPOILED)
def test_implementations_that_do_not_work_entry_by_entry(function, says):
    with pytest.raises(UsageError, match=says):
        to_numpy(f("sigma", A), {"sigma": function})(A=a)


def test_an_implementation_cannot_change_the_arrays():
    def spoil(z):
        z[:] = 0
        return z

    mine = a.copy()
    to_numpy(f("sigma", A), {"sigma": spoil})(A=mine)
    assert np.array_equal(mine, a)


def test_common_subexpressions_are_evaluated_once():
    calls = []
    term = sl.norm2(f("sigma", A)) + T.Trace(f("sigma", A) * B) + T.entries_sum(f("sigma", A))
    to_numpy(term, {"sigma": lambda z: calls.append(1) or z})(A=a, B=b)
    assert len(calls) == 1


# -- large matrices -----------------------------------------------------------------------------------------
def test_large_matrices_are_applied_and_not_formed():
    rng, d = np.random.default_rng(0), 300
    u, v = rng.standard_normal((d, d)), rng.standard_normal((d, d))
    term = T.Kronecker(M, M.T) + T.Commutation(p, p) * T.DiagonalMatrix(T.Vec(M)) * 2
    with pytest.raises(UsageError, match=r"90000 x 90000.*\n.*matvec"):
        to_numpy(term)(M=u)
    found = to_numpy(term).matvec({"M": u}, np.ravel(v, order="F"))
    assert np.allclose(found, np.ravel(u.T @ v @ u.T + 2 * (u * v).T, order="F"))
    scalar = T.Inner(T.Vec(M), T.Kronecker(M, M.T) * T.Vec(M)) + T.Trace(T.Kronecker(M, M))
    assert to_numpy(scalar)(M=u) == pytest.approx(np.sum(u * (u.T @ u @ u.T)) + np.trace(u) ** 2)


def test_products_are_associated_in_the_cheapest_order():
    # from left to right the first product alone has 4 * 10^10 entries
    tall, wide = sl.matrix("P", n, 1), sl.matrix("Q", 1, n)
    ones = np.ones(200_000)
    assert to_numpy(T.entries_sum(tall * wide * tall))(P=ones, Q=ones) == pytest.approx(4e10)
    assert to_numpy(T.entries_sum(wide * tall * wide))(P=ones, Q=ones) == pytest.approx(4e10)
    long = T.product(*[wide, tall] * 15)
    assert to_numpy(long)(P=ones, Q=ones / 200_000)[0, 0] == pytest.approx(1)


@pytest.mark.parametrize("step", [lambda t: t * t + T.Identity(p), lambda t: T.Inverse(t * t) * t, lambda t: t.T * t])
def test_shared_parts_cost_nothing_twice(step):
    term = M
    for _ in range(40):  # 2^40 letters, 40 different nodes
        term = step(sl.number(1, 2) * term)
    at = to_numpy(term).at(M=mm / 10)
    assert np.allclose(at.matvec(np.eye(2)), at.value())


def test_many_factors_from_either_side():
    left = T.product(*[M] * 30, A)
    right = T.product(A.T, *[M] * 30)
    small = mm / 6
    expected = np.linalg.matrix_power(small, 30)
    assert np.allclose(to_numpy(left)(M=small, A=a[:, :1]), expected @ a[:, :1], rtol=1e-10, atol=0)
    assert np.allclose(to_numpy(right)(M=small, A=a[:, :1]), a[:, :1].T @ expected, rtol=1e-10, atol=0)


# -- Hessian products ---------------------------------------------------------------------------------------
def test_hessian_product_has_the_shapes_of_the_letters():
    # f = s |A x|^2: the second derivatives by hand
    blocks = {
        (x, x): 2 * s * A.T * A, (x, s): 2 * A.T * A * x,
        (s, x): 2 * x.T * A.T * A, (s, s): T.Zero(Dim.of(1), Dim.of(1)),
    }  # fmt: skip
    apply = hessian_product(blocks, [x, s])
    arrays = {"A": a, "x": [1, 2, 3], "s": 0.5}
    column, number = apply(arrays, [[1, 0, 0], 2.0])
    assert np.allclose(column, a.T @ a @ [1, 0, 0] + 2 * 2 * a.T @ a @ [1, 2, 3]) and column.shape == (3,)
    assert number == pytest.approx(2 * np.array([1, 2, 3]) @ a.T @ a @ [1, 0, 0])
    named = apply(arrays, {"s": 2.0, "x": [[1], [0], [0]]})
    assert np.allclose(named[0][:, 0], column) and named[0].shape == (3, 1)


def test_hessian_product_of_a_matrix_uses_stacked_columns():
    # f = |M A|^2 / 2 in A: vec(M'M U) = (I (x) M'M) vec(U)
    apply = hessian_product({(A, A): T.Kronecker(T.Identity(q), M.T * M)}, [A])
    u = np.arange(6.0).reshape(2, 3)
    assert np.allclose(apply({"A": a, "M": mm}, [u])[0], mm.T @ mm @ u)
    assert not np.allclose(apply({"A": a, "M": mm}, [u])[0], mm @ mm.T @ u)


def test_hessian_products_that_are_refused():
    good = {(x, x): A.T * A}
    with pytest.raises(UsageError, match="no block for x and s"):
        hessian_product(good, [x, s])
    with pytest.raises(ShapeError, match="the block for x and x is p x p, not q x q"):
        hessian_product({(x, x): A * A.T}, [x])
    with pytest.raises(UsageError, match="are letters"):
        hessian_product({}, [])
    apply, arrays = hessian_product(good, [x]), {"A": a, "x": [1, 2, 3]}
    with pytest.raises(ShapeError, match="x is 3 x 1; its direction is of length 2"):
        apply(arrays, [[1, 2]])
    with pytest.raises(UsageError, match="2 directions for 1 variables"):
        apply(arrays, [[1, 2, 3], 1.0])
    with pytest.raises(UsageError, match="not those of the variables"):
        apply(arrays, {"y": [1, 2, 3]})
