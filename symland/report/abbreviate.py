"""Formulas with names for their parts, for reading: `B[l]` for `W[L..l+1]`, also inside products and transposed.

The kernel never sees these names; what is printed differs from what was proved only by writing a name for its meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from symland.language import terms as T
from symland.language.index import PLACE, Index
from symland.language.nodes import Binder, Family, Node, Substitution
from symland.language.notation import bound_name
from symland.language.terms import Term


@dataclass(frozen=True)
class Abbreviation:
    """A name for a term. With `variable`, the name and the meaning are families in that index variable."""

    name: Term
    meaning: Term
    variable: str = ""

    def at(self, index: Index) -> tuple[Term, Term]:
        """The meaning and the name at an index."""
        s = Substitution(indices={self.variable: index})
        return cast(Term, s.apply(self.meaning)), cast(Term, s.apply(self.name))


@dataclass(frozen=True)
class ProductName:
    """A name for products of some factors: `P[b..a]`, a chain of the family, for `prod(i, b..a, factor)`. The factor
    is written in the index variable of the shape of a family."""

    family: Family
    factor: Term

    def of(self, node: Node) -> Term | None:
        """The name of a product, if these are its factors."""
        if not isinstance(node, T.OrderedProduct) or node.at(Index.var(PLACE)) is not self.factor:
            return None
        return cast(Term, T.Chain(self.family, node.hi, node.lo))


@dataclass
class Abbreviator:
    """Writes names for their meanings, for the index variables listed and those of binders it enters."""

    abbreviations: Sequence[Abbreviation]
    indices: tuple[str, ...] = ()
    products: Sequence[ProductName] = ()
    _memo: dict[Node, Node] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        pairs = [p for a in self.abbreviations for p in self._instances(a)]
        self._names = {meaning: name for meaning, name in pairs}
        whole = [(_factors(meaning), name) for meaning, name in pairs]
        turned = [(_factors_of_transpose(meaning), name.T) for meaning, name in pairs if meaning.is_matrix]
        self._segments = sorted(whole + turned, key=lambda pair: -len(pair[0]))

    def _instances(self, a: Abbreviation) -> Iterator[tuple[Term, Term]]:
        if not a.variable:
            yield a.meaning, a.name
        for v in self.indices if a.variable else ():
            yield a.at(Index.var(v))

    def node(self, node: Node) -> Node:
        """The term or statement with names."""
        return self._at(node)

    def _at(self, node: Node) -> Node:
        found = self._memo.get(node)
        if found is None:
            found = self._memo[node] = self._new(node)
        return found

    def _new(self, node: Node) -> Node:
        name = self._names.get(cast(Term, node))
        if name is None:
            name = next((found for p in self.products if (found := p.of(node)) is not None), None)
        if name is not None:
            return name
        if isinstance(node, (T.Symbol, T.Member, T.Chain)):
            return node
        if isinstance(node, Binder):
            variable = bound_name(node)
            inner = Abbreviator(self.abbreviations, (*self.indices, variable), self.products)
            return cast(Node, type(node).over(variable, node.lo, node.hi, inner._at(node.at(Index.var(variable)))))
        if isinstance(node, T.Product):
            return T.product(*(cast(Term, self._at(f)) for f in self._joined(node.args)))
        arguments: list[Any] = [self._at(a) if isinstance(a, Node) else a for a in node.args]
        return type(node).make(*arguments) if arguments != list(node.args) else node

    def _joined(self, factors: Sequence[Term]) -> Iterator[Term]:
        """The factors, with runs that a name stands for replaced by the name; the longest run first."""
        k = 0
        while k < len(factors):
            for segment, name in self._segments:
                if tuple(factors[k : k + len(segment)]) == segment:
                    yield name
                    k += len(segment)
                    break
            else:
                yield factors[k]
                k += 1


def _factors(t: Term) -> tuple[Term, ...]:
    return tuple(t.args) if isinstance(t, T.Product) else (t,)


def _factors_of_transpose(t: Term) -> tuple[Term, ...]:
    return tuple(f.args[0] if isinstance(f, T.Transpose) else f.T for f in reversed(_factors(t)))
