"""Rational matrices as people hand them in: rows of integers and fractions."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Rational
from typing import Any

import flint

from symland.errors import UsageError
from symland.evaluate.definite import is_symmetric
from symland.evaluate.rings import Rationals, Value

SHOWN = 60  # characters of a number or polynomial that is printed in full
Rows = Value | Sequence[Sequence[Any]]  # a matrix of FLINT, or rows of rational numbers


def rational(x: Any) -> Value:
    """The number as FLINT's `fmpq`. Raises UsageError for what is not an exact rational number.

    >>> from fractions import Fraction
    >>> rational(Fraction(1, 2))
    1/2
    """
    if isinstance(x, (flint.fmpz, flint.fmpq)):
        return flint.fmpq(x)
    if isinstance(x, bool) or not isinstance(x, Rational):
        raise UsageError(f"{x!r} is not a rational number", hint="give integers and fractions, not floats")
    return flint.fmpq(int(x.numerator), int(x.denominator))


def exact_text(x: Any) -> str:
    """An integer or fraction in digits, however many: Python writes no integer of more than 4300.

    >>> from fractions import Fraction
    >>> exact_text(Fraction(-3, 2)), len(exact_text(10**5000))
    ('-3/2', 5001)
    """
    return str(rational(x))


def near_text(x: Any) -> str:
    """Six digits of a rational number, with a decimal exponent outside the range of floats.

    >>> from fractions import Fraction
    >>> near_text(Fraction(1, 3)), near_text(10**5000)
    ('0.333333', '1.00000e+5000')
    """
    q = rational(x)
    if q == 0 or max(int(q.p).bit_length(), int(q.q).bit_length()) < 1000:
        return f"{int(q.p) / int(q.q):.6g}"
    return str(flint.arb(q).str(6, radius=False))


def shown_text(x: Any) -> str:
    """A rational number for a message: exact, or a long one nearly.

    >>> shown_text(10**5), shown_text(10**100)
    ('100000', 'about 1e+100')
    """
    text = exact_text(x)
    return text if len(text) <= SHOWN else f"about {near_text(x)}"


def digits(q: Value) -> int:
    """How many digits the longest number in a rational matrix has, written over one denominator; at most one more."""
    numerators, denominator = q.numer_denom()
    bits = max(x.height_bits() for x in (denominator, *numerators.entries()))
    return int(bits * 30103 // 100000) + 1


def rational_rows(matrix: Rows) -> Value:
    """The matrix as FLINT's `fmpq_mat`. Raises UsageError for rows of different lengths, none, or no rational numbers.

    >>> rational_rows([[1, 2], [3, 4]])
    [1, 2]
    [3, 4]
    """
    if isinstance(matrix, (flint.fmpz_mat, flint.fmpq_mat)):
        return flint.fmpq_mat(matrix)
    try:
        rows = [list(row) for row in matrix]
    except TypeError:
        raise UsageError(f"{matrix!r} is not a matrix", hint="give its rows, as [[1, 2], [3, 4]]") from None
    if not rows or not rows[0]:
        raise UsageError("the matrix has no entries", hint="give its rows, as [[1, 2], [3, 4]]")
    if len({len(row) for row in rows}) > 1:
        lengths = ", ".join(str(len(row)) for row in rows)
        raise UsageError(f"the rows of the matrix have the lengths {lengths}", hint="rows have one length")
    return Rationals().matrix(len(rows), len(rows[0]), [rational(x) for row in rows for x in row])


def symmetric_rows(matrix: Rows) -> Value:
    """The matrix as `fmpq_mat`. Raises UsageError unless it is square and symmetric.

    >>> symmetric_rows([[1, 2], [2, 4]])
    [1, 2]
    [2, 4]
    """
    q = rational_rows(matrix)
    if q.nrows() != q.ncols():
        raise UsageError(f"the matrix is {q.nrows()} x {q.ncols()}", hint="give a symmetric matrix")
    if not is_symmetric(q):
        places = ((i, j) for i in range(q.nrows()) for j in range(i))
        i, j = next((i, j) for i, j in places if q[i, j] != q[j, i])
        one, other = f"({j + 1}, {i + 1}) is {q[j, i]}", f"({i + 1}, {j + 1}) is {q[i, j]}"
        raise UsageError(f"the matrix is not symmetric: entry {one}, entry {other}", hint="give a symmetric matrix")
    return q
