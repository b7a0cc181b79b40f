"""Texts that messages quote. A text that was cut from what a person wrote and put together with other text remembers
where its characters come from, so that messages mark them where the person sees them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from symland.errors import ParseError

if TYPE_CHECKING:
    from symland.read.syntax import Piece

WINDOW = 100  # characters of a line that a message shows


class Part(NamedTuple):
    """Characters of an excerpt, and where they stand in their source."""

    start: int
    end: int
    source: Source
    at: int


class Excerpt(str):
    """A text that knows where its characters come from: `of` a text as a whole, `cut` from one, or `joined`.

    >>> value = Excerpt.of("W1 = C, W2 = inv(C").cut(13, 18)
    >>> print(Source(Excerpt.joined("norm2(", value, ")")).marker((9, 10)))
        W1 = C, W2 = inv(C
                        ^
    """

    parts: tuple[Part, ...] = ()

    @classmethod
    def of(cls, text: str, file: str = "") -> Excerpt:
        """The text as a whole; an excerpt is itself."""
        if isinstance(text, Excerpt):
            return text
        return cls._made(text, (Part(0, len(text), Source(text, file), 0),))

    @classmethod
    def joined(cls, *pieces: str) -> Excerpt:
        """The pieces one after another; those that are no excerpts come from nowhere."""
        parts, at = list[Part](), 0
        for piece in pieces:
            known = piece.parts if isinstance(piece, Excerpt) else ()
            parts += [p._replace(start=p.start + at, end=p.end + at) for p in known]
            at += len(piece)
        return cls._made("".join(pieces), tuple(parts))

    @classmethod
    def _made(cls, text: str, parts: tuple[Part, ...]) -> Excerpt:
        out = cls(text)
        out.parts = parts
        return out

    def cut(self, start: int, end: int) -> Excerpt:
        """The characters from `start` to `end`."""
        parts = [
            Part(max(p.start, start) - start, min(p.end, end) - start, p.source, p.at + max(start - p.start, 0))
            for p in self.parts
            if p.start < end and start < p.end
        ]
        return self._made(self[start:end], tuple(parts))

    def stripped(self) -> Excerpt:
        """The text without the spaces around it."""
        start = len(self) - len(self.lstrip())
        return self.cut(start, max(len(self.rstrip()), start))

    def words(self) -> Excerpt:
        """The text with one space where there is any space, and none around it."""
        pieces = list[str]()
        for word in re.finditer(r"\S+", self):
            pieces += [" "] * bool(pieces) + [self.cut(*word.span())]
        return self.joined(*pieces)

    def origin(self, start: int, end: int) -> tuple[Source, int, int]:
        """Where the characters from `start` to `end` come from; for those from nowhere the place behind what stands
        before them, or where the text begins."""
        inside = [p for p in self.parts if p.start < max(end, start + 1) and start < p.end]
        if not self.parts:
            return Source(str(self)), start, end
        if not inside:
            before = [p for p in self.parts if p.end <= start]
            near = before[-1] if before else self.parts[0]
            place = near.at + (near.end - near.start if before else 0)
            return near.source, place, place + 1
        source = inside[0].source
        same = [p for p in inside if p.source is source]
        first = min(p.at + max(start - p.start, 0) for p in same)
        last = max(p.at + min(end, p.end) - p.start for p in same)
        return source, first, last


class Source:
    """A text that messages quote, and the file that it is the text of. Of an excerpt they quote where it comes from."""

    def __init__(self, text: str, file: str = "") -> None:
        self.text, self.file = text, file

    def _origin(self, start: int, end: int) -> tuple[Source, int, int]:
        return self.text.origin(start, end) if isinstance(self.text, Excerpt) else (self, start, end)

    def place(self, start: int, end: int) -> tuple[str, int, int]:
        """The file in which a span stands, and its line and column, both counted from 1."""
        source, start, _ = self._origin(start, end)
        before = source.text[:start]
        return source.file, before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1

    def where(self, piece: Piece) -> str:
        """The place of a piece in words."""
        file, line, column = self.place(piece.start, piece.end)
        return f"{file}, line {line}, column {column}" if file else f"line {line}, column {column}"

    def quote(self, piece: Piece) -> str:
        """The text of a piece on one line, cut in the middle where it is long."""
        source, start, end = self._origin(piece.start, piece.end)
        out = " ".join(source.text[start:end].split())
        return out if len(out) <= WINDOW else f"{out[: WINDOW // 2]} ... {out[-WINDOW // 3 :]}"

    def marker(self, *spans: tuple[int, int]) -> str:
        """The line of the first span, and a line that marks the spans on it."""
        origins = [self._origin(*span) for span in spans]
        text = origins[0][0].text
        first = origins[0][1]
        begin = text.rfind("\n", 0, first) + 1
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        left = max(begin, first - WINDOW // 2) if end - begin > WINDOW else begin
        right = min(end, left + WINDOW)
        line = "".join(c if c.isprintable() else " " for c in text[left:right])
        marks = [" "] * (len(line) + 1)
        for source, a, b in origins:
            if source is origins[0][0]:
                for k in range(max(a, left), min(max(b, a + 1), right + 1)):
                    marks[k - left] = "^"
        return f"    {line}\n    {''.join(marks).rstrip()}"

    def fault(self, message: str, start: int, end: int, hint: str = "") -> ParseError:
        """A ParseError that marks this span."""
        file, line, column = self.place(start, end)
        return ParseError(message, source=file, line=line, column=column, marker=self.marker((start, end)), hint=hint)

    def fault_at(self, message: str, piece: Piece, hint: str = "") -> ParseError:
        """A ParseError that marks this piece."""
        return self.fault(message, piece.start, piece.end, hint)
