"""A point of the parameter space in text, `W1 = C, W2 = M*inv(C)`, and the joint reading of a loss, a point and
assumptions, whose letters have one shape each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from symland.errors import ShapeError, UsageError
from symland.language import terms as T
from symland.language.index import shape_text
from symland.read.assumptions import sides_of
from symland.read.source import Excerpt, Source
from symland.read.syntax import syntax
from symland.read.text import Reading, read

_LETTER = re.compile(r"\s*([A-Za-z]\w*(?:\[\d+\])?)\s*\Z")
_OPEN, _CLOSE = "([{", ")]}"
MAX_LETTERS = 200  # of one point


class Assigned(NamedTuple):
    """What a point says of one letter, both excerpts of its text if it is given as one."""

    letter: str
    value: str


def read_point(text: str) -> tuple[Assigned, ...]:
    """The letters of a point with the texts of their values, in their order.

    Raises ParseError, with a marker, for what is no list of `letter = expression`, and for a letter that is set twice.

    >>> read_point("W1 = C, W2 = M*inv(C)")
    (Assigned(letter='W1', value='C'), Assigned(letter='W2', value='M*inv(C)'))
    """
    if not isinstance(text, str):
        raise UsageError(f"a point is text, not {type(text).__name__}", hint='"W1 = C, W2 = M*inv(C)"')
    whole, source, out = Excerpt.of(text), Source(text), list[Assigned]()
    for start, end in _items(text):
        item = text[start:end]
        if not item.strip():
            raise source.fault("there is no letter here", start, max(end, start + 1), hint="W1 = C, W2 = M*inv(C)")
        letter, sign, value = item.partition("=")
        match = _LETTER.match(letter)
        if not sign or match is None:
            raise source.fault("a point says letter = expression", start, end, hint="W1 = C, W2 = M*inv(C)")
        at = start + len(letter) + 1
        if "=" in value:
            raise source.fault("there are two equals signs", at + value.index("="), at + value.index("=") + 1, hint=",")
        if not value.strip():
            raise source.fault(f"{match[1]} is given no value", start, end, hint=f"{match[1]} = 0")
        if any(a.letter == match[1] for a in out):
            raise source.fault(f"{match[1]} is set twice", start, end, hint="give each letter one value")
        out.append(Assigned(whole.cut(start, at - 1).stripped(), whole.cut(at, end).stripped()))
        syntax(out[-1].value)
        if len(out) > MAX_LETTERS:
            raise source.fault(f"a point has at most {MAX_LETTERS} letters", start, end)
    return tuple(out)


def _items(text: str) -> Iterator[tuple[int, int]]:
    """The spans between commas, semicolons and line ends that stand in no brackets."""
    depth, start = 0, 0
    for i, c in enumerate(text):
        depth += (c in _OPEN) - (c in _CLOSE)
        if depth <= 0 and c in ",;\n":
            yield start, i
            start = i + 1
    yield start, len(text)


def read_together(
    loss: str, point: Sequence[Assigned], assumptions: Sequence[str], shapes: Mapping[str, Any] | None = None,
    facts: Mapping[str, Iterable[str]] | None = None,
) -> Reading:  # fmt: skip
    """A reading in which the letters of the loss, the point and the assumptions have the shapes that make all of them
    conform. Raises ShapeError, which names the first item that does not conform with those before it, and ParseError;
    messages quote each text as it was given."""
    whole = Excerpt.joined("(", Excerpt.of(loss), ")")
    reading = read(loss, shapes, facts, scalar=True)
    items: list[tuple[Assigned | str, str]] = [
        (a, _difference(Excerpt.of(a.letter), Excerpt.of(a.value))) for a in point
    ]
    for what, text in [*items, *((s, _gap(s)) for s in assumptions)]:
        if not text or (isinstance(what, Assigned) and what.value == "0"):
            continue
        try:
            longer = Excerpt.joined(whole, " + norm2(", text, ")^2")
            reading = read(longer, shapes, facts, scalar=True)
            whole = longer
        except ShapeError as e:
            raise _misfit(what, e, reading) from None
    return reading


def _gap(statement: str) -> str:
    """The difference that an equation or inequality between expressions says something about."""
    left, right = ("" if side == "0" else side for side in sides_of(statement))
    return _difference(left, right) if left and right else left or right


def _difference(left: str, right: str) -> str:
    return Excerpt.joined("(", left, ") - (", right, ")")


def _misfit(what: Assigned | str, e: ShapeError, reading: Reading) -> ShapeError:
    """The error for an item whose shapes do not fit those before it."""
    shown = f"{what.letter} = {what.value}" if isinstance(what, Assigned) else what
    shapes = "; ".join(reading.declarations())
    letter = reading.letters.get(what.letter) if isinstance(what, Assigned) else None
    own = f"; the letter is {shape_text(letter.shape)}" if isinstance(letter, T.Term) else ""
    return ShapeError(
        f"{shown} does not fit the shapes of the loss{own}\n  the letters so far: {shapes}\n  {e.message}",
        parts=e.parts, shapes=e.shapes, hint=e.hint or "declare the shapes of the letters",
    )  # fmt: skip
