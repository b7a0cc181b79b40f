"""Formulas for gradients and Hessians against the entrywise derivatives of the loss, as identities of polynomials.

The loss is expanded in the entries of all letters and differentiated entry by entry; the formula is evaluated in the
same polynomials; both are compared coefficient by coefficient. This decides the identity at the dimensions chosen, for
all values of the letters. At a minimizer, a substitution makes some letters polynomials in others: Y := W_L ... W_1 X,
or `residual_data` for a residual that does not vanish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, cast

from symland.checks.expansion import Dims, Expansion, Substitution, scope_text
from symland.checks.sampling import stream
from symland.errors import ShapeError
from symland.evaluate.dense import Cleared
from symland.evidence import Evidence, Label, Witness
from symland.language import terms as T
from symland.language.functions import ALL, FUNCTIONS
from symland.language.index import Dim
from symland.language.nodes import Node
from symland.language.notation import show

Hessian = Mapping[tuple[Node, Node], Node] | Node  # blocks by row and column letter, or one term for all letters
METHOD = "entrywise expansion"


class _Claim(NamedTuple):
    """Entries of a formula and of the derivative it stands for, both numerators over a denominator."""

    name: str
    columns: int
    formula: Cleared
    derivative: Cleared  # or what else the formula is claimed to be


def check_gradient(loss: Node, letter: Node, formula: Node, dims: Dims) -> Evidence:
    """Evidence that the formula is the gradient of the loss: EXACT at these dimensions, or REFUTED with a witness.

    >>> from symland.language.terms import SquaredNorm, matrix
    >>> A = matrix("A", "d", "d")
    >>> check_gradient(SquaredNorm(A), A, 2 * A, {"d": 2})
    EXACT(d = 2): the gradient with respect to A equals the entrywise derivative [entrywise expansion]
    """
    return check_derivatives(loss, [letter], {letter: formula}, {}, dims)


def check_hessian_block(loss: Node, row: Node, column: Node, formula: Node, dims: Dims) -> Evidence:
    """Evidence that the formula is the block of second derivatives of the loss, entries in the order of vec.

    >>> from symland.language.terms import Commutation, Trace, matrix
    >>> A, d = matrix("A", "d", "d"), Dim.of("d")
    >>> check_hessian_block(Trace(A * A), A, A, 2 * Commutation(d, d), {"d": 2}).label.value
    'EXACT'
    """
    return check_derivatives(loss, [row, column], {}, {(row, column): formula}, dims)


def check_derivatives(
    loss: Node,
    letters: Sequence[Node],
    gradients: Mapping[Node, Node],
    blocks: Hessian,
    dims: Dims,
    substitution: Substitution = (),
) -> Evidence:
    """Evidence on gradients by letter and on Hessian blocks by pair of letters (or the whole Hessian as one term, for
    the letters in their order). Dimensions and index variables share the mapping `dims`.

    With a substitution, derivatives are taken first and the identity is decided after it.
    """
    formulas = [*gradients.values(), *(blocks.values() if isinstance(blocks, Mapping) else [blocks])]
    expansion = Expansion([loss, *letters, *formulas], dims, substitution)
    second = _Derivatives(expansion, loss)
    claims = [second.gradient(w, g) for w, g in gradients.items()]
    if isinstance(blocks, Mapping):
        claims += [second.block((w,), (u,), h) for (w, u), h in blocks.items()]
    else:
        claims.append(second.block(tuple(letters), tuple(letters), blocks))
    return _judged(claims, expansion, [loss, *formulas], dims)


def check_at_minimizer(
    loss: Node, letters: Sequence[Node], hessian: Hessian, dims: Dims, substitution: Substitution
) -> Evidence:
    """Evidence that the gradient of the loss vanishes and that the formula is its Hessian, both after the substitution
    that makes the point a minimizer.

    >>> from symland.language.terms import Identity, Kronecker, SquaredNorm, matrix
    >>> W, X, Y = matrix("W", "d", "d"), matrix("X", "d", "d"), matrix("Y", "d", "d")
    >>> hessian = 2 * Kronecker(X * X.T, Identity(Dim.of("d")))
    >>> check_at_minimizer(SquaredNorm(W * X - Y), [W], hessian, {"d": 2}, [(Y, W * X)]).label.value
    'EXACT'
    """
    zeros = {w: T.Zero(*w.shape) if w.is_matrix else T.number(0) for w in letters}
    return check_derivatives(loss, letters, zeros, hessian, dims, substitution)


def check_equations(
    equations: Mapping[str, tuple[Node, Node]], dims: Dims, substitution: Substitution = ()
) -> Evidence:
    """Evidence that both sides of each equation, by name, are the same polynomials after the substitution.

    >>> from symland.language.terms import Trace, matrix
    >>> A, S = matrix("A", "d", "d"), matrix("S", "d", "d", "symmetric")
    >>> check_equations({"the trace": (Trace(S), Trace(A.T * A))}, {"d": 2}, [(S, A.T * A)])
    EXACT(d = 2): the trace is equal on both sides after the substitution [entrywise expansion]
    """
    sides = [side for pair in equations.values() for side in pair]
    expansion = Expansion(sides, dims, substitution)
    claims = []
    for name, pair in equations.items():
        left, right = map(expansion.at.value, pair)
        size, other = expansion.ring.size(left), expansion.ring.size(right)
        if size != other:
            raise ShapeError(f"{name}: the sides are {size} and {other} here", parts=pair, shapes=(size, other))
        claims.append(_Claim(name, size[1] if size else 1, left, right))
    return _judged(claims, expansion, sides, dims, "equal on both sides")


def residual_data(x: T.Term, y: T.Term, prediction: T.Term) -> Substitution:
    """A substitution for data with a nonzero residual: X = A [I Z], Y = P X + S [-Z^T I], so that (Y - P X) X^T = 0.

    `prediction` is the P of a minimizer, a term in the letters that remain. X is d x m and Y is k x m with m = d + q:
    the new letters `Aq` (d x d), `Zq` (d x q) and `Sq` (k x q) need the dimension `q` beside those of the loss. X has
    full row rank wherever A is invertible.
    """
    q, d = Dim.of("q"), x.shape[0]
    a, z, s = T.matrix("Aq", d, d), T.matrix("Zq", d, q), T.matrix("Sq", y.shape[0], q)
    new = a * T.block([[cast(T.Term, T.Identity(d)), z]])
    residual = s * T.block([[-z.T, cast(T.Term, T.Identity(q))]])
    return [(x, new), (y, prediction * new + residual)]


class _Derivatives:
    """First and second derivatives of an expanded loss, each taken once."""

    def __init__(self, expansion: Expansion, loss: Node) -> None:
        self.expansion = expansion
        self.loss = expansion.free.value(loss)
        self._first: dict[int, Cleared] = {}
        self._second: dict[tuple[int, int], Cleared] = {}

    def first(self, i: int) -> Cleared:
        if i not in self._first:
            self._first[i] = self.expansion.derivative(self.loss, i)
        return self._first[i]

    def second(self, i: int, j: int) -> Cleared:
        pair = (min(i, j), max(i, j))
        if pair not in self._second:
            self._second[pair] = self.expansion.image(self.expansion.derivative(self.first(pair[0]), pair[1]))
        return self._second[pair]

    def gradient(self, letter: Node, formula: Node) -> _Claim:
        ring = self.expansion.ring
        value = self.expansion.at.value(formula)
        parts = [self.expansion.image(self.first(i)) for i in self.expansion.places(letter)]
        column = ring.matrix(len(parts), 1, parts)
        derivative = ring.unvec(column, *ring.size(value)) if letter.is_matrix else parts[0]
        columns = ring.size(value)[1] if letter.is_matrix else 1
        return _Claim(f"the gradient with respect to {show(letter)}", columns, value, derivative)

    def block(self, rows: Sequence[Node], columns: Sequence[Node], formula: Node) -> _Claim:
        ring, places = self.expansion.ring, self.expansion.places
        i, j = ([p for w in side for p in places(w)] for side in (rows, columns))
        derivative = ring.matrix(len(i), len(j), [self.second(p, q) for p in i for q in j])
        value = self.expansion.at.value(formula)
        if ring.size(value) != (len(i), len(j)):
            raise ShapeError(f"the formula is {ring.size(value)} here, the second derivatives are {(len(i), len(j))}")
        name = ", ".join(dict.fromkeys(f"{show(w)} {show(u)}" for w in rows for u in columns))
        name = "the Hessian" if len(rows) > 1 else f"the Hessian block {name}"
        return _Claim(name, len(j), value, derivative)


def _judged(claims: list[_Claim], expansion: Expansion, nodes: list[Node], dims: Dims, what: str = "") -> Evidence:
    scope = scope_text(dims)
    for claim in claims:
        if not claim.formula.equals(claim.derivative):
            return Evidence(
                Label.REFUTED, f"{claim.name} is not {what or 'the entrywise derivative'}", METHOD, scope,
                witness=_witness(claim, expansion, nodes, dims),
            )  # fmt: skip
    names = "; ".join(c.name for c in claims[:4]) + (f"; and {len(claims) - 4} more" if len(claims) > 4 else "")
    one = len(claims) == 1
    verb = f"{'is' if one else 'are'} {what}" if what else f"{'equals' if one else 'equal'} the entrywise derivative"
    after = " after the substitution" if expansion.substituted else ""
    ring = expansion.ring
    details = f"{sum(len(c.formula.parts) for c in claims)} entries as polynomials in {ring.letters} variables"
    if ring.applications:
        details += f" and {len(ring.applications)} values of functions"
    edges = [f for f in ring.related if FUNCTIONS[f].domain != ALL]
    smooth = tuple(f"{f} is smooth at the entries of its argument" for f in edges)
    return Evidence(Label.EXACT, f"{names} {verb}{after}", METHOD, scope, details, hypotheses=smooth)


def _witness(claim: _Claim, expansion: Expansion, nodes: list[Node], dims: Dims) -> Witness:
    ring = expansion.ring
    pairs = zip(ring.entries(claim.formula), ring.entries(claim.derivative), strict=True)
    place, (formula, derivative) = next((k, p) for k, p in enumerate(pairs) if not p[0].equals(p[1]))
    difference = derivative.denominator * formula.numerators - formula.denominator * derivative.numerators
    values = expansion.witness_point(difference, stream(nodes))
    left, right = (Cleared(c.numerators(*values), c.denominator) for c in (formula, derivative))
    return Witness(
        {name: v for name, v in dims.items() if isinstance(v, int)},
        expansion.letters_at(values),
        _quotient(left),
        _quotient(right),
        f"{claim.name}, entry ({place // claim.columns + 1}, {place % claim.columns + 1})",
    )


def _quotient(value: Cleared) -> Any:
    return Fraction(int(value.numerators), value.denominator)
