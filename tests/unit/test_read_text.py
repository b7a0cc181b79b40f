"""Texts as terms: every entry is built by hand on the right."""

from fractions import Fraction

import pytest

from symland.errors import UsageError
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.read.text import declare, parse, read

SHAPES = {
    "A": "m n", "B": "n p", "C": "m n", "S": "n n", "R": "n n", "x": "n", "y": "n", "z": "p", "s": "scalar",
    "t": "scalar", "k": "index", "W[l]": "d d", "V[l]": "c[l] x c[l-1]", "act": "elementwise",
}  # fmt: skip
m, n, p, d = (Dim.symbol(c) for c in "mnpd")
A, B, C = T.matrix("A", m, n), T.matrix("B", n, p), T.matrix("C", m, n)
S, R = T.matrix("S", n, n), T.matrix("R", n, n)
x, y, z = T.matrix("x", n, 1), T.matrix("y", n, 1), T.matrix("z", p, 1)
s, t = T.scalar("s"), T.scalar("t")
W = T.family("W", d, d)
V = T.family("V", Dim.member("c", Index.var("_")), Dim.member("c", Index.var("_") - 1))
k, one = Index.var("k"), Dim.of(1)
f = T.Elementwise
number, product, hadamard = T.number, T.product, T.hadamard


def rec(a):
    return f("reciprocal", a)


