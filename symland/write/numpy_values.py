"""Terms -> float64 values at a point: one function for each kind of node. Each node is evaluated once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce, singledispatch
from math import prod
from typing import Any

import numpy as np

from symland.errors import NoRule, Undecided, UndefinedHere, UsageError
from symland.evaluate.point import Point
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Node
from symland.language.notation import show
from symland.write.numpy_functions import function, generic
from symland.write.numpy_products import applied, column, is_light, product_of

Value = Any  # a float64 number, or a float64 array with two dimensions
LONGEST = 10_000  # factors or summands of one bounded product, chain or sum
MOST_ENTRIES = 2 * 10**7  # of a matrix whose size is not that of a letter, such as a Kronecker product
LONGEST_TEXT = 100  # of a term in a message
SINGULAR = 1 / np.finfo(np.float64).eps  # condition from which a matrix is singular in float64


class Values:
    """The values of terms at one point. `functions` has for each generic function its derivatives of order 0, 1, ..."""

    def __init__(
        self, point: Point, functions: Mapping[str, Sequence[Callable[[Any], Any]]],
        outer: Values | None = None, variable: str = "", i: int = 0,
    ) -> None:  # fmt: skip
        self.point, self.functions = point, functions
        self.outer, self.variable, self.i = outer, variable, i
        self.memo: dict[Node, Value] = {}
        self._chains: dict[tuple[str, int, int], Value] = {}
        self._regular: set[Node] = set()
        self.large: dict[Node, bool] = {} if outer is None else outer.large  # which terms have something large in them
        if outer is not None:
            self._longest: int = outer._longest
        else:
            self._longest = max((max(np.shape(a), default=1) for a in point.letters.values()), default=1)

    def value(self, term: Node) -> Value:
        """The value of the term."""
        at = self._home(term)
        found = at.memo.get(term)
        if found is None:
            found = at.memo[term] = _value(term, at)
        return found

    def _home(self, term: Node) -> Values:
        """The outermost point that fixes the value of the term."""
        at = self
        while at.outer is not None and at.variable not in term.free_indices:
            at = at.outer
        return at

    def index(self, e: Index) -> int:
        """The value of an index expression."""
        return e.constant + sum(c * self._variable(v) for v, c in e.coefficients)

    def _variable(self, name: str) -> int:
        if self.outer is None:
            return self.point.index(name)
        return self.i if name == self.variable else self.outer._variable(name)

    def dim(self, d: Dim) -> int:
        """The value of a dimension."""
        of = self.point.dim
        try:
            return sum(c * prod(of(name, None if i is None else self.index(i)) for name, i in m) for m, c in d)
        except UsageError as e:
            raise UsageError(e.message, hint="give a letter that has it, or the dimension by name") from None

    def size(self, node: Node, formed: bool = True) -> tuple[int, int]:
        """The size of the value of a matrix. If it is to be formed, a large one that is longer than every letter is
        refused."""
        rows, columns = map(self.dim, node.shape)
        large = rows * columns > MOST_ENTRIES and max(rows, columns) > self._longest and min(rows, columns) > 1
        if formed and large:
            raise UsageError(
                f"{brief(node)} has {rows} x {columns} entries: too many to be written out",
                hint="matvec(arrays, v) applies the matrix without forming it",
            )
        return rows, columns

    def span(self, lo: Index, hi: Index) -> range:
        """The integers from lo to hi; none for hi = lo - 1."""
        first, last = self.index(lo), self.index(hi)
        if last < first - 1:
            raise UndefinedHere(f"the range {first}..{last} has negative length")
        if last - first >= LONGEST:
            raise Undecided(f"the range {first}..{last} is too long to be evaluated")
        return range(first, last + 1)

    def exponent(self, k: Index) -> int:
        """The value of an exponent."""
        found = self.index(k)
        if found < 0:
            raise UndefinedHere(f"the exponent {k} = {found} is negative")
        return found

    def over(self, node: Any) -> list[Values]:
        """The points at which the body of a binder is evaluated."""
        return [Values(self.point, self.functions, self, node.var, i) for i in self.span(node.lo, node.hi)]

    def regular(self, node: T.Inverse) -> Value:
        """The value of the argument of an inverse, which is invertible in float64 (Skeel's condition number)."""
        a, known = self.value(node.args[0]), self._home(node)._regular
        if node not in known:
            try:
                condition = (np.abs(np.linalg.inv(a)) @ np.abs(a)).sum(axis=1).max()
            except np.linalg.LinAlgError:
                condition = np.inf
            if condition >= SINGULAR:
                raise UndefinedHere(f"{brief(node.args[0])} is singular in float64 and has no inverse")
            known.add(node)
        return a

    def chain(self, node: T.Chain) -> Value:
        """The product W[top] ... W[bottom]; products of neighboring members are shared."""
        span = self.span(node.bottom, node.top)
        if not span:
            return np.eye(self.dim(node.shape[0]))
        out: Value = None
        for i in span:
            found = self._chains.get((node.name, i, span[0]))
            if found is None:
                member = self.point.letter((node.name, i), ())
                found = self._chains[node.name, i, span[0]] = member if out is None else member @ out
            out = found
        return out

    def implementation(self, name: str) -> Callable[[Any], Any]:
        """What a generic function, or a derivative of one, stands for."""
        return self.functions[name.rstrip("'")][len(name) - len(name.rstrip("'"))]


def brief(node: Node) -> str:
    """The node in surface notation, cut where it is long."""
    text = show(node)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}..."


