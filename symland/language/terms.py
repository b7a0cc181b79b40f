"""Terms: scalars (shape ()) and matrices (shape (rows, columns)). Classes check shapes and nothing else.

This module is the one namespace of terms: what `algebra` and `entrywise` define, functions of matrices, vec and
Kronecker products, derivatives, and the functions that make letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from symland.errors import NoRule, UsageError
from symland.language.algebra import (
    BoundedProduct,
    BoundedSum,
    Chain,
    DimScalar,
    Identity,
    IndexScalar,
    Member,
    Number,
    OfMatrix,
    OrderedProduct,
    Power,
    Product,
    Reciprocal,
    Scale,
    Sum,
    Symbol,
    Term,
    TermLike,
    Transpose,
    Zero,
    as_term,
    flat,
    need_shape,
    negate,
    number,
    product,
    times,
    total,
)
from symland.language.entrywise import (
    Diagonal,
    DiagonalMatrix,
    DiagonalSelection,
    Elementwise,
    Hadamard,
    HadamardPower,
    Ones,
    UnitVector,
    Unvec,
    entry,
    hadamard,
    is_entry,
)
from symland.language.index import Dim, DimLike, check_name
from symland.language.nodes import Family, Node, walk

__all__ = [
    "Block",
    "BoundedProduct",
    "BoundedSum",
    "Chain",
    "Commutation",
    "D",
    "Determinant",
    "Diagonal",
    "DiagonalMatrix",
    "DiagonalSelection",
    "DimScalar",
    "Elementwise",
    "Hadamard",
    "HadamardPower",
    "Identity",
    "IndexScalar",
    "Inner",
    "Inverse",
    "Kronecker",
    "LogDeterminant",
    "MatrixPower",
    "Member",
    "Number",
    "Ones",
    "OperatorNorm",
    "OrderedProduct",
    "Power",
    "Product",
    "Pseudoinverse",
    "Reciprocal",
    "Scale",
    "SquaredNorm",
    "Sum",
    "Symbol",
    "Term",
    "TermLike",
    "Trace",
    "Transpose",
    "UnitVector",
    "Unvec",
    "Vec",
    "Zero",
    "as_term",
    "block",
    "entries_sum",
    "entry",
    "family",
    "flat",
    "hadamard",
    "is_entry",
    "matrix",
    "negate",
    "norm",
    "number",
    "product",
    "scalar",
    "times",
    "total",
]


class Inverse(OfMatrix):
    """A^{-1} of a square matrix; rules use it under `invertible(A)`."""

    __slots__ = ()

    def _shape(self) -> Any:
        return self._square()


class Pseudoinverse(OfMatrix):
    """The Moore-Penrose inverse: not continuous where the rank changes."""

    __slots__ = ()
    smooth = False

    def _shape(self) -> Any:
        return self._matrix()[::-1]


class Trace(OfMatrix):
    """tr(A)."""

    __slots__ = ()

    def _shape(self) -> Any:
        self._square()
        return ()


class SquaredNorm(OfMatrix):
    """|A|_F^2."""

    __slots__ = ()

    def _shape(self) -> Any:
        self._matrix()
        return ()


class Determinant(OfMatrix):
    """det(A)."""

    __slots__ = ()

    def _shape(self) -> Any:
        self._square()
        return ()


class LogDeterminant(OfMatrix):
    """log |det A|, for invertible A: where det A > 0 it is log det A."""

    __slots__ = ()

    def _shape(self) -> Any:
        self._square()
        return ()


class OperatorNorm(OfMatrix):
    """|A|_2, the largest singular value: not differentiable where it is not simple."""

    __slots__ = ()
    smooth = False

    def _shape(self) -> Any:
        self._matrix()
        return ()


class MatrixPower(Term):
    """A^k = A ... A of a square matrix; the exponent is an index expression, nonnegative wherever a rule uses it."""

    __slots__ = ()
    fields = ("node", "index")

    def _shape(self) -> Any:
        a, k = self.args
        need_shape(self, a.is_matrix and a.shape[0] == a.shape[1], "needs a square matrix", a)
        need_shape(self, (k.value or 0) >= 0, f"negative power {k}", a, hint="take a power of the inverse")
        return a.shape


class Inner(Term):
    """<A, B> = tr(A^T B)."""

    __slots__ = ()
    fields = ("node", "node")

    def _shape(self) -> Any:
        a, b = self.args
        need_shape(self, a.is_matrix and a.shape == b.shape, "an inner product needs two matrices of one shape", a, b)
        return ()


class Kronecker(Term):
    """A (x) B."""

    __slots__ = ()
    fields = ("node", "node")

    def _shape(self) -> Any:
        a, b = self.args
        need_shape(self, a.is_matrix and b.is_matrix, "needs two matrices", a, b)
        return (a.shape[0] * b.shape[0], a.shape[1] * b.shape[1])


class Vec(OfMatrix):
    """The columns of A, stacked: an (mn) x 1 matrix. That of a scalar is the 1 x 1 matrix with this entry."""

    __slots__ = ()

    def _shape(self) -> Any:
        if self.args[0].is_scalar:
            return (Dim.of(1), Dim.of(1))
        rows, columns = self._matrix()
        return (columns * rows, Dim.of(1))


class Commutation(Term):
    """K_{m,n}: K_{m,n} vec(A) = vec(A^T) for A of shape m x n."""

    __slots__ = ()
    fields = ("dim", "dim")

    def _shape(self) -> Any:
        size = self.args[0] * self.args[1]
        return (size, size)


class Block(Term):
    """A block matrix, given by the number of its block columns and its blocks row by row."""

    __slots__ = ()
    fields = ("size", "*node")

    @property
    def grid(self) -> tuple[tuple[Term, ...], ...]:
        n, blocks = self.args[0], self.args[1:]
        return tuple(blocks[i : i + n] for i in range(0, len(blocks), n))

    def _shape(self) -> Any:
        if len(self.args) < 2 or (len(self.args) - 1) % self.args[0]:
            raise UsageError("a block matrix needs full rows of blocks")
        rows, top = self.grid, self.grid[0]
        for row in rows:
            for b, above in zip(row, top, strict=True):
                need_shape(self, b.is_matrix, "blocks are matrices", b)
                need_shape(self, b.shape[0] == row[0].shape[0], "blocks in a row need equal height", row[0], b)
                need_shape(self, b.shape[1] == above.shape[1], "blocks in a column need equal width", above, b)
        height, width = rows[0][0].shape[0], top[0].shape[1]
        for row in rows[1:]:
            height = height + row[0].shape[0]
        for b in top[1:]:
            width = width + b.shape[1]
        return (height, width)


class D(Term):
    """`D(t; w, v)`: the directional derivative of t with respect to the letter w in direction v, at w."""

    __slots__ = ()
    is_derivative = True
    fields = ("node", "node", "node")

    def _shape(self) -> Any:
        t, w, v = self.args
        need_shape(self, isinstance(w, (Symbol, Member)), "differentiation is with respect to a letter", w)
        need_shape(self, not t.is_statement, "only terms have derivatives", t)
        need_shape(
            self, not v.is_statement and v.shape == w.shape, "the direction needs the shape of the variable", w, v
        )
        if not smooth_in(w.name, t):
            raise NoRule(f"{t!r} is not differentiable in {w!r} everywhere: it has no derivative here", node=t)
        return t.shape


def smooth_in(name: str, node: Node) -> bool:
    """Whether no letter of this name stands inside something that is not smooth, such as a pseudoinverse."""
    rough = [n for n in walk(node) if not n.smooth]
    return not any(isinstance(n, (Symbol, Member, Chain)) and n.name == name for r in rough for n in walk(r))


def matrix(name: str, rows: DimLike, columns: DimLike, *facts: str) -> Term:
    """The matrix symbol `name` of shape rows x columns, with facts such as "symmetric"."""
    return cast(Term, Symbol(check_name(name), (Dim.of(rows), Dim.of(columns)), frozenset(facts)))


def scalar(name: str, *facts: str) -> Term:
    """The scalar symbol `name`."""
    return cast(Term, Symbol(check_name(name), (), frozenset(facts)))


def family(name: str, *shape: DimLike, facts: Sequence[str] = ()) -> Family:
    """A family of letters; dimensions may use the index variable `_`, as in `Dim.member("n", Index.var("_"))`."""
    if len(shape) not in (0, 2):
        raise UsageError("a family has scalar members, or matrices with two dimensions")
    return Family(check_name(name), tuple(Dim.of(d) for d in shape), frozenset(facts))


def norm(a: Term) -> Term:
    """|A|_F, the Euclidean norm of the entries: the square root of their sum of squares."""
    return cast(Term, Elementwise("sqrt", SquaredNorm(a)))


def entries_sum(a: Term) -> Term:
    """The sum of the entries of a matrix, as the inner product with ones."""
    return cast(Term, Inner(Ones(*a.shape), a))


def block(rows: Sequence[Sequence[Term]]) -> Term:
    """The block matrix with these rows of blocks."""
    if len({len(r) for r in rows}) != 1:
        raise UsageError("the rows of a block matrix need the same number of blocks")
    return cast(Term, Block(len(rows[0]), *(b for r in rows for b in r)))