CASES = [
    # numbers
    ("0.5", number(1, 2)),
    ("1e-3", number(1, 1000)),
    (".25*s", product(number(1, 4), s)),
    ("-3/4", number(-3, 4)),
    ("2.5e2", number(250)),
    # sums and products by shape
    ("s*t", product(s, t)),
    ("s*A", T.Scale(s, A)),
    ("A*s", T.Scale(s, A)),
    ("A*B", product(A, B)),
    ("1/2*s*A*B", T.Scale(product(number(1, 2), s), product(A, B))),
    ("A/2", T.Scale(number(1, 2), A)),
    ("A/s", T.Scale(T.Reciprocal(s), A)),
    ("s/t", product(s, T.Reciprocal(t))),
    ("1/t", T.Reciprocal(t)),
    ("2*s/3", product(number(2, 3), s)),
    ("A - C", T.Sum(A, T.Scale(number(-1), C))),
    ("-A*B", T.Scale(number(-1), product(A, B))),
    ("-1/2*A", T.Scale(number(-1, 2), A)),
    ("A - (C + C)", T.Sum(A, T.Scale(number(-1), T.Sum(C, C)))),
    ("-s^2", product(number(-1), T.Power(s, Index.of(2)))),
    ("s - -t", T.Sum(s, t)),
    # transposes and powers
    ("A'", T.Transpose(A)),
    ("A^T", T.Transpose(A)),
    ("s'", s),
    ("(A*B)'", T.Transpose(product(A, B))),
    ("S^2", product(S, S)),
    ("S^3", product(S, S, S)),
    ("S^5", T.MatrixPower(S, Index.of(5))),
    ("S^k", T.MatrixPower(S, k)),
    ("S^0", T.Identity(n)),
    ("S^-1", T.Inverse(S)),
    ("S^(-2)", product(T.Inverse(S), T.Inverse(S))),
    ("S^-k", T.MatrixPower(T.Inverse(S), k)),
    ("s^3", T.Power(s, Index.of(3))),
    ("s^k", T.Power(s, k)),
    ("s^(k-1)", T.Power(s, k - 1)),
    ("s^-2", T.Reciprocal(T.Power(s, Index.of(2)))),
    ("s^t", f("pow", s, t)),
    ("s^0.5", f("pow", s, number(1, 2))),
    # entry by entry
    ("A .* C", hadamard(A, C)),
    ("A .* C ./ A", hadamard(A, C, rec(A))),
    ("1 ./ A", rec(A)),
    ("s ./ A", T.Scale(s, rec(A))),
    ("2 .* A", T.Scale(number(2), A)),
    ("A ./ s", T.Scale(T.Reciprocal(s), A)),
    ("A.^2", T.HadamardPower(A, Index.of(2))),
    ("A.^k", T.HadamardPower(A, k)),
    ("A.^s", f("pow", A, s)),
    ("A.^-1", rec(A)),
    ("A.^-2", rec(T.HadamardPower(A, Index.of(2)))),
    ("exp(A)", f("exp", A)),
    ("asin(s)", f("arcsin", s)),
    ("atan(x)", f("arctan", x)),
    ("logistic(x)", f("sigmoid", x)),
    ("leaky_relu(x, 0.1)", f("leaky_relu", x, number(1, 10))),
    ("sigma(A*x)", f("sigma", product(A, x))),
    ("sigma''(x)", f("sigma''", x)),
    ("act(x)", f("act", x)),
    # functions of matrices
    ("inv(S)", T.Inverse(S)),
    ("inv(s)", T.Reciprocal(s)),
    ("pinv(A)", T.Pseudoinverse(A)),
    ("tr(S)", T.Trace(S)),
    ("trace(S*R)", T.Trace(product(S, R))),
    ("det(S)", T.Determinant(S)),
    ("logdet(S)", T.LogDeterminant(S)),
    ("log(det(S))", T.LogDeterminant(S)),
    ("log((det(S)))", T.LogDeterminant(S)),
    ("norm1(A)", T.entries_sum(f("abs", A))),
    ("norm2(A)", T.norm(A)),
    ("norm2(A)^2", T.SquaredNorm(A)),
    ("norm2(A)^4", T.Power(T.SquaredNorm(A), Index.of(2))),
    ("norm2(A)^3", T.Power(T.norm(A), Index.of(3))),
    ("norm2(s)", f("abs", s)),
    ("opnorm(A)", T.OperatorNorm(A)),
    ("sum(A)", T.entries_sum(A)),
    ("diag(x)", T.DiagonalMatrix(x)),
    ("diag(S)", T.Diagonal(S)),
    ("vec(A)", T.Vec(A)),
    ("vec(s)", T.Vec(s)),
    ("unvec(vec(A), m, n)", T.Unvec(m, n, T.Vec(A))),
    ("kron(A, B)", T.Kronecker(A, B)),
    ("A (x) B", T.Kronecker(A, B)),
    ("(A)(x)(B)", T.Kronecker(A, B)),
    ("A*(x)", product(A, x)),
    ("exp (x)", f("exp", x)),
    ("<A, C>", T.Inner(A, C)),
    ("inner(A, C)", T.Inner(A, C)),
    # constants
    ("S + eye", T.Sum(S, T.Identity(n))),
    ("eye(n)", T.Identity(n)),
    ("I(n)", T.Identity(n)),
    ("S + I", T.Sum(S, T.Identity(n))),
    ("x + vector(1)", T.Sum(x, T.Ones(n, one))),
    ("x + vector(0)", T.Sum(x, T.Zero(n, one))),
    ("A + matrix(1)", T.Sum(A, T.Ones(m, n))),
    ("A - s*matrix(2)", T.Sum(A, T.Scale(product(number(-1), s), T.Scale(number(2), T.Ones(m, n))))),
    ("ones(n)", T.Ones(n, one)),
    ("ones(m, n)", T.Ones(m, n)),
    ("zeros(m, n)", T.Zero(m, n)),
    ("K(m, n)", T.Commutation(m, n)),
    ("Psi(n)", T.DiagonalSelection(n)),
    ("unit(n, k)", T.UnitVector(n, k)),
    ("A + 1", T.Sum(A, T.Ones(m, n))),
    ("1 - x", T.Sum(T.Ones(n, one), T.Scale(number(-1), x))),
    ("A + 0", T.Sum(A, T.Zero(m, n))),
    ("1/2 + A", T.Sum(T.Scale(number(1, 2), T.Ones(m, n)), A)),
    ("1/n*s", product(T.Reciprocal(T.DimScalar(n)), s)),
    ("(k-1)*A", T.Scale(T.IndexScalar(k - 1), A)),
    # entries, families, chains, bounded sums, blocks
    ("A[1, 2]", T.entry(A, Index.of(1), Index.of(2))),
    ("A[i, j]", T.entry(A, Index.var("i"), Index.var("j"))),
    ("x[3]", T.entry(x, Index.of(3), Index.of(1))),
    ("W1", W[1]),
    ("W[k]", W[k]),
    ("W[2]", W[2]),
    ("W[L..1]", T.Chain(W, Index.var("L"), Index.of(1))),
    ("V[k..k-1]", T.Chain(V, k, k - 1)),
    ("sum(i, 1..k, norm2(W[i])^2)", T.BoundedSum.over("i", 1, "k", T.SquaredNorm(W["i"]))),
    ("prod(i, 1..k, i*s)", T.BoundedProduct.over("i", 1, "k", product(T.IndexScalar(Index.var("i")), s))),
    ("prod(i, k..1, W[i])", T.OrderedProduct.over("i", 1, "k", W["i"])),
    ("[A, C; C, A]", T.block([[A, C], [C, A]])),
    ("[s]", T.Vec(s)),
    ("D(norm2(A)^2; A, C)", T.D(T.SquaredNorm(A), A, C)),
    # 1 x 1 products as scalars
    ("x'*S*x", T.Trace(product(x.T, S, x))),
    ("1/2*x'*S*x", product(number(1, 2), T.Trace(product(x.T, S, x)))),
    ("x'*y + s", T.Sum(T.Trace(product(x.T, y)), s)),
    ("(x'*S*x)*z", T.Scale(T.Trace(product(x.T, S, x)), z)),
    ("x'*S*x*z", T.Scale(T.Trace(product(x.T, S, x)), z)),
    ("x*(y'*x)*z'", T.Scale(T.Trace(product(y.T, x)), product(x, z.T))),
    ("exp(x'*y)", f("exp", T.Trace(product(x.T, y)))),
    ("(x'*y)^2", T.Power(T.Trace(product(x.T, y)), Index.of(2))),
    ("A/(x'*y)", T.Scale(T.Reciprocal(T.Trace(product(x.T, y))), A)),
    ("x*x'", product(x, x.T)),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[c[0] for c in CASES])
