"""What the rules that read SymPy share: names, dimensions, index expressions, and one act of reading.

A scalar expression is read in one of two ways: as a scalar, or entry by entry, as the matrix whose entries it describes
(in `X.applyfunc(f)` and in sums over entries). The rules are the same; `Reader` builds what they ask for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import singledispatch
from typing import Any, cast

import sympy

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
SIZED = (sympy.ZeroMatrix, sympy.OneMatrix, sympy.Identity, CommutationMatrix, DuplicationMatrix, DiagonalSelectionMatrix)


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
        bound: set[Any] = set()
        places: list[Any] = []
        for e in sympy.preorder_traversal(expression):
            if isinstance(e, sympy.MatrixSymbol):
                self.dims |= _symbols(e.args[1:])
            elif isinstance(e, SIZED):
                self.dims |= _symbols(e.args)
            elif isinstance(e, Unvec):
                self.dims |= _symbols(e.args[:2])
            elif isinstance(e, UnitVector):
                self.dims |= _symbols(e.args[:1])
                places.append(e.args[1])
            elif isinstance(e, (sympy.Indexed, sympy.matrices.expressions.matexpr.MatrixElement)):
                places.extend(e.indices)
            elif isinstance(e, (sympy.Sum, sympy.Product)):
                bound |= {limit[0] for limit in e.limits}
                places.extend(x for limit in e.limits for x in limit[1:])
            elif isinstance(e, sympy.MatPow):
                places.append(e.exp)
            elif isinstance(e, (sympy.Pow, sympy.HadamardPower)):
                places.extend(s for s in _symbols(e.args[1:]) if s.is_integer)
            elif isinstance(e, sympy.Lambda):
                bound |= set(e.bound_symbols)
            elif isinstance(e, sympy.Subs):
                bound |= set(e.variables)
        free = _symbols([expression]) | self.dims
        self.indices = _symbols(places) - self.dims
        for s in free - self.indices:
            if s.is_integer and s.is_positive:
                self.dims.add(s)
            elif s.is_integer and s not in self.dims:
                self.indices.add(s)
        for s in sorted(free - bound, key=str) + sorted(expression.atoms(sympy.MatrixSymbol), key=str):
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
        self.bound = dict(bound or {})
        self.shape = shape
        self.leaves = dict(leaves or {})
        self.outer = outer or self

    def entrywise(self, shape: Shape, leaves: Mapping[Any, T.Term]) -> Reader:
        """A reader of expressions in the entries of matrices of one shape."""
        if self.shape:
            raise NoRule("an entry of a matrix of functions of entries cannot be read", node=self)
        return Reader(self.names, self.bound, shape, leaves, self)

    def binding(self, symbol: Any, name: str) -> Reader:
        """A reader for the body of a bounded sum or product."""
        return Reader(self.names, {**self.bound, symbol: Index.var(name)}, self.shape, self.leaves, self.outer)

    # -- expressions -------------------------------------------------------------------------------------------
    def matrix(self, e: Any) -> T.Term:
        """The matrix; where entries are read, only what does not depend on them is one."""
        return matrix_rule(e, self.outer)

    def scalar(self, e: Any) -> T.Term:
        """The scalar, or the matrix with these entries."""
        if e in self.leaves:
            return self.leaves[e]
        if self.shape and self.is_constant(e):
            return T.times(self.outer.scalar(e), cast(T.Term, T.Ones(*self.shape)))
        if getattr(e, "is_Matrix", False):
            a = self.matrix(e)
            if a.shape != (ONE, ONE):
                raise refuse(e, "a matrix stands where a scalar is needed", "functions of entries are X.applyfunc(f)")
            return trace(a)
        integer = self._integer(e)
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
            if e in self.names.dims:
                raise refuse(e, "a dimension cannot be an index or an exponent here")
            return Index.var(letter_name(e))
        if isinstance(e, sympy.Add):
            return sum((self.index(a) for a in e.args), Index.of(0))
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


def transposed(a: T.Term) -> T.Term:
    """The transpose; two cancel."""
    return cast(T.Term, a.args[0]) if isinstance(a, T.Transpose) else a.T


def trace(a: T.Term) -> T.Term:
    """The trace, which is a squared norm for A^T A and A A^T, and a sum of entries for the transpose of ones times A."""
    if isinstance(a, T.Vec) and a.args[0].is_scalar:
        return cast(T.Term, a.args[0])
    if isinstance(a, T.Product):
        for k in range(1, len(a.args)):
            left, right = T.product(*a.args[:k]), T.product(*a.args[k:])
            if left is right.T:
                return cast(T.Term, T.SquaredNorm(right))
            if left.T is right:
                return cast(T.Term, T.SquaredNorm(left))
        first = a.args[0]
        if isinstance(first, T.Transpose) and isinstance(first.args[0], T.Ones):
            return T.entries_sum(T.product(*a.args[1:]))
    return cast(T.Term, T.Trace(a))


@singledispatch
def matrix_rule(e: Any, r: Reader) -> T.Term:
    """The term of a matrix expression: one rule for each SymPy class, in `sympy_matrices`. Raises NoRule without one."""
    raise refuse(e)


@singledispatch
def scalar_rule(e: Any, r: Reader) -> T.Term:
    """The term of a scalar expression: one rule for each SymPy class, in `sympy_scalars`, `sympy_sums`."""
    raise refuse(e)
