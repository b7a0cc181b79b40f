"""Formulas at a person's data: right ones are NUMERIC, wrong ones REFUTED with both values, and kinks, edges of domains
and noise leave a formula undecided."""

import io
import re
import zipfile

import numpy as np
import pytest

import symland as sl
from symland.checks.data import check_data, load_npz
from symland.errors import ParseError, ShapeError, UsageError
from symland.evidence import Label
from symland.language import terms as T
from symland.language.index import Index

p, n, m = sl.dims("p n m")
A, X, Y = sl.matrix("A", p, n), sl.matrix("X", n, m), sl.matrix("Y", p, m)
M, S = sl.matrix("M", p, p), sl.matrix("S", p, p, "symmetric")
x, b, c = sl.matrix("x", n, 1), sl.matrix("b", p, 1), sl.scalar("c")
rng = np.random.default_rng(5)
DATA = {"A": rng.standard_normal((2, 3)), "X": rng.standard_normal((3, 4)), "Y": rng.standard_normal((2, 4))}
FACTORS = {"A": DATA["A"], "X": DATA["X"]}
VECTORS = {"A": DATA["A"], "x": [1.0, -2.0, 0.5], "b": [0.3, 0.4]}
SQUARE = {"M": [[2.0, 0.3], [-0.1, 1.5]]}
SIGMA = {"sigma": (np.sin, np.cos, lambda z: -np.sin(z))}
I = T.Identity
E = A * X - Y


def f(name, *args):
    return T.Elementwise(name, *args)


# loss, letter, gradient by hand, data
GRADIENTS = [
    (sl.norm2(E), A, 2 * E * X.T, DATA),
    (sl.norm2(E), X, 2 * A.T * E, DATA),
    (1000000 * sl.norm2(E), X, 2000000 * A.T * E, DATA),
    (T.Trace(A * X * Y.T), X, A.T * Y, DATA),
    (T.norm(A * x - b), x, T.Reciprocal(T.norm(A * x - b)) * (A.T * (A * x - b)), VECTORS),
    (c * sl.norm2(x), c, sl.norm2(x), {"c": 2.0, "x": [1, 2]}),
    (T.LogDeterminant(M), M, T.Inverse(M).T, SQUARE),
    (T.Determinant(M), M, T.Determinant(M) * T.Inverse(M).T, SQUARE),
    (T.entries_sum(f("sigma", A * X)), A, f("sigma'", A * X) * X.T, FACTORS),
    (T.entries_sum(f("relu", A * X)), A, f("step", A * X) * X.T, FACTORS),
    (T.entries_sum(f("abs", E)), A, f("sign", E) * X.T, DATA),
    (T.Trace(S * S * M), S, sl.number(1, 2) * (S * M + M * S + M.T * S + S * M.T), {"S": [[1, 2], [2, 3]], **SQUARE}),
    (f("log", 1 + sl.norm2(A)), A, T.Reciprocal(1 + sl.norm2(A)) * (2 * A), {"A": DATA["A"]}),
]


@pytest.mark.parametrize(("loss", "w", "g", "data"), GRADIENTS, ids=lambda v: repr(v) if isinstance(v, T.Term) else "")
def test_gradients(loss, w, g, data):
    good = check_data(loss, {w: g}, {}, data, SIGMA)
    assert good.label is Label.NUMERIC and "relative difference" in good.details and "4 digits" in good.scope
    bad = check_data(loss, {w: g * sl.number(1001, 1000)}, {}, data, SIGMA)
    assert bad.label is Label.REFUTED
    assert bad.witness.right == pytest.approx(1.001 * bad.witness.left, rel=1e-6)
    assert f"direction of {w!r}" in bad.witness.point


WRONG = [
    (sl.norm2(E), A, 2 * (A * X + Y) * X.T, DATA),
    (sl.norm2(E), A, T.Zero(p, n), DATA),
    (T.Trace(M * M * M), M, 3 * M * M, SQUARE),  # a transpose is missing
    (T.LogDeterminant(M), M, T.Inverse(M), SQUARE),
    (T.entries_sum(f("sigma", A * X)), A, f("sigma", A * X) * X.T, FACTORS),
]


