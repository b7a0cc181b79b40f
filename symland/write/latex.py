"""LaTeX source of nodes and layouts, for amsmath and amssymb."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import assert_never

from symland.language.nodes import Node
from symland.write.layout import (
    APPLY,
    FENCES,
    GREEK,
    SIGNS,
    TALLEST,
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
)
from symland.write.typeset import typeset
from symland.write.typesetter import Names

FUNCTIONS = frozenset(
    {"arccos", "arcsin", "arctan", "cos", "cosh", "det", "dim", "exp"}
    | {"ker", "log", "max", "min", "sin", "sinh", "tan", "tanh"}
)  # those that LaTeX has a command for
SPACES = {3: r"\,", 4: r"\:", 5: r"\;", 18: r"\quad", 36: r"\qquad"}
SIZES = ("", "big", "Big", "bigg")
BIG = {"∑": r"\sum", "∏": r"\prod"}
PMATRIX_COLUMNS = 10  # what amsmath allows in a pmatrix

_ESCAPES = str.maketrans(
    {c: "\\" + c for c in "#$%&_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)
_CONTROL_WORD = re.compile(r"\\[A-Za-z]+\Z")


def to_latex(item: Node | Layout, abbreviations: Mapping[Node, str] | None = None, names: Names | None = None) -> str:
    r"""LaTeX source of a node or a layout, without dollar signs. `abbreviations` and `names` are those of `typeset`.

    Raises NoRule for a class of node without a rule.

    >>> from symland.language.terms import matrix
    >>> W = matrix("W1", "d", "d")
    >>> print(to_latex(W.T * W))
    W_{1}^{\top} W_{1}
    """
    return _latex(typeset(item, abbreviations, names) if isinstance(item, Node) else item, tight=False)


def _latex(layout: Layout, tight: bool) -> str:
    """`tight` inside scripts, where TeX sets no space around signs and the source has none."""
    match layout:
        case Letter(text, upright):
            if text in GREEK:
                return f"\\{text}"
            return rf"\mathrm{{{text.translate(_ESCAPES)}}}" if upright else text
        case Numeral(text, bold):
            return rf"\mathbf{{{text}}}" if bold else text
        case Sign(text):
            return SIGNS[text]
        case Function(text):
            return f"\\{text}" if text in FUNCTIONS else rf"\operatorname{{{text}}}"
        case Words(text):
            return rf"\text{{{text.translate(_ESCAPES)}}}"
        case Space(width):
            return SPACES.get(width) or rf"\mspace{{{width}mu}}"
        case Row(parts):
            return _row(parts, tight)
        case Script(base, below, above):
            inner = _latex(base, tight)
            if isinstance(base, (Row, Script, Fraction)):
                inner = f"{{{inner}}}"
            return inner + "".join(f"{m}{{{_latex(s, True)}}}" for m, s in (("_", below), ("^", above)) if s)
        case Fraction(top, bottom, small):
            return rf"\{'tfrac' if small else 'frac'}{{{_latex(top, tight)}}}{{{_latex(bottom, tight)}}}"
        case Root(body):
            return rf"\sqrt{{{_latex(body, tight)}}}"
        case Accent(mark, base):
            return rf"\{mark}{{{_latex(base, tight)}}}"
        case Fence():
            return _fence(layout, tight)
        case Big(sign, under, over):
            return rf"{BIG[sign]}_{{{_latex(under, True)}}}^{{{_latex(over, True)}}}"
        case Matrix(rows):
            cells = r" \\ ".join(" & ".join(_latex(cell, False) for cell in row) for row in rows)
            columns = max(map(len, rows))
            if columns <= PMATRIX_COLUMNS:
                return rf"\begin{{pmatrix}} {cells} \end{{pmatrix}}"
            return rf"\left(\begin{{array}}{{@{{}}*{{{columns}}}{{c}}@{{}}}} {cells} \end{{array}}\right)"
        case _:
            assert_never(layout)


def _row(parts: tuple[Layout, ...], tight: bool) -> str:
    out = ""
    glued = True
    for k, part in enumerate(parts):
        piece = _latex(part, tight)
        if not piece:
            glued = glued or part == Sign(APPLY)
            continue
        needed = _CONTROL_WORD.search(out) and piece[0].isalnum()
        loose = not (tight or glued or part == Sign(","))
        out += (" " if needed or loose else "") + piece
        glued = k == 0 and part == Sign("−")
    return out


def _fence(layout: Fence, tight: bool) -> str:
    opening, closing = FENCES[layout.kind][:2]
    body = _latex(layout.body, tight)
    size = fence_size(layout)
    if size == TALLEST:
        return rf"\left{opening} {body} \right{closing}"
    word = " " if opening[-1].isalpha() else ""
    if size == 0:
        return f"{opening}{word}{body}{word}{closing}"
    return rf"\{SIZES[size]}l{opening}{word}{body}\{SIZES[size]}r{closing}"
