"""What `repr` prints reads back as the same term, or as one with the same value; and no text escapes the reader."""

from fractions import Fraction
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from symland.errors import SymlandError
from symland.evaluate.point import point
from symland.evaluate.rings import Rationals
from symland.evaluate.terms import Evaluation
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.read.text import declare, parse, read

QQ = Rationals()
SIZES = {"m": 2, "n": 3}
LETTERS = {(a, b): [T.matrix(f"{c}{a}{b}", a, b) for c in "AB"] for a in SIZES for b in SIZES}
COLUMNS = {a: T.matrix(f"x{a}", a, 1) for a in SIZES}
SCALARS = [T.scalar("s"), T.scalar("t")]
NUMBERS = [T.number(p, q) for p in (-3, -1, 1, 2) for q in (1, 2)]  # a zero prints without its sign
SHAPES = {x.name: x for x in [*(x for pair in LETTERS.values() for x in pair), *COLUMNS.values(), *SCALARS]}


@st.composite
def matrices(draw, rows="m", columns="m", depth=3):
    """A matrix term of this shape, of everything that has a value over the rationals."""
    kinds = ["letter", "letter", "constant"]
    if depth:
        kinds += ["sum", "minus", "scale", "product", "transpose", "hadamard", "power", "outer", "kronecker"]
        kinds += ["diagonal"]
    kind = draw(st.sampled_from(kinds))
    if kind == "constant":
        if rows == columns and draw(st.booleans()):
            return T.Identity(Dim.of(rows))
        return T.Ones(Dim.of(rows), Dim.of(columns))
    if kind in ("sum", "minus", "hadamard"):
        a, b = draw(matrices(rows, columns, depth - 1)), draw(matrices(rows, columns, depth - 1))
        return T.hadamard(a, b) if kind == "hadamard" else a + b if kind == "sum" else a - b
    if kind == "scale":
        return draw(scalars(depth - 1)) * draw(matrices(rows, columns, depth - 1))
    if kind == "transpose":
        return draw(matrices(columns, rows, depth - 1)).T
    if kind == "power":
        return T.HadamardPower(draw(matrices(rows, columns, depth - 1)), Index.of(draw(st.integers(2, 4))))
    if kind == "outer":
        return COLUMNS[rows] * COLUMNS[columns].T
    if kind == "kronecker":
        u = T.UnitVector(Dim.of("n"), Index.of(2))
        left = T.Kronecker(T.Identity(Dim.of(rows)), u.T)
        return left * T.Kronecker(draw(matrices(rows, columns, depth - 1)), u)
    if kind == "diagonal" and rows == columns:
        return T.DiagonalMatrix(T.Diagonal(draw(matrices(rows, rows, depth - 1))))
    if kind in ("product", "diagonal"):
        inner = draw(st.sampled_from(sorted(SIZES)))
        return draw(matrices(rows, inner, depth - 1)) * draw(matrices(inner, columns, depth - 1))
    return draw(st.sampled_from(LETTERS[rows, columns]))


@st.composite
def scalars(draw, depth=3):
    """A scalar term."""
    kinds = ["number", "letter", *(["trace", "norm", "inner", "power", "sum", "minus", "product"] if depth else [])]
    kinds += ["entry", "form", "entries", "determinant"] if depth else []
    kind = draw(st.sampled_from(kinds))
    if kind == "number":
        return draw(st.sampled_from(NUMBERS))
    if kind == "letter":
        return draw(st.sampled_from(SCALARS))
    if kind == "trace":
        return T.Trace(draw(matrices(depth=depth - 1)))
    if kind == "determinant":
        return T.Determinant(draw(matrices(depth=depth - 1)))
    if kind == "norm":
        return T.SquaredNorm(draw(matrices("n", "m", depth - 1)))
    if kind == "inner":
        return T.Inner(draw(matrices("m", "n", depth - 1)), draw(matrices("m", "n", depth - 1)))
    if kind == "entries":
        return T.entries_sum(draw(matrices("m", "n", depth - 1)))
    if kind == "entry":
        return T.entry(draw(matrices("m", "n", depth - 1)), Index.of(1), Index.of(2))
    if kind == "form":
        return T.Trace(COLUMNS["m"].T * draw(matrices("m", "n", depth - 1)) * COLUMNS["n"])
    if kind == "power":
        return draw(scalars(depth - 1)) ** draw(st.integers(2, 4))
    a, b = draw(scalars(depth - 1)), draw(scalars(depth - 1))
    return a - b if kind == "minus" else a + b if kind == "sum" else a * b


