"""Jacobians of matrix-valued terms as gradients of scalar ones, so that every check of a gradient is one of a Jacobian.

vec D(F; w, V) = J vec(V) for all V exactly when <C, F> has the gradient with the vec J^T vec(C), for all C.
"""

from __future__ import annotations

from typing import cast

from symland.checks.sampling import letters_in
from symland.language import terms as T


def contracted(term: T.Term, letter: T.Term, jacobian: T.Term) -> tuple[T.Term, T.Term]:
    """The scalar <C, F> with a new letter C, and the gradient that it has if the Jacobian is right.

    >>> from symland.checks.explicit import check_gradient
    >>> A, X = T.matrix("A", "m", "n"), T.matrix("X", "n", "n")
    >>> jacobian = T.Kronecker(T.Identity(X.shape[1]), A)
    >>> loss, gradient = contracted(A * X, X, jacobian)
    >>> check_gradient(loss, X, gradient, {"m": 1, "n": 2})
    EXACT(m = 1, n = 2): the gradient with respect to X equals the entrywise derivative [entrywise expansion]
    """
    taken, name = letters_in(term) | letters_in(jacobian) | letters_in(letter), "C"
    while name in taken:
        name += "'"
    c = T.matrix(name, *term.shape) if term.is_matrix else T.scalar(name)
    loss = cast(T.Term, T.Inner(c, term)) if term.is_matrix else c * term
    column = jacobian.T * cast(T.Term, T.Vec(c))
    gradient = T.Unvec(*letter.shape, column) if letter.is_matrix else T.Trace(column)
    return loss, cast(T.Term, gradient)
