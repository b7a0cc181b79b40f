"""Exact instances of a point of the parameter space: small rational letters for which all assumptions hold, the loss
and its derivatives there, and points of smaller loss nearby."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import islice
from math import prod
from random import Random
from typing import Any, NamedTuple, cast

from symland.checks.models import run_model
from symland.checks.sampling import Sample, facts_of, stream
from symland.errors import NoRule, ShapeError, Undecided, UndefinedHere
from symland.evaluate.derivatives import gradient_at, hessian_at
from symland.evaluate.point import Key
from symland.evaluate.real import certain, has_free_functions
from symland.evaluate.rings import Rationals, Size, Value
from symland.evaluate.statements import judge
from symland.evaluate.terms import Evaluation
from symland.landscape.candidates.solving import Model, models
from symland.landscape.candidates.stationary import Point
from symland.language import statements as S
from symland.language import terms as T
from symland.language.facts import STATEMENT_OF, hypotheses_of, restricts
from symland.language.nodes import Node, walk
from symland.language.statements import Statement
from symland.language.terms import Term
from symland.language.trace import Assignment

STYLES = (
    ("equal", "general"),
    ("free", "general"),
    ("one", "general"),
    ("equal", "small"),
    ("free", "small"),
    ("free", "positive"),
)
HAS_VALUE = "the loss has a value"  # what a sample fails where it has none
SMALL = "small dimensions"  # what a sample fails that is too large to be looked at
NO_VALUE = (UndefinedHere, NoRule, Undecided, ShapeError, RecursionError)
WANTED = 6  # instances
TRIES = 150  # samples for one model
ALIKE = 2  # instances of the same dimensions
LARGEST = 27  # parameters of an instance, so that its Hessian is quick
LARGEST_LETTER = 100  # entries
_OF_SCALARS = ("nonnegative", "positive")  # facts of letters
_OF_SQUARES = ("symmetric", "psd", "diagonal", "invertible", "orthogonal", "positive")
STEPS = tuple(Fraction(1, 2**k) for k in range(24))
RADII = tuple(Fraction(2**k, 64) for k in range(8))  # of the search for a smaller loss, small ones first
DIRECTIONS = 40  # tried at each radius


class Smaller(NamedTuple):
    """A direction at an instance, a step, and the loss before and after it."""

    direction: Mapping[str, Value]
    step: Fraction
    before: Value
    after: Value


@dataclass(frozen=True)
class Instance:
    """One sample at which all assumptions hold, the letters at the point included."""

    point: Point
    sample: Sample

    @property
    def letters(self) -> tuple[Term, ...]:
        return tuple(self.point.where)

    @cached_property
    def evaluation(self) -> Evaluation:
        return Evaluation(self.sample, Rationals())

    @property
    def has_value(self) -> bool:
        """Whether the loss has a value here."""
        try:
            return self.loss is not None
        except NO_VALUE:
            return False

    @cached_property
    def loss(self) -> Value:
        return self.evaluation.value(self.point.loss)

    @cached_property
    def gradient(self) -> dict[Term, Value]:
        """The gradient by letter."""
        return {w: gradient_at(self.point.loss, w, self.evaluation) for w in self.letters}

    @cached_property
    def hessian(self) -> Value:
        """The Hessian over the letters in their order, columns stacked."""
        return hessian_at(self.point.loss, self.letters, self.evaluation)

    @property
    def is_free(self) -> bool:
        """Whether the letters may move in every direction: none is symmetric, orthogonal, ..."""
        return not any(map(restricts, self.letters))

    @property
    def is_stationary(self) -> bool:
        return not any(any(_entries(g)) for g in self.gradient.values())

    @property
    def hessian_size(self) -> int:
        """The number of parameters."""
        return sum(prod(self.evaluation.size(w)) for w in self.letters)

    @property
    def dims(self) -> dict[str, int]:
        return self.sample.shown(())[0]

    def shown(self) -> dict[str, Value]:
        """The letters with their values."""
        return self.sample.shown({key[0] for key, _ in self.sample.letters})[1]

    def along(self, direction: Mapping[Term, Value], step: Fraction) -> Value | None:
        """The loss at the point + step * direction; None where it has no value, or where the letters there are not what
        they are known to be."""
        moved = {self.evaluation.key(w): _moved(self.evaluation.value(w), step, v) for w, v in direction.items()}
        at = Evaluation(_Moved(self.sample, moved), Rationals())
        facts = [h for w in self.letters if isinstance(w, T.Symbol) for h in hypotheses_of(w).values()]
        try:
            return at.value(self.point.loss) if all(_holds(h, at) for h in facts) else None
        except NO_VALUE:
            return None

    def split(self, column: Value) -> dict[Term, Value]:
        """A column over all parameters, letter by letter."""
        ring, out, start = Rationals(), dict[Term, Value](), 0
        entries = ring.entries(column)
        for w in self.letters:
            size = self.evaluation.size(w)
            part = entries[start : start + prod(size)]
            start += prod(size)
            out[w] = ring.unvec(ring.matrix(len(part), 1, part), *size) if size else part[0]
        return out

    def smaller_along(self, direction: Mapping[Term, Value], steps: Sequence[Fraction] = STEPS) -> Smaller | None:
        """The first step along the direction, or against it, at which the loss is smaller."""
        for step in steps:
            for signed in (step, -step):
                after = self.along(direction, signed)
                if after is not None and after < self.loss:
                    named = {repr(w): v for w, v in direction.items()}
                    return Smaller(named, signed, self.loss, after)
        return None

    def smaller_nearby(self, rng: Random) -> Smaller | None:
        """A point of smaller loss, found by a bounded search in random directions with small integer entries."""
        ring = Rationals()

        def draw(w: Term) -> Value:
            size = self.evaluation.size(w)
            numbers = [ring.number(rng.randint(-2, 2)) for _ in range(prod(size))]
            return _symmetrized(w, ring.matrix(size[0], size[1], numbers)) if size else numbers[0]

        for radius in RADII:
            for _ in range(DIRECTIONS):
                found = self.smaller_along({w: draw(w) for w in self.letters}, (radius,))
                if found is not None:
                    return found
        return None


@dataclass(frozen=True)
class _Moved:
    """A setting with some letters replaced."""

    below: Sample
    moved: Mapping[Key, Value]

    def dim(self, name: str, index: int | None) -> int:
        return self.below.dim(name, index)

    def index(self, name: str) -> int:
        return self.below.index(name)

    def letter(self, key: Key, size: Size) -> Value:
        return self.moved[key] if key in self.moved else self.below.letter(key, size)


@dataclass(frozen=True)
class Instances:
    """What was found: instances and the model that gave them; where there are none, how often each assumption failed
    for the program that fulfilled the assumptions of the point most often."""

    found: tuple[Instance, ...]
    model: Model
    failures: Mapping[str, int]

    @property
    def missing(self) -> str:
        """Why there are none."""
        worst = max(self.failures, key=lambda name: self.failures[name], default="")
        if worst == SMALL:
            return "no instance has few enough entries to be looked at exactly"
        reason = f" (at most samples {worst} fails)" if worst else ""
        return f"no model of the assumptions was found{reason}; this does not say that they contradict each other"


def instances(point: Point, conditions: Mapping[str, Statement], model: Model = ()) -> Instances:
    """Instances at which the assumptions of the point and further conditions hold, by the model given or by the first
    program of `landscape.solving` that gives some; the same ones each time."""
    nodes = [point.loss, *point.where.values(), *conditions.values()]
    rng, facts = stream(nodes), _drawn_with(nodes, conditions)
    tried = list[dict[str, int]]()
    for program in [model] if model else models(point.given, frozenset(point.where)):
        lines = (*program, *(Assignment("set", w, t) for w, t in point.where.items()))
        tried.append({})
        found = tuple(islice(_drawn(point, conditions, lines, rng, facts, tried[-1]), WANTED))
        if found:
            return Instances(found, lines, {})
    lines = tuple(Assignment("set", w, t) for w, t in point.where.items())
    given = {*point.assumed, SMALL}
    best = min(tried, key=lambda failures: sum(failures.get(name, 0) for name in given), default={})
    return Instances((), lines, best)


def _drawn_with(nodes: Sequence[Node], conditions: Mapping[str, Statement]) -> dict[str, frozenset[str]]:
    """The facts that letters have, or that a condition says of one."""
    facts, said = facts_of(nodes), set(conditions.values())
    for z in dict.fromkeys(n for h in conditions.values() for n in walk(h) if isinstance(n, T.Symbol)):
        known = _OF_SCALARS if z.is_scalar else _OF_SQUARES if z.shape[0] == z.shape[1] else ("positive",)
        more = (f for f in known if STATEMENT_OF[f](z) in said)
        facts[z.name] = facts.get(z.name, frozenset()) | frozenset(more)
    return facts


def _drawn(
    point: Point, conditions: Mapping[str, Statement], lines: Model, rng: Random, facts: Any, failures: dict[str, int]
) -> Iterator[Instance]:
    seen = list[dict[str, int]]()
    nodes = [n for h in (point.loss, *conditions.values()) for n in walk(h)]
    letters: list[Term] = list(dict.fromkeys(n for n in nodes if isinstance(n, (T.Symbol, T.Member))))
    for k in range(TRIES):
        sample = Sample(rng, facts, STYLES[k % len(STYLES)])
        try:
            sizes = {w: prod(Evaluation(sample, Rationals()).size(w)) for w in letters}
            if sum(sizes[w] for w in point.where) > LARGEST or max(sizes.values()) > LARGEST_LETTER:
                failures[SMALL] = failures.get(SMALL, 0) + 1
                continue
            run_model(lines, sample)
            at = Evaluation(sample, Rationals())
            bad = next((name for name, h in conditions.items() if not _holds(h, at)), None)
            if bad is not None:
                failures[bad] = failures.get(bad, 0) + 1
                continue
        except NO_VALUE:
            continue
        instance = Instance(point, sample)
        if not instance.has_value:
            failures[HAS_VALUE] = failures.get(HAS_VALUE, 0) + 1
        elif seen.count(instance.dims) < ALIKE:
            seen.append(instance.dims)
            yield instance


def _holds(statement: Node, at: Evaluation) -> bool:
    if has_free_functions(statement) and not isinstance(statement, S.Eq):
        return bool(certain(statement, at.point))
    return judge(statement, at).holds


def _symmetrized(w: Term, a: Value) -> Value:
    """The matrix, as a direction for a letter: symmetric or diagonal if the letter is."""
    facts, ring = restricts(w), Rationals()
    if "diagonal" in facts:
        return ring.hadamard(a, ring.identity(ring.size(a)[0]))
    return a + a.transpose() if facts & {"symmetric", "psd"} else a


def _moved(a: Value, step: Fraction, v: Value) -> Value:
    ring = Rationals()
    move = ring.scale(ring.number(step), v) if ring.size(v) else ring.multiply(ring.number(step), v)
    return ring.add(a, move)


def _entries(a: Value) -> list[Value]:
    ring = Rationals()
    return ring.entries(a) if ring.size(a) else [cast(Any, a)]
