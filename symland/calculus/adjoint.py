"""Reading linear forms: from a scalar linear in V to <G, V>, and from a matrix linear in U to sums of A U B.

Only proposals: the kernel's `ring` compares them with what they came from. Factors stay factored, so a residual that
the user wrote as a sum stays one bracket.
"""

from __future__ import annotations

from typing import NamedTuple

from symland.calculus.prover import no_rule
from symland.calculus.simplify import ONE, add, multiply, scalar_product, scale, transpose
from symland.language import terms as T
from symland.language.nodes import Node, walk
from symland.language.terms import Term


def contains(t: Node, letter: Node) -> bool:
    """Whether the letter occurs in the term."""
    return any(n is letter for n in walk(t))


def gradient_of_linear(t: Term, v: Term) -> Term:
    """G with t = <G, v>, for a scalar t that is linear in the letter v."""
    if not contains(t, v):
        raise no_rule(t, "reading a linear form")
    if isinstance(t, T.Sum):
        return add(*(gradient_of_linear(s, v) for s in t.args if contains(s, v)))
    if isinstance(t, T.Product):
        rest = [s for s in t.args if not contains(s, v)]
        (inner,) = (s for s in t.args if contains(s, v))
        return scale(scalar_product(*rest), gradient_of_linear(inner, v))
    if isinstance(t, T.Inner):
        a, b = t.args
        return pull_back(b, a, v) if contains(b, v) else pull_back(a, b, v)
    if isinstance(t, T.Trace):
        return pull_back(t.args[0], T.Identity(t.args[0].shape[0]), v)
    raise no_rule(t, "reading a linear form")


def pull_back(m: Term, c: Term, v: Term) -> Term:
    """G with <c, m> = <G, v>, for a matrix m that is linear in v."""
    if m is v:
        return c
    if isinstance(m, T.Sum):
        return add(*(pull_back(s, c, v) for s in m.args if contains(s, v)))
    if isinstance(m, T.Scale):
        s, a = m.args
        if contains(a, v):
            return scale(s, pull_back(a, c, v))
        return scale(T.Inner(c, a), gradient_of_linear(s, v))
    if isinstance(m, T.Transpose):
        return pull_back(m.args[0], transpose(c), v)
    if isinstance(m, T.Product):
        (i,) = (i for i, f in enumerate(m.args) if contains(f, v))
        left = [transpose(f) for f in reversed(m.args[:i])]
        right = [transpose(f) for f in reversed(m.args[i + 1 :])]
        return pull_back(m.args[i], multiply(*left, c, *right), v)
    raise no_rule(m, "reading a linear form")


class LinearTerm(NamedTuple):
    """coefficient * left U right, with U transposed for kind "transposed", or coefficient * left * <right, U> for
    kind "outer"."""

    kind: str
    coefficient: Term
    left: Term
    right: Term


def linear_terms(m: Term, u: Term) -> list[LinearTerm]:
    """The terms of a matrix that is linear in u; terms with a common factor on one side are merged. Terms without a
    transpose come first."""
    order = {"plain": 0, "outer": 1, "transposed": 2}
    return sorted(merge(_linear_terms(m, u)), key=lambda t: order[t.kind])


def _linear_terms(m: Term, u: Term) -> list[LinearTerm]:
    if not contains(m, u):
        return []
    if m is u:
        return [LinearTerm("plain", ONE, T.Identity(u.shape[0]), T.Identity(u.shape[1]))]
    if isinstance(m, T.Sum):
        return [t for s in m.args for t in _linear_terms(s, u)]
    if isinstance(m, T.Transpose):
        out = []
        for kind, c, a, b in _linear_terms(m.args[0], u):
            if kind == "outer":
                out.append(LinearTerm(kind, c, transpose(a), b))
            else:
                out.append(LinearTerm("transposed" if kind == "plain" else "plain", c, transpose(b), transpose(a)))
        return out
    if isinstance(m, T.Scale):
        s, a = m.args
        if contains(s, u):
            return [LinearTerm("outer", ONE, a, gradient_of_linear(s, u))]
        return [LinearTerm(k, scalar_product(s, c), x, y) for k, c, x, y in _linear_terms(a, u)]
    if isinstance(m, T.Product):
        (i,) = (i for i, f in enumerate(m.args) if contains(f, u))
        before, after = m.args[:i], m.args[i + 1 :]
        out = []
        for kind, c, a, b in _linear_terms(m.args[i], u):
            if kind == "outer":
                out.append(LinearTerm(kind, c, multiply(*before, a, *after), b))
            else:
                out.append(LinearTerm(kind, c, multiply(*before, a), multiply(b, *after)))
        return out
    raise no_rule(m, "reading a linear map")


def merge(terms: list[LinearTerm]) -> list[LinearTerm]:
    """Terms with equal right factors, then with equal left factors, added."""
    for kept in ("right", "left"):
        groups: dict[tuple[str, Term], list[LinearTerm]] = {}
        for t in terms:
            groups.setdefault((t.kind, t.right if kept == "right" else t.left), []).append(t)
        terms = []
        for (kind, common), group in groups.items():
            if len(group) == 1:
                terms.append(group[0])
                continue
            total = add(*(scale(t.coefficient, t.left if kept == "right" else t.right) for t in group))
            c, total = total.args if isinstance(total, T.Scale) else (ONE, total)
            if not isinstance(total, T.Zero):
                terms.append(LinearTerm(kind, c, *((total, common) if kept == "right" else (common, total))))
    return terms


def as_matrix(t: LinearTerm, u: Term) -> Term:
    """The linear term, written out at u."""
    if t.kind == "outer":
        outer: Term = T.Scale(T.Inner(t.right, u), t.left)
        return outer if t.coefficient is ONE else T.times(t.coefficient, outer)  # nested: _vectorize takes it apart
    return scale(t.coefficient, multiply(t.left, u.T if t.kind == "transposed" else u, t.right))
