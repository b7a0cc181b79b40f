"""Terms that look at the entries of a matrix: Hadamard products and powers, elementwise functions, diagonals, unit
vectors. Functions of scalars are elementwise functions too."""

from __future__ import annotations

from typing import Any, cast

from symland.errors import ShapeError, UsageError
from symland.language.algebra import OfMatrix, Term, _Flat, need_shape
from symland.language.functions import FUNCTIONS, is_generic
from symland.language.index import Dim, Index, IndexLike
from symland.language.nodes import Node, Substitution


class Ones(Term):
    """The matrix of ones."""

    __slots__ = ()
    fields = ("dim", "dim")

    def _shape(self) -> Any:
        return self.args


class UnitVector(Term):
    """The column of the identity with this number, counted from 1: `UnitVector(n, i)` has its one in row i."""

    __slots__ = ()
    fields = ("dim", "index")

    def _shape(self) -> Any:
        n, i = self.args
        last = n[0][1] if len(n) == 1 and not n[0][0] else None
        if i.value is not None and (i.value < 1 or (last is not None and i.value > last)):
            raise ShapeError(f"there is no entry number {i} among {n}", hint="entries are counted from 1")
        return (n, Dim.of(1))


class Hadamard(_Flat):
    """A .* B: a flat entrywise product of two or more matrices of one shape."""

    __slots__ = ()

    def _shape(self) -> Any:
        first = self.args[0]
        nested = any(isinstance(t, Hadamard) for t in self.args)
        need_shape(self, len(self.args) > 1 and not nested, "products are flat")
        need_shape(self, first.is_matrix, "needs matrices", first)
        for t in self.args:
            need_shape(self, t.shape == first.shape, "an entrywise product needs matrices of one shape", first, t)
        return first.shape


class HadamardPower(Term):
    """A .^ k, entry by entry; the exponent is an index expression, nonnegative wherever a rule uses it."""

    __slots__ = ()
    fields = ("node", "index")

    def _shape(self) -> Any:
        need_shape(self, self.args[0].is_matrix, "needs a matrix", self.args[0])
        if (self.args[1].value or 0) < 0:
            raise ShapeError(f"negative power {self.args[1]}", hint="take the reciprocal of the entries first")
        return self.args[0].shape


class Elementwise(Term):
    """f(A) entry by entry, or f(s) of a scalar: the name of f, its argument, and its scalar parameters."""

    __slots__ = ()
    fields = ("function", "*node")

    @property
    def function(self) -> str:
        return cast(str, self.args[0])

    @property
    def argument(self) -> Term:
        return cast(Term, self.args[1])

    @property
    def parameters(self) -> tuple[Term, ...]:
        return cast("tuple[Term, ...]", self.args[2:])

    @property
    def is_generic(self) -> bool:
        return is_generic(self.function)

    def _shape(self) -> Any:
        marked = self.function.endswith("'") and not is_generic(self.function.rstrip("'"))
        need_shape(self, not marked, "only generic functions have derivatives by name")
        need_shape(self, self.is_generic or self.function in FUNCTIONS, "this name means something else")
        takes = 0 if self.is_generic else FUNCTIONS[self.function].parameters
        if len(self.args) != 2 + takes:
            raise UsageError(f"{self.function} takes one argument" + (f" and {takes} parameter" if takes else ""))
        need_shape(self, not self.argument.is_statement, "needs a scalar or a matrix", self.argument)
        for t in self.parameters:
            need_shape(self, t.is_scalar, "a parameter is a scalar", t)
        if self.function == "reciprocal" and self.argument.is_scalar:
            raise UsageError("the reciprocal of a scalar is a term of its own", hint="Reciprocal(s)")
        return self.argument.shape

    def substituted(self, sub: Substitution) -> Any:
        name = self.function.rstrip("'")
        new = sub.functions.get(name, name) + self.function[len(name) :]
        return Elementwise(new, *(sub.argument(a) for a in self.args[1:]))


class Diagonal(OfMatrix):
    """diag(A): the diagonal of a square matrix, as a column."""

    __slots__ = ()

    def _shape(self) -> Any:
        return (self._square()[0], Dim.of(1))


class DiagonalMatrix(OfMatrix):
    """Diag(v): the diagonal matrix with the entries of a column on its diagonal."""

    __slots__ = ()

    def _shape(self) -> Any:
        rows, columns = self._matrix()
        need_shape(self, columns == Dim.of(1), "needs a column", self.args[0])
        return (rows, rows)


class DiagonalSelection(Term):
    """The n x n^2 matrix S with S vec(A) = diag(A) and S^T v = vec(Diag(v))."""

    __slots__ = ()
    fields = ("dim",)

    def _shape(self) -> Any:
        return (self.args[0], self.args[0] * self.args[0])


class Unvec(Term):
    """`Unvec(m, n, v)`: the m x n matrix A with vec(A) = v."""

    __slots__ = ()
    fields = ("dim", "dim", "node")

    def _shape(self) -> Any:
        m, n, v = self.args
        need_shape(self, v.shape == (n * m, Dim.of(1)), f"needs a column of {n * m} entries", v)
        return (m, n)


def hadamard(*factors: Term) -> Term:
    """The flat entrywise product of the factors."""
    from symland.language.algebra import flat

    return flat(Hadamard, *factors)


def entry(a: Term, i: IndexLike, j: IndexLike) -> Term:
    """The entry a[i, j], counted from 1, as e_i^T a e_j."""
    from symland.language.terms import Trace

    rows, columns = a.shape
    left, right = cast(Term, UnitVector(rows, Index.of(i))), cast(Term, UnitVector(columns, Index.of(j)))
    return cast(Term, Trace(left.T * a * right))


def is_entry(t: Node) -> tuple[Term, Index, Index] | None:
    """(a, i, j) for a term that `entry` made."""
    from symland.language.algebra import Product, Transpose
    from symland.language.terms import Trace

    if not (isinstance(t, Trace) and isinstance(t.args[0], Product) and len(t.args[0].args) >= 3):
        return None
    left, *middle, right = t.args[0].args
    if not (isinstance(left, Transpose) and isinstance(left.args[0], UnitVector) and isinstance(right, UnitVector)):
        return None
    from symland.language.algebra import product

    return product(*middle), left.args[0].args[1], right.args[1]
