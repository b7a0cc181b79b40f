"""Statements in text, as hypotheses: `Y*X' = M*X*X'`, `0 < s`, `invertible(A)`, `k >= 2`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any, NamedTuple, cast

from symland.errors import UsageError
from symland.language import statements as S
from symland.language import terms as T
from symland.language.facts import STATEMENT_OF
from symland.language.index import Index
from symland.language.statements import Statement
from symland.read.declarations import SQUARE_FACTS
from symland.read.source import Excerpt, Source
from symland.read.syntax import syntax
from symland.read.text import Reading, parse, read

_RELATION = re.compile(r"<=|>=|==|=|<|>")
_PREDICATE = re.compile(r"\s*(\w+)\s*\((.*)\)\s*\Z", re.DOTALL)
_INDEX = re.compile(r"\s*(?:([A-Za-z]\w*)\s*([+-]\s*\d+)?|(\d+))\s*\Z")
PREDICATES: Mapping[str, Any] = {**STATEMENT_OF, "nonzero": S.Nonzero}


def read_statement(text: str, reading: Reading | None = None) -> Statement:
    """The statement of a text: a relation `=`, `<`, `<=`, `>`, `>=`, or a predicate such as `invertible(A)`. Letters
    are those of the reading of the loss; others are inferred.

    Raises ParseError for what is no statement.

    >>> read_statement("invertible(A)")
    invertible(A)
    """
    shapes: dict[str, Any] = {}
    facts: dict[str, Iterable[str]] = {}
    indices: tuple[str, ...] = ()
    if reading is not None:
        for name, letter in reading.letters.items():
            shapes[name] = letter.shape
            if isinstance(letter, T.Symbol):
                facts[name] = letter.facts
        indices = reading.indices
    statement = _split(text)
    if statement.predicate:
        of = statement.left
        if statement.predicate not in SQUARE_FACTS:
            return cast(Statement, PREDICATES[statement.predicate](parse(of, shapes, facts)))
        # so that the shapes of its letters are inferred to make it square
        trace = parse(Excerpt.joined("tr(", of, ")"), shapes, facts)
        if not isinstance(trace, T.Trace):
            why = f"a square matrix is {statement.predicate}, and this is a scalar"
            raise Source(of).fault(why, 0, len(of), hint=f"{statement.predicate}(A)")
        return cast(Statement, PREDICATES[statement.predicate](trace.args[0]))
    order = _order(statement.left, statement.sign, statement.right, indices)
    if order is not None:
        return order
    return _relation(statement.left, statement.sign, statement.right, shapes, facts)


class _Parts(NamedTuple):
    """A statement in text: two sides and a sign between them, or a predicate of what is on the left."""

    left: Excerpt
    sign: str = ""
    right: Excerpt = Excerpt()
    predicate: str = ""


def _split(text: str) -> _Parts:
    """The parts of a statement, each an expression. Raises ParseError for what is no statement."""
    if not isinstance(text, str):
        raise UsageError(f"an assumption is text, not {type(text).__name__}", hint='"invertible(A)"')
    whole, source = Excerpt.of(text), Source(text)
    relations = list(_RELATION.finditer(text))
    predicate = _PREDICATE.match(text) if not relations else None
    if predicate and min(accumulate((c == "(") - (c == ")") for c in predicate[2]), default=0) < 0:
        predicate = None  # invertible(A) and invertible(B)
    if len(relations) == 1:
        (sign,) = relations
        parts = _Parts(whole.cut(0, sign.start()).stripped(), sign.group(), whole.cut(sign.end(), len(text)).stripped())
        if not (parts.left and parts.right):
            raise source.fault("a relation has an expression on each side", *sign.span(), hint=f"A {parts.sign} 0")
    elif predicate is not None and predicate[1] in PREDICATES:
        parts = _Parts(whole.cut(*predicate.span(2)), predicate=predicate[1])
    else:
        known = ", ".join(PREDICATES)
        hint = f"a = b, a < b, a <= b, or P(A) for one of {known}"
        raise source.fault(f"{text!r} is not a statement", 0, len(text), hint=hint)
    for side in [parts.left] if parts.predicate else [parts.left, parts.right]:
        syntax(side)
    return parts


def sides_of(text: str) -> tuple[str, str]:
    """The two sides of a relation between expressions; of a predicate its argument, in a trace where it is to be
    square, and nothing; nothing for relations between indices. Raises ParseError for what is no statement."""
    parts = _split(text)
    if parts.predicate:
        square = parts.predicate in SQUARE_FACTS
        return (Excerpt.joined("tr(", parts.left, ")") if square else parts.left), ""
    between_indices = _INDEX.match(parts.left) and _INDEX.match(parts.right) and parts.sign not in ("=", "==")
    return ("", "") if between_indices else (parts.left, parts.right)


def _relation(left: str, sign: str, right: str, shapes: dict[str, Any], facts: dict[str, Iterable[str]]) -> Statement:
    if sign in (">", ">="):
        left, right = right, left
    zeros = [side.strip() == "0" for side in (left, right)]
    if not any(zeros):
        both = read(Excerpt.joined("(", left, ") - (", right, ")"), shapes, facts)
        shapes = {**shapes, **{name: letter.shape for name, letter in both.letters.items()}}
    sides = [None if zero else parse(side, shapes, facts) for side, zero in zip((left, right), zeros, strict=True)]
    like = sides[0] if sides[0] is not None else sides[1]
    zero = T.Zero(*like.shape) if like is not None and like.is_matrix else T.number(0)
    a, b = (zero if s is None else s for s in sides)
    relation = {"=": S.Eq, "==": S.Eq, "<": S.Lt, ">": S.Lt, "<=": S.Le, ">=": S.Le}[sign]
    return cast(Statement, relation(a, b))


def _order(left: str, sign: str, right: str, indices: tuple[str, ...]) -> Statement | None:
    """The order fact of a relation between index expressions; None for any other relation."""
    sides = [_INDEX.match(side) for side in (left, right)]
    if not all(sides) or sign in ("=", "==") or not any(m and m[1] in indices for m in sides):
        return None
    a, b = (
        Index.of(m[1]) + int((m[2] or "0").replace(" ", "")) if m[1] else Index.of(int(m[3]))
        for m in sides
        if m is not None
    )
    if sign in ("<", "<="):
        a, b = b, a
    return S.at_least(a, b + (1 if sign in ("<", ">") else 0))
