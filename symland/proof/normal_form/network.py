"""Typed tensor networks: the normal form behind the step `network`. Part of the trusted base.

A term is a sum of products of tensors whose indices are wires. An identity, a diagonal or ones is a wire with its legs;
products, traces, Hadamard and Kronecker products, vec and commutation only say which wires are one and which
are free. Atoms are letters; f(A) entry by entry, named by f and the normal form of A; inverse, determinant and such,
named by the normal form of their argument; embeddings (one index written as several, the rows of a block, a unit
vector); anything else is an atom equal only to itself. A sum in an argument of f is never opened.

Why equal normal forms prove equality. Each operation (`tensors`) keeps the value, at all dimensions, of what is
written down. A key is the product of tensors itself, with its wires numbered (`labelling`), so equal keys are one
tensor whichever numbering was found. An atom named by a form has a value that the values of that form fix. Where
an argument is equal to itself with legs exchanged (f(S), S equal to its transpose), the exchange does not change the
atom, and the least order of its legs is written: all these orders mean one tensor. So the search for canonical
numbers decides only how much is proved: polynomial identities in generic matrices that hold in all dimensions,
not those of fixed dimensions, nor relations between functions, nor inverses.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce, singledispatch
from typing import Any

from symland.errors import SymlandError
from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Node
from symland.proof.normal_form.graphs import Graph
from symland.proof.normal_form.labelling import Work
from symland.proof.normal_form.tensors import Form, Tensors, Terms
from symland.proof.normal_form.words import MAX_NODES, MAX_REPEAT, Coefficient, Scalar, TooLarge, add


class Networks(Tensors):
    """Normal forms over one numbering of atoms. Raises TooLarge rather than computing without end."""

    def __init__(self) -> None:
        super().__init__()
        self._forms: dict[Node, Form] = {}
        self._matrices: dict[Node, Terms] = {}
        self._scalars: dict[Node, Scalar] = {}

    def scalar(self, t: Node) -> Scalar:
        """The normal form of a scalar term. The result is shared: do not change it."""
        out = self._scalars.get(t)
        if out is None:
            form = self._asked(self.form, t)
            out = self._scalars[t] = {monomial: c for (monomial, _), c in form.terms.items()}
        return out

    def matrix(self, t: Node) -> Terms:
        """The normal form of a matrix term, with one wire for rows and one for columns. Shared: do not change it."""
        out = self._matrices.get(t)
        if out is None:
            out = self._matrices[t] = self._asked(self.fused, t).terms
        return out

    def difference(self, a: Node, b: Node) -> dict[Any, Coefficient]:
        """a - b, for two scalars or two matrices of one shape; a fresh dict, empty only if they are equal."""
        if a.shape != b.shape or a.is_statement:
            raise SymlandError(f"{a!r} and {b!r} have no difference")
        out: dict[Any, Coefficient] = {}
        form: Callable[[Node], dict[Any, Coefficient]] = self.scalar if a.is_scalar else self.matrix
        add(out, form(a))
        add(out, form(b), -1)
        return out

    def _asked(self, form: Callable[[Node], Form], t: Node) -> Form:
        """The form, within the limits of one question."""
        self._work = Work()
        try:
            return form(t)
        except RecursionError:
            raise TooLarge("the term is nested too deeply") from None

    def form(self, t: Node) -> Form:
        """The form of a term, with the wires that it has by itself. The result is shared."""
        out = self._forms.get(t)
        if out is None:
            out = self._forms[t] = self.checked(_form(t, self))
            if len(self._forms) > MAX_NODES:
                raise TooLarge("the normal form has too many parts")
        return out

    def fused(self, t: Node) -> Form:
        """The form of a matrix, with one wire for the rows and one for the columns."""
        return self.regroup(self.form(t), *(self.axis(d) for d in t.shape))

    def power(self, factor: Form, exponent: Index, times: Callable[[Form, Form], Form], one: Form) -> Form:
        """The repeated product; `one` if there is no factor."""
        count = exponent.value or 0
        return self.repeated(times, [factor] * count) if count else one

    def repeated(self, times: Callable[[Form, Form], Form], factors: list[Form]) -> Form:
        """The associative product of one or more factors."""
        if len(factors) > 2 and all(len(f.terms) == 1 for f in factors):  # long products of short ones last
            half = len(factors) // 2
            return times(self.repeated(times, factors[:half]), self.repeated(times, factors[half:]))
        return reduce(times, factors)


def _small(count: Index) -> bool:
    return count.value is not None and 0 <= count.value <= MAX_REPEAT


def _number(c: Fraction | int) -> Form:
    value = c.numerator if c.denominator == 1 else c
    return Form((), (), {((), ()): value} if value else {})


def _ones(n: Networks, rows: Dim, columns: Dim) -> Form:
    g = Graph()
    return n.finished(g, [g.wire(k) for k in n.axis(rows)], [g.wire(k) for k in n.axis(columns)])


def _identity(n: Networks, size: Dim) -> Form:
    g = Graph()
    wires = [g.wire(k) for k in n.axis(size)]
    return n.finished(g, wires, wires)


def _reciprocal(t: Node, n: Networks) -> Form:
    """1 ./ A: of a product factor by factor."""
    if isinstance(t, (T.Product, T.Hadamard, T.Scale)) and (t.is_scalar or not isinstance(t, T.Product)):
        times = n.hadamard if isinstance(t, T.Hadamard) else n.kronecker
        return n.repeated(times, [_reciprocal(f, n) for f in t.args])
    if isinstance(t, (T.Power, T.HadamardPower)) and _small(t.args[1]) and t.args[1].value:
        return n.power(_reciprocal(t.args[0], n), t.args[1], n.hadamard if t.is_matrix else n.kronecker, _number(1))
    return _inverted(n.form(t), n)


def _inverted(a: Form, n: Networks) -> Form:
    """1 ./ A. The scalar factors c x y of a single term go before it as (1/c)(1/x)(1/y); a sum names an atom, up to its
    first coefficient."""
    if not a.terms:
        return n.entrywise("reciprocal", a)
    if len(a.terms) > 1:
        first = a.terms[min(a.terms, key=repr)]
        multiple = Form(a.rows, a.columns, {key: c / Fraction(first) for key, c in a.terms.items()})
        return n.kronecker(_number(Fraction(1) / first), n.entrywise("reciprocal", multiple))
    (((monomial, pieces), c),) = a.terms.items()
    factors = tuple(sorted([n.atom(("reciprocal", x)) for x in monomial]))
    before = Form((), (), {(factors, ()): Fraction(1) / c})
    rest = Form(a.rows, a.columns, {((), pieces): 1})
    return n.kronecker(before, rest if n.is_ones(rest) else n.entrywise("reciprocal", rest))


@singledispatch
def _form(t: Node, n: Networks) -> Form:
    """An atom equal only to itself."""
    rows, columns = (n.axis(d) for d in t.shape) if t.is_matrix else ((), ())
    return n.single(n.atom(t), rows, columns)


# -- scalars -----------------------------------------------------------------------------------------------------
@_form.register
def _(t: T.Number, n: Networks) -> Form:
    return _number(t.value)


@_form.register
def _(t: T.IndexScalar, n: Networks) -> Form:
    out = dict(_number(t.args[0].constant).terms)
    add(out, {((n.atom(("index", v)),), ()): c for v, c in t.args[0].coefficients})
    return Form((), (), out)


@_form.register
def _(t: T.DimScalar, n: Networks) -> Form:
    return Form((), (), {(dims, ()): c for dims, c in n.polynomial(t.args[0]).items()})


@_form.register
def _(t: T.Power, n: Networks) -> Form:
    base, k = n.form(t.args[0]), t.args[1]
    return n.power(base, k, n.kronecker, _number(1)) if _small(k) else n.entrywise(("power", k), base)


@_form.register
def _(t: T.Reciprocal, n: Networks) -> Form:
    return _reciprocal(t.args[0], n)


@_form.register
def _(t: T.BoundedProduct, n: Networks) -> Form:
    count = t.hi - t.lo + 1
    if not _small(count):
        return n.single(n.atom(t), (), ())
    return reduce(n.kronecker, [n.form(t.at(t.lo + i)) for i in range(count.value or 0)], _number(1))


@_form.register
def _(t: T.Trace, n: Networks) -> Form:
    def wiring(g: Graph, r: list[int], k: list[int]) -> tuple[list[int], list[int]]:
        n.glue(g, r, k)
        return [], []

    return n.mapped(n.form(t.args[0]), (), (), wiring)


@_form.register(T.Inner)
@_form.register(T.SquaredNorm)
def _(t: Node, n: Networks) -> Form:
    return n.inner(n.form(t.args[0]), n.form(t.args[-1]))


@_form.register
def _(t: T.Determinant, n: Networks) -> Form:
    a = n.fused(t.args[0])
    return n.function("Determinant", a, scalar=True) if a.axes else a


@_form.register(T.LogDeterminant)
@_form.register(T.OperatorNorm)
def _(t: Node, n: Networks) -> Form:
    return n.function(type(t).__name__, n.fused(t.args[0]), scalar=True)


# -- scalars and matrices ----------------------------------------------------------------------------------------
@_form.register
def _(t: T.Sum, n: Networks) -> Form:
    return n.total([n.form(a) for a in t.args])


@_form.register
def _(t: T.BoundedSum, n: Networks) -> Form:
    count = t.hi - t.lo + 1
    rows, columns = (n.axis(d) for d in t.shape) if t.is_matrix else ((), ())
    if not _small(count):
        return n.single(n.atom(t), rows, columns)
    bodies = [n.form(t.at(t.lo + i)) for i in range(count.value or 0)]
    return n.total(bodies) if bodies else Form(rows, columns, {})


@_form.register
def _(t: T.Product, n: Networks) -> Form:
    return n.repeated(n.product, [n.form(a) for a in t.args])


@_form.register
def _(t: T.Elementwise, n: Networks) -> Form:
    if t.function == "reciprocal":
        return _reciprocal(t.argument, n)
    parameters = tuple([tuple(sorted(n.form(p).terms.items())) for p in t.parameters])
    return n.entrywise((t.function, parameters) if parameters else t.function, n.form(t.argument))


# -- matrices ----------------------------------------------------------------------------------------------------
@_form.register
def _(t: T.Zero, n: Networks) -> Form:
    return Form(n.axis(t.args[0]), n.axis(t.args[1]), {})


@_form.register
def _(t: T.Identity, n: Networks) -> Form:
    return _identity(n, t.args[0])


@_form.register
def _(t: T.Ones, n: Networks) -> Form:
    return _ones(n, *t.args)


@_form.register
def _(t: T.UnitVector, n: Networks) -> Form:
    size, i = t.args
    kinds = n.axis(size)
    inside = i.value is not None and i.value <= sum(c for _, c in size)  # whatever the dimensions are
    if not kinds:
        return _number(1) if inside else n.single(n.atom(t), (), ())
    return n.single(n.embedding(("unit", size), i, total=inside), kinds, ())


@_form.register
def _(t: T.Transpose, n: Networks) -> Form:
    return n.transposed(n.form(t.args[0]))


@_form.register(T.Scale)
@_form.register(T.Kronecker)
def _(t: Node, n: Networks) -> Form:
    return n.kronecker(n.form(t.args[0]), n.form(t.args[1]))


@_form.register
def _(t: T.MatrixPower, n: Networks) -> Form:
    base, k = t.args
    if _small(k):
        return n.power(n.form(base), k, n.product, _identity(n, t.shape[0]))
    return n.function(("power", k), n.fused(base))


@_form.register
def _(t: T.Inverse, n: Networks) -> Form:
    a = n.fused(t.args[0])
    return n.function("Inverse", a, flipped=True) if a.axes else _inverted(a, n)


@_form.register
def _(t: T.Pseudoinverse, n: Networks) -> Form:
    return n.function("Pseudoinverse", n.fused(t.args[0]), flipped=True)


@_form.register
def _(t: T.Chain, n: Networks) -> Form:
    if not _small(t.length):
        return n.single(n.atom(t), *(n.axis(d) for d in t.shape))
    members = [n.form(T.Member(t.family, t.top - i)) for i in range(t.length.value or 0)]
    return n.repeated(n.product, members) if members else _identity(n, t.shape[0])


@_form.register
def _(t: T.OrderedProduct, n: Networks) -> Form:
    if not _small(t.length):
        return n.single(n.atom(t), *(n.axis(d) for d in t.shape))
    factors = [n.form(t.at(t.hi - i)) for i in range(t.length.value or 0)]
    return n.repeated(n.product, factors) if factors else _identity(n, t.shape[0])


@_form.register
def _(t: T.Hadamard, n: Networks) -> Form:
    return n.repeated(n.hadamard, [n.form(a) for a in t.args])


@_form.register
def _(t: T.HadamardPower, n: Networks) -> Form:
    base, k = n.form(t.args[0]), t.args[1]
    return n.power(base, k, n.hadamard, _ones(n, *t.shape)) if _small(k) else n.entrywise(("power", k), base)


@_form.register
def _(t: T.Diagonal, n: Networks) -> Form:
    a = n.form(t.args[0])
    return n.mapped(a, n.merged(a.rows, a.columns), (), lambda g, r, k: (n.glue(g, r, k), []))


@_form.register
def _(t: T.DiagonalMatrix, n: Networks) -> Form:
    a = n.form(t.args[0])
    return n.mapped(a, a.rows, a.rows, lambda g, r, k: (r, r))


@_form.register
def _(t: T.DiagonalSelection, n: Networks) -> Form:
    g = Graph()
    wires = [g.wire(k) for k in n.axis(t.args[0])]
    return n.finished(g, wires, wires + wires)


@_form.register
def _(t: T.Vec, n: Networks) -> Form:
    a = n.form(t.args[0])
    r, c = len(a.rows), len(a.columns)
    return Form(a.columns + a.rows, (), n.renumbered(a.terms, [*range(c, c + r), *range(c)]))


@_form.register
def _(t: T.Unvec, n: Networks) -> Form:
    rows, columns = n.axis(t.args[0]), n.axis(t.args[1])
    stacked = n.regroup(n.form(t.args[2]), columns + rows, ())
    r, c = len(rows), len(columns)
    return Form(rows, columns, n.renumbered(stacked.terms, [*range(r, r + c), *range(r)]))


@_form.register
def _(t: T.Commutation, n: Networks) -> Form:
    g = Graph()
    a, b = ([g.wire(k) for k in n.axis(d)] for d in t.args)
    return n.finished(g, a + b, b + a)


@_form.register
def _(t: T.Block, n: Networks) -> Form:
    """The sum of the blocks, each put into its rows and columns."""
    heights = tuple([row[0].shape[0] for row in t.grid])
    widths = tuple([b.shape[1] for b in t.grid[0]])
    rows, columns = (n.axis(d) for d in t.shape)
    out: Terms = {}
    for i, row in enumerate(t.grid):
        left = _rows_of_block(n, heights, i)
        for j, b in enumerate(row):
            part = n.product(n.product(left, n.fused(b)), n.transposed(_rows_of_block(n, widths, j)))
            add(out, n.regroup(part, rows, columns).terms)
    return Form(rows, columns, out)


def _rows_of_block(n: Networks, sizes: tuple[Dim, ...], i: int) -> Form:
    """The columns number i of an identity that is cut into columns of these widths."""
    if len(sizes) == 1:
        return _identity(n, sizes[0])
    label = n.embedding(("block", sizes), Index.of(i), total=True)
    return n.single(label, n.axis(reduce(Dim.__add__, sizes)), n.axis(sizes[i]))
