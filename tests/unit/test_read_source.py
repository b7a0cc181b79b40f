"""Excerpts: where the characters of a text come from, after cutting and joining."""

import pytest

from symland.read.source import Excerpt, Source

TYPED = "W1 = C,\n  W2 = M*inv(C)"
WHOLE = Excerpt.of(TYPED, "fit.prob")


def marked(text, start, end):
    """The characters of the typed text that a message about these characters marks."""
    e = Source(text).fault("here", start, end)
    line, marks = e.marker.split("\n")
    return line[marks.index("^") : marks.rindex("^") + 1], e.line, e.column, e.source


def test_a_text_as_a_whole_is_itself():
    assert WHOLE == TYPED and Excerpt.of(WHOLE) is WHOLE
    assert marked(WHOLE, 15, 16) == ("M", 2, 8, "fit.prob")
    assert marked("plain", 1, 3) == ("la", 1, 2, "")


def test_a_cut_of_a_cut():
    value = WHOLE.cut(8, len(TYPED)).cut(6, 99).stripped()
    assert value == "M*inv(C)"
    assert marked(value, 2, 5) == ("inv", 2, 10, "fit.prob")
    assert marked(WHOLE.words(), 8, 10) == ("W2", 2, 3, "fit.prob")


def test_text_from_nowhere_is_marked_behind_what_it_follows():
    made = Excerpt.joined("tr(", WHOLE.cut(5, 6), ")")
    assert made == "tr(C)"
    assert marked(made, 3, 4) == ("C", 1, 6, "fit.prob")
    assert marked(made, 4, 5) == (",", 1, 7, "fit.prob")
    assert marked(made, 0, 5) == ("C", 1, 6, "fit.prob")


def test_sides_that_change_places():
    """`a > b` is read as b - a: a message about all of it marks all of it."""
    typed = Excerpt.of("abc > def")
    made = Excerpt.joined("(", typed.cut(6, 9), ") - (", typed.cut(0, 3), ")")
    assert marked(made, 0, len(made)) == ("abc > def", 1, 1, "")


def test_two_sources():
    """The marker stands in the first of them."""
    made = Excerpt.joined(Excerpt.of("abc"), " + ", Excerpt.of("xyz"))
    assert marked(made, 0, len(made))[0] == "abc" and marked(made, 6, 7)[0] == "x"
    assert Source(made).marker((0, 1), (7, 8)) == "    abc\n    ^"


@pytest.mark.parametrize("made", [Excerpt(), Excerpt("abc"), Excerpt.joined("a", "bc"), WHOLE.cut(3, 3)])
def test_texts_without_an_origin_are_their_own(made):
    assert isinstance(Source(made).fault("here", 0, 1).marker, str)
