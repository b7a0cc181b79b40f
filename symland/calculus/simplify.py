"""Tidying terms for people: identities and zeros dropped, numbers collected, transposes pushed to the letters,
explicit chains unfolded, vecs of columns and Kronecker products with rows and columns written as plain products. Every
use is followed by a `ring` or `network` step that proves the tidy term equal."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import singledispatch
from typing import cast

from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.nodes import Node
from symland.language.terms import Term

ONE = T.number(1)
MINUS_ONE = T.number(-1)
UNIT = Dim.of(1)
LARGEST_WRITTEN = 16  # the largest power of a number that is worked out


def multiply(*factors: Term) -> Term:
    """A product without identity factors, with scalars and signs in front, and zero if a factor is zero."""
    rows, columns = factors[0].shape[0], factors[-1].shape[1]
    flat: list[Term] = []
    coefficient = ONE
    for f in factors:
        parts: list[Term] = [f]
        while parts:
            g = parts.pop(0)
            if isinstance(g, T.Product):
                parts[:0] = g.args
            elif isinstance(g, T.Scale):
                coefficient = scalar_product(coefficient, g.args[0])
                parts.insert(0, g.args[1])
            elif isinstance(g, T.Zero):
                return cast(Term, T.Zero(rows, columns))
            elif isinstance(g, T.Ones) and flat and isinstance(flat[-1], T.Ones):
                count = cast(Term, T.DimScalar(g.shape[0])) if g.shape[0] != UNIT else ONE
                coefficient = scalar_product(coefficient, count)
                flat[-1] = cast(Term, T.Ones(flat[-1].shape[0], g.shape[1]))
            elif not isinstance(g, T.Identity):
                flat.append(g)
            if flat and flat[-1] in (T.Ones(UNIT, UNIT), T.UnitVector(UNIT, Index.of(1))):
                flat.pop()
            if len(flat) > 2 and _selects(*flat[-3:]):  # the principal submatrix of a Kronecker product
                flat[-3:] = [entrywise_product(*flat[-2].args)]
            strip = _strip_of_blocks(*flat[-2:]) if len(flat) > 1 else None
            if strip is not None:
                parts[:0] = [strip]
                del flat[-2:]
    body = T.product(*flat) if flat else cast(Term, T.Identity(rows))
    return scale(coefficient, body)


def _selects(left: Term, middle: Term, right: Term) -> bool:
    """Whether the factors are Psi (A (x) B) Psi', A and B of the size that Psi selects: that is A .* B."""
    if not (isinstance(left, T.DiagonalSelection) and right is left.T and isinstance(middle, T.Kronecker)):
        return False
    size = (left.args[0], left.args[0])
    return all(f.shape == size for f in middle.args)


def _strip_of_blocks(left: Term, right: Term) -> Term | None:
    """The product of two block matrices of which one takes a strip of the other: [I, 0]*[A, B; C, D] = [A, B]."""
    if not (isinstance(left, T.Block) and isinstance(right, T.Block)):
        return None
    if [b.shape[1] for b in left.grid[0]] != [line[0].shape[0] for line in right.grid]:
        return None
    taken = _taken(left.grid[0]) if len(left.grid) == 1 else None
    if taken is not None:
        return _of_blocks([right.grid[taken]])
    taken = _taken([line[0] for line in right.grid]) if len(right.grid[0]) == 1 else None
    return None if taken is None else _of_blocks([[line[taken]] for line in left.grid])


def _of_blocks(grid: Sequence[Sequence[Term]]) -> Term:
    return grid[0][0] if len(grid) == len(grid[0]) == 1 else T.block(grid)


def _taken(strip: Sequence[Term]) -> int | None:
    """The place of the identity in a strip of zeros and one identity; None for any other strip."""
    places = [k for k, b in enumerate(strip) if isinstance(b, T.Identity)]
    return places[0] if len(places) == 1 and all(isinstance(b, (T.Identity, T.Zero)) for b in strip) else None


def scale(c: Term, a: Term) -> Term:
    """c times the matrix a."""
    if isinstance(a, T.Scale):
        c, a = scalar_product(c, a.args[0]), a.args[1]
    if isinstance(a, T.Zero) or c is T.number(0):
        return cast(Term, T.Zero(*a.shape))
    return a if c is ONE else cast(Term, T.Scale(c, a))