def at_random(seed):
    rng = Random(seed)
    rows = {a: SIZES.get(a, 1) for a in ("m", "n", "")}
    letters = {x.name: (a, b) for (a, b), pair in LETTERS.items() for x in pair}
    letters |= {x.name: (a, "") for a, x in COLUMNS.items()} | {x.name: ("", "") for x in SCALARS}
    values = {}
    for name, (a, b) in letters.items():
        entries = [[Fraction(rng.randint(-3, 3), rng.randint(1, 2)) for _ in range(rows[b])] for _ in range(rows[a])]
        scalar = (a, b) == ("", "")
        values[name] = QQ.number(entries[0][0]) if scalar else QQ.from_rows(entries)
    return Evaluation(point(SIZES, values), QQ)


@settings(max_examples=150, deadline=None)
@given(scalars(), st.integers(0, 10**6))
def test_what_is_printed_has_the_same_value_and_prints_the_same(term, seed):
    again = parse(repr(term), SHAPES)
    assert again.is_scalar
    assert parse(repr(again), SHAPES) is again
    at = at_random(seed)
    assert at.value(again) == at.value(term)


@settings(max_examples=100, deadline=None)
@given(matrices("m", "n"), st.integers(0, 10**6))
def test_matrices_too(term, seed):
    again = parse(repr(term), SHAPES)
    assert again.shape == term.shape
    assert parse(repr(again), SHAPES) is again
    at = at_random(seed)
    assert at.value(again) == at.value(term)


@settings(max_examples=60, deadline=None)
@given(scalars())
def test_inferred_shapes_are_as_general_as_declared_ones(term):
    """With the shapes that were inferred as declarations, the text is the same term, and nothing is inferred."""
    text = repr(term)
    try:
        r = read(text)
    except SymlandError:
        return
    again = read(text, dict(r.letters))
    assert again.term is r.term and again.inferred == ()


WORDS = [
    "x", "y", "A", "B", "W", "W1", "s", "n", "l", "T", "I", "e", "eye", "1", "2", "0", "0.5", "1e3", "+", "-", "*", "/",
    ".*", "./", ".^", "^", "'", "(", ")", "(", ")", "[", "]", "<", ">", ",", ";", "..", "(x)", "norm2(", "tr(", "exp(",
    "sum(", "prod(", "inv(", "vec(", "diag(", "ones(", "unvec(", "K(", "D(", "sigma(", "sigma'(", "log(det(", " ", "_",
    "unit(", "leaky_relu(", "vector(", "matrix(", "kron(", "foo(", "\n", "é", "\0", ":", "=",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14).map("".join))
@example("W[W]")
@example("n[n]*ones(n[n])")
@example("sum(i, 1..i, i)")
@example("x^x^x")
def test_only_our_own_errors_leave_the_reader(text):
    for shapes in (None, {"A": "n n", "x": "n", "W[l]": "d d", "s": ""}):
        try:
            term = read(text, shapes, scalar=shapes is None).term
        except SymlandError as e:
            assert str(e)
        else:
            assert isinstance(term, T.Term) and repr(term)


@settings(max_examples=1500, deadline=None)
@given(st.text(max_size=30))
def test_nor_for_any_text(text):
    for reader in (parse, declare):
        try:
            reader(text)
        except SymlandError as e:
            assert str(e)
