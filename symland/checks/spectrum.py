"""The spectrum of a rational symmetric matrix, exactly: eigenvalues as rational or real algebraic numbers.

The characteristic polynomial is factored over the rationals; multiplicities are those of its irreducible factors. The
roots are separated by balls, and every isolating interval is then confirmed in exact arithmetic: the factor changes its
sign between the ends, once for every root it has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import flint

from symland.checks.inertia import Inertia, inertia
from symland.errors import CheckFailed, UsageError
from symland.evaluate.rational import Rows, symmetric_rows

START = 64  # bits at which roots are separated first
MOST_DIGITS = 10_000


@dataclass(frozen=True)
class RealRoot:
    """An irrational real algebraic number: the only root of an irreducible polynomial, with the integer coefficients
    given from the constant upwards, between `lower` and `upper`."""

    coefficients: tuple[int, ...]
    lower: Fraction
    upper: Fraction

    def __repr__(self) -> str:
        return f"root of {polynomial_text(self.coefficients)} near {float((self.lower + self.upper) / 2):.6g}"

    def __float__(self) -> float:
        return float((self.lower + self.upper) / 2)

    def to_sympy(self) -> Any:
        """The number in radicals where its degree is 2, else as SymPy's `CRootOf`."""
        import sympy

        x = sympy.Symbol("x")
        roots = sympy.Poly(self.coefficients[::-1], x).real_roots(radicals=len(self.coefficients) == 3)
        inside = [r for r in roots if sympy.Rational(self.lower) < r < sympy.Rational(self.upper)]
        return inside[0]

    def to_json(self) -> dict[str, Any]:
        """The polynomial, and the interval as fractions."""
        return {"coefficients": list(self.coefficients), "between": [str(self.lower), str(self.upper)]}


Eigenvalue = Fraction | RealRoot


class Factor(NamedTuple):
    """An irreducible factor of a polynomial, with integer coefficients from the constant upwards, and its exponent."""

    coefficients: tuple[int, ...]
    multiplicity: int

    @property
    def degree(self) -> int:
        return len(self.coefficients) - 1


@dataclass(frozen=True)
class Spectrum:
    """The eigenvalues of a rational symmetric matrix.

    `characteristic` has the irreducible factors of the characteristic polynomial, `inertia` the numbers of positive,
    negative and zero eigenvalues.

    >>> spectrum([[3, 1], [1, 3]])
    4, 2
    >>> spectrum([[1, 1, 0], [1, 0, 0], [0, 0, 0]]).characteristic_text
    'x*(x^2 - x - 1)'
    """

    characteristic: tuple[Factor, ...]
    inertia: Inertia

    @cached_property
    def eigenvalues(self) -> tuple[tuple[Eigenvalue, int], ...]:
        """(value, multiplicity) in descending order: fractions, and real algebraic numbers that are not rational."""
        return tuple((_exact(ball, f), f.multiplicity) for ball, f in self._separated(START))

    def enclosures(self, digits: int = 30) -> tuple[tuple[Any, int], ...]:
        """(ball, multiplicity) in the same order: balls of FLINT that contain the eigenvalues, with a radius of at most
        10^-digits times the eigenvalue."""
        if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MOST_DIGITS:
            raise UsageError(f"{digits!r} digits", hint=f"an integer from 1 to {MOST_DIGITS}")
        bits = max(START, int(digits * 3.33) + 16)
        wanted = flint.fmpq(1, 10**digits)
        while True:
            found = self._separated(bits)
            if all(ball.rad() <= wanted * ball.abs_lower() for ball, _ in found):
                return tuple((ball, f.multiplicity) for ball, f in found)
            bits *= 2

    @property
    def smallest_positive(self) -> Eigenvalue | None:
        """lambda_+, the smallest positive eigenvalue; None if there is none."""
        count = 0
        for value, times in self.eigenvalues:
            count += times
            if count == self.inertia.positive:
                return value
        return None

    @property
    def largest(self) -> Eigenvalue:
        """lambda_max."""
        return self.eigenvalues[0][0]

    @property
    def characteristic_text(self) -> str:
        """The characteristic polynomial in its factors, up to a constant."""
        parts = []
        for f in self.characteristic:
            text = polynomial_text(f.coefficients)
            if text != "x" and (f.multiplicity > 1 or len(self.characteristic) > 1):
                text = f"({text})"
            parts.append(text + (f"^{f.multiplicity}" if f.multiplicity > 1 else ""))
        return "*".join(parts)

    def __repr__(self) -> str:
        return ", ".join(f"{v}" + (f" ({times} times)" if times > 1 else "") for v, times in self.eigenvalues)

    def _repr_latex_(self) -> str:
        import sympy

        shown = []
        for v, times in self.eigenvalues:
            exact = sympy.Rational(v) if isinstance(v, Fraction) else v.to_sympy()
            shown.append(sympy.latex(exact) + (rf"\;({times}\times)" if times > 1 else ""))
        return "$" + r",\ ".join(shown) + "$"

    def to_json(self) -> dict[str, Any]:
        """Characteristic polynomial, eigenvalues and inertia as JSON data."""
        values = [(str(v) if isinstance(v, Fraction) else v.to_json(), times) for v, times in self.eigenvalues]
        return {
            "characteristic": [{"coefficients": list(f.coefficients), "multiplicity": f.multiplicity}
                               for f in self.characteristic],
            "eigenvalues": [{"value": v, "multiplicity": times} for v, times in values],
            "inertia": self.inertia._asdict(),
        }  # fmt: skip

    def _separated(self, bits: int) -> list[tuple[Any, Factor]]:
        """Disjoint balls, each with the factor that has exactly one root in it, in descending order."""
        while True:
            with flint.ctx.workprec(bits):
                found = [(ball, f) for f in self.characteristic for ball in _roots(f)]
                found.sort(key=lambda pair: pair[0].mid(), reverse=True)
                if all(a > b for (a, _), (b, _) in pairwise(found)):
                    return found
            bits *= 2


