"""Presentation MathML of nodes and layouts, printed from the layout and never from LaTeX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never
from xml.sax.saxutils import escape

from symland.language.nodes import Node
from symland.write.layout import (
    FENCES,
    GREEK,
    LETTERLIKE,
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
)
from symland.write.typeset import typeset
from symland.write.typesetter import Names

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
NO_BREAK_SPACE = "\u00a0"
BOLD = {ord("0") + k: 0x1D7CE + k for k in range(10)}  # bold digits are characters of their own
ACCENTS = {"bar": "¯", "hat": "^", "tilde": "~"}


def to_mathml(
    item: Node | Layout,
    abbreviations: Mapping[Node, str] | None = None,
    names: Names | None = None,
    display: bool = False,
) -> str:
    """A `<math>` element for a node or a layout, on a line of its own with `display`. `abbreviations` and `names` are
    those of `typeset`.

    Raises NoRule for a class of node without a rule.

    >>> from symland.language.terms import matrix
    >>> to_mathml(matrix("X", "d", "m"))
    '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mi>X</mi></math>'
    """
    layout = typeset(item, abbreviations, names) if isinstance(item, Node) else item
    where = "block" if display else "inline"
    return f'<math xmlns="{NAMESPACE}" display="{where}">{_mathml(layout, tight=False)}</math>'


def _mathml(layout: Layout, tight: bool) -> str:
    """`tight` inside scripts, where signs have no space around them."""
    match layout:
        case Letter(text, upright):
            roman = upright or (text in GREEK and text[0].isupper())
            return _upright(GREEK.get(text, text)) if roman else f"<mi>{GREEK.get(text, text)}</mi>"
        case Numeral(text, bold):
            return f"<mn>{text.translate(BOLD) if bold else text}</mn>"
        case Sign(text):
            if text in LETTERLIKE:
                return _upright(text)
            spacing = ' lspace="0" rspace="0"' if tight else ""
            return f"<mo{spacing}>{escape(text)}</mo>"
        case Function(text):
            return _upright(text)
        case Words(text):
            return f"<mtext>{escape(text).replace(' ', NO_BREAK_SPACE)}</mtext>"
        case Space(width):
            return f'<mspace width="{width / 18:.3f}em"/>'
        case Row(parts):
            return f"<mrow>{''.join(_parts(parts, tight))}</mrow>"
        case Script(base, below, above):
            scripts = [_mathml(s, True) for s in (below, above) if s]
            tag = "msubsup" if len(scripts) == 2 else "msub" if below else "msup"
            return f"<{tag}>{_mathml(base, tight)}{''.join(scripts)}</{tag}>"
        case Fraction(top, bottom, small):
            style = ' displaystyle="false"' if small else ""
            return f"<mfrac{style}>{_mathml(top, tight)}{_mathml(bottom, tight)}</mfrac>"
        case Root(body):
            return f"<msqrt>{_mathml(body, tight)}</msqrt>"
        case Accent(mark, base):
            return f'<mover accent="true">{_mathml(base, tight)}<mo stretchy="false">{ACCENTS[mark]}</mo></mover>'
        case Fence(kind, body):
            return _fence(FENCES[kind][2:], _mathml(body, tight), stretchy=fence_size(layout) > 1)
        case Big(sign, under, over):
            return f"<munderover><mo>{sign}</mo>{_mathml(under, True)}{_mathml(over, True)}</munderover>"
        case Matrix(rows):
            lines = ("".join(f"<mtd>{_mathml(cell, False)}</mtd>" for cell in row) for row in rows)
            table = f"<mtable>{''.join(f'<mtr>{line}</mtr>' for line in lines)}</mtable>"
            return _fence(("(", ")"), table, stretchy=True)
        case _:
            assert_never(layout)


def _upright(text: str) -> str:
    return f'<mi mathvariant="normal">{escape(text)}</mi>'


def _is_function(layout: Layout) -> bool:
    return isinstance(layout.base if isinstance(layout, Script) else layout, Function)


def _parts(parts: tuple[Layout, ...], tight: bool) -> list[str]:
    """The parts of a row, with the thin space that stands between a factor and the name of a function."""
    out = []
    for k, part in enumerate(parts):
        out.append(_mathml(part, tight))
        if part == Sign(TIMES) and _is_function(parts[k + 1]):
            out.append(_mathml(Space(3), tight))
    return out


def _fence(pair: tuple[str, ...], body: str, stretchy: bool) -> str:
    how = "true" if stretchy else "false"
    opening, closing = (
        f'<mo fence="true" form="{form}" stretchy="{how}" lspace="0" rspace="0">{c}</mo>'
        for c, form in zip(pair, ("prefix", "postfix"), strict=True)
    )
    return f"<mrow>{opening}{body}{closing}</mrow>"
