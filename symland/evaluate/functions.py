"""Functions of one real variable: their values in every ring, and their derivatives in terms of ring operations.

The table of derivatives here shares nothing with the rule rows of proofs. In jets a function is
f(x + eps v) = f(x) + eps f'(x) v, one infinitesimal at a time, which is exact because eps^2 = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from types import MappingProxyType
from typing import Any

from symland.errors import NoRule
from symland.evaluate.dense import Reals
from symland.evaluate.free_functions import FreeFunctions
from symland.evaluate.functions_exact import modular_value, rational_value
from symland.evaluate.functions_real import ball_value, real_value
from symland.evaluate.jets import Jet, Jets
from symland.evaluate.rings import Balls, PrimeField, Rationals, Ring, Value
from symland.language.functions import is_generic


def function_value(ring: Ring, name: str, x: Value, parameters: Sequence[Value] = ()) -> Value:
    """The value of the function at the scalar x. Raises UndefinedHere where it has none.

    >>> function_value(Rationals(), "leaky_relu", Rationals().number(-3), [Rationals().number(2)])
    -6
    """
    return function_on(ring, name, x, tuple(parameters))


def entrywise(ring: Ring, name: str, a: Value, parameters: Sequence[Value] = ()) -> Value:
    """The function of a scalar, or of every entry of a matrix."""
    size = ring.size(a)
    if not size:
        return function_value(ring, name, a, parameters)
    return ring.matrix(size[0], size[1], [function_value(ring, name, x, parameters) for x in ring.entries(a)])


def log_determinant(ring: Ring, a: Value) -> Value:
    """log |det a|; raises UndefinedHere for a singular matrix."""
    return function_value(ring, "log", function_value(ring, "abs", ring.determinant(a)))


@singledispatch
def function_on(ring: Ring, name: str, x: Value, parameters: tuple[Value, ...]) -> Any:
    """The value of a function, by kind of ring. A ring of polynomials has reciprocals alone, those of constants."""
    if name == "reciprocal":
        return ring.reciprocal(x)
    raise NoRule(f"{name} has no value in {ring.name}", module="symland.evaluate.functions")


@function_on.register
def _(ring: FreeFunctions, name: str, x: Value, parameters: tuple[Value, ...]) -> Any:
    return ring.reciprocal(x) if name == "reciprocal" else ring.applied(name, (x, *parameters))


@function_on.register
def _(ring: Rationals, name: str, x: Value, parameters: tuple[Value, ...]) -> Any:
    return rational_value(name, x, parameters)


@function_on.register
def _(ring: PrimeField, name: str, x: Value, parameters: tuple[Value, ...]) -> Any:
    return modular_value(ring.prime, name, x, parameters)


@function_on.register
def _(ring: Reals, name: str, x: Value, parameters: tuple[Value, ...]) -> Any:
    return real_value(ring, name, x, parameters)


@function_on.register
def _(ring: Balls, name: str, x: Value, parameters: tuple[Value, ...]) -> Any:
    return ball_value(name, x, parameters)


@function_on.register
def _(ring: Jets, name: str, x: Jet, parameters: tuple[Jet, ...]) -> Any:
    arguments = (x, *parameters)
    count = max(mask.bit_length() for a in arguments for mask in a)
    if not count:
        return {0: function_on(ring.base, name, x[0], tuple(p[0] for p in parameters))}
    here, eps = Jets(ring.base, count), 1 << (count - 1)
    below: Ring = Jets(ring.base, count - 1) if count > 1 else ring.base
    start = [{mask: v for mask, v in a.items() if not mask & eps} for a in arguments]
    values = start if count > 1 else [a[0] for a in start]
    out = here.lift(function_on(below, name, values[0], tuple(values[1:])))
    for place, a in enumerate(arguments):
        if any(mask & eps for mask in a):
            slope = partial_derivative(below, name, place, values)
            change = here.multiply(here.lift(slope), {mask ^ eps: v for mask, v in a.items() if mask & eps})
            out = here.add(out, {mask | eps: v for mask, v in change.items()})
    return out


# -- derivatives --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Scalar:
    """A scalar of a ring, with operators."""

    ring: Ring
    value: Value

    def _of(self, other: Scalar | int) -> Value:
        return self.ring.number(other) if isinstance(other, int) else other.value

    def __add__(self, other: Scalar | int) -> Scalar:
        return Scalar(self.ring, self.ring.add(self.value, self._of(other)))

    def __mul__(self, other: Scalar | int) -> Scalar:
        return Scalar(self.ring, self.ring.multiply(self.value, self._of(other)))

    def __neg__(self) -> Scalar:
        return self * -1

    def __sub__(self, other: Scalar | int) -> Scalar:
        return self + (-other)

    def __rsub__(self, other: int) -> Scalar:
        return -self + other

    __radd__, __rmul__ = __add__, __mul__

    def inverse(self) -> Scalar:
        """1/self."""
        return Scalar(self.ring, self.ring.reciprocal(self.value))

    def under(self, name: str, *parameters: Scalar) -> Scalar:
        """The function of the scalar."""
        return Scalar(self.ring, function_on(self.ring, name, self.value, tuple(p.value for p in parameters)))


def _half_circle(x: Scalar) -> Scalar:
    """1 / sqrt(1 - x^2)."""
    return (1 - x * x).under("sqrt").inverse()


DERIVATIVES: Mapping[str, tuple[Callable[..., Scalar], ...]] = MappingProxyType(
    {  # with respect to the argument, then to each parameter
        "sin": (lambda x: x.under("cos"),),
        "cos": (lambda x: -x.under("sin"),),
        "tan": (lambda x: 1 + x.under("tan") * x.under("tan"),),
        "exp": (lambda x: x.under("exp"),),
        "sinh": (lambda x: x.under("cosh"),),
        "cosh": (lambda x: x.under("sinh"),),
        "tanh": (lambda x: 1 - x.under("tanh") * x.under("tanh"),),
        "arctan": (lambda x: (1 + x * x).inverse(),),
        "arcsin": (_half_circle,),
        "arccos": (lambda x: -_half_circle(x),),
        "sigmoid": (lambda x: x.under("sigmoid") * (1 - x.under("sigmoid")),),
        "softplus": (lambda x: x.under("sigmoid"),),
        "log": (lambda x: x.inverse(),),
        "sqrt": (lambda x: (2 * x.under("sqrt")).inverse(),),
        "reciprocal": (lambda x: -(x * x).inverse(),),
        "abs": (lambda x: x.under("sign"),),
        "sign": (lambda x: 0 * x,),
        "relu": (lambda x: x.under("step"),),
        "step": (lambda x: 0 * x,),
        "leaky_relu": (
            lambda x, slope: x.under("step") + slope * (1 - x.under("step")),
            lambda x, slope: x * (1 - x.under("step")),
        ),
        "pow": (
            lambda x, p: p * x.under("pow", p - 1),
            lambda x, p: x.under("pow", p) * x.under("log"),
        ),
    }
)


def partial_derivative(ring: Ring, name: str, place: int, arguments: Sequence[Value]) -> Value:
    """The derivative with respect to the argument (place 0) or to a parameter, at the scalars given.

    >>> ring = Rationals()
    >>> partial_derivative(ring, "pow", 0, [ring.number(2), ring.number(3)])
    12
    """
    if is_generic(name):
        return function_on(ring, name + "'", arguments[0], ())
    return DERIVATIVES[name][place](*(Scalar(ring, a) for a in arguments)).value
