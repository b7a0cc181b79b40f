"""Arithmetics for the evaluator: what a ring does, and the exact ones that FLINT provides.

A ring computes with scalars and matrices; `multiply`, `add` and `scale` take either kind as the shapes allow.
`Rationals` and `PrimeField` are exact. What has no value (the inverse of a singular matrix, division by zero)
raises `UndefinedHere`. Matrices are given and returned entry by entry in rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from functools import reduce
from random import Random
from typing import Any

import flint

from symland.errors import NoRule, UndefinedHere, UsageError

Value = Any  # a scalar or a matrix of the ring in use
Size = tuple[int, ...]  # () for a scalar, (rows, columns) for a matrix


class Ring(ABC):
    """One arithmetic. A subclass says what its scalars and matrices are; the rest follows from their entries."""

    name: str

    @abstractmethod
    def number(self, q: Fraction | int) -> Value:
        """The scalar q."""

    @abstractmethod
    def matrix(self, rows: int, columns: int, entries: Sequence[Value]) -> Value:
        """The matrix with these scalars, row by row."""

    @abstractmethod
    def entries(self, a: Value) -> list[Value]:
        """The scalars of a matrix, row by row."""

    @abstractmethod
    def size(self, a: Value) -> Size:
        """() for a scalar, (rows, columns) for a matrix."""

    @abstractmethod
    def transpose(self, a: Value) -> Value:
        """a^T."""

    @abstractmethod
    def inverse(self, a: Value) -> Value:
        """a^{-1}; raises UndefinedHere for a singular matrix."""

    @abstractmethod
    def pseudoinverse(self, a: Value) -> Value:
        """The Moore-Penrose inverse; raises UndefinedHere where this arithmetic cannot decide the rank."""

    @abstractmethod
    def reciprocal(self, a: Value) -> Value:
        """1/a for a scalar; raises UndefinedHere for zero."""

    def operator_norm(self, a: Value) -> Value:
        """The largest singular value."""
        raise NoRule(f"no operator norms in {self.name}", module="symland.evaluate.rings", hint="use real numbers")

    def precision(self) -> AbstractContextManager[Any]:
        """The setting in which operations of the ring are to be run."""
        return nullcontext()

    def add(self, a: Value, b: Value) -> Value:
        return a + b

    def multiply(self, a: Value, b: Value) -> Value:
        return a * b

    def scale(self, s: Value, a: Value) -> Value:
        """The scalar s times the matrix a."""
        return s * a

    def lift(self, a: Value) -> Value:
        """A value of the ring below as a value of this one."""
        return a

    # -- what follows from the entries ----------------------------------------------------------------------
    def from_rows(self, rows: Sequence[Sequence[Fraction | int]]) -> Value:
        """The matrix with these rows of rational numbers."""
        return self.matrix(len(rows), len(rows[0]), [self.number(q) for row in rows for q in row])

    def zero(self, rows: int, columns: int) -> Value:
        return self.matrix(rows, columns, [self.number(0)] * (rows * columns))

    def identity(self, n: int) -> Value:
        return self.permutation(range(n))

    def permutation(self, columns: Sequence[int]) -> Value:
        """The matrix whose row i has its one in column `columns[i]`."""
        n, nil, one = len(columns), self.number(0), self.number(1)
        return self.matrix(n, n, [one if c == j else nil for c in columns for j in range(n)])

    def commutation(self, m: int, n: int) -> Value:
        """K_{m,n}: K vec(A) = vec(A^T) for A of m rows and n columns."""
        return self.permutation(commuted(m, n))

    def vec(self, a: Value) -> Value:
        """The columns of a, stacked; the 1 x 1 matrix of a scalar."""
        if not self.size(a):
            return self.matrix(1, 1, [a])
        rows, columns = self.size(a)
        return self.matrix(rows * columns, 1, self.entries(self.transpose(a)))

    def unvec(self, a: Value, rows: int, columns: int) -> Value:
        """The matrix whose stacked columns are the column a."""
        return self.transpose(self.matrix(columns, rows, self.entries(a)))

    def kronecker(self, a: Value, b: Value) -> Value:
        (m, n), (p, q) = self.size(a), self.size(b)
        left, right = _grid(self.entries(a), n), _grid(self.entries(b), q)
        return self.matrix(m * p, n * q, [self.multiply(x, y) for r in left for s in right for x in r for y in s])

    def hadamard(self, a: Value, b: Value) -> Value:
        """The entrywise product."""
        rows, columns = self.size(a)
        pairs = zip(self.entries(a), self.entries(b), strict=True)
        return self.matrix(rows, columns, [self.multiply(x, y) for x, y in pairs])

    def block(self, grid: Sequence[Sequence[Value]]) -> Value:
        """The matrix with these rows of blocks."""
        out: list[Value] = []
        for row in grid:
            parts = [_grid(self.entries(b), self.size(b)[1]) for b in row]
            out.extend(x for lines in zip(*parts, strict=True) for line in lines for x in line)
        width = sum(self.size(b)[1] for b in grid[0])
        return self.matrix(len(out) // width, width, out)

    def trace(self, a: Value) -> Value:
        n = self.size(a)[0]
        return reduce(self.add, self.entries(a)[:: n + 1])

    def inner(self, a: Value, b: Value) -> Value:
        """<a, b> = tr(a^T b)."""
        pairs = zip(self.entries(a), self.entries(b), strict=True)
        return reduce(self.add, [self.multiply(x, y) for x, y in pairs])

    def determinant(self, a: Value) -> Value:
        """The determinant without divisions (Berkowitz 1984): from the characteristic polynomials of the leading
        blocks, each a Toeplitz matrix times the one before."""
        grid, minus = _grid(self.entries(a), self.size(a)[1]), self.number(-1)
        polynomial = [self.number(1)]
        for k, line in enumerate(grid):
            column, row = [above[k] for above in grid[:k]], line[:k]
            toeplitz = [self.number(1), self.multiply(minus, line[k])]
            for _ in range(k):
                toeplitz.append(self.multiply(minus, self._dot(row, column)))
                column = [self._dot(above[:k], column) for above in grid[:k]]
            polynomial = [self._dot(toeplitz[i::-1] if i <= k else toeplitz[i:0:-1], polynomial) for i in range(k + 2)]
        return self.multiply(self.number((-1) ** len(grid)), polynomial[-1])

    def _dot(self, row: Sequence[Value], column: Sequence[Value]) -> Value:
        return reduce(self.add, [self.multiply(x, y) for x, y in zip(row, column, strict=False)])


def _grid(entries: list[Value], columns: int) -> list[list[Value]]:
    return [entries[i : i + columns] for i in range(0, len(entries), columns)]


def commuted(m: int, n: int) -> list[int]:
    """For each place of vec(A^T), the place in vec(A) of the same entry, A of m rows and n columns."""
    return [i + j * m for i in range(m) for j in range(n)]


class FlintRing(Ring):
    """A ring whose matrices are FLINT's."""

    def entries(self, a: Value) -> list[Value]:
        return list(a.entries())

    def size(self, a: Value) -> Size:
        return (a.nrows(), a.ncols()) if hasattr(a, "nrows") else ()

    def transpose(self, a: Value) -> Value:
        return a.transpose()

    def trace(self, a: Value) -> Value:
        return sum((a[i, i] for i in range(1, a.nrows())), a[0, 0])

    def inner(self, a: Value, b: Value) -> Value:
        return self.trace(a.transpose() * b if a.ncols() <= a.nrows() else a * b.transpose())

    def determinant(self, a: Value) -> Value:
        return a.det()

    def inverse(self, a: Value) -> Value:
        try:
            return a.inv()
        except ZeroDivisionError:
            raise UndefinedHere(f"the inverse of a singular {a.nrows()} x {a.ncols()} matrix") from None

    def reciprocal(self, a: Value) -> Value:
        try:
            return self.number(1) / a
        except ZeroDivisionError:
            raise UndefinedHere("division by zero") from None

    def pseudoinverse(self, a: Value) -> Value:
        """A = C R with C the pivot columns and R the nonzero rows of the echelon form; then
        A^+ = R^T (R R^T)^{-1} (C^T C)^{-1} C^T (full-rank factorization, Penrose 1955)."""
        rows, columns = self.size(a)
        echelon, rank = a.rref()
        if not rank:
            return self.zero(columns, rows)
        grid = _grid(self.entries(echelon), columns)[:rank]
        pivots = [next(j for j, x in enumerate(row) if x != 0) for row in grid]
        r = self.matrix(rank, columns, [x for row in grid for x in row])
        c = self.matrix(rows, rank, [row[j] for row in _grid(self.entries(a), columns) for j in pivots])
        rt, ct = r.transpose(), c.transpose()
        return rt * self.inverse(r * rt) * self.inverse(ct * c) * ct


