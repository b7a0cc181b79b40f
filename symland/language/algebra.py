"""Letters, numbers, sums, products and powers: the terms that `+`, `*` and `**` build.

`Sum` and `Product` are n-ary and flat, and only `flat` builds them. A 1 x 1 matrix is not a scalar. No constructor
simplifies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, ClassVar, Union, cast

from symland.errors import ShapeError, UsageError
from symland.language.index import Index, IndexLike, shape_text
from symland.language.nodes import Binder, Family, Lambda, Node, Substitution

TermLike = Union["Term", int, Fraction]


class Term(Node):
    """A scalar or a matrix. `+ - *` build sums and products, `.T` transposes, `**` is a power of a scalar."""

    __slots__ = ()

    def __add__(self, other: TermLike) -> Term:
        return flat(Sum, self, as_term(other))

    def __radd__(self, other: TermLike) -> Term:
        return flat(Sum, as_term(other), self)

    def __sub__(self, other: TermLike) -> Term:
        return flat(Sum, self, negate(as_term(other)))

    def __rsub__(self, other: TermLike) -> Term:
        return flat(Sum, as_term(other), negate(self))

    def __neg__(self) -> Term:
        return negate(self)

    def __mul__(self, other: TermLike) -> Term:
        return times(self, as_term(other))

    def __rmul__(self, other: TermLike) -> Term:
        return times(as_term(other), self)

    def __matmul__(self, other: Term) -> Term:
        return flat(Product, self, other)

    def __truediv__(self, other: TermLike) -> Term:
        divisor = as_term(other)
        inverse = Number(1 / divisor.value) if isinstance(divisor, Number) and divisor.value else Reciprocal(divisor)
        return times(inverse, self)

    def __rtruediv__(self, other: TermLike) -> Term:
        return as_term(other) / self

    def __pow__(self, exponent: IndexLike) -> Term:
        return cast(Term, Power(self, Index.of(exponent)))

    @property
    def T(self) -> Term:
        return cast(Term, Transpose(self))

    writers: ClassVar[Mapping[str, Callable[..., Any]]] = {}  # set in symland/__init__, where writers are known

    def to_latex(self) -> str:
        """LaTeX source of the term."""
        return cast(str, self.writers["latex"](self))

    def to_sympy(self) -> Any:
        """The term as a SymPy expression."""
        return self.writers["sympy"](self)

    def to_numpy(self, functions: Any = None) -> Any:
        """The term as a function of numpy arrays by letter name; see `symland.write.numpy.to_numpy`."""
        return self.writers["numpy"](self, functions)

    def _repr_latex_(self) -> str:
        return f"${self.to_latex()}$"


def need_shape(node: Node, condition: bool, why: str, *parts: Node, hint: str = "") -> None:
    if not condition:
        raise node._fault(why, *parts, hint=hint)


class Symbol(Term):
    """A letter: a scalar, or a matrix of the given shape. Its facts are hypotheses of what uses them."""

    __slots__ = ()
    fields = ("name", "shape", "facts")

    @property
    def name(self) -> str:
        return cast(str, self.args[0])

    @property
    def facts(self) -> frozenset[str]:
        return cast("frozenset[str]", self.args[2])

    def _shape(self) -> Any:
        return self.args[1]

    def substituted(self, sub: Substitution) -> Any:
        shape, new = sub.shape(self.shape), sub.symbols.get(self.name)
        if new is None:
            return Symbol(self.name, shape, self.facts)
        if new.shape != shape:
            raise new._fault(f"it cannot stand for {self.name}, which has shape {shape_text(shape)}", new)
        return new


class Member(Term):
    """The member `W[index]` of a family."""

    __slots__ = ()
    fields = ("family", "index")

    @property
    def family(self) -> Family:
        return cast(Family, self.args[0])

    @property
    def name(self) -> str:
        return self.family.name

    @property
    def index(self) -> Index:
        return cast(Index, self.args[1])

    def _shape(self) -> Any:
        return self.family.shape_at(self.index)

    def substituted(self, sub: Substitution) -> Any:
        new, index = sub.families.get(self.name), sub.index(self.index)
        if isinstance(new, Lambda):
            return sub.member(new, index, sub.shape(self.shape))
        return Member(sub.family(self.family), index)


class Chain(Term):
    """`W[b..a] = W[b] W[b-1] ... W[a]`, the identity for b = a - 1; nothing is said of it for b < a - 1."""

    __slots__ = ()
    fields = ("family", "index", "index")

    @property
    def family(self) -> Family:
        return cast(Family, self.args[0])

    @property
    def name(self) -> str:
        return self.family.name

    @property
    def top(self) -> Index:
        return cast(Index, self.args[1])

    @property
    def bottom(self) -> Index:
        return cast(Index, self.args[2])

    @property
    def length(self) -> Index:
        return self.top - self.bottom + 1

    def _shape(self) -> Any:
        here, below = self.family.shape_at(Index.var("i")), self.family.shape_at(Index.var("i") - 1)
        if len(here) != 2 or here[1] != below[0]:
            raise ShapeError(f"members of {self.name} cannot be multiplied: {here} after {below}")
        if (self.length.value or 0) < 0:
            raise ShapeError(f"the chain {self.name}[{self.top}..{self.bottom}] has negative length")
        return (self.family.shape_at(self.top)[0], self.family.shape_at(self.bottom)[1])


class Zero(Term):
    """The zero matrix."""

    __slots__ = ()
    fields = ("dim", "dim")

    def _shape(self) -> Any:
        return self.args


class Identity(Term):
    """The identity matrix."""

    __slots__ = ()
    fields = ("dim",)

    def _shape(self) -> Any:
        return (self.args[0], self.args[0])


class Number(Term):
    """A rational number."""

    __slots__ = ()
    fields = ("rational",)

    @property
    def value(self) -> Fraction:
        return cast(Fraction, self.args[0])

    def _shape(self) -> Any:
        return ()


class IndexScalar(Term):
    """An index expression used as a number."""

    __slots__ = ()
    fields = ("index",)

    def _shape(self) -> Any:
        return ()


class DimScalar(Term):
    """A dimension used as a number, the trace of an identity."""

    __slots__ = ()
    fields = ("dim",)

    def _shape(self) -> Any:
        return ()


class _Flat(Term):
    __slots__ = ()
    fields = ("*node",)

    @classmethod
    def make(cls, *args: Node) -> Any:
        return flat(cls, *args)


class Sum(_Flat):
    """A flat sum of two or more scalars, or of two or more matrices of one shape."""

    __slots__ = ()

    def _shape(self) -> Any:
        need_shape(self, len(self.args) > 1 and not any(isinstance(t, Sum) for t in self.args), "sums are flat")
        first = self.args[0]
        shape = first.shape
        for t in self.args:
            if t.shape != shape or t.is_statement:
                raise self._fault("terms of a sum need one shape", first, t)
        return shape


class Product(_Flat):
    """A flat product of two or more matrices, or of two or more scalars."""

    __slots__ = ()

    def _shape(self) -> Any:
        need_shape(self, len(self.args) > 1 and not any(isinstance(t, Product) for t in self.args), "products are flat")
        first, rest = self.args[0], self.args[1:]
        if first.is_scalar:
            for t in rest:
                need_shape(self, t.is_scalar, "scalars and matrices multiply by `Scale`", first, t)
            return ()
        need_shape(self, first.is_matrix, "factors are scalars or matrices", first)
        inner, last = first.shape[1], first
        for t in rest:
            if not t.is_matrix or t.shape[0] != inner:
                raise self._fault("columns of the left factor are not the rows of the right one", last, t)
            inner, last = t.shape[1], t
        return (first.shape[0], inner)


class Scale(Term):
    """A scalar times a matrix."""

    __slots__ = ()
    fields = ("node", "node")

    def _shape(self) -> Any:
        need_shape(self, self.args[0].is_scalar and self.args[1].is_matrix, "needs a scalar and a matrix", *self.args)
        return self.args[1].shape


class BoundedSum(Binder, Term):
    """`sum(i, lo..hi, t)` of scalars, or of matrices of one shape; zero for hi < lo."""

    __slots__ = ()

    def _shape(self) -> Any:
        body = self.args[2]
        need_shape(self, not body.is_statement, "needs a term", body)
        fixed = all(self.var not in d.variables for d in body.shape)
        need_shape(self, fixed, "the terms of a sum need one shape", body)
        return body.shape


class BoundedProduct(Binder, Term):
    """`prod(i, lo..hi, s)`, one for hi < lo."""

    __slots__ = ()

    def _shape(self) -> Any:
        need_shape(self, self.args[2].is_scalar, "needs a scalar body", self.args[2])
        return ()


class OrderedProduct(Binder, Term):
    """`prod(i, hi..lo, A) = A(hi) A(hi - 1) ... A(lo)` of matrices, the identity for hi = lo - 1; nothing is said of it
    for hi < lo - 1. Shapes need to fit for every i: the body has as many columns as the body below it has rows."""

    __slots__ = ()

    @property
    def length(self) -> Index:
        return self.hi - self.lo + 1

    def rows_at(self, index: Index) -> Any:
        """How many rows the body has at an index."""
        return self.args[2].shape[0].substitute({}, {self.var: index})

    def _shape(self) -> Any:
        body = self.args[2]
        need_shape(self, body.is_matrix, "needs a matrix body", body)
        fits = body.shape[1] == self.rows_at(Index.var(self.var) - 1)
        need_shape(self, fits, "the columns of a factor are not the rows of the one below it", body)
        if (self.length.value or 0) < 0:
            raise ShapeError(f"the product over {self.hi}..{self.lo} has negative length")
        return (self.rows_at(self.hi), self.rows_at(self.lo - 1))


class Power(Term):
    """A power of a scalar; the exponent is an index expression, nonnegative wherever a rule uses it."""

    __slots__ = ()
    fields = ("node", "index")

    def _shape(self) -> Any:
        need_shape(self, self.args[0].is_scalar, "the base of a power is a scalar", self.args[0])
        if (self.args[1].value or 0) < 0:
            raise ShapeError(f"negative power {self.args[1]}", hint="write 1/s as Reciprocal(s)")
        return ()


class Reciprocal(Term):
    """1/s. Rules use it under the side condition 0 < s."""

    __slots__ = ()
    fields = ("node",)

    def _shape(self) -> Any:
        need_shape(self, self.args[0].is_scalar, "needs a scalar", self.args[0])
        return ()


class OfMatrix(Term):
    """A function of one matrix."""

    __slots__ = ()
    fields = ("node",)

    def _matrix(self) -> Any:
        need_shape(self, self.args[0].is_matrix, "needs a matrix", self.args[0])
        return self.args[0].shape

    def _square(self) -> Any:
        rows, columns = self._matrix()
        need_shape(self, rows == columns, "needs a square matrix", self.args[0])
        return rows, columns


class Transpose(OfMatrix):
    """A^T."""

    __slots__ = ()

    def _shape(self) -> Any:
        return self._matrix()[::-1]


def flat(cls: type[Node], *terms: Node) -> Term:
    """The sum or product of the terms, with nested ones opened; one term alone is itself."""
    out: list[Node] = []
    for t in terms:
        out.extend(t.args if isinstance(t, cls) else (t,))
    return cast(Term, out[0] if len(out) == 1 else cls(*out))


def as_term(value: TermLike) -> Term:
    """A number as a term; a term is itself."""
    if isinstance(value, Term):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise UsageError(f"{value!r} is not a term", hint="numbers are ints or Fractions, never floats")
    return cast(Term, Number(Fraction(value)))


def number(p: int, q: int = 1) -> Term:
    """The rational number p/q."""
    return cast(Term, Number(Fraction(p, q)))


def times(a: Term, b: Term) -> Term:
    """Product of matrices, product of scalars, or scalar times matrix, by the shapes."""
    if a.is_scalar and b.is_matrix:
        return cast(Term, Scale(a, b))
    if a.is_matrix and b.is_scalar:
        return cast(Term, Scale(b, a))
    return flat(Product, a, b)


def negate(a: Term) -> Term:
    """-a, as -1 times a; -(-3) is 3."""
    if isinstance(a, Number) and a.value < 0:
        return cast(Term, Number(-a.value))
    return times(number(-1), a)


def product(*factors: Term) -> Term:
    """The flat product of the factors."""
    return flat(Product, *factors)


def total(*terms: Term) -> Term:
    """The flat sum of the terms."""
    return flat(Sum, *terms)
