"""Text on lines of limited width: where lines break, and that nothing else changes."""

import pytest

from symland.language import statements as S
from symland.language import terms as T
from symland.language.notation import show
from symland.write.text import to_text

A, B, C = (T.matrix(n, "d", "d") for n in "ABC")

CASES = [
    (A + B - C, 100, "A + B - C"),
    (A + B - C, 8, "A + B\n    - C"),
    (A + B - C, 1, "A\n    + B\n    - C"),
    (A * (B + C) * A + B, 12, "A*(B + C)*A\n    + B"),
    (A * (B + C) * (A - B), 5, "A*(B + C)*(A - B)"),
    (S.Eq(A * B + C, C * C - A), 12, "A*B + C\n    = C*C\n    - A"),
    (S.Le(T.Inner(A + B, C), T.scalar("a")), 10, "<A + B, C>\n    <= a"),
    (S.Lt(T.scalar("a"), T.Trace(A) + T.Trace(B + C)), 14, "a < tr(A)\n    + tr(B + C)"),
    (S.Eq(T.Inner(A, T.Inner(A, B) * C) + T.scalar("a"), T.scalar("b")), 20, "<A, <A, B>*C> + a\n    = b"),
    (T.BoundedSum.over("i", 1, "L", T.scalar("a") + 1) + T.scalar("b"), 10, "sum(i, 1..L, a + 1)\n    + b"),
]


@pytest.mark.parametrize(("node", "width", "expected"), CASES)
def test_text(node, width, expected):
    assert to_text(node, width=width) == expected
    assert " ".join(to_text(node, width=width).split()) == show(node)


def test_abbreviations():
    assert to_text(A * B - C, {A * B: "P"}) == "P - C"
