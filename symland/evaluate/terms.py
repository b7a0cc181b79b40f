"""Terms -> values of a ring at a point: one function for each kind of node.

`D(t; w, v)` is evaluated by jets of t at w + eps v, so derivatives are exact and see a neighborhood of the point.
Source of the conventions (vec stacks columns, K_{m,n} vec(A) = vec(A^T)): Magnus and Neudecker, *Matrix Differential
Calculus*, chapters 2 and 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce, singledispatch
from math import prod
from typing import Any, cast

from symland.errors import NoRule, ShapeError, Undecided, UndefinedHere
from symland.evaluate.functions import entrywise, log_determinant
from symland.evaluate.jets import Jets
from symland.evaluate.point import Key, Setting, letter_name
from symland.evaluate.rings import Ring, Size, Value
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Node

LONGEST = 10_000  # factors or summands of one bounded product, chain or sum
MOST_ENTRIES = 10**8  # of one matrix


def evaluate(term: Node, point: Setting, ring: Ring) -> Value:
    """The value of the term: a scalar or a matrix of the ring.

    Raises UsageError for a letter, dimension or index variable without a value, ShapeError for a letter of another
    size, UndefinedHere where the term has no value, NoRule for a node that cannot be evaluated in this ring, Undecided
    for matrices and ranges too large to write out.

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

    def __init__(self, point: Setting, ring: Ring, bound: Mapping[str, int] | None = None) -> None:
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

    def seen(self) -> list[Value]:
        """The values of the terms evaluated so far, parts included."""
        return list(self._memo.values())

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
        found = tuple(self.dim(d) for d in node.shape)
        if prod(found) > MOST_ENTRIES:
            raise Undecided(f"{node!r} is too large to be evaluated: {' x '.join(map(str, found))}")
        return found

    def span(self, lo: Index, hi: Index) -> range:
        """The integers from lo to hi; none for hi = lo - 1, and UndefinedHere below that."""
        first, last = self.index(lo), self.index(hi)
        if last < first - 1:
            raise UndefinedHere(f"the range {first}..{last} has negative length")
        if last - first >= LONGEST:
            raise Undecided(f"the range {first}..{last} is too long to be evaluated")
        return range(first, last + 1)

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
        span = self.span(node.bottom, node.top)
        if not span:
            return self.ring.identity(self.size(node)[0])
        name, bottom, value = node.name, span[0], None
        for i in span:
            found = self._chains.get((name, i, bottom))
            if found is None:
                shape = node.family.shape_at(Index.of(i))
                member = self.letter((name, i), tuple(self.dim(d) for d in shape))
                found = member if value is None else self.ring.multiply(member, value)
                self._chains[(name, i, bottom)] = found
            value = found
        return value


@dataclass(frozen=True)
class _Perturbed:
    """A setting of a ring, seen in the jets above it, with one letter moved."""

    below: Setting
    jets: Jets
    key: Key
    moved: Value

    def dim(self, name: str, index: int | None) -> int:
        return self.below.dim(name, index)

    def index(self, name: str) -> int:
        return self.below.index(name)

    def letter(self, key: Key, size: Size) -> Value:
        return self.moved if key == self.key else self.jets.lift(self.below.letter(key, size))


@singledispatch
def _value(node: Node, at: Evaluation) -> Any:
    raise NoRule(f"{type(node).__name__} cannot be evaluated", node=node, module="symland.evaluate.terms")


@_value.register(T.Symbol)
@_value.register(T.Member)
def _(node: Node, at: Evaluation) -> Any:
    return at.letter(at.key(node), at.size(node))


@_value.register
def _(node: T.Chain, at: Evaluation) -> Any:
    return at.chain(node)


@_value.register
def _(node: T.Zero, at: Evaluation) -> Any:
    return at.ring.zero(*at.size(node))


@_value.register
def _(node: T.Identity, at: Evaluation) -> Any:
    return at.ring.identity(at.size(node)[0])


@_value.register
def _(node: T.Number, at: Evaluation) -> Any:
    return at.ring.number(node.value)


@_value.register
def _(node: T.IndexScalar, at: Evaluation) -> Any:
    return at.ring.number(at.index(node.args[0]))


@_value.register
def _(node: T.DimScalar, at: Evaluation) -> Any:
    return at.ring.number(at.dim(node.args[0]))


@_value.register
def _(node: T.Sum, at: Evaluation) -> Any:
    return reduce(at.ring.add, map(at.value, node.args))


@_value.register
def _(node: T.Product, at: Evaluation) -> Any:
    return reduce(at.ring.multiply, map(at.value, node.args))


@_value.register
def _(node: T.Scale, at: Evaluation) -> Any:
    return at.ring.scale(*map(at.value, node.args))


def _bodies(node: Any, at: Evaluation) -> list[Value]:
    return [at.bind(node.var, i).value(node.args[2]) for i in at.span(node.lo, node.hi)]


@_value.register
def _(node: T.BoundedSum, at: Evaluation) -> Any:
    start = at.ring.zero(*at.size(node)) if node.is_matrix else at.ring.number(0)
    return reduce(at.ring.add, _bodies(node, at), start)


@_value.register
def _(node: T.BoundedProduct, at: Evaluation) -> Any:
    return reduce(at.ring.multiply, _bodies(node, at), at.ring.number(1))


