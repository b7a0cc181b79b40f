"""The letters that rows are written in. Their names mean nothing outside a row."""

from __future__ import annotations

from symland.language import terms as T
from symland.language.index import Dim, Index
from symland.language.terms import Term, family, matrix, scalar

p, q, r, s = (Dim.symbol(name) for name in "pqrs")
ia, ib, il = (Index.var(name) for name in "abl")
i = Index.var("i")

A = matrix("A", "p", "q")
ALIKE = matrix("B", "p", "q")  # of the shape of A
AFTER = matrix("B", "q", "r")  # what A can be multiplied by
SQUARE = matrix("A", "p", "p")
a, b, c, e = (scalar(name) for name in "abce")

w, v = matrix("w", "j", "k"), matrix("v", "j", "k")  # a variable and a direction

n = Dim.member("n", Index.var("_"))
X = family("X", n, Dim.member("n", Index.var("_") - 1))  # a family whose chains are matrices
F = family("F")  # a family of scalars
M = family("M", "p", "q")  # a family of matrices of one shape


def chain(top: Index, bottom: Index) -> Term:
    """X[top..bottom]."""
    out: Term = T.Chain(X, top, bottom)
    return out


def ordered(top: Index, bottom: Index) -> Term:
    """prod(i, top..bottom, X[i])."""
    out: Term = T.OrderedProduct.over("i", bottom, top, X[i])
    return out


def D(t: Term) -> Term:
    """The derivative of t in the direction v of the variable w."""
    out: Term = T.D(t, w, v)
    return out


def identity(dim: Dim) -> Term:
    """The identity matrix."""
    out: Term = T.Identity(dim)
    return out
