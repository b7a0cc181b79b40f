"""High-precision second opinion by mpmath: central differences of the loss, and the slack of inequalities.

Everything here only evaluates: it earns NUMERIC and never more. Differences need no calculus at all: for directions V
and U, (F(W + hV) - F(W - hV)) / 2h against <G, V>, and the mixed second difference against vec(V)^T H vec(U). The work
is done with three times the digits, so that the error of the differences, of order h^2, is far below the digits stated.
Functions are differenced at some distance from where they are not smooth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

from symland.checks.expansion import Dims, scope_text, setting
from symland.checks.models import run_model
from symland.checks.sampling import Sample, drawing, facts_of, kinds_for, stream, styles_for
from symland.errors import UndefinedHere, UsageError
from symland.evaluate.application import applied
from symland.evaluate.dense import Reals
from symland.evaluate.point import Key
from symland.evaluate.real import certain, has_free_functions, in_ring
from symland.evaluate.rings import Rationals, Size, Value
from symland.evaluate.statements import judge
from symland.evaluate.terms import Evaluation
from symland.evidence import Evidence, Label, Witness
from symland.language import statements as S
from symland.language.nodes import Node
from symland.language.notation import show
from symland.language.trace import Assignment
from symland.progress import Progress, silent

METHOD = "mpmath"
ATTEMPTS = 20  # samples tried until every term has a value
MARGIN = Fraction(1, 10**6)  # between a sample and a kink, a pole or the end of a domain
SLACK = 5  # digits lost to rounding that are not held against a formula


class Row(NamedTuple):
    """One line of a table of values: at which sample, what, the two numbers (mpmath), and |left - right| relative to
    the larger of 1 and both. `dims` and `point` say where: exact rationals."""

    sample: int
    what: str
    left: Any
    right: Any
    difference: Any
    dims: Mapping[str, int]
    point: Mapping[str, Any]


def derivative_table(
    loss: Node,
    gradients: Mapping[Node, Node],
    blocks: Mapping[tuple[Node, Node], Node],
    dims: Dims,
    digits: int = 50,
    trials: int = 3,
    progress: Progress = silent,
) -> list[Row]:
    """Central differences of the loss (left) beside the formulas (right), one row for each formula and random sample.

    Numbers have the digits stated. Raises UndefinedHere if a term has no value at any of many samples.
    """
    nodes = [loss, *gradients.values(), *blocks.values()]
    rng, facts = stream(nodes), facts_of(nodes)
    kinds = kinds_for(nodes)
    rows: list[Row] = []
    for number in range(1, trials + 1):
        progress(METHOD, number - 1, trials)
        for attempt in range(1, ATTEMPTS + 1):
            style = ("free", kinds[(attempt - 1) % len(kinds)])
            probe = _Probe(loss, Sample(rng, facts, style, given=setting(dims)), digits, rng)
            try:
                rows += probe.rows(number, gradients, blocks)
                break
            except UndefinedHere:
                if attempt == ATTEMPTS:
                    raise
    return rows


def check_derivatives_numeric(
    loss: Node,
    gradients: Mapping[Node, Node],
    blocks: Mapping[tuple[Node, Node], Node],
    dims: Dims,
    digits: int = 50,
    trials: int = 3,
    progress: Progress = silent,
) -> Evidence:
    """Evidence on gradient and Hessian formulas against central differences: NUMERIC(digits), or REFUTED.

    >>> from symland.language.terms import SquaredNorm, matrix
    >>> A = matrix("A", "d", "d")
    >>> check_derivatives_numeric(SquaredNorm(A), {A: 2 * A}, {}, {"d": 2}, digits=30)
    NUMERIC(30 digits; d = 2): 3 values of formulas agree with central differences of the loss [mpmath]
    """
    rows = derivative_table(loss, gradients, blocks, dims, digits, trials, progress)
    scope = f"{digits} digits; {scope_text(dims)}"
    bad = next((r for r in rows if not _agree(r, digits)), None)
    if bad is not None:
        witness = Witness(bad.dims, bad.point, bad.left, bad.right, "difference quotient and formula")
        claim = f"{bad.what} disagrees with differences of the loss"
        return Evidence(Label.REFUTED, claim, METHOD, scope, witness=witness)
    worst = max((r.difference for r in rows), default=0)
    claim = f"{len(rows)} values of formulas agree with central differences of the loss"
    details = f"{trials} samples, largest relative difference {_short(worst)}"
    return Evidence(Label.NUMERIC, claim, METHOD, scope, details)


def inequality_table(
    statement: S.Statement,
    hypotheses: Sequence[S.Statement] = (),
    model: Sequence[Assignment] = (),
    digits: int = 50,
    trials: int = 40,
    top: int = 4,
    progress: Progress = silent,
) -> list[Row]:
    """Both sides of an inequality `a <= b` or `a < b` at small rational samples where the hypotheses hold (decided
    exactly, after running the model). Index variables run to `top`. Raises UsageError for another kind of statement."""
    if not isinstance(statement, (S.Le, S.Lt)):
        raise UsageError(f"{show(statement)} is not an inequality between scalars")
    nodes = [statement, *hypotheses]
    rng, reals = stream(nodes), Reals(digits)
    order = [h for h in hypotheses if isinstance(h, S.NonNeg)]
    rows: list[Row] = []
    samples = drawing(facts_of(nodes), [order], top, rng, styles_for(nodes))
    for number, sample in zip(range(10 * trials), samples, strict=False):
        progress(METHOD, len(rows), trials)
        if len(rows) == trials:
            break
        try:
            run_model(model, sample)
            exact = Evaluation(sample, Rationals())
            if all(certain(h, sample) if has_free_functions(h) else judge(h, exact).holds for h in hypotheses):
                at = Evaluation(_Real(sample, reals, {}), reals)
                left, right = map(at.value, statement.args)
                rows.append(_row(reals, number + 1, show(statement), left, right, sample))
        except UndefinedHere:
            continue
    return rows


def check_inequality(
    statement: S.Statement,
    hypotheses: Sequence[S.Statement] = (),
    model: Sequence[Assignment] = (),
    digits: int = 50,
    trials: int = 40,
    top: int = 4,
    progress: Progress = silent,
) -> Evidence:
    """Evidence on an inequality at samples of its hypotheses: NUMERIC(digits) with the least relative slack, REFUTED
    with a witness, or UNDECIDED if the hypotheses held at no sample or two sides were too close to compare.

    >>> from symland.language.terms import SquaredNorm, matrix
    >>> A, B = matrix("A", "d", "d"), matrix("B", "d", "d")
    >>> check_inequality(S.Le(SquaredNorm(A * B), SquaredNorm(A) * SquaredNorm(B)), digits=30).label.value
    'NUMERIC'
    """
    rows = inequality_table(statement, hypotheses, model, digits, trials, top, progress)
    claim, scope = show(statement), f"{digits} digits; {len(rows)} samples"
    for r in rows:
        if r.left > r.right and not _agree(r, digits):
            witness = Witness(r.dims, r.point, r.left, r.right, f"sample {r.sample}")
            return Evidence(Label.REFUTED, f"{claim} fails", METHOD, scope, witness=witness)
    if not rows:
        return Evidence(Label.UNDECIDED, claim, METHOD, scope, "the hypotheses held at no sample")
    if isinstance(statement, S.Lt) and any(_agree(r, digits) for r in rows):
        return Evidence(Label.UNDECIDED, claim, METHOD, scope, "two sides agree to the digits stated")
    least = min(r.difference for r in rows)
    return Evidence(Label.NUMERIC, claim, METHOD, scope, f"least relative slack {_short(least)}")


class _Real:
    """A rational sample in high precision, with some letters moved."""

    def __init__(self, sample: Sample, reals: Reals, moves: Mapping[Key, Value]) -> None:
        self.sample, self.reals, self.moves = sample, reals, moves
        self.dim, self.index = sample.dim, sample.index

    def letter(self, key: Key, size: Size) -> Value:
        value = in_ring(self.reals, self.sample.letter(key, size), size)
        return self.reals.add(value, self.moves[key]) if key in self.moves else value


class _Probe:
    """Difference quotients of the loss at one sample."""

    def __init__(self, loss: Node, sample: Sample, digits: int, rng: Random) -> None:
        self.loss, self.sample, self.digits = loss, sample, digits
        self.reals = Reals(3 * digits + 20, MARGIN)
        self.h = self.reals.mp.mpf(10) ** -(3 * digits // 4 + 5)
        self.at = Evaluation(_Real(sample, self.reals, {}), self.reals)
        self._directions = Sample(rng, {}, given=sample)

    def first(self, w: Node, formula: Node) -> tuple[Value, Value]:
        """The first difference in a random direction, and <G, V>."""
        v = self._direction(w, "V")
        g = self.at.value(formula)
        up, down = (self._loss([(w, v, s)]) for s in (1, -1))
        return (up - down) / (2 * self.h), self.reals.inner(g, v) if w.is_matrix else g * v

    def second(self, w: Node, u: Node, formula: Node) -> tuple[Value, Value]:
        """The mixed second difference in random directions, and vec(V)^T H vec(U)."""
        a, b = self._direction(w, "V"), self._direction(u, "U")
        f = {(s, t): self._loss([(w, a, s), (u, b, t)]) for s in (1, -1) for t in (1, -1)}
        quotient = (f[1, 1] - f[1, -1] - f[-1, 1] + f[-1, -1]) / (4 * self.h**2)
        column = applied(formula, self.reals.vec(b), self.at)
        return quotient, self.reals.inner(self.reals.vec(a), column)

    def rows(self, number: int, gradients: Mapping[Node, Node], blocks: Mapping[tuple[Node, Node], Node]) -> list[Row]:
        """The lines of a table, with the digits stated."""
        found = [(f"gradient {show(w)}", *self.first(w, g)) for w, g in gradients.items()]
        found += [(f"Hessian block {show(w)} {show(u)}", *self.second(w, u, h)) for (w, u), h in blocks.items()]
        reals = Reals(self.digits)
        return [_row(reals, number, what, left, right, self.sample) for what, left, right in found]

    def _direction(self, letter: Node, name: str) -> Value:
        key, size = self.at.key(letter), self.at.size(letter)
        return in_ring(self.reals, self._directions.letter((name + key[0], key[1]), size), size)

    def _loss(self, moves: Sequence[tuple[Node, Value, int]]) -> Value:
        total: dict[Key, Value] = {}
        for letter, direction, sign in moves:
            key, step = self.at.key(letter), self.reals.scale(sign * self.h, direction)
            total[key] = self.reals.add(total[key], step) if key in total else step
        return Evaluation(_Real(self.sample, self.reals, total), self.reals).value(self.loss)


def _row(reals: Reals, number: int, what: str, left: Value, right: Value, sample: Sample) -> Row:
    mp = reals.mp
    left, right = mp.mpf(left), mp.mpf(right)
    difference = abs(left - right) / max(mp.one, abs(left), abs(right))
    dims, point = sample.shown(key[0] for key, _ in sample.letters)
    return Row(number, what, left, right, difference, dims, point)


def _agree(row: Row, digits: int) -> bool:
    return bool(row.difference * 10 ** (digits - SLACK) <= 1)


def _short(x: Any) -> str:
    return f"{float(x):.1e}"
