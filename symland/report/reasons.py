"""Reasons as running text with formulas: `vec(AXB) = (B^T (x) A) vec X` is set as a formula."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symland.report.document import Inline, Parts
from symland.report.markup import formula
from symland.write.layout import Layout

_TOKEN = r"vec\b|\(x\)|[A-Z]{1,3}(?![A-Za-z])|_\{\w+(?:,\w+)*\}|\^T|[()<>=,]"
_FORMULA = re.compile(rf"(?:(?:{_TOKEN}) ?)*[A-Z](?![a-z])(?:[A-Z](?![a-z]))*(?: ?(?:{_TOKEN}))*")
_BETWEEN = re.compile(r", ?(?![^<]*>)(?![^{]*\})")  # commas between formulas
_BRACKETS = re.compile(r"<([^<>]*)>")


def reason(text: str, letters: Mapping[str, Layout] | None = None) -> Parts:
    """A reason with its formulas set. `letters` says how single letters are set.

    >>> reason("transpose of a Kronecker product")
    ('transpose of a Kronecker product',)
    """
    out: list[Inline] = []
    end = 0
    for found in _FORMULA.finditer(text):
        out.append(text[end : found.start()])
        for k, piece in enumerate(_BETWEEN.split(found[0])):
            out += ([", "] if k else []) + ([formula(_BRACKETS.sub(r"<<\1>>", piece), letters)] if piece else [])
        end = found.end()
    out.append(text[end:])
    return tuple(p for p in out if p != "")
