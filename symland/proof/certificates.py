"""The computed steps `ring` and `pos`: equations and inequalities by normal form. Part of the trusted base."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Protocol

from symland.language import statements as S
from symland.language import terms as T
from symland.proof.normal_form import words as W
from symland.proof.scope import need
from symland.proof.theorem import Judged


class Citing(Protocol):
    """What these steps need of the kernel: earlier steps, and one numbering of atoms."""

    words: W.Words

    def get(self, id: str) -> Judged: ...


def _cofactors(k: Citing, using: Any, out: dict[Any, Any], shape: Any, sign: int) -> tuple[frozenset[str], frozenset[str]]:
    """out += sign * sum of multiples of (u - v) over cited equations u = v."""
    deps: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    for c in using:
        need(set(c) <= {"eq", "times", "left", "right", "with", "transpose"}, f"entries of a cofactor: {sorted(c)}")
        e = k.get(c["eq"])
        need(isinstance(e.statement, S.Eq), "a cofactor needs an equation", "=", e.statement)
        u, v = e.statement.args
        gap = u - v
        if c.get("transpose", False):
            gap = gap.T
        for key, on_left in (("left", True), ("right", False)):
            if key in c:
                gap = T.product(c[key], gap) if on_left else T.product(gap, c[key])
        if "with" in c:
            gap = T.Inner(c["with"], gap)
        if "times" in c:
            gap = T.times(c["times"], gap)
        need(gap.shape == shape, "the multiple of an equation has another shape", shape, gap.shape)
        W.add(out, k.words.scalar(gap) if gap.is_scalar else k.words.matrix(gap), sign)
        deps, used = deps | e.deps, used | e.rows
    return deps, used


def ring(k: Citing, data: Mapping[str, Any], out: Any) -> Judged:
    """a = b, because a - b is a sum of multiples of cited equations."""
    need(isinstance(out, S.Eq), "ring proves equations", "=", out)
    rest = k.words.difference(*out.args)
    deps, used = _cofactors(k, data["using"], rest, out.args[0].shape, -1)
    need(not rest, f"the sides differ: {len(rest)} terms remain", out.args[0], out.args[1])
    return Judged(deps, out, used)


def pos(k: Citing, data: Mapping[str, Any], out: Any) -> Judged:
    """a <= b, because b - a is a nonnegative tree plus multiples of cited equations."""
    need(isinstance(out, S.Le), "pos proves inequalities", "<=", out)
    value, deps, used = _piece(k, data["tree"])
    rest = dict(value)
    deps2, used2 = _cofactors(k, data["using"], rest, (), 1)
    W.add(rest, k.words.difference(out.args[1], out.args[0]), -1)
    need(not rest, f"the certificate does not add up: {len(rest)} terms remain", out)
    return Judged(deps | deps2, out, used | used2)


def _piece(k: Citing, p: Any) -> tuple[W.Scalar, frozenset[str], frozenset[str]]:
    """A nonnegative scalar: a rational, a square, a cited u <= v (as v - u), sums and products of these."""
    need(isinstance(p, dict) and len(p) == 1, "a piece is one of rational, square, theorem, sum, product")
    ((kind, x),) = p.items()
    none: frozenset[str] = frozenset()
    if kind == "rational":
        need(isinstance(x, Fraction) and x >= 0, "a piece is nonnegative", ">= 0", x)
        return W.constant(x), none, none
    if kind == "square":
        need(x.is_scalar or x.is_matrix, "a square of a term")
        s = k.words.scalar(T.SquaredNorm(x) if x.is_matrix else T.product(x, x))
        return s, none, none
    if kind == "theorem":
        j = k.get(x)
        need(isinstance(j.statement, (S.Le, S.Lt)), "a piece cites an inequality", "<=", j.statement)
        return k.words.difference(j.statement.args[1], j.statement.args[0]), j.deps, j.rows
    need(kind in ("sum", "product"), f"unknown piece {kind!r}")
    value: W.Scalar = {} if kind == "sum" else {(): 1}
    deps, used = none, none
    for part in x:
        v, d, r = _piece(k, part)
        if kind == "sum":
            W.add(value, v)
        else:
            value = W.multiply(value, v)
        deps, used = deps | d, used | r
    return value, deps, used
