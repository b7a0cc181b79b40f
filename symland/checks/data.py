"""Formulas at a person's data: central differences of the loss in float64, in random directions.

It only evaluates, so it earns NUMERIC and never more. Differences are extrapolated to step zero (Richardson; the choice
from the table is that of C. J. F. Ridders, *Advances in Engineering Software* 4 (1982) 75-76), with steps that stay on
one side of every kink and inside every domain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast
from zipfile import BadZipFile
from zlib import error as zlib_error

import numpy as np

from symland.checks.expansion import scope_text
from symland.checks.sampling import stream
from symland.errors import ParseError, ShapeError, UndefinedHere, UsageError
from symland.evaluate.point import Key, letter_name
from symland.evidence import Evidence, Label, Witness
from symland.language import terms as T
from symland.language.facts import restricts
from symland.language.functions import ALL, COSINE, FUNCTIONS, INSIDE
from symland.language.index import shape_text
from symland.language.nodes import Node, walk
from symland.language.notation import show
from symland.progress import Progress, silent
from symland.write.numpy import Functions, implementations, letter_key, product_with, value_of
from symland.write.numpy_arrays import Names, Reading, as_array
from symland.write.numpy_products import column
from symland.write.numpy_values import Values

METHOD = "central differences in float64"
DIGITS = 4  # digits of agreement that are asked for
REFUTES = 1e-4  # a relative difference below this refutes nothing
STEPS = 10  # rows of the extrapolation table
LONGEST = 2.0**-3  # the first step
SHORTER = tuple(2.0**-k for k in range(7, 28, 4))  # first steps of the tables that confirm a disagreement
SHORTEST = 2.0**-30  # relative to the letters: a kink nearer than this is touched
NUDGES, NUDGE = 8, 2.0**-46  # how often, and by how much, data are moved to see the rounding
EPSILON = float(np.finfo(np.float64).eps)


class Comparison(NamedTuple):
    """A difference quotient with the estimate of its error, beside the value of a formula. `change` is by how much the
    loss changed at most."""

    what: str
    quotient: float
    error: float
    formula: float
    change: float
    directions: Mapping[str, Any]
    is_zero: bool  # the formula says that the derivative is zero everywhere

    @property
    def gap(self) -> float:
        return abs(self.quotient - self.formula)

    @property
    def size(self) -> float:
        return max(abs(self.quotient), abs(self.formula))

    @property
    def vanishes(self) -> bool:
        """Whether the derivative is zero as far as the differences can tell."""
        seen = self.error <= 1e-6 * self.change or self.is_zero or not self.size
        return self.size <= 10 * self.error and seen

    @property
    def disagrees(self) -> bool:
        """Whether the gap is far larger than the errors explain."""
        return self.gap > max(100 * self.error, REFUTES * self.size)

    def label(self, digits: int) -> Label:
        """NUMERIC, REFUTED, or UNDECIDED where the differences are not sharp enough."""
        wanted = 10.0**-digits * self.size
        if self.disagrees:
            return Label.REFUTED
        sharp = self.error <= wanted or self.vanishes
        return Label.NUMERIC if sharp and self.gap <= max(10 * self.error, wanted) else Label.UNDECIDED


def check_data(
    loss: T.Term,
    gradients: Mapping[T.Term, T.Term],
    blocks: Mapping[tuple[T.Term, T.Term], T.Term],
    arrays: Mapping[str, Any],
    functions: Functions | None = None,
    digits: int = DIGITS,
    trials: int = 3,
    progress: Progress = silent,
) -> Evidence:
    """Evidence on formulas for gradients and Hessian blocks of a loss at the arrays given, by letter name.

    NUMERIC with the relative difference found, REFUTED with both values and the direction, or UNDECIDED: where the data
    touch a kink of the loss or lie outside its domain, or where rounding hides the difference. Raises UsageError and
    ShapeError for arrays that are not those of the loss, as `to_numpy` does.

    >>> A = T.matrix("A", "d", "d")
    >>> check_data(T.SquaredNorm(A), {A: 2 * A}, {}, {"A": [[1, 2], [3, 4]]}).label.value
    'NUMERIC'
    >>> check_data(T.SquaredNorm(A), {A: 3 * A}, {}, {"A": [[1, 2], [3, 4]]}).label.value
    'REFUTED'
    """
    _check_shapes(loss, gradients, blocks)
    terms = [loss, *gradients.values(), *blocks.values()]
    letters = [*gradients, *(w for pair in blocks for w in pair)]
    reading = Reading(Names(terms, letters), arrays)
    probe = _Probe(loss, reading, implementations(terms, functions), terms)
    many = len(gradients) + len(blocks)
    claim = f"{many} formula{'s agree' if many > 1 else ' agrees'} with differences of the loss at the data"
    scope = "; ".join(filter(None, [scope_text(reading.point().dims), scope_text(reading.indices)]))
    found: list[Comparison] = []
    try:
        touched = probe.touched()
        if touched:
            return Evidence(Label.UNDECIDED, claim, METHOD, scope, f"the data touch a kink or an edge: {touched}")
        for trial in range(trials):
            progress(METHOD, trial, trials)
            found += probe.comparisons(gradients, blocks)
    except UndefinedHere as e:
        return Evidence(Label.UNDECIDED, claim, METHOD, scope, f"no value at the data: {e.message}")
    return _judged(found, claim, scope, digits, trials, reading.point().dims)


def _judged(
    found: Sequence[Comparison], claim: str, scope: str, digits: int, trials: int, dims: Mapping[str, Any]
) -> Evidence:
    labels = [c.label(digits) for c in found]
    if Label.REFUTED in labels:
        c = found[labels.index(Label.REFUTED)]
        witness = Witness(dims, c.directions, c.quotient, c.formula, "difference quotient and formula, at the data")
        details = f"{c.quotient:.10g} by differences (error about {c.error:.1e}), {c.formula:.10g} by the formula"
        return Evidence(
            Label.REFUTED, f"{c.what} disagrees with differences of the loss", METHOD, scope, details, witness=witness
        )
    if Label.UNDECIDED in labels:
        c = found[labels.index(Label.UNDECIDED)]
        details = (
            f"{c.what}: {c.quotient:.10g} by differences with error about {c.error:.1e}, {c.formula:.10g} by the "
            f"formula; that is not enough for {digits} digits"
        )
        return Evidence(Label.UNDECIDED, claim, METHOD, scope, details)
    clear = [c.gap / c.size for c in found if not c.vanishes]
    details = f"{trials} directions each"
    if clear:
        details += f", largest relative difference {max(clear):.1e}"
    zero = dict.fromkeys(c.what for c in found if c.vanishes and not c.is_zero)
    if zero:
        details += f"; zero at the data as far as differences tell, so that little was compared: {', '.join(zero)}"
    return Evidence(Label.NUMERIC, claim, METHOD, f"{digits} digits; {scope}" if scope else f"{digits} digits", details)


def _check_shapes(
    loss: T.Term, gradients: Mapping[T.Term, T.Term], blocks: Mapping[tuple[T.Term, T.Term], T.Term]
) -> None:
    if not (isinstance(loss, T.Term) and loss.is_scalar):
        raise UsageError(f"{loss!r} is not a scalar loss")
    if not gradients and not blocks:
        raise UsageError("there is no formula to check")
    pairs = [(w, g, w.shape) for w, g in gradients.items()]
    pairs += [(w, h, (T.Vec(w).shape[0], T.Vec(u).shape[0])) for (w, u), h in blocks.items()]
    for w, formula, wanted in pairs:
        if formula.shape != wanted:
            raise ShapeError(f"the formula for {w!r} is {shape_text(formula.shape)}, not {shape_text(wanted)}")


ALLOWED: Mapping[str, Callable[[Any], Any]] = {
    "symmetric": lambda v: (v + v.T) / 2,
    "psd": lambda v: (v + v.T) / 2,
    "diagonal": lambda v: np.diag(np.diagonal(v)),
}  # the projection of a direction for a letter with the fact; gradients over such letters are projections too


class _Crossed(Exception):
    """A step went over a kink."""


class _Probe:
    """Difference quotients of a loss at the data."""

    def __init__(self, loss: T.Term, reading: Reading, functions: Mapping[str, Any], terms: Sequence[Node]) -> None:
        self.loss, self.reading, self.functions = loss, reading, functions
        self.at = Values(reading.point(), functions)
        self.noise = 0.0  # the rounding of the loss, measured when a refutation is looked at again
        self.edges = [n for n in walk(loss) if _has_edge(n) and not any(v[0] == "#" for v in n.free_indices)]
        self.sides: list[Any] = []
        self.rooms: list[tuple[T.Term, Any, float]] = []  # inverted matrices, their values, how far steps may move them
        self.base = self.scale = self.change = 0.0  # the loss at the data, the largest met, the largest change
        self._rng = np.random.default_rng(stream(terms).getrandbits(64))

    def touched(self) -> str:
        """The parts of the loss that are not smooth at the data; empty if there are none."""
        self.base = float(value_of(self.loss, self.at))
        self.scale = abs(self.base)
        self.sides = self._signs(self.at)
        inverted = [cast(T.Term, e.args[0]) for e in self.edges if isinstance(e, (T.Inverse, T.LogDeterminant))]
        self.rooms = [(m, self.at.value(m), _smallest(self.at.value(m)) / 2) for m in dict.fromkeys(inverted)]
        bad = [e for e, s in zip(self.edges, self.sides, strict=True) if not np.all(s)]
        return ", ".join(dict.fromkeys(show(e) for e in bad))

    def comparisons(
        self, gradients: Mapping[T.Term, T.Term], blocks: Mapping[tuple[T.Term, T.Term], T.Term]
    ) -> Iterator[Comparison]:
        """Every formula beside difference quotients, in random directions of its own."""
        for w, g in gradients.items():
            key, v = self._direction(w)
            slope = value_of(g, self.at)
            quotient, error = self._extrapolated(self._first(key, v), 1)
            shown = {f"direction of {letter_name(key)}": v}
            value = _slope(g, v, self.at)
            found = Comparison(f"gradient {show(w)}", quotient, error, value, self.change, shown, _is_zero(g))
            yield self._confirmed(found, self._first(key, v), 1, partial(_slope, g, v))
            if restricts(w) & set(ALLOWED):
                shown = {f"direction of {letter_name(key)}": self._direction(w, across=True)[1]}
                (across,) = shown.values()
                error = 100 * EPSILON * float(np.linalg.norm(slope) * np.linalg.norm(across))
                what = f"gradient {show(w)}, which is {' and '.join(sorted(restricts(w)))}, across such directions"
                yield Comparison(what, 0.0, error, float(np.sum(slope * across)), self.change, shown, True)
        for (w, u), h in blocks.items():
            (key, v), (other, z) = self._direction(w), self._direction(u)
            quotient, error = self._extrapolated(self._second((key, v), (other, z)), 2)
            shown = {f"direction of {letter_name(key)}": v, f"second direction, of {letter_name(other)}": z}
            what, value = f"Hessian block {show(w)} {show(u)}", _curvature(h, v, z, self.at)
            found = Comparison(what, quotient, error, value, self.change, shown, _is_zero(h))
            yield self._confirmed(found, self._second((key, v), (other, z)), 2, partial(_curvature, h, v, z))

    def _confirmed(
        self, found: Comparison, quotient: Callable[[float], float], order: int, value: Callable[[Values], float]
    ) -> Comparison:
        """The comparison, looked at again before it refutes. Steps may be longer than the way to a pole that has no
        sides, as that of inv(A' A): shorter ones that contradict them are nearer to the limit. And near a singular
        matrix the loss and the formula have errors of their own: by how much they move when the data are rounded in
        another way."""
        if not found.disagrees:
            return found
        self.noise = max(self.noise, *(abs(self._nudged_loss() - self.base) for _ in range(NUDGES)))
        limit, error = self._extrapolated(quotient, order)
        found = found._replace(quotient=limit, error=error)
        limits = [limit]
        for longest in SHORTER:
            try:
                limit, error = self._extrapolated(quotient, order, longest)
            except UndefinedHere:
                break
            if 100 * error < abs(limit - found.formula):
                limits.append(limit)  # sharp enough to tell the formula from the limit
            if abs(limit - found.quotient) > 100 * (error + found.error):
                found = found._replace(quotient=limit, error=error)
        moved = 0.0
        if any(100 * abs(limit - found.quotient) > found.gap for limit in limits[-2:]):
            moved = np.inf  # the shortest steps that tell something do not agree
        for _ in range(NUDGES):
            try:
                at = self._nudged()
                moved = max(moved, abs(value(at) - found.formula))
            except UndefinedHere:
                moved = np.inf
        return found._replace(error=found.error + moved)

    def _nudged(self) -> Values:
        """The data, rounded in another way."""
        letters = self.reading.letters
        nudged = {k: x * (1 + NUDGE * self._rng.uniform(-1, 1, np.shape(x))) for k, x in letters.items()}
        return Values(self.reading.point(nudged), self.functions)

    def _nudged_loss(self) -> float:
        try:
            return float(value_of(self.loss, self._nudged()))
        except UndefinedHere:
            return np.inf

    def _direction(self, letter: T.Term, across: bool = False) -> tuple[Key, Any]:
        """A random direction of the size of the letter, among those that its facts allow, or orthogonal to them."""
        key = letter_key(letter, self.at)
        value = np.asarray(self.reading.letters[key])
        v = self._rng.standard_normal(value.shape) * (np.abs(value).max() or 1.0)
        allowed = v
        for fact in sorted(restricts(letter) & set(ALLOWED)):
            allowed = ALLOWED[fact](allowed)
        return key, v - allowed if across else allowed

    def _first(self, key: Key, v: Any) -> Callable[[float], float]:
        return lambda h: (self._loss([(key, h * v)]) - self._loss([(key, -h * v)])) / (2 * h)

    def _second(self, a: tuple[Key, Any], b: tuple[Key, Any]) -> Callable[[float], float]:
        def quotient(h: float) -> float:
            signs = [(s, t) for s in (1, -1) for t in (1, -1)]
            parts = [s * t * self._loss([(a[0], s * h * a[1]), (b[0], t * h * b[1])]) for s, t in signs]
            return sum(parts) / (4 * h * h)

        return quotient

    def _loss(self, steps: Sequence[tuple[Key, Any]]) -> float:
        """The loss at the data with letters moved, on the same side of every kink."""
        moved: dict[Key, Any] = {}
        for key, step in steps:
            moved[key] = moved.get(key, self.reading.letters[key]) + step
        at = Values(self.reading.point(moved), self.functions)
        value = float(value_of(self.loss, at))
        if not all(map(np.array_equal, self._signs(at), self.sides)):
            raise _Crossed
        if any(np.linalg.norm(at.value(m) - before) > room for m, before, room in self.rooms):
            raise _Crossed  # a singular matrix may be that near, and on both sides of it the sign may be the same
        self.scale, self.change = max(self.scale, abs(value)), max(self.change, abs(value - self.base))
        return value

    def _signs(self, at: Values) -> list[Any]:
        with np.errstate(all="ignore"):
            return [_side(edge, at) for edge in self.edges]

    def _extrapolated(
        self, quotient: Callable[[float], float], order: int, longest: float = LONGEST
    ) -> tuple[float, float]:
        """The limit of a difference quotient for steps to zero, and an estimate of its error."""
        self.change = 0.0
        while longest >= SHORTEST:
            try:
                return self._table(quotient, longest, order)
            except (_Crossed, UndefinedHere):
                longest /= 4
        raise UndefinedHere("every step from the data goes over a kink, or out of the domain of the loss")

    def _table(self, quotient: Callable[[float], float], longest: float, order: int) -> tuple[float, float]:
        best, least, above = 0.0, np.inf, list[float]()
        for k in range(STEPS):
            h = longest / 2**k
            row = [quotient(h)]
            for j, old in enumerate(above):
                row.append(row[j] + (row[j] - old) / (4.0 ** (j + 1) - 1))
                rounding = max(EPSILON * self.scale, self.noise) / h**order
                error = max(abs(row[-1] - row[-2]), abs(row[-1] - old)) + rounding
                if error < least:
                    best, least = row[-1], error
            above = row
        return best, least


def _slope(gradient: Node, v: Any, at: Values) -> float:
    return float(np.sum(value_of(gradient, at) * v))


def _curvature(block: Node, v: Any, z: Any, at: Values) -> float:
    return float(np.sum(column(v) * product_with(block, column(z), at, False)))


def _is_zero(formula: Node) -> bool:
    return isinstance(formula, T.Zero) or formula is T.number(0)


def _has_edge(node: Node) -> bool:
    """Whether the node is not smooth, or has no value, for some arguments."""
    if isinstance(node, T.Elementwise):
        return not node.is_generic and FUNCTIONS[node.function].domain != ALL
    return isinstance(node, (T.Reciprocal, T.Inverse, T.LogDeterminant))


def _smallest(m: Any) -> float:
    """The smallest singular value: how far a singular matrix is."""
    return float(np.linalg.svd(m, compute_uv=False)[-1])


def _side(node: Node, at: Values) -> Any:
    """On which side of its edge the argument is: 1 or -1, for each entry; 0 on the edge."""
    if not isinstance(node, T.Elementwise):
        x = at.value(node.args[0])
        return np.sign(x) if isinstance(node, T.Reciprocal) else np.linalg.slogdet(x)[0]
    x, domain = at.value(node.argument), FUNCTIONS[node.function].domain
    return np.sign(1 - x * x if domain == INSIDE else np.cos(x) if domain == COSINE else x)


def load_npz(path: str | Path) -> dict[str, Any]:
    """The arrays of an .npz file by name: finite real numbers with at most two dimensions.

    Raises UsageError for a file that is not there or an array that no letter can take, ParseError for a file that is no
    .npz file or holds pickled objects, which are never loaded.
    """
    try:
        loaded = np.load(path)  # numpy refuses pickled objects unless it is told otherwise
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except OSError as e:
        raise UsageError(f"{path} cannot be read: {e.strerror or e}") from None
    except (ValueError, EOFError, BadZipFile) as e:
        raise _unreadable(path, e) from None
    if not isinstance(loaded, np.lib.npyio.NpzFile):
        raise UsageError(f"{path} holds one array without a name", hint="numpy.savez(path, W=..., X=...)")
    out = {}
    with loaded:
        for name in loaded.files:
            try:
                value = loaded[name]
            except (ValueError, EOFError, BadZipFile, OSError, zlib_error) as e:
                raise _unreadable(f"{path}, array {name}", e) from None
            if not isinstance(value, np.ndarray):
                raise ParseError(f"{name} is not an array", source=str(path))
            as_array(name, value, 2)
            out[name] = value
    if not out:
        raise UsageError(f"{path} holds no arrays")
    return out


def _unreadable(place: str | Path, e: Exception) -> ParseError:
    if "pickle" in str(e):
        return ParseError("pickled objects are not loaded", source=str(place), hint="save arrays of numbers")
    return ParseError(f"not an .npz file: {e}", source=str(place), hint="numpy.savez(path, W=..., X=...)")
