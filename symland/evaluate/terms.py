"""Terms -> values of a ring at a point: one function for each kind of node.

`D(t; w, v)` is evaluated by jets of t at w + eps v, so derivatives are exact and see a neighborhood of the point.
Source of the conventions (vec stacks columns, K_{m,n} vec(A) = vec(A^T)): Magnus and Neudecker, *Matrix Differential
Calculus*, chapters 2 and 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce, singledispatch
from math import prod
from typing import Any, cast

from symland.errors import NoRule, ShapeError, UndefinedHere
from symland.evaluate.jets import Jets
from symland.evaluate.point import Key, Point, letter_name
from symland.evaluate.rings import Ring, Size, Value
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Node


def evaluate(term: Node, point: Point, ring: Ring) -> Value:
    """The value of the term: a scalar or a matrix of the ring.

    Raises UsageError for a letter, dimension or index variable without a value, ShapeError for a letter of another
    size, UndefinedHere where the term has no value, NoRule for a node that cannot be evaluated in this ring.

    >>> from symland.evaluate.point import point
    >>> from symland.evaluate.rings import Rationals
    >>> from symland.language.terms import SquaredNorm, matrix
    >>> ring = Rationals()
    >>> evaluate(SquaredNorm(matrix("A", "d", "d")), point({"d": 2}, {"A": ring.from_rows([[1, 2], [3, 4]])}), ring)
    30
    """
    return Evaluation(point, ring).value(term)


class Evaluation:
    """The values of terms at one point in one ring; each node is evaluated once."""

    def __init__(self, point: Point, ring: Ring, bound: Mapping[str, int] | None = None) -> None:
        self.point = point
        self.ring = ring
        self.bound = dict(bound or {})
        self._memo: dict[Node, Value] = {}
        self._chains: dict[tuple[str, int, int], Value] = {}

    def value(self, term: Node) -> Value:
        """The value of the term."""
        found = self._memo.get(term)
        if found is None:
            with self.ring.precision():
                found = self._memo[term] = _value(term, self)
        return found

    def index(self, e: Index) -> int:
        """The value of an index expression."""
        total = e.constant
        for v, c in e.coefficients:
            total += c * (self.bound[v] if v in self.bound else self.point.index(v))
        return total

    def dim(self, d: Dim) -> int:
        """The value of a dimension."""
        of = self.point.dim
        return sum(c * prod(of(name, None if i is None else self.index(i)) for name, i in m) for m, c in d)

    def size(self, node: Node) -> Size:
        """The size of the value of a term."""
        return tuple(self.dim(d) for d in node.shape)

    def key(self, letter: Node) -> Key:
        """The name of a symbol or member at this point."""
        if isinstance(letter, T.Member):
            return (letter.name, self.index(letter.index))
        return (cast(T.Symbol, letter).name, None)

    def letter(self, key: Key, size: Size) -> Value:
        """The value of a letter, checked against its size."""
        value = self.point.letter(key, size)
        if self.ring.size(value) != size:
            raise ShapeError(f"{letter_name(key)} is {size} here; the value given is {self.ring.size(value)}")
        return value

    def bind(self, variable: str, i: int) -> Evaluation:
        """The evaluation at the same point, with an index variable set."""
        return Evaluation(self.point, self.ring, {**self.bound, variable: i})

    def perturb(self, letter: Node, direction: Value) -> Evaluation:
        """The evaluation at letter + eps direction, in jets with one infinitesimal more."""
        jets, key = Jets.above(self.ring), self.key(letter)
        shifted = jets.shifted(self.letter(key, self.size(letter)), direction)
        return Evaluation(_Perturbed(self.point, jets, key, shifted), jets, self.bound)

    def derivative(self, term: Node, letter: Node, direction: Value) -> Value:
        """The directional derivative of the term with respect to the letter."""
        moved = self.perturb(letter, direction)
        return cast(Jets, moved.ring).coefficient(moved.value(term), self.ring)

    def chain(self, node: T.Chain) -> Value:
        """The product W[top] ... W[bottom]; products of neighboring members are shared."""
        top, bottom = self.index(node.top), self.index(node.bottom)
        if top < bottom - 1:
            raise UndefinedHere(f"the chain {node.name}[{top}..{bottom}] has negative length")
        if top == bottom - 1:
            return self.ring.identity(self.size(node)[0])
        name, value = node.name, None
        for i in range(bottom, top + 1):
            found = self._chains.get((name, i, bottom))
            if found is None:
                shape = node.family.shape_at(Index.of(i))
                member = self.letter((name, i), tuple(self.dim(d) for d in shape))
                found = member if value is None else self.ring.multiply(member, value)
                self._chains[(name, i, bottom)] = found
            value = found
        return value


@dataclass(frozen=True)
class _Perturbed(Point):
    """A point of a ring, seen in the jets above it, with one letter moved."""

    def __init__(self, below: Point, jets: Jets, key: Key, value: Value) -> None:
        object.__setattr__(self, "dims", below.dims)
        object.__setattr__(self, "indices", below.indices)
        object.__setattr__(self, "letter", _moved(below, jets, key, value))


def _moved(below: Point, jets: Jets, key: Key, value: Value) -> Callable[[Key, Size], Value]:
    def letter(k: Key, size: Size) -> Value:
        return value if k == key else jets.lift(below.letter(k, size))

    return letter


@singledispatch
def _value(node: Node, at: Evaluation) -> Any:
    raise NoRule(f"{type(node).__name__} cannot be evaluated", node=node, module="symland.evaluate.terms")
