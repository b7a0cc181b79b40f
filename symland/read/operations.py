"""Sums, chains of `*`, `/`, `.*`, `./` and `(x)`, and powers, by the shapes of their parts."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any, cast

from symland.language import terms as T
from symland.language.index import Index
from symland.read.declarations import MAX_INTEGER, index_of
from symland.read.elaborate import Clash, Elaborator, Value, affine_names
from symland.read.shapes import ONE
from symland.read.syntax import Piece

KRONECKER = "(x)"
SMALL_POWER = 3  # up to here A^k is written out


# -- sums ------------------------------------------------------------------------------------------------------------
def read_sum(e: Elaborator, p: Piece) -> Value:
    """A sum of scalars, or of matrices; a literal number among matrices is that number in every entry."""
    terms = [
        read_chain(e, q, -1 if sign == "-" else 1) if sign == "-" else e.read(q)
        for sign, q in zip(p.value, p.parts, strict=True)
    ]
    first = next((t for t in terms if not t.is_scalar and not t.is_unit), None)
    if first is None:
        if all(t.number is not None for t in terms):
            total = e.value(p, (), T.total, *terms)
            total.number = sum((cast(Fraction, t.number) for t in terms), Fraction(0))
            return total
        return e.value(p, (), T.total, *(e.scalar(t, "") for t in terms))
    out = []
    for t in terms:
        if t.number is not None:
            what = e.source.quote(t.piece)
            e.note(f"{what} is read as {what} in every entry, in a sum with {e.source.quote(first.piece)}")
            t = e.ones(t.piece, first.shape, t.number)
        elif t.is_scalar:
            hint = "s*matrix(1) or s*vector(1) has the scalar s in every entry"
            raise Clash("a scalar cannot be added to a matrix", *_in_order(t, first), hint=hint)
        else:
            e.same(*_in_order(first, t), "the terms of a sum need one shape")
        out.append(t)
    return e.value(p, first.shape, T.total, *out)


def _in_order(a: Value, b: Value) -> tuple[Value, Value]:
    return (a, b) if a.piece.start <= b.piece.start else (b, a)


# -- chains ----------------------------------------------------------------------------------------------------------
def read_chain(e: Elaborator, p: Piece, sign: int) -> Value:
    """A chain of products and quotients from left to right, its scalars in front; `sign` is -1 behind a minus."""
    pieces, signs = (p.parts, p.value) if p.kind == "chain" else ((p,), ("*",))
    if KRONECKER in signs:
        return _kronecker(e, p, pieces, signs, sign)
    chain, coefficient = _Chain(e, p, sign), None
    for k, (op, piece) in enumerate(zip(signs, pieces, strict=True)):
        while piece.kind == "sign":
            chain.sign *= -1 if piece.value == "-" else 1
            piece = piece.parts[0]
        name = piece.value if piece.kind == "name" else ""
        if name in e.odd and len(pieces) > 1:
            if {op, *signs[k + 1 : k + 2]} & {".*", "./"}:
                e.no_scalar(piece)
            if op == "*" and name[0].isupper():
                e.coefficients.add(piece)
                coefficient = piece
        chain.add(op, e.read(piece))
    if coefficient is not None and chain.factors:
        e.no_scalar(coefficient)
    return chain.value()


def _kronecker(e: Elaborator, p: Piece, pieces: Sequence[Piece], signs: Sequence[str], sign: int) -> Value:
    if set(signs[1:]) != {KRONECKER}:
        raise e.source.fault_at("(x) and other products in one chain", p, "write parentheses: (A (x) B)*C, A (x) (B*C)")
    out: Value | None = None
    for piece in pieces:
        while piece.kind == "sign":
            sign *= -1 if piece.value == "-" else 1
            piece = piece.parts[0]
        b = e.matrix(e.read(piece), "a Kronecker product needs two matrices")
        out = b if out is None else kronecker(e, p, out, b)
    return e.value(p, cast(Value, out).shape, T.negate, cast(Value, out)) if sign < 0 else cast(Value, out)


def kronecker(e: Elaborator, p: Piece, a: Value, b: Value) -> Value:
    """A (x) B."""
    rows, columns = (e.unifier.product(a.shape[k], b.shape[k]) for k in (0, 1))
    return e.value(p, (rows, columns), T.Kronecker, a, b)


class _Chain:
    """A chain as it is read: scalars, and the product of matrices so far."""

    def __init__(self, e: Elaborator, piece: Piece, sign: int) -> None:
        self.e, self.piece, self.sign = e, piece, sign
        self.divisor = Fraction(1)  # of literal divisors
        self.scalars: list[Value] = []
        self.factors: list[Value] = []
        self.entrywise = False  # how the factors are multiplied
        self.place = 0  # of the matrices among the scalars
        self.literal = False  # whether the part just read is a literal number

    def add(self, op: str, v: Value) -> None:
        """Multiplies by one more part."""
        was_literal, self.literal = self.literal, v.number is not None and op in ("*", ".*")
        if v.is_unit and (self.factors or self.scalars or self.piece.kind == "chain"):
            v = self.e.scalar(v, "")
        if op in ("/", "./") and v.is_scalar:
            self._divide(v, was_literal)
        elif op == "/":
            hint = "A*inv(B) for matrices, A ./ B entry by entry"
            raise Clash("only a scalar can divide", v, hint=hint)
        elif v.is_scalar:
            self.scalars.append(v)
        elif op == "./":
            if was_literal and self.scalars[-1].number == 1:
                self.scalars.pop()
            self._times_entrywise(reciprocal(self.e, v.piece, v))
        elif op == ".*":
            self._times_entrywise(v)
        else:
            self._times(v)

    def _divide(self, v: Value, was_literal: bool) -> None:
        if v.number is not None:
            if v.number == 0:
                raise self.e.source.fault_at("division by zero", v.piece)
            if was_literal:
                number = cast(Fraction, self.scalars[-1].number) / v.number
                self.scalars[-1] = self.e.number(v.piece, number)
            else:
                self.divisor *= v.number
            return
        if was_literal and self.scalars[-1].number == 1:
            self.scalars.pop()
        self.scalars.append(self.e.value(v.piece, (), T.Reciprocal, v))

    def _times(self, v: Value) -> None:
        """The matrix product with v."""
        e = self.e
        if self.entrywise and len(self.factors) > 1:
            e.note(f"{e.source.quote(self.piece)} is read from left to right, like (A .* B)*C")
            self.factors = [self._product()]
        self.entrywise = False
        left = self._left()
        if left is None or (left.is_unit and v.shape[0] != ONE):
            self._start(v)
        elif e.unifier.equal(left.shape[1], v.shape[0], (left, v)):
            self.factors.append(v)
        else:
            hint = "parentheses around a scalar product: A*(x'*y)" if v.shape[0] == ONE else ""
            if v.shape[1] == left.shape[1]:
                hint = "x'*y for the scalar product of columns, x .* y entry by entry"
            raise Clash("the columns of the left factor are not the rows of the right one", left, v, hint=hint)

    def _times_entrywise(self, v: Value) -> None:
        left = self._left()
        if left is None or left.is_unit:
            self._start(v)
        else:
            hint = "products are read from left to right: write x .* (A*y)" if len(self.piece.parts) > 2 else ""
            self.e.same(left, v, "an entrywise product needs one shape", hint=hint)
            self.factors = [*self.factors, v] if self.entrywise else [self._product(), v]
        self.entrywise = True

    def _start(self, v: Value) -> None:
        """Begins with v; a 1 x 1 product before it becomes a scalar."""
        if self.factors:
            self.scalars.insert(self.place, self.e.scalar(self._product(), ""))
        self.place, self.factors = len(self.scalars), [v]

    def _left(self) -> Value | None:
        """The matrices so far, to look at their shape and their place in the text."""
        if len(self.factors) < 2:
            return self.factors[0] if self.factors else None
        first, last = self.factors[0], self.factors[-1]
        span = Piece("chain", (), (), first.piece.start, last.piece.end)
        shape = first.shape if self.entrywise else (first.shape[0], last.shape[1])
        return Value(span, self.e.unifier.shape(shape), T.product, ())

    def _product(self) -> Value:
        """The product of the matrices so far."""
        left = cast(Value, self._left())
        if len(self.factors) == 1:
            return left
        return self.e.value(left.piece, left.shape, T.hadamard if self.entrywise else T.product, *self.factors)

    def value(self) -> Value:
        """The value of the whole chain."""
        e, p = self.e, self.piece
        matrix = self._product() if self.factors else None
        number = self.sign / self.divisor
        if number != 1:
            if self.scalars and self.scalars[0].number is not None:
                number *= self.scalars.pop(0).number or 0
                self.place -= 1 if self.place else 0
            self.scalars.insert(0, e.number(p, number))
            self.place += 1
        if matrix is not None and self.scalars and matrix.is_unit:
            self.scalars.insert(self.place, e.scalar(matrix, ""))
            matrix = None
        if not self.scalars:
            return cast(Value, matrix)
        scale = self.scalars[0] if len(self.scalars) == 1 else e.value(p, (), T.product, *self.scalars)
        if matrix is None:
            if len(self.scalars) > 1 and all(s.number is not None for s in self.scalars):
                scale.number = Fraction(1)
                for s in self.scalars:
                    scale.number *= cast(Fraction, s.number)
            return scale
        return e.value(p, matrix.shape, T.Scale, scale, matrix)


def reciprocal(e: Elaborator, p: Piece, v: Value) -> Value:
    """1/s, or 1 ./ A."""
    return e.value(p, v.shape, T.Reciprocal if v.is_scalar else partial(T.Elementwise, "reciprocal"), v)


# -- powers ----------------------------------------------------------------------------------------------------------
def read_power(e: Elaborator, p: Piece) -> Value:
    """s^k, s^p, A^k, A^-1, A^T, and A.^k, A.^p entry by entry."""
    base, exponent = p.parts
    if base.kind == "name" and base.value == "e" and "e" in e.kinds and _literal(e, exponent) is None:
        raise e.source.fault_at("e to a power", p, hint="exp(x); or declare it: e: scalar")
    if base.kind == "power":
        raise e.source.fault_at("a power of a power is ambiguous", p, "write parentheses: (a^b)^c or a^(b^c)")
    if p.value == "^" and exponent.kind == "name" and exponent.value == "T" and "T" not in e.setting.letters:
        a = e.read(base)
        e.note("A^T is read as the transpose A'")
        return a if a.is_scalar else e.value(p, (a.shape[1], a.shape[0]), T.Transpose, a)
    number = _literal(e, exponent)
    norm = _norm_argument(base)
    if norm is not None and p.value == "^" and number is not None and number > 0 and number % 2 == 0:
        a = e.read(norm)
        if a.is_scalar:
            return _integer_power(e, p, a, int(number))
        squared = e.value(p, (), T.SquaredNorm, a)
        return squared if number == 2 else e.value(p, (), partial(_power, Index.of(int(number) // 2)), squared)
    a = e.read(base)
    if p.value == "^" and not a.is_scalar and not a.is_unit:
        return _matrix_power(e, p, a, exponent, number)
    if a.is_unit or a.is_scalar:
        a = e.scalar(a, "")
    if number is not None and number.denominator == 1:
        return _integer_power(e, p, a, int(number))
    index = _index(e, exponent)
    if index is not None:
        return _raised(e, p, a, index)
    return _real_power(e, p, a, exponent)


def _power(k: Index, a: Any) -> Any:
    return T.Power(a, k)


def _raised(e: Elaborator, p: Piece, a: Value, k: Index) -> Value:
    """s^k or A.^k."""
    return e.value(p, a.shape, lambda t: T.Power(t, k) if t.is_scalar else T.HadamardPower(t, k), a)


def _integer_power(e: Elaborator, p: Piece, a: Value, k: int) -> Value:
    if abs(k) > MAX_INTEGER:
        raise e.source.fault_at(f"exponents are integers up to {MAX_INTEGER}", p.parts[1])
    if k >= 0:
        return a if k == 1 else _raised(e, p, a, Index.of(k))
    return reciprocal(e, p, a if k == -1 else _raised(e, p, a, Index.of(-k)))


def _real_power(e: Elaborator, p: Piece, a: Value, exponent: Piece) -> Value:
    v = e.scalar(e.read(exponent), "an exponent is a scalar", hint="entries to the powers of entries are not supported")
    if a.number is not None:
        raise e.source.fault_at("a number to a power that is no integer", p, hint="write exp(p*log(2)) for 2^p")
    if v.number is None:
        e.note(f"in {e.source.quote(p)} the exponent is a real number, so the base has to be positive")
    return e.value(p, a.shape, lambda t, q: T.Elementwise("pow", t, q), a, v)


def _matrix_power(e: Elaborator, p: Piece, a: Value, exponent: Piece, number: Fraction | None) -> Value:
    e.square(a, "a power A^k needs a square matrix" + ("; the inverse is A^-1" if number == -1 else ""))
    hint = "A.^p for a power of the entries"
    if number is not None:
        if number.denominator != 1 or abs(number) > MAX_INTEGER:
            raise e.source.fault_at("the power of a matrix is an integer", exponent, hint)
        k = abs(int(number))
        if number < 0:
            a = e.value(p, a.shape, T.Inverse, a)
        if k == 0:
            n = a.shape[0]
            return e.value(p, a.shape, lambda: T.Identity(e.dim(n)))
        if k <= SMALL_POWER:
            return e.value(p, a.shape, T.product, *([a] * k)) if k > 1 else a
        return e.value(p, a.shape, lambda t: T.MatrixPower(t, Index.of(k)), a)
    negative = exponent.kind == "sign" and exponent.value == "-"
    index = _index(e, exponent.parts[0] if negative else exponent, of_matrix=True)
    if index is None:
        raise e.source.fault_at("the power of a matrix is an integer or an index", exponent, hint)
    if negative:
        a = e.value(p, a.shape, T.Inverse, a)
    return e.value(p, a.shape, lambda t: T.MatrixPower(t, index), a)


def _literal(e: Elaborator, p: Piece) -> Fraction | None:
    """The exact value of an exponent in numbers only."""
    p = p.bare()
    if p.kind == "sign":
        inner = _literal(e, p.parts[0])
        return -inner if inner is not None and p.value == "-" else inner
    if p.kind in ("number", "chain", "sum") and all(q.bare().kind in ("number", "sign") for q in (p, *p.parts)[1:]):
        return e.read(p).number
    return None


def _index(e: Elaborator, p: Piece, of_matrix: bool = False) -> Index | None:
    """An exponent as an index expression, if its names are indices; above a matrix, unknown names become indices."""
    names = list(affine_names(p))
    if not names or None in names:
        return None
    free = {str(n) for n in names if not e.is_index(str(n))}
    if free and not (of_matrix and free <= set(e.kinds)):
        return None
    for name in sorted(free - e.exponents):
        e.exponents.add(name)
        e.note(f"{name} is read as an integer, since it stands above a matrix")
    return index_of(e.source, p)


def _norm_argument(p: Piece) -> Piece | None:
    """A for norm2(A)."""
    p = p.bare()
    return p.parts[0] if p.kind == "call" and p.value[0] == "norm2" and len(p.parts) == 1 else None
