"""Gradients: from `D(f; W, V) = <G, V>` to `grad(f, W, G)`, each step recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from symland.calculus.adjoint import gradient_of_linear
from symland.calculus.derivation import Derivation, derivation
from symland.calculus.differential import find_derivative, push_once
from symland.calculus.prover import RIGHT, Prover, at
from symland.calculus.simplify import tidy
from symland.errors import NoRule, UsageError
from symland.language import terms as T
from symland.language.facts import hypotheses_of, restricts
from symland.language.nodes import Node, walk
from symland.language.statements import NonNeg, Statement
from symland.language.terms import Term
from symland.proof.rules.registry import ROWS

TRIVIAL = {"d_constant", "d_constant_scalar", "d_self"}
STRUCTURAL_REASON = "sum and product rules"
LONG = 40  # nodes in a line that is not shown by itself
STRUCTURAL = {"d_sum", "d_sum_scalar", "d_product", "d_product_scalar", "d_scale", "d_transpose", "d_inner", ""}


def gradient(
    loss: Term,
    w: Term,
    assuming: Mapping[str, Statement] | None = None,
    abbreviations: Mapping[Node, str] | None = None,
) -> Derivation:
    """The gradient of a scalar loss with respect to the matrix letter w, for every dimension: G of w's shape with
    D loss[V] = <G, V> (trace inner product).

    `w` is a symbol or a member of a family; for a member `W[l]` with a symbolic index the loss may contain chains
    `W[b..a]`, and a <= l <= b is assumed. `assuming` names further hypotheses. Raises NoRule for a node that no rule
    covers, UsageError where w is not a letter of the loss.

    >>> from symland.language.terms import matrix, number, SquaredNorm
    >>> W, X, Y = matrix("W", "p", "n"), matrix("X", "n", "m"), matrix("Y", "p", "m")
    >>> gradient(number(1, 2) * SquaredNorm(W * X - Y), W).result
    (W*X - Y)*X'
    """
    prover = Prover(assuming or {})
    theorem = gradient_step(prover, loss, w)
    return derivation(prover.trace({"gradient": theorem}), "gradient", f"gradient with respect to {w!r}", abbreviations)


def gradient_step(prover: Prover, loss: Term, w: Term) -> str:
    """The id of `grad(loss, w, G)`; its main line goes to the display."""
    check_variable(loss, w)
    assume_context(prover, loss, w)
    return prover.emit("identify", {"from": linear_form(prover, loss, w, direction("V", w, loss))})


def check_variable(loss: Term, w: Term) -> None:
    """Raises UsageError unless w is a matrix letter that the loss may depend on."""
    if not isinstance(loss, Term) or not loss.is_scalar:
        raise UsageError(f"a loss is a scalar term, not {loss!r}")
    if not isinstance(w, (T.Symbol, T.Member)) or not w.is_matrix:
        raise UsageError(
            f"{w!r} is not a matrix letter", hint="differentiate with respect to a symbol or a family member"
        )
    if restricts(w):
        raise NoRule(
            f"{w!r} is {', '.join(sorted(restricts(w)))}: its gradient is a projection, which is not covered",
            node=w,
            hint="declare it without the fact to get the unconstrained gradient",
        )
    if not any(_may_be_in(w, n) for n in walk(loss)):
        raise UsageError(
            f"{w!r} does not occur in the loss {loss!r}", hint="check the name and the shape of the letter"
        )


def _may_be_in(w: Term, n: Node) -> bool:
    """Whether the node is the letter, or a chain of its family that is not known to miss it."""
    if not (isinstance(w, T.Member) and isinstance(n, T.Chain) and n.family == w.family):
        return n is w
    gaps = (w.index - n.bottom, n.top - w.index)
    return all(g.value is None or g.value >= 0 for g in gaps)


def assume_context(prover: Prover, loss: Term, *letters: Term) -> None:
    """Adds the facts of the loss's symbols and the index ranges of the letters to the prover's hypotheses."""
    for n in walk(loss):
        if isinstance(n, T.Symbol):
            for name, fact in hypotheses_of(n).items():
                prover.assume(name, fact)
        for w in letters:
            if isinstance(w, T.Member) and w.index.value is None and isinstance(n, T.Chain) and n.name == w.name:
                for e in (NonNeg(w.index - n.bottom), NonNeg(n.top - w.index)):
                    prover.assume(repr(e), e)


def direction(name: str, w: Term, *where: Node) -> Term:
    """A symbol of the shape of w whose name occurs nowhere in `where`."""
    used = {n.name for root in (*where, w) for n in walk(root) if isinstance(n, (T.Symbol, T.Member, T.Chain))}
    while name in used:
        name += "'"
    return T.matrix(name, *w.shape)


def linear_form(prover: Prover, loss: Term, w: Term, v: Term) -> str:
    """The id of `D(loss; w, v) = <G, v>`; its main line goes to the display."""
    id = prover.refl(cast(Term, T.D(loss, w, v)))
    id = push_shown(prover, id)
    form = at(prover.statement(id), RIGHT)
    if not any(n is v for n in walk(form)):
        g = cast(Term, T.Zero(*w.shape))
    else:
        g = gradient_of_linear(form, v)
    id = prover.turn(id, RIGHT, cast(Term, T.Inner(g, v)))
    prover.display.append((id, "adjoint: move every factor to the other side of the trace"))
    return id


def push_shown(prover: Prover, id: str) -> str:
    """Pushes all derivatives on the right side to the letters; runs of structural rules show as one line."""
    while True:
        path = find_derivative(at(prover.statement(id), RIGHT))
        if path is None:
            break
        id = push_once(prover, id, RIGHT + path)
        row = prover.row_of(id)
        if row in TRIVIAL:
            continue
        reason = STRUCTURAL_REASON if row in STRUCTURAL else ROWS[row].reason
        if prover.display and prover.display[-1][1] == reason:
            prover.display.pop()
        prover.display.append((id, reason))
    before = at(prover.statement(id), RIGHT)
    tidied = prover.turn(id, RIGHT, tidy(before))
    if tidied != id:
        reason = "derivatives of constants vanish"
        if prover.display and prover.display[-1][1] == STRUCTURAL_REASON and _size(before) > LONG:
            prover.display.pop()  # too long to help anyone
            reason = f"{STRUCTURAL_REASON}, {reason}"
        prover.display.append((tidied, reason))
    return tidied


def _size(t: Node) -> int:
    return 1 + sum(_size(c) for c in t.children)