@pytest.mark.parametrize(("loss", "w", "g", "data"), WRONG, ids=lambda v: repr(v) if isinstance(v, T.Term) else "")
def test_wrong_gradients_are_refuted(loss, w, g, data):
    found = check_data(loss, {w: g}, {}, data, SIGMA)
    assert found.label is Label.REFUTED and found.witness.left != found.witness.right


def test_gradients_over_symmetric_and_diagonal_letters_are_projections():
    D, half = sl.matrix("D", p, p, "diagonal"), sl.number(1, 2)
    data = {"S": [[1, 2], [2, 3]], "M": [[1, 2], [3, 9]]}
    trace = T.Trace(S * M)
    assert check_data(trace, {S: half * (M + M.T)}, {}, data).label is Label.NUMERIC
    assert check_data(trace, {S: M + M.T}, {}, data).label is Label.REFUTED
    across = check_data(trace, {S: M.T}, {}, data)
    assert across.label is Label.REFUTED and "symmetric, across such directions" in across.claim
    data = {"D": [[1, 0], [0, 3]], "M": data["M"]}
    assert check_data(T.Trace(D * M), {D: T.DiagonalMatrix(T.Diagonal(M))}, {}, data).label is Label.NUMERIC
    assert check_data(T.Trace(D * M), {D: M.T}, {}, data).label is Label.REFUTED


def test_hessian_blocks():
    loss = sl.norm2(A.T * A * X - X) / 2
    derived = {(w, u): sl.hessian_block(loss, w, u).result for w in (A, X) for u in (A, X)}
    found = check_data(loss, {}, derived, FACTORS)
    assert found.label is Label.NUMERIC and found.claim.startswith("4 formulas agree")
    swapped = check_data(loss, {}, {(A, A): T.Kronecker(I(n), A * A.T)}, FACTORS)
    assert swapped.label is Label.REFUTED and len(swapped.witness.point) == 2
    # the commutation matrix left out of the Hessian of |A'A|^2
    quartic = sl.norm2(A.T * A)
    right = 4 * (T.Kronecker(A.T * A, I(p)) + T.Kronecker(I(n), A * A.T))
    flip = 4 * (T.Kronecker(A.T, A) * T.Commutation(p, n))
    assert check_data(quartic, {}, {(A, A): right + flip}, {"A": DATA["A"]}).label is Label.NUMERIC
    assert check_data(quartic, {}, {(A, A): right}, {"A": DATA["A"]}).label is Label.REFUTED


def test_members_and_index_variables():
    W, k = T.family("W", p, p), Index.var("k")
    loss = T.Trace(T.MatrixPower(W[1] * W[2], k))
    data = {"W1": SQUARE["M"], "W2": [[0.5, 0.2], [0.1, 0.9]], "k": 2}
    right = 2 * (W[2] * W[1] * W[2]).T
    assert check_data(loss, {W[1]: right}, {}, data).label is Label.NUMERIC
    assert check_data(loss, {W[1]: right.T}, {}, data).label is Label.REFUTED


def test_a_minimizer_says_that_little_was_compared():
    data = {**DATA, "Y": DATA["A"] @ DATA["X"]}
    found = check_data(sl.norm2(E), {A: 2 * E * X.T}, {}, data)
    assert found.label is Label.NUMERIC and "little was compared: gradient A" in found.details
    assert check_data(sl.norm2(E), {A: 2 * E * X.T + A}, {}, data).label is Label.REFUTED


def test_a_zero_block_that_is_zero_was_compared():
    loss = T.Trace(A * X * Y.T)
    found = check_data(loss, {}, {(A, A): T.Zero(n * p, n * p)}, DATA)
    assert found.label is Label.NUMERIC and "little" not in found.details


UNDECIDED = [
    (T.entries_sum(f("relu", x)), x, f("step", x), {"x": [1.0, 0.0, -1.0]}, r"touch a kink or an edge: relu\(x\)"),
    (T.norm(x), x, T.Reciprocal(T.norm(x)) * x, {"x": [0, 0]}, r"norm2\(x\)"),
    (T.entries_sum(f("log", x)), x, f("reciprocal", x), {"x": [1.0, -2.0]}, "log has no value at -2"),
    (T.entries_sum(f("log", x)), x, f("reciprocal", x - x), {"x": [1.0, 2.0]}, "reciprocal has no value at 0"),
    (T.LogDeterminant(M), M, T.Inverse(M).T, {"M": [[1, 2], [2, 4]]}, "no logarithm"),
    (f("exp", c), c, f("exp", c), {"c": 900.0}, "leaves the range"),
    (T.entries_sum(f("abs", x)), x, f("sign", x), {"x": [1.0, 1e-11]}, "goes over a kink"),
    # rounding: the loss has 17 digits in front of what the letter changes
    (10**18 + sl.norm2(x), x, 3 * x, {"x": [1.0, 2.0]}, "not enough for 4 digits"),
]


