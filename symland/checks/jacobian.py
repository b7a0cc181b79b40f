"""Jacobians of matrix-valued terms as gradients of scalar ones, so that every check of a gradient is one of a Jacobian.

vec D(F; w, V) = J vec(V) for all V exactly when <C, F> has the gradient with the vec J^T vec(C), for all C.
"""

from __future__ import annotations

from typing import cast

from symland.language import terms as T
from symland.language.notation import names_in, unused_names


def contracted(term: T.Term, letter: T.Term, jacobian: T.Term) -> tuple[T.Term, T.Term]:
    """The scalar <C, F> with a new letter C, and the gradient that it has if the Jacobian is right.

    >>> from symland.checks.explicit import check_gradient
    >>> A, X = T.matrix("A", "m", "n"), T.matrix("X", "n", "n")
    >>> jacobian = T.Kronecker(T.Identity(X.shape[1]), A)
    >>> loss, gradient = contracted(A * X, X, jacobian)
    >>> check_gradient(loss, X, gradient, {"m": 1, "n": 2})
    EXACT(m = 1, n = 2): the gradient with respect to X equals the entrywise derivative [entrywise expansion]
    """
    name = next(unused_names(term, ("C", "D", "E"), names_in(jacobian, letter)))
    c = T.matrix(name, *term.shape) if term.is_matrix else T.scalar(name)
    loss = cast(T.Term, T.Inner(c, term)) if term.is_matrix else c * term
    column = jacobian.T * cast(T.Term, T.Vec(c))
    gradient = T.Unvec(*letter.shape, column) if letter.is_matrix else T.Trace(column)
    return loss, cast(T.Term, gradient)