@singledispatch
def _value(node: Node, at: Values) -> Any:
    raise NoRule(f"{type(node).__name__} has no value in numpy", node=node, module="symland.write.numpy_values")


@_value.register
def _(node: T.D, at: Values) -> Any:
    raise NoRule(f"{show(node)} is a derivative", node=node, hint="derive its formula, and take that")


@_value.register
def _(node: T.Symbol, at: Values) -> Any:
    return at.point.letter((node.name, None), ())


@_value.register
def _(node: T.Member, at: Values) -> Any:
    return at.point.letter((node.name, at.index(node.index)), ())


@_value.register
def _(node: T.Chain, at: Values) -> Any:
    return at.chain(node)


@_value.register
def _(node: T.Zero, at: Values) -> Any:
    return np.broadcast_to(0.0, at.size(node, formed=False))


@_value.register
def _(node: T.Identity, at: Values) -> Any:
    return np.eye(at.size(node)[0])


@_value.register
def _(node: T.Ones, at: Values) -> Any:
    return np.broadcast_to(1.0, at.size(node, formed=False))


@_value.register
def _(node: T.UnitVector, at: Values) -> Any:
    return applied(node, np.ones((1, 1)), at, False)


@_value.register
def _(node: T.Number, at: Values) -> Any:
    try:
        return np.float64(float(node.value))
    except OverflowError:
        raise UndefinedHere("a number of the formula is too large for float64") from None


@_value.register
def _(node: T.IndexScalar, at: Values) -> Any:
    return np.float64(at.index(node.args[0]))


@_value.register
def _(node: T.DimScalar, at: Values) -> Any:
    return np.float64(at.dim(node.args[0]))


@_value.register
def _(node: T.Sum, at: Values) -> Any:
    return reduce(np.add, map(at.value, node.args))


@_value.register
def _(node: T.Product, at: Values) -> Any:
    if not node.is_matrix:
        return reduce(np.multiply, map(at.value, node.args))
    at.size(node)
    return product_of(node.args, at)


@_value.register
def _(node: T.Scale, at: Values) -> Any:
    return at.value(node.args[0]) * at.value(node.args[1])


@_value.register
def _(node: T.BoundedSum, at: Values) -> Any:
    start = np.zeros(at.size(node, formed=False)) if node.is_matrix else np.float64(0)
    return reduce(np.add, (inner.value(node.args[2]) for inner in at.over(node)), start)


@_value.register
def _(node: T.BoundedProduct, at: Values) -> Any:
    return reduce(np.multiply, (inner.value(node.args[2]) for inner in at.over(node)), np.float64(1))


@_value.register
def _(node: T.OrderedProduct, at: Values) -> Any:
    factors = [inner.value(node.args[2]) for inner in reversed(at.over(node))]
    return reduce(np.matmul, factors) if factors else np.eye(at.dim(node.shape[0]))


@_value.register
def _(node: T.Power, at: Values) -> Any:
    return at.value(node.args[0]) ** at.exponent(node.args[1])


@_value.register
def _(node: T.HadamardPower, at: Values) -> Any:
    return at.value(node.args[0]) ** at.exponent(node.args[1])


@_value.register
def _(node: T.MatrixPower, at: Values) -> Any:
    return np.linalg.matrix_power(at.value(node.args[0]), at.exponent(node.args[1]))


@_value.register
def _(node: T.Reciprocal, at: Values) -> Any:
    return function("reciprocal", at.value(node.args[0]))


