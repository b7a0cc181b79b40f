"""What the rules that read SymPy share: names, dimensions, index expressions, and one act of reading.

A scalar expression is read in one of two ways: as a scalar, or entry by entry, as the matrix whose entries it describes
(in `X.applyfunc(f)` and in sums over entries). The rules are the same; `Reader` builds what they ask for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import singledispatch
from typing import Any, cast

import sympy
from sympy.matrices.expressions.matexpr import MatrixElement

from symland.errors import NoRule, UsageError
from symland.language import terms as T
from symland.language.index import NAME, Dim, Index, Shape
from symland.write.sympy_matrices import (
    CommutationMatrix,
    DiagonalSelectionMatrix,
    DuplicationMatrix,
    UnitVector,
    Unvec,
)

ONE = Dim.of(1)
SIZED = (
    sympy.ZeroMatrix,
    sympy.OneMatrix,
    sympy.Identity,
    CommutationMatrix,
    DuplicationMatrix,
    DiagonalSelectionMatrix,
)  # whose arguments are dimensions


def refuse(e: Any, why: str = "", hint: str = "") -> NoRule:
    """The error for an expression that no rule covers."""
    text = f"cannot read {type(e).__name__} {e}" + (f": {why}" if why else "")
    return NoRule(text, node=e, module="" if hint else "symland.read.sympy", hint=hint)


def letter_name(e: Any) -> str:
    """The name of a symbol, if symland can write it."""
    name = str(e.name)
    if not NAME.match(name):
        hint = "letters, digits and underscores only, a letter first: MatrixSymbol('W_1', n, m)"
        raise UsageError(f"the symbol {name!r} has no name that symland can write", hint=hint)
    return name


class Names:
    """Which symbols of an expression are dimensions and which are index variables.

    Dimensions are what shapes consist of, and positive integers. Index variables stand in entries `X[i, j]`, in
    exponents, and as bounds; other integers are index variables too.
    """

    def __init__(self, expression: Any) -> None:
        self.dims: set[Any] = set()
        self.indices: set[Any] = set()
        self.owners: dict[str, Any] = {}
        for e, bound in _parts(expression):
            if isinstance(e, sympy.MatrixSymbol):
                self.dims |= _symbols(e.args[1:]) - bound
            elif isinstance(e, SIZED):
                self.dims |= _symbols(e.args) - bound
            elif isinstance(e, (Unvec, UnitVector)):
                sizes = 2 if isinstance(e, Unvec) else 1
                self.dims |= _symbols(e.args[:sizes]) - bound
            self.indices |= _symbols(_index_places(e)) - bound
        labels = {b.label for b in expression.atoms(sympy.IndexedBase)}
        free = {s for s in expression.free_symbols - labels if isinstance(s, sympy.Symbol)} | self.dims
        self.indices -= self.dims
        for s in free - self.indices:
            if s.is_integer and s.is_positive:
                self.dims.add(s)
            elif s.is_integer and s not in self.dims:
                self.indices.add(s)
        for s in sorted(free | expression.atoms(sympy.MatrixSymbol), key=str):
            other = self.owners.setdefault(letter_name(s), s)
            if other != s:
                raise UsageError(
                    f"two different symbols have the name {s}: they differ in kind, shape or assumptions",
                    hint="rename one of them",
                )
        self._count = 0

    def fresh(self) -> str:
        """A name for a bound variable."""
        while True:
            self._count += 1
            if f"i{self._count}" not in self.owners:
                return f"i{self._count}"


def _parts(expression: Any) -> Iterator[tuple[Any, frozenset[Any]]]:
    """Every part of the expression, with the symbols that are bound around it."""
    stack: list[tuple[Any, frozenset[Any]]] = [(expression, frozenset())]
    seen = set(stack)
    while stack:
        e, bound = stack.pop()
        yield e, bound
        inner = bound
        if isinstance(e, (sympy.Sum, sympy.Product)):
            inner = bound | {limit[0] for limit in e.limits}
        elif isinstance(e, sympy.Lambda):
            inner = bound | set(e.bound_symbols)
        elif isinstance(e, sympy.Subs):
            inner = bound | set(e.variables)
        below = {(a, inner) for a in e.args if isinstance(a, sympy.Basic)} - seen
        seen |= below
        stack.extend(below)


def _index_places(e: Any) -> Sequence[Any]:
    """What stands in the expression where only an index may stand."""
    if isinstance(e, UnitVector):
        return [e.args[1]]
    if isinstance(e, (sympy.Indexed, MatrixElement)):
        return list(e.indices)
    if isinstance(e, (sympy.Sum, sympy.Product)):
        variables = {limit[0] for limit in e.limits}
        return [s for limit in e.limits for x in limit[1:] for s in _symbols([x]) - variables]
    if isinstance(e, sympy.MatPow):
        return [e.exp]
    if isinstance(e, (sympy.Pow, sympy.HadamardPower)):
        return [s for s in _symbols(e.args[1:]) if s.is_integer]
    return []


def _symbols(expressions: Sequence[Any]) -> set[Any]:
    """The symbols in the expressions; names of indexed families are none."""
    out: set[Any] = set()
    for e in expressions:
        labels = {b.label for b in e.atoms(sympy.IndexedBase)}
        out |= e.atoms(sympy.Symbol) - labels
    return out


class Reader:
    """One act of reading. With a shape it reads the matrix whose entries an expression describes, and `leaves` says
    which matrices certain sub-expressions are the entries of; `outer` then reads what does not depend on the entry."""

    def __init__(
        self,
        names: Names,
        bound: Mapping[Any, Index] | None = None,
        shape: Shape = (),
        leaves: Mapping[Any, T.Term] | None = None,
        outer: Reader | None = None,
    ) -> None:
        self.names = names
        self.bound: dict[Any, Index] = dict(bound or {})
        self.shape = shape
        self.leaves: dict[Any, T.Term] = dict(leaves or {})
        self.outer = outer or self

    def entrywise(self, shape: Shape, leaves: Mapping[Any, T.Term]) -> Reader:
        """A reader of expressions in the entries of matrices of one shape."""
        if self.shape:
            raise NoRule("an entry of a matrix of functions of entries cannot be read", node=self)
        return Reader(self.names, self.bound, shape, leaves, self)

    def binding(self, symbol: Any, name: str) -> Reader:
        """A reader for the body of a bounded sum or product."""
        return Reader(self.names, {**self.bound, symbol: Index.var(name)})

    # -- expressions -------------------------------------------------------------------------------------------
    def matrix(self, e: Any) -> T.Term:
        """The matrix; where entries are read, only what does not depend on them is one."""
        if self.shape and not self.is_constant(e):
            raise refuse(e, "a matrix that depends on the entry of another")
        return matrix_rule(e, self.outer)

    def scalar(self, e: Any) -> T.Term:
        """The scalar, or the matrix with these entries."""
        if e in self.leaves:
            return self.leaves[e]
        if self.is_constant(e):
            ones = cast(T.Term, T.Ones(*self.shape))
            return ones if e == 1 else T.times(self.outer.scalar(e), ones)
        if getattr(e, "is_Matrix", False):
            a = self.matrix(e)
            if a.shape != (ONE, ONE):
                raise refuse(e, "a matrix stands where a scalar is needed", "functions of entries are X.applyfunc(f)")
            return trace(a)
        integer = None if self.shape else self._integer(e)
        return scalar_rule(e, self) if integer is None else integer

    def is_constant(self, e: Any) -> bool:
        """Whether the expression does not depend on the entry; scalars all depend."""
        return bool(self.shape) and not e.has(*self.leaves)

    def constant(self, e: Any) -> T.Term:
        """A scalar parameter."""
        if self.shape and not self.is_constant(e):
            raise refuse(e, "it depends on the entry, and only a fixed number may stand here")
        return self.outer.scalar(e)

    def _integer(self, e: Any) -> T.Term | None:
        """Dimensions and index expressions as numbers."""
        symbols = _symbols([e])
        if symbols and symbols <= self.names.dims and not e.has(sympy.Function):
            try:
                return cast(T.Term, T.DimScalar(self.dim(e)))
            except NoRule:
                return None
        if symbols and symbols <= self.names.indices | set(self.bound) and not e.has(sympy.Indexed):
            try:
                return cast(T.Term, T.IndexScalar(self.index(e)))
            except NoRule:
                return None
        return None

    def dim(self, e: Any) -> Dim:
        """The dimension: a polynomial with positive integer coefficients."""
        if isinstance(e, sympy.Integer) and e.is_positive:
            return Dim.of(int(e))
        if isinstance(e, sympy.Symbol):
            return Dim.symbol(letter_name(e))
        if isinstance(e, sympy.Indexed) and len(e.indices) == 1:
            return Dim.member(letter_name(e.base.label), self.index(e.indices[0]))
        if isinstance(e, (sympy.Add, sympy.Mul)):
            first, *rest = map(self.dim, e.args)
            for d in rest:
                first = first + d if isinstance(e, sympy.Add) else first * d
            return first
        if isinstance(e, sympy.Pow) and isinstance(e.exp, sympy.Integer) and 0 < e.exp <= 100:
            first = base = self.dim(e.base)
            for _ in range(int(e.exp) - 1):
                first = first * base
            return first
        raise refuse(e, "it is not a dimension", "sums and products of symbols and positive integers are")

    def index(self, e: Any) -> Index:
        """The index expression: an integer-affine combination of index variables."""
        if isinstance(e, sympy.Integer):
            return Index.of(int(e))
        if isinstance(e, sympy.Symbol):
            if e in self.bound:
                return self.bound[e]
            if e in self.names.dims or e in self.leaves:
                raise refuse(e, "it cannot be an index here", "sums over entries run over all rows: (i, 0, n - 1)")
            return Index.var(letter_name(e))
        if isinstance(e, sympy.Add):
            out = Index.of(0)
            for a in e.args:
                out = out + self.index(a)
            return out
        if isinstance(e, sympy.Mul) and len(e.args) == 2 and isinstance(e.args[0], sympy.Integer):
            return Index.of(0).plus(self.index(e.args[1]), int(e.args[0]))
        raise refuse(e, "it is not an integer-affine index expression")

    def is_index(self, e: Any) -> bool:
        """Whether every symbol is an index variable."""
        return bool(_symbols([e]) <= self.names.indices | set(self.bound))

    # -- what rules build ----------------------------------------------------------------------------------------
    def product(self, factors: Sequence[Any]) -> T.Term:
        """The product of expressions: entry by entry where entries are read, with constant factors in front."""
        if not self.shape:
            return T.product(*map(self.scalar, factors))
        constants = [f for f in factors if self.is_constant(f)]
        entries = T.hadamard(*(self.scalar(f) for f in factors if not self.is_constant(f)))
        return T.times(self.outer.product(constants), entries) if constants else entries

    def power(self, a: T.Term, k: Index) -> T.Term:
        """a^k, entry by entry, for k >= 0."""
        return cast(T.Term, T.HadamardPower(a, k) if a.is_matrix else T.Power(a, k))

    def reciprocal(self, a: T.Term) -> T.Term:
        """1/a, entry by entry."""
        return cast(T.Term, T.Elementwise("reciprocal", a) if a.is_matrix else T.Reciprocal(a))


def number(e: Any) -> T.Term:
    """A rational number."""
    return cast(T.Term, T.Number(Fraction(int(e.p), int(e.q))))


def ordered(terms: Sequence[Any], negative: Sequence[bool]) -> list[Any]:
    """The terms of a sum, those that are added before those that are subtracted."""
    return [t for sign in (False, True) for t, minus in zip(terms, negative, strict=True) if minus is sign]


def transposed(a: T.Term) -> T.Term:
    """The transpose; two cancel."""
    return cast(T.Term, a.args[0]) if isinstance(a, T.Transpose) else a.T


def trace(a: T.Term) -> T.Term:
    """The trace, which is a squared norm for A^T A and A A^T, and a sum of entries for ones times A."""
    if isinstance(a, T.Vec) and a.args[0].is_scalar:
        return cast(T.Term, a.args[0])
    if isinstance(a, T.Product):
        for k in range(1, len(a.args)):
            left, right = T.product(*a.args[:k]), T.product(*a.args[k:])
            if _turned(left) is _turned(_turned(right)):
                return cast(T.Term, T.SquaredNorm(right.args[0] if isinstance(right, T.Transpose) else right))
        if isinstance(a.args[0], T.Ones) or isinstance(transposed(a.args[0]), T.Ones):
            return T.entries_sum(T.product(*a.args[1:]))
    return cast(T.Term, T.Trace(a))


def _turned(a: T.Term) -> T.Term:
    """The transpose, taken inside sums and products; sums in an order that does not depend on how they were written."""
    match a:
        case T.Sum():
            return T.total(*sorted(map(_turned, a.args), key=id))
        case T.Product():
            return T.product(*map(_turned, reversed(a.args)))
        case T.Scale():
            return T.times(a.args[0], _turned(a.args[1]))
        case T.Transpose(args=(T.Sum() | T.Product() | T.Scale(),)):
            return _turned(_turned(a.args[0]))
    return transposed(a)


@singledispatch
def matrix_rule(e: Any, r: Reader) -> T.Term:
    """The term of a matrix expression: one rule for each SymPy class. Raises NoRule without one."""
    raise refuse(e)


@singledispatch
def scalar_rule(e: Any, r: Reader) -> T.Term:
    """The term of a scalar expression: one rule for each SymPy class. Raises NoRule without one."""
    raise refuse(e)
