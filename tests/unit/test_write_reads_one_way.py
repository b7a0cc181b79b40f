"""No two different terms print alike: parentheses and signs leave one reading."""

import itertools

import pytest

from symland.errors import ShapeError
from symland.language import terms as T
from symland.language.index import Index
from symland.write.latex import to_latex
from symland.write.mathml import to_mathml

A, B = T.matrix("A", 1, 1), T.matrix("B", 1, 1)
V = T.matrix("V", 1, 1)
s, r = T.scalar("s"), T.scalar("r")


def bounded(cls, body):
    return cls(Index.of(1), Index.var("L"), body)


SCALARS = [
    lambda x, y: x + y,
    lambda x, y: x * y,
    lambda x, y: -x,
    lambda x, y: 2 * x,
    lambda x, y: T.Reciprocal(x),
    lambda x, y: x**2,
    lambda x, y: bounded(T.BoundedSum, x),
    lambda x, y: bounded(T.BoundedProduct, x),
]
MATRICES = [
    lambda x, y: x + y,
    lambda x, y: x * y,
    lambda x, y: -x,
    lambda x, y: T.Scale(s, x),
    lambda x, y: T.Transpose(x),
    lambda x, y: T.Inverse(x),
    lambda x, y: T.Kronecker(x, y),
    lambda x, y: T.Vec(x),
    lambda x, y: T.D(x, A, V),
    lambda x, y: T.block([[x, y]]) if x.shape == (1, 1) else T.block([[x], [y]]),
]


ENTRYWISE = [
    lambda x, y: x + y,
    lambda x, y: x * y,
    lambda x, y: -x,
    lambda x, y: T.Scale(s, x),
    lambda x, y: T.Transpose(x),
    lambda x, y: T.hadamard(x, y),
    lambda x, y: T.hadamard(x, T.Elementwise("reciprocal", y)),
    lambda x, y: T.Elementwise("reciprocal", x),
    lambda x, y: T.HadamardPower(x, Index.of(2)),
    lambda x, y: T.MatrixPower(x, Index.of(2)),
    lambda x, y: T.Elementwise("sin", x),
    lambda x, y: T.Kronecker(x, y),
]
FUNCTIONS = [
    lambda x, y: x + y,
    lambda x, y: x * y,
    lambda x, y: -x,
    lambda x, y: T.Reciprocal(x),
    lambda x, y: x**2,
    lambda x, y: T.Elementwise("exp", x),
    lambda x, y: T.Elementwise("sqrt", x),
    lambda x, y: T.Elementwise("abs", x),
    lambda x, y: T.Elementwise("pow", x, T.number(1, 2)),
    lambda x, y: T.Elementwise("sigma'", x),
    lambda x, y: bounded(T.BoundedSum, x),
]


def grow(operations, letters):
    terms = dict.fromkeys(letters)
    for _ in range(2):
        pairs = list(itertools.product(list(terms), repeat=2))
        for operation, (x, y) in itertools.product(operations, pairs):
            try:
                terms[operation(x, y)] = None
            except ShapeError:
                continue
    return list(terms)


@pytest.mark.parametrize("write", [to_latex, to_mathml])
@pytest.mark.parametrize(
    ("operations", "letters"),
    [(SCALARS, [s, r, T.number(3), T.number(1, 2)]), (MATRICES, [A, B]), (ENTRYWISE, [A, B]), (FUNCTIONS, [s, r])],
    ids=["scalars", "matrices", "entrywise", "functions"],
)
def test_one_reading(write, operations, letters):
    terms = grow(operations, letters)
    assert len(terms) > 1000
    seen = {}
    for term in terms:
        text = write(term)
        other = seen.setdefault(text, term)
        assert other is term, f"{text} is {other.args} and {term.args}"
