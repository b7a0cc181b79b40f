"""Pieces -> terms, once it is decided which letters are scalars, columns and matrices: shapes are unified on the way,
and 1 x 1 products become scalars where a scalar is wanted. What does not fit is a `Clash`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, cast

from symland.errors import ParseError, ShapeError, SymlandError
from symland.language import terms as T
from symland.language.index import PLACE, Dim, Index, Shape, shape_text
from symland.language.nodes import Family, Substitution
from symland.read.declarations import MATRIX, SCALAR, SQUARE_FACTS, Letter, dim_of, index_of
from symland.read.shapes import ONE, Unifier, named, readable_names
from symland.read.source import Source
from symland.read.syntax import Piece, number_of, pieces

UNIT = (ONE, ONE)
MAX_TERM_DEPTH = 100  # of a term: everything that follows a term downward recurs this often


@dataclass
class Setting:
    """What is known of the names in a text before shapes are inferred."""

    source: Source
    letters: dict[str, Letter]
    dims: set[str] = field(default_factory=set)
    indices: set[str] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)  # names that stand transposed somewhere, as no scalar does


class Value:
    """A part of the text with its shape, in which dimensions may be unknown, and how to make its term from others."""

    __slots__ = ("args", "depth", "make", "number", "piece", "shape", "term")

    def __init__(self, piece: Piece, shape: Shape, make: Callable[..., Any], args: tuple[Value, ...]) -> None:
        self.piece, self.shape, self.make, self.args = piece, shape, make, args
        self.depth: int = 1 + max((a.depth for a in args), default=0)
        self.number: Fraction | None = None  # of a literal number
        self.term: T.Term | None = None

    @property
    def is_scalar(self) -> bool:
        return self.shape == ()

    @property
    def is_unit(self) -> bool:
        """Whether this is a 1 x 1 matrix."""
        return self.shape == UNIT

    @property
    def is_boxed(self) -> bool:
        """Whether this is a scalar that was made a matrix."""
        return self.make is T.Vec and self.args[0].is_scalar


class Clash(Exception):
    """Parts that do not fit, with one choice of kinds; `Elaborator.explain` makes the ShapeError of it."""

    def __init__(self, why: str, *values: Value, hint: str = "") -> None:
        self.why, self.values, self.hint = why, values, hint


class Elaborator:
    """One reading of the pieces: the kind of every undeclared letter is given."""

    def __init__(self, setting: Setting, kinds: Mapping[str, str], odd: frozenset[str] = frozenset()) -> None:
        self.setting, self.source, self.kinds = setting, setting.source, kinds
        self.odd = odd  # the scalars that the convention does not have
        self.coefficients: set[Piece] = set()  # capitals that may be scalars where they stand
        self.unifier = Unifier()
        self.values: list[Value] = []
        self.notes: dict[str, None] = {}
        self.shapes: dict[str, Shape] = {}  # of letters and of members of families, in order of appearance
        self.exponents: set[str] = set()  # names that are indices because they stand above a matrix
        self.bound: list[str] = []
        self.names: dict[str, Dim] = {}

    # -- values -----------------------------------------------------------------------------------------------
    def value(self, piece: Piece, shape: Shape, make: Callable[..., Any], *args: Value) -> Value:
        """A new value; values are made in the order in which their terms will be."""
        out = Value(piece, self.unifier.shape(shape), make, args)
        if out.depth > MAX_TERM_DEPTH:
            raise self.source.fault_at(f"operations inside one another more than {MAX_TERM_DEPTH} deep", piece)
        self.values.append(out)
        return out

    def number(self, piece: Piece, number: Fraction) -> Value:
        """A literal number."""
        out = self.value(piece, (), partial(T.number, number.numerator, number.denominator))
        out.number = number
        return out

    def note(self, text: str) -> None:
        self.notes[text] = None

    def scalar(self, v: Value, why: str, hint: str = "") -> Value:
        """The value as a scalar: a 1 x 1 matrix becomes its entry."""
        if v.is_scalar:
            return v
        if v.is_unit:
            return v.args[0] if v.is_boxed else self.value(v.piece, (), T.Trace, v)
        raise Clash(why, v, hint=hint)

    def matrix(self, v: Value, why: str = "a matrix is needed", hint: str = "") -> Value:
        if v.is_scalar:
            raise Clash(why, v, hint=hint)
        return v

    def operand(self, p: Piece) -> Value:
        """The value of what a function of matrices is applied to: a letter there does not depart to a scalar."""
        q = p.bare()
        if q.kind == "name" and q.value in self.odd:
            self.no_scalar(q)
        return self.read(p)

    def no_scalar(self, p: Piece) -> None:
        raise Clash(f"{p.value} cannot be a scalar here", Value(p, (), T.Number, ()))

    def square(self, v: Value, why: str) -> Value:
        self.matrix(v, why)
        if not self.unifier.equal(v.shape[0], v.shape[1], v):
            raise Clash(why, v)
        return v

    def same(self, a: Value, b: Value, why: str, hint: str = "") -> None:
        """Makes two shapes equal."""
        if not self.unifier.equal_shapes(a.shape, b.shape, (a, b)):
            raise Clash(why, a, b, hint=hint)

    def dim(self, d: Dim) -> Dim:
        """A dimension after everything is solved: with names for what is still free."""
        return named(self.unifier.dim(d), self.names)

    def ones(self, piece: Piece, shape: Shape, number: Fraction = Fraction(1)) -> Value:
        """The matrix with this number in every entry."""

        def make() -> T.Term:
            rows, columns = map(self.dim, shape)
            if number == 0:
                return cast(T.Term, T.Zero(rows, columns))
            ones = cast(T.Term, T.Ones(rows, columns))
            return ones if number == 1 else T.times(T.number(*number.as_integer_ratio()), ones)

        return self.value(piece, shape, make)

    # -- finishing --------------------------------------------------------------------------------------------
    def finish(self, root: Value, taken: set[str]) -> T.Term:
        """The term, after the remaining equations between sizes are solved and free sizes have names."""
        left = self.unifier.solve()
        if left is not None:
            values = [v for v in (left[2] if isinstance(left[2], tuple) else (left[2],)) if isinstance(v, Value)]
            raise Clash("the sizes do not determine each other", *values, hint="declare the shapes of these letters")
        for place in self.unifier.matched:
            if isinstance(place, tuple):
                quotes = " and ".join(self.source.quote(v.piece) for v in place)
                self.note(f"the sizes of {quotes} are matched factor by factor")
        needed: set[Value] = set()
        stack = [root]
        while stack:
            v = stack.pop()
            if v not in needed:
                needed.add(v)
                stack.extend(v.args)
        letters = [d for s in self.shapes.values() for d in s]
        free = [self.unifier.dim(d) for d in [*letters, *(d for v in self.values if v in needed for d in v.shape)]]
        self.names = readable_names(free, taken)
        for v in self.values:
            if v in needed:
                v.term = self._made(v)
        return cast(T.Term, root.term)

    def _made(self, v: Value) -> T.Term:
        try:
            return cast(T.Term, v.make(*(a.term for a in v.args)))
        except SymlandError as e:
            if isinstance(e, ParseError):
                raise
            marker = self.source.marker((v.piece.start, v.piece.end))
            raise ShapeError(f"{e.message} ({self.source.where(v.piece)})\n{marker}", hint=e.hint) from None

    def explain(self, clash: Clash) -> ShapeError:
        """The error of a clash: both parts, marked in the text, with their shapes."""
        shapes = [self.unifier.shape(v.shape) for v in clash.values]
        known = [self.unifier.dim(d) for s in [*self.shapes.values(), *shapes] for d in s]
        names = readable_names(known, self.taken())
        shapes = [tuple(named(d, names) for d in s) for s in shapes]
        quotes = [self.source.quote(v.piece) for v in clash.values]
        width = max(map(len, quotes), default=0)
        lines = [f"{clash.why} ({self.source.where(clash.values[0].piece)})"]
        lines.append(self.source.marker(*((v.piece.start, v.piece.end) for v in clash.values)))
        for q, s in zip(quotes, shapes, strict=True):
            lines.append(f"    {q:<{width}}  is {shape_text(s)}" + (", by convention" if q in self.kinds else ""))
        return ShapeError("\n".join(lines), parts=tuple(quotes), shapes=tuple(shapes), hint=clash.hint)

    def taken(self) -> set[str]:
        """The names that a size cannot have."""
        s = self.setting
        return set(s.letters) | s.dims | s.indices | s.functions | s.families | set(self.shapes) | set(self.kinds)

    # -- pieces -----------------------------------------------------------------------------------------------
    def read(self, p: Piece) -> Value:
        """The value of a piece."""
        return cast(Value, getattr(self, f"_{p.kind}")(p))

    def _parenthesis(self, p: Piece) -> Value:
        return self.read(p.parts[0])

    def _number(self, p: Piece) -> Value:
        return self.number(p, number_of(p))

    def _sum(self, p: Piece) -> Value:
        from symland.read.operations import read_sum

        index = self.index_scalar(p)
        return index if index is not None else read_sum(self, p)

    def _chain(self, p: Piece) -> Value:
        from symland.read.operations import read_chain

        index = self.index_scalar(p)
        return index if index is not None else read_chain(self, p, 1)

    _sign = _chain

    def _power(self, p: Piece) -> Value:
        from symland.read.operations import read_power

        return read_power(self, p)

    def _call(self, p: Piece) -> Value:
        from symland.read.calls import read_call

        return read_call(self, p)

    def _transpose(self, p: Piece) -> Value:
        a = self.operand(p.parts[0])
        return a if a.is_scalar else self.value(p, (a.shape[1], a.shape[0]), T.Transpose, a)

    def _inner(self, p: Piece) -> Value:
        a, b = (self.matrix(self.read(q), "an inner product needs two matrices") for q in p.parts)
        self.same(a, b, "an inner product needs two matrices of one shape")
        return self.value(p, (), T.Inner, a, b)

    def _range(self, p: Piece) -> Value:
        raise self.source.fault_at("a range cannot stand here", p, "chains are written W[L..1], sums sum(i, 1..n, s)")

    def _block(self, p: Piece) -> Value:
        rows: list[list[Value]] = [[]]
        for k, part in enumerate(p.parts):
            if k and p.value[k - 1] == ";":
                rows.append([])
            b = self.read(part)
            if b.is_scalar:
                b = self.value(part, UNIT, T.Vec, b)
                if len(p.parts) == 1:  # [s]
                    return b
            rows[-1].append(b)
        for row in rows:
            if len(row) != len(rows[0]):
                raise self.source.fault_at("the rows of a block matrix have different numbers of blocks", p)
            for b, above in zip(row, rows[0], strict=True):
                if not self.unifier.equal(row[0].shape[0], b.shape[0], (row[0], b)):
                    raise Clash("blocks in a row need equal height", row[0], b)
                if not self.unifier.equal(above.shape[1], b.shape[1], (above, b)):
                    raise Clash("blocks in a column need equal width", above, b)
        height, width = rows[0][0].shape[0], rows[0][0].shape[1]
        for row in rows[1:]:
            height = height + row[0].shape[0]
        for b in rows[0][1:]:
            width = width + b.shape[1]
        return self.value(p, (height, width), partial(T.Block, len(rows[0])), *(b for row in rows for b in row))

    # -- names ------------------------------------------------------------------------------------------------
    def _name(self, p: Piece) -> Value:
        name, s = p.value, self.setting
        if self.is_index(name):
            return self.value(p, (), partial(T.IndexScalar, Index.var(name)))
        member = self.member_of(name)
        if member is not None:
            return self.member(p, *member)
        if name in s.letters or name in self.kinds:
            return self.letter(p, name)
        if name in s.dims:
            return self.value(p, (), partial(T.DimScalar, Dim.symbol(name)))
        if name == "I":
            self.note("I is read as the identity matrix; declare I to use it as a letter")
        n = self.unifier.unknown()
        return self.value(p, (n, n), lambda: T.Identity(self.dim(n)))  # eye, or I

    def is_index(self, name: str) -> bool:
        return name in self.bound or name in self.setting.indices

    def member_of(self, name: str) -> tuple[str, Index] | None:
        """(W, 3) for W3, if W is a family and W3 is no letter."""
        base = name.rstrip("0123456789")
        if base == name or name in self.setting.letters or base not in self.setting.families:
            return None
        return base, Index.of(int(name[len(base) :]))

    def letter(self, p: Piece, name: str) -> Value:
        """An occurrence of a letter."""
        if name in self.setting.families:
            raise self.source.fault_at(f"{name} is a family of letters", p, hint=f"a member is {name}[l] or {name}1")
        if name in self.odd and name[0].isupper() and p not in self.coefficients:
            self.no_scalar(p)
        return self.value(p, self.letter_shape(name), lambda: self.symbol(name))

    def letter_shape(self, name: str) -> Shape:
        if name not in self.shapes:
            declared = self.setting.letters.get(name, Letter(""))
            kind = declared.kind or self.kinds[name]
            rows = self.unifier.unknown()
            square = declared.facts & SQUARE_FACTS
            columns = ONE if kind != MATRIX else rows if square else self.unifier.unknown()
            shape = () if kind == SCALAR else (rows, columns)
            self.shapes[name] = declared.shape if declared.shape is not None else shape
        return self.shapes[name]

    def symbol(self, name: str) -> T.Term:
        """The letter, after everything is solved."""
        shape = tuple(map(self.dim, self.shapes[name]))
        return cast(T.Term, T.Symbol(name, shape, self.setting.letters.get(name, Letter("")).facts))

    def family(self, name: str) -> Family:
        """The family, after everything is solved."""
        facts = self.setting.letters.get(name, Letter("")).facts
        return Family(name, tuple(map(self.dim, self.letter_shape(name))), facts)

    def member(self, p: Piece, name: str, index: Index) -> Value:
        place = Substitution(indices={PLACE: index})
        shape = tuple(place.dim(d) for d in self.letter_shape(name))
        return self.value(p, shape, lambda: T.Member(self.family(name), index))

    def _subscript(self, p: Piece) -> Value:
        base, *indices = p.parts
        name = base.value if base.kind == "name" else ""
        if name in self.setting.families:
            if len(indices) != 1:
                raise self.source.fault_at(f"{name} is a family of letters: {name}[l] is one of them", p)
            if indices[0].kind == "range":
                return self._chain_of(p, name, *indices[0].parts)
            return self.member(p, name, self.index(indices[0]))
        if self.is_dim(name) and len(indices) == 1:
            return self.value(p, (), partial(T.DimScalar, dim_of(self.source, p)))
        a = self.matrix(self.read(base), "only matrices, columns and families have entries")
        if len(indices) == 1 and a.shape[1] == ONE:
            self.note(f"{self.source.quote(p)} is read as an entry of a column, counted from 1")
            indices.append(Piece("number", [], "1", p.end, p.end))
        if len(indices) != 2:
            raise self.source.fault_at("an entry of a matrix has two indices", p, hint="X[i, j], counted from 1")
        i, j = map(self.index, indices)
        return self.value(p, (), lambda t: T.entry(t, i, j), a)

    def _chain_of(self, p: Piece, name: str, top: Piece, bottom: Piece) -> Value:
        hi, lo = self.falling(p, top, bottom)
        shape = self.letter_shape(name)
        if len(shape) != 2:
            raise self.source.fault_at(f"the members of {name} are scalars, which have no chain", p)
        at, below = Substitution(indices={PLACE: hi}), Substitution(indices={PLACE: lo})
        if not any(d.variables for d in shape) and not self.unifier.equal(*shape):
            raise Clash(f"the members of {name} cannot be multiplied", Value(p, shape, T.Zero, ()))
        if name not in self.setting.letters:
            self.note(f"the members of {name} are read as square matrices of one size; declare {name}[l] to change it")
        return self.value(p, (at.dim(shape[0]), below.dim(shape[1])), lambda: T.Chain(self.family(name), hi, lo))

    def falling(self, p: Piece, top: Piece, bottom: Piece) -> tuple[Index, Index]:
        """The ends of a product of matrices, whose indices fall from left to right."""
        hi, lo = self.index(top), self.index(bottom)
        span = hi.plus(lo, -1).coefficients
        if span and all(c < 0 for _, c in span):
            hint = f"from {lo} down to {hi}: {lo}..{hi}; for the other order transpose, W[L..1]' = W1'*...*WL'"
            raise self.source.fault_at("the indices of a product of matrices fall from left to right", p, hint)
        return hi, lo

    # -- indices ----------------------------------------------------------------------------------------------
    def index(self, p: Piece) -> Index:
        """A piece as an index expression; its names are indices, and nothing else."""
        out = index_of(self.source, p)
        for name in out.variables:
            if not self.is_index(name):
                raise self.source.fault_at(f"{name} is used as an index here, and as something else elsewhere", p)
        return out

    def index_scalar(self, p: Piece) -> Value | None:
        """The value of an expression in indices, such as l - 1, or in dimensions, such as n*m; None for others."""
        names = list(affine_names(p))
        if not names or None in names:
            return None
        if all(self.is_index(str(n)) for n in names):
            return self.value(p, (), partial(T.IndexScalar, index_of(self.source, p))) if _is_index(p) else None
        if all(self.is_dim(str(n)) for n in names) and _is_dim(p):
            return self.value(p, (), partial(T.DimScalar, dim_of(self.source, p)))
        return None

    def is_dim(self, name: str) -> bool:
        """Whether the name stands for a dimension and for nothing else."""
        s = self.setting
        return name in s.dims and not (self.is_index(name) or name in s.letters or name in self.kinds)

    @contextmanager
    def binding(self, name: str) -> Iterator[None]:
        """While a piece is read in which the name is a bound index."""
        self.bound.append(name)
        try:
            yield
        finally:
            self.bound.pop()


def affine_names(p: Piece) -> Iterator[str | None]:
    """The names in an expression of names, integers, + - and *; None for anything else."""
    p = p.bare()
    if p.kind == "name":
        yield p.value
    elif p.kind in ("sum", "sign") or (p.kind == "chain" and set(p.value) == {"*"}):
        for part in p.parts:
            for name in affine_names(part):
                yield name
                if name is None:
                    return
    elif p.kind != "number" or not p.value.isdigit():
        yield None


def _is_index(p: Piece) -> bool:
    """Whether products in an expression of names and integers have two factors, one of them an integer."""
    two = (q for q in pieces(p) if q.kind == "chain")
    return all(len(q.parts) == 2 and any(x.bare().kind == "number" for x in q.parts) for q in two)


def _is_dim(p: Piece) -> bool:
    """Whether an expression of names and integers has no minus sign and no zero, so that it is a dimension."""
    parts = list(pieces(p))
    minus = any(q.kind == "sign" or (q.kind == "sum" and "-" in q.value) for q in parts)
    return not minus and all(q.kind != "number" or int(q.value) > 0 for q in parts)
