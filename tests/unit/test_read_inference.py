"""Texts without declarations: what shapes are inferred, what is said, and what is refused."""

import subprocess
import sys

import pytest

from symland.errors import ShapeError
from symland.language import terms as T
from symland.read.text import parse, read

# Texts, and their letters with inferred shapes, in the order of the text.
CASES = [
    ("1/2*norm2(W2*W1*X - Y)^2", "W2: m x n, W1: n x p, X: p x q, Y: m x q"),
    ("norm2(A*x - y)^2", "A: m x n, x: n x 1, y: m x 1"),
    ("0.5*x'*A*x", "x: n x 1, A: n x n"),
    ("A*exp(x)", "A: m x n, x: n x 1"),
    ("(y.*v)'*x", "y: n x 1, v: n x 1, x: n x 1"),
    ("a^b", "a: scalar, b: scalar"),
    ("sum(log(exp(-y.*(X*w)) + vector(1)))", "y: m x 1, X: m x n, w: n x 1"),
    ("tr(A*X'*B*X*C)", "A: m x n, X: p x n, B: p x p, C: n x m"),
    ("log(det(inv(X)))", "X: n x n"),
    ("lambda*norm2(w)^2", "lambda: scalar, w: n x 1"),
    ("d*X", "d: scalar, X: m x n"),
    ("unvec(v, p, q)*x", "v: p*q x 1, x: q x 1"),
    ("kron(A, B)*vec(X)", "A: m x n, B: p x q, X: q x n"),
    ("vec(A)'*vec(B)", "A: m x n, B: m x n"),
    ("K(p, q)*vec(A)", "A: p x q"),
    ("[A, b; c', 1]", "A: m x n, b: m x 1, c: n x 1"),
    ("X + eye", "X: n x n"),
    ("X*Y + Y*X", "X: n x n, Y: n x n"),
    ("A^k*B", "A: m x m, B: m x n"),
    ("norm2(W[L..1]*X - Y)^2", "W[_]: m x m, X: m x n, Y: m x n"),
    ("sum(l, 1..L, norm2(W[l])^2)", "W[_]: m x n"),
    ("n*x + m*y", "n: scalar, x: p x 1, m: scalar, y: p x 1"),
    ("norm2(X*w - ones(m))^2/m", "X: m x n, w: n x 1"),
]


@pytest.mark.parametrize(("text", "letters"), CASES, ids=[c[0] for c in CASES])
def test_shapes_are_inferred(text, letters):
    assert ", ".join(read(text).declarations()) == letters


def test_declared_dimensions_name_the_others():
    r = read("norm2(W2*W1*X - Y)^2", {"X": "d m", "W1": "d d"})
    assert r.declarations() == ("W2: n x d", "W1: d x d", "X: d x m", "Y: n x m")
    assert r.inferred == ("W2", "Y")


def test_an_inferred_name_is_no_letter():
    assert read("norm2(A*x - y)^2 + lambda*m*n").declarations()[0] == "A: p x q"


def test_the_convention_gives_way_where_it_does_not_fit_and_says_so():
    r = read("norm2(A*x + b)^2")
    assert r.letter("b").is_matrix
    assert r.notes == ("b is read as a column: as a scalar, which is the convention, it does not fit",)
    r = read("C*norm2(w)^2 + sum(relu(X*w))")
    assert r.letter("C").is_scalar and any(note.startswith("C is read as a scalar") for note in r.notes)


def test_two_readings_that_depart_equally_are_both_named():
    r = read("x*y")
    assert r.letter("x").is_scalar and r.letter("y").is_matrix
    assert "another reading fits as well: x a column, y a scalar; declare these letters to choose it" in r.notes


def test_many_columns_that_the_convention_calls_scalars():
    r = read(" + ".join(f"norm2(W{i}*x - b{i})^2" for i in range(14)))
    assert all(r.letter(f"b{i}").is_matrix for i in range(14))
    assert "not all readings were tried; declare letters to be sure" in r.notes


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("A + 1", "1 is read as 1 in every entry, in a sum with A"),
        ("exp(A)", "exp of a matrix is taken entry by entry: it is not the matrix function"),
        ("A^T*B", "A^T is read as the transpose A'"),
        ("A + I", "I is read as the identity matrix; declare I to use it as a letter"),
        ("A^k", "k is read as an integer, since it stands above a matrix"),
        ("s^t", "in s^t the exponent is a real number, so the base has to be positive"),
        ("x[2]", "x[2] is read as an entry of a column, counted from 1"),
        ("A .* B*C", "A .* B*C is read from left to right, like (A .* B)*C"),
        ("W[3..1]", "the members of W are read as square matrices of one size; declare W[l] to change it"),
        ("K(p, q)*vec(A)", "the sizes of K(p, q) and vec(A) are matched factor by factor"),
    ],
)
def test_what_is_assumed_is_said(text, note):
    assert note in read(text).notes


def test_nothing_is_said_where_nothing_is_assumed():
    assert read("1/2*norm2(W2*W1*X - Y)^2").notes == ()
    assert read("exp(x)").notes == ()  # of a column there is no matrix function


# Texts that no consistent choice, or only an odd one, makes fit: nothing is guessed.
@pytest.mark.parametrize(
    "text", ["A*x'*y", "A + s", "x .* A*y", "s ./ A", "A/B", "A + x", "tr(x)", "x'*A + y", "inv(x)", "vec(A)*vec(B)"]
)
def test_odd_readings_are_refused(text):
    with pytest.raises(ShapeError):
        read(text)


def test_declarations_decide_what_is_refused_without_them():
    m = T.scalar("s")
    assert parse("A + s*matrix(1)", {"s": "scalar"}).args[1].args[0] is m
    assert parse("s ./ A", {"s": "scalar", "A": "n m"}).is_matrix
    assert parse("A*x'*y", {"A": "n 1", "x": "m", "y": "m"}).is_matrix


def test_a_scalar_can_be_demanded():
    assert read("x'*A*x", scalar=True).term.is_scalar
    with pytest.raises(ShapeError, match=r"a scalar is needed, and this is m x 1 \(line 1, column 1\)"):
        read("A*x", scalar=True)


def test_import_symland_does_not_import_lark():
    code = "import sys, symland; sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
