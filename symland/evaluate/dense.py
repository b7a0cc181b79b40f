"""Arithmetics whose matrices are plain lists of scalars: mpmath's real numbers, and polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import flint
import mpmath

from symland.errors import NoRule, UndefinedHere, UsageError
from symland.evaluate.rings import Ring, Size, Value


@dataclass(frozen=True)
class Dense:
    """A matrix: its number of columns and its entries, row by row."""

    columns: int
    entries: tuple[Any, ...]

    @property
    def rows(self) -> int:
        return len(self.entries) // self.columns

    def __add__(self, other: Dense) -> Dense:
        return Dense(self.columns, tuple(x + y for x, y in zip(self.entries, other.entries, strict=True)))

    def __mul__(self, other: Dense) -> Dense:
        n, k = self.columns, other.columns
        below = [other.entries[j::k] for j in range(k)]
        out = []
        for i in range(0, len(self.entries), n):
            row = self.entries[i : i + n]
            for column in below:
                x = row[0] * column[0]
                for s, t in zip(row[1:], column[1:], strict=True):
                    x += s * t
                out.append(x)
        return Dense(k, tuple(out))

    def __rmul__(self, scalar: Any) -> Dense:
        return Dense(self.columns, tuple(scalar * x for x in self.entries))

    def transposed(self) -> Dense:
        n = self.columns
        return Dense(self.rows, tuple(x for j in range(n) for x in self.entries[j::n]))

    def __str__(self) -> str:
        n = self.columns
        lines = (self.entries[i : i + n] for i in range(0, len(self.entries), n))
        return "[" + ", ".join("[" + ", ".join(map(str, line)) + "]" for line in lines) + "]"


class DenseRing(Ring):
    """An arithmetic with `Dense` matrices."""

    def matrix(self, rows: int, columns: int, entries: Sequence[Value]) -> Value:
        return Dense(columns, tuple(entries))

    def entries(self, a: Value) -> list[Value]:
        return list(a.entries)

    def size(self, a: Value) -> Size:
        return (a.rows, a.columns) if isinstance(a, Dense) else ()

    def transpose(self, a: Value) -> Value:
        return a.transposed()


class Reals(DenseRing):
    """Real numbers of the given number of decimal digits, by mpmath, in a context of their own.

    Ranks and singularity are decided numerically: a singular value below the largest times 10^(5 - digits) is zero.
    With a margin, functions have no values within that distance of where they are not smooth, nor reciprocals and
    inverses of what is that near to zero or to a singular matrix.
    """

    def __init__(self, digits: int = 50, margin: Fraction | int = 0) -> None:
        if digits < 15:
            raise UsageError(f"at least 15 digits, not {digits}")
        self.digits, self.margin = digits, margin
        self.name = f"{digits} digits"
        self.mp = mpmath.MPContext()
        self.mp.dps = digits

    def number(self, q: Fraction | int) -> Value:
        return self.mp.mpf(int(q.numerator)) / int(q.denominator)

    def reciprocal(self, a: Value) -> Value:
        if a == 0 or abs(a) < self.number(self.margin):
            raise UndefinedHere("division by zero" if a == 0 else f"division by {self.mp.nstr(a, 5)}, almost zero")
        return 1 / a

    def inverse(self, a: Value) -> Value:
        values = self._svd(a)[1]
        if values[-1] < self.number(self.margin):
            raise UndefinedHere(f"the inverse of a matrix with the singular value {self.mp.nstr(values[-1], 5)}")
        if values[-1] <= values[0] * self._threshold:
            raise UndefinedHere(f"the inverse of a matrix that is singular to {self.digits} digits")
        return self.pseudoinverse(a)

    def pseudoinverse(self, a: Value) -> Value:
        u, values, v = self._svd(a)
        kept = [1 / s if s > values[0] * self._threshold else self.mp.zero for s in values]
        out = v.T * self.mp.diag(kept) * u.T
        return Dense(a.rows, tuple(out))

    def determinant(self, a: Value) -> Value:
        try:
            return self.mp.det(self._rows(a))
        except TypeError:  # no pivot is left to choose: mpmath compares with None
            return self.mp.zero

    def operator_norm(self, a: Value) -> Value:
        return self._svd(a)[1][0]

    @property
    def _threshold(self) -> Any:
        return self.mp.mpf(10) ** (5 - self.digits)

    def _svd(self, a: Dense) -> tuple[Any, list[Any], Any]:
        u, s, v = self.mp.svd_r(self._rows(a))
        return u, list(s), v

    def _rows(self, a: Dense) -> Any:
        return self.mp.matrix([list(a.entries[i : i + a.columns]) for i in range(0, len(a.entries), a.columns)])


@dataclass(frozen=True)
class Cleared:
    """Polynomials over one denominator: integer polynomials (a `Dense`, or one alone for a scalar) divided by it."""

    numerators: Any
    denominator: int

    @property
    def parts(self) -> tuple[Any, ...]:
        """The numerators, row by row."""
        return self.numerators.entries if isinstance(self.numerators, Dense) else (self.numerators,)

    def over(self, denominator: int) -> Any:
        """The numerators over a multiple of the denominator."""
        return self.numerators if denominator == self.denominator else denominator // self.denominator * self.numerators

    def __add__(self, other: Cleared) -> Cleared:
        common = lcm(self.denominator, other.denominator)
        return Cleared(self.over(common) + other.over(common), common)

    def __mul__(self, other: Cleared) -> Cleared:
        return Cleared(self.numerators * other.numerators, self.denominator * other.denominator)

    def equals(self, other: Cleared) -> bool:
        """Whether the two are the same polynomials."""
        common = lcm(self.denominator, other.denominator)
        return bool(self.over(common) == other.over(common))


class Polynomials(Ring):
    """Polynomials with rational coefficients in the variables named, in integer arithmetic of FLINT.

    Scalars and matrices are `Cleared`: denominators are kept apart, one for a matrix. An inverse is not a polynomial:
    it raises NoRule, except for constants.
    """

    def __init__(self, variables: Sequence[str]) -> None:
        self.variables = tuple(variables)
        self.context = flint.fmpz_mpoly_ctx.get(self.variables or ("x",), flint.Ordering.lex)
        self.name = f"polynomials in {len(self.variables)} variables"
        self._place = {v: i for i, v in enumerate(self.variables)}

    def variable(self, name: str) -> Value:
        """The variable as a scalar."""
        return Cleared(self.context.gen(self._place[name]), 1)

    def place(self, name: str) -> int:
        """The number of a variable."""
        return self._place[name]

    def number(self, q: Fraction | int) -> Value:
        return Cleared(self.context.constant(int(q.numerator)), int(q.denominator))

    def matrix(self, rows: int, columns: int, entries: Sequence[Value]) -> Value:
        common = lcm(*(e.denominator for e in entries))
        return Cleared(Dense(columns, tuple(e.over(common) for e in entries)), common)

    def entries(self, a: Value) -> list[Value]:
        return [Cleared(p, a.denominator) for p in a.parts]

    def size(self, a: Value) -> Size:
        return (a.numerators.rows, a.numerators.columns) if isinstance(a.numerators, Dense) else ()

    def transpose(self, a: Value) -> Value:
        return Cleared(a.numerators.transposed(), a.denominator)

    def inverse(self, a: Value) -> Value:
        raise NoRule("an inverse is not a polynomial", module="symland.evaluate.dense", hint="use a prime field")

    def pseudoinverse(self, a: Value) -> Value:
        raise NoRule("a pseudoinverse is not a polynomial", module="symland.evaluate.dense", hint="use a prime field")

    def reciprocal(self, a: Value) -> Value:
        if a.numerators.is_constant() and not a.numerators.is_zero():
            c = int(a.numerators.leading_coefficient())
            return self.number(Fraction(a.denominator, c))
        raise NoRule("a reciprocal is not a polynomial", module="symland.evaluate.dense", hint="use a prime field")
