"""Widths, and lines that break."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symland.report.markup import formula
from symland.report.measure import Delimiter, break_lines, piece_width, runs, width
from symland.write.layout import Fence, Row, Sign, matrix, row


def flat(piece):
    """The atoms of a piece in order, fences opened."""
    out = []
    for p in piece:
        if isinstance(p, Row):
            out += flat(p.parts)
        elif isinstance(p, Fence):
            out += [("(", p.kind), *flat((p.body,)), (")", p.kind)]
        elif isinstance(p, Delimiter):
            out.append(("(" if p.opening else ")", p.kind))
        else:
            out.append(p)
    return out


LONG = [
    "a + b + c + d + e + f + g",
    "x = a + b = c <= d",
    "<<A_1 B_1 + A_2 B_2 + A_3 B_3, V>> + <<C, D>>",
    "(a + (b + c + d + e)) (x) (f + g)",
    "A (x) B (x) C (x) D",
]


@pytest.mark.parametrize("text", LONG)
@pytest.mark.parametrize("limit", [3, 5, 8, 12, 1000])
def test_breaking_keeps_every_part_in_order(text, limit):
    whole = formula(text)
    pieces = break_lines(whole, limit, limit)
    assert flat(tuple(p for piece in pieces for p in piece)) == flat((whole,))
    if limit == 1000:
        assert len(pieces) == 1


@pytest.mark.parametrize("text", LONG)
def test_lines_fit_where_parts_are_short_enough(text):
    for piece in break_lines(formula(text), 9, 9):
        assert piece_width(piece) <= 9


@given(st.lists(st.sampled_from(["a", "B_1", "(x + y)", "vec(Z)"]), min_size=1, max_size=12), st.integers(2, 30))
def test_lines_start_with_signs(terms, limit):
    pieces = break_lines(formula(" + ".join(terms)), limit, limit)
    for piece in pieces[1:]:
        assert isinstance(piece[0], Sign) or any(isinstance(p, Delimiter) for q in pieces for p in q)


def test_a_matrix_is_never_broken():
    wide = matrix([[formula("a + b") for _ in range(9)]])
    assert break_lines(wide, 5, 5) == [(wide,)]


def test_invisible_signs_do_not_end_a_run():
    assert all(not isinstance(p, Sign) for p in runs((formula("A"), Sign("\u2062"), Delimiter("()", True, 0))))


@pytest.mark.parametrize(
    ("text", "em"),
    [  # widths that TeX measured, Latin Modern at 10 points
        ("W_{L:1} X X^T = Y X^T", 8.4),
        ("(X^+ X)^T = X^+ X", 7.2),
        ("||E X^T||_F^2 = ||(W_{L:1} - Y X^+) X X^T||_F^2", 15.8),
        ("b_{21} (a_{11} s_{11} + a_{12} s_{12})", 8.7),
    ],
)
def test_widths_are_near_those_of_tex(text, em):
    assert 0.93 * em <= width(formula(text)) <= 1.2 * em


def test_rows_and_pieces_have_the_width_of_their_parts():
    parts = [formula("a"), formula("B_1")]
    assert width(row(*parts)) == pytest.approx(sum(map(width, parts)))
