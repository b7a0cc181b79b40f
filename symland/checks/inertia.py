"""Exact inertia of rational symmetric matrices, and why a matrix is not positive definite.

The characteristic polynomial of a symmetric matrix has real roots only, so Descartes' rule of signs counts the positive
ones exactly, with multiplicity (Horn and Johnson, *Matrix Analysis*; Basu, Pollack, Roy, *Algorithms in Real Algebraic
Geometry*, 2.2). Zero eigenvalues are found exactly too, which no enclosure of numbers can do. The factorization
L D L^T counts them a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import flint

from symland.checks.ldl import ldl
from symland.errors import CheckFailed
from symland.evaluate.definite import negative_direction
from symland.evaluate.rational import Rows, rational_rows, symmetric_rows
from symland.evaluate.rings import Rationals, Value
from symland.evidence import Evidence, Label, Witness

METHOD = "characteristic polynomial and LDL^T"


class Inertia(NamedTuple):
    """The numbers of positive, negative and zero eigenvalues, with multiplicity."""

    positive: int
    negative: int
    zero: int


def inertia(matrix: Rows) -> Inertia:
    """The inertia of a rational symmetric matrix, given by its rows or as `fmpq_mat`.

    Counted by the characteristic polynomial and by L D L^T; CheckFailed if the two did not agree. Raises UsageError for
    a matrix that is not symmetric, or not of rational numbers.

    >>> inertia([[0, 1], [1, 0]])
    Inertia(positive=1, negative=1, zero=0)
    """
    q = symmetric_rows(matrix)
    found, second = by_characteristic_polynomial(q), Inertia(*ldl(q).signs)
    if found != second:
        raise CheckFailed(f"{found} by the characteristic polynomial, {second} by LDL^T")
    return found


def by_characteristic_polynomial(q: Value) -> Inertia:
    """The inertia of a symmetric `fmpq_mat`, by Descartes' rule alone."""
    integers, _ = q.numer_denom()
    coefficients = [int(c) for c in integers.charpoly().coeffs()]
    zero = next(i for i, c in enumerate(coefficients) if c)
    alternate = [c if i % 2 else -c for i, c in enumerate(coefficients)]
    return Inertia(sign_changes(coefficients), sign_changes(alternate), zero)


def sign_changes(coefficients: Sequence[int]) -> int:
    """How often neighbors differ in sign, zeros left out."""
    signs = [c > 0 for c in coefficients if c]
    return sum(a != b for a, b in pairwise(signs))


def rank(matrix: Rows) -> int:
    """The exact rank of a rational matrix of any shape.

    >>> rank([[1, 2, 3], [2, 4, 6]])
    1
    """
    integers, _ = rational_rows(matrix).numer_denom()
    return int(integers.rank())


def kernel_basis(matrix: Rows) -> tuple[Value, ...]:
    """Linearly independent integer columns, without common divisors, that span the kernel of a rational matrix.

    >>> kernel_basis([[1, 1, 0], [1, 1, 0]])[0].transpose()
    [1, -1, 0]
    """
    integers, _ = rational_rows(matrix).numer_denom()
    basis, nullity = integers.nullspace()
    return tuple(_primitive([basis[i, j] for i in range(basis.nrows())]) for j in range(nullity))


def _primitive(entries: list[Value]) -> Value:
    content = flint.fmpz(0)
    for e in entries:
        content = content.gcd(e)
    sign = 1 if next(e for e in entries if e) > 0 else -1
    return Rationals().matrix(len(entries), 1, [flint.fmpq(sign * e, content) for e in entries])


def kernel_vector(matrix: Rows) -> Value | None:
    """A nonzero integer column v with Q v = 0, or None if the symmetric rational matrix Q is invertible.

    >>> kernel_vector([[1, 1], [1, 1]])
    [ 1]
    [-1]
    """
    return next(iter(kernel_basis(symmetric_rows(matrix))), None)


def check_positive_definite(matrix: Rows, claim: str = "") -> Evidence:
    """Evidence that the matrix is positive definite: CERTIFIED, or REFUTED with a direction of negative curvature or a
    kernel vector v, and v^T Q v beside 0.

    >>> check_positive_definite([[1, 1], [1, 1]]).witness.point["v"]
    [ 1]
    [-1]
    """
    q = symmetric_rows(matrix)
    found = inertia(q)
    counts = f"{found.positive} positive, {found.negative} negative, {found.zero} zero eigenvalues"
    claim = claim or "the matrix is positive definite"
    scope = f"one {q.nrows()} x {q.nrows()} matrix"
    if found.positive == q.nrows():
        return Evidence(Label.CERTIFIED, claim, METHOD, scope, counts)
    kind = "direction of negative curvature" if found.negative else "kernel vector"
    v: Any = negative_direction(q) if found.negative else kernel_vector(q)
    witness = Witness({}, {"v": v, "Q": q}, (v.transpose() * q * v)[0, 0], 0, f"v^T Q v for a {kind} v")
    return Evidence(Label.REFUTED, claim, METHOD, scope, counts, witness=witness)