def _factors(node: Node, at: Evaluation) -> list[Value]:
    return [at.value(node.args[0])] * len(at.span(Index.of(1), node.args[1]))


@_value.register
def _(node: T.Power, at: Evaluation) -> Any:
    return reduce(at.ring.multiply, _factors(node, at), at.ring.number(1))


@_value.register
def _(node: T.MatrixPower, at: Evaluation) -> Any:
    return reduce(at.ring.multiply, _factors(node, at), at.ring.identity(at.size(node)[0]))


@_value.register
def _(node: T.HadamardPower, at: Evaluation) -> Any:
    return reduce(at.ring.hadamard, _factors(node, at), _ones(at, *at.size(node)))


@_value.register
def _(node: T.Reciprocal, at: Evaluation) -> Any:
    return at.ring.reciprocal(at.value(node.args[0]))


@_value.register
def _(node: T.Transpose, at: Evaluation) -> Any:
    return at.ring.transpose(at.value(node.args[0]))


@_value.register
def _(node: T.Inverse, at: Evaluation) -> Any:
    return at.ring.inverse(at.value(node.args[0]))


@_value.register
def _(node: T.Pseudoinverse, at: Evaluation) -> Any:
    return at.ring.pseudoinverse(at.value(node.args[0]))


@_value.register
def _(node: T.Trace, at: Evaluation) -> Any:
    return at.ring.trace(at.value(node.args[0]))


@_value.register
def _(node: T.SquaredNorm, at: Evaluation) -> Any:
    a = at.value(node.args[0])
    return at.ring.inner(a, a)


@_value.register
def _(node: T.Inner, at: Evaluation) -> Any:
    return at.ring.inner(*map(at.value, node.args))


@_value.register
def _(node: T.Kronecker, at: Evaluation) -> Any:
    at.size(node)
    return at.ring.kronecker(*map(at.value, node.args))


@_value.register
def _(node: T.Vec, at: Evaluation) -> Any:
    return at.ring.vec(at.value(node.args[0]))


@_value.register
def _(node: T.Commutation, at: Evaluation) -> Any:
    at.size(node)
    return at.ring.commutation(*map(at.dim, node.args))


@_value.register
def _(node: T.Block, at: Evaluation) -> Any:
    return at.ring.block([[at.value(b) for b in row] for row in node.grid])


@_value.register
def _(node: T.D, at: Evaluation) -> Any:
    term, letter, direction = node.args
    return at.derivative(term, letter, at.value(direction))


@_value.register
def _(node: T.OrderedProduct, at: Evaluation) -> Any:
    return reduce(at.ring.multiply, reversed(_bodies(node, at)), at.ring.identity(at.size(node)[0]))


# -- entries ------------------------------------------------------------------------------------------------
def _ones(at: Evaluation, rows: int, columns: int) -> Value:
    return at.ring.matrix(rows, columns, [at.ring.number(1)] * (rows * columns))


@_value.register
def _(node: T.Ones, at: Evaluation) -> Any:
    return _ones(at, *at.size(node))


@_value.register
def _(node: T.UnitVector, at: Evaluation) -> Any:
    (n, _), i = at.size(node), at.index(node.args[1])
    if not 1 <= i <= n:
        raise UndefinedHere(f"there is no entry number {i} among {n}")
    return at.ring.matrix(n, 1, [at.ring.number(int(k == i)) for k in range(1, n + 1)])


@_value.register
def _(node: T.Hadamard, at: Evaluation) -> Any:
    return reduce(at.ring.hadamard, map(at.value, node.args))


@_value.register
def _(node: T.Elementwise, at: Evaluation) -> Any:
    return entrywise(at.ring, node.function, at.value(node.argument), [at.value(p) for p in node.parameters])


@_value.register
def _(node: T.Diagonal, at: Evaluation) -> Any:
    n = at.size(node)[0]
    return at.ring.matrix(n, 1, at.ring.entries(at.value(node.args[0]))[:: n + 1])


@_value.register
def _(node: T.DiagonalMatrix, at: Evaluation) -> Any:
    n, nil = at.size(node)[0], at.ring.number(0)
    parts = at.ring.entries(at.value(node.args[0]))
    return at.ring.matrix(n, n, [parts[i] if i == j else nil for i in range(n) for j in range(n)])


@_value.register
def _(node: T.DiagonalSelection, at: Evaluation) -> Any:
    n, size = at.size(node)
    nil, one = at.ring.number(0), at.ring.number(1)
    return at.ring.matrix(n, size, [one if j == i * (n + 1) else nil for i in range(n) for j in range(size)])


@_value.register
def _(node: T.Unvec, at: Evaluation) -> Any:
    return at.ring.unvec(at.value(node.args[2]), *at.size(node))


@_value.register
def _(node: T.Determinant, at: Evaluation) -> Any:
    return at.ring.determinant(at.value(node.args[0]))


@_value.register
def _(node: T.LogDeterminant, at: Evaluation) -> Any:
    return log_determinant(at.ring, at.value(node.args[0]))


@_value.register
def _(node: T.OperatorNorm, at: Evaluation) -> Any:
    return at.ring.operator_norm(at.value(node.args[0]))