@pytest.mark.parametrize(("loss", "w", "g", "data", "says"), UNDECIDED, ids=lambda v: v if isinstance(v, str) else "")
def test_kinks_domains_and_rounding_are_undecided(loss, w, g, data, says):
    found = check_data(loss, {w: g}, {}, data)
    assert found.label is Label.UNDECIDED and re.search(says, found.details), found.details


def test_near_a_kink_the_steps_stay_on_one_side():
    loss, right = T.entries_sum(f("relu", x)), f("step", x)
    assert check_data(loss, {x: right}, {}, {"x": [1.0, 1e-4, -1e-4]}).label is Label.NUMERIC
    assert check_data(loss, {x: f("sign", x)}, {}, {"x": [1.0, 1e-4, -1e-4]}).label is Label.REFUTED
    near = {"x": [1e-3, 2.0]}
    assert check_data(T.entries_sum(f("log", x)), {x: f("reciprocal", x)}, {}, near).label is Label.NUMERIC


def test_the_same_data_give_the_same_evidence():
    first, second = (check_data(sl.norm2(E), {A: 2 * E * X.T}, {}, DATA) for _ in range(2))
    assert first == second


def test_more_digits_than_differences_can_give():
    loss = T.entries_sum(f("sigma", A * X))
    assert check_data(loss, {A: f("sigma'", A * X) * X.T}, {}, FACTORS, SIGMA, digits=15).label is Label.UNDECIDED


def test_what_is_refused():
    loss, good = sl.norm2(E), {A: 2 * E * X.T}
    with pytest.raises(UsageError, match="no value for Y"):
        check_data(loss, good, {}, {k: DATA[k] for k in "AX"})
    with pytest.raises(UsageError, match="no letter 'labels'"):
        check_data(loss, good, {}, {**DATA, "labels": [1]})
    with pytest.raises(ShapeError, match="where n is expected"):
        check_data(loss, good, {}, {**DATA, "X": DATA["X"][:2]})
    with pytest.raises(ShapeError, match="the formula for A is n x p, not p x n"):
        check_data(loss, {A: 2 * X * E.T}, {}, DATA)
    with pytest.raises(ShapeError, match=r"the formula for A is n x n, not n\*p x n\*p"):
        check_data(loss, {}, {(A, A): X * X.T}, DATA)
    with pytest.raises(UsageError, match="no formula"):
        check_data(loss, {}, {}, DATA)
    with pytest.raises(UsageError, match="not a scalar loss"):
        check_data(E, good, {}, DATA)
    with pytest.raises(UsageError, match="sigma has no implementation"):
        check_data(T.entries_sum(f("sigma", A)), {A: T.Ones(p, n)}, {}, {"A": DATA["A"]})
    with pytest.raises(UsageError, match="S is declared symmetric"):
        check_data(T.Trace(S * S), {S: 2 * S}, {}, {"S": [[1, 2], [3, 4]]})


# -- files --------------------------------------------------------------------------------------------------
def test_load_npz(tmp_path):
    path = tmp_path / "data.npz"
    np.savez(path, **DATA, c=2, k=np.int64(3), x=[1, 2])
    found = load_npz(path)
    assert set(found) == {*DATA, "c", "k", "x"} and np.array_equal(found["X"], DATA["X"])
    del found["c"], found["k"], found["x"]
    assert check_data(sl.norm2(E), {A: 2 * E * X.T}, {}, found).label is Label.NUMERIC


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match="there is no file"):
        load_npz(tmp_path / "none.npz")
    with pytest.raises(UsageError, match="cannot be read"):
        load_npz(tmp_path)
    text = tmp_path / "text.npz"
    for content in (b"", b"W = 1\n", b"PK\x03\x04broken", b"\x93NUMPY\x01\x00v\x00broken"):
        text.write_bytes(content)
        with pytest.raises(ParseError):
            load_npz(text)
    single = tmp_path / "one.npy"
    np.save(single, DATA["X"])
    with pytest.raises(UsageError, match="without a name"):
        load_npz(single)
    empty = tmp_path / "empty.npz"
    np.savez(empty)
    with pytest.raises(UsageError, match="no arrays"):
        load_npz(empty)


