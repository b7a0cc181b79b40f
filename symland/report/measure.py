"""How wide formulas are, and how they break into lines.

Widths are estimates in em for Computer Modern at the size of the text; they decide where lines break, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symland.write.layout import (
    APPLY,
    LETTERLIKE,
    TALLEST,
    TIMES,
    Accent,
    Big,
    Fence,
    Fraction,
    Function,
    Layout,
    Letter,
    Matrix,
    Numeral,
    Root,
    Row,
    Script,
    Sign,
    Space,
    Words,
    fence_size,
    row,
)

RELATIONS = frozenset("=≠<>≤≥≪≈⪰≻∼⟂∈⊂→↦⟹⟺")
SUMS = frozenset("+−±")
FACTORS = frozenset("⊗⊙⊘×⋅")
PRODUCTS = frozenset(TIMES)  # the sign between factors that is not printed
MOST = 0.8  # of a line, that a factor takes which stands on a line of its own rather than broken
SCRIPT = 0.8  # the size of a script, relative to its base


def width(layout: Layout) -> float:
    """The width of a layout, in em.

    >>> from symland.write.layout import name, juxtapose
    >>> width(name("W")) < width(juxtapose(name("W"), name("X"))) < 3
    True
    """
    match layout:
        case Letter(text, upright):
            return 0.52 * len(text) + 0.23 * text[:1].isupper() if upright else _italic(text)
        case Numeral(text):
            return 0.5 * len(text)
        case Sign(text):
            return _sign(text)
        case Function(text):
            return 0.5 * len(text) + 0.17
        case Words(text):
            return 0.46 * len(text)
        case Space(mu):
            return mu / 18
        case Row(parts):
            return sum(map(width, parts))
        case Script(base, below, above):
            return width(base) + SCRIPT * max(width(s) if s else 0 for s in (below, above)) + 0.05
        case Fraction(top, bottom, small):
            return (SCRIPT if small else 1) * max(width(top), width(bottom)) + 0.24
        case Root(body):
            return width(body) + 0.85
        case Accent(_, base):
            return width(base)
        case Fence(_, body):
            return width(body) + 2 * delimiter(fence_size(layout))
        case Big(_, under, over):
            return max(1.45, SCRIPT * width(under), SCRIPT * width(over)) + 0.17
        case Matrix(rows):
            return sum(columns(layout)) + (len(rows[0]) - 1) * 1.0 + 1.75
    return 0.0


def columns(matrix: Matrix) -> list[float]:
    """The width of each column.

    >>> from symland.write.layout import matrix
    >>> columns(matrix([[1, 0], [0, 10]]))
    [0.5, 1.0]
    """
    return [max(map(width, cells)) for cells in zip(*matrix.rows, strict=True)]


def _italic(text: str) -> float:
    return 0.98 if text in "WM" else 0.85 if text[0].isupper() else 0.62


def delimiter(size: int) -> float:
    return (0.39, 0.46, 0.6, 0.72, 0.88)[size]


def _sign(text: str) -> float:
    if text in (TIMES, APPLY):
        return 0.0
    if text in ",;":
        return 0.45
    if text in LETTERLIKE or text in ".:":
        return 0.85 if text in "∇∞ℝ…⋯⊤" else 0.5
    return 1.33 if text in RELATIONS else 1.22


@dataclass(frozen=True, slots=True)
class Delimiter:
    """One delimiter of a fence that is broken between lines."""

    kind: str
    opening: bool
    size: int


Piece = tuple[Layout | Delimiter, ...]


def piece_width(piece: Piece) -> float:
    return sum(delimiter(p.size) if isinstance(p, Delimiter) else width(p) for p in piece)


def break_lines(formula: Layout, first: float, rest: float) -> list[Piece]:
    """The formula in lines, the first at most `first` em wide and the others at most `rest`, where that is possible.

    Lines break in front of relations; then of plus and minus; then of the signs of products; and where one such part is
    still too wide, inside its parentheses in the same way.

    >>> from symland.write.layout import relation
    >>> len(break_lines(relation("a", "=", row("b", "+", "c")), 4, 4))
    2
    """
    out: list[Piece] = []
    for chunk in _chunks((formula,), min(first, rest)):
        limit = first if len(out) == 1 else rest
        if out and piece_width(out[-1]) + piece_width(chunk) <= limit:
            out[-1] = out[-1] + chunk
        else:
            out.append(chunk)
    return out


def _chunks(piece: Piece, limit: float) -> Iterator[Piece]:
    """The piece cut into parts that may stand on different lines, none wider than the limit where that is possible."""
    parts: list[Layout | Delimiter] = []
    for p in piece:
        parts.extend(p.parts if isinstance(p, Row) else (p,))
    for signs in (RELATIONS, SUMS, FACTORS):
        cut = list(_cut(parts, signs))
        if len(cut) > 1:
            for chunk in cut:
                if piece_width(chunk) <= limit:
                    yield chunk
                else:
                    yield from _chunks(chunk, limit)
            return
    if piece_width(tuple(parts)) > limit:
        factors, opened = list(_cut(parts, PRODUCTS)), _open(parts)
        if len(factors) > 1 and (not opened or max(map(piece_width, factors)) <= MOST * limit):
            yield from factors
            return
        if opened:
            yield from _chunks(opened, limit)
            return
    yield tuple(parts)


def _cut(parts: list[Layout | Delimiter], signs: frozenset[str]) -> Iterator[Piece]:
    """The parts, cut in front of the signs that stand between other parts."""
    start = 0
    for k, p in enumerate(parts):
        if k > start and isinstance(p, Sign) and p.text in signs and not _is_sign(parts[k - 1]):
            yield tuple(parts[start:k])
            start = k
    yield tuple(parts[start:])


def _is_sign(p: Layout | Delimiter) -> bool:
    return (isinstance(p, Sign) and p.text not in LETTERLIKE) or (isinstance(p, Delimiter) and p.opening)


def _open(parts: list[Layout | Delimiter]) -> Piece:
    """The parts with the widest fence opened; nothing where there is none that may be broken."""
    wide = [(width(p), k) for k, p in enumerate(parts) if isinstance(p, Fence) and fence_size(p) < TALLEST]
    if not wide:
        return ()
    k = max(wide)[1]
    fence = parts[k]
    if not isinstance(fence, Fence):
        return ()
    size = fence_size(fence)
    ends = (Delimiter(fence.kind, True, size), Delimiter(fence.kind, False, size))
    body = fence.body.parts if isinstance(fence.body, Row) else (fence.body,)
    return (*parts[:k], ends[0], *body, ends[1], *parts[k + 1 :])


def runs(piece: Piece) -> list[Layout | Delimiter]:
    """The piece with neighboring layouts joined to rows; invisible signs at the ends of a row are left out."""
    out: list[Layout | Delimiter] = []
    here: list[Layout] = []
    for p in (*piece, None):
        if p is not None and not isinstance(p, Delimiter):
            here.append(p)
            continue
        while here and here[-1] in (Sign(TIMES), Sign(APPLY)):
            here.pop()
        while here and here[0] in (Sign(TIMES), Sign(APPLY)):
            here.pop(0)
        if here:
            out.append(row(*here))
        here = []
        if p is not None:
            out.append(p)
    return out