def scalar_product(*factors: Term) -> Term:
    """A product of scalars with the numbers collected in front, and equal factors as powers."""
    value = Fraction(1)
    powers: dict[Term, Index] = {}
    for f in factors:
        for g in f.args if isinstance(f, T.Product) else (f,):
            if isinstance(g, T.Number):
                value *= g.value
                continue
            base, k = g.args if isinstance(g, T.Power) and g.args[1].value else (g, Index.of(1))
            powers[base] = powers.get(base, Index.of(0)) + k
    rest = [base if k == Index.of(1) else cast(Term, T.Power(base, k)) for base, k in powers.items()]
    if not value or not rest:
        return cast(Term, T.Number(value))
    return T.product(*rest) if value == 1 else T.product(cast(Term, T.Number(value)), *rest)


def add(*terms: Term) -> Term:
    """A sum without zeros; terms that differ in a number only are collected where the first of them stands."""
    shape = terms[0].shape
    collected: dict[Term, Fraction] = {}
    for t in terms:
        for s in t.args if isinstance(t, T.Sum) else (t,):
            if not isinstance(s, T.Zero):
                value, rest = split_number(s)
                collected[rest] = collected.get(rest, Fraction(0)) + value
    constant = collected.pop(ONE, Fraction(0))
    kept = [times_number(value, rest) for rest, value in collected.items() if value]
    if constant:
        kept.append(cast(Term, T.Number(constant)))
    if kept:
        return T.total(*kept)
    return cast(Term, T.Zero(*shape)) if shape else T.number(0)


def split_number(t: Term) -> tuple[Fraction, Term]:
    """A term as a number times the rest."""
    if isinstance(t, T.Number):
        return t.value, ONE
    if isinstance(t, T.Product) and isinstance(t.args[0], T.Number):
        return t.args[0].value, T.product(*t.args[1:])
    if isinstance(t, T.Scale):
        value, rest = split_number(t.args[0])
        return value, scale(rest, t.args[1])
    return Fraction(1), t


def times_number(value: Fraction, t: Term) -> Term:
    """The number times the term."""
    c = cast(Term, T.Number(value))
    return scale(c, t) if t.is_matrix else scalar_product(c, t)


def transpose(a: Term) -> Term:
    """The transpose, pushed through products, multiples and transposes; a sum keeps its bracket, and a sum that is its
    own transpose stays."""
    if isinstance(a, T.Transpose):
        return cast(Term, a.args[0])
    if isinstance(a, T.Product):
        return T.product(*(transpose(f) for f in reversed(a.args)))
    if isinstance(a, T.Scale):
        return cast(Term, T.Scale(a.args[0], transpose(a.args[1])))
    if isinstance(a, T.Identity):
        return a
    if isinstance(a, (T.Zero, T.Ones)):
        return cast(Term, type(a)(*a.shape[::-1]))
    if isinstance(a, T.DiagonalMatrix) or a.shape == (UNIT, UNIT):
        return a
    if isinstance(a, T.Hadamard) and a.shape[0] == UNIT:
        return T.hadamard(*(transpose(f) for f in a.args))
    if isinstance(a, T.HadamardPower) and a.shape[0] == UNIT:
        return cast(Term, T.HadamardPower(transpose(a.args[0]), a.args[1]))
    if isinstance(a, T.Elementwise) and a.shape[0] == UNIT:
        return cast(Term, T.Elementwise(a.function, transpose(a.argument), *a.parameters))
    if isinstance(a, T.Kronecker):
        return cast(Term, T.Kronecker(*(transpose(f) for f in a.args)))
    if isinstance(a, T.Block):
        return T.block([[transpose(b) for b in column] for column in zip(*a.grid, strict=True)])
    if isinstance(a, T.Inverse) and transpose(a.args[0]) is a.args[0]:
        return a
    if isinstance(a, T.Sum) and {transpose(t) for t in a.args} == set(a.args):
        return a
    return a.T