def test_pickled_objects_are_not_loaded(tmp_path):
    path = tmp_path / "data.npz"
    np.savez(path, W=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ParseError, match="pickled objects are not loaded"):
        load_npz(path)
    alone = tmp_path / "alone.npy"
    np.save(alone, np.array([{"a": 1}], dtype=object))
    with pytest.raises(ParseError, match="pickled objects are not loaded"):
        load_npz(alone)


def test_a_damaged_member(tmp_path):
    path, buffer = tmp_path / "data.npz", io.BytesIO()
    np.save(buffer, DATA["X"])
    for content in (buffer.getvalue()[:-20], b"no array"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("X.npy", content)
        with pytest.raises(ParseError):
            load_npz(path)


@pytest.mark.parametrize(
    ("array", "error"),
    [
        (np.array(["a"]), UsageError), (np.array([1j]), UsageError), (np.array([np.nan]), UsageError),
        (np.array([[np.inf]]), UsageError), (np.ones((1, 2, 3)), ShapeError),
    ],
)  # fmt: skip
def test_arrays_that_no_letter_can_take(tmp_path, array, error):
    np.savez(tmp_path / "data.npz", W=array)
    with pytest.raises(error, match=r"^W h"):
        load_npz(tmp_path / "data.npz")


def test_dimensions_are_in_the_evidence():
    scope = check_data(sl.norm2(E), {A: 2 * E * X.T}, {}, DATA).scope
    assert all(part in scope for part in ("p = 2", "n = 3", "m = 4"))


@pytest.mark.parametrize("small", [1e-2, 1e-5, 1e-8, 1e-12])
def test_near_a_singular_matrix_right_formulas_are_not_refuted(small):
    """Steps that jump over the pole of inv(A'A), and the rounding of the formula itself, refute nothing."""
    near, letter = np.array([[1.0, 2.0], [0.5, 1.0 + small]]), T.matrix("A", "d", "d")
    gram = T.Inverse(letter.T * letter)
    right = -2 * letter * gram * gram  # d tr((A'A)^-1) = -2 tr((A'A)^-2 A' dA)
    assert check_data(T.Trace(gram), {letter: right}, {}, {"A": near}).label is not Label.REFUTED
    assert check_data(T.Trace(gram), {letter: -2 * right}, {}, {"A": near}).label is not Label.NUMERIC


@pytest.mark.parametrize("seed", range(6))
def test_in_no_position_near_a_singular_matrix_right_formulas_are_refuted(seed):
    """Where A'A is rounded so coarsely that its inverse stays the same for many roundings of A."""
    random, letter = np.random.default_rng(seed), T.matrix("A", "d", "d")
    left, right = (np.linalg.qr(random.standard_normal((3, 3)))[0] for _ in range(2))
    gram = letter.T * letter
    cases = {T.Trace(T.Inverse(gram)): -2 * letter * T.Inverse(gram) * T.Inverse(gram)}
    cases[T.LogDeterminant(gram)] = 2 * letter * T.Inverse(gram)
    for small in (1e-5, 1e-6, 1e-7):
        near = left @ np.diag([1, 0.5, small]) @ right
        for loss, gradient in cases.items():
            assert check_data(loss, {letter: gradient}, {}, {"A": near}).label is not Label.REFUTED


def test_far_from_a_singular_matrix_wrong_formulas_are_refuted():
    far, letter = np.array([[1.0, 2.0], [0.5, -1.0]]), T.matrix("A", "d", "d")
    gram = T.Inverse(letter.T * letter)
    right = -2 * letter * gram * gram
    assert check_data(T.Trace(gram), {letter: right}, {}, {"A": far}).label is Label.NUMERIC
    for wrong in (-right, 2 * right, right.T):
        assert check_data(T.Trace(gram), {letter: wrong}, {}, {"A": far}).label is Label.REFUTED
