"""The surface notation on lines of limited width."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symland.language.nodes import Node
from symland.language.notation import show

_BREAK = re.compile(r" (?=(?:[-+=<]|<=|>=) )")
INDENT = "    "


def to_text(node: Node, abbreviations: Mapping[Node, str] | None = None, width: int = 100) -> str:
    """The node in surface notation; where it is longer than `width`, in lines that break in front of the signs of its
    outermost sum or relation. A single term is never broken.

    >>> from symland.language.terms import matrix
    >>> A, B = matrix("A", "d", "d"), matrix("B", "d", "d")
    >>> print(to_text(A * B - B * A, width=6))
    A*B
        - B*A
    """
    text = show(node, abbreviations)
    if len(text) <= width:
        return text
    lines = [""]
    for piece in _pieces(text):
        longer = f"{lines[-1]} {piece}" if lines[-1] else piece
        if len(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(INDENT + piece)
    return "\n".join(lines)


def _pieces(text: str) -> list[str]:
    """The text, cut in front of the signs that stand in no brackets."""
    cuts, depth = [0], 0
    for k, c in enumerate(text):
        if depth == 0 and _BREAK.match(text, k):
            cuts.append(k + 1)
        if c in "([" or (c == "<" and text[k + 1] not in " ="):
            depth += 1
        elif c in ")]" or (c == ">" and text[k + 1 : k + 2] != "="):
            depth -= 1
    return [text[a:b].rstrip() for a, b in zip(cuts, [*cuts[1:], None], strict=True)]