def entrywise_product(*factors: Term) -> Term:
    """A Hadamard product without factors of ones, with scalars in front, equal factors as powers, reciprocals last."""
    c = ONE
    powers: dict[Term, Index] = {}
    for f in factors:
        s, rest = split_scalar(f)
        c = scalar_product(c, s)
        for g in rest.args if isinstance(rest, T.Hadamard) else (rest,):
            s, g = split_scalar(g)
            c = scalar_product(c, s)
            if isinstance(g, T.Zero):
                return g
            base, k = g.args if isinstance(g, T.HadamardPower) else (g, Index.of(1))
            if not isinstance(g, T.Ones) and g is not T.Identity(UNIT):
                powers[base] = powers.get(base, Index.of(0)) + k
    parts = [b if k == Index.of(1) else cast(Term, T.HadamardPower(b, k)) for b, k in powers.items()]
    parts.sort(key=lambda t: is_reciprocal(t.args[0] if isinstance(t, T.HadamardPower) else t))
    return scale(c, T.hadamard(*parts) if parts else cast(Term, T.Ones(*factors[0].shape)))


def is_reciprocal(t: Node) -> bool:
    """Whether the term is 1 ./ A."""
    return isinstance(t, T.Elementwise) and t.function == "reciprocal"


def split_scalar(a: Term) -> tuple[Term, Term]:
    """A matrix as a scalar times the rest."""
    return (a.args[0], a.args[1]) if isinstance(a, T.Scale) else (ONE, a)


def is_scalar_matrix(a: Term) -> bool:
    """Whether the matrix is 1 x 1 and not just the identity."""
    return bool(a.shape == (UNIT, UNIT)) and not isinstance(a, T.Identity)


def kronecker(a: Term, b: Term) -> Term:
    """A (x) B, as a plain product where a factor is 1 x 1, or one is a row and the other a column."""
    c = ONE
    factors = []
    for f in (a, b):
        s, f = split_scalar(f)
        if is_scalar_matrix(f):
            s, f = scalar_product(s, tidy(T.Trace(f))), cast(Term, T.Identity(UNIT))
        c = scalar_product(c, s)
        factors.append(f)
    a, b = factors
    if isinstance(a, T.Zero) or isinstance(b, T.Zero):
        return cast(Term, T.Zero(a.shape[0] * b.shape[0], a.shape[1] * b.shape[1]))
    if a.shape == (UNIT, UNIT) or b.shape == (UNIT, UNIT):
        return scale(c, b if a.shape == (UNIT, UNIT) else a)
    if isinstance(a, T.Identity) and isinstance(b, T.Identity):
        return scale(c, cast(Term, T.Identity(a.shape[0] * b.shape[0])))
    if a.shape[0] == UNIT and b.shape[1] == UNIT:
        return scale(c, multiply(b, a))
    if a.shape[1] == UNIT and b.shape[0] == UNIT:
        return scale(c, multiply(a, b))
    return scale(c, cast(Term, T.Kronecker(a, b)))


def reciprocal(s: Term) -> Term:
    """1/s, for a product and a power factor by factor."""
    if isinstance(s, T.Number) and s.value:
        return cast(Term, T.Number(1 / s.value))
    if isinstance(s, T.Product):
        return scalar_product(*map(reciprocal, s.args))
    if isinstance(s, T.Power) and s.args[1].value:
        return cast(Term, T.Power(reciprocal(s.args[0]), s.args[1]))
    return cast(Term, T.Reciprocal(s))


def entry_reciprocals(a: Term) -> Term:
    """1 ./ A, for a multiple and an entrywise product factor by factor."""
    if isinstance(a, T.Scale):
        return scale(reciprocal(a.args[0]), entry_reciprocals(a.args[1]))
    if isinstance(a, T.Hadamard):
        return entrywise_product(*map(entry_reciprocals, a.args))
    if isinstance(a, T.HadamardPower) and a.args[1].value:
        return cast(Term, T.HadamardPower(entry_reciprocals(a.args[0]), a.args[1]))
    return a if isinstance(a, T.Ones) else cast(Term, T.Elementwise("reciprocal", a))


