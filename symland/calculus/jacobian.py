"""Vectorized Jacobians of matrix-valued functions: from `vec D(F; W, V) = J vec V` to `jac(F, W, J)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from symland.calculus.adjoint import coefficient, gradient_of_linear
from symland.calculus.derivation import Derivation, derivation
from symland.calculus.factoring import polished_matrix
from symland.calculus.facts import check_projection, use_symmetry
from symland.calculus.gradient import assume_context, check_letter, direction, finished, notes_on, push_shown
from symland.calculus.linear import contains, linear_terms
from symland.calculus.prover import RIGHT, Prover, at
from symland.calculus.simplify import add, tidy, tidy_matrix, transpose
from symland.errors import NoRule, UsageError
from symland.language import statements as S
from symland.language import terms as T
from symland.language.nodes import Node, walk
from symland.language.statements import Statement
from symland.language.terms import Term


def jacobian(
    function: Term,
    w: Term,
    assuming: Mapping[str, Statement] | None = None,
    abbreviations: Mapping[Node, str] | None = None,
) -> Derivation:
    """The vectorized Jacobian of a matrix or scalar with respect to the letter w, for every dimension: J with
    vec D(function; w, V) = J vec V, one row per entry of the function and one column per entry of w, columns stacked.

    Raises NoRule for a node that no rule covers, UsageError where w is not a letter.

    >>> from symland.language.terms import matrix
    >>> A, W, B = matrix("A", "p", "q"), matrix("W", "q", "r"), matrix("B", "r", "s")
    >>> jacobian(A * W * B, W).result
    B' (x) A
    """
    if not isinstance(function, Term):
        raise UsageError(f"{function!r} is not a term")
    check_letter(function, w)
    if check_projection(w):
        raise NoRule(
            f"the Jacobian over {check_projection(w)} {w!r} is not covered", node=w,
            hint="declare the letter without the fact to get the unconstrained Jacobian",
        )  # fmt: skip
    prover = Prover(assuming or {})
    assume_context(prover, function, w)
    v = direction("V", w, function)
    id = push_shown(prover, prover.refl(cast(Term, T.Vec(T.D(function, w, v)))))
    if v.is_matrix and any(isinstance(n, T.BoundedSum) for n in walk(at(prover.statement(id), RIGHT))):
        from symland.calculus.depth import sums_as_maps

        id = sums_as_maps(prover, id, v)
    column = cast(Term, at(prover.statement(id), RIGHT))
    id = prover.turn(id, RIGHT, T.product(tidy(_matrix(column, v)), cast(Term, T.Vec(v))))
    id = use_symmetry(prover, id, RIGHT, tidy_matrix)
    prover.display.append((id, "vectorize: vec(AXB) = (B^T (x) A) vec X, vec(X^T) = K vec X"))
    id = finished(prover, id, RIGHT, polished_matrix)
    trace = prover.trace({"jacobian": prover.emit("identify", {"from": id})})
    return derivation(trace, "jacobian", f"Jacobian with respect to {w!r}", abbreviations, notes_on(function, w))


def _matrix(column: Term, v: Term) -> Term:
    """J with column = J vec(v), for a column that is linear in v."""
    if not contains(column, v):
        return cast(Term, T.Zero(column.shape[0], S.entries_of(v)))
    if v.is_scalar:
        return coefficient(column, v)
    if isinstance(column, T.Vec) and column.args[0].is_scalar:
        return transpose(tidy(T.Vec(gradient_of_linear(column.args[0], v))))
    terms = linear_terms(column, v)
    size = (column.shape[0], S.entries_of(v))
    return add(*(t.matrix(v.shape) for t in terms)) if terms else cast(Term, T.Zero(*size))
