"""Counterexamples for the linear residual network `f = 1/2 |(I + A_L) ... (I + A_1) X - Y|^2`.

f at A is the loss of the deep linear network at `W_l = I + A_l`, so each case of that network is one of this network.
Beside these there are those about the region in which every |A_l| is below 1.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symland.landscape.counterexamples.facts import Holds as H
from symland.landscape.counterexamples.facts import RankIs, SpectrumIs
from symland.landscape.counterexamples.instances import Instance, Matrix, Number
from symland.landscape.counterexamples.linear import CRITICAL, IDENTITY, LEAST, LINEAR, NIL
from symland.landscape.counterexamples.networks import residual
from symland.landscape.counterexamples.objects import Case, Counterexample

HERE = "In this network $W_l = I + A_l$ takes the place of layer $l$. "


def translated(c: Counterexample) -> Counterexample:
    """The counterexample of the deep linear network at `A_l = W_l - I`, for the residual network.

    >>> from symland.landscape.counterexamples.linear import NOT_DEFINITE
    >>> translated(NOT_DEFINITE).cases[0].at.data["A1"]
    ((0,),)
    """
    return replace(
        c, name=f"residual-{c.name}", network="residual", words=HERE + c.words,
        cases=tuple(replace(case, at=_translated(case.at)) for case in c.cases),
    )  # fmt: skip


def _translated(at: Instance) -> Instance:
    if at.loss is None:
        return at
    layers = at.loss.variables
    data: dict[str, Number | Matrix] = {}
    for name, value in at.data.items():
        if name in layers and not isinstance(value, (int, Fraction, str)):
            rows = [[_less(x, int(i == j)) for j, x in enumerate(cells)] for i, cells in enumerate(value)]
            data["A" + name[1:]] = tuple(map(tuple, rows))
        else:
            data[name] = value
    factors = {w: f"eye({at.dims['d']}) + A{w[1:]}" for w in layers}
    return replace(at, data=data, loss=residual(len(layers)), definitions={**factors, **at.definitions})


def _less(x: Number, one: int) -> Number:
    return (f"({x}) - {one}" if one else x) if isinstance(x, str) else x - one


def _scalar(y: int, *layers: Number, letters: tuple[str, ...] = ()) -> Instance:
    data: dict[str, Number | Matrix] = {"X": [[1]], "Y": [[y]]}
    data |= {f"A{l}": [[a]] for l, a in enumerate(layers, 1)}
    return Instance(data, residual(len(layers)), {"d": 1, "m": 1}, letters=letters)


NEGATIVE_DETERMINANT = Counterexample(
    "negative-determinant", "residual", "No minimizer with small layers where the determinant is negative",
    "Some global minimizer has $||A_l||_2 < 1$ for all $l$.",
    "$det M > 0$",
    "Here $M = -1$. Where $|a| < 1$ and $|b| < 1$ the product $(1 + a)(1 + b)$ is positive, so by the first equation "
    "the loss is above 1/2; the least loss is 0. Gradient dominance on the region is true, but there is no minimizer "
    "in it.",
    (
        Case(
            _scalar(-1, "a", "b", letters=("a", "b")),
            (H("h = 1/2 + (1 + a)*(1 + b) + ((1 + a)*(1 + b))^2/2"),),
            "All pairs of layers.",
        ),
        Case(_scalar(-1, -2, 0), (H("h = 0"),), "A minimizer, with $|A_1| = 2$."),
    ),
    "CE9; Proposition 5.3",
)  # fmt: skip

TOO_FEW_LAYERS = Counterexample(
    "too-few-layers", "residual", "A positive determinant does not suffice for few layers",
    "For $det M > 0$ some global minimizer has $||A_l||_2 < 1$ for all $l$, whatever the number of layers.",
    "enough layers",
    "Here $M = 5$ and $L = 2$. Where $a < 1$ and $-1 < b < 1$ the product of the factors is below 4, so the loss is "
    "above 1/2; the least loss is 0.",
    (
        Case(
            _scalar(5, "a", "b", letters=("a", "b")),
            (H("5 - (1 + a)*(1 + b) = 1 + 2*(1 - b) + (1 + b)*(1 - a)"), H("h = (5 - (1 + a)*(1 + b))^2/2")),
        ),
        Case(_scalar(5, 4, 0), (H("h = 0"),), "A minimizer, with $|A_1| = 4$."),
    ),
    "Proposition 5.3",
)  # fmt: skip

BOUNDARY = Counterexample(
    "boundary-of-region", "residual", "A critical point on the boundary of the region that is no minimizer",
    "Every critical point with $||A_l||_2 <= 1$ is a global minimizer.",
    "$||A_l||_2 < 1$",
    "At $A_1 = A_2 = -1$ both factors $1 + A_l$ vanish: the gradient is 0 and the loss 1/2, while the least loss is 0.",
    (
        Case(_scalar(1, -1, -1), (*CRITICAL, H("h = 1/2"), H(f"{LEAST} = 0"), SpectrumIs("H", {1: 1, -1: 1}))),
        Case(_scalar(1, 0, 0), (H("h = 0"),)),
    ),
    "Theorem 5.2",
)  # fmt: skip

ZERO_LAYERS = Counterexample(
    "zero-layers", "residual", "A minimizer whose layers are zero",
    "The layers $A_l$ of a global minimizer have full rank.",
    "",
    "What has full rank is $I + A_l$. Here $A_1 = A_2 = 0$ is a global minimizer.",
    (
        Case(
            Instance({"X": IDENTITY, "Y": IDENTITY, "A1": NIL, "A2": NIL}, residual(2), {"d": 2, "m": 2}),
            (H("h = 0"), RankIs("A1", 0), SpectrumIs("H", {2: 4, 0: 4})),
        ),
    ),
    "Theorem 5.1",
)  # fmt: skip

RESIDUAL = (NEGATIVE_DETERMINANT, TOO_FEW_LAYERS, BOUNDARY, ZERO_LAYERS, *map(translated, LINEAR))