def unstacked(c: Term, rows: Dim, columns: Dim) -> Term:
    """The matrix of this shape whose vec is the column c."""
    if columns == UNIT:
        return c
    if isinstance(c, T.Vec) and c.args[0].shape == (rows, columns):
        return cast(Term, c.args[0])
    if isinstance(c, T.Sum):
        return add(*(unstacked(t, rows, columns) for t in c.args))
    if isinstance(c, T.Scale):
        return scale(c.args[0], unstacked(c.args[1], rows, columns))
    if isinstance(c, T.Zero):
        return cast(Term, T.Zero(rows, columns))
    return cast(Term, T.Unvec(rows, columns, c))


Memo = dict[Node, Term]


def tidy(t: Node, memo: Memo | None = None) -> Term:
    """The term with every sum and product inside tidied; `memo` keeps results between calls."""
    memo = {} if memo is None else memo
    out = memo.get(t)
    if out is None:
        out = memo[t] = _tidy(t, memo)
    return out


@singledispatch
def _tidy(t: Node, memo: Memo) -> Term:
    return cast(Term, t.make(*(tidy(a, memo) if isinstance(a, Node) else a for a in t.args)))


@_tidy.register(T.Sum)
def _(t: Node, memo: Memo) -> Term:
    return add(*(tidy(a, memo) for a in t.args))


@_tidy.register(T.Product)
def _(t: Node, memo: Memo) -> Term:
    args = [tidy(a, memo) for a in t.args]
    return scalar_product(*args) if t.is_scalar else multiply(*args)


@_tidy.register(T.Scale)
def _(t: Node, memo: Memo) -> Term:
    return scale(tidy(t.args[0], memo), tidy(t.args[1], memo))


@_tidy.register(T.Transpose)
def _(t: Node, memo: Memo) -> Term:
    return transpose(tidy(t.args[0], memo))


@_tidy.register(T.Inner)
def _(t: Node, memo: Memo) -> Term:
    a, b = tidy(t.args[0], memo), tidy(t.args[1], memo)
    if isinstance(a, T.Zero) or isinstance(b, T.Zero):
        return T.number(0)
    (c, a), (e, b) = split_scalar(a), split_scalar(b)
    if isinstance(a, T.Kronecker) and isinstance(b, T.Kronecker) and _alike(a, b):
        pairs = zip(a.args, b.args, strict=True)
        return scalar_product(c, e, *(tidy(T.Inner(x, y)) for x, y in pairs))
    return scalar_product(c, e, cast(Term, T.Inner(a, b)))


def _alike(a: T.Kronecker, b: T.Kronecker) -> bool:
    return [f.shape for f in a.args] == [f.shape for f in b.args]


@_tidy.register(T.SquaredNorm)
def _(t: Node, memo: Memo) -> Term:
    a = tidy(t.args[0], memo)
    if isinstance(a, T.Kronecker):
        return scalar_product(*(cast(Term, T.SquaredNorm(f)) for f in a.args))
    return cast(Term, T.SquaredNorm(a))


@_tidy.register(T.Trace)
def _(t: Node, memo: Memo) -> Term:
    c, a = split_scalar(tidy(t.args[0], memo))
    if isinstance(a, T.Zero):
        return T.number(0)
    if isinstance(a, T.Kronecker) and all(f.shape[0] == f.shape[1] for f in a.args):
        return scalar_product(c, *(tidy(T.Trace(f)) for f in a.args))
    if isinstance(a, T.Identity):
        return scalar_product(c, ONE if a.shape[0] == UNIT else cast(Term, T.DimScalar(a.shape[0])))
    return scalar_product(c, cast(Term, T.Trace(a)))


@_tidy.register(T.Hadamard)
def _(t: Node, memo: Memo) -> Term:
    return entrywise_product(*(tidy(a, memo) for a in t.args))


@_tidy.register(T.HadamardPower)
@_tidy.register(T.MatrixPower)
def _(t: Node, memo: Memo) -> Term:
    base, k = tidy(t.args[0], memo), t.args[1]
    if k.value == 0:
        return cast(Term, T.Ones(*t.shape) if isinstance(t, T.HadamardPower) else T.Identity(t.shape[0]))
    if k.value == 1:
        return base
    c, a = split_scalar(base)
    if c is not ONE and k.value is not None:
        known = isinstance(c, T.Number) and k.value <= LARGEST_WRITTEN
        factor = T.Number(cast(T.Number, c).value ** k.value) if known else tidy(T.Power(c, k))
        return scale(cast(Term, factor), tidy(type(t)(a, k), memo))
    return cast(Term, type(t)(base, k))


