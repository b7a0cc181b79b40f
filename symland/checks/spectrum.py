"""The spectrum of a rational symmetric matrix, exactly: eigenvalues as rational or real algebraic numbers.

The characteristic polynomial is factored over the rationals; multiplicities are those of its irreducible factors. The
roots are separated by balls, and every isolating interval is then confirmed in exact arithmetic: the factor changes its
sign between the ends, once for every root it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import flint

from symland.checks.inertia import Inertia, inertia, sign_changes
from symland.errors import CheckFailed, UsageError
from symland.evaluate.rational import SHOWN, Rows, digits, exact_text, near_text, rational, shown_text, symmetric_rows
from symland.evaluate.rings import Value

START = 64  # bits at which roots are separated first
MOST_DIGITS = 10_000  # of enclosures
MOST_FOR_SYMPY = 100  # digits of coefficients
LONGEST, LARGEST = 4_000, 20_000  # digits of an entry, and times the number of rows


@dataclass(frozen=True)
class RealRoot:
    """An irrational real algebraic number: the only root of an irreducible polynomial between `lower` and `upper`. The
    polynomial, by its integer coefficients from the constant upwards, has real roots only."""

    coefficients: tuple[int, ...]
    lower: Fraction
    upper: Fraction

    def __repr__(self) -> str:
        text = polynomial_text(self.coefficients)
        if len(text) > SHOWN:
            text = f"a polynomial of degree {len(self.coefficients) - 1}"
        return f"root of {text} near {near_text(self.middle)}"

    @property
    def middle(self) -> Fraction:
        """The middle of the interval."""
        return (self.lower + self.upper) / 2

    def __float__(self) -> float:
        try:
            return float(self.middle)
        except OverflowError:
            raise UsageError(f"{near_text(self.middle)} is no float", hint="use the enclosures") from None

    def to_sympy(self) -> Any:
        """The number in radicals where its degree is 2, else as SymPy's `CRootOf`. Raises UsageError for coefficients
        of more than 100 digits, with which SymPy computes for minutes."""
        import sympy

        if any(len(exact_text(abs(c))) > MOST_FOR_SYMPY for c in self.coefficients):
            raise UsageError(
                f"the polynomial has coefficients of more than {MOST_FOR_SYMPY} digits",
                hint="use `lower` and `upper`, or the enclosures of the spectrum",
            )
        if len(self.coefficients) == 3:
            c, b, a = self.coefficients
            larger = (_value(self.coefficients, self.lower) < 0) is (a > 0)
            half = sympy.sqrt(b * b - 4 * a * c) / (2 * abs(a))
            return sympy.Rational(-b, 2 * a) + (half if larger else -half)
        polynomial = flint.fmpq_poly(list(self.coefficients))
        moved = polynomial(flint.fmpq_poly([rational(self.upper), 1]))  # all roots are real: Descartes' rule is exact
        above = sign_changes([int(c) for c in moved.numer().coeffs()])
        return sympy.CRootOf(sympy.Poly(self.coefficients[::-1], sympy.Symbol("x")), polynomial.degree() - above - 1)

    def to_latex(self) -> str:
        """The number in radicals, or as the root of a polynomial."""
        text = polynomial_text(self.coefficients)
        if len(text) > SHOWN:
            return _near_latex(self.middle)
        if len(self.coefficients) == 3:
            import sympy

            return str(sympy.latex(self.to_sympy()))
        powers = re.sub(r"\^(\d+)", r"^{\1}", text.replace("*", " "))
        return rf"\text{{root of }} {powers} \text{{ near }} {_decimal_latex(self.middle)}"

    def to_json(self) -> dict[str, Any]:
        """The polynomial, and the interval as fractions; all numbers as text."""
        between = [exact_text(self.lower), exact_text(self.upper)]
        return {"coefficients": [exact_text(c) for c in self.coefficients], "between": between}


Eigenvalue = Fraction | RealRoot


class Factor(NamedTuple):
    """An irreducible factor of a polynomial, with integer coefficients from the constant upwards, and its exponent."""

    coefficients: tuple[int, ...]
    multiplicity: int

    def __repr__(self) -> str:
        return f"Factor({polynomial_text(self.coefficients)}, {self.multiplicity})"

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
        return ", ".join(
            (shown_text(v) if isinstance(v, Fraction) else repr(v)) + (f" ({times} times)" if times > 1 else "")
            for v, times in self.eigenvalues
        )

    def _repr_latex_(self) -> str:
        shown = []
        for v, times in self.eigenvalues:
            exact = _fraction_latex(v) if isinstance(v, Fraction) else v.to_latex()
            shown.append(exact + (rf"\;({times}\times)" if times > 1 else ""))
        return "$" + r",\ ".join(shown) + "$"

    def to_json(self) -> dict[str, Any]:
        """Characteristic polynomial, eigenvalues and inertia as JSON data, numbers as text where they may be long."""
        values = [(exact_text(v) if isinstance(v, Fraction) else v.to_json(), times) for v, times in self.eigenvalues]
        return {
            "characteristic": [{"coefficients": [exact_text(c) for c in f.coefficients],
                                "multiplicity": f.multiplicity} for f in self.characteristic],
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

    Raises UsageError for a matrix that is not symmetric or not of rational numbers, or whose numbers, over one
    denominator, have more than 4000 digits, or 20000 divided by the number of rows; and CheckFailed if the inertia of
    the eigenvalues were not that of the matrix.

    >>> spectrum([[144, 24], [24, 4]]).eigenvalues
    ((Fraction(148, 1), 1), (Fraction(0, 1), 1))
    """
    q = symmetric_rows(matrix)
    check_digits(q)
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


def check_digits(q: Value) -> None:
    """Raises UsageError for a rational matrix whose numbers are too long for its spectrum."""
    found, most = digits(q), min(LONGEST, LARGEST // q.nrows())
    if found > most:
        raise UsageError(
            f"a {q.nrows()} x {q.nrows()} matrix with numbers of {found} digits over one denominator",
            hint=f"scale or round the matrix: of this size, at most {most} digits; inertia(...) has no limit",
        )


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
        ends = f"[{near_text(lower)}, {near_text(upper)}]"
        raise CheckFailed(f"{polynomial_text(factor.coefficients)} does not change its sign on {ends}")
    return RealRoot(factor.coefficients, lower, upper)


def _fraction(x: Any) -> Fraction:
    """The dyadic number that an exact ball is."""
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _fraction_latex(v: Fraction) -> str:
    if len(exact_text(v)) > SHOWN:
        return _near_latex(v)
    sign = "-" if v < 0 else ""
    return f"{v}" if v.denominator == 1 else rf"{sign}\frac{{{abs(v.numerator)}}}{{{v.denominator}}}"


def _near_latex(v: Fraction) -> str:
    return rf"\approx {_decimal_latex(v)}"


def _decimal_latex(v: Fraction) -> str:
    """Six digits, and a power of ten."""
    mantissa, _, exponent = near_text(v).partition("e")
    return mantissa + (rf" \cdot 10^{{{int(exponent)}}}" if exponent else "")


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
        size = letter if abs(c) == 1 and letter else exact_text(abs(c)) + (f"*{letter}" if letter else "")
        sign = "-" if c < 0 else "+"
        out += f" {sign} {size}" if out else f"-{size}" if c < 0 else size
    return out or "0"
