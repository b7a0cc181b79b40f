"""Reasons as running text with formulas: `vec(AXB) = (B^T (x) A) vec X` is set as a formula."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symland.report.document import Inline, Parts
from symland.write.layout import APPLY, Function, Layout, Row, apply, as_layout, fence, juxtapose, row, sub, sup

_TOKEN = r"vec\b|\(x\)|[A-Z]{1,3}(?![A-Za-z])|_\{\w+(?:,\w+)*\}|\^T|[()<>=,]"
_FORMULA = re.compile(rf"(?:(?:{_TOKEN}) ?)*[A-Z](?![a-z])(?:[A-Z](?![a-z]))*(?: ?(?:{_TOKEN}))*")
_TOKENS = re.compile(_TOKEN)
_BETWEEN = re.compile(r", ?(?![^<]*>)(?![^{]*\})")  # commas between formulas


def reason(text: str, letters: Mapping[str, Layout] | None = None) -> Parts:
    """A reason with its formulas set. `letters` says how single letters are set.

    >>> reason("transpose of a Kronecker product")
    ('transpose of a Kronecker product',)
    """
    out: list[Inline] = []
    end = 0
    for found in _FORMULA.finditer(text):
        out.append(text[end : found.start()])
        for k, formula in enumerate(_BETWEEN.split(found[0])):
            out += ([", "] if k else []) + ([_Formula(formula, letters or {}).layout()] if formula else [])
        end = found.end()
    out.append(text[end:])
    return tuple(p for p in out if p != "")


class _Formula:
    """Reads the tokens of one formula."""

    def __init__(self, text: str, letters: Mapping[str, Layout]) -> None:
        self.tokens = _TOKENS.findall(text)
        self.letters = letters

    def layout(self, closing: str = "") -> Layout:
        """Everything up to the closing token."""
        parts: list[Layout] = []
        factors: list[Layout] = []
        while self.tokens:
            token = self.tokens.pop(0)
            if token == closing:
                break
            if token == "^T" and factors:
                factors[-1] = sup(factors[-1], "⊤")
            elif token.startswith("_") and factors:
                factors[-1] = sub(factors[-1], row(*token[2:-1].replace(",", " , ").split()))
            elif token in ("(", "<"):
                inside = fence(self.layout(")" if token == "(" else ">"), "()" if token == "(" else "<>")
                after_vec = bool(factors) and factors[-1] == Function("vec")
                factors[-1:] = [row(factors[-1], APPLY, inside)] if after_vec else [*factors[-1:], inside]
            elif token == "vec":
                factors.append(Function("vec"))
            elif factors and factors[-1] == Function("vec"):
                factors[-1] = apply("vec", token)
            elif token.isalpha():
                factors += [self.letters.get(letter, as_layout(letter)) for letter in token]
            else:
                parts += [_product(factors), as_layout(token)]
                factors = []
        return row(*parts, _product(factors))


def _product(factors: list[Layout]) -> Layout:
    return juxtapose(*factors) if factors else Row(())