class Rationals(FlintRing):
    """The rational numbers: scalars are `fmpq`, matrices `fmpq_mat`; everything is exact.

    >>> ring = Rationals()
    >>> ring.pseudoinverse(ring.from_rows([[1, 1], [1, 1]]))
    [1/4, 1/4]
    [1/4, 1/4]
    """

    name = "exact rationals"

    def number(self, q: Fraction | int) -> Value:
        return flint.fmpq(q.numerator, q.denominator)

    def matrix(self, rows: int, columns: int, entries: Sequence[Value]) -> Value:
        return flint.fmpq_mat(rows, columns, entries)


class PrimeField(FlintRing):
    """The integers modulo a prime near 2^61, or modulo the prime given. Raises UsageError if it is not a prime.

    A rational number whose denominator the prime divides is undefined.

    >>> PrimeField(7).number(Fraction(1, 2))
    4
    """

    def __init__(self, prime: int) -> None:
        if not 2 <= prime < 2**64 or not flint.fmpz(prime).is_prime():
            raise UsageError(f"{prime} is not a prime below 2^64")
        self.prime = prime
        self.name = f"integers modulo {prime}"

    @classmethod
    def drawn(cls, rng: Random) -> PrimeField:
        """The field of the first prime at or above a random number between 2^60 and 2^61."""
        n = rng.randrange(2**60, 2**61) | 1
        while not flint.fmpz(n).is_prime():
            n += 2
        return cls(n)

    def number(self, q: Fraction | int) -> Value:
        if q.denominator == 1:
            return flint.nmod(q.numerator, self.prime)
        return flint.nmod(q.numerator, self.prime) * self.reciprocal(flint.nmod(q.denominator, self.prime))

    def matrix(self, rows: int, columns: int, entries: Sequence[Value]) -> Value:
        return flint.nmod_mat(rows, columns, entries, self.prime)

    def draw(self, size: Size, rng: Random) -> Value:
        """A uniformly random scalar or matrix."""
        if not size:
            return flint.nmod(rng.randrange(self.prime), self.prime)
        rows, columns = size
        return flint.nmod_mat(rows, columns, [rng.randrange(self.prime) for _ in range(rows * columns)], self.prime)


class Balls(FlintRing):
    """Real balls with midpoints of the given number of bits: every result encloses the true value.

    A pseudoinverse is defined where the matrix provably has full row or column rank.
    """

    def __init__(self, bits: int = 170) -> None:
        self.bits = bits
        self.name = f"balls of {bits} bits"

    def precision(self) -> AbstractContextManager[Any]:
        manager: AbstractContextManager[Any] = flint.ctx.workprec(self.bits)
        return manager

    def number(self, q: Fraction | int) -> Value:
        return flint.arb(flint.fmpq(q.numerator, q.denominator))

    def matrix(self, rows: int, columns: int, entries: Sequence[Value]) -> Value:
        return flint.arb_mat(rows, columns, entries)

    def reciprocal(self, a: Value) -> Value:
        if a.contains(0):
            raise UndefinedHere("division by a ball that contains zero")
        return 1 / a

    def pseudoinverse(self, a: Value) -> Value:
        t = a.transpose()
        return t * self.inverse(a * t) if a.nrows() <= a.ncols() else self.inverse(t * a) * t
