"""Models run on samples: the assignment program of a trace, which chooses letters so that its hypotheses hold.

Nothing trusts a model: a hypothesis counts as satisfied only where it is decided to hold. Bounds that a model asks for
are multiples of 1/6, so that they are attained where singular values are such numbers: equality cases are reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from random import Random

from symland.checks.sampling import Sample
from symland.errors import UsageError
from symland.evaluate.definite import negative_direction
from symland.evaluate.rings import Rationals, Value
from symland.evaluate.terms import Evaluation
from symland.language import terms as T
from symland.language.trace import Assignment

GRID = 6  # bounds are multiples of 1/GRID


def partial_model(model: Sequence[Assignment], rng: Random) -> list[Assignment]:
    """The model as one sample uses it: whole half of the time, else none or a random part. Hypotheses that a step does
    not name must be free to fail, or a theorem that lacks one would pass."""
    kept = rng.choice((1.0, 1.0, 0.5, 0.0))
    return [line for line in model if rng.random() < kept]


def check_model(model: Sequence[Assignment]) -> None:
    """Raises UsageError for a model whose lines do not say how to choose a letter."""
    for line in model:
        if not isinstance(line.target, (T.Symbol, T.Member)):
            raise UsageError(f"a model chooses letters; {line.target!r} is none")
        matrices = [t for t in (line.value, line.base) if t is not None]
        bounds = line.target.is_scalar and all(t.is_matrix for t in matrices)
        if line.kind != "set" and not (bounds and len({t.shape[1] for t in matrices}) == 1):
            raise UsageError(f"the bound {line.target!r} of a model needs matrices with equally many columns")


def run_model(model: Sequence[Assignment], sample: Sample) -> None:
    """Sets the letters of a sample line by line. Raises UndefinedHere where a line has no value at the sample."""
    ring = Rationals()
    for line in model:
        for bound in _rounds(line, sample):
            at = Evaluation(sample, ring, bound)
            value = at.value(line.value)
            if line.kind != "set":
                base = ring.identity(ring.size(value)[1]) if line.base is None else at.value(line.base)
                value = ring.number(_bound(line.kind, value, base, sample.rng))
            sample.letters[at.key(line.target), at.size(line.target)] = value


def _rounds(line: Assignment, sample: Sample) -> Iterator[dict[str, int]]:
    if line.over is None:
        yield {}
        return
    variable, lo, hi = line.over
    for i in Evaluation(sample, Rationals()).span(lo, hi):
        yield {variable: i}


def _bound(kind: str, a: Value, b: Value, rng: Random) -> Fraction:
    """kind "below": t >= 0 with t^2 |b v|^2 <= |a v|^2, the largest on the grid or less; kind "above": t with
    |a v|^2 <= t^2 |b v|^2, the smallest on the grid or more."""
    aa, bb = a.transpose() * a, b.transpose() * b
    sign = 1 if kind == "below" else -1

    def fits(k: int) -> bool:
        square = Rationals().number(Fraction(k * k, GRID * GRID))
        return negative_direction(sign * (aa - square * bb)) is None

    k = _last(lambda k: fits(k) if kind == "below" else not fits(k))
    if kind == "below":
        return Fraction(k if rng.random() < 0.7 else rng.randint(0, k), GRID)
    return Fraction(k + 1 if not fits(0) else 0, GRID) + (0 if rng.random() < 0.7 else rng.randint(0, 3))


def _last(true_up_to: Callable[[int], bool], cap: int = GRID * 2**10) -> int:
    """The largest k with a true value, of a function that is true up to some k >= 0 and false beyond; at most `cap`."""
    hi = 1
    while hi < cap and true_up_to(hi):
        hi *= 2
    lo = hi // 2
    while hi - lo > 1:
        mid = (lo + hi) // 2
        lo, hi = (mid, hi) if true_up_to(mid) else (lo, mid)
    return lo
