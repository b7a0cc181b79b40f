"""The losses of the three networks as texts, for explicit instances."""

from __future__ import annotations

from symland.landscape.counterexamples.instances import Loss

_DATA = (("X", "d m"), ("Y", "d m"))


def linear(layers: int) -> Loss:
    """1/2 |W_L ... W_1 X - Y|^2.

    >>> linear(2).text
    '1/2*norm2(W2*W1*X - Y)^2'
    """
    return _product("W", [f"W{l}" for l in range(layers, 0, -1)])


def residual(layers: int) -> Loss:
    """1/2 |(I + A_L) ... (I + A_1) X - Y|^2.

    >>> residual(2).text
    '1/2*norm2((eye(d) + A2)*(eye(d) + A1)*X - Y)^2'
    """
    return _product("A", [f"(eye(d) + A{l})" for l in range(layers, 0, -1)])


def hidden(activation: str, **shapes: str) -> Loss:
    """1/2 |W2 s(W1 X) - Y|^2, with the activation as a text in Z, and the shapes of other letters in that text.

    >>> hidden("tanh(Z)").text
    '1/2*norm2(W2*(tanh((W1*X))) - Y)^2'
    """
    activation = activation.replace("Z", "(W1*X)")
    layers = (("W1", "d d"), ("W2", "d d"))
    return Loss(f"1/2*norm2(W2*({activation}) - Y)^2", (*layers, *_DATA, *shapes.items()), ("W1", "W2"))


def _product(letter: str, factors: list[str]) -> Loss:
    layers = tuple(f"{letter}{l}" for l in range(1, len(factors) + 1))
    return Loss(f"1/2*norm2({'*'.join(factors)}*X - Y)^2", (*((w, "d d") for w in layers), *_DATA), layers)
