"""Reading losses from text: all losses of the catalogue, one of about 200 characters, and a sum of 1 000 terms. There
is no rival: SymPy's parser runs its input, knows no shapes, and infers none."""

from pathlib import Path

import pytest

import symland as sl
from symland.language import terms as T
from symland.language.index import shape_text
from symland.language.nodes import walk
from symland.language.notation import show
from symland.report import status as board

FOLDER = Path(__file__).parents[2] / "derivations"
LONG = (
    "1/2*norm2(W3*tanh(W2*tanh(W1*X + b1*vector(1)') + b2*vector(1)') - Y)^2 + "
    "c/2*(norm2(W1)^2 + norm2(W2)^2 + norm2(W3)^2) + log(1 + norm2(b1)^2) + sum(exp(W2*b1 + b2)) + tr(W3*W2*W2'*W3')"
)
SUM = " + ".join(f"{k}*tr(A*B{k % 7}*A')" for k in range(1, 1001))

pytestmark = pytest.mark.benchmark(group="reading text")


def catalogue():
    """(text, declared shapes) for every loss of a problem file that is printed in the grammar of the reader."""
    for path in sorted(FOLDER.glob("*.py")):
        problem = getattr(board.load(path), "PROBLEM", None)
        if problem is not None:
            letters = [n for n in walk(problem.loss) if isinstance(n, T.Symbol)]
            shapes = {n.name: shape_text(n.shape).replace("x", " ") if n.is_matrix else "" for n in letters}
            yield show(problem.loss), shapes


def test_losses_of_the_catalogue(benchmark):
    texts = []
    for text, shapes in catalogue():
        try:
            sl.parse(text, shapes)
        except sl.SymlandError:
            continue
        texts.append((text, shapes))
    benchmark.extra_info.update(losses=len(texts), characters=sum(len(text) for text, _ in texts))
    benchmark(lambda: [sl.parse(text, shapes) for text, shapes in texts])
    assert len(texts) > 20


def test_one_of_200_characters(benchmark):
    assert 180 < len(LONG) < 220
    assert benchmark(sl.parse, LONG).is_scalar


def test_a_sum_of_1000_terms(benchmark):
    assert len(benchmark.pedantic(sl.parse, (SUM,), rounds=3).args) == 1000
