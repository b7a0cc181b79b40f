"""Gradients: from `D(f; W, V) = <G, V>` to `grad(f, W, G)`, each step recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from symland.calculus.adjoint import gradient_of_linear
from symland.calculus.cancel import cancelled
from symland.calculus.depth import assume_inside, may_be_inside
from symland.calculus.derivation import Derivation, derivation
from symland.calculus.differential import find_derivative, push_once
from symland.calculus.factoring import polished
from symland.calculus.facts import check_projection, projected, use_symmetry
from symland.calculus.linear import contains
from symland.calculus.prover import RIGHT, Path, Prover, at
from symland.calculus.simplify import tidy
from symland.errors import UsageError
from symland.language import terms as T
from symland.language.facts import hypotheses_of
from symland.language.nodes import Node, walk
from symland.language.notation import declaration, names_in, unused_names
from symland.language.statements import Statement
from symland.language.terms import Term
from symland.proof.rules.registry import ROWS

ADJOINT = "adjoint: move every factor to the other side of the trace"
TRIVIAL = {"d_constant", "d_constant_scalar", "d_self"}
STRUCTURAL_REASON = "sum and product rules"
CHANGES: tuple[tuple[Callable[[Prover, str, Path], str], str], ...] = (
    (use_symmetry, "symmetric matrices equal their transposes"),
    (cancelled, "cancel"),
)
LONG = 40  # nodes in a line that is not shown by itself
STRUCTURAL = {
    "d_transpose", "d_vec", "d_vec_scalar", "d_unvec", "d_diagonal", "d_diagonal_matrix", "",
    *(f"d_{of}{side}" for of in ("sum", "sum_scalar", "product", "scale", "inner", "hadamard", "kronecker")
      for side in ("", "_left", "_right")), "d_product_scalar", "d_multiple_right",
}  # fmt: skip


def gradient(
    loss: Term,
    w: Term,
    assuming: Mapping[str, Statement] | None = None,
    abbreviations: Mapping[Node, str] | None = None,
) -> Derivation:
    """The gradient of a scalar loss with respect to the letter w, for every dimension: G of w's shape with
    D loss[V] = <G, V> (trace inner product), or G V for a scalar w.

    `w` is a symbol or a member of a family; for a member `W[l]` with a symbolic index the loss may contain chains
    `W[b..a]`, and a <= l <= b is assumed. `assuming` names further hypotheses; what a derivative needs to exist
    (`invertible(A)`, `0 < s`, no kink) is added to them. For a symmetric or diagonal w, V ranges over such matrices
    and G is the projection of the unconstrained gradient. If w does not occur in the loss the gradient is zero, with
    a note. Raises NoRule for a node that no rule covers, UsageError where w is not a letter.

    >>> from symland.language.terms import matrix, number, SquaredNorm
    >>> W, X, Y = matrix("W", "p", "n"), matrix("X", "n", "m"), matrix("Y", "p", "m")
    >>> gradient(number(1, 2) * SquaredNorm(W * X - Y), W).result
    (W*X - Y)*X'
    """
    prover = Prover(assuming or {})
    theorem = gradient_step(prover, loss, w)
    trace = prover.trace({"gradient": theorem})
    notes = notes_on(loss, w)
    return derivation(trace, "gradient", f"gradient with respect to {w!r}", abbreviations, notes)


def gradient_step(prover: Prover, loss: Term, w: Term) -> str:
    """The id of `grad(loss, w, G)`, or for a symmetric or diagonal w of `D(loss; w, V) = <G, V>` with V of this kind;
    its main line goes to the display."""
    check_variable(loss, w)
    projection = check_projection(w)
    assume_context(prover, loss, w)
    v = direction("V", w, loss)
    id = linear_form(prover, loss, w, v)
    id = finished(prover, id, (1, 0))
    if not projection:
        return prover.emit("identify", {"from": id})
    id = projected(prover, id, v, projection)
    prover.display.append((id, f"projection onto {projection} matrices, since V is {projection}"))
    return finished(prover, id, (1, 0))


def finished(prover: Prover, id: str, path: Path, finish: Callable[[Term], Term] = polished) -> str:
    """The statement with the result at the path as an author would leave it."""
    result = at(prover.statement(id), path)
    if not isinstance(result, Term) or not result.is_matrix:
        return id
    if any(isinstance(n, T.BoundedSum) for n in walk(result)):
        from symland.calculus.depth import numbers_out

        id = numbers_out(prover, id, path)
        result = at(prover.statement(id), path)
    new = prover.turn(id, path, finish(result))
    simple = cancelled(prover, new, path) if isinstance(result, Term) and not isinstance(result, T.Product) else new
    if simple != new:
        new = prover.turn(simple, path, finish(at(prover.statement(simple), path)))
    if new != id:
        prover.display.append((new, "collect common factors"))
    return new


def notes_on(loss: Term, *letters: Term) -> tuple[str, ...]:
    """What a person should know about derivatives of the loss with respect to these letters."""
    out = []
    for w in letters:
        if not _may_be_in(w, loss):
            out.append(f"the loss does not depend on {w!r}: its derivative is zero")
        projection = check_projection(w)
        if projection:
            out.append(f"over {projection} {w!r}: the projection of the unconstrained gradient onto these matrices")
    return tuple(out)


def check_variable(loss: Term, w: Term) -> None:
    """Raises UsageError unless the loss is a scalar and w a letter that agrees with those of its name in the loss."""
    if not isinstance(loss, Term) or not loss.is_scalar:
        raise UsageError(f"a loss is a scalar term, not {loss!r}", hint="jacobian(F, W) differentiates a matrix")
    check_letter(loss, w)


def check_letter(term: Term, w: Term) -> None:
    """Raises UsageError unless w is a letter that agrees with those of its name in the term, and, if these are members
    of a family, is one of them."""
    if not isinstance(w, (T.Symbol, T.Member)):
        raise UsageError(f"{w!r} is not a letter", hint="differentiate with respect to a symbol or a family member")
    for n in walk(term):
        if isinstance(n, (T.Symbol, T.Member, T.Chain)) and n.name == w.name and not _alike(n, w):
            raise UsageError(
                f"{w.name} is declared as {declaration(w)}, but in {term!r} it is {declaration(n)}",
                hint="declare every letter once, with one shape and the same facts",
            )
    letters = [n for n in walk(term) if isinstance(n, (T.Member, T.Chain)) and n.name == w.name]
    if letters and not _may_be_in(w, term):
        raise UsageError(f"{w!r} does not occur in {term!r}", hint="check the number of the layer")


def _alike(n: T.Symbol | T.Member | T.Chain, w: T.Symbol | T.Member) -> bool:
    """Whether the two are one symbol, or letters of one family."""
    if isinstance(n, T.Symbol) or isinstance(w, T.Symbol):
        return n is w
    return n.family == w.family


def _may_be_in(w: Term, loss: Node) -> bool:
    """Whether the letter is in the loss, or a chain, product or sum over its family that is not known to miss it."""
    return contains(loss, w) or (isinstance(w, T.Member) and may_be_inside(loss, w))


def assume_context(prover: Prover, loss: Term, *letters: Term) -> None:
    """Adds the facts of the loss's symbols and the index ranges of the letters to the prover's hypotheses."""
    for n in walk(loss):
        if isinstance(n, T.Symbol):
            for name, fact in hypotheses_of(n).items():
                prover.assume(name, fact)
    for w in letters:
        if isinstance(w, T.Member) and w.index.value is None:
            assume_inside(prover, loss, w)


def direction(name: str, w: Term, *where: Node) -> Term:
    """A symbol of the shape of w whose name occurs nowhere in `where`."""
    name = next(unused_names(w, (name, "H", "Z", "T"), names_in(*where)))
    return T.matrix(name, *w.shape) if w.is_matrix else T.scalar(name)


def linear_form(prover: Prover, loss: Term, w: Term, v: Term) -> str:
    """The id of `D(loss; w, v) = <G, v>`, or G v for a scalar w; its main line goes to the display."""
    id = prover.refl(cast(Term, T.D(loss, w, v)))
    id = push_shown(prover, id)
    if any(isinstance(n, T.BoundedSum) for n in walk(at(prover.statement(id), RIGHT))):
        from symland.calculus.depth import sums_as_gradients

        id = sums_as_gradients(prover, id, v) if v.is_matrix else id
    form = at(prover.statement(id), RIGHT)
    if contains(form, v):
        g = gradient_of_linear(form, v)
    else:
        g = cast(Term, T.Zero(*w.shape)) if w.is_matrix else T.number(0)
    id = prover.turn(id, RIGHT, cast(Term, T.Inner(g, v)) if w.is_matrix else T.product(g, v))
    prover.display.append((id, ADJOINT if w.is_matrix else "collect the factors of the direction"))
    for change, reason in CHANGES:
        new = change(prover, id, (1, 0))
        if new != id:
            prover.display.append((new, reason))
            id = new
    return id


def push_shown(prover: Prover, id: str) -> str:
    """Pushes all derivatives on the right side to the letters. Runs of structural rules show as one line, and a line
    too long to help anyone gives its reason to the next."""
    lines: list[tuple[str, str]] = []
    while True:
        path = find_derivative(at(prover.statement(id), RIGHT))
        if path is None:
            break
        id = push_once(prover, id, RIGHT + path)
        row = prover.row_of(id)
        if row not in TRIVIAL:
            lines.append((id, STRUCTURAL_REASON if row in STRUCTURAL else ROWS[row].reason))
    before = at(prover.statement(id), RIGHT)
    tidied = prover.turn(id, RIGHT, tidy(before))
    if tidied != id:
        vanishing = any(isinstance(n, T.Zero) or n is T.number(0) for n in walk(before))
        lines.append((tidied, "derivatives of constants vanish" if vanishing else "simplify"))
    reasons: list[str] = []
    for (step, reason), after in zip(lines, [*lines[1:], None], strict=False):
        if reason not in reasons:
            reasons.append(reason)
        merges = after is not None and after[1] == reason
        if after is None or not (merges or _size(at(prover.statement(step), RIGHT)) > LONG):
            prover.display.append((step, ", ".join(reasons)))
            reasons = []
    return tidied


def _size(t: Node) -> int:
    return 1 + sum(_size(c) for c in t.children)
