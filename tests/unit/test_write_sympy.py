"""SymPy expressions: what each class becomes, and that its value is the one the definition gives."""

import random

import pytest
import sympy

from symland.errors import NoRule
from symland.language import statements as S
from symland.language import terms as T
from symland.language.catalog import NODE_CLASSES
from symland.language.index import Dim, Index
from symland.write.sympy import to_sympy
from symland.write.sympy_matrices import (
    CommutationMatrix,
    DiagonalSelectionMatrix,
    DuplicationMatrix,
    UnitVector,
    Unvec,
    Vec,
)

L, l = Index.var("L"), Index.var("l")
A, B, C = T.matrix("A", 2, 3), T.matrix("B", 3, 2), T.matrix("C", 2, 2)
a, b = T.scalar("a"), T.scalar("b")
W = T.family("W", 2, 2)
t = T.family("t")

draw = random.Random(5)
POINT = {
    name: [[draw.randint(-4, 4) for _ in range(columns)] for _ in range(rows)]
    for name, rows, columns in [("A", 2, 3), ("B", 3, 2), ("C", 2, 2), ("W1", 2, 2), ("W2", 2, 2), ("W3", 2, 2)]
} | {"Q": [[1, 4, 9], [2, 3, 5]], "x": [[3], [-2]], "v": [[1], [2], [4]], "u": [[-7]]}
a_value, b_value = 3, -2
VALUES = [
    *((sympy.MatrixSymbol(n, len(m), len(m[0])), sympy.ImmutableMatrix(m)) for n, m in POINT.items()),
    (sympy.Symbol("a", real=True), sympy.Integer(a_value)),
    (sympy.Symbol("b", real=True), sympy.Integer(b_value)),
    *((sympy.IndexedBase("t", real=True)[i], sympy.Integer(i * i)) for i in range(1, 4)),
]


def value(node):
    """The value of the SymPy expression at the point, as rows of integers, or a number."""
    out = to_sympy(node).xreplace(dict(VALUES))
    if node.is_matrix:
        return out.as_explicit().tolist()
    return out.replace(lambda e: isinstance(e, sympy.Trace), lambda e: e.arg.as_explicit().trace()).doit()


# --- the same by hand, on lists ------------------------------------------------------------------------------------


def mul(x, y):
    return [[sum(p * q for p, q in zip(r, c, strict=True)) for c in zip(*y, strict=True)] for r in x]


def add(x, y):
    return [[p + q for p, q in zip(r, s, strict=True)] for r, s in zip(x, y, strict=True)]


def scale(c, x):
    return [[c * p for p in r] for r in x]


def transpose(x):
    return [list(c) for c in zip(*x, strict=True)]


def vec(x):
    return [[p] for c in zip(*x, strict=True) for p in c]


def kron(x, y):
    return [[p * q for p in r for q in s] for r in x for s in y]


def squares(x):
    return sum(p * p for r in x for p in r)


def entries(function, *matrices):
    return [[function(*e) for e in zip(*r, strict=True)] for r in zip(*matrices, strict=True)]


def el(name, term, *parameters):
    return T.Elementwise(name, term, *parameters)


