"""Formulas against jets of the loss alone, over a random prime field: fast at any dimension, wrong with tiny probability.

With random directions U_l and V_k, the second-order jet of the loss at W + eps_0 V + eps_1 U has the coefficients
sum <G_l, V_l> and sum vec(V_l)^T H_lk vec(U_k). One evaluation tests all gradients and all Hessian blocks together.
Error bound: Schwartz 1980, Zippel 1979. A pseudoinverse is tested at generic points, where it has full rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from random import Random

from symland.checks.degrees import Bound, add, degree, derived, difference, multiply
from symland.checks.expansion import Dims, scope_text, setting
from symland.checks.sampling import stream
from symland.errors import UndefinedHere, UsageError
from symland.evaluate.application import applied
from symland.evaluate.jets import Jets
from symland.evaluate.point import Key, Setting, letter_name
from symland.evaluate.rings import PrimeField, Size, Value
from symland.evaluate.terms import Evaluation
from symland.evidence import Evidence, Label, Witness
from symland.language import terms as T
from symland.language.nodes import Node
from symland.language.notation import show

METHOD = "prime field jets"
ATTEMPTS = 20  # redraws where a sampled matrix has no inverse
Blocks = Mapping[tuple[Node, Node], Node]


def check_modular(
    loss: Node,
    gradients: Mapping[Node, Node],
    blocks: Blocks,
    dims: Dims,
    trials: int = 2,
    fresh: bool = False,
) -> Evidence:
    """Evidence on gradients by letter and Hessian blocks by pair of letters: SAMPLED with a bound on the error
    probability, or REFUTED with a witness modulo a prime.

    A pair of letters whose transposed pair is given is tested with it. If neither is given for some pair among the
    letters of `blocks`, each block is tested by itself. Raises UndefinedHere if the terms have no value at any of many
    points, NoRule for terms that are not rational functions.

    >>> from symland.language.terms import SquaredNorm, matrix
    >>> A = matrix("A", "d", "d")
    >>> check_modular(SquaredNorm(A), {A: 2 * A}, {}, {"d": 50})
    SAMPLED(d = 50; error <= 2^-117): 1 gradient and 0 Hessian blocks agree with jets of the loss [prime field jets]
    """
    rng = stream([loss, *gradients.values(), *blocks.values()], fresh)
    groups = _groups(blocks)
    bound = 1.0
    for _ in range(trials):
        trial = _defined(_Trial, rng, dims)
        worst = 0
        for claim in [*_gradient_claims(gradients), *groups]:
            left, right = trial.sides(loss, claim)
            if left != right:
                return _refuted(trial, claim, left, right, loss, dims)
            worst = max(worst, trial.degree(loss, claim))
        bound *= worst / trial.field.prime
    counts = f"{_count(len(gradients), 'gradient')} and {_count(len(blocks), 'Hessian block')}"
    scope = f"{scope_text(dims)}; error <= 2^{_exponent(bound)}"
    details = f"{_count(trials, 'trial')}, prime field of about 2^61, total degree at most {worst}"
    return Evidence(Label.SAMPLED, f"{counts} agree with jets of the loss", METHOD, scope, details)


def check_equation(left: Node, right: Node, dims: Dims, trials: int = 2, fresh: bool = False) -> Evidence:
    """Evidence that two terms without derivatives by name are equal as rational functions: SAMPLED or REFUTED."""
    rng = stream([left, right], fresh)
    bound, worst = 1.0, 0
    for _ in range(trials):
        trial = _defined(_Trial, rng, dims)
        a, b = trial.at.value(left), trial.at.value(right)
        if a != b:
            witness = Witness(_ints(dims), trial.shown(), a, b, f"modulo the prime {trial.field.prime}")
            return Evidence(Label.REFUTED, f"{show(left)} differs from {show(right)}", METHOD, scope_text(dims), witness=witness)
        worst = difference(degree(left, trial.at), degree(right, trial.at))
        bound *= worst / trial.field.prime
    scope = f"{scope_text(dims)}; error <= 2^{_exponent(bound)}"
    return Evidence(Label.SAMPLED, f"{show(left)} = {show(right)}", METHOD, scope, f"{_count(trials, 'trial')}")
