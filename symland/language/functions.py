"""Functions of one real variable by name: what the terms `Elementwise` may apply.

A name that is not in the table, such as `sigma`, is a generic function, smooth of every order; `sigma'` and `sigma''`
are its derivatives. In proofs a function has a value only where it is smooth: `abs`, `sign`, `relu`, `leaky_relu` and
`step` have none at 0, `log`, `sqrt` and `pow` none outside the positive numbers. So wherever a theorem speaks of f(A),
f is differentiable at every entry of A.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

ALL, POSITIVE, NONZERO, INSIDE, COSINE = "all", "positive", "nonzero", "inside", "cosine"


class Function(NamedTuple):
    """Where a function has a value (everywhere; where x > 0; x != 0; -1 < x < 1; cos x != 0), and how many scalar
    parameters follow its argument."""

    domain: str = ALL
    parameters: int = 0


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **{name: Function() for name in ("sin", "cos", "exp", "sinh", "cosh", "tanh", "arctan", "sigmoid", "softplus")},
        **{name: Function(POSITIVE) for name in ("log", "sqrt")},
        **{name: Function(NONZERO) for name in ("reciprocal", "abs", "sign", "relu", "step")},
        **{name: Function(INSIDE) for name in ("arcsin", "arccos")},
        "tan": Function(COSINE),
        "leaky_relu": Function(NONZERO, 1),  # the slope for negative arguments
        "pow": Function(POSITIVE, 1),  # the exponent
    }
)
# Names that the notation uses: sigma may be any function, but inv(A) is the inverse.
RESERVED = frozenset(
    {
        *("D", "Diag", "I", "K", "Psi", "acos", "asin", "atan", "det", "diag", "entry", "eye", "grad", "hess", "inner"),
        *("inv", "kron", "ln", "logdet", "logistic", "matrix", "norm1", "norm2", "ones", "opnorm", "pinv", "prod"),
        *("sum", "tr", "trace", "transpose", "unit", "unvec", "vec", "vector", "zeros"),
    }
)


def is_generic(name: str) -> bool:
    """Whether the name stands for any smooth function."""
    return name not in FUNCTIONS and name not in RESERVED
