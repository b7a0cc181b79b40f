"""Functions in exact arithmetic: rational ones as they are, all others free.

A free function has at each point a fixed value that is drawn by a hash of its name and the point, a small rational
number. Derivatives follow the table of `evaluate.functions`, so that a statement about derivatives is decided exactly,
for functions about which nothing else is known. Some relations do hold: circular functions are rational functions of
one free function, hyperbolic ones and the sigmoid of another; logarithms add up; roots of powers are powers; even and
odd functions are even and odd. What does not follow from these is no property of the free functions: a statement that
fails for them is refuted only when it fails for the real ones too (`evaluate.real`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Any

import flint

from symland.errors import Undecided, UndefinedHere
from symland.evaluate.rings import Value
from symland.language.functions import FUNCTIONS, INSIDE, NONZERO, POSITIVE, is_generic

RATIONAL = frozenset({"reciprocal", "abs", "sign", "relu", "leaky_relu", "step"})  # exact: never free
FACTORED = 96  # bits of the numbers that are factored into primes
ROOTS = 12  # the largest root that is taken of a power
LARGEST = 10_000  # exponent


@lru_cache(maxsize=2**16)
def rational_value(name: str, x: Value, parameters: tuple[Value, ...]) -> Value:
    """The value at a rational number.

    >>> [rational_value("sqrt", flint.fmpq(4, 9), ()), rational_value("cos", flint.fmpq(0), ())]
    [2/3, 1]
    """
    return _Model().value(name, x, parameters)


def modular_value(prime: int, name: str, x: Value, parameters: tuple[Value, ...]) -> Value:
    """The value at an integer modulo a prime; those in the upper half of the residues count as negative."""
    return _Modular(prime).value(name, x, parameters)


def drawn(*key: object) -> Fraction:
    """The positive rational number, not 1, that belongs to a key."""
    text = "|".join(map(str, key))
    n = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
    q = Fraction(1 + n % 30, 1 + n // 30 % 5)
    return q if q != 1 else Fraction(17, 3)


class _Model:
    """The functions on the rational numbers."""

    def number(self, q: Fraction) -> Value:
        return flint.fmpq(q.numerator, q.denominator)

    def negative(self, x: Value) -> bool:
        return bool(x < 0)

    def check(self, domain: str, x: Value) -> bool:
        """Whether x lies in the domain. The cosine of a rational number is never zero."""
        if domain == POSITIVE:
            return bool(x > 0)
        return not (domain == NONZERO and x == 0) and not (domain == INSIDE and not -1 < x < 1)

    def value(self, name: str, x: Value, parameters: tuple[Value, ...]) -> Value:
        if is_generic(name):
            q = drawn(name, x)
            return self.number(q if drawn("sign", name, x) < 3 else -q)
        if not self.check(FUNCTIONS[name].domain, x):
            raise UndefinedHere(f"{name} has no value at {x}")
        try:
            return TABLE[name](self, x, *parameters)
        except ZeroDivisionError:
            raise UndefinedHere(f"{name} has no value at {x}") from None

    def odd(self, name: str, x: Value) -> Value:
        """A free odd function."""
        if x == 0:
            return x
        return -self.odd(name, -x) if self.negative(x) else self.number(drawn(name, x))

    def exponential(self, x: Value) -> Value:
        """A free function e with e(0) = 1 and e(-x) = 1/e(x)."""
        if x == 0:
            return self.number(Fraction(1))
        return 1 / self.exponential(-x) if self.negative(x) else self.number(1 + drawn("exp", x))

    def logarithm(self, x: Value) -> Value:
        """A free function with log(x y) = log(x) + log(y)."""
        primes = _factors(x)
        if primes is None:
            return self.number(drawn("log", x))
        return sum((e * self.number(drawn("log", p)) for p, e in primes.items()), self.number(Fraction(0)))

    def power(self, x: Value, p: Value) -> Value:
        """x^p: exact for integers p and for powers that have the root; with x^(p+1) = x x^p and
        (x y)^p = x^p y^p."""
        exponent = Fraction(int(p.p), int(p.q))
        if abs(exponent) > LARGEST:
            raise Undecided(f"the exponent {exponent} is too large to be evaluated")
        primes = _factors(x) if 1 < exponent.denominator <= ROOTS else None
        parts = {x: 1} if primes is None else primes
        out = self.number(Fraction(1))
        for base, e in parts.items():
            whole = floor(e * exponent)
            rest = e * exponent - whole
            out *= flint.fmpq(base) ** whole * (self.number(drawn("pow", base, rest)) if rest else 1)
        return out

    def root(self, x: Value) -> Value:
        return self.power(x, flint.fmpq(1, 2))


class _Modular(_Model):
    """The functions on the integers modulo a prime: no order, no factors."""

    def __init__(self, prime: int) -> None:
        self.prime = prime

    def number(self, q: Fraction) -> Value:
        return flint.nmod(q.numerator, self.prime) / q.denominator

    def negative(self, x: Value) -> bool:
        return 2 * int(x) > self.prime

    def check(self, domain: str, x: Value) -> bool:
        return not (domain in (POSITIVE, NONZERO) and x == 0)

    def logarithm(self, x: Value) -> Value:
        return self.number(drawn("log", x))

    def power(self, x: Value, p: Value) -> Value:
        n = int(p)
        n = n - self.prime if self.negative(p) else n
        return x**n if abs(n) <= LARGEST else self.number(drawn("pow", x, p))

    def root(self, x: Value) -> Value:
        return self.number(drawn("sqrt", x))


def _factors(x: Any) -> dict[Any, int] | None:
    """The primes of a positive rational number with their exponents, or None for one that is large."""
    if max(int(x.p), int(x.q)).bit_length() > FACTORED:
        return None
    return {prime: sign * int(e) for n, sign in ((x.p, 1), (x.q, -1)) for prime, e in n.factor()}


def _step(m: _Model, x: Value) -> Value:
    return m.number(Fraction(0 if m.negative(x) else 1))


def _sine(m: _Model, x: Value) -> Value:
    t = m.odd("tangent of half the angle", x)
    return 2 * t / (1 + t * t)


def _cosine(m: _Model, x: Value) -> Value:
    t = m.odd("tangent of half the angle", x)
    return (1 - t * t) / (1 + t * t)


TABLE: Mapping[str, Callable[..., Value]] = {
    "reciprocal": lambda m, x: 1 / x,
    "abs": lambda m, x: -x if m.negative(x) else x,
    "sign": lambda m, x: 2 * _step(m, x) - 1,
    "relu": lambda m, x: x * _step(m, x),
    "leaky_relu": lambda m, x, slope: slope * x if m.negative(x) else x,
    "step": _step,
    "sin": _sine,
    "cos": _cosine,
    "tan": lambda m, x: _sine(m, x) / _cosine(m, x),
    "exp": lambda m, x: m.exponential(x),
    "sinh": lambda m, x: (m.exponential(x) - m.exponential(-x)) / 2,
    "cosh": lambda m, x: (m.exponential(x) + m.exponential(-x)) / 2,
    "tanh": lambda m, x: (m.exponential(x) - m.exponential(-x)) / (m.exponential(x) + m.exponential(-x)),
    "sigmoid": lambda m, x: m.exponential(x) / (1 + m.exponential(x)),
    "softplus": lambda m, x: m.logarithm(1 + m.exponential(x)),
    "log": lambda m, x: m.logarithm(x),
    "sqrt": lambda m, x: m.root(x),
    "pow": lambda m, x, p: m.power(x, p),
    "arctan": lambda m, x: m.odd("arctan", x),
    "arcsin": lambda m, x: m.odd("arcsin", x),
    "arccos": lambda m, x: m.number(Fraction(11, 7)) - m.odd("arcsin", x),
}
