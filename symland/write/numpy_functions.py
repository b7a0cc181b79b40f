"""Functions of numbers and of every entry of an array, in float64, stable where the textbook formula is not.

They have the values of real analysis where they are continuous; relu, step and sign are 0 at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symland.errors import UndefinedHere, UsageError

Value = Any  # a float64 number or array


def function(name: str, x: Value, *parameters: Value) -> Value:
    """The function of a number or of every entry. Raises UndefinedHere where it has no value."""
    if name in OUTSIDE and (bad := OUTSIDE[name](x, *parameters)).any():
        raise UndefinedHere(f"{name} has no value at {np.asarray(x)[bad].flat[0]:.6g}")
    out = FUNCTIONS[name](x, *parameters)
    return out if np.ndim(out) else np.float64(out)


def generic(name: str, f: Callable[[Any], Any], x: Value) -> Value:
    """The values of a function that the user implements."""
    try:
        out = np.asarray(f(np.array(x)))
    except (TypeError, ValueError) as e:
        raise UsageError(f"the implementation of {name} fails: {e}") from e
    if out.dtype.kind not in "biuf":
        raise UsageError(f"the implementation of {name} gives {out.dtype}, not real numbers")
    if out.shape != np.shape(x):
        raise UsageError(f"the implementation of {name} gives shape {out.shape} for an array of shape {np.shape(x)}")
    return out.astype(np.float64) if out.ndim else np.float64(out)


def _sigmoid(x: Value) -> Value:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
    "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan,
    "sigmoid": _sigmoid,
    "softplus": lambda x: np.logaddexp(0.0, x),
    "reciprocal": lambda x: 1.0 / x,
    "abs": np.abs,
    "sign": np.sign,
    "relu": lambda x: np.maximum(x, 0.0),
    "step": lambda x: np.heaviside(x, 0.0),
    "leaky_relu": lambda x, slope: np.where(x > 0, x, slope * x),
    "pow": np.power,
}  # fmt: skip
OUTSIDE: Mapping[str, Callable[..., Any]] = {
    "log": lambda x: x <= 0,
    "sqrt": lambda x: x < 0,
    "reciprocal": lambda x: x == 0,
    "arcsin": lambda x: np.abs(x) > 1,
    "arccos": lambda x: np.abs(x) > 1,
    "pow": lambda x, p: ((x < 0) & (p != np.floor(p))) | ((x == 0) & (p < 0)),
}