P = POINT
D2, D3, ONE = Dim.of(2), Dim.of(3), Dim.of(1)
Q = T.matrix("Q", 2, 3)  # positive entries
x, v, one = T.matrix("x", 2, 1), T.matrix("v", 3, 1), T.matrix("u", 1, 1)
r = sympy.Rational
VALUE_CASES = [
    (A * B, mul(P["A"], P["B"])),
    (A * B - 2 * C, add(mul(P["A"], P["B"]), scale(-2, P["C"]))),
    (A.T, transpose(P["A"])),
    ((A * B).T, transpose(mul(P["A"], P["B"]))),
    (T.Identity(Dim.of(2)) + C, add([[1, 0], [0, 1]], P["C"])),
    (T.Zero(Dim.of(2), Dim.of(3)), [[0, 0, 0], [0, 0, 0]]),
    (T.Vec(A), vec(P["A"])),
    (T.Vec(A * B + C), vec(add(mul(P["A"], P["B"]), P["C"]))),
    (T.Vec(A).T, transpose(vec(P["A"]))),
    (T.Kronecker(A, B), kron(P["A"], P["B"])),
    (T.Kronecker(B.T, A) * T.Vec(B * A), vec(mul(mul(P["A"], mul(P["B"], P["A"])), P["B"]))),
    (T.Commutation(Dim.of(2), Dim.of(3)) * T.Vec(A), vec(transpose(P["A"]))),
    (T.Commutation(Dim.of(3), Dim.of(2)).T * T.Vec(A), vec(transpose(P["A"]))),
    (T.Trace(A * B), sum(mul(P["A"], P["B"])[i][i] for i in range(2))),
    (T.SquaredNorm(A * B), squares(mul(P["A"], P["B"]))),
    (
        T.Inner(A, B.T),
        sum(p * q for r, s in zip(P["A"], transpose(P["B"]), strict=True) for p, q in zip(r, s, strict=True)),
    ),
    (T.block([[C, A]]), [r + s for r, s in zip(P["C"], P["A"], strict=True)]),
    (T.block([[C], [B]]), P["C"] + P["B"]),
    (T.Chain(W, Index.of(3), Index.of(1)), mul(mul(P["W3"], P["W2"]), P["W1"])),
    (T.Chain(W, Index.of(0), Index.of(1)), [[1, 0], [0, 1]]),
    (W[2] * C, mul(P["W2"], P["C"])),
    ((a + 2) * b**3, (a_value + 2) * b_value**3),
    (T.Reciprocal(a) * 6, 2),
    (T.number(1, 2) * a, sympy.Rational(3, 2)),
    (T.BoundedSum.over("i", 1, 3, T.SquaredNorm(W[Index.var("i")])), sum(squares(P[f"W{i}"]) for i in (1, 2, 3))),
    (T.BoundedProduct.over("i", 1, 3, t["i"]), 36),
    (T.BoundedSum.over("i", 1, 0, t["i"]), 0),
    (T.BoundedProduct.over("i", 1, 0, t["i"]), 1),
    (T.DimScalar(Dim.of(5)) * T.IndexScalar(Index.of(2)), 10),
    # entry by entry
    (T.Ones(D2, D3), [[1, 1, 1], [1, 1, 1]]),
    (T.UnitVector(D3, Index.of(2)), [[0], [1], [0]]),
    (T.hadamard(A, Q, A), entries(lambda p, q: p * q * p, P["A"], P["Q"])),
    (T.hadamard(A, el("reciprocal", Q)), entries(lambda p, q: r(p, q), P["A"], P["Q"])),
    (T.HadamardPower(A, Index.of(3)), entries(lambda p: p**3, P["A"])),
    (T.HadamardPower(A, Index.of(0)), entries(lambda p: 1, P["A"])),
    (el("relu", A), entries(lambda p: max(0, p), P["A"])),
    (el("leaky_relu", A, T.number(1, 10)), entries(lambda p: p if p > 0 else r(p, 10), P["A"])),
    (el("abs", A), entries(abs, P["A"])),
    (el("sign", A), entries(lambda p: (p > 0) - (p < 0), P["A"])),
    (el("step", Q), entries(lambda p: 1, P["Q"])),
    (el("sqrt", Q), entries(lambda p: sympy.sqrt(p), P["Q"])),
    (el("pow", Q, T.number(-3, 2)), entries(lambda p: 1 / sympy.sqrt(p) ** 3, P["Q"])),
    (el("sin", A), entries(lambda p: sympy.sin(p), P["A"])),
    (el("arctan", A), entries(lambda p: sympy.atan(p), P["A"])),
    (el("exp", A), entries(lambda p: sympy.exp(p), P["A"])),
    (el("sigmoid", A), entries(lambda p: 1 / (1 + sympy.exp(-p)), P["A"])),
    (el("softplus", A), entries(lambda p: sympy.log(1 + sympy.exp(p)), P["A"])),
    (el("relu", one), [[0]]),
    (el("abs", one), [[7]]),
    (T.DiagonalMatrix(x), [[3, 0], [0, -2]]),
    (T.DiagonalMatrix(one), [[-7]]),
    (T.DiagonalSelection(D2) * T.Vec(C), [[P["C"][0][0]], [P["C"][1][1]]]),
    (T.Unvec(D2, D3, T.Vec(A)), P["A"]),
    (T.Vec(a), [[a_value]]),
    (T.entry(A * B, Index.of(1), Index.of(2)), mul(P["A"], P["B"])[0][1]),
    (T.entry(A, Index.of(2), Index.of(3)), P["A"][1][2]),
    (T.entries_sum(A), sum(map(sum, P["A"]))),
    (T.norm(v), sympy.sqrt(21)),
    (T.MatrixPower(C, Index.of(3)), mul(P["C"], mul(P["C"], P["C"]))),
    (T.Determinant(C), P["C"][0][0] * P["C"][1][1] - P["C"][0][1] * P["C"][1][0]),
    (T.LogDeterminant(C * C), sympy.log((P["C"][0][0] * P["C"][1][1] - P["C"][0][1] * P["C"][1][0]) ** 2)),
    (el("relu", b) + el("abs", b) * el("pow", a, T.number(2)), 18),
    (el("leaky_relu", b, a), -6),
    (T.BoundedSum.over("i", 1, 3, W[Index.var("i")]), add(add(P["W1"], P["W2"]), P["W3"])),
    (T.BoundedSum.over("i", 1, 0, W[Index.var("i")]), [[0, 0], [0, 0]]),
    (T.OrderedProduct.over("i", 1, 3, W[Index.var("i")]), mul(P["W3"], mul(P["W2"], P["W1"]))),
    (T.OrderedProduct.over("i", 1, 0, W[Index.var("i")]), [[1, 0], [0, 1]]),
]


