"""Statements in text, as hypotheses: `Y*X' = M*X*X'`, `0 < s`, `invertible(A)`, `k >= 2`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from symland.errors import ParseError
from symland.language import statements as S
from symland.language import terms as T
from symland.language.facts import STATEMENT_OF
from symland.language.index import Index
from symland.language.statements import Statement
from symland.read.declarations import SQUARE_FACTS
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
    relations = list(_RELATION.finditer(text)) if isinstance(text, str) else []
    if len(relations) == 1:
        (sign,) = relations
        left, right = text[: sign.start()], text[sign.end() :]
        order = _order(left, sign.group(), right, indices)
        return order if order is not None else _relation(left, sign.group(), right, shapes, facts)
    predicate = _PREDICATE.match(text) if isinstance(text, str) and not relations else None
    if predicate and predicate[1] in PREDICATES:
        if predicate[1] in SQUARE_FACTS:  # so that the shapes of its letters are inferred to make it square
            return cast(Statement, PREDICATES[predicate[1]](parse(f"tr({predicate[2]})", shapes, facts).args[0]))
        return cast(Statement, PREDICATES[predicate[1]](parse(predicate[2], shapes, facts)))
    known = ", ".join(PREDICATES)
    raise ParseError(f"{text!r} is not a statement", hint=f"a = b, a < b, a <= b, or P(A) for one of {known}")


def sides_of(text: str) -> tuple[str, str]:
    """The two sides of a relation between expressions; of a predicate its argument, in a trace where it is to be
    square, and nothing; nothing for other texts, among them relations between indices."""
    relations = list(_RELATION.finditer(text)) if isinstance(text, str) else []
    if len(relations) == 1:
        left, right = text[: relations[0].start()].strip(), text[relations[0].end() :].strip()
        between_indices = _INDEX.match(left) and _INDEX.match(right) and relations[0].group() not in ("=", "==")
        return ("", "") if between_indices else (left, right)
    predicate = _PREDICATE.match(text) if isinstance(text, str) and not relations else None
    if predicate and predicate[1] in PREDICATES:
        return (f"tr({predicate[2]})" if predicate[1] in SQUARE_FACTS else predicate[2]), ""
    return "", ""


def _relation(left: str, sign: str, right: str, shapes: dict[str, Any], facts: dict[str, Iterable[str]]) -> Statement:
    if sign in (">", ">="):
        left, right = right, left
    zeros = [side.strip() == "0" for side in (left, right)]
    if not any(zeros):
        both = read(f"({left}) - ({right})", shapes, facts)
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