def test_a_text_is_this_term(text, expected):
    assert parse(text, SHAPES) is expected


# These print like other terms: 1/n*s like s/n, a sum of numbers in every entry, 0 for a zero matrix.
PRINTED_OTHERWISE = {"1/n*s", "A - s*matrix(2)", "A + 0", "x + vector(0)", "zeros(m, n)"}


@pytest.mark.parametrize(("text", "expected"), [c for c in CASES if c[0] not in PRINTED_OTHERWISE])
def test_what_is_printed_reads_the_same(text, expected):
    assert parse(repr(expected), SHAPES) is expected


def test_the_same_text_on_several_lines():
    assert parse("A*x\n  - C*y", SHAPES) is parse("A*x - C*y", SHAPES)


def test_a_declaration_takes_many_forms():
    expected = T.matrix("Q", m, n)
    for shape in ("m n", "m x n", "m, n", "m×n", ("m", "n"), [m, n], expected):
        assert parse("Q", {"Q": shape}) is expected
    assert parse("Q", {"Q": "3x4"}) is T.matrix("Q", 3, 4)
    assert parse("Q", {"Q": (2, n * 2)}) is T.matrix("Q", 2, n * 2)
    assert parse("q", {"q": "n+m"}) is T.matrix("q", n + m, 1)
    for shape in ("", "scalar"):
        assert parse("q", {"q": shape}) is T.scalar("q")


def test_facts_are_part_of_the_letter():
    symmetric = T.matrix("S", n, n, "symmetric")
    assert parse("S", {"S": "n n"}, {"S": ["symmetric"]}) is symmetric
    assert parse("S", {"S": "n n symmetric"}) is symmetric
    assert parse("S", facts={"S": ["symmetric"]}) is symmetric
    assert parse("s", {"s": "scalar"}, {"s": "positive"}) is T.scalar("s", "positive")


def test_a_text_of_declarations():
    found = declare("X: d x m, w: n; lambda: scalar\nS: n x n symmetric, W[l]: d d, U1 U2: 3, act: elementwise")
    assert found.shapes == {
        "X": "d x m", "w": "n", "lambda": "scalar", "S": "n x n symmetric", "W[l]": "d d", "U1": "3", "U2": "3",
        "act": "elementwise",
    }  # fmt: skip
    assert found.facts == {"S": ["symmetric"]}
    assert read("norm2(W[k]*X)^2", *found).letter("W2") is T.family("W", d, d)[2]


def test_letters_of_a_reading():
    r = read("norm2(W[L..1]*X)^2 + s", {"W[l]": "d d", "X": "d m", "unused": "m"})
    assert r.letter("W3") is W[3] and r.letter("W[3]") is W[3] and r.letter("W[l]") is W["l"]
    assert r.letter("X") is T.matrix("X", d, m) and r.letter("unused") is T.matrix("unused", m, 1)
    assert (r.inferred, r.dims, r.indices) == (("s",), ("d", "m"), ("L",))
    assert r.declarations() == ("W[_]: d x d", "X: d x m", "s: scalar", "unused: m x 1")
    with pytest.raises(UsageError, match="family"):
        r.letter("W")
    with pytest.raises(UsageError, match="no letter Y"):
        r.letter("Y")


def test_a_long_sum_is_flat():
    term = parse("+".join(["s"] * 10_000), SHAPES)
    assert isinstance(term, T.Sum) and len(term.args) == 10_000


def test_numbers_are_exact():
    assert parse("0.1").value == Fraction(1, 10)