def spectrum(matrix: Rows) -> Spectrum:
    """The spectrum of a symmetric rational matrix, given by its rows or as `fmpq_mat`.

    Raises UsageError for a matrix that is not symmetric or not of rational numbers, and CheckFailed if the inertia of
    the eigenvalues were not that of the matrix.

    >>> spectrum([[144, 24], [24, 4]]).eigenvalues
    ((Fraction(148, 1), 1), (Fraction(0, 1), 1))
    """
    q = symmetric_rows(matrix)
    integers, common = q.numer_denom()
    scaled = integers.charpoly()(flint.fmpz_poly([0, int(common)]))  # the eigenvalues of Q, not of its numerators
    factors = [Factor(tuple(int(c) for c in f.coeffs()), int(times)) for f, times in scaled.factor()[1]]
    factors.sort(key=lambda f: (f.coefficients != (0, 1), f.degree, *reversed(f.coefficients)))
    found = Spectrum(tuple(factors), inertia(q))
    signs = [(v if isinstance(v, Fraction) else v.lower, times) for v, times in found.eigenvalues]
    by_sign: list[Callable[[Fraction], bool]] = [lambda v: v > 0, lambda v: v < 0, lambda v: v == 0]
    counted = Inertia(*(sum(times for v, times in signs if has(v)) for has in by_sign))
    if counted != found.inertia:
        raise CheckFailed(f"{counted} by the eigenvalues, {found.inertia} by the matrix")
    return found


def _roots(factor: Factor) -> list[Any]:
    """Real balls around the roots of an irreducible polynomial whose roots are real."""
    if factor.degree == 1:
        constant, leading = factor.coefficients
        return [flint.arb(flint.fmpq(-constant, leading))]
    return [ball.real for ball, _ in flint.fmpz_poly(list(factor.coefficients)).complex_roots()]


def _exact(ball: Any, factor: Factor) -> Eigenvalue:
    """The root of the factor in the ball; the interval around an irrational one is confirmed exactly.

    The balls of one factor are as many as its degree and disjoint, so a change of sign in each is one root in each.
    """
    if factor.degree == 1:
        constant, leading = factor.coefficients
        return Fraction(-constant, leading)
    middle, radius = _fraction(ball.mid()), _fraction(ball.rad())
    lower, upper = middle - radius, middle + radius
    low, high = (_value(factor.coefficients, x) for x in (lower, upper))
    if not low * high < 0:
        raise CheckFailed(f"{polynomial_text(factor.coefficients)} does not change its sign on [{lower}, {upper}]")
    return RealRoot(factor.coefficients, lower, upper)


def _fraction(x: Any) -> Fraction:
    """The dyadic number that an exact ball is."""
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _value(coefficients: tuple[int, ...], x: Fraction) -> Fraction:
    out = Fraction(0)
    for c in reversed(coefficients):
        out = out * x + c
    return out


def polynomial_text(coefficients: tuple[int, ...]) -> str:
    """A polynomial in x.

    >>> polynomial_text((3, -1, 2))
    '2*x^2 - x + 3'
    """
    out = ""
    for power, c in reversed(list(enumerate(coefficients))):
        if not c:
            continue
        letter = "" if not power else "x" if power == 1 else f"x^{power}"
        size = letter if abs(c) == 1 and letter else f"{abs(c)}*{letter}" if letter else str(abs(c))
        sign = "-" if c < 0 else "+"
        out += f" {sign} {size}" if out else f"-{size}" if c < 0 else size
    return out or "0"