@_value.register
def _(node: T.Transpose, at: Values) -> Any:
    return at.value(node.args[0]).T


@_value.register
def _(node: T.Inverse, at: Values) -> Any:
    return np.linalg.inv(at.regular(node))


@_value.register
def _(node: T.Pseudoinverse, at: Values) -> Any:
    return np.linalg.pinv(at.value(node.args[0]))


def _diagonal(term: T.Term, at: Values) -> Value:
    """The diagonal of a square matrix; that of a product without the product."""
    if isinstance(term, T.Product):
        for first, rest in ((term.args[:1], term.args[1:]), (term.args[:-1], term.args[-1:])):
            if not any(len(part) == 1 and is_light(part[0], at) for part in (first, rest)):
                return np.einsum("ij,ji->i", product_of(first, at), product_of(rest, at))
    return np.diagonal(at.value(term))


@_value.register
def _(node: T.Trace, at: Values) -> Any:
    element = T.is_entry(node)
    if element is not None:
        a, i, j = at.value(element[0]), at.index(element[1]), at.index(element[2])
        if not (1 <= i <= a.shape[0] and 1 <= j <= a.shape[1]):
            raise UndefinedHere(f"there is no entry {i}, {j} in a matrix of {a.shape[0]} x {a.shape[1]} entries")
        return a[i - 1, j - 1]
    if isinstance(node.args[0], T.Kronecker) and all(t.shape[0] == t.shape[1] for t in node.args[0].args):
        return reduce(np.multiply, [_diagonal(t, at).sum() for t in node.args[0].args])
    return _diagonal(node.args[0], at).sum()


@_value.register
def _(node: T.Diagonal, at: Values) -> Any:
    return _diagonal(node.args[0], at)[:, None]


@_value.register
def _(node: T.SquaredNorm, at: Values) -> Any:
    factors = node.args[0].args if isinstance(node.args[0], T.Kronecker) else node.args
    return reduce(np.multiply, [np.square(at.value(t)).sum() for t in factors])


@_value.register
def _(node: T.Inner, at: Values) -> Any:
    a, b = node.args
    return at.value(b).sum() if isinstance(a, T.Ones) else (at.value(a) * at.value(b)).sum()


@_value.register
def _(node: T.OperatorNorm, at: Values) -> Any:
    return np.linalg.norm(at.value(node.args[0]), 2)


@_value.register
def _(node: T.Determinant, at: Values) -> Any:
    return np.linalg.det(at.value(node.args[0]))


@_value.register
def _(node: T.LogDeterminant, at: Values) -> Any:
    return _log_determinant(node.args[0], at)[1]


def _log_determinant(term: T.Term, at: Values) -> tuple[Value, Value]:
    sign, log = np.linalg.slogdet(at.value(term))
    if sign == 0:
        raise UndefinedHere(f"det({brief(term)}) is zero and has no logarithm")
    return sign, log


@_value.register
def _(node: T.Kronecker, at: Values) -> Any:
    at.size(node)
    return np.kron(*map(at.value, node.args))


@_value.register
def _(node: T.Vec, at: Values) -> Any:
    return column(at.value(node.args[0]))


@_value.register
def _(node: T.Unvec, at: Values) -> Any:
    rows, columns = at.size(node, formed=False)
    return at.value(node.args[2]).reshape(columns, rows).T


@_value.register(T.Commutation)
@_value.register(T.DiagonalSelection)
def _(node: Node, at: Values) -> Any:
    return applied(node, np.eye(at.size(node)[1]), at, False)


@_value.register
def _(node: T.DiagonalMatrix, at: Values) -> Any:
    at.size(node)
    return np.diag(at.value(node.args[0])[:, 0])


@_value.register
def _(node: T.Block, at: Values) -> Any:
    at.size(node)
    return np.block([[at.value(b) for b in row] for row in node.grid])


@_value.register
def _(node: T.Hadamard, at: Values) -> Any:
    return reduce(np.multiply, map(at.value, node.args))


@_value.register
def _(node: T.Elementwise, at: Values) -> Any:
    if node.is_generic:
        return generic(node.function, at.implementation(node.function), at.value(node.argument))
    if node.function == "log" and isinstance(node.argument, T.Determinant):
        sign, log = _log_determinant(node.argument.args[0], at)
        return log if sign > 0 else function("log", at.value(node.argument))
    return function(node.function, at.value(node.argument), *map(at.value, node.parameters))