@pytest.mark.parametrize(("node", "expected"), VALUE_CASES, ids=lambda v: repr(v))
def test_value(node, expected):
    assert value(node) == expected


def test_inverse():
    C0 = sympy.Matrix([[2, 1], [1, 1]])
    found = to_sympy(T.Inverse(C)).xreplace({sympy.MatrixSymbol("C", 2, 2): sympy.ImmutableMatrix(C0)})
    assert found.as_explicit() * C0 == sympy.eye(2)


FORMS = [
    (T.matrix("X", "d", "m").T, "X.T"),
    (W[l], "W[l]"),
    (W[3], "W3"),
    (T.Chain(W, L, l + 1), "W[L..l+1]"),
    (T.Chain(W, l + 1, l), "W[l+1]*W[l]"),
    (T.Inverse(C) * C, "C**(-1)*C"),
    (T.IndexScalar(l + 1) * a, "a*(l + 1)"),
    (T.DimScalar(Dim.of("d")) ** 2, "d**2"),
    (t[l] ** 2, "t[l]**2"),
    (T.BoundedSum.over("k", 1, L, t["k"] * a), "Sum(a*t[i], (i, 1, L))"),
    (T.BoundedProduct.over("k", l + 1, L, t["k"]), "Product(t[i], (i, l + 1, L))"),
    (T.Vec(A), "Vec(A)"),
    (T.Commutation(Dim.of("d"), Dim.of("m")), "CommutationMatrix(d, m)"),
    (T.hadamard(A, el("reciprocal", A)), "HadamardProduct(A, Lambda(_x, 1/_x).(A))"),
    (el("sigma", A), "Lambda(_x, sigma(_x)).(A)"),
    (el("sigma''", A), "Lambda(_x, Subs(Derivative(sigma(_y), (_y, 2)), _y, _x)).(A)"),
    (el("phi'", a + b), "Subs(Derivative(phi(_y), _y), _y, a + b)"),
    (T.MatrixPower(C, l), "C**l"),
    (T.entry(A, l, Index.of(1)), "A[l - 1, 0]"),
    (T.LogDeterminant(C), "log(Abs(Determinant(C)))"),
    (T.Diagonal(C), "DiagonalOf(C)"),
    (T.DiagonalSelection(Dim.of("d")), "DiagonalSelectionMatrix(d)"),
    (T.UnitVector(Dim.of("d"), l), "UnitVector(d, l - 1)"),
    (S.Eq(A, A), "Eq(A, A)"),
    (S.Eq(a, a), "Eq(a, a)"),
    (S.Le(a, b), "a <= b"),
    (S.Lt(a, b), "a < b"),
]


@pytest.mark.parametrize(("node", "expected"), FORMS, ids=lambda v: repr(v))
def test_form(node, expected):
    assert str(to_sympy(node)) == expected


def test_symbols_carry_their_facts():
    assert to_sympy(T.scalar("s", "positive")).is_positive
    assert to_sympy(T.family("s", facts=["nonnegative"])[1]).is_nonnegative
    assert to_sympy(a).is_real
    assert to_sympy(T.DimScalar(Dim.of("d"))).is_positive
    assert to_sympy(T.matrix("X", "d", "m")).shape == sympy.symbols("d m", integer=True, positive=True)
    n = T.family("N", Dim.member("n", Index.var("_")), "d")
    assert str(to_sympy(n[l]).shape) == "(n[l], d)"


REFUSED = [
    T.Pseudoinverse(A),
    T.OperatorNorm(A),
    T.BoundedSum.over("i", 1, L, W[Index.var("i")]),
    T.OrderedProduct.over("i", 1, L, W[Index.var("i")]),
    S.Positive(A),
    S.Nonzero(a),
    S.Jac(A, A, T.Identity(Dim.of(6))),
    T.D(A, A, A),
    S.Psd(C),
    S.Invertible(C),
    S.Rank(A, a),
    S.Grad(a, A, A),
    S.Hess(a, A, A, T.Kronecker(T.Identity(Dim.of(3)), C)),
    S.LB(A, A, a),
    S.UB(A, a),
    S.Entries(a, A, b),
    S.NonNeg(l),
    S.ForAll.over("i", 1, L, S.Lt(a, b)),
]


