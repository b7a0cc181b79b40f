"""High-precision second opinion by mpmath: central differences of the loss, and the slack of inequalities.

Everything here only evaluates: it earns NUMERIC and never more. Differences need no calculus at all: for directions V
and U, (F(W + hV) - F(W - hV)) / 2h against <G, V>, and the mixed second difference against vec(V)^T H vec(U). The work
is done with three times the digits, so that the error of the differences, of order h^2, is far below the digits stated.
Functions, inverses and logarithms of determinants are differenced at some distance from where they are not smooth: a
sample without a value, or too near to such a place, is passed over.

A disagreement refutes only if it stays. It is computed again with twice the digits and a smaller step, and again: a
formula is refuted when both numbers are settled, the gap is far larger than what they changed, and the differences on
both sides of the sample agree. Where it does not come to that (cancellation, ill-conditioning) the sample says nothing.
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
from symland.language import terms as T
from symland.language.nodes import Node
from symland.language.notation import show
from symland.language.trace import Assignment
from symland.progress import Progress, silent

METHOD = "mpmath"
ATTEMPTS = 20  # samples tried until every term has a value
ENOUGH = 6  # samples after which both sides may vanish
MARGIN = Fraction(1, 10**6)  # between a sample and a kink, a pole or the end of a domain
SLACK = 5  # digits lost to rounding that are not held against a formula
REFINED = 3  # times that the digits are doubled before a sample is given up
CLEAR = 100  # a gap refutes if it is that many times what the two numbers changed by


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
    refuted: bool = False  # the two sides of an inequality, in the wrong order with more digits too


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

    Numbers have the digits stated. A row that disagrees has been confirmed, so that it refutes the formula. Raises
    UndefinedHere if there is no sample, among many, where all terms have values that can be compared.
    """
    nodes = [loss, *gradients.values(), *blocks.values()]
    rng, facts = stream(nodes), facts_of(nodes)
    kinds, formulas = kinds_for(nodes), nodes[1:]
    rows: list[Row] = []
    for number in range(1, trials + 1):
        progress(METHOD, number - 1, trials)
        found: list[Row] = []
        for attempt in range(1, ATTEMPTS + 1):
            style = ("free", kinds[(attempt - 1) % len(kinds)])
            probe = _Probe(loss, Sample(rng, facts, style, given=setting(dims)), digits, rng)
            try:
                found = probe.rows(number, gradients, blocks)
            except UndefinedHere:
                if attempt == ATTEMPTS and not (found or rows):
                    raise
                continue
            # Zero on both sides compares little: a wrong factor would not be seen.
            values = zip(found, formulas, strict=True)
            if attempt >= ENOUGH or all(r.left or r.right or isinstance(h, T.Zero) for r, h in values):
                break
        rows += found
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
    """Evidence on gradient and Hessian formulas against central differences: NUMERIC(digits), or REFUTED. Raises
    UndefinedHere with the reason if there is no sample where differences say anything.

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
    samples = len({r.sample for r in rows})
    details = f"{samples} samples, largest relative difference {_short(worst)}"
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
                row = _row(reals, number + 1, show(statement), *_sides(statement, sample, reals), sample)
                rows.append(row._replace(refuted=_fails(statement, sample, row, digits)))
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
        if r.refuted:
            witness = Witness(r.dims, r.point, r.left, r.right, f"sample {r.sample}")
            return Evidence(Label.REFUTED, f"{claim} fails", METHOD, scope, witness=witness)
    if not rows:
        return Evidence(Label.UNDECIDED, claim, METHOD, scope, "the hypotheses held at no sample")
    if isinstance(statement, S.Lt) and any(_agree(r, digits) for r in rows):
        return Evidence(Label.UNDECIDED, claim, METHOD, scope, "two sides agree to the digits stated")
    if any(r.left > r.right and not _agree(r, digits) for r in rows):
        return Evidence(Label.UNDECIDED, claim, METHOD, scope, "the two sides change with the digits of the arithmetic")
    least = min(r.difference for r in rows)
    return Evidence(Label.NUMERIC, claim, METHOD, scope, f"least relative slack {_short(least)}")


def _sides(statement: Node, sample: Sample, reals: Reals) -> tuple[Value, Value]:
    at = Evaluation(_Real(sample, reals, {}), reals)
    left, right = map(at.value, statement.args)
    return left, right


def _fails(statement: Node, sample: Sample, row: Row, digits: int) -> bool:
    """Whether an inequality fails at the sample by more than its two sides change when they are computed again with
    more digits: ranks and cancellations are decided by those."""
    if row.left <= row.right or _agree(row, digits):
        return False
    left, right = _sides(statement, sample, Reals(3 * digits))
    return bool(left - right > CLEAR * (abs(left - row.left) + abs(right - row.right)))


class _Real:
    """A rational sample in high precision, with some letters moved."""

    def __init__(self, sample: Sample, reals: Reals, moves: Mapping[Key, Value]) -> None:
        self.sample, self.reals, self.moves = sample, reals, moves
        self.dim, self.index = sample.dim, sample.index

    def letter(self, key: Key, size: Size) -> Value:
        value = in_ring(self.reals, self.sample.letter(key, size), size)
        return self.reals.add(value, self.moves[key]) if key in self.moves else value


class _Probe:
    """Difference quotients of the loss at one sample, beside formulas."""

    def __init__(self, loss: Node, sample: Sample, digits: int, rng: Random) -> None:
        self.loss, self.sample, self.digits = loss, sample, digits
        self._drawn = Sample(rng, {}, given=sample)

    def rows(self, number: int, gradients: Mapping[Node, Node], blocks: Mapping[tuple[Node, Node], Node]) -> list[Row]:
        """The lines of a table, with the digits stated; those that disagree are confirmed. Raises UndefinedHere if the
        sample says nothing."""
        cases: list[tuple[str, Node, tuple[Node, ...]]] = []
        cases += [(f"gradient {show(w)}", g, (w,)) for w, g in gradients.items()]
        cases += [(f"Hessian block {show(w)} {show(u)}", h, (w, u)) for (w, u), h in blocks.items()]
        start = self._differences(0)
        return [self._row(number, start, *case) for case in cases]

    def _row(self, number: int, start: _Differences, what: str, formula: Node, letters: Sequence[Node]) -> Row:
        rough: Row | None = None
        for level in range(REFINED + 1):
            steps = [(w, self._direction(w, name)) for w, name in zip(letters, "VU", strict=False)]
            at = self._differences(level) if level else start
            found = _row(at.reals, number, what, *at.quotient_and_value(formula, steps), self.sample)
            if _agree(found, self.digits) or (rough is not None and self._confirmed(rough, found, at, steps)):
                return _row(Reals(self.digits), number, what, found.left, found.right, self.sample)
            rough = found
        raise UndefinedHere(f"the differences of {show(self.loss)} do not settle with {at.reals.digits} digits")

    def _confirmed(self, rough: Row, fine: Row, at: _Differences, steps: Sequence[tuple[Node, Value]]) -> bool:
        """Whether a disagreement is neither rounding, nor a step that is too long, nor a kink or a pole."""
        moved = abs(fine.left - rough.left) + abs(fine.right - rough.right) + at.rounding(len(steps))
        return bool(abs(fine.left - fine.right) > CLEAR * moved) and at.is_smooth(steps)

    def _differences(self, level: int) -> _Differences:
        return _Differences(self.loss, self.sample, Reals((3 * self.digits + 20) * 2**level, MARGIN))

    def _direction(self, letter: Node, name: str) -> Value:
        """A random rational direction: the same at every precision."""
        at = Evaluation(self.sample, Rationals())
        key, size = at.key(letter), at.size(letter)
        return self._drawn.letter((name + key[0], key[1]), size)


class _Differences:
    """Difference quotients of the loss at a sample, in one precision. Raises UndefinedHere where the loss has no value
    at the sample itself: differences across a pole would say nothing."""

    def __init__(self, loss: Node, sample: Sample, reals: Reals) -> None:
        self.loss, self.sample, self.reals = loss, sample, reals
        self.h = reals.mp.mpf(10) ** -(reals.digits // 4)
        self.at = Evaluation(_Real(sample, reals, {}), reals)
        self.base = self.at.value(loss)
        self._parts = self.at.seen()

    def quotient_and_value(self, formula: Node, steps: Sequence[tuple[Node, Value]]) -> tuple[Value, Value]:
        """With one direction the first difference and <G, V>; with two the mixed one and vec(V)^T H vec(U)."""
        directions = [self._real(w, v) for w, v in steps]
        if len(steps) == 1:
            (w, v), g = (steps[0][0], directions[0]), self.at.value(formula)
            quotient = (self._loss(steps, (1,)) - self._loss(steps, (-1,))) / (2 * self.h)
            return quotient, self.reals.inner(g, v) if w.is_matrix else g * v
        signs = [(s, t) for s in (1, -1) for t in (1, -1)]
        quotient = sum(s * t * self._loss(steps, (s, t)) for s, t in signs) / (4 * self.h**2)
        a, b = map(self.reals.vec, directions)
        return quotient, self.reals.inner(a, applied(formula, b, self.at))

    def rounding(self, order: int) -> Value:
        """What rounding may add to a difference of this order: the largest number in the loss has so many digits only.
        (A summand that is lost beside a huge one leaves a difference of zero, at every precision that is too low.)"""
        sizes = [abs(x) for a in self._parts for x in (self.reals.entries(a) if self.reals.size(a) else [a])]
        return max(sizes) * self.reals.mp.mpf(10) ** -self.reals.digits / self.h**order

    def is_smooth(self, steps: Sequence[tuple[Node, Value]]) -> bool:
        """Whether the slopes on the two sides of the sample agree, along the diagonals of the directions. They do not
        at a kink, a jump or an even pole, where central differences may settle on a number that means nothing."""
        for second in (1, -1):
            signs = (1, second)[: len(steps)]
            up, down = (self._loss(steps, [c * s for s in signs]) - self.base for c in (1, -1))
            scale = max(self.reals.mp.one, abs(up) / self.h, abs(down) / self.h)
            if abs(up + down) / self.h > scale * self.reals.mp.mpf(10) ** -(self.reals.digits // 8):
                return False
        return True

    def _real(self, letter: Node, direction: Value) -> Value:
        return in_ring(self.reals, direction, self.at.size(letter))

    def _loss(self, steps: Sequence[tuple[Node, Value]], signs: Sequence[int]) -> Value:
        total: dict[Key, Value] = {}
        for (letter, direction), sign in zip(steps, signs, strict=True):
            key, step = self.at.key(letter), self.reals.scale(sign * self.h, self._real(letter, direction))
            total[key] = self.reals.add(total[key], step) if key in total else step
        return Evaluation(_Real(self.sample, self.reals, total), self.reals).value(self.loss)


def _row(reals: Reals, number: int, what: str, left: Value, right: Value, sample: Sample) -> Row:
    mp = reals.mp
    left, right = mp.mpf(left), mp.mpf(right)  # rounded to the digits of `reals`
    difference = abs(left - right) / max(mp.one, abs(left), abs(right))
    dims, point = sample.shown(key[0] for key, _ in sample.letters)
    return Row(number, what, left, right, difference, dims, point)


def _agree(row: Row, digits: int) -> bool:
    return bool(row.difference * 10 ** (digits - SLACK) <= 1)


def _short(x: Any) -> str:
    return f"{float(x):.1e}"
