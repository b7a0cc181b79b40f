"""Differentiation of elementwise functions, of matrices and of scalars: `D(f(A)) = f'(A) .* D(A)`.

A row says it for one function of `language/functions.py`, with the domain of that function as its premise, and one for
every generic function F, which stands for any smooth function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from symland.language.domains import domain_of
from symland.language.index import Index
from symland.language.statements import Eq
from symland.language.terms import (
    Elementwise,
    HadamardPower,
    Ones,
    Reciprocal,
    Scale,
    Term,
    Zero,
    hadamard,
    number,
    times,
)
from symland.language.trace import Assignment
from symland.proof.rules.letters import A, D, a, c, p, q
from symland.proof.rules.row import Row, rows

OLVER = "Olver et al., NIST Handbook of Mathematical Functions, ch. 4"
ONE, TWO = number(1), Index.of(2)


def apply(name: str, x: Term, *parameters: Term) -> Term:
    """f(x), entry by entry."""
    out: Term = Elementwise(name, x, *parameters)
    return out


def one(x: Term) -> Term:
    """1 in the shape of x."""
    return Ones(*x.shape) if x.is_matrix else ONE


def square(x: Term) -> Term:
    """The squares of the entries."""
    return HadamardPower(x, TWO) if x.is_matrix else x**2


def over(x: Term) -> Term:
    """1/x, entry by entry."""
    return apply("reciprocal", x) if x.is_matrix else Reciprocal(x)


def both(x: Term, y: Term) -> Term:
    """The product of the entries."""
    return hadamard(x, y) if x.is_matrix else x * y


# f'(x) for each f; None where it is zero.
DERIVATIVE: dict[str, Callable[..., Term | None]] = {
    "sin": lambda x: apply("cos", x),
    "cos": lambda x: -apply("sin", x),
    "tan": lambda x: one(x) + square(apply("tan", x)),
    "exp": lambda x: apply("exp", x),
    "log": over,
    "sinh": lambda x: apply("cosh", x),
    "cosh": lambda x: apply("sinh", x),
    "tanh": lambda x: one(x) - square(apply("tanh", x)),
    "arctan": lambda x: over(one(x) + square(x)),
    "arcsin": lambda x: over(apply("sqrt", one(x) - square(x))),
    "arccos": lambda x: -over(apply("sqrt", one(x) - square(x))),
    "sigmoid": lambda x: both(apply("sigmoid", x), one(x) - apply("sigmoid", x)),
    "softplus": lambda x: apply("sigmoid", x),
    "relu": lambda x: apply("step", x),
    "leaky_relu": lambda x, slope: times(slope, one(x)) + times(ONE - slope, apply("step", x)),
    "step": lambda x: None,
    "abs": lambda x: apply("sign", x),
    "sign": lambda x: None,
    "sqrt": lambda x: times(number(1, 2), over(apply("sqrt", x))),
    "reciprocal": lambda x: -square(over(x)),
    "pow": lambda x, exponent: times(exponent, apply("pow", x, exponent - 1)),
}
PARAMETERS = {"leaky_relu": (c,), "pow": (c,)}
# The derivative in the parameter.
IN_PARAMETER: dict[str, Callable[..., Term]] = {
    "leaky_relu": lambda x, slope: both(x, one(x) - apply("step", x)),
    "pow": lambda x, exponent: both(apply("pow", x, exponent), apply("log", x)),
}
POSITIVE_MODEL = {
    A: (Assignment("set", A, HadamardPower(A, TWO) + Ones(p, q)),),
    a: (Assignment("set", a, a**2 + 1),),
}


def _row(f: str, x: Term) -> Row:
    """The row of one function at the letter x."""
    parameters = PARAMETERS.get(f, ())
    value = apply(f, x, *parameters)
    slope = DERIVATIVE[f](x, *parameters)
    if slope is None:
        right = Zero(*x.shape) if x.is_matrix else number(0)
    elif x.is_matrix:
        negative = isinstance(slope, Scale) and slope.args[0] is number(-1)
        right = -hadamard(slope.args[1], D(x)) if negative else hadamard(slope, D(x))
    else:
        right = slope * D(x)
    for t in parameters:
        right = right + times(D(t), IN_PARAMETER[f](x, t))
    domain = domain_of(cast(Elementwise, value))
    return Row(
        f"d_{f}" + ("" if x.is_matrix else "_scalar"),
        Eq(D(value), right),
        premises=() if domain is None else (domain,),
        reason=f"derivative of {f}",
        citation=OLVER,
        model=POSITIVE_MODEL[x],
    )


TABLE = rows(
    *(_row(f, A) for f in DERIVATIVE),
    *(_row(f, a) for f in DERIVATIVE if f != "reciprocal"),
    Row("d_function", Eq(D(apply("F", A)), hadamard(apply("F'", A), D(A))), reason="chain rule, entry by entry"),
    Row("d_function_scalar", Eq(D(apply("F", a)), apply("F'", a) * D(a)), reason="chain rule"),
)
