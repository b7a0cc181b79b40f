"""SymPy expressions: what each class becomes, and that its value is the one the definition gives."""

import random

import pytest
import sympy

from symland.errors import NoRule
from symland.language import statements as S
from symland.language import terms as T
from symland.language.catalog import NODE_CLASSES
from symland.language.index import Dim, Index
from symland.write.sympy import CommutationMatrix, Vec, to_sympy

L, l = Index.var("L"), Index.var("l")
A, B, C = T.matrix("A", 2, 3), T.matrix("B", 3, 2), T.matrix("C", 2, 2)
a, b = T.scalar("a"), T.scalar("b")
W = T.family("W", 2, 2)
t = T.family("t")

draw = random.Random(5)
POINT = {
    name: [[draw.randint(-4, 4) for _ in range(columns)] for _ in range(rows)]
    for name, rows, columns in [("A", 2, 3), ("B", 3, 2), ("C", 2, 2), ("W1", 2, 2), ("W2", 2, 2), ("W3", 2, 2)]
}
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
    return out.as_explicit().tolist() if node.is_matrix else out.doit()


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


P = POINT
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
