"""Formulas against jets of the loss alone, over a random prime field: fast at any size, with a tiny error probability.

With random directions U_l and V_k, the second-order jet of the loss at W + eps_0 V + eps_1 U has the coefficients
sum <G_l, V_l> and sum vec(V_l)^T H_lk vec(U_k). One evaluation tests all gradients and all Hessian blocks together.
Error bound: Schwartz 1980, Zippel 1979. A pseudoinverse is tested at generic points, where it has full rank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from math import ceil, log2
from random import Random
from typing import NamedTuple, TypeVar

from symland.checks.degrees import add, degree, derived, difference, multiply, potential_degree
from symland.checks.expansion import Dims, scope_text, setting
from symland.checks.sampling import Facts, Uniform, facts_of, stream
from symland.errors import UndefinedHere
from symland.evaluate.application import applied
from symland.evaluate.jets import Jets
from symland.evaluate.point import Key, Setting, letter_name
from symland.evaluate.rings import PrimeField, Size, Value
from symland.evaluate.terms import Evaluation
from symland.evidence import Evidence, Label, Witness
from symland.language.nodes import Node
from symland.language.notation import show

METHOD = "prime field jets"
ATTEMPTS = 20  # points tried until the terms have values
LINEAR = (1, 0)  # the degree bound of a direction

Blocks = Mapping[tuple[Node, Node], Node]
Outcome = TypeVar("Outcome")


def check_modular(
    loss: Node, gradients: Mapping[Node, Node], blocks: Blocks, dims: Dims, trials: int = 2, fresh: bool = False
) -> Evidence:
    """Evidence on gradients by letter and Hessian blocks by pair of letters: SAMPLED with a bound on the error
    probability, or REFUTED with a witness modulo a prime.

    If the pairs are all pairs of some letters, up to transposition, one jet tests all of them; otherwise each block is
    tested by itself. Raises UndefinedHere if the terms have no value at any point tried, NoRule for terms that are not
    rational functions.

    >>> from symland.language.terms import SquaredNorm, matrix
    >>> A = matrix("A", "d", "d")
    >>> check_modular(SquaredNorm(A), {A: 2 * A}, {}, {"d": 50})
    SAMPLED(d = 50; error <= 2^-118): 1 gradient and 0 Hessian blocks agree with jets of the loss [prime field jets]
    """
    claims = _gradient_claims(gradients) + _block_claims(blocks)
    nodes = [loss, *gradients.values(), *blocks.values()]
    rng, facts = stream(nodes, fresh), facts_of(nodes)
    worst, done = _degree_bound(loss, claims, dims), []
    for _ in range(trials):
        trial, outcomes = _attempt(dims, facts, rng, lambda t: [t.outcome(loss, claim) for claim in claims])
        for claim, (left, right) in zip(claims, outcomes, strict=True):
            if left != right:
                name = _culprit(claim, trial, loss)
                return _refuted(f"{name} disagrees with jets of the loss", trial, dims, left, right)
        done.append(trial)
    counts = f"{_count(len(gradients), 'gradient')} and {_count(len(blocks), 'Hessian block')}"
    return _sampled(f"{counts} agree with jets of the loss", dims, done, worst)


def check_equation(left: Node, right: Node, dims: Dims, trials: int = 2, fresh: bool = False) -> Evidence:
    """Evidence that two terms of one shape are equal as rational functions of their letters: SAMPLED or REFUTED.

    >>> from symland.language.terms import Inverse, matrix
    >>> A, B = matrix("A", "d", "d"), matrix("B", "d", "d")
    >>> [check_equation(Inverse(A * B), right, {"d": 3}).label.value for right in (Inverse(B) * Inverse(A), A)]
    ['SAMPLED', 'REFUTED']
    """
    rng, facts = stream([left, right], fresh), facts_of([left, right])
    empty = Evaluation(setting(dims), PrimeField(7))
    worst, done = difference(degree(left, empty), degree(right, empty)), []
    for _ in range(trials):
        trial, (a, b) = _attempt(dims, facts, rng, lambda t: (t.at.value(left), t.at.value(right)))
        if a != b:
            return _refuted(f"{show(left)} differs from {show(right)}", trial, dims, a, b)
        done.append(trial)
    return _sampled(f"{show(left)} = {show(right)}", dims, done, worst)


class _Claim(NamedTuple):
    """Formulas by pair of letters, rows and columns; a gradient has no columns and is listed under (w, w)."""

    name: str
    rows: tuple[Node, ...]
    columns: tuple[Node, ...]
    formulas: Blocks


def _gradient_claims(gradients: Mapping[Node, Node]) -> list[_Claim]:
    formulas = {(w, w): g for w, g in gradients.items()}
    name = "the gradient" + (f" with respect to {show(next(iter(gradients)))}" if len(gradients) == 1 else "")
    return [_Claim(name, tuple(gradients), (), formulas)] if gradients else []


def _block_claims(blocks: Blocks) -> list[_Claim]:
    letters = tuple(dict.fromkeys(w for pair in blocks for w in pair))
    if blocks and all((w, u) in blocks or (u, w) in blocks for w in letters for u in letters):
        return [_Claim("the Hessian", letters, letters, blocks)]
    return [_Claim(f"the Hessian block {show(w)} {show(u)}", (w,), (u,), {(w, u): h}) for (w, u), h in blocks.items()]


def _culprit(claim: _Claim, trial: _Trial, loss: Node) -> str:
    """The name of one formula of a wrong claim that is wrong by itself."""
    alone = _block_claims if claim.columns else lambda part: _gradient_claims({w: g for (w, _), g in part.items()})
    for pair, formula in claim.formulas.items():
        for part in alone({pair: formula}):
            left, right = trial.outcome(loss, part)
            if left != right:
                return part.name
    return claim.name


class _Moved:
    """A setting in jets: the letters of `below`, some of them moved by eps_0 V and by eps_1 U."""

    def __init__(self, below: Setting, jets: Jets, moves: Sequence[Mapping[Key, Value]]) -> None:
        self.below, self.jets, self.moves = below, jets, moves
        self.dim, self.index = below.dim, below.index

    def letter(self, key: Key, size: Size) -> Value:
        out = self.jets.lift(self.below.letter(key, size))
        for bit, directions in enumerate(self.moves):
            if key in directions:
                out = self.jets.shifted(out, directions[key], bit)
        return out


class _Trial:
    """One prime, one point, and the directions drawn at it."""

    def __init__(self, dims: Dims, facts: Facts, rng: Random) -> None:
        self.field, self.rng = PrimeField.drawn(rng), rng
        self.point = Uniform(setting(dims), facts, self.field, rng)
        self.at = Evaluation(self.point, self.field)

    def outcome(self, loss: Node, claim: _Claim) -> tuple[Value, Value]:
        """The coefficient of the loss's jet, and the same number by the formulas."""
        v, u = self._directions(claim.rows), self._directions(claim.columns)
        jets = Jets(self.field, 2)
        jet = Evaluation(_Moved(self.point, jets, (v, u)), jets).value(loss)
        if u:
            parts = [self._second(claim, row, column, v, u) for row in claim.rows for column in claim.columns]
        else:
            parts = [self._first(claim.formulas[w, w], v[self.at.key(w)]) for w in claim.rows]
        return jet.get(3 if u else 1, self.field.number(0)), reduce(self.field.add, parts)

    def _directions(self, letters: Sequence[Node]) -> dict[Key, Value]:
        return {self.at.key(w): self.field.draw(self.at.size(w), self.rng) for w in letters}

    def _first(self, formula: Node, v: Value) -> Value:
        g = self.at.value(formula)
        return self.field.inner(g, v) if self.field.size(v) else g * v

    def _second(self, claim: _Claim, row: Node, column: Node, v: Mapping[Key, Value], u: Mapping[Key, Value]) -> Value:
        """vec(V)^T H vec(U), by the block or by the transposed one."""
        flipped = (row, column) not in claim.formulas
        formula = claim.formulas[(column, row) if flipped else (row, column)]
        left, right = (self.field.vec(x) for x in (v[self.at.key(row)], u[self.at.key(column)]))
        return self.field.inner(left, applied(formula, right, self.at, flipped))


