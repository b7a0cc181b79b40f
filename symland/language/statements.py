"""Statements: what a theorem or a hypothesis says. Their shape is `PROP`."""

from __future__ import annotations

from typing import Any

from symland.errors import ShapeError
from symland.language.index import Dim, Index, IndexLike
from symland.language.nodes import PROP, Binder, Node
from symland.language.terms import Member, Symbol, Term


def entries_of(t: Node) -> Dim:
    """How many entries a term has, one for a scalar: the length of its vec."""
    return t.shape[0] * t.shape[1] if t.is_matrix else Dim.of(1)


class Statement(Node):
    """Something that holds or does not."""

    __slots__ = ()


class _Relation(Statement):
    __slots__ = ()
    fields = ("node", "node")
    scalar_only = True

    def _shape(self) -> Any:
        a, b = self.args
        if a.is_statement or b.is_statement or a.shape != b.shape or (self.scalar_only and not a.is_scalar):
            raise self._fault("the sides of a relation need one shape" + (", scalar" if self.scalar_only else ""), a, b)
        return PROP


class Eq(_Relation):
    """a = b, for scalars or matrices."""

    __slots__ = ()
    scalar_only = False


class Le(_Relation):
    """a <= b, for scalars."""

    __slots__ = ()


class Lt(_Relation):
    """a < b, for scalars."""

    __slots__ = ()


class LB(Statement):
    """`LB(A, B, c)`: c |B v|^2 <= |A v|^2 for all vectors v. With B = I: sigma_col(A)^2 >= c."""

    __slots__ = ()
    fields = ("node", "node", "node")

    def _shape(self) -> Any:
        a, b, c = self.args
        if not (a.is_matrix and b.is_matrix and a.shape[1] == b.shape[1]):
            raise self._fault("needs two matrices with equally many columns", a, b)
        if not c.is_scalar:
            raise self._fault("the bound is a scalar", c)
        return PROP


class UB(Statement):
    """`UB(A, c)`: |A v|^2 <= c |v|^2 for all vectors v, that is |A|_2^2 <= c."""

    __slots__ = ()
    fields = ("node", "node")

    def _shape(self) -> Any:
        a, c = self.args
        if not (a.is_matrix and c.is_scalar):
            raise self._fault("needs a matrix and a scalar", a, c)
        return PROP


class _OfSquare(Statement):
    __slots__ = ()
    fields = ("node",)

    def _shape(self) -> Any:
        (a,) = self.args
        if not (a.is_matrix and a.shape[0] == a.shape[1]):
            raise self._fault("needs a square matrix", a)
        return PROP


class Psd(_OfSquare):
    """The matrix is symmetric and positive semidefinite."""

    __slots__ = ()


class Invertible(_OfSquare):
    """The matrix is invertible."""

    __slots__ = ()


class Entries(Statement):
    """`entries(c, A, C)`: every entry of A lies in [c, C]."""

    __slots__ = ()
    fields = ("node", "node", "node")

    def _shape(self) -> Any:
        c, a, big = self.args
        if not (a.is_matrix and c.is_scalar and big.is_scalar):
            raise self._fault("needs a scalar, a matrix and a scalar", c, a, big)
        return PROP


class Rank(Statement):
    """rank(A) = r, r a scalar (a number, an index expression or a dimension)."""

    __slots__ = ()
    fields = ("node", "node")

    def _shape(self) -> Any:
        a, r = self.args
        if not (a.is_matrix and r.is_scalar):
            raise self._fault("needs a matrix and a scalar", a, r)
        return PROP


class Positive(Statement):
    """Every entry of the matrix is positive."""

    __slots__ = ()
    fields = ("node",)

    def _shape(self) -> Any:
        if not self.args[0].is_matrix:
            raise self._fault("needs a matrix", self.args[0], hint="for a scalar s say 0 < s")
        return PROP


class Nonzero(Statement):
    """The scalar, or every entry of the matrix, is not zero."""

    __slots__ = ()
    fields = ("node",)

    def _shape(self) -> Any:
        if self.args[0].is_statement:
            raise self._fault("needs a scalar or a matrix", self.args[0])
        return PROP


class Grad(Statement):
    """`grad(f, w, G)`: the gradient of the scalar f with respect to the letter w is G: D(f; w, V) = <G, V> with the
    trace inner product, or G V for a scalar letter."""

    __slots__ = ()
    fields = ("node", "node", "node")

    def _shape(self) -> Any:
        f, w, g = self.args
        if not (f.is_scalar and isinstance(w, (Symbol, Member)) and g.shape == w.shape):
            raise self._fault("needs a scalar, a letter, and a gradient of the letter's shape", f, w, g)
        return PROP


class Jac(Statement):
    """`jac(F, w, J)`: vec D(F; w, V) = J vec(V) for all V."""

    __slots__ = ()
    fields = ("node", "node", "node")

    def _shape(self) -> Any:
        f, w, j = self.args
        if f.is_statement or not (isinstance(w, (Symbol, Member)) and j.is_matrix):
            raise self._fault("needs a term, a letter and a matrix", f, w, j)
        if j.shape != (entries_of(f), entries_of(w)):
            raise self._fault("the Jacobian needs one row per entry of F and one column per entry of w", f, w, j)
        return PROP


class Hess(Statement):
    """`hess(f, w, u, H)`: D(D(f; w, V); u, U) = vec(V)^T H vec(U) for all V, U."""

    __slots__ = ()
    fields = ("node", "node", "node", "node")

    def _shape(self) -> Any:
        f, w, u, h = self.args
        letters = isinstance(w, (Symbol, Member)) and isinstance(u, (Symbol, Member))
        if not (f.is_scalar and letters and h.is_matrix):
            raise self._fault("needs a scalar, two letters and a matrix", f, w, u, h)
        if h.shape != (entries_of(w), entries_of(u)):
            raise self._fault("the block needs one row per entry of w and one column per entry of u", w, u, h)
        return PROP


class ForAll(Binder, Statement):
    """`all k in lo..hi: S`."""

    __slots__ = ()

    def _shape(self) -> Any:
        if not self.args[2].is_statement:
            raise ShapeError(f"`all` needs a statement, not {self.args[2]!r}")
        return PROP


class NonNeg(Statement):
    """e >= 0, for an index expression e: an order fact."""

    __slots__ = ()
    fields = ("index",)

    @property
    def index(self) -> Index:
        index: Index = self.args[0]
        return index

    def _shape(self) -> Any:
        return PROP


def at_least(e: IndexLike, bound: IndexLike) -> NonNeg:
    """The order fact e >= bound."""
    fact: NonNeg = NonNeg(Index.of(e) - bound)
    return fact


def equal(a: Term, b: Term) -> Statement:
    """The statement a = b."""
    statement: Statement = Eq(a, b)
    return statement