@pytest.mark.parametrize("node", REFUSED, ids=lambda v: repr(v))
def test_no_counterpart(node):
    with pytest.raises(NoRule, match="has no counterpart in SymPy"):
        to_sympy(node)


def test_every_class_is_translated_or_refused():
    shown = {type(n) for case in (VALUE_CASES, FORMS) for node, _ in case for n in (node, *node.children)}
    shown |= {T.Symbol, T.Inverse}
    assert shown | {type(node) for node in REFUSED} == set(NODE_CLASSES.values())


def test_ranges_that_sympy_would_misread():
    """SymPy would take W[i] for a constant and multiply by L; of a range that ends early it has its own idea."""
    with pytest.raises(NoRule, match="has no counterpart in SymPy"):
        to_sympy(T.BoundedSum.over("i", 1, L, T.SquaredNorm(W[Index.var("i")])))
    with pytest.raises(NoRule, match="negative length"):
        to_sympy(T.BoundedSum.over("i", 3, 1, t["i"]))


@pytest.mark.parametrize(("m", "n"), [(1, 3), (2, 3), (3, 2), (2, 2)])
def test_commutation_is_what_it_says(m, n):
    K = CommutationMatrix(m, n)
    X = sympy.MatrixSymbol("X", m, n)
    assert (K.as_explicit() * Vec(X).as_explicit()).tolist() == Vec(X.T).as_explicit().tolist()
    assert CommutationMatrix(n, m) == K.T
    assert K.T.as_explicit() == K.as_explicit().T


@pytest.mark.parametrize("n", [1, 2, 3])
def test_duplication_selection_and_units_are_what_they_say(n):
    X = sympy.Matrix(n, n, lambda p, q: 10 * min(p, q) + max(p, q))
    vech = sympy.Matrix([X[p, q] for q in range(n) for p in range(q, n)])
    assert (DuplicationMatrix(n).as_explicit() * vech).tolist() == Vec(X).as_explicit().tolist()
    Y = sympy.Matrix(n, n, range(n * n))
    assert list(DiagonalSelectionMatrix(n).as_explicit() * Vec(Y).as_explicit()) == [Y[k, k] for k in range(n)]
    assert [list(UnitVector(n, k).as_explicit()) for k in range(n)] == sympy.eye(n).tolist()


def test_diagonal():
    """SymPy 1.14 cannot take the diagonal of an explicit matrix, so the entries are put in afterwards."""
    diagonal = to_sympy(T.Diagonal(C)).as_explicit()
    assert diagonal.xreplace({sympy.MatrixSymbol("C", 2, 2): sympy.ImmutableMatrix(P["C"])}).tolist() == [
        [P["C"][0][0]],
        [P["C"][1][1]],
    ]


def test_unvec_undoes_vec():
    X = sympy.Matrix(2, 3, range(6))
    assert Unvec(2, 3, Vec(X)).as_explicit() == X
    assert Unvec(3, 2, Vec(X)).as_explicit().tolist() == [[0, 4], [3, 2], [1, 5]]


def test_derivatives_of_generic_functions_are_derivatives():
    found = to_sympy(el("sigma'", a * b)).subs(sympy.Function("sigma"), sympy.sin).doit()
    assert found == sympy.cos(to_sympy(a * b))
    X = sympy.MatrixSymbol("A", 2, 3)
    entry = to_sympy(el("sigma''", A))[1, 2].subs(sympy.Function("sigma"), sympy.sin).doit()
    assert entry == -sympy.sin(X[1, 2])


def test_vec_of_symbolic_shape():
    X = to_sympy(T.matrix("X", "d", "m"))
    d, m = X.shape
    assert Vec(X).shape == (d * m, 1)
    assert Vec(X)[0, 0] == X[0, 0]
    with pytest.raises(ValueError):
        Vec(X).as_explicit()


def test_sympy_prints_them():
    X = to_sympy(T.matrix("X", "d", "m"))
    assert sympy.latex(Vec(X)) == r"\operatorname{vec}\left(X\right)"
    assert sympy.latex(CommutationMatrix(*X.shape)) == "K_{d,m}"
    assert sympy.latex(DuplicationMatrix(X.rows)) == "D_{d}"
    assert sympy.latex(DiagonalSelectionMatrix(X.rows)) == r"\Psi_{d}"
    assert sympy.latex(UnitVector(X.rows, 0)) == "e_{1}"
    assert sympy.latex(Unvec(*X.shape, Vec(X))) == (
        r"\operatorname{vec}_{d,m}^{-1}\left(\operatorname{vec}\left(X\right)\right)"
    )
