"""Declarations of letters: `{"X": "d x m", "w": "n", "lambda": "scalar"}`, or one text for the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from symland.errors import ParseError, UsageError
from symland.language.facts import STATEMENT_OF
from symland.language.index import NAME, PLACE, Dim, Index, Shape
from symland.language.nodes import Family, Substitution
from symland.language.terms import Symbol
from symland.read.source import Source
from symland.read.syntax import Piece, number_of, syntax

SCALAR, VECTOR, MATRIX, INDEX, FUNCTION = "scalar", "vector", "matrix", "index", "function"
UNKNOWN = ""  # the kind is to be inferred
KINDS = {k: k for k in (SCALAR, VECTOR, MATRIX, INDEX, FUNCTION)} | {"column": VECTOR, "elementwise": FUNCTION}
SQUARE_FACTS = frozenset({"symmetric", "psd", "invertible", "orthogonal", "diagonal"})
MAX_INTEGER = 10**9  # in shapes and indices

_ITEMS = re.compile(r"[,;\n]\s*(?=[A-Za-z]\w*(?:\s*\[\w+\])?(?:\s+[A-Za-z]\w*)*\s*:)")
_FAMILY = re.compile(r"([A-Za-z]\w*)\s*\[\s*([A-Za-z]\w*|_)\s*\]\Z")
_SEPARATOR = re.compile(r"[\s,×]+(?:x[\s,]+)?|(?<=\d)x(?=\w)")


class Letter(NamedTuple):
    """A declared name: its kind and shape where they are given, its facts; the variable of a family `W[l]`."""

    kind: str
    shape: Shape | None = None
    facts: frozenset[str] = frozenset()
    variable: str = ""


class Declarations(NamedTuple):
    """What `read` takes: shapes by letter, and facts by letter."""

    shapes: dict[str, str]
    facts: dict[str, list[str]]


def declare(text: str) -> Declarations:
    """The declarations in a text such as `X: d x m, w: n, lambda: scalar, S: n x n symmetric, W[l]: d x d`.

    >>> declare("X: d x m, S: n x n symmetric, lambda: scalar").shapes
    {'X': 'd x m', 'S': 'n x n symmetric', 'lambda': 'scalar'}
    """
    if not isinstance(text, str):
        raise UsageError(f"declarations are text, not {type(text).__name__}", hint="'X: d x m, w: n'")
    source, shapes, at = Source(text), dict[str, str](), 0
    for item in _ITEMS.split(text):
        start = text.index(item, at)
        at = start + len(item)
        names, colon, shape = item.partition(":")
        if not colon or not names.strip():
            what = "a declaration is a letter, a colon and a shape" if item.strip() else "there is no declaration here"
            raise source.fault(what, start, at, hint="X: d x m, w: n, lambda: scalar")
        for name in re.sub(r"\s*\[", "[", names).split():
            if name in shapes:
                raise source.fault(f"{name} is declared twice", start, start + len(names))
            shapes[name] = " ".join(shape.split())
            _one(name, shapes[name], lambda why, hint="", a=start, b=at: source.fault(why, a, b, hint))
    facts = {name: sorted(letter.facts) for name, letter in letters(shapes).items() if letter.facts}
    return Declarations(shapes, facts)


def letters(shapes: Mapping[str, Any] | None, facts: Mapping[str, Iterable[str]] | None = None) -> dict[str, Letter]:
    """The declared letters by name. Raises ParseError for what is no shape, UsageError for unknown facts."""
    out: dict[str, Letter] = {}
    for mapping in (shapes, facts):
        if mapping is not None and not isinstance(mapping, Mapping):
            raise UsageError(f"declarations are a dictionary by letter, not {mapping!r}", hint='{"X": "d x m"}')
    for key, value in (shapes or {}).items():
        name, letter = _one(key, value, lambda why, hint="": ParseError(why, hint=hint))
        if name in out:
            raise UsageError(f"{name} is declared twice")
        out[name] = letter
    for name, words in (facts or {}).items():
        given = frozenset([words] if isinstance(words, str) else words)
        unknown = given - set(STATEMENT_OF)
        if unknown:
            raise UsageError(
                f"{', '.join(sorted(unknown))} is not a known fact", hint="one of " + ", ".join(STATEMENT_OF)
            )
        old = out.get(name, Letter(MATRIX if given & SQUARE_FACTS else UNKNOWN))
        if old.kind == INDEX or old.kind == FUNCTION or (old.kind == SCALAR and given & SQUARE_FACTS):
            raise UsageError(f"{name} is {old.kind}: it cannot be {', '.join(sorted(given))}")
        if given & SQUARE_FACTS and old.shape is not None and old.shape[0] != old.shape[1]:
            raise UsageError(f"{name} is {', '.join(sorted(given))}, but not square", hint="n x n")
        out[name] = old._replace(facts=old.facts | given)
    return out


def _one(key: Any, value: Any, fault: Any) -> tuple[str, Letter]:
    """The name and the letter of one declaration."""
    match = _FAMILY.match(key) if isinstance(key, str) else None
    name, variable = (match[1], match[2]) if match else (key, "")
    if not isinstance(name, str) or not NAME.match(name):
        raise fault(f"{key!r} is not the name of a letter", "a letter first, then letters, digits or underscores")
    if isinstance(value, Symbol):
        return name, Letter(MATRIX if value.shape else SCALAR, value.shape, value.facts)
    if isinstance(value, Family):
        return name, Letter(MATRIX if value.shape else SCALAR, value.shape, value.facts, PLACE)
    words = _words(value, name, fault)
    facts = frozenset(w for w in words if w in STATEMENT_OF)
    words = [w for w in words if w not in facts]
    if len(words) == 1 and words[0] in KINDS:
        return name, Letter(KINDS[words[0]], () if words[0] == SCALAR else None, facts, variable)
    if not words:
        if facts:
            return name, Letter(MATRIX if facts & SQUARE_FACTS else UNKNOWN, None, facts, variable)
        return name, Letter(SCALAR, (), facts, variable)
    if len(words) > 2:
        raise fault(f"the shape of {name} has more than two dimensions: {value!r}", "d x m, or n for a column")
    sizes = [w if isinstance(w, Dim) else _size(w, name, fault) for w in words]
    if variable and variable != PLACE:
        place = Substitution(indices={variable: Index.var(PLACE)})
        sizes = [place.dim(d) for d in sizes]
    if facts & SQUARE_FACTS and (len(sizes) != 2 or sizes[0] != sizes[1]):
        raise fault(f"{name} is {', '.join(sorted(facts & SQUARE_FACTS))}, but not square: {value!r}", "n x n")
    shape = (sizes[0], sizes[1] if len(sizes) == 2 else Dim.of(1))
    return name, Letter(MATRIX if len(sizes) == 2 else VECTOR, shape, facts, variable)


def _words(value: Any, name: str, fault: Any) -> list[Any]:
    """The sizes, kinds and facts in the value of a declaration."""
    if isinstance(value, str):
        text = re.sub(r"\s*([+*\[\]-])\s*", r"\1", value.strip())
        text = re.sub(r"\](?=[^\s+*,])", "] ", text)
        return [w for w in _SEPARATOR.split(text) if w]
    if isinstance(value, (int, Dim)) and not isinstance(value, bool):
        return [value if isinstance(value, Dim) else str(value)]
    if isinstance(value, (tuple, list)):
        return [w if isinstance(w, Dim) else str(w) for w in value]
    raise fault(f"the shape of {name} is {value!r}", "'d x m', 'n' for a column, 'scalar'")


def _size(word: str, name: str, fault: Any) -> Dim:
    try:
        source, piece = syntax(word)
        return dim_of(source, piece)
    except ParseError as e:
        raise fault(f"{word!r} is not a dimension of {name}: {e.reason}", "d x m, n, 2*n, n[l]") from None


# -- sizes and indices as pieces ----------------------------------------------------------------------------------
def dim_of(source: Source, piece: Piece) -> Dim:
    """A piece as a dimension: d, 3, n*m, n + 1, n[l]."""
    p = piece.bare()
    if p.kind == "number":
        value = number_of(p)
        if value.denominator != 1 or not 1 <= value <= MAX_INTEGER:
            raise source.fault_at("a dimension is a positive integer", p)
        return Dim.of(int(value))
    if p.kind == "name":
        return Dim.symbol(p.value)
    if p.kind == "subscript" and len(p.parts) == 2 and p.parts[0].kind == "name":
        return Dim.member(p.parts[0].value, index_of(source, p.parts[1]))
    if p.kind == "sum" and set(p.value) == {"+"}:
        out = dim_of(source, p.parts[0])
        for part in p.parts[1:]:
            out = out + dim_of(source, part)
        return out
    if p.kind == "chain" and set(p.value) == {"*"} and len(p.parts) <= 8:
        out = dim_of(source, p.parts[0])
        for part in p.parts[1:]:
            out = out * dim_of(source, part)
        return out
    raise source.fault_at("this is not a dimension", piece, hint="d, 3, n*m or n + 1")


def index_of(source: Source, piece: Piece) -> Index:
    """A piece as an index: l, 3, l - 1, 2*l + 1."""
    p = piece.bare()
    if p.kind == "number":
        value = number_of(p)
        if value.denominator != 1 or value > MAX_INTEGER:
            raise source.fault_at("an index is an integer", p)
        return Index.of(int(value))
    if p.kind == "name":
        return Index.var(p.value)
    if p.kind == "sign":
        inner = index_of(source, p.parts[0])
        return -inner if p.value == "-" else inner
    if p.kind == "sum":
        out = Index.of(0)
        for sign, part in zip(p.value, p.parts, strict=True):
            out = out.plus(index_of(source, part), -1 if sign == "-" else 1)
        return out
    if p.kind == "chain" and p.value == ("*", "*"):
        a, b = (index_of(source, part) for part in p.parts)
        if a.value is not None or b.value is not None:
            factor, other = (a.value, b) if a.value is not None else (b.value or 0, a)
            return Index.of(0).plus(other, factor)
    raise source.fault_at("this is not an index", piece, hint="l, 3, l - 1 or 2*l + 1")
