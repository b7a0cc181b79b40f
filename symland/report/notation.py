"""How the formulas of one document are written: which names stand for what, and how names are set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from symland.language.nodes import Node
from symland.language.terms import Term
from symland.report.abbreviate import Abbreviation, Abbreviator
from symland.report.document import Inline, Parts
from symland.write.layout import Function, Layout, Letter, Script, Sign, comma, row
from symland.write.typeset import typeset
from symland.write.typesetter import Names

DEPTH = "L"


@dataclass(frozen=True)
class Notation:
    """The abbreviations and names of a document; `typeset` writes a term or a statement with them."""

    abbreviations: tuple[Abbreviation, ...] = ()
    names: Names = field(default_factory=dict)

    def typeset(self, node: Node) -> Layout:
        """The layout of a node, abbreviated."""
        return typeset(self.abbreviated(node), names=self.names)

    def abbreviated(self, node: Node) -> Node:
        """The node with names for the parts that have one."""
        indices = tuple(sorted(node.free_indices - {DEPTH}))
        return Abbreviator(self.abbreviations, indices).node(node)

    def using(self, **names: str | Layout) -> Notation:
        """The notation with these names set otherwise."""
        return replace(self, names={**self.names, **names})

    def without(self, *terms: Term) -> Notation:
        """The notation without the abbreviations of these names."""
        return replace(self, abbreviations=tuple(a for a in self.abbreviations if a.name not in terms))


_MATH = re.compile(r"\(x\)|\b[A-Z]{1,3}(?:_\{\w(?:,\w)?\})?(?:\^T)?(?![a-z])|(?<=\))\^T|\bvec\b|[<>](?=[ A-Z,])|,? ?(?<=[A-Z])>")


def reason(text: str) -> Parts:
    """A reason with its formulas set as formulas: `vec(AXB) = (B^T (x) A) vec X`.

    >>> reason("transpose of a Kronecker product")
    ('transpose of a Kronecker product',)
    """
    out: list[Inline] = []
    end = 0
    for found in _MATH.finditer(text):
        out += [text[end : found.start()], _symbol(found[0])]
        end = found.end()
    out.append(text[end:])
    return tuple(p for p in out if p != "")


def _symbol(text: str) -> Inline:
    if text == "vec":
        return Function("vec")
    if text in ("(x)", "^T"):
        return Sign("⊗") if text == "(x)" else Script(row(), None, Sign("⊤"))
    if text in "<>":
        return "⟨" if text == "<" else "⟩"
    letters = text.split("_")[0].split("^")[0]
    base: Layout = row(*letters)
    below = re.search(r"_\{(\w)(?:,(\w))?\}", text)
    if below:
        base = Script(base, comma(*(g for g in below.groups() if g)), None)
    return Script(base, None, Sign("⊤")) if text.endswith("^T") else base


def listed(parts: Sequence[Parts], separator: str = "; ") -> Parts:
    """The pieces of running text one after another, with separators."""
    return tuple(p for k, piece in enumerate(parts) for p in ((separator,) if k else ()) + tuple(piece))


def mentions(letter: str) -> Layout:
    """A letter in running text."""
    return Letter(letter)
