"""Activations of a hidden layer, as data: one row for each, with what the theorems about minimizers ask of them.

Source: section 1.3 of the specification; inverses of hyperbolic functions after Olver et al., NIST Handbook of
Mathematical Functions, section 4.37.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast

from symland.errors import UsageError
from symland.language import statements as S
from symland.language import terms as T
from symland.language.index import Index
from symland.language.terms import Term
from symland.language.trace import Assignment

LEAKY_RELU = "leaky_relu"
SLOPE = T.scalar("a")  # the parameter of the leaky activations
ONE = T.number(1)
EVERYWHERE, POSITIVE, UNIT_INTERVAL, SYMMETRIC_INTERVAL = "all", "positive", "(0,1)", "(-1,1)"
Entrywise = Callable[[Term], Term]


@dataclass(frozen=True)
class Activation:
    """A function s of one variable, applied to the entries of a matrix.

    `value`, `slope`, `curvature` are s(A), s'(A), s''(A); no curvature says that it is zero away from `kinks`, where s
    is not differentiable. `range` is s(R): "all", "positive", "(0,1)" or "(-1,1)", None where it is not known.
    `increasing` says that s increases strictly, `least_slope` is a number c0 > 0 with s' >= c0 everywhere, `inverse` is
    the inverse function where it has a closed form. `parameters` are subject to `conditions`.

    What proofs cite: `slope_row` is the rule row that s' is positive, about the constant `slope_constant` if it has
    one; `injective` is the row that s(A) = s(B) only for A = B; `secants(A, B)` is a sum of ones and squares, hence
    positive, with s(A) - s(B) = secants .* (A - B).
    """

    name: str
    formula: str
    value: Entrywise
    slope: Entrywise
    curvature: Entrywise | None
    range: str | None = None
    increasing: bool = True
    least_slope: Term | None = None
    kinks: tuple[int, ...] = ()
    inverse: Entrywise | None = None
    parameters: tuple[Term, ...] = ()
    conditions: Mapping[str, S.Statement] = field(default_factory=dict)
    slope_row: str = ""
    slope_constant: Term | None = None
    injective: str = ""
    secants: Callable[[Term, Term], Term] | None = None

    @property
    def is_smooth(self) -> bool:
        """Whether s is differentiable everywhere."""
        return not self.kinks

    @property
    def is_onto(self) -> bool:
        """Whether every number is a value of s."""
        return self.range == EVERYWHERE

    @property
    def model(self) -> tuple[Assignment, ...]:
        """Parameters that satisfy the conditions."""
        free = T.scalar("b")
        return tuple(Assignment("set", t, cast(Term, T.Reciprocal(T.number(2) + free**2))) for t in self.parameters)

    def __repr__(self) -> str:
        return f"s(z) = {self.formula}"


def of(name: str, x: Term, *parameters: Term) -> Term:
    """The function of this name, entry by entry."""
    return cast(Term, T.Elementwise(name, x, *parameters))


def ones(x: Term) -> Term:
    """Ones in the shape of x."""
    return cast(Term, T.Ones(*x.shape))


def power(x: Term, k: int) -> Term:
    """The powers of the entries, or of a scalar."""
    return cast(Term, T.HadamardPower(x, Index.of(k))) if x.is_matrix else x**k


def _cubic_secants(x: Term, y: Term) -> Term:
    """1 + x^2 + x y + y^2, as a sum of one and squares."""
    half = T.number(1, 2) * y
    return ones(x) + power(x + half, 2) + power(half, 2) + power(half, 2) + power(half, 2)


def logistic_slope(x: Term) -> Term:
    """The derivative of the sigmoid."""
    return T.hadamard(of("sigmoid", x), ones(x) - of("sigmoid", x))


_LEAKY = {
    "a > 0": cast(S.Statement, S.Lt(T.number(0), SLOPE)),
    "a < 1": cast(S.Statement, S.Lt(T.number(0), ONE - SLOPE)),
}
_TABLE = (
    Activation(
        LEAKY_RELU, "max(z, a z)",
        lambda z: of(LEAKY_RELU, z, SLOPE),
        lambda z: SLOPE * ones(z) + (ONE - SLOPE) * of("step", z),
        None,
        EVERYWHERE, least_slope=SLOPE, kinks=(0,), parameters=(SLOPE,), conditions=_LEAKY,
        slope_row="leaky_relu_slope_positive", slope_constant=SLOPE,
        inverse=lambda y: of(LEAKY_RELU, y, cast(Term, T.Reciprocal(SLOPE))),
    ),
    Activation(
        "tanh", "tanh(z)",
        lambda z: of("tanh", z),
        lambda z: ones(z) - power(of("tanh", z), 2),
        lambda z: T.number(-2) * T.hadamard(of("tanh", z), ones(z) - power(of("tanh", z), 2)),
        SYMMETRIC_INTERVAL, slope_row="tanh_slope_positive", injective="tanh_injective",
        inverse=lambda y: T.number(1, 2) * (of("log", ones(y) + y) - of("log", ones(y) - y)),
    ),
    Activation(
        "sinh", "sinh(z)",
        lambda z: of("sinh", z),
        lambda z: of("cosh", z),
        lambda z: of("sinh", z),
        EVERYWHERE, least_slope=ONE, slope_row="cosh_positive", injective="sinh_injective",
        inverse=lambda y: of("log", y + of("sqrt", ones(y) + power(y, 2))),
    ),
    Activation(
        "softplus", "log(1 + exp(z))",
        lambda z: of("softplus", z),
        lambda z: of("sigmoid", z),
        logistic_slope,
        POSITIVE, slope_row="sigmoid_positive", injective="softplus_injective",
        inverse=lambda y: of("log", of("exp", y) - ones(y)),
    ),
    Activation(
        "sigmoid", "1/(1 + exp(-z))",
        lambda z: of("sigmoid", z),
        logistic_slope,
        lambda z: T.hadamard(logistic_slope(z), ones(z) - T.number(2) * of("sigmoid", z)),
        UNIT_INTERVAL, slope_row="sigmoid_slope_positive", injective="sigmoid_injective",
        inverse=lambda y: of("log", y) - of("log", ones(y) - y),
    ),
    Activation(
        "cubic", "z + z^3",
        lambda z: z + power(z, 3),
        lambda z: ones(z) + T.number(3) * power(z, 2),
        lambda z: T.number(6) * z,
        EVERYWHERE, least_slope=ONE, secants=_cubic_secants,
        slope_row="one_plus_square_positive", slope_constant=T.number(3),
    ),
    Activation(
        "leaky softplus", "a z + (1-a) softplus(z)",
        lambda z: SLOPE * z + (ONE - SLOPE) * of("softplus", z),
        lambda z: SLOPE * ones(z) + (ONE - SLOPE) * of("sigmoid", z),
        lambda z: (ONE - SLOPE) * logistic_slope(z),
        EVERYWHERE, least_slope=SLOPE, parameters=(SLOPE,), conditions=_LEAKY,
    ),
)  # fmt: skip
GENERIC = Activation(
    "sigma", "sigma(z)",
    lambda z: of("sigma", z),
    lambda z: of("sigma'", z),
    lambda z: of("sigma''", z),
    increasing=False,
)  # fmt: skip
ACTIVATIONS: Mapping[str, Activation] = MappingProxyType({row.name: row for row in _TABLE})


def activation(name: str | None = None) -> Activation:
    """The activation of this name or formula; without one, a generic smooth function sigma. Raises UsageError for a
    name that is not in the table.

    >>> activation("z + z^3").value(T.matrix("Z", "d", "m"))
    Z + Z.^3
    >>> activation("tanh").range, activation("sinh").is_onto
    ('(-1,1)', True)
    """
    if name is None:
        return GENERIC
    if isinstance(name, str):
        for row in _TABLE:
            if _plain(name) in (_plain(row.name), _plain(row.formula)):
                return row
    raise UsageError(f"there is no activation {name!r}", hint="the activations are: " + ", ".join(ACTIVATIONS))


def _plain(text: str) -> str:
    """A name or formula without blanks and without the argument at its end."""
    return text.replace(" ", "").removesuffix("(z)")
