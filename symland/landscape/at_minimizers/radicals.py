"""Sums of products of rational powers of rational numbers, such as 3/2*2^(1/3)*5^(1/2), and when two are equal.

Every number is written over pairwise coprime integers, none of them a power. Radicals over these with different
exponents in [0, 1) have irrational ratios, so they are linearly independent over the rationals (Besicovitch, *J. London
Math. Soc.* 15 (1940); Mordell, *Pacific J. Math.* 3 (1953)): equal sums have equal coefficients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd
from typing import Any

import flint

Powers = Mapping[int, Fraction]  # the product of the integers to these exponents
Sum = tuple[tuple[tuple[Fraction, ...], Fraction], ...]  # coefficients by exponents in [0, 1), one for each base


def powers_of(value: Any) -> dict[int, Fraction] | None:
    """A positive SymPy number as a product of rational powers of integers; None if it is written in another way.

    >>> import sympy
    >>> powers_of(sympy.sqrt(2) / 3)
    {3: Fraction(-1, 1), 2: Fraction(1, 2)}
    """
    import sympy

    if isinstance(value, sympy.Rational):
        return product(({int(value.p): Fraction(1)}, {int(value.q): Fraction(-1)})) if value > 0 else None
    if isinstance(value, sympy.Pow) and isinstance(value.exp, sympy.Rational):
        inside = powers_of(value.base)
        return None if inside is None else power(inside, Fraction(int(value.exp.p), int(value.exp.q)))
    if isinstance(value, sympy.Mul):
        parts = [powers_of(f) for f in value.args]
        return None if None in parts else product(p for p in parts if p is not None)
    return None


def product(factors: Iterable[Powers]) -> dict[int, Fraction]:
    """The product; powers of 1 are left out."""
    out: dict[int, Fraction] = {}
    for powers in factors:
        for b, e in powers.items():
            if b != 1:
                out[b] = out.get(b, Fraction(0)) + e
    return out


def power(powers: Powers, exponent: Fraction) -> dict[int, Fraction]:
    """The power of a product."""
    return {b: e * exponent for b, e in powers.items()}


def coprime_base(numbers: Iterable[int]) -> tuple[int, ...]:
    """Pairwise coprime integers, none of them a power, of which the positive integers given are products.

    >>> coprime_base([12, 8, 25])
    (2, 3, 5)
    """
    base: list[int] = []
    left = list(numbers)
    while left:
        n = left.pop()
        at = next((i for i, b in enumerate(base) if gcd(n, b) > 1), None)
        if at is not None:
            b = base.pop(at)
            g = gcd(n, b)
            left += [g, n // g, b // g]
        elif n > 1:
            base.append(_root(n))
    return tuple(sorted(base))


def _root(n: int) -> int:
    """The r that is no power with r^k = n for some k >= 1."""
    while flint.fmpz(n).is_perfect_power():
        n = next(r for k in range(2, n.bit_length()) if (r := int(flint.fmpz(n).root(k))) ** k == n)
    return n


class Radicals:
    """The sums of radicals over a coprime base."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self.base = coprime_base(numbers)

    def sum(self, terms: Iterable[Powers]) -> Sum:
        """The sum of products of powers of integers that are products over the base. Equal numbers are equal here."""
        out: dict[tuple[Fraction, ...], Fraction] = {}
        for term in terms:
            exponents = [sum((e * _valuation(n, b) for n, e in term.items()), Fraction(0)) for b in self.base]
            whole = [e.numerator // e.denominator for e in exponents]
            coefficient = Fraction(1)
            for b, k in zip(self.base, whole, strict=True):
                coefficient *= Fraction(b) ** k
            key = tuple(e - k for e, k in zip(exponents, whole, strict=True))
            out[key] = out.get(key, Fraction(0)) + coefficient
        return tuple(sorted(out.items()))

    def ball(self, value: Sum) -> Any:
        """A ball of FLINT, at the precision in use, that contains the number."""
        out = flint.arb(0)
        for exponents, c in value:
            term = flint.arb(flint.fmpq(c.numerator, c.denominator))
            for b, e in zip(self.base, exponents, strict=True):
                term *= flint.arb(b) ** flint.arb(flint.fmpq(e.numerator, e.denominator))
            out += term
        return out

    def descending(self, values: Sequence[Sum]) -> list[Sum]:
        """Different numbers in descending order."""
        bits = 64
        while True:
            with flint.ctx.workprec(bits):
                found = sorted(((self.ball(v), v) for v in values), key=lambda pair: pair[0].mid(), reverse=True)
                if all(a > b for (a, _), (b, _) in pairwise(found)):
                    return [v for _, v in found]
            bits *= 2

    def to_sympy(self, value: Sum) -> Any:
        """The number for SymPy."""
        import sympy

        terms = []
        for exponents, c in value:
            radicals = [sympy.Integer(b) ** sympy.Rational(e) for b, e in zip(self.base, exponents, strict=True)]
            terms.append(sympy.Mul(sympy.Rational(c.numerator, c.denominator), *radicals))
        return sympy.Add(*terms)


def _valuation(n: int, b: int) -> int:
    """How often b divides n."""
    count = 0
    while n % b == 0:
        n, count = n // b, count + 1
    return count
