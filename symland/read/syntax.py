"""Text -> pieces: the syntax tree of an expression, with places. The grammar is `grammar.lark` (LALR); whatever is
outside it is a ParseError with line, column and a marker. Nothing is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from symland.errors import ParseError, UsageError
from symland.read.source import Source

if TYPE_CHECKING:
    from lark import Lark

MAX_LENGTH = 400_000  # characters
MAX_DIGITS = 300  # of a number, and the size of its decimal exponent
MAX_DEPTH = 60  # operations inside one another

# What stands at the place of an error, and what to write instead.
REMEDIES = {
    "**": "powers are written s^2, entrywise powers A.^2",
    "@": "the matrix product is written A*B",
    ".T": "the transpose is written A'",
    "=": "give one expression, without an equals sign",
    "_": "a name starts with a letter",
    "{": "only ( ), [ ] and < , > are brackets",
    "|": "norms are written norm1(A), norm2(A) and opnorm(A), the absolute value abs(A)",
    "\\": "this is not LaTeX: write norm2(A*x - b)^2",
    "⊙": "the entrywise product is written A .* B",
    "⊗": "the Kronecker product is written kron(A, B) or A (x) B",
    "·": "the product is written A*B",
    "−": "the minus sign is -",
    "²": "powers are written s^2",
}


class Piece:
    """A part of an expression: what it is, its parts, a value (a number, a name, the signs), its place in the text."""

    __slots__ = ("depth", "end", "kind", "parts", "start", "value")

    def __init__(self, kind: str, parts: Sequence[Piece], value: Any, start: int, end: int) -> None:
        self.kind, self.parts, self.value, self.start, self.end = kind, tuple(parts), value, start, end
        self.depth: int = 1 + max((p.depth for p in parts), default=0)

    def bare(self) -> Piece:
        """The piece without the parentheses around it."""
        p = self
        while p.kind == "parenthesis":
            p = p.parts[0]
        return p


class _Build:
    """What lark calls when it has read a rule, with the parts of the rule."""

    def start(self, parts: list[Any]) -> Piece:
        return cast(Piece, parts[0])

    def sum(self, parts: list[Any]) -> Piece:
        return _flat("sum", parts)

    def chain(self, parts: list[Any]) -> Piece:
        return _flat("chain", parts)

    def negative(self, parts: list[Any]) -> Piece:
        return Piece("sign", [parts[1]], str(parts[0]), parts[0].start_pos, parts[1].end)

    def transpose(self, parts: list[Any]) -> Piece:
        return Piece("transpose", [parts[0]], None, parts[0].start, parts[1].end_pos)

    def power(self, parts: list[Any]) -> Piece:
        return Piece("power", [parts[0], parts[2]], str(parts[1]), parts[0].start, parts[2].end)

    def subscript(self, parts: list[Any]) -> Piece:
        return Piece("subscript", parts[::2], None, parts[0].start, parts[-1].end_pos)

    def range(self, parts: list[Any]) -> Piece:
        return Piece("range", parts[::2], None, parts[0].start, parts[2].end)

    def number(self, parts: list[Any]) -> Piece:
        return Piece("number", [], str(parts[0]), parts[0].start_pos, parts[0].end_pos)

    def name(self, parts: list[Any]) -> Piece:
        return Piece("name", [], str(parts[0]), parts[0].start_pos, parts[0].end_pos)

    def separator(self, parts: list[Any]) -> str:
        return str(parts[0])

    def call(self, parts: list[Any]) -> Piece:
        inside = [p for p in parts if isinstance(p, Piece)]
        signs = tuple(p for p in parts[2:-1] if type(p) is str)
        return Piece("call", inside, (str(parts[0]), signs), parts[0].start_pos, parts[-1].end_pos)

    def parenthesis(self, parts: list[Any]) -> Piece:
        return Piece("parenthesis", [parts[1]], None, parts[0].start_pos, parts[2].end_pos)

    def inner(self, parts: list[Any]) -> Piece:
        return Piece("inner", [parts[1], parts[3]], None, parts[0].start_pos, parts[4].end_pos)

    def block(self, parts: list[Any]) -> Piece:
        signs = tuple(p for p in parts[1:-1] if type(p) is str)
        return Piece("block", parts[1:-1:2], signs, parts[0].start_pos, parts[-1].end_pos)


def _flat(kind: str, parts: list[Any]) -> Piece:
    """A sum or a chain, with the signs in front of its parts; a single part is itself."""
    if len(parts) == 1:
        return cast(Piece, parts[0])
    first = "+" if kind == "sum" else "*"
    return Piece(kind, parts[::2], (first, *map(str, parts[1::2])), parts[0].start, parts[-1].end)


@cache
def _grammar() -> Lark:
    from lark import Lark

    text = files("symland.read").joinpath("grammar.lark").read_text(encoding="utf-8")
    # A callback object of our own: lark calls its methods, which need not come from its Transformer.
    return Lark(text, parser="lalr", keep_all_tokens=True, maybe_placeholders=False, transformer=cast(Any, _Build()))


def syntax(text: str) -> tuple[Source, Piece]:
    """The text as pieces. Raises UsageError for what is no text, ParseError for what is outside the grammar."""
    if not isinstance(text, str):
        raise UsageError(f"an expression is text, not {type(text).__name__}", hint="'norm2(A*x - b)^2'")
    source = Source(text)
    if len(text) > MAX_LENGTH:
        raise ParseError(f"an expression of {len(text)} characters is too long; the limit is {MAX_LENGTH}")
    if not text.strip():
        raise ParseError("the text is empty", line=1, column=1, hint="norm2(A*x - b)^2")
    from lark.exceptions import UnexpectedInput

    try:
        piece = cast(Piece, cast(object, _grammar().parse(text)))
    except UnexpectedInput as e:
        raise _unexpected(source, e) from None
    if piece.depth > MAX_DEPTH:
        deep = _deepest(piece)
        message = f"expressions inside one another more than {MAX_DEPTH} deep"
        raise source.fault(message, deep.start, deep.start + 1, hint="give a part of it a name of its own")
    for number in (p for p in pieces(piece) if p.kind == "number"):
        _check_number(source, number)
    return source, piece


def pieces(piece: Piece) -> Iterator[Piece]:
    """The piece and all its parts, from left to right."""
    stack = [piece]
    while stack:
        p = stack.pop()
        yield p
        stack.extend(reversed(p.parts))


def number_of(piece: Piece) -> Fraction:
    """The exact value of a number."""
    return Fraction(piece.value)


def _deepest(piece: Piece) -> Piece:
    """The part at which the limit is passed."""
    for _ in range(MAX_DEPTH):
        piece = max(piece.parts, key=lambda p: p.depth)
    return piece


def _check_number(source: Source, piece: Piece) -> None:
    mantissa, _, exponent = piece.value.lower().partition("e")
    if len(mantissa) > MAX_DIGITS or len(exponent) > 5 or abs(int(exponent or 0)) > MAX_DIGITS:
        raise source.fault_at(f"a number with more than {MAX_DIGITS} digits", piece)


def _unexpected(source: Source, error: Any) -> ParseError:
    """What stands at the place where the grammar stops, in words."""
    text = source.text
    token = getattr(error, "token", None)
    at_end = token is not None and token.type == "$END"
    start = len(text.rstrip()) if at_end else cast(int, error.pos_in_stream)
    opened, stray = _brackets(text)
    if at_end:
        if opened is not None:
            return source.fault(f"this {text[opened]} is not closed", opened, opened + 1)
        return source.fault("the text ends here, and something is missing", start, start + 1, "a letter or a number")
    end = start + (len(token) if token is not None else 1)
    found = text[start:end]
    if stray == start:
        return source.fault(f"nothing is open that this {found} could close", start, end)
    wide = text[max(start - 1, 0) : start + 1]
    hint = REMEDIES.get(wide) or REMEDIES.get(text[start : start + 2]) or REMEDIES.get(text[start], "")
    operand = token is not None and token.type in ("NAME", "FUNCTION", "NUMBER", "LPAR", "LSQB", "LESS")
    if operand and not hint and re.search(r"[\w)\]'>]\s*\Z", text[:start]):
        return source.fault(f"an operator is missing before {found!r}", start, end, "write * for a product")
    return source.fault(f"{found!r} cannot stand here", start, end, hint)


def _brackets(text: str) -> tuple[int | None, int | None]:
    """The first bracket that is never closed, and the first one that closes nothing."""
    stack: list[int] = []
    for k, c in enumerate(text):
        if c in "([":
            stack.append(k)
        elif c in ")]":
            if not stack or text[stack[-1]] + c not in ("()", "[]"):
                return None, k
            stack.pop()
    return (stack[-1] if stack else None), None