@_tidy.register(T.Diagonal)
@_tidy.register(T.DiagonalMatrix)
def _(t: Node, memo: Memo) -> Term:
    c, a = split_scalar(tidy(t.args[0], memo))
    if isinstance(a, T.Zero):
        return cast(Term, T.Zero(*t.shape))
    if isinstance(t, T.Diagonal):
        a = cast(Term, a.args[0]) if isinstance(a, T.Transpose) else a
        out = a.args[0] if isinstance(a, T.DiagonalMatrix) else T.Diagonal(a)
        return scale(c, cast(Term, T.Ones(*t.shape) if isinstance(a, T.Identity) else out))
    return scale(c, cast(Term, T.Identity(t.shape[0]) if isinstance(a, T.Ones) else T.DiagonalMatrix(a)))


@_tidy.register(T.Commutation)
def _(t: Node, memo: Memo) -> Term:
    return cast(Term, T.Identity(t.shape[0]) if UNIT in t.args else t)


@_tidy.register(T.Chain)
def _(t: T.Chain, memo: Memo) -> Term:
    length = t.length.value
    if length is None:
        return t
    if length == 0:
        return cast(Term, T.Identity(t.shape[0]))
    return T.product(*(cast(Term, T.Member(t.family, t.top - i)) for i in range(length)))


@_tidy.register(T.OrderedProduct)
def _(t: T.OrderedProduct, memo: Memo) -> Term:
    length = t.length.value
    if length is None:
        return t
    if length == 0:
        return cast(Term, T.Identity(t.shape[0]))
    return multiply(*(tidy(t.at(t.hi - i), memo) for i in range(length)))


@_tidy.register(T.IndexScalar)
def _(t: Node, memo: Memo) -> Term:
    value = cast(Index, t.args[0]).value
    return cast(Term, t) if value is None else T.number(value)


@_tidy.register(T.Power)
def _(t: Node, memo: Memo) -> Term:
    exponent = t.args[1]
    if exponent.value is None:
        return cast(Term, t)
    base = tidy(t.args[0], memo)
    if exponent.value in (0, 1):
        return base if exponent.value else ONE
    return cast(Term, T.Power(base, exponent))


@_tidy.register(T.Vec)
def _(t: Node, memo: Memo) -> Term:
    a = tidy(t.args[0], memo)
    if a.is_scalar:
        return cast(Term, T.Vec(a))
    c, a = split_scalar(a)
    if isinstance(a, T.Zero):
        return cast(Term, T.Zero(*t.shape))
    return scale(c, a if a.shape[1] == UNIT else a.T if a.shape[0] == UNIT else cast(Term, T.Vec(a)))


@_tidy.register(T.Kronecker)
def _(t: Node, memo: Memo) -> Term:
    return kronecker(tidy(t.args[0], memo), tidy(t.args[1], memo))


@_tidy.register(T.Reciprocal)
def _(t: Node, memo: Memo) -> Term:
    return reciprocal(tidy(t.args[0], memo))


@_tidy.register(T.Elementwise)
def _(t: T.Elementwise, memo: Memo) -> Term:
    args = [tidy(a, memo) for a in t.args[1:]]
    return entry_reciprocals(args[0]) if is_reciprocal(t) else cast(Term, T.Elementwise(t.function, *args))


@_tidy.register(T.Unvec)
def _(t: Node, memo: Memo) -> Term:
    return unstacked(tidy(t.args[2], memo), *t.args[:2])


def tidy_matrix(product: Term) -> Term:
    """A product H vec(U) with H tidy."""
    return T.product(tidy(T.product(*product.args[:-1])), product.args[-1])


# Letters, and sums and products over an index, whose bodies no normal form opens.
@_tidy.register(T.Symbol)
@_tidy.register(T.Member)
@_tidy.register(T.Number)
@_tidy.register(T.BoundedSum)
@_tidy.register(T.BoundedProduct)
def _(t: Node, memo: Memo) -> Term:
    return cast(Term, t)
