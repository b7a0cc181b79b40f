"""What the typesetting rules share: how strongly a layout binds, chosen names, and parentheses."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import singledispatch
from typing import NamedTuple

from symland.errors import NoRule
from symland.language.index import Dim, Index
from symland.language.nodes import Node
from symland.language.notation import split_sign
from symland.write.layout import Layout, Row, Script, fence, juxtapose, name, number, signed_sum, sub, sup

Names = Mapping[str, str | Layout]


class Strength(IntEnum):
    """How strongly a layout binds, weakest first. `OPEN` is a product that ends in a bounded sum or product."""

    RELATION, SUM, KRONECKER, OPEN, SCALED, PRODUCT, POWER, ATOM = range(8)


RELATION, SUM, KRONECKER, OPEN, SCALED, PRODUCT, POWER, ATOM = Strength


class Box(NamedTuple):
    """A layout and how strongly it binds."""

    layout: Layout
    strength: Strength


class Typesetter:
    """One act of typesetting: the chosen names, and parentheses where they are needed."""

    def __init__(self, abbreviations: Mapping[Node, str], names: Names) -> None:
        self.abbreviations = abbreviations
        self.names = names

    def box(self, node: Node) -> Box:
        short = self.abbreviations.get(node)
        return rule(node, self) if short is None else self.name(short)

    def at(self, node: Node, strength: Strength) -> Layout:
        """The layout of the node, in parentheses where it binds more weakly than `strength`."""
        box = self.box(node)
        return fence(box.layout) if box.strength < strength else box.layout

    def plain(self, node: Node) -> Layout:
        """The layout of the node where delimiters or commas surround it."""
        return self.at(node, RELATION)

    def signed(self, node: Node) -> tuple[bool, Layout]:
        """Whether the node is subtracted in a sum, and what is added or subtracted."""
        negative, rest = (False, node) if node in self.abbreviations else split_sign(node)
        return negative, self.at(rest, KRONECKER)

    def raised(self, node: Node, exponent: Layout) -> Box:
        return Box(sup(self.at(node, ATOM), exponent), POWER)

    def name(self, text: str) -> Box:
        chosen = self.names.get(text, text)
        layout = name(chosen) if isinstance(chosen, str) else chosen
        busy = isinstance(layout, Row) or (isinstance(layout, Script) and layout.sup is not None)
        return Box(layout, POWER if busy else ATOM)

    def member(self, text: str, below: Layout) -> Box:
        base = self.name(text)
        return Box(sub(base.layout, below), base.strength)

    def index(self, e: Index) -> Box:
        """Positive terms first: `b-a`."""
        ordered = sorted(e.coefficients, key=lambda item: item[1] < 0)
        terms = [(c < 0, self._multiple(abs(c), self.name(v).layout)) for v, c in ordered]
        if e.constant or not terms:
            terms.append((e.constant < 0, number(abs(e.constant))))
        return self._sum(terms, ATOM if all(c == 1 for _, c in e.coefficients) else PRODUCT)

    def dim(self, d: Dim) -> Box:
        terms, strength = [], ATOM
        for monomial, c in d:
            powers = []
            for atom in dict.fromkeys(monomial):
                base = self.name(atom[0]) if atom[1] is None else self.member(atom[0], self.index(atom[1]).layout)
                times = monomial.count(atom)
                powers.append(base.layout if times == 1 else sup(base.layout, times))
                strength = POWER if times > 1 else strength
            if len(powers) > 1 or (powers and abs(c) != 1):
                strength = PRODUCT
            terms.append((c < 0, self._multiple(abs(c), *powers)))
        return self._sum(terms, strength)

    @staticmethod
    def _multiple(c: int, *factors: Layout) -> Layout:
        return juxtapose(*([number(c)] if c != 1 or not factors else []), *factors)

    @staticmethod
    def _sum(terms: list[tuple[bool, Layout]], strength: Strength) -> Box:
        return Box(signed_sum(terms), SUM if len(terms) > 1 or terms[0][0] else strength)


@singledispatch
def rule(node: Node, p: Typesetter) -> Box:
    """The box of a node: one rule for each class, in `set_terms` and `set_statements`. Raises NoRule without one."""
    raise NoRule(f"{type(node).__name__} has no typesetting rule", node=node, module="symland.write.set_terms")
