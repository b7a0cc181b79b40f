"""How the formulas of one document are written: which names stand for what, and how names are set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from symland.language.nodes import Node
from symland.language.terms import Term
from symland.report.abbreviate import Abbreviation, Abbreviator, ProductName
from symland.report.document import Emphasis, Inline, Parts
from symland.write.layout import Layout, as_layout, number, sup
from symland.write.typeset import typeset
from symland.write.typesetter import Names

DEPTH = "L"


@dataclass(frozen=True)
class Notation:
    """The abbreviations and names of a document; `typeset` writes a term or a statement with them."""

    abbreviations: tuple[Abbreviation, ...] = ()
    names: Names = field(default_factory=dict)
    products: tuple[ProductName, ...] = ()

    def typeset(self, node: Node) -> Layout:
        """The layout of a node, abbreviated."""
        return typeset(self.abbreviated(node), names=self.names)

    def abbreviated(self, node: Node) -> Node:
        """The node with names for the parts that have one."""
        indices = tuple(sorted(node.free_indices - {DEPTH}))
        return Abbreviator(self.abbreviations, indices, self.products).node(node)

    def using(self, **names: str | Layout) -> Notation:
        """The notation with these names set otherwise."""
        return replace(self, names={**self.names, **names})

    def with_names(self, *names: Abbreviation) -> Notation:
        """The notation with these abbreviations, too."""
        return replace(self, abbreviations=(*self.abbreviations, *names))

    def without(self, *terms: Term) -> Notation:
        """The notation without the abbreviations of these names."""
        return replace(self, abbreviations=tuple(a for a in self.abbreviations if a.name not in terms))


def named(hypothesis: str) -> Emphasis:
    """The name of a hypothesis, as it is set."""
    return Emphasis(hypothesis.replace(">=", "≥").replace("<=", "≤"))


def listed(parts: Sequence[Parts], separator: str = "; ") -> Parts:
    """The pieces of running text one after another, with separators."""
    return tuple(p for k, piece in enumerate(parts) for p in ((separator,) if k else ()) + tuple(piece))


_POWER = re.compile(r"\b(\d+)\^(-?\d+)|<=|>=")


def with_signs(text: str) -> Parts:
    """Running text of evidence, with its powers and signs set: `error <= 2^-116`.

    >>> with_signs("dims <= 3")
    ('dims ', Sign(text='≤'), ' 3')
    """
    out: list[Inline] = []
    end = 0
    for found in _POWER.finditer(text):
        out += [
            text[end : found.start()],
            sup(number(int(found[1])), number(int(found[2]))) if found[1] else as_layout(found[0]),
        ]
        end = found.end()
    out.append(text[end:])
    return tuple(p for p in out if p != "")