def _degree_bound(loss: Node, claims: Sequence[_Claim], dims: Dims) -> int:
    """The degree of the difference of the two numbers of an outcome, at most. Raises NoRule for what is no rational
    function: of that a prime field says nothing, so no point is tried."""
    at = Evaluation(setting(dims), PrimeField(7))
    worst, of_loss = 0, potential_degree(loss, at)
    for claim in claims:
        order, bound = (2 if claim.columns else 1), of_loss
        for _ in range(order):
            bound = derived(bound, LINEAR)
        of_formulas = [multiply(degree(h, at), (order, 0)) for h in claim.formulas.values()]
        worst = max(worst, difference(bound, reduce(add, of_formulas)))
    return worst


def _attempt(dims: Dims, facts: Facts, rng: Random, work: Callable[[_Trial], Outcome]) -> tuple[_Trial, Outcome]:
    """A trial at whose point the work has a value."""
    for attempt in range(ATTEMPTS):
        try:
            trial = _Trial(dims, facts, rng)
            return trial, work(trial)
        except UndefinedHere:
            if attempt == ATTEMPTS - 1:
                raise
    raise UndefinedHere("no point was tried")


def _sampled(claim: str, dims: Dims, trials: Sequence[_Trial], worst: int) -> Evidence:
    risk = sum(log2(max(worst, 1) / trial.field.prime) for trial in trials)
    scope = f"{scope_text(dims)}; error <= 2^{ceil(risk)}"
    details = f"{_count(len(trials), 'trial')} in random prime fields of about 2^61, total degree at most {worst}"
    return Evidence(Label.SAMPLED, claim, METHOD, scope, details)


def _refuted(claim: str, trial: _Trial, dims: Dims, left: Value, right: Value) -> Evidence:
    letters = {letter_name(key): value for key, value in trial.point.letters.items()}
    sizes = {name: v for name, v in dims.items() if isinstance(v, int)}
    witness = Witness(sizes, letters, left, right, f"modulo the prime {trial.field.prime}")
    return Evidence(Label.REFUTED, claim, METHOD, scope_text(dims), witness=witness)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
