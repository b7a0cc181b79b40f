"""Random shape-correct expressions for property tests: polynomial terms in two letters of each shape."""

from fractions import Fraction

from hypothesis import strategies as st

from symland.language import terms as T
from symland.language.index import Dim

SIZES = {"p": 2, "q": 3, "r": 1}
LETTERS = {(a, b): [T.matrix(f"{name}{a}{b}", a, b) for name in "AB"] for a in SIZES for b in SIZES}
rationals = st.builds(Fraction, st.integers(-4, 4), st.integers(1, 3))


def numbers(draw):
    return T.number(*draw(rationals).as_integer_ratio())


@st.composite
def matrices(draw, rows="p", columns="p", depth=3):
    """A polynomial matrix term of this shape."""
    kinds = ["letter", "constant"] + (["sum", "scale", "product", "transpose"] if depth else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "letter":
        return draw(st.sampled_from(LETTERS[rows, columns]))
    if kind == "constant":
        square = rows == columns and draw(st.booleans())
        return T.Identity(Dim.of(rows)) if square else T.Zero(Dim.of(rows), Dim.of(columns))
    if kind == "sum":
        return draw(matrices(rows, columns, depth - 1)) + draw(matrices(rows, columns, depth - 1))
    if kind == "scale":
        return draw(scalars(depth - 1)) * draw(matrices(rows, columns, depth - 1))
    if kind == "transpose":
        return draw(matrices(columns, rows, depth - 1)).T
    inner = draw(st.sampled_from(sorted(SIZES)))
    return draw(matrices(rows, inner, depth - 1)) * draw(matrices(inner, columns, depth - 1))


@st.composite
def scalars(draw, depth=3):
    """A polynomial scalar term."""
    kind = draw(st.sampled_from(["number", *(["trace", "norm", "inner", "power", "sum"] if depth else [])]))
    if kind == "number":
        return numbers(draw)
    if kind == "trace":
        return T.Trace(draw(matrices(depth=depth - 1)))
    if kind == "norm":
        return T.SquaredNorm(draw(matrices("q", "p", depth - 1)))
    if kind == "inner":
        return T.Inner(draw(matrices("p", "q", depth - 1)), draw(matrices("p", "q", depth - 1)))
    if kind == "power":
        return draw(scalars(depth - 1)) ** 2
    return draw(scalars(depth - 1)) - draw(scalars(depth - 1))
