"""Functions of real numbers: in high precision by mpmath, and in balls by FLINT.

A generic function has a concrete form here, chosen by a hash of its name: a sin(c x + d) + b x + e x^2, whose
derivatives of every order are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import flint

from symland.errors import UndefinedHere
from symland.evaluate.dense import Reals
from symland.evaluate.functions_exact import drawn
from symland.evaluate.rings import Value
from symland.language.functions import COSINE, FUNCTIONS, INSIDE, NONZERO, POSITIVE, is_generic


def generic_value(name: str, x: Any, sin: Any, cos: Any, number: Callable[[Fraction], Any]) -> Any:
    """The generic function of this name, or with primes its derivative, at x."""
    base = name.rstrip("'")
    order = len(name) - len(base)
    a, b, c, d, e = (drawn("generic", base, place) / 8 for place in "abcde")
    wave = (sin, cos)[order % 2](number(c) * x + number(d)) * number(a * c**order * (1 if order % 4 < 2 else -1))
    line = (number(b) * x + number(e) * x * x, number(b) + number(2 * e) * x, number(2 * e))
    return wave + line[order] if order < 3 else wave


# -- mpmath ---------------------------------------------------------------------------------------------------
def real_value(ring: Reals, name: str, x: Value, parameters: tuple[Value, ...]) -> Value:
    """The value in high precision. Where a function is continuous up to a point, it has its value there: relu, abs
    and sign are 0 at 0. With a margin (`Reals.margin`) it has values only where it is smooth, that far from the rest.

    >>> real_value(Reals(15), "relu", Reals(15).number(0), ())
    mpf('0.0')
    """
    mp = ring.mp
    if is_generic(name):
        return generic_value(name, x, mp.sin, mp.cos, ring.number)
    if not _inside(ring, FUNCTIONS[name].domain, x) if ring.margin else not _continuous(ring, name, x, parameters):
        raise UndefinedHere(f"{name} has no value at {mp.nstr(x, 10)}")
    return REAL[name](mp, x, *parameters)


def _inside(ring: Reals, domain: str, x: Value) -> bool:
    """Whether x lies in the open domain, with the margin of the ring."""
    room = {POSITIVE: x, NONZERO: abs(x), INSIDE: 1 - abs(x), COSINE: abs(ring.mp.cos(x))}
    return domain not in room or bool(room[domain] > ring.number(ring.margin))


def _continuous(ring: Reals, name: str, x: Value, parameters: tuple[Value, ...]) -> bool:
    if name == "pow":
        return bool(x > 0 or (x == 0 and parameters[0] >= 0) or (x < 0 and ring.mp.isint(parameters[0])))
    if name == "tan":
        return bool(ring.mp.cos(x) != 0)
    bad = {"log": x <= 0, "sqrt": x < 0, "reciprocal": x == 0, "arcsin": abs(x) > 1, "arccos": abs(x) > 1}
    return not bad.get(name, False)


def _plus(mp: Any, x: Any) -> Any:
    return x if x > 0 else mp.zero


REAL: Mapping[str, Callable[..., Any]] = {
    **{f: (lambda mp, x, f=f: getattr(mp, f)(x)) for f in ("sin", "cos", "tan", "exp", "sinh", "cosh", "tanh")},
    **{f"arc{f}": (lambda mp, x, f=f: getattr(mp, f"a{f}")(x)) for f in ("sin", "cos", "tan")},
    "log": lambda mp, x: mp.log(x),
    "sqrt": lambda mp, x: mp.sqrt(x),
    "sigmoid": lambda mp, x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda mp, x: _plus(mp, x) + mp.log1p(mp.exp(-abs(x))),
    "reciprocal": lambda mp, x: 1 / x,
    "abs": lambda mp, x: abs(x),
    "sign": lambda mp, x: mp.sign(x),
    "relu": _plus,
    "leaky_relu": lambda mp, x, slope: x if x > 0 else slope * x,
    "step": lambda mp, x: mp.one if x > 0 else mp.zero,
    "pow": lambda mp, x, p: mp.power(x, int(p) if mp.isint(p) else p),
}


# -- balls ----------------------------------------------------------------------------------------------------
def ball_value(name: str, x: Value, parameters: tuple[Value, ...]) -> Value:
    """A ball around the values of the function on a ball, which has to lie in the open domain.

    >>> ball_value("sqrt", flint.arb(4), ())
    2.00000000000000
    """
    if is_generic(name):
        number = lambda q: flint.arb(flint.fmpq(q.numerator, q.denominator))  # noqa: E731
        return generic_value(name, x, flint.arb.sin, flint.arb.cos, number)
    domain = FUNCTIONS[name].domain
    certain = {POSITIVE: x > 0, NONZERO: not x.contains(0), INSIDE: abs(x) < 1, COSINE: not x.cos().contains(0)}
    if not certain.get(domain, True):
        raise UndefinedHere(f"{name} has no value everywhere on {x}")
    return BALL[name](x, *parameters)


BALL: Mapping[str, Callable[..., Any]] = {
    **{f: getattr(flint.arb, f) for f in ("sin", "cos", "tan", "exp", "sinh", "cosh", "tanh", "log", "sqrt")},
    **{f"arc{f}": getattr(flint.arb, f"a{f}") for f in ("sin", "cos", "tan")},
    "sigmoid": lambda x: 1 / (1 + (-x).exp()),
    "softplus": lambda x: (1 + x.exp()).log(),
    "reciprocal": lambda x: 1 / x,
    "abs": lambda x: abs(x),
    "sign": lambda x: flint.arb(1 if x > 0 else -1),
    "relu": lambda x: x if x > 0 else flint.arb(0),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "step": lambda x: flint.arb(1 if x > 0 else 0),
    "pow": lambda x, p: x**p,
}
