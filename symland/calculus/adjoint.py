"""Reading linear forms: from a scalar that is linear in V to <G, V>.

Only proposals: the kernel's normal forms compare them with what they came from. Factors stay factored, so a residual
that the user wrote as a sum stays one bracket.
"""

from __future__ import annotations

from typing import cast

from symland.calculus.linear import Tensor, block_places, contains
from symland.calculus.prover import no_rule
from symland.calculus.simplify import (
    add,
    entrywise_product,
    multiply,
    scalar_product,
    scale,
    split_scalar,
    tidy,
    transpose,
    unstacked,
)
from symland.language import terms as T
from symland.language.nodes import Substitution
from symland.language.terms import Term


def gradient_of_linear(t: Term, v: Term) -> Term:
    """G with t = <G, v>, or t = G v for a scalar v, for a scalar t that is linear in the letter v."""
    if v.is_scalar:
        return coefficient(t, v)
    if not contains(t, v):
        raise no_rule(t, "reading a linear form")
    if isinstance(t, T.Sum):
        return add(*(gradient_of_linear(s, v) for s in t.args if contains(s, v)))
    if isinstance(t, T.Product):
        rest = [s for s in t.args if not contains(s, v)]
        if len(rest) == len(t.args) - 1:
            (inner,) = (s for s in t.args if contains(s, v))
            return scale(scalar_product(*rest), gradient_of_linear(inner, v))
    if isinstance(t, T.Inner):
        a, b = t.args
        if contains(a, v) != contains(b, v):
            return pull_back(b, a, v) if contains(b, v) else pull_back(a, b, v)
    if isinstance(t, T.Trace):
        return pull_back(t.args[0], T.Identity(t.args[0].shape[0]), v)
    raise no_rule(t, "reading a linear form")


def coefficient(t: Term, v: Term) -> Term:
    """What the scalar letter v is multiplied by in a term that is linear in it: the value at v = 1."""
    name = cast(T.Symbol, v).name
    return tidy(Substitution(symbols={name: T.number(1)}).apply(t))


def _kronecker_terms(c: Term, like: Term) -> list[tuple[Term, tuple[Term, ...]]] | None:
    """Coefficients and factors of a sum of Kronecker products of the shapes of this one; None for anything else."""
    out = []
    for t in c.args if isinstance(c, T.Sum) else (c,):
        e, t = split_scalar(t)
        if not (isinstance(t, T.Kronecker) and [f.shape for f in t.args] == [f.shape for f in like.args]):
            return None
        out.append((e, t.args))
    return out


def pull_back(m: Term, c: Term, v: Term) -> Term:
    """G with <c, m> = <G, v>, for a matrix m that is linear in v."""
    if m is v:
        return c
    if isinstance(m, T.Sum):
        return add(*(pull_back(s, c, v) for s in m.args if contains(s, v)))
    if isinstance(m, T.Scale):
        s, a = m.args
        if contains(a, v) and not contains(s, v):
            return scale(s, pull_back(a, c, v))
        if contains(s, v) and not contains(a, v):
            return scale(tidy(T.Inner(c, a)), gradient_of_linear(s, v))
    if isinstance(m, T.Vec) and m.args[0].is_scalar:
        return scale(tidy(T.Trace(c)), gradient_of_linear(m.args[0], v))
    if isinstance(m, T.Block):
        places = zip(m.args[1:], block_places(m), strict=True)
        return add(
            *(pull_back(b, multiply(transpose(s.left), c, transpose(s.right)), v) for b, s in places if contains(b, v))
        )
    inside = [i for i, a in enumerate(m.args) if isinstance(a, Term) and contains(a, v)]
    if len(inside) != 1 or isinstance(m, T.Scale):
        raise no_rule(m, "reading a linear form")
    (i,) = inside
    inner = m.args[i]
    if isinstance(m, T.Transpose):
        return pull_back(inner, transpose(c), v)
    if isinstance(m, T.Product):
        left = [transpose(f) for f in reversed(m.args[:i])]
        right = [transpose(f) for f in reversed(m.args[i + 1 :])]
        return pull_back(inner, multiply(*left, c, *right), v)
    if isinstance(m, T.Hadamard):
        return pull_back(inner, entrywise_product(c, *m.args[:i], *m.args[i + 1 :]), v)
    if isinstance(m, T.Diagonal):
        return pull_back(inner, tidy(T.DiagonalMatrix(c)), v)
    if isinstance(m, T.DiagonalMatrix):
        return pull_back(inner, tidy(T.Diagonal(c)), v)
    if isinstance(m, T.Vec):
        return pull_back(inner, unstacked(c, *inner.shape), v)
    if isinstance(m, T.Unvec):
        return pull_back(inner, tidy(T.Vec(c)), v)
    if isinstance(m, T.Kronecker):
        by = m.args[1 - i]
        parts = _kronecker_terms(c, m)
        if parts is not None:  # <P (x) Q, A (x) M> = <P, A> <Q, M>
            return pull_back(inner, add(*(scale(tidy(T.Inner(p[1 - i], by)), scale(e, p[i])) for e, p in parts)), v)
        tensor = Tensor(by, i == 1)
        column = multiply(transpose(tensor.matrix(inner.shape)), tidy(T.Vec(c)))
        return pull_back(inner, unstacked(column, *inner.shape), v)
    raise no_rule(m, "reading a linear form")
